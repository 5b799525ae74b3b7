//! EBENCONVCM by persons under a convention.

use super::definition::{Definition, Metric, Tally};
use super::{amount, convention_persons};

pub(super) const METRIC: Metric = Metric(&Definition {
    name: "amount_per_convention_person",
    meaning: "amount / convention_persons in euros, 2 decimals, half to even",
    tally: Tally::Quotient(amount::METRIC, convention_persons::METRIC),
    decimals: 2,
    is_money: true,
    is_of_conventions: true,
});
