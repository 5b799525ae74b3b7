//! Why a query or a report could not be had, as the program says it.
//!
//! In: errors of the files of queries and reports, of tables and editions. Out: all mistakes of all files, or one sentence
//! with a hint. Never: a mistake that loses its place on the way.

use super::error::CliError;
use crate::pipeline::edition::{AgainError, BuildError};
use crate::pipeline::report::TablesError;
use crate::query::CatalogError;
use crate::report::{
    EditionError, FolderError, MadeError, PdfError, ReportCatalogError, ReportError,
};
use crate::schedule::{RunError, SettingsError};

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
            EditionError::Before(error) => Self::of(&error)
                .hint("name another with `--compare-with`, or `--compare-with none`"),
            EditionError::Pdf(PdfError::NotBuilt) => Self::of(&error).hint(
                "take `pdf` out of the report's `outputs`, or build the program with its feature `pdf`",
            ),
            EditionError::Pdf(_) | EditionError::Manifest(_) => Self::of(&error),
        }
    }
}

impl From<BuildError> for CliError {
    fn from(error: BuildError) -> Self {
        match error {
            BuildError::Tables(error) => error.into(),
            BuildError::Edition(error) => error.into(),
        }
    }
}

impl From<AgainError> for CliError {
    fn from(error: AgainError) -> Self {
        match error {
            AgainError::Made(error) => Self::of(&error),
            AgainError::Report(error) => error.into(),
            AgainError::Warehouse(error) => (*error).into(),
            AgainError::Build(error) => match *error {
                // There is no choice of another one.
                BuildError::Edition(EditionError::Before(error)) => Self::of(&error),
                error => error.into(),
            },
            AgainError::OtherTable { .. } => {
                Self::of(&error).hint("name the warehouse that it was made of with `--warehouse`")
            }
            AgainError::NoBefore(_) => {
                Self::of(&error).hint("put the folder of that edition beside it")
            }
            AgainError::NoSources(_) => Self::of(&error),
        }
    }
}

impl From<FolderError> for CliError {
    fn from(error: FolderError) -> Self {
        Self::of(&error)
    }
}

impl From<SettingsError> for CliError {
    fn from(error: SettingsError) -> Self {
        match error {
            SettingsError::Document(error) => error.into(),
            SettingsError::Reports(error) => error.into(),
            SettingsError::Read { .. } => Self::of(&error),
        }
    }
}

impl From<RunError> for CliError {
    fn from(error: RunError) -> Self {
        match error {
            RunError::Settings(error) => error.into(),
            RunError::Warehouse(error) => (*error).into(),
            RunError::Reports(error) => error.into(),
            RunError::Kept { .. } => Self::of(&error),
            RunError::OtherWarehouse(_) => Self::of(&error).hint(
                "name another folder with `editions` in schedule.toml; `.schedule/table` in this one says whose it is",
            ),
        }
    }
}

impl From<MadeError> for CliError {
    fn from(error: MadeError) -> Self {
        Self::of(&error)
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
