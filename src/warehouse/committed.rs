//! Which versions of the table have been committed, noted apart from its log.
//!
//! In: a version, once its log entry is on disk. Out: what was ever noted. Never: a version that the log
//! has not had. A log that ends before that version has lost entries, and with them deliveries that no
//! figure would miss otherwise; one whose entry has another hash was changed.
//!
//! The file holds a version and the BLAKE3 of its log entry a line, in the order of the commits, and is
//! only ever added to: writers beside each other cannot replace a later version by an earlier one. A
//! writer that dies between its log entry and its line leaves a note that is too old, which says nothing
//! wrong. Warehouses of earlier versions of the program have no such file until their next commit, or one
//! with versions alone.

use std::fs::{self, File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::Path;

use super::error::WarehouseError;
use super::files::sync_folder;

/// Name of the file, in the warehouse's folder.
pub(super) const COMMITTED_FILE: &str = "committed";

/// Bytes at the end that are looked at: thousands of versions, of which the last are the newest.
const TAIL_LENGTH: u64 = 1 << 18;

/// A version that was committed, and the hash of its log entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Noted {
    pub(super) version: u64,
    /// Earlier versions of the program noted none.
    pub(super) hash: Option<blake3::Hash>,
}

impl Noted {
    fn line(self) -> String {
        let hash = self.hash.map_or_else(String::new, |hash| format!(" {}", hash.to_hex()));
        format!("{}{hash}\n", self.version)
    }

    /// What a whole line says; `None` where a power cut left other bytes.
    fn of_line(line: &[u8]) -> Option<Self> {
        let line = std::str::from_utf8(line).ok()?;
        let (version, hash) = match line.split_once(' ') {
            Some((version, hash)) => (version, Some(blake3::Hash::from_hex(hash).ok()?)),
            None => (line, None),
        };
        Some(Self { version: version.parse().ok()?, hash })
    }
}

/// Notes a version whose log entry is on disk.
pub(super) fn note(root: &Path, noted: Noted) -> Result<(), WarehouseError> {
    let path = root.join(COMMITTED_FILE);
    let failed = || WarehouseError::io(&path);
    regular(&path)?;
    let is_new = !path.exists();
    let mut file = OpenOptions::new()
        .read(true)
        .append(true)
        .create(true)
        .mode(0o600)
        .open(&path)
        .map_err(failed())?;
    let length = file.metadata().map_err(failed())?.len();
    let mut last = [b'\n'];
    if let Some(at) = length.checked_sub(1) {
        file.read_at(&mut last, at).map_err(failed())?;
    }
    // A line that a power cut left unfinished must not become part of this one.
    let before = if last == [b'\n'] { "" } else { "\n" };
    file.write_all(format!("{before}{}", noted.line()).as_bytes()).map_err(failed())?;
    file.sync_all().map_err(failed())?;
    if is_new { sync_folder(root) } else { Ok(()) }
}

/// What was noted last; a version may stand there twice.
pub(super) fn noted(root: &Path) -> Result<Vec<Noted>, WarehouseError> {
    let path = root.join(COMMITTED_FILE);
    let failed = || WarehouseError::io(&path);
    if !regular(&path)? {
        return Ok(Vec::new());
    }
    let mut file = File::open(&path).map_err(failed())?;
    let length = file.metadata().map_err(failed())?.len();
    let start = length.max(TAIL_LENGTH) - TAIL_LENGTH;
    file.seek(SeekFrom::Start(start)).map_err(failed())?;
    let mut tail = Vec::new();
    file.take(TAIL_LENGTH).read_to_end(&mut tail).map_err(failed())?;
    Ok(noted_in(&tail, start > 0))
}

/// What whole lines say; the first is none where the text begins within it.
fn noted_in(text: &[u8], is_cut: bool) -> Vec<Noted> {
    let whole = text.split_inclusive(|byte| *byte == b'\n').skip(usize::from(is_cut));
    let lines = whole.filter_map(|line| line.strip_suffix(b"\n"));
    lines.filter_map(Noted::of_line).collect()
}

/// Whether the file is there; what is no regular file would be waited for, or lead elsewhere.
fn regular(path: &Path) -> Result<bool, WarehouseError> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_file() => Ok(true),
        Ok(_) => {
            let error = std::io::Error::other("this is no regular file");
            Err(WarehouseError::io(path)(error))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(WarehouseError::io(path)(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(version: u64) -> Noted {
        Noted { version, hash: Some(blake3::hash(&version.to_le_bytes())) }
    }

    #[test]
    fn the_newest_version_is_read_whatever_a_power_cut_left() {
        let folder = tempfile::tempdir().unwrap();
        let newest = || noted(folder.path()).unwrap().into_iter().max_by_key(|it| it.version);
        assert_eq!(newest(), None);
        for version in [1, 3, 2] {
            note(folder.path(), of(version)).unwrap();
        }
        assert_eq!(newest(), Some(of(3)));
        // The beginning of a line, and bytes that never reached the disk.
        for rest in ["1", "\0\0\0", "x", "4 0123"] {
            let path = folder.path().join(COMMITTED_FILE);
            let mut file = OpenOptions::new().append(true).open(path).unwrap();
            file.write_all(rest.as_bytes()).unwrap();
            assert_eq!(newest(), Some(of(3)));
            note(folder.path(), of(2)).unwrap();
            assert_eq!(newest(), Some(of(3)));
        }
        note(folder.path(), of(14)).unwrap();
        assert_eq!(newest(), Some(of(14)));
    }

    #[test]
    fn only_the_end_of_a_long_file_is_read_and_lines_of_old_have_no_hash() {
        let versions = |text: &[u8], is_cut| -> Vec<u64> {
            noted_in(text, is_cut).into_iter().map(|it| it.version).collect()
        };
        assert_eq!(versions(b"99\n7\n8\n", true), [7, 8]);
        assert_eq!(versions(b"99\n7\n8\n9", false), [99, 7, 8]);
        assert!(versions(b"", false).is_empty());
        assert_eq!(noted_in(b"5\n", false), [Noted { version: 5, hash: None }]);
    }
}
