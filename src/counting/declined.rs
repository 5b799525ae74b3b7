//! Why a counter leaves a question to another.
//!
//! In: nothing. Out: the reason, as a value that is decided once and that `explain` prints. Never: a figure that
//! depends on it.

/// Why a question is not counted over person histories, but from the observations.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Declined {
    /// The caller wants it counted from the observations.
    #[error("person histories are not to be used")]
    NotAsked,
    /// The program is built without them.
    #[error("this program is built without person histories")]
    WithoutIndex,
    /// They cannot be read.
    #[error("the person histories cannot be used")]
    Unusable,
    /// The question reads a column that they do not hold.
    #[error("person histories have no column `{0}`")]
    Column(String),
    /// A metric counts what they do not tell apart.
    #[error("person histories do not tell apart what `{0}` counts")]
    Metric(&'static str),
    /// Columns that are read together have more combinations of values than are worked out.
    #[error("too many combinations of values of {0}, which are read together")]
    Combinations(String),
    /// More measures than are told apart where a course is asked for.
    #[error("the table has {0} measures, more than a course can name")]
    Measures(usize),
    /// More cells than can be numbered.
    #[error("the question has too many cells to number")]
    Cells,
}
