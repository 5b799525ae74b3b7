//! A run: the observations of one file of the table, person by person.
//!
//! ```text
//! entries  person, begins, every code → observations, days, months, amount
//! rows     first_day, last_day, days, amount
//! ```
//!
//! An entry stands for the observations of a person that are alike but for days and amounts; its rows are these, one
//! after the other, as many as the entry has observations. In: [`Observed`]. Out: [`Run`]. Never: a row or a cent more
//! or less, or other bytes for the same observations.

use std::cmp::Ordering;
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray as _, Int64Array, RecordBatch, UInt8Array};
use arrow::datatypes::{Field, Schema};

use super::axis::{Axis, Kind, Value};
use super::column::{Codes, gathered, narrowest, numbered, values_of};
use super::observed::Observed;
use super::order::{Alike, order_of_rows};
use crate::exact::{fitting, known};
use crate::quarter::{Day, Quarter, end_of_month};

/// Names of the columns of entries that are no axes.
pub(super) const PERSON: &str = "person";
/// 1 where an entry is the first of its person, otherwise 0.
pub(super) const BEGINS: &str = "begins";
/// Observations of the entry.
pub(super) const OBSERVATIONS: &str = "observations";
/// The days of its observations.
pub(super) const DAYS: &str = "days";
/// The months of the quarter in which there is a day, a bit each.
pub(super) const MONTHS: &str = "months";
/// The sum of their amounts, in cents; none where no observation has one.
pub(super) const AMOUNT: &str = "amount";

/// The observations of a file.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) entries: RecordBatch,
    pub(super) rows: RecordBatch,
}

/// The rows of a run where nothing asks for them.
pub(super) fn no_rows() -> RecordBatch {
    batch(Vec::new(), 0)
}

impl Run {
    /// Puts observations in order. Days, months and amounts are there where the columns that they come from are.
    pub(super) fn of(observed: &Observed) -> Self {
        let Observed { quarter, persons, columns } = observed;
        let is_of_rows = |it: &&(Axis, ArrayRef)| it.0.is_of_rows();
        let of_entries = columns.iter().filter(|it| !is_of_rows(it)).map(|it| &it.1);
        let alike = Alike::of(of_entries, persons.len());
        let of_rows = columns.iter().filter(is_of_rows).map(|it| &it.1);
        let of_rows = Alike::of(of_rows, persons.len());
        let order = order_of_rows(persons, |one, other| {
            alike.compared(one, other).then_with(|| of_rows.compared(one, other))
        });
        let entries = Entries::of(persons, &alike, &order);
        let of_order = |axis: Axis| {
            let column = columns.iter().find(|it| it.0 == axis);
            column.map(|(_, column)| gathered(column, &order))
        };
        let rows = Axis::stored().filter(|it| it.is_of_rows());
        let rows = rows.filter_map(|axis| Some((axis.column(), of_order(axis)?)));
        let rows: Vec<(&str, ArrayRef)> = rows.collect();
        let ordered = |name: &str| rows.iter().find(|it| it.0 == name).map(|it| &it.1);
        let (begins, person) = entries.persons(persons);
        let mut of_entries: Vec<(&str, ArrayRef)> = vec![(PERSON, person), (BEGINS, begins)];
        for (axis, column) in columns.iter().filter(|it| !it.0.is_of_rows()) {
            of_entries.push((axis.column(), gathered(column, &entries.first_rows)));
        }
        of_entries.push((OBSERVATIONS, narrowest(&entries.counts)));
        if let Some(days) = ordered("days") {
            of_entries.push((DAYS, narrowest(&entries.days(days))));
        }
        if let (Some(first), Some(last)) = (ordered("first_day"), ordered("last_day")) {
            let months = entries.months(*quarter, first, last);
            of_entries.push((MONTHS, Arc::new(UInt8Array::from(months))));
        }
        if let Some(amounts) = ordered(AMOUNT) {
            let cents = entries.cents(amounts);
            of_entries.push((AMOUNT, numbered(Kind::Cents, || cents.iter().copied())));
        }
        Self { entries: batch(of_entries, entries.counts.len()), rows: batch(rows, order.len()) }
    }
}

/// Columns as a batch.
pub(super) fn batch(columns: Vec<(&str, ArrayRef)>, row_count: usize) -> RecordBatch {
    let (names, arrays): (Vec<&str>, Vec<ArrayRef>) = columns.into_iter().unzip();
    let fields = names.into_iter().zip(&arrays);
    let fields = fields.map(|(name, array)| Field::new(name, array.data_type().clone(), true));
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let options = arrow::array::RecordBatchOptions::new().with_row_count(Some(row_count));
    match RecordBatch::try_new_with_options(schema, arrays, &options) {
        Ok(batch) => batch,
        Err(error) => unreachable!("the columns are made of the same rows: {error}"),
    }
}

/// Which rows, in order, make an entry.
struct Entries {
    /// By entry: its first row, before the rows were put in order, and how many it has.
    first_rows: Vec<u32>,
    counts: Vec<u32>,
}

impl Entries {
    fn of(persons: &[i64], alike: &Alike<'_>, order: &[u32]) -> Self {
        let is_same = |one: &u32, other: &u32| {
            persons[*one as usize] == persons[*other as usize]
                && alike.compared(*one, *other) == Ordering::Equal
        };
        let (mut first_rows, mut counts) = (Vec::new(), Vec::new());
        for rows in order.chunk_by(is_same) {
            first_rows.push(rows[0]);
            counts.push(fitting(rows.len()));
        }
        Self { first_rows, counts }
    }

    fn persons(&self, persons: &[i64]) -> (ArrayRef, ArrayRef) {
        let persons: Vec<i64> = self.first_rows.iter().map(|row| persons[*row as usize]).collect();
        let mut last = None;
        let begins = persons.iter().map(|person| u8::from(last.replace(*person) != Some(*person)));
        let begins: ArrayRef = Arc::new(begins.collect::<UInt8Array>());
        (begins, Arc::new(Int64Array::from(persons)))
    }

    /// Folds what the rows of each entry have.
    fn folded<T: Copy>(
        &self,
        rows: &ArrayRef,
        none: T,
        mut add: impl FnMut(T, usize, u32) -> T,
    ) -> Vec<T> {
        let codes = known(Codes::of(rows));
        let mut row = 0;
        let of_entry = |count: &u32| {
            let mut all = none;
            for _ in 0..*count {
                all = add(all, row, codes.at(row));
                row += 1;
            }
            all
        };
        self.counts.iter().map(of_entry).collect()
    }

    fn days(&self, days: &ArrayRef) -> Vec<u32> {
        let values: Vec<u32> = numbers_of(days).into_iter().map(|it| fitting(known(it))).collect();
        self.folded(days, 0, |sum, _, code| sum + values[code as usize])
    }

    fn months(&self, quarter: Quarter, first: &ArrayRef, last: &ArrayRef) -> Vec<u8> {
        let starts = Months::of(quarter);
        let day = |it: Option<i64>| fitting::<_, Day>(known(it));
        let from: Vec<u8> = numbers_of(first).into_iter().map(|it| starts.from(day(it))).collect();
        let to: Vec<u8> = numbers_of(last).into_iter().map(|it| starts.to(day(it))).collect();
        let last = known(Codes::of(last));
        self.folded(first, 0, |all, row, code| {
            all | (from[code as usize] & to[last.at(row) as usize])
        })
    }

    fn cents(&self, amounts: &ArrayRef) -> Vec<Option<i64>> {
        let values = numbers_of(amounts);
        self.folded(amounts, None, |sum, _, code| added(sum, values[code as usize]))
    }
}

/// Both amounts; one that is absent adds nothing.
pub(super) fn added(cents: Option<i64>, others: Option<i64>) -> Option<i64> {
    match (cents, others) {
        (None, cents) | (cents, None) => cents,
        (Some(cents), Some(others)) => Some(cents + others),
    }
}

/// The values of a dictionary of numbers.
pub(super) fn numbers_of(array: &ArrayRef) -> Vec<Option<i64>> {
    let values = known(values_of(array));
    values.iter().map(|it| it.as_ref().and_then(Value::as_number)).collect()
}

/// The persons of entries.
pub(super) fn persons_of(entries: &RecordBatch) -> Option<&[i64]> {
    let column = entries.column_by_name(PERSON)?;
    column.as_primitive_opt::<arrow::datatypes::Int64Type>().map(|it| it.values().as_ref())
}

/// The months of a quarter: the first days of the second and the third.
#[derive(Debug, Clone, Copy)]
pub(super) struct Months([Day; 2]);

impl Months {
    pub(super) fn of(quarter: Quarter) -> Self {
        let second = end_of_month(quarter.first_day()) + 1;
        Self([second, end_of_month(second) + 1])
    }

    /// The month of a day, from 0; days before the quarter are of the first, days after it of the third.
    fn at(self, day: Day) -> u8 {
        u8::from(day >= self.0[0]) + u8::from(day >= self.0[1])
    }

    /// The months from that of a day on, a bit each.
    pub(super) fn from(self, first: Day) -> u8 {
        (0b111 << self.at(first)) & 0b111
    }

    /// Those up to that of a day.
    pub(super) fn to(self, last: Day) -> u8 {
        0b111 >> (2 - self.at(last))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_months_of_a_quarter_are_those_in_which_a_row_has_a_day() {
        let quarter: Quarter = "2008Q1".parse().unwrap();
        let (first, last) = (quarter.first_day(), quarter.last_day());
        let february = first + 31;
        let cases = [
            (first, first, 0b001),
            (february - 1, february, 0b011),
            (february, february + 28, 0b010),
            (february, february + 29, 0b110),
            (last, last, 0b100),
            // A row counts in every quarter that it touches.
            (first - 400, last + 400, 0b111),
            (first - 1, first, 0b001),
        ];
        for (from, to, expected) in cases {
            let months = Months::of(quarter);
            assert_eq!(months.from(from) & months.to(to), expected, "{from} to {to}");
        }
    }
}
