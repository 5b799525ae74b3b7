//! A delivery whose rows have been read: what is said of it, and whether it is committed at all.

use super::ingest_error::IngestError;
use super::ingest_options::IngestOptions;
use super::ingest_report::{IngestReport, Outcome};
use super::stages::Sink;
use super::whole;
use crate::check::kept_header;
use crate::delivery::{Delivery, Part};
use crate::pseudonym::PseudonymKey;
use crate::warehouse::{
    DeliveryFindingRecord, DeliveryRecord, FileHash, PartRecord, Snapshot, Warehouse, rule_records,
};

/// Version of [`DeliveryRecord`].
const RECORD_FORMAT: u32 = 1;

/// A delivery that is taken in, and the table before it.
pub(super) struct Attempt<'a> {
    pub(super) warehouse: &'a Warehouse,
    pub(super) delivery: &'a Delivery,
    pub(super) options: &'a IngestOptions,
    pub(super) snapshot: &'a Snapshot,
    pub(super) key: &'a PseudonymKey,
}

impl Attempt<'_> {
    /// What is said of the delivery, and what could not be looked at.
    pub(super) fn record(
        &self,
        revision: u32,
        sink: &Sink,
        hashes: &[blake3::Hash],
    ) -> (DeliveryRecord, Vec<String>) {
        let delivery = self.delivery;
        let (blocking, mut notes) =
            whole::blocking(self.warehouse, self.snapshot, delivery, sink, self.options);
        notes.extend(self.snapshot.doubt_about_now());
        let parts = delivery.parts().iter().zip(hashes);
        let record = DeliveryRecord {
            format: RECORD_FORMAT,
            delivery: delivery.id().to_string(),
            revision,
            window: delivery.window().to_string(),
            parts: parts.map(|(part, hash)| part_record(part, hash, self.key)).collect(),
            settings: self.warehouse.settings_fingerprint(),
            tool: env!("CARGO_PKG_VERSION").to_owned(),
            reconciliation: (&sink.reconciliation).into(),
            rules: rule_records(&sink.summary),
            findings: None,
            rejected_rows: None,
            profile: None,
            blocking,
            reading: Some(self.warehouse.reading_fingerprint()),
            meaning: None,
        };
        (record, notes)
    }

    /// Whether there is nothing to commit, since nothing has changed or the delivery is kept out.
    pub(super) fn settle(&self, report: &mut IngestReport) -> bool {
        let current = self.snapshot.delivery(&report.record.delivery);
        let same = current.filter(|it| !self.options.again && is_same(&it.record, &report.record));
        if let Some(current) = same {
            let (revision, version) = (current.record.revision, current.version);
            report.outcome = Outcome::Unchanged { revision, version };
            stays(&mut report.record, &current.record);
            return true;
        }
        let refused = !report.exceeded.is_empty() || report.record.is_blocked();
        if refused {
            report.outcome = Outcome::Refused;
        }
        refused
    }

    /// A delivery with corrected rows is replaced only if that is asked for.
    pub(super) fn corrections_may_go(&self, record: &DeliveryRecord) -> Result<(), IngestError> {
        let current = self.snapshot.delivery(&record.delivery);
        let rows = current.map_or(0, |commit| commit.record.rows_corrected());
        if rows == 0 || self.options.discard_corrections {
            return Ok(());
        }
        Err(IngestError::Corrected { delivery: record.delivery.clone(), rows })
    }
}

/// Whether the same bytes, settings and window have been committed.
fn is_same(current: &DeliveryRecord, record: &DeliveryRecord) -> bool {
    fn hashes(record: &DeliveryRecord) -> impl Iterator<Item = &FileHash> {
        record.parts.iter().map(|part| &part.blake3)
    }
    hashes(current).eq(hashes(record))
        && current.settings == record.settings
        && current.window == record.window
}

/// What is said of a delivery that stays as it is: its revision, and what was accepted.
fn stays(record: &mut DeliveryRecord, current: &DeliveryRecord) {
    record.revision = current.revision;
    for found in &mut record.blocking {
        let same = |it: &&DeliveryFindingRecord| it.rule == found.rule && it.column == found.column;
        found.accepted |= current.blocking.iter().find(same).is_some_and(|it| it.accepted);
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
