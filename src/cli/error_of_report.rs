//! Why a query or a report could not be had, as the program says it.
//!
//! In: errors of the files of queries and reports, of tables and editions. Out: all mistakes of all files, or one sentence
//! with a hint. Never: a mistake that loses its place on the way.

use super::error::CliError;
use crate::pipeline::report::TablesError;
use crate::query::CatalogError;
use crate::report::{EditionError, MadeError, PdfError, ReportCatalogError, ReportError};

impl From<ReportError> for CliError {
    fn from(error: ReportError) -> Self {
        Self::Documents(error.0)
    }
}

impl From<ReportCatalogError> for CliError {
    fn from(error: ReportCatalogError) -> Self {
        match error {
            ReportCatalogError::Report(error) => error.into(),
            ReportCatalogError::Unknown { .. } | ReportCatalogError::Read { .. } => {
                Self::of(&error)
            }
        }
    }
}

impl From<TablesError> for CliError {
    fn from(error: TablesError) -> Self {
        match error {
            TablesError::Report(error) => error.into(),
            TablesError::Answer(error) => error.into(),
            TablesError::List(error) => error.into(),
        }
    }
}

impl From<EditionError> for CliError {
    fn from(error: EditionError) -> Self {
        match error {
            EditionError::Report(error) => error.into(),
            EditionError::Export(error) => error.into(),
            EditionError::Before(error) => error.into(),
            EditionError::Pdf(PdfError::NotBuilt) => Self::of(&error).hint(
                "take `pdf` out of the report's `outputs`, or build the program with its feature `pdf`",
            ),
            EditionError::Pdf(_) | EditionError::Manifest(_) => Self::of(&error),
        }
    }
}

impl From<MadeError> for CliError {
    fn from(error: MadeError) -> Self {
        Self::of(&error).hint("name another with `--compare-with`, or `--compare-with none`")
    }
}

impl From<CatalogError> for CliError {
    fn from(error: CatalogError) -> Self {
        match error {
            CatalogError::Document(error) => error.into(),
            CatalogError::Unknown { .. } => Self::of(&error).hint("`sppis queries` lists them"),
            CatalogError::Read { .. } => Self::of(&error),
        }
    }
}
