//! The values of a table as they stand in CSV, for joining with other data, and what its columns are.
//!
//! Headings stand in the first row, without a title above them, and are the names of CSV in every language;
//! a dimension whose values have labels has them in a column of its own (`NAME_label`). A cell without a
//! value is empty, as it is in CSV; why there is no number, the column `NAME_status` says.

use rust_xlsxwriter::{Format, FormatBorder, Table, TableColumn, TableStyle, Worksheet, XlsxError};

use super::super::words::{is_number, meaning, titled, unit_of};
use super::book::Book;
use super::setting::{UPRIGHT, data_name, different, prepare, texts, title};
use super::{cell, safe};
use crate::disclosure::{ReleasedTable, ResultColumn, Unit, Values};
use crate::exact::fitting;
use crate::render::{Look, plain, with_label};
use crate::words::Words;

/// What the columns of all tables are.
pub(super) fn definitions(
    sheet: &mut Worksheet,
    book: &Book<'_>,
    words: &'static Words,
) -> Result<(), XlsxError> {
    prepare(sheet, words.text("workbook.columns"), words)?;
    title(sheet, words.text("workbook.columns"), 13)?;
    sheet.write_string(1, 0, words.text("workbook.one_table"))?;
    let mut rows: Vec<Vec<String>> = Vec::new();
    for (table, _) in &book.tables {
        for column in table.columns() {
            let unit = match unit_of(column, words) {
                "" => words.text("member.none"),
                unit => unit,
            };
            let row = vec![
                titled(table, &column.name, book.language),
                column.name.clone(),
                unit.to_owned(),
                meaning(table, column, book.language),
            ];
            if !rows.contains(&row) {
                rows.push(row);
            }
        }
    }
    let columns = [("page.column", 30), ("page.name", 30), ("page.unit", 12), ("page.meaning", 80)];
    texts(sheet, "columns", &columns.map(|(key, width)| (words.text(key), width)), &rows)?;
    sheet.set_landscape();
    Ok(())
}

/// The values of a table.
pub(super) fn values(
    sheet: &mut Worksheet,
    number: usize,
    table: &ReleasedTable,
    (look, taken): (Look<'_>, &mut Vec<String>),
) -> Result<(), XlsxError> {
    let words = Words::of(look.language);
    prepare(sheet, &data_name(number, words), words)?;
    let mut heads: Vec<String> = table.columns().iter().map(|it| it.name.to_lowercase()).collect();
    let mut columns = Vec::new();
    for column in table.columns() {
        columns.push((column.name.clone(), Shown::Values(column)));
        if let Some(labels) = labels(column, table.row_count(), look) {
            let name = format!("{}_label", column.name);
            let name = different(&name, &mut heads, |name, at| format!("{name}_{at}"));
            columns.push((name, Shown::Labels(labels)));
        }
    }
    let mut total = 0;
    for (at, (name, shown)) in (0..).zip(&columns) {
        total += put(sheet, at, name, shown, table.row_count())?;
    }
    if total > UPRIGHT {
        sheet.set_landscape();
    }
    let bold = Format::new().set_bold().set_border_bottom(FormatBorder::Medium);
    let head = |name: &str| TableColumn::new().set_header(safe(name)).set_header_format(&bold);
    let heads = columns.iter().map(|(name, _)| head(name));
    let heads: Vec<TableColumn> = heads.collect();
    let last_row =
        u32::try_from(table.row_count().max(1)).map_err(|_| XlsxError::RowColumnLimitError)?;
    let last = u16::try_from(heads.len().max(1) - 1).map_err(|_| XlsxError::RowColumnLimitError)?;
    let name = table.query_name().chars();
    let name: String =
        name.map(|it| if it.is_ascii_alphanumeric() { it } else { '_' }).take(200).collect();
    let name = different(&format!("data_{name}"), taken, |name, at| format!("{name}_{at}"));
    let marked = Table::new().set_name(name).set_columns(&heads).set_style(TableStyle::Light1);
    sheet.add_table(0, 0, last_row, last, &marked)?;
    sheet.set_freeze_panes(1, 0)?.set_repeat_rows(0, 0)?;
    Ok(())
}

/// What stands in a column.
enum Shown<'t> {
    Values(&'t ResultColumn),
    Labels(Vec<String>),
}

/// Writes a column; gives its width.
fn put(
    sheet: &mut Worksheet,
    at: u16,
    name: &str,
    shown: &Shown<'_>,
    rows: usize,
) -> Result<u16, XlsxError> {
    let texts = match shown {
        Shown::Values(column) => (0..rows).map(|row| plain(&column.values, row)).collect(),
        Shown::Labels(labels) => labels.clone(),
    };
    let longest =
        texts.iter().chain([&name.to_owned()]).map(|it| it.chars().count()).fold(0, usize::max);
    // Room for marks between groups of digits, and for the button in the heading.
    let width = fitting::<_, u16>((longest + 5).clamp(8, 60));
    sheet.set_column_width(at, width)?;
    for (row, text) in (1..).zip(&texts).filter(|(_, text)| !text.is_empty()) {
        if let Shown::Values(ResultColumn { values: Values::Numbers(numbers), .. }) = shown {
            let code = cell::code(text, numbers.unit != Unit::Label, "");
            if cell::put_number(sheet, (row, at), text, &Format::new().set_num_format(code))? {
                continue;
            }
        }
        sheet.write_string(row, at, safe(text))?;
    }
    Ok(width)
}

/// Labels of a dimension's values, where any has one that its value does not say.
fn labels(column: &ResultColumn, rows: usize, look: Look<'_>) -> Option<Vec<String>> {
    if is_number(column) || column.is_status() {
        return None;
    }
    let label = |value: &str| match with_label(&column.name, value, look) {
        _ if value.is_empty() => String::new(),
        // The name of a place stands behind its code; a word may begin like a value.
        shown => match shown.strip_prefix(value).and_then(|it| it.strip_prefix(' ')) {
            Some(name) => name.to_owned(),
            None => shown,
        },
    };
    let values: Vec<String> = (0..rows).map(|row| plain(&column.values, row)).collect();
    let labels: Vec<String> = values.iter().map(|value| label(value)).collect();
    (values != labels).then_some(labels)
}
