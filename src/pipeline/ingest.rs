//! Delivery to commit: read, decode, check, attribute, write, commit.
//!
//! In: a [`Delivery`] and a [`Warehouse`]. Out: an [`IngestReport`]. Never: a commit over the
//! budget of rejects, or one whose reconciliation does not balance.
//!
//! The file is read once. A wave of chunks is decoded and checked in parallel while the rows of the
//! wave before are attributed and written; in between, duplicates are looked up in file order. The
//! outcome does not depend on the number of threads.

use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use rayon::prelude::*;

use crate::attribution::{Attribution, Reconciliation};
use crate::check::{CheckContext, CheckedBatch, DuplicateIndex, ExaminedBatch, examine};
use crate::decode::{DecodeSettings, decode};
use crate::delivery::{Chunk, Delivery, Part, PartError};
use crate::finding::{Budget, FindingSummary};
use crate::warehouse::{
    DeliveryRecord, FindingWriter, ObservationWriter, PartRecord, Snapshot, Warehouse,
    WarehouseError, rule_records,
};

/// Chunks decoded together.
const WAVE_LENGTH: usize = 16;
/// Version of [`DeliveryRecord`].
const RECORD_FORMAT: u32 = 1;

/// How the ingestion is to be done.
#[derive(Debug, Clone, Copy, Default)]
pub struct IngestOptions {
    /// Rejects allowed.
    pub budget: Budget,
    /// Do all but the commit.
    pub dry_run: bool,
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
    /// There is nothing under the header.
    #[error(
        "the delivery holds no row; an empty one is not taken in, since it would replace others"
    )]
    NoRows,
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
    options: IngestOptions,
    progress: &dyn Fn(u64),
) -> Result<IngestReport, IngestError> {
    let snapshot = warehouse.snapshot(None)?;
    let key = warehouse.key()?;
    let configuration = warehouse.configuration();
    let dictionary = warehouse.dictionary();
    let ingestion = warehouse.ingestion(&snapshot, delivery)?;
    let stages = Stages {
        delivery,
        decoding: DecodeSettings::new(configuration.identifier(), dictionary),
        context: CheckContext::new(
            dictionary,
            delivery.window(),
            configuration.identifier(),
            configuration.fixed_amounts(),
        ),
        attribution: Attribution {
            delivery: delivery.id().as_str(),
            window: delivery.window(),
            rule: configuration.attribution(),
            key: &key,
            dictionary,
        },
    };
    let mut sink = Sink {
        observations: ingestion.observation_writer(),
        findings: ingestion.finding_writer(part_names(delivery))?,
        summary: FindingSummary::default(),
        reconciliation: Reconciliation::new(delivery.window(), 0),
    };
    let hashes = stages.run(&mut sink, progress)?;
    if sink.reconciliation.rows_read() == 0 {
        return Err(IngestError::NoRows);
    }
    let record = DeliveryRecord {
        format: RECORD_FORMAT,
        delivery: delivery.id().to_string(),
        revision: ingestion.revision(),
        window: delivery.window().to_string(),
        parts: part_records(delivery, &hashes),
        settings: warehouse.settings_fingerprint(),
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        reconciliation: (&sink.reconciliation).into(),
        rules: rule_records(&sink.summary),
        findings: None,
    };
    let outcome = match without_commit(&snapshot, &record, &sink.reconciliation, options) {
        Some(outcome) => outcome,
        None => {
            let staged = sink.observations.finish()?;
            let revision = record.revision;
            let version = ingestion.commit(&staged, sink.findings, record, &sink.reconciliation)?;
            Outcome::Committed { revision, version }
        }
    };
    Ok(IngestReport { outcome, reconciliation: sink.reconciliation, findings: sink.summary })
}

/// Why there is nothing to commit, if so.
fn without_commit(
    snapshot: &Snapshot,
    record: &DeliveryRecord,
    reconciliation: &Reconciliation,
    options: IngestOptions,
) -> Option<Outcome> {
    fn hashes(record: &DeliveryRecord) -> impl Iterator<Item = &str> {
        record.parts.iter().map(|part| part.blake3.as_str())
    }
    if let Some(current) = snapshot.delivery(&record.delivery)
        && hashes(&current.record).eq(hashes(record))
        && current.record.settings == record.settings
        && current.record.window == record.window
    {
        let (revision, version) = (current.record.revision, current.version);
        return Some(Outcome::Unchanged { revision, version });
    }
    if !options.budget.allows(reconciliation.rows_rejected(), reconciliation.rows_read()) {
        return Some(Outcome::OverBudget);
    }
    options.dry_run.then_some(Outcome::DryRun)
}

/// The stages of one delivery.
struct Stages<'a> {
    delivery: &'a Delivery,
    decoding: DecodeSettings,
    context: CheckContext,
    attribution: Attribution<'a>,
}

/// Where the stages' products go.
struct Sink {
    observations: ObservationWriter,
    findings: FindingWriter,
    summary: FindingSummary,
    reconciliation: Reconciliation,
}

impl Stages<'_> {
    /// Runs every chunk of every part through the stages; gives the hash of each part.
    fn run(
        &self,
        sink: &mut Sink,
        progress: &dyn Fn(u64),
    ) -> Result<Vec<blake3::Hash>, IngestError> {
        thread::scope(|scope| {
            let (sender, receiver) = sync_channel(WAVE_LENGTH);
            let parts = self.delivery.parts();
            // The bytes that come from the disk anyway are hashed beside the work on them.
            let hashes = scope.spawn(|| parts.iter().map(Part::hash).collect());
            let reader = scope.spawn(move || {
                for (at, part) in parts.iter().enumerate() {
                    let mut chunks = part.chunks(at)?;
                    let path = part.path();
                    let read_error = |source| PartError::Read { path: path.to_owned(), source };
                    while let Some(chunk) = chunks.next_chunk().map_err(read_error)? {
                        if sender.send(chunk).is_err() {
                            return Ok(()); // The other side has failed and says why.
                        }
                    }
                }
                Ok::<(), PartError>(())
            });
            self.consume(&receiver, sink, progress)?;
            drop(receiver);
            joined(reader)?;
            let hashes: Result<Vec<blake3::Hash>, PartError> = joined(hashes);
            Ok(hashes?)
        })
    }

    /// While the rows of one wave are put where they belong, the next is decoded and checked.
    fn consume(
        &self,
        chunks: &Receiver<Chunk>,
        sink: &mut Sink,
        progress: &dyn Fn(u64),
    ) -> Result<(), IngestError> {
        let mut duplicates = DuplicateIndex::default();
        let next_chunks = || chunks.iter().take(WAVE_LENGTH).collect::<Vec<Chunk>>();
        let mut wave = self.examine(next_chunks())?;
        while !wave.examined.is_empty() {
            let Wave { examined, bytes } = wave;
            let checked = duplicates.admit(examined).map_err(IngestError::Temporary)?;
            let chunks = next_chunks();
            let (next, stored) = rayon::join(|| self.examine(chunks), || self.store(checked, sink));
            stored?;
            progress(bytes);
            wave = next?;
        }
        Ok(())
    }

    /// Decodes and examines some chunks.
    fn examine(&self, chunks: Vec<Chunk>) -> Result<Wave, IngestError> {
        let parts = self.delivery.parts();
        let last = chunks.last().map_or((0, 0), |chunk| (chunk.part, chunk.position));
        let earlier = parts.iter().take(last.0).map(Part::byte_count);
        let bytes = earlier.sum::<u64>() + last.1;
        let examine_chunk = |chunk: Chunk| {
            let part = &parts[chunk.part];
            let decoded = decode(chunk, part.header(), &self.decoding);
            match decoded.second_header() {
                None => Ok(examine(decoded, &self.context)),
                Some(line) => {
                    let file = part.path().display().to_string();
                    Err(IngestError::SecondHeader { file, line })
                }
            }
        };
        let examined: Vec<Result<ExaminedBatch, IngestError>> =
            chunks.into_par_iter().map(examine_chunk).collect();
        let examined = examined.into_iter().collect::<Result<_, IngestError>>()?;
        Ok(Wave { examined, bytes })
    }

    fn store(&self, checked: Vec<CheckedBatch>, sink: &mut Sink) -> Result<(), IngestError> {
        let attribute = |batch: CheckedBatch| {
            let attributed = self.attribution.attribute(&batch);
            (batch.into_findings(), attributed)
        };
        let attributed: Vec<_> = checked.into_par_iter().map(attribute).collect();
        for (findings, (observations, reconciliation)) in attributed {
            sink.summary.add(&findings);
            sink.findings.write(&findings)?;
            sink.reconciliation.add(&reconciliation);
            sink.observations.write(observations)?;
        }
        Ok(())
    }
}

/// Chunks that are examined together, and the bytes of the delivery up to their end.
struct Wave {
    examined: Vec<ExaminedBatch>,
    bytes: u64,
}

/// What a thread came to; its panic goes on here.
fn joined<T>(thread: thread::ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

fn part_names(delivery: &Delivery) -> Vec<String> {
    delivery.parts().iter().map(Part::name).collect()
}

fn part_records(delivery: &Delivery, hashes: &[blake3::Hash]) -> Vec<PartRecord> {
    let record = |(part, hash): (&Part, &blake3::Hash)| PartRecord {
        name: part.name(),
        bytes: part.byte_count(),
        blake3: hash.to_hex().to_string(),
    };
    delivery.parts().iter().zip(hashes).map(record).collect()
}
