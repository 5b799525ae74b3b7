//! The folder of histories: which files a state has there, and which are of other states.
//!
//! In: a folder and a state. Out: names and paths. Never: a file behind a link, or one that somebody is writing.

use std::fs;
use std::path::{Path, PathBuf};

use super::HistoriesError;
use super::condense::PROJECTIONS;
use super::draft::is_left_over;
use super::state::{State, is_named_by_state};

/// The names of all files of a state, in the order in which they get them.
pub(super) fn names_of(state: &State) -> Vec<String> {
    let condensed = PROJECTIONS.iter().map(|projection| state.file_name(Some(projection)));
    let others = [state.appearances_name(), state.file_name(None), state.checksums_name()];
    condensed.chain(others).collect()
}

/// The files of other states, and those without a final name that nobody is writing.
pub(super) fn others(folder: &Path, state: &State) -> Result<Vec<PathBuf>, HistoriesError> {
    // What lies behind a link may be somebody else's.
    let kind = |path: &Path| fs::symlink_metadata(path).map(|it| it.file_type());
    if kind(folder).is_ok_and(|it| !it.is_dir()) {
        return Ok(Vec::new());
    }
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(HistoriesError::io(folder))?,
    };
    let names = names_of(state);
    let is_other = |path: &PathBuf| {
        let of_another = || is_named_by_state(path) && !names.iter().any(|it| path.ends_with(it));
        kind(path).is_ok_and(|it| it.is_file()) && (of_another() || is_left_over(path))
    };
    let mut files: Vec<PathBuf> =
        entries.flatten().map(|entry| entry.path()).filter(is_other).collect();
    files.sort();
    Ok(files)
}
