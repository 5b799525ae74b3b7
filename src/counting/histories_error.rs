//! Why person histories could not be read or written.
//!
//! In: what failed. Out: an error with the file. Never: a value of a person.

use std::path::{Path, PathBuf};

use crate::warehouse::WarehouseError;

/// Why histories could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum HistoriesError {
    /// A file could not be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What happened.
        source: std::io::Error,
    },
    /// A file is not what its format says.
    #[error("{}: {text}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        text: String,
    },
    /// A file of observations is not as it was written.
    #[error(transparent)]
    Warehouse(Box<WarehouseError>),
}

impl From<WarehouseError> for HistoriesError {
    fn from(error: WarehouseError) -> Self {
        Self::Warehouse(Box::new(error))
    }
}

impl HistoriesError {
    pub(super) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self + '_ {
        move |source| Self::Io { path: path.to_owned(), source }
    }

    pub(super) fn damaged<E: std::fmt::Display>(path: &Path) -> impl FnOnce(E) -> Self + '_ {
        move |error| Self::Damaged { path: path.to_owned(), text: error.to_string() }
    }
}
