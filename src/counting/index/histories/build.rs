//! The runs of a snapshot: made of the files that have none yet, and of these alone.
//!
//! In: a snapshot, and what an ingestion gathered. Out: files in the folder of histories. Never: a run of a file that
//! was already one, read again; a file with its name before all of its bytes are on disk.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;

use super::HistoriesError;
use super::axis::Axis;
use super::checksums::{Checksum, Checksums};
use super::draft::{Draft, Target};
use super::file;
use super::folder::is_complete;
use super::gathered::Gathered;
use super::groups::groups;
use super::name::{Names, paths};
use super::observed::Observed;
use super::run::Run;
use crate::warehouse::{Snapshot, TableFile};

/// What was made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Built {
    /// Runs.
    pub runs: u64,
    /// Observations in them.
    pub observations: u64,
}

/// Makes the runs of a snapshot that are not there; of files that were gathered, without reading them.
pub fn refresh(
    folder: &Path,
    snapshot: &Snapshot,
    gathered: &Gathered,
) -> Result<Built, HistoriesError> {
    let missing: Vec<&TableFile> =
        snapshot.files().iter().filter(|file| !is_complete(folder, file)).collect();
    build(folder, &missing, gathered)
}

/// Makes all runs of a snapshot anew from its observations.
pub fn rebuild(folder: &Path, snapshot: &Snapshot) -> Result<Built, HistoriesError> {
    build(folder, &snapshot.files().iter().collect::<Vec<_>>(), &Gathered::default())
}

fn build(
    folder: &Path,
    files: &[&TableFile],
    gathered: &Gathered,
) -> Result<Built, HistoriesError> {
    let keep = |file: &&TableFile| -> Result<(), HistoriesError> {
        let written = written(Target::Folder(folder), file, gathered)?;
        written.par_iter().try_for_each(|(draft, _)| draft.sync())?;
        for ((draft, _), name) in written.into_iter().zip(Names::of(file).all()) {
            draft.persist(&folder.join(name))?;
        }
        Ok(())
    };
    each(files, keep)?;
    let observations = files.iter().map(|file| file.row_count()).sum();
    Ok(Built { runs: files.len() as u64, observations })
}

/// Rows of a file that is not made beside others, for the memory that it takes.
const ROWS_BESIDE: u64 = 1 << 22;

/// Does something with all files, several at a time unless they are large.
fn each<E: Send>(
    files: &[&TableFile],
    make: impl Fn(&&TableFile) -> Result<(), E> + Sync,
) -> Result<(), E> {
    let is_large = |file: &&TableFile| file.row_count() > ROWS_BESIDE;
    let (large, others): (Vec<&TableFile>, Vec<&TableFile>) =
        files.iter().partition(|it| is_large(it));
    others.par_iter().try_for_each(&make)?;
    large.iter().try_for_each(make)
}

/// The files of a run, which have no final names yet, in the order of their names.
fn written(
    target: Target<'_>,
    file: &TableFile,
    gathered: &Gathered,
) -> Result<Vec<(Draft, Checksum)>, HistoriesError> {
    let names = Names::of(file);
    let run = match gathered.run(file.blake3()) {
        Some(run) => run,
        None => {
            let axes: BTreeSet<Axis> = Axis::stored().collect();
            Run::of(&Observed::read(file, &axes)?).into()
        }
    };
    let groups = groups(&run.entries);
    let parts = [
        (names.entries(), std::slice::from_ref(&run.entries)),
        (names.rows(), std::slice::from_ref(&run.rows)),
        (names.groups(), groups.as_slice()),
    ];
    let mut checksums = Checksums::default();
    let mut all = Vec::new();
    for (name, batches) in parts {
        let (draft, sum) = target.write(|sink| file::write(sink, &names, batches))?;
        checksums.insert(name, sum.clone());
        all.push((draft, sum));
    }
    let text = checksums.text().map_err(HistoriesError::damaged(target.folder()))?;
    all.push(target.write(|mut sink| {
        std::io::Write::write_all(&mut sink, text.as_bytes())?;
        Ok(sink)
    })?);
    Ok(all)
}

/// What is wrong with the runs of a snapshot: they are made a second time from its observations, and every byte is
/// compared. `None` where there are none. Writes nothing.
pub fn check(folder: &Path, snapshot: &Snapshot) -> Result<Option<bool>, HistoriesError> {
    if !paths(folder, snapshot.files()).iter().any(|path| path.is_file()) {
        return Ok(None);
    }
    let all_same = AtomicBool::new(true);
    let compare = |file: &&TableFile| -> Result<(), HistoriesError> {
        let paths = paths(folder, [*file]);
        if !paths.iter().any(|path| path.is_file()) {
            return Ok(());
        }
        let again = written(Target::Nowhere(folder), file, &Gathered::default())?;
        for (path, (_, again)) in paths.iter().zip(again) {
            // One that is missing is not used, also where an ingestion has removed it in the meantime.
            let is_same = match Checksum::of(path) {
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => true,
                found => found.map_err(HistoriesError::io(path))? == again,
            };
            all_same.fetch_and(is_same, Ordering::Relaxed);
        }
        Ok(())
    };
    each(&snapshot.files().iter().collect::<Vec<_>>(), compare)?;
    Ok(Some(all_same.into_inner()))
}

/// Reads every byte of the runs of a snapshot, and compares it with its checksum.
pub fn read_whole(folder: &Path, snapshot: &Snapshot) -> Result<(), HistoriesError> {
    snapshot.files().par_iter().try_for_each(|file| {
        let checksums = Checksums::open(&folder.join(Names::of(file).checksums()))?;
        checksums.map_or(Ok(()), |checksums| checksums.compare_all(folder))
    })
}
