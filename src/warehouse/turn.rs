//! Whose turn it is: the lock under which ingestions begin and left-overs of others are removed.
//!
//! In: a warehouse's folder. Out: a [`Turn`], held until it is dropped. Never: a lock that whoever
//! can read the warehouse could hold, or a file that its owner could not read.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;
use std::time::{Duration, Instant};

use super::error::WarehouseError;
use super::layout::SETTINGS_FILE;
use crate::exact::fitting;

/// The file that is locked, in the warehouse's folder.
pub(super) const TURN_FILE: &str = "turn";

/// What is waited for is said after this time, since the lock is held for moments only.
const SILENT: Duration = Duration::from_secs(1);
/// How often it is asked for.
const PAUSE: Duration = Duration::from_millis(20);

/// Told once, in words, what is waited for.
pub type Waiting = fn(&str);

/// The turn to begin.
#[derive(Debug)]
pub(super) struct Turn {
    _lock: File,
}

/// Waits for the turn.
pub(super) fn take(root: &Path, waiting: Option<Waiting>) -> Result<Turn, WarehouseError> {
    let path = root.join(TURN_FILE);
    let lock = open(&path).map_err(WarehouseError::io(&path))?;
    let start = Instant::now();
    let mut waiting = waiting;
    loop {
        match lock.try_lock() {
            Ok(()) => return Ok(Turn { _lock: lock }),
            Err(TryLockError::Error(error)) => return Err(WarehouseError::io(&path)(error)),
            Err(TryLockError::WouldBlock) => {}
        }
        if start.elapsed() >= SILENT
            && let Some(waiting) = waiting.take()
        {
            let process = holder(&lock).map_or_else(String::new, |it| format!(", process {it}"));
            let path = path.display();
            waiting(&format!("waiting for whoever holds the lock {path}{process}"));
        }
        std::thread::sleep(PAUSE);
    }
}

/// The lock's file, closed to others: who can open it can hold it.
fn open(path: &Path) -> io::Result<File> {
    // A pipe in its place would be waited for otherwise.
    let flags = fitting(rustix::fs::OFlags::NONBLOCK.bits());
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false).mode(0o600).custom_flags(flags);
    let lock = options.open(path)?;
    let metadata = lock.metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::other("expected a regular file; remove what lies there"));
    }
    let mut permissions = metadata.permissions();
    if permissions.mode() & 0o077 != 0 {
        permissions.set_mode(0o600);
        lock.set_permissions(permissions)?;
    }
    Ok(lock)
}

/// The process that holds a lock, where the system says it.
fn holder(lock: &File) -> Option<u32> {
    let node = format!(":{}", lock.metadata().ok()?.ino());
    let locks = std::fs::read_to_string("/proc/locks").ok()?;
    let held = locks.lines().filter(|line| !line.contains("->")).find_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let [_, "FLOCK", _, _, process, file, ..] = fields.as_slice() else { return None };
        file.ends_with(&node).then(|| process.parse().ok()).flatten()
    });
    held.filter(|process| *process > 0)
}

/// Whether what this user writes is the owner's: files are made for their owner's eyes only, so
/// another user's would shut the owner out.
pub(super) fn may_write(root: &Path) -> Result<(), WarehouseError> {
    let settings = root.join(SETTINGS_FILE);
    let owner = settings.metadata().map_err(WarehouseError::io(&settings))?.uid();
    let user = rustix::process::geteuid().as_raw();
    // Some file systems have one owner for all files, whoever writes them.
    let is_owner = || tempfile::tempfile_in(root).and_then(|it| Ok(it.metadata()?.uid() == owner));
    if owner == user || is_owner().unwrap_or(false) {
        return Ok(());
    }
    Err(WarehouseError::NotOwner { root: root.to_owned(), owner, user })
}
