//! Metrics and dimensions by name: what each says, how it is counted, and whether its values can be added up.
//!
//! A metric is a [`Definition`] in a file of its own and a line of the registry, [`Metric::ALL`]. What is to be
//! counted for it is its [`Tally`]: counters know tallies, not metrics. The names are part of the interface. Never: a
//! distinct count that is added up; whatever needs a total of one recomputes it from the rows.

mod amount;
mod amount_per_convention_person;
mod code;
mod convention_persons;
mod days;
mod definition;
mod dimension;
mod monthly_mean_persons;
mod observations;
mod person_months;
mod persons;
mod persons_and_partners;
mod properties;
mod table;

pub use code::Code;
pub use definition::{Among, Definition, Metric, Subject, Summed, Tally};
pub use dimension::{AFTER_GAP, Dimension, NO_MEASURE, NO_VALUE, NOT_DELIVERED};
pub use table::Banding;

impl Metric {
    /// All metrics that can be asked for.
    pub const ALL: [Self; 9] = [
        Self::OBSERVATIONS,
        Self::PERSONS,
        Self::CONVENTION_PERSONS,
        Self::AMOUNT,
        Self::AMOUNT_PER_CONVENTION_PERSON,
        Self::DAYS,
        Self::PERSON_MONTHS,
        Self::MONTHLY_MEAN_PERSONS,
        Self::PERSONS_AND_PARTNERS,
    ];

    /// Rows.
    pub const OBSERVATIONS: Self = observations::METRIC;
    /// Distinct persons.
    pub const PERSONS: Self = persons::METRIC;
    /// Distinct persons with guidance under a partnership convention.
    pub const CONVENTION_PERSONS: Self = convention_persons::METRIC;
    /// EBENCONVCM in euros.
    pub const AMOUNT: Self = amount::METRIC;
    /// `AMOUNT` by `CONVENTION_PERSONS`.
    pub const AMOUNT_PER_CONVENTION_PERSON: Self = amount_per_convention_person::METRIC;
    /// Days.
    pub const DAYS: Self = days::METRIC;
    /// Distinct pairs of a person and a calendar month.
    pub const PERSON_MONTHS: Self = person_months::METRIC;
    /// Persons in an average month.
    pub const MONTHLY_MEAN_PERSONS: Self = monthly_mean_persons::METRIC;
    /// Distinct persons among beneficiaries and partners.
    pub const PERSONS_AND_PARTNERS: Self = persons_and_partners::METRIC;

    /// The metric of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|metric| metric.name() == name)
    }

    /// What is other than 0 where a cell holds something of it; a sum of amounts may be 0 where there are some.
    pub fn held_by(self) -> Vec<Self> {
        let held = |it: Self| if it == amount::METRIC { amount::HAS_AMOUNT } else { it };
        self.base().into_iter().map(held).collect()
    }
}
