//! Columns of an answer: members, exact numbers, and why there is none.
//!
//! In: values. Out: the same, typed. Never: a binary float, or a number beside the reason why there is none.

use std::borrow::Cow;
use std::hash::Hash;
use std::sync::Arc;

/// A column of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResultColumn {
    /// Name of the dimension or metric.
    pub name: String,
    /// Its values.
    pub values: Values,
}

impl ResultColumn {
    /// Whether it says why cells of another column have no number.
    pub fn is_status(&self) -> bool {
        self.name.ends_with(STATUS_ENDING) && matches!(self.values, Values::Text(_))
    }
}

/// Ending of the names of columns that say why cells have no number.
pub const STATUS_ENDING: &str = "_status";

/// Values of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Values {
    /// Values of a dimension.
    Members(Vec<Member>),
    /// Texts that name no member: why a cell has no number, what has become of a row.
    Text(Vec<Option<String>>),
    /// Values of a metric.
    Numbers(Numbers),
}

/// What a row is of, along a dimension; the order is that of rows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Member {
    /// One value; rows share it.
    Value(Arc<str>),
    /// All values that are not among the first.
    Rest,
    /// Observations without a value.
    Unknown,
    /// All values.
    Total,
}

/// What a value has before it that would read as a row over several, or as another value so marked.
pub const MARK: char = '\'';

impl Member {
    /// As it stands in every format: a value that reads `total` or `rest` itself is marked, so that
    /// no two members have one text.
    pub fn text(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Value(value) if must_be_marked(value) => Some(format!("{MARK}{value}").into()),
            Self::Value(value) => Some(Cow::Borrowed(value)),
            Self::Rest => Some(REST.into()),
            Self::Unknown => None,
            Self::Total => Some(TOTAL.into()),
        }
    }
}

/// Whether a value would read as a row over several, or as another value so marked.
fn must_be_marked(value: &str) -> bool {
    [TOTAL, REST].iter().any(|it| {
        value.strip_suffix(it).is_some_and(|marks| marks.chars().all(|mark| mark == MARK))
    })
}

/// Exact numbers of one unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Numbers {
    /// What they count.
    pub unit: Unit,
    /// Digits after the decimal mark: 123 with 2 decimals is 1.23.
    pub decimals: u8,
    /// A cell per row.
    pub cells: Vec<Cell>,
}

/// What numbers count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Persons, observations, days, months.
    Count,
    /// Euros.
    Euros,
    /// Hundredths of a whole.
    Percent,
    /// Nothing: years, lines and pseudonyms only name something.
    Label,
}

/// A number, or why there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cell {
    /// The number, without its decimal mark.
    Value(i128),
    /// A number over some of the quarters that it should be over: others were not delivered.
    Partial(i128),
    /// Nothing to divide by, or nothing to compare with.
    Undefined,
    /// The variable did not exist then, or this regime does not fill it in.
    NotApplicable,
    /// The quarter has not been delivered.
    NotDelivered,
    /// A number over some of the quarters that it should be over, which nobody wants.
    LeftOut,
}

impl Cell {
    /// The number, if there is one.
    pub fn value(self) -> Option<i128> {
        match self {
            Self::Value(value) | Self::Partial(value) => Some(value),
            Self::Undefined | Self::NotApplicable | Self::NotDelivered | Self::LeftOut => None,
        }
    }

    /// The same, of some of its quarters only.
    pub(crate) fn partial(self) -> Self {
        self.value().map_or(self, Self::Partial)
    }
}

/// Text of a dimension in a row over all its values.
pub const TOTAL: &str = "total";

/// Text of a dimension in a row over all values that are not among the first.
pub const REST: &str = "rest";
