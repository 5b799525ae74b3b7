//! Histories to be read: batches of persons, with the columns of their entries.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{Array as _, AsArray as _, ListArray, RecordBatch};
use arrow::datatypes::{Int64Type, UInt8Type, UInt16Type, UInt32Type};

use super::HistoriesError;
use super::appearances::Appearances;
use super::checksums::{CheckedFile, Checksums};
use super::condense::PROJECTIONS;
use super::entry::{Entry, NO_CENTS};
use super::file::{AMOUNTS, ENTRIES, Metadata, PERSON, Reader, open, reader};
use super::state::State;
use super::vocabulary::{Axis, Vocabulary};
use crate::exact::fitting;
use crate::quarter::MONTHS_OF_QUARTER;
use crate::warehouse::Snapshot;

/// The histories of a snapshot.
#[derive(Debug)]
pub struct Histories {
    path: PathBuf,
    checksums: Arc<Checksums>,
    file: CheckedFile,
    metadata: Metadata,
    batch_count: usize,
}

/// A batch of persons.
#[derive(Debug)]
pub struct Batch(RecordBatch);

/// The numbers of a column, as narrow as they are stored.
#[derive(Debug, Clone, Copy)]
pub enum CodesOf<'b> {
    /// At most 256 values.
    Narrow(&'b [u8]),
    /// At most 65,536.
    Wide(&'b [u16]),
}

impl Histories {
    /// The histories of exactly the files of a snapshot, if there are.
    pub fn open(folder: &Path, snapshot: &Snapshot) -> Result<Option<Self>, HistoriesError> {
        let state = State::of(snapshot);
        let checksums = Checksums::open(&folder.join(state.checksums_name()))?.map(Arc::new);
        let path = folder.join(state.file_name(None));
        let open = |checksums| Self::open_file(path, checksums, &state, &Axis::ALL);
        checksums.map_or(Ok(None), open)
    }

    /// Reads every byte of the histories of a snapshot, if there are, and compares it with its
    /// checksum.
    pub fn read_whole(folder: &Path, snapshot: &Snapshot) -> Result<(), HistoriesError> {
        let state = State::of(snapshot);
        let checksums = Checksums::open(&folder.join(state.checksums_name()))?;
        checksums.map_or(Ok(()), |checksums| checksums.compare_all(folder))
    }

    fn open_file(
        path: PathBuf,
        checksums: Arc<Checksums>,
        state: &State,
        axes: &[Axis],
    ) -> Result<Option<Self>, HistoriesError> {
        let Some((file, reader, metadata)) = open(&path, &checksums)? else { return Ok(None) };
        if metadata.state != *state {
            return Err(HistoriesError::damaged(&path)("it is of other observations"));
        }
        if !metadata.axes.iter().map(String::as_str).eq(axes.iter().map(|axis| axis.column())) {
            return Err(HistoriesError::damaged(&path)("it tells other columns apart"));
        }
        Ok(Some(Self { path, checksums, file, metadata, batch_count: reader.num_batches() }))
    }

    /// The groups of persons who are alike in a quarter that tell these columns apart, if there are.
    pub fn condensed(&self, axes: &[Axis]) -> Result<Option<Self>, HistoriesError> {
        let tells = |projection: &&&[Axis]| {
            axes.iter().all(|axis| *axis == Axis::Quarter || projection.contains(axis))
        };
        let (state, folder) = (&self.metadata.state, self.path.parent());
        match (PROJECTIONS.iter().find(tells), folder) {
            (Some(projection), Some(folder)) => {
                let path = folder.join(state.file_name(Some(projection)));
                let axes = [&[Axis::Quarter], *projection].concat();
                Self::open_file(path, Arc::clone(&self.checksums), state, &axes)
            }
            _ => Ok(None),
        }
    }

    /// How many persons appear in which quarters, if that is known.
    pub fn appearances(&self) -> Result<Option<Appearances>, HistoriesError> {
        let state = &self.metadata.state;
        let Some(folder) = self.path.parent() else { return Ok(None) };
        let path = folder.join(state.appearances_name());
        let Some((_, reader, metadata)) = open(&path, &self.checksums)? else { return Ok(None) };
        if metadata.state != *state || metadata.vocabulary != self.metadata.vocabulary {
            return Err(HistoriesError::damaged(&path)("it is of other observations"));
        }
        Appearances::read(reader, &path).map(Some)
    }

    /// Whether a person of it stands for several who are alike.
    pub fn is_condensed(&self) -> bool {
        self.metadata.axes.len() < Axis::ALL.len()
    }

    /// The values of each axis.
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.metadata.vocabulary
    }

    /// Whether a guidance is one under a partnership convention, by its number.
    pub fn conventions(&self) -> Vec<bool> {
        self.metadata.vocabulary.marked(self.metadata.state.conventions())
    }

    /// Distinct persons.
    pub fn person_count(&self) -> u64 {
        self.metadata.persons
    }

    /// Entries of all persons.
    pub fn entry_count(&self) -> u64 {
        self.metadata.entries
    }

    /// The batches they are stored in, in as many parts as there are threads.
    pub fn parts(&self) -> Vec<Range<usize>> {
        let width = self.batch_count.div_ceil(rayon::current_num_threads()).max(1);
        let firsts = (0..self.batch_count).step_by(width);
        firsts.map(|first| first..(first + width).min(self.batch_count)).collect()
    }

    /// Reads some batches, one after the other.
    pub fn read(
        &self,
        batches: Range<usize>,
        mut take: impl FnMut(&Batch),
    ) -> Result<(), HistoriesError> {
        let mut reader = reader(&self.file, &self.path)?;
        for at in batches {
            take(&read_batch(&mut reader, at, &self.path, &self.metadata)?);
        }
        Ok(())
    }
}

/// Reads one batch, and makes sure that it has the columns it must have, and no number that stands
/// for nothing.
pub(super) fn read_batch(
    reader: &mut Reader,
    at: usize,
    path: &Path,
    metadata: &Metadata,
) -> Result<Batch, HistoriesError> {
    reader.set_index(at).map_err(HistoriesError::damaged(path))?;
    let batch = reader.next().ok_or("it ends too early").map_err(HistoriesError::damaged(path))?;
    let batch = batch.map_err(HistoriesError::damaged(path))?;
    if batch.schema().fields() != super::file::schema().fields() {
        return Err(HistoriesError::damaged(path)("its columns are not those of histories"));
    }
    let batch = Batch(batch);
    for axis in Axis::ALL {
        let most = match batch.codes(axis) {
            CodesOf::Narrow(codes) => codes.iter().max().map(|it| usize::from(*it)),
            CodesOf::Wide(codes) => codes.iter().max().map(|it| usize::from(*it)),
        };
        // A number that is too large would be a wrong figure. Columns that groups do not tell apart
        // hold nothing but zeros.
        let told = metadata.axes.iter().any(|name| name == axis.column());
        let count = metadata.vocabulary.values(axis).len().max(usize::from(!told));
        if most.is_some_and(|most| most >= count) {
            return Err(HistoriesError::damaged(path)("it holds numbers that stand for nothing"));
        }
    }
    if batch.months().iter().any(|months| *months >= 1 << MONTHS_OF_QUARTER) {
        return Err(HistoriesError::damaged(path)("it holds months of no quarter"));
    }
    if batch.amounts().any(|(entry, _)| entry >= batch.entry_count()) {
        return Err(HistoriesError::damaged(path)("it holds amounts of no entry"));
    }
    Ok(batch)
}

impl Batch {
    fn list(&self, column: usize) -> &ListArray {
        self.0.column(column).as_list()
    }

    /// Persons of the batch.
    pub fn person_count(&self) -> usize {
        self.0.num_rows()
    }

    /// The persons, rising; in groups of persons who are alike, how many there are.
    pub fn persons(&self) -> &[i64] {
        self.0.column(PERSON).as_primitive::<Int64Type>().values()
    }

    /// The places of each person's entries.
    pub fn entries_of_persons(&self) -> impl Iterator<Item = Range<usize>> {
        let offsets = self.list(ENTRIES).value_offsets();
        offsets.windows(2).map(|bounds| index(bounds[0])..index(bounds[1]))
    }

    /// Entries of the batch.
    pub fn entry_count(&self) -> usize {
        self.list(ENTRIES).values().len()
    }

    /// The numbers of an axis, per entry.
    pub fn codes(&self, axis: Axis) -> CodesOf<'_> {
        let column = self.list(ENTRIES).values().as_struct().column(axis as usize);
        if axis.bits() == 8 {
            CodesOf::Narrow(column.as_primitive::<UInt8Type>().values())
        } else {
            CodesOf::Wide(column.as_primitive::<UInt16Type>().values())
        }
    }

    fn counted(&self, at: usize) -> &[u16] {
        let entries = self.list(ENTRIES).values().as_struct();
        entries.column(Axis::ALL.len() + at).as_primitive::<UInt16Type>().values()
    }

    /// Observations per entry.
    pub fn observations(&self) -> &[u16] {
        self.counted(0)
    }

    /// Days per entry.
    pub fn days(&self) -> &[u16] {
        self.counted(1)
    }

    /// Per entry, the months of the quarter in which there is a day, a bit each; none in groups.
    pub fn months(&self) -> &[u8] {
        let entries = self.list(ENTRIES).values().as_struct();
        entries.column(Axis::ALL.len() + 2).as_primitive::<UInt8Type>().values()
    }

    /// The amounts of the batch: place of the entry, cents; by rising place.
    pub fn amounts(&self) -> impl Iterator<Item = (usize, i64)> {
        let lists = self.list(AMOUNTS);
        let values = lists.values().as_struct();
        let places = values.column(0).as_primitive::<UInt32Type>().values();
        let cents = values.column(1).as_primitive::<Int64Type>().values();
        let persons = lists.value_offsets().windows(2).zip(self.entries_of_persons());
        persons.flat_map(move |(amounts, entries)| {
            let range = index(amounts[0])..index(amounts[1]);
            let at = move |at: usize| (entries.start + places[at] as usize, cents[at]);
            range.map(at)
        })
    }

    /// All entries, as they were before they were written.
    pub(super) fn entries(&self) -> Vec<Entry> {
        let (observations, days, months) = (self.observations(), self.days(), self.months());
        let mut codes = vec![0_u64; self.entry_count()];
        for axis in Axis::ALL {
            let place = |code: usize| axis.place(code);
            match self.codes(axis) {
                CodesOf::Narrow(narrow) => {
                    codes.iter_mut().zip(narrow).for_each(|(all, it)| *all |= place((*it).into()));
                }
                CodesOf::Wide(wide) => {
                    codes.iter_mut().zip(wide).for_each(|(all, it)| *all |= place((*it).into()));
                }
            }
        }
        let mut entries = Vec::with_capacity(codes.len());
        for (person, own) in self.persons().iter().zip(self.entries_of_persons()) {
            entries.extend(own.map(|at| Entry {
                person: *person,
                codes: codes[at],
                observations: observations[at].into(),
                days: days[at].into(),
                months: months[at],
                cents: NO_CENTS,
            }));
        }
        for (at, cents) in self.amounts() {
            entries[at].cents = cents;
        }
        entries
    }
}

/// An offset as a place; the reader of the format has made sure that there are no others.
fn index(offset: i32) -> usize {
    fitting(offset)
}
