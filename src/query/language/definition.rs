//! Parts of a query that other parts of its file name: bands, a top, parameters, an order.
//!
//! In: nothing but their own names and numbers. Out: types. Never: the query that they are parts of.

use super::list::listed;
use crate::document::{Problem, Span, Table};
use crate::metric::{Dimension, Metric};

/// The bands of each dimension that has some.
#[derive(Debug, Clone)]
pub struct Bands(pub(crate) Vec<(Dimension, Vec<Band>)>);

impl Bands {
    /// Those of a dimension, rising; none where it is no number.
    pub fn of(&self, dimension: Dimension) -> &[Band] {
        let found = self.0.iter().find(|(known, _)| *known == dimension);
        found.map_or(&[], |(_, bands)| bands)
    }
}

/// A band, both ends included; the last one is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Band {
    /// Lowest number.
    pub from: i64,
    /// Highest number; `None` is open.
    pub to: Option<i64>,
}

impl std::fmt::Display for Band {
    /// Two digits, so that text order is the order of numbers.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.to {
            Some(to) => write!(f, "{:02}-{to:02}", self.from),
            None => write!(f, "{:02}+", self.from),
        }
    }
}

/// The first values of a dimension by a metric.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Top {
    /// The dimension.
    pub dimension: Dimension,
    /// The metric that ranks its values, largest first.
    pub by: Metric,
    /// How many are shown.
    pub count: usize,
    /// Ranked anew for each value of these.
    pub within: Vec<Dimension>,
}

/// A column to sort by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderKey {
    /// Name of a metric or dimension of the query.
    pub column: String,
    /// Largest first.
    pub descending: bool,
}

/// A parameter of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Name, without the `$` of the filter.
    pub name: String,
    /// Type of its value.
    pub kind: ParameterKind,
    /// Whether it has several values, divided by commas where they are given.
    pub list: bool,
    /// What it is for.
    pub description: String,
    /// Value when none is given; without one the parameter must be set.
    pub default: Option<String>,
    /// Values allowed; any when empty.
    pub allowed: Vec<String>,
}

/// Type of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterKind {
    /// Any text.
    Text,
    /// A whole number.
    Integer,
    /// A day such as 2016-01-01.
    Date,
}

impl ParameterKind {
    pub(crate) const NAMES: [(&'static str, Self); 3] =
        [("text", Self::Text), ("integer", Self::Integer), ("date", Self::Date)];

    /// As written in a query file.
    pub fn name(self) -> &'static str {
        let found = Self::NAMES.into_iter().find(|(_, kind)| *kind == self);
        found.map_or("text", |(name, _)| name)
    }

    /// A value of this type, for checking a filter before values are given.
    pub fn example(self) -> &'static str {
        match self {
            Self::Text => "",
            Self::Integer => "1",
            Self::Date => "2016-01-01",
        }
    }

    /// Whether `value` is of this type.
    pub fn accepts(self, value: &str) -> bool {
        match self {
            Self::Text => true,
            Self::Integer => value.parse::<i64>().is_ok(),
            Self::Date => chrono::NaiveDate::parse_from_str(value, "%Y-%m-%d").is_ok(),
        }
    }
}

impl Parameter {
    /// The single values of what was given.
    pub(crate) fn values(&self, given: &str) -> Vec<String> {
        if self.list { listed(given) } else { vec![given.to_owned()] }
    }
}

/// Metrics, totals or parameters that a file defines.
const DEFINED_MAX: usize = 100;

/// Reports what a file has more of than any answer can have, and takes the first.
pub(crate) fn bounded<T>(
    root: &Table<'_>,
    what: &str,
    all: &mut Vec<T>,
    place: impl Fn(&T) -> Span,
) {
    if let Some(one) = all.get(DEFINED_MAX) {
        let message = format!("the file has more than {DEFINED_MAX} {what}");
        root.problem(Problem::new(place(one), message).help("divide it among several files"));
        all.truncate(DEFINED_MAX);
    }
}
