//! Persons in an average month: the way these statistics are published.

use super::definition::{Definition, Metric, Tally};
use super::person_months;

pub(super) const METRIC: Metric = Metric(&Definition {
    name: "monthly_mean_persons",
    meaning: "person_months / calendar months of the quarters delivered that a row is over, 1 decimal, half to even",
    tally: Tally::MonthlyMean(person_months::METRIC),
    decimals: 1,
    is_money: false,
    is_of_conventions: false,
});
