//! Released tables as bytes, one file per format.
//!
//! In: a [`ReleasedTable`], and where its figures come from. Out: bytes that depend on nothing but
//! these. Never: a value that was not released, a truncated table, or the time of writing.

mod across;
mod arrow;
mod batch;
mod cells;
mod cube;
mod data_package;
mod delimited;
mod error;
mod format;
mod grid;
mod html;
mod ipynb;
mod json;
mod layout;
mod markdown;
mod metadata;
mod named;
mod ndjson;
mod options;
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
pub use cells::{Grid, GridCell, GridRow, Head};
pub use data_package::{Package, Packaged, data_package};
pub use error::ExportError;
pub use format::Format;
pub(crate) use grid::{Shape, grid};
pub(crate) use html::{STYLE, html_table};
pub(crate) use metadata::metadata;
pub(crate) use named::column_label;
pub use options::{Answer, Options};
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
