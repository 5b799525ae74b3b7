//! The types of the dictionary. All text is as written in its files; validity ends are included.

use crate::document::Labels;
use crate::quarter::{Day, date_of};

/// When something is valid; `None` is an open end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Validity {
    /// First valid day.
    pub from: Option<Day>,
    /// Last valid day.
    pub to: Option<Day>,
}

impl Validity {
    /// Whether `day` lies inside.
    pub fn contains(self, day: Day) -> bool {
        self.overlaps(day, day)
    }

    /// Whether any day from `first` to `last` lies inside.
    pub fn overlaps(self, first: Day, last: Day) -> bool {
        self.from.is_none_or(|from| from <= last) && self.to.is_none_or(|to| first <= to)
    }
}

impl std::fmt::Display for Validity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.from, self.to) {
            (None, None) => f.write_str("not stated"),
            (Some(from), None) => write!(f, "from {}", date_of(from)),
            (None, Some(to)) => write!(f, "until {}", date_of(to)),
            (Some(from), Some(to)) => write!(f, "{} to {}", date_of(from), date_of(to)),
        }
    }
}

/// A variable of the delivery.
#[expect(clippy::struct_excessive_bools, reason = "each flag is a key of the dictionary's file")]
#[derive(Debug, Clone, Default)]
pub struct Variable {
    /// Upper-case name, the abbreviation of the data warehouse.
    pub name: String,
    /// `identifier`, `date`, `amount` or `code`.
    pub kind: String,
    /// `nominal`, `ordinal`, `metric` or `date`.
    pub level: String,
    /// Whether a delivery must have the column.
    pub required: bool,
    /// Whether it speaks of the partner.
    pub partner: bool,
    /// Regimes that fill it in; empty when the source does not say.
    pub regimes: Vec<String>,
    /// When the variable is valid.
    pub validity: Validity,
    /// Whether `01` is to be read `1`.
    pub drop_leading_zero: bool,
    /// Whether a code that is not in the table is wrong.
    pub table_complete: bool,
    /// Short name.
    pub label: Labels,
    /// What it says.
    pub definition: Labels,
    /// Documented anomalies and inferences.
    pub notes: Vec<String>,
    /// Addresses of the documentation.
    pub sources: Vec<String>,
    /// The known codes.
    pub codes: Vec<Code>,
}

/// A value that a code variable can take.
#[derive(Debug, Clone, Default)]
pub struct Code {
    /// The code.
    pub code: String,
    /// Its label.
    pub label: Labels,
    /// Whether the published label is cut short in the source.
    pub incomplete_label: bool,
    /// When the code is valid.
    pub validity: Validity,
    /// Whether it says that the variable does not apply.
    pub not_applicable: bool,
    /// A remark.
    pub note: Option<String>,
}

/// A legal regime.
#[derive(Debug, Clone, Default)]
pub struct Regime {
    /// Name in the stored table.
    pub name: String,
    /// Value of `LEGISLATION`.
    pub code: String,
    /// Label.
    pub label: Labels,
    /// Where the code is documented.
    pub source: String,
}

/// Measures of one kind.
#[derive(Debug, Clone, Default)]
pub struct MeasureGroup {
    /// Name in answers.
    pub name: String,
    /// Label.
    pub label: Labels,
}

/// A measure.
#[derive(Debug, Clone, Default)]
pub struct Measure {
    /// Name in the stored table.
    pub name: String,
    /// Name of its group.
    pub group: Option<String>,
    /// Label.
    pub label: Labels,
    /// What it is.
    pub definition: Labels,
}

/// A kind of guidance under a partnership convention.
#[derive(Debug, Clone, Default)]
pub struct Guidance {
    /// Name in the stored table.
    pub name: String,
    /// Value of `CBENCONV`.
    pub code: String,
    /// Whether it is given under a partnership convention.
    pub convention: bool,
    /// Label.
    pub label: Labels,
}

/// Leads from codes to a measure, in one regime or all, while valid at the first day.
#[derive(Debug, Clone)]
pub struct MeasureRule {
    /// Position in the dictionary's measures.
    pub measure: usize,
    /// Position in the dictionary's regimes; `None` is any.
    pub regime: Option<usize>,
    /// Read at `DPAY1STDAY`.
    pub validity: Validity,
    /// All must hold.
    pub conditions: Vec<Condition>,
}

/// A condition on one code variable.
#[derive(Debug, Clone)]
pub struct Condition {
    /// The variable.
    pub column: super::CodeColumn,
    /// Whether the list excludes: there is a value, and it is none of these.
    pub excludes: bool,
    /// The list.
    pub values: Vec<String>,
}

impl Condition {
    /// Whether a value meets the condition; no value never does.
    pub fn holds(&self, value: Option<&str>) -> bool {
        value.is_some_and(|value| self.values.iter().any(|listed| listed == value) != self.excludes)
    }
}
