//! The quarters of histories as a person's course needs them: what stands beside each, by number.

use crate::counting::index::histories::{Axis, Opened, Value};
use crate::exact::fitting;
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
    Quarter(u32),
}

impl Place {
    /// Of each quarter, by its number.
    pub(super) fn all(opened: &Opened, delivered: &Delivered) -> Vec<Self> {
        let quarters = opened.values(Axis::QUARTER).iter().flatten();
        let quarters: Vec<Quarter> = quarters.map(Value::quarter).collect();
        let beside = |quarter: Quarter| {
            let number = quarters.iter().position(|it| *it == quarter);
            match number.map(fitting) {
                _ if !delivered.tells(quarter) => Beside::Unknown,
                Some(number) => Beside::Quarter(number),
                None => Beside::Empty,
            }
        };
        let of_quarter = |quarter: &Quarter| Self {
            before: beside(quarter.plus(-1)),
            after: beside(quarter.plus(1)),
            follows_gap: delivered.follows_gap(*quarter),
        };
        quarters.iter().map(of_quarter).collect()
    }
}
