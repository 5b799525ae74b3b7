//! Cells of a workbook: numbers as numbers, with the decimals that they have, symbols and texts.

use rust_xlsxwriter::{Format, FormatAlign, FormatBorder, Worksheet, XlsxError};

use super::super::GridCell;
use crate::exact::known;
use crate::render::workbook as safe;

/// Digits that a cell holds exactly; a longer number stands as text.
const EXACT_DIGITS: usize = 15;

/// Writes a cell of a table for people: a number with its decimals, or what stands in its place.
pub(super) fn put(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    cell: &GridCell,
    is_total: bool,
    none: &str,
) -> Result<(), XlsxError> {
    let format = Format::new()
        .set_border_bottom(FormatBorder::Hair)
        .set_border_bottom_color("#BFC4CA")
        .set_align(FormatAlign::Top);
    let format =
        if is_total { format.set_bold().set_border_top(FormatBorder::Thin) } else { format };
    let is_value = cell.is_number && ["", "partial"].contains(&cell.status);
    let mark = if cell.status == "partial" { " *" } else { "" };
    // A year, for one, has no groups of digits.
    let is_grouped = cell.text.contains('\u{a0}') || cell.value.len() < 4;
    let code = code(&cell.value, is_grouped, mark);
    if is_value
        && put_number(sheet, (row, column), &cell.value, &format.clone().set_num_format(code))?
    {
        return Ok(());
    }
    let format =
        if cell.is_number { format.set_align(FormatAlign::Right) } else { format.set_text_wrap() };
    let text = if cell.text.is_empty() { none } else { &cell.text };
    sheet.write_string_with_format(row, column, safe(text), &format)?;
    Ok(())
}

/// Writes decimal digits as a number; says whether there were any, and so few that they are read back.
pub(super) fn put_number(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    number: &str,
    format: &Format,
) -> Result<bool, XlsxError> {
    if !(1..=EXACT_DIGITS).contains(&number.bytes().filter(u8::is_ascii_digit).count()) {
        return Ok(false);
    }
    // The file format has no other numbers than binary floats; up to so many digits the decimal number
    // is read back from them unchanged.
    sheet.write_number_with_format(row, column, known(number.parse::<f64>().ok()), format)?;
    Ok(true)
}

/// How a number is shown: with its decimals, in the marks of the reader's country, and what stands behind it.
pub(super) fn code(number: &str, is_grouped: bool, behind: &str) -> String {
    let decimals = "0".repeat(number.split_once('.').map_or(0, |it| it.1.len()));
    let mark = if decimals.is_empty() { "" } else { "." };
    let whole = if is_grouped { "#,##0" } else { "0" };
    let behind = if behind.is_empty() { String::new() } else { format!("\"{behind}\"") };
    format!("{whole}{mark}{decimals}{behind}")
}
