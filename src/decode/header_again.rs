//! Headers among the rows: two files put together without taking the second header away.

use crate::delivery::{Field, Header, Rows, UnreadRow, next_record};
use crate::dictionary::Column;

/// What may stand around a name in a header.
const BLANK: [char; 6] = [' ', '\t', '\u{A0}', '\u{FEFF}', '"', '\0'];
/// Rows hold no name of a variable, so two of them make a header, in any order and number.
const NAMES_MIN: usize = 2;

/// The line of the first row that is a header.
pub(super) fn in_rows(rows: &Rows, header: &Header) -> Option<u64> {
    let first_day = header.position(Column::FirstDay)?;
    let is_header = |row: &usize| {
        // Rows have a digit where a header has a letter; only what has not is looked at closely.
        let begins = rows.field(*row, first_day).first();
        !begins.is_some_and(u8::is_ascii_digit)
            && are_names((0..rows.width()).map(|at| rows.field(*row, at)))
    };
    (0..rows.len()).find(is_header).map(|row| rows.lines()[row])
}

/// Whether a record with another number of fields than the header is one itself.
pub(super) fn in_record(rows: &Rows, record: &UnreadRow, header: &Header) -> bool {
    let text = rows.unread_text(record);
    let mut fields: Vec<Field> = Vec::new();
    next_record(text, 0, header.shape(), false, &mut fields);
    are_names(fields.iter().map(|field| text.get(field.start..field.end).unwrap_or(&[])))
}

fn are_names<'t>(fields: impl Iterator<Item = &'t [u8]>) -> bool {
    let is_name = |bytes: &&[u8]| {
        // The names are ASCII letters and digits and begin with a letter.
        let begins = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
        begins.is_some_and(|byte| byte.is_ascii_alphabetic() || *byte >= 0xC2)
            && std::str::from_utf8(bytes)
                .is_ok_and(|text| Column::named(text.trim_matches(BLANK)).is_some())
    };
    fields.filter(is_name).take(NAMES_MIN).count() == NAMES_MIN
}
