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
