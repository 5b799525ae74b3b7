//! A released table as Arrow columns: texts, 64-bit whole numbers, decimals of 38 digits.

use std::sync::Arc;

use arrow::array::{ArrayRef, Decimal128Array, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{DECIMAL128_MAX_PRECISION, Field, Schema};
use arrow::error::ArrowError;

use super::{Provenance, pairs};
use crate::disclosure::{Numbers, ReleasedTable, Values};
use crate::render::Language;

/// The columns, without provenance.
pub(super) fn batch(table: &ReleasedTable) -> Result<RecordBatch, ArrowError> {
    let mut fields = Vec::new();
    let mut columns: Vec<ArrayRef> = Vec::new();
    for column in table.columns() {
        let array: ArrayRef = match &column.values {
            Values::Numbers(numbers) => array(numbers)?,
            texts => {
                let rows = 0..table.row_count();
                Arc::new(rows.map(|row| texts.text(row)).collect::<StringArray>())
            }
        };
        fields.push(Field::new(&column.name, array.data_type().clone(), true));
        columns.push(array);
    }
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)
}

/// Provenance as key-values of a file.
pub(super) fn key_values(
    table: &ReleasedTable,
    provenance: &Provenance,
    language: Language,
) -> impl Iterator<Item = (String, String)> {
    pairs(table, provenance, language)
        .into_iter()
        .map(|(key, value)| (format!("sppis.{key}"), value))
}

/// Numbers with their decimals; a number that does not fit is an error, never no value.
fn array(numbers: &Numbers) -> Result<ArrayRef, ArrowError> {
    let values = numbers.cells.iter().map(|cell| cell.value());
    if numbers.decimals == 0 {
        let whole = values.map(|value| value.map(i64::try_from).transpose());
        let whole: Result<Int64Array, _> = whole.collect();
        let whole = whole.map_err(|error| ArrowError::CastError(error.to_string()))?;
        return Ok(Arc::new(whole));
    }
    let scale = i8::try_from(numbers.decimals);
    let scale = scale.map_err(|error| ArrowError::CastError(error.to_string()))?;
    let decimals: Decimal128Array = values.collect();
    Ok(Arc::new(decimals.with_precision_and_scale(DECIMAL128_MAX_PRECISION, scale)?))
}
