//! A Parquet file.
//!
//! What the library says of a damaged file, and its panics, become one sentence.
//! Columns of binary floats are refused where they would be read as amounts: what they exactly say
//! is not certain. Columns of lists, structures and the like, and of times and durations, are
//! refused where the variable is known, and not read where it is not.

use std::io::{self, BufReader, Seek as _, SeekFrom};
use std::sync::Arc;

use ::parquet::arrow::ProjectionMask;
use ::parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader,
    ParquetRecordBatchReaderBuilder,
};
use ::parquet::errors::ParquetError;
use ::parquet::file::reader::{ChunkReader, Length};
use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Schema};
use bytes::Bytes;

use super::cell::{Kind, Value};
use super::cells::{
    About, CELL_LENGTH_MAX, Cells, Identifiers, Reading, holds_something, too_long,
};
use super::columns::{ColumnCells, is_read};
use super::pages::rows_per_batch;
use super::schema::{is_text, plain, plainly};
use crate::delivery::encoding::Encoding;
use crate::delivery::progress::Progress;
use crate::delivery::refusal::refused;
use crate::delivery::source::{Source, SourceReader};
use crate::fault::contained;

/// Bytes of text made at a time: a row more than that is given out before the next.
const TEXT_LENGTH: usize = 4 << 20;

/// Reads a Parquet file.
pub(super) struct Table {
    reader: ParquetRecordBatchReader,
    /// Rows that are decoded, and how many of them are text.
    batch: Option<(RecordBatch, usize)>,
    columns: Vec<Named>,
    rows: u64,
    row: u64,
    bytes: u64,
    progress: Arc<Progress>,
    begun: bool,
}

/// A column, and its place among those that are read.
struct Named {
    name: String,
    kind: Kind,
    place: Option<usize>,
    /// Of its texts.
    encoding: Encoding,
}

/// The one open file, for a reader that wants many.
struct Opened(Arc<Source>);

impl Length for Opened {
    fn len(&self) -> u64 {
        self.0.length()
    }
}

impl ChunkReader for Opened {
    type T = BufReader<SourceReader>;

    fn get_read(&self, start: u64) -> Result<Self::T, ParquetError> {
        let mut reader = self.0.reader();
        reader.seek(SeekFrom::Start(start))?;
        Ok(BufReader::new(reader))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        let bytes = self.0.bytes(start, length as u64)?;
        if bytes.len() < length {
            return Err(ParquetError::EOF("the file ends within a column".to_owned()));
        }
        Ok(bytes.into())
    }
}

impl Table {
    pub(super) fn open(
        source: &Arc<Source>,
        reading: Reading,
        progress: &Arc<Progress>,
    ) -> io::Result<Self> {
        let opened = Opened(Arc::clone(source));
        let (loaded, types_are_said) = loaded(&opened)?;
        let columns = columns(loaded.schema(), reading, types_are_said)?;
        let rows = loaded.metadata().file_metadata().num_rows();
        let rows_per_batch = contained(|| rows_per_batch(source, loaded.metadata()));
        let rows_per_batch = rows_per_batch.ok_or_else(|| damaged(()))??;
        let reader = || reader(opened, &loaded, &columns, rows_per_batch);
        let reader = contained(reader).ok_or_else(|| damaged(()))?;
        Ok(Self {
            reader: reader.map_err(damaged)?,
            batch: None,
            columns,
            rows: u64::try_from(rows).unwrap_or_default(),
            row: 0,
            bytes: source.length(),
            progress: Arc::clone(progress),
            begun: false,
        })
    }

    fn header(&mut self, text: &mut Vec<u8>, held: &mut Vec<u64>) {
        *held = Vec::with_capacity(self.columns.len());
        for (at, column) in self.columns.iter().enumerate() {
            if at > 0 {
                text.push(b';');
            }
            Value::Text(column.name.as_bytes().into()).write(Kind::Name, text);
            held.push(u64::from(holds_something(column.name.as_bytes())));
        }
        text.push(b'\n');
        self.begun = true;
    }

    /// The file has given as many rows as it says it has.
    fn end(&self) -> io::Result<bool> {
        if self.row == self.rows {
            return Ok(false);
        }
        let (found, said) = (self.row, self.rows);
        Err(refused(format!(
            "the Parquet file says that it has {said} rows, and {found} were found; write it again"
        )))
    }
}

impl Cells for Table {
    fn next_rows(&mut self, text: &mut Vec<u8>, held: &mut Vec<u64>) -> io::Result<bool> {
        if !self.begun {
            self.header(text, held);
            return Ok(true);
        }
        let (batch, first) = match self.batch.take() {
            Some(begun) => begun,
            None => match contained(|| self.reader.next()).ok_or_else(|| damaged(()))? {
                Some(batch) => (batch.map_err(damaged)?, 0),
                None => return self.end(),
            },
        };
        let cells = |column: &Named| {
            let array = batch.columns().get(column.place?)?;
            ColumnCells::of(array.as_ref(), column.encoding)
        };
        let cells: Vec<Option<ColumnCells<'_>>> = self.columns.iter().map(cells).collect();
        if first == 0 {
            for (count, cells) in held.iter_mut().zip(&cells) {
                *count += cells.as_ref().map_or(0, ColumnCells::held);
            }
        }
        let mut next = first;
        while next < batch.num_rows() && text.len() < TEXT_LENGTH {
            let row = next;
            next += 1;
            for (at, (column, cells)) in self.columns.iter().zip(&cells).enumerate() {
                if at > 0 {
                    text.push(b';');
                }
                let start = text.len();
                if let Some(cells) = cells {
                    cells.write(row, column.kind, text);
                }
                if text.len() - start > CELL_LENGTH_MAX {
                    return Err(too_long(&column.name, self.row + (row - first) as u64 + 1));
                }
            }
            text.push(b'\n');
        }
        drop(cells);
        self.row += (next - first) as u64;
        self.batch = Some((batch, next)).filter(|(batch, next)| *next < batch.num_rows());
        let done = u128::from(self.bytes) * u128::from(self.row) / u128::from(self.rows.max(1));
        self.progress.set_position(u64::try_from(done).unwrap_or(self.bytes));
        Ok(true)
    }

    fn about(&self) -> About {
        About { rows: Some(self.rows), ..About::default() }
    }
}

/// What the file says of itself, and whether that includes all it says of its types: what a writer
/// adds of its own can be of a kind that the library does not know.
fn loaded(opened: &Opened) -> io::Result<(ArrowReaderMetadata, bool)> {
    let load = |without: bool| {
        let options = ArrowReaderOptions::new().with_skip_arrow_metadata(without);
        contained(|| ArrowReaderMetadata::load(opened, options))
    };
    match load(false) {
        Some(Ok(loaded)) => Ok((loaded, true)),
        _ => Ok((load(true).ok_or_else(|| damaged(()))?.map_err(damaged)?, false)),
    }
}

/// A reader of the columns that are read.
fn reader(
    opened: Opened,
    loaded: &ArrowReaderMetadata,
    columns: &[Named],
    rows_per_batch: usize,
) -> Result<ParquetRecordBatchReader, ParquetError> {
    let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(opened, plainly(loaded)?);
    let read = columns.iter().enumerate().filter(|(_, column)| column.place.is_some());
    let mask = ProjectionMask::roots(builder.parquet_schema(), read.map(|(at, _)| at));
    builder.with_projection(mask).with_batch_size(rows_per_batch).build()
}

/// The columns, with those that cannot be read refused by their names.
fn columns(schema: &Schema, reading: Reading, types_are_said: bool) -> io::Result<Vec<Named>> {
    let mut place = 0;
    let named = |field: &Arc<arrow::datatypes::Field>| {
        let eleven_digits = reading.identifiers == Identifiers::ElevenDigits;
        let kind = Kind::named(field.name(), eleven_digits);
        let data_type = plain(field.data_type());
        let refusal = match data_type {
            DataType::Float16 | DataType::Float32 | DataType::Float64 if kind == Kind::Amount => {
                Some("binary floats; write decimals".to_owned())
            }
            DataType::Timestamp(_, Some(zone)) if !is_utc(zone) && kind != Kind::Unknown => {
                Some(format!("moments of the zone {zone}; write dates"))
            }
            _ if !is_read(data_type) && kind != Kind::Unknown => {
                Some(format!("{data_type}, which is no text, number or date; write one of these"))
            }
            // Numbers of 128 bits look like texts of sixteen bytes.
            DataType::FixedSizeBinary(length) if !types_are_said && kind != Kind::Unknown => {
                Some(format!(
                    "{length} bytes whose type is not known here; write text, or whole numbers of 64 bits"
                ))
            }
            _ => None,
        };
        if let Some(refusal) = refusal {
            return Err(refused(format!("column `{}` holds {refusal}", field.name())));
        }
        let mut next = || {
            place += 1;
            place - 1
        };
        let place = is_read(data_type).then(&mut next);
        // Declared is the encoding of texts of which the file says none.
        let declared = reading.encoding.filter(|_| !is_text(data_type));
        let encoding = declared.unwrap_or(Encoding::Utf8);
        Ok(Named { name: field.name().clone(), kind, place, encoding })
    };
    schema.fields().iter().map(named).collect()
}

fn is_utc(zone: &str) -> bool {
    ["UTC", "Etc/UTC", "+00:00", "Z", ""].contains(&zone)
}

/// What the readers of the format say of a file, in one sentence; theirs may show what stands in it.
fn damaged<E>(_: E) -> io::Error {
    let text = "the Parquet file is damaged or was cut off; write it again, or fetch it again";
    refused(text.to_owned())
}
