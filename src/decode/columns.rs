//! Column by column, block by block of rows: what is written as usual is read in place, the rest by
//! its careful reader.

use std::ops::Range;

use super::amount::{AmountError, parse_cents};
use super::batch::IdentifierColumn;
use super::code_reader::CodeReader;
use super::codes::Odd;
use super::date::{DayError, OPEN_END};
use super::identifier::{Identifier, IdentifierFormat, eleven_digits, parse_national};
use super::row_hash::{number_hash, value_hash};
use super::{Cell, Decoder, rules};
use crate::dictionary::{CodeColumn, Column};
use crate::quarter::end_of_month;

const CODE_IDENTIFIER_TEXT: &str = "expected a code, found what could be an identifier";

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
        let text = match self.cell(row, at, Column::Person) {
            Cell::Text(text) => text,
            Cell::Unreadable => return,
            Cell::NoValue => {
                let text = "expected the beneficiary's identifier, found no value";
                return self.reject(row, &rules::NISS_MISSING, Some("NISS"), text);
            }
        };
        match self.settings.identifier.parse(&text) {
            Ok(identifier) => {
                self.niss_padded(row, &identifier, "NISS");
                self.person(row, &identifier);
            }
            Err(error) => {
                self.lose(row, at, &rules::NISS_INVALID, Column::Person, error.to_string());
            }
        }
    }

    #[inline]
    fn person(&mut self, row: usize, identifier: &Identifier<'_>) {
        if let Identifier::National(number) = identifier {
            self.sex[row] = number.sex;
            self.birth_year[row] = number.birth_year;
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
        let Cell::Text(text) = self.cell(row, at, Column::Partner) else { return };
        match self.settings.identifier.parse(&text) {
            Ok(identifier) => {
                self.niss_padded(row, &identifier, "NNISPTN2");
                self.partner(row, &identifier);
            }
            Err(error) => {
                self.tallies[at].findings += 1;
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
            if column == Column::FirstDay {
                self.first_day[row] = Some(day);
            } else if day < OPEN_END {
                self.last_day[row] = Some(day);
            } else {
                // No last day, which is filled in like one that is missing.
                self.tallies[at].values += 1;
                continue;
            }
            self.sums[row] = self.sums[row].wrapping_add(hash);
        }
    }

    fn day_of_text(&mut self, row: usize, at: usize, column: Column) -> Option<i32> {
        let Cell::Text(text) = self.cell(row, at, column) else { return None };
        let expected = match super::date::read_day(&text) {
            Ok(day) => {
                self.day_first.note(&text);
                return Some(day);
            }
            Err(DayError::Malformed) => {
                "a day that exists as YYYY-MM-DD, YYYYMMDD, DD/MM/YYYY, DD-MM-YYYY or DDMONYYYY"
            }
            Err(DayError::TimeOfDay) => "a day without a time, or with one of midnight",
        };
        let text = format!("expected {expected}, found {}", self.shown(&text));
        self.lose(row, at, &rules::DATE, column, text);
        None
    }

    /// Adds the last days that are missing to the hashes of their rows, as they are filled in.
    pub(super) fn fill_last_days(&mut self, block: Range<usize>) {
        for row in block {
            if self.last_day[row].is_none()
                && let Some(first) = self.first_day[row]
            {
                let hash = number_hash(Column::LastDay, i64::from(end_of_month(first)));
                self.sums[row] = self.sums[row].wrapping_add(hash);
            }
        }
    }

    pub(super) fn amounts(&mut self, block: Range<usize>, at: usize) {
        for row in block {
            let bytes = self.rows.field(row, at);
            if bytes.is_empty() {
                continue;
            }
            // What is read in place has no sign.
            let cents = match super::amount::plain_cents(bytes) {
                Some(cents) if cents <= self.settings.cents_max => Some(cents),
                _ => self.amount_of_text(row, at),
            };
            let Some(cents) = cents else { continue };
            self.sums[row] = self.sums[row].wrapping_add(number_hash(Column::Amount, cents));
            self.cents[row] = Some(cents);
        }
    }

    fn amount_of_text(&mut self, row: usize, at: usize) -> Option<i64> {
        let Cell::Text(text) = self.cell(row, at, Column::Amount) else { return None };
        let rule = match parse_cents(&text) {
            Ok(cents) if cents.abs() > self.settings.cents_max => {
                return self.implausible_amount(row, at, &text);
            }
            Err(AmountError::TooLarge) => return self.implausible_amount(row, at, &text),
            // Digits that fit their check number are more likely a person than millions.
            Ok(_) if has_national_digits(&text) => {
                let text = "expected an amount, found what could be an identifier";
                self.lose(row, at, &rules::CODE_IDENTIFIER, Column::Amount, text);
                return None;
            }
            Ok(cents) => return Some(cents),
            Err(AmountError::Ambiguous) => &rules::AMOUNT_AMBIGUOUS,
            Err(AmountError::Malformed) => &rules::AMOUNT,
        };
        let expected = "expected an amount such as `1234.50`, at most 10 digits of euros";
        let text = format!("{expected}, found {}", self.shown(&text));
        self.lose(row, at, rule, Column::Amount, text);
        None
    }

    /// None of its digits may stand anywhere: they could be those of a number.
    fn implausible_amount(&mut self, row: usize, at: usize, text: &str) -> Option<i64> {
        let most = self.settings.cents_max;
        let digits = text.chars().filter(char::is_ascii_digit).count();
        let text = format!(
            "expected at most {}.{:02} euros either way, found an amount of {digits} digits",
            most / 100,
            most % 100
        );
        self.lose(row, at, &rules::AMOUNT_IMPLAUSIBLE, Column::Amount, text);
        None
    }

    pub(super) fn codes(&mut self, block: Range<usize>, at: usize, code: CodeColumn) {
        let reader = self.readers[code.index()].get_or_insert_with(|| {
            let drops = self.settings.drop_leading_zero.get(code.index()) == Some(&true);
            CodeReader::new(code, drops, self.rows.len())
        });
        let odd_rows = reader.read(&self.rows, block.clone(), at);
        reader.memory.add_hashes(&reader.keys[block.clone()], &mut self.sums[block.clone()]);
        for (row, odd) in odd_rows {
            match odd {
                Odd::Unreadable => self.unreadable(row, at, Column::Code(code)),
                Odd::Identifier => self.code_identifier(row, at, code),
                Odd::NoValueWord => self.no_value_word(row, at, Column::Code(code)),
                Odd::Decimal(_) => self.code_decimal(row, at, code),
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
        let is_own = |row: &usize| {
            let text = reader.memory.text(reader.keys[*row]);
            !self.settings.knows(code, text)
                && (self.is_own_identifier(*row, self.rows.field(*row, at).trim_ascii())
                    || self.is_own_identifier(*row, text.as_bytes()))
        };
        let own: Vec<usize> = keyed.filter(is_own).collect();
        for row in own {
            self.code_identifier(row, at, code);
            if let Some(reader) = &mut self.readers[code.index()] {
                reader.keys[row] = 0;
            }
        }
    }

    fn code_identifier(&mut self, row: usize, at: usize, code: CodeColumn) {
        self.lose(row, at, &rules::CODE_IDENTIFIER, Column::Code(code), CODE_IDENTIFIER_TEXT);
    }

    fn code_decimal(&mut self, row: usize, at: usize, code: CodeColumn) {
        let written = String::from_utf8_lossy(self.rows.field(row, at));
        let text = format!("expected a whole number, found {}", self.shown(written.trim()));
        self.find(row, &rules::CODE_DECIMAL, Some(code.name()), text);
    }

    /// Whether a text is a token of its own row. Tokens have no form that tells them from
    /// codes; only a code that the dictionary knows is surely one.
    fn is_own_identifier(&self, row: usize, text: &[u8]) -> bool {
        [Column::Person, Column::Partner].into_iter().any(|column| {
            let field = self.header.position(column).map(|at| self.rows.field(row, at));
            field.is_some_and(|token| token.trim_ascii().eq_ignore_ascii_case(text))
        })
    }
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
