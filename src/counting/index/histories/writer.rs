//! Persons in, in rising order; out comes their Arrow file, and what is counted of them for others.
//!
//! Persons are taken on the caller's thread. On another, batches of them are counted and turned into
//! columns in parallel, a wave at a time, while the wave before is written.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use arrow::array::{
    ArrayRef, Int64Array, ListArray, RecordBatch, StructArray, UInt8Array, UInt16Array, UInt32Array,
};
use arrow::buffer::OffsetBuffer;
use arrow::datatypes::Fields;
use arrow::ipc::writer::FileWriter;
use rayon::prelude::*;

use super::appearances::AppearanceCounter;
use super::checksums::FileSink;
use super::condense::Condenser;
use super::entry::{Entry, NO_CENTS};
use super::file::{METADATA_KEY, Metadata, amount_fields, entry_fields, item, schema};
use super::vocabulary::Axis;
use crate::exact::fitting;

/// Persons of a record batch.
const PERSONS_PER_BATCH: usize = 1 << 13;

/// Batches that are counted together; as many may wait.
const WAVE_LENGTH: usize = 8;

/// Takes persons in rising order and writes them, on a thread of its own.
pub(super) struct HistoryWriter {
    held: Held,
    full: SyncSender<Held>,
    worker: JoinHandle<arrow::error::Result<Written>>,
}

/// What was written so far.
struct Written {
    writer: FileWriter<FileSink>,
    metadata: Metadata,
    groups: Groups,
    /// By the number of a quarter, whether groups are made of its entries.
    fresh: Vec<bool>,
}

/// What is counted of the persons who are written.
#[derive(Default)]
pub(super) struct Groups {
    pub(super) condensers: Vec<Condenser>,
    pub(super) appearances: Option<AppearanceCounter>,
}

/// The persons of a batch.
#[derive(Default)]
struct Held {
    persons: Vec<i64>,
    /// By person, where the entries end.
    ends: Vec<usize>,
    entries: Vec<Entry>,
}

impl HistoryWriter {
    /// Groups are made of the entries of those quarters that are fresh. Never to be used on a thread
    /// of the pool, which the writing needs: the one that waits for it may be the last.
    pub(super) fn new(
        sink: FileSink,
        metadata: Metadata,
        groups: Groups,
        fresh: Vec<bool>,
    ) -> arrow::error::Result<Self> {
        let writer = FileWriter::try_new(sink, &schema())?;
        let mut written = Written { writer, metadata, groups, fresh };
        let (full, waiting) = sync_channel::<Held>(WAVE_LENGTH);
        let write = move || written.take_all(&waiting).map(|()| written);
        Ok(Self { held: Held::default(), full, worker: thread::spawn(write) })
    }

    /// Takes the entries of a person, which come in order.
    pub(super) fn push(&mut self, person: i64, entries: &[Entry]) {
        self.held.push(person, entries);
        if self.held.persons.len() == PERSONS_PER_BATCH {
            self.hand_over();
        }
    }

    fn hand_over(&mut self) {
        // Where nobody takes it the writing has failed, and `finish` says why.
        let _failed = self.full.send(std::mem::take(&mut self.held));
    }

    /// Completes the file; gives what it was written to, what it says of itself, and the groups.
    pub(super) fn finish(mut self) -> arrow::error::Result<(FileSink, Metadata, Groups)> {
        if !self.held.persons.is_empty() {
            self.hand_over();
        }
        drop(self.full);
        let written = self.worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        let Written { writer, metadata, groups, .. } = written?;
        Ok((completed(writer, &metadata)?, metadata, groups))
    }
}

fn completed(
    mut writer: FileWriter<FileSink>,
    metadata: &Metadata,
) -> arrow::error::Result<FileSink> {
    writer.write_metadata(METADATA_KEY, metadata.text()?);
    writer.finish()?;
    writer.into_inner()
}

/// Writes groups of persons.
pub(super) fn write_groups(
    sink: FileSink,
    mut metadata: Metadata,
    groups: Condenser,
) -> arrow::error::Result<FileSink> {
    let mut writer = FileWriter::try_new(sink, &schema())?;
    let mut write = |held: &Held| {
        let batch = Columns::of(held).into_batch()?;
        metadata.add(&batch);
        writer.write(&batch)
    };
    let mut held = Held::default();
    groups.finish(|persons, entries| {
        held.push(persons, entries);
        if held.persons.len() == PERSONS_PER_BATCH {
            write(&std::mem::take(&mut held))
        } else {
            Ok(())
        }
    })?;
    if !held.persons.is_empty() {
        write(&held)?;
    }
    completed(writer, &metadata)
}

impl Written {
    fn take_all(&mut self, waiting: &Receiver<Held>) -> arrow::error::Result<()> {
        let mut batches: Vec<RecordBatch> = Vec::new();
        while let Ok(first) = waiting.recv() {
            let more = waiting.try_iter().take(WAVE_LENGTH - 1);
            let wave: Vec<Held> = std::iter::once(first).chain(more).collect();
            let (groups, fresh, writer) = (&mut self.groups, &self.fresh, &mut self.writer);
            let (written, next) = rayon::join(
                || batches.iter().try_for_each(|batch| writer.write(batch)),
                || rayon::join(|| groups.count(&wave, fresh), || columns(&wave)).1,
            );
            written?;
            batches = next?;
            for batch in &batches {
                self.metadata.add(batch);
            }
        }
        batches.iter().try_for_each(|batch| self.writer.write(batch))
    }
}

impl Groups {
    /// Each counts all persons of a wave, in their order, while others do.
    fn count(&mut self, wave: &[Held], fresh: &[bool]) {
        let Self { condensers, appearances } = self;
        let is_fresh = |it: &&Entry| fresh.get(Axis::Quarter.of(it.codes)).is_some_and(|it| *it);
        let condense = |condenser: &mut Condenser| {
            for (_, entries) in wave.iter().flat_map(Held::by_person) {
                condenser.add(1, entries.iter().filter(is_fresh).copied());
            }
        };
        let count = |counter: &mut AppearanceCounter| {
            for (person, entries) in wave.iter().flat_map(Held::by_person) {
                counter.add(person, entries);
            }
        };
        rayon::join(
            || condensers.par_iter_mut().for_each(condense),
            || appearances.iter_mut().for_each(count),
        );
    }
}

fn columns(wave: &[Held]) -> arrow::error::Result<Vec<RecordBatch>> {
    wave.par_iter().map(|held| Columns::of(held).into_batch()).collect()
}

impl Held {
    fn push(&mut self, person: i64, entries: &[Entry]) {
        self.entries.extend_from_slice(entries);
        self.ends.push(self.entries.len());
        self.persons.push(person);
    }

    fn by_person(&self) -> impl Iterator<Item = (i64, &[Entry])> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        let entries = starts.zip(&self.ends).map(|(start, end)| &self.entries[start..*end]);
        self.persons.iter().copied().zip(entries)
    }
}

/// The columns of a batch.
#[derive(Default)]
struct Columns {
    persons: Vec<i64>,
    entry_counts: Vec<usize>,
    codes: Vec<u64>,
    observations: Vec<u16>,
    days: Vec<u16>,
    months: Vec<u8>,
    amount_counts: Vec<usize>,
    amount_entries: Vec<u32>,
    cents: Vec<i64>,
}

impl Columns {
    fn of(held: &Held) -> Self {
        let mut columns = Self::default();
        let count = held.entries.len();
        columns.codes.reserve(count);
        columns.observations.reserve(count);
        columns.days.reserve(count);
        columns.months.reserve(count);
        held.by_person().for_each(|(person, entries)| columns.push(person, entries));
        columns
    }

    fn push(&mut self, person: i64, entries: &[Entry]) {
        let (first, first_amount) = (self.codes.len(), self.cents.len());
        for entry in entries {
            if entry.cents != NO_CENTS {
                let at = self.codes.len() - first;
                self.amount_entries.push(fitting(at));
                self.cents.push(entry.cents);
            }
            // What is more than a number of 16 bits holds goes on in another entry that is alike.
            let (mut observations, mut days) = (entry.observations, entry.days);
            loop {
                let [one, other] = [observations, days].map(|it| fitting(it.min(u16::MAX.into())));
                self.codes.push(entry.codes);
                self.observations.push(one);
                self.days.push(other);
                self.months.push(entry.months);
                observations -= u32::from(one);
                days -= u32::from(other);
                if observations == 0 && days == 0 {
                    break;
                }
            }
        }
        self.persons.push(person);
        self.entry_counts.push(self.codes.len() - first);
        self.amount_counts.push(self.cents.len() - first_amount);
    }

    fn into_batch(self) -> arrow::error::Result<RecordBatch> {
        let axis = |axis: &Axis| -> ArrayRef {
            let codes = self.codes.iter().map(|codes| axis.of(*codes));
            if axis.bits() == 8 {
                let codes = codes.map(fitting::<_, u8>);
                Arc::new(UInt8Array::from_iter_values(codes))
            } else {
                let codes = codes.map(fitting::<_, u16>);
                Arc::new(UInt16Array::from_iter_values(codes))
            }
        };
        let mut columns: Vec<ArrayRef> = Axis::ALL.iter().map(axis).collect();
        columns.push(Arc::new(UInt16Array::from(self.observations)));
        columns.push(Arc::new(UInt16Array::from(self.days)));
        columns.push(Arc::new(UInt8Array::from(self.months)));
        let entries = lists(entry_fields(), columns, self.entry_counts)?;
        let amounts: Vec<ArrayRef> = vec![
            Arc::new(UInt32Array::from(self.amount_entries)),
            Arc::new(Int64Array::from(self.cents)),
        ];
        let amounts = lists(amount_fields(), amounts, self.amount_counts)?;
        let persons: ArrayRef = Arc::new(Int64Array::from(self.persons));
        RecordBatch::try_new(schema(), vec![persons, entries, amounts])
    }
}

fn lists(
    fields: Fields,
    columns: Vec<ArrayRef>,
    counts: Vec<usize>,
) -> arrow::error::Result<ArrayRef> {
    let values = StructArray::try_new(fields.clone(), columns, None)?;
    let offsets = OffsetBuffer::from_lengths(counts);
    Ok(Arc::new(ListArray::try_new(item(fields), offsets, Arc::new(values), None)?))
}
