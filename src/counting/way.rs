//! How a question is counted over person histories.
//!
//! In: what was decided, once. Out: a value that `explain` prints. Never: a way that is not gone.

/// How a question is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// Columns that are told apart.
    pub columns: Vec<&'static str>,
    /// Runs that are passed: one for each file of observations.
    pub runs: u64,
    /// How many of them were made of the observations, as they are not stored.
    pub made: u64,
    /// Their entries.
    pub entries: u64,
    /// Whether these are of groups of persons who are alike in a quarter.
    pub in_groups: bool,
    /// Whether each person is followed from quarter to quarter.
    pub by_person: bool,
}
