//! Dates: `YYYY-MM-DD`, `YYYYMMDD`, `DD/MM/YYYY`, and nothing else.

use chrono::NaiveDate;

use crate::quarter::{Day, day_of};

/// The day that `text` names, or `None`.
pub fn parse_day(text: &str) -> Option<Day> {
    let bytes = text.as_bytes();
    let (year, month, day) = match bytes {
        [_, _, _, _, b'-', _, _, b'-', _, _] => (&bytes[0..4], &bytes[5..7], &bytes[8..10]),
        [_, _, b'/', _, _, b'/', _, _, _, _] => (&bytes[6..10], &bytes[3..5], &bytes[0..2]),
        [_, _, _, _, _, _, _, _] => (&bytes[0..4], &bytes[4..6], &bytes[6..8]),
        _ => return None,
    };
    let year = i32::try_from(number(year)?).ok()?;
    NaiveDate::from_ymd_opt(year, number(month)?, number(day)?).map(day_of)
}

/// Days already read in a column, with their hashes, by how they are written: a column holds few,
/// and the calendar is slow.
pub(super) struct DayMemory {
    places: Vec<Place>,
}

#[derive(Clone, Copy, Default)]
struct Place {
    /// `YYYY-MM-DD`; zeros where there is none yet.
    text: [u8; 10],
    day: Day,
    hash: u128,
}

const PLACES: usize = 256;

impl Default for DayMemory {
    fn default() -> Self {
        Self { places: vec![Place::default(); PLACES] }
    }
}

impl DayMemory {
    /// The day written as `YYYY-MM-DD` and its hash; `None` where it is none, or written otherwise.
    #[inline]
    pub(super) fn day(&mut self, text: &[u8], hash: impl Fn(Day) -> u128) -> Option<(Day, u128)> {
        let text: &[u8; 10] = text.try_into().ok()?;
        let place = &mut self.places[place_of(*text)];
        let [_, _, _, _, first_mark, _, _, second_mark, _, _] = text;
        if [first_mark, second_mark] != [&b'-'; 2] {
            return None;
        }
        if place.text != *text {
            let day = parse_day(std::str::from_utf8(text).ok()?)?;
            *place = Place { text: *text, day, hash: hash(day) };
        }
        Some((place.day, place.hash))
    }
}

/// Days of a quarter, and first days of some years, have places of their own.
#[inline]
fn place_of([_, _, y3, y4, _, m1, m2, _, d1, d2]: [u8; 10]) -> usize {
    let [years, months, days] = [(y3, y4), (m1, m2), (d1, d2)]
        .map(|(tens, ones)| usize::from(tens) * 10 + usize::from(ones));
    (years * 372 + months * 31 + days) % PLACES
}

fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |number, byte| {
        byte.is_ascii_digit().then(|| number * 10 + u32::from(byte - b'0'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quarter::date_of;

    #[test]
    fn three_forms_are_read_and_nothing_else() {
        for text in ["2008-02-29", "20080229", "29/02/2008"] {
            assert_eq!(date_of(parse_day(text).unwrap()).to_string(), "2008-02-29");
        }
        let wrong = ["2007-02-29", "29-02-2008", "2008/02/29", "080229", "1/2/2008", "2008-2-29"];
        for text in wrong.iter().chain(&["", "2008-02-2x", "+008-02-29", "29.02.2008"]) {
            assert_eq!(parse_day(text), None, "{text}");
        }
    }
}
