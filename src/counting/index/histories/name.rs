//! The names of a run's files, from the file of observations that it is of.
//!
//! In: a file of the table. Out: names that stand for its quarter and its hash. Never: the same name for other
//! observations, or in another format.

use std::path::{Path, PathBuf};

use crate::quarter::Quarter;
use crate::warehouse::TableFile;

/// Stands in the name of every file; a change of the format makes all files anew.
const FORMAT: &str = "sppis-histories-7";

/// Characters of a name that stand for the observations.
const KEY_LENGTH: usize = 16;

/// Ends the name of the checksums of a run.
const CHECKSUMS_EXTENSION: &str = "checksums";

/// The files of a run. Its checksums get their name last: where they are, the others are complete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Names {
    /// The beginning of all of them.
    key: String,
    quarter: Quarter,
}

impl Names {
    pub(super) fn of(file: &TableFile) -> Self {
        let mut hasher = blake3::Hasher::new();
        for text in [FORMAT, &file.quarter().to_string(), file.blake3()] {
            hasher.update(text.as_bytes());
            hasher.update(b"\n");
        }
        let key = hasher.finalize().to_hex().chars().take(KEY_LENGTH).collect();
        Self { key, quarter: file.quarter() }
    }

    /// The quarter of the observations.
    pub(super) fn quarter(&self) -> Quarter {
        self.quarter
    }

    /// What a file says of which observations it is.
    pub(super) fn source(&self) -> &str {
        &self.key
    }

    /// Of all observations that are alike but for days and amounts.
    pub(super) fn entries(&self) -> String {
        format!("{}.arrow", self.key)
    }

    /// Of the days and amounts of single observations.
    pub(super) fn rows(&self) -> String {
        format!("{}-days.arrow", self.key)
    }

    /// Of groups of persons who are alike.
    pub(super) fn groups(&self) -> String {
        format!("{}-groups.arrow", self.key)
    }

    /// Of the checksums of the others.
    pub(super) fn checksums(&self) -> String {
        format!("{}.{CHECKSUMS_EXTENSION}", self.key)
    }

    /// All of them, in the order in which they get their names.
    pub(super) fn all(&self) -> [String; 4] {
        [self.entries(), self.rows(), self.groups(), self.checksums()]
    }
}

/// Whether a file has a name that some run gives, or gave in an earlier format, and not one of anything else.
pub(super) fn is_of_a_run(path: &Path) -> bool {
    let extension = path.extension().and_then(|it| it.to_str()).unwrap_or("");
    let stem = path.file_stem().and_then(|it| it.to_str()).unwrap_or("");
    let key = stem.split('-').next().unwrap_or("");
    ["arrow", CHECKSUMS_EXTENSION].contains(&extension)
        && key.len() == KEY_LENGTH
        && key.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The paths of all files of some files of the table.
pub(super) fn paths<'f>(
    folder: &Path,
    files: impl IntoIterator<Item = &'f TableFile>,
) -> Vec<PathBuf> {
    let names = files.into_iter().flat_map(|file| Names::of(file).all());
    names.map(|name| folder.join(name)).collect()
}
