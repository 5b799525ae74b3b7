//! One commit for all deliveries: the same observations under another classification.
//!
//! In: the files of the table as it is, all of whose bytes are compared with their checksums, and for each
//! delivery new files of the same rows. Out: a version in which every earlier file is gone and the new
//! ones are there, in one step; what was committed of each delivery stands. Never: a commit over a table
//! that somebody else has committed to since, or one that holds another row or cent than before.

use std::collections::BTreeMap;

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use chrono::Utc;
use parquet::arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder};

use super::Warehouse;
use super::append::Said;
use super::commit::{Committed, PlacedFiles, Totals, add};
use super::committed::{self, Noted};
use super::error::WarehouseError;
use super::files::{ObservationWriter, StagedFile};
use super::log_entry::{Action, Transaction};
use super::record::{DeliveryRecord, ReclassificationRecord};
use super::snapshot::{Snapshot, TableFile};
use super::staging::Staging;
use super::turn::Waiting;
use crate::attribution::{ObservationBatch, coded_observation_schema};
use crate::quarter::Quarter;

const READING: &str = "reading observations to classify them anew";

/// Rows of a file are read at once: a file has half a million.
const ROWS_AT_ONCE: usize = 1 << 20;

/// All deliveries on their way to another classification. Dropped without commit, it leaves nothing.
#[derive(Debug)]
pub struct Reclassification<'w> {
    warehouse: &'w Warehouse,
    staging: Staging,
    base: Snapshot,
}

impl Warehouse {
    /// Begins to classify all deliveries of a snapshot anew.
    pub fn reclassification(
        &self,
        base: Snapshot,
        waiting: Option<Waiting>,
    ) -> Result<Reclassification<'_>, WarehouseError> {
        let staging = Staging::begin(&self.root, waiting)?;
        Ok(Reclassification { warehouse: self, staging, base })
    }
}

impl TableFile {
    /// Its observations, in the order of their lines; its bytes must be those committed.
    pub fn observations(&self) -> Result<ObservationBatch, WarehouseError> {
        let bytes = self.written().all_columns()?;
        let damaged = |text: String| {
            WarehouseError::table(READING)(format!("{}: {text}", self.path().display()))
        };
        let read = || -> parquet::errors::Result<RecordBatch> {
            let options = ArrowReaderOptions::new().with_schema(coded_observation_schema());
            let builder = ParquetRecordBatchReaderBuilder::try_new_with_options(bytes, options)?;
            let schema = builder.schema().clone();
            let batches = builder.with_batch_size(ROWS_AT_ONCE).build()?;
            let batches = batches.collect::<Result<Vec<RecordBatch>, _>>()?;
            Ok(concat_batches(&schema, &batches)?)
        };
        let rows = read().map_err(|error| damaged(error.to_string()))?;
        ObservationBatch::stored(self.quarter(), &rows).map_err(|error| damaged(error.to_string()))
    }
}

impl Reclassification<'_> {
    /// Where the observations of a delivery go.
    pub(crate) fn observation_writer(&self, record: &DeliveryRecord) -> ObservationWriter {
        let prefix = self.staging.prefix(&record.delivery, record.revision);
        ObservationWriter::new(self.staging.path(), prefix, None)
    }

    /// Makes the new files visible, by delivery, in the place of all others.
    pub fn commit(
        self,
        staged: &BTreeMap<String, Vec<StagedFile>>,
        record: &ReclassificationRecord,
    ) -> Result<Committed, WarehouseError> {
        let totals = self.totals();
        let mut placed = PlacedFiles::default();
        placed.observations(&self.warehouse.root, staged.values().flatten(), &totals)?;
        let noted = match self.commit_actions(staged, record) {
            Err(error @ (WarehouseError::Table { .. } | WarehouseError::Io { .. })) => {
                // The log entry may have been written before the error: then the commit stands.
                match self.version_of(record) {
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
        let not_noted = committed::note(&self.warehouse.root, noted).err();
        Ok(Committed { version: noted.version, not_noted })
    }

    /// What each quarter holds, as the deliveries' records say.
    fn totals(&self) -> Totals {
        let deliveries = self.base.deliveries();
        let quarters = deliveries.iter().flat_map(|it| &it.record.reconciliation.quarters);
        let totals = quarters.filter_map(|it| {
            let quarter: Quarter = it.quarter.parse().ok()?;
            Some((quarter, (it.observations, it.cents.parse().ok()?)))
        });
        totals.collect()
    }

    fn commit_actions(
        &self,
        staged: &BTreeMap<String, Vec<StagedFile>>,
        record: &ReclassificationRecord,
    ) -> Result<Noted, WarehouseError> {
        let noted = committed::noted(&self.warehouse.root)?;
        let log = self.warehouse.log()?;
        self.warehouse.whole(&log, &noted)?;
        let version = log.version();
        if version != self.base.version() {
            return Err(WarehouseError::Overtaken(version));
        }
        let now = Utc::now().timestamp_millis();
        let mut actions: Vec<Action> =
            log.live(version).map(|earlier| earlier.removal(now)).collect();
        for (delivery, files) in staged {
            actions.extend(files.iter().map(|file| Action::Add(Box::new(add(file, delivery)))));
        }
        let app_id = "reclassification".to_owned();
        actions.push(Action::Transaction(Transaction { app_id, version }));
        let written = log.append(&actions, Said::Reclassification(record))?;
        written.ok_or(WarehouseError::Overtaken(version + 1))
    }

    /// The version that committed this record, if one did.
    fn version_of(&self, record: &ReclassificationRecord) -> Result<Option<Noted>, WarehouseError> {
        let log = self.warehouse.log()?;
        let commits = log.commits(log.version()).reclassifications;
        let later = commits.iter().filter(|it| it.version > self.base.version());
        let same = later.into_iter().find(|it| it.record == *record);
        Ok(same.map(|it| log.noted(it.version)))
    }
}
