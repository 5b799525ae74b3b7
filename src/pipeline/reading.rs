//! A delivery is read from its first row to its last.
//!
//! In: the stages, and where their products go. Out: the products, staged, not yet said to be right. Never:
//! a second reading unless codes turn out to be identifiers of other rows, which only the whole delivery tells.

use super::ingest_error::IngestError;
use super::stages::{Sink, Stages};
use crate::counting::histories::Gathered;
use crate::delivery::{Delivery, Part};
use crate::warehouse::{Gather, Ingestion, StagedFile};

/// What reading a delivery came to.
pub(super) struct Read {
    pub(super) sink: Sink,
    /// Of its files.
    pub(super) hashes: Vec<blake3::Hash>,
    /// What the histories are made of.
    pub(super) gathered: Gathered,
}

/// Reads a delivery; twice where codes turn out to be identifiers of other rows.
pub(super) fn read_all(
    stages: &mut Stages<'_>,
    ingestion: &Ingestion<'_>,
    dry_run: bool,
    progress: &dyn Fn(u64),
) -> Result<Read, IngestError> {
    let mut first = read(stages, ingestion, dry_run, progress)?;
    if !first.sink.tokens.has_codes() {
        return Ok(first);
    }
    let files = first.sink.observations.complete()?;
    let files: Vec<_> = files.iter().map(StagedFile::written).collect();
    stages.found = first.sink.tokens.found_in(&files)?;
    if stages.found.is_empty() {
        return Ok(first);
    }
    drop(first);
    ingestion.begin_anew()?;
    read(stages, ingestion, dry_run, progress)
}

fn read(
    stages: &Stages<'_>,
    ingestion: &Ingestion<'_>,
    dry_run: bool,
    progress: &dyn Fn(u64),
) -> Result<Read, IngestError> {
    let delivery = stages.delivery;
    let gathered = Gathered::default();
    let gather = (!dry_run).then(|| gather(&gathered));
    let mut sink = Sink::new(ingestion, part_names(delivery), delivery.window(), gather)?;
    let hashes = stages.run(&mut sink, progress)?;
    Ok(Read { sink, hashes, gathered })
}

/// Keeps rows that are stored for the histories.
fn gather(gathered: &Gathered) -> Gather {
    let gathered = gathered.clone();
    Box::new(move |rows| gathered.take(rows))
}

fn part_names(delivery: &Delivery) -> Vec<String> {
    delivery.parts().iter().map(Part::name).collect()
}
