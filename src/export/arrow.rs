//! Arrow IPC: the file format, or the stream format for a reader that cannot go back; provenance
//! in the schema's metadata.

use std::io::Write;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::Schema;
use arrow::error::ArrowError;
use arrow::ipc::writer::{FileWriter, StreamWriter};

use super::batch::{batch, key_values};
use super::{ExportError, Options, Provenance};
use crate::disclosure::ReleasedTable;
use crate::render::Language;

/// The table as a batch, whose schema says where its figures come from.
pub fn record_batch(
    table: &ReleasedTable,
    provenance: &Provenance,
    language: Language,
) -> Result<RecordBatch, ArrowError> {
    let batch = batch(table)?;
    let metadata = key_values(table, provenance, language).collect();
    let schema = Schema::new_with_metadata(batch.schema().fields().clone(), metadata);
    batch.with_schema(Arc::new(schema))
}

pub(super) fn write(
    table: &ReleasedTable,
    provenance: &Provenance,
    options: &Options<'_>,
    out: &mut dyn Write,
) -> Result<(), ExportError> {
    let batch = record_batch(table, provenance, options.look.language)?;
    let mut bytes = Vec::new();
    if options.stream {
        let mut writer = StreamWriter::try_new(&mut bytes, &batch.schema())?;
        writer.write(&batch)?;
        writer.finish()?;
    } else {
        let mut writer = FileWriter::try_new(&mut bytes, &batch.schema())?;
        writer.write(&batch)?;
        writer.finish()?;
    }
    out.write_all(&bytes)?;
    Ok(())
}
