//! A report as a workbook: a sheet for each figure of its text.
//!
//! In: a [`Page`]. Out: a [`Book`]'s bytes.

use rust_xlsxwriter::XlsxError;

use super::page::{Page, PageBlock, PageFigure};
use crate::export::{self, Book, Sheet};
use crate::words::Words;

/// The workbook.
pub(super) fn workbook(page: &Page) -> Result<Vec<u8>, XlsxError> {
    let words = Words::of(page.language);
    let mut figures = Vec::new();
    figures_of(&page.blocks, &mut figures);
    let about = [("report.period", &page.period), ("report.edition", &page.edition)];
    export::workbook(&Book {
        language: page.language,
        title: &page.title,
        description: &page.description,
        about: about.map(|(key, text)| (words.text(key), text.as_str())).to_vec(),
        sheets: figures.into_iter().map(sheet).collect(),
        tables: Vec::new(),
        sources: page.sources.clone(),
    })
}

fn sheet(figure: &PageFigure) -> Sheet<'_> {
    let plot = figure.picture.as_ref().map(|it| &it.plot);
    Sheet {
        name: &figure.number,
        title: &figure.title,
        remark: figure.note.as_deref(),
        grid: plot.map_or(&figure.grid, |it| &it.grid),
        chart: plot.map(|it| &it.chart),
    }
}

/// The figures in the order of the text, also within lists and quotations.
fn figures_of<'p>(blocks: &'p [PageBlock], found: &mut Vec<&'p PageFigure>) {
    for block in blocks {
        match block {
            PageBlock::Figure(figure) => found.push(figure),
            PageBlock::Quote(inner) => figures_of(inner, found),
            PageBlock::List(_, items) => items.iter().for_each(|it| figures_of(it, found)),
            PageBlock::Notes(notes) => notes.iter().for_each(|(_, it)| figures_of(it, found)),
            _ => {}
        }
    }
}
