//! Numbers that were split over several cells of a row: each piece alone is short enough to be a
//! code, and side by side they are an identifier again.
//!
//! In: the cells of a row, in the order of the file. Out: which of them could be pieces of one
//! number. Never: a valid number whose pieces lie in cells side by side, or with one other cell
//! between them, and are not all found.

use crate::decode::parse_national;
use crate::exact::known;

/// Digits of a number; a spreadsheet may have dropped two zeros.
const DIGITS_MIN: usize = 9;
const DIGITS_MAX: usize = 11;
const PIECES_MAX: usize = 4;

/// A cell of a row that holds something.
pub(super) struct Cell {
    /// Its digits, where it holds nothing but digits and marks.
    digits: Option<Digits>,
    /// Whether it holds what its column is for: a code that is known, a day, an amount.
    is_as_expected: bool,
}

/// At most as many digits as a number has; those of other scripts are `?`.
#[derive(Clone, Copy, Default)]
struct Digits {
    bytes: [u8; DIGITS_MAX],
    count: usize,
}

impl Digits {
    /// `None` where there is no room for them.
    fn and(mut self, others: &[u8]) -> Option<Self> {
        let room = self.bytes.get_mut(self.count..self.count + others.len())?;
        room.copy_from_slice(others);
        self.count += others.len();
        Some(self)
    }

    fn bytes(&self) -> &[u8] {
        &self.bytes[..self.count]
    }

    /// As the digits of a number, with the zeros that were dropped.
    fn number(&self) -> [u8; DIGITS_MAX] {
        let mut number = [b'0'; DIGITS_MAX];
        number[DIGITS_MAX - self.count..].copy_from_slice(self.bytes());
        number
    }
}

impl Cell {
    pub(super) fn new(text: &str, is_as_expected: bool) -> Self {
        let mut digits = Some(Digits::default());
        for character in text.chars().filter(|it| it.is_alphanumeric()) {
            let digit = match character {
                '0'..='9' => u8::try_from(character).ok(),
                other => other.is_numeric().then_some(b'?'),
            };
            digits = digits.zip(digit).and_then(|(digits, digit)| digits.and(&[digit]));
        }
        Self { digits: digits.filter(|digits| digits.count > 0), is_as_expected }
    }

    /// A cell that can be no piece.
    pub(super) fn opaque() -> Self {
        Self { digits: None, is_as_expected: true }
    }
}

/// Whether each cell could be a piece of a number; `cells` are those that hold something.
pub(super) fn pieces(cells: &[Cell]) -> Vec<bool> {
    let mut search = Search { cells, found: vec![false; cells.len()] };
    for at in 0..cells.len() {
        search.extend(Pieces::default(), at);
    }
    search.found
}

/// Cells that are looked at as pieces of one number.
#[derive(Clone, Copy, Default)]
struct Pieces {
    places: [usize; PIECES_MAX],
    count: usize,
    digits: Digits,
    /// Whether a cell between them was left out.
    has_gap: bool,
}

struct Search<'a> {
    cells: &'a [Cell],
    found: Vec<bool>,
}

impl Search<'_> {
    /// Looks at the pieces with the cell at one more place.
    fn extend(&mut self, mut pieces: Pieces, at: usize) {
        let own = self.cells.get(at).and_then(|cell| cell.digits);
        let Some(digits) = own.and_then(|own| pieces.digits.and(own.bytes())) else { return };
        pieces.places[pieces.count] = at;
        pieces.count += 1;
        pieces.digits = digits;
        if pieces.count > 1 && self.could_be_number(&pieces) {
            for place in &pieces.places[..pieces.count] {
                self.found[*place] = true;
            }
        }
        if pieces.count < PIECES_MAX {
            self.extend(pieces, at + 1);
            if !pieces.has_gap {
                self.extend(Pieces { has_gap: true, ..pieces }, at + 2);
            }
        }
    }

    /// A number with its check number, or what begins like a date of birth where not all cells
    /// hold what they should: a number may be mistyped.
    fn could_be_number(&self, pieces: &Pieces) -> bool {
        if pieces.digits.count < DIGITS_MIN {
            return false;
        }
        let number = pieces.digits.number();
        let number = known(std::str::from_utf8(&number).ok());
        let mut places = pieces.places[..pieces.count].iter();
        parse_national(number).is_ok()
            || begins_with_birth(number) && places.any(|it| !self.cells[*it].is_as_expected)
    }
}

/// Whether month and day could be those of a date of birth, of whatever kind of number.
fn begins_with_birth(number: &str) -> bool {
    let two = |at: usize| number.get(at..at + 2).and_then(|it| it.parse::<u32>().ok());
    let month = two(2).is_none_or(|month| month <= 52 && month % 20 <= 12);
    let counted = two(2).is_some_and(|month| month % 20 == 0);
    month && (counted || two(4).is_none_or(|day| day <= 31))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(cells: &[(&str, bool)]) -> Vec<bool> {
        let cells: Vec<Cell> = cells.iter().map(|(text, known)| Cell::new(text, *known)).collect();
        pieces(&cells)
    }

    #[test]
    fn pieces_of_a_number_are_found_whatever_lies_between_them() {
        assert_eq!(found(&[("1", true), ("930518", true), ("22361", true)]), [false, true, true]);
        assert_eq!(
            found(&[("93.05.18-", true), ("x", true), ("223.61", true)]),
            [true, false, true]
        );
        assert_eq!(found(&[("93", true), ("0518", true), ("22361", true)]), [true; 3]);
        // Mistyped, and in digits of another script.
        assert_eq!(found(&[("930518", false), ("22362", true)]), [true, true]);
        assert_eq!(found(&[("９３０５１８", false), ("22362", true)]), [true, true]);
        // Two zeros are lost.
        assert_eq!(found(&[("1015", true), ("0474", false)]), [false, false]);
        assert_eq!(found(&[("10150", true), ("0474", false)]), [true, true]);
    }

    #[test]
    fn codes_side_by_side_are_no_number() {
        let row = ["1", "21004", "1168", "59", "1", "25000", "1"].map(|text| (text, true));
        assert_eq!(found(&row), [false; 7]);
        assert_eq!(found(&[("99999", false), ("1168", true)]), [false, false]);
    }
}
