//! Where the program may write for others: over nothing that it reads, and nowhere among a
//! warehouse's own files, whatever spelling, link or other name leads there.
//!
//! Files and folders are told apart as the file system does, by device and number: a hard link, a
//! link, another spelling on a disk without case, and a folder that is mounted twice are the same.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use super::error::CliError;
use crate::finding::shown_path;
use crate::warehouse::{KeySource, OutputMode, Warehouse};

/// What no output may replace or lie in.
#[derive(Debug, Clone, Default)]
pub(super) struct Guard {
    inputs: Vec<Identity>,
    own: Vec<Identity>,
    new_files: OutputMode,
}

/// Where a file may be written.
#[derive(Debug, Clone)]
pub(super) struct FilePlace {
    path: PathBuf,
    if_new: OutputMode,
}

impl FilePlace {
    /// The path, links followed.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The folder that the file lies in.
    pub(super) fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new("/"))
    }

    /// The file's name.
    pub(super) fn name(&self) -> &OsStr {
        self.path.file_name().unwrap_or_default()
    }

    /// The mode that it has or, if it is not there yet, the one that new files get.
    pub(super) fn mode(&self) -> u32 {
        let present = fs::metadata(&self.path).ok();
        present.map_or(self.if_new.bits(), |it| it.mode() & OutputMode::ALL)
    }
}

/// A file or folder as the file system tells it from others.
type Identity = (u64, u64);

fn identity(path: &Path) -> Option<Identity> {
    fs::metadata(path).ok().map(|it| (it.dev(), it.ino()))
}

impl Guard {
    /// Guards a warehouse: its folders, its key, its queries.
    pub(super) fn of(warehouse: &Warehouse) -> Self {
        let mut guard = Self::of_folder(warehouse.root());
        guard.new_files = warehouse.configuration().output_mode();
        if let Ok(KeySource::File(path) | KeySource::Credential(path)) = warehouse.key_source() {
            guard.own.extend(identity(&path));
        }
        guard
    }

    /// Guards the warehouse in a folder, if there is one.
    pub(super) fn of_root(root: &Path) -> Self {
        Warehouse::open(root).map_or_else(|_| Self::of_folder(root), |it| Self::of(&it))
    }

    /// Guards what looks like a warehouse, also one that cannot be opened.
    fn of_folder(root: &Path) -> Self {
        let own = if Warehouse::is_at(root) { Warehouse::own_places(root) } else { Vec::new() };
        Self { own: own.iter().filter_map(|path| identity(path)).collect(), ..Self::default() }
    }

    /// Guards files that are read, too.
    pub(super) fn with_inputs(mut self, inputs: &[PathBuf]) -> Self {
        self.inputs.extend(inputs.iter().filter_map(|path| identity(path)));
        self
    }

    /// The place of a file to be written, links followed; no folder, pipe or device.
    pub(super) fn file(&self, path: &Path) -> Result<FilePlace, CliError> {
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => {
                let text = format!("{} is a folder", shown_path(path));
                return Err(CliError::new(text).hint("name a file in it"));
            }
            Ok(metadata) if !metadata.is_file() => {
                let text = format!("{} is no regular file", shown_path(path));
                return Err(CliError::new(text).hint("leave `--output` out to write to stdout"));
            }
            _ => {}
        }
        let failed = |error: io::Error| unwritable(path, &error);
        let place = place_of(path).map_err(failed)?;
        self.check(path, &place)?;
        fs::metadata(place.parent().unwrap_or(&place)).map_err(failed)?;
        Ok(FilePlace { path: place, if_new: self.new_files })
    }

    /// The place of a folder to be written into, made where it is not there yet.
    pub(super) fn folder(&self, path: &Path) -> Result<PathBuf, CliError> {
        let failed = |error: io::Error| unwritable(path, &error);
        let place = place_of(path).map_err(failed)?;
        self.check(path, &place)?;
        if place.is_file() {
            return Err(CliError::new(format!("{} is a file", shown_path(path)))
                .hint("name a folder that is there or can be made"));
        }
        fs::create_dir_all(&place).map_err(failed)?;
        Ok(place)
    }

    fn check(&self, path: &Path, place: &Path) -> Result<(), CliError> {
        let shown = shown_path(path);
        if identity(place).is_some_and(|it| self.inputs.contains(&it)) {
            let text = format!("{shown} is one of the files that are read");
            return Err(CliError::new(text).hint("name another file to write"));
        }
        let is_own = |it: &Path| identity(it).is_some_and(|it| self.own.contains(&it));
        if place.ancestors().any(|it| is_own(it) || Warehouse::is_at(it)) {
            return Err(CliError::new(format!("{shown} lies inside the warehouse"))
                .hint("results are written outside of it"));
        }
        Ok(())
    }
}

/// Whether two outputs are one file.
pub(super) fn is_same(one: &Path, other: &Path) -> bool {
    let same = identity(one).zip(identity(other)).is_some_and(|(one, other)| one == other);
    same || one == other
}

/// Where a path leads, links followed; the end of it need not be there yet.
fn place_of(path: &Path) -> io::Result<PathBuf> {
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    match fs::canonicalize(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
                return Err(error);
            };
            Ok(place_of(folder)?.join(name))
        }
        place => place,
    }
}

/// A file that cannot be written, and why.
pub(super) fn unwritable(path: &Path, error: &io::Error) -> CliError {
    // What the operating system says, without the name of the temporary file.
    let text = error.to_string();
    let reason = text.split(" at path ").next().unwrap_or_default();
    CliError::new(format!("{} cannot be written: {reason}", shown_path(path)))
}
