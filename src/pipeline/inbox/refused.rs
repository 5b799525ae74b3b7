//! What lies among the refused deliveries of an inbox.
//!
//! In: its folder. Out: each delivery there, with why it was refused. Never: a word about what somebody else put
//! there.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

use chrono::{DateTime, Utc};

use super::layout::{REFUSED, REFUSED_ENDING};
use crate::document::read_text;

/// A delivery that was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The folder that it lies in, which has no other's name.
    pub folder: String,
    /// Why.
    pub text: String,
    /// When that was written, in milliseconds since 1970: another one may have the same folder later.
    pub at_ms: i64,
}

/// All that lie in the inbox of this folder, by name.
pub(super) fn refused(inbox: &Path) -> io::Result<Vec<Refused>> {
    let entries = match fs::read_dir(inbox.join(REFUSED)) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut refused = Vec::new();
    for entry in entries {
        let entry = entry?;
        if !entry.file_type()?.is_dir() {
            continue;
        }
        for file in fs::read_dir(entry.path())? {
            let file = file?.path();
            if file.to_string_lossy().ends_with(REFUSED_ENDING) {
                let folder = entry.file_name().to_string_lossy().into_owned();
                let written = DateTime::<Utc>::from(fs::metadata(&file)?.modified()?);
                let (text, at_ms) = (read_text(&file)?, written.timestamp_millis());
                refused.push(Refused { folder, text, at_ms });
            }
        }
    }
    refused.sort_by(|one, other| one.folder.cmp(&other.folder));
    Ok(refused)
}
