//! Why a question could not be counted over histories.

use polars::prelude::PolarsError;

use crate::counting::declined::Declined;
use crate::counting::histories_error::HistoriesError;

/// Why a question could not be counted.
#[derive(Debug, thiserror::Error)]
pub enum CountError {
    /// It is not counted over histories.
    #[error("not counted over person histories: {0}")]
    Declined(#[from] Declined),
    /// The histories could not be read.
    #[error(transparent)]
    Histories(#[from] HistoriesError),
    /// The engine refuses the query.
    #[error("working out the cells of query `{0}`: {1}")]
    Engine(String, PolarsError),
}
