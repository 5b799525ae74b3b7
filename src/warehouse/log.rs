//! The table's log, read as a whole: all entries, each what was written, none skipped.
//!
//! In: the log's folder. Out: the files and commits of each version. Never: a guess. An entry that is
//! lost, changed, or of another program is an error that names it. What else lies in the folder
//! (checkpoints of other programs, checksums of theirs) says nothing that the entries do not.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::committed::Noted;
use super::durable::TEMPORARY_PREFIX;
use super::error::WarehouseError;
use super::layout::{VERSION_DIGITS, path_of};
use super::log_balance::check_numbers;
use super::log_entry::{Action, Add, CHANGED, Entry, FINGERPRINT_PROPERTY};
use super::logged::{Logged, LoggedCommit, LoggedReclassification};

/// The entries of a log, by version.
#[derive(Debug)]
pub(super) struct Log {
    pub(super) folder: PathBuf,
    pub(super) entries: Vec<Entry>,
}

impl Log {
    /// All entries.
    pub(super) fn read(folder: &Path) -> Result<Self, WarehouseError> {
        let versions = versions(folder)?;
        let lost = (0..).zip(&versions).find(|(at, version)| at != *version).map(|(at, _)| at);
        if let Some(lost) = lost.or(versions.is_empty().then_some(0)) {
            let text = "this entry of the log is lost".to_owned();
            return Err(WarehouseError::damaged_log(&path_of(folder, lost), text));
        }
        let read = |version: &u64| Entry::read(&path_of(folder, *version), *version);
        // Whichever is read first, the first that is not right is named.
        let entries: Vec<Result<Entry, WarehouseError>> = versions.par_iter().map(read).collect();
        let entries = entries.into_iter().collect::<Result<_, _>>()?;
        let log = Self { folder: folder.to_owned(), entries };
        log.check_chain()?;
        check_numbers(folder, &log.entries)?;
        Ok(log)
    }

    /// The newest version.
    pub(super) fn version(&self) -> u64 {
        self.entries.len() as u64 - 1
    }

    /// The file of an entry.
    pub(super) fn path(&self, version: u64) -> PathBuf {
        path_of(&self.folder, version)
    }

    /// What is to be noted of a version.
    pub(super) fn noted(&self, version: u64) -> Noted {
        let entry = usize::try_from(version).ok().and_then(|at| self.entries.get(at));
        Noted { version, hash: entry.map(|entry| entry.hash) }
    }

    /// The hashes that the next entry says: of those that no entry has said yet.
    pub(super) fn hashes_to_say(&self) -> Vec<String> {
        // No figure: a log of old has no place in any entry, and is looked at from its first.
        let from = self.entries.iter().rposition(|entry| entry.place().is_some()).unwrap_or(0);
        self.entries[from..].iter().map(|entry| entry.hash.to_hex().to_string()).collect()
    }

    /// The id that the table was made with, which no other has.
    pub(super) fn table_id(&self) -> Option<String> {
        Some(self.entries.first()?.meta_data()?.id.clone())
    }

    /// The fingerprint of the key the warehouse was made with.
    pub(super) fn fingerprint(&self) -> Option<String> {
        let meta_data = self.entries.first()?.meta_data()?;
        meta_data.configuration.get(FINGERPRINT_PROPERTY).cloned().flatten()
    }

    /// The commits up to a version.
    pub(super) fn commits(&self, version: u64) -> Logged {
        let mut logged = Logged::default();
        for (version, entry) in (0..=version).zip(&self.entries) {
            let Some(info) = entry.info() else { continue };
            let timestamp_ms = info.timestamp;
            if let Some(record) = info.sppis.clone() {
                logged.deliveries.push(LoggedCommit { version, timestamp_ms, record });
            }
            if let Some(record) = info.reclassification.clone() {
                let commit = LoggedReclassification { version, timestamp_ms, record };
                logged.reclassifications.push(commit);
            }
        }
        logged
    }

    /// What was added and not removed up to a version, by path.
    pub(super) fn live(&self, version: u64) -> impl Iterator<Item = &Add> {
        let mut files: BTreeMap<&str, &Add> = BTreeMap::new();
        for (_, action) in self.actions(version) {
            match action {
                Action::Add(add) => drop(files.insert(&add.path, add)),
                Action::Remove(remove) => drop(files.remove(remove.path.as_str())),
                _ => {}
            }
        }
        files.into_values()
    }

    /// Every file that any version added.
    pub(super) fn ever_added(&self) -> impl Iterator<Item = &Add> {
        self.actions(self.version()).filter_map(|(_, action)| match action {
            Action::Add(add) => Some(&**add),
            _ => None,
        })
    }

    fn actions(&self, version: u64) -> impl Iterator<Item = (u64, &Action)> {
        let entries = (0..=version).zip(&self.entries);
        entries.flat_map(|(version, entry)| entry.actions.iter().map(move |it| (version, it)))
    }

    /// Whether each entry stands where it was written, after those that stood before it then.
    fn check_chain(&self) -> Result<(), WarehouseError> {
        for (version, entry) in (0..).zip(&self.entries) {
            let Some(place) = entry.place() else { continue };
            let damaged = |text| Err(WarehouseError::damaged_log(&self.path(version), text));
            if place.version != version {
                let said = place.version;
                return damaged(format!("this is the entry of version {said}, in another's place"));
            }
            let Some(first) = version.checked_sub(place.before.len() as u64) else {
                return damaged("it says hashes of more entries than stand before it".to_owned());
            };
            for (before, said) in (first..).zip(&place.before) {
                let found = self.noted(before).hash;
                if found.is_none_or(|found| found.to_hex().as_str() != said) {
                    let text =
                        format!("{CHANGED}: the entry of version {version} says another hash");
                    return Err(WarehouseError::damaged_log(&self.path(before), text));
                }
            }
        }
        Ok(())
    }
}

/// The versions that have an entry.
fn versions(folder: &Path) -> Result<BTreeSet<u64>, WarehouseError> {
    let entries = fs::read_dir(folder).map_err(WarehouseError::io(folder))?;
    let mut versions = BTreeSet::new();
    for entry in entries {
        let name = entry.map_err(WarehouseError::io(folder))?.file_name();
        let name = name.to_string_lossy();
        let digits = name.strip_suffix(".json").filter(|it| it.len() == VERSION_DIGITS);
        let digits = digits.filter(|_| !name.starts_with(TEMPORARY_PREFIX));
        versions.extend(digits.and_then(|digits| digits.parse::<u64>().ok()));
    }
    Ok(versions)
}
