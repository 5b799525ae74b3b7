//! Why a question has no answer.
//!
//! In: errors of the stages that an answer goes through. Out: one error. Never: a value of a row.

use polars::prelude::PolarsError;

use crate::answer::TooManyRows;
use crate::counting::{CompileError, CountError, Unwritten};
use crate::scan::ScanError;
use crate::statement::StatementError;
use crate::warehouse::WarehouseError;

/// A question that could not be answered.
#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    /// The engine refuses the query.
    #[error(transparent)]
    Compile(#[from] CompileError),
    /// The histories could not be counted.
    #[error(transparent)]
    Count(#[from] CountError),
    /// A file is not as it was written.
    #[error(transparent)]
    Warehouse(Box<WarehouseError>),
    /// A complete answer would be too large.
    #[error(transparent)]
    TooManyRows(#[from] TooManyRows),
    /// A question is not written as SQL.
    #[error(transparent)]
    Unwritten(#[from] Unwritten),
    /// A statement is none, or could not be computed.
    #[error(transparent)]
    Statement(#[from] StatementError),
    /// A file could not be read the second time.
    #[error("{0}: {1}")]
    Read(String, String),
    /// The engine could not read or compute.
    #[error("computing the answer: {0}")]
    Engine(#[from] PolarsError),
}

impl From<WarehouseError> for AnswerError {
    fn from(error: WarehouseError) -> Self {
        Self::Warehouse(Box::new(error))
    }
}

impl From<ScanError> for AnswerError {
    fn from(error: ScanError) -> Self {
        match error {
            ScanError::Warehouse(error) => error.into(),
            ScanError::Engine(error) => Self::Engine(error),
        }
    }
}
