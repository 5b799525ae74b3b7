//! One pass over the histories: every entry to the cells of its key, every person once per cell.

use polars::prelude::PlRandomState;
use rayon::prelude::*;

use super::cells::{Cells, Keys};
use super::course::narrow;
use super::spans::Distinct;
use crate::counting::figures::{Figures, Row, Rows};
use crate::counting::index::histories::{Axis, Batch, Histories, HistoriesError};
use crate::exact::{fitting, known};
use crate::metric::Metric;
use crate::query::plan::level::Count;

/// What is counted of a cell.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
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

/// The tallies of a level, by number of the cell.
#[derive(Debug)]
struct Counted {
    tallies: Vec<Tally>,
    /// The amounts of single persons, where they are asked for.
    amounts: Vec<Vec<i64>>,
}

/// Counts all levels; with each come its cells, and its distinct persons where a pass does not tell
/// them.
pub(super) fn count(
    histories: &Histories,
    keys: &Keys,
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
    let mut sums: Vec<Counted> = counts.iter().zip(&cells).map(|it| Counted::new(it.1)).collect();
    for part in parts {
        sums.iter_mut().zip(part).for_each(|(sum, counted)| sum.add(counted));
    }
    for (sum, distinct) in sums.iter_mut().zip(distinct) {
        let persons = sum.tallies.iter_mut().zip(distinct.into_iter().flatten());
        persons.for_each(|(tally, distinct)| tally.set(distinct));
    }
    let counted = counts.iter().zip(cells).zip(sums);
    let counted = counted.map(|((count, cells), sum)| (count.clone(), sum.rows(count, cells)));
    Ok(Figures::of(counted.collect()))
}

/// A part of the histories on its way through.
struct Pass<'a> {
    /// Whether a person stands for several who are alike.
    condensed: bool,
    keys: &'a Keys,
    counts: &'a [Count],
    cells: &'a [Cells],
    /// Whether a guidance is that of a partnership convention, by its number.
    is_convention: Vec<bool>,
    counted: Vec<Counted>,
    persons_before: u32,
}

impl<'a> Pass<'a> {
    fn new(keys: &'a Keys, counts: &'a [Count], cells: &'a [Cells], histories: &Histories) -> Self {
        Self {
            condensed: histories.is_condensed(),
            keys,
            counts,
            cells,
            is_convention: histories.conventions(),
            counted: cells.iter().map(Counted::new).collect(),
            persons_before: 0,
        }
    }

    fn add(&mut self, batch: &Batch) {
        let keys = self.keys.of_batch(batch);
        let guidances = narrow(batch.codes(Axis::Guidance));
        let levels = self.counts.iter().zip(self.cells).zip(&mut self.counted);
        for ((count, cells), counted) in levels {
            let (before, condensed) = (self.persons_before, self.condensed);
            let persons = Persons { batch, keys: &keys, before, condensed };
            if count.metrics.contains(&Metric::ConventionPersons) {
                let of_convention = |at: usize| self.is_convention[usize::from(guidances[at])];
                persons.count(cells, &mut counted.tallies, of_convention);
            } else {
                persons.count(cells, &mut counted.tallies, |_| false);
            }
            if count.metrics.iter().any(|it| [Metric::Amount, Metric::HasAmount].contains(it)) {
                for (at, cents) in batch.amounts() {
                    for cell in cells.of(keys[at]) {
                        let tally = &mut counted.tallies[*cell as usize];
                        tally.cents += cents;
                        tally.has_amount = true;
                    }
                }
            }
            if count.per_person {
                persons.amounts(cells, &mut counted.amounts);
            }
        }
        // A part has fewer persons than a number can count.
        self.persons_before += fitting::<_, u32>(batch.person_count());
    }
}

/// The persons of a batch, with the keys of their entries.
struct Persons<'b> {
    batch: &'b Batch,
    keys: &'b [u32],
    before: u32,
    /// Whether each stands for several who are alike.
    condensed: bool,
}

impl Persons<'_> {
    fn count(
        &self,
        cells: &Cells,
        tallies: &mut [Tally],
        is_of_convention: impl Fn(usize) -> bool,
    ) {
        if self.condensed {
            let alike = self.batch.persons();
            let alike = |at: usize| fitting(alike[at]);
            self.count_each(cells, tallies, is_of_convention, alike);
        } else {
            self.count_each(cells, tallies, is_of_convention, |_| 1);
        }
    }

    fn count_each(
        &self,
        cells: &Cells,
        tallies: &mut [Tally],
        is_of_convention: impl Fn(usize) -> bool,
        alike: impl Fn(usize) -> u64,
    ) {
        let (observations, days) = (self.batch.observations(), self.batch.days());
        let mut person = self.before;
        for (at, own) in self.batch.entries_of_persons().enumerate() {
            let alike = alike(at);
            person += 1;
            for at in own {
                for cell in cells.of(self.keys[at]) {
                    let tally = &mut tallies[*cell as usize];
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

    /// The amounts of each person, added up per cell.
    fn amounts(&self, cells: &Cells, amounts: &mut [Vec<i64>]) {
        let mut ends = self.batch.entries_of_persons().map(|own| own.end);
        let mut end = 0;
        // The cells of the person at hand; they are few.
        let mut own: Vec<(u32, i64)> = Vec::new();
        let mut hand_over = |own: &mut Vec<(u32, i64)>| {
            own.drain(..).for_each(|(cell, cents)| amounts[cell as usize].push(cents));
        };
        for (at, cents) in self.batch.amounts() {
            while at >= end {
                hand_over(&mut own);
                end = known(ends.next());
            }
            for cell in cells.of(self.keys[at]) {
                match own.iter_mut().find(|(known, _)| known == cell) {
                    Some((_, sum)) => *sum += cents,
                    None => own.push((*cell, cents)),
                }
            }
        }
        hand_over(&mut own);
    }
}

impl Counted {
    fn new(cells: &Cells) -> Self {
        let count = cells.keys.len();
        Self { tallies: vec![Tally::default(); count], amounts: vec![Vec::new(); count] }
    }

    /// Takes up another part, which has other persons.
    fn add(&mut self, other: Self) {
        for (tally, other) in self.tallies.iter_mut().zip(other.tallies) {
            tally.observations += other.observations;
            tally.days += other.days;
            tally.cents += other.cents;
            tally.persons += other.persons;
            tally.convention_persons += other.convention_persons;
            tally.has_amount |= other.has_amount;
        }
        for (amounts, others) in self.amounts.iter_mut().zip(other.amounts) {
            amounts.extend(others);
        }
    }

    /// The cells that have rows; the one of all rows also without.
    fn rows(self, count: &Count, cells: Cells) -> Rows {
        let mut rows = Rows::with_capacity_and_hasher(cells.keys.len(), PlRandomState::default());
        for ((key, tally), amounts) in cells.keys.into_iter().zip(self.tallies).zip(self.amounts) {
            if tally.observations > 0 || count.level.dimensions.is_empty() {
                rows.insert(key, tally.row(count, amounts));
            }
        }
        rows
    }
}

impl Tally {
    fn set(&mut self, distinct: Distinct) {
        self.persons = distinct.persons;
        self.convention_persons = distinct.convention_persons;
    }

    fn row(&self, count: &Count, mut amounts: Vec<i64>) -> Row {
        let value = |metric: &Metric| match metric {
            Metric::Observations => i128::from(self.observations),
            Metric::Persons => i128::from(self.persons),
            Metric::ConventionPersons => i128::from(self.convention_persons),
            Metric::Amount => i128::from(self.cents),
            Metric::Days => i128::from(self.days),
            Metric::HasAmount => i128::from(self.has_amount),
            // No count: it is made of two of the others.
            Metric::AmountPerConventionPerson => 0,
        };
        amounts.sort_unstable();
        let amounts = amounts.into_iter().map(i128::from).collect();
        Row { values: count.metrics.iter().map(value).collect(), amounts }
    }
}
