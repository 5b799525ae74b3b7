//! A Parquet file as delimited text, so that it walks the same way as any other delivery.
//!
//! Dates become `YYYY-MM-DD`, decimals and whole numbers their digits, texts are quoted. A column
//! of binary floats or of moments is refused where it would have to be read as an amount or a day:
//! what it exactly says is not certain.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array as _, AsArray as _, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, SchemaRef};
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};

use super::held_text::HeldText;
use super::packing::Progress;
use crate::dictionary::Column;

/// Rows made into text at a time.
const ROWS_PER_BATCH: usize = 8192;

/// Reads a Parquet file as text with `;` between fields.
pub(super) struct ParquetText {
    reader: ParquetRecordBatchReader,
    rows: u64,
    bytes: u64,
    row: u64,
    progress: Arc<Progress>,
    held: HeldText,
}

impl ParquetText {
    /// Opens a file; its position follows the share of its rows that have been read.
    pub(super) fn open(path: &Path, progress: &Arc<Progress>) -> io::Result<Self> {
        let file = File::open(path)?;
        let bytes = file.metadata()?.len();
        let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(io::Error::other)?;
        check_types(builder.schema())?;
        let rows = builder.metadata().file_metadata().num_rows();
        let names = builder.schema().fields().iter().map(|field| quoted(field.name()));
        let header = names.collect::<Vec<_>>().join(";") + "\n";
        let reader = builder.with_batch_size(ROWS_PER_BATCH).build().map_err(io::Error::other)?;
        Ok(Self {
            reader,
            rows: u64::try_from(rows).unwrap_or_default(),
            bytes,
            row: 0,
            progress: Arc::clone(progress),
            held: HeldText::of(header.into_bytes()),
        })
    }

    /// The next rows as text; nothing at the end.
    fn fill(&mut self) -> io::Result<()> {
        let text = self.held.begin();
        let Some(batch) = self.reader.next() else { return Ok(()) };
        let batch = batch.map_err(io::Error::other)?;
        self.row += batch.num_rows() as u64;
        let done = u128::from(self.bytes) * u128::from(self.row) / u128::from(self.rows.max(1));
        self.progress.set_position(u64::try_from(done).unwrap_or(self.bytes));
        let columns = texts(&batch)?;
        for row in 0..batch.num_rows() {
            let fields = columns.iter().map(|column| {
                if column.is_valid(row) { quoted(column.value(row)) } else { String::new() }
            });
            text.extend(fields.collect::<Vec<_>>().join(";").bytes());
            text.push(b'\n');
        }
        Ok(())
    }
}

impl Read for ParquetText {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        if self.held.is_given() {
            self.fill()?;
        }
        Ok(self.held.give(bytes))
    }
}

fn check_types(schema: &SchemaRef) -> io::Result<()> {
    for field in schema.fields() {
        let Some(column) = Column::named(field.name()) else { continue };
        let refused = match (column, field.data_type()) {
            (Column::Amount, DataType::Float16 | DataType::Float32 | DataType::Float64) => {
                "binary floats; write decimals"
            }
            (Column::FirstDay | Column::LastDay, DataType::Timestamp(..) | DataType::Date64) => {
                "moments; write dates"
            }
            (_, DataType::Float16 | DataType::Float32 | DataType::Float64) => {
                "binary floats; write texts"
            }
            _ => continue,
        };
        let text = format!("column `{}` holds {refused}", field.name());
        return Err(io::Error::new(io::ErrorKind::InvalidData, text));
    }
    Ok(())
}

fn texts(batch: &RecordBatch) -> io::Result<Vec<StringArray>> {
    let text = |column: &arrow::array::ArrayRef| {
        let text = cast(column, &DataType::Utf8).map_err(io::Error::other)?;
        Ok(text.as_string::<i32>().clone())
    };
    batch.columns().iter().map(text).collect()
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}
