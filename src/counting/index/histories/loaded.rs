//! One run as a question needs it: columns in memory, and slices of them that tell entries or single observations.
//!
//! In: batches of a run. Out: [`Slice`]s: the numbers, days and cents of each unit, which is an entry, or an
//! observation where a question tells these apart. Never: the numbers of one run taken for those of another.

use std::ops::Range;

use arrow::array::{ArrayRef, AsArray as _, RecordBatch};
use arrow::datatypes::Int64Type;

use super::axis::{Axis, Value};
use super::column::{Codes, number, of_any_width, values_of};
use super::groups::PERSONS;
use super::needs::Needs;
use super::run::{AMOUNT, BEGINS, DAYS, MONTHS, Months, OBSERVATIONS, numbers_of, persons_of};
use crate::exact::{fitting, known};
use crate::quarter::Quarter;

/// The columns of a run that a question needs.
#[derive(Debug)]
pub struct Loaded {
    /// Its number among those that occur.
    quarter: usize,
    entries: RecordBatch,
    rows: RecordBatch,
    /// Where the observations of each entry begin, and where the last ends, if they are told apart.
    row_starts: Option<Vec<u32>>,
    /// By axis: its values here, and then their numbers in all runs.
    values: Vec<(Axis, Vec<Option<Value>>)>,
    numbers: Vec<(Axis, Vec<u32>)>,
    /// The amounts that the numbers of their column stand for.
    cents: Vec<Option<i64>>,
}

/// Some units of a run that stand side by side.
#[derive(Debug)]
pub struct Slice<'l> {
    run: &'l Loaded,
    entries: Range<usize>,
    /// The observations, and the entry of each, where they are told apart.
    rows: Option<(Range<usize>, Vec<u32>)>,
}

impl Loaded {
    /// `None` where columns are not there, or not of their kind.
    pub(super) fn new(
        quarter: usize,
        entries: RecordBatch,
        rows: RecordBatch,
        needs: &Needs,
    ) -> Option<Self> {
        let row_starts = if needs.is_of_rows() {
            let observations = Codes::of(entries.column_by_name(OBSERVATIONS)?)?;
            let mut sum = 0;
            let mut starts = vec![0];
            starts.extend((0..observations.count()).map(|at| {
                sum += observations.at(at);
                sum
            }));
            // As many as there are.
            if sum as usize != rows.num_rows() {
                return None;
            }
            Some(starts)
        } else {
            None
        };
        let amounts = if needs.is_of_rows() { &rows } else { &entries }.column_by_name(AMOUNT);
        let amounts = amounts.filter(|it| it.as_any_dictionary_opt().is_some());
        let (values, numbers) = (Vec::new(), Vec::new());
        let cents = amounts.map(numbers_of).into_iter().flatten().collect();
        let mut loaded = Self { quarter, entries, rows, row_starts, values, numbers, cents };
        for axis in &needs.axes {
            let column = loaded.column(*axis)?;
            Codes::of(column)?;
            let values = values_of(column)?;
            loaded.values.push((*axis, values));
        }
        Some(loaded)
    }

    /// The dictionary of an axis.
    fn column(&self, axis: Axis) -> Option<&ArrayRef> {
        let batch = if axis.is_of_rows() { &self.rows } else { &self.entries };
        batch.column_by_name(axis.column())
    }

    /// The values of an axis here.
    pub(super) fn values(&self, axis: Axis) -> &[Option<Value>] {
        self.values.iter().find(|it| it.0 == axis).map_or(&[], |it| &it.1)
    }

    /// Takes the numbers that values have in all runs.
    pub(super) fn translate(&mut self, all: &[(Axis, Vec<Option<Value>>)]) {
        let numbers = self.values.iter().map(|(axis, own)| {
            let all = &known(all.iter().find(|it| it.0 == *axis)).1;
            let number = |value| fitting(known(all.binary_search(value).ok()));
            (*axis, own.iter().map(number).collect())
        });
        self.numbers = numbers.collect();
    }

    /// Its number among the quarters that occur.
    pub fn quarter(&self) -> usize {
        self.quarter
    }

    /// Entries.
    pub fn entry_count(&self) -> usize {
        self.entries.num_rows()
    }

    /// All of it.
    pub fn whole(&self) -> Slice<'_> {
        self.slice(0..self.entry_count())
    }

    /// The entries between two places, of which each begins a person.
    pub fn between(&self, entries: Range<usize>) -> Slice<'_> {
        self.slice(entries)
    }

    /// Where the entries of the persons from each of these on begin; these rise, and are spread evenly.
    pub fn places_of(&self, firsts: &[i64]) -> Vec<usize> {
        let all = known(persons_of(&self.entries));
        let width = (all.len() / firsts.len().max(1)).max(1);
        let mut place = 0;
        let place_of = |first: &i64| {
            // The next is about as far away as the one before was.
            let mut end = place;
            while all.get(end).is_some_and(|it| it < first) {
                place = end;
                end = (end + width).min(all.len());
            }
            place += all[place..end].partition_point(|it| it < first);
            place
        };
        firsts.iter().map(place_of).collect()
    }

    fn slice(&self, entries: Range<usize>) -> Slice<'_> {
        let rows = self.row_starts.as_ref().map(|starts| {
            let rows = starts[entries.start] as usize..starts[entries.end] as usize;
            let mut places = Vec::with_capacity(rows.len());
            for entry in entries.clone() {
                let count = (starts[entry + 1] - starts[entry]) as usize;
                places.resize(places.len() + count, fitting(entry));
            }
            (rows, places)
        });
        Slice { run: self, entries, rows }
    }
}

impl Slice<'_> {
    /// Units.
    pub fn unit_count(&self) -> usize {
        self.rows.as_ref().map_or(self.entries.len(), |it| it.0.len())
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
        let codes = known(self.run.column(axis).and_then(Codes::of));
        if axis.is_of_rows() {
            let rows = &known(self.rows.as_ref()).0;
            of_any_width!(codes, codes => {
                for (sum, code) in sums.iter_mut().zip(&codes[rows.clone()]) {
                    *sum += numbers[*code as usize];
                }
            });
        } else {
            self.each(codes, sums, |sum, code| *sum += numbers[code as usize]);
        }
    }

    /// Hands on the number of each unit's entry beside a place.
    #[inline]
    fn each<T>(&self, codes: Codes<'_>, places: &mut [T], mut take: impl FnMut(&mut T, u32)) {
        of_any_width!(codes, codes => match &self.rows {
            None => {
                for (place, code) in places.iter_mut().zip(&codes[self.entries.clone()]) {
                    take(place, number(*code));
                }
            }
            Some((_, entries)) => {
                for (place, entry) in places.iter_mut().zip(entries) {
                    take(place, number(codes[*entry as usize]));
                }
            }
        });
    }

    fn of_entries(&self, name: &str, out: &mut Vec<u32>) {
        let first = out.len();
        out.resize(first + self.unit_count(), 0);
        let codes = known(self.run.entries.column_by_name(name).and_then(Codes::of));
        self.each(codes, &mut out[first..], |place, number| *place = number);
    }

    /// The observations of each unit.
    pub fn observations(&self, out: &mut Vec<u32>) {
        match &self.rows {
            Some((rows, _)) => out.resize(out.len() + rows.len(), 1),
            None => self.of_entries(OBSERVATIONS, out),
        }
    }

    /// The days of each unit.
    pub fn days(&self, out: &mut Vec<u32>) {
        match &self.rows {
            Some((rows, _)) => {
                let column = known(self.run.rows.column_by_name(DAYS));
                let days = numbers_of(column).into_iter().map(|it| fitting(known(it)));
                let (days, codes): (Vec<u32>, _) = (days.collect(), known(Codes::of(column)));
                out.extend(rows.clone().map(|row| days[codes.at(row) as usize]));
            }
            None => self.of_entries(DAYS, out),
        }
    }

    /// The months of the quarter in which each unit has a day, a bit each.
    pub fn months(&self, quarter: Quarter, out: &mut Vec<u32>) {
        match &self.rows {
            Some((rows, _)) => {
                let months = Months::of(quarter);
                let [first, last] =
                    ["first_day", "last_day"].map(|name| known(self.run.rows.column_by_name(name)));
                let from: Vec<u8> = numbers_of(first)
                    .into_iter()
                    .map(|it| months.from(fitting(known(it))))
                    .collect();
                let to: Vec<u8> =
                    numbers_of(last).into_iter().map(|it| months.to(fitting(known(it)))).collect();
                let [first, last] = [first, last].map(|it| known(Codes::of(it)));
                out.extend(rows.clone().map(|row| {
                    u32::from(from[first.at(row) as usize] & to[last.at(row) as usize])
                }));
            }
            None => self.of_entries(MONTHS, out),
        }
    }

    /// The persons that each unit stands for, in groups.
    pub fn alike(&self, out: &mut Vec<u32>) {
        self.of_entries(PERSONS, out);
    }

    /// Whose each unit is: the person, or where persons were not read, a number that no other person of the run has.
    pub fn whose(&self, out: &mut Vec<i64>) {
        let first = out.len();
        out.resize(first + self.unit_count(), 0);
        let out = &mut out[first..];
        if let Some(persons) = persons_of(&self.run.entries) {
            match &self.rows {
                None => out.copy_from_slice(&persons[self.entries.clone()]),
                Some((_, entries)) => {
                    for (place, entry) in out.iter_mut().zip(entries) {
                        *place = persons[*entry as usize];
                    }
                }
            }
            return;
        }
        let begins = known(self.run.entries.column_by_name(BEGINS).and_then(Codes::of));
        let mut number = 0;
        let numbers = self.entries.clone().map(|at| {
            number += i64::from(begins.at(at));
            number
        });
        match &self.rows {
            None => out.iter_mut().zip(numbers).for_each(|(place, number)| *place = number),
            Some((_, entries)) => {
                let numbers: Vec<i64> = numbers.collect();
                for (place, entry) in out.iter_mut().zip(entries) {
                    *place = numbers[*entry as usize - self.entries.start];
                }
            }
        }
    }

    /// The amounts: place of the unit, cents; by rising place.
    pub fn amounts(&self, mut take: impl FnMut(usize, i64)) {
        let (batch, range) = match &self.rows {
            Some((rows, _)) => (&self.run.rows, rows.clone()),
            None => (&self.run.entries, self.entries.clone()),
        };
        let column = known(batch.column_by_name(AMOUNT));
        let first = range.start;
        if let Some(cents) = column.as_primitive_opt::<Int64Type>() {
            for at in range {
                if arrow::array::Array::is_valid(cents, at) {
                    take(at - first, cents.value(at));
                }
            }
            return;
        }
        let (cents, codes) = (&self.run.cents, known(Codes::of(column)));
        of_any_width!(codes, codes => {
            for (at, code) in codes[range].iter().enumerate() {
                if let Some(cents) = cents[*code as usize] {
                    take(at, cents);
                }
            }
        });
    }
}
