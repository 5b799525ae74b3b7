//! How a file is packed, by its first bytes, and its bytes unpacked.
//!
//! In: a file. Out: a reader of what is inside, and a count of the file's bytes read so far.
//! Never: a trust in the file's name, or a truncated stream that passes for a whole one.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek as _, SeekFrom};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use flate2::read::{DeflateDecoder, MultiGzDecoder};
use flate2::{Crc, CrcReader};
use zip::{CompressionMethod, ZipArchive};

/// How a file is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    /// Not at all.
    None,
    /// gzip, one or several members.
    Gzip,
    /// Zstandard.
    Zstd,
    /// xz.
    Xz,
    /// A zip archive, which must have one member.
    Zip,
    /// Parquet: columns instead of text.
    Parquet,
}

const MAGIC: [(&[u8], Packing); 5] = [
    (b"\x1F\x8B", Packing::Gzip),
    (b"\x28\xB5\x2F\xFD", Packing::Zstd),
    (b"\xFD7zXZ\x00", Packing::Xz),
    (b"PK\x03\x04", Packing::Zip),
    (b"PAR1", Packing::Parquet),
];

impl Packing {
    /// The packing that the first bytes of a file say.
    pub fn of(first_bytes: &[u8]) -> Self {
        let found = MAGIC.iter().find(|(magic, _)| first_bytes.starts_with(magic));
        found.map_or(Self::None, |(_, packing)| *packing)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Xz => "xz",
            Self::Zip => "zip",
            Self::Parquet => "parquet",
        }
    }
}

/// Unpacked bytes.
pub(super) type Unpacked = Box<dyn Read + Send>;

/// How far a file has been read.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// Bytes of the file as it is packed.
    position: AtomicU64,
    /// Of what was read of a file that is not packed.
    hasher: Mutex<blake3::Hasher>,
}

impl Progress {
    pub(super) fn position(&self) -> u64 {
        self.position.load(Ordering::Relaxed)
    }

    pub(super) fn set_position(&self, position: u64) {
        self.position.store(position, Ordering::Relaxed);
    }

    /// BLAKE3 of all bytes read of a file that is not packed.
    pub(super) fn hash(&self) -> blake3::Hash {
        self.hasher.lock().unwrap_or_else(PoisonError::into_inner).finalize()
    }

    fn hash_more(&self, bytes: &[u8]) {
        self.hasher.lock().unwrap_or_else(PoisonError::into_inner).update(bytes);
    }
}

/// A reader of what is inside a file that is no Parquet.
pub(super) fn unpack(
    path: &Path,
    packing: Packing,
    progress: &Arc<Progress>,
) -> io::Result<Unpacked> {
    let mut file = File::open(path)?;
    if packing == Packing::Zip {
        return zip_member(&mut file, progress);
    }
    let hashed = packing == Packing::None;
    let counted = Counted { inner: file, progress: Arc::clone(progress), hashed };
    Ok(match packing {
        Packing::Gzip => Box::new(MultiGzDecoder::new(BufReader::new(counted))),
        Packing::Zstd => Box::new(zstd::stream::read::Decoder::new(counted)?),
        Packing::Xz => Box::new(liblzma::read::XzDecoder::new_multi_decoder(counted)),
        Packing::None | Packing::Zip | Packing::Parquet => Box::new(counted),
    })
}

/// The one member of an archive. The archive's directory says where it lies; its bytes are read
/// straight from the file, and checked against the checksum at the end.
fn zip_member(file: &mut File, progress: &Arc<Progress>) -> io::Result<Unpacked> {
    let refuse = |text: String| io::Error::new(io::ErrorKind::InvalidData, text);
    let mut archive = ZipArchive::new(&mut *file)?;
    let mut members = Vec::new();
    for at in 0..archive.len() {
        if archive.by_index_raw(at)?.is_file() {
            members.push(at);
        }
    }
    let [only] = members.as_slice() else {
        let count = members.len();
        return Err(refuse(format!("the archive has {count} files; a delivery's has one")));
    };
    let member = archive.by_index_raw(*only)?;
    if member.encrypted() {
        return Err(refuse("the archive is encrypted; unpack it first".to_owned()));
    }
    let start = member.data_start();
    let (method, length, checksum) =
        (member.compression(), member.compressed_size(), member.crc32());
    drop(member);
    drop(archive);
    let start = start.ok_or_else(|| refuse("the archive's member has no data".to_owned()))?;
    let mut file = file.try_clone()?;
    file.seek(SeekFrom::Start(start))?;
    let counted = Counted { inner: file, progress: Arc::clone(progress), hashed: false };
    let packed = counted.take(length);
    let unpacked: Unpacked = match method {
        CompressionMethod::STORE => Box::new(packed),
        CompressionMethod::DEFLATE => Box::new(DeflateDecoder::new(packed)),
        other => {
            let text =
                format!("the archive is packed with {other}; only deflate and stored are read");
            return Err(refuse(text));
        }
    };
    Ok(Box::new(Checked { inner: CrcReader::new(unpacked), checksum }))
}

/// Counts the bytes read of a file, and hashes them where they are the file from its beginning.
struct Counted<R> {
    inner: R,
    progress: Arc<Progress>,
    hashed: bool,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(bytes)?;
        self.progress.position.fetch_add(read as u64, Ordering::Relaxed);
        if self.hashed {
            self.progress.hash_more(&bytes[..read]);
        }
        Ok(read)
    }
}

/// Fails at the end of a stream whose checksum is not the one stored.
struct Checked<R> {
    inner: CrcReader<R>,
    checksum: u32,
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(bytes)?;
        if read == 0 && !bytes.is_empty() && Crc::sum(self.inner.crc()) != self.checksum {
            let text = "the archive's checksum does not fit its content";
            return Err(io::Error::new(io::ErrorKind::InvalidData, text));
        }
        Ok(read)
    }
}
