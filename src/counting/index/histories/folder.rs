//! The folder of histories: which files are of a snapshot, and which of others.
//!
//! In: a folder and a snapshot. Out: paths; what is of no use goes. Never: a file behind a link, or one that somebody
//! is writing.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::HistoriesError;
use super::draft::is_left_over;
use super::name::{Names, is_of_a_run, paths};
use crate::warehouse::{Snapshot, TableFile};

/// The complete files there are.
pub fn listed(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(|path| is_of_a_run(path)).collect()
}

/// Files of the folder that are of no use for a snapshot: those of other observations, and those without a final name
/// that nobody is writing.
pub fn superseded(folder: &Path, snapshot: &Snapshot) -> Result<Vec<PathBuf>, HistoriesError> {
    // What lies behind a link may be somebody else's.
    let kind = |path: &Path| fs::symlink_metadata(path).map(|it| it.file_type());
    if kind(folder).is_ok_and(|it| !it.is_dir()) {
        return Ok(Vec::new());
    }
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(HistoriesError::io(folder))?,
    };
    let own: BTreeSet<PathBuf> = paths(folder, snapshot.files()).into_iter().collect();
    let is_other = |path: &PathBuf| {
        let of_another = || is_of_a_run(path) && !own.contains(path);
        kind(path).is_ok_and(|it| it.is_file()) && (of_another() || is_left_over(path))
    };
    let mut files: Vec<PathBuf> =
        entries.flatten().map(|entry| entry.path()).filter(is_other).collect();
    files.sort();
    Ok(files)
}

/// Removes them; gives what was removed.
pub fn clean(folder: &Path, snapshot: &Snapshot) -> Result<Vec<PathBuf>, HistoriesError> {
    let files = superseded(folder, snapshot)?;
    for path in &files {
        fs::remove_file(path).map_err(HistoriesError::io(path))?;
    }
    Ok(files)
}

/// Removes those of some files that are not of this snapshot, which is later than their list: what other writers have
/// made since is not among them.
pub fn remove_others(
    folder: &Path,
    listed: &[PathBuf],
    latest: &Snapshot,
) -> Result<(), HistoriesError> {
    for path in superseded(folder, latest)? {
        if listed.contains(&path) {
            // What cannot be removed is not used either.
            let _unremoved = fs::remove_file(&path);
        }
    }
    Ok(())
}

/// How many of a run's files are there, and how many it has.
fn present(folder: &Path, file: &TableFile) -> (usize, usize) {
    let names = Names::of(file).all();
    (names.iter().filter(|name| folder.join(name).is_file()).count(), names.len())
}

/// Whether all files of a run are there.
pub(super) fn is_complete(folder: &Path, file: &TableFile) -> bool {
    let (present, all) = present(folder, file);
    present == all
}

/// Whether of some run some files are there, and others are gone: such a run is not used.
pub fn is_partial(folder: &Path, snapshot: &Snapshot) -> bool {
    snapshot.files().iter().any(|file| {
        let (present, all) = present(folder, file);
        (1..all).contains(&present)
    })
}
