//! Observations of one quarter as an Arrow batch: the stored table without its partition column.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, Date32Array, Decimal128Array, DictionaryArray, Int16Array, Int32Array, Int64Array,
    RecordBatch, StringArray,
};
use arrow::buffer::{BooleanBuffer, NullBuffer};
use arrow::datatypes::{DataType, Field, Int32Type, Schema};

use super::Attribution;
use crate::check::CheckedBatch;
use crate::decode::{Codes, Sex};
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
    cents: Vec<Option<i64>>,
}

impl Selection {
    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub(super) fn push(&mut self, row: usize, days: Day, cents: Option<i64>) {
        self.rows.push(row);
        self.days.push(days);
        self.cents.push(cents);
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
    let terms = attribution.dictionary;
    let rows = &selection.rows;
    let key = |position: usize| u32::try_from(position + 1).unwrap_or(u32::MAX);
    let names = |names: Vec<&str>, key: &dyn Fn(usize) -> u32| {
        dictionary(names, rows.len(), |at| key(rows[at]))
    };
    let regimes = terms.regimes().iter().map(|it| it.name.as_str()).collect();
    let measures = terms.measures().iter().map(|it| it.name.as_str()).collect();
    let guidances = terms.guidances().iter().map(|it| it.name.as_str()).collect();
    let sexes = vec![Sex::Male.letter(), Sex::Female.letter()];
    let sex = |row: usize| match decoded.sex()[row] {
        None => 0,
        Some(Sex::Male) => 1,
        Some(Sex::Female) => 2,
    };
    let days = |day: &dyn Fn(usize) -> Day| -> ArrayRef {
        Arc::new(Date32Array::from_iter_values(rows.iter().map(|row| day(*row))))
    };
    let code = |column: CodeColumn| coded(decoded.codes(column), rows);
    let mut columns: Vec<ArrayRef> = vec![
        dictionary(vec![attribution.delivery], rows.len(), |_| 1),
        Arc::new(attribution.key.pseudonyms(decoded.person(), rows)),
        Arc::new(attribution.key.pseudonyms(decoded.partner(), rows)),
        names(sexes, &sex),
        Arc::new(rows.iter().map(|row| decoded.birth_year()[*row]).collect::<Int16Array>()),
        names(regimes, &|row| key(checked.regime(row))),
        names(measures, &|row| key(checked.measure(row))),
        names(guidances, &|row| checked.guidance(row).map_or(0, key)),
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

/// The codes of `rows`, with all texts of the chunk.
fn coded(codes: &Codes, rows: &[usize]) -> ArrayRef {
    let keys = codes.keys();
    dictionary(codes.texts().iter().map(AsRef::as_ref).collect(), rows.len(), |at| keys[rows[at]])
}

/// Texts by key: 0 for none, otherwise one more than a position in `texts`.
fn dictionary(texts: Vec<&str>, length: usize, key: impl Fn(usize) -> u32) -> ArrayRef {
    let texts = Arc::new(StringArray::from(texts));
    let position = |at| i32::try_from(key(at).saturating_sub(1)).unwrap_or(i32::MAX);
    let keys: Vec<i32> = (0..length).map(position).collect();
    let nulls = NullBuffer::from(BooleanBuffer::collect_bool(length, |at| key(at) != 0));
    let nulls = Some(nulls).filter(|nulls| nulls.null_count() > 0);
    let array = DictionaryArray::<Int32Type>::try_new(Int32Array::new(keys.into(), nulls), texts);
    Arc::new(array.unwrap_or_else(|error| unreachable!("keys are positions in the texts: {error}")))
}

fn amounts(cents: &[Option<i64>]) -> ArrayRef {
    let values: Vec<i128> = cents.iter().map(|cents| i128::from(cents.unwrap_or(0))).collect();
    let nulls = BooleanBuffer::collect_bool(cents.len(), |at| cents[at].is_some());
    let amounts = Decimal128Array::new(values.into(), Some(NullBuffer::from(nulls)));
    let amounts = amounts.with_precision_and_scale(AMOUNT_PRECISION, AMOUNT_SCALE);
    Arc::new(amounts.unwrap_or_else(|error| unreachable!("12 digits hold 2 decimals: {error}")))
}
