//! Distinct persons.

use super::definition::{Among, Definition, Metric, Subject, Tally};

pub(super) const METRIC: Metric = Metric(&Definition {
    name: "persons",
    meaning: "distinct persons",
    tally: Tally::Distinct(Subject::Persons, Among::Rows),
    decimals: 0,
    is_money: false,
    is_of_conventions: false,
});
