//! Text to typed values: the rows of a chunk become columns, and findings.
//!
//! In: a [`Chunk`] and the part's [`Header`]. Out: a [`DecodedBatch`]. Never: an error because of
//! the data, a value replaced by another, money as a binary float, or an identifier in a finding.

mod amount;
mod batch;
mod cells;
mod code_reader;
mod codes;
mod columns;
mod date;
mod header_again;
mod identifier;
mod no_value;
mod row_hash;
pub mod rules;
mod whole_number;

use std::borrow::Cow;
use std::ops::Range;

pub use amount::{AmountError, CENTS_MAX, PLAUSIBLE_CENTS_MAX, parse_cents};
pub use batch::{DecodedBatch, IdentifierColumn, Sex};
pub use cells::CellCounts;
pub use codes::Codes;
pub use date::{DayFirstDates, parse_day};
pub use identifier::{
    IdentifierError, IdentifierFormat, NationalNumber, parse_coded, parse_national,
};
pub use no_value::is_no_value_word;
pub use whole_number::whole_number;

use cells::{count_blank, count_held};
use code_reader::CodeReader;
use date::DayMemory;
use row_hash::row_hash;

use crate::delivery::{Chunk, Header, RowFault, Rows};
use crate::dictionary::{CODE_COLUMNS, CodeColumn, Column, Dictionary};
use crate::finding::{Finding, Rule, shown};
use crate::quarter::Day;

/// What decoding depends on besides the text.
#[derive(Debug, Clone)]
pub struct DecodeSettings {
    identifier: IdentifierFormat,
    /// The largest magnitude of an amount, in cents.
    cents_max: i64,
    /// By position in `CODE_COLUMNS`: whether `01` is to be read `1`.
    drop_leading_zero: Vec<bool>,
    /// Where identifiers have no form of their own, the dictionary tells codes from them.
    dictionary: Option<Dictionary>,
}

impl DecodeSettings {
    /// The declared form of identifiers, and the dictionary's rule on leading zeros.
    pub fn new(identifier: IdentifierFormat, dictionary: &Dictionary) -> Self {
        let drops = |name: &&str| {
            dictionary.variable(name).is_some_and(|variable| variable.drop_leading_zero)
        };
        let drop_leading_zero = CODE_COLUMNS.iter().map(drops).collect();
        let dictionary = (identifier == IdentifierFormat::Coded).then(|| dictionary.clone());
        Self { identifier, cents_max: PLAUSIBLE_CENTS_MAX, drop_leading_zero, dictionary }
    }

    /// The same with another largest magnitude of an amount.
    #[must_use]
    pub fn with_cents_max(self, cents_max: i64) -> Self {
        Self { cents_max, ..self }
    }

    /// Whether a text is surely a code.
    fn knows(&self, column: CodeColumn, text: &str) -> bool {
        self.dictionary.as_ref().is_some_and(|dictionary| dictionary.knows_code(column, text))
    }
}

/// Decodes the records of a chunk.
pub fn decode(chunk: Chunk, header: &Header, settings: &DecodeSettings) -> DecodedBatch {
    let Chunk { part, first_line, text, .. } = chunk;
    let rows = Rows::split(text, first_line, header.delimiter(), header.names().len());
    let mut decoder = Decoder::new(part, rows, header, settings);
    decoder.unread_rows();
    let row_count = decoder.rows.len();
    for start in (0..row_count).step_by(BLOCK) {
        decoder.block(start..row_count.min(start + BLOCK));
    }
    decoder.finish()
}

const ENCODING_TEXT: &str =
    "expected text in the file's encoding, found bytes that it does not have";

/// Rows whose columns are decoded one after the other: their text and the places of their fields
/// stay in the processor's nearest cache.
const BLOCK: usize = 256;

/// Decodes blocks of rows column by column; what it finds is put in file order at the end.
struct Decoder<'a> {
    part: usize,
    header: &'a Header,
    settings: &'a DecodeSettings,
    rows: Rows,
    /// Whether all bytes are valid UTF-8.
    valid: bool,
    second_header: Option<u64>,
    rejected: Vec<bool>,
    sums: Vec<u128>,
    /// By place in the row: fields that are not empty.
    held: Vec<u32>,
    /// By place in the row: what became of fields that gave no value to be kept.
    tallies: Vec<CellCounts>,
    person: IdentifierColumn,
    partner: IdentifierColumn,
    sex: Vec<Option<Sex>>,
    birth_year: Vec<Option<i16>>,
    first_day: Vec<Option<Day>>,
    last_day: Vec<Option<Day>>,
    cents: Vec<Option<i64>>,
    day_first: DayFirstDates,
    /// Of first and last days.
    day_memory: [DayMemory; 2],
    /// By position in `CODE_COLUMNS`.
    readers: Vec<Option<CodeReader>>,
    findings: Vec<Finding>,
}

/// What a field that is not written as usual holds.
enum Cell {
    /// Text, without blanks around it.
    Text(String),
    /// Nothing, or a word for it.
    NoValue,
    /// Bytes that are not valid text.
    Unreadable,
}

impl<'a> Decoder<'a> {
    fn new(part: usize, rows: Rows, header: &'a Header, settings: &'a DecodeSettings) -> Self {
        let count = rows.len();
        let identifiers = || match settings.identifier {
            IdentifierFormat::National => IdentifierColumn::National(vec![None; count]),
            IdentifierFormat::Coded => IdentifierColumn::Coded(vec![None; count]),
        };
        Self {
            part,
            header,
            settings,
            valid: std::str::from_utf8(rows.text()).is_ok(),
            rows,
            second_header: None,
            rejected: vec![false; count],
            sums: vec![0; count],
            held: vec![0; header.names().len()],
            tallies: vec![CellCounts::default(); header.names().len()],
            person: identifiers(),
            partner: identifiers(),
            sex: vec![None; count],
            birth_year: vec![None; count],
            first_day: vec![None; count],
            last_day: vec![None; count],
            cents: vec![None; count],
            day_first: DayFirstDates::default(),
            day_memory: Default::default(),
            readers: CODE_COLUMNS.iter().map(|_| None).collect(),
            findings: Vec::new(),
        }
    }

    /// Decodes some rows.
    fn block(&mut self, rows: Range<usize>) {
        let header = self.header;
        for (at, column) in header.columns().iter().enumerate() {
            let rows = rows.clone();
            match column {
                Some(Column::Person) => self.persons(rows, at),
                Some(Column::Partner) => self.partners(rows, at),
                Some(column @ (Column::FirstDay | Column::LastDay)) => {
                    self.days(rows, at, *column);
                }
                Some(Column::Amount) => self.amounts(rows, at),
                Some(Column::Code(code)) => self.codes(rows, at, *code),
                None => self.unknown_column(rows, at),
            }
        }
        count_held(&self.rows, rows.clone(), &mut self.held);
        self.fill_last_days(rows);
    }

    /// Finds the records that are no rows, and headers among all of them.
    fn unread_rows(&mut self) {
        let expected = self.header.names().len();
        let mut headers = Vec::new();
        for row in self.rows.unread() {
            let (rule, text) = match row.fault {
                RowFault::FieldCount(count) => {
                    if header_again::in_record(&self.rows, row, self.header) {
                        headers.push(row.line);
                    }
                    let text = format!("expected {expected} fields, found {count}");
                    (&rules::FIELD_COUNT, Cow::Owned(text))
                }
                RowFault::QuoteUnclosed => {
                    let text = "a quoted field is not closed before a delimiter or line end";
                    (&rules::QUOTE_UNCLOSED, Cow::Borrowed(text))
                }
            };
            let (part, line) = (self.part, row.line);
            self.findings.push(Finding { rule, part, line, column: None, text });
        }
        headers.extend(header_again::in_rows(&self.rows, self.header));
        self.second_header = headers.into_iter().min();
    }

    /// What a field of a known column holds; a finding where that is not a value.
    fn cell(&mut self, row: usize, at: usize, column: Column) -> Cell {
        let Ok(text) = std::str::from_utf8(self.rows.field(row, at)) else {
            self.unreadable(row, at, column);
            return Cell::Unreadable;
        };
        let text = text.trim();
        if is_no_value_word(text) {
            self.no_value_word(row, at, column);
            return Cell::NoValue;
        }
        if text.is_empty() { Cell::NoValue } else { Cell::Text(text.to_owned()) }
    }

    /// A word can be no identifier, so it is shown whatever form these have.
    fn no_value_word(&mut self, row: usize, at: usize, column: Column) {
        self.tallies[at].no_value_words += 1;
        let word = String::from_utf8_lossy(self.rows.field(row, at));
        let text = format!("expected a value or nothing, found `{}`: no value", word.trim());
        self.find(row, &rules::NO_VALUE_WORD, Some(column.name()), text);
    }

    fn unreadable(&mut self, row: usize, at: usize, column: Column) {
        self.lose(row, at, &rules::ENCODING, column, ENCODING_TEXT);
    }

    /// A finding that takes the place of a value, and keeps the row out.
    fn lose(
        &mut self,
        row: usize,
        at: usize,
        rule: &'static Rule,
        column: Column,
        text: impl Into<Cow<'static, str>>,
    ) {
        self.tallies[at].findings += 1;
        self.reject(row, rule, Some(column.name()), text);
    }

    /// A finding that keeps the row out; the row is then also none that others can duplicate.
    fn reject(
        &mut self,
        row: usize,
        rule: &'static Rule,
        column: Option<&'static str>,
        text: impl Into<Cow<'static, str>>,
    ) {
        self.rejected[row] = true;
        self.find(row, rule, column, text);
    }

    fn find(
        &mut self,
        row: usize,
        rule: &'static Rule,
        column: Option<&'static str>,
        text: impl Into<Cow<'static, str>>,
    ) {
        let (part, line) = (self.part, self.rows.lines()[row]);
        self.findings.push(Finding { rule, part, line, column, text: text.into() });
    }

    /// A column that is not stored: only its bytes must be valid. Under no name nothing may stand:
    /// it is the rest of a value that held a delimiter, and the values before it have moved.
    fn unknown_column(&mut self, rows: Range<usize>, at: usize) {
        let nameless = self.header.is_nameless(at);
        if self.valid && !nameless {
            return;
        }
        for row in rows {
            match std::str::from_utf8(self.rows.field(row, at)) {
                Err(_) => self.reject(row, &rules::ENCODING, None, ENCODING_TEXT),
                Ok(text) if nameless && !text.trim().is_empty() => {
                    let field = at + 1;
                    let text = format!(
                        "expected nothing in field {field}, which the header gives no name, found a value"
                    );
                    self.reject(row, &rules::FIELD_COUNT, None, text);
                }
                Ok(_) => {}
            }
        }
    }

    /// A raw value for a finding; where identifiers have no fixed form nothing can be shown.
    fn shown(&self, text: &str) -> String {
        match self.settings.identifier {
            IdentifierFormat::National => shown(text),
            IdentifierFormat::Coded => format!("a text of {} characters", text.chars().count()),
        }
    }

    /// What became of the fields of each known column.
    fn cells(&self) -> Vec<(Column, CellCounts)> {
        let counts = |(at, column): (usize, &Option<Column>)| {
            let column = (*column)?;
            let mut counts = self.tallies[at];
            counts.values += self.value_count(column);
            counts.held = u64::from(self.held[at]);
            if !counts.balances() {
                counts.held -= count_blank(&self.rows, at);
            }
            Some((column, counts))
        };
        self.header.columns().iter().enumerate().filter_map(counts).collect()
    }

    /// Rows that have a value in a column.
    fn value_count(&self, column: Column) -> u64 {
        fn some<T>(values: &[Option<T>]) -> u64 {
            values.iter().map(|value| u64::from(value.is_some())).sum()
        }
        match column {
            Column::Person => self.person.value_count(),
            Column::Partner => self.partner.value_count(),
            Column::FirstDay => some(&self.first_day),
            Column::LastDay => some(&self.last_day),
            Column::Amount => some(&self.cents),
            Column::Code(code) => {
                self.readers[code.index()].as_ref().map_or(0, CodeReader::value_count)
            }
        }
    }

    fn finish(mut self) -> DecodedBatch {
        self.findings.sort_by_key(|finding| finding.line);
        let cells = self.cells();
        let place = |column| self.header.position(Column::Code(column));
        let code_places = CodeColumn::all().map(place).collect();
        let count = self.rows.len();
        let hash = |(sum, rejected): (u128, &bool)| if *rejected { 0 } else { row_hash(sum) };
        let row_hashes = self.sums.into_iter().zip(&self.rejected).map(hash).collect();
        let codes = self.readers.into_iter().map(|reader| match reader {
            Some(reader) => reader.into_codes(),
            None => Codes::absent(count),
        });
        DecodedBatch {
            part: self.part,
            rows: self.rows,
            second_header: self.second_header,
            rejected: self.rejected,
            row_hashes,
            person: self.person,
            partner: self.partner,
            sex: self.sex,
            birth_year: self.birth_year,
            first_day: self.first_day,
            last_day: self.last_day,
            cents: self.cents,
            day_first: self.day_first,
            codes: codes.collect(),
            code_places,
            cells,
            findings: self.findings,
        }
    }
}
