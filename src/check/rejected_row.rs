//! Rejected rows as they are kept for correction: in the delivery's own format, but without
//! identifiers, and without the columns that are not known.
//!
//! A value that is or could be an identifier, or a piece of one that was split over several cells, is
//! replaced by a token, the column and the line it stands on (`NISS@12`): only who has the sender's
//! file can tell what stood there. Findings show no such pieces either.

use std::borrow::Cow;

use super::batch::CheckedBatch;
use super::split_number::{self, Cell};
use crate::decode::{AmountError, IdentifierFormat, is_no_value_word, parse_cents, parse_day};
use crate::delivery::Header;
use crate::dictionary::{Column, Dictionary};
use crate::finding::{Finding, is_date_shaped, shown};

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

    /// The same with findings that show no two pieces of a number that was split over cells.
    #[must_use]
    pub fn without_pieces(
        mut self,
        header: &Header,
        format: IdentifierFormat,
        dictionary: &Dictionary,
    ) -> Self {
        let mut findings = self.take_findings();
        let mut from = 0;
        for of_row in findings.chunk_by_mut(|a, b| a.line == b.line) {
            if of_row.iter().filter(|it| shows_value(it)).count() < 2 {
                continue;
            }
            let lines = self.decoded().lines();
            let is_row = |line: &u64| Some(*line) == of_row.first().map(|it| it.line);
            let forward = lines[from..].iter().position(is_row).map(|at| from + at);
            let Some(row) = forward.or_else(|| lines.iter().position(is_row)) else { continue };
            from = row;
            let kept = Kept { batch: &self, row, header, format, dictionary };
            let pieces = kept.pieces();
            for finding in of_row.iter_mut().filter(|it| shows_value(it)) {
                let place =
                    finding.column.and_then(Column::named).and_then(|it| header.position(it));
                if place.is_some_and(|at| pieces[at]) {
                    finding.text = Cow::Borrowed(PIECE_TEXT);
                }
            }
        }
        self.with_findings(findings)
    }
}

const PIECE_TEXT: &str = "expected a value of the column, found digits that together with others of the row could be an \
     identifier: they are not shown";

/// Whether digits of the row may stand in a finding.
fn shows_value(finding: &Finding) -> bool {
    finding.column.is_some() && finding.text.chars().any(char::is_numeric)
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
        let pieces = self.pieces();
        let mut row = String::new();
        for (at, column) in columns.filter_map(|(at, column)| Some((at, (*column)?))) {
            let text = std::str::from_utf8(self.field(at)).ok();
            match text.filter(|text| !pieces[at] && self.may_be_kept(column, text)) {
                Some(kept) => push_quoted(&mut row, kept, delimiter),
                None => row.extend([column.name(), "@", &line.to_string()]),
            }
            row.push(char::from(delimiter));
        }
        row.pop();
        row
    }

    /// By place in the row: whether the cell could be a piece of a number with others.
    fn pieces(&self) -> Vec<bool> {
        let columns = self.header.columns();
        let mut pieces = vec![false; columns.len()];
        let (mut places, mut cells) = (Vec::new(), Vec::new());
        for (at, column) in columns.iter().enumerate() {
            let cell = match std::str::from_utf8(self.field(at)) {
                Ok(text) if text.is_empty() || is_no_value_word(text) => continue,
                Ok(text) => self.cell(*column, text),
                Err(_) => Cell::opaque(),
            };
            places.push(at);
            cells.push(cell);
        }
        for (at, found) in places.into_iter().zip(split_number::pieces(&cells)) {
            pieces[at] = found;
        }
        pieces
    }

    fn cell(&self, column: Option<Column>, text: &str) -> Cell {
        if is_date_shaped(text) {
            return Cell::opaque();
        }
        let (decoded, row) = (self.batch.decoded(), self.row);
        let is_as_expected = match column {
            None => true,
            Some(Column::Person) => decoded.person().is_valid(row),
            Some(Column::Partner) => decoded.partner().is_valid(row),
            Some(Column::Amount) => decoded.cents()[row].is_some(),
            Some(Column::Code(code)) => self.dictionary.knows_code(code, text),
            Some(Column::FirstDay | Column::LastDay) => parse_day(text).is_some(),
        };
        Cell::new(text, is_as_expected)
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
            Column::Amount if reads_as_amount(text) => {
                let taken = self.batch.decoded().cents()[self.row].is_some();
                taken && !coded && digits <= AMOUNT_DIGITS_MAX
            }
            Column::Code(code) if coded || shifted => self.dictionary.knows_code(code, text),
            _ if coded => false,
            // Dates that do not exist can be shown, like everything else that a finding shows.
            _ => digits <= DIGITS_MAX || shown(text).starts_with('`'),
        }
    }
}

/// Whether a text is an amount by its form, however large.
fn reads_as_amount(text: &str) -> bool {
    matches!(parse_cents(text), Ok(_) | Err(AmountError::TooLarge))
}

/// Appends a field, quoted where it must be.
fn push_quoted(row: &mut String, text: &str, delimiter: u8) {
    if text.bytes().any(|byte| byte == delimiter || matches!(byte, b'"' | b'\n' | b'\r')) {
        row.extend(["\"", &text.replace('"', "\"\""), "\""]);
    } else {
        row.push_str(text);
    }
}
