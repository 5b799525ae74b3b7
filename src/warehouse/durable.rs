//! Files that are on disk before anybody can see them.
//!
//! In: bytes, and a name that must be free. Out: the file. A new file is written under a temporary
//! name, flushed, linked to its own name, and the folder is flushed too. Never: after a power cut, an
//! entry that is there and says nothing.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use super::files::sync_folder;

/// Beginning of temporary names; what is left of them after a crash is no part of the log.
pub(super) const TEMPORARY_PREFIX: &str = ".sppis-";

/// Makes a file whose name must be free; it is on disk before it has the name.
pub(super) fn create_durably(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(path);
    let mut temporary = tempfile::Builder::new().prefix(TEMPORARY_PREFIX).tempfile_in(folder)?;
    temporary.write_all(bytes)?;
    temporary.as_file().sync_all()?;
    fs::hard_link(temporary.path(), path)?;
    temporary.close()?;
    sync_folder(folder).map_err(io::Error::other)
}
