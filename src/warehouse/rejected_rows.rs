//! The rejected rows of a delivery as a Parquet file beside the table, without identifiers.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{Array as _, ArrayRef, AsArray as _, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Int64Type, Schema, SchemaRef};
use parquet::arrow::ArrowWriter;

use super::error::WarehouseError;
use super::files::{HashingWriter, create_private};
use super::findings::compressed;
use super::parquet_file::ROWS_PER_GROUP;
use super::stored_records::{StoredRecord, StoredRecords};
use crate::check::RejectedRow;
use crate::exact::fitting;

const WRITING: &str = "writing rejected rows";
const READING: &str = "reading rejected rows";

/// A rejected row as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRow {
    /// Name of the file it stands in.
    pub file: String,
    /// Line it begins on.
    pub line: u64,
    /// Its amount, where that can be read.
    pub cents: Option<i64>,
    /// Its known columns with tokens for identifiers; `None` where its fields cannot be told apart.
    pub text: Option<String>,
}

impl StoredRow {
    /// The row, with the name of its file.
    pub fn new(row: RejectedRow, parts: &[String]) -> Self {
        let file = parts[row.part].clone();
        Self { file, line: row.line, cents: row.cents, text: row.text }
    }
}

/// Writes rejected rows as they come, in file order.
pub(super) struct RejectedRowWriter {
    path: PathBuf,
    schema: SchemaRef,
    writer: ArrowWriter<HashingWriter<BufWriter<File>>>,
}

impl std::fmt::Debug for RejectedRowWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RejectedRowWriter({})", self.path.display())
    }
}

impl RejectedRowWriter {
    pub(super) fn create(path: &Path) -> Result<Self, WarehouseError> {
        let schema = Arc::new(Schema::new(vec![
            Field::new("file", DataType::Utf8, false),
            Field::new("line", DataType::Int64, false),
            Field::new("cents", DataType::Int64, true),
            Field::new("row", DataType::Utf8, true),
        ]));
        let sink = HashingWriter::new(BufWriter::new(create_private(path)?));
        let properties = compressed().into_builder();
        let properties = properties.set_max_row_group_row_count(Some(ROWS_PER_GROUP)).build();
        let writer = ArrowWriter::try_new(sink, Arc::clone(&schema), Some(properties));
        let writer = writer.map_err(WarehouseError::table(WRITING))?;
        Ok(Self { path: path.to_owned(), schema, writer })
    }

    /// Appends rows.
    pub(super) fn write(&mut self, rows: &[StoredRow]) -> Result<(), WarehouseError> {
        if rows.is_empty() {
            return Ok(());
        }
        let files = rows.iter().map(|row| row.file.as_str());
        let lines = rows.iter().map(|row| fitting::<_, i64>(row.line));
        let columns: Vec<ArrayRef> = vec![
            Arc::new(StringArray::from_iter_values(files)),
            Arc::new(Int64Array::from_iter_values(lines)),
            Arc::new(rows.iter().map(|row| row.cents).collect::<Int64Array>()),
            Arc::new(rows.iter().map(|row| row.text.as_deref()).collect::<StringArray>()),
        ];
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), columns);
        let batch = batch.map_err(WarehouseError::table(WRITING))?;
        self.writer.write(&batch).map_err(WarehouseError::table(WRITING))
    }

    /// Completes the file and flushes it to disk; gives its hash.
    pub(super) fn finish(self) -> Result<String, WarehouseError> {
        let sink = self.writer.into_inner().map_err(WarehouseError::table(WRITING))?;
        sink.finish_durably(&self.path)
    }
}

/// The rejected rows of a delivery where they are stored.
pub type StoredRows = StoredRecords<StoredRow>;

impl StoredRecord for StoredRow {
    const READING: &str = READING;

    fn of_batch(batch: &RecordBatch) -> Vec<Self> {
        let (files, texts) =
            (batch.column(0).as_string::<i32>(), batch.column(3).as_string::<i32>());
        let lines = batch.column(1).as_primitive::<Int64Type>();
        let cents = batch.column(2).as_primitive::<Int64Type>();
        let row = |row: usize| Self {
            file: files.value(row).to_owned(),
            line: fitting(lines.value(row)),
            cents: cents.is_valid(row).then(|| cents.value(row)),
            text: texts.is_valid(row).then(|| texts.value(row).to_owned()),
        };
        (0..batch.num_rows()).map(row).collect()
    }
}
