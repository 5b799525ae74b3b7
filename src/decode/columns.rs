//! Column by column, block by block of rows: what is written as usual is read in place, the rest by
//! its careful reader.

use std::ops::Range;

use super::amount::{AmountError, parse_cents};
use super::batch::IdentifierColumn;
use super::codes::{CodeMemory, Codes, Meaning, NoCode};
use super::identifier::{Identifier, IdentifierFormat, eleven_digits, parse_national};
use super::row_hash::{number_hash, value_hash};
use super::{Decoder, rules};
use crate::delivery::Rows;
use crate::dictionary::{CodeColumn, Column};

const CODE_IDENTIFIER_TEXT: &str = "expected a code, found what could be an identifier";

/// The codes of one column as far as they have been read.
pub(super) struct CodeReader {
    memory: CodeMemory,
    drops_leading_zero: bool,
    keys: Vec<u32>,
}

impl CodeReader {
    fn new(column: CodeColumn, drops_leading_zero: bool, row_count: usize) -> Self {
        let memory = CodeMemory::new(Column::Code(column));
        Self { memory, drops_leading_zero, keys: vec![0; row_count] }
    }

    /// Reads some rows; gives those whose fields hold no code.
    fn read(&mut self, rows: &Rows, block: Range<usize>, at: usize) -> Vec<(usize, NoCode)> {
        let drops = self.drops_leading_zero;
        let learn = |memory: &mut CodeMemory, bytes: &[u8]| learn(memory, bytes, drops);
        self.memory.keys(rows, block.clone(), at, &mut self.keys[block], learn)
    }

    /// The column.
    pub(super) fn into_codes(self) -> Codes {
        self.memory.into_codes(self.keys)
    }
}

impl Decoder<'_> {
    pub(super) fn persons(&mut self, block: Range<usize>, at: usize) {
        for row in block {
            let number = match self.settings.identifier {
                IdentifierFormat::National => eleven_digits(self.rows.field(row, at)),
                IdentifierFormat::Coded => None,
            };
            match number {
                Some(number) => self.person(row, &Identifier::National(number)),
                None => self.person_of_text(row, at),
            }
        }
    }

    fn person_of_text(&mut self, row: usize, at: usize) {
        let Some(text) = self.readable(row, at, Some(Column::Person)) else { return };
        if text.is_empty() {
            let text = "expected the beneficiary's identifier, found no value";
            return self.reject(row, &rules::NISS_MISSING, Some("NISS"), text);
        }
        match self.settings.identifier.parse(&text) {
            Ok(identifier) => {
                self.niss_padded(row, &identifier, "NISS");
                self.person(row, &identifier);
            }
            Err(error) => self.reject(row, &rules::NISS_INVALID, Some("NISS"), error.to_string()),
        }
    }

    #[inline]
    fn person(&mut self, row: usize, identifier: &Identifier<'_>) {
        if let Identifier::National(number) = identifier {
            self.sex[row] = number.sex;
            self.birth_year[row] = Some(number.birth_year);
        }
        self.sums[row] = self.sums[row].wrapping_add(hash(Column::Person, identifier));
        put(&mut self.person, row, identifier);
    }

    pub(super) fn partners(&mut self, block: Range<usize>, at: usize) {
        for row in block {
            let bytes = self.rows.field(row, at);
            if bytes.is_empty() {
                continue;
            }
            let number = match self.settings.identifier {
                IdentifierFormat::National => eleven_digits(bytes),
                IdentifierFormat::Coded => None,
            };
            match number {
                Some(number) => self.partner(row, &Identifier::National(number)),
                None => self.partner_of_text(row, at),
            }
        }
    }

    /// A partner's identifier that fails is left out with a warning: the partner is no person of
    /// the counts, and a row with its amount must not be lost for it.
    fn partner_of_text(&mut self, row: usize, at: usize) {
        let Some(text) = self.readable(row, at, Some(Column::Partner)) else { return };
        if text.is_empty() {
            return;
        }
        match self.settings.identifier.parse(&text) {
            Ok(identifier) => {
                self.niss_padded(row, &identifier, "NNISPTN2");
                self.partner(row, &identifier);
            }
            Err(error) => {
                // It has no value, but still tells rows apart.
                let hash = value_hash(Column::Partner, text.as_bytes());
                self.sums[row] = self.sums[row].wrapping_add(hash);
                let column = Some("NNISPTN2");
                self.find(row, &rules::PARTNER_INVALID, column, error.to_string());
            }
        }
    }

    #[inline]
    fn partner(&mut self, row: usize, identifier: &Identifier<'_>) {
        self.sums[row] = self.sums[row].wrapping_add(hash(Column::Partner, identifier));
        put(&mut self.partner, row, identifier);
    }

    fn niss_padded(&mut self, row: usize, identifier: &Identifier<'_>, column: &'static str) {
        if identifier.padded() {
            let text = "found 10 digits that are valid with a leading zero";
            self.find(row, &rules::NISS_PADDED, Some(column), text);
        }
    }

    pub(super) fn days(&mut self, block: Range<usize>, at: usize, column: Column) {
        for row in block {
            let bytes = self.rows.field(row, at);
            if bytes.is_empty() {
                continue;
            }
            let memory = &mut self.day_memory[usize::from(column == Column::LastDay)];
            let known = memory.day(bytes, |day| number_hash(column, i64::from(day)));
            let (day, hash) = match known {
                Some(known) => known,
                None => {
                    let Some(day) = self.day_of_text(row, at, column) else { continue };
                    (day, number_hash(column, i64::from(day)))
                }
            };
            self.sums[row] = self.sums[row].wrapping_add(hash);
            let days =
                if column == Column::FirstDay { &mut self.first_day } else { &mut self.last_day };
            days[row] = Some(day);
        }
    }

    fn day_of_text(&mut self, row: usize, at: usize, column: Column) -> Option<i32> {
        let text = self.readable(row, at, Some(column))?;
        let day = super::date::parse_day(&text);
        if day.is_none() && !text.is_empty() {
            let expected = "expected a day that exists as YYYY-MM-DD, YYYYMMDD or DD/MM/YYYY";
            let text = format!("{expected}, found {}", self.shown(&text));
            self.reject(row, &rules::DATE, Some(column.name()), text);
        }
        day
    }

    pub(super) fn amounts(&mut self, block: Range<usize>, at: usize) {
        for row in block {
            let bytes = self.rows.field(row, at);
            if bytes.is_empty() {
                continue;
            }
            let cents = match super::amount::plain_cents(bytes) {
                Some(cents) => Some(cents),
                None => self.amount_of_text(row, at),
            };
            let Some(cents) = cents else { continue };
            self.sums[row] = self.sums[row].wrapping_add(number_hash(Column::Amount, cents));
            self.cents[row] = Some(cents);
        }
    }

    fn amount_of_text(&mut self, row: usize, at: usize) -> Option<i64> {
        let column = Some(Column::Amount.name());
        let text = self.readable(row, at, Some(Column::Amount))?;
        if text.is_empty() {
            return None;
        }
        let rule = match parse_cents(&text) {
            // Digits that fit their check number are more likely a person than millions.
            Ok(_) if has_national_digits(&text) => {
                let text = "expected an amount, found what could be an identifier";
                self.reject(row, &rules::CODE_IDENTIFIER, column, text);
                return None;
            }
            Ok(cents) => return Some(cents),
            Err(AmountError::Ambiguous) => &rules::AMOUNT_AMBIGUOUS,
            Err(AmountError::Malformed) => &rules::AMOUNT,
        };
        let expected = "expected an amount such as `1234.50`, at most 10 digits of euros";
        let text = format!("{expected}, found {}", self.shown(&text));
        self.reject(row, rule, column, text);
        None
    }

    pub(super) fn codes(&mut self, block: Range<usize>, at: usize, code: CodeColumn) {
        let reader = self.readers[code.index()].get_or_insert_with(|| {
            let drops = self.settings.drop_leading_zero.get(code.index()) == Some(&true);
            CodeReader::new(code, drops, self.rows.len())
        });
        let none = reader.read(&self.rows, block.clone(), at);
        reader.memory.add_hashes(&reader.keys[block.clone()], &mut self.sums[block.clone()]);
        for (row, meaning) in none {
            match meaning {
                NoCode::Unreadable => self.unreadable(row, Some(Column::Code(code))),
                NoCode::Identifier => self.code_identifier(row, code),
            }
        }
        if self.settings.identifier == IdentifierFormat::Coded {
            self.own_identifiers(block, at, code);
        }
    }

    /// Rejects rows in which an identifier without a form of its own stands where a code should.
    fn own_identifiers(&mut self, block: Range<usize>, at: usize, code: CodeColumn) {
        let Some(reader) = &self.readers[code.index()] else { return };
        let keyed = block.filter(|row| reader.keys[*row] > 0);
        let unknown =
            |row: &usize| !self.settings.knows(code, reader.memory.text(reader.keys[*row]));
        let own: Vec<usize> =
            keyed.filter(unknown).filter(|row| self.is_own_identifier(*row, at)).collect();
        for row in own {
            self.code_identifier(row, code);
            if let Some(reader) = &mut self.readers[code.index()] {
                reader.keys[row] = 0;
            }
        }
    }

    fn code_identifier(&mut self, row: usize, code: CodeColumn) {
        self.reject(row, &rules::CODE_IDENTIFIER, Some(code.name()), CODE_IDENTIFIER_TEXT);
    }

    /// Whether a field holds a token of its own row. Tokens have no form that tells them from
    /// codes; only a code that the dictionary knows is surely one.
    fn is_own_identifier(&self, row: usize, at: usize) -> bool {
        let text = self.rows.field(row, at).trim_ascii();
        [Column::Person, Column::Partner].into_iter().any(|column| {
            let field = self.header.position(column).map(|at| self.rows.field(row, at));
            field.is_some_and(|token| token.trim_ascii().eq_ignore_ascii_case(text))
        })
    }
}

/// What a raw text of a code column says.
fn learn(memory: &mut CodeMemory, bytes: &[u8], drops: bool) -> Meaning {
    let Ok(text) = std::str::from_utf8(bytes) else { return Err(NoCode::Unreadable) };
    let text = text.trim();
    if text.is_empty() {
        return Ok(0);
    }
    if could_be_identifier(text) {
        return Err(NoCode::Identifier);
    }
    Ok(memory.key(if drops { without_leading_zeros(text) } else { text }))
}

/// Codes are stored as they come, so a number that has slipped into the wrong column must not
/// become one: eight digits are a national number that has lost its leading zeros.
fn could_be_identifier(text: &str) -> bool {
    const DIGITS_MAX: usize = 7;
    text.len() > DIGITS_MAX && text.chars().filter(|it| it.is_numeric()).count() > DIGITS_MAX
}

fn hash(column: Column, identifier: &Identifier<'_>) -> u128 {
    match identifier {
        Identifier::National(number) => number_hash(column, number.digits),
        Identifier::Coded(token) => value_hash(column, token.as_bytes()),
    }
}

fn put(column: &mut IdentifierColumn, row: usize, identifier: &Identifier<'_>) {
    match (column, identifier) {
        (IdentifierColumn::National(numbers), Identifier::National(number)) => {
            numbers[row] = Some(number.digits);
        }
        (IdentifierColumn::Coded(tokens), Identifier::Coded(token)) => {
            tokens[row] = Some((*token).into());
        }
        _ => {}
    }
}

/// Whether an amount is written with the digits of a national number, wherever its marks stand.
fn has_national_digits(text: &str) -> bool {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    parse_national(&digits).is_ok()
}

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
