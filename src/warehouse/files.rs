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
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use arrow::array::{AsArray as _, RecordBatch};
use arrow::datatypes::SchemaRef;
use parquet::basic::{Compression, ZstdLevel};
use rayon::prelude::*;

use super::error::WarehouseError;
use super::order::sorted;
use super::parquet_file;
use super::statistics::Statistics;
use crate::attribution::ObservationBatch;
use crate::quarter::Quarter;

/// Observations held per quarter before a file is written.
const ROWS_PER_FILE: usize = 1 << 19;

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
    /// Delta's statistics, as JSON.
    pub(super) statistics: String,
}

/// Takes observations and writes them out, on a thread of its own: while a file is sorted and
/// encoded, the rows that come after it are decoded.
#[derive(Debug)]
pub struct ObservationWriter {
    held: BTreeMap<Quarter, Vec<RecordBatch>>,
    full: Option<SyncSender<FullQuarter>>,
    worker: Option<JoinHandle<Result<Vec<StagedFile>, WarehouseError>>>,
}

/// Observations that make a file.
type FullQuarter = (Quarter, Vec<RecordBatch>);

impl ObservationWriter {
    /// Writes into `folder`; final names begin with `prefix`, the delivery and its revision.
    pub(super) fn new(folder: &Path, prefix: String) -> Self {
        // One file waits while another is written.
        let (full, waiting) = sync_channel::<FullQuarter>(1);
        let folder = folder.to_owned();
        let write_all = move || {
            let mut files = Vec::new();
            for (quarter, batches) in waiting {
                files.push(write_file(&folder, &prefix, files.len(), quarter, &batches)?);
            }
            Ok(files)
        };
        Self { held: BTreeMap::new(), full: Some(full), worker: Some(thread::spawn(write_all)) }
    }

    /// Takes batches, which must come in file order.
    pub fn write(&mut self, batches: Vec<ObservationBatch>) -> Result<(), WarehouseError> {
        for batch in batches {
            let quarter = batch.quarter();
            let held = self.held.entry(quarter).or_default();
            held.push(batch.into_batch());
            if held.iter().map(RecordBatch::num_rows).sum::<usize>() >= ROWS_PER_FILE {
                let batches = std::mem::take(held);
                self.hand_over(quarter, batches)?;
            }
        }
        Ok(())
    }

    /// Writes what is held, and flushes every file to disk.
    pub fn finish(mut self) -> Result<Vec<StagedFile>, WarehouseError> {
        for (quarter, batches) in std::mem::take(&mut self.held) {
            if !batches.is_empty() {
                self.hand_over(quarter, batches)?;
            }
        }
        let files = self.close()?;
        let flush = |file: &StagedFile| {
            let synced = File::open(&file.staged).and_then(|file| file.sync_all());
            synced.map_err(WarehouseError::io(&file.staged))
        };
        files.par_iter().try_for_each(flush)?;
        Ok(files)
    }

    fn hand_over(
        &mut self,
        quarter: Quarter,
        batches: Vec<RecordBatch>,
    ) -> Result<(), WarehouseError> {
        let taken = self.full.as_ref().map(|full| full.send((quarter, batches)));
        if matches!(taken, Some(Ok(()))) {
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
    folder: &Path,
    prefix: &str,
    number: usize,
    quarter: Quarter,
    batches: &[RecordBatch],
) -> Result<StagedFile, WarehouseError> {
    let order = sorted(batches);
    let staged = folder.join(format!("{quarter}-{number:04}.parquet"));
    let mut sink = HashingWriter::new(BufWriter::new(create_private(&staged)?));
    parquet_file::write(&mut sink, batches, &order)
        .map_err(WarehouseError::table("writing observations"))?;
    let (byte_count, blake3, _) = sink.finish(&staged)?;
    let short: String = blake3.chars().take(16).collect();
    Ok(StagedFile {
        staged,
        relative: format!("quarter={quarter}/{prefix}-{number:04}-{short}.parquet"),
        quarter,
        row_count: order.len() as u64,
        byte_count,
        blake3,
        statistics: Statistics::of(batches).json(),
    })
}

/// The codec of all Parquet files.
pub(super) fn compression() -> Compression {
    Compression::ZSTD(ZstdLevel::default())
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
pub(super) fn create_private_folder(path: &Path) -> Result<(), WarehouseError> {
    use std::os::unix::fs::DirBuilderExt as _;
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true).mode(0o700).create(path).map_err(WarehouseError::io(path))
}

/// Makes the names in a folder durable.
pub(super) fn sync_folder(path: &Path) -> Result<(), WarehouseError> {
    File::open(path).and_then(|folder| folder.sync_all()).map_err(WarehouseError::io(path))
}

/// Rows and cents of a file, read back from disk.
pub(super) fn read_totals(path: &Path) -> Result<(u64, i128), WarehouseError> {
    use parquet::arrow::ProjectionMask;
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
    let file = File::open(path).map_err(WarehouseError::io(path))?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file);
    let builder = builder.map_err(WarehouseError::table(READING))?;
    let mask = ProjectionMask::columns(builder.parquet_schema(), ["amount"]);
    let reader = builder.with_projection(mask).build().map_err(WarehouseError::table(READING))?;
    let (mut rows, mut cents) = (0, 0);
    for batch in reader {
        let batch = batch.map_err(WarehouseError::table(READING))?;
        rows += batch.num_rows() as u64;
        let amounts = batch.column(0).as_primitive::<arrow::datatypes::Decimal128Type>();
        cents += amounts.iter().flatten().sum::<i128>();
    }
    Ok((rows, cents))
}

/// A shared handle on the schema of stored files.
pub(super) fn stored_schema() -> SchemaRef {
    Arc::new(crate::attribution::observation_schema())
}
