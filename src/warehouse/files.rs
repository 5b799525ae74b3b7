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

use arrow::array::{
    Array, ArrayRef, AsArray as _, Date32Array, Int64Array, RecordBatch, UInt32Array,
};
use arrow::compute::{concat, take};
use arrow::datatypes::{Date32Type, Int32Type, Int64Type, SchemaRef};
use arrow::error::ArrowError;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::{ArrowColumnWriter, ArrowWriterOptions, compute_leaves};
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::schema::types::ColumnPath;
use rayon::prelude::*;

use super::error::WarehouseError;
use crate::attribution::ObservationBatch;
use crate::quarter::{Quarter, date_of};

/// Observations held per quarter before a file is written.
const ROWS_PER_FILE: usize = 1 << 20;
/// Rows of a row group: the unit that readers skip.
const ROWS_PER_GROUP: usize = 1 << 17;

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

/// Takes observations and writes them out.
#[derive(Debug)]
pub struct ObservationWriter {
    folder: PathBuf,
    prefix: String,
    held: BTreeMap<Quarter, Vec<RecordBatch>>,
    files: Vec<StagedFile>,
}

impl ObservationWriter {
    /// Writes into `folder`; final names begin with `prefix`, the delivery and its revision.
    pub(super) fn new(folder: &Path, prefix: String) -> Self {
        Self { folder: folder.to_owned(), prefix, held: BTreeMap::new(), files: Vec::new() }
    }

    /// Takes batches, which must come in file order.
    pub fn write(&mut self, batches: Vec<ObservationBatch>) -> Result<(), WarehouseError> {
        for batch in batches {
            let quarter = batch.quarter();
            let held = self.held.entry(quarter).or_default();
            held.push(batch.into_batch());
            if held.iter().map(RecordBatch::num_rows).sum::<usize>() >= ROWS_PER_FILE {
                let batches = std::mem::take(held);
                self.write_file(quarter, &batches)?;
            }
        }
        Ok(())
    }

    /// Writes what is held.
    pub fn finish(mut self) -> Result<Vec<StagedFile>, WarehouseError> {
        for (quarter, batches) in std::mem::take(&mut self.held) {
            if !batches.is_empty() {
                self.write_file(quarter, &batches)?;
            }
        }
        Ok(self.files)
    }

    fn write_file(
        &mut self,
        quarter: Quarter,
        batches: &[RecordBatch],
    ) -> Result<(), WarehouseError> {
        let encode = WarehouseError::table("sorting observations");
        let all = concatenated(batches).map_err(encode)?;
        let order = sorted(&all);
        let staged = self.folder.join(format!("{quarter}-{:04}.parquet", self.files.len()));
        let (byte_count, blake3) = write_sorted(&staged, &all, &order)?;
        let short: String = blake3.chars().take(16).collect();
        let name = format!("{}-{:04}-{short}.parquet", self.prefix, self.files.len());
        self.files.push(StagedFile {
            staged,
            relative: format!("quarter={quarter}/{name}"),
            quarter,
            row_count: all.num_rows() as u64,
            byte_count,
            blake3,
            statistics: statistics(&all),
        });
        Ok(())
    }
}

fn column<'b>(batch: &'b RecordBatch, name: &str) -> &'b dyn Array {
    match batch.column_by_name(name) {
        Some(column) => column.as_ref(),
        None => unreachable!("observations have a column `{name}`"),
    }
}

/// For each row the alphabetical rank of its text, from 1; 0 where it has none.
fn ranks(batch: &RecordBatch, name: &str) -> Vec<u32> {
    let codes = column(batch, name).as_dictionary::<Int32Type>();
    let values = codes.values().as_string::<i32>();
    let mut texts: Vec<&str> = (0..values.len()).map(|at| values.value(at)).collect();
    texts.sort_unstable();
    texts.dedup();
    let rank = |at| texts.binary_search(&values.value(at)).map_or(0, |rank| rank + 1);
    let rank_of: Vec<u32> =
        (0..values.len()).map(|at| u32::try_from(rank(at)).unwrap_or(u32::MAX)).collect();
    (0..codes.len()).map(|row| codes.key(row).map_or(0, |key| rank_of[key])).collect()
}

/// The rows by regime, measure, centre, person, first day and line: equal values stand together,
/// so that files are small and readers can skip.
fn sorted(batch: &RecordBatch) -> UInt32Array {
    let (regime, measure) = (ranks(batch, "regime"), ranks(batch, "measure"));
    let cpas = ranks(batch, "cpas");
    let person: &Int64Array = column(batch, "person").as_primitive::<Int64Type>();
    let first_day: &Date32Array = column(batch, "first_day").as_primitive::<Date32Type>();
    let line: &Int64Array = column(batch, "line").as_primitive::<Int64Type>();
    let rows = u32::try_from(batch.num_rows()).unwrap_or(u32::MAX);
    let mut keys: Vec<(u64, i64, i32, i64, u32)> = (0..rows)
        .map(|row| {
            let at = row as usize;
            let group = u64::from(regime[at] & 0xFF) << 56
                | u64::from(measure[at] & 0xFFFF) << 40
                | u64::from(cpas[at]);
            (group, person.value(at), first_day.value(at), line.value(at), row)
        })
        .collect();
    keys.par_sort_unstable();
    keys.into_iter().map(|key| key.4).collect()
}

fn properties() -> WriterProperties {
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_max_row_group_row_count(Some(ROWS_PER_GROUP))
        .set_statistics_truncate_length(None)
        .set_created_by(format!("sppis {}", env!("CARGO_PKG_VERSION")));
    for name in ["person", "partner", "line"] {
        properties = properties.set_column_dictionary_enabled(ColumnPath::from(name), false);
    }
    let line = ColumnPath::from("line");
    properties.set_column_encoding(line, Encoding::DELTA_BINARY_PACKED).build()
}

/// The batches as one, column by column in parallel.
fn concatenated(batches: &[RecordBatch]) -> Result<RecordBatch, ArrowError> {
    let schema = batches[0].schema();
    let column = |at: usize| {
        let parts: Vec<&dyn Array> =
            batches.iter().map(|batch| batch.column(at).as_ref()).collect();
        concat(&parts)
    };
    let columns: Result<Vec<ArrayRef>, ArrowError> =
        (0..schema.fields().len()).into_par_iter().map(column).collect();
    RecordBatch::try_new(schema, columns?)
}

/// Writes `rows` of `batch` in that order, columns in parallel; gives the file's length and hash.
fn write_sorted(
    path: &Path,
    batch: &RecordBatch,
    rows: &UInt32Array,
) -> Result<(u64, String), WarehouseError> {
    let file = create_private(path)?;
    let mut sink = HashingWriter::new(BufWriter::new(file));
    write_groups(&mut sink, batch, rows).map_err(WarehouseError::table("writing observations"))?;
    sink.finish(path)
}

fn write_groups(
    sink: &mut HashingWriter<BufWriter<File>>,
    batch: &RecordBatch,
    rows: &UInt32Array,
) -> Result<(), ParquetError> {
    // The Arrow schema would make readers see dictionary types; Parquet's own says plain texts.
    let options =
        ArrowWriterOptions::new().with_properties(properties()).with_skip_arrow_metadata(true);
    let schema: SchemaRef = batch.schema();
    let writer = ArrowWriter::try_new_with_options(sink, Arc::clone(&schema), options)?;
    let (mut file, factory) = writer.into_serialized_writer()?;
    for (group, start) in (0..rows.len()).step_by(ROWS_PER_GROUP).enumerate() {
        let slice = rows.slice(start, ROWS_PER_GROUP.min(rows.len() - start));
        let columns = factory.create_column_writers(group)?.into_par_iter().enumerate();
        let encode = |(at, mut column): (usize, ArrowColumnWriter)| {
            let values = take(batch.column(at), &slice, None)?;
            for leaf in compute_leaves(schema.field(at), &values)? {
                column.write(&leaf)?;
            }
            column.close()
        };
        let chunks: Vec<_> = columns.map(encode).collect::<Result<_, ParquetError>>()?;
        let mut group = file.next_row_group()?;
        for chunk in chunks {
            chunk.append_to_row_group(&mut group)?;
        }
        group.close()?;
    }
    file.close()?;
    Ok(())
}

/// Delta's statistics of a file: what readers need to skip it.
fn statistics(batch: &RecordBatch) -> String {
    let mut minimum = serde_json::Map::new();
    let mut maximum = serde_json::Map::new();
    for name in ["regime", "measure"] {
        let codes = column(batch, name).as_dictionary::<Int32Type>();
        let values = codes.values().as_string::<i32>();
        let texts =
            || (0..codes.len()).filter_map(|row| codes.key(row)).map(|key| values.value(key));
        minimum.insert(name.to_owned(), texts().min().into());
        maximum.insert(name.to_owned(), texts().max().into());
    }
    for name in ["first_day", "last_day"] {
        let days = column(batch, name).as_primitive::<Date32Type>();
        let text = |day: Option<i32>| day.map(|day| date_of(day).to_string()).into();
        minimum.insert(name.to_owned(), text(arrow::compute::min(days)));
        maximum.insert(name.to_owned(), text(arrow::compute::max(days)));
    }
    serde_json::json!({
        "numRecords": batch.num_rows(),
        "tightBounds": true,
        "minValues": minimum,
        "maxValues": maximum,
    })
    .to_string()
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

    /// Flushes to disk; gives length and hash of what was written.
    pub(super) fn finish(self, path: &Path) -> Result<(u64, String), WarehouseError> {
        let file = self.inner.into_inner().map_err(std::io::IntoInnerError::into_error);
        let synced = file.and_then(|file| file.sync_all());
        synced.map_err(WarehouseError::io(path))?;
        Ok((self.byte_count, self.hasher.finalize().to_hex().to_string()))
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
