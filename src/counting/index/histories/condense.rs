//! Persons who are alike in a quarter, taken together: the same values of some columns, whatever
//! the others. What is told by quarter is counted over them in a time that hardly grows with persons.

use polars::prelude::PlHashMap;

use super::entry::{Entry, NO_CENTS, added};
use super::vocabulary::Axis;
use crate::exact::fitting;

/// The columns besides the quarter by which persons are alike, a file each.
pub(super) const PROJECTIONS: [&[Axis]; 3] = [
    &[Axis::Regime, Axis::Measure, Axis::Guidance],
    &[Axis::Guidance, Axis::Cpas],
    &[Axis::Guidance, Axis::Sex, Axis::BirthYear],
];

/// Takes persons and makes groups of those that are alike.
#[derive(Debug)]
pub(super) struct Condenser {
    /// The columns that are told apart, the quarter first.
    pub(super) axes: Vec<Axis>,
    /// The places of their numbers.
    mask: u64,
    /// By the values of their entries, in order. Nothing depends on the order of the map.
    groups: PlHashMap<Vec<u64>, Group>,
    /// Those of one entry, which most are.
    singles: PlHashMap<u64, (i64, Sum)>,
    run: Vec<Sum>,
    signature: Vec<u64>,
}

/// Persons with the same values, and the sums for each of these.
#[derive(Debug, Default)]
struct Group {
    persons: i64,
    sums: Vec<Sum>,
}

#[derive(Debug, Clone, Copy)]
struct Sum {
    codes: u64,
    observations: u64,
    days: u64,
    cents: i64,
}

impl Sum {
    fn add(&mut self, other: &Self) {
        self.observations += other.observations;
        self.days += other.days;
        self.cents = added(self.cents, other.cents);
    }
}

impl Condenser {
    pub(super) fn new(projection: &[Axis]) -> Self {
        let axes = [&[Axis::Quarter], projection].concat();
        let mask = axes.iter().fold(0, |mask, axis| mask | axis.place((1 << axis.bits()) - 1));
        Self {
            axes,
            mask,
            groups: PlHashMap::default(),
            singles: PlHashMap::default(),
            run: Vec::new(),
            signature: Vec::new(),
        }
    }

    /// Takes entries of as many persons who are alike, in the order of quarters.
    pub(super) fn add(&mut self, persons: i64, entries: impl Iterator<Item = Entry>) {
        for entry in entries {
            let sum = Sum {
                codes: entry.codes & self.mask,
                observations: entry.observations.into(),
                days: entry.days.into(),
                cents: entry.cents,
            };
            let quarter = |codes| Axis::Quarter.of(codes);
            if self.run.last().is_some_and(|last| quarter(last.codes) != quarter(sum.codes)) {
                self.take_run(persons);
            }
            match self.run.iter_mut().find(|known| known.codes == sum.codes) {
                Some(known) => known.add(&sum),
                None => self.run.push(sum),
            }
        }
        self.take_run(persons);
    }

    /// Puts the entries of one quarter with those that are alike.
    fn take_run(&mut self, persons: i64) {
        match self.run.as_slice() {
            [] => return,
            [sum] => {
                let known = self.singles.entry(sum.codes);
                let known = known.and_modify(|(alike, known)| {
                    *alike += persons;
                    known.add(sum);
                });
                known.or_insert((persons, *sum));
                self.run.clear();
                return;
            }
            _ => {}
        }
        self.run.sort_unstable_by_key(|sum| sum.codes);
        self.signature.clear();
        self.signature.extend(self.run.iter().map(|sum| sum.codes));
        if let Some(group) = self.groups.get_mut(&self.signature) {
            group.persons += persons;
            group.sums.iter_mut().zip(&self.run).for_each(|(sum, other)| sum.add(other));
        } else {
            let group = Group { persons, sums: self.run.clone() };
            self.groups.insert(self.signature.clone(), group);
        }
        self.run.clear();
    }

    /// Hands on the groups in the order of their values: how many persons, and their entries.
    pub(super) fn finish<E>(
        self,
        mut take: impl FnMut(i64, &[Entry]) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut entries = Vec::new();
        let mut take = |persons: i64, sums: &[Sum]| {
            entries.clear();
            for sum in sums {
                sum.add_entries(&mut entries);
            }
            take(persons, &entries)
        };
        let mut singles: Vec<(u64, (i64, Sum))> = self.singles.into_iter().collect();
        let mut groups: Vec<(Vec<u64>, Group)> = self.groups.into_iter().collect();
        singles.sort_unstable_by_key(|single| single.0);
        groups.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        let mut singles = singles.into_iter().peekable();
        for (signature, Group { persons, sums }) in groups {
            let is_before = |single: &(u64, _)| [single.0].as_slice() < signature.as_slice();
            while let Some((_, (persons, sum))) = singles.next_if(is_before) {
                take(persons, &[sum])?;
            }
            take(persons, &sums)?;
        }
        singles.try_for_each(|(_, (persons, sum))| take(persons, &[sum]))
    }
}

impl Sum {
    /// Adds it as entries, of which one holds no more than its numbers do.
    fn add_entries(&self, entries: &mut Vec<Entry>) {
        let first = entries.len();
        let (mut observations, mut days, mut cents) = (self.observations, self.days, self.cents);
        while observations > 0 || days > 0 || entries.len() == first {
            let [some, of_days] = [observations, days].map(|it| fitting(it.min(u32::MAX.into())));
            observations -= u64::from(some);
            days -= u64::from(of_days);
            let codes = self.codes;
            entries.push(Entry {
                person: 0,
                codes,
                observations: some,
                days: of_days,
                // Persons who are alike need not have the same months.
                months: 0,
                cents,
            });
            cents = NO_CENTS;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(quarter: usize, measure: usize, cpas: usize, days: u32) -> Entry {
        let codes =
            Axis::Quarter.place(quarter) | Axis::Measure.place(measure) | Axis::Cpas.place(cpas);
        Entry { person: 0, codes, observations: 1, days, months: 1, cents: i64::from(days) }
    }

    #[test]
    fn persons_with_the_same_values_in_a_quarter_are_one_group() {
        let mut condenser = Condenser::new(PROJECTIONS[0]);
        // Alike in the first quarter, whatever their centres; not in the second.
        condenser.add(1, [entry(0, 1, 1, 10), entry(0, 2, 1, 20), entry(1, 1, 1, 30)].into_iter());
        condenser.add(1, [entry(0, 1, 2, 1), entry(0, 2, 3, 2), entry(0, 2, 4, 3)].into_iter());
        condenser.add(5, [entry(1, 2, 1, 7)].into_iter());
        let mut found: Vec<(i64, Vec<_>)> = Vec::new();
        let counted = |entry: &Entry| (entry.observations, entry.days, entry.cents);
        let take = |persons, entries: &[Entry]| {
            found.push((persons, entries.iter().map(counted).collect()));
            Ok::<(), std::convert::Infallible>(())
        };
        condenser.finish(take).unwrap();
        let first = vec![(2, 11, 11), (3, 25, 25)];
        assert_eq!(found, [(2, first), (1, vec![(1, 30, 30)]), (5, vec![(1, 7, 7)])]);
    }

    #[test]
    fn a_sum_that_is_too_long_for_an_entry_goes_on_in_the_next() {
        let days = u64::from(u32::MAX) + 5;
        let mut entries = Vec::new();
        Sum { codes: 7, observations: 3, days, cents: 9 }.add_entries(&mut entries);
        let found: Vec<_> = entries.iter().map(|it| (it.observations, it.days, it.cents)).collect();
        assert_eq!(found, [(3, u32::MAX, 9), (0, 5, NO_CENTS)]);
    }
}
