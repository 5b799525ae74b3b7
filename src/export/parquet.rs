//! Parquet: texts, 64-bit counts, decimal(38,2) amounts; provenance in the file's key-values.

use std::io::Write;
use std::sync::Arc;

use arrow::array::{ArrayRef, Decimal128Array, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema};
use arrow::error::ArrowError;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;

use super::{ExportError, Provenance};
use crate::disclosure::{ReleasedTable, Values};

pub(super) fn write(
    table: &ReleasedTable,
    provenance: &Provenance,
    out: &mut dyn Write,
) -> Result<(), ExportError> {
    let batch = batch(table).map_err(ParquetError::from)?;
    let parameters = table.parameters().into_iter().map(|(name, value)| format!("{name}={value}"));
    let parameters: Vec<String> = parameters.collect();
    let pairs = [
        ("sppis.query", table.query_name().to_owned()),
        ("sppis.query_blake3", table.query_hash().to_owned()),
        ("sppis.quarters", table.range().map(|it| it.to_string()).unwrap_or_default()),
        ("sppis.only", table.conditions().join(",")),
        ("sppis.parameters", parameters.join(",")),
        ("sppis.version", provenance.version.to_string()),
        ("sppis.deliveries", provenance.deliveries.join(",")),
        ("sppis.policy", table.policy().name().to_owned()),
    ];
    let pairs = pairs.map(|(key, value)| KeyValue::new(key.to_owned(), value));
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_key_value_metadata(Some(pairs.to_vec()))
        .build();
    // The writer wants to be sent to other threads, which a terminal's lock cannot be.
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties))?;
    writer.write(&batch)?;
    writer.close()?;
    out.write_all(&bytes)?;
    Ok(())
}

fn batch(table: &ReleasedTable) -> Result<RecordBatch, ArrowError> {
    let mut fields = Vec::new();
    let mut columns: Vec<ArrayRef> = Vec::new();
    for column in table.columns() {
        let (data_type, array): (DataType, ArrayRef) = match &column.values {
            Values::Text(texts) => (DataType::Utf8, Arc::new(StringArray::from(texts.clone()))),
            Values::Count(counts) => {
                let counts = counts.iter().map(|count| i64::try_from(*count).ok());
                (DataType::Int64, Arc::new(counts.collect::<Int64Array>()))
            }
            Values::Cents(cents) => amounts(cents.iter().map(|cents| Some(*cents)).collect())?,
            Values::Ratio(ratios) => amounts(ratios.iter().copied().collect())?,
        };
        fields.push(Field::new(column.name, data_type, true));
        columns.push(array);
    }
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)
}

fn amounts(cents: Decimal128Array) -> Result<(DataType, ArrayRef), ArrowError> {
    const PRECISION: u8 = 38;
    const SCALE: i8 = 2;
    let amounts = cents.with_precision_and_scale(PRECISION, SCALE)?;
    Ok((DataType::Decimal128(PRECISION, SCALE), Arc::new(amounts)))
}
