//! Histories of a snapshot: what is known of quarters that are as they were, and the rest read from
//! the observations.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::thread;

use arrow::error::ArrowError;
use rayon::prelude::*;

use super::HistoriesError;
use super::appearances::AppearanceCounter;
use super::base::Base;
use super::checksums::{Checksum, Checksums};
use super::collect::{Collected, collect};
use super::condense::{Condenser, PROJECTIONS};
use super::draft::{Draft, Target};
use super::entry::{Entry, condense};
use super::file::{Metadata, open_present};
use super::folder::{names_of, others};
use super::gathered::Gathered;
use super::reader::{Histories, read_batch};
use super::state::{State, is_named_by_state, names};
use super::vocabulary::{Axis, Translation, Vocabulary};
use super::writer::{Groups, HistoryWriter, write_groups};
use crate::exact::fitting;
use crate::warehouse::{Snapshot, TableFile};

/// Observations taken into memory at once; more are read in several passes over the files.
const ROWS_PER_PASS: u64 = 8 << 20;

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
/// that differ; of these, what is gathered is not read.
pub fn refresh(
    folder: &Path,
    snapshot: &Snapshot,
    gathered: &Gathered,
) -> Result<Built, HistoriesError> {
    let state = State::of(snapshot);
    if names_of(&state).iter().all(|name| folder.join(name).is_file())
        && let Ok(Some(known)) = Histories::open(folder, snapshot)
    {
        let (persons, entries) = (known.person_count(), known.entry_count());
        let path = folder.join(state.file_name(None));
        return Ok(Built { path, persons, entries, rows_read: 0 });
    }
    let write = |base| write(folder, snapshot, &state, base, gathered);
    let built = Base::nearest(folder, &state).map(|base| write(Some(base)));
    match built {
        Some(Ok(built)) => Ok(built),
        // What was to be built on may be damaged, or removed by another writer in the meantime.
        Some(Err(_)) | None => write(None),
    }
}

/// Makes the histories of a snapshot from its observations alone.
pub fn rebuild(folder: &Path, snapshot: &Snapshot) -> Result<Built, HistoriesError> {
    write(folder, snapshot, &State::of(snapshot), None, &Gathered::default())
}

/// The complete files there are.
pub fn listed(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(|path| is_named_by_state(path)).collect()
}

/// Removes those of some files that are not histories of this snapshot, which is later than their
/// list: what other writers have made since is not among them.
pub fn remove_others(
    folder: &Path,
    listed: &[PathBuf],
    latest: &Snapshot,
) -> Result<(), HistoriesError> {
    for path in superseded(folder, latest)? {
        if listed.contains(&path) {
            // What cannot be removed is not used either.
            let _unremoved = fs::remove_file(&path);
        }
    }
    Ok(())
}

/// What is wrong with the histories of a snapshot: they are made a second time from its observations
/// alone, and every byte is compared. `None` where there are none. Writes nothing.
pub fn check(folder: &Path, snapshot: &Snapshot) -> Result<Option<bool>, HistoriesError> {
    let state = State::of(snapshot);
    let paths: Vec<PathBuf> = names_of(&state).iter().map(|name| folder.join(name)).collect();
    let present: Vec<bool> = paths.iter().map(|path| path.is_file()).collect();
    if !present.contains(&true) {
        return Ok(None);
    }
    let target = Target::Nowhere(folder);
    let (again, _) = written(target, snapshot, &state, None, &Gathered::default())?;
    let compared = paths.par_iter().zip(present).zip(again).map(|((path, present), (_, again))| {
        // One that is missing is not used, also where an ingestion has removed it in the meantime.
        match Checksum::of(path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(true),
            found => Ok(!present || found.map_err(HistoriesError::io(path))? == again),
        }
    });
    Ok(Some(compared.collect::<Result<Vec<bool>, HistoriesError>>()?.into_iter().all(|same| same)))
}

/// Whether some files of the histories of a snapshot are there, and others are gone: they are not used.
pub fn is_partial(folder: &Path, snapshot: &Snapshot) -> bool {
    let names = names_of(&State::of(snapshot));
    let present = names.iter().filter(|name| folder.join(name).is_file()).count();
    (1..names.len()).contains(&present)
}

/// Files of the folder that are of no use for a snapshot.
pub fn superseded(folder: &Path, snapshot: &Snapshot) -> Result<Vec<PathBuf>, HistoriesError> {
    others(folder, &State::of(snapshot))
}

/// Removes them; gives what was removed.
pub fn clean(folder: &Path, snapshot: &Snapshot) -> Result<Vec<PathBuf>, HistoriesError> {
    let files = superseded(folder, snapshot)?;
    for path in &files {
        fs::remove_file(path).map_err(HistoriesError::io(path))?;
    }
    Ok(files)
}

fn write(
    folder: &Path,
    snapshot: &Snapshot,
    state: &State,
    base: Option<Base>,
    gathered: &Gathered,
) -> Result<Built, HistoriesError> {
    let target = Target::Folder(folder);
    let (files, built) = written(target, snapshot, state, base, gathered)?;
    files.par_iter().try_for_each(|(file, _)| file.sync())?;
    for ((file, _), name) in files.into_iter().zip(names_of(state)) {
        file.persist(&folder.join(name))?;
    }
    Ok(built)
}

/// Makes the files of histories, which have no final names yet, in the order of their names.
fn written(
    target: Target<'_>,
    snapshot: &Snapshot,
    state: &State,
    mut base: Option<Base>,
    gathered: &Gathered,
) -> Result<(Vec<(Draft, Checksum)>, Built), HistoriesError> {
    let file = target.begin()?;
    let failed = HistoriesError::damaged::<ArrowError>;
    let kept = base.as_ref().map_or_else(BTreeSet::new, |base| base.kept.clone());
    let fresh = |file: &&TableFile| !names(&kept, file.quarter());
    let files: Vec<TableFile> = snapshot.files().iter().filter(fresh).cloned().collect();
    let rows_read = files.iter().map(TableFile::row_count).sum();
    let known = match base.as_mut() {
        Some(base) => base.vocabulary()?,
        None => Vocabulary::default(),
    };
    let ranges = passes(rows_read);
    // All values of all rows are known after the first pass already.
    let mut collected = collect(&files, &ranges[0], &known, gathered)?;
    let vocabulary = collected.vocabulary.clone();
    let quarters = vocabulary.values(Axis::Quarter).iter();
    let fresh = quarters.map(|it| it.as_ref().is_some_and(|it| !kept.contains(it)));
    let fresh: Vec<bool> = fresh.collect();
    let is_convention = vocabulary.marked(state.conventions());
    let groups = Groups {
        condensers: condensers(base.as_ref(), &vocabulary)?,
        appearances: Some(AppearanceCounter::new(&vocabulary, is_convention)),
    };
    let metadata = Metadata::new(state, &Axis::ALL, &vocabulary);
    let new = HistoryWriter::new(file.sink()?, metadata, groups, fresh);
    let mut writer = new.map_err(failed(file.path()))?;
    for (at, persons) in ranges.iter().enumerate() {
        if at > 0 {
            collected = collect(&files, persons, &known, gathered)?;
        }
        merge(&collected, persons, base.as_mut(), |person, entries| writer.push(person, entries))?;
    }
    let (done, metadata, groups) = writer.finish().map_err(failed(file.path()))?;
    let sum = done.finish().map_err(HistoriesError::io(file.path()))?;
    let Groups { condensers, appearances } = groups;
    let condensed = condensers.into_par_iter();
    let condensed = condensed.map(|it| write_condensed(target, state, &vocabulary, it));
    // The disk is given the largest file while the others are made.
    let (condensed, synced) = thread::scope(|scope| {
        let synced = scope.spawn(|| file.sync());
        let condensed = condensed.collect::<Result<_, HistoriesError>>();
        (condensed, synced.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    });
    synced?;
    let mut written: Vec<(Draft, Checksum)> = condensed?;
    if let Some(appearances) = appearances {
        written.push(write_appearances(target, state, &vocabulary, appearances)?);
    }
    written.push((file, sum));
    written.push(write_checksums(target, state, &written)?);
    let path = target.folder().join(state.file_name(None));
    let Metadata { persons, entries, .. } = metadata;
    Ok((written, Built { path, persons, entries, rows_read }))
}

/// The file of the checksums of all others.
fn write_checksums(
    target: Target<'_>,
    state: &State,
    written: &[(Draft, Checksum)],
) -> Result<(Draft, Checksum), HistoriesError> {
    let mut checksums = Checksums::default();
    let named = names_of(state).into_iter().zip(written);
    named.for_each(|(name, (_, sum))| checksums.insert(name, sum.clone()));
    target.write(|mut sink| {
        let text = checksums.text().map_err(|error| ArrowError::ExternalError(error.into()))?;
        sink.write_all(text.as_bytes())?;
        Ok(sink)
    })
}

/// Groups of persons that are known already, of the quarters that are as they were.
fn condensers(
    base: Option<&Base>,
    vocabulary: &Vocabulary,
) -> Result<Vec<Condenser>, HistoriesError> {
    let mut condensers: Vec<Condenser> =
        PROJECTIONS.iter().map(|projection| Condenser::new(projection)).collect();
    let Some(base) = base else { return Ok(condensers) };
    for (condenser, path) in condensers.iter_mut().zip(&base.groups) {
        let (mut reader, metadata) = open_present(path, &base.checksums)?;
        let translation = Translation::between(&metadata.vocabulary, vocabulary);
        for at in 0..reader.num_batches() {
            let batch = read_batch(&mut reader, at, path, &metadata)?;
            let entries = batch.entries();
            for (persons, own) in batch.persons().iter().zip(batch.entries_of_persons()) {
                let kept = entries[own].iter().filter(|it| base.keeps[Axis::Quarter.of(it.codes)]);
                let kept = kept.map(|it| Entry { codes: translation.apply(it.codes), ..*it });
                condenser.add(*persons, kept);
            }
        }
    }
    Ok(condensers)
}

fn write_condensed(
    target: Target<'_>,
    state: &State,
    vocabulary: &Vocabulary,
    condenser: Condenser,
) -> Result<(Draft, Checksum), HistoriesError> {
    target.write(|sink| {
        let metadata = Metadata::new(state, &condenser.axes, vocabulary);
        write_groups(sink, metadata, condenser)
    })
}

fn write_appearances(
    target: Target<'_>,
    state: &State,
    vocabulary: &Vocabulary,
    appearances: AppearanceCounter,
) -> Result<(Draft, Checksum), HistoriesError> {
    let metadata = Metadata::new(state, &[], vocabulary);
    target.write(|sink| appearances.write(sink, &metadata))
}

/// Ranges of persons, each with about as many observations; at least one.
fn passes(rows: u64) -> Vec<RangeInclusive<i64>> {
    let count = fitting::<_, i64>(rows.div_ceil(ROWS_PER_PASS)).max(1);
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
    let mut fresh = collected.by_person().peekable();
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
