//! Columns of rows to the bytes of a Parquet file, columns in parallel. A file may say in its footer the hash of
//! each column of each row group, so that what is read of it can be compared without the rest.

use std::io::{self, Write};
use std::sync::Arc;

use arrow::array::{ArrayRef, Decimal128Array, Int32Array, Int64Array};
use arrow::buffer::{BooleanBuffer, NullBuffer};
use arrow::datatypes::{DataType, Field, SchemaRef};
use bytes::Bytes;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::{
    ArrowColumnChunk, ArrowColumnWriter, ArrowRowGroupWriterFactory, ArrowWriterOptions,
    compute_leaves,
};
use parquet::basic::Encoding;
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::{KeyValue, RowGroupMetaData};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::{ColumnDescPtr, ColumnPath};
use rayon::prelude::*;

use super::code_chunk::{self, Distinct};
use super::compression::compression;
use super::footer::{SUMS_KEY, Tail, sum_of};
use super::hybrid::Key;
use super::order::{NumberRanks, Ranks, RowRanks};
use crate::attribution::Values;

/// Rows of a row group: the unit that readers skip.
pub(super) const ROWS_PER_GROUP: usize = 1 << 17;
/// The one column of large numbers of which few differ.
const AMOUNT: &str = "amount";

fn properties() -> WriterProperties {
    let mut properties = WriterProperties::builder()
        .set_compression(compression())
        .set_max_row_group_row_count(Some(ROWS_PER_GROUP))
        .set_statistics_truncate_length(None)
        .set_created_by(format!("sppis {}", env!("CARGO_PKG_VERSION")));
    for name in ["person", "partner", "line"] {
        properties = properties.set_column_dictionary_enabled(ColumnPath::from(name), false);
    }
    let line = ColumnPath::from("line");
    properties.set_column_encoding(line, Encoding::DELTA_BINARY_PACKED).build()
}

/// One column of one row group.
enum Chunk {
    Values(Box<ArrowColumnChunk>),
    Codes(Bytes, Box<ColumnCloseResult>),
}

impl Chunk {
    fn append<W: Write + Send>(self, group: &mut SerializedRowGroupWriter<'_, W>) -> Result<()> {
        match self {
            Self::Values(chunk) => chunk.append_to_row_group(group),
            Self::Codes(bytes, close) => group.append_column(&bytes, *close),
        }
    }
}

/// Writes on, and keeps what was written since it was last emptied.
struct Kept<W> {
    inner: W,
    is_keeping: bool,
    /// Bytes before those that are kept.
    start: u64,
    bytes: Vec<u8>,
}

impl<W: Write> Write for Kept<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        if self.is_keeping {
            self.bytes.extend_from_slice(&bytes[..written]);
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl<W> Kept<W> {
    /// The hashes of a row group's columns, all of which are kept; none is after that.
    fn sums(&mut self, group: &RowGroupMetaData) -> Option<Vec<String>> {
        let sum = |(start, length): (u64, u64)| {
            let start = usize::try_from(start.checked_sub(self.start)?).ok()?;
            let end = start.checked_add(usize::try_from(length).ok()?)?;
            self.bytes.get(start..end).map(sum_of)
        };
        let sums = group.columns().iter().map(|column| sum(column.byte_range())).collect();
        self.start += self.bytes.len() as u64;
        self.bytes.clear();
        sums
    }
}

/// A file that is written row group by row group.
pub(super) struct ParquetFile<W: Write + Send> {
    file: SerializedFileWriter<Kept<W>>,
    /// Of the columns of all row groups, in order.
    sums: Vec<String>,
    factory: ArrowRowGroupWriterFactory,
    schema: SchemaRef,
    group_count: usize,
}

impl<W: Write + Send> ParquetFile<W> {
    /// Begins a file with the columns of `schema`.
    pub(super) fn new(sink: W, schema: SchemaRef) -> Result<Self> {
        Self::begin(sink, schema, false)
    }

    /// Begins a file that says the hash of each column.
    pub(super) fn with_sums(sink: W, schema: SchemaRef) -> Result<Self> {
        Self::begin(sink, schema, true)
    }

    fn begin(sink: W, schema: SchemaRef, is_keeping: bool) -> Result<Self> {
        let sink = Kept { inner: sink, is_keeping, start: 0, bytes: Vec::new() };
        // The Arrow schema stays out: Parquet's own says all there is to say.
        let options =
            ArrowWriterOptions::new().with_properties(properties()).with_skip_arrow_metadata(true);
        let writer = ArrowWriter::try_new_with_options(sink, Arc::clone(&schema), options)?;
        let (file, factory) = writer.into_serialized_writer()?;
        Ok(Self { file, sums: Vec::new(), factory, schema, group_count: 0 })
    }

    /// Adds `rows` of the parts, counted through all of them, in that order; each part has the
    /// columns of the schema.
    pub(super) fn write(&mut self, parts: &[&[Values]], rows: &[u32]) -> Result<()> {
        let groups: Vec<&[u32]> = rows.chunks(ROWS_PER_GROUP).collect();
        let mut writers: Vec<Vec<ArrowColumnWriter>> =
            self.schema.fields().iter().map(|_| Vec::new()).collect();
        for group in 0..groups.len() {
            let of_group = self.factory.create_column_writers(self.group_count + group)?;
            for (column, writer) in writers.iter_mut().zip(of_group) {
                column.push(writer);
            }
        }
        self.group_count += groups.len();
        let (schema, description) = (&self.schema, self.file.schema_descr().clone());
        // Column by column, so that only as many as there are threads are held a second time.
        let encode = |(at, writers): (usize, Vec<ArrowColumnWriter>)| {
            let column =
                ColumnRows { parts, at, groups: &groups, description: description.column(at) };
            column.encode(writers, schema.field(at))
        };
        let columns = writers.into_par_iter().enumerate().map(encode);
        let columns: Vec<Vec<Chunk>> = columns.collect::<Result<_>>()?;
        let mut columns: Vec<_> = columns.into_iter().map(Vec::into_iter).collect();
        for _ in &groups {
            let mut group = self.file.next_row_group()?;
            for chunk in columns.iter_mut().filter_map(Iterator::next) {
                chunk.append(&mut group)?;
            }
            let group = group.close()?;
            self.sum(&group)?;
        }
        Ok(())
    }

    /// Notes the hashes of a row group's columns.
    fn sum(&mut self, group: &RowGroupMetaData) -> Result<()> {
        self.file.flush()?;
        let kept = self.file.inner_mut();
        if kept.is_keeping {
            let lost = || ParquetError::General("a column is not where it was written".to_owned());
            self.sums.extend(kept.sums(group).ok_or_else(lost)?);
        }
        Ok(())
    }

    /// Completes the file.
    pub(super) fn finish(self) -> Result<W> {
        self.finish_with_tail().map(|(sink, _)| sink)
    }

    /// Completes the file; its end begins after the columns.
    pub(super) fn finish_with_tail(mut self) -> Result<(W, Tail)> {
        if self.file.inner().is_keeping {
            let sums = KeyValue::new(SUMS_KEY.to_owned(), self.sums.join(" "));
            self.file.append_key_value_metadata(sums);
        }
        let Kept { inner, start, bytes, .. } = self.file.into_inner()?;
        let hash = blake3::hash(&bytes).to_hex().to_string();
        Ok((inner, Tail { start, hash }))
    }
}

/// A column of all parts, and the rows of each row group.
struct ColumnRows<'a> {
    parts: &'a [&'a [Values]],
    at: usize,
    groups: &'a [&'a [u32]],
    description: ColumnDescPtr,
}

impl<'a> ColumnRows<'a> {
    fn parts(&self) -> impl Iterator<Item = &'a Values> {
        let at = self.at;
        self.parts.iter().map(move |columns| &columns[at])
    }

    /// The column's chunks, one per row group; `writers` are for what is not written as keys.
    fn encode(&self, writers: Vec<ArrowColumnWriter>, field: &Field) -> Result<Vec<Chunk>> {
        match self.parts().next() {
            Some(Values::Codes(_)) => {
                let ranks = Ranks::of(self.parts());
                self.keys(&Distinct::Texts(&ranks.texts), &ranks.by_row)
            }
            Some(Values::Small(_)) => {
                let parts: Vec<&[i32]> = self.parts().map(Values::small_values).collect();
                match NumberRanks::of(&parts, Values::NO_SMALL) {
                    Some(ranks) => self.keys(&Distinct::Small(&ranks.numbers), &ranks.by_row),
                    None => self.plain(&parts.concat(), writers, field, small_array),
                }
            }
            Some(Values::Large(_)) => {
                let parts: Vec<&[i64]> = self.parts().map(Values::large_values).collect();
                let ranks = (field.name() == AMOUNT)
                    .then(|| NumberRanks::of(&parts, Values::NO_LARGE))
                    .flatten();
                match ranks {
                    Some(ranks) => self.keys(&Distinct::Large(&ranks.numbers), &ranks.by_row),
                    None => self.plain(&parts.concat(), writers, field, large_array),
                }
            }
            None => Ok(Vec::new()),
        }
    }

    /// Row groups as keys of a dictionary.
    fn keys(&self, distinct: &Distinct<'_>, by_row: &RowRanks) -> Result<Vec<Chunk>> {
        match by_row {
            RowRanks::Narrow(ranks) => self.keys_of(distinct, ranks),
            RowRanks::Wide(ranks) => self.keys_of(distinct, ranks),
        }
    }

    fn keys_of<K: Key>(&self, distinct: &Distinct<'_>, by_row: &[K]) -> Result<Vec<Chunk>> {
        let mut compressor = code_chunk::compressor()?;
        let encode = |rows: &&[u32]| {
            let keys: Vec<K> = if distinct.is_empty() {
                vec![K::default(); rows.len()]
            } else {
                rows.iter().map(|row| by_row[*row as usize]).collect()
            };
            let description = Arc::clone(&self.description);
            let (bytes, close) = code_chunk::encode(description, distinct, &keys, &mut compressor)?;
            Ok(Chunk::Codes(bytes, Box::new(close)))
        };
        self.groups.iter().map(encode).collect()
    }

    /// Row groups as the numbers themselves.
    fn plain<N: Copy>(
        &self,
        all: &[N],
        writers: Vec<ArrowColumnWriter>,
        field: &Field,
        array: impl Fn(Vec<N>, &Field) -> Result<ArrayRef>,
    ) -> Result<Vec<Chunk>> {
        let encode = |(rows, mut writer): (&&[u32], ArrowColumnWriter)| {
            let numbers = rows.iter().map(|row| all[*row as usize]).collect();
            for leaf in compute_leaves(field, &array(numbers, field)?)? {
                writer.write(&leaf)?;
            }
            Ok(Chunk::Values(Box::new(writer.close()?)))
        };
        self.groups.iter().zip(writers).map(encode).collect()
    }
}

fn small_array(numbers: Vec<i32>, field: &Field) -> Result<ArrayRef> {
    let nulls = nulls(&numbers, Values::NO_SMALL);
    let array = Int32Array::new(numbers.into(), nulls);
    Ok(arrow::compute::cast(&array, field.data_type())?)
}

fn large_array(numbers: Vec<i64>, field: &Field) -> Result<ArrayRef> {
    let nulls = nulls(&numbers, Values::NO_LARGE);
    if let DataType::Decimal128(precision, scale) = field.data_type() {
        let wide: Vec<i128> = numbers.into_iter().map(i128::from).collect();
        let amounts = Decimal128Array::new(wide.into(), nulls);
        return Ok(Arc::new(amounts.with_precision_and_scale(*precision, *scale)?));
    }
    Ok(Arc::new(Int64Array::new(numbers.into(), nulls)))
}

fn nulls<N: Copy + PartialEq>(numbers: &[N], none: N) -> Option<NullBuffer> {
    let buffer = BooleanBuffer::collect_bool(numbers.len(), |at| numbers[at] != none);
    Some(NullBuffer::new(buffer)).filter(|nulls| nulls.null_count() > 0)
}
