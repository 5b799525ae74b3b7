//! What a reader must know to take the figures of an answer for what they are. In: figures. Out:
//! notes, each on a column; their words in four languages are those of the exports.

/// A note on a column of an answer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Note {
    /// Shares in the column are of a whole below 0.
    ShareOfLess(String),
    /// Rates in the column are of changes from a figure below 0.
    RateOnLess(String),
}
