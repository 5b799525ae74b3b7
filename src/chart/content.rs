//! What a chart shows: series of points over positions, and all its words.

use crate::disclosure::Kind;
use crate::render::Figures;

/// What is drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chart {
    /// How.
    pub kind: Kind,
    /// Tells it from the others on a page: letters, digits, dashes.
    pub id: String,
    /// Whether it is for a phone.
    pub is_narrow: bool,
    /// The language of its words, as BCP 47 has it.
    pub language: &'static str,
    /// What is to be seen.
    pub title: String,
    /// Whether a caption beside the picture shows the title.
    pub is_captioned: bool,
    /// What is counted, in which unit, of what.
    pub unit: String,
    /// The same for those who cannot see it.
    pub description: String,
    /// What a reader must know, and where the figures come from.
    pub notes: Vec<String>,
    /// What stands where nothing was delivered.
    pub not_delivered: String,
    /// What stands where there is no figure for another reason.
    pub none: String,
    /// What points lie over, in order.
    pub positions: Vec<Position>,
    /// Their points; each series has one for each position.
    pub series: Vec<Series>,
    /// Where positions cannot be compared with those before.
    pub breaks: Vec<Break>,
    /// Numbers as people read them.
    pub figures: Figures,
}

/// A place on the axis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// Its own name: a quarter within its year, a year, a place.
    pub label: String,
    /// What it is part of: the year of a quarter. Empty where there is nothing of the kind.
    pub group: String,
}

/// Points that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// Its name.
    pub name: String,
    /// One for each position.
    pub points: Vec<Point>,
}

/// A figure, or why there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Point {
    /// A number.
    Value(i128),
    /// A number over some of the quarters that it should be over.
    Partial(i128),
    /// No number, for a reason of its own.
    Missing,
    /// Not delivered.
    NotDelivered,
}

impl Point {
    /// Whether it is over part of its quarters.
    pub(super) fn is_partial(self) -> bool {
        matches!(self, Self::Partial(_))
    }

    /// The number, if there is one.
    pub fn value(self) -> Option<i128> {
        match self {
            Self::Value(value) | Self::Partial(value) => Some(value),
            Self::Missing | Self::NotDelivered => None,
        }
    }
}

/// Where a series breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Break {
    /// The first position of what is new.
    pub position: usize,
    /// What has changed.
    pub text: String,
}
