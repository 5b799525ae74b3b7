//! An Excel workbook: a cover with provenance, notes on columns and symbols, and a sheet with the
//! table, whose numbers are numbers and whose texts are never formulas.
//!
//! The table has the values of the CSV, so that it joins with other data; a dimension with names in
//! the language has them in a column of its own to its right. Columns are headed as in the CSV in
//! English (`NAME`, `NAME_label`), and by their labels otherwise; the notes say the name of each.

use std::io::Write;

use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, Table, TableColumn, Workbook, Worksheet, XlsxError,
};

use super::provenance::{said, tool};
use super::words::{
    heading, is_number, meaning, not_additive, notes as notes_of, symbols, unit_of,
};
use super::{ExportError, Provenance};
use crate::disclosure::{Numbers, ReleasedTable, ResultColumn, Unit, Values};
use crate::exact::{fitting, known};
use crate::metric::NO_VALUE;
use crate::render::{Language, Look, heading as named, label, people, plain, with_name, workbook};
use crate::words::Words;

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
    sheet.set_name(words.text("page.cover"))?;
    sheet.set_column_width(0, WIDTH_OF_NAMES)?.set_column_width(1, WIDTH_OF_TEXTS)?;
    let title = workbook(label(table.title(), look.language));
    sheet.write_string_with_format(0, 0, title, &bold)?;
    let description = workbook(label(table.description(), look.language));
    sheet.write_string_with_format(1, 1, description, &wrapped)?;
    sheet.write_string_with_format(3, 0, words.text("page.contents"), &bold)?;
    for (row, name) in (3..).zip(["page.notes", "page.table"]) {
        sheet.write_string(row, 1, words.text(name))?;
    }
    sheet.write_string_with_format(6, 0, words.text("page.provenance"), &bold)?;
    for (row, (key, value)) in (7..).zip(said(table, provenance, look)) {
        sheet.write_string(row, 0, key)?;
        sheet.write_string_with_format(row, 1, workbook(&value), &wrapped)?;
    }
    Ok(())
}

fn notes(sheet: &mut Worksheet, table: &ReleasedTable, look: Look<'_>) -> Result<(), XlsxError> {
    let words = Words::of(look.language);
    let bold = Format::new().set_bold();
    sheet.set_name(words.text("page.notes"))?;
    for (column, width) in [WIDTH_OF_NAMES, WIDTH_OF_NAMES, WIDTH_OF_TEXTS].into_iter().enumerate()
    {
        sheet.set_column_width(fitting::<_, u16>(column), width)?;
    }
    for (column, title) in (0..).zip(["page.column", "page.name", "page.meaning", "page.unit"]) {
        sheet.write_string_with_format(0, column, words.text(title), &bold)?;
    }
    let mut row = 1;
    for (column, head) in table.columns().iter().zip(heads(table, look)) {
        sheet.write_string(row, 0, workbook(head.values.as_ref().unwrap_or(&head.names)))?;
        sheet.write_string(row, 1, workbook(&column.name))?;
        sheet.write_string(row, 2, workbook(&meaning(table, column, look.language)))?;
        sheet.write_string(row, 3, unit_of(column, words))?;
        row += 1;
    }
    row += 1;
    sheet.write_string_with_format(row, 0, words.text("page.symbol"), &bold)?;
    for (symbol, meaning) in symbols(table, words) {
        row += 1;
        sheet.write_string(row, 0, symbol)?;
        sheet.write_string(row, 2, meaning)?;
    }
    if let Some(names) = not_additive(table, look.language) {
        row += 2;
        sheet.write_string_with_format(row, 0, words.text("page.not_additive"), &bold)?;
        sheet.write_string(row, 2, workbook(&names))?;
    }
    row += 1;
    for note in notes_of(table, look.language) {
        row += 1;
        sheet.write_string(row, 0, workbook(&note))?;
    }
    Ok(())
}

/// What stands above a column's values, where it has a column of them, and above their names.
struct Head {
    values: Option<String>,
    names: String,
}

/// What stands above each column: all different, since a table's columns must be.
fn heads(table: &ReleasedTable, look: Look<'_>) -> Vec<Head> {
    let words = Words::of(look.language);
    let mut taken: Vec<String> = Vec::new();
    let mut different = |head: String, name: &str| {
        let head =
            if taken.contains(&head.to_lowercase()) { format!("{head} [{name}]") } else { head };
        taken.push(head.to_lowercase());
        head
    };
    let head = |column: &ResultColumn| {
        let (name, rows) = (&column.name, table.row_count());
        let head = heading(table, name, look.language);
        let of = |key: &str| words.fill(key, &[("column", &head)]);
        let (values, names) = match (names(column, rows, look), has_values(column, look)) {
            (None, _) => (Some(head.clone()), None),
            (Some(_), false) => (None, Some(head.clone())),
            (Some(_), true) => (Some(of("heading_of.code")), Some(of("heading_of.label"))),
        };
        Head {
            values: values.map(|it| different(it, name)),
            names: names.map_or_else(String::new, |it| different(it, name)),
        }
    };
    table.columns().iter().map(head).collect()
}

/// Whether the values of the CSV stand in a column of their own: where no other data have them, as
/// those of a status, their names in the language are enough.
fn has_values(column: &ResultColumn, look: Look<'_>) -> bool {
    look.language == Language::En || !matches!(column.values, Values::Text(_))
}

fn figures(sheet: &mut Worksheet, table: &ReleasedTable, look: Look<'_>) -> Result<(), XlsxError> {
    sheet.set_name(Words::of(look.language).text("page.table"))?;
    let rows = table.row_count();
    let mut headers = Vec::new();
    let mut at = 0;
    for (column, head) in table.columns().iter().zip(heads(table, look)) {
        if let Some(header) = head.values {
            put(sheet, at, (column, &header), rows, look)?;
            headers.push(workbook(&header).into_owned());
            at += 1;
        }
        let names = names(column, rows, look);
        if let Some(names) = names.filter(|_| !head.names.is_empty()) {
            set_width(sheet, at, names.iter().chain([&head.names]))?;
            headers.push(workbook(&head.names).into_owned());
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
    sheet.add_table(0, 0, last_row, at.max(1) - 1, &marked)?;
    sheet.set_freeze_panes(1, 0)?;
    Ok(())
}

/// A column of values.
fn put(
    sheet: &mut Worksheet,
    at: u16,
    (column, header): (&ResultColumn, &String),
    rows: usize,
    look: Look<'_>,
) -> Result<(), XlsxError> {
    let machine = (0..rows).map(|row| workbook(&plain(&column.values, row)).into_owned());
    let machine: Vec<String> = machine.collect();
    match &column.values {
        Values::Members(_) | Values::Text(_) => {
            set_width(sheet, at, machine.iter().chain([header]))?;
            for (row, text) in (1..).zip(&machine).filter(|(_, text)| !text.is_empty()) {
                sheet.write_string(row, at, text)?;
            }
        }
        Values::Numbers(numbers) => {
            let shown = (0..rows).map(|row| people(&column.values, row, look.language));
            let shown: Vec<String> = shown.collect();
            set_width(sheet, at, shown.iter().chain([header]))?;
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
    let whole = if numbers.unit == Unit::Label { "0" } else { "#,##0" };
    let format = Format::new().set_num_format(format!("{whole}{mark}{decimals}"));
    if number.is_empty() {
        sheet.write_string(row, column, symbol)?;
    } else if number.bytes().filter(u8::is_ascii_digit).count() > EXACT_DIGITS {
        sheet.write_string(row, column, number)?;
    } else {
        // The file format has no other numbers than binary floats; up to so many digits the
        // decimal number is read back from them unchanged.
        sheet.write_number_with_format(row, column, known(number.parse::<f64>().ok()), &format)?;
    }
    Ok(())
}

/// Names of a dimension's values, where any has one that its value does not say.
fn names(column: &ResultColumn, rows: usize, look: Look<'_>) -> Option<Vec<String>> {
    if is_number(column) {
        return None;
    }
    let name = |value: &str| {
        if value.is_empty() && look.language != Language::En && !column.is_status() {
            return named(NO_VALUE, look.language).to_owned();
        }
        let shown = with_name(&column.name, value, look);
        match shown.strip_prefix(value).map(str::trim) {
            Some("") => value.to_owned(),
            // The name of a place stands behind its code; a word may begin like a value.
            Some(name) if shown[value.len()..].starts_with(' ') => name.to_owned(),
            _ => shown,
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
    let longest = texts.map(|text| text.chars().count()).fold(0, usize::max) + 4;
    let width = u16::try_from(longest).unwrap_or(WIDTH_MAX).clamp(WIDTH_MIN, WIDTH_MAX);
    sheet.set_column_width(at, width)?;
    Ok(())
}
