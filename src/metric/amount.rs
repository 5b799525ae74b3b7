//! EBENCONVCM.

use super::definition::{Definition, Metric, Summed, Tally};

pub(super) const METRIC: Metric = Metric(&Definition {
    name: "amount",
    meaning: "State subsidy for partnership conventions (EBENCONVCM): exact sum in euros",
    tally: Tally::Sum(Summed::Amount),
    decimals: 2,
    is_money: true,
    is_of_conventions: true,
});

/// Whether an observation has an amount; shown nowhere: it says whether a cell holds an amount that has no place there.
pub(super) const HAS_AMOUNT: Metric = Metric(&Definition {
    name: "has_amount",
    meaning: "whether an observation has an amount",
    tally: Tally::HasAmount,
    decimals: 0,
    is_money: false,
    is_of_conventions: false,
});
