//! Histories that new ones are made from: those of a state that has most quarters as they are now.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::HistoriesError;
use super::checksums::Checksums;
use super::condense::PROJECTIONS;
use super::entry::Entry;
use super::file::{Metadata, Reader, open_present};
use super::folder::others;
use super::reader::read_batch;
use super::state::{CHECKSUMS_EXTENSION, State};
use super::vocabulary::{Axis, Vocabulary};

/// Histories that others are made from, read person by person.
pub(super) struct Base {
    path: PathBuf,
    pub(super) checksums: Checksums,
    /// The files of its groups.
    pub(super) groups: Vec<PathBuf>,
    reader: Reader,
    pub(super) metadata: Metadata,
    /// The quarters that are as they were.
    pub(super) kept: BTreeSet<String>,
    /// Whether a quarter is kept, by its number.
    pub(super) keeps: Vec<bool>,
    next_batch: usize,
    held: Vec<Entry>,
    at: usize,
}

impl Base {
    /// Those of a folder that have most quarters as they are now.
    pub(super) fn nearest(folder: &Path, state: &State) -> Option<Self> {
        let paths = others(folder, state).ok()?.into_iter();
        let of_states =
            paths.filter(|it| it.extension().is_some_and(|it| it == CHECKSUMS_EXTENSION));
        let bases = of_states.filter_map(|path| Self::open(&path, state).ok().flatten());
        bases.filter(|base| !base.kept.is_empty()).max_by_key(|base| base.kept.len())
    }

    /// Those of a state, by the path of its checksums.
    fn open(path: &Path, state: &State) -> Result<Option<Self>, HistoriesError> {
        let Some(checksums) = Checksums::open(path)? else { return Ok(None) };
        let path = path.with_extension("arrow");
        let (reader, metadata) = open_present(&path, &checksums)?;
        let kept = state.kept_of(&metadata.state);
        let quarters = metadata.vocabulary.values(Axis::Quarter).iter();
        let keeps = quarters.map(|it| it.as_ref().is_some_and(|it| kept.contains(it))).collect();
        let (next_batch, held, at) = (0, Vec::new(), 0);
        let folder = path.parent().unwrap_or(Path::new(""));
        let names = PROJECTIONS.iter().map(|it| metadata.state.file_name(Some(it)));
        let groups = names.map(|name| folder.join(name)).collect();
        Ok(Some(Self {
            path,
            checksums,
            groups,
            reader,
            metadata,
            kept,
            keeps,
            next_batch,
            held,
            at,
        }))
    }

    /// The values of the entries that are kept.
    pub(super) fn vocabulary(&mut self) -> Result<Vocabulary, HistoriesError> {
        let metadata = &self.metadata;
        let all = &metadata.vocabulary;
        if self.kept == metadata.state.quarters() {
            return Ok(all.clone());
        }
        let mut used = Axis::ALL.map(|axis| vec![false; all.values(axis).len()]);
        for at in 0..self.reader.num_batches() {
            for entry in read_batch(&mut self.reader, at, &self.path, metadata)?.entries() {
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
    pub(super) fn next_person(&mut self, last: i64) -> Result<Option<Vec<Entry>>, HistoriesError> {
        if self.at == self.held.len() {
            if self.next_batch == self.reader.num_batches() {
                return Ok(None);
            }
            let (reader, at) = (&mut self.reader, self.next_batch);
            self.held = read_batch(reader, at, &self.path, &self.metadata)?.entries();
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
