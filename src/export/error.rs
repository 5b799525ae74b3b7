//! Why a table was not exported.

use super::picture::NotDrawable;

/// An export that failed.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The bytes could not be written.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// The JSON could not be made.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// The columns could not be made.
    #[error(transparent)]
    Arrow(#[from] ::arrow::error::ArrowError),
    /// The Parquet file could not be made.
    #[error(transparent)]
    Parquet(#[from] ::parquet::errors::ParquetError),
    /// The table cannot be laid out.
    #[error("{0}")]
    Layout(String),
    /// The table cannot be drawn.
    #[error(transparent)]
    Picture(#[from] NotDrawable),
    /// The picture's faces have no such letter.
    #[error("the faces of a picture have no letter `{}`", .0.escape_debug())]
    Letter(char),
    /// The picture could not be made of pixels.
    #[error("making pixels: {0}")]
    Pixels(String),
    /// More cells than a file of a cube may have.
    #[error(
        "expected at most {most} combinations of values, which all are cells of a cube, found more"
    )]
    CubeTooLarge {
        /// Most cells.
        most: usize,
    },
    /// The workbook could not be made.
    #[error(transparent)]
    Xlsx(#[from] rust_xlsxwriter::XlsxError),
}
