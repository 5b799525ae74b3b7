//! Days.

use super::definition::{Definition, Metric, Summed, Tally};

pub(super) const METRIC: Metric = Metric(&Definition {
    name: "days",
    meaning: "sum of days in the quarter",
    tally: Tally::Sum(Summed::Days),
    decimals: 0,
    is_money: false,
    is_of_conventions: false,
});
