//! One pass over the histories: every entry to its cells, every person once per cell.

use polars::prelude::{PlHashMap, PlRandomState};
use rayon::prelude::*;

use super::cells::Cells;
use super::course::{Courses, narrow};
use super::factors::Factor;
use super::spans::Distinct;
use crate::counting::figures::{Figures, Row, Rows};
use crate::counting::index::histories::{Axis, Batch, Histories, HistoriesError};
use crate::exact::{fitting, known};
use crate::metric::{Among, Metric, Subject, Summed, Tally};
use crate::query::plan::level::Count;

/// Up to so many cells each has its place; of more, those have one in which something counts.
const PLACES_MAX: u64 = 1 << 20;

/// What is counted of a cell.
#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    observations: u64,
    days: u64,
    cents: i64,
    persons: u64,
    convention_persons: u64,
    has_amount: bool,
    /// The last person counted; persons are numbered from 1 in each part.
    last_person: u32,
    last_convention_person: u32,
}

/// The tallies of a level, by place of the cell.
#[derive(Debug)]
struct Counted {
    places: Places,
    tallies: Vec<Counts>,
    /// The amounts of single persons, where they are asked for.
    amounts: Vec<Vec<i64>>,
    per_person: bool,
    /// The months of persons, where they are asked for.
    months: Vec<PersonMonths>,
    has_months: bool,
}

/// The months of persons in a cell.
#[derive(Debug, Clone, Copy, Default)]
struct PersonMonths {
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

/// What entries are counted by.
pub(super) struct Keys<'a> {
    /// That of time first.
    pub(super) factors: &'a [Factor],
    pub(super) courses: Option<&'a Courses>,
}

/// Counts all levels; with each come its cells, and its distinct persons where a pass does not tell
/// them.
pub(super) fn count(
    histories: &Histories,
    keys: &Keys<'_>,
    counts: &[Count],
    levels: Vec<(Cells, Option<Vec<Distinct>>)>,
) -> Result<Figures, HistoriesError> {
    let (cells, distinct): (Vec<Cells>, Vec<_>) = levels.into_iter().unzip();
    let parts = histories.parts().into_par_iter().map(|part| {
        let mut pass = Pass::new(keys, counts, &cells, histories);
        histories.read(part, |batch| pass.add(batch))?;
        Ok(pass.counted)
    });
    let parts: Vec<Vec<Counted>> = parts.collect::<Result<_, HistoriesError>>()?;
    let mut sums: Vec<Counted> =
        counts.iter().zip(&cells).map(|(count, cells)| Counted::new(count, cells)).collect();
    for part in parts {
        sums.iter_mut().zip(part).for_each(|(sum, counted)| sum.add(counted));
    }
    for (sum, distinct) in sums.iter_mut().zip(distinct) {
        // Where they come from elsewhere, every cell has its place.
        let persons = sum.tallies.iter_mut().zip(distinct.into_iter().flatten());
        persons.for_each(|(tally, distinct)| tally.set(distinct));
    }
    let counted = counts.iter().zip(cells).zip(sums);
    let counted = counted.map(|((count, cells), sum)| (count.clone(), sum.rows(count, &cells)));
    Ok(Figures::of(counted.collect()))
}

/// Whether a pass tells a metric's figures; of those that are made of others, it need not.
pub(super) fn counts(tally: Tally) -> bool {
    !matches!(tally, Tally::Distinct(subject, among)
        if subject != Subject::Persons && (subject, among) != PERSON_MONTHS)
}

const PERSON_MONTHS: (Subject, Among) = (Subject::PersonMonths, Among::Rows);

/// What is to be counted at a level.
fn tallies(count: &Count) -> impl Iterator<Item = Tally> {
    count.metrics.iter().map(|it| it.tally())
}

/// A part of the histories on its way through.
struct Pass<'a> {
    /// Whether a person stands for several who are alike.
    condensed: bool,
    keys: &'a Keys<'a>,
    counts: &'a [Count],
    cells: &'a [Cells],
    /// Whether a guidance is that of a partnership convention, by its number.
    is_convention: Vec<bool>,
    counted: Vec<Counted>,
    persons_before: u32,
}

impl<'a> Pass<'a> {
    fn new(
        keys: &'a Keys<'a>,
        counts: &'a [Count],
        cells: &'a [Cells],
        histories: &Histories,
    ) -> Self {
        let of_levels = counts.iter().zip(cells);
        Self {
            condensed: histories.is_condensed(),
            keys,
            counts,
            cells,
            is_convention: histories.conventions(),
            counted: of_levels.map(|(count, cells)| Counted::new(count, cells)).collect(),
            persons_before: 0,
        }
    }

    fn add(&mut self, batch: &Batch) {
        let of_factor = |it: &Factor| it.keys(batch, self.keys.courses);
        let keys: Vec<Vec<u32>> = self.keys.factors.iter().map(of_factor).collect();
        let guidances = narrow(batch.codes(Axis::Guidance));
        let levels = self.counts.iter().zip(self.cells).zip(&mut self.counted);
        for ((count, cells), counted) in levels {
            let (before, condensed) = (self.persons_before, self.condensed);
            let (bases, times) = (&cells.bases(&keys), &keys[0]);
            let persons = Persons { batch, cells, bases, times, before, condensed };
            if tallies(count).any(|it| it == Tally::Distinct(Subject::Persons, Among::Conventions))
            {
                persons.count(counted, |at: usize| self.is_convention[usize::from(guidances[at])]);
            } else {
                persons.count(counted, |_| false);
            }
            if tallies(count).any(|it| matches!(it, Tally::Sum(Summed::Amount) | Tally::HasAmount))
            {
                for (at, cents) in batch.amounts() {
                    for cell in cells.of(bases[at], times[at]) {
                        let tally = counted.tally(cell);
                        tally.cents += cents;
                        tally.has_amount = true;
                    }
                }
            }
            if counted.has_months {
                persons.months(counted);
            }
            if count.per_person {
                persons.amounts(counted);
            }
        }
        // A part has fewer persons than a number can count.
        self.persons_before += fitting::<_, u32>(batch.person_count());
    }
}

/// The persons of a batch, with what their entries count by.
struct Persons<'b> {
    batch: &'b Batch,
    cells: &'b Cells,
    bases: &'b [u64],
    times: &'b [u32],
    before: u32,
    /// Whether each stands for several who are alike.
    condensed: bool,
}

impl Persons<'_> {
    fn count(&self, counted: &mut Counted, is_of_convention: impl Fn(usize) -> bool) {
        if self.condensed {
            let alike = self.batch.persons();
            let alike = |at: usize| fitting(alike[at]);
            self.count_each(counted, is_of_convention, alike);
        } else {
            self.count_each(counted, is_of_convention, |_| 1);
        }
    }

    fn count_each(
        &self,
        counted: &mut Counted,
        is_of_convention: impl Fn(usize) -> bool,
        alike: impl Fn(usize) -> u64,
    ) {
        let (observations, days) = (self.batch.observations(), self.batch.days());
        let mut person = self.before;
        for (at, own) in self.batch.entries_of_persons().enumerate() {
            let alike = alike(at);
            person += 1;
            for at in own {
                for cell in self.cells.of(self.bases[at], self.times[at]) {
                    let tally = counted.tally(cell);
                    tally.observations += u64::from(observations[at]);
                    tally.days += u64::from(days[at]);
                    tally.persons += alike * u64::from(tally.last_person != person);
                    tally.last_person = person;
                    if is_of_convention(at) && tally.last_convention_person != person {
                        tally.convention_persons += alike;
                        tally.last_convention_person = person;
                    }
                }
            }
        }
    }

    /// The months of each person, each once per cell: entries come in the order of quarters.
    fn months(&self, counted: &mut Counted) {
        let (months, quarters) = (self.batch.months(), narrow(self.batch.codes(Axis::Quarter)));
        for (person, own) in (self.before + 1..).zip(self.batch.entries_of_persons()) {
            for at in own {
                for cell in self.cells.of(self.bases[at], self.times[at]) {
                    counted.months_of(cell).add(person, quarters[at], months[at]);
                }
            }
        }
    }

    /// The amounts of each person, added up per cell.
    fn amounts(&self, counted: &mut Counted) {
        let mut ends = self.batch.entries_of_persons().map(|own| own.end);
        let mut end = 0;
        // The cells of the person at hand; they are few.
        let mut own: Vec<(u64, i64)> = Vec::new();
        let hand_over = |own: &mut Vec<(u64, i64)>, counted: &mut Counted| {
            own.drain(..).for_each(|(cell, cents)| counted.amounts_of(cell).push(cents));
        };
        for (at, cents) in self.batch.amounts() {
            while at >= end {
                hand_over(&mut own, counted);
                end = known(ends.next());
            }
            for cell in self.cells.of(self.bases[at], self.times[at]) {
                match own.iter_mut().find(|(known, _)| *known == cell) {
                    Some((_, sum)) => *sum += cents,
                    None => own.push((cell, cents)),
                }
            }
        }
        hand_over(&mut own, counted);
    }
}

impl Counted {
    fn new(count: &Count, cells: &Cells) -> Self {
        let per_person = count.per_person;
        let (subject, among) = PERSON_MONTHS;
        let has_months = tallies(count).any(|it| it == Tally::Distinct(subject, among));
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
    fn tally(&mut self, cell: u64) -> &mut Counts {
        let place = self.place(cell);
        &mut self.tallies[place]
    }

    fn amounts_of(&mut self, cell: u64) -> &mut Vec<i64> {
        let place = self.place(cell);
        &mut self.amounts[place]
    }

    fn months_of(&mut self, cell: u64) -> &mut PersonMonths {
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
    fn add(&mut self, other: Self) {
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
    fn rows(mut self, count: &Count, cells: &Cells) -> Rows {
        let is_of_all = count.level.dimensions.is_empty();
        let mut rows = Rows::with_capacity_and_hasher(self.tallies.len(), PlRandomState::default());
        for (place, cell) in self.cells().into_iter().enumerate() {
            let tally = self.tallies[place];
            if tally.observations > 0 || is_of_all {
                let amounts = self.amounts.get_mut(place).map(std::mem::take);
                let amounts = amounts.into_iter().flatten().collect();
                let months = self.months.get(place).copied().unwrap_or_default();
                rows.insert(cells.key(cell), tally.row(count, months.count, amounts));
            }
        }
        rows
    }
}

impl PersonMonths {
    fn add(&mut self, person: u32, quarter: u8, months: u8) {
        if (self.last_person, self.last_quarter) != (person, quarter) {
            (self.last_person, self.last_quarter, self.months) = (person, quarter, 0);
        }
        self.count += u64::from((months & !self.months).count_ones());
        self.months |= months;
    }
}

impl Counts {
    fn set(&mut self, distinct: Distinct) {
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
