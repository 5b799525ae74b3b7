//! Persons' courses a second way: every quarter and measure of every person, remembered.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::row::{Row, month_of};
use crate::dictionary::UNCLASSIFIED;
use crate::exact::fitting;
use crate::metric::{AFTER_GAP, Dimension, NO_MEASURE, NOT_DELIVERED};
use crate::quarter::Quarter;
use crate::query::Delivered;

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

    pub(super) fn add(&mut self, row: &Row<'_>) {
        let quarters = self.persons.entry(row.person()).or_default();
        let measures = quarters.entry(row.quarter()).or_default();
        let measure = row.measure().filter(|it| it != UNCLASSIFIED);
        let months = row.months();
        if let Some(measure) = measure.clone().filter(|_| !months.is_empty()) {
            self.months.entry((row.person(), measure)).or_default().extend(months);
        }
        measures.extend(measure);
    }

    /// For how many months the person has had the row's measure by the end of its quarter.
    pub(super) fn months(&self, row: &Row<'_>) -> Option<i32> {
        let months = self.months.get(&(row.person(), row.measure()?))?;
        let last = month_of(row.quarter().last_day());
        Some(fitting(months.range(..=last).count()))
    }

    /// The value of a dimension for a row.
    pub(super) fn value(&self, dimension: Dimension, row: &Row<'_>) -> Option<String> {
        let (person, quarter) = (row.person(), row.quarter());
        Some(match dimension {
            Dimension::MeasureCount => {
                let count = self.measures(person, quarter).map_or(0, BTreeSet::len);
                ["none", "one", "several"][count.min(2)].to_owned()
            }
            Dimension::Measures => self.text(person, quarter),
            Dimension::MeasuresBefore => self.text(person, quarter.plus(-1)),
            Dimension::MeasuresAfter => self.text(person, quarter.plus(1)),
            _ => self.entry(person, quarter, &row.measure()?)?.to_owned(),
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
