//! An Excel workbook: a cover with provenance, notes on columns and symbols, and a sheet with the
//! table, whose numbers are numbers and whose texts are never formulas.
//!
//! The table has the names and values of the CSV, so that it joins with other data; a dimension
//! with names in the language has them in a column of its own, `NAME_label`, to its right.

use std::io::Write;

use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, Table, TableColumn, Workbook, Worksheet, XlsxError,
};

use super::provenance::{said, tool};
use super::words::{Words, is_number, notes as notes_of};
use super::{ExportError, Provenance};
use crate::disclosure::{Numbers, ReleasedTable, ResultColumn, Values};
use crate::render::{Language, Look, heading, label, people, plain, with_name, workbook};

/// Digits that a cell holds exactly; a longer number stands as text.
const EXACT_DIGITS: usize = 15;
const WIDTH_MIN: u16 = 8;
const WIDTH_MAX: u16 = 60;
const WIDTH_OF_NAMES: u16 = 28;
const WIDTH_OF_TEXTS: u16 = 90;

pub(super) fn write(
    table: &ReleasedTable,
    provenance: &Provenance,
    look: Look<'_>,
    out: &mut dyn Write,
) -> Result<(), ExportError> {
    let mut book = Workbook::new();
    // The day of writing is not part of the figures.
    let day = ExcelDateTime::from_ymd(2000, 1, 1)?;
    let properties = DocProperties::new()
        .set_title(workbook(label(table.title(), look.language)))
        .set_author(tool())
        .set_creation_datetime(&day);
    book.set_properties(&properties);
    cover(book.add_worksheet(), table, provenance, look)?;
    notes(book.add_worksheet(), table, look)?;
    figures(book.add_worksheet(), table, look)?;
    out.write_all(&book.save_to_buffer()?)?;
    Ok(())
}

fn cover(
    sheet: &mut Worksheet,
    table: &ReleasedTable,
    provenance: &Provenance,
    look: Look<'_>,
) -> Result<(), XlsxError> {
    let words = Words::of(look.language);
    let bold = Format::new().set_bold();
    let wrapped = Format::new().set_text_wrap();
    sheet.set_name(words.cover)?;
    sheet.set_column_width(0, WIDTH_OF_NAMES)?.set_column_width(1, WIDTH_OF_TEXTS)?;
    let title = workbook(label(table.title(), look.language));
    sheet.write_string_with_format(0, 0, title, &bold)?;
    let description = workbook(label(table.description(), look.language));
    sheet.write_string_with_format(1, 1, description, &wrapped)?;
    sheet.write_string_with_format(3, 0, words.contents, &bold)?;
    for (row, name) in (3..).zip([words.notes, words.table]) {
        sheet.write_string(row, 1, name)?;
    }
    sheet.write_string_with_format(6, 0, words.provenance, &bold)?;
    for (row, (key, value)) in (7..).zip(said(table, provenance)) {
        sheet.write_string(row, 0, key)?;
        sheet.write_string_with_format(row, 1, workbook(&value), &wrapped)?;
    }
    Ok(())
}

fn notes(sheet: &mut Worksheet, table: &ReleasedTable, look: Look<'_>) -> Result<(), XlsxError> {
    let words = Words::of(look.language);
    let bold = Format::new().set_bold();
    sheet.set_name(words.notes)?;
    sheet.set_column_width(0, WIDTH_OF_NAMES)?.set_column_width(1, WIDTH_OF_TEXTS)?;
    for (column, title) in (0..).zip([words.column, words.meaning, words.unit]) {
        sheet.write_string_with_format(0, column, title, &bold)?;
    }
    let mut row = 1;
    for column in table.columns() {
        sheet.write_string(row, 0, workbook(&column.name))?;
        sheet.write_string(row, 1, workbook(&meaning(table, column, look.language)))?;
        sheet.write_string(row, 2, words.unit_of(column))?;
        row += 1;
    }
    row += 1;
    sheet.write_string_with_format(row, 0, words.symbol, &bold)?;
    for (symbol, meaning) in words.symbols(table) {
        row += 1;
        sheet.write_string(row, 0, symbol)?;
        sheet.write_string(row, 1, meaning)?;
    }
    let not_additive = table.not_additive();
    if !not_additive.is_empty() {
        row += 2;
        sheet.write_string_with_format(row, 0, words.not_additive, &bold)?;
        sheet.write_string(row, 1, workbook(&not_additive.join(", ")))?;
    }
    row += 1;
    for note in notes_of(table, look.language) {
        row += 1;
        sheet.write_string(row, 0, workbook(&note))?;
    }
    Ok(())
}

/// The label of a column, and what it says, which is known in English only.
fn meaning(table: &ReleasedTable, column: &ResultColumn, language: Language) -> String {
    let label = heading(&column.name, language);
    match table.meaning(column) {
        Some(meaning) if label == column.name => meaning,
        Some(meaning) => format!("{label}: {meaning}"),
        None => label,
    }
}

fn figures(sheet: &mut Worksheet, table: &ReleasedTable, look: Look<'_>) -> Result<(), XlsxError> {
    sheet.set_name(Words::of(look.language).table)?;
    let rows = table.row_count();
    let mut headers = Vec::new();
    let mut at = 0;
    for column in table.columns() {
        headers.push(workbook(&column.name).into_owned());
        put(sheet, at, column, rows, look)?;
        at += 1;
        if let Some(names) = names(column, rows, look) {
            let header = format!("{}_label", workbook(&column.name));
            set_width(sheet, at, names.iter().chain([&header]))?;
            headers.push(header);
            for (row, name) in (1..).zip(&names) {
                sheet.write_string(row, at, workbook(name))?;
            }
            at += 1;
        }
    }
    let headers: Vec<TableColumn> =
        headers.into_iter().map(|header| TableColumn::new().set_header(header)).collect();
    let last_row = u32::try_from(rows.max(1)).map_err(|_| XlsxError::RowColumnLimitError)?;
    let marked = Table::new().set_name("figures").set_columns(&headers);
    sheet.add_table(0, 0, last_row, at.saturating_sub(1), &marked)?;
    sheet.set_freeze_panes(1, 0)?;
    Ok(())
}

/// A column of values.
fn put(
    sheet: &mut Worksheet,
    at: u16,
    column: &ResultColumn,
    rows: usize,
    look: Look<'_>,
) -> Result<(), XlsxError> {
    let machine = (0..rows).map(|row| workbook(&plain(&column.values, row)).into_owned());
    let machine: Vec<String> = machine.collect();
    match &column.values {
        Values::Members(_) | Values::Text(_) => {
            set_width(sheet, at, machine.iter().chain([&column.name]))?;
            for (row, text) in (1..).zip(&machine).filter(|(_, text)| !text.is_empty()) {
                sheet.write_string(row, at, text)?;
            }
        }
        Values::Numbers(numbers) => {
            let shown = (0..rows).map(|row| people(&column.values, row, look.language));
            let shown: Vec<String> = shown.collect();
            set_width(sheet, at, shown.iter().chain([&column.name]))?;
            for (row, (number, symbol)) in (1..).zip(machine.iter().zip(&shown)) {
                put_number(sheet, (row, at), numbers, number, symbol)?;
            }
        }
    }
    Ok(())
}

/// A number with its format; a cell without one has its symbol.
fn put_number(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    numbers: &Numbers,
    number: &str,
    symbol: &str,
) -> Result<(), XlsxError> {
    let decimals = "0".repeat(usize::from(numbers.decimals));
    let mark = if decimals.is_empty() { "" } else { "." };
    let format = Format::new().set_num_format(format!("#,##0{mark}{decimals}"));
    if number.is_empty() {
        sheet.write_string(row, column, symbol)?;
    } else if number.bytes().filter(u8::is_ascii_digit).count() > EXACT_DIGITS {
        sheet.write_string(row, column, number)?;
    } else {
        // The file format has no other numbers than binary floats; up to so many digits the
        // decimal number is read back from them unchanged.
        sheet.write_number_with_format(row, column, number.parse().unwrap_or(0.0), &format)?;
    }
    Ok(())
}

/// Names of a dimension's values, where any has one that its value does not say.
fn names(column: &ResultColumn, rows: usize, look: Look<'_>) -> Option<Vec<String>> {
    if is_number(column) {
        return None;
    }
    let name = |value: &str| {
        let shown = with_name(&column.name, value, look);
        match shown.strip_prefix(value).map(str::trim) {
            Some("") => value.to_owned(),
            Some(name) => name.to_owned(),
            None => shown,
        }
    };
    let values: Vec<String> = (0..rows).map(|row| plain(&column.values, row)).collect();
    let names: Vec<String> = values.iter().map(|value| name(value)).collect();
    let says_more = values.iter().zip(&names).any(|(value, name)| value != name);
    says_more.then_some(names)
}

/// Wide enough for the longest text and the button in the header.
fn set_width<'a>(
    sheet: &mut Worksheet,
    at: u16,
    texts: impl Iterator<Item = &'a String>,
) -> Result<(), XlsxError> {
    let longest = texts.map(|text| text.chars().count()).max().unwrap_or(0) + 4;
    let width = u16::try_from(longest).unwrap_or(WIDTH_MAX).clamp(WIDTH_MIN, WIDTH_MAX);
    sheet.set_column_width(at, width)?;
    Ok(())
}
