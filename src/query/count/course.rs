//! A person's course from quarter to quarter, as numbers of each of its entries: the same that
//! [`super::super::course`] says of observations.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;

use rayon::prelude::*;

use crate::dictionary::UNCLASSIFIED;
use crate::histories::{Axis, Batch, CodesOf, Histories, HistoriesError, Vocabulary};
use crate::metric::{Dimension, NO_MEASURE, NOT_DELIVERED};
use crate::quarter::Quarter;

/// The measures of a person in a quarter, a bit each.
type Set = u64;

/// What courses are told in: quarters, measures, and every set of measures that somebody has.
#[derive(Debug)]
pub(super) struct Courses {
    /// The number of the quarter before and after each, where there is one.
    neighbours: Vec<(Option<u8>, Option<u8>)>,
    /// The bit of each measure by its number; none for what is no measure.
    bits: Vec<Set>,
    /// The places of the sets among the texts.
    places: HashMap<Set, u32>,
    /// The sets as texts; the one of none, and the one of quarters that have no observations.
    texts: Vec<Option<String>>,
    not_delivered: u32,
}

/// The measures of a person in one quarter, and in all quarters before.
struct Run {
    quarter: u8,
    entries: Range<usize>,
    set: Set,
    earlier: Set,
}

impl Courses {
    /// Reads the sets that occur, if dimensions name them; `None` for more measures than a set has
    /// bits.
    pub(super) fn read(
        histories: &Histories,
        dimensions: &[Dimension],
    ) -> Result<Option<Self>, HistoriesError> {
        let vocabulary = histories.vocabulary();
        let measures = vocabulary.values(Axis::Measure);
        if measures.len() > Set::BITS as usize {
            return Ok(None);
        }
        let bit = |(at, name): (usize, &Option<String>)| match name.as_deref() {
            None | Some(UNCLASSIFIED) => 0,
            Some(_) => 1 << at,
        };
        let mut courses = Self {
            neighbours: neighbours(vocabulary),
            bits: measures.iter().enumerate().map(bit).collect(),
            places: HashMap::new(),
            texts: Vec::new(),
            not_delivered: 0,
        };
        let names_sets = dimensions.iter().any(|it| it.fixed_values().is_none());
        let sets = if names_sets { courses.sets(histories)? } else { BTreeSet::new() };
        let text = |set: &Set| match *set {
            0 => NO_MEASURE.to_owned(),
            set => {
                let has = |at: &usize| set & (1 << at) != 0;
                let names =
                    (0..measures.len()).filter(has).filter_map(|at| measures[at].as_deref());
                names.collect::<Vec<_>>().join("+")
            }
        };
        courses.texts = sets.iter().map(|set| Some(text(set))).collect();
        courses.places = sets.into_iter().zip(0..).collect();
        courses.not_delivered = u32::try_from(courses.texts.len()).unwrap_or(u32::MAX);
        courses.texts.push(Some(NOT_DELIVERED.to_owned()));
        Ok(Some(courses))
    }

    /// The values of a dimension, by number.
    pub(super) fn values(&self, dimension: Dimension) -> Vec<Option<String>> {
        match dimension.fixed_values() {
            // The place behind them is for rows without a measure.
            Some(values) => {
                values.iter().map(|value| Some((*value).to_owned())).chain([None]).collect()
            }
            None => self.texts.clone(),
        }
    }

    /// Adds a dimension of each entry of a batch to its key.
    pub(super) fn add(&self, dimension: Dimension, step: u32, keys: &mut [u32], batch: &Batch) {
        let measures = narrow(batch.codes(Axis::Measure));
        self.runs(batch, |runs| {
            for (at, run) in runs.iter().enumerate() {
                let beside = |quarter: Option<u8>, other: Option<&Run>| match quarter {
                    None => self.not_delivered,
                    Some(quarter) => {
                        let other = other.filter(|other| other.quarter == quarter);
                        self.place(other.map_or(0, |other| other.set))
                    }
                };
                let (before, after) = self.neighbours[usize::from(run.quarter)];
                let previous = at.checked_sub(1).map(|at| &runs[at]);
                let of_run = match dimension {
                    Dimension::MeasureCount => Some(run.set.count_ones().min(2)),
                    Dimension::Measures => Some(self.place(run.set)),
                    Dimension::MeasuresBefore => Some(beside(before, previous)),
                    Dimension::MeasuresAfter => Some(beside(after, runs.get(at + 1))),
                    _ => None,
                };
                let continued = previous.filter(|other| before == Some(other.quarter));
                for entry in run.entries.clone() {
                    let entered = || {
                        let bit = self.bits[usize::from(measures[entry])];
                        match () {
                            () if bit == 0 => 3,
                            () if run.earlier & bit == 0 => 0,
                            () if continued.is_some_and(|it| it.set & bit != 0) => 1,
                            () => 2,
                        }
                    };
                    keys[entry] += step * of_run.unwrap_or_else(entered);
                }
            }
        });
    }

    fn place(&self, set: Set) -> u32 {
        self.places.get(&set).copied().unwrap_or_default()
    }

    /// The sets that occur, and the empty one.
    fn sets(&self, histories: &Histories) -> Result<BTreeSet<Set>, HistoriesError> {
        let of_part = |part: Range<usize>| {
            let mut sets = HashSet::from([0]);
            let mut last = 0;
            histories.read(part, |batch| {
                self.runs(batch, |runs| {
                    for run in runs {
                        // Most have what they, or those before them, had already.
                        if run.set != last {
                            sets.insert(run.set);
                            last = run.set;
                        }
                    }
                });
            })?;
            Ok(sets)
        };
        let parts: Vec<HashSet<Set>> = histories
            .parts()
            .into_par_iter()
            .map(of_part)
            .collect::<Result<_, HistoriesError>>()?;
        Ok(parts.into_iter().flatten().collect())
    }

    /// Hands on the runs of each person of a batch, in the order of quarters.
    fn runs(&self, batch: &Batch, mut take: impl FnMut(&[Run])) {
        let quarters = narrow(batch.codes(Axis::Quarter));
        let measures = narrow(batch.codes(Axis::Measure));
        let mut runs: Vec<Run> = Vec::new();
        for own in batch.entries_of_persons() {
            runs.clear();
            for entry in own {
                let (quarter, bit) = (quarters[entry], self.bits[usize::from(measures[entry])]);
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

/// The numbers of a column of few values.
pub(super) fn narrow(codes: CodesOf<'_>) -> &[u8] {
    match codes {
        CodesOf::Narrow(codes) => codes,
        CodesOf::Wide(_) => unreachable!("quarters, measures and guidances have numbers of 8 bits"),
    }
}

fn neighbours(vocabulary: &Vocabulary) -> Vec<(Option<u8>, Option<u8>)> {
    let texts = vocabulary.values(Axis::Quarter);
    let quarters: Vec<Option<Quarter>> =
        texts.iter().map(|text| text.as_ref()?.parse().ok()).collect();
    let place = |wanted: Option<Quarter>| {
        let place = quarters.iter().position(|it| it.is_some() && *it == wanted)?;
        u8::try_from(place).ok()
    };
    let beside = |quarter: &Option<Quarter>| {
        [-1, 1].map(|steps| place(quarter.map(|quarter| quarter.plus(steps))))
    };
    quarters.iter().map(beside).map(|[before, after]| (before, after)).collect()
}
