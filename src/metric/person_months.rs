//! Distinct pairs of a person and a calendar month.

use super::definition::{Among, Definition, Metric, Subject, Tally};

pub(super) const METRIC: Metric = Metric(&Definition {
    name: "person_months",
    meaning: "distinct pairs of person and calendar month in which an observation has a day",
    tally: Tally::Distinct(Subject::PersonMonths, Among::Rows),
    decimals: 0,
    is_money: false,
    is_of_conventions: false,
});
