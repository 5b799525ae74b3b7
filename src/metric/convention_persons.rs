//! Distinct persons with guidance under a partnership convention.

use super::definition::{Among, Definition, Metric, Subject, Tally};

pub(super) const METRIC: Metric = Metric(&Definition {
    name: "convention_persons",
    meaning: "distinct persons under a partnership convention (guidance h50 or h100, or an own one \
              marked so); the data carry no convention number, so conventions themselves cannot \
              be counted",
    tally: Tally::Distinct(Subject::Persons, Among::Conventions),
    decimals: 0,
    is_money: false,
    is_of_conventions: true,
});
