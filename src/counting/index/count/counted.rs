//! What a pass counts of the cells of a level.
//!
//! In: cells as they are met, and what counts in them. Out: the rows of the level. Never: a person twice in a cell.

use polars::prelude::{PlHashMap, PlRandomState};

use super::cells::Cells;
use super::spans::Distinct;
use crate::counting::figures::{Row, Rows};
use crate::exact::{fitting, known};
use crate::metric::{Among, Metric, Subject, Summed, Tally};
use crate::query::plan::level::Count;

/// Up to so many cells each has its place; of more, those have one in which something counts.
const PLACES_MAX: u64 = 1 << 20;

/// What is counted of a cell.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Counts {
    pub(super) observations: u64,
    pub(super) days: u64,
    pub(super) cents: i64,
    pub(super) persons: u64,
    pub(super) convention_persons: u64,
    pub(super) has_amount: bool,
    /// The last person counted; persons are numbered from 1 in each part.
    pub(super) last_person: u32,
    pub(super) last_convention_person: u32,
}

/// The tallies of a level, by place of the cell.
#[derive(Debug)]
pub(super) struct Counted {
    places: Places,
    pub(super) tallies: Vec<Counts>,
    /// The amounts of single persons, where they are asked for.
    amounts: Vec<Vec<i64>>,
    per_person: bool,
    /// The months of persons, where they are asked for.
    months: Vec<PersonMonths>,
    pub(super) has_months: bool,
}

/// The months of persons in a cell.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct PersonMonths {
    count: u64,
    /// Those of the last person in the last quarter, a bit each.
    months: u8,
    last_quarter: u8,
    last_person: u32,
}

/// Where the tally of a cell stands.
#[derive(Debug)]
enum Places {
    /// At its number.
    Numbers,
    /// In the order in which cells were met.
    Met { places: PlHashMap<u64, u32>, cells: Vec<u64> },
}

/// Whether a pass tells a metric's figures; of those that are made of others, it need not.
pub(super) fn counts(tally: Tally) -> bool {
    match tally {
        Tally::Distinct(Subject::Persons, _) => true,
        Tally::Distinct(..) => tally == PERSON_MONTHS,
        _ => true,
    }
}

const PERSON_MONTHS: Tally = Tally::Distinct(Subject::PersonMonths, Among::Rows);

/// Persons under a convention, as they are counted.
pub(super) const CONVENTION_PERSONS: Tally = Tally::Distinct(Subject::Persons, Among::Conventions);

/// What is to be counted at a level.
pub(super) fn tallies(count: &Count) -> impl Iterator<Item = Tally> {
    count.metrics.iter().map(|it| it.tally())
}

impl Counted {
    pub(super) fn new(count: &Count, cells: &Cells) -> Self {
        let per_person = count.per_person;
        let has_months = tallies(count).any(|it| it == PERSON_MONTHS);
        if cells.count() > PLACES_MAX {
            let places = Places::Met { places: PlHashMap::default(), cells: Vec::new() };
            let (tallies, amounts, months) = (Vec::new(), Vec::new(), Vec::new());
            return Self { places, tallies, amounts, per_person, months, has_months };
        }
        let count = fitting(cells.count());
        let months = if has_months { vec![PersonMonths::default(); count] } else { Vec::new() };
        let amounts = if per_person { vec![Vec::new(); count] } else { Vec::new() };
        Self {
            places: Places::Numbers,
            tallies: vec![Counts::default(); count],
            amounts,
            per_person,
            months,
            has_months,
        }
    }

    #[inline]
    fn place(&mut self, cell: u64) -> usize {
        match &mut self.places {
            Places::Numbers => fitting(cell),
            Places::Met { places, cells } => {
                let place = *places.entry(cell).or_insert_with(|| {
                    cells.push(cell);
                    self.tallies.push(Counts::default());
                    self.amounts.extend(self.per_person.then(Vec::new));
                    self.months.extend(self.has_months.then(PersonMonths::default));
                    fitting(cells.len() - 1)
                });
                fitting(place)
            }
        }
    }

    #[inline]
    pub(super) fn tally(&mut self, cell: u64) -> &mut Counts {
        let place = self.place(cell);
        &mut self.tallies[place]
    }

    pub(super) fn amounts_of(&mut self, cell: u64) -> &mut Vec<i64> {
        let place = self.place(cell);
        &mut self.amounts[place]
    }

    pub(super) fn months_of(&mut self, cell: u64) -> &mut PersonMonths {
        let place = self.place(cell);
        &mut self.months[place]
    }

    /// The cells in the order of their tallies.
    fn cells(&self) -> Vec<u64> {
        match &self.places {
            Places::Numbers => (0..self.tallies.len() as u64).collect(),
            Places::Met { cells, .. } => cells.clone(),
        }
    }

    /// Takes up another part, which has other persons.
    pub(super) fn add(&mut self, other: Self) {
        let cells = other.cells();
        for (cell, other) in cells.iter().zip(&other.tallies) {
            if other.observations == 0 {
                continue;
            }
            let tally = self.tally(*cell);
            tally.observations += other.observations;
            tally.days += other.days;
            tally.cents += other.cents;
            tally.persons += other.persons;
            tally.convention_persons += other.convention_persons;
            tally.has_amount |= other.has_amount;
        }
        for (cell, others) in cells.iter().zip(other.months) {
            if others.count > 0 {
                self.months_of(*cell).count += others.count;
            }
        }
        for (cell, others) in cells.into_iter().zip(other.amounts) {
            if !others.is_empty() {
                self.amounts_of(cell).extend(others);
            }
        }
    }

    /// The cells that have rows; the one of all rows also without.
    pub(super) fn rows(mut self, count: &Count, cells: &Cells) -> Rows {
        let is_of_all = count.level.dimensions.is_empty();
        let mut rows = Rows::with_capacity_and_hasher(self.tallies.len(), PlRandomState::default());
        for (place, cell) in self.cells().into_iter().enumerate() {
            let tally = self.tallies[place];
            if tally.observations > 0 || is_of_all {
                let amounts = self.amounts.get_mut(place).map(std::mem::take);
                let amounts = amounts.into_iter().flatten().collect();
                let person_months = self.months.get(place).map_or(0, |it| it.count);
                rows.insert(cells.key(cell), tally.row(count, person_months, amounts));
            }
        }
        rows
    }
}

impl PersonMonths {
    pub(super) fn add(&mut self, person: u32, quarter: u8, months: u8) {
        if (self.last_person, self.last_quarter) != (person, quarter) {
            (self.last_person, self.last_quarter, self.months) = (person, quarter, 0);
        }
        self.count += u64::from((months & !self.months).count_ones());
        self.months |= months;
    }
}

impl Counts {
    pub(super) fn set(&mut self, distinct: Distinct) {
        self.persons = distinct.persons;
        self.convention_persons = distinct.convention_persons;
    }

    fn row(&self, count: &Count, person_months: u64, mut amounts: Vec<i64>) -> Row {
        let value = |metric: &Metric| match metric.tally() {
            Tally::Rows => i128::from(self.observations),
            Tally::Sum(Summed::Amount) => i128::from(self.cents),
            Tally::Sum(Summed::Days) => i128::from(self.days),
            Tally::HasAmount => i128::from(self.has_amount),
            Tally::Distinct(Subject::Persons, Among::Rows) => i128::from(self.persons),
            Tally::Distinct(Subject::Persons, Among::Conventions) => {
                i128::from(self.convention_persons)
            }
            Tally::Distinct(Subject::PersonMonths, Among::Rows) => i128::from(person_months),
            // Declined before the pass, see [`counts`].
            Tally::Distinct(..) => known(None),
            // No counts: they are made of others.
            Tally::Quotient(..) | Tally::MonthlyMean(_) => 0,
        };
        amounts.sort_unstable();
        let amounts = amounts.into_iter().map(i128::from).collect();
        Row { values: count.metrics.iter().map(value).collect(), amounts }
    }
}
