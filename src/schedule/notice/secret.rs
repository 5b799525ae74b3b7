//! Passwords and secrets, each in a file of its own.
//!
//! In: a file that only its owner can read. Out: its text. Never: a secret that others can read too, or a
//! file's text in an error.

use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use zeroize::Zeroizing;

use super::error::NoticeError;
use crate::document::open_regular;

/// More than any secret has.
const LENGTH_MAX: u64 = 4096;

/// The text of the file, without the line end behind it; overwritten in memory after use.
pub(super) fn secret(path: &Path) -> Result<Zeroizing<String>, NoticeError> {
    let problem = |problem: &str| NoticeError::file(path, problem);
    let file = open_regular(path).map_err(|error| NoticeError::file(path, error.to_string()))?;
    let metadata = file.metadata().map_err(|error| NoticeError::file(path, error.to_string()))?;
    if metadata.permissions().mode() & 0o077 != 0 {
        return Err(problem("can be read by others; run `chmod 600` on it"));
    }
    let mut text = Zeroizing::new(String::new());
    let read = file.take(LENGTH_MAX + 1).read_to_string(&mut text);
    read.map_err(|_| problem("expected a secret as text, found other bytes"))?;
    let bare = Zeroizing::new(text.trim_end_matches(['\r', '\n']).to_owned());
    if bare.is_empty() {
        return Err(problem("expected a secret, found nothing"));
    }
    if bare.len() as u64 > LENGTH_MAX || bare.contains(char::is_control) {
        return Err(problem("expected a secret on one line, found more"));
    }
    Ok(bare)
}
