//! Why a delivery could not be taken in.

use super::replacement::ReplacementError;
use crate::delivery::{MisnamedColumns, PartError};
use crate::warehouse::WarehouseError;

/// An ingestion that could not be done. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// The warehouse.
    #[error(transparent)]
    Warehouse(#[from] WarehouseError),
    /// A file of the delivery.
    #[error(transparent)]
    Part(#[from] PartError),
    /// Columns that may be variables under another name.
    #[error(transparent)]
    Columns(#[from] MisnamedColumns),
    /// The rows of a large delivery are compared through temporary files.
    #[error("writing or reading a temporary file (TMPDIR says where): {0}")]
    Temporary(std::io::Error),
    /// A replay has taken corrected rows into the delivery, which these files do not have.
    #[error(
        "rows of delivery {delivery} that were corrected and taken back by `sppis replay`: {rows}; a \
         whole new delivery replaces them too"
    )]
    Corrected {
        /// The delivery.
        delivery: String,
        /// Corrected rows.
        rows: u64,
    },
    /// What is current would go, and may not.
    #[error(transparent)]
    Replacement(#[from] Box<ReplacementError>),
    /// There is nothing under the header.
    #[error(
        "the delivery holds no row; an empty one is not taken in, since it would replace others"
    )]
    NoRows,
    /// Fields that hold something are neither values nor found.
    #[error(
        "of {held} fields of {column} that hold something, {values} were read as values, {words} as words for \
         no value, and {findings} have a finding: some are lost"
    )]
    LostCells {
        /// The column.
        column: &'static str,
        /// Fields that are not blank.
        held: u64,
        /// Values.
        values: u64,
        /// Words for no value.
        words: u64,
        /// Findings.
        findings: u64,
    },
    /// A header stands among the rows.
    #[error("{file}: line {line} is a header again; cut the file there, or remove the line")]
    SecondHeader {
        /// The file.
        file: String,
        /// Where.
        line: u64,
    },
}
