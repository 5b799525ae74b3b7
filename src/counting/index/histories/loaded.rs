//! One run as a question needs it: columns in memory.
//!
//! In: batches of a run. Out: [`Loaded`], of which slices are taken. Never: the numbers of one run taken for those
//! of another.

use arrow::array::{ArrayRef, AsArray as _, RecordBatch};

use super::axis::{Axis, Value};
use super::column::{Codes, values_of};
use super::needs::Needs;
use super::run::{AMOUNT, OBSERVATIONS, numbers_of, persons_of};
use crate::exact::{fitting, known};

/// The columns of a run that a question needs.
#[derive(Debug)]
pub struct Loaded {
    /// Its number among those that occur.
    pub(super) quarter: usize,
    pub(super) entries: RecordBatch,
    pub(super) rows: RecordBatch,
    /// Where the observations of each entry begin, and where the last ends, if they are told apart.
    pub(super) row_starts: Option<Vec<u32>>,
    /// By axis: its values here, and then their numbers in all runs.
    values: Vec<(Axis, Vec<Option<Value>>)>,
    pub(super) numbers: Vec<(Axis, Vec<u32>)>,
    /// The amounts that the numbers of their column stand for.
    pub(super) cents: Vec<Option<i64>>,
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
    pub(super) fn column(&self, axis: Axis) -> Option<&ArrayRef> {
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

    /// The numbers of the values of an axis that occur here.
    pub fn numbers(&self, axis: Axis) -> Vec<u32> {
        match self.numbers.iter().find(|it| it.0 == axis) {
            Some((_, numbers)) => numbers.clone(),
            None => vec![fitting(self.quarter)],
        }
    }

    /// Its number among the quarters that occur.
    pub fn quarter(&self) -> usize {
        self.quarter
    }

    /// Entries.
    pub fn entry_count(&self) -> usize {
        self.entries.num_rows()
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
}
