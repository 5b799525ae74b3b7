//! Persons' courses a second way: every quarter and measure of every person, remembered.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::dictionary::UNCLASSIFIED;
use crate::exact::fitting;
use crate::metric::{AFTER_GAP, Dimension, NO_MEASURE, NOT_DELIVERED};
use crate::quarter::{Month, Quarter};
use crate::query::Delivered;

/// Where a row stands in its person's course.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) person: i64,
    pub(super) quarter: Quarter,
    pub(super) measure: Option<&'a str>,
}

/// The measures of each person by quarter.
#[derive(Debug)]
pub(super) struct Courses<'a> {
    delivered: &'a Delivered,
    persons: HashMap<i64, BTreeMap<Quarter, BTreeSet<String>>>,
    /// The months of each person with a measure, where rows say them.
    months: HashMap<(i64, String), BTreeSet<i32>>,
}

impl<'a> Courses<'a> {
    pub(super) fn new(delivered: &'a Delivered) -> Self {
        Self { delivered, persons: HashMap::new(), months: HashMap::new() }
    }

    /// Remembers a row, with the calendar months in which it has a day.
    pub(super) fn add(&mut self, place: &Place<'_>, months: Vec<i32>) {
        let quarters = self.persons.entry(place.person).or_default();
        let measures = quarters.entry(place.quarter).or_default();
        let measure = place.measure.filter(|it| *it != UNCLASSIFIED).map(ToOwned::to_owned);
        if let Some(measure) = measure.clone().filter(|_| !months.is_empty()) {
            self.months.entry((place.person, measure)).or_default().extend(months);
        }
        measures.extend(measure);
    }

    /// For how many months the person has had the row's measure by the end of its quarter.
    pub(super) fn months(&self, place: &Place<'_>) -> Option<i32> {
        let months = self.months.get(&(place.person, place.measure?.to_owned()))?;
        let last = Month::of(place.quarter.last_day()).index();
        Some(fitting(months.range(..=last).count()))
    }

    /// The value of a dimension for a row.
    pub(super) fn value(&self, dimension: Dimension, place: &Place<'_>) -> Option<String> {
        let Place { person, quarter, measure } = *place;
        Some(match dimension {
            Dimension::MeasureCount => {
                let count = self.measures(person, quarter).map_or(0, BTreeSet::len);
                ["none", "one", "several"][count.min(2)].to_owned()
            }
            Dimension::Measures => self.text(person, quarter),
            Dimension::MeasuresBefore => self.text(person, quarter.plus(-1)),
            Dimension::MeasuresAfter => self.text(person, quarter.plus(1)),
            _ => self.entry(person, quarter, measure?)?.to_owned(),
        })
    }

    fn measures(&self, person: i64, quarter: Quarter) -> Option<&BTreeSet<String>> {
        self.persons.get(&person)?.get(&quarter)
    }

    fn text(&self, person: i64, quarter: Quarter) -> String {
        if !self.delivered.tells(quarter) {
            return NOT_DELIVERED.to_owned();
        }
        let measures: Vec<&str> =
            self.measures(person, quarter).into_iter().flatten().map(String::as_str).collect();
        if measures.is_empty() { NO_MEASURE.to_owned() } else { measures.join("+") }
    }

    fn entry(&self, person: i64, quarter: Quarter, measure: &str) -> Option<&'static str> {
        if measure == UNCLASSIFIED {
            return None;
        }
        let has = |measures: &BTreeSet<String>| measures.contains(measure);
        let mut earlier = self.persons.get(&person)?.range(..quarter);
        let known = self.delivered.has(quarter.plus(-1))
            || self.delivered.first().is_none_or(|first| first >= quarter);
        Some(if !known {
            AFTER_GAP
        } else if self.measures(person, quarter.plus(-1)).is_some_and(has) {
            "continued"
        } else if earlier.any(|(_, measures)| has(measures)) {
            "returned"
        } else {
            "first"
        })
    }
}
