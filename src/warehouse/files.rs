//! Observations to Parquet files: sorted, written to a staging folder, moved to their place.
//!
//! In: [`ObservationBatch`]es in file order. Out: [`StagedFile`]s whose bytes are on disk. Never:
//! a file in the table's folder that is not complete, or memory that grows with the delivery;
//! a quarter that fills [`ROWS_PER_FILE`] is written out and a new file begun.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};

use parquet::column::reader::get_typed_column_reader;
use parquet::data_type::Int64Type;
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader as _, SerializedFileReader};

use super::checked::{CheckedBytes, Written};
use super::error::WarehouseError;
use super::footer::Tail;
use super::order::sorted;
use super::parquet_file::ParquetFile;
use super::statistics::Statistics;
use crate::attribution::{ObservationBatch, Values, observation_schema};
use crate::quarter::Quarter;

/// Observations held per quarter before a file is written.
const ROWS_PER_FILE: usize = 1 << 19;

/// Files that may wait for the writer while the delivery is read on.
const WAITING_MAX: usize = 2;

/// Records that are read back at once.
const RECORDS_AT_ONCE: usize = 1 << 13;

const READING: &str = "reading observations back";

/// A file of observations, complete and on disk, not yet part of the table.
#[derive(Debug, Clone)]
pub struct StagedFile {
    /// Where it lies now.
    pub(super) staged: PathBuf,
    /// Its place, relative to the table's folder.
    pub(super) relative: String,
    /// Its quarter.
    pub(super) quarter: Quarter,
    /// Observations.
    pub(super) row_count: u64,
    /// Bytes.
    pub(super) byte_count: u64,
    /// BLAKE3 of its bytes.
    pub(super) blake3: String,
    /// Its footer.
    pub(super) tail: Tail,
    /// Delta's statistics, as JSON.
    pub(super) statistics: String,
}

impl StagedFile {
    /// Where it lies now.
    pub fn path(&self) -> &Path {
        &self.staged
    }

    /// Its quarter.
    pub fn quarter(&self) -> Quarter {
        self.quarter
    }

    /// Observations in it.
    pub fn row_count(&self) -> u64 {
        self.row_count
    }

    /// What its bytes must be.
    pub fn written(&self) -> Written<'_> {
        self.written_at(&self.staged)
    }

    /// The same, once it lies somewhere else.
    fn written_at<'a>(&'a self, path: &'a Path) -> Written<'a> {
        let Self { byte_count, blake3, tail, .. } = self;
        Written { path, byte_count: *byte_count, blake3, tail: Some(tail) }
    }
}

/// Takes observations and writes them out, on a thread of its own: while a file is sorted and
/// encoded, the rows that come after it are decoded.
#[derive(Debug)]
pub(crate) struct ObservationWriter {
    rows_per_file: usize,
    held: BTreeMap<Quarter, Vec<ObservationBatch>>,
    full: Option<Sender<FullQuarter>>,
    /// Files handed over that are not known to be written.
    waiting_count: usize,
    written: Receiver<()>,
    worker: Option<JoinHandle<Result<Vec<StagedFile>, WarehouseError>>>,
    /// Once nothing more comes.
    files: Vec<StagedFile>,
}

/// What else is done with the rows of a file while it is written, and then with its hash.
pub(crate) type Gather =
    Box<dyn Fn(&[ObservationBatch]) -> Box<dyn FnOnce(&str) + Send> + Send + Sync>;

/// Observations that make a file.
type FullQuarter = (Quarter, Vec<ObservationBatch>);

impl ObservationWriter {
    /// Writes into `folder`; final names begin with `prefix`, the delivery and its revision.
    pub(super) fn new(folder: &Path, prefix: String, gather: Option<Gather>) -> Self {
        let (full, waiting) = channel::<FullQuarter>();
        let (done, written) = channel();
        let folder = folder.to_owned();
        let write_all = move || {
            let mut files = Vec::new();
            for (quarter, batches) in waiting {
                let place = (folder.as_path(), prefix.as_str(), files.len());
                files.push(write_file(place, quarter, &batches, gather.as_ref())?);
                // Nobody listens any more once all has been handed over.
                let _unheard = done.send(());
            }
            Ok(files)
        };
        Self {
            rows_per_file: ROWS_PER_FILE,
            held: BTreeMap::new(),
            full: Some(full),
            waiting_count: 0,
            written,
            worker: Some(thread::spawn(write_all)),
            files: Vec::new(),
        }
    }

    /// Waits until at most two files are still to be written, which bounds memory.
    ///
    /// Never to be called on a thread of the pool: the writing itself needs the pool, and the
    /// thread that would wait here may hold the very work that is waited for.
    pub(crate) fn wait(&mut self) {
        while self.waiting_count > WAITING_MAX && self.written.recv().is_ok() {
            self.waiting_count -= 1;
        }
    }

    /// Takes batches, which must come in file order; never waits.
    pub(crate) fn write(&mut self, batches: Vec<ObservationBatch>) -> Result<(), WarehouseError> {
        for batch in batches {
            let quarter = batch.quarter();
            let held = self.held.entry(quarter).or_default();
            held.push(batch);
            if held.iter().map(ObservationBatch::row_count).sum::<usize>() >= self.rows_per_file {
                let batches = std::mem::take(held);
                self.hand_over(quarter, batches)?;
            }
        }
        Ok(())
    }

    /// Writes out what is held: what comes next goes to other files.
    pub(crate) fn end_files(&mut self) -> Result<(), WarehouseError> {
        for (quarter, batches) in std::mem::take(&mut self.held) {
            if !batches.is_empty() {
                self.hand_over(quarter, batches)?;
            }
        }
        Ok(())
    }

    /// Writes what is held; every file is on disk then.
    pub(crate) fn finish(mut self) -> Result<Vec<StagedFile>, WarehouseError> {
        self.complete()?;
        Ok(std::mem::take(&mut self.files))
    }

    /// Writes what is held, after which nothing more is taken; gives all files, which are on disk.
    pub(crate) fn complete(&mut self) -> Result<&[StagedFile], WarehouseError> {
        self.end_files()?;
        let files = self.close()?;
        self.files.extend(files);
        Ok(&self.files)
    }

    fn hand_over(
        &mut self,
        quarter: Quarter,
        batches: Vec<ObservationBatch>,
    ) -> Result<(), WarehouseError> {
        let taken = self.full.as_ref().map(|full| full.send((quarter, batches)));
        if matches!(taken, Some(Ok(()))) {
            self.waiting_count += 1;
            return Ok(());
        }
        // Nobody takes it: the other side has failed and says why.
        self.close().map(|_| ())
    }

    /// Waits for the files handed over so far.
    fn close(&mut self) -> Result<Vec<StagedFile>, WarehouseError> {
        self.full = None;
        let Some(worker) = self.worker.take() else { return Ok(Vec::new()) };
        worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }
}

impl Drop for ObservationWriter {
    /// Nothing may be written any more when the staging folder is removed.
    fn drop(&mut self) {
        self.full = None;
        if let Some(worker) = self.worker.take() {
            // The ingestion has failed already, for a reason of its own.
            let _abandoned = worker.join();
        }
    }
}

/// Sorts and writes the file with that number among those of its ingestion.
fn write_file(
    (folder, prefix, number): (&Path, &str, usize),
    quarter: Quarter,
    batches: &[ObservationBatch],
    gather: Option<&Gather>,
) -> Result<StagedFile, WarehouseError> {
    let order = sorted(batches);
    let staged = folder.join(format!("{quarter}-{number:04}.parquet"));
    let mut sink = HashingWriter::new(BufWriter::new(create_private(&staged)?));
    let columns: Vec<&[Values]> = batches.iter().map(ObservationBatch::columns).collect();
    let write = || {
        let mut file = ParquetFile::with_sums(&mut sink, observation_schema())?;
        file.write(&columns, &order)?;
        file.finish_with_tail().map(|(_, tail)| tail)
    };
    let (written, gathered) = rayon::join(write, || gather.map(|gather| gather(batches)));
    let tail = written.map_err(WarehouseError::table("writing observations"))?;
    let (byte_count, blake3, file) = sink.finish(&staged)?;
    // While the disk takes it, the rows that come after it are decoded.
    file.sync_all().map_err(WarehouseError::io(&staged))?;
    if let Some(gathered) = gathered {
        gathered(&blake3);
    }
    let short: String = blake3.chars().take(16).collect();
    Ok(StagedFile {
        staged,
        relative: format!("quarter={quarter}/{prefix}-{number:04}-{short}.parquet"),
        quarter,
        row_count: order.len() as u64,
        byte_count,
        blake3,
        tail,
        statistics: Statistics::of(batches).json(),
    })
}

/// A new file that only its owner can read.
pub(super) fn create_private(path: &Path) -> Result<File, WarehouseError> {
    let mut options = OpenOptions::new();
    let options = options.write(true).create_new(true).mode(0o600);
    options.open(path).map_err(WarehouseError::io(path))
}

/// Writes through, counting and hashing.
pub(super) struct HashingWriter<W> {
    inner: W,
    hasher: blake3::Hasher,
    byte_count: u64,
}

impl HashingWriter<BufWriter<File>> {
    pub(super) fn new(inner: BufWriter<File>) -> Self {
        Self { inner, hasher: blake3::Hasher::new(), byte_count: 0 }
    }

    /// Hands everything to the system, not yet to the disk; gives length and hash.
    pub(super) fn finish(self, path: &Path) -> Result<(u64, String, File), WarehouseError> {
        let file = self.inner.into_inner().map_err(std::io::IntoInnerError::into_error);
        let file = file.map_err(WarehouseError::io(path))?;
        Ok((self.byte_count, self.hasher.finalize().to_hex().to_string(), file))
    }
}

impl HashingWriter<BufWriter<File>> {
    /// Flushes everything to the disk; gives its hash.
    pub(super) fn finish_durably(self, path: &Path) -> Result<String, WarehouseError> {
        let (_, hash, file) = self.finish(path)?;
        file.sync_all().map_err(WarehouseError::io(path))?;
        Ok(hash)
    }
}

impl<W: Write> Write for HashingWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        self.byte_count += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.inner.flush()
    }
}

/// Moves a staged file to its place; both lie on the same file system.
pub(super) fn place(staged: &StagedFile, table: &Path) -> Result<PathBuf, WarehouseError> {
    let target = table.join(&staged.relative);
    let folder = target.parent().unwrap_or(table);
    create_private_folder(folder)?;
    fs::rename(&staged.staged, &target).map_err(WarehouseError::io(&target))?;
    sync_folder(folder)?;
    Ok(target)
}

/// A folder that only its owner can enter; no error when it is there.
pub(crate) fn make_private_folder(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// The same, for a folder of the warehouse.
pub(super) fn create_private_folder(path: &Path) -> Result<(), WarehouseError> {
    make_private_folder(path).map_err(WarehouseError::io(path))
}

/// Makes the names in a folder durable.
pub(super) fn sync_folder(path: &Path) -> Result<(), WarehouseError> {
    File::open(path).and_then(|folder| folder.sync_all()).map_err(WarehouseError::io(path))
}

/// Rows and cents of a file in its place, read back from disk: all bytes are those that were written, and
/// all columns those whose hashes its footer says.
pub(super) fn read_totals(
    staged: &StagedFile,
    table: &Path,
) -> Result<(u64, i128), WarehouseError> {
    let path = table.join(&staged.relative);
    let written = staged.written_at(&path);
    written.whole()?;
    totals(written.all_columns()?).map_err(WarehouseError::table(READING))
}

fn totals(bytes: CheckedBytes) -> parquet::errors::Result<(u64, i128)> {
    let file = SerializedFileReader::new(bytes)?;
    let columns = file.metadata().file_metadata().schema_descr().columns();
    let amount = columns.iter().position(|column| column.name() == "amount");
    let amount = amount.ok_or_else(|| ParquetError::General("no column `amount`".to_owned()))?;
    let (mut rows, mut cents) = (0, 0);
    let (mut levels, mut amounts) = (Vec::new(), Vec::new());
    for group in 0..file.num_row_groups() {
        let reader = file.get_row_group(group)?.get_column_reader(amount)?;
        let mut reader = get_typed_column_reader::<Int64Type>(reader);
        loop {
            levels.clear();
            amounts.clear();
            let read =
                reader.read_records(RECORDS_AT_ONCE, Some(&mut levels), None, &mut amounts)?;
            if read.0 == 0 {
                break;
            }
            rows += read.0 as u64;
            cents += amounts.iter().copied().map(i128::from).sum::<i128>();
        }
    }
    Ok((rows, cents))
}

#[cfg(test)]
pub(crate) mod tests {
    use std::sync::Barrier;
    use std::time::Duration;

    use super::*;
    use crate::attribution::{Attribution, AttributionRule};
    use crate::check::{CheckContext, DuplicateIndex, examine};
    use crate::decode::{DecodeSettings, IdentifierFormat, decode};
    use crate::delivery::{Chunk, DeliveryId, Header};
    use crate::dictionary::Dictionary;
    use crate::pseudonym::PseudonymKey;
    use crate::sample::Sample;

    /// Those of a small sample, of two quarters.
    pub(crate) fn observations() -> Vec<ObservationBatch> {
        let (dictionary, format) = (Dictionary::built_in().unwrap(), IdentifierFormat::National);
        let (_, window) = DeliveryId::calendar("2018-05").unwrap();
        let mut text = Vec::new();
        Sample::new(50, 1, 0).write(window, &mut text).unwrap();
        let header = Header::read(&text, true).unwrap();
        let text = text.split_off(header.byte_count());
        let chunk = Chunk { part: 0, first_line: 2, text, position: 0 };
        let decoded = decode(chunk, &header, &DecodeSettings::new(format, &dictionary));
        let examined =
            examine(decoded, &CheckContext::new(&dictionary, window, format, &Vec::new()));
        let checked = DuplicateIndex::default().admit(vec![examined]).unwrap().remove(0);
        let key = PseudonymKey::new([1; 32]);
        let rule = AttributionRule::Days;
        let attribution =
            Attribution { delivery: "2018-05", window, rule, key: &key, dictionary: &dictionary };
        attribution.attribute(&checked).0
    }

    #[test]
    fn handing_over_files_never_waits_for_the_pool_that_writes_them() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = ObservationWriter::new(folder.path(), "test".to_owned(), None);
        writer.rows_per_file = 1;
        // Made before the pool is busy, which this needs too.
        let batches: Vec<_> = (0..4).map(|_| observations()).collect();
        let threads = rayon::current_num_threads();
        let release = Barrier::new(threads + 1);
        let (sender, receiver) = channel();
        let in_time = thread::scope(|scope| {
            // Every thread of the pool is busy until the files have been handed over.
            scope.spawn(|| rayon::broadcast(|_| release.wait()));
            let writer = &mut writer;
            scope.spawn(move || {
                for batches in batches {
                    writer.write(batches).unwrap();
                }
                sender.send(()).unwrap();
            });
            let in_time = receiver.recv_timeout(Duration::from_mins(1)).is_ok();
            release.wait();
            in_time
        });
        assert!(in_time, "writing waited for the pool");
        writer.wait();
        assert!(writer.waiting_count <= WAITING_MAX);
        assert_eq!(writer.finish().unwrap().len(), 4 * 2, "a file per batch and quarter");
    }
}
