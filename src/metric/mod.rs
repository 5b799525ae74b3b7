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
mod dimension;
mod monthly_mean_persons;
mod observations;
mod person_months;
mod persons;
mod persons_and_partners;
mod properties;
mod table;
mod tally;

pub use code::Code;
pub use dimension::{AFTER_GAP, Dimension, NO_MEASURE, NO_VALUE, NOT_DELIVERED};
pub use table::Banding;
pub use tally::{Among, Subject, Summed, Tally};

/// A figure computed from observations.
#[derive(Clone, Copy)]
pub struct Metric(&'static Definition);

/// What is said of a metric.
#[derive(Debug)]
pub struct Definition {
    /// Its name.
    pub name: &'static str,
    /// What it says, in one line of English; the catalogues have it in other languages.
    pub meaning: &'static str,
    /// What is counted for it.
    pub tally: Tally,
    /// Digits after the decimal mark.
    pub decimals: u8,
    /// Whether it is an amount in euros.
    pub is_money: bool,
    /// Whether it says something only where partnership conventions exist.
    pub is_of_conventions: bool,
}

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

    /// Its name.
    pub fn name(self) -> &'static str {
        self.0.name
    }

    /// What it says, in one line.
    pub fn meaning(self) -> &'static str {
        self.0.meaning
    }

    /// What is counted for it.
    pub fn tally(self) -> Tally {
        self.0.tally
    }

    /// Digits after the decimal mark.
    pub fn decimals(self) -> u8 {
        self.0.decimals
    }

    /// Whether it is an amount in euros.
    pub fn is_money(self) -> bool {
        self.0.is_money
    }

    /// Whether values of several cells may be added up.
    pub fn is_additive(self) -> bool {
        matches!(self.tally(), Tally::Rows | Tally::Sum(_))
    }

    /// Whether something distinct is counted for it.
    pub fn is_distinct(self) -> bool {
        matches!(self.tally(), Tally::Distinct(..))
    }

    /// Whether it is worked out from others, and not counted itself.
    pub fn is_ratio(self) -> bool {
        matches!(self.tally(), Tally::Quotient(..) | Tally::MonthlyMean(_))
    }

    /// The metrics that are counted from rows to give it.
    pub fn base(self) -> Vec<Self> {
        match self.tally() {
            Tally::Quotient(dividend, divisor) => vec![dividend, divisor],
            Tally::MonthlyMean(metric) => vec![metric],
            _ => vec![self],
        }
    }

    /// What is other than 0 where a cell holds something of it; a sum of amounts may be 0 where there are some.
    pub fn held_by(self) -> Vec<Self> {
        let held = |it: Self| if it == amount::METRIC { amount::HAS_AMOUNT } else { it };
        self.base().into_iter().map(held).collect()
    }

    /// Whether it says something only where partnership conventions exist.
    pub fn is_of_conventions(self) -> bool {
        self.0.is_of_conventions
    }

    /// Stored columns it needs.
    pub fn columns(self) -> Vec<&'static str> {
        self.base().into_iter().flat_map(|it| it.tally().columns()).collect()
    }
}

// A name means one metric.
impl PartialEq for Metric {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Metric {}

impl std::hash::Hash for Metric {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.name().hash(state);
    }
}

impl std::fmt::Debug for Metric {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}
