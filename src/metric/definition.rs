//! What a metric is, and what is counted for it: its tally, which is what counters know.

/// A figure computed from observations.
#[derive(Clone, Copy)]
pub struct Metric(pub(super) &'static Definition);

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
