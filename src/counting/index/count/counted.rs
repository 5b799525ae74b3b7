//! What a pass counts of the cells of a level.
//!
//! In: cells as they are met, and what counts in them. Out: the rows of the level. Never: a person twice in a cell.

use polars::prelude::{PlHashMap, PlRandomState};

use super::cells::Cells;
use super::units::Units;
use crate::counting::figures::{Row, Rows};
use crate::exact::{fitting, known};
use crate::metric::{Among, Metric, Subject, Summed, Tally};
use crate::query::plan::level::Count;

/// Up to so many cells each has its place; of more, those have one in which something counts.
const PLACES_MAX: u64 = 1 << 20;

/// A unit that counts in a cell: its place among the units, and that of the cell's tallies.
#[derive(Debug, Clone, Copy)]
struct Met {
    unit: u32,
    cell: u32,
}

/// Distinct persons of a cell, who come one after the other.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    count: u32,
    /// The last one counted; persons are numbered from 1 in each thread.
    last: u32,
}

/// The months of persons in a cell.
#[derive(Debug, Clone, Copy, Default)]
struct PersonMonths {
    count: u64,
    /// Those of the last person in the last quarter, a bit each.
    months: u8,
    last_quarter: u32,
    last_person: u32,
}

/// The amounts of a cell.
#[derive(Debug, Clone, Copy, Default)]
struct Cents {
    sum: i64,
    has_some: bool,
}

/// What is counted at a level, by place of the cell: a column for each tally that is asked for, empty where it is not.
#[derive(Debug, Default)]
pub(super) struct Counted {
    places: Places,
    observations: Vec<u64>,
    days: Vec<u64>,
    cents: Vec<Cents>,
    persons: Vec<Seen>,
    convention_persons: Vec<Seen>,
    months: Vec<PersonMonths>,
    /// The amounts of single persons.
    amounts: Vec<Vec<i64>>,
    asked: Columns,
    met: Vec<Met>,
}

/// Which columns are asked for. That of observations, or of persons, also says of a cell that something counts there.
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a column that is counted or not")]
struct Columns {
    observations: bool,
    days: bool,
    cents: bool,
    persons: bool,
    convention_persons: bool,
    months: bool,
    amounts: bool,
}

/// Where the tallies of a cell stand.
#[derive(Debug, Default)]
enum Places {
    /// At its number.
    #[default]
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

impl Columns {
    fn of(count: &Count) -> Self {
        let has = |of: &dyn Fn(Tally) -> bool| tallies(count).any(of);
        let persons = has(&|it| it == Tally::Distinct(Subject::Persons, Among::Rows));
        Self {
            observations: !persons || has(&|it| it == Tally::Rows),
            days: has(&|it| it == Tally::Sum(Summed::Days)),
            cents: has(&|it| matches!(it, Tally::Sum(Summed::Amount) | Tally::HasAmount)),
            persons,
            convention_persons: has(&|it| it == CONVENTION_PERSONS),
            months: has(&|it| it == PERSON_MONTHS),
            amounts: count.per_person,
        }
    }
}

impl Counted {
    pub(super) fn new(count: &Count, cells: &Cells) -> Self {
        let mut counted = Self { asked: Columns::of(count), ..Self::default() };
        if cells.count() > PLACES_MAX {
            counted.places = Places::Met { places: PlHashMap::default(), cells: Vec::new() };
        } else {
            counted.reach(fitting(cells.count()));
        }
        counted
    }

    /// Makes room for so many cells.
    fn reach(&mut self, count: usize) {
        fn reach<T: Default + Clone>(column: &mut Vec<T>, count: usize, is_asked: bool) {
            if is_asked {
                column.resize(count, T::default());
            }
        }
        let asked = self.asked;
        reach(&mut self.observations, count, asked.observations);
        reach(&mut self.days, count, asked.days);
        reach(&mut self.cents, count, asked.cents);
        reach(&mut self.persons, count, asked.persons);
        reach(&mut self.convention_persons, count, asked.convention_persons);
        reach(&mut self.months, count, asked.months);
        reach(&mut self.amounts, count, asked.amounts);
    }

    /// Counts units in their cells; persons of earlier ones have numbers up to `before`.
    pub(super) fn add(
        &mut self,
        units: &Units,
        cells: &Cells,
        is_convention: &[bool],
        before: u32,
    ) {
        let mut met = std::mem::take(&mut self.met);
        met.clear();
        cells.each(&units.keys, units.len(), |unit, cell| {
            met.push(Met { unit: fitting(unit), cell: self.places.of(cell) });
        });
        if let Places::Met { cells, .. } = &self.places {
            self.reach(cells.len());
        }
        self.add_sums(units, &met);
        let person = |it: &Met| before + units.persons[it.unit as usize];
        // A unit stands for one person where nothing else is said.
        let alike = |it: &Met| units.alike.get(it.unit as usize).map_or(1, |alike| *alike);
        if self.asked.persons {
            for it in &met {
                self.persons[it.cell as usize].add(person(it), alike(it));
            }
        }
        if self.asked.convention_persons {
            for it in
                met.iter().filter(|it| is_convention[units.guidances[it.unit as usize] as usize])
            {
                self.convention_persons[it.cell as usize].add(person(it), alike(it));
            }
        }
        if self.asked.months {
            for it in &met {
                let (months, quarters) = (&units.months, &units.quarters);
                let unit = it.unit as usize;
                let months = months[unit].to_le_bytes()[0];
                self.months[it.cell as usize].add(person(it), quarters[unit], months);
            }
        }
        if self.asked.amounts {
            self.add_amounts_of_persons(units, &met);
        }
        self.met = met;
    }

    fn add_sums(&mut self, units: &Units, met: &[Met]) {
        if self.asked.observations {
            for it in met {
                // Where the number is not asked for, it only says that there are some.
                let observations = units.observations.get(it.unit as usize).map_or(1, |it| *it);
                self.observations[it.cell as usize] += u64::from(observations);
            }
        }
        if self.asked.days {
            for it in met {
                self.days[it.cell as usize] += u64::from(units.days[it.unit as usize]);
            }
        }
        if self.asked.cents {
            with_amounts(units, met, |it, cents| {
                let sum = &mut self.cents[it.cell as usize];
                sum.sum += cents;
                sum.has_some = true;
            });
        }
    }

    /// The amounts of each person, added up per cell.
    fn add_amounts_of_persons(&mut self, units: &Units, met: &[Met]) {
        // The cells of the person at hand; they are few.
        let mut own: Vec<(u32, i64)> = Vec::new();
        let mut last = 0;
        let mut hand_over = |own: &mut Vec<(u32, i64)>| {
            own.drain(..).for_each(|(cell, cents)| self.amounts[cell as usize].push(cents));
        };
        with_amounts(units, met, |it, cents| {
            let person = units.persons[it.unit as usize];
            if person != last {
                hand_over(&mut own);
                last = person;
            }
            match own.iter_mut().find(|(cell, _)| *cell == it.cell) {
                Some((_, sum)) => *sum += cents,
                None => own.push((it.cell, cents)),
            }
        });
        hand_over(&mut own);
    }

    /// The cells in the order of their tallies.
    fn cells(&self) -> Vec<u64> {
        match &self.places {
            Places::Numbers => (0..self.len() as u64).collect(),
            Places::Met { cells, .. } => cells.clone(),
        }
    }

    fn len(&self) -> usize {
        self.observations.len().max(self.persons.len())
    }

    /// Whether something counts in a cell.
    fn has(&self, place: usize) -> bool {
        match self.persons.get(place) {
            Some(seen) => seen.count > 0,
            None => self.observations[place] > 0,
        }
    }

    /// Takes up what another thread has counted, of other persons.
    pub(super) fn merge(&mut self, mut other: Self) {
        let places = other.cells().into_iter().enumerate().filter(|(place, _)| other.has(*place));
        let places: Vec<(usize, usize)> =
            places.map(|(place, cell)| (self.places.of(cell) as usize, place)).collect();
        if let Places::Met { cells, .. } = &self.places {
            self.reach(cells.len());
        }
        let asked = self.asked;
        for (own, from) in places {
            if asked.observations {
                self.observations[own] += other.observations[from];
            }
            if asked.days {
                self.days[own] += other.days[from];
            }
            if asked.cents {
                self.cents[own].sum += other.cents[from].sum;
                self.cents[own].has_some |= other.cents[from].has_some;
            }
            if asked.persons {
                self.persons[own].count += other.persons[from].count;
            }
            if asked.convention_persons {
                self.convention_persons[own].count += other.convention_persons[from].count;
            }
            if asked.months {
                self.months[own].count += other.months[from].count;
            }
            if asked.amounts {
                self.amounts[own].append(&mut other.amounts[from]);
            }
        }
    }

    /// The cells that have rows; the one of all rows also without.
    pub(super) fn rows(mut self, count: &Count, cells: &Cells) -> Rows {
        let is_of_all = count.level.dimensions.is_empty();
        let mut rows = Rows::with_capacity_and_hasher(self.len(), PlRandomState::default());
        for (place, cell) in self.cells().into_iter().enumerate() {
            if self.has(place) || is_of_all {
                let row = self.row(count, place);
                rows.insert(cells.key(cell), row);
            }
        }
        rows
    }

    fn row(&mut self, count: &Count, place: usize) -> Row {
        let value = |metric: &Metric| match metric.tally() {
            Tally::Rows => i128::from(self.observations[place]),
            Tally::Sum(Summed::Amount) => i128::from(self.cents[place].sum),
            Tally::Sum(Summed::Days) => i128::from(self.days[place]),
            Tally::HasAmount => i128::from(self.cents[place].has_some),
            Tally::Distinct(Subject::Persons, Among::Rows) => i128::from(self.persons[place].count),
            Tally::Distinct(Subject::Persons, Among::Conventions) => {
                i128::from(self.convention_persons[place].count)
            }
            Tally::Distinct(Subject::PersonMonths, Among::Rows) => {
                i128::from(self.months[place].count)
            }
            // Declined before the pass, see [`counts`].
            Tally::Distinct(..) => known(None),
            // No counts: they are made of others.
            Tally::Quotient(..) | Tally::MonthlyMean(_) => 0,
        };
        let values = count.metrics.iter().map(value).collect();
        let mut amounts = self
            .amounts
            .get_mut(place)
            .map(std::mem::take)
            .into_iter()
            .flatten()
            .collect::<Vec<i64>>();
        amounts.sort_unstable();
        Row { values, amounts: amounts.into_iter().map(i128::from).collect() }
    }
}

/// Hands on the units that have an amount, in each of their cells.
fn with_amounts(units: &Units, met: &[Met], mut take: impl FnMut(&Met, i64)) {
    let mut rest = met;
    for (unit, cents) in &units.amounts {
        rest = &rest[rest.partition_point(|it| it.unit < *unit)..];
        for it in rest.iter().take_while(|it| it.unit == *unit) {
            take(it, *cents);
        }
    }
}

impl Places {
    #[inline]
    fn of(&mut self, cell: u64) -> u32 {
        match self {
            Self::Numbers => fitting(cell),
            Self::Met { places, cells } => *places.entry(cell).or_insert_with(|| {
                cells.push(cell);
                fitting(cells.len() - 1)
            }),
        }
    }
}

impl Seen {
    #[inline]
    fn add(&mut self, person: u32, alike: u32) {
        if self.last != person {
            self.last = person;
            self.count = known(self.count.checked_add(alike));
        }
    }
}

impl PersonMonths {
    fn add(&mut self, person: u32, quarter: u32, months: u8) {
        if (self.last_person, self.last_quarter) != (person, quarter) {
            (self.last_person, self.last_quarter, self.months) = (person, quarter, 0);
        }
        self.count += u64::from((months & !self.months).count_ones());
        self.months |= months;
    }
}
