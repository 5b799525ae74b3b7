//! Files of observations to entries, sorted by person.
//!
//! Entries are put into shards of persons as they are read. Each shard is then sorted by itself: it
//! stays near the processor, and one thread need not wait for another.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use rayon::prelude::*;

use super::HistoriesError;
use super::entry::{Entry, condense};
use super::gathered::Gathered;
use super::part::{Part, Shards};
use super::vocabulary::{Axis, Translation, Vocabulary};
use crate::attribution::coded_observation_schema;
use crate::warehouse::TableFile;

const ROWS_PER_BATCH: usize = 1 << 13;

/// Entries of some persons, and the values of all rows that were read.
#[derive(Debug)]
pub(super) struct Collected {
    pub(super) vocabulary: Vocabulary,
    /// By person, then by values; their numbers are those of `vocabulary`.
    shards: Vec<Vec<Entry>>,
}

impl Collected {
    /// The entries of each person, persons rising.
    pub(super) fn by_person(&self) -> impl Iterator<Item = &[Entry]> {
        self.shards.iter().flat_map(|shard| shard.chunk_by(|a, b| a.person == b.person))
    }
}

/// Reads the entries of the persons in a range; rows that are `gathered` are not read again.
///
/// `known` are values that the vocabulary must have besides those that are found.
pub(super) fn collect(
    files: &[TableFile],
    persons: &RangeInclusive<i64>,
    known: &Vocabulary,
    gathered: &Gathered,
) -> Result<Collected, HistoriesError> {
    let shards = Shards::of(persons, files.iter().map(TableFile::row_count).sum());
    let read = |file: &TableFile| match gathered.rows(file.blake3(), persons, shards) {
        Some(part) => Ok(part),
        None => read_file(file, persons, shards),
    };
    let parts: Vec<Part> = files.par_iter().map(read).collect::<Result<_, _>>()?;
    let found = Axis::ALL.map(|axis| {
        let values = parts.iter().flat_map(|part| part.values[axis as usize].iter().cloned());
        values.collect::<BTreeSet<_>>()
    });
    let vocabulary = known.union(&Vocabulary::new(found)?)?;
    let mut pieces: Vec<Vec<(Vec<Entry>, usize)>> = vec![Vec::new(); shards.count];
    let mut translations = Vec::with_capacity(parts.len());
    for (at, part) in parts.into_iter().enumerate() {
        translations.push(Translation::new(&part.values, &vocabulary));
        let held = part.shards.into_iter().zip(&mut pieces);
        held.for_each(|(entries, pieces)| pieces.push((entries, at)));
    }
    let shards = pieces.into_par_iter().map(|pieces| shard(pieces, &translations)).collect();
    Ok(Collected { vocabulary, shards })
}

/// Puts together what files have of some persons, each with its translation.
fn shard(pieces: Vec<(Vec<Entry>, usize)>, translations: &[Translation]) -> Vec<Entry> {
    let mut shard = Vec::with_capacity(pieces.iter().map(|piece| piece.0.len()).sum());
    for (entries, at) in pieces {
        let translation = &translations[at];
        let translated = |it: Entry| Entry { codes: translation.apply(it.codes), ..it };
        shard.extend(entries.into_iter().map(translated));
    }
    shard.sort_unstable_by_key(|entry| (entry.person, entry.codes));
    condense(&mut shard);
    shard
}

fn read_file(
    file: &TableFile,
    persons: &RangeInclusive<i64>,
    places: Shards,
) -> Result<Part, HistoriesError> {
    let path = file.path();
    let columns = Axis::ALL.iter().skip(1).map(|axis| axis.column());
    let columns = columns.chain(["person", "first_day", "last_day", "days", "amount"]);
    let columns: Vec<&str> = columns.collect();
    let bytes = file.written().columns(&columns)?;
    // Codes come as numbers in the dictionaries that the file has.
    let options = ArrowReaderOptions::new().with_schema(coded_observation_schema());
    let builder = ParquetRecordBatchReaderBuilder::try_new_with_options(bytes, options);
    let builder = builder.map_err(HistoriesError::damaged(path))?;
    let mask = ProjectionMask::columns(builder.parquet_schema(), columns);
    let reader = builder.with_projection(mask).with_batch_size(ROWS_PER_BATCH).build();
    let mut part = Part::new(places);
    for batch in reader.map_err(HistoriesError::damaged(path))? {
        let batch = batch.map_err(HistoriesError::damaged(path))?;
        part.add(&batch, file.quarter(), persons)?;
    }
    Ok(part)
}
