//! Whether a warehouse is what its log says: key, files, checksums, rows, cents, order, statistics,
//! and the files beside the table.
//!
//! In: a warehouse. Out: a [`Verification`]: every fault with what to do about it, and what was
//! checked. Never: a change. Files that no version names are no fault: an ingestion that was
//! interrupted leaves them, no figure counts them, and `clean` removes them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::committed;
use super::durable::TEMPORARY_PREFIX;
use super::error::WarehouseError;
use super::layout::{FINDINGS_FOLDER, LOG_FOLDER, OBSERVATIONS_FOLDER};
use super::log::Log;
use super::snapshot::{Snapshot, TableFile};
use super::statistics::read_layout;
use super::{Warehouse, sidecars, staging, turn};
use crate::quarter::Quarter;

/// What a verification came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verification {
    /// Version of the table.
    pub version: u64,
    /// Files checked.
    pub file_count: usize,
    /// Observations in them.
    pub row_count: u64,
    /// Cents of EBENCONVCM in them.
    pub cents: i128,
    /// What is wrong; nothing when all is well.
    pub faults: Vec<Fault>,
    /// Files that no version names.
    pub orphans: Vec<PathBuf>,
    /// What guards nothing now; no figure depends on it.
    pub notes: Vec<Fault>,
}

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong, and where.
    pub text: String,
    /// What to do about it.
    pub help: &'static str,
}

const RESTORE: &str = "restore the file from a backup, or ingest its delivery again with `--again`";
const REINGEST: &str = "ingest the delivery again from its original files, with `--again`";

const RESTORE_ENTRIES: &str = "restore the log's entries from a backup; until then nothing is \
                               removed, and no delivery taken in";

const OF_OLD: &str = "no figure of now needs it, only states that were replaced (`--as-of`, `diff`); restore it \
                      from a backup";

const NOT_NOTED: &str = "no figure needs it, and the next commit is noted again; until then a loss of that \
                         entry of the log would not be seen";

/// Rows and cents of a quarter.
type Totals = (u64, i128);

impl Warehouse {
    /// Checks every file of the current version against the log, and reads all amounts.
    pub fn verify(&self) -> Result<Verification, WarehouseError> {
        let noted = committed::noted(&self.root)?;
        let log = self.log()?;
        let snapshot = self.agreed(self.snapshot_in(&log, log.version())?)?;
        let mut verification = Verification {
            version: snapshot.version(),
            file_count: snapshot.files().len(),
            ..Verification::default()
        };
        match self.whole(&log, &noted) {
            // What no entry names may be the files of one that is lost.
            Err(error) => {
                let text = error.to_string();
                verification.faults.push(Fault { text, help: RESTORE_ENTRIES });
            }
            Ok(()) => {
                // No figure: while somebody writes, nothing is an orphan.
                verification.orphans = self.orphans_of_the_dead()?.unwrap_or_default();
            }
        }
        // Entries of earlier versions of the program were noted without their hash, or not at all.
        let newest = log.noted(log.version());
        let says_hashes = log.entries.last().is_some_and(|entry| entry.place().is_some());
        if says_hashes && !noted.contains(&newest) {
            let (note, version) = (self.root.join(committed::COMMITTED_FILE), newest.version);
            let text = format!("{} does not say version {version}", note.display());
            verification.notes.push(Fault { text, help: NOT_NOTED });
        }
        if let Err(error) = self.key() {
            let help = "put the key that the warehouse was made with back in its place";
            verification.faults.push(Fault { text: error.to_string(), help });
        }
        verification.notes.extend(self.damaged_of_old(&log, &snapshot)?);
        let checked: Vec<_> = snapshot.files().par_iter().map(check_file).collect();
        let mut found: BTreeMap<(&str, String), Totals> = BTreeMap::new();
        for (file, checked) in snapshot.files().iter().zip(checked) {
            match checked {
                Ok((rows, cents)) => {
                    verification.row_count += rows;
                    verification.cents += cents;
                    let key = (file.delivery(), file.quarter().to_string());
                    let totals = found.entry(key).or_default();
                    *totals = (totals.0 + rows, totals.1 + cents);
                }
                Err(text) => verification.faults.push(Fault { text, help: RESTORE }),
            }
        }
        if verification.faults.is_empty() {
            verification.faults.extend(self.against_records(&snapshot, &found));
        }
        Ok(verification)
    }

    /// Rows and cents of each delivery and quarter, and its findings, against its record.
    fn against_records(
        &self,
        snapshot: &Snapshot,
        found: &BTreeMap<(&str, String), Totals>,
    ) -> Vec<Fault> {
        let mut faults = Vec::new();
        for commit in snapshot.deliveries() {
            let record = &commit.record;
            let delivery = record.delivery.as_str();
            for quarter in &record.reconciliation.quarters {
                let key = (delivery, quarter.quarter.clone());
                let (rows, cents) = found.get(&key).map_or((0, 0), |it| *it);
                if rows != quarter.observations || cents.to_string() != quarter.cents {
                    let (name, expected) = (&quarter.quarter, quarter.observations);
                    let text = format!(
                        "delivery {delivery}, {name}: {rows} observations and {cents} cents in the \
                         files, {expected} and {} committed",
                        quarter.cents
                    );
                    faults.push(Fault { text, help: REINGEST });
                }
            }
            faults.extend(record.sidecars().filter_map(|name| self.check_sidecar(name)));
        }
        faults
    }

    /// What is damaged of states that were replaced.
    fn damaged_of_old(&self, log: &Log, now: &Snapshot) -> Result<Vec<Fault>, WarehouseError> {
        let folder = self.observations_folder()?;
        let is_of_now = |path: &Path| now.files().iter().any(|file| file.path() == path);
        let added = log.ever_added().map(|add| TableFile::new(&folder, add));
        let mut files: Vec<TableFile> = added.collect::<Result<_, _>>()?;
        files.retain(|file| !is_of_now(file.path()));
        let compared = files.par_iter().filter_map(|file| file.written().whole().err());
        let mut texts: Vec<String> = compared.map(|error| error.to_string()).collect();
        let current: BTreeSet<u64> = now.deliveries().iter().map(|it| it.version).collect();
        let of_old = now.commits().iter().filter(|commit| !current.contains(&commit.version));
        let names = of_old.flat_map(|commit| commit.record.sidecars());
        texts.extend(names.filter_map(|name| Some(self.check_sidecar(name)?.text)));
        Ok(texts.into_iter().map(|text| Fault { text, help: OF_OLD }).collect())
    }

    /// A file beside the table is named by the first characters of its hash.
    fn check_sidecar(&self, name: &str) -> Option<Fault> {
        let error = sidecars::read(&self.root.join(name)).err()?;
        Some(Fault { text: error.to_string(), help: REINGEST })
    }

    /// Files that ingestions have left in the table's and the findings' folders: no version names
    /// them, and their names are those that ingestions give. Refused where the log has lost entries.
    pub(crate) fn orphans(&self) -> Result<Vec<PathBuf>, WarehouseError> {
        let noted = committed::noted(&self.root)?;
        let log = self.log()?;
        self.whole(&log, &noted)?;
        let folder = self.root.join(OBSERVATIONS_FOLDER);
        let mut named: BTreeSet<PathBuf> = BTreeSet::new();
        for add in log.ever_added() {
            named.insert(folder.join(&add.path));
        }
        for commit in log.commits(log.version()).deliveries {
            named.extend(commit.record.sidecars().map(|name| self.root.join(name)));
        }
        let mut orphans = Vec::new();
        for folder in [folder, self.root.join(FINDINGS_FOLDER)] {
            collect_files(&folder, &mut orphans)?;
        }
        collect_temporary(&self.root.join(OBSERVATIONS_FOLDER).join(LOG_FOLDER), &mut orphans)?;
        orphans.retain(|path| !named.contains(path));
        orphans.sort();
        Ok(orphans)
    }

    /// The same, where no ingestion is under way, whose files are named only when it commits.
    fn orphans_of_the_dead(&self) -> Result<Option<Vec<PathBuf>>, WarehouseError> {
        // An ingestion holds its lock until its files are named. What was unnamed before nobody
        // held a lock, and still is after that, belongs to an ingestion that has died.
        let before = self.orphans()?;
        if staging::is_ingesting(&self.root) {
            return Ok(None);
        }
        let mut orphans = self.orphans()?;
        orphans.retain(|path| before.contains(path));
        Ok(Some(orphans))
    }

    /// Folders of ingestions that have died.
    pub(crate) fn abandoned(&self) -> Vec<PathBuf> {
        staging::abandoned(&self.root)
    }

    /// Removes what no version names, and folders of ingestions that have died, unless an ingestion
    /// is under way; gives what was removed.
    pub fn clean(&self) -> Result<Vec<PathBuf>, WarehouseError> {
        let Some(mut removed) = self.orphans_of_the_dead()? else {
            let text = "an ingestion is under way; its files are named only when it commits";
            return Err(WarehouseError::table("cleaning")(text));
        };
        for path in &removed {
            fs::remove_file(path).map_err(WarehouseError::io(path))?;
        }
        if !self.abandoned().is_empty() {
            self.may_write()?;
            let _turn = turn::take(&self.root, None)?;
            for path in self.abandoned() {
                fs::remove_dir_all(&path).map_err(WarehouseError::io(&path))?;
                removed.push(path);
            }
        }
        Ok(removed)
    }
}

/// Length, checksum, rows, order, statistics and cents of a file; what is wrong otherwise.
fn check_file(file: &TableFile) -> Result<Totals, String> {
    let path = file.path();
    let shown = || path.display();
    let bytes = file.written().whole().map_err(|error| error.to_string())?;
    let layout = read_layout(bytes).map_err(|error| format!("{}: {error}", shown()))?;
    if layout.row_count != file.row_count() {
        let (rows, expected) = (layout.row_count, file.row_count());
        return Err(format!("{}: {rows} observations, {expected} committed", shown()));
    }
    if !layout.is_sorted {
        return Err(format!("{}: its rows are not in the order they are written in", shown()));
    }
    // Texts may differ in nothing but the order of their names.
    let json = |text: &str| serde_json::from_str::<serde_json::Value>(text).ok();
    if json(&layout.statistics) != json(file.statistics()) {
        return Err(format!("{}: the log's statistics are not those of its rows", shown()));
    }
    Ok((layout.row_count, layout.cents))
}

impl Snapshot {
    /// What is wrong with a file whose bytes are not those committed.
    pub(crate) fn damaged_file(&self) -> Option<WarehouseError> {
        self.files().iter().find_map(|file| file.written().whole().err())
    }
}

/// What is in a folder, unless a link leads to it: what lies behind one is not the warehouse's own.
fn entries_of(folder: &Path) -> Result<Vec<fs::DirEntry>, WarehouseError> {
    match fs::symlink_metadata(folder) {
        Ok(metadata) if metadata.is_dir() => {}
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(WarehouseError::io(folder)(error));
        }
        _ => return Ok(Vec::new()),
    }
    let entries = fs::read_dir(folder).and_then(Iterator::collect);
    entries.map_err(WarehouseError::io(folder))
}

/// Whether it is a file itself, and no link to one.
fn is_file(entry: &fs::DirEntry) -> bool {
    entry.file_type().is_ok_and(|it| it.is_file())
}

/// What a commit that was cut off has left beside the log.
fn collect_temporary(log: &Path, files: &mut Vec<PathBuf>) -> Result<(), WarehouseError> {
    let is_temporary = |entry: &fs::DirEntry| {
        is_file(entry) && entry.file_name().to_string_lossy().starts_with(TEMPORARY_PREFIX)
    };
    let entries = entries_of(log)?.into_iter().filter(is_temporary);
    files.extend(entries.map(|entry| entry.path()));
    Ok(())
}

/// Files that have a name of an ingestion, in a folder and in those of its quarters.
fn collect_files(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), WarehouseError> {
    for entry in entries_of(folder)? {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if is_file(&entry) {
            if is_of_ingestion(&name) {
                files.push(entry.path());
            }
        } else if name.strip_prefix("quarter=").is_some_and(|it| it.parse::<Quarter>().is_ok()) {
            collect_files(&entry.path(), files)?;
        }
    }
    Ok(())
}

/// `2007-05-r1-Yb3dQz-0000-0123456789abcdef.parquet` and the like: delivery, revision, what tells
/// ingestions apart, and the beginning of a hash.
fn is_of_ingestion(name: &str) -> bool {
    const HASH_LENGTH: usize = 16;
    let Some((stem, "parquet" | "json")) = name.rsplit_once('.') else { return false };
    let Some((words, hash)) = stem.rsplit_once('-') else { return false };
    let is_revision = |word: &str| {
        let digits = word.strip_prefix('r').unwrap_or("");
        !digits.is_empty() && digits.bytes().all(|it| it.is_ascii_digit())
    };
    let hexadecimal = |it: u8| it.is_ascii_digit() || (b'a'..=b'f').contains(&it);
    hash.len() == HASH_LENGTH
        && hash.bytes().all(hexadecimal)
        && words.split('-').skip(1).any(is_revision)
}
