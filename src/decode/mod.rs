//! Text to typed values: records of a chunk become Arrow columns, and findings.
//!
//! In: a [`Chunk`] and the part's [`Header`]. Out: a [`DecodedBatch`]. Never: an error because of
//! the data, a value replaced by another, money as a binary float, or an identifier in a finding.

mod amount;
mod batch;
mod codes;
mod date;
mod identifier;
mod row_hash;
pub mod rules;

use std::borrow::Cow;

pub use amount::{AmountError, CENTS_MAX, parse_cents};
pub use batch::{DecodedBatch, IdentifierColumn, Sex};
pub use date::parse_day;
pub use identifier::{
    IdentifierError, IdentifierFormat, NationalNumber, parse_coded, parse_national,
};

use batch::BatchBuilder;

use crate::delivery::{Chunk, Field, Header, RecordEnd, count_line_ends, next_record};
use crate::dictionary::{Column, Dictionary};
use crate::finding::{Finding, Rule, shown};

/// What decoding depends on besides the text.
#[derive(Debug, Clone)]
pub struct DecodeSettings {
    identifier: IdentifierFormat,
    /// By position in `CODE_COLUMNS`: whether `01` is to be read `1`.
    drop_leading_zero: Vec<bool>,
}

impl DecodeSettings {
    /// The declared form of identifiers, and the dictionary's rule on leading zeros.
    pub fn new(identifier: IdentifierFormat, dictionary: &Dictionary) -> Self {
        let drops = |name: &&str| {
            dictionary.variable(name).is_some_and(|variable| variable.drop_leading_zero)
        };
        let drop_leading_zero = crate::dictionary::CODE_COLUMNS.iter().map(drops).collect();
        Self { identifier, drop_leading_zero }
    }
}

/// Decodes the records of a chunk.
pub fn decode(chunk: &Chunk, header: &Header, settings: &DecodeSettings) -> DecodedBatch {
    let mut decoder = Decoder {
        chunk,
        header,
        settings,
        valid: std::str::from_utf8(&chunk.text).ok(),
        batch: BatchBuilder::new(chunk.part, header, settings.identifier),
        line: chunk.first_line,
    };
    let text = &chunk.text;
    let mut fields = Vec::with_capacity(header.names().len());
    let mut at = 0;
    while at < text.len() {
        let end = next_record(text, at, header.delimiter(), false, &mut fields);
        let next = match end {
            RecordEnd::Complete { next } => {
                decoder.record(at, &fields);
                next
            }
            RecordEnd::QuoteUnclosed { next } => {
                decoder.quote_unclosed();
                next
            }
            RecordEnd::Partial => text.len(),
        };
        decoder.line += count_line_ends(text.get(at..next).unwrap_or(&[]));
        at = next;
    }
    decoder.batch.finish()
}

struct Decoder<'a> {
    chunk: &'a Chunk,
    header: &'a Header,
    settings: &'a DecodeSettings,
    /// The chunk as text, when all of it is valid UTF-8.
    valid: Option<&'a str>,
    batch: BatchBuilder,
    line: u64,
}

impl<'a> Decoder<'a> {
    fn record(&mut self, start: usize, fields: &[Field]) {
        if let [only] = fields
            && only.start == only.end
            && only.start == start
        {
            return; // An empty line is no row.
        }
        if self.is_header(fields) {
            self.batch.note_second_header(self.line);
        }
        let expected = self.header.names().len();
        if fields.len() != expected {
            self.batch.count_unread_row();
            let text = format!("expected {expected} fields, found {}", fields.len());
            return self.find(&rules::FIELD_COUNT, None, text);
        }
        self.batch.start_row(self.line);
        let header = self.header;
        for (field, column) in fields.iter().zip(header.columns()) {
            let Some(text) = self.text(*field) else {
                let text = "expected valid UTF-8, found other bytes";
                self.batch.reject_row();
                self.find(&rules::ENCODING, column.map(Column::name), text);
                if let Some(column) = column {
                    self.batch.append_unreadable(*column);
                }
                continue;
            };
            if let Some(column) = column {
                self.value(*column, text.trim(), fields);
            }
        }
        self.batch.end_row();
    }

    fn quote_unclosed(&mut self) {
        self.batch.count_unread_row();
        let text = "a quoted field is not closed before a delimiter or line end";
        self.find(&rules::QUOTE_UNCLOSED, None, text);
    }

    /// Whether the record is a header: names of variables, in any order and number. Rows hold
    /// none, so two are enough.
    fn is_header(&self, fields: &[Field]) -> bool {
        // Rows have a digit where a header has a letter; only what has not is looked at closely.
        let first_day = self.header.position(Column::FirstDay).and_then(|at| fields.get(at));
        let begins = first_day.and_then(|field| self.chunk.text.get(field.start));
        if begins.is_some_and(u8::is_ascii_digit) {
            return false;
        }
        let is_name = |field: &&Field| {
            // The names are ASCII letters and digits and begin with a letter.
            let bytes = self.chunk.text.get(field.start..field.end).unwrap_or(&[]);
            let begins = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
            let may_be = begins.is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == 0xEF);
            let name = || self.text(**field).map(|text| text.trim_matches(BLANK).to_owned());
            may_be && name().is_some_and(|name| Column::named(&name).is_some())
        };
        fields.iter().filter(is_name).take(2).count() == 2
    }

    /// A field's text without quotes; `None` where its bytes are not valid.
    fn text(&self, field: Field) -> Option<Cow<'a, str>> {
        let text = match self.valid {
            Some(valid) => valid.get(field.start..field.end)?,
            None => std::str::from_utf8(self.chunk.text.get(field.start..field.end)?).ok()?,
        };
        Some(if field.doubled_quotes {
            Cow::Owned(text.replace("\"\"", "\""))
        } else {
            Cow::Borrowed(text)
        })
    }

    fn value(&mut self, column: Column, text: &str, fields: &[Field]) {
        match column {
            Column::Person => self.person(text),
            Column::Partner => self.partner(text),
            Column::FirstDay | Column::LastDay => self.day(column, text),
            Column::Amount => self.amount(text),
            Column::Code(code) => {
                let drop = self.settings.drop_leading_zero.get(code.index()) == Some(&true);
                let text = if drop { without_leading_zeros(text) } else { text };
                if self.could_be_identifier(text, fields) {
                    self.batch.reject_row();
                    self.find(&rules::CODE_IDENTIFIER, Some(code.name()), CODE_IDENTIFIER_TEXT);
                    return self.batch.append_unreadable(column);
                }
                self.batch.append_code(code, text);
            }
        }
    }

    /// Codes are stored as they come, so a number that has slipped into the wrong column must not
    /// become one: eight digits are a national number that has lost its leading zeros, and a token
    /// is the row's own identifier.
    fn could_be_identifier(&self, text: &str, fields: &[Field]) -> bool {
        const DIGITS_MAX: usize = 7;
        if text.is_empty() {
            return false;
        }
        if text.len() > DIGITS_MAX && text.chars().filter(|it| it.is_numeric()).count() > DIGITS_MAX
        {
            return true;
        }
        [Column::Person, Column::Partner].into_iter().any(|column| {
            let field = self.header.position(column).and_then(|at| fields.get(at));
            let identifier = field.and_then(|field| self.text(*field));
            self.settings.identifier == IdentifierFormat::Coded
                && identifier.is_some_and(|identifier| identifier.trim() == text)
        })
    }

    fn person(&mut self, text: &str) {
        if text.is_empty() {
            self.batch.reject_row();
            self.batch.append_person(None);
            let text = "expected the beneficiary's identifier, found no value";
            return self.find(&rules::NISS_MISSING, Some("NISS"), text);
        }
        match self.settings.identifier.parse(text) {
            Ok(identifier) => {
                if identifier.padded() {
                    self.niss_padded("NISS");
                }
                self.batch.append_person(Some(&identifier));
            }
            Err(error) => {
                self.batch.reject_row();
                self.batch.append_person(None);
                self.find(&rules::NISS_INVALID, Some("NISS"), error.to_string());
            }
        }
    }

    /// A partner's identifier that fails is left out with a warning: the partner is no person of
    /// the counts, and a row with its amount must not be lost for it.
    fn partner(&mut self, text: &str) {
        if text.is_empty() {
            return self.batch.append_partner(None);
        }
        match self.settings.identifier.parse(text) {
            Ok(identifier) => {
                if identifier.padded() {
                    self.niss_padded("NNISPTN2");
                }
                self.batch.append_partner(Some(&identifier));
            }
            Err(error) => {
                self.batch.append_invalid_partner(text);
                self.find(&rules::PARTNER_INVALID, Some("NNISPTN2"), error.to_string());
            }
        }
    }

    fn niss_padded(&mut self, column: &'static str) {
        let text = "found 10 digits that are valid with a leading zero";
        self.find(&rules::NISS_PADDED, Some(column), text);
    }

    fn day(&mut self, column: Column, text: &str) {
        let day = parse_day(text);
        if day.is_none() && !text.is_empty() {
            self.batch.reject_row();
            let expected = "expected a day that exists as YYYY-MM-DD, YYYYMMDD or DD/MM/YYYY";
            let text = format!("{expected}, found {}", self.shown(text));
            self.find(&rules::DATE, Some(column.name()), text);
        }
        self.batch.append_day(column, day);
    }

    fn amount(&mut self, text: &str) {
        if text.is_empty() {
            return self.batch.append_amount(None);
        }
        let rule = match parse_cents(text) {
            // Eleven digits that fit their check number are more likely a person than millions.
            Ok(cents) if cents.abs() >= ELEVEN_DIGITS && is_national(cents.abs()) => {
                self.batch.reject_row();
                self.batch.append_amount(None);
                let text = "expected an amount, found what could be an identifier";
                return self.find(&rules::CODE_IDENTIFIER, Some("EBENCONVCM"), text);
            }
            Ok(cents) => return self.batch.append_amount(Some(cents)),
            Err(AmountError::Ambiguous) => &rules::AMOUNT_AMBIGUOUS,
            Err(AmountError::Malformed) => &rules::AMOUNT,
        };
        self.batch.reject_row();
        self.batch.append_amount(None);
        let text = format!(
            "expected an amount such as `1234.50`, at most 10 digits of euros, found {}",
            self.shown(text)
        );
        self.find(rule, Some("EBENCONVCM"), text);
    }

    /// A raw value for a finding; where identifiers have no fixed form nothing can be shown.
    fn shown(&self, text: &str) -> String {
        match self.settings.identifier {
            IdentifierFormat::National => shown(text),
            IdentifierFormat::Coded => format!("a text of {} characters", text.chars().count()),
        }
    }

    fn find(
        &mut self,
        rule: &'static Rule,
        column: Option<&'static str>,
        text: impl Into<Cow<'static, str>>,
    ) {
        let (part, line) = (self.chunk.part, self.line);
        self.batch.find(Finding { rule, part, line, column, text: text.into() });
    }
}

const ELEVEN_DIGITS: i64 = 10_000_000_000;

fn is_national(digits: i64) -> bool {
    parse_national(&digits.to_string()).is_ok()
}

const CODE_IDENTIFIER_TEXT: &str = "expected a code, found what could be an identifier";

/// What may stand around a name in a header.
const BLANK: [char; 6] = [' ', '\t', '\u{A0}', '\u{FEFF}', '"', '\0'];

/// `01` as `1`; `0` and `00` as `0`.
fn without_leading_zeros(text: &str) -> &str {
    let rest = text.trim_start_matches('0');
    if rest.is_empty() && !text.is_empty() { "0" } else { rest }
}

#[cfg(test)]
mod tests {
    use super::without_leading_zeros;

    #[test]
    fn leading_zeros_go_but_zero_stays() {
        let cases = [("01", "1"), ("15", "15"), ("0", "0"), ("00", "0"), ("", ""), ("10", "10")];
        for (text, expected) in cases {
            assert_eq!(without_leading_zeros(text), expected);
        }
    }
}
