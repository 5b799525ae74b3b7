//! Where files lie before they are committed: a folder of one's own, locked as long as it is used.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::error::WarehouseError;
use super::files::{create_private, create_private_folder};
use super::layout::STAGING_FOLDER;
use super::turn::{self, Waiting};
use crate::document::open_regular;
use crate::exact::known;

const STAGING_PREFIX: &str = "ingest-";
pub(super) const LOCK_FILE: &str = "lock";

/// A folder of what is not committed yet; dropped, nothing is left of it.
#[derive(Debug)]
pub(super) struct Staging {
    folder: TempDir,
    /// Held as long as the folder is used, so that it is not taken for abandoned.
    _lock: File,
}

impl Staging {
    pub(super) fn begin(root: &Path, waiting: Option<Waiting>) -> Result<Self, WarehouseError> {
        turn::may_write(root)?;
        // One at a time: nobody may take a folder for abandoned before its lock is held.
        let _turn = turn::take(root, waiting)?;
        remove_abandoned(root);
        let folder = root.join(STAGING_FOLDER);
        create_private_folder(&folder)?;
        let staging = tempfile::Builder::new().prefix(STAGING_PREFIX).tempdir_in(&folder);
        let staging = staging.map_err(WarehouseError::io(folder))?;
        let lock = create_private(&staging.path().join(LOCK_FILE))?;
        lock.lock().map_err(WarehouseError::io(staging.path()))?;
        Ok(Self { folder: staging, _lock: lock })
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Beginning of the names of the files of a delivery; nobody else's have the same, so that none
    /// can replace or remove another's files.
    pub(super) fn prefix(&self, delivery: &str, revision: u32) -> String {
        let folder = known(self.path().file_name()).to_string_lossy();
        let token = known(folder.strip_prefix(STAGING_PREFIX));
        format!("{delivery}-r{revision}-{token}")
    }
}

/// Whether an ingestion holds its lock.
pub(super) fn is_ingesting(root: &Path) -> bool {
    let Ok(entries) = fs::read_dir(root.join(STAGING_FOLDER)) else { return false };
    entries.flatten().any(|entry| {
        let lock = open_regular(&entry.path().join(LOCK_FILE));
        lock.is_ok_and(|lock| lock.try_lock().is_err())
    })
}

/// What ingestions that died have left in the staging folder: nobody holds their lock. One that died
/// while it removed its folder has left none; nobody who begins is without, since beginning goes one
/// at a time, so it must be this process's turn where these are removed.
///
/// Only folders with a name of an ingestion are, and none behind a link: they may be somebody else's.
pub(super) fn abandoned(root: &Path) -> Vec<PathBuf> {
    let staging = root.join(STAGING_FOLDER);
    let is_folder = |path: &Path| fs::symlink_metadata(path).is_ok_and(|it| it.is_dir());
    if !is_folder(&staging) {
        return Vec::new();
    }
    let is_ours = |entry: &fs::DirEntry| {
        let name = entry.file_name();
        name.to_string_lossy().starts_with(STAGING_PREFIX) && is_folder(&entry.path())
    };
    let is_abandoned = |path: &PathBuf| match open_regular(&path.join(LOCK_FILE)) {
        Ok(lock) => lock.try_lock().is_ok(),
        Err(error) => error.kind() == std::io::ErrorKind::NotFound,
    };
    let entries = fs::read_dir(staging).into_iter().flatten().flatten().filter(is_ours);
    let mut folders: Vec<_> = entries.map(|entry| entry.path()).filter(is_abandoned).collect();
    folders.sort();
    folders
}

/// Removes them.
fn remove_abandoned(root: &Path) {
    for folder in abandoned(root) {
        // What cannot be removed is tried again by the next ingestion.
        let _unremoved = fs::remove_dir_all(folder);
    }
}
