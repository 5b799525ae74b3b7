//! What another classification changes in a quarter: which rows pass from where to where, and which
//! figures are others.
//!
//! In: stored rows, and their classes by other rules. Out: [`Move`]s and [`Difference`]s. Never: persons that are
//! added up; those of a cell are counted over all files of the quarter.

use std::collections::{BTreeMap, BTreeSet};

use super::difference::{Difference, Figures};
use crate::attribution::{Codes, ObservationBatch, Values};
use crate::exact::known;
use crate::quarter::Quarter;

/// What an observation is classified as.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Class {
    /// The regime.
    pub regime: String,
    /// The measure.
    pub measure: String,
    /// The guidance, if there is one.
    pub guidance: Option<String>,
}

/// Rows of a quarter that pass from one class to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// The quarter.
    pub quarter: Quarter,
    /// What they are stored as.
    pub from: Class,
    /// What they become.
    pub to: Class,
    /// How many there are.
    pub observations: u64,
    /// Their EBENCONVCM.
    pub cents: i128,
}

/// Regime and measure.
type Group = (String, String);

/// Figures of a cell, with the persons they are of.
#[derive(Debug, Default)]
struct Cell {
    observations: u64,
    cents: i128,
    /// Distinct within each file.
    persons: Vec<i64>,
}

impl Cell {
    fn add(&mut self, other: Self) {
        self.observations += other.observations;
        self.cents += other.cents;
        self.persons.extend(other.persons);
    }

    fn figures(mut self) -> Figures {
        self.persons.sort_unstable();
        self.persons.dedup();
        let persons = self.persons.len() as u64;
        Figures { observations: self.observations, persons, cents: self.cents }
    }
}

/// What is known of the rows of a quarter.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) observations: u64,
    pub(super) cents: i128,
    moves: BTreeMap<(Class, Class), (u64, i128)>,
    before: BTreeMap<Group, Cell>,
    after: BTreeMap<Group, Cell>,
}

/// The regimes, measures and guidances of some rows, by keys.
struct Keyed<'v> {
    codes: [&'v Codes; 3],
    keys: [Vec<u32>; 3],
}

impl<'v> Keyed<'v> {
    fn of(columns: [&'v Values; 3]) -> Self {
        let codes = columns.map(Values::codes);
        Self { codes, keys: codes.map(Codes::keys) }
    }

    fn of_row(&self, row: usize) -> [u32; 3] {
        [self.keys[0][row], self.keys[1][row], self.keys[2][row]]
    }

    fn name(&self, column: usize, key: u32) -> Option<String> {
        let place = usize::try_from(key).ok()?.checked_sub(1)?;
        self.codes[column].texts().get(place).map(ToString::to_string)
    }

    fn group(&self, [regime, measure, _]: [u32; 3]) -> Group {
        // A stored row has a regime and a measure.
        let name = |column, key| known(self.name(column, key));
        (name(0, regime), name(1, measure))
    }

    fn class(&self, keys: [u32; 3]) -> Class {
        let (regime, measure) = self.group(keys);
        Class { regime, measure, guidance: self.name(2, keys[2]) }
    }
}

impl Counts {
    pub(super) fn of(stored: &ObservationBatch, classes: &[Values; 3]) -> Self {
        let before = Keyed::of(["regime", "measure", "guidance"].map(|name| stored.column(name)));
        let after = Keyed::of(classes.each_ref());
        let persons = stored.column("person").large_values();
        let amounts = stored.column("amount").large_values();
        let mut pairs: BTreeMap<([u32; 3], [u32; 3]), Cell> = BTreeMap::new();
        for (row, (person, amount)) in persons.iter().zip(amounts).enumerate() {
            let cell = pairs.entry((before.of_row(row), after.of_row(row))).or_default();
            cell.observations += 1;
            cell.cents += if *amount == Values::NO_LARGE { 0 } else { i128::from(*amount) };
            cell.persons.push(*person);
        }
        let mut counts = Self::default();
        for ((old, new), mut cell) in pairs {
            cell.persons.sort_unstable();
            cell.persons.dedup();
            counts.observations += cell.observations;
            counts.cents += cell.cents;
            let classes = (before.class(old), after.class(new));
            if classes.0 != classes.1 {
                let moved = counts.moves.entry(classes).or_default();
                *moved = (moved.0 + cell.observations, moved.1 + cell.cents);
            }
            let copy = Cell { persons: cell.persons.clone(), ..cell };
            counts.before.entry(before.group(old)).or_default().add(copy);
            counts.after.entry(after.group(new)).or_default().add(cell);
        }
        counts
    }

    pub(super) fn add(&mut self, other: Self) {
        self.observations += other.observations;
        self.cents += other.cents;
        for (classes, (observations, cents)) in other.moves {
            let moved = self.moves.entry(classes).or_default();
            *moved = (moved.0 + observations, moved.1 + cents);
        }
        let sides = [(&mut self.before, other.before), (&mut self.after, other.after)];
        for (own, others) in sides {
            for (group, cell) in others {
                own.entry(group).or_default().add(cell);
            }
        }
    }

    /// The rows that pass to another class in a quarter, and the figures that change.
    pub(super) fn changes(self, quarter: Quarter) -> (Vec<Move>, Vec<Difference>) {
        let moves = self.moves.into_iter().map(|((from, to), (observations, cents))| Move {
            quarter,
            from,
            to,
            observations,
            cents,
        });
        let moves = moves.collect();
        let figures = |side: BTreeMap<Group, Cell>| -> BTreeMap<Group, Figures> {
            side.into_iter().map(|(group, cell)| (group, cell.figures())).collect()
        };
        let (before, after) = (figures(self.before), figures(self.after));
        let groups: BTreeSet<&Group> = before.keys().chain(after.keys()).collect();
        let differences = groups.into_iter().map(|group| Difference {
            quarters: (quarter, quarter),
            regime: group.0.clone(),
            measure: group.1.clone(),
            before: Some(before.get(group).map_or_else(Figures::default, |it| *it)),
            after: Some(after.get(group).map_or_else(Figures::default, |it| *it)),
        });
        (moves, differences.filter(|it| it.before != it.after).collect())
    }
}
