//! What can go wrong in a warehouse.

use std::path::{Path, PathBuf};

use crate::delivery::near_id;
use crate::document::DocumentError;
use crate::quarter::QuarterRange;

/// An operation on a warehouse that did not succeed. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum WarehouseError {
    /// There is no warehouse.
    #[error("there is no warehouse at {}", .0.display())]
    Absent(PathBuf),
    /// There is one already.
    #[error("{} is not empty; a warehouse is made in a new or empty folder", .0.display())]
    Present(PathBuf),
    /// What is there is a file.
    #[error("{} is a file; a warehouse is a folder", .0.display())]
    NoFolder(PathBuf),
    /// Its path cannot be written as text.
    #[error("{}: the path of a warehouse is UTF-8, and this one has other bytes", .0.display())]
    NoText(PathBuf),
    /// A file or folder cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file that a person wrote has mistakes.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// The key is not there, or not a key.
    #[error("the pseudonym key at {place} {problem}")]
    Key {
        /// Where it was looked for.
        place: String,
        /// What is wrong.
        problem: &'static str,
    },
    /// Another key than the one the warehouse was made with.
    #[error(
        "the pseudonym key at {place} has fingerprint {found}, but this warehouse was made with \
         {expected}: persons could no longer be linked"
    )]
    WrongKey {
        /// Where the key lies.
        place: String,
        /// Fingerprint in the table.
        expected: String,
        /// Fingerprint of the key.
        found: String,
    },
    /// The user's folder of keys cannot take one.
    #[error(
        "the pseudonym key has no place outside the warehouse: {}{reason}",
        folder.as_ref().map_or_else(String::new, |it| format!("{}: ", it.display()))
    )]
    NoKeyFolder {
        /// The folder, if the user has one.
        folder: Option<PathBuf>,
        /// Why it cannot be used.
        reason: String,
    },
    /// A place was named for a key that comes from elsewhere.
    #[error("the pseudonym key comes from {from}; another place for it is one too many")]
    KeyTwice {
        /// Where it comes from.
        from: String,
    },
    /// There is no key in the warehouse that could be moved out of it.
    #[error("the pseudonym key does not lie in the warehouse; it comes from {from}")]
    KeyApart {
        /// Where it comes from.
        from: String,
    },
    /// The warehouse is another user's.
    #[error(
        "{} belongs to user {owner}, and what user {user} writes could not be read by its owner",
        root.display()
    )]
    NotOwner {
        /// The warehouse.
        root: PathBuf,
        /// Who owns it.
        owner: u32,
        /// Who runs the program.
        user: u32,
    },
    /// Another current delivery covers a quarter of this one.
    #[error(
        "the delivery's window {window} overlaps delivery `{other}`, which covers {other_window}"
    )]
    Overlap {
        /// Window of the delivery to be committed.
        window: QuarterRange,
        /// The current delivery.
        other: String,
        /// Its window.
        other_window: QuarterRange,
    },
    /// Another writer committed the same delivery in between.
    #[error("another writer has committed delivery `{0}` in the meantime; nothing was written")]
    Conflict(String),
    /// The rows of the table were read under other settings, which cannot be made up for.
    #[error(
        "{} says {own}, but the deliveries of this warehouse were taken in under {of_table}",
        file.display()
    )]
    Fixed {
        /// Where the setting stands.
        file: PathBuf,
        /// What the table says.
        of_table: String,
        /// What is said there.
        own: String,
    },
    /// The rows of the table are stored under another classification than rules lead to.
    #[error("{}", classified(*.version, of_table.as_deref(), own))]
    Classification {
        /// The version of the table.
        version: u64,
        /// Its classification, where that is known.
        of_table: Option<String>,
        /// What program and dictionary lead to.
        own: String,
    },
    /// Another writer committed something in between that a reclassification would not know of.
    #[error("another writer has committed version {0} in the meantime; nothing was written")]
    Overtaken(u64),
    /// The log ends before a version that was committed.
    #[error("{}", lost(*.version, *.committed, folder, note))]
    LostEntries {
        /// The version that the log ends with.
        version: u64,
        /// The newest version that was committed.
        committed: u64,
        /// The log's folder.
        folder: PathBuf,
        /// The file that says which versions were committed.
        note: PathBuf,
    },
    /// Bytes that are not those that were written.
    #[error("{}: {problem}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
        /// What to do about it.
        help: &'static str,
    },
    /// There is no such version or delivery.
    #[error("the warehouse has no {0}")]
    Unknown(String),
    /// The table's log or files are not as they should be.
    #[error("{action}: {source}")]
    Table {
        /// What was being done.
        action: &'static str,
        /// Why it failed.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

fn classified(version: u64, of_table: Option<&str>, own: &str) -> String {
    let now = format!("the rules of this program and of dictionary.toml are classification {own}");
    match of_table {
        Some(of_table) => {
            format!(
                "the rows of version {version} are stored under classification {of_table}, and {now}"
            )
        }
        None => format!(
            "version {version} does not say under which classification its rows are stored, settings or \
             rules have changed since, and {now}"
        ),
    }
}

fn lost(version: u64, committed: u64, folder: &Path, note: &Path) -> String {
    let first = version + 1;
    let path = super::layout::path_of(folder, first);
    let entries = if first == committed {
        format!("the entry of version {first} is lost")
    } else {
        format!("the entries of versions {first} to {committed} are lost")
    };
    let (path, note) = (path.display(), note.display());
    format!(
        "{path}: {entries}: the log ends with version {version}, but {note} says that {committed} was \
         committed"
    )
}

/// What to do about a file that is not as it was written.
pub(super) const RESTORE: &str = "restore the file from a backup, or ingest its delivery again with \
                                  `--again`; `sppis verify` lists all that are damaged";
/// What to do about a log that is not as it was written.
const RESTORE_LOG: &str = "restore that file from a backup of the warehouse; nothing is counted from a \
                           log that is not whole";
/// What to do about the note beside the log.
const RESTORE_NOTE: &str = "restore that file from a backup of the warehouse; if there is none, remove it: \
                            the next commit writes it anew";

impl WarehouseError {
    /// An entry of the log is not as it was written.
    pub(super) fn damaged_log(path: &Path, problem: String) -> Self {
        Self::Damaged { path: path.to_owned(), problem, help: RESTORE_LOG }
    }

    /// A file that the log names is not as it was written.
    pub(super) fn damaged_file(path: &Path, problem: String) -> Self {
        Self::Damaged { path: path.to_owned(), problem, help: RESTORE }
    }

    /// The note of the versions is not as it was written.
    pub(super) fn damaged_note(path: &Path, problem: String) -> Self {
        Self::Damaged { path: path.to_owned(), problem, help: RESTORE_NOTE }
    }

    /// For `map_err` on file operations.
    pub(crate) fn io(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { path, source }
    }

    /// There is no such delivery, or revision of one.
    pub(crate) fn unknown_delivery(name: &str) -> Self {
        let near = near_id(name).filter(|near| near != name);
        let near = near.map_or_else(String::new, |near| format!("; is `{near}` meant?"));
        Self::Unknown(format!("delivery `{name}`{near}"))
    }

    /// For `map_err` on table operations.
    pub(crate) fn table<E>(action: &'static str) -> impl FnOnce(E) -> Self
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        move |source| Self::Table { action, source: source.into() }
    }
}
