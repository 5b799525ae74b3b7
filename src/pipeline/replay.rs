//! Corrected rows to commit: rows that were rejected come back, the rest of the delivery stays.
//!
//! In: a file of corrected rows, each with the line it stood on in the sender's file. Out: the
//! delivery committed anew, with the rows that are right now. Never: a row taken twice, a row that
//! had not been rejected, or a change of rows that had been accepted.

use std::collections::{BTreeMap, BTreeSet};

use super::attempt::part_record;
use super::ingest::{
    HistoriesProblem, IngestError, key_log, no_cell_is_lost, not_noted_text, renew_histories,
};
use super::own_tokens::{Found, OwnTokens};
use super::stages::{Sink, Stages, joined_findings};
use super::stored_duplicates::{LinesByQuarter, stored_already};
use crate::attribution::Reconciliation;
use crate::check::{CheckedBatch, DuplicateIndex, Profile, examine};
use crate::counting::histories::Gathered;
use crate::decode::{DecodedBatch, decode, whole_number};
use crate::delivery::{Delivery, Part, PartError};
use crate::dictionary::Column;
use crate::exact::fitting;
use crate::pseudonym::PseudonymKey;
use crate::warehouse::{
    Committed, DeliveryRecord, NewCommit, PartRecord, Snapshot, StoredFinding, StoredRow,
    TableFile, Waiting, Warehouse, WarehouseError, rules_of,
};

/// The column that says which line of the sender's file a corrected row stood on.
pub const LINE_COLUMN: &str = "LINE";

/// Corrected rows that could not be taken back. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// Reading, writing or committing.
    #[error(transparent)]
    Ingest(#[from] IngestError),
    /// The file does not say where its rows come from.
    #[error(
        "{file}: no column `{LINE_COLUMN}`; it says which line of the delivery's file each row \
         stood on, as `sppis rejects --rows` writes it"
    )]
    NoLine {
        /// The file.
        file: String,
    },
    /// Variables of the delivery's file that the corrections do not have.
    #[error("the corrections lack columns that the delivery's file has: {0}")]
    Columns(String),
    /// Rows that cannot be told to belong to rejected ones; all such rows are listed.
    #[error("{}", .0.join("\n"))]
    Lines(Vec<String>),
    /// The figures depend on settings that have changed.
    #[error(
        "the settings or the dictionary have changed since delivery {0} was committed; ingest it \
         as a whole, so that all of its rows are read alike"
    )]
    Settings(String),
}

impl From<WarehouseError> for ReplayError {
    fn from(error: WarehouseError) -> Self {
        Self::Ingest(error.into())
    }
}

impl From<PartError> for ReplayError {
    fn from(error: PartError) -> Self {
        Self::Ingest(error.into())
    }
}

/// What a replay came to.
#[derive(Debug)]
pub struct ReplayReport {
    /// Revision and version, where something was committed.
    pub committed: Option<(u32, u64)>,
    /// What the corrected rows alone came to.
    pub corrections: Reconciliation,
    /// What is said of the whole delivery now.
    pub record: DeliveryRecord,
    /// What was found in the corrected rows, with their lines in the sender's file.
    pub findings: Vec<StoredFinding>,
    /// What else is to be said, in words.
    pub notes: Vec<String>,
    /// Why person histories could not be renewed after the commit, which stands.
    pub histories_problem: Option<HistoriesProblem>,
}

/// Takes the corrected rows of one file of a delivery back. `corrections` is that file, opened
/// under the delivery's id and window; `original` the delivery's file that the lines count in;
/// `waiting` is told where it has to wait for others.
pub fn replay(
    warehouse: &Warehouse,
    record: &DeliveryRecord,
    corrections: &Delivery,
    original: &PartRecord,
    dry_run: bool,
    waiting: Option<Waiting>,
) -> Result<ReplayReport, ReplayError> {
    let snapshot = warehouse.agreed_snapshot(None)?;
    if !is_read_alike(warehouse, record) {
        return Err(ReplayError::Settings(record.delivery.clone()));
    }
    // Another writer may have come in between since the record was read.
    if snapshot.delivery(&record.delivery).map(|it| &it.record) != Some(record) {
        return Err(WarehouseError::Conflict(record.delivery.clone()).into());
    }
    let columns = lacking(corrections, original);
    if !columns.is_empty() {
        return Err(ReplayError::Columns(columns.join(", ")));
    }
    let key = warehouse.key()?;
    let (id, window) = (corrections.id(), corrections.window());
    let ingestion = warehouse.ingestion(&snapshot, id, window, waiting)?;
    let mut stages = Stages::new(warehouse, corrections, &key);
    let rejected = warehouse.rejected_rows(record)?.all()?;
    let open: BTreeSet<u64> =
        rejected.iter().filter(|row| row.file == original.name).map(|row| row.line).collect();
    let (mut checked, taken) = stages.corrected(&open)?;
    stages.found = stages.found_in(&checked, &snapshot)?;
    stages.reject_stored(&mut checked, &snapshot)?;
    let names = vec![original.name.clone()];
    let mut sink = Sink::new(&ingestion, names.clone(), corrections.window(), None)?;
    let mut changed = Known::default();
    for batch in checked {
        let stored = stages.attribute(batch, &names);
        changed.findings.extend(joined_findings(&stored, &names));
        changed.rejected_rows.extend(stored.rejected_rows().iter().cloned());
        stages.add_to_profile(&mut changed.profile, &stored);
        sink.take_rows(stored)?;
    }
    let accepted = sink.reconciliation.rows_read() - sink.reconciliation.rows_rejected();
    let whole = whole_delivery(warehouse, record, &rejected, &original.name, &taken, &changed)?;
    no_cell_is_lost(&sink.reconciliation)?;
    let record = new_record(record, corrections, &sink.reconciliation, &whole, &key)?;
    let mut report = ReplayReport {
        committed: None,
        corrections: sink.reconciliation,
        record,
        findings: changed.findings,
        notes: Vec::new(),
        histories_problem: None,
    };
    if accepted == 0 || dry_run {
        return Ok(report);
    }
    sink.sidecars.write_stored_findings(&whole.findings)?;
    sink.sidecars.write_rejected(&whole.rejected_rows)?;
    report.record.revision = ingestion.revision();
    let commit = NewCommit {
        files: &sink.observations.finish()?,
        sidecars: &sink.sidecars.finish(&whole.profile)?,
        record: report.record.clone(),
        written: &report.corrections,
        keep_earlier: true,
    };
    let keyed = snapshot.has_plain_hashes().then(|| key_log(warehouse, &key)).transpose()?;
    let Committed { version, not_noted } = ingestion.commit(commit)?;
    report.committed = Some((report.record.revision, version));
    report.notes.extend(not_noted.map(|error| not_noted_text(&error)));
    report.notes.extend(keyed);
    report.histories_problem = renew_histories(warehouse, &Gathered::default()).err();
    Ok(report)
}

/// Whether the rows of a delivery would be read and checked as they were.
fn is_read_alike(warehouse: &Warehouse, record: &DeliveryRecord) -> bool {
    match &record.reading {
        Some(reading) => *reading == warehouse.reading_fingerprint(),
        None => record.settings == warehouse.settings_fingerprint(),
    }
}

/// Known columns of the delivery's file that the corrections do not have.
fn lacking(corrections: &Delivery, original: &PartRecord) -> Vec<String> {
    let names = original.header.split(&original.delimiter);
    let has = |name: &str| {
        let column = Column::named(name);
        corrections.parts().iter().all(|part| part.header().columns().contains(&column))
    };
    names.filter(|name| !has(name)).map(ToOwned::to_owned).collect()
}

/// What is known of some rows.
#[derive(Default)]
struct Known {
    findings: Vec<StoredFinding>,
    rejected_rows: Vec<StoredRow>,
    profile: Profile,
}

/// The findings, rejected rows and profile of the delivery with the corrected rows in it.
fn whole_delivery(
    warehouse: &Warehouse,
    record: &DeliveryRecord,
    rejected: &[StoredRow],
    original: &str,
    taken: &BTreeSet<u64>,
    changed: &Known,
) -> Result<Known, ReplayError> {
    let order: BTreeMap<&str, usize> =
        record.parts.iter().enumerate().map(|(at, part)| (part.name.as_str(), at)).collect();
    let place = |file: &str| order.get(file).map_or(order.len(), |it| *it);
    let stays = |file: &str, line: u64| file != original || !taken.contains(&line);
    let line = |finding: &StoredFinding| fitting(finding.line);
    let mut findings = warehouse.findings(record)?.all()?;
    findings.retain(|finding| stays(&finding.file, line(finding)));
    findings.extend(changed.findings.iter().cloned());
    findings.sort_by_key(|finding| (place(&finding.file), finding.line));
    let mut rejected_rows = rejected.to_vec();
    rejected_rows.retain(|row| stays(&row.file, row.line));
    rejected_rows.extend(changed.rejected_rows.iter().cloned());
    rejected_rows.sort_by_key(|row| (place(&row.file), row.line));
    // No figure: deliveries of earlier versions of the program have no profile.
    let mut profile = warehouse.profile(record)?.unwrap_or_default();
    profile.add(&changed.profile);
    Ok(Known { findings, rejected_rows, profile })
}

/// What is said of the delivery with the corrected rows in it.
fn new_record(
    before: &DeliveryRecord,
    corrections: &Delivery,
    sums: &Reconciliation,
    whole: &Known,
    key: &PseudonymKey,
) -> Result<DeliveryRecord, ReplayError> {
    let accepted = sums.rows_read() - sums.rows_rejected();
    let mut record = before.clone();
    record.key_hashes(key);
    env!("CARGO_PKG_VERSION").clone_into(&mut record.tool);
    record.rules = rules_of(&whole.findings);
    let rejected = whole.rejected_rows.iter().filter_map(|row| row.cents).map(i128::from).sum();
    record.reconciliation.add_corrections(sums, rejected)?;
    for part in corrections.parts() {
        // Without a header it is no file that lines count in.
        let (delimiter, header) = (String::new(), String::new());
        let read = part_record(part, &part.hash()?, key);
        record.parts.push(PartRecord { delimiter, header, corrected: accepted, ..read });
    }
    Ok(record)
}

impl Stages<'_> {
    /// Reads and checks the corrected rows, and gives them the lines they had; `open` are the
    /// lines of rejected rows, and what comes back with them are those that were taken.
    fn corrected(
        &self,
        open: &BTreeSet<u64>,
    ) -> Result<(Vec<CheckedBatch>, BTreeSet<u64>), ReplayError> {
        let mut lines = Lines { open, taken: BTreeSet::new(), problems: Vec::new() };
        let mut duplicates = DuplicateIndex::default();
        let mut checked = Vec::new();
        for (at, part) in self.delivery.parts().iter().enumerate() {
            let names = part.header().names();
            let column = names.iter().position(|name| name.eq_ignore_ascii_case(LINE_COLUMN));
            let column = column.ok_or_else(|| ReplayError::NoLine { file: part.name() })?;
            let read_error = |source| PartError::Read { path: part.path().to_owned(), source };
            let mut chunks = part.chunks(at, self.identifiers())?;
            while let Some(chunk) = chunks.next_chunk().map_err(read_error)? {
                let decoded = decode(chunk, part.header(), &self.decoding);
                let originals = lines.originals(part, &decoded, column);
                let examined = examine(decoded, &self.context);
                let admitted = duplicates.admit(vec![examined]).map_err(IngestError::Temporary)?;
                checked.extend(admitted.into_iter().map(|batch| batch.relabelled(&originals)));
            }
        }
        if lines.problems.is_empty() {
            return Ok((checked, lines.taken));
        }
        Err(ReplayError::Lines(lines.problems))
    }

    /// The codes of corrected rows that are identifiers of the delivery.
    fn found_in(
        &self,
        checked: &[CheckedBatch],
        snapshot: &Snapshot,
    ) -> Result<Found, WarehouseError> {
        let mut tokens = OwnTokens::default();
        for batch in checked.iter().filter(|_| self.is_coded()) {
            tokens.add(self.own_tokens(batch, 0..batch.decoded().row_count()));
        }
        let delivery = self.delivery.id().as_str();
        let files = snapshot.files().iter().filter(|file| file.delivery() == delivery);
        tokens.found_in(&files.map(TableFile::written).collect::<Vec<_>>())
    }

    /// Rejects corrected rows that equal rows of the delivery that are stored already.
    fn reject_stored(
        &self,
        checked: &mut [CheckedBatch],
        snapshot: &Snapshot,
    ) -> Result<(), ReplayError> {
        let delivery = self.delivery.id().as_str();
        let mut rows = LinesByQuarter::default();
        for batch in checked.iter() {
            for observations in self.attribution.attribute(batch).0 {
                rows.add(observations.quarter(), observations.record_batch());
            }
        }
        let files: Vec<_> =
            snapshot.files().iter().filter(|file| file.delivery() == delivery).collect();
        let stored = stored_already(&rows, &files)?;
        for batch in checked {
            batch.reject_duplicates(&stored);
        }
        Ok(())
    }
}

/// Lines have at most eight digits here, fewer than an identifier.
const LINE_MAX: u64 = 100_000_000;

/// The columns of a row in which a token was left, such as `NISS@12`.
fn tokens(part: &Part, decoded: &DecodedBatch, row: usize) -> Vec<&'static str> {
    let is_token = |(at, column): (usize, &Option<Column>)| {
        let name = column.as_ref()?.name();
        let text = std::str::from_utf8(decoded.rows().field(row, at)).ok()?;
        let line = text.trim().strip_prefix(name)?.strip_prefix('@')?;
        line.bytes().all(|byte| byte.is_ascii_digit()).then_some(name)
    };
    part.header().columns().iter().enumerate().filter_map(is_token).collect()
}

/// Which lines have been taken, and what is wrong with others.
struct Lines<'l> {
    open: &'l BTreeSet<u64>,
    taken: BTreeSet<u64>,
    problems: Vec<String>,
}

impl Lines<'_> {
    /// For the line of each row in the file of corrections, the line it had.
    fn originals(
        &mut self,
        part: &Part,
        decoded: &DecodedBatch,
        column: usize,
    ) -> BTreeMap<u64, u64> {
        let file = part.name();
        let mut originals = BTreeMap::new();
        for row in decoded.rows().unread() {
            let line = row.line;
            self.problems.push(format!("{file}: line {line}: its fields cannot be told apart"));
        }
        for (row, own) in decoded.lines().iter().enumerate() {
            let text = String::from_utf8_lossy(decoded.rows().field(row, column));
            for column in tokens(part, decoded, row) {
                let text = "the token stands where the value of the sender's line belongs";
                self.problems.push(format!("{file}: line {own}: {column}: {text}"));
            }
            // What is longer than the line of any file could be an identifier.
            let text = text.trim();
            let number = whole_number(text).unwrap_or(text).parse::<u64>();
            let line = number.ok().filter(|line| *line < LINE_MAX);
            let problem = match line.ok_or(()) {
                Err(()) => {
                    let found = if text.is_empty() { "nothing" } else { "another text" };
                    format!("expected a line number in {LINE_COLUMN}, found {found}")
                }
                Ok(line) if !self.open.contains(&line) => {
                    format!("line {line} of the delivery's file is not among its rejected rows")
                }
                Ok(line) if !self.taken.insert(line) => {
                    format!("line {line} of the delivery's file stands here twice")
                }
                Ok(line) => {
                    originals.insert(*own, line);
                    continue;
                }
            };
            self.problems.push(format!("{file}: line {own}: {problem}"));
        }
        originals
    }
}
