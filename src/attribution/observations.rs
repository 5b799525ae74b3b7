//! Observations of one quarter of one chunk: the stored table without its partition column, column
//! by column, each as narrow as its values.

use std::sync::{Arc, LazyLock};

use arrow::array::{Array, RecordBatch};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};

use super::terms::Attribution;
use super::values::{Codes, Values};
use crate::check::CheckedBatch;
use crate::decode::{self, Sex};
use crate::dictionary::{CodeColumn, Dictionary};
use crate::exact::fitting;
use crate::quarter::{Day, Quarter};

/// Digits and decimals of a stored amount.
const AMOUNT_PRECISION: u8 = 12;
const AMOUNT_SCALE: i8 = 2;

/// Observations of one quarter of one chunk, in file order.
#[derive(Debug)]
pub struct ObservationBatch {
    quarter: Quarter,
    row_count: usize,
    columns: Vec<Values>,
}

/// The rows of a chunk that are observations of one quarter.
#[derive(Debug, Default)]
pub(super) struct Selection {
    rows: Vec<u32>,
    days: Vec<Day>,
    cents: Vec<Option<i64>>,
}

impl Selection {
    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub(super) fn push(&mut self, row: usize, days: Day, cents: Option<i64>) {
        // A chunk has fewer bytes than a row number can count.
        self.rows.push(fitting(row));
        self.days.push(days);
        self.cents.push(cents);
    }
}

/// The columns of the stored table but its partition column `quarter`.
pub(crate) fn observation_schema() -> SchemaRef {
    static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
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
        Arc::new(Schema::new(fields))
    });
    Arc::clone(&SCHEMA)
}

/// The same, with texts as dictionaries, as they are stored: codes come as numbers then.
pub(crate) fn coded_observation_schema() -> SchemaRef {
    let dictionary = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
    let fields = observation_schema();
    let fields = fields.fields().iter().map(|field| match field.data_type() {
        DataType::Utf8 => Field::new(field.name(), dictionary.clone(), field.is_nullable()),
        _ => field.as_ref().clone(),
    });
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

/// A column of stored observations, by name.
pub(crate) fn stored_column<'b>(batch: &'b RecordBatch, name: &str) -> &'b dyn Array {
    match batch.column_by_name(name) {
        Some(column) => column.as_ref(),
        None => unreachable!("observations have a column `{name}`"),
    }
}

/// The codes stored as they came; `cpas` has its own place.
pub(super) fn raw_columns() -> impl Iterator<Item = CodeColumn> {
    CodeColumn::all().filter(|column| *column != CodeColumn::CPAS)
}

impl ObservationBatch {
    pub(super) fn new(
        quarter: Quarter,
        checked: &CheckedBatch,
        selection: &Selection,
        attribution: &Attribution<'_>,
    ) -> Self {
        let columns = columns(checked, selection, attribution);
        Self { quarter, row_count: selection.rows.len(), columns }
    }

    /// Of columns in the order of [`observation_schema`], each with a value or none for every row.
    pub(super) fn of_columns(quarter: Quarter, row_count: usize, columns: Vec<Values>) -> Self {
        Self { quarter, row_count, columns }
    }

    /// The quarter.
    pub fn quarter(&self) -> Quarter {
        self.quarter
    }

    /// Observations.
    pub fn row_count(&self) -> usize {
        self.row_count
    }

    /// The columns, in the order of [`observation_schema`].
    pub fn columns(&self) -> &[Values] {
        &self.columns
    }

    pub(super) fn columns_mut(&mut self) -> &mut [Values] {
        &mut self.columns
    }

    /// A column by name.
    pub fn column(&self, name: &str) -> &Values {
        match observation_schema().index_of(name) {
            Ok(at) => &self.columns[at],
            Err(_) => unreachable!("observations have a column `{name}`"),
        }
    }
}

impl ObservationBatch {
    /// The same as an Arrow batch with the columns of [`observation_schema`].
    pub fn record_batch(&self) -> RecordBatch {
        let schema = observation_schema();
        let fields = schema.fields().iter().zip(self.columns());
        let columns = fields.map(|(field, values)| values.array(field)).collect();
        RecordBatch::try_new(schema, columns).unwrap_or_else(|error| {
            unreachable!(
                "the columns are made of the same rows in the order of the schema: {error}"
            )
        })
    }
}

fn columns(
    checked: &CheckedBatch,
    selection: &Selection,
    attribution: &Attribution<'_>,
) -> Vec<Values> {
    let decoded = checked.decoded();
    let terms = attribution.dictionary;
    let rows = &selection.rows;
    let [regimes, measures, guidances] = names(terms);
    let sexes = vec![Sex::Male.letter(), Sex::Female.letter()];
    let sex = |row: usize| match decoded.sex()[row] {
        None => 0,
        Some(Sex::Male) => 1,
        Some(Sex::Female) => 2,
    };
    let code = |column: CodeColumn| coded(decoded.codes(column), rows);
    let mut columns = vec![
        named(rows, vec![attribution.delivery], |_| 1),
        Values::large(attribution.key.pseudonyms(decoded.person(), rows)),
        Values::large(attribution.key.pseudonyms(decoded.partner(), rows)),
        named(rows, sexes, sex),
        small(rows, |row| decoded.birth_year()[row].map(i32::from)),
        named(rows, regimes, |row| key(checked.regime(row))),
        named(rows, measures, |row| key(checked.measure(row))),
        named(rows, guidances, |row| checked.guidance(row).map_or(0, key)),
        code(CodeColumn::CPAS),
        small(rows, |row| Some(checked.first_day(row))),
        small(rows, |row| Some(checked.end_day(row))),
        Values::small(selection.days.iter().copied().map(Some)),
        Values::large(selection.cents.iter().copied()),
    ];
    columns.extend(raw_columns().map(code));
    let line = |row: &u32| Some(fitting(decoded.lines()[*row as usize]));
    columns.push(Values::large(rows.iter().map(line)));
    columns
}

/// Names of regimes, measures and guidances, each in the order of their places.
pub(super) fn names(terms: &Dictionary) -> [Vec<&str>; 3] {
    [
        terms.regimes().iter().map(|it| it.name.as_str()).collect(),
        terms.measures().iter().map(|it| it.name.as_str()).collect(),
        terms.guidances().iter().map(|it| it.name.as_str()).collect(),
    ]
}

/// The key of a place among names; 0 is none.
pub(super) fn key(place: usize) -> u32 {
    fitting(place + 1)
}

/// The codes of `rows`, with all texts of the chunk.
fn coded(codes: &decode::Codes, rows: &[u32]) -> Values {
    if codes.texts().is_empty() {
        return Values::Codes(Codes::none(rows.len()));
    }
    let all = codes.keys();
    let keys = rows.iter().map(|row| all[*row as usize]);
    Values::Codes(Codes::new(keys, Arc::clone(codes.texts())))
}

/// Names by a key of each row: 0 for none, otherwise one more than a place among them.
fn named(rows: &[u32], names: Vec<&str>, key: impl Fn(usize) -> u32) -> Values {
    let keys = rows.iter().map(|row| key(*row as usize));
    Values::Codes(Codes::new(keys, names.into_iter().map(Into::into).collect()))
}

fn small(rows: &[u32], value: impl Fn(usize) -> Option<i32>) -> Values {
    Values::small(rows.iter().map(|row| value(*row as usize)))
}
