//! Histories of a snapshot: what is known of quarters that are as they were, and the rest read from
//! the observations.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::BufWriter;
use std::ops::RangeInclusive;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use super::HistoriesError;
use super::collect::{Collected, collect};
use super::entry::{Entry, condense};
use super::file::{HistoryWriter, Metadata, Reader, open};
use super::reader::read_batch;
use super::state::{State, names};
use super::vocabulary::{Axis, Translation, Vocabulary};
use crate::warehouse::{Snapshot, TableFile};

/// Observations taken into memory at once; more are read in several passes over the files.
const ROWS_PER_PASS: u64 = 1 << 24;

/// Beginning of the names of files that are not complete.
const TEMPORARY_PREFIX: &str = ".histories-";

/// What a file of histories holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Built {
    /// Where it lies.
    pub path: PathBuf,
    /// Distinct persons.
    pub persons: u64,
    /// Entries.
    pub entries: u64,
    /// Observations that were read to make it; the others were known.
    pub rows_read: u64,
}

/// Makes the histories of a snapshot, unless they are there, from those of another and the files
/// that differ; removes what no longer is of use.
pub fn refresh(folder: &Path, snapshot: &Snapshot) -> Result<Built, HistoriesError> {
    let state = State::of(snapshot);
    let path = folder.join(state.file_name());
    if path.is_file() {
        let (_, Metadata { persons, entries, .. }) = open(&path)?;
        return Ok(Built { path, persons, entries, rows_read: 0 });
    }
    let base = Base::nearest(folder, &state);
    let built = write(folder, snapshot, &state, base)?;
    remove_others(folder, &state)?;
    Ok(built)
}

/// Makes the histories of a snapshot from its observations alone.
pub fn rebuild(folder: &Path, snapshot: &Snapshot) -> Result<Built, HistoriesError> {
    let state = State::of(snapshot);
    let built = write(folder, snapshot, &state, None)?;
    remove_others(folder, &state)?;
    Ok(built)
}

/// What is wrong with the histories of a snapshot: they are made a second time from its observations
/// alone, and every byte is compared. `None` where there are none.
pub fn check(folder: &Path, snapshot: &Snapshot) -> Result<Option<bool>, HistoriesError> {
    let state = State::of(snapshot);
    let path = folder.join(state.file_name());
    if !path.is_file() {
        return Ok(None);
    }
    let again = written(folder, snapshot, &state, None)?.0;
    Ok(Some(same_bytes(&path, again.path())?))
}

fn same_bytes(one: &Path, other: &Path) -> Result<bool, HistoriesError> {
    let read = |path: &Path| {
        let mut hasher = blake3::Hasher::new();
        let file = File::open(path).map_err(HistoriesError::io(path))?;
        hasher.update_reader(file).map_err(HistoriesError::io(path))?;
        Ok(hasher.finalize())
    };
    Ok(read(one)? == read(other)?)
}

/// Files of the folder that are of no use for a snapshot.
pub fn superseded(folder: &Path, snapshot: &Snapshot) -> Result<Vec<PathBuf>, HistoriesError> {
    others(folder, &State::of(snapshot))
}

/// Removes them; gives what was removed. No ingestion may be under way.
pub fn clean(folder: &Path, snapshot: &Snapshot) -> Result<Vec<PathBuf>, HistoriesError> {
    let files = superseded(folder, snapshot)?;
    for path in &files {
        fs::remove_file(path).map_err(HistoriesError::io(path))?;
    }
    Ok(files)
}

fn others(folder: &Path, state: &State) -> Result<Vec<PathBuf>, HistoriesError> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(HistoriesError::io(folder))?,
    };
    let name = state.file_name();
    let files = entries.flatten().map(|entry| entry.path());
    let mut files: Vec<PathBuf> =
        files.filter(|path| !path.ends_with(&name) && path.is_file()).collect();
    files.sort();
    Ok(files)
}

/// Histories of other states: none of the current one's readers needs them. Those that are being
/// written have another ending and stay.
fn remove_others(folder: &Path, state: &State) -> Result<(), HistoriesError> {
    for path in others(folder, state)? {
        if path.extension().is_some_and(|it| it == "arrow") {
            // What cannot be removed is not used either.
            let _unremoved = fs::remove_file(&path);
        }
    }
    Ok(())
}

fn write(
    folder: &Path,
    snapshot: &Snapshot,
    state: &State,
    base: Option<Base>,
) -> Result<Built, HistoriesError> {
    let (file, built) = written(folder, snapshot, state, base)?;
    file.as_file().sync_all().map_err(HistoriesError::io(file.path()))?;
    file.persist(&built.path).map_err(|error| HistoriesError::io(&built.path)(error.error))?;
    Ok(built)
}

/// Writes histories to a file that has no final name yet.
fn written(
    folder: &Path,
    snapshot: &Snapshot,
    state: &State,
    mut base: Option<Base>,
) -> Result<(tempfile::NamedTempFile, Built), HistoriesError> {
    make_private(folder).map_err(HistoriesError::io(folder))?;
    let temporary = tempfile::Builder::new().prefix(TEMPORARY_PREFIX).tempfile_in(folder);
    let temporary = temporary.map_err(HistoriesError::io(folder))?;
    let path = temporary.path().to_owned();
    let failed = HistoriesError::damaged::<arrow::error::ArrowError>;
    let kept = base.as_ref().map_or_else(BTreeSet::new, |base| base.kept.clone());
    let fresh = |file: &&TableFile| !names(&kept, file.quarter());
    let files: Vec<TableFile> = snapshot.files().iter().filter(fresh).cloned().collect();
    let rows_read = files.iter().map(TableFile::row_count).sum();
    let known = base.as_mut().map(Base::vocabulary).transpose()?.unwrap_or_default();
    let mut writer: Option<HistoryWriter> = None;
    for persons in passes(rows_read) {
        let collected = collect(&files, &persons, &known)?;
        let writer = match &mut writer {
            Some(writer) => writer,
            empty => {
                // All values of all rows are known after the first pass already.
                let file = temporary.reopen().map_err(HistoriesError::io(&path))?;
                let vocabulary = collected.vocabulary.clone();
                let new = HistoryWriter::new(BufWriter::new(file), state.clone(), vocabulary);
                empty.insert(new.map_err(failed(&path))?)
            }
        };
        merge(&collected, &persons, base.as_mut(), |person, entries| writer.push(person, entries))?;
    }
    if let Some(writer) = writer {
        let sink = writer.finish().map_err(failed(&path))?;
        sink.into_inner().map_err(|error| HistoriesError::io(&path)(error.into_error()))?;
    }
    let (_, Metadata { persons, entries, .. }) = open(&path)?;
    let path = folder.join(state.file_name());
    Ok((temporary, Built { path, persons, entries, rows_read }))
}

/// A folder that only its owner can enter; no error when it is there.
fn make_private(folder: &Path) -> std::io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// Ranges of persons, each with about as many observations; at least one.
fn passes(rows: u64) -> Vec<RangeInclusive<i64>> {
    let count = i64::try_from(rows.div_ceil(ROWS_PER_PASS)).unwrap_or(i64::MAX).max(1);
    let width = i64::MAX / count;
    let range = |at: i64| {
        let last = if at + 1 == count { i64::MAX } else { (at + 1) * width - 1 };
        at * width..=last
    };
    (0..count).map(range).collect()
}

/// Hands on the persons of a range, those of the base and those that were read in one order.
fn merge(
    collected: &Collected,
    persons: &RangeInclusive<i64>,
    base: Option<&mut Base>,
    mut take: impl FnMut(i64, &[Entry]),
) -> Result<(), HistoriesError> {
    let mut fresh = collected.entries.chunk_by(|a, b| a.person == b.person).peekable();
    let mut all: Vec<Entry> = Vec::new();
    if let Some(base) = base {
        let translation = Translation::between(&base.metadata.vocabulary, &collected.vocabulary);
        while let Some(known) = base.next_person(*persons.end())? {
            let person = known[0].person;
            while let Some(entries) = fresh.next_if(|entries| entries[0].person < person) {
                take(entries[0].person, entries);
            }
            all.clear();
            let kept = known.iter().filter(|entry| base.keeps[Axis::Quarter.of(entry.codes)]);
            all.extend(kept.map(|it| Entry { codes: translation.apply(it.codes), ..*it }));
            if let Some(entries) = fresh.next_if(|entries| entries[0].person == person) {
                all.extend_from_slice(entries);
                all.sort_unstable_by_key(|entry| entry.codes);
            }
            // Entries that were too long for one are put together again.
            condense(&mut all);
            if !all.is_empty() {
                take(person, &all);
            }
        }
    }
    fresh.for_each(|entries| take(entries[0].person, entries));
    Ok(())
}

/// Histories that others are made from, read person by person.
struct Base {
    path: PathBuf,
    reader: Reader,
    metadata: Metadata,
    /// The quarters that are as they were.
    kept: BTreeSet<String>,
    /// Whether a quarter is kept, by its number.
    keeps: Vec<bool>,
    next_batch: usize,
    held: Vec<Entry>,
    at: usize,
}

impl Base {
    /// Those of a folder that have most quarters as they are now.
    fn nearest(folder: &Path, state: &State) -> Option<Self> {
        let paths = others(folder, state).ok()?.into_iter();
        let bases = paths.filter_map(|path| Self::open(path, state).ok());
        bases.filter(|base| !base.kept.is_empty()).max_by_key(|base| base.kept.len())
    }

    fn open(path: PathBuf, state: &State) -> Result<Self, HistoriesError> {
        let (reader, metadata) = open(&path)?;
        let kept = state.kept_of(&metadata.state);
        let quarters = metadata.vocabulary.values(Axis::Quarter).iter();
        let keeps = quarters.map(|it| it.as_ref().is_some_and(|it| kept.contains(it))).collect();
        let (next_batch, held, at) = (0, Vec::new(), 0);
        Ok(Self { path, reader, metadata, kept, keeps, next_batch, held, at })
    }

    /// The values of the entries that are kept.
    fn vocabulary(&mut self) -> Result<Vocabulary, HistoriesError> {
        let all = &self.metadata.vocabulary;
        if self.kept == self.metadata.state.quarters() {
            return Ok(all.clone());
        }
        let mut used = Axis::ALL.map(|axis| vec![false; all.values(axis).len()]);
        for at in 0..self.reader.num_batches() {
            for entry in read_batch(&mut self.reader, at, &self.path)?.entries() {
                if self.keeps[Axis::Quarter.of(entry.codes)] {
                    for axis in Axis::ALL {
                        used[axis as usize][axis.of(entry.codes)] = true;
                    }
                }
            }
        }
        Ok(all.only(&used))
    }

    /// The entries of the next person up to `last`.
    fn next_person(&mut self, last: i64) -> Result<Option<Vec<Entry>>, HistoriesError> {
        if self.at == self.held.len() {
            if self.next_batch == self.reader.num_batches() {
                return Ok(None);
            }
            self.held = read_batch(&mut self.reader, self.next_batch, &self.path)?.entries();
            self.next_batch += 1;
            self.at = 0;
        }
        let rest = &self.held[self.at..];
        let person = rest.first().map(|entry| entry.person).filter(|person| *person <= last);
        let Some(person) = person else { return Ok(None) };
        let end = rest.iter().take_while(|entry| entry.person == person).count();
        self.at += end;
        Ok(Some(rest[..end].to_vec()))
    }
}
