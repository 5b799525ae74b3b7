//! One commit per delivery: the only moment at which anything becomes visible.
//!
//! In: staged files whose bytes are on disk, and what is to be said of them. Out: a version of the
//! table in which the delivery's earlier files are gone and the new ones are there, in one step.
//! Never: two winners of the same delivery, or a commit whose files do not hold what was counted.
//!
//! Order on disk: data files, their folders, findings, log entry, log folder, the note of the version
//! apart from the log. Each is flushed before the next, the log entry before it has its name; a crash
//! before that leaves files that no version names, one after it a note that is too old.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use chrono::Utc;
use rayon::prelude::*;
use tempfile::TempDir;

use super::committed::{self, Noted};
use super::error::WarehouseError;
use super::files::{
    Gather, ObservationWriter, StagedFile, create_private, create_private_folder, place,
    read_totals, sync_folder,
};
use super::log_entry::{Action, Add, Transaction};
use super::record::DeliveryRecord;
use super::sidecars::{SidecarWriter, StagedSidecars};
use super::snapshot::{TAG_BLAKE3, TAG_DELIVERY, TAG_TAIL};
use super::turn::{self, Waiting};
use super::{FINDINGS_FOLDER, OBSERVATIONS_FOLDER, STAGING_FOLDER, Snapshot, Warehouse};
use crate::attribution::Reconciliation;
use crate::delivery::DeliveryId;
use crate::document::open_regular;
use crate::exact::known;
use crate::quarter::QuarterRange;

const STAGING_PREFIX: &str = "ingest-";
const LOCK_FILE: &str = "lock";

/// Commits of other deliveries that may come in between before giving up.
const TRIES_MAX: usize = 50;

/// What is to be committed of a delivery.
#[derive(Debug)]
pub struct NewCommit<'a> {
    /// New files of observations.
    pub files: &'a [StagedFile],
    /// The files beside the table, of the whole delivery.
    pub sidecars: &'a StagedSidecars,
    /// What is said of the whole delivery.
    pub record: DeliveryRecord,
    /// What the new files must hold.
    pub written: &'a Reconciliation,
    /// Whether the delivery's earlier files stay.
    pub keep_earlier: bool,
}

/// A delivery that is visible.
#[derive(Debug)]
pub struct Committed {
    /// The version of the table that it made.
    pub version: u64,
    /// Why the version could not be noted apart from the log; the commit stands.
    pub not_noted: Option<WarehouseError>,
}

/// A delivery on its way into the warehouse. Dropped without commit, it leaves nothing.
#[derive(Debug)]
pub struct Ingestion<'w> {
    warehouse: &'w Warehouse,
    staging: TempDir,
    /// Held as long as the ingestion goes on, so that its folder is not taken for abandoned.
    _lock: File,
    delivery: String,
    window: QuarterRange,
    /// Revision of the delivery when the ingestion began; 0 when there was none.
    base_revision: u32,
}

impl<'w> Ingestion<'w> {
    pub(super) fn begin(
        warehouse: &'w Warehouse,
        snapshot: &Snapshot,
        delivery: &DeliveryId,
        window: QuarterRange,
        waiting: Option<Waiting>,
    ) -> Result<Self, WarehouseError> {
        if let Some((other, other_window)) = snapshot.overlapping(delivery.as_str(), window) {
            return Err(WarehouseError::Overlap { window, other, other_window });
        }
        turn::may_write(&warehouse.root)?;
        // One at a time: nobody may take a folder for abandoned before its lock is held.
        let _turn = turn::take(&warehouse.root, waiting)?;
        remove_abandoned(&warehouse.root);
        let folder = warehouse.root.join(STAGING_FOLDER);
        create_private_folder(&folder)?;
        let staging = tempfile::Builder::new().prefix(STAGING_PREFIX).tempdir_in(&folder);
        let staging = staging.map_err(WarehouseError::io(folder))?;
        let lock = create_private(&staging.path().join(LOCK_FILE))?;
        lock.lock().map_err(WarehouseError::io(staging.path()))?;
        let current = snapshot.delivery(delivery.as_str());
        Ok(Self {
            warehouse,
            staging,
            _lock: lock,
            delivery: delivery.to_string(),
            window,
            base_revision: current.map_or(0, |commit| commit.record.revision),
        })
    }

    /// The revision that the commit will make.
    pub fn revision(&self) -> u32 {
        self.base_revision + 1
    }

    /// Where observations go; `gather` is shown the rows of each file.
    pub fn observation_writer(&self, gather: Option<Gather>) -> ObservationWriter {
        ObservationWriter::new(self.staging.path(), self.prefix(), gather)
    }

    /// Removes what has been staged, so that the delivery can be read anew.
    pub fn begin_anew(&self) -> Result<(), WarehouseError> {
        let folder = self.staging.path();
        for entry in fs::read_dir(folder).map_err(WarehouseError::io(folder))? {
            let path = entry.map_err(WarehouseError::io(folder))?.path();
            if path.file_name().is_some_and(|name| name != LOCK_FILE) {
                fs::remove_file(&path).map_err(WarehouseError::io(&path))?;
            }
        }
        Ok(())
    }

    /// Where findings and rejected rows go; `parts` are the names of the delivery's files.
    pub fn sidecar_writer(&self, parts: Vec<String>) -> Result<SidecarWriter, WarehouseError> {
        SidecarWriter::create(self.staging.path(), parts)
    }

    /// Beginning of the names of this ingestion's files; no other ingestion has the same, so that
    /// none can replace or remove another's files.
    fn prefix(&self) -> String {
        let folder = known(self.staging.path().file_name()).to_string_lossy();
        let token = known(folder.strip_prefix(STAGING_PREFIX));
        format!("{}-r{}-{token}", self.delivery, self.revision())
    }

    /// Makes the delivery visible.
    pub fn commit(self, commit: NewCommit<'_>) -> Result<Committed, WarehouseError> {
        let NewCommit {
            files: staged,
            sidecars,
            mut record,
            written: reconciliation,
            keep_earlier,
        } = commit;
        assert_balanced(staged, reconciliation);
        let root = &self.warehouse.root;
        let mut placed = PlacedFiles::default();
        let findings_folder = root.join(FINDINGS_FOLDER);
        create_private_folder(&findings_folder)?;
        let names = sidecars.place(root, FINDINGS_FOLDER, &self.prefix(), &mut placed.0)?;
        sync_folder(&findings_folder)?;
        let table_folder = root.join(OBSERVATIONS_FOLDER);
        for file in staged {
            placed.0.push(place(file, &table_folder)?);
        }
        sync_folder(&table_folder)?;
        check_written(staged, &table_folder, reconciliation)?;
        record.revision = self.revision();
        record.findings = Some(names.findings);
        record.rejected_rows = Some(names.rejected_rows);
        record.profile = Some(names.profile);
        let noted = match self.commit_actions(staged, &record, keep_earlier) {
            Err(error @ (WarehouseError::Table { .. } | WarehouseError::Io { .. })) => {
                // The log entry may have been written before the error: then the commit stands.
                match self.version_of(&record) {
                    Ok(Some(noted)) => noted,
                    Ok(None) => return Err(error),
                    Err(_) => {
                        placed.keep();
                        return Err(error);
                    }
                }
            }
            noted => noted?,
        };
        placed.keep();
        let not_noted = committed::note(root, noted).err();
        Ok(Committed { version: noted.version, not_noted })
    }

    /// The version that committed this record, if one did.
    fn version_of(&self, record: &DeliveryRecord) -> Result<Option<Noted>, WarehouseError> {
        let log = self.warehouse.log()?;
        let commits = log.commits(log.version());
        let current = commits.iter().rfind(|commit| commit.record.delivery == self.delivery);
        let same = current.filter(|commit| commit.record.findings == record.findings);
        Ok(same.map(|commit| log.noted(commit.version)))
    }

    fn commit_actions(
        &self,
        staged: &[StagedFile],
        record: &DeliveryRecord,
        keep_earlier: bool,
    ) -> Result<Noted, WarehouseError> {
        for _ in 0..TRIES_MAX {
            let noted = committed::noted(&self.warehouse.root)?;
            let log = self.warehouse.log()?;
            self.warehouse.whole(&log, &noted)?;
            self.still_first(&self.warehouse.snapshot_in(&log, log.version())?)?;
            let mut actions: Vec<Action> = Vec::new();
            if !keep_earlier {
                let live = log.live(log.version()).filter(|it| it.delivery() == self.delivery);
                let now = Utc::now().timestamp_millis();
                actions.extend(live.map(|add| add.removal(now)));
            }
            let added = staged.iter().map(|file| Action::Add(Box::new(self.add(file))));
            actions.extend(added);
            let app_id = format!("delivery:{}", self.delivery);
            let version = u64::from(self.revision());
            actions.push(Action::Transaction(Transaction { app_id, version }));
            if let Some(noted) = log.append(&actions, record)? {
                return Ok(noted);
            }
        }
        Err(WarehouseError::Conflict(self.delivery.clone()))
    }

    /// Nobody committed this delivery, or one that overlaps, since the ingestion began.
    fn still_first(&self, snapshot: &Snapshot) -> Result<(), WarehouseError> {
        let current = snapshot.delivery(&self.delivery);
        if current.map_or(0, |commit| commit.record.revision) != self.base_revision {
            return Err(WarehouseError::Conflict(self.delivery.clone()));
        }
        match snapshot.overlapping(&self.delivery, self.window) {
            Some((other, other_window)) => {
                Err(WarehouseError::Overlap { window: self.window, other, other_window })
            }
            None => Ok(()),
        }
    }

    fn add(&self, file: &StagedFile) -> Add {
        let some = |name: &str, value: &str| (name.to_owned(), Some(value.to_owned()));
        Add {
            path: file.relative.clone(),
            partition_values: BTreeMap::from([some("quarter", &file.quarter.to_string())]),
            size: file.byte_count,
            modification_time: Utc::now().timestamp_millis(),
            data_change: true,
            stats: file.statistics.clone(),
            tags: BTreeMap::from([
                some(TAG_DELIVERY, &self.delivery),
                some(TAG_BLAKE3, &file.blake3),
                some(TAG_TAIL, &file.tail.to_string()),
            ]),
            base_row_id: None,
            default_row_commit_version: None,
            clustering_provider: None,
            row_count: file.row_count,
        }
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

/// Files moved to their place; removed again unless the commit succeeds.
#[derive(Default)]
struct PlacedFiles(Vec<PathBuf>);

impl PlacedFiles {
    fn keep(&mut self) {
        self.0.clear();
    }
}

impl Drop for PlacedFiles {
    fn drop(&mut self) {
        for path in &self.0 {
            // What cannot be removed is named by no version, so no figure counts it.
            let _unremoved = fs::remove_file(path);
        }
    }
}

/// What was counted balances, and is what the files are said to hold.
fn assert_balanced(staged: &[StagedFile], reconciliation: &Reconciliation) {
    assert!(reconciliation.balances(), "cents in do not equal cents stored and clipped");
    let mut rows: BTreeMap<_, u64> = BTreeMap::new();
    for file in staged {
        *rows.entry(file.quarter).or_default() += file.row_count;
    }
    for (quarter, totals) in reconciliation.by_quarter() {
        let written = rows.get(quarter).map_or(0, |it| *it);
        assert_eq!(
            written, totals.observations,
            "observations of {quarter} written and counted differ"
        );
    }
}

/// The same again, from the bytes on disk.
fn check_written(
    staged: &[StagedFile],
    table: &Path,
    reconciliation: &Reconciliation,
) -> Result<(), WarehouseError> {
    let mut written: BTreeMap<_, (u64, i128)> = BTreeMap::new();
    let read = |file: &StagedFile| read_totals(file, table);
    let totals: Vec<(u64, i128)> =
        staged.par_iter().map(read).collect::<Result<_, WarehouseError>>()?;
    for (file, (rows, cents)) in staged.iter().zip(totals) {
        let sum = written.entry(file.quarter).or_default();
        *sum = (sum.0 + rows, sum.1 + cents);
    }
    for (quarter, totals) in reconciliation.by_quarter() {
        let expected = (totals.observations, totals.cents);
        if written.get(quarter).map_or((0, 0), |it| *it) != expected {
            let message = format!("what was written for {quarter} is not what was counted");
            return Err(WarehouseError::table("reading observations back")(message));
        }
    }
    Ok(())
}
