//! Runs that a question is counted over: the columns that it needs, from their files or made of the observations.
//!
//! In: the files of a snapshot in some quarters, and [`Needs`]. Out: [`Opened`], all runs with one list of values for
//! each column. Never: a file of observations left out; one whose run is not there is read itself.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use rayon::prelude::*;

use super::HistoriesError;
use super::axis::{Axis, Value};
use super::checksums::Checksums;
use super::file::StoredFile;
use super::groups::projection_of;
use super::loaded::Loaded;
use super::name::Names;
use super::needs::Needs;
use super::observed::Observed;
use super::run::{Run, no_rows};
use crate::quarter::QuarterRange;
use crate::warehouse::{Snapshot, TableFile};

/// The histories of a snapshot: which files there are, none of them opened yet.
#[derive(Debug)]
pub struct Histories {
    folder: PathBuf,
    /// In the order of quarters.
    files: Vec<TableFile>,
    conventions: BTreeSet<String>,
}

/// The runs of some quarters.
#[derive(Debug)]
pub struct Opened {
    runs: Vec<Loaded>,
    /// By axis, the quarter first: the values that occur, rising.
    values: Vec<(Axis, Vec<Option<Value>>)>,
    /// How many runs were made of the observations, as they have no files.
    pub made: usize,
}

impl Histories {
    /// Of a snapshot, in a folder.
    pub fn of(folder: &Path, snapshot: &Snapshot) -> Self {
        let mut files = snapshot.files().to_vec();
        files.sort_by_key(TableFile::quarter);
        let conventions = snapshot.conventions().map(ToOwned::to_owned).collect();
        Self { folder: folder.to_owned(), files, conventions }
    }

    /// The guidances under a partnership convention.
    pub fn conventions(&self) -> &BTreeSet<String> {
        &self.conventions
    }

    fn within(&self, range: Option<QuarterRange>) -> impl Iterator<Item = &TableFile> {
        self.files.iter().filter(move |it| range.is_none_or(|range| range.contains(it.quarter())))
    }

    /// Whether no quarter has its observations in several files: then the persons of a file are those of its quarter.
    pub fn has_quarters_whole(&self, range: Option<QuarterRange>) -> bool {
        let quarters: Vec<_> = self.within(range).map(TableFile::quarter).collect();
        quarters.windows(2).all(|both| both[0] != both[1])
    }

    /// Reads what is needed of all runs in some quarters.
    pub fn open(
        &self,
        range: Option<QuarterRange>,
        needs: &Needs,
    ) -> Result<Opened, HistoriesError> {
        let files: Vec<&TableFile> = self.within(range).collect();
        let read = |file: &&TableFile| match self.stored(file, needs)? {
            Some(read) => Ok((read, true)),
            None => Ok((made(file, needs)?, false)),
        };
        let read: Vec<((RecordBatch, RecordBatch), bool)> =
            files.par_iter().map(read).collect::<Result<_, HistoriesError>>()?;
        let made = read.iter().filter(|it| !it.1).count();
        let batches = read.into_iter().map(|(batches, _)| batches).collect();
        Opened::new(&files, batches, needs, made)
    }

    /// The groups of persons who are alike that tell these columns apart, if every run has them.
    pub fn open_groups(
        &self,
        range: Option<QuarterRange>,
        needs: &Needs,
    ) -> Result<Option<Opened>, HistoriesError> {
        let axes: Vec<Axis> = needs.axes.iter().copied().collect();
        let Some(projection) = projection_of(&axes).filter(|_| !needs.months) else {
            return Ok(None);
        };
        let files: Vec<&TableFile> = self.within(range).collect();
        let read = |file: &&TableFile| {
            let Some((names, checksums)) = self.checksums(file)? else { return Ok(None) };
            let path = self.folder.join(names.groups());
            let Some(mut file) = StoredFile::open(&path, &checksums, &names)? else {
                return Ok(None);
            };
            if projection >= file.batch_count() {
                return Ok(None);
            }
            let batch = file.read(projection, &needs.of_groups())?;
            Ok(Some((batch, no_rows())))
        };
        let read: Vec<Option<_>> =
            files.par_iter().map(read).collect::<Result<_, HistoriesError>>()?;
        let read: Option<Vec<_>> = read.into_iter().collect();
        read.map(|batches| Opened::new(&files, batches, needs, 0)).transpose()
    }

    fn checksums(&self, file: &TableFile) -> Result<Option<(Names, Checksums)>, HistoriesError> {
        let names = Names::of(file);
        let checksums = Checksums::open(&self.folder.join(names.checksums()))?;
        Ok(checksums.map(|checksums| (names, checksums)))
    }

    /// What is needed of a run, from its files; `None` where these are not there.
    fn stored(
        &self,
        file: &TableFile,
        needs: &Needs,
    ) -> Result<Option<(RecordBatch, RecordBatch)>, HistoriesError> {
        let Some((names, checksums)) = self.checksums(file)? else { return Ok(None) };
        let open = |name: String| StoredFile::open(&self.folder.join(name), &checksums, &names);
        let Some(mut entries) = open(names.entries())? else { return Ok(None) };
        let entries = entries.read(0, &needs.of_entries())?;
        let of_rows = needs.of_rows();
        if of_rows.is_empty() {
            return Ok(Some((entries, no_rows())));
        }
        let Some(mut rows) = open(names.rows())? else { return Ok(None) };
        Ok(Some((entries, rows.read(0, &of_rows)?)))
    }
}

/// What is needed of a run, made of the observations themselves.
fn made(file: &TableFile, needs: &Needs) -> Result<(RecordBatch, RecordBatch), HistoriesError> {
    let run = Run::of(&Observed::read(file, &needs.of_observations())?);
    let rows = if needs.is_of_rows() { run.rows } else { no_rows() };
    Ok((run.entries, rows))
}

impl Opened {
    fn new(
        files: &[&TableFile],
        batches: Vec<(RecordBatch, RecordBatch)>,
        needs: &Needs,
        made: usize,
    ) -> Result<Self, HistoriesError> {
        let quarter = |file: &TableFile| Some(Value::text(&file.quarter().to_string()));
        let quarters: BTreeSet<Option<Value>> = files.iter().map(|it| quarter(it)).collect();
        let quarters: Vec<Option<Value>> = quarters.into_iter().collect();
        let number = |file: &TableFile| quarters.partition_point(|it| *it < quarter(file));
        let runs = files.iter().zip(batches).map(|(file, (entries, rows))| {
            Loaded::new(number(file), entries, rows, needs)
                .ok_or_else(|| HistoriesError::damaged(file.path())("its run has other columns"))
        });
        let mut runs: Vec<Loaded> = runs.collect::<Result<_, _>>()?;
        let mut values = vec![(Axis::QUARTER, quarters)];
        for axis in &needs.axes {
            let all: BTreeSet<&Option<Value>> =
                runs.iter().flat_map(|it| it.values(*axis)).collect();
            values.push((*axis, all.into_iter().cloned().collect()));
        }
        runs.par_iter_mut().for_each(|run| run.translate(&values));
        Ok(Self { runs, values, made })
    }

    /// The values of an axis that occur; a value's number is its place.
    pub fn values(&self, axis: Axis) -> &[Option<Value>] {
        let known = self.values.iter().find(|it| it.0 == axis);
        known.map_or(&[], |it| &it.1)
    }

    /// Entries, of persons or of groups.
    pub fn entry_count(&self) -> u64 {
        self.runs.iter().map(|it| it.entry_count() as u64).sum()
    }

    /// The runs, in the order of quarters.
    pub fn runs(&self) -> &[Loaded] {
        &self.runs
    }
}
