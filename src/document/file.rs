//! Files that a person writes or keeps: settings, dictionaries, queries, keys.
//!
//! In: a path. Out: the bytes of a regular file that is not longer than what is read should be.
//! Never: waiting for somebody to write to a pipe, or reading what has no end.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _};
use std::os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _};
use std::path::Path;

/// More than any file that a person writes has.
const LENGTH_MAX: u64 = 4 << 20;

/// Opens a regular file for reading; what else lies there is refused without waiting for it.
pub fn open_regular(path: &Path) -> io::Result<File> {
    // A pipe that nobody writes to would otherwise be waited for.
    let flags = rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::NOCTTY;
    let flags = i32::try_from(flags.bits()).unwrap_or_default();
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path)?;
    let kind = file.metadata()?.file_type();
    let found = if kind.is_file() {
        return Ok(file);
    } else if kind.is_dir() {
        "a folder"
    } else if kind.is_fifo() {
        "a pipe"
    } else {
        "a device"
    };
    let text = format!("expected a regular file, found {found}; put a file in its place");
    Err(io::Error::new(io::ErrorKind::InvalidInput, text))
}

/// The text of a file that a person wrote.
pub fn read_text(path: &Path) -> io::Result<String> {
    let bytes = read_bytes(path)?;
    String::from_utf8(bytes).map_err(|_| {
        io::Error::new(io::ErrorKind::InvalidData, "expected text in UTF-8, found other bytes")
    })
}

/// The bytes of a file that a person wrote.
pub fn read_bytes(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open_regular(path)?.take(LENGTH_MAX + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 <= LENGTH_MAX {
        return Ok(bytes);
    }
    let most = LENGTH_MAX >> 20;
    let text = format!(
        "expected at most {most} MiB, which no file of settings or queries comes near, found more"
    );
    Err(io::Error::new(io::ErrorKind::FileTooLarge, text))
}
