//! The quarters that a row counts in.
//!
//! In: a quarter. Out: the quarters that it counts in, and those that count in it. Never: whether they were
//! delivered.

use crate::quarter::Quarter;

/// The quarters that a row counts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Span {
    /// Its own.
    Own,
    /// Its own and those after it in the year.
    YearToDate,
    /// Its own and those after it, so many in all.
    Moving(i32),
}

impl Span {
    /// The quarters in which a row of `quarter` counts.
    pub(crate) fn targets(self, quarter: Quarter) -> Vec<Quarter> {
        let count = match self {
            Self::Own => 1,
            Self::YearToDate => 5 - quarter.number(),
            Self::Moving(quarters) => quarters,
        };
        (0..count).map(|later| quarter.plus(later)).collect()
    }

    /// The quarters that count in `quarter`.
    pub(crate) fn sources(self, quarter: Quarter) -> Vec<Quarter> {
        let count = match self {
            Self::Own => 1,
            Self::YearToDate => quarter.number(),
            Self::Moving(quarters) => quarters,
        };
        (0..count).map(|earlier| quarter.plus(-earlier)).collect()
    }
}
