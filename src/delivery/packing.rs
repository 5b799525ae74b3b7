//! How a file is packed, by its first bytes, and its bytes unpacked.
//!
//! In: an open file. Out: a reader of what is inside, and a count of the file's bytes read so far.
//! Never: a trust in the file's name, or a truncated stream that passes for a whole one.

use std::io::{self, BufReader, Read};
use std::sync::Arc;

use super::archive::{members, only};
use super::gzip::Members;
use super::progress::{Counted, Progress, Unpacked};
use super::refusal::{Refusal, refused};
use super::source::Source;

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
    /// A workbook: the cells of its first sheet instead of text.
    Xlsx,
    /// A SAS dataset: columns instead of text.
    Sas,
}

/// The first bytes of a SAS dataset.
const SAS: &[u8] = b"\0\0\0\0\0\0\0\0\0\0\0\0\xC2\xEA\x81\x60\
    \xB3\x14\x11\xCF\xBD\x92\x08\0\x09\xC7\x31\x8C\x18\x1F\x10\x11";

const MAGIC: [(&[u8], Packing); 7] = [
    (b"\x1F\x8B", Packing::Gzip),
    (b"\x28\xB5\x2F\xFD", Packing::Zstd),
    (b"\xFD7zXZ\x00", Packing::Xz),
    (b"PK\x03\x04", Packing::Zip),
    (b"PK\x05\x06", Packing::Zip),
    (b"PAR1", Packing::Parquet),
    (SAS, Packing::Sas),
];

impl Packing {
    /// The packing that the first bytes of a file say; a workbook is an archive to them.
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
            Self::Xlsx => "xlsx",
            Self::Sas => "sas7bdat",
        }
    }

    /// Whether the file has cells with types instead of text.
    pub fn is_typed(self) -> bool {
        matches!(self, Self::Parquet | Self::Xlsx | Self::Sas)
    }
}

/// Bytes that any file may unpack to, and how many times its own length beyond: a little more than
/// gzip can do at most, and far more than any delivery does.
const UNPACKED_FREE: u64 = 64 << 20;
const UNPACKED_TIMES: u64 = 1_100;
/// Bytes read of a packed file at a time.
const BLOCK_LENGTH: usize = 1 << 17;

/// A reader of what is inside a file of text.
pub(super) fn unpack(
    source: &Arc<Source>,
    packing: Packing,
    progress: &Arc<Progress>,
) -> io::Result<Unpacked> {
    let bytes = Counted::new(source.reader(), progress, true);
    let buffered = |bytes| BufReader::with_capacity(BLOCK_LENGTH, bytes);
    let unpacked: Unpacked = match packing {
        Packing::Gzip => Box::new(Members::new(buffered(bytes))),
        Packing::Zstd => Box::new(zstd::stream::read::Decoder::with_buffer(buffered(bytes))?),
        Packing::Xz => Box::new(liblzma::read::XzDecoder::new_multi_decoder(buffered(bytes))),
        Packing::Zip => only(members(source)?)?.open(source, progress)?,
        Packing::None | Packing::Parquet | Packing::Xlsx | Packing::Sas => {
            return Ok(Box::new(bytes));
        }
    };
    let most = UNPACKED_FREE + source.length().saturating_mul(UNPACKED_TIMES);
    Ok(Box::new(Explained { inner: unpacked, packing, left: most }))
}

/// Says of a stream that cannot be unpacked what that means to a person.
struct Explained {
    inner: Unpacked,
    packing: Packing,
    /// Bytes that it may still unpack to.
    left: u64,
}

impl Read for Explained {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let name = self.packing.name();
        let read = self.inner.read(bytes).map_err(|error| {
            // What has a number comes from the operating system.
            let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<Refusal>());
            if error.raw_os_error().is_some() || inner.is_some() {
                return error;
            }
            match error.kind() {
                io::ErrorKind::Interrupted => error,
                io::ErrorKind::UnexpectedEof => refused(format!(
                    "the {name} data ends too early, or something else stands behind it; fetch the \
                     file again",
                )),
                _ => refused(format!(
                    "the {name} data is damaged, or something else stands behind it; fetch the \
                     file again",
                )),
            }
        })?;
        let left = self.left.checked_sub(read as u64).ok_or_else(|| {
            refused(format!(
                "the {name} data unpacks to more than {UNPACKED_TIMES} times its length, which no delivery \
                 does; if it is right, unpack it and give the file inside",
            ))
        })?;
        self.left = left;
        Ok(read)
    }
}
