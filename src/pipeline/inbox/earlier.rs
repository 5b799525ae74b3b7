//! Whether a delivery's files are those of an earlier revision, which a later one has replaced.
//!
//! In: a delivery that was opened. Out: that revision. An old file that comes again, or that a pass
//! left behind which was killed, must not take the place of a corrected one with nobody looking.

use crate::delivery::Delivery;
use crate::pipeline::ingest::IngestError;
use crate::warehouse::{DeliveryRecord, FileHash, Warehouse};

/// The revision that was taken in from the same bytes and is not current any more, and the one that is.
pub(super) fn replaced_before(
    warehouse: &Warehouse,
    delivery: &Delivery,
) -> Result<Option<(u32, u32)>, IngestError> {
    let (snapshot, id) = (warehouse.snapshot(None)?, delivery.id());
    let current = snapshot.delivery(id.as_str()).map(|commit| commit.record.revision);
    let Some(current) = current.filter(|revision| *revision > 1) else { return Ok(None) };
    let key = warehouse.key()?;
    let snapshot = snapshot.with_keyed_hashes(&key);
    let mut hashes = Vec::new();
    for part in delivery.parts() {
        hashes.push(FileHash::new(&part.hash()?, &key));
    }
    let is_of = |record: &DeliveryRecord| record.parts.iter().map(|it| &it.blake3).eq(&hashes);
    let of_same_bytes = |revision: &u32| {
        let commit = snapshot.named(&format!("{id}@{revision}"));
        commit.is_ok_and(|commit| is_of(&commit.record))
    };
    let found = (1..=current).rev().find(of_same_bytes);
    Ok(found.filter(|revision| *revision < current).map(|revision| (revision, current)))
}
