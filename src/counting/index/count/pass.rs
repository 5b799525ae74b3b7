//! One pass over the histories: every entry to its cells, every person once per cell.

use rayon::prelude::*;

use super::cells::Cells;
use super::counted::{CONVENTION_PERSONS, Counted, tallies};
use super::course::{Courses, narrow};
use super::factors::Factor;
use super::spans::Distinct;
use crate::counting::figures::Figures;
use crate::counting::index::histories::{Axis, Batch, Histories, HistoriesError};
use crate::exact::{fitting, known};
use crate::metric::{Summed, Tally};
use crate::query::plan::level::Count;

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
            if tallies(count).any(|it| it == CONVENTION_PERSONS) {
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
