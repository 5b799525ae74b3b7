//! Stored rows to another classification: read, classify, write, commit all deliveries at once.
//!
//! In: a warehouse whose rules are no longer those that its rows are stored under. Out: what that
//! changes, by quarter, and a commit in which every row stands under the rules as they are. Never: a row
//! or a cent more or less in any quarter, or more rows in memory than some files have.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::difference::Difference;
use super::ingest::{HistoriesProblem, not_noted_text, renew_histories};
use super::moves::{Counts, Move};
use crate::attribution::{NoRegime, ObservationBatch};
use crate::check::{CheckContext, rows_without_regime};
use crate::counting::histories::Gathered;
use crate::dictionary::Dictionary;
use crate::quarter::Quarter;
use crate::warehouse::{
    Committed, DeliveryRecord, Meaning, ObservationWriter, Reclassification,
    ReclassificationRecord, StagedFile, TableFile, Waiting, Warehouse, WarehouseError,
};

/// Version of [`ReclassificationRecord`].
const RECORD_FORMAT: u32 = 1;

/// A reclassification that could not be done. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum ReclassifyError {
    /// Reading, writing or committing.
    #[error(transparent)]
    Warehouse(#[from] WarehouseError),
    /// There is nothing to classify.
    #[error(
        "the warehouse has no delivery yet: what comes in is classified by the rules as they are"
    )]
    NoDelivery,
    /// Rows would be of no regime, and would have been rejected.
    #[error(
        "{rows} observations of {quarter}, delivery {delivery}, are stored under the regime \
         `{stored}`, and their LEGISLATION is the code of none by the rules as they are"
    )]
    NoRegime {
        /// The delivery.
        delivery: String,
        /// The quarter.
        quarter: Quarter,
        /// The regime of one of them.
        stored: String,
        /// How many there are.
        rows: u64,
    },
    /// What is stored is not what was committed.
    #[error(
        "delivery {delivery}, {quarter}: {rows} observations and {cents} cents in the files, which is \
         not what was committed"
    )]
    NotAsCommitted {
        /// The delivery.
        delivery: String,
        /// The quarter.
        quarter: Quarter,
        /// Observations found.
        rows: u64,
        /// Cents found.
        cents: i128,
    },
}

/// What a reclassification comes to.
#[derive(Debug)]
pub struct Reclassified {
    /// What the table means, where its commits say it.
    pub before: Option<Meaning>,
    /// What settings and dictionary say.
    pub after: Meaning,
    /// The version that was committed; none where there was nothing to do, or it was only asked what
    /// there is.
    pub version: Option<u64>,
    /// Observations of the table.
    pub observations: u64,
    /// From which classes to which rows pass, by quarter.
    pub moves: Vec<Move>,
    /// Figures that are others than before.
    pub cells: Vec<Difference>,
    /// What else is to be said, in words.
    pub notes: Vec<String>,
    /// Why person histories could not be renewed after the commit, which stands.
    pub histories_problem: Option<HistoriesProblem>,
}

impl Reclassified {
    /// Whether the rows are stored under the rules as they are already.
    pub fn is_settled(&self) -> bool {
        let before = self.before.as_ref();
        before.is_some_and(|it| it.classification() == self.after.classification())
    }

    /// Observations that get another regime, measure or guidance.
    pub fn changed(&self) -> u64 {
        self.moves.iter().map(|it| it.observations).sum()
    }
}

/// Classifies all deliveries anew. `progress` is told the bytes of the files read so far; `waiting`
/// where it has to wait for others.
pub fn reclassify(
    warehouse: &Warehouse,
    dry_run: bool,
    waiting: Option<Waiting>,
    progress: &dyn Fn(u64),
) -> Result<Reclassified, ReclassifyError> {
    let snapshot = warehouse.fixed_snapshot()?;
    if snapshot.deliveries().is_empty() {
        return Err(ReclassifyError::NoDelivery);
    }
    let mut found = Reclassified {
        before: snapshot.meaning().cloned(),
        after: warehouse.meaning(),
        version: None,
        observations: snapshot.files().iter().map(TableFile::row_count).sum(),
        moves: Vec::new(),
        cells: Vec::new(),
        notes: Vec::new(),
        histories_problem: None,
    };
    if found.is_settled() {
        return Ok(found);
    }
    found.notes = notes(&snapshot.deliveries().iter().map(|it| &it.record).collect::<Vec<_>>());
    found.notes.extend(snapshot.doubt_about_now());
    let records: BTreeMap<String, DeliveryRecord> = snapshot
        .deliveries()
        .into_iter()
        .map(|it| (it.record.delivery.clone(), it.record.clone()))
        .collect();
    let mut files: Vec<TableFile> = snapshot.files().to_vec();
    files.sort_by(|a, b| (a.delivery(), a.quarter()).cmp(&(b.delivery(), b.quarter())));
    let begun = if dry_run { None } else { Some(warehouse.reclassification(snapshot, waiting)?) };
    let mut anew = Anew { warehouse, records: &records, found: &mut found, quarter: None };
    let mut sink = begun.as_ref().map(Sink::new);
    anew.all(&files, &mut sink, progress)?;
    let staged = sink.map(Sink::finish).transpose()?;
    if let (Some(begun), Some(staged)) = (begun, staged) {
        let record = ReclassificationRecord {
            format: RECORD_FORMAT,
            tool: env!("CARGO_PKG_VERSION").to_owned(),
            before: found.before.as_ref().map(|it| it.classification().to_owned()),
            meaning: found.after.clone(),
            observations: found.observations,
            changed: found.changed(),
        };
        let Committed { version, not_noted } = begun.commit(&staged, &record)?;
        found.version = Some(version);
        found.notes.extend(not_noted.map(|error| not_noted_text(&error)));
        found.histories_problem = renew_histories(warehouse, &Gathered::default()).err();
    }
    Ok(found)
}

/// Rows that are not stored cannot be classified.
fn notes(records: &[&DeliveryRecord]) -> Vec<String> {
    let rejected = records.iter().filter_map(|record| {
        let rules = record.rules.iter().filter(|it| rows_without_regime(&it.rule));
        let rows: u64 = rules.map(|it| it.rows).sum();
        (rows > 0).then(|| format!("{} of {}", rows, record.delivery))
    });
    let rejected: Vec<String> = rejected.collect();
    if rejected.is_empty() {
        return Vec::new();
    }
    vec![format!(
        "rows that were rejected since their LEGISLATION was the code of no regime stay out, whatever \
         the rules are now ({}); `sppis ingest` of the delivery reads them again",
        rejected.join(", ")
    )]
}

/// Where rewritten observations go: a writer for each delivery, one after the other.
struct Sink<'r, 'w> {
    begun: &'r Reclassification<'w>,
    writer: Option<(String, ObservationWriter)>,
    staged: BTreeMap<String, Vec<StagedFile>>,
}

impl<'r, 'w> Sink<'r, 'w> {
    fn new(begun: &'r Reclassification<'w>) -> Self {
        Self { begun, writer: None, staged: BTreeMap::new() }
    }

    /// Takes the rows of a file, which become a file again.
    fn take(
        &mut self,
        record: &DeliveryRecord,
        rows: ObservationBatch,
    ) -> Result<(), WarehouseError> {
        let is_another = self.writer.as_ref().is_none_or(|(name, _)| *name != record.delivery);
        if is_another {
            self.end()?;
            let writer = self.begun.observation_writer(record);
            self.writer = Some((record.delivery.clone(), writer));
        }
        if let Some((_, writer)) = &mut self.writer {
            writer.write(vec![rows])?;
            writer.end_files()?;
            writer.wait();
        }
        Ok(())
    }

    fn end(&mut self) -> Result<(), WarehouseError> {
        if let Some((delivery, writer)) = self.writer.take() {
            self.staged.insert(delivery, writer.finish()?);
        }
        Ok(())
    }

    fn finish(mut self) -> Result<BTreeMap<String, Vec<StagedFile>>, WarehouseError> {
        self.end()?;
        Ok(self.staged)
    }
}

/// Files on their way to another classification.
struct Anew<'a> {
    warehouse: &'a Warehouse,
    records: &'a BTreeMap<String, DeliveryRecord>,
    found: &'a mut Reclassified,
    /// The quarter whose files are being read, and what is known of it.
    quarter: Option<(String, Quarter, Counts)>,
}

impl Anew<'_> {
    /// Some files are read and classified at a time; their rows are handed on in the files' order.
    fn all(
        &mut self,
        files: &[TableFile],
        sink: &mut Option<Sink<'_, '_>>,
        progress: &dyn Fn(u64),
    ) -> Result<(), ReclassifyError> {
        let (dictionary, configuration) =
            (self.warehouse.dictionary(), self.warehouse.configuration());
        let Some(window) = self.records.values().find_map(DeliveryRecord::quarters) else {
            return Ok(());
        };
        // What classes depend on is the same in every window.
        let context = CheckContext::new(
            dictionary,
            window,
            configuration.identifier(),
            configuration.fixed_amounts(),
        );
        let mut bytes = 0;
        for wave in files.chunks(rayon::current_num_threads()) {
            let read = |file: &TableFile| reclassified(file, &context, dictionary);
            let read: Vec<_> = wave.par_iter().map(read).collect();
            for (file, read) in wave.iter().zip(read) {
                let (rows, counts) = read?;
                self.count(file, counts)?;
                if let (Some(sink), Some(record)) =
                    (sink.as_mut(), self.records.get(file.delivery()))
                {
                    sink.take(record, rows)?;
                }
                bytes += file.byte_count();
                progress(bytes);
            }
        }
        self.end_quarter()
    }

    fn count(&mut self, file: &TableFile, counts: Counts) -> Result<(), ReclassifyError> {
        let is_same = self.quarter.as_ref().is_some_and(|(delivery, quarter, _)| {
            delivery == file.delivery() && *quarter == file.quarter()
        });
        if !is_same {
            self.end_quarter()?;
            self.quarter = Some((file.delivery().to_owned(), file.quarter(), Counts::default()));
        }
        if let Some((_, _, known)) = &mut self.quarter {
            known.add(counts);
        }
        Ok(())
    }

    /// What a quarter holds must be what was committed.
    fn end_quarter(&mut self) -> Result<(), ReclassifyError> {
        let Some((delivery, quarter, counts)) = self.quarter.take() else { return Ok(()) };
        let (rows, cents) = (counts.observations, counts.cents);
        let name = quarter.to_string();
        let record = self.records.get(&delivery).map(|it| &it.reconciliation.quarters);
        let committed = record.into_iter().flatten().find(|it| it.quarter == name);
        if !committed.is_some_and(|it| it.observations == rows && it.cents == cents.to_string()) {
            return Err(ReclassifyError::NotAsCommitted { delivery, quarter, rows, cents });
        }
        let (moves, cells) = counts.changes(quarter);
        self.found.moves.extend(moves);
        self.found.cells.extend(cells);
        Ok(())
    }
}

/// The rows of a file under the rules as they are, and what that changes.
fn reclassified(
    file: &TableFile,
    context: &CheckContext,
    dictionary: &Dictionary,
) -> Result<(ObservationBatch, Counts), ReclassifyError> {
    let stored = file.observations()?;
    let classes = stored.classified(context, dictionary).map_err(|NoRegime { stored, rows }| {
        let (delivery, quarter) = (file.delivery().to_owned(), file.quarter());
        ReclassifyError::NoRegime { delivery, quarter, stored, rows }
    })?;
    let counts = Counts::of(&stored, &classes);
    Ok((stored.with_classes(classes), counts))
}
