//! Zip archives: their directory, and the members a delivery may be in.
//!
//! In: an open file. Out: its members, or the bytes of one of them, checked against their
//! checksum. Never: a member that hides behind another of its name, or an archive of which a part
//! is not looked at.

use std::io::{self, Read, Seek as _, SeekFrom};
use std::sync::Arc;

use flate2::read::DeflateDecoder;
use flate2::{Crc, CrcReader};
use zip::{CompressionMethod, ZipArchive};

use super::progress::{Counted, Progress, Unpacked};
use super::refusal::refused;
use super::source::Source;

/// A file in an archive.
#[derive(Debug, Clone)]
pub(super) struct Member {
    pub(super) name: String,
    start: u64,
    length: u64,
    checksum: u32,
    method: CompressionMethod,
    encrypted: bool,
}

/// The files of an archive, without folders and what a Mac adds of its own.
pub(super) fn members(source: &Arc<Source>) -> io::Result<Vec<Member>> {
    let end = directory_end(source)?;
    let damaged = |_| {
        refused("the zip archive's directory is damaged; pack it again, or fetch it again".into())
    };
    let mut archive = ZipArchive::new(source.reader()).map_err(damaged)?;
    if archive.has_duplicate_names() {
        let text =
            "the archive has two files of the same name; unpack them under names of their own";
        return Err(refused(text.to_owned()));
    }
    let directory_start = archive.central_directory_start();
    let mut members = Vec::new();
    let mut places = Vec::new();
    let mut first = if archive.is_empty() { archive.offset() } else { u64::MAX };
    for at in 0..archive.len() {
        let member = archive.by_index_raw(at).map_err(damaged)?;
        first = first.min(member.header_start());
        let name = member.name().map_err(damaged)?.into_owned();
        let start = member.data_start().ok_or_else(|| {
            refused("the archive's directory names a file that is not there".to_owned())
        })?;
        places.push((member.header_start(), start.saturating_add(member.compressed_size())));
        if !member.is_file() || is_of_a_mac(&name) {
            continue;
        }
        members.push(Member {
            name,
            start,
            length: member.compressed_size(),
            checksum: member.crc32(),
            method: member.compression(),
            encrypted: member.encrypted(),
        });
    }
    match (first, end == source.length()) {
        (0, true) => nothing_between(places, directory_start).map(|()| members),
        (0, false) => Err(refused(format!(
            "{} bytes stand behind the zip archive; files put together are no archive, pack them again",
            source.length() - end,
        ))),
        (before, _) => Err(refused(format!(
            "{before} bytes stand before the zip archive, perhaps another file; give each as a file of its own",
        ))),
    }
}

/// Refuses an archive in which something stands that its directory does not name: programs that read
/// it from its beginning would find another file there.
fn nothing_between(mut places: Vec<(u64, u64)>, directory_start: u64) -> io::Result<()> {
    /// Behind a file that was packed as it came, its checksum and its lengths, and a signature.
    const DESCRIPTOR_LENGTH_MAX: u64 = 24;
    places.sort_unstable();
    let starts = places.iter().skip(1).map(|place| place.0).chain([directory_start]);
    for ((_, end), next) in places.iter().zip(starts) {
        match next.checked_sub(*end) {
            Some(0..=DESCRIPTOR_LENGTH_MAX) => {}
            Some(bytes) => {
                return Err(refused(format!(
                    "{bytes} bytes stand in the zip archive that its directory does not name, perhaps \
                     another file; pack it again",
                )));
            }
            None => {
                let text = "two files of the zip archive overlap; pack it again";
                return Err(refused(text.to_owned()));
            }
        }
    }
    Ok(())
}

/// What Finder packs beside the files that were meant.
fn is_of_a_mac(name: &str) -> bool {
    let mut parts = name.split('/');
    parts.clone().any(|part| part == "__MACOSX") || parts.next_back() == Some(".DS_Store")
}

/// Refuses a file that begins as something else and ends as an archive.
pub(super) fn none_behind(source: &Arc<Source>) -> io::Result<()> {
    match last_record(source)? {
        Some(end) if end == source.length() => members(source).map(drop),
        _ => Ok(()),
    }
}

/// Where the last record of the directory ends.
fn directory_end(source: &Arc<Source>) -> io::Result<u64> {
    last_record(source)?.ok_or_else(|| {
        let text = "the zip archive has no directory at its end: it was cut off, or is one part of \
                    several; fetch it again as a whole";
        refused(text.to_owned())
    })
}

/// Where the last record of a directory ends, which says how long its comment is, if there is one.
fn last_record(source: &Arc<Source>) -> io::Result<Option<u64>> {
    const SIGNATURE: &[u8] = b"PK\x05\x06";
    const RECORD_LENGTH: usize = 22;
    let tail_start = source.length().saturating_sub((RECORD_LENGTH + usize::from(u16::MAX)) as u64);
    let tail = source.bytes(tail_start, u64::MAX)?;
    let ends = memchr::memmem::rfind_iter(&tail, SIGNATURE).filter_map(|at| {
        let comment = tail.get(at + RECORD_LENGTH - 2..at + RECORD_LENGTH)?;
        let comment = usize::from(u16::from_le_bytes(comment.try_into().ok()?));
        Some(at + RECORD_LENGTH + comment)
    });
    // A comment may hold the signature: of all records the one that ends where the file does.
    let fitting = ends.clone().find(|end| *end == tail.len());
    let end = fitting.or_else(|| ends.clone().find(|end| *end <= tail.len()));
    Ok(end.map(|end| tail_start + end as u64))
}

/// The one file of a delivery's archive.
pub(super) fn only(members: Vec<Member>) -> io::Result<Member> {
    match <[Member; 1]>::try_from(members) {
        Ok([member]) => Ok(member),
        Err(members) if members.is_empty() => {
            Err(refused("the zip archive is empty; pack the delivery again".to_owned()))
        }
        Err(members) => Err(refused(format!(
            "the archive has {} files; a delivery's has one: unpack it, and give the files",
            members.len(),
        ))),
    }
}

impl Member {
    /// Its content, unpacked.
    pub(super) fn open(
        &self,
        source: &Arc<Source>,
        progress: &Arc<Progress>,
    ) -> io::Result<Unpacked> {
        if self.encrypted {
            return Err(refused("the archive is encrypted; unpack it first".to_owned()));
        }
        let mut reader = source.reader();
        reader.seek(SeekFrom::Start(self.start))?;
        let packed = Counted::new(reader, progress, false).take(self.length);
        let unpacked: Unpacked = match self.method {
            CompressionMethod::STORE => Box::new(packed),
            CompressionMethod::DEFLATE => Box::new(DeflateDecoder::new(packed)),
            other => {
                return Err(refused(format!(
                    "the archive is packed with {other}; only deflate and stored are read: pack it again",
                )));
            }
        };
        Ok(Box::new(Checked { inner: CrcReader::new(unpacked), checksum: self.checksum }))
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
            let text = "the archive's checksum does not fit its content; fetch it again";
            return Err(refused(text.to_owned()));
        }
        Ok(read)
    }
}
