//! Why a question could not be answered, as the program says it.
//!
//! In: errors of questions, figures and exports. Out: one sentence with a hint. Never: a cause that is lost on the way.

use std::io;

use super::error::{CliError, REBUILD};
use crate::counting::HistoriesError;
use crate::export::{ExportError, NotDrawable};
use crate::pipeline::answer::AnswerError;
use crate::pipeline::difference::DifferenceError;
use crate::query::ResolveError;
use crate::statement::StatementError;

impl From<DifferenceError> for CliError {
    fn from(error: DifferenceError) -> Self {
        match error {
            DifferenceError::Warehouse(error) => error.into(),
            DifferenceError::Catalog(error) => error.into(),
            DifferenceError::Resolve(error) => error.into(),
            DifferenceError::Answer(error) => error.into(),
            error @ DifferenceError::Window(_) => Self::new(error.to_string()),
            error @ DifferenceError::Unmatched(..) => Self::new(error.to_string()).hint(
                "`sppis run by-regime-and-measure --from … --to …` shows the quarters of each",
            ),
        }
    }
}

impl From<ResolveError> for CliError {
    fn from(error: ResolveError) -> Self {
        Self::new(error.to_string()).hint("`sppis queries NAME` describes a query")
    }
}

impl From<StatementError> for CliError {
    fn from(error: StatementError) -> Self {
        let hint = match &error {
            StatementError::Refused(refused) if refused.of_persons => {
                "`--rows` lets single observations through"
            }
            StatementError::Engine(_) => "whole numbers have 64 bits, decimals 38 digits",
            StatementError::Refused(_) => {
                "`sppis dictionary` lists the columns; tables other than `observations` are none"
            }
        };
        Self::new(error.to_string()).hint(hint)
    }
}

impl From<AnswerError> for CliError {
    fn from(error: AnswerError) -> Self {
        match error {
            AnswerError::Warehouse(error) => (*error).into(),
            AnswerError::Statement(error) => error.into(),
            error => Self::of(&error),
        }
    }
}

impl From<HistoriesError> for CliError {
    fn from(error: HistoriesError) -> Self {
        let failed = Self::of(&error);
        match error {
            HistoriesError::Damaged { .. } => failed.hint(REBUILD),
            HistoriesError::Warehouse(error) => (*error).into(),
            HistoriesError::Io { .. } => failed,
        }
    }
}

impl From<ExportError> for CliError {
    fn from(error: ExportError) -> Self {
        match error {
            ExportError::Io(error) => error.into(),
            ExportError::Json(error)
                if error.io_error_kind() == Some(io::ErrorKind::BrokenPipe) =>
            {
                Self::ClosedPipe
            }
            ExportError::Picture(NotDrawable { text, hint }) => Self::new(text).hint(hint),
            ExportError::Letter(_) => Self::of(&error)
                .hint("write `--format svg`, which is set in the faces of who reads it"),
            error => Self::of(&error),
        }
    }
}
