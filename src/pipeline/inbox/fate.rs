//! What became of the files of an inbox, as values and in words.

use std::fmt;
use std::io;
use std::path::PathBuf;

use serde::Serialize;

use crate::finding::shown_path;
use crate::pipeline::ingest::IngestError;
use crate::render::count;
use crate::warehouse::WarehouseError;

/// What one look at an inbox came to.
#[derive(Debug, Default)]
pub(crate) struct Pass {
    /// What became of each delivery, and of each file that belongs to none.
    pub entries: Vec<Entry>,
    /// Another pass is under way, or another writer committed first: try again.
    pub is_busy: bool,
    /// Why the pass ended before it had seen everything.
    pub stopped: Option<InboxError>,
}

/// A delivery, or a file that belongs to none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Entry {
    /// The names of its files as they may be shown.
    pub files: Vec<String>,
    /// What became of it; programs find its fields beside the others.
    #[serde(flatten)]
    pub fate: Fate,
    /// The folder that its files are in now, within the inbox; none where they were left alone.
    pub moved_to: Option<String>,
    /// What else is to be said.
    pub notes: Vec<String>,
}

/// What became of a delivery or file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub(crate) enum Fate {
    /// It is in the warehouse now.
    TakenIn {
        /// The delivery.
        delivery: String,
        /// Its revision.
        revision: u32,
        /// Version of the table.
        version: u64,
        /// Rows that were accepted.
        rows_accepted: u64,
        /// Rows that were rejected, within the budget.
        rows_rejected: u64,
    },
    /// The same bytes were taken in before.
    AlreadyThere {
        /// The delivery.
        delivery: String,
        /// Its revision.
        revision: u32,
        /// Version of the table that committed it.
        version: u64,
    },
    /// It is not taken in because of what it holds.
    Refused {
        /// The delivery.
        delivery: String,
        /// Why.
        text: String,
    },
    /// It is not complete yet.
    Growing {
        /// The delivery.
        delivery: String,
        /// What says so.
        text: String,
    },
    /// A part of it is not there yet.
    PartMissing {
        /// The delivery.
        delivery: String,
        /// Which.
        text: String,
    },
    /// Its files cannot be told to be one delivery; somebody has to look.
    Unclear {
        /// The delivery.
        delivery: String,
        /// Why.
        text: String,
    },
    /// Another writer committed first; it is tried again at the next pass.
    Overtaken {
        /// The delivery.
        delivery: String,
    },
    /// The system does not let its files be read.
    Unreadable {
        /// The delivery.
        delivery: String,
        /// Why.
        text: String,
    },
    /// The file's name says no delivery.
    NoDelivery {
        /// What is wrong with the name.
        text: String,
    },
    /// It is nothing that a delivery could be: a link, a folder, a pipe.
    PassedOver {
        /// What it is.
        text: String,
    },
}

impl Fate {
    /// The delivery.
    pub(crate) fn delivery(&self) -> Option<&str> {
        match self {
            Self::TakenIn { delivery, .. }
            | Self::AlreadyThere { delivery, .. }
            | Self::Refused { delivery, .. }
            | Self::Growing { delivery, .. }
            | Self::PartMissing { delivery, .. }
            | Self::Unclear { delivery, .. }
            | Self::Overtaken { delivery }
            | Self::Unreadable { delivery, .. } => Some(delivery),
            Self::NoDelivery { .. } | Self::PassedOver { .. } => None,
        }
    }
}

/// What became of it, without its name.
impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TakenIn { revision, version, rows_accepted, rows_rejected, .. } => write!(
                f,
                "taken in as revision {revision}, version {version} of the table: {} accepted, {} \
                 rejected",
                count(*rows_accepted, "row"),
                count(*rows_rejected, "row")
            ),
            Self::AlreadyThere { revision, version, .. } => write!(
                f,
                "the same bytes are already current (revision {revision}, version {version})"
            ),
            Self::Refused { text, .. } => write!(f, "NOT taken in: {text}"),
            Self::Growing { text, .. } => write!(f, "not complete yet: {text}"),
            Self::PartMissing { text, .. } => write!(f, "waits for the rest: {text}"),
            Self::Unclear { text, .. } => write!(f, "left alone: {text}"),
            Self::Overtaken { .. } => {
                f.write_str("left for the next pass: another writer committed first")
            }
            Self::Unreadable { text, .. } => {
                write!(f, "left alone, since it cannot be read: {text}")
            }
            Self::NoDelivery { text } | Self::PassedOver { text } => {
                write!(f, "left alone: {text}")
            }
        }
    }
}

/// `2007-05: taken in as …; x.csv is in done/2007-05@1`, on one line.
impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let files = self.files.join(", ");
        let fate = self.fate.to_string().lines().collect::<Vec<_>>().join("; ");
        let Some(delivery) = self.fate.delivery() else { return write!(f, "{files}: {fate}") };
        write!(f, "{delivery}: {fate} ({files}")?;
        match &self.moved_to {
            Some(folder) => write!(f, ", in {folder})"),
            None => f.write_str(")"),
        }
    }
}

/// Why a pass ended before it had seen everything. What it did until then stands, and is made up for by
/// the next one.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InboxError {
    /// There is no such folder.
    #[error("there is no folder {}, which `folder` of `[inbox]` names", shown_path(.0))]
    Absent(PathBuf),
    /// A file or folder of the inbox cannot be read or written.
    #[error("{}: {source}", shown_path(path))]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The warehouse.
    #[error(transparent)]
    Warehouse(#[from] WarehouseError),
    /// An ingestion, for a reason that is none of its files'.
    #[error(transparent)]
    Ingest(#[from] IngestError),
}

impl InboxError {
    /// For `map_err` on file operations.
    pub(super) fn io(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { path, source }
    }
}
