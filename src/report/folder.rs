//! An edition on disk: a folder that has its name only once it is whole.
//!
//! In: a folder that is not there yet, and the files of an edition. Out: the folder, on disk. Never: a
//! folder that is written over, or half of an edition under its name.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::edition::EditionFile;

/// How names of folders begin that are not whole yet.
const DRAFT: &str = ".sppis-edition-";
/// How long another process may be at work on one.
const DRAFT_AGE: Duration = Duration::from_hours(24);

/// Why an edition's folder is not there.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// Something is there already.
    #[error("{} is there already", .0.display())]
    Present(PathBuf),
    /// It cannot be written.
    #[error("{} cannot be written: {source}", path.display())]
    Write {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Whether an edition may have this folder: it is not there, or empty.
pub fn is_free(folder: &Path) -> bool {
    let is_empty = |it: &Path| fs::read_dir(it).is_ok_and(|mut it| it.next().is_none());
    !folder.exists() || is_empty(folder)
}

/// Writes the files into a folder beside their place, which then gets its name at once.
pub fn write_edition(folder: &Path, files: &[EditionFile]) -> Result<(), FolderError> {
    let failed = |source| FolderError::Write { path: folder.to_owned(), source };
    let parent = folder.parent().filter(|it| !it.as_os_str().is_empty());
    let parent = parent.unwrap_or(Path::new("."));
    fs::create_dir_all(parent).map_err(failed)?;
    let made = tempfile::Builder::new().prefix(DRAFT).tempdir_in(parent).map_err(failed)?;
    let mut folders = vec![made.path().to_owned()];
    for file in files {
        let path = made.path().join(&file.name);
        if let Some(folder) = path.parent().filter(|it| !it.exists()) {
            fs::create_dir_all(folder).map_err(failed)?;
            folders.push(folder.to_owned());
        }
        fs::write(&path, &file.bytes).map_err(failed)?;
        File::open(&path).and_then(|it| it.sync_all()).map_err(failed)?;
    }
    for folder in &folders {
        File::open(folder).and_then(|it| it.sync_all()).map_err(failed)?;
    }
    // A folder that is empty gives way to one that has its name; any other does not.
    fs::rename(made.path(), folder).map_err(|error| match error.kind() {
        ErrorKind::DirectoryNotEmpty | ErrorKind::AlreadyExists => {
            FolderError::Present(folder.to_owned())
        }
        _ => failed(error),
    })?;
    File::open(parent).and_then(|it| it.sync_all()).map_err(failed)
}

/// Removes what processes that died left of editions, a day later; `now` is what the clock says.
pub fn remove_drafts(parent: &Path, now: SystemTime) -> io::Result<()> {
    let entries = match fs::read_dir(parent) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let is_draft = entry.file_name().to_string_lossy().starts_with(DRAFT);
        let modified = entry.metadata()?.modified()?;
        let age = now.duration_since(modified);
        if is_draft && entry.file_type()?.is_dir() && age.is_ok_and(|it| it > DRAFT_AGE) {
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}
