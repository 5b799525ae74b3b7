//! Splits delimited text into records and fields: RFC 4180 quoting, any line end.
//!
//! One function serves the header, the chunk boundaries and the decoder, so that all three agree
//! on where a record ends. A quoted field that is never closed, that grows past
//! [`QUOTED_LENGTH_MAX`], that is followed by anything but a delimiter or a line end, or that has
//! whole rows inside ends its record at the first line end after its start: one bad quote costs
//! one row, not those up to the next bad quote, or the rest of the file.

use memchr::{memchr, memchr2, memchr3};

/// The longest quoted field, in bytes; bounds what a reader must hold to find a record's end.
pub(super) const QUOTED_LENGTH_MAX: usize = 1 << 20;

const QUOTE: u8 = b'"';

/// A field's bytes within the text it was split from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Field {
    /// First byte, after an opening quote.
    pub start: usize,
    /// One past the last byte, before a closing quote.
    pub end: usize,
    /// Whether it holds doubled quotes that stand for one.
    pub doubled_quotes: bool,
}

/// How a record ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RecordEnd {
    /// At a line end or at the end of the text.
    Complete {
        /// Where the next record starts.
        next: usize,
    },
    /// A quoted field is not closed; the record was cut at its first line end.
    QuoteUnclosed {
        /// Where the next record starts.
        next: usize,
    },
    /// The text ended before the record did, and more text may follow.
    Partial,
}

impl RecordEnd {
    /// Where the next record starts; `None` where the text ended first.
    pub fn next(self) -> Option<usize> {
        match self {
            Self::Complete { next } | Self::QuoteUnclosed { next } => Some(next),
            Self::Partial => None,
        }
    }
}

/// Splits the record at `start` into `fields`.
///
/// `shape` is how the file's records look. `more` says that further text may follow `text`: a
/// record that runs into the end is then [`RecordEnd::Partial`].
pub fn next_record(
    text: &[u8],
    start: usize,
    shape: Shape,
    more: bool,
    fields: &mut Vec<Field>,
) -> RecordEnd {
    let delimiter = shape.delimiter;
    fields.clear();
    let mut at = start;
    loop {
        let end = if text.get(at) == Some(&QUOTE) {
            match quoted(text, at, delimiter, more) {
                Quoted::Closed(field) => {
                    if shape.holds_row(text.get(field.start..field.end), fields.len()) {
                        return cut(text, start);
                    }
                    fields.push(field);
                    field.end + 1
                }
                Quoted::Open if more && text.len() - at <= QUOTED_LENGTH_MAX + 1 => {
                    return RecordEnd::Partial;
                }
                Quoted::Open | Quoted::Malformed => return cut(text, start),
            }
        } else {
            let rest = text.get(at..).unwrap_or(&[]);
            let end = memchr3(delimiter, b'\n', b'\r', rest).map_or(text.len(), |found| at + found);
            fields.push(Field { start: at, end, doubled_quotes: false });
            end
        };
        match text.get(end) {
            Some(byte) if *byte == delimiter => at = end + 1,
            Some(b'\r') if end + 1 == text.len() && more => return RecordEnd::Partial,
            Some(_) => return RecordEnd::Complete { next: after_line_end(text, end) },
            None if more => return RecordEnd::Partial,
            None => return RecordEnd::Complete { next: text.len() },
        }
    }
}

/// How the records of a file look.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// The byte between fields.
    pub delimiter: u8,
    /// Fields of a row; 0 where that is not known.
    pub width: usize,
}

impl Shape {
    /// Whether a quoted field, the `column`th of its record, has swallowed a row: one of its lines
    /// has the delimiters of a whole row, or its last those of a row up to this column. Fewer than
    /// six say nothing: a remark may have some.
    fn holds_row(self, field: Option<&[u8]>, column: usize) -> bool {
        const COLUMN_MIN: usize = 6;
        let field = field.unwrap_or(&[]);
        if self.width <= COLUMN_MIN || memchr2(b'\n', b'\r', field).is_none() {
            return false;
        }
        let count = |line: &[u8]| memchr::memchr_iter(self.delimiter, line).count();
        let mut lines = field.split(|byte| matches!(byte, b'\n' | b'\r')).skip(1).peekable();
        while let Some(line) = lines.next() {
            let is_last = lines.peek().is_none();
            if (!is_last && count(line) + 1 == self.width)
                || (is_last && column >= COLUMN_MIN && count(line) == column)
            {
                return true;
            }
        }
        false
    }
}

enum Quoted {
    Closed(Field),
    Open,
    Malformed,
}

/// The quoted field that opens at `at`.
fn quoted(text: &[u8], at: usize, delimiter: u8, more: bool) -> Quoted {
    let start = at + 1;
    let limit = text.len().min(start + QUOTED_LENGTH_MAX);
    let mut from = start;
    let mut doubled_quotes = false;
    loop {
        let Some(found) = text.get(from..limit).and_then(|rest| memchr(QUOTE, rest)) else {
            return Quoted::Open;
        };
        let end = from + found;
        match text.get(end + 1) {
            Some(&QUOTE) => {
                doubled_quotes = true;
                from = end + 2;
            }
            Some(b'\n' | b'\r') => return Quoted::Closed(Field { start, end, doubled_quotes }),
            Some(byte) if *byte == delimiter => {
                return Quoted::Closed(Field { start, end, doubled_quotes });
            }
            Some(_) => return Quoted::Malformed,
            None if more => return Quoted::Open,
            None => return Quoted::Closed(Field { start, end, doubled_quotes }),
        }
    }
}

/// Ends a record at its first line end.
fn cut(text: &[u8], start: usize) -> RecordEnd {
    let rest = text.get(start..).unwrap_or(&[]);
    let next =
        memchr2(b'\n', b'\r', rest).map_or(text.len(), |found| after_line_end(text, start + found));
    RecordEnd::QuoteUnclosed { next }
}

/// The position after the line end at `at`.
fn after_line_end(text: &[u8], at: usize) -> usize {
    if text.get(at) == Some(&b'\r') && text.get(at + 1) == Some(&b'\n') { at + 2 } else { at + 1 }
}

/// Line ends in `text`: LF, CRLF or CR, each counted once.
pub fn count_line_ends(text: &[u8]) -> u64 {
    let mut count = memchr::memchr_iter(b'\n', text).count();
    for at in memchr::memchr_iter(b'\r', text) {
        count += usize::from(text.get(at + 1) != Some(&b'\n'));
    }
    count as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPE: Shape = Shape { delimiter: b';', width: 8 };

    fn split(text: &str) -> Vec<(Vec<&str>, bool)> {
        let bytes = text.as_bytes();
        let mut fields = Vec::new();
        let mut records = Vec::new();
        let mut at = 0;
        while at < bytes.len() {
            let end = next_record(bytes, at, SHAPE, false, &mut fields);
            let (next, complete) = match end {
                RecordEnd::Complete { next } => (next, true),
                RecordEnd::QuoteUnclosed { next } => (next, false),
                RecordEnd::Partial => unreachable!("nothing more follows"),
            };
            let texts = fields.iter().map(|field| &text[field.start..field.end]).collect();
            records.push((texts, complete));
            at = next;
        }
        records
    }

    #[test]
    fn any_line_end_ends_a_record() {
        let expected = vec![(vec!["a", "b"], true), (vec!["c", ""], true), (vec!["d"], true)];
        for text in ["a;b\nc;\nd", "a;b\r\nc;\r\nd\r\n", "a;b\rc;\rd\r"] {
            assert_eq!(split(text), expected, "{text:?}");
        }
    }

    #[test]
    fn quotes_hold_delimiters_line_ends_and_doubled_quotes() {
        let records = split("\"a;b\nc\";\"say \"\"x\"\"\"\n1;2\n");
        assert_eq!(records[0], (vec!["a;b\nc", "say \"\"x\"\""], true));
        assert_eq!(records[1], (vec!["1", "2"], true));
    }

    #[test]
    fn an_unclosed_quote_costs_one_row() {
        let records = split("1;\"open;2\n3;4\n5;6\n");
        let rows: Vec<_> = records.iter().map(|(_, complete)| *complete).collect();
        assert_eq!(rows, [false, true, true]);
        assert_eq!(records[1].0, ["3", "4"]);
    }

    #[test]
    fn two_stray_quotes_do_not_swallow_the_rows_between() {
        let records = split("1;\"a;2\n3;4\n5;\"b;6\n7;8\n");
        let rows: Vec<_> = records.iter().map(|(_, complete)| *complete).collect();
        assert_eq!(rows, [false, true, false, true]);
    }

    #[test]
    fn a_pair_of_stray_quotes_does_not_swallow_the_rows_between() {
        let whole = |text: &str| -> Vec<bool> {
            split(text).iter().map(|(_, complete)| *complete).collect()
        };
        let (open, row, close) =
            ("1;2;3;4;5;6;7;\"a\n", "1;2;3;4;5;6;7;b\n", "1;2;3;4;5;6;7;c\"\n");
        assert_eq!(whole(&[open, row, close, row].concat()), [false, true, true, true]);
        assert_eq!(whole(&[open, close, row].concat()), [false, true, true]);
        assert_eq!(whole("1;2;3;4;5;6;7;\"two\nlines; here\"\n"), [true]);
    }

    #[test]
    fn text_cut_anywhere_is_partial_or_split_alike() {
        let text = b"a;\"b\n;c\"\r\nd;e\r\n";
        let mut fields = Vec::new();
        for cut in 1..text.len() {
            let end = next_record(&text[..cut], 0, SHAPE, true, &mut fields);
            let whole = RecordEnd::Complete { next: 10 };
            assert_eq!(end, if cut < 10 { RecordEnd::Partial } else { whole }, "{cut}");
        }
    }
}
