//! Distinct persons among beneficiaries and partners.

use super::definition::{Among, Definition, Metric, Subject, Tally};

pub(super) const METRIC: Metric = Metric(&Definition {
    name: "persons_and_partners",
    meaning: "distinct persons among beneficiaries and partners",
    tally: Tally::Distinct(Subject::PersonsAndPartners, Among::Rows),
    decimals: 0,
    is_money: false,
    is_of_conventions: false,
});
