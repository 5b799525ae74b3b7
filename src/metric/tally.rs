//! What is counted for a metric; what counters know.

use super::Metric;

/// What is counted of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tally {
    /// Rows.
    Rows,
    /// The sum of a stored column.
    Sum(Summed),
    /// 1 where a row has an amount, also one of 0.
    HasAmount,
    /// Distinct things of some rows.
    Distinct(Subject, Among),
    /// Nothing: one metric by another, rounded half to even.
    Quotient(Metric, Metric),
    /// Nothing: a metric by the calendar months of the quarters delivered that a row is over, rounded half to even.
    MonthlyMean(Metric),
}

/// A stored column that is added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Summed {
    /// Cents; an amount that is not there adds nothing.
    Amount,
    /// Days.
    Days,
}

/// What is counted once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Subject {
    /// A person.
    Persons,
    /// A person in a calendar month, of those in which a row has a day.
    PersonMonths,
    /// A person, whether beneficiary or partner.
    PersonsAndPartners,
}

/// The rows that it is counted of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Among {
    /// All.
    Rows,
    /// Those with guidance under a partnership convention.
    Conventions,
}

impl Tally {
    /// Stored columns that it reads.
    pub(super) fn columns(self) -> Vec<&'static str> {
        match self {
            Self::Rows | Self::Quotient(..) | Self::MonthlyMean(_) => Vec::new(),
            Self::Sum(Summed::Amount) | Self::HasAmount => vec!["amount"],
            Self::Sum(Summed::Days) => vec!["days"],
            Self::Distinct(subject, among) => [subject.columns(), among.columns()].concat(),
        }
    }
}

impl Subject {
    fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Persons => &["person"],
            Self::PersonsAndPartners => &["person", "partner"],
            Self::PersonMonths => &["person", "first_day", "last_day"],
        }
    }
}

impl Among {
    fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Rows => &[],
            Self::Conventions => &["guidance"],
        }
    }
}
