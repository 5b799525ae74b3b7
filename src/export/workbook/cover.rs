//! The cover of a workbook: what it is, its contents with links, where its figures come from.

use rust_xlsxwriter::{Format, FormatAlign, Worksheet, XlsxError};

use super::book::Book;
use super::notes::Notes;
use super::safe;
use super::setting::{
    BLUE, HEIGHT_OF_LINE, WIDTH_OF_NAMES, WIDTH_OF_TEXTS, data_name, heighten, link, prepare,
    sheet_name, title,
};
use crate::words::Words;

pub(super) fn write(
    sheet: &mut Worksheet,
    book: &Book<'_>,
    notes: &Notes,
    words: &'static Words,
) -> Result<(), XlsxError> {
    prepare(sheet, words.text("page.cover"), words)?;
    sheet.set_column_width(0, WIDTH_OF_NAMES)?.set_column_width(1, WIDTH_OF_TEXTS)?;
    title(sheet, book.title, 16)?;
    let mut lines =
        Lines { sheet, row: 1, heading: Format::new().set_bold().set_align(FormatAlign::Top) };
    lines.put(words.text("report.status"), words.text("report.policy"))?;
    lines.put(words.text("report.about"), book.description)?;
    for (label, text) in &book.about {
        lines.put(label, text)?;
    }
    lines.head(words.text("report.contents"))?;
    if !notes.is_empty() {
        lines.link(&notes.name(), words.text("workbook.about_notes"))?;
    }
    for it in &book.sheets {
        lines.link(&sheet_name(it.name), it.title)?;
    }
    if !book.tables.is_empty() {
        lines.link(words.text("workbook.columns"), words.text("workbook.about_columns"))?;
    }
    for number in 1..=book.tables.len() {
        let of = words.fill("report.table", &[("number", &number.to_string())]);
        let text = words.fill("workbook.about_data", &[("table", &of)]);
        lines.link(&data_name(number, words), &text)?;
    }
    lines.head(words.text("report.sources"))?;
    for (label, text) in &book.sources {
        lines.put(label, text)?;
    }
    Ok(())
}

/// Labels and texts below each other.
struct Lines<'s> {
    sheet: &'s mut Worksheet,
    row: u32,
    heading: Format,
}

impl Lines<'_> {
    fn head(&mut self, text: &str) -> Result<(), XlsxError> {
        let format = self.heading.clone().set_font_size(13).set_font_color(BLUE);
        self.sheet.write_string_with_format(self.row, 0, safe(text), &format)?;
        self.sheet.set_row_height(self.row, HEIGHT_OF_LINE + 10)?;
        self.row += 1;
        Ok(())
    }

    /// A text under a label; nothing where there is none.
    fn put(&mut self, label: &str, text: &str) -> Result<(), XlsxError> {
        if text.is_empty() {
            return Ok(());
        }
        let label = safe(label).into_owned();
        let format = self.heading.clone().set_text_wrap();
        self.sheet.write_string_with_format(self.row, 0, &label, &format)?;
        self.text(&label, text)
    }

    /// A sheet by its name, with what it is.
    fn link(&mut self, name: &str, text: &str) -> Result<(), XlsxError> {
        let format = Format::new().set_hyperlink().set_align(FormatAlign::Top);
        self.sheet.write_url_with_format(self.row, 0, link(name), &format)?;
        self.text(name, text)
    }

    fn text(&mut self, label: &str, text: &str) -> Result<(), XlsxError> {
        let wrapped = Format::new().set_text_wrap().set_align(FormatAlign::Top);
        self.sheet.write_string_with_format(self.row, 1, safe(text), &wrapped)?;
        heighten(self.sheet, self.row, [(label, WIDTH_OF_NAMES - 3), (text, WIDTH_OF_TEXTS)])?;
        self.row += 1;
        Ok(())
    }
}
