//! Dates: `YYYY-MM-DD`, `YYYYMMDD`, `DD/MM/YYYY`, `DD-MM-YYYY`, `DDMONYYYY`, and nothing else.
//!
//! A time of midnight after the day says nothing and is dropped; any other time of day is a mistake.

use chrono::NaiveDate;

use crate::quarter::{Day, day_of};

/// The first day of the year 9999, which databases and SAS write for "no end".
pub(super) const OPEN_END: Day = 2_932_532;

/// Months as SAS writes them.
const MONTHS: [&str; 12] =
    ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];

/// Why a text is no day.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum DayError {
    /// It has none of the forms, or the day does not exist.
    Malformed,
    /// A time of day follows that is not midnight.
    TimeOfDay,
}

/// The day that `text` names, or `None`.
pub fn parse_day(text: &str) -> Option<Day> {
    read_day(text).ok()
}

/// The day that `text` names, with or without a time of midnight.
pub(super) fn read_day(text: &str) -> Result<Day, DayError> {
    if let Some(day) = plain_day(text.as_bytes()) {
        return Ok(day);
    }
    let bytes = text.as_bytes();
    // Eight to ten bytes are the day; SAS puts a colon between its form and the time.
    let is_mark = |at: usize| match bytes.get(at) {
        Some(b' ' | b'T' | b't') => true,
        Some(b':') => at == 9,
        _ => false,
    };
    let at = (8..=10).find(|at| is_mark(*at)).ok_or(DayError::Malformed)?;
    let (day, time) = (&bytes[..at], &bytes[at + 1..]);
    let day = plain_day(day).ok_or(DayError::Malformed)?;
    if is_midnight(time) { Ok(day) } else { Err(DayError::TimeOfDay) }
}

/// The day of a text that is nothing but a day.
fn plain_day(bytes: &[u8]) -> Option<Day> {
    let (year, month, day) = match bytes {
        [_, _, _, _, b'-', _, _, b'-', _, _] => (&bytes[0..4], &bytes[5..7], &bytes[8..10]),
        [_, _, b'/', _, _, b'/', _, _, _, _] | [_, _, b'-', _, _, b'-', _, _, _, _] => {
            (&bytes[6..10], &bytes[3..5], &bytes[0..2])
        }
        [_, _, _, _, _, _, _, _] => (&bytes[0..4], &bytes[4..6], &bytes[6..8]),
        [_, _, _, _, _, _, _, _, _] => (&bytes[5..9], &bytes[2..5], &bytes[0..2]),
        _ => return None,
    };
    let month = match month {
        [_, _] => number(month)?,
        name => (1..).zip(MONTHS).find(|(_, it)| it.as_bytes().eq_ignore_ascii_case(name))?.0,
    };
    let year = i32::try_from(number(year)?).ok()?;
    NaiveDate::from_ymd_opt(year, month, number(day)?).map(day_of)
}

/// Hours, minutes, perhaps seconds and parts of them, all of them zeros.
fn is_midnight(time: &[u8]) -> bool {
    let Ok(time) = std::str::from_utf8(time) else { return false };
    let zeros = |text: &str, count: std::ops::RangeInclusive<usize>| {
        count.contains(&text.len()) && text.bytes().all(|byte| byte == b'0')
    };
    let mut fields = time.splitn(3, ':');
    let (hours, minutes) = (fields.next().unwrap_or(""), fields.next().unwrap_or(""));
    let seconds = fields.next().unwrap_or("00");
    let (whole, parts) = seconds.split_once(['.', ',']).unwrap_or((seconds, "0"));
    zeros(hours, 1..=2) && zeros(minutes, 2..=2) && zeros(whole, 2..=2) && zeros(parts, 1..=9)
}

/// Dates written with the day first, such as `31/12/2007`: how many, and which days and months. Where
/// no day is over 12, the month may have been meant to be first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DayFirstDates {
    count: u64,
    days: Option<(u32, u32)>,
    months: Option<(u32, u32)>,
}

impl DayFirstDates {
    /// Takes note of a date that exists, if its day is written first.
    pub(super) fn note(&mut self, text: &str) {
        let [d1, d2, mark @ (b'/' | b'-'), m1, m2, second, ..] = text.as_bytes() else { return };
        let (Some(day), Some(month)) = (number(&[*d1, *d2]), number(&[*m1, *m2])) else { return };
        if mark == second {
            let (days, months) = (Some((day, day)), Some((month, month)));
            self.add(&Self { count: 1, days, months });
        }
    }

    /// Adds other dates of the same delivery.
    pub fn add(&mut self, other: &Self) {
        let both = |own: Option<(u32, u32)>, other: Option<(u32, u32)>| match (own, other) {
            (Some(own), Some(other)) => Some((own.0.min(other.0), own.1.max(other.1))),
            (own, other) => own.or(other),
        };
        self.count += other.count;
        self.days = both(self.days, other.days);
        self.months = both(self.months, other.months);
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The first and last day of a month.
    pub fn days(&self) -> Option<(u32, u32)> {
        self.days
    }

    /// The first and last month.
    pub fn months(&self) -> Option<(u32, u32)> {
        self.months
    }
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
            let day = plain_day(text)?;
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
    fn five_forms_are_read_and_nothing_else() {
        let forms =
            ["2008-02-29", "20080229", "29/02/2008", "29-02-2008", "29FEB2008", "29feb2008"];
        for text in forms {
            assert_eq!(date_of(parse_day(text).unwrap()).to_string(), "2008-02-29");
        }
        let wrong = ["2007-02-29", "2008/02/29", "080229", "1/2/2008", "2008-2-29", "29FEB2007"];
        let more = ["", "2008-02-2x", "+008-02-29", "29.02.2008", "29FEV2008", "29-FEB-2008"];
        for text in wrong.iter().chain(&more).chain(&["29FEB08", "29/02-2008", "290220081"]) {
            assert_eq!(read_day(text), Err(DayError::Malformed), "{text}");
        }
    }

    #[test]
    fn a_time_of_midnight_is_dropped_and_no_other() {
        let forms = ["2008-02-29", "20080229", "29/02/2008", "29-02-2008", "29FEB2008"];
        let midnights =
            [" 00:00:00", "T00:00:00", " 00:00", " 0:00", " 00:00:00.000", "T00:00:00,000000"];
        for form in forms {
            for midnight in midnights {
                assert_eq!(read_day(&format!("{form}{midnight}")), Ok(13_938), "{form}{midnight}");
            }
            for time in
                [" 00:00:01", " 12:00", "T00:00:00.5", "T00:00:00Z", " 0000", " ", "  00:00"]
            {
                let text = format!("{form}{time}");
                assert_eq!(read_day(&text), Err(DayError::TimeOfDay), "{text}");
            }
        }
        assert_eq!(read_day("29FEB2008:00:00:00"), Ok(13_938));
        assert_eq!(read_day("2008-02-29:00:00:00"), Err(DayError::Malformed));
        assert_eq!(read_day("2008-02-30 00:00:00"), Err(DayError::Malformed));
    }

    #[test]
    fn the_open_end_begins_with_the_year_9999() {
        assert_eq!(date_of(OPEN_END).to_string(), "9999-01-01");
    }
}
