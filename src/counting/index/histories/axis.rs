//! The columns that histories tell apart: the quarter, and all that is stored of an observation but whose it is and
//! where it stood in its delivery.
//!
//! In: the columns of stored observations. Out: [`Axis`], a number for each; [`Value`], what one can hold. Never: a
//! stored code or day that histories leave out.

use std::sync::{Arc, LazyLock};

use arrow::datatypes::DataType;

use crate::attribution::observation_schema;
use crate::exact::{fitting, known};
use crate::quarter::Quarter;

/// A column that histories tell apart, by its place among them; rows of a person are sorted in that order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Axis(u8);

/// What the values of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Texts.
    Text,
    /// Numbers: years, counts of days.
    Number,
    /// Days since 1970-01-01.
    Day,
    /// Euro cents.
    Cents,
}

/// A value of a column; an absent one is none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// A number, a day, or cents.
    Number(i64),
    /// A text.
    Text(Arc<str>),
}

/// Columns of observations that are of a person or of the place in a delivery.
const LEFT_OUT: [&str; 4] = ["delivery", "person", "partner", "line"];

struct Known {
    name: &'static str,
    kind: Kind,
    is_of_rows: bool,
}

static AXES: LazyLock<Vec<Known>> = LazyLock::new(|| {
    let quarter = Known { name: "quarter", kind: Kind::Text, is_of_rows: false };
    let schema = observation_schema();
    let fields = schema.fields().iter().filter(|it| !LEFT_OUT.contains(&it.name().as_str()));
    let stored = fields.map(|field| {
        let name: &'static str = Box::leak(field.name().clone().into_boxed_str());
        let kind = match field.data_type() {
            DataType::Utf8 => Kind::Text,
            DataType::Date32 => Kind::Day,
            DataType::Decimal128(..) => Kind::Cents,
            _ => Kind::Number,
        };
        let is_of_rows = matches!(kind, Kind::Day | Kind::Cents) || name == "days";
        Known { name, kind, is_of_rows }
    });
    let (of_rows, others): (Vec<Known>, Vec<Known>) = stored.partition(|it| it.is_of_rows);
    std::iter::once(quarter).chain(others).chain(of_rows).collect()
});

impl Axis {
    /// The quarter: of all rows of a file the same.
    pub const QUARTER: Self = Self(0);

    /// All but the quarter.
    pub fn stored() -> impl Iterator<Item = Self> {
        (1..AXES.len()).map(|at| Self(fitting(at)))
    }

    /// The axis of a column, if it is one.
    pub fn named(column: &str) -> Option<Self> {
        AXES.iter().position(|it| it.name == column).map(|at| Self(fitting(at)))
    }

    /// The same of a column that is known to be one.
    pub fn of(column: &str) -> Self {
        known(Self::named(column))
    }

    /// The column.
    pub fn column(self) -> &'static str {
        AXES[usize::from(self.0)].name
    }

    /// What its values are.
    pub fn kind(self) -> Kind {
        AXES[usize::from(self.0)].kind
    }

    /// Whether observations that are alike in everything else may differ in it: days and amounts.
    pub fn is_of_rows(self) -> bool {
        AXES[usize::from(self.0)].is_of_rows
    }
}

impl Value {
    /// Of a text.
    pub fn text(text: &str) -> Self {
        Self::Text(text.into())
    }

    /// The quarter that it names.
    pub fn quarter(&self) -> Quarter {
        known(self.as_text().and_then(|text| text.parse().ok()))
    }

    /// Its text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Number(_) => None,
        }
    }

    /// Its number, if it is one.
    pub fn as_number(&self) -> Option<i64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Text(_) => None,
        }
    }
}
