//! Observations of one quarter as an Arrow batch: the stored table without its partition column.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, Date32Array, Decimal128Array, DictionaryArray, Int32Array, Int64Array,
    RecordBatch, StringArray, UInt32Array,
};
use arrow::compute::take;
use arrow::datatypes::{DataType, Field, Int32Type, Schema};

use super::Attribution;
use crate::check::CheckedBatch;
use crate::decode::Sex;
use crate::dictionary::CodeColumn;
use crate::quarter::{Day, Quarter};

/// Digits and decimals of a stored amount.
const AMOUNT_PRECISION: u8 = 12;
const AMOUNT_SCALE: i8 = 2;

/// Observations of one quarter of one chunk. Low-cardinality texts are dictionary-encoded here
/// and plain in the stored files.
#[derive(Debug)]
pub struct ObservationBatch {
    quarter: Quarter,
    batch: RecordBatch,
}

/// The rows of a chunk that are observations of one quarter.
#[derive(Debug, Default)]
pub(super) struct Selection {
    rows: Vec<usize>,
    days: Vec<Day>,
    cents: Vec<Option<i128>>,
}

impl Selection {
    pub(super) fn push(&mut self, row: usize, days: Day, cents: Option<i64>) {
        self.rows.push(row);
        self.days.push(days);
        self.cents.push(cents.map(i128::from));
    }
}

/// The columns of the stored table but its partition column `quarter`, with plain texts.
pub fn observation_schema() -> Schema {
    let text = |name: &str, nullable| Field::new(name, DataType::Utf8, nullable);
    let amount = DataType::Decimal128(AMOUNT_PRECISION, AMOUNT_SCALE);
    let mut fields = vec![
        text("delivery", false),
        Field::new("person", DataType::Int64, false),
        Field::new("partner", DataType::Int64, true),
        text("sex", true),
        Field::new("birth_year", DataType::Int16, true),
        text("regime", false),
        text("measure", false),
        text("guidance", true),
        text("cpas", true),
        Field::new("first_day", DataType::Date32, false),
        Field::new("last_day", DataType::Date32, false),
        Field::new("days", DataType::Int32, false),
        Field::new("amount", amount, true),
    ];
    fields.extend(raw_columns().map(|column| text(&column.name().to_lowercase(), true)));
    fields.push(Field::new("line", DataType::Int64, false));
    Schema::new(fields)
}

/// The codes stored as they came; `cpas` has its own place.
fn raw_columns() -> impl Iterator<Item = CodeColumn> {
    CodeColumn::all().filter(|column| *column != CodeColumn::CPAS)
}

impl ObservationBatch {
    pub(super) fn new(
        quarter: Quarter,
        checked: &CheckedBatch,
        selection: &Selection,
        attribution: &Attribution<'_>,
    ) -> Self {
        let batch = columns(checked, selection, attribution);
        Self { quarter, batch }
    }

    /// The quarter.
    pub fn quarter(&self) -> Quarter {
        self.quarter
    }

    /// The columns, in the order of [`observation_schema`].
    pub fn batch(&self) -> &RecordBatch {
        &self.batch
    }

    /// Takes the batch out.
    pub fn into_batch(self) -> RecordBatch {
        self.batch
    }
}

fn columns(
    checked: &CheckedBatch,
    selection: &Selection,
    attribution: &Attribution<'_>,
) -> RecordBatch {
    let decoded = checked.decoded();
    let dictionary = attribution.dictionary;
    let rows = &selection.rows;
    let indices: UInt32Array = rows.iter().map(|row| u32::try_from(*row).ok()).collect();
    let names = |names: Vec<&str>, key: &dyn Fn(usize) -> Option<usize>| {
        encoded(names, rows.iter().map(|row| key(*row)))
    };
    let regimes = dictionary.regimes().iter().map(|it| it.name.as_str()).collect();
    let measures = dictionary.measures().iter().map(|it| it.name.as_str()).collect();
    let guidances = dictionary.guidances().iter().map(|it| it.name.as_str()).collect();
    let sexes = vec![Sex::Male.letter(), Sex::Female.letter()];
    let sex_key = |row: usize| decoded.sex()[row].map(|sex| usize::from(sex == Sex::Female));
    let days = |day: &dyn Fn(usize) -> Day| -> ArrayRef {
        Arc::new(Date32Array::from_iter_values(rows.iter().map(|row| day(*row))))
    };
    let code = |column: CodeColumn| picked(decoded.codes(column), &indices);
    let mut columns: Vec<ArrayRef> = vec![
        encoded(vec![attribution.delivery], rows.iter().map(|_| Some(0))),
        Arc::new(attribution.key.pseudonyms(decoded.person(), rows)),
        Arc::new(attribution.key.pseudonyms(decoded.partner(), rows)),
        names(sexes, &sex_key),
        picked(decoded.birth_year(), &indices),
        names(regimes, &|row| Some(checked.regime(row))),
        names(measures, &|row| Some(checked.measure(row))),
        names(guidances, &|row| checked.guidance(row)),
        code(CodeColumn::CPAS),
        days(&|row| checked.first_day(row)),
        days(&|row| checked.end_day(row)),
        Arc::new(Int32Array::from(selection.days.clone())),
        amounts(&selection.cents),
    ];
    columns.extend(raw_columns().map(code));
    let line = |row: &usize| i64::try_from(decoded.lines()[*row]).unwrap_or(i64::MAX);
    columns.push(Arc::new(Int64Array::from_iter_values(rows.iter().map(line))));
    let schema = observation_schema();
    let named = schema.fields().iter().zip(&columns).map(|(field, column)| {
        Field::new(field.name(), column.data_type().clone(), field.is_nullable())
    });
    let schema = Arc::new(Schema::new(named.collect::<Vec<_>>()));
    RecordBatch::try_new(schema, columns).unwrap_or_else(|error| {
        unreachable!("the columns are made of the same rows in the order of the schema: {error}")
    })
}

/// The values at `indices`; every index is a row of the array.
fn picked(array: &dyn Array, indices: &UInt32Array) -> ArrayRef {
    take(array, indices, None)
        .unwrap_or_else(|error| unreachable!("the rows come from the same batch: {error}"))
}

fn encoded(names: Vec<&str>, keys: impl Iterator<Item = Option<usize>>) -> ArrayRef {
    let keys: Int32Array = keys.map(|key| key.and_then(|key| i32::try_from(key).ok())).collect();
    let names = Arc::new(StringArray::from(names));
    let array = DictionaryArray::<Int32Type>::try_new(keys, names);
    Arc::new(array.unwrap_or_else(|error| unreachable!("keys are positions in the names: {error}")))
}

fn amounts(cents: &[Option<i128>]) -> ArrayRef {
    let amounts: Decimal128Array = cents.iter().copied().collect();
    let amounts = amounts.with_precision_and_scale(AMOUNT_PRECISION, AMOUNT_SCALE);
    Arc::new(amounts.unwrap_or_else(|error| unreachable!("12 digits hold 2 decimals: {error}")))
}
