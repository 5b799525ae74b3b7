//! Parquet: texts, 64-bit counts, decimals of 38 digits; provenance in the file's key-values.

use std::io::Write;

use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;

use super::batch::{batch, key_values};
use super::{ExportError, Provenance};
use crate::disclosure::ReleasedTable;
use crate::render::Language;

pub(super) fn write(
    table: &ReleasedTable,
    provenance: &Provenance,
    language: Language,
    out: &mut dyn Write,
) -> Result<(), ExportError> {
    let batch = batch(table)?;
    let pairs = key_values(table, provenance, language);
    let pairs = pairs.map(|(key, value)| KeyValue::new(key, value));
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_key_value_metadata(Some(pairs.collect()))
        .build();
    // The writer wants to be sent to other threads, which a terminal's lock cannot be.
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties))?;
    writer.write(&batch)?;
    writer.close()?;
    out.write_all(&bytes)?;
    Ok(())
}
