//! Delivery to commit: read, decode, check, attribute, write, commit.
//!
//! In: a [`Delivery`] and a [`Warehouse`]. Out: an [`IngestReport`]. Never: a commit over the
//! budget of rejects, or one whose reconciliation does not balance.
//!
//! The file is read once; `stages` says how.

use std::panic::AssertUnwindSafe;

use super::stages::{Sink, Stages};
use crate::attribution::Reconciliation;
use crate::check::{Profile, kept_header};
use crate::decode::CellCounts;
use crate::delivery::{Delivery, Part, PartError};
use crate::finding::{Budget, FindingSummary};
use crate::histories::{Gathered, HistoriesError, listed, refresh, remove_others};
use crate::warehouse::{
    DeliveryRecord, Gather, NewCommit, PartRecord, Snapshot, StagedSidecars, StoredFinding,
    StoredRow, Warehouse, WarehouseError, rule_records,
};

/// Version of [`DeliveryRecord`].
const RECORD_FORMAT: u32 = 1;

/// How the ingestion is to be done.
#[derive(Debug, Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub struct IngestOptions {
    /// Rejects allowed in all.
    pub budget: Budget,
    /// Rejects allowed of single rules, by id.
    pub rule_budgets: Vec<(&'static str, Budget)>,
    /// Do all but the commit.
    pub dry_run: bool,
    /// Replace a delivery although a replay has taken corrected rows into it.
    pub discard_corrections: bool,
    /// Commit the delivery also when the same bytes are current: its files may be damaged.
    pub again: bool,
    /// Give back every finding and rejected row, whatever becomes of the delivery.
    pub details: bool,
}

/// What an ingestion came to.
#[derive(Debug)]
pub struct IngestReport {
    /// What became of the delivery.
    pub outcome: Outcome,
    /// Rows and cents.
    pub reconciliation: Reconciliation,
    /// Findings by rule.
    pub findings: FindingSummary,
    /// The budgets that were exceeded, in words.
    pub exceeded: Vec<String>,
    /// What is said of the delivery, whether it was committed or not.
    pub record: DeliveryRecord,
    /// All findings and rejected rows, if asked for.
    pub details: Option<Details>,
    /// Why person histories could not be renewed after the commit, which stands.
    pub histories_problem: Option<HistoriesProblem>,
}

/// All that was found in a delivery.
#[derive(Debug, Default)]
pub struct Details {
    /// The findings, in file order.
    pub findings: Vec<StoredFinding>,
    /// The rejected rows without identifiers, in file order.
    pub rejected_rows: Vec<StoredRow>,
    /// What the accepted rows are like.
    pub profile: Profile,
}

impl Details {
    /// What is written beside the table.
    pub(super) fn of(sidecars: &StagedSidecars) -> Result<Self, WarehouseError> {
        Ok(Self {
            findings: sidecars.findings()?,
            rejected_rows: sidecars.rejected_rows()?,
            profile: sidecars.profile()?,
        })
    }
}

/// What became of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is current, as this revision and version.
    Committed {
        /// Revision of the delivery.
        revision: u32,
        /// Version of the table.
        version: u64,
    },
    /// The same bytes under the same settings are already current.
    Unchanged {
        /// Revision of the delivery.
        revision: u32,
        /// Version of the table that committed it.
        version: u64,
    },
    /// More rows were rejected than the budget allows; nothing was committed.
    OverBudget,
    /// All was done but the commit.
    DryRun,
}

/// An ingestion that could not be done. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// The warehouse.
    #[error(transparent)]
    Warehouse(#[from] WarehouseError),
    /// A file of the delivery.
    #[error(transparent)]
    Part(#[from] PartError),
    /// The rows of a large delivery are compared through temporary files.
    #[error("writing or reading a temporary file (TMPDIR says where): {0}")]
    Temporary(std::io::Error),
    /// A replay has taken corrected rows into the delivery, which these files do not have.
    #[error(
        "rows of delivery {delivery} that were corrected and taken back by `sppis replay`: {rows}; a \
         whole new delivery replaces them too"
    )]
    Corrected {
        /// The delivery.
        delivery: String,
        /// Corrected rows.
        rows: u64,
    },
    /// There is nothing under the header.
    #[error(
        "the delivery holds no row; an empty one is not taken in, since it would replace others"
    )]
    NoRows,
    /// Fields that hold something are neither values nor found.
    #[error(
        "of {held} fields of {column} that hold something, {values} were read as values, {words} as words for \
         no value, and {findings} have a finding: some are lost"
    )]
    LostCells {
        /// The column.
        column: &'static str,
        /// Fields that are not blank.
        held: u64,
        /// Values.
        values: u64,
        /// Words for no value.
        words: u64,
        /// Findings.
        findings: u64,
    },
    /// A header stands among the rows.
    #[error("{file}: line {line} is a header again; cut the file there, or remove the line")]
    SecondHeader {
        /// The file.
        file: String,
        /// Where.
        line: u64,
    },
}

/// Takes a delivery in. `progress` is told the bytes of the files read so far.
pub fn ingest(
    warehouse: &Warehouse,
    delivery: &Delivery,
    options: &IngestOptions,
    progress: &dyn Fn(u64),
) -> Result<IngestReport, IngestError> {
    let snapshot = warehouse.snapshot(None)?;
    let key = warehouse.key()?;
    let ingestion = warehouse.ingestion(&snapshot, delivery.id(), delivery.window())?;
    let stages = Stages::new(warehouse, delivery, &key);
    let gathered = Gathered::default();
    let gather = (!options.dry_run).then(|| gather(&gathered));
    let mut sink = Sink::new(&ingestion, part_names(delivery), delivery.window(), gather)?;
    let hashes = stages.run(&mut sink, progress)?;
    if sink.reconciliation.rows_read() == 0 {
        return Err(IngestError::NoRows);
    }
    no_cell_is_lost(&sink.reconciliation)?;
    let record = DeliveryRecord {
        format: RECORD_FORMAT,
        delivery: delivery.id().to_string(),
        revision: ingestion.revision(),
        window: delivery.window().to_string(),
        parts: delivery.parts().iter().zip(&hashes).map(|it| part_record(it.0, it.1)).collect(),
        settings: warehouse.settings_fingerprint(),
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        reconciliation: (&sink.reconciliation).into(),
        rules: rule_records(&sink.summary),
        findings: None,
        rejected_rows: None,
        profile: None,
    };
    let sidecars = sink.sidecars.finish(&sink.profile)?;
    let details = options.details.then(|| Details::of(&sidecars)).transpose()?;
    let exceeded = options.exceeded(&sink.summary, &sink.reconciliation);
    let outcome = match without_commit(&snapshot, &record, &exceeded, options) {
        Some(outcome) => outcome,
        None => {
            corrections_may_go(&snapshot, &record, options)?;
            let commit = NewCommit {
                files: &sink.observations.finish()?,
                sidecars: &sidecars,
                record: record.clone(),
                written: &sink.reconciliation,
                keep_earlier: false,
            };
            let version = ingestion.commit(commit)?;
            Outcome::Committed { revision: record.revision, version }
        }
    };
    let record = match outcome {
        // It stays the revision it was.
        Outcome::Unchanged { revision, .. } => DeliveryRecord { revision, ..record },
        _ => record,
    };
    let committed = matches!(outcome, Outcome::Committed { .. });
    let histories_problem =
        committed.then(|| renew_histories(warehouse, &gathered).err()).flatten();
    let (reconciliation, findings) = (sink.reconciliation, sink.summary);
    Ok(IngestReport {
        outcome,
        reconciliation,
        findings,
        exceeded,
        record,
        details,
        histories_problem,
    })
}

/// Why person histories could not be renewed.
#[derive(Debug, thiserror::Error)]
pub enum HistoriesProblem {
    /// The warehouse could not be read.
    #[error(transparent)]
    Warehouse(#[from] WarehouseError),
    /// They could not be made.
    #[error(transparent)]
    Histories(#[from] HistoriesError),
    /// The reader of those that were there did not expect what they say.
    #[error("the earlier ones are damaged")]
    Panicked,
}

/// Every field that holds something is a value, a word for no value, or found.
pub(super) fn no_cell_is_lost(reconciliation: &Reconciliation) -> Result<(), IngestError> {
    let Some((column, counts)) = reconciliation.lost_cells() else { return Ok(()) };
    let CellCounts { held, values, no_value_words, findings } = counts;
    Err(IngestError::LostCells { column, held, values, words: no_value_words, findings })
}

/// Keeps rows that are stored for the histories.
fn gather(gathered: &Gathered) -> Gather {
    let gathered = gathered.clone();
    Box::new(move |rows| gathered.take(rows))
}

/// Makes the histories of the table as it is now. Whatever fails here, no figure depends on it, and
/// the commit stands; a damaged file may make its reader panic.
pub(super) fn renew_histories(
    warehouse: &Warehouse,
    gathered: &Gathered,
) -> Result<(), HistoriesProblem> {
    let renewed = std::panic::catch_unwind(AssertUnwindSafe(|| renew(warehouse, gathered)));
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

impl IngestOptions {
    /// The budgets that the rejects exceed, in words.
    fn exceeded(&self, summary: &FindingSummary, sums: &Reconciliation) -> Vec<String> {
        let (rejected, read) = (sums.rows_rejected(), sums.rows_read());
        let mut exceeded = Vec::new();
        if !self.budget.allows(rejected, read) {
            exceeded.push(format!("more rows rejected than the budget of {} allows", self.budget));
        }
        for (rule, budget) in &self.rule_budgets {
            if !budget.allows(summary.row_count(rule), read) {
                exceeded.push(format!("more rows break {rule} than its budget of {budget} allows"));
            }
        }
        exceeded
    }
}

/// A delivery with corrected rows is replaced only if that is asked for.
fn corrections_may_go(
    snapshot: &Snapshot,
    record: &DeliveryRecord,
    options: &IngestOptions,
) -> Result<(), IngestError> {
    let current = snapshot.delivery(&record.delivery);
    let rows = current.map_or(0, |commit| commit.record.rows_corrected());
    if rows == 0 || options.discard_corrections {
        return Ok(());
    }
    Err(IngestError::Corrected { delivery: record.delivery.clone(), rows })
}

/// Why there is nothing to commit, if so.
fn without_commit(
    snapshot: &Snapshot,
    record: &DeliveryRecord,
    exceeded: &[String],
    options: &IngestOptions,
) -> Option<Outcome> {
    fn hashes(record: &DeliveryRecord) -> impl Iterator<Item = &str> {
        record.parts.iter().map(|part| part.blake3.as_str())
    }
    if let Some(current) = snapshot.delivery(&record.delivery)
        && hashes(&current.record).eq(hashes(record))
        && current.record.settings == record.settings
        && current.record.window == record.window
        && !options.again
    {
        let (revision, version) = (current.record.revision, current.version);
        return Some(Outcome::Unchanged { revision, version });
    }
    if !exceeded.is_empty() {
        return Some(Outcome::OverBudget);
    }
    options.dry_run.then_some(Outcome::DryRun)
}

fn part_names(delivery: &Delivery) -> Vec<String> {
    delivery.parts().iter().map(Part::name).collect()
}

/// What is said of a file of a delivery.
pub(super) fn part_record(part: &Part, hash: &blake3::Hash) -> PartRecord {
    PartRecord {
        name: part.name(),
        bytes: part.byte_count(),
        blake3: hash.to_hex().to_string(),
        delimiter: char::from(part.header().delimiter()).to_string(),
        header: kept_header(part.header()),
        corrected: 0,
    }
}
