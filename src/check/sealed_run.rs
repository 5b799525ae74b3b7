//! A file of sorted row hashes that says nothing to whoever reads the disk.
//!
//! In: hashes in rising order. Out: whether one of them is there. Never: a byte on the disk that a
//! guess could be tried against. Rows are hashed with identifiers in them, and of a row everything but
//! the identifier may be known from elsewhere. So what is written is sealed by a stream cipher,
//! under a key that is drawn anew for each delivery and stays in this process.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::sync::Arc;

use crate::exact::fitting;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore as _, SeedableRng as _};
use zeroize::Zeroizing;

/// Bytes of a hash.
const HASH_LENGTH: usize = 16;
/// Words of four bytes, in which the cipher counts, of a hash.
const HASH_WORDS: u128 = 4;
/// Hashes read at once when a file is looked into.
const PAGE_LENGTH: usize = 256;
/// Bytes that are sealed at once.
const SEALED_LENGTH: usize = 4096;

/// What the files of one delivery are sealed with.
#[derive(Clone)]
pub(super) struct RunKey(Arc<Zeroizing<[u8; 32]>>);

impl RunKey {
    /// One that nobody else has.
    pub(super) fn drawn() -> io::Result<Self> {
        let mut key = Zeroizing::new([0; 32]);
        getrandom::fill(key.as_mut_slice()).map_err(|it| io::Error::other(it.to_string()))?;
        Ok(Self(Arc::new(key)))
    }

    /// Seals bytes that begin with the hash at `place` of file `number`, or opens them again.
    fn apply(&self, number: u64, place: u64, bytes: &mut [u8]) {
        let mut cipher = ChaCha20Rng::from_seed(**self.0);
        cipher.set_stream(number);
        cipher.set_word_pos(u128::from(place) * HASH_WORDS);
        let mut stream = [0; SEALED_LENGTH];
        for bytes in bytes.chunks_mut(SEALED_LENGTH) {
            let stream = &mut stream[..bytes.len()];
            cipher.fill_bytes(stream);
            bytes.iter_mut().zip(stream).for_each(|(byte, key)| *byte ^= *key);
        }
    }
}

/// Sorted hashes in a file without a name.
pub(super) struct Run {
    file: File,
    key: RunKey,
    /// No two files of a key have the same.
    number: u64,
    length: u64,
}

impl Run {
    /// An empty file that is to hold `length` hashes.
    pub(super) fn new(key: RunKey, number: u64, length: u64) -> io::Result<Self> {
        Ok(Self { file: tempfile::tempfile()?, key, number, length })
    }

    /// Writes hashes from a place on; each place is written once.
    pub(super) fn write(&self, place: u64, hashes: &[u128]) -> io::Result<()> {
        let mut bytes = Vec::with_capacity(hashes.len() * HASH_LENGTH);
        for hash in hashes {
            bytes.extend_from_slice(&hash.to_be_bytes());
        }
        self.key.apply(self.number, place, &mut bytes);
        self.file.write_all_at(&bytes, place * HASH_LENGTH as u64)
    }

    /// Whether the hash is in the file. Hashes are spread evenly, so its place is known nearly.
    pub(super) fn contains(&self, hash: u128) -> io::Result<bool> {
        let (mut from, mut to) = (0, self.length);
        let share = ((hash >> 64) * u128::from(self.length)) >> 64;
        let mut at: u64 = fitting(share);
        let mut page = [0; PAGE_LENGTH * HASH_LENGTH];
        while from < to {
            let first = at.max(PAGE_LENGTH as u64 / 2) - PAGE_LENGTH as u64 / 2;
            let first = first.clamp(from, to - 1);
            let count = (to - first).min(PAGE_LENGTH as u64);
            let length = fitting::<_, usize>(count) * HASH_LENGTH;
            let bytes = &mut page[..length];
            self.file.read_exact_at(bytes, first * HASH_LENGTH as u64)?;
            self.key.apply(self.number, first, bytes);
            let hashes = bytes.as_chunks::<HASH_LENGTH>().0;
            let position = hashes.partition_point(|it| u128::from_be_bytes(*it) < hash);
            if hashes.get(position).is_some_and(|it| u128::from_be_bytes(*it) == hash) {
                return Ok(true);
            }
            if position == 0 {
                to = first;
            } else if position == hashes.len() {
                from = first + count;
            } else {
                return Ok(false);
            }
            at = from + (to - from) / 2;
        }
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Everything that is in the file.
    fn bytes_of(run: &Run) -> Vec<u8> {
        let mut bytes = vec![0; usize::try_from(run.length).unwrap() * HASH_LENGTH];
        run.file.read_exact_at(&mut bytes, 0).unwrap();
        bytes
    }

    #[test]
    fn what_is_written_is_found_and_no_hash_of_it_stands_on_the_disk() {
        let spread = |number: u64| xxhash_rust::xxh3::xxh3_128(&number.to_le_bytes());
        let mut hashes: Vec<u128> = (0..1000).map(spread).collect();
        hashes.sort_unstable();
        let written = |key: &RunKey, number: u64| {
            let run = Run::new(key.clone(), number, 1000).unwrap();
            // Two shares, in any order.
            run.write(300, &hashes[300..]).unwrap();
            run.write(0, &hashes[..300]).unwrap();
            assert!(hashes.iter().all(|hash| run.contains(*hash).unwrap()));
            assert!((1000..1100).all(|other| !run.contains(spread(other)).unwrap()));
            bytes_of(&run)
        };
        let key = RunKey::drawn().unwrap();
        let (one, two) = (written(&key, 0), written(&key, 1));
        let other = written(&RunKey::drawn().unwrap(), 0);
        for bytes in [&one, &two, &other] {
            for hash in &hashes {
                let halves = [&hash.to_be_bytes()[..8], &hash.to_be_bytes()[8..]];
                assert!(halves.iter().all(|it| memchr::memmem::find(bytes, it).is_none()));
            }
        }
        // Not even that two files hold the same is seen.
        let alike = |a: &[u8], b: &[u8]| a.chunks(16).zip(b.chunks(16)).any(|(a, b)| a == b);
        assert!(!alike(&one, &two) && !alike(&one, &other) && !alike(&two, &other));
    }
}
