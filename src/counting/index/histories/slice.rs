//! Some units of a run: entries, or the observations of entries where a question tells these apart.
//!
//! In: a run, and which units count. Out: the numbers, days and cents of each unit. Never: a unit left out that counts.

use std::ops::Range;

use arrow::array::{Array as _, ArrayRef, AsArray as _};
use arrow::datatypes::Int64Type;

use super::axis::Axis;
use super::column::{Codes, number, of_any_width};
use super::groups::PERSONS;
use super::loaded::Loaded;
use super::run::{AMOUNT, BEGINS, DAYS, MONTHS, Months, OBSERVATIONS, numbers_of, persons_of};
use crate::exact::{fitting, known};
use crate::quarter::{Day, Quarter};

/// Units, in the order in which they stand in the run.
#[derive(Debug)]
pub struct Slice<'l> {
    run: &'l Loaded,
    /// The entry of each unit; while observations are chosen, those that they are of.
    entries: Places,
    /// The observation of each unit, where these are told apart.
    rows: Option<Places>,
}

/// Places in a table, rising.
#[derive(Debug)]
enum Places {
    /// Side by side.
    Range(Range<usize>),
    List(Vec<u32>),
}

impl Places {
    fn count(&self) -> usize {
        match self {
            Self::Range(range) => range.len(),
            Self::List(places) => places.len(),
        }
    }

    /// The first of them; that of none is as good as any.
    fn first(&self) -> usize {
        match self {
            Self::Range(range) => range.start,
            Self::List(places) => places.first().map_or(0, |place| *place as usize),
        }
    }

    /// Those of some units.
    fn of(&self, units: &[u32]) -> Self {
        Self::List(match self {
            Self::Range(range) => {
                let first = fitting::<_, u32>(range.start);
                units.iter().map(|unit| first + unit).collect()
            }
            Self::List(places) => units.iter().map(|unit| places[*unit as usize]).collect(),
        })
    }

    /// Hands on each place with what it is a place for.
    #[inline]
    fn each<T>(&self, out: &mut [T], mut take: impl FnMut(&mut T, usize)) {
        match self {
            Self::Range(range) => {
                out.iter_mut().zip(range.clone()).for_each(|(out, at)| take(out, at));
            }
            Self::List(places) => {
                out.iter_mut().zip(places).for_each(|(out, at)| take(out, *at as usize));
            }
        }
    }
}

impl<'l> Slice<'l> {
    /// The entries between two places.
    pub fn new(run: &'l Loaded, entries: Range<usize>) -> Self {
        Self { run, entries: Places::Range(entries), rows: None }
    }

    /// Keeps some units, by their places among these.
    pub fn keep(&mut self, units: &[u32]) {
        self.entries = self.entries.of(units);
        self.rows = self.rows.as_ref().map(|rows| rows.of(units));
    }

    /// Tells the observations of entries apart, if the question does: of those that are chosen by the columns of
    /// observations alone, each choice by what is left.
    #[must_use]
    pub fn into_rows(
        mut self,
        choices: impl IntoIterator<Item = impl Fn(&Self) -> Vec<u32>>,
    ) -> Self {
        let Some(starts) = &self.run.row_starts else { return self };
        let mut rows = match &self.entries {
            Places::Range(range) => {
                Places::Range(starts[range.start] as usize..starts[range.end] as usize)
            }
            Places::List(entries) => {
                let rows = |entry: &u32| starts[*entry as usize]..starts[*entry as usize + 1];
                Places::List(entries.iter().flat_map(rows).collect())
            }
        };
        for choice in choices {
            self.rows = Some(rows);
            let chosen = choice(&self);
            rows = known(self.rows.take()).of(&chosen);
        }
        // Both rise: the entry of a row is the last one that begins before it.
        let mut entry = self.entries.first();
        let mut entries = vec![0_u32; rows.count()];
        rows.each(&mut entries, |out, row| {
            while starts[entry + 1] as usize <= row {
                entry += 1;
            }
            *out = fitting(entry);
        });
        (self.entries, self.rows) = (Places::List(entries), Some(rows));
        self
    }

    /// Units.
    pub fn unit_count(&self) -> usize {
        self.rows.as_ref().map_or_else(|| self.entries.count(), Places::count)
    }

    /// The number of the quarter.
    pub fn quarter(&self) -> usize {
        self.run.quarter
    }

    /// Adds the number of each unit's value of an axis to what is there, in steps.
    pub fn add(&self, axis: Axis, step: u32, sums: &mut [u32]) {
        if axis == Axis::QUARTER {
            let number = fitting::<_, u32>(self.run.quarter) * step;
            for sum in sums {
                *sum += number;
            }
            return;
        }
        let numbers = known(self.run.numbers.iter().find(|it| it.0 == axis));
        let numbers: Vec<u32> = numbers.1.iter().map(|it| it * step).collect();
        let places = if axis.is_of_rows() { known(self.rows.as_ref()) } else { &self.entries };
        each_code(places, known(self.run.column(axis)), sums, |sum, code| {
            *sum += numbers[code as usize];
        });
    }

    fn of_entries(&self, name: &str, out: &mut Vec<u32>) {
        let column = known(self.run.entries.column_by_name(name));
        let own = extended(out, self.unit_count());
        each_code(&self.entries, column, own, |out, number| *out = number);
    }

    fn row_column(&self, name: &str) -> &ArrayRef {
        known(self.run.rows.column_by_name(name))
    }

    /// The observations of each unit.
    pub fn observations(&self, out: &mut Vec<u32>) {
        match &self.rows {
            Some(rows) => out.resize(out.len() + rows.count(), 1),
            None => self.of_entries(OBSERVATIONS, out),
        }
    }

    /// The days of each unit.
    pub fn days(&self, out: &mut Vec<u32>) {
        let Some(rows) = &self.rows else { return self.of_entries(DAYS, out) };
        let column = self.row_column(DAYS);
        let days = numbers_of(column).into_iter().map(|it| fitting(known(it)));
        let days: Vec<u32> = days.collect();
        let own = extended(out, rows.count());
        each_code(rows, column, own, |out, code| *out = days[code as usize]);
    }

    /// The months of the quarter in which each unit has a day, a bit each.
    pub fn months(&self, quarter: Quarter, out: &mut Vec<u32>) {
        let Some(rows) = &self.rows else { return self.of_entries(MONTHS, out) };
        let months = Months::of(quarter);
        let own = extended(out, rows.count());
        own.fill(u32::MAX);
        let mut narrow = |name: &str, of_day: fn(Months, Day) -> u8| {
            let column = self.row_column(name);
            let of_code = |day: Option<i64>| u32::from(of_day(months, fitting(known(day))));
            let of_codes: Vec<u32> = numbers_of(column).into_iter().map(of_code).collect();
            each_code(rows, column, own, |out, code| *out &= of_codes[code as usize]);
        };
        narrow("first_day", Months::from);
        narrow("last_day", Months::to);
    }

    /// The persons that each unit stands for, in groups.
    pub fn alike(&self, out: &mut Vec<u32>) {
        self.of_entries(PERSONS, out);
    }

    /// Whose each unit is: the person, or where persons were not read, a number that no other person of the run has.
    pub fn whose(&self, out: &mut Vec<i64>) {
        let own = extended(out, self.unit_count());
        if let Some(persons) = persons_of(&self.run.entries) {
            self.entries.each(own, |out, at| *out = persons[at]);
            return;
        }
        let begins = known(self.run.entries.column_by_name(BEGINS).and_then(Codes::of));
        let (mut number, mut next) = (0, 0);
        self.entries.each(own, |out, at| {
            while next <= at {
                number += i64::from(begins.at(next));
                next += 1;
            }
            *out = number;
        });
    }

    /// The amounts: place of the unit, cents; by rising place.
    pub fn amounts(&self, mut take: impl FnMut(usize, i64)) {
        let (batch, places) = match &self.rows {
            Some(rows) => (&self.run.rows, rows),
            None => (&self.run.entries, &self.entries),
        };
        let column = known(batch.column_by_name(AMOUNT));
        let mut amounts = vec![None; places.count()];
        match column.as_primitive_opt::<Int64Type>() {
            Some(cents) => places.each(&mut amounts, |out, at| {
                *out = cents.is_valid(at).then(|| cents.value(at));
            }),
            None => {
                let cents = &self.run.cents;
                each_code(places, column, &mut amounts, |out, code| *out = cents[code as usize]);
            }
        }
        let some = amounts.into_iter().enumerate();
        some.filter_map(|(at, cents)| Some((at, cents?))).for_each(|(at, cents)| take(at, cents));
    }
}

/// Room for more values.
fn extended<T: Copy + Default>(out: &mut Vec<T>, count: usize) -> &mut [T] {
    let first = out.len();
    out.resize(first + count, T::default());
    &mut out[first..]
}

/// Hands on the number at each place of a column with what it is for.
#[inline]
fn each_code<T>(
    places: &Places,
    column: &ArrayRef,
    out: &mut [T],
    mut take: impl FnMut(&mut T, u32),
) {
    of_any_width!(known(Codes::of(column)), codes => match places {
        Places::Range(range) => {
            for (out, code) in out.iter_mut().zip(&codes[range.clone()]) {
                take(out, number(*code));
            }
        }
        Places::List(places) => {
            for (out, at) in out.iter_mut().zip(places) {
                take(out, number(codes[*at as usize]));
            }
        }
    });
}
