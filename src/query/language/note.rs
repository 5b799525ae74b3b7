//! What a reader must know to take the figures of an answer for what they are. In: figures. Out:
//! notes; their words in four languages are those of the exports.

use crate::quarter::Day;

/// A note on a column of an answer, or on its places.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Note {
    /// Shares in the column are of a whole below 0.
    ShareOfLess(String),
    /// Rates in the column are of changes from a figure below 0.
    RateOnLess(String),
    /// Codes of municipalities ended within the quarters that the answer is made of.
    CodesEnded {
        /// The first day of the codes that took over.
        on: Day,
        /// Each code that ended, and the one that took over from it.
        codes: Vec<(String, String)>,
    },
    /// Rows over no time are over these quarters, which are those delivered.
    Over(Vec<String>),
    /// The figures that rows over no time had before are over these.
    OverBefore(Vec<String>),
    /// These quarters were asked for, and not delivered.
    NotDelivered(Vec<String>),
    /// Partial figures lack these quarters, which were delivered and not asked for.
    NotAsked(Vec<String>),
    /// Figures over some of their quarters only are left out, as asked.
    LeftOut {
        /// How many there are.
        count: usize,
        /// The quarters that they are without.
        without: Vec<String>,
    },
}
