//! One file of a delivery: opened, recognised, ready to be read in chunks.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::chunks::ChunkReader;
use super::header::{Header, HeaderError};

/// A file of a delivery.
#[derive(Debug, Clone)]
pub struct Part {
    path: PathBuf,
    byte_count: u64,
    mark_length: usize,
    header: Header,
}

/// A file that cannot be taken in.
#[derive(Debug, thiserror::Error)]
pub enum PartError {
    /// It cannot be opened or read.
    #[error("{}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is a folder.
    #[error("{}: this is a folder; name the files of the delivery", .0.display())]
    Folder(PathBuf),
    /// It is packed or encoded in a way that is not read.
    #[error("{}: {found}; {help}", path.display())]
    Unsupported {
        /// The file.
        path: PathBuf,
        /// What it is.
        found: &'static str,
        /// What to do.
        help: &'static str,
    },
    /// It has no header of a delivery.
    #[error("{}: {source}", path.display())]
    Header {
        /// The file.
        path: PathBuf,
        /// Why.
        source: HeaderError,
    },
}

/// Bytes read to find the header.
const HEAD_LENGTH: u64 = 1 << 16;
const UTF8_MARK: &[u8] = b"\xEF\xBB\xBF";

/// First bytes of what is not plain UTF-8 text, what it is, and what to do about it.
const SIGNATURES: [(&[u8], &str, &str); 7] = [
    (b"\x1F\x8B", "this is gzip", "unpack it first: `gunzip FILE`"),
    (b"\x28\xB5\x2F\xFD", "this is zstd", "unpack it first: `zstd -d FILE`"),
    (b"\xFD7zXZ\x00", "this is xz", "unpack it first: `xz -d FILE`"),
    (
        b"PK\x03\x04",
        "this is a zip archive or a spreadsheet",
        "unpack it, or save it as CSV, first",
    ),
    (b"PAR1", "this is Parquet", "write it as delimited text first"),
    (b"\xFF\xFE", "this is UTF-16", "save it as UTF-8 first: `iconv -f UTF-16 -t UTF-8`"),
    (b"\xFE\xFF", "this is UTF-16", "save it as UTF-8 first: `iconv -f UTF-16 -t UTF-8`"),
];

impl Part {
    /// Opens a file and recognises its header.
    pub fn open(path: &Path) -> Result<Self, PartError> {
        let read_error = |source| PartError::Read { path: path.to_owned(), source };
        let metadata = std::fs::metadata(path).map_err(read_error)?;
        if metadata.is_dir() {
            return Err(PartError::Folder(path.to_owned()));
        }
        if !metadata.is_file() {
            return Err(PartError::Unsupported {
                path: path.to_owned(),
                found: "this is no regular file",
                help: "a delivery is read more than once; write it to a file first",
            });
        }
        let byte_count = metadata.len();
        let file = File::open(path).map_err(read_error)?;
        let mut head = Vec::new();
        file.take(HEAD_LENGTH).read_to_end(&mut head).map_err(read_error)?;
        for (signature, found, help) in SIGNATURES {
            if head.starts_with(signature) {
                return Err(PartError::Unsupported { path: path.to_owned(), found, help });
            }
        }
        let mark_length = if head.starts_with(UTF8_MARK) { UTF8_MARK.len() } else { 0 };
        let whole = head.len() as u64 == byte_count;
        let header = Header::read(head.get(mark_length..).unwrap_or(&[]), whole);
        let header =
            header.map_err(|source| PartError::Header { path: path.to_owned(), source })?;
        Ok(Self { path: path.to_owned(), byte_count, mark_length, header })
    }

    /// The file as the user gave it.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Bytes of the file.
    pub fn byte_count(&self) -> u64 {
        self.byte_count
    }

    /// Its header.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The file's data in chunks of whole records, hashed on the way.
    pub fn chunks(&self, part: usize) -> Result<ChunkReader, PartError> {
        let file = File::open(&self.path);
        let file = file.map_err(|source| PartError::Read { path: self.path.clone(), source })?;
        Ok(ChunkReader::new(file, part, self.mark_length, &self.header))
    }
}
