//! Whether a warehouse is what its log says: key, files, checksums, rows, cents, order, statistics,
//! and the files beside the table.
//!
//! In: a warehouse. Out: a [`Verification`]: every fault with what to do about it, and what was
//! checked. Never: a change. Files that no version names are no fault: an ingestion that was
//! interrupted leaves them, no figure counts them, and `clean` removes them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::durable_store::TEMPORARY_PREFIX;
use super::error::WarehouseError;
use super::snapshot::{Snapshot, TableFile};
use super::statistics::read_layout;
use super::{FINDINGS_FOLDER, LOG_FOLDER, OBSERVATIONS_FOLDER, Warehouse};

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

/// Rows and cents of a quarter.
type Totals = (u64, i128);

impl Warehouse {
    /// Checks every file of the current version against the log, and reads all amounts.
    pub fn verify(&self) -> Result<Verification, WarehouseError> {
        let snapshot = self.snapshot(None)?;
        let mut verification = Verification {
            version: snapshot.version(),
            file_count: snapshot.files().len(),
            orphans: self.orphans()?,
            ..Verification::default()
        };
        if let Err(error) = self.key() {
            let help = "put the key that the warehouse was made with back in its place";
            verification.faults.push(Fault { text: error.to_string(), help });
        }
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
                let (rows, cents) = found.get(&key).copied().unwrap_or_default();
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

    /// A file beside the table is named by the first characters of its hash.
    fn check_sidecar(&self, name: &str) -> Option<Fault> {
        let fault = |text| Some(Fault { text, help: REINGEST });
        match hash_of(&self.root.join(name)) {
            Ok(hash) if name.contains(&hash[..16]) => None,
            Ok(_) => fault(format!("{name}: this is not what was committed")),
            Err(error) => fault(format!("{name}: {error}")),
        }
    }

    /// Files in the table's and the findings' folders that no version names.
    pub fn orphans(&self) -> Result<Vec<PathBuf>, WarehouseError> {
        let table = self.table.open(None)?;
        let folder = self.root.join(OBSERVATIONS_FOLDER);
        let mut named: BTreeSet<PathBuf> = BTreeSet::new();
        for path in self.table.ever_added(&table)? {
            named.insert(folder.join(path));
        }
        for commit in self.table.commits(&table)? {
            named.extend(commit.record.sidecars().map(|name| self.root.join(name)));
        }
        let mut orphans = Vec::new();
        for folder in [folder, self.root.join(FINDINGS_FOLDER)] {
            collect_files(&folder, &mut orphans)?;
        }
        collect_temporary(&self.root.join(OBSERVATIONS_FOLDER).join(LOG_FOLDER), &mut orphans);
        orphans.retain(|path| !named.contains(path));
        orphans.sort();
        Ok(orphans)
    }

    /// Removes what no version names, unless an ingestion is under way; gives what was removed.
    pub fn clean(&self) -> Result<Vec<PathBuf>, WarehouseError> {
        // An ingestion holds its lock until its files are named. What was unnamed before nobody
        // held a lock, and still is after that, belongs to an ingestion that has died.
        let before = self.orphans()?;
        if super::commit::is_ingesting(&self.root) {
            let text = "an ingestion is under way; its files are named only when it commits";
            return Err(WarehouseError::table("cleaning")(text));
        }
        let mut orphans = self.orphans()?;
        orphans.retain(|path| before.contains(path));
        for path in &orphans {
            fs::remove_file(path).map_err(WarehouseError::io(path))?;
        }
        Ok(orphans)
    }
}

/// Length, checksum, rows, order, statistics and cents of a file; what is wrong otherwise.
fn check_file(file: &TableFile) -> Result<Totals, String> {
    let path = file.path();
    let shown = || path.display();
    let length = fs::metadata(path).map_err(|error| format!("{}: {error}", shown()))?.len();
    if length != file.byte_count() {
        let expected = file.byte_count();
        return Err(format!("{}: {length} bytes, {expected} committed", shown()));
    }
    let hash = hash_of(path).map_err(|error| format!("{}: {error}", shown()))?;
    if hash != file.blake3() {
        return Err(format!("{}: its checksum is not the one committed", shown()));
    }
    let layout = read_layout(path).map_err(|error| format!("{}: {error}", shown()))?;
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

/// BLAKE3 of a file's bytes, in hexadecimal digits.
pub fn hash_of(path: &Path) -> std::io::Result<String> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(File::open(path)?)?;
    Ok(hasher.finalize().to_hex().to_string())
}

/// What a commit that was cut off has left beside the log.
fn collect_temporary(log: &Path, files: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(log).into_iter().flatten().flatten();
    let is_temporary = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with(TEMPORARY_PREFIX)
    };
    files.extend(entries.map(|entry| entry.path()).filter(is_temporary));
}

/// Files that ingestions write below a folder; the log's own folder is not looked into.
fn collect_files(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), WarehouseError> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        entries => entries.map_err(WarehouseError::io(folder))?,
    };
    for entry in entries {
        let path = entry.map_err(WarehouseError::io(folder))?.path();
        if path.is_dir() {
            if !path.ends_with(LOG_FOLDER) {
                collect_files(&path, files)?;
            }
        } else if path.extension().is_some_and(|it| it == "parquet" || it == "json") {
            files.push(path);
        }
    }
    Ok(())
}
