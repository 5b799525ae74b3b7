//! Rejected rows as they are kept for correction: in the delivery's own format, but without
//! identifiers, and without the columns that are not known.
//!
//! A value that is or could be an identifier is replaced by a token, the column and the line it
//! stands on (`NISS@12`): only who has the sender's file can tell what stood there.

use std::fmt::Write as _;

use super::batch::CheckedBatch;
use crate::decode::{IdentifierFormat, parse_cents, parse_day};
use crate::delivery::Header;
use crate::dictionary::Column;
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
    pub fn rejected_rows(&self, header: &Header, format: IdentifierFormat) -> Vec<RejectedRow> {
        let decoded = self.decoded();
        let part = decoded.part();
        let readable = self.rejected().map(|row| RejectedRow {
            part,
            line: decoded.lines()[row],
            cents: decoded.cents()[row],
            text: Some(self.kept_text(row, header, format)),
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

    fn kept_text(&self, row: usize, header: &Header, format: IdentifierFormat) -> String {
        let decoded = self.decoded();
        let line = decoded.lines()[row];
        let own: Vec<&[u8]> = [Column::Person, Column::Partner]
            .into_iter()
            .filter_map(|column| header.position(column))
            .map(|at| decoded.rows().field(row, at).trim_ascii())
            .collect();
        let mut text = String::new();
        for (at, column) in header.columns().iter().enumerate() {
            let Some(column) = column else { continue };
            if !text.is_empty() || header.columns()[..at].iter().any(Option::is_some) {
                text.push(char::from(header.delimiter()));
            }
            let bytes = decoded.rows().field(row, at).trim_ascii();
            let kept = std::str::from_utf8(bytes).ok().filter(|text| {
                let is_own = !text.is_empty() && own.contains(&text.as_bytes());
                !is_own && may_be_kept(*column, text, format)
            });
            match kept {
                Some(kept) => push_quoted(&mut text, kept, header.delimiter()),
                None => {
                    let _infallible = write!(text, "{}@{line}", column.name());
                }
            }
        }
        text
    }
}

/// Whether a value can be no identifier. Codes are short, days and amounts have their form.
fn may_be_kept(column: Column, text: &str, format: IdentifierFormat) -> bool {
    const DIGITS_MAX: usize = 7;
    const TOKEN_LENGTH_MAX: usize = 5;
    const AMOUNT_DIGITS_MAX: usize = 9;
    if text.is_empty() {
        return true;
    }
    let digits = text.chars().filter(|it| it.is_numeric()).count();
    match column {
        Column::Person | Column::Partner => false,
        Column::FirstDay | Column::LastDay if parse_day(text).is_some() => true,
        Column::Amount if parse_cents(text).is_ok() => digits <= AMOUNT_DIGITS_MAX,
        _ if format == IdentifierFormat::Coded => text.chars().count() <= TOKEN_LENGTH_MAX,
        // Dates that do not exist can be shown, like everything else that a finding shows.
        _ => digits <= DIGITS_MAX || shown(text).starts_with('`'),
    }
}

/// A field, quoted where it must be.
fn push_quoted(out: &mut String, text: &str, delimiter: u8) {
    if !text.contains([char::from(delimiter), '"', '\n', '\r']) {
        return out.push_str(text);
    }
    out.push('"');
    out.push_str(&text.replace('"', "\"\""));
    out.push('"');
}
