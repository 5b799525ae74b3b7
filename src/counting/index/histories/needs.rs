//! What a question needs of runs: the columns that are read, of entries, of single observations, of groups.
//!
//! In: what it tells apart and counts. Out: names of columns. Never: a column that is counted and not read.

use std::collections::BTreeSet;

use super::axis::Axis;
use super::groups::PERSONS;
use super::run::{AMOUNT, BEGINS, DAYS, MONTHS, OBSERVATIONS, PERSON};

/// What a question needs of runs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a column that is read or not")]
pub struct Needs {
    /// The columns that it tells apart, besides the quarter.
    pub axes: BTreeSet<Axis>,
    /// Whether persons are told from one run to another.
    pub persons: bool,
    /// How many observations there are.
    pub observations: bool,
    /// Their days.
    pub days: bool,
    /// The months in which they have a day.
    pub months: bool,
    /// Their amounts.
    pub amounts: bool,
}

impl Needs {
    /// Whether single observations are told apart.
    pub fn is_of_rows(&self) -> bool {
        self.axes.iter().any(|it| it.is_of_rows())
    }

    /// The columns that are read of entries.
    pub(super) fn of_entries(&self) -> Vec<&'static str> {
        let of_rows = self.is_of_rows();
        let axes = self.axes.iter().filter(|it| !it.is_of_rows()).map(|it| it.column());
        let others = [
            (PERSON, self.persons),
            (BEGINS, !self.persons),
            // Rows are found by them.
            (OBSERVATIONS, self.observations || of_rows),
            (DAYS, self.days && !of_rows),
            (MONTHS, self.months && !of_rows),
            (AMOUNT, self.amounts && !of_rows),
        ];
        others.into_iter().filter(|it| it.1).map(|it| it.0).chain(axes).collect()
    }

    /// Those of groups of persons who are alike.
    pub(super) fn of_groups(&self) -> Vec<&'static str> {
        self.of_entries().into_iter().chain([PERSONS]).collect()
    }

    /// The columns of observations that are told apart or counted.
    pub(super) fn of_observations(&self) -> BTreeSet<Axis> {
        let days = self.days.then_some("days").into_iter();
        let months = self.months.then_some(["first_day", "last_day"]).into_iter().flatten();
        let counted = days.chain(months).chain(self.amounts.then_some("amount"));
        self.axes.iter().copied().chain(counted.map(Axis::of)).collect()
    }

    /// The columns that are read of single observations.
    pub(super) fn of_rows(&self) -> Vec<&'static str> {
        let own = self.of_observations().into_iter().filter(|it| it.is_of_rows());
        if self.is_of_rows() { own.map(Axis::column).collect() } else { Vec::new() }
    }
}
