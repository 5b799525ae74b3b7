//! Person histories: the observations once more, by person instead of by quarter, so that distinct
//! persons are counted in one pass over little memory.
//!
//! In: the files of a [`Snapshot`](crate::warehouse::Snapshot). Out: one Arrow file in the
//! warehouse's folder `histories`, and [`Histories`] to read it. Never: anything that is not derived
//! from the observations. The same observations give the same bytes, whatever the order in which
//! deliveries came in; a file that is not of exactly the snapshot's files is not used, and without
//! one every figure is counted from the observations, with the same result.
//!
//! ```text
//! person   entries: quarter, regime, measure, guidance, cpas, sex, birth_year → observations, days, months
//!          amounts: entry, cents
//! ```
//!
//! An entry stands for all observations of the person with these values; values are numbers in the
//! sorted lists of the file's metadata. Beside them stand groups of persons who are alike in a quarter,
//! in the same form, for what is told by quarter; how many appear in a quarter, by the one they appeared
//! in before, for distinct persons of several quarters; and the checksums of all bytes.

mod appearances;
mod base;
mod build;
mod checksums;
mod collect;
mod condense;
mod draft;
mod entry;
mod file;
mod folder;
mod gathered;
mod part;
mod reader;
mod state;
mod vocabulary;
mod writer;

use std::path::{Path, PathBuf};

pub use appearances::{Appearances, Selection};
pub use build::{
    Built, check, clean, is_partial, listed, rebuild, refresh, remove_others, superseded,
};
pub use gathered::Gathered;
pub use reader::{Batch, CodesOf, Histories};
pub use vocabulary::{Axis, Vocabulary};

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
    /// More values than the format has numbers for.
    #[error("{count} values of `{column}`, where histories hold {most}")]
    TooMany {
        /// The column.
        column: &'static str,
        /// Its values.
        count: usize,
        /// The most there may be.
        most: usize,
    },
}

impl From<WarehouseError> for HistoriesError {
    fn from(error: WarehouseError) -> Self {
        Self::Warehouse(Box::new(error))
    }
}

impl HistoriesError {
    fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self + '_ {
        move |source| Self::Io { path: path.to_owned(), source }
    }

    fn damaged<E: std::fmt::Display>(path: &Path) -> impl FnOnce(E) -> Self + '_ {
        move |error| Self::Damaged { path: path.to_owned(), text: error.to_string() }
    }
}
