//! The last word of `verify`: when the files of which version were compared, and how many faults there were.
//!
//! In: a check that has ended. Out: `verified.json` in the warehouse, and what it says. Never: a check that fails
//! because it could not be noted, or a note that counts for more than the moment it was made at.

use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::error::WarehouseError;

/// The name of its file.
pub(super) const LAST_CHECK_FILE: &str = "verified.json";

/// What `verify` said last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastCheck {
    /// When it ended.
    pub at: DateTime<Utc>,
    /// The version of the table.
    pub version: u64,
    /// Faults that it found.
    pub faults: usize,
}

impl LastCheck {
    /// What was noted of the warehouse in a folder; none where nothing was, or what no check notes.
    pub fn read(root: &Path) -> Result<Option<Self>, WarehouseError> {
        let path = root.join(LAST_CHECK_FILE);
        match fs::read(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            bytes => Ok(serde_json::from_slice(&bytes.map_err(WarehouseError::io(&path))?).ok()),
        }
    }

    /// Notes it, where that can be written.
    pub fn note(&self, root: &Path) {
        let write = || {
            let mut file = tempfile::NamedTempFile::new_in(root)?;
            file.write_all(&serde_json::to_vec(self)?)?;
            file.persist(root.join(LAST_CHECK_FILE)).map_err(|error| error.error)?;
            Ok::<(), std::io::Error>(())
        };
        let _unnoted = write();
    }

    /// What it found, in words.
    pub fn said(&self) -> String {
        match self.faults {
            0 => "all was as it was committed".to_owned(),
            1 => "1 fault".to_owned(),
            faults => format!("{faults} faults"),
        }
    }
}
