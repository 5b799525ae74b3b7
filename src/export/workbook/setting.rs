//! What every sheet of a workbook has: its name and page, a title, tables marked as such, rows as high as their texts.

use rust_xlsxwriter::{
    Format, FormatAlign, FormatBorder, Table, TableColumn, TableStyle, Url, Worksheet, XlsxError,
};

use crate::exact::fitting;
use crate::render::workbook as safe;
use crate::words::Words;

pub(super) const BLUE: &str = "#12436D";
pub(super) const WIDTH_OF_NAMES: u16 = 28;
pub(super) const WIDTH_OF_TEXTS: u16 = 80;
/// Of a line of text, in points.
pub(super) const HEIGHT_OF_LINE: u16 = 16;
/// The most that a row can be high, in lines.
const LINES_MAX: usize = 25;
/// What a sheet of paper has room for upright, in the units of columns.
pub(super) const UPRIGHT: u16 = 90;
/// Letters of the name of a sheet.
const NAME_MAX: usize = 31;

/// A text as the name of a sheet.
pub(super) fn sheet_name(text: &str) -> String {
    text.chars().filter(|it| !"[]:*?/\\'".contains(*it)).take(NAME_MAX).collect()
}

/// The name of the sheet with the values of a table.
pub(super) fn data_name(number: usize, words: &Words) -> String {
    sheet_name(&words.fill("workbook.data", &[("number", &number.to_string())]))
}

/// A link to a sheet, which is called by its name.
pub(super) fn link(name: &str) -> Url {
    Url::new(format!("internal:'{name}'!A1")).set_text(name)
}

/// A page wide, on A4, with its own name and who may read it below.
pub(super) fn prepare(sheet: &mut Worksheet, name: &str, words: &Words) -> Result<(), XlsxError> {
    sheet.set_name(name)?;
    sheet.set_paper_size(9).set_print_fit_to_pages(1, 0).set_screen_gridlines(false);
    // `&` begins a code in the lines below a page.
    let policy = words.text("report.policy").replace('&', "&&");
    sheet.set_footer(format!("&L&8{policy}&R&8&A · &P/&N"));
    Ok(())
}

/// What a sheet is, in its first cell.
pub(super) fn title(sheet: &mut Worksheet, text: &str, size: u16) -> Result<(), XlsxError> {
    let format = Format::new().set_bold().set_font_size(size).set_font_color(BLUE);
    sheet.write_string_with_format(0, 0, safe(text), &format)?;
    sheet.set_row_height(0, size + 10)?;
    Ok(())
}

/// A table of texts below two lines on what it is, from the first column on, marked as one.
pub(super) fn texts(
    sheet: &mut Worksheet,
    name: &str,
    columns: &[(&str, u16)],
    rows: &[Vec<String>],
) -> Result<(), XlsxError> {
    let head = 2;
    for (at, (_, width)) in (0..).zip(columns) {
        sheet.set_column_width(at, *width)?;
    }
    let heads: Vec<(String, bool)> =
        columns.iter().map(|(it, _)| ((*it).to_owned(), false)).collect();
    mark(sheet, (head, rows.len()), &heads, name)?;
    let format = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    for (at, row) in (head + 1..).zip(rows) {
        for (column, text) in (0..).zip(row) {
            sheet.write_string_with_format(at, column, safe(text), &format)?;
        }
        let wide = row.iter().zip(columns).map(|(text, (_, width))| (text.as_str(), *width));
        heighten(sheet, at, wide)?;
    }
    Ok(())
}

/// Marks a table as one, under headings, each with whether numbers stand below it.
pub(super) fn mark(
    sheet: &mut Worksheet,
    (head, rows): (u32, usize),
    heads: &[(String, bool)],
    name: &str,
) -> Result<(), XlsxError> {
    let over = Format::new()
        .set_bold()
        .set_text_wrap()
        .set_align(FormatAlign::Bottom)
        .set_border_bottom(FormatBorder::Medium);
    let mut taken: Vec<String> = Vec::new();
    let columns = heads.iter().map(|(text, is_number)| {
        let text = different(&safe(text), &mut taken, |text, at| format!("{text} ({at})"));
        let format =
            if *is_number { over.clone().set_align(FormatAlign::Right) } else { over.clone() };
        TableColumn::new().set_header(text).set_header_format(&format)
    });
    let columns: Vec<TableColumn> = columns.collect();
    let last_row = u32::try_from(rows.max(1)).map_err(|_| XlsxError::RowColumnLimitError)? + head;
    let last_column =
        u16::try_from(heads.len().max(1) - 1).map_err(|_| XlsxError::RowColumnLimitError)?;
    let table = Table::new()
        .set_name(name)
        .set_columns(&columns)
        .set_style(TableStyle::None)
        .set_autofilter(false);
    sheet.add_table(head, 0, last_row, last_column, &table)?;
    sheet.set_repeat_rows(head, head)?;
    Ok(())
}

/// A text, or another for it where it is taken already; programs compare without case.
pub(super) fn different(
    text: &str,
    taken: &mut Vec<String>,
    other: impl Fn(&str, usize) -> String,
) -> String {
    let mut found = text.to_owned();
    let mut at = 1;
    while taken.contains(&found.to_lowercase()) {
        at += 1;
        found = other(text, at);
    }
    taken.push(found.to_lowercase());
    found
}

/// Makes a row high enough for texts in columns of these widths; programs that open the file need not.
pub(super) fn heighten<'t>(
    sheet: &mut Worksheet,
    row: u32,
    texts: impl IntoIterator<Item = (&'t str, u16)>,
) -> Result<(), XlsxError> {
    let most = texts.into_iter().map(|(text, width)| lines(text, width.into())).fold(1, usize::max);
    let lines = fitting::<_, u16>(most.min(LINES_MAX));
    sheet.set_row_height(row, HEIGHT_OF_LINE * lines)?;
    Ok(())
}

/// The lines that a text takes where lines end between words, or within one that is longer than a line.
pub(super) fn lines(text: &str, width: usize) -> usize {
    let width = width.max(1);
    let (mut lines, mut used) = (1, 0);
    for word in text.split(' ') {
        let length = word.chars().count();
        if used > 0 && used + 1 + length > width {
            (lines, used) = (lines + 1, 0);
        }
        let used_before = if used > 0 { used + 1 } else { 0 };
        used = used_before + length;
        if used > width {
            lines += (used - 1) / width;
            used = (used - 1) % width + 1;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_between_words_and_within_long_ones() {
        let cases = [
            ("", 5, 1),
            ("one", 5, 1),
            ("one two", 5, 2),
            ("one two", 7, 1),
            ("abcdefghijk", 5, 3),
        ];
        for (text, width, expected) in cases {
            assert_eq!(lines(text, width), expected, "{text} in {width}");
        }
    }

    #[test]
    fn no_two_headings_are_the_same() {
        let mut taken = Vec::new();
        let found =
            ["a", "A", "a"].map(|it| different(it, &mut taken, |it, at| format!("{it} ({at})")));
        assert_eq!(found, ["a", "A (2)", "a (3)"]);
    }
}
