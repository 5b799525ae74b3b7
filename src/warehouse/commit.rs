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
use std::fs;
use std::path::{Path, PathBuf};

use chrono::Utc;
use rayon::prelude::*;

use super::append::Said;
use super::committed::{self, Noted};
use super::error::WarehouseError;
use super::files::{
    Gather, ObservationWriter, StagedFile, create_private_folder, place, read_totals, sync_folder,
};
use super::layout::{FINDINGS_FOLDER, OBSERVATIONS_FOLDER};
use super::log_entry::{Action, Add, TAG_BLAKE3, TAG_DELIVERY, TAG_TAIL, Transaction};
use super::record::DeliveryRecord;
use super::sidecars::{SidecarWriter, StagedSidecars};
use super::staging::{LOCK_FILE, Staging};
use super::turn::Waiting;
use super::{Snapshot, Warehouse};
use crate::attribution::Reconciliation;
use crate::delivery::DeliveryId;
use crate::quarter::{Quarter, QuarterRange};

/// Commits of other deliveries that may come in between before giving up.
const TRIES_MAX: usize = 50;

/// What is to be committed of a delivery.
#[derive(Debug)]
pub(crate) struct NewCommit<'a> {
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
    staging: Staging,
    delivery: String,
    window: QuarterRange,
    /// Revision of the delivery when the ingestion began; 0 when there was none.
    base_revision: u32,
}

impl Warehouse {
    /// Begins to take a delivery in; `waiting` is told where that has to wait for others.
    pub fn ingestion(
        &self,
        snapshot: &Snapshot,
        delivery: &DeliveryId,
        window: QuarterRange,
        waiting: Option<Waiting>,
    ) -> Result<Ingestion<'_>, WarehouseError> {
        Ingestion::begin(self, snapshot, delivery, window, waiting)
    }
}

impl<'w> Ingestion<'w> {
    fn begin(
        warehouse: &'w Warehouse,
        snapshot: &Snapshot,
        delivery: &DeliveryId,
        window: QuarterRange,
        waiting: Option<Waiting>,
    ) -> Result<Self, WarehouseError> {
        if let Some((other, other_window)) = snapshot.overlapping(delivery.as_str(), window) {
            return Err(WarehouseError::Overlap { window, other, other_window });
        }
        let staging = Staging::begin(&warehouse.root, waiting)?;
        let current = snapshot.delivery(delivery.as_str());
        Ok(Self {
            warehouse,
            staging,
            delivery: delivery.to_string(),
            window,
            base_revision: current.map_or(0, |commit| commit.record.revision),
        })
    }

    /// The revision that the commit will make.
    pub(crate) fn revision(&self) -> u32 {
        self.base_revision + 1
    }

    /// Where observations go; `gather` is shown the rows of each file.
    pub(crate) fn observation_writer(&self, gather: Option<Gather>) -> ObservationWriter {
        ObservationWriter::new(self.staging.path(), self.prefix(), gather)
    }

    /// Removes what has been staged, so that the delivery can be read anew.
    pub(crate) fn begin_anew(&self) -> Result<(), WarehouseError> {
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
    pub(crate) fn sidecar_writer(
        &self,
        parts: Vec<String>,
    ) -> Result<SidecarWriter, WarehouseError> {
        SidecarWriter::create(self.staging.path(), parts)
    }

    /// Beginning of the names of this ingestion's files.
    fn prefix(&self) -> String {
        self.staging.prefix(&self.delivery, self.revision())
    }

    /// Makes the delivery visible.
    pub(crate) fn commit(self, commit: NewCommit<'_>) -> Result<Committed, WarehouseError> {
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
        let totals = reconciliation.by_quarter().iter();
        let totals = totals.map(|(quarter, it)| (*quarter, (it.observations, it.cents)));
        placed.observations(root, staged, &totals.collect())?;
        record.revision = self.revision();
        record.findings = Some(names.findings);
        record.rejected_rows = Some(names.rejected_rows);
        record.profile = Some(names.profile);
        record.meaning = Some(self.warehouse.meaning());
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
        let commits = log.commits(log.version()).deliveries;
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
        let meaning = self.warehouse.meaning();
        for _ in 0..TRIES_MAX {
            let noted = committed::noted(&self.warehouse.root)?;
            let log = self.warehouse.log()?;
            self.warehouse.whole(&log, &noted)?;
            let snapshot = self.warehouse.snapshot_in(&log, log.version())?;
            self.still_first(&snapshot)?;
            if !self.warehouse.may_follow(&snapshot, &meaning)? {
                return Err(WarehouseError::Overtaken(snapshot.version()));
            }
            let mut actions: Vec<Action> = Vec::new();
            if !keep_earlier {
                let live = log.live(log.version()).filter(|it| it.delivery() == self.delivery);
                let now = Utc::now().timestamp_millis();
                actions.extend(live.map(|add| add.removal(now)));
            }
            let added = staged.iter().map(|file| Action::Add(Box::new(add(file, &self.delivery))));
            actions.extend(added);
            let app_id = format!("delivery:{}", self.delivery);
            let version = u64::from(self.revision());
            actions.push(Action::Transaction(Transaction { app_id, version }));
            if let Some(noted) = log.append(&actions, Said::Delivery(record))? {
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
}

/// What the log says of a new file of a delivery.
pub(super) fn add(file: &StagedFile, delivery: &str) -> Add {
    let some = |name: &str, value: &str| (name.to_owned(), Some(value.to_owned()));
    Add {
        path: file.relative.clone(),
        partition_values: BTreeMap::from([some("quarter", &file.quarter.to_string())]),
        size: file.byte_count,
        modification_time: Utc::now().timestamp_millis(),
        data_change: true,
        stats: file.statistics.clone(),
        tags: BTreeMap::from([
            some(TAG_DELIVERY, delivery),
            some(TAG_BLAKE3, &file.blake3),
            some(TAG_TAIL, &file.tail.to_string()),
        ]),
        base_row_id: None,
        default_row_commit_version: None,
        clustering_provider: None,
        row_count: file.row_count,
    }
}

/// Files moved to their place; removed again unless the commit succeeds.
#[derive(Default)]
pub(super) struct PlacedFiles(Vec<PathBuf>);

/// Rows and cents of each quarter.
pub(super) type Totals = BTreeMap<Quarter, (u64, i128)>;

impl PlacedFiles {
    pub(super) fn keep(&mut self) {
        self.0.clear();
    }

    /// Moves files of observations to their place, and reads back that they hold what they must.
    pub(super) fn observations<'f>(
        &mut self,
        root: &Path,
        staged: impl IntoIterator<Item = &'f StagedFile> + Clone,
        totals: &Totals,
    ) -> Result<(), WarehouseError> {
        let folder = root.join(OBSERVATIONS_FOLDER);
        for file in staged.clone() {
            self.0.push(place(file, &folder)?);
        }
        sync_folder(&folder)?;
        check_written(&staged.into_iter().collect::<Vec<_>>(), &folder, totals)
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
    staged: &[&StagedFile],
    table: &Path,
    expected: &Totals,
) -> Result<(), WarehouseError> {
    let mut written = Totals::new();
    let read = |file: &&StagedFile| read_totals(file, table);
    let totals: Vec<(u64, i128)> =
        staged.par_iter().map(read).collect::<Result<_, WarehouseError>>()?;
    for (file, (rows, cents)) in staged.iter().zip(totals) {
        let sum = written.entry(file.quarter).or_default();
        *sum = (sum.0 + rows, sum.1 + cents);
    }
    for (quarter, expected) in expected {
        if written.get(quarter).map_or((0, 0), |it| *it) != *expected {
            let message = format!("what was written for {quarter} is not what was counted");
            return Err(WarehouseError::table("reading observations back")(message));
        }
    }
    Ok(())
}
