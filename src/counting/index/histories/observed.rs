//! The rows of one file of observations, column by column, before they are put in the order of persons.
//!
//! In: rows that are about to be written, or a file of the table. Out: [`Observed`]. Never: a row left out, or a byte
//! that was not compared.

use std::collections::BTreeSet;

use arrow::array::{Array as _, ArrayRef, AsArray as _, PrimitiveArray};
use arrow::datatypes::{
    ArrowPrimitiveType, Date32Type, Decimal128Type, Int16Type, Int32Type, Int64Type,
};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder};

use super::HistoriesError;
use super::axis::{Axis, Kind};
use super::column::column;
use crate::attribution::{
    Codes, ObservationBatch, Values, coded_observation_schema, stored_column,
};
use crate::exact::fitting;
use crate::quarter::Quarter;
use crate::warehouse::TableFile;

const ROWS_PER_BATCH: usize = 1 << 13;

/// The rows of a file.
#[derive(Debug)]
pub(super) struct Observed {
    pub(super) quarter: Quarter,
    pub(super) persons: Vec<i64>,
    /// In the order of axes: dictionaries.
    pub(super) columns: Vec<(Axis, ArrayRef)>,
}

impl Observed {
    /// Rows that are about to be written, of one quarter.
    pub(super) fn of(quarter: Quarter, batches: &[ObservationBatch]) -> Self {
        let persons = batches.iter().flat_map(|it| it.column("person").large_values());
        let persons = persons.copied().collect();
        let pieces = |axis: Axis| -> Vec<&Values> {
            batches.iter().map(|it| it.column(axis.column())).collect()
        };
        let columns = Axis::stored().map(|axis| (axis, column(axis, &pieces(axis)))).collect();
        Self { quarter, persons, columns }
    }

    /// Some columns of a file of the table.
    pub(super) fn read(file: &TableFile, axes: &BTreeSet<Axis>) -> Result<Self, HistoriesError> {
        let failed = |error| HistoriesError::damaged(file.path())(error);
        let names: Vec<&str> =
            std::iter::once("person").chain(axes.iter().map(|it| it.column())).collect();
        let bytes = file.written().columns(&names)?;
        // Codes come as numbers in the dictionaries that the file has.
        let options = ArrowReaderOptions::new().with_schema(coded_observation_schema());
        let builder = ParquetRecordBatchReaderBuilder::try_new_with_options(bytes, options);
        let builder = builder.map_err(HistoriesError::damaged(file.path()))?;
        let mask = ProjectionMask::columns(builder.parquet_schema(), names);
        let reader = builder.with_projection(mask).with_batch_size(ROWS_PER_BATCH).build();
        let mut persons = Vec::new();
        let mut pieces: Vec<Vec<Values>> = axes.iter().map(|_| Vec::new()).collect();
        for batch in reader.map_err(HistoriesError::damaged(file.path()))? {
            let batch = batch.map_err(HistoriesError::damaged(file.path()))?;
            let person = stored_column(&batch, "person").as_primitive::<Int64Type>();
            persons.extend_from_slice(person.values());
            for (axis, pieces) in axes.iter().zip(&mut pieces) {
                let array = batch.column_by_name(axis.column());
                let values = array.and_then(|it| values(*axis, it));
                pieces.push(values.ok_or_else(|| failed("it has other columns".to_owned()))?);
            }
        }
        let columns = axes
            .iter()
            .zip(&pieces)
            .map(|(axis, pieces)| (*axis, column(*axis, &pieces.iter().collect::<Vec<_>>())));
        Ok(Self { quarter: file.quarter(), persons, columns: columns.collect() })
    }
}

/// A stored column; `None` where it is not as it is written.
fn values(axis: Axis, array: &ArrayRef) -> Option<Values> {
    match axis.kind() {
        Kind::Text => {
            let array = array.as_dictionary_opt::<Int32Type>()?;
            let texts = array.values().as_string_opt::<i32>()?;
            let texts: Option<Vec<Box<str>>> = texts.iter().map(|it| it.map(Into::into)).collect();
            let place = |key: i32| fitting::<_, u32>(key) + 1;
            let keys = array.keys();
            Some(Values::Codes(if keys.null_count() == 0 {
                Codes::new(keys.values().iter().map(|key| place(*key)), texts?.into())
            } else {
                Codes::new(keys.iter().map(|key| key.map_or(0, place)), texts?.into())
            }))
        }
        Kind::Day => small::<Date32Type>(array),
        Kind::Number => small::<Int16Type>(array).or_else(|| small::<Int32Type>(array)),
        Kind::Cents => {
            // Amounts have twelve digits.
            let cents = array.as_primitive_opt::<Decimal128Type>()?.iter();
            Some(Values::large(cents.map(|it| it.map(fitting))))
        }
    }
}

fn small<T: ArrowPrimitiveType>(array: &ArrayRef) -> Option<Values>
where
    T::Native: Into<i32>,
{
    let array: &PrimitiveArray<T> = array.as_primitive_opt::<T>()?;
    if array.null_count() == 0 {
        return Some(Values::Small(array.values().iter().map(|it| (*it).into()).collect()));
    }
    let numbers = array.iter().map(|it| it.map_or(Values::NO_SMALL, Into::into));
    Some(Values::Small(numbers.collect()))
}
