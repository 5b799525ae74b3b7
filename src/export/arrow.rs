//! Arrow IPC: the file format, or the stream format for a reader that cannot go back; provenance
//! in the schema's metadata.

use std::io::Write;
use std::sync::Arc;

use arrow::datatypes::Schema;
use arrow::ipc::writer::{FileWriter, StreamWriter};

use super::batch::{batch, key_values};
use super::{ExportError, Options, Provenance};
use crate::disclosure::ReleasedTable;

pub(super) fn write(
    table: &ReleasedTable,
    provenance: &Provenance,
    options: &Options<'_>,
    out: &mut dyn Write,
) -> Result<(), ExportError> {
    let batch = batch(table)?;
    let metadata = key_values(table, provenance, options.look.language).collect();
    let schema = Schema::new_with_metadata(batch.schema().fields().clone(), metadata);
    let schema = Arc::new(schema);
    let batch = batch.with_schema(schema.clone())?;
    let mut bytes = Vec::new();
    if options.stream {
        let mut writer = StreamWriter::try_new(&mut bytes, &schema)?;
        writer.write(&batch)?;
        writer.finish()?;
    } else {
        let mut writer = FileWriter::try_new(&mut bytes, &schema)?;
        writer.write(&batch)?;
        writer.finish()?;
    }
    out.write_all(&bytes)?;
    Ok(())
}
