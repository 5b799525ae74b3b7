//! Released tables as bytes, one file per format.
//!
//! In: a [`ReleasedTable`]. Out: bytes that depend on nothing but it. Never: a value that was not
//! released, or a truncated table.

mod csv;
mod json;
mod parquet;
mod table;

use std::io::Write;

use crate::disclosure::ReleasedTable;
use crate::render::Look;

/// Format of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// A table for reading in a terminal.
    Table,
    /// Comma-separated, amounts like `1234.50`.
    Csv,
    /// One object with provenance, columns and rows; amounts as text, to stay exact.
    Json,
    /// Parquet with decimals.
    Parquet,
}

impl Format {
    /// Whether the bytes are no text.
    pub fn is_binary(self) -> bool {
        self == Self::Parquet
    }

    /// The format that a file's ending says.
    pub fn of_ending(ending: &str) -> Option<Self> {
        match ending {
            "csv" => Some(Self::Csv),
            "json" => Some(Self::Json),
            "parquet" => Some(Self::Parquet),
            "txt" => Some(Self::Table),
            _ => None,
        }
    }
}

/// What an export says of where its figures come from.
#[derive(Debug, Clone, Default)]
pub struct Provenance {
    /// Version of the table.
    pub version: u64,
    /// The deliveries of that version, as `id@revision`.
    pub deliveries: Vec<String>,
    /// The quarters that it has data of.
    pub quarters: Vec<String>,
}

/// An export that failed.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The bytes could not be written.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// The JSON could not be made.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// The Parquet file could not be made.
    #[error(transparent)]
    Parquet(#[from] ::parquet::errors::ParquetError),
}

/// Writes a table in a format.
pub fn export(
    table: &ReleasedTable,
    format: Format,
    provenance: &Provenance,
    look: Look<'_>,
    out: &mut dyn Write,
) -> Result<(), ExportError> {
    match format {
        Format::Table => table::write(table, provenance, look, out)?,
        Format::Csv => csv::write(table, out)?,
        Format::Json => json::write(table, provenance, out)?,
        Format::Parquet => parquet::write(table, provenance, out)?,
    }
    out.flush()?;
    Ok(())
}
