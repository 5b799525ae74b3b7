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
}
