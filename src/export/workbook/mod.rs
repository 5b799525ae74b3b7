//! A workbook, of answers or of a report: a cover with contents, notes, and a sheet for each table and each
//! chart; behind them, for answers, what their columns are and their values as they stand in CSV.
//!
//! In: tables that were laid out. Out: the bytes of a workbook as the guidance of the United Kingdom's statistics
//! for accessible spreadsheets asks: each sheet says in its first cell what it is, has one table, from its
//! first column on, marked as one, without an empty or a merged cell, and prints a page wide with its
//! headings repeated. Never: a formula, a mark without a note or a note without a mark, a total that adds
//! up what does not, the day of writing.

mod book;
mod cell;
mod cover;
mod data;
mod notes;
mod picture;
mod setting;
mod sheet;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};

pub(crate) use book::{Book, Sheet};

use super::tool;
use crate::render::workbook as safe;
use crate::words::Words;
use notes::Notes;

/// The bytes of a workbook.
pub(crate) fn workbook(book: &Book<'_>) -> Result<Vec<u8>, XlsxError> {
    let words = Words::of(book.language);
    let mut made = Workbook::new();
    // The day of writing is not part of the figures.
    let day = ExcelDateTime::from_ymd(2000, 1, 1)?;
    let properties = DocProperties::new()
        .set_title(safe(book.title))
        .set_subject(safe(book.description))
        .set_comment(words.text("report.policy"))
        .set_author(tool())
        .set_custom_property("Language", book.language.code())
        .set_creation_datetime(&day);
    made.set_properties(&properties);
    let notes = Notes::of(&book.sheets, words);
    cover::write(made.add_worksheet(), book, &notes, words)?;
    if !notes.is_empty() {
        notes.write(made.add_worksheet(), words)?;
    }
    for (at, sheet) in book.sheets.iter().enumerate() {
        sheet::write(made.add_worksheet(), sheet, (at, &notes), words)?;
    }
    if !book.tables.is_empty() {
        data::definitions(made.add_worksheet(), book, words)?;
    }
    let mut taken = Vec::new();
    for (number, (table, look)) in (1..).zip(&book.tables) {
        data::values(made.add_worksheet(), number, table, (*look, &mut taken))?;
    }
    made.save_to_buffer()
}
