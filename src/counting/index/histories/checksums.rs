//! Checksums of the bytes of histories: a number that was not written is not counted.
//!
//! In: bytes on their way into files, and out of them again. Out: `KEY.checksums` beside the files of
//! a state, with the BLAKE3 hash of every 32 KiB of each, under its own hash; it gets its name last,
//! so that where it is there all files of the state were complete. Never: a byte handed on that is
//! not the one that was written.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufWriter, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::sync::Arc;

use arrow::buffer::{Buffer, MutableBuffer};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::HistoriesError;
use crate::document::open_regular;
use crate::exact::fitting;

/// Bytes under one hash.
const CHUNK_BYTES: u64 = 1 << 15;

/// The bytes of one file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Checksum {
    bytes: u64,
    /// BLAKE3, hexadecimal, of every 32 KiB.
    chunks: Vec<String>,
}

/// Those of all files of a state, by their names.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Checksums(BTreeMap<String, Checksum>);

impl Checksum {
    /// That of a file as it is.
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        let mut sink = FileSink::new(None);
        io::copy(&mut open_regular(path)?, &mut sink)?;
        sink.finish()
    }
}

impl Checksums {
    pub(super) fn insert(&mut self, name: String, checksum: Checksum) {
        self.0.insert(name, checksum);
    }

    /// As the text of a file: the hash of the rest, then the rest.
    pub(super) fn text(&self) -> serde_json::Result<String> {
        let rest = serde_json::to_string(self)?;
        Ok(format!("{}\n{rest}\n", blake3::hash(rest.as_bytes()).to_hex()))
    }

    /// Reads such a file; `None` where there is none.
    pub(super) fn open(path: &Path) -> Result<Option<Self>, HistoriesError> {
        let mut bytes = Vec::new();
        match open_regular(path).and_then(|mut file| file.read_to_end(&mut bytes)) {
            Err(error) if is_absent(&error) => return Ok(None),
            read => read.map_err(HistoriesError::io(path))?,
        };
        let text = String::from_utf8(bytes).map_err(HistoriesError::damaged(path))?;
        let parts = text.strip_suffix('\n').and_then(|text| text.split_once('\n'));
        let sound = parts.filter(|(hash, rest)| *blake3::hash(rest.as_bytes()).to_hex() == **hash);
        let (_, rest) = sound.ok_or(CHANGED).map_err(HistoriesError::damaged(path))?;
        serde_json::from_str(rest).map(Some).map_err(HistoriesError::damaged(path))
    }

    /// Reads all files of the state, and compares every byte.
    pub(super) fn compare_all(&self, folder: &Path) -> Result<(), HistoriesError> {
        self.0.par_iter().try_for_each(|(name, _)| {
            let path = folder.join(name);
            let file = self.open_file(&path)?.ok_or("it is gone");
            let mut file = file.map_err(HistoriesError::damaged(&path))?;
            let read = io::copy(&mut file, &mut io::sink());
            read.map(drop).map_err(HistoriesError::damaged(&path))
        })
    }

    /// Opens a file of the state; `None` where it is gone.
    pub(super) fn open_file(&self, path: &Path) -> Result<Option<CheckedFile>, HistoriesError> {
        let name = path.file_name().map(|name| name.to_string_lossy());
        let checksum = name.and_then(|name| self.0.get(name.as_ref()).cloned());
        let checksum = checksum.ok_or("it has no checksum").map_err(HistoriesError::damaged(path));
        let file = match open_regular(path) {
            Err(error) if is_absent(&error) => return Ok(None),
            file => file.map_err(HistoriesError::io(path))?,
        };
        let checksum = checksum?;
        if file.metadata().map_err(HistoriesError::io(path))?.len() != checksum.bytes {
            return Err(HistoriesError::damaged(path)(CHANGED));
        }
        let (file, checksum) = (Arc::new(file), Arc::new(checksum));
        Ok(Some(CheckedFile { file, checksum, position: 0, held: Held::default() }))
    }
}

const CHANGED: &str = "its bytes are not those that were written";

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// Hashes what is written, and writes it to a file that lies beside its final place, if there is one.
pub(super) struct FileSink(BufWriter<HashedFile>);

struct HashedFile {
    file: Option<File>,
    /// Of the chunk that is being filled.
    hasher: blake3::Hasher,
    checksum: Checksum,
}

impl FileSink {
    pub(super) fn new(file: Option<File>) -> Self {
        let hashed =
            HashedFile { file, hasher: blake3::Hasher::new(), checksum: Checksum::default() };
        // Whole chunks are hashed faster than pieces of them.
        Self(BufWriter::with_capacity(8 * fitting::<_, usize>(CHUNK_BYTES), hashed))
    }

    /// Hands all bytes to the file.
    pub(super) fn finish(self) -> io::Result<Checksum> {
        let mut hashed = self.0.into_inner().map_err(io::IntoInnerError::into_error)?;
        if hashed.checksum.bytes % CHUNK_BYTES != 0 {
            hashed.complete_chunk();
        }
        Ok(hashed.checksum)
    }
}

impl Write for FileSink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl HashedFile {
    fn complete_chunk(&mut self) {
        self.checksum.chunks.push(self.hasher.finalize().to_hex().to_string());
        self.hasher.reset();
    }
}

impl Write for HashedFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.as_mut().map_or(Ok(bytes.len()), |file| file.write(bytes))?;
        let mut rest = &bytes[..written];
        while !rest.is_empty() {
            let room = CHUNK_BYTES - self.checksum.bytes % CHUNK_BYTES;
            let (now, later) = rest.split_at(rest.len().min(fitting(room)));
            self.hasher.update(now);
            self.checksum.bytes += now.len() as u64;
            if self.checksum.bytes.is_multiple_of(CHUNK_BYTES) {
                self.complete_chunk();
            }
            rest = later;
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_mut().map_or(Ok(()), File::flush)
    }
}

/// A file that is read from several places at once, and that stays the same where its name goes to
/// another or away. What it hands on was compared with its checksum.
#[derive(Debug)]
pub(super) struct CheckedFile {
    file: Arc<File>,
    checksum: Arc<Checksum>,
    position: u64,
    held: Held,
}

/// The chunk that was read last.
#[derive(Debug, Default)]
struct Held {
    number: Option<u64>,
    bytes: Vec<u8>,
}

impl Clone for CheckedFile {
    /// Another reader of the same file, from its beginning.
    fn clone(&self) -> Self {
        let (file, checksum) = (Arc::clone(&self.file), Arc::clone(&self.checksum));
        Self { file, checksum, position: 0, held: Held::default() }
    }
}

impl CheckedFile {
    /// Reads the chunk at the position.
    fn hold(&mut self, number: u64) -> io::Result<()> {
        let start = number * CHUNK_BYTES;
        let length = CHUNK_BYTES.min(self.checksum.bytes - start.min(self.checksum.bytes));
        self.held.number = None;
        self.held.bytes.resize(fitting(length), 0);
        self.file.read_exact_at(&mut self.held.bytes, start)?;
        let known = self.checksum.chunks.get(fitting::<_, usize>(number));
        if known.is_none_or(|it| *blake3::hash(&self.held.bytes).to_hex() != **it) {
            return Err(io::Error::new(io::ErrorKind::InvalidData, CHANGED));
        }
        self.held.number = Some(number);
        Ok(())
    }

    /// Bytes of the whole file.
    pub(super) fn byte_count(&self) -> u64 {
        self.checksum.bytes
    }

    /// The bytes from a place on.
    pub(super) fn buffer(&mut self, start: u64, length: usize) -> io::Result<Buffer> {
        if self.checksum.bytes.checked_sub(start).is_none_or(|rest| rest < length as u64) {
            return Err(io::Error::new(io::ErrorKind::InvalidData, CHANGED));
        }
        self.position = start;
        let mut bytes = MutableBuffer::with_capacity(length);
        while bytes.len() < length {
            let rest = length - bytes.len();
            let held = self.fill_buf()?;
            let taken = held.len().min(rest);
            bytes.extend_from_slice(&held[..taken]);
            self.consume(taken);
        }
        Ok(bytes.into())
    }
}

impl BufRead for CheckedFile {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.position >= self.checksum.bytes {
            return Ok(&[]);
        }
        let number = self.position / CHUNK_BYTES;
        if self.held.number != Some(number) {
            self.hold(number)?;
        }
        Ok(&self.held.bytes[fitting(self.position % CHUNK_BYTES)..])
    }

    fn consume(&mut self, count: usize) {
        self.position += count as u64;
    }
}

impl Read for CheckedFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let held = self.fill_buf()?;
        let count = held.len().min(buffer.len());
        buffer[..count].copy_from_slice(&held[..count]);
        self.consume(count);
        Ok(count)
    }
}

impl Seek for CheckedFile {
    fn seek(&mut self, place: SeekFrom) -> io::Result<u64> {
        let moved = match place {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::Current(by) => self.position.checked_add_signed(by),
            SeekFrom::End(by) => self.checksum.bytes.checked_add_signed(by),
        };
        self.position = moved.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.position)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// A file of some length, written in pieces, and its checksums.
    fn written(folder: &Path, length: usize) -> (std::path::PathBuf, Vec<u8>, Checksums) {
        let (path, bytes) = (folder.join("file"), (0..=250).cycle().take(length));
        let bytes: Vec<u8> = bytes.collect();
        let mut sink = FileSink::new(Some(File::create(&path).unwrap()));
        bytes.chunks(1000).for_each(|piece| sink.write_all(piece).unwrap());
        let mut checksums = Checksums::default();
        checksums.insert("file".to_owned(), sink.finish().unwrap());
        (path, bytes, checksums)
    }

    #[test]
    fn what_was_written_is_read_back_whatever_its_length() {
        let folder = tempfile::tempdir().unwrap();
        let chunk = usize::try_from(CHUNK_BYTES).unwrap();
        for length in [0, 1, chunk - 1, chunk, chunk + 1, 3 * chunk, 3 * chunk + 7] {
            let (path, bytes, checksums) = written(folder.path(), length);
            let mut read = Vec::new();
            let mut file = checksums.open_file(&path).unwrap().unwrap();
            file.read_to_end(&mut read).unwrap();
            assert!(read == bytes, "{length}");
            assert_eq!(file.checksum.chunks.len(), length.div_ceil(chunk));
            file.seek(SeekFrom::End(0)).unwrap();
            assert_eq!(file.read(&mut [0]).unwrap(), 0);
        }
    }

    #[test]
    fn a_changed_bit_is_never_handed_on() {
        let folder = tempfile::tempdir().unwrap();
        let (path, bytes, checksums) = written(folder.path(), 600_000);
        for place in [0, 262_143, 262_144, 599_999] {
            let mut changed = bytes.clone();
            changed[place] ^= 16;
            fs::write(&path, &changed).unwrap();
            let mut file = checksums.open_file(&path).unwrap().unwrap();
            let mut read = Vec::new();
            let error = file.read_to_end(&mut read).unwrap_err();
            assert_eq!(error.to_string(), CHANGED);
            assert!(bytes.starts_with(&read));
        }
        fs::write(&path, &bytes[1..]).unwrap();
        assert!(checksums.open_file(&path).is_err());
        fs::remove_file(&path).unwrap();
        assert!(checksums.open_file(&path).unwrap().is_none());
    }

    #[test]
    fn checksums_under_another_hash_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let (_, _, checksums) = written(folder.path(), 10);
        let (path, text) = (folder.path().join("checksums"), checksums.text().unwrap());
        fs::write(&path, &text).unwrap();
        assert_eq!(Checksums::open(&path).unwrap(), Some(checksums));
        for place in 0..text.len() {
            let mut changed = text.clone().into_bytes();
            changed[place] ^= 1;
            fs::write(&path, &changed).unwrap();
            assert!(Checksums::open(&path).is_err(), "{place}");
        }
    }
}
