//! Delivery to commit: read, decode, check, attribute, write, commit.
//!
//! In: a [`Delivery`] and a [`Warehouse`]. Out: an [`IngestReport`]. Never: a commit over the
//! budget of rejects, or one whose reconciliation does not balance.
//!
//! The file is read once but for rare cases (`reading`); `stages` says how.

pub use super::ingest_error::IngestError;
pub use super::ingest_options::IngestOptions;
pub use super::ingest_report::{Details, HistoriesProblem, IngestReport, Outcome};

use super::attempt::Attempt;
use super::reading::{Read, read_all};
use super::replacement::{parts_are_there, replaced, replacement};
use super::stages::{Sink, Stages};
use crate::attribution::Reconciliation;
use crate::counting::histories::{Gathered, listed, refresh, remove_others};
use crate::decode::CellCounts;
use crate::delivery::Delivery;
use crate::fault::contained_on_all_threads;
use crate::pseudonym::PseudonymKey;
use crate::render::count;
use crate::warehouse::{Committed, NewCommit, Warehouse, WarehouseError};

/// Takes a delivery in. `progress` is told the bytes of the files read so far.
pub fn ingest(
    warehouse: &Warehouse,
    delivery: &Delivery,
    options: &IngestOptions,
    progress: &dyn Fn(u64),
) -> Result<IngestReport, IngestError> {
    delivery.check_names(&options.ignored_columns)?;
    let snapshot = warehouse.agreed_snapshot(None)?;
    if !options.replace {
        parts_are_there(&snapshot, delivery).map_err(Box::new)?;
    }
    let key = warehouse.key()?;
    let plain_hashes = snapshot.has_plain_hashes();
    let snapshot = snapshot.with_keyed_hashes(&key);
    let (id, window) = (delivery.id(), delivery.window());
    let ingestion = warehouse.ingestion(&snapshot, id, window, options.waiting)?;
    let mut stages = Stages::new(warehouse, delivery, &key);
    let Read { sink, hashes, gathered } =
        read_all(&mut stages, &ingestion, options.dry_run, progress)?;
    if sink.reconciliation.rows_read() == 0 {
        return Err(IngestError::NoRows);
    }
    no_cell_is_lost(&sink.reconciliation)?;
    let attempt = Attempt { warehouse, delivery, options, snapshot: &snapshot, key: &key };
    let (record, mut notes) = attempt.record(ingestion.revision(), &sink, &hashes);
    notes.extend(sink.tokens.is_full().then(|| NOT_ALL_CODES.to_owned()));
    let Sink { observations, sidecars, summary, reconciliation, profile, .. } = sink;
    let sidecars = sidecars.finish(&profile)?;
    let mut report = IngestReport {
        outcome: Outcome::DryRun,
        details: options.details.then(|| Details::of(&sidecars)).transpose()?,
        exceeded: options.exceeded(&summary, &reconciliation),
        reconciliation,
        findings: summary,
        record,
        replacement: None,
        notes,
        histories_problem: None,
    };
    if attempt.settle(&mut report) {
        return Ok(report);
    }
    let before = replaced(&snapshot, &report.record);
    if options.dry_run && before.is_none() {
        return Ok(report);
    }
    let files = observations.finish()?;
    if let Some(before) = before {
        let change = replacement(&snapshot, before, &report.record, &files, options.replace);
        report.replacement = Some(change.map_err(Box::new)?);
    }
    if options.dry_run {
        return Ok(report);
    }
    let commit = NewCommit {
        files: &files,
        sidecars: &sidecars,
        record: report.record.clone(),
        written: &report.reconciliation,
        keep_earlier: false,
    };
    attempt.corrections_may_go(&report.record)?;
    let keyed = plain_hashes.then(|| key_log(warehouse, &key)).transpose()?;
    let Committed { version, not_noted } = ingestion.commit(commit)?;
    report.outcome = Outcome::Committed { revision: report.record.revision, version };
    report.notes.extend(not_noted.map(|error| not_noted_text(&error)));
    report.notes.extend(keyed);
    report.histories_problem = renew_histories(warehouse, &gathered).err();
    Ok(report)
}

/// What is said where a commit stands that is not noted apart from the log.
pub(super) fn not_noted_text(error: &WarehouseError) -> String {
    format!(
        "the delivery is committed, but not noted apart from the log ({error}): should the log lose \
         this entry, that would not be seen before the next commit"
    )
}

/// Keys the hashes of delivered files that a log of old says without a key; gives what is to be said of it.
/// It comes before the commit, which says the hashes of all entries as they are from then on.
pub(super) fn key_log(warehouse: &Warehouse, key: &PseudonymKey) -> Result<String, WarehouseError> {
    let entries = warehouse.key_hashes_of_log(key)?;
    Ok(format!(
        "{} of the table's log held hashes of delivered files without a key, against which national \
         numbers can be tried; they are keyed now, but not in copies of the warehouse and in reports \
         that were made before",
        count(entries, "commit")
    ))
}

const NOT_ALL_CODES: &str = "there are too many distinct texts in code columns, or too many rejected persons, to \
                             look for all identifiers among the codes";

/// Every field that holds something is a value, a word for no value, or found.
pub(super) fn no_cell_is_lost(reconciliation: &Reconciliation) -> Result<(), IngestError> {
    let Some((column, counts)) = reconciliation.lost_cells() else { return Ok(()) };
    let CellCounts { held, values, no_value_words, findings } = counts;
    Err(IngestError::LostCells { column, held, values, words: no_value_words, findings })
}

/// Makes the histories of the table as it is now. Whatever fails here, no figure depends on it, and
/// the commit stands; a damaged file may make its reader panic.
pub(super) fn renew_histories(
    warehouse: &Warehouse,
    gathered: &Gathered,
) -> Result<(), HistoriesProblem> {
    let renewed = contained_on_all_threads(|| renew(warehouse, gathered));
    renewed.unwrap_or(Err(HistoriesProblem::Panicked))
}

fn renew(warehouse: &Warehouse, gathered: &Gathered) -> Result<(), HistoriesProblem> {
    let folder = warehouse.histories_folder();
    let before = listed(&folder);
    refresh(&folder, &warehouse.snapshot(None)?, gathered)?;
    // Another delivery may have been committed in the meantime.
    remove_others(&folder, &before, &warehouse.snapshot(None)?)?;
    Ok(())
}
