//! A person's course from quarter to quarter, as numbers of each of its entries: the same that
//! [`crate::counting::polars::trajectory`] says of observations.

use std::collections::{BTreeSet, HashSet};
use std::ops::Range;

use polars::prelude::PlHashMap;

use super::calendar::{Beside, Place};
use super::passing::passed;
use super::units::{Asked, Maker, Passing, Units};
use crate::counting::declined::Declined;
use crate::counting::index::histories::{Axis, Opened, Value};
use crate::dictionary::UNCLASSIFIED;
use crate::exact::{fitting, known};
use crate::metric::{Dimension, NO_MEASURE, NOT_DELIVERED};
use crate::quarter::MONTHS_OF_QUARTER;
use crate::query::Delivered;

/// The measures of a person in a quarter, a bit each.
type Set = u64;

/// What courses are told in: quarters, measures, and every set of measures that somebody has.
#[derive(Debug)]
pub(super) struct Courses {
    /// What stands beside each quarter, by its number.
    quarters: Vec<Place>,
    /// The bit of each measure by its number; none for what is no measure.
    bits: Vec<Set>,
    /// The places of the sets among the texts.
    places: PlHashMap<Set, u32>,
    /// Those of the sets of one measure, by its number.
    single_places: Vec<u32>,
    /// The sets as texts; the one of none, and the one of quarters that have no observations.
    texts: Vec<Option<Value>>,
    not_delivered: u32,
    /// The months of all quarters.
    months_max: u32,
}

/// Whether a measure is new, in the order of the dimension's values; none of them for no measure.
#[derive(Debug, Clone, Copy)]
enum Entry {
    First,
    Continued,
    Returned,
    AfterGap,
    NoMeasure,
}

/// The measures of a person in one quarter, and in all quarters before.
struct Run {
    quarter: u32,
    entries: Range<usize>,
    set: Set,
    earlier: Set,
}

/// The months of a measure.
#[derive(Debug, Clone, Copy, Default)]
struct Months {
    earlier: u32,
    /// A bit each.
    of_quarter: u8,
}

impl Months {
    fn count(self) -> u32 {
        self.earlier + self.of_quarter.count_ones()
    }
}

/// The number of a set that does not occur.
const NOWHERE: u32 = u32::MAX;

impl Courses {
    /// Reads the sets that occur, if dimensions name them; declined for more measures than a set has
    /// bits.
    pub(super) fn read(
        opened: &Opened,
        dimensions: &[Dimension],
        delivered: &Delivered,
        passing: Passing,
    ) -> Result<Self, Declined> {
        let measures = opened.values(Axis::of("measure"));
        if measures.len() > Set::BITS as usize {
            return Err(Declined::Measures(measures.len()));
        }
        let name = |at: usize| measures[at].as_ref().and_then(Value::as_text);
        let bit = |at: usize| match name(at) {
            None | Some(UNCLASSIFIED) => 0,
            Some(_) => 1 << at,
        };
        let mut courses = Self {
            quarters: Place::all(opened, delivered),
            bits: (0..measures.len()).map(bit).collect(),
            places: PlHashMap::default(),
            single_places: Vec::new(),
            texts: Vec::new(),
            months_max: months_max(opened),
            not_delivered: 0,
        };
        let names_sets = dimensions.iter().any(|it| it.is_of_sets());
        let sets = if names_sets { courses.sets(opened, passing) } else { BTreeSet::new() };
        let text = |set: &Set| match *set {
            0 => NO_MEASURE.to_owned(),
            set => {
                let has = |at: &usize| set & (1 << at) != 0;
                let names = (0..measures.len()).filter(has).filter_map(name);
                names.collect::<Vec<_>>().join("+")
            }
        };
        courses.texts = sets.iter().map(|set| Some(Value::text(&text(set)))).collect();
        courses.places = sets.into_iter().zip(0..).collect();
        // A set that does not occur is asked for by nobody.
        let place = |at: usize| courses.places.get(&(1 << at)).map_or(NOWHERE, |it| *it);
        courses.single_places = (0..measures.len()).map(place).collect();
        courses.not_delivered = fitting(courses.texts.len());
        courses.texts.push(Some(Value::text(NOT_DELIVERED)));
        Ok(courses)
    }

    /// The values of a dimension, by number.
    pub(super) fn values(&self, dimension: Dimension) -> Vec<Option<Value>> {
        if dimension == Dimension::MeasureMonths {
            // The place behind the numbers is for rows without a measure.
            let months = (0..=self.months_max).map(|it| Some(Value::Number(it.into())));
            return months.chain([None]).collect();
        }
        match dimension.fixed_values() {
            // The place behind them is for rows without a measure.
            Some(values) => {
                values.iter().map(|value| Some(Value::text(value))).chain([None]).collect()
            }
            None => self.texts.clone(),
        }
    }

    /// Adds dimensions of each unit to its key, each in steps of its own.
    pub(super) fn add(&self, dimensions: &[(Dimension, u32)], keys: &mut [u32], units: &Units) {
        let (measures, months) = (&units.measures[..], &units.months[..]);
        let mut so_far = vec![Months::default(); self.bits.len()];
        self.runs(units, |runs| {
            for (dimension, step) in dimensions {
                match dimension {
                    Dimension::MeasureEntry => self.add_entry(*step, keys, runs, measures),
                    Dimension::MeasureMonths => {
                        so_far.fill(Months::default());
                        self.add_months(*step, keys, runs, &mut so_far, (measures, months));
                    }
                    _ => self.add_of_runs(*dimension, *step, keys, runs),
                }
            }
        });
    }

    /// A dimension that is the same for all entries of a quarter.
    fn add_of_runs(&self, dimension: Dimension, step: u32, keys: &mut [u32], runs: &[Run]) {
        for (at, run) in runs.iter().enumerate() {
            let beside = |quarter: Beside, other: Option<&Run>| match quarter {
                Beside::Unknown => self.not_delivered,
                Beside::Empty => self.place(0),
                Beside::Quarter(quarter) => {
                    let other = other.filter(|other| other.quarter == quarter);
                    self.place(other.map_or(0, |other| other.set))
                }
            };
            let Place { before, after, .. } = self.quarters[run.quarter as usize];
            let number = match dimension {
                Dimension::MeasureCount => run.set.count_ones().min(2),
                Dimension::MeasuresBefore => beside(before, previous(runs, at)),
                Dimension::MeasuresAfter => beside(after, runs.get(at + 1)),
                _ => self.place(run.set),
            };
            for key in &mut keys[run.entries.clone()] {
                *key += step * number;
            }
        }
    }

    /// Whether each entry's measure is new.
    fn add_entry(&self, step: u32, keys: &mut [u32], runs: &[Run], measures: &[u32]) {
        for (at, run) in runs.iter().enumerate() {
            let Place { before, follows_gap, .. } = self.quarters[run.quarter as usize];
            let is_before = |other: &&Run| before == Beside::Quarter(other.quarter);
            let continued = previous(runs, at).filter(is_before);
            for entry in run.entries.clone() {
                let bit = self.bits[measures[entry] as usize];
                let value = match () {
                    () if bit == 0 => Entry::NoMeasure,
                    () if follows_gap => Entry::AfterGap,
                    () if run.earlier & bit == 0 => Entry::First,
                    () if continued.is_some_and(|it| it.set & bit != 0) => Entry::Continued,
                    () => Entry::Returned,
                };
                keys[entry] += step * value as u32;
            }
        }
    }

    /// The months of each entry's measure so far.
    fn add_months(
        &self,
        step: u32,
        keys: &mut [u32],
        runs: &[Run],
        so_far: &mut [Months],
        (measures, months): (&[u32], &[u32]),
    ) {
        for run in runs {
            for entry in run.entries.clone() {
                so_far[measures[entry] as usize].of_quarter |= months[entry].to_le_bytes()[0];
            }
            for entry in run.entries.clone() {
                let measure = measures[entry] as usize;
                let number = if self.bits[measure] == 0 {
                    self.months_max + 1
                } else {
                    so_far[measure].count()
                };
                keys[entry] += step * number;
            }
            for entry in run.entries.clone() {
                let months = &mut so_far[measures[entry] as usize];
                *months = Months { earlier: months.count(), of_quarter: 0 };
            }
        }
    }

    fn place(&self, set: Set) -> u32 {
        match self.single_places.get(set.trailing_zeros() as usize) {
            // Most have one measure.
            Some(place) if set.is_power_of_two() => known(Some(*place).filter(|it| *it != NOWHERE)),
            _ => *known(self.places.get(&set)),
        }
    }

    /// The sets that occur, and the empty one.
    fn sets(&self, opened: &Opened, passing: Passing) -> BTreeSet<Set> {
        let asked = Asked { quarters: true, measures: true, ..Asked::default() };
        let (factors, counts) = (&[], &[]);
        let maker = Maker { opened, passing, factors, asked, counts, whole_persons: false };
        let parts = passed(&maker, HashSet::new, |sets: &mut HashSet<Set>, units| {
            let mut last = 0;
            self.runs(units, |runs| {
                for run in runs {
                    // Most have what they, or those before them, had already.
                    if run.set != last {
                        sets.insert(run.set);
                        last = run.set;
                    }
                }
            });
        });
        parts.into_iter().flatten().chain([0]).collect()
    }

    /// Hands on the runs of each person, in the order of quarters.
    fn runs(&self, units: &Units, mut take: impl FnMut(&[Run])) {
        let (quarters, measures) = (&units.quarters, &units.measures);
        let mut runs: Vec<Run> = Vec::new();
        for own in units.of_persons() {
            runs.clear();
            for entry in own {
                let (quarter, bit) = (quarters[entry], self.bits[measures[entry] as usize]);
                match runs.last_mut() {
                    Some(run) if run.quarter == quarter => {
                        run.set |= bit;
                        run.entries.end = entry + 1;
                    }
                    last => {
                        let earlier = last.map_or(0, |run| run.earlier | run.set);
                        runs.push(Run { quarter, entries: entry..entry + 1, set: bit, earlier });
                    }
                }
            }
            take(&runs);
        }
    }
}

fn previous(runs: &[Run], at: usize) -> Option<&Run> {
    runs.get(at.checked_sub(1)?)
}

fn months_max(opened: &Opened) -> u32 {
    fitting::<_, u32>(opened.values(Axis::QUARTER).len()) * MONTHS_OF_QUARTER
}
