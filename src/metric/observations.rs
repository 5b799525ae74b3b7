//! Rows.

use super::definition::{Definition, Metric, Tally};

pub(super) const METRIC: Metric = Metric(&Definition {
    name: "observations",
    meaning: "observations: a row of a delivery, once per quarter it touches",
    tally: Tally::Rows,
    decimals: 0,
    is_money: false,
    is_of_conventions: false,
});
