//! A file that is opened once: whatever is read of it comes from this one handle, or from memory.
//!
//! In: a path, or bytes that came another way. Out: readers that do not disturb each other, the file's
//! hash, and whether it is still what it was. Never: a second look at the path, behind which another file
//! may lie by then, or bytes of memory on the disk.

use std::fs::{File, Metadata};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;

/// An open file, or bytes in memory.
pub(super) enum Source {
    /// A file, and what it was when it was opened.
    File(File, Stamp),
    /// Bytes that came as a stream.
    Memory(Bytes),
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Never the bytes: they are data about persons.
        match self {
            Self::File(file, _) => write!(f, "{file:?}"),
            Self::Memory(bytes) => write!(f, "{} bytes in memory", bytes.len()),
        }
    }
}

/// What tells a file from others, and changes with its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    file: (u64, u64),
    length: u64,
    modified: (i64, i64),
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        Self {
            file: (metadata.dev(), metadata.ino()),
            length: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
        }
    }
}

impl Source {
    pub(super) fn open(path: &Path) -> io::Result<Arc<Self>> {
        let file = File::open(path)?;
        let opened = Stamp::of(&file.metadata()?);
        Ok(Arc::new(Self::File(file, opened)))
    }

    /// Bytes that it had when it was opened.
    pub(super) fn length(&self) -> u64 {
        match self {
            Self::File(_, opened) => opened.length,
            Self::Memory(bytes) => bytes.len() as u64,
        }
    }

    /// As many bytes from a place on as there are and fit.
    fn read_at(&self, into: &mut [u8], position: u64) -> io::Result<usize> {
        match self {
            Self::File(file, _) => file.read_at(into, position),
            Self::Memory(bytes) => {
                let position = usize::try_from(position).unwrap_or(usize::MAX);
                let mut rest = bytes.get(position..).unwrap_or_default();
                rest.read(into)
            }
        }
    }

    /// A reader from the beginning.
    pub(super) fn reader(self: &Arc<Self>) -> SourceReader {
        SourceReader { source: Arc::clone(self), position: 0 }
    }

    /// At most `count` bytes from `start` on.
    pub(super) fn bytes(self: &Arc<Self>, start: u64, count: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let reader = SourceReader { source: Arc::clone(self), position: start };
        reader.take(count).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// BLAKE3 of all its bytes.
    pub(super) fn hash(self: &Arc<Self>) -> io::Result<blake3::Hash> {
        let mut hasher = blake3::Hasher::new();
        hasher.update_reader(self.reader())?;
        Ok(hasher.finalize())
    }

    /// Whether what was opened is the file that `metadata` was read of, as it was then.
    pub(super) fn is(&self, metadata: &Metadata) -> bool {
        matches!(self, Self::File(_, opened) if Stamp::of(metadata) == *opened)
    }

    /// Whether nobody has written to it since it was opened.
    pub(super) fn is_unchanged(&self) -> io::Result<bool> {
        match self {
            Self::File(file, opened) => Ok(Stamp::of(&file.metadata()?) == *opened),
            Self::Memory(_) => Ok(true),
        }
    }
}

/// Reads an open file at a place of its own.
#[derive(Debug, Clone)]
pub(super) struct SourceReader {
    source: Arc<Source>,
    position: u64,
}

impl Read for SourceReader {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read_at(bytes, self.position)?;
        self.position += read as u64;
        Ok(read)
    }
}

impl Seek for SourceReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let (from, by) = match to {
            SeekFrom::Start(position) => (position, 0),
            SeekFrom::End(by) => (self.source.length(), by),
            SeekFrom::Current(by) => (self.position, by),
        };
        let position = from.checked_add_signed(by);
        let outside = || io::Error::new(io::ErrorKind::InvalidInput, "a place before the file");
        self.position = position.ok_or_else(outside)?;
        Ok(self.position)
    }
}
