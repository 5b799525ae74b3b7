//! Delivery to commit: read, decode, check, attribute, write, commit.
//!
//! In: a [`Delivery`] and a [`Warehouse`]. Out: an [`IngestReport`]. Never: a commit over the
//! budget of rejects, or one whose reconciliation does not balance.
//!
//! The file is read once but for rare cases (`reading`); `stages` says how.

use super::attempt::Attempt;
use super::reading::{Read, read_all};
use super::replacement::{Replacement, ReplacementError, parts_are_there, replaced, replacement};
use super::stages::{Sink, Stages};
use crate::attribution::Reconciliation;
use crate::check::{Profile, kept_header};
use crate::counting::histories::{Gathered, HistoriesError, listed, refresh, remove_others};
use crate::decode::CellCounts;
use crate::delivery::{Delivery, IgnoredColumns, MisnamedColumns, Part, PartError};
use crate::fault::contained_on_all_threads;
use crate::finding::{Budget, FindingSummary};
use crate::pseudonym::PseudonymKey;
use crate::render::count;
use crate::warehouse::{
    Committed, DeliveryRecord, FileHash, NewCommit, PartRecord, StagedSidecars, StoredFindings,
    Waiting, Warehouse, WarehouseError,
};

/// How the ingestion is to be done.
#[derive(Debug, Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub struct IngestOptions {
    /// Rejects allowed in all.
    pub budget: Budget,
    /// Rejects allowed of single rules, by id.
    pub rule_budgets: Vec<(&'static str, Budget)>,
    /// Columns that are no known variable, whatever their names are like.
    pub ignored_columns: IgnoredColumns,
    /// Rules of deliveries as a whole, by id, that may be broken.
    pub accepted: Vec<&'static str>,
    /// Variables that may be gone although the delivery before had values of them.
    pub without_columns: Vec<&'static str>,
    /// Do all but the commit.
    pub dry_run: bool,
    /// Replace a delivery although a replay has taken corrected rows into it.
    pub discard_corrections: bool,
    /// Replace a delivery although most of it does not come back, or parts of it are not there.
    pub replace: bool,
    /// Commit the delivery also when the same bytes are current: its files may be damaged.
    pub again: bool,
    /// Give back every finding, whatever becomes of the delivery.
    pub details: bool,
    /// Told where the ingestion has to wait for others before it begins.
    pub waiting: Option<Waiting>,
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
    /// What goes and what comes, where other bytes of the delivery are current.
    pub replacement: Option<Replacement>,
    /// What else is to be said, such as what could not be looked at, in words.
    pub notes: Vec<String>,
    /// All findings, if asked for.
    pub details: Option<Details>,
    /// Why person histories could not be renewed after the commit, which stands.
    pub histories_problem: Option<HistoriesProblem>,
}

impl IngestReport {
    /// Why the delivery was refused, in words.
    pub fn reasons(&self) -> Vec<String> {
        let blocks = self.record.blocking.iter().filter(|found| !found.accepted);
        let mut rules: Vec<&str> = blocks.map(|found| found.rule.as_str()).collect();
        rules.dedup();
        let broken = rules.into_iter().map(|rule| format!("as a whole it breaks {rule}"));
        self.exceeded.iter().cloned().chain(broken).collect()
    }
}

/// All that was found in a delivery.
#[derive(Debug)]
pub struct Details {
    /// The findings, in file order.
    pub findings: StoredFindings,
    /// What the accepted rows are like.
    pub profile: Profile,
}

impl Details {
    /// What is written beside the table.
    pub(super) fn of(sidecars: &StagedSidecars) -> Result<Self, WarehouseError> {
        Ok(Self { findings: sidecars.findings()?, profile: sidecars.profile()? })
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
    /// More rows were rejected than the budget allows, or what was found of the delivery as a whole
    /// keeps it out; nothing was committed.
    Refused,
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
    /// Columns that may be variables under another name.
    #[error(transparent)]
    Columns(#[from] MisnamedColumns),
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
    /// What is current would go, and may not.
    #[error(transparent)]
    Replacement(#[from] Box<ReplacementError>),
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

/// What is said of a file of a delivery.
pub(super) fn part_record(part: &Part, hash: &blake3::Hash, key: &PseudonymKey) -> PartRecord {
    PartRecord {
        name: part.name(),
        bytes: part.byte_count(),
        blake3: FileHash::new(hash, key),
        delimiter: char::from(part.header().delimiter()).to_string(),
        header: kept_header(part.header()),
        corrected: 0,
    }
}
