//! An edition on disk: a folder that has its name only once it is whole.
//!
//! In: a folder that is not there yet, and the files of an edition. Out: the folder, on disk. Never: a
//! folder that is written over, or half of an edition under its name.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::edition_file::EditionFile;
use super::made::is_within;

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
    /// A file of it would lie elsewhere.
    #[error("an edition has no files outside of its folder, and this one has `{0}`")]
    Outside(String),
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
    let failed = |error| FolderError::Write { path: folder.to_owned(), source: plain(error) };
    let parent = folder.parent().filter(|it| !it.as_os_str().is_empty());
    let parent = parent.unwrap_or(Path::new("."));
    fs::create_dir_all(parent).map_err(failed)?;
    let made = tempfile::Builder::new().prefix(DRAFT).tempdir_in(parent).map_err(failed)?;
    let mut folders = vec![made.path().to_owned()];
    for file in files {
        if !is_within(&file.name) {
            return Err(FolderError::Outside(file.name.clone()));
        }
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

/// What the operating system says, without the temporary name, which is another one each time.
fn plain(error: io::Error) -> io::Error {
    error.raw_os_error().map_or(error, io::Error::from_raw_os_error)
}

/// Removes what processes that died left of editions, a day later; `now` is what the clock says. What cannot be
/// removed stays.
pub fn remove_drafts(parent: &Path, now: SystemTime) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let is_draft = entry.file_name().to_string_lossy().starts_with(DRAFT);
        let modified = entry.metadata().and_then(|it| it.modified());
        let age = modified.ok().and_then(|it| now.duration_since(it).ok());
        if is_draft && age.is_some_and(|it| it > DRAFT_AGE) {
            let _left = fs::remove_dir_all(entry.path());
        }
    }
}
