//! Sorted observations to the bytes of a Parquet file, columns in parallel.

use std::io::Write;
use std::sync::Arc;

use arrow::array::{Array, RecordBatch, UInt32Array};
use arrow::compute::{concat, take};
use arrow::datatypes::{DataType, Field, SchemaRef};
use bytes::Bytes;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::{
    ArrowColumnChunk, ArrowColumnWriter, ArrowWriterOptions, compute_leaves,
};
use parquet::basic::Encoding;
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::Result;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedRowGroupWriter;
use parquet::schema::types::{ColumnDescPtr, ColumnPath};
use rayon::prelude::*;

use super::code_chunk;
use super::files::compression;
use super::order::Ranks;

/// Rows of a row group: the unit that readers skip.
const ROWS_PER_GROUP: usize = 1 << 17;

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

/// Writes `rows` of the batches, counted through all of them, in that order.
pub(super) fn write<W: Write + Send>(sink: W, batches: &[RecordBatch], rows: &[u32]) -> Result<()> {
    // The Arrow schema would make readers see dictionary types; Parquet's own says plain texts.
    let options =
        ArrowWriterOptions::new().with_properties(properties()).with_skip_arrow_metadata(true);
    let schema: SchemaRef = batches[0].schema();
    let writer = ArrowWriter::try_new_with_options(sink, Arc::clone(&schema), options)?;
    let (mut file, factory) = writer.into_serialized_writer()?;
    let groups: Vec<&[u32]> = rows.chunks(ROWS_PER_GROUP).collect();
    let mut writers: Vec<Vec<ArrowColumnWriter>> =
        schema.fields().iter().map(|_| Vec::new()).collect();
    for group in 0..groups.len() {
        for (column, writer) in writers.iter_mut().zip(factory.create_column_writers(group)?) {
            column.push(writer);
        }
    }
    let description = file.schema_descr().clone();
    // Column by column, so that only as many as there are threads are held a second time.
    let encode = |(at, writers): (usize, Vec<ArrowColumnWriter>)| {
        let parts: Vec<&dyn Array> = batches.iter().map(|it| it.column(at).as_ref()).collect();
        match schema.field(at).data_type() {
            DataType::Dictionary(..) => codes(&parts, &groups, &description.column(at)),
            _ => values(&parts, &groups, writers, schema.field(at)),
        }
    };
    let columns = writers.into_par_iter().enumerate().map(encode);
    let columns: Vec<Vec<Chunk>> = columns.collect::<Result<_>>()?;
    let mut columns: Vec<_> = columns.into_iter().map(Vec::into_iter).collect();
    for _ in &groups {
        let mut group = file.next_row_group()?;
        for chunk in columns.iter_mut().filter_map(Iterator::next) {
            chunk.append(&mut group)?;
        }
        group.close()?;
    }
    file.close()?;
    Ok(())
}

fn codes(
    parts: &[&dyn Array],
    groups: &[&[u32]],
    description: &ColumnDescPtr,
) -> Result<Vec<Chunk>> {
    let ranks = Ranks::of(parts.iter().copied());
    let all = ranks.by_batch.concat();
    let mut compressor = code_chunk::compressor()?;
    let encode = |rows: &&[u32]| {
        let keys: Vec<u32> = rows.iter().map(|row| all[*row as usize]).collect();
        let description = Arc::clone(description);
        let (bytes, close) = code_chunk::encode(description, &ranks.texts, &keys, &mut compressor)?;
        Ok(Chunk::Codes(bytes, Box::new(close)))
    };
    groups.iter().map(encode).collect()
}

fn values(
    parts: &[&dyn Array],
    groups: &[&[u32]],
    writers: Vec<ArrowColumnWriter>,
    field: &Field,
) -> Result<Vec<Chunk>> {
    let all = concat(parts)?;
    let encode = |(rows, mut writer): (&&[u32], ArrowColumnWriter)| {
        let rows = UInt32Array::from(rows.to_vec());
        for leaf in compute_leaves(field, &take(&all, &rows, None)?)? {
            writer.write(&leaf)?;
        }
        Ok(Chunk::Values(Box::new(writer.close()?)))
    };
    groups.iter().zip(writers).map(encode).collect()
}
