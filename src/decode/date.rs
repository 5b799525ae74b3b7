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

/// Days already read in a column, with their hashes, by their digits: a column holds few, and the
/// calendar is slow.
pub(super) struct DayMemory {
    places: Vec<(u32, Day, u128)>,
}

const PLACES: usize = 256;

impl Default for DayMemory {
    fn default() -> Self {
        Self { places: vec![(0, 0, 0); PLACES] }
    }
}

impl DayMemory {
    /// The day written as `YYYY-MM-DD` and its hash; `None` where it is none, or written otherwise.
    #[inline]
    pub(super) fn day(&mut self, text: &[u8], hash: impl Fn(Day) -> u128) -> Option<(Day, u128)> {
        let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text else { return None };
        let digits = [*y1, *y2, *y3, *y4, *m1, *m2, *d1, *d2];
        let key = number(&digits)?;
        let at = (key as usize).wrapping_mul(37) % PLACES;
        let (held, day, known) = self.places[at];
        if held == key && key != 0 {
            return Some((day, known));
        }
        let (year, month_day) = (key / 10_000, key % 10_000);
        let year = i32::try_from(year).ok()?;
        let date = NaiveDate::from_ymd_opt(year, month_day / 100, month_day % 100)?;
        let day = day_of(date);
        let hash = hash(day);
        self.places[at] = (key, day, hash);
        Some((day, hash))
    }
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
