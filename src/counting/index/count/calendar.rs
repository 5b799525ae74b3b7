//! The quarters of histories as a person's course needs them: what stands beside each, by number.

use crate::counting::index::histories::{Axis, Vocabulary};
use crate::exact::{fitting, known};
use crate::quarter::Quarter;
use crate::query::Delivered;

/// A quarter among others.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// The quarter before.
    pub(super) before: Beside,
    /// The quarter after.
    pub(super) after: Beside,
    /// Whether the one before was not delivered, though an earlier one was.
    pub(super) follows_gap: bool,
}

/// The quarter beside another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Beside {
    /// Nothing is known of it.
    Unknown,
    /// It was delivered, and nobody was there.
    Empty,
    /// Its number.
    Quarter(u8),
}

impl Place {
    /// Of each quarter, by its number.
    pub(super) fn all(vocabulary: &Vocabulary, delivered: &Delivered) -> Vec<Self> {
        let texts = vocabulary.values(Axis::Quarter);
        let quarters: Vec<Option<Quarter>> =
            texts.iter().map(|text| Some(known(text.as_ref()?.parse().ok()))).collect();
        let beside = |quarter: Quarter| {
            let number = quarters.iter().position(|it| *it == Some(quarter));
            match number.map(fitting) {
                _ if !delivered.tells(quarter) => Beside::Unknown,
                Some(number) => Beside::Quarter(number),
                None => Beside::Empty,
            }
        };
        let of_quarter = |quarter: &Option<Quarter>| match *quarter {
            Some(quarter) => Self {
                before: beside(quarter.plus(-1)),
                after: beside(quarter.plus(1)),
                follows_gap: delivered.follows_gap(quarter),
            },
            None => Self { before: Beside::Unknown, after: Beside::Unknown, follows_gap: false },
        };
        quarters.iter().map(of_quarter).collect()
    }
}
