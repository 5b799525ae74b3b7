//! What a pass goes through: the units of a run or of some persons, each person's side by side, column by column.
//!
//! A unit is an entry, or an observation where a question tells these apart. In: [`Slice`]s of runs. Out: [`Units`]:
//! by quarter those of one run as they stand there; by person those of all runs, in the order of quarters. Never: the
//! units of one person in two places, or a unit left out that counts anywhere.

use std::ops::Range;

use rayon::prelude::*;

use super::factors::{Factor, Told};
use crate::counting::index::histories::{Axis, Beside, Loaded, Opened, Slice};
use crate::exact::{fitting, known};
use crate::quarter::Quarter;

/// Units, by person. Columns that nothing asks for are empty.
#[derive(Debug, Default)]
pub(super) struct Units {
    /// Where the units of each person begin; and the end of the last.
    starts: Vec<u32>,
    whose: Vec<i64>,
    /// The number of each unit's person, from 1.
    pub(super) persons: Vec<u32>,
    /// By factor.
    pub(super) keys: Vec<Vec<u32>>,
    pub(super) observations: Vec<u32>,
    pub(super) days: Vec<u32>,
    /// A bit each.
    pub(super) months: Vec<u32>,
    pub(super) quarters: Vec<u32>,
    pub(super) measures: Vec<u32>,
    pub(super) guidances: Vec<u32>,
    /// How many persons the one of a unit stands for.
    pub(super) alike: Vec<u32>,
    /// Place of the unit, and cents; by rising place.
    pub(super) amounts: Vec<(u32, i64)>,
}

/// Which columns a pass asks for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a column that is filled or not")]
pub(super) struct Asked {
    pub(super) observations: bool,
    pub(super) days: bool,
    pub(super) months: bool,
    pub(super) quarters: bool,
    pub(super) measures: bool,
    pub(super) guidances: bool,
    pub(super) alike: bool,
    pub(super) amounts: bool,
}

/// In which order units are passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Passing {
    /// Run by run: a person is one in each quarter.
    ByQuarter,
    /// Person by person, over all quarters.
    ByPerson,
}

/// What units are made of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Maker<'m> {
    pub(super) opened: &'m Opened,
    pub(super) passing: Passing,
    pub(super) factors: &'m [Factor],
    pub(super) asked: Asked,
    /// By factor and stored key, whether it counts anywhere; empty where every one does, or none is known yet.
    pub(super) counts: &'m [Vec<bool>],
    /// Whether what a unit counts as depends on the other units of its person.
    pub(super) whole_persons: bool,
}

/// The parts in which units are passed.
#[derive(Debug)]
pub(super) struct Parts {
    pub(super) count: usize,
    /// By run, whether a unit of it may count: of a filter on days, most runs have none.
    live: Vec<bool>,
    /// By run, where the persons of each part after the first begin; none where a part is a run.
    places: Option<Vec<Vec<usize>>>,
}

/// Units of a part, more or less.
const UNITS_PER_PART: u64 = 1 << 15;

impl Maker<'_> {
    /// In which parts units are passed.
    pub(super) fn parts(&self) -> Parts {
        let runs = self.opened.runs();
        let live = runs.iter().map(|run| self.may_count(run)).collect();
        match self.passing {
            Passing::ByQuarter => Parts { count: runs.len(), live, places: None },
            Passing::ByPerson => {
                let firsts = self.first_persons();
                let places = runs.par_iter().map(|run| run.places_of(&firsts)).collect();
                Parts { count: firsts.len() + 1, live, places: Some(places) }
            }
        }
    }

    /// The first persons of all parts but the first: pseudonyms are spread evenly over the numbers from 0 on.
    fn first_persons(&self) -> Vec<i64> {
        let parts = self.opened.entry_count().div_ceil(UNITS_PER_PART).next_power_of_two();
        let width = (i64::MAX.cast_unsigned() / parts).cast_signed();
        (1..fitting::<_, i64>(parts)).map(|part| part * width).collect()
    }

    /// Puts the units of a part in the place of others.
    pub(super) fn fill(&self, parts: &Parts, part: usize, units: &mut Units) {
        units.clear(self.factors.len());
        let runs = self.opened.runs();
        let Some(places) = &parts.places else {
            if parts.live[part] {
                self.add(Slice::new(&runs[part], 0..runs[part].entry_count()), units);
            }
            units.begin_persons();
            units.arrange(None);
            return;
        };
        let live = runs.iter().zip(places).zip(&parts.live).filter(|it| *it.1);
        for ((run, places), _) in live {
            // Before the first part stands nothing, and behind the last nobody.
            let start = part.checked_sub(1).map_or(0, |before| places[before]);
            let end = places.get(part).map_or_else(|| run.entry_count(), |place| *place);
            self.add(Slice::new(run, start..end), units);
        }
        let order = self.by_person(units);
        units.arrange(Some(&order));
    }

    /// The units in the order of persons, those of one in the order of quarters. Where persons are whole, those of persons
    /// of whom one counts.
    fn by_person(&self, units: &mut Units) -> Vec<u32> {
        // The units of a person in one run stand side by side.
        let beside = Beside::of(units.whose.iter().copied());
        let counts = self.counting(units).filter(|_| self.whole_persons);
        let mut starts = vec![0];
        let order = beside.ordered(|order| {
            let first = known(starts.last().copied());
            let own = &order[first as usize..];
            // A person of whom no unit counts is left out again.
            if counts.as_ref().is_none_or(|counts| own.iter().any(|at| counts(*at))) {
                if !own.is_empty() {
                    starts.push(fitting(order.len()));
                }
            } else {
                order.truncate(first as usize);
            }
        });
        drop(counts);
        units.starts = starts;
        order
    }

    /// The factors by which some units count nowhere.
    fn selective(&self) -> impl Iterator<Item = (&Factor, &Vec<bool>)> {
        self.factors.iter().zip(self.counts).filter(|it| !it.1.is_empty())
    }

    /// Whether some unit of a run may count.
    fn may_count(&self, run: &Loaded) -> bool {
        let mut selective = self.selective();
        self.whole_persons || selective.all(|(factor, counts)| factor.may_count(run, counts))
    }

    /// Leaves out what counts nowhere: entries first, and then, where observations are told apart, of these.
    fn narrowed<'s>(&self, mut slice: Slice<'s>) -> Slice<'s> {
        let selective = |told: Told| {
            self.selective().filter(move |it| it.0.told() == told && !self.whole_persons)
        };
        let chosen = |(factor, counts): (&Factor, &Vec<bool>), slice: &Slice<'_>| {
            let mut keys = Vec::new();
            factor.add_keys(slice, &mut keys);
            let chosen = (0..).zip(&keys).filter(|(_, key)| counts[**key as usize]);
            chosen.map(|(unit, _)| unit).collect::<Vec<u32>>()
        };
        for factor in selective(Told::Entries) {
            let chosen = chosen(factor, &slice);
            slice.keep(&chosen);
        }
        let of_rows = selective(Told::Rows);
        slice =
            slice.into_rows(of_rows.map(|factor| move |slice: &Slice<'s>| chosen(factor, slice)));
        for factor in selective(Told::Both) {
            let chosen = chosen(factor, &slice);
            slice.keep(&chosen);
        }
        slice
    }

    /// Whether a unit counts anywhere; `None` where every one does.
    fn counting<'u>(&'u self, units: &'u Units) -> Option<impl Fn(u32) -> bool + 'u> {
        let selective = self.counts.iter().zip(&units.keys);
        let selective: Vec<_> = selective.filter(|(counts, _)| !counts.is_empty()).collect();
        let is_selective = !selective.is_empty();
        is_selective.then_some(move |at: u32| {
            selective.iter().all(|(counts, keys)| counts[keys[at as usize] as usize])
        })
    }

    fn add(&self, slice: Slice<'_>, units: &mut Units) {
        let slice = &self.narrowed(slice);
        let first = fitting::<_, u32>(units.whose.len());
        slice.whose(&mut units.whose);
        for (factor, keys) in self.factors.iter().zip(&mut units.keys) {
            factor.add_keys(slice, keys);
        }
        let of_axis = |axis: Axis, out: &mut Vec<u32>| {
            let first = out.len();
            out.resize(first + slice.unit_count(), 0);
            slice.add(axis, 1, &mut out[first..]);
        };
        let Asked { observations, days, months, quarters, measures, guidances, alike, amounts } =
            self.asked;
        if observations {
            slice.observations(&mut units.observations);
        }
        if days {
            slice.days(&mut units.days);
        }
        if months {
            slice.months(self.quarter(slice), &mut units.months);
        }
        if quarters {
            of_axis(Axis::QUARTER, &mut units.quarters);
        }
        if measures {
            of_axis(Axis::of("measure"), &mut units.measures);
        }
        if guidances {
            of_axis(Axis::of("guidance"), &mut units.guidances);
        }
        if alike {
            slice.alike(&mut units.alike);
        }
        if amounts {
            slice.amounts(|at, cents| units.amounts.push((first + fitting::<_, u32>(at), cents)));
        }
    }

    fn quarter(&self, slice: &Slice<'_>) -> Quarter {
        known(self.opened.values(Axis::QUARTER)[slice.quarter()].as_ref()).quarter()
    }
}

impl Units {
    fn clear(&mut self, factors: usize) {
        self.keys.resize_with(factors, Vec::new);
        self.columns().for_each(Vec::clear);
        self.whose.clear();
        self.amounts.clear();
    }

    fn columns(&mut self) -> impl Iterator<Item = &mut Vec<u32>> {
        let columns = [
            &mut self.observations,
            &mut self.days,
            &mut self.months,
            &mut self.quarters,
            &mut self.measures,
            &mut self.guidances,
            &mut self.alike,
        ];
        columns.into_iter().chain(&mut self.keys)
    }

    /// Keeps some units, in an order in which those of each person stand side by side; all as they stand without one.
    fn arrange(&mut self, order: Option<&[u32]>) {
        if let Some(order) = order {
            let mut arranged_column = Vec::new();
            for column in self.columns().filter(|it| !it.is_empty()) {
                arranged_column.clear();
                arranged_column.extend(order.iter().map(|at| column[*at as usize]));
                std::mem::swap(column, &mut arranged_column);
            }
            if !self.amounts.is_empty() {
                self.amounts = arranged(&self.amounts, order);
            }
        }
        self.persons.clear();
        for (number, end) in (1..).zip(self.starts.iter().skip(1)) {
            self.persons.resize(*end as usize, number);
        }
    }

    /// Finds where the units of each person begin, as they stand.
    fn begin_persons(&mut self) {
        self.starts = Beside::of(self.whose.iter().copied()).firsts;
    }

    /// The units of each person.
    pub(super) fn of_persons(&self) -> impl Iterator<Item = Range<usize>> {
        self.starts.windows(2).map(|bounds| bounds[0] as usize..bounds[1] as usize)
    }

    /// Units.
    pub(super) fn len(&self) -> usize {
        self.starts.last().map_or(0, |end| *end as usize)
    }

    /// Persons.
    pub(super) fn person_count(&self) -> u32 {
        match self.starts.len() {
            0 => 0,
            count => fitting(count - 1),
        }
    }
}

/// Amounts by the new places of their units.
fn arranged(amounts: &[(u32, i64)], order: &[u32]) -> Vec<(u32, i64)> {
    let most = amounts.last().map_or(0, |it| it.0 as usize + 1);
    let mut places: Vec<u32> = vec![0; most];
    for (number, (at, _)) in (1..).zip(amounts) {
        places[*at as usize] = number;
    }
    let own = |(place, at): (usize, &u32)| {
        let number = places.get(*at as usize).filter(|it| **it > 0)?;
        Some((fitting(place), amounts[*number as usize - 1].1))
    };
    order.iter().enumerate().filter_map(own).collect()
}
