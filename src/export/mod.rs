//! Released tables as bytes, one file per format.
//!
//! In: a [`ReleasedTable`], and where its figures come from. Out: bytes that depend on nothing but
//! these. Never: a value that was not released, a truncated table, or the time of writing.

mod across;
mod arrow;
mod batch;
mod cube;
mod data_package;
mod delimited;
mod format;
mod grid;
mod html;
mod ipynb;
mod json;
mod markdown;
mod metadata;
mod named;
mod ndjson;
mod parquet;
mod picture;
mod provenance;
mod px;
mod records;
mod revised;
mod sdmx_csv;
mod structure;
mod svg;
mod table;
mod vega;
mod words;
mod workbook;
mod xlsx;

use std::io::Write;

use crate::disclosure::ReleasedTable;
use crate::render::Look;

pub use crate::words::Locale;
pub use arrow::record_batch;
pub use data_package::{Package, Packaged, data_package};
pub use format::Format;
pub use grid::{Grid, GridCell, GridRow, Head};
pub(crate) use grid::{Shape, grid};
pub(crate) use html::{STYLE, html_table};
pub(crate) use metadata::metadata;
pub(crate) use named::column_label;
pub use picture::{Drawing, NotDrawable, Plot};
pub(crate) use picture::{behind, chart, plot};
pub use provenance::Provenance;
pub(crate) use provenance::{pairs, tool};
pub(crate) use records::records;
pub(crate) use revised::{RevisedFigure, revised};
pub(crate) use structure::structure;
pub(crate) use vega::vega;
pub(crate) use words::{dimensions, notes};
pub(crate) use workbook::{Book, Sheet, workbook};

/// How a table is written.
#[derive(Debug, Clone, Copy)]
pub struct Options<'a> {
    /// The format.
    pub format: Format,
    /// Delimiter and decimal mark of delimited text.
    pub locale: Locale,
    /// Language and names, where people read.
    pub look: Look<'a>,
    /// The dimension whose values stand beside each other, where people read.
    pub wide: Option<&'a str>,
    /// What is asked of a picture.
    pub drawing: &'a Drawing,
    /// Whether the reader cannot go back in what is written, as on stdout.
    pub stream: bool,
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

/// An answer among several.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Answer<'a> {
    /// The table.
    pub table: &'a ReleasedTable,
    /// Where its figures come from.
    pub provenance: &'a Provenance,
    /// The dimension whose values stand beside each other.
    pub wide: Option<&'a str>,
    /// What is asked of its picture.
    pub drawing: &'a Drawing,
}

/// Writes answers into one workbook.
pub(crate) fn export_all(
    answers: &[Answer<'_>],
    look: Look<'_>,
    out: &mut dyn Write,
) -> Result<(), ExportError> {
    xlsx::write(answers, look, out)?;
    out.flush()?;
    Ok(())
}

/// Writes a table in a format.
pub fn export(
    table: &ReleasedTable,
    provenance: &Provenance,
    options: &Options<'_>,
    out: &mut dyn Write,
) -> Result<(), ExportError> {
    let look = options.look;
    // What is read beside the command line has the names that are written there.
    let as_named = matches!(options.format, Format::Table | Format::Markdown);
    let shape = Shape { wide: options.wide, metrics: &[], as_named };
    match options.format {
        Format::Table => table::write(table, provenance, shape, (look, options.stream), out)?,
        Format::Csv => delimited::write_csv(table, options.locale, out)?,
        Format::Tsv => delimited::write_tsv(table, options.locale, out)?,
        Format::Json => json::write(table, provenance, look.language, out)?,
        Format::Ndjson => ndjson::write(table, out)?,
        Format::Parquet => parquet::write(table, provenance, look.language, out)?,
        Format::Arrow => arrow::write(table, provenance, options, out)?,
        Format::Xlsx => {
            let (wide, drawing) = (options.wide, options.drawing);
            xlsx::write(&[Answer { table, provenance, wide, drawing }], look, out)?;
        }
        Format::Markdown => markdown::write(table, provenance, shape, look, out)?,
        Format::Html => html::write(table, provenance, shape, look, out)?,
        Format::Ipynb => ipynb::write(table, provenance, options, out)?,
        Format::SdmxCsv => sdmx_csv::write(table, provenance, out)?,
        Format::Svg => svg::write_svg(table, provenance, options, out)?,
        Format::Png => svg::write_png(table, provenance, options, out)?,
        Format::Px => px::write(table, provenance, look, out)?,
    }
    out.flush()?;
    Ok(())
}
