//! What must be known of the tables of a workbook: each note stands once, under a number that titles and headings
//! name it by, with the sheets that do.

use rust_xlsxwriter::{Worksheet, XlsxError};

use super::book::Sheet;
use super::setting::{WIDTH_OF_NAMES, WIDTH_OF_TEXTS, prepare, sheet_name, texts, title};
use crate::words::Words;

/// The notes of all sheets.
pub(super) struct Notes {
    /// Texts, each with the places of the sheets that it is of.
    all: Vec<(String, Vec<usize>)>,
    sheets: Vec<String>,
    words: &'static Words,
}

/// The notes of a sheet, by their marks.
pub(super) struct Marks {
    /// Behind the title: those that are of no column alone.
    pub(super) of_title: String,
    /// The mark of each note of the table, in their order.
    pub(super) of_notes: Vec<String>,
}

impl Notes {
    pub(super) fn of(sheets: &[Sheet<'_>], words: &'static Words) -> Self {
        let names = sheets.iter().map(|it| sheet_name(it.name)).collect();
        let mut notes = Self { all: Vec::new(), sheets: names, words };
        for (at, sheet) in sheets.iter().enumerate() {
            let own = sheet.grid.notes.iter().map(String::as_str).chain(sheet.remark);
            own.for_each(|text| notes.add(text, at));
        }
        notes
    }

    fn add(&mut self, text: &str, sheet: usize) {
        match self.all.iter_mut().find(|(known, _)| known == text) {
            Some((_, of)) if of.last() == Some(&sheet) => {}
            Some((_, of)) => of.push(sheet),
            None => self.all.push((text.to_owned(), vec![sheet])),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The name of their sheet.
    pub(super) fn name(&self) -> String {
        sheet_name(self.words.text("page.notes"))
    }

    fn mark(&self, text: &str) -> String {
        let number = self.all.iter().position(|(known, _)| known == text).map_or(0, |it| it + 1);
        self.words.fill("workbook.mark", &[("number", &number.to_string())])
    }

    /// The marks of a sheet.
    pub(super) fn marks(&self, sheet: &Sheet<'_>) -> Marks {
        let of_notes: Vec<String> = sheet.grid.notes.iter().map(|it| self.mark(it)).collect();
        let in_heads: Vec<usize> =
            sheet.grid.heads.iter().flatten().flat_map(|it| it.notes.iter().copied()).collect();
        let of_all = (1..).zip(&of_notes).filter(|(at, _)| !in_heads.contains(at));
        let of_all =
            of_all.map(|(_, mark)| mark.clone()).chain(sheet.remark.map(|it| self.mark(it)));
        let of_title = of_all.fold(String::new(), |text, mark| text + " " + &mark);
        Marks { of_title, of_notes }
    }

    /// The sheet of all notes.
    pub(super) fn write(&self, sheet: &mut Worksheet, words: &Words) -> Result<(), XlsxError> {
        prepare(sheet, &self.name(), words)?;
        title(sheet, words.text("page.notes"), 13)?;
        sheet.write_string(1, 0, words.text("workbook.one_table"))?;
        let rows = self.all.iter().map(|(text, of)| {
            let sheets: Vec<&str> = of.iter().map(|at| self.sheets[*at].as_str()).collect();
            vec![self.mark(text), text.clone(), sheets.join(", ")]
        });
        let columns = [
            (words.text("workbook.note"), 14),
            (words.text("workbook.text"), WIDTH_OF_TEXTS),
            (words.text("workbook.sheets"), WIDTH_OF_NAMES),
        ];
        texts(sheet, "notes", &columns, &rows.collect::<Vec<_>>())
    }
}
