//! Files of histories that have no final names yet, and those that are only to be compared.
//!
//! In: bytes. Out: files in the folder that get their names once all of them are complete, or nothing
//! but checksums. Never: a file in a folder that was to be left as it is: what checks histories works
//! on a disk that is full or may not be written to.

use std::path::Path;

use tempfile::NamedTempFile;

use super::HistoriesError;
use super::checksums::{Checksum, FileSink};
use crate::document::open_regular;
use crate::exact::known;
use crate::warehouse::make_private_folder;

/// Beginning of the names of files that are not complete.
const TEMPORARY_PREFIX: &str = ".histories-";

/// Where what is made goes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Target<'f> {
    /// Into files of this folder.
    Folder(&'f Path),
    /// Nowhere: only the checksums are wanted, of what would be in this folder.
    Nowhere(&'f Path),
}

impl<'f> Target<'f> {
    pub(super) fn folder(self) -> &'f Path {
        match self {
            Self::Folder(folder) | Self::Nowhere(folder) => folder,
        }
    }

    /// Begins a file, which is locked for as long as it is written.
    pub(super) fn begin(self) -> Result<Draft, HistoriesError> {
        let Self::Folder(folder) = self else { return Ok(Draft { file: None }) };
        make_private_folder(folder).map_err(HistoriesError::io(folder))?;
        let file = tempfile::Builder::new().prefix(TEMPORARY_PREFIX).tempfile_in(folder);
        let file = file.map_err(HistoriesError::io(folder))?;
        file.as_file().lock().map_err(HistoriesError::io(file.path()))?;
        Ok(Draft { file: Some(file) })
    }

    /// Writes a whole file.
    pub(super) fn write(
        self,
        write: impl FnOnce(FileSink) -> arrow::error::Result<FileSink>,
    ) -> Result<(Draft, Checksum), HistoriesError> {
        let draft = self.begin()?;
        let done = write(draft.sink()?).map_err(HistoriesError::damaged(draft.path()))?;
        let checksum = done.finish().map_err(HistoriesError::io(draft.path()))?;
        Ok((draft, checksum))
    }
}

/// A file that has no final name yet, removed when dropped; or none.
#[derive(Debug)]
pub(super) struct Draft {
    file: Option<NamedTempFile>,
}

impl Draft {
    /// Where it lies, for messages.
    pub(super) fn path(&self) -> &Path {
        self.file.as_ref().map_or(Path::new("person histories"), NamedTempFile::path)
    }

    /// A writer into it.
    pub(super) fn sink(&self) -> Result<FileSink, HistoriesError> {
        let file = self.file.as_ref().map(NamedTempFile::reopen).transpose();
        file.map(FileSink::new).map_err(HistoriesError::io(self.path()))
    }

    /// Waits until its bytes are on disk.
    pub(super) fn sync(&self) -> Result<(), HistoriesError> {
        let synced = self.file.as_ref().map(|file| file.as_file().sync_all());
        synced.transpose().map(drop).map_err(HistoriesError::io(self.path()))
    }

    /// Gives it its name.
    pub(super) fn persist(self, path: &Path) -> Result<(), HistoriesError> {
        let named = self.file.map(|file| file.persist(path)).transpose();
        named.map(drop).map_err(|error| HistoriesError::io(path)(error.error))
    }
}

/// Whether a file has no final name, and nobody is writing it.
pub(super) fn is_left_over(path: &Path) -> bool {
    let name = known(path.file_name()).to_string_lossy();
    name.starts_with(TEMPORARY_PREFIX)
        && open_regular(path).is_ok_and(|file| file.try_lock().is_ok())
}
