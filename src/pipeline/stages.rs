//! The stages that every row of a delivery goes through, and where their products go.
//!
//! A wave of chunks is decoded and checked in parallel while the rows of the wave before are
//! attributed and written; in between, duplicates are looked up in file order. The outcome does
//! not depend on the number of threads.

use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use rayon::prelude::*;

use super::ingest_error::IngestError;
use super::own_tokens::{Found, OwnTokens};
use crate::attribution::{Attribution, ObservationBatch, Reconciliation};
use crate::check::{
    BatchCounts, CheckContext, CheckedBatch, DuplicateIndex, ExaminedBatch, Profile, examine,
};
use crate::decode::{DayFirstDates, DecodeSettings, IdentifierFormat, decode};
use crate::delivery::{Chunk, Delivery, Identifiers, Part, PartError};
use crate::dictionary::Dictionary;
use crate::finding::{Finding, FindingSummary, shown_path};
use crate::pseudonym::PseudonymKey;
use crate::quarter::QuarterRange;
use crate::warehouse::{
    Gather, Ingestion, ObservationWriter, SidecarWriter, StoredFinding, StoredRow, Warehouse,
    WarehouseError,
};

/// Chunks decoded together.
const WAVE_LENGTH: usize = 16;
/// Findings that the chunks decoded together are to have; they are held until the rows are stored.
const FINDINGS_PER_WAVE: usize = 1 << 20;
/// The stages of one delivery.
pub(super) struct Stages<'a> {
    pub(super) delivery: &'a Delivery,
    dictionary: &'a Dictionary,
    identifier: IdentifierFormat,
    pub(super) decoding: DecodeSettings,
    pub(super) context: CheckContext,
    pub(super) attribution: Attribution<'a>,
    /// Codes that are known to be identifiers, once the delivery has been read.
    pub(super) found: Found,
}

/// Where the stages' products go.
pub(super) struct Sink {
    pub(super) observations: ObservationWriter,
    pub(super) sidecars: SidecarWriter,
    pub(super) summary: FindingSummary,
    pub(super) reconciliation: Reconciliation,
    pub(super) profile: Profile,
    pub(super) day_first: DayFirstDates,
    pub(super) tokens: OwnTokens,
}

impl Sink {
    pub(super) fn new(
        ingestion: &Ingestion<'_>,
        parts: Vec<String>,
        window: QuarterRange,
        gather: Option<Gather>,
    ) -> Result<Self, WarehouseError> {
        Ok(Self {
            observations: ingestion.observation_writer(gather),
            sidecars: ingestion.sidecar_writer(parts)?,
            summary: FindingSummary::default(),
            reconciliation: Reconciliation::new(window, 0),
            profile: Profile::default(),
            day_first: DayFirstDates::default(),
            tokens: OwnTokens::default(),
        })
    }
}

/// What one chunk came to.
pub(super) struct Stored {
    findings: Vec<Finding>,
    rejected: Vec<StoredRow>,
    counts: BatchCounts,
    day_first: DayFirstDates,
    observations: Vec<ObservationBatch>,
    reconciliation: Reconciliation,
    tokens: OwnTokens,
}

impl<'a> Stages<'a> {
    pub(super) fn new(
        warehouse: &'a Warehouse,
        delivery: &'a Delivery,
        key: &'a PseudonymKey,
    ) -> Self {
        let (configuration, dictionary) = (warehouse.configuration(), warehouse.dictionary());
        let (identifier, window) = (configuration.identifier(), delivery.window());
        let amounts = configuration.fixed_amounts();
        Self {
            delivery,
            dictionary,
            identifier,
            decoding: DecodeSettings::new(identifier, dictionary)
                .with_cents_max(configuration.cents_max()),
            context: CheckContext::new(dictionary, window, identifier, amounts),
            attribution: Attribution {
                delivery: delivery.id().as_str(),
                window,
                rule: configuration.attribution(),
                key,
                dictionary,
            },
            found: Found::default(),
        }
    }

    /// What identifiers are that are numbers.
    pub(super) fn identifiers(&self) -> Identifiers {
        match self.identifier {
            IdentifierFormat::National => Identifiers::ElevenDigits,
            IdentifierFormat::Coded => Identifiers::AsWritten,
        }
    }

    /// Runs every chunk of every part through the stages; gives the hash of each part.
    pub(super) fn run(
        &self,
        sink: &mut Sink,
        progress: &dyn Fn(u64),
    ) -> Result<Vec<blake3::Hash>, IngestError> {
        thread::scope(|scope| {
            let (sender, receiver) = sync_channel(WAVE_LENGTH);
            let parts = self.delivery.parts();
            let reader = scope.spawn(move || {
                let mut hashes = Vec::with_capacity(parts.len());
                for (at, part) in parts.iter().enumerate() {
                    let mut chunks = part.chunks(at, self.identifiers())?;
                    let path = part.path();
                    let read_error = |source| PartError::Read { path: path.to_owned(), source };
                    while let Some(chunk) = chunks.next_chunk().map_err(read_error)? {
                        if sender.send(chunk).is_err() {
                            return Ok(hashes); // The other side has failed and says why.
                        }
                    }
                    hashes.push(part.hash_of_read(&chunks)?);
                }
                Ok::<_, PartError>(hashes)
            });
            self.consume(&receiver, sink, progress)?;
            drop(receiver);
            Ok(joined(reader)?)
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
        let next_chunks = |count: usize| chunks.iter().take(count).collect::<Vec<Chunk>>();
        // The first chunks say how many findings others may have.
        let mut wave = self.examine(next_chunks(rayon::current_num_threads().min(WAVE_LENGTH)))?;
        while !wave.examined.is_empty() {
            let length = wave.next_length();
            let Wave { examined, bytes } = wave;
            let checked = duplicates.admit(examined).map_err(IngestError::Temporary)?;
            let chunks = next_chunks(length);
            let (next, stored) = rayon::join(|| self.examine(chunks), || self.store(checked, sink));
            stored?;
            sink.observations.wait();
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
                    let file = shown_path(part.path());
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
        let parts = sink.sidecars.parts().to_vec();
        let attribute = |batch: CheckedBatch| self.attribute(batch, &parts);
        let stored: Vec<Stored> = checked.into_par_iter().map(attribute).collect();
        for stored in stored {
            self.add_to_profile(&mut sink.profile, &stored);
            sink.take(stored)?;
        }
        Ok(())
    }

    /// Counts a chunk's accepted rows into the delivery's profile.
    pub(super) fn add_to_profile(&self, profile: &mut Profile, stored: &Stored) {
        profile.add_batch(&stored.counts, self.identifier, self.dictionary);
    }

    /// All that a checked chunk comes to; `parts` are the names of the files it may come from.
    pub(super) fn attribute(&self, mut batch: CheckedBatch, parts: &[String]) -> Stored {
        self.found.reject(&mut batch, self.dictionary, self.attribution.key);
        let looks = self.is_coded() && self.found.is_empty();
        let tokens = looks.then(|| self.own_tokens(&batch, batch.rejected()));
        let (observations, reconciliation) = self.attribution.attribute(&batch);
        let part = batch.decoded().part();
        let header = self.delivery.parts()[part].header();
        let batch = batch.without_pieces(header, self.identifier, self.dictionary);
        let rejected = batch.rejected_rows(header, self.identifier, self.dictionary).into_iter();
        Stored {
            rejected: rejected.map(|row| StoredRow::new(row, parts)).collect(),
            counts: BatchCounts::of(&batch),
            day_first: *batch.decoded().day_first(),
            findings: batch.into_findings(),
            observations,
            reconciliation,
            // No figure: codes that could be tokens are looked for only where there are some.
            tokens: tokens.unwrap_or_default(),
        }
    }

    /// The codes of a chunk that could be identifiers, and the persons of some of its rows.
    pub(super) fn own_tokens(
        &self,
        batch: &CheckedBatch,
        rows: impl Iterator<Item = usize>,
    ) -> OwnTokens {
        OwnTokens::of(batch, rows, self.dictionary, self.attribution.key)
    }

    /// Whether identifiers have no form that tells them from codes.
    pub(super) fn is_coded(&self) -> bool {
        self.identifier == IdentifierFormat::Coded
    }
}

impl Stored {
    pub(super) fn rejected_rows(&self) -> &[StoredRow] {
        &self.rejected
    }
}

/// The findings of a chunk with the names of their files.
pub(super) fn joined_findings(stored: &Stored, parts: &[String]) -> Vec<StoredFinding> {
    stored.findings.iter().map(|finding| StoredFinding::new(finding, parts)).collect()
}

impl Sink {
    /// Takes the observations of a chunk alone; its findings are put together with others first.
    pub(super) fn take_rows(&mut self, stored: Stored) -> Result<(), WarehouseError> {
        self.reconciliation.add(&stored.reconciliation);
        self.observations.write(stored.observations)
    }

    pub(super) fn take(&mut self, stored: Stored) -> Result<(), WarehouseError> {
        self.summary.add(&stored.findings);
        self.sidecars.write_findings(&stored.findings)?;
        self.sidecars.write_rejected(&stored.rejected)?;
        self.day_first.add(&stored.day_first);
        self.tokens.add(stored.tokens);
        self.reconciliation.add(&stored.reconciliation);
        self.observations.write(stored.observations)
    }
}

/// Chunks that are examined together, and the bytes of the delivery up to their end.
struct Wave {
    examined: Vec<ExaminedBatch>,
    bytes: u64,
}

impl Wave {
    /// Chunks that the next wave may have where they have as many findings as these.
    fn next_length(&self) -> usize {
        let found: usize = self.examined.iter().map(|batch| batch.findings().len()).sum();
        let length = FINDINGS_PER_WAVE * self.examined.len() / found.max(1);
        length.clamp(1, WAVE_LENGTH)
    }
}

/// What a thread came to; its panic goes on here.
fn joined<T>(thread: thread::ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}
