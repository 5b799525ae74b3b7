//! The Arrow file: schema, metadata, and how entries become its columns.

use std::path::Path;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, LazyLock};
use std::thread::{self, JoinHandle};

use arrow::array::{
    ArrayRef, Int64Array, ListArray, RecordBatch, StructArray, UInt8Array, UInt16Array, UInt32Array,
};
use arrow::buffer::OffsetBuffer;
use arrow::datatypes::{DataType, Field, Fields, Schema, SchemaRef};
use arrow::error::ArrowError;
use arrow::ipc::writer::FileWriter;
use rayon::prelude::*;

use super::HistoriesError;
use super::appearances::AppearanceCounter;
use super::checksums::{CheckedFile, Checksums, FileSink};
use super::condense::Condenser;
use super::entry::{Entry, NO_CENTS};
use super::state::State;
use super::vocabulary::{Axis, Vocabulary};

/// Persons of a record batch.
const PERSONS_PER_BATCH: usize = 1 << 13;

/// The name under which a file's metadata stand in its footer.
pub(super) const METADATA_KEY: &str = "sppis.histories";

pub(super) const PERSON: usize = 0;
pub(super) const ENTRIES: usize = 1;
pub(super) const AMOUNTS: usize = 2;

/// What a file says of itself.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Metadata {
    pub(super) state: State,
    /// The columns that are told apart; all where persons are told apart too, otherwise the number
    /// of a person is how many there are.
    pub(super) axes: Vec<String>,
    pub(super) vocabulary: Vocabulary,
    pub(super) persons: u64,
    pub(super) entries: u64,
}

impl Metadata {
    pub(super) fn of_text(texts: &std::collections::HashMap<String, String>) -> Option<Self> {
        serde_json::from_str(texts.get(METADATA_KEY)?).ok()
    }

    /// Of a file of appearances, which has neither persons nor entries.
    pub(super) fn of_appearances(state: State, vocabulary: Vocabulary) -> Self {
        Self { state, axes: Vec::new(), vocabulary, persons: 0, entries: 0 }
    }

    pub(super) fn text(&self) -> arrow::error::Result<String> {
        serde_json::to_string(self).map_err(|error| ArrowError::ExternalError(error.into()))
    }
}

/// The columns of a person's entries: the axes, then what is counted.
fn entry_fields() -> Fields {
    let axis = |axis: &Axis| {
        let narrow = axis.bits() == 8;
        Field::new(axis.column(), if narrow { DataType::UInt8 } else { DataType::UInt16 }, false)
    };
    let counted = ["observations", "days"].map(|name| Field::new(name, DataType::UInt16, false));
    Axis::ALL.iter().map(axis).chain(counted).collect()
}

fn amount_fields() -> Fields {
    let entry = Field::new("entry", DataType::UInt32, false);
    Fields::from(vec![entry, Field::new("cents", DataType::Int64, false)])
}

fn item(fields: Fields) -> Arc<Field> {
    Arc::new(Field::new("item", DataType::Struct(fields), false))
}

pub(super) fn schema() -> SchemaRef {
    static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
        let list = |name: &str, fields| Field::new(name, DataType::List(item(fields)), false);
        Arc::new(Schema::new(vec![
            Field::new("person", DataType::Int64, false),
            list("entries", entry_fields()),
            list("amounts", amount_fields()),
        ]))
    });
    Arc::clone(&SCHEMA)
}

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
}

/// What is counted of the persons who are written.
#[derive(Default)]
pub(super) struct Groups {
    pub(super) condensers: Vec<Condenser>,
    pub(super) appearances: Option<AppearanceCounter>,
}

/// Batches that may wait to be written.
const WAITING_MAX: usize = 4;

/// The persons of the batch that is being filled.
#[derive(Default)]
struct Held {
    persons: Vec<i64>,
    entry_counts: Vec<usize>,
    codes: Vec<u64>,
    observations: Vec<u16>,
    days: Vec<u16>,
    amount_counts: Vec<usize>,
    amount_entries: Vec<u32>,
    cents: Vec<i64>,
    /// The entries that groups are made of.
    fresh: Vec<Entry>,
}

impl HistoryWriter {
    pub(super) fn new(
        sink: FileSink,
        state: State,
        axes: &[Axis],
        vocabulary: Vocabulary,
        groups: Groups,
    ) -> arrow::error::Result<Self> {
        let writer = FileWriter::try_new(sink, &schema())?;
        let axes = axes.iter().map(|axis| axis.column().to_owned()).collect();
        let metadata = Metadata { state, axes, vocabulary, persons: 0, entries: 0 };
        let mut written = Written { writer, metadata, groups };
        let (full, waiting) = sync_channel::<Held>(WAITING_MAX);
        let write =
            move || waiting.into_iter().try_for_each(|held| written.add(held)).map(|()| written);
        Ok(Self { held: Held::default(), full, worker: thread::spawn(write) })
    }

    /// Takes the entries of a person, which come in order. Of those that are fresh groups are made.
    pub(super) fn push(&mut self, person: i64, entries: &[Entry], fresh: &[bool]) {
        self.held.push(person, entries, fresh);
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
        let Written { mut writer, metadata, groups } = written?;
        writer.write_metadata(METADATA_KEY, metadata.text()?);
        writer.finish()?;
        Ok((writer.into_inner()?, metadata, groups))
    }
}

impl Written {
    fn add(&mut self, held: Held) -> arrow::error::Result<()> {
        let Groups { condensers, appearances } = &mut self.groups;
        let condense = |condenser: &mut Condenser| {
            for entries in held.fresh.chunk_by(|a, b| a.person == b.person) {
                condenser.add(1, entries.iter().copied());
            }
        };
        let count = |counter: &mut AppearanceCounter| counter.add(held.numbers());
        rayon::join(
            || condensers.par_iter_mut().for_each(condense),
            || appearances.iter_mut().for_each(count),
        );
        self.metadata.persons += held.persons.len() as u64;
        self.metadata.entries += held.codes.len() as u64;
        self.writer.write(&held.into_batch()?)
    }
}

impl Held {
    fn push(&mut self, person: i64, entries: &[Entry], fresh: &[bool]) {
        let is_fresh =
            |entry: &&Entry| fresh.get(Axis::Quarter.of(entry.codes)).is_some_and(|it| *it);
        self.fresh.extend(entries.iter().filter(is_fresh));
        let (first, first_amount) = (self.codes.len(), self.cents.len());
        for entry in entries {
            if entry.cents != NO_CENTS {
                let at = self.codes.len() - first;
                self.amount_entries.push(u32::try_from(at).unwrap_or(u32::MAX));
                self.cents.push(entry.cents);
            }
            // What is more than a number of 16 bits holds goes on in another entry that is alike.
            let (mut observations, mut days) = (entry.observations, entry.days);
            loop {
                let [one, other] =
                    [observations, days].map(|it| u16::try_from(it).unwrap_or(u16::MAX));
                self.codes.push(entry.codes);
                self.observations.push(one);
                self.days.push(other);
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

    /// The person and the numbers of each entry.
    fn numbers(&self) -> impl Iterator<Item = (i64, u64)> {
        let counted = self.persons.iter().zip(&self.entry_counts);
        let persons = counted.flat_map(|(person, count)| std::iter::repeat_n(*person, *count));
        persons.zip(self.codes.iter().copied())
    }

    fn into_batch(self) -> arrow::error::Result<RecordBatch> {
        let axis = |axis: &Axis| -> ArrayRef {
            let codes = self.codes.iter().map(|codes| axis.of(*codes));
            if axis.bits() == 8 {
                let codes = codes.map(|code| u8::try_from(code).unwrap_or(u8::MAX));
                Arc::new(UInt8Array::from_iter_values(codes))
            } else {
                let codes = codes.map(|code| u16::try_from(code).unwrap_or(u16::MAX));
                Arc::new(UInt16Array::from_iter_values(codes))
            }
        };
        let mut columns: Vec<ArrayRef> = Axis::ALL.iter().map(axis).collect();
        columns.push(Arc::new(UInt16Array::from(self.observations)));
        columns.push(Arc::new(UInt16Array::from(self.days)));
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

/// A reader of the whole file.
pub(super) type Reader = arrow::ipc::reader::FileReader<CheckedFile>;

/// Opens a file and reads what it says of itself; `None` where it is gone.
pub(super) fn open(
    path: &Path,
    checksums: &Checksums,
) -> Result<Option<(CheckedFile, Reader, Metadata)>, HistoriesError> {
    let Some(file) = checksums.open_file(path)? else { return Ok(None) };
    let reader = reader(&file, path)?;
    let metadata = Metadata::of_text(reader.custom_metadata());
    let metadata = metadata.ok_or("its footer says nothing of its observations");
    Ok(Some((file, reader, metadata.map_err(HistoriesError::damaged(path))?)))
}

/// The same of a file that must be there.
pub(super) fn open_present(
    path: &Path,
    checksums: &Checksums,
) -> Result<(Reader, Metadata), HistoriesError> {
    let gone = || HistoriesError::damaged(path)("it is gone");
    let (_, reader, metadata) = open(path, checksums)?.ok_or_else(gone)?;
    Ok((reader, metadata))
}

/// Another reader of a file.
pub(super) fn reader(file: &CheckedFile, path: &Path) -> Result<Reader, HistoriesError> {
    Reader::try_new(file.clone(), None).map_err(HistoriesError::damaged(path))
}
