//! One file of a delivery: opened, recognised, ready to be read in chunks.

use std::fs::Metadata;
use std::io::{Cursor, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;

use super::archive::{members, none_behind};
use super::chunks::ChunkReader;
use super::encoding::Encoding;
use super::foreign;
use super::header::{Header, HeaderError};
use super::id::file_name;
use super::packing::{Packing, unpack};
use super::progress::Progress;
use super::refusal::refused;
use super::source::Source;
use super::typed::{About, Identifiers, Reading, TypedText, is_workbook};
use crate::finding::{shown, shown_name, shown_path};

/// A file of a delivery.
#[derive(Debug, Clone)]
pub struct Part {
    path: PathBuf,
    source: Arc<Source>,
    packing: Packing,
    declared: Option<Encoding>,
    encoding: Encoding,
    mark_length: usize,
    header: Header,
    about: About,
}

/// A file that cannot be taken in.
#[derive(Debug, thiserror::Error)]
pub enum PartError {
    /// It cannot be opened, read or unpacked.
    #[error("{}: {source}", shown_path(path))]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is a folder.
    #[error("{}: this is a folder; name the files of the delivery", shown_path(.0))]
    Folder(PathBuf),
    /// It is a pipe or a device.
    #[error("{}: this is no regular file; a delivery is read more than once, write it to a file first", shown_path(.0))]
    NoFile(PathBuf),
    /// Its mark says another encoding than the one declared.
    #[error("{}: its byte-order mark says {}, but {} was declared", shown_path(path), marked.name(), declared.name())]
    Encoding {
        /// The file.
        path: PathBuf,
        /// The encoding of its mark.
        marked: Encoding,
        /// The encoding declared.
        declared: Encoding,
    },
    /// Somebody has written to it since it was opened.
    #[error("{}: the file has changed while it was read; try again when it is complete", shown_path(.0))]
    Changed(PathBuf),
    /// It has no header of a delivery.
    #[error("{}: {source}", shown_path(path))]
    Header {
        /// The file.
        path: PathBuf,
        /// Why.
        source: HeaderError,
    },
}

/// Bytes of text read to find the header.
const HEAD_LENGTH: u64 = 1 << 16;

impl Part {
    /// Opens a file and recognises packing, encoding and header.
    pub fn open(path: &Path, declared: Option<Encoding>) -> Result<Self, PartError> {
        let read_error = |source| PartError::Read { path: path.to_owned(), source };
        // Looked at before it is opened: opening a pipe waits for somebody to write to it.
        let metadata = std::fs::metadata(path).map_err(read_error)?;
        if metadata.is_dir() {
            return Err(PartError::Folder(path.to_owned()));
        }
        if !metadata.is_file() {
            return Err(PartError::NoFile(path.to_owned()));
        }
        Self::of(Source::open(path).map_err(read_error)?, path, declared)
    }

    /// The same of bytes that came under a name.
    pub(crate) fn of_bytes(
        name: &Path,
        bytes: Bytes,
        declared: Option<Encoding>,
    ) -> Result<Self, PartError> {
        Self::of(Arc::new(Source::Memory(bytes)), name, declared)
    }

    fn of(source: Arc<Source>, path: &Path, declared: Option<Encoding>) -> Result<Self, PartError> {
        let read_error = |source| PartError::Read { path: path.to_owned(), source };
        let packing = recognised(&source).map_err(read_error)?;
        let (mut head, mut about) = (Vec::new(), About::default());
        let (encoding, mark_length, whole);
        if packing.is_typed() {
            let reading = Reading { encoding: declared, identifiers: Identifiers::ElevenDigits };
            let text = TypedText::open(&source, packing, reading, &Arc::default());
            let text = text.map_err(read_error)?;
            about = text.about();
            let read = text.take(HEAD_LENGTH).read_to_end(&mut head).map_err(read_error)?;
            whole = (read as u64) < HEAD_LENGTH;
            (encoding, mark_length) = (declared.unwrap_or(Encoding::Utf8), 0);
        } else {
            let bytes = first_bytes(&source, packing).map_err(read_error)?;
            whole = (bytes.len() as u64) < HEAD_LENGTH;
            (encoding, mark_length) = settled(path, &bytes, declared)?;
            let text = bytes.get(mark_length..).unwrap_or(&[]).to_vec();
            let mut text = encoding.transcode(Box::new(Cursor::new(text)));
            text.read_to_end(&mut head).map_err(read_error)?;
        }
        let header = Header::read(&head, whole).map_err(|source| match source {
            HeaderError::None if packing.is_typed() => unknown_cells(packing, &about, &head),
            source => source,
        });
        let header =
            header.map_err(|source| PartError::Header { path: path.to_owned(), source })?;
        let path = path.to_owned();
        Ok(Self { path, source, packing, declared, encoding, mark_length, header, about })
    }

    /// The file as the user gave it.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file's name without its folder, as it may be stored and shown.
    pub fn name(&self) -> String {
        shown_name(&file_name(&self.path))
    }

    /// Whether it is the very file that `metadata` was read of, as it was then.
    pub fn is(&self, metadata: &Metadata) -> bool {
        self.source.is(metadata)
    }

    /// Bytes of the file as it is packed.
    pub fn byte_count(&self) -> u64 {
        self.source.length()
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

    /// What the file says of itself, where its cells have types.
    pub fn about(&self) -> &About {
        &self.about
    }

    /// The file's data in chunks of whole records.
    pub fn chunks(&self, part: usize, identifiers: Identifiers) -> Result<ChunkReader, PartError> {
        let progress = Arc::default();
        let text = self.text(identifiers, &progress).map_err(|source| self.unread(source))?;
        Ok(ChunkReader::new(text, progress, part, &self.header))
    }

    /// The file's text as UTF-8, without its mark.
    fn text(
        &self,
        identifiers: Identifiers,
        progress: &Arc<Progress>,
    ) -> std::io::Result<Box<dyn std::io::Read + Send>> {
        if self.packing.is_typed() {
            let reading = Reading { encoding: self.declared, identifiers };
            let text = TypedText::open(&self.source, self.packing, reading, progress)?;
            return Ok(Box::new(text));
        }
        let mut bytes = unpack(&self.source, self.packing, progress)?;
        let mut mark = vec![0; self.mark_length];
        bytes.read_exact(&mut mark)?;
        Ok(self.encoding.transcode(bytes))
    }

    fn unread(&self, source: std::io::Error) -> PartError {
        PartError::Read { path: self.path.clone(), source }
    }

    /// BLAKE3 of the file as it is packed, which is still what was opened.
    pub fn hash(&self) -> Result<blake3::Hash, PartError> {
        let hash = self.source.hash().map_err(|source| self.unread(source))?;
        self.unchanged()?;
        Ok(hash)
    }

    /// The same once its chunks have been read to the end: what is read from its first byte to its
    /// last is hashed as it comes, so that it is the hash of the very bytes that were taken in.
    pub fn hash_of_read(&self, chunks: &ChunkReader) -> Result<blake3::Hash, PartError> {
        let Some(hash) = chunks.hash_of(self.byte_count()) else { return self.hash() };
        self.unchanged()?;
        Ok(hash)
    }

    fn unchanged(&self) -> Result<(), PartError> {
        match self.source.is_unchanged() {
            Ok(true) => Ok(()),
            Ok(false) => Err(PartError::Changed(self.path.clone())),
            Err(source) => Err(self.unread(source)),
        }
    }
}

/// What a file with typed cells has in the place of the variables' names.
fn unknown_cells(packing: Packing, about: &About, head: &[u8]) -> HeaderError {
    const NAMED_MAX: usize = 5;
    let place = match (packing, &about.sheets) {
        (Packing::Xlsx, Some(sheets)) => {
            format!("the first row of the sheet {} has", shown(&sheets.read))
        }
        (Packing::Xlsx, None) => "the first row of the sheet has".to_owned(),
        _ => format!("this {} file has", packing.name()),
    };
    let first = head.split(|byte| *byte == b'\n').next().unwrap_or(head);
    let names = String::from_utf8_lossy(first);
    let is_name = |name: &&str| {
        let mut letters = name.chars();
        letters.next().is_some_and(char::is_alphabetic)
            && letters.all(|it| it.is_alphanumeric() || it == '_')
    };
    let names = names.split(';').map(|name| name.trim_matches(['"', '\r'])).filter(is_name);
    let named: Vec<String> = names.take(NAMED_MAX).map(shown).collect();
    let found =
        if named.is_empty() { String::new() } else { format!(", but {}", named.join(", ")) };
    HeaderError::Cells { place, found }
}

/// How the file is packed, unless it is surely none of a delivery.
fn recognised(source: &Arc<Source>) -> std::io::Result<Packing> {
    let first_bytes = source.bytes(0, foreign::LENGTH as u64)?;
    let foreign = match Packing::of(&first_bytes) {
        Packing::Zip => {
            let members = members(source)?;
            if is_workbook(&members) {
                return Ok(Packing::Xlsx);
            }
            foreign::named_archive(&members)
        }
        Packing::None => foreign::named(&first_bytes),
        _ => None,
    };
    if let Some(foreign) = foreign {
        return Err(refused(foreign));
    }
    let packing = Packing::of(&first_bytes);
    if packing != Packing::Zip {
        none_behind(source)?;
    }
    Ok(packing)
}

/// The first bytes of a text, unpacked.
fn first_bytes(source: &Arc<Source>, packing: Packing) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    unpack(source, packing, &Arc::default())?.take(HEAD_LENGTH).read_to_end(&mut bytes)?;
    if packing == Packing::None {
        return Ok(bytes);
    }
    let outer = packing.name();
    let inner = match Packing::of(&bytes) {
        Packing::None => match foreign::named(&bytes) {
            None => return Ok(bytes),
            Some(text) => format!("inside the {outer} data: {text}"),
        },
        inner => {
            let inner = inner.name();
            format!("this is {inner} within {outer}; unpack it once, and give the file inside")
        }
    };
    Err(refused(inner))
}

/// The encoding that the text's mark says, or the one declared; UTF-8 without either.
fn settled(
    path: &Path,
    first_bytes: &[u8],
    declared: Option<Encoding>,
) -> Result<(Encoding, usize), PartError> {
    match (Encoding::of_mark(first_bytes), declared) {
        (Some((marked, _)), Some(declared)) if marked != declared => {
            Err(PartError::Encoding { path: path.to_owned(), marked, declared })
        }
        (Some((marked, length)), _) => Ok((marked, length)),
        (None, declared) => Ok((declared.unwrap_or(Encoding::Utf8), 0)),
    }
}
