//! One file of a delivery: opened, recognised, ready to be read in chunks.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::chunks::ChunkReader;
use super::encoding::Encoding;
use super::header::{Header, HeaderError};
use super::id::file_name;
use super::packing::{Packing, Progress, unpack};
use super::parquet_text::ParquetText;

/// A file of a delivery.
#[derive(Debug, Clone)]
pub struct Part {
    path: PathBuf,
    byte_count: u64,
    packing: Packing,
    encoding: Encoding,
    mark_length: usize,
    header: Header,
}

/// A file that cannot be taken in.
#[derive(Debug, thiserror::Error)]
pub enum PartError {
    /// It cannot be opened, read or unpacked.
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
    /// It is a pipe or a device.
    #[error("{}: this is no regular file; a delivery is read more than once, write it to a file first", .0.display())]
    NoFile(PathBuf),
    /// Its mark says another encoding than the one declared.
    #[error("{}: its byte-order mark says {}, but {} was declared", path.display(), marked.name(), declared.name())]
    Encoding {
        /// The file.
        path: PathBuf,
        /// The encoding of its mark.
        marked: Encoding,
        /// The encoding declared.
        declared: Encoding,
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

/// Bytes of text read to find the header.
const HEAD_LENGTH: u64 = 1 << 16;
/// Bytes that say how a file is packed, or its text encoded.
const MAGIC_LENGTH: u64 = 8;

impl Part {
    /// Opens a file and recognises packing, encoding and header.
    pub fn open(path: &Path, declared: Option<Encoding>) -> Result<Self, PartError> {
        let read_error = |source| PartError::Read { path: path.to_owned(), source };
        let metadata = std::fs::metadata(path).map_err(read_error)?;
        if metadata.is_dir() {
            return Err(PartError::Folder(path.to_owned()));
        }
        if !metadata.is_file() {
            return Err(PartError::NoFile(path.to_owned()));
        }
        let mut first_bytes = Vec::new();
        let file = File::open(path).map_err(read_error)?;
        file.take(MAGIC_LENGTH).read_to_end(&mut first_bytes).map_err(read_error)?;
        let packing = Packing::of(&first_bytes);
        let (encoding, mark_length) = encoding(path, packing, declared)?;
        let mut head = Vec::new();
        let text = text(path, packing, encoding, mark_length, &Arc::default());
        let read = text.and_then(|text| text.take(HEAD_LENGTH).read_to_end(&mut head));
        let whole = (read.map_err(read_error)? as u64) < HEAD_LENGTH;
        let header = Header::read(&head, whole);
        let header =
            header.map_err(|source| PartError::Header { path: path.to_owned(), source })?;
        let byte_count = metadata.len();
        Ok(Self { path: path.to_owned(), byte_count, packing, encoding, mark_length, header })
    }

    /// The file as the user gave it.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file's name without its folder.
    pub fn name(&self) -> String {
        file_name(&self.path)
    }

    /// Bytes of the file as it is packed.
    pub fn byte_count(&self) -> u64 {
        self.byte_count
    }

    /// How it is packed.
    pub fn packing(&self) -> Packing {
        self.packing
    }

    /// How its text is encoded.
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// Its header.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The file's data in chunks of whole records.
    pub fn chunks(&self, part: usize) -> Result<ChunkReader, PartError> {
        let progress = Arc::default();
        let text = text(&self.path, self.packing, self.encoding, self.mark_length, &progress);
        let text = text.map_err(|source| PartError::Read { path: self.path.clone(), source })?;
        Ok(ChunkReader::new(text, progress, part, &self.header))
    }

    /// BLAKE3 of the file as it is packed.
    pub fn hash(&self) -> Result<blake3::Hash, PartError> {
        let read_error = |source| PartError::Read { path: self.path.clone(), source };
        let mut hasher = blake3::Hasher::new();
        hasher.update_reader(File::open(&self.path).map_err(read_error)?).map_err(read_error)?;
        Ok(hasher.finalize())
    }

    /// The same once its chunks have been read to the end: what is not packed was hashed as it
    /// came, so that it is the hash of the very bytes that were taken in.
    pub fn hash_of_read(&self, chunks: &ChunkReader) -> Result<blake3::Hash, PartError> {
        match self.packing {
            Packing::None => Ok(chunks.hash()),
            _ => self.hash(),
        }
    }
}

/// The encoding that the text's mark says, or the one declared; UTF-8 without either.
fn encoding(
    path: &Path,
    packing: Packing,
    declared: Option<Encoding>,
) -> Result<(Encoding, usize), PartError> {
    if packing == Packing::Parquet {
        return Ok((Encoding::Utf8, 0));
    }
    let mut first_bytes = Vec::new();
    let unpacked = unpack(path, packing, &Arc::default());
    let read = unpacked.and_then(|text| text.take(MAGIC_LENGTH).read_to_end(&mut first_bytes));
    read.map_err(|source| PartError::Read { path: path.to_owned(), source })?;
    match (Encoding::of_mark(&first_bytes), declared) {
        (Some((marked, _)), Some(declared)) if marked != declared => {
            Err(PartError::Encoding { path: path.to_owned(), marked, declared })
        }
        (Some((marked, length)), _) => Ok((marked, length)),
        (None, declared) => Ok((declared.unwrap_or(Encoding::Utf8), 0)),
    }
}

/// The file's text as UTF-8, without its mark.
fn text(
    path: &Path,
    packing: Packing,
    encoding: Encoding,
    mark_length: usize,
    progress: &Arc<Progress>,
) -> std::io::Result<Box<dyn Read + Send>> {
    if packing == Packing::Parquet {
        return Ok(Box::new(ParquetText::open(path, progress)?));
    }
    let mut bytes = unpack(path, packing, progress)?;
    let mut mark = vec![0; mark_length];
    bytes.read_exact(&mut mark)?;
    Ok(encoding.transcode(bytes))
}
