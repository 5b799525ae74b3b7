//! The codes of one column: what a text says is worked out once for each distinct text.

use std::ops::Range;

use super::codes::{CodeMemory, Codes, Meaning, Odd};
use super::no_value::is_no_value_word;
use super::whole_number::{is_digits, whole_number};
use crate::delivery::Rows;
use crate::dictionary::{CodeColumn, Column};

/// The codes of one column as far as they have been read.
pub(super) struct CodeReader {
    pub(super) memory: CodeMemory,
    drops_leading_zero: bool,
    pub(super) keys: Vec<u32>,
}

impl CodeReader {
    pub(super) fn new(column: CodeColumn, drops_leading_zero: bool, row_count: usize) -> Self {
        let memory = CodeMemory::new(Column::Code(column));
        Self { memory, drops_leading_zero, keys: vec![0; row_count] }
    }

    /// Reads some rows; gives those whose fields are odd.
    pub(super) fn read(
        &mut self,
        rows: &Rows,
        block: Range<usize>,
        at: usize,
    ) -> Vec<(usize, Odd)> {
        let drops = self.drops_leading_zero;
        let learn = |memory: &mut CodeMemory, bytes: &[u8]| learn(memory, bytes, drops);
        self.memory.keys(rows, block.clone(), at, &mut self.keys[block], learn)
    }

    /// Rows that have a code.
    pub(super) fn value_count(&self) -> u64 {
        self.keys.iter().map(|key| u64::from(*key > 0)).sum()
    }

    /// The column.
    pub(super) fn into_codes(self) -> Codes {
        self.memory.into_codes(self.keys)
    }
}

/// What a raw text of a code column says.
fn learn(memory: &mut CodeMemory, bytes: &[u8], drops: bool) -> Meaning {
    let Ok(text) = std::str::from_utf8(bytes) else { return Err(Odd::Unreadable) };
    let text = text.trim();
    if text.is_empty() {
        return Ok(0);
    }
    if is_no_value_word(text) {
        return Err(Odd::NoValueWord);
    }
    let whole = whole_number(text);
    let code = whole.unwrap_or(text);
    if could_be_identifier(code) {
        return Err(Odd::Identifier);
    }
    let key = memory.key_of(if drops { without_leading_zeros(code) } else { code }, text);
    if whole.is_some() { Err(Odd::Decimal(key)) } else { Ok(key) }
}

/// Codes are stored as they come, so a number that has slipped into the wrong column must not
/// become one: eight digits are a national number that has lost its leading zeros.
fn could_be_identifier(text: &str) -> bool {
    const DIGITS_MAX: usize = 7;
    text.len() > DIGITS_MAX && text.chars().filter(|it| it.is_numeric()).count() > DIGITS_MAX
}

/// `01` as `1`; `0` and `00` as `0`; what is no number stays as it is.
fn without_leading_zeros(text: &str) -> &str {
    if !is_digits(text) {
        return text;
    }
    let rest = text.trim_start_matches('0');
    if rest.is_empty() { "0" } else { rest }
}

#[cfg(test)]
mod tests {
    use super::without_leading_zeros;

    #[test]
    fn leading_zeros_go_but_zero_stays() {
        let cases = [("01", "1"), ("15", "15"), ("0", "0"), ("00", "0"), ("", ""), ("10", "10")];
        for (text, expected) in cases.into_iter().chain([("0N", "0N"), ("-0", "-0")]) {
            assert_eq!(without_leading_zeros(text), expected);
        }
    }
}
