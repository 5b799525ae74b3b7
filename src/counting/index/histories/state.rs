//! Which observations histories are of: the files of a snapshot, by quarter and hash.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::vocabulary::Axis;
use crate::quarter::Quarter;
use crate::warehouse::Snapshot;

/// Stands in the name of every file; a change of the format makes all files anew.
const FORMAT: &str = "sppis-histories-6";

/// Characters of a name that stand for its state.
const KEY_LENGTH: usize = 16;

/// Ends the name of the checksums of a state.
pub(super) const CHECKSUMS_EXTENSION: &str = "checksums";

/// The hashes of the files of each quarter, and the guidances under a partnership convention.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct State {
    quarters: BTreeMap<String, BTreeSet<String>>,
    conventions: BTreeSet<String>,
}

impl State {
    pub(super) fn of(snapshot: &Snapshot) -> Self {
        let mut quarters: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for file in snapshot.files() {
            let hashes = quarters.entry(file.quarter().to_string()).or_default();
            hashes.insert(file.blake3().to_owned());
        }
        let conventions = snapshot.conventions().map(ToOwned::to_owned).collect();
        Self { quarters, conventions }
    }

    /// The name of the histories of these files; of groups by some columns, if they are named.
    pub(super) fn file_name(&self, projection: Option<&[Axis]>) -> String {
        let columns = projection.into_iter().flatten().map(|axis| format!("-{}", axis.column()));
        format!("{}{}.arrow", self.key(), columns.collect::<String>())
    }

    /// The name of the appearances of persons.
    pub(super) fn appearances_name(&self) -> String {
        format!("{}-appearances.arrow", self.key())
    }

    /// The name of the checksums of these histories.
    pub(super) fn checksums_name(&self) -> String {
        format!("{}.{CHECKSUMS_EXTENSION}", self.key())
    }

    /// The beginning of the names of all files of this state.
    fn key(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        hasher.update(FORMAT.as_bytes());
        for (quarter, hashes) in &self.quarters {
            hasher.update(quarter.as_bytes());
            for hash in hashes {
                hasher.update(hash.as_bytes());
            }
        }
        for convention in &self.conventions {
            hasher.update(b"\n");
            hasher.update(convention.as_bytes());
        }
        hasher.finalize().to_hex().chars().take(KEY_LENGTH).collect()
    }

    /// The quarters that another state has with the same files.
    pub(super) fn kept_of(&self, other: &Self) -> BTreeSet<String> {
        // What is counted of a quarter depends on them.
        let is_alike = self.conventions == other.conventions;
        let same = |it: &(&String, &BTreeSet<String>)| self.quarters.get(it.0) == Some(it.1);
        let kept = other.quarters.iter().filter(|it| is_alike && same(it));
        kept.map(|(quarter, _)| quarter.clone()).collect()
    }

    /// The quarters it has.
    pub(super) fn quarters(&self) -> BTreeSet<String> {
        self.quarters.keys().cloned().collect()
    }

    /// The guidances under a partnership convention.
    pub(super) fn conventions(&self) -> &BTreeSet<String> {
        &self.conventions
    }
}

/// Whether a file has a name that some state gives, and not one of anything else.
pub(super) fn is_named_by_state(path: &Path) -> bool {
    let extension = path.extension().and_then(|it| it.to_str()).unwrap_or("");
    let stem = path.file_stem().and_then(|it| it.to_str()).unwrap_or("");
    let key = stem.split('-').next().unwrap_or("");
    ["arrow", CHECKSUMS_EXTENSION].contains(&extension)
        && key.len() == KEY_LENGTH
        && key.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether a set names a quarter.
pub(super) fn names(quarters: &BTreeSet<String>, quarter: Quarter) -> bool {
    quarters.contains(&quarter.to_string())
}
