//! How far a file has been read, and the hash of what was read.

use std::io::{self, Read};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Unpacked bytes.
pub(super) type Unpacked = Box<dyn Read + Send>;

/// How far a file has been read.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// Bytes of the file as it is packed.
    position: AtomicU64,
    /// Of what was read of a file that is read from its first byte to its last.
    hasher: Mutex<blake3::Hasher>,
    hashed: AtomicU64,
}

impl Progress {
    pub(super) fn position(&self) -> u64 {
        self.position.load(Ordering::Relaxed)
    }

    pub(super) fn set_position(&self, position: u64) {
        self.position.store(position, Ordering::Relaxed);
    }

    /// BLAKE3 of the bytes read, if they are `length` in number.
    pub(super) fn hash_of(&self, length: u64) -> Option<blake3::Hash> {
        let hasher = self.hasher.lock().unwrap_or_else(PoisonError::into_inner);
        (self.hashed.load(Ordering::Relaxed) == length).then(|| hasher.finalize())
    }

    fn hash_more(&self, bytes: &[u8]) {
        self.hasher.lock().unwrap_or_else(PoisonError::into_inner).update(bytes);
        self.hashed.fetch_add(bytes.len() as u64, Ordering::Relaxed);
    }
}

/// Counts the bytes read of a file, and hashes them where they are the file from its beginning.
pub(super) struct Counted<R> {
    inner: R,
    progress: Arc<Progress>,
    hashed: bool,
}

impl<R> Counted<R> {
    pub(super) fn new(inner: R, progress: &Arc<Progress>, hashed: bool) -> Self {
        Self { inner, progress: Arc::clone(progress), hashed }
    }
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
