//! Rejected rows as they are kept for correction: in the delivery's own format, but without
//! identifiers, and without the columns that are not known.
//!
//! A value that is or could be an identifier is replaced by a token, the column and the line it
//! stands on (`NISS@12`): only who has the sender's file can tell what stood there.

use super::batch::CheckedBatch;
use crate::decode::{IdentifierFormat, is_no_value_word, parse_cents, parse_day};
use crate::delivery::Header;
use crate::dictionary::{Column, Dictionary};
use crate::finding::shown;

/// A rejected row without its identifiers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectedRow {
    /// Index of the delivery's part.
    pub part: usize,
    /// Line it begins on.
    pub line: u64,
    /// Its amount, where that can be read.
    pub cents: Option<i64>,
    /// Its known columns; `None` where its fields cannot be told apart.
    pub text: Option<String>,
}

/// The names of a header's known columns, as the header of kept rows.
pub fn kept_header(header: &Header) -> String {
    let names = header.columns().iter().flatten().map(|column| column.name());
    names.collect::<Vec<_>>().join(&char::from(header.delimiter()).to_string())
}

impl CheckedBatch {
    /// The rejected rows, in file order.
    pub fn rejected_rows(
        &self,
        header: &Header,
        format: IdentifierFormat,
        dictionary: &Dictionary,
    ) -> Vec<RejectedRow> {
        let decoded = self.decoded();
        let part = decoded.part();
        let readable = self.rejected().map(|row| {
            let kept = Kept { batch: self, row, header, format, dictionary };
            RejectedRow {
                part,
                line: decoded.lines()[row],
                cents: kept.cents(),
                text: Some(kept.text()),
            }
        });
        let unread = decoded.rows().unread().iter().map(|row| RejectedRow {
            part,
            line: row.line,
            cents: None,
            text: None,
        });
        let mut rows: Vec<_> = readable.chain(unread).collect();
        rows.sort_by_key(|row| row.line);
        rows
    }
}

/// What is kept of one rejected row.
struct Kept<'a> {
    batch: &'a CheckedBatch,
    row: usize,
    header: &'a Header,
    format: IdentifierFormat,
    dictionary: &'a Dictionary,
}

impl Kept<'_> {
    fn field(&self, at: usize) -> &[u8] {
        self.batch.decoded().rows().field(self.row, at).trim_ascii()
    }

    /// The amount, unless it could be an identifier.
    fn cents(&self) -> Option<i64> {
        let at = self.header.position(Column::Amount)?;
        let text = std::str::from_utf8(self.field(at)).ok()?;
        self.batch.decoded().cents()[self.row].filter(|_| self.may_be_kept(Column::Amount, text))
    }

    fn text(&self) -> String {
        let line = self.batch.decoded().lines()[self.row];
        let delimiter = self.header.delimiter();
        let columns = self.header.columns().iter().enumerate();
        let mut row = String::new();
        for (at, column) in columns.filter_map(|(at, column)| Some((at, (*column)?))) {
            let text = std::str::from_utf8(self.field(at)).ok();
            match text.filter(|text| self.may_be_kept(column, text)) {
                Some(kept) => push_quoted(&mut row, kept, delimiter),
                None => row.extend([column.name(), "@", &line.to_string()]),
            }
            row.push(char::from(delimiter));
        }
        row.pop();
        row
    }

    /// Whether a value can be no identifier. Codes are short, days and amounts have their form;
    /// where identifiers have none, or the row's own is not where it belongs, codes are those
    /// that the dictionary knows.
    fn may_be_kept(&self, column: Column, text: &str) -> bool {
        const DIGITS_MAX: usize = 7;
        const AMOUNT_DIGITS_MAX: usize = 9;
        let coded = self.format == IdentifierFormat::Coded;
        let shifted = !self.batch.decoded().person().is_valid(self.row);
        let digits = text.chars().filter(|it| it.is_numeric()).count();
        match column {
            _ if text.is_empty() || is_no_value_word(text) => true,
            Column::Person | Column::Partner => false,
            Column::FirstDay | Column::LastDay if parse_day(text).is_some() => true,
            Column::Amount if !coded && parse_cents(text).is_ok() => digits <= AMOUNT_DIGITS_MAX,
            Column::Code(code) if coded || shifted => self.dictionary.knows_code(code, text),
            _ if coded => false,
            // Dates that do not exist can be shown, like everything else that a finding shows.
            _ => digits <= DIGITS_MAX || shown(text).starts_with('`'),
        }
    }
}

/// Appends a field, quoted where it must be.
fn push_quoted(row: &mut String, text: &str, delimiter: u8) {
    if text.bytes().any(|byte| byte == delimiter || matches!(byte, b'"' | b'\n' | b'\r')) {
        row.extend(["\"", &text.replace('"', "\"\""), "\""]);
    } else {
        row.push_str(text);
    }
}
