//! A chunk split into rows of fields: one pass over the bytes, sixteen at a time.
//!
//! In: the text of a [`Chunk`](super::Chunk). Out: [`Rows`], the place of every field of every row
//! that has as many fields as the header, and the rows that have not. Never: a row that is in
//! neither list, or a record that ends elsewhere than [`next_record`] says.
//!
//! Delimiters, line ends and quotes are found as bits of a mask. A record in which a field begins
//! with a quote is left to [`next_record`], and its fields are written without their quotes behind
//! the text; so every field of a row begins one byte after the field before it ends.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use wide::u8x16;

use super::record::{Field, RecordEnd, Shape, count_line_ends, next_record};

const LANES: usize = 16;
const BLOCK: usize = 4 * LANES;
/// Bytes behind the text, so that a field can be read as a word.
const PADDING: usize = 8;

/// The rows of a chunk, by the places of their fields. Its `Debug` shows counts, never text.
pub struct Rows {
    text: Vec<u8>,
    width: usize,
    starts: Vec<u32>,
    ends: Vec<u32>,
    lines: Vec<u64>,
    unread: Vec<UnreadRow>,
}

/// A record whose fields cannot be told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnreadRow {
    /// Line it begins on.
    pub line: u64,
    /// Its first byte in the chunk's text.
    pub start: usize,
    /// One past its last byte, line end included.
    pub end: usize,
    /// What is wrong with it.
    pub fault: RowFault,
}

/// Why the fields of a record cannot be told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowFault {
    /// It has that many fields, which are not as many as the header's.
    FieldCount(usize),
    /// A quoted field is not closed.
    QuoteUnclosed,
}

impl fmt::Debug for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Rows({} rows, {} unread)", self.lines.len(), self.unread.len())
    }
}

impl Rows {
    /// Splits whole records, the first of which begins on `first_line`, into rows of `width` fields.
    pub fn split(text: Vec<u8>, first_line: u64, delimiter: u8, width: usize) -> Self {
        Splitter::new(text, first_line, delimiter, width).run()
    }

    /// Rows that have as many fields as the header.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Fields of each row.
    pub fn width(&self) -> usize {
        self.width
    }

    /// The line that each row begins on, as an editor counts it.
    pub fn lines(&self) -> &[u64] {
        &self.lines
    }

    /// Gives rows the lines they had in another file, by the lines they have.
    pub fn relabel(&mut self, lines: &BTreeMap<u64, u64>) {
        for line in &mut self.lines {
            *line = lines.get(line).copied().unwrap_or(*line);
        }
    }

    /// The records that are no rows, in file order.
    pub fn unread(&self) -> &[UnreadRow] {
        &self.unread
    }

    /// The bytes of a record that is no row, without its line end.
    pub fn unread_text(&self, row: &UnreadRow) -> &[u8] {
        let bytes = self.text.get(row.start..row.end).unwrap_or(&[]);
        let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        bytes.strip_suffix(b"\r").unwrap_or(bytes)
    }

    /// All bytes: those of the chunk, then the fields that had quotes, then padding.
    pub fn text(&self) -> &[u8] {
        &self.text
    }

    /// Where a field begins and ends in [`text`](Self::text).
    #[inline]
    pub fn bounds(&self, row: usize, field: usize) -> (usize, usize) {
        let at = row * self.width + field;
        let start = if field == 0 { self.starts[row] } else { self.ends[at - 1] + 1 };
        (start as usize, self.ends[at] as usize)
    }

    /// The same of a field in some rows.
    pub fn bounds_of(
        &self,
        rows: Range<usize>,
        field: usize,
    ) -> impl Iterator<Item = (usize, usize)> {
        let ends = &self.ends[rows.start * self.width..rows.end * self.width];
        let ends = ends.chunks_exact(self.width.max(1));
        self.starts[rows].iter().zip(ends).map(move |(start, ends)| {
            let start = if field == 0 { *start } else { ends[field - 1] + 1 };
            (start as usize, ends[field] as usize)
        })
    }

    /// Where the first field of a row begins, and where each of its fields ends.
    #[inline]
    pub fn ends(&self, row: usize) -> (u32, &[u32]) {
        (self.starts[row], &self.ends[row * self.width..(row + 1) * self.width])
    }

    /// A field's bytes, without quotes.
    #[inline]
    pub fn field(&self, row: usize, field: usize) -> &[u8] {
        let (start, end) = self.bounds(row, field);
        self.text.get(start..end).unwrap_or(&[])
    }
}

struct Splitter {
    rows: Rows,
    length: usize,
    delimiter: u8,
    /// Fields without quotes, to be put behind the text.
    unquoted: Vec<u8>,
    fields: Vec<Field>,
    line: u64,
    row_start: usize,
    /// Ends of fields when the row began.
    base: usize,
    /// Marks before this place have been dealt with.
    resume: usize,
}

impl Splitter {
    fn new(text: Vec<u8>, first_line: u64, delimiter: u8, width: usize) -> Self {
        let length = text.len();
        let guess = length / (3 * width.max(1)) + 1;
        let mut rows = Rows {
            text,
            width,
            starts: Vec::with_capacity(guess),
            ends: Vec::with_capacity(guess * width),
            lines: Vec::with_capacity(guess),
            unread: Vec::new(),
        };
        rows.text.resize(length.next_multiple_of(BLOCK), 0);
        Self {
            rows,
            length,
            delimiter,
            unquoted: Vec::new(),
            fields: Vec::new(),
            line: first_line,
            row_start: 0,
            base: 0,
            resume: 0,
        }
    }

    fn run(mut self) -> Rows {
        let text = std::mem::take(&mut self.rows.text);
        let delimiter = u8x16::splat(self.delimiter);
        for (number, block) in text.as_chunks::<BLOCK>().0.iter().enumerate() {
            self.block(&text, number * BLOCK, Marks::of(block, delimiter));
        }
        if self.row_start < self.length {
            self.end_field(self.length);
            self.end_row(self.length, self.length);
        }
        self.rows.text = text;
        self.rows.text.truncate(self.length);
        self.rows.text.append(&mut self.unquoted);
        self.rows.text.resize(self.rows.text.len() + PADDING, 0);
        self.rows
    }

    /// Deals with the marks of the block at `at`: delimiters many at once, the others one by one.
    #[inline]
    fn block(&mut self, text: &[u8], at: usize, marks: Marks) {
        let mut marks = marks.from(self.resume.saturating_sub(at));
        while marks.others != 0 {
            let place = marks.others.trailing_zeros() as usize;
            self.end_fields(at, marks.until(place).delimiters);
            self.mark(text, at + place);
            marks = marks.from((place + 1).max(self.resume.saturating_sub(at)));
        }
        self.end_fields(at, marks.delimiters);
    }

    /// Ends a field at each of the places after `at` that are marked.
    #[inline]
    fn end_fields(&mut self, at: usize, mut places: u64) {
        let at = u32::try_from(at).unwrap_or(u32::MAX);
        // As many as are counted first, so that there is room for all of them at once.
        self.rows.ends.extend((0..places.count_ones()).map(|_| {
            let place = at.saturating_add(places.trailing_zeros());
            places &= places.wrapping_sub(1);
            place
        }));
    }

    /// Deals with a line end or quote.
    #[inline]
    fn mark(&mut self, text: &[u8], place: usize) {
        let byte = text[place];
        if byte == b'"' {
            let field_start = self.rows.ends.get(self.base..).and_then(<[u32]>::last);
            if field_start.map_or(self.row_start, |end| *end as usize + 1) == place {
                self.quoted_record(text);
            }
        } else {
            let paired = byte == b'\r' && place + 1 < self.length && text[place + 1] == b'\n';
            let next = place + 1 + usize::from(paired);
            self.end_field(place);
            self.end_row(place, next);
            self.line += 1;
            (self.row_start, self.resume) = (next, next);
        }
    }

    #[inline]
    fn end_field(&mut self, place: usize) {
        self.rows.ends.push(u32::try_from(place).unwrap_or(u32::MAX));
    }

    /// Ends the row before `place`, where its line end stands; `next` is one past that.
    #[inline]
    fn end_row(&mut self, place: usize, next: usize) {
        let count = self.rows.ends.len() - self.base;
        if count == self.rows.width && !(count == 1 && place == self.row_start) {
            self.rows.starts.push(u32::try_from(self.row_start).unwrap_or(u32::MAX));
            self.rows.lines.push(self.line);
            self.base = self.rows.ends.len();
            return;
        }
        self.rows.ends.truncate(self.base);
        // An empty line is no row.
        if place > self.row_start {
            self.unread(RowFault::FieldCount(count), next);
        }
    }

    fn unread(&mut self, fault: RowFault, end: usize) {
        self.rows.unread.push(UnreadRow { line: self.line, start: self.row_start, end, fault });
    }

    /// The record from `row_start`, in which some field is quoted.
    fn quoted_record(&mut self, text: &[u8]) {
        self.rows.ends.truncate(self.base);
        let text = text.get(..self.length).unwrap_or(&[]);
        let shape = Shape { delimiter: self.delimiter, width: self.rows.width };
        let end = next_record(text, self.row_start, shape, false, &mut self.fields);
        let next = end.next().unwrap_or(self.length);
        match end {
            RecordEnd::Complete { .. } if self.fields.len() == self.rows.width => {
                self.keep_unquoted(text);
            }
            RecordEnd::Complete { .. } => {
                self.unread(RowFault::FieldCount(self.fields.len()), next);
            }
            _ => self.unread(RowFault::QuoteUnclosed, next),
        }
        self.line += count_line_ends(text.get(self.row_start..next).unwrap_or(&[]));
        (self.row_start, self.resume) = (next, next);
    }

    fn keep_unquoted(&mut self, text: &[u8]) {
        let start = self.length + self.unquoted.len();
        self.rows.starts.push(u32::try_from(start).unwrap_or(u32::MAX));
        self.rows.lines.push(self.line);
        for field in &self.fields {
            let bytes = text.get(field.start..field.end).unwrap_or(&[]);
            let mut after_quote = false;
            for byte in bytes {
                // Of two quotes that stand for one, the second stays.
                after_quote = field.doubled_quotes && *byte == b'"' && !after_quote;
                if !after_quote {
                    self.unquoted.push(*byte);
                }
            }
            let end = self.length + self.unquoted.len();
            self.rows.ends.push(u32::try_from(end).unwrap_or(u32::MAX));
            self.unquoted.push(self.delimiter);
        }
        self.base = self.rows.ends.len();
    }
}

/// What stands in a block, a bit per byte.
#[derive(Clone, Copy)]
struct Marks {
    delimiters: u64,
    /// Line ends and quotes.
    others: u64,
}

impl Marks {
    #[inline]
    fn of(block: &[u8; BLOCK], delimiter: u8x16) -> Self {
        let [line_feed, carriage_return, quote] = [b'\n', b'\r', b'"'].map(u8x16::splat);
        let mut marks = Self { delimiters: 0, others: 0 };
        for (at, lane) in block.as_chunks::<LANES>().0.iter().enumerate() {
            let lane = u8x16::new(*lane);
            let others =
                lane.simd_eq(line_feed) | lane.simd_eq(carriage_return) | lane.simd_eq(quote);
            let bits = |found: u8x16| u64::from(found.to_bitmask()) << (at * LANES);
            marks.delimiters |= bits(lane.simd_eq(delimiter));
            marks.others |= bits(others);
        }
        marks
    }

    /// Those from a place on.
    #[inline]
    fn from(self, place: usize) -> Self {
        let kept = if place < BLOCK { u64::MAX << place } else { 0 };
        Self { delimiters: self.delimiters & kept, others: self.others & kept }
    }

    /// Those before a place.
    #[inline]
    fn until(self, place: usize) -> Self {
        let kept = (1 << place) - 1;
        Self { delimiters: self.delimiters & kept, others: self.others & kept }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A line and its fields.
    type PlainRow = (u64, Vec<Vec<u8>>);

    /// What [`next_record`] makes of a text, record by record.
    fn plain(text: &[u8], width: usize) -> (Vec<PlainRow>, Vec<UnreadRow>) {
        let (mut rows, mut unread, mut fields) = (Vec::new(), Vec::new(), Vec::new());
        let (mut at, mut line) = (0, 1);
        while at < text.len() {
            let shape = Shape { delimiter: b';', width };
            let end = next_record(text, at, shape, false, &mut fields);
            let next = end.next().unwrap();
            let unquoted = |field: &Field| {
                let text = text[field.start..field.end].to_vec();
                if !field.doubled_quotes {
                    return text;
                }
                String::from_utf8_lossy(&text).replace("\"\"", "\"").into_bytes()
            };
            let fault = |fault| UnreadRow { line, start: at, end: next, fault };
            let empty =
                fields.len() == 1 && fields[0].start == fields[0].end && fields[0].start == at;
            match end {
                RecordEnd::Complete { .. } if empty => {}
                RecordEnd::Complete { .. } if fields.len() == width => {
                    rows.push((line, fields.iter().map(unquoted).collect()));
                }
                RecordEnd::Complete { .. } => {
                    unread.push(fault(RowFault::FieldCount(fields.len())));
                }
                _ => unread.push(fault(RowFault::QuoteUnclosed)),
            }
            line += count_line_ends(&text[at..next]);
            at = next;
        }
        (rows, unread)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn rows_are_what_the_records_are_one_by_one(
            pieces in prop::collection::vec(
                prop::sample::select(vec![
                    "a", "bc", ";", ";", ";", "\n", "\r\n", "\r", "\"", "\"\"", "\"x\"", ";\"y;z\"", "é", "long field of some twenty bytes",
                ]),
                0..80,
            ),
            width in 1_usize..9,
        ) {
            let text = pieces.concat().into_bytes();
            let rows = Rows::split(text.clone(), 1, b';', width);
            let found: Vec<PlainRow> = (0..rows.len())
                .map(|row| {
                    (rows.lines()[row], (0..width).map(|at| rows.field(row, at).to_vec()).collect())
                })
                .collect();
            let (expected, unread) = plain(&text, width);
            prop_assert_eq!(found, expected);
            prop_assert_eq!(rows.unread(), &unread[..]);
        }
    }
}
