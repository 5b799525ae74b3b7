//! One cell with a type, and the text that stands for it.
//!
//! In: a value as a file holds it, and what its column is read as. Out: text that decoding reads
//! as that value, or finds. Never: no text for a cell that holds something, a rounded number, or a
//! text that splits its row.

use std::borrow::Cow;

use chrono::{Datelike as _, NaiveDate};

use crate::dictionary::Column;

/// A byte that occurs nowhere in UTF-8: what it stands in is a finding.
pub(super) const INVALID: u8 = 0xFF;

/// The line break within a text: it separates no rows.
const LINE_TABULATION: u8 = 0x0B;

/// What the cells of a column are read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Identifiers; as numbers they have lost their leading zeros, where they have eleven digits.
    Identifier {
        /// Whether they have.
        eleven_digits: bool,
    },
    /// Days.
    Day,
    /// Euros.
    Amount,
    /// Codes.
    Code,
    /// Nothing that is stored.
    Unknown,
    /// The name of the column.
    Name,
}

impl Kind {
    /// What a column of that name is read as.
    pub(super) fn named(name: &str, eleven_digits: bool) -> Self {
        match Column::named(name.trim()) {
            Some(Column::Person | Column::Partner) => Self::Identifier { eleven_digits },
            Some(Column::FirstDay | Column::LastDay) => Self::Day,
            Some(Column::Amount) => Self::Amount,
            Some(Column::Code(_)) => Self::Code,
            None => Self::Unknown,
        }
    }
}

/// A cell that holds something.
pub(super) enum Value<'a> {
    /// True or false.
    Truth(bool),
    /// Digits, and how many of them stand behind the decimal mark; fewer than none are zeros.
    Number(i128, i32),
    /// A number in the notation that a program gave it, digits and at most a point.
    Written(Cow<'a, str>),
    /// Days since 1970-01-01.
    Day(i64),
    /// Seconds since 1970-01-01 without a zone, and nanoseconds.
    Moment(i64, u32),
    /// UTF-8, but for bytes that are to be found.
    Text(Cow<'a, [u8]>),
}

const SECONDS_OF_DAY: i64 = 86_400;

impl Value<'_> {
    /// Appends the text that stands for the cell.
    pub(super) fn write(self, kind: Kind, text: &mut Vec<u8>) {
        let put = |text: &mut Vec<u8>, written: &str| text.extend_from_slice(written.as_bytes());
        match self {
            Self::Truth(truth) if matches!(kind, Kind::Code | Kind::Unknown) => {
                text.push(if truth { b'1' } else { b'0' });
            }
            // No number, and so a finding where a number, a day or a person is expected.
            Self::Truth(truth) => put(text, if truth { "true" } else { "false" }),
            Self::Number(digits, scale) => write_number(digits, scale, kind, text),
            Self::Written(number) => match decimal(&number) {
                Some((digits, scale)) => write_number(digits, scale, kind, text),
                None => put(text, &number),
            },
            Self::Day(day) => put(text, &day_text(day)),
            Self::Moment(seconds, nanoseconds) => {
                let (day, time) =
                    (seconds.div_euclid(SECONDS_OF_DAY), seconds.rem_euclid(SECONDS_OF_DAY));
                put(text, &day_text(day));
                if (time, nanoseconds) != (0, 0) {
                    let (hours, minutes, seconds) = (time / 3600, time / 60 % 60, time % 60);
                    put(text, &format!(" {hours:02}:{minutes:02}:{seconds:02}"));
                    if nanoseconds != 0 {
                        put(text, &format!(".{nanoseconds:09}"));
                    }
                }
            }
            Self::Text(bytes) if kind == Kind::Name => {
                let unbroken = |byte: &u8| if matches!(byte, b'\r' | b'\n') { b' ' } else { *byte };
                write_text(&bytes.iter().map(unbroken).collect::<Vec<u8>>(), text);
            }
            Self::Text(bytes) => write_text(&bytes, text),
        }
    }
}

/// The digits of a number with at most a point, and how many of them stand behind it.
fn decimal(number: &str) -> Option<(i128, i32)> {
    let (whole, decimals) = number.split_once('.').unwrap_or((number, ""));
    let digits = format!("{whole}{decimals}").parse().ok()?;
    Some((digits, i32::try_from(decimals.len()).ok()?))
}

/// A number without zeros that say nothing: amounts keep two decimals, the rest keeps none. Codes keep
/// theirs, so that it is found that they have some.
fn write_number(mut digits: i128, mut scale: i32, kind: Kind, text: &mut Vec<u8>) {
    let kept = match kind {
        Kind::Amount => 2,
        Kind::Code => scale,
        _ => 0,
    };
    while scale > kept && digits % 10 == 0 {
        (digits, scale) = (digits / 10, scale - 1);
    }
    let sign = if digits < 0 { "-" } else { "" };
    let magnitude = digits.unsigned_abs();
    let behind = usize::try_from(scale).unwrap_or(0);
    let zeros = usize::try_from(scale.saturating_neg()).unwrap_or(0);
    let written = match kind {
        Kind::Identifier { eleven_digits: true } if behind == 0 && sign.is_empty() => {
            format!("{magnitude:011}{:0<zeros$}", "")
        }
        _ => format!("{magnitude:0>width$}{:0<zeros$}", "", width = behind + 1),
    };
    let (whole, decimals) = written.split_at(written.len() - behind);
    text.extend_from_slice(sign.as_bytes());
    text.extend_from_slice(whole.as_bytes());
    if behind > 0 {
        text.push(b'.');
        text.extend_from_slice(decimals.as_bytes());
        // Three decimals of a text could be a group of digits; those of a number are none.
        if behind == 3 && kind == Kind::Amount {
            text.push(b'0');
        }
    }
}

/// `YYYY-MM-DD`, or what is no date where the year has not four digits.
fn day_text(day: i64) -> String {
    const EPOCH: i64 = 719_163;
    let days = day.checked_add(EPOCH).and_then(|days| i32::try_from(days).ok());
    let date = days.and_then(NaiveDate::from_num_days_from_ce_opt);
    match date.filter(|date| (0..=9999).contains(&date.year())) {
        Some(date) => format!("{date}"),
        None => format!("{day} days after 1970"),
    }
}

/// A text as one field, without the blanks around it.
fn write_text(bytes: &[u8], text: &mut Vec<u8>) {
    let bytes = bytes.trim_ascii();
    let special = |byte: &u8| matches!(byte, b';' | b'"' | b'\n' | b'\r' | 0);
    if !bytes.iter().any(special) {
        text.extend_from_slice(bytes);
        return;
    }
    text.push(b'"');
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'"' => text.extend_from_slice(b"\"\""),
            b'\n' if at > 0 && bytes[at - 1] == b'\r' => {}
            b'\n' | b'\r' => text.push(LINE_TABULATION),
            0 => text.push(INVALID),
            other => text.push(*other),
        }
    }
    text.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PERSON: Kind = Kind::Identifier { eleven_digits: true };

    fn written(value: Value<'_>, kind: Kind) -> String {
        let mut text = Vec::new();
        value.write(kind, &mut text);
        String::from_utf8_lossy(&text).into_owned()
    }

    #[test]
    fn a_number_is_written_with_the_digits_that_say_something() {
        let amount = |digits, scale| written(Value::Number(digits, scale), Kind::Amount);
        assert_eq!(amount(2_500_000, 4), "250.00");
        assert_eq!(amount(-25_050, 2), "-250.50");
        assert_eq!(amount(5, 2), "0.05");
        assert_eq!(amount(250_125, 3), "250.1250");
        assert_eq!(amount(25, -1), "250");
        assert_eq!(amount(0, 5), "0.00");
        let code = |digits, scale| written(Value::Number(digits, scale), Kind::Code);
        assert_eq!(code(100, 2), "1.00");
        assert_eq!(code(150, 2), "1.50");
        assert_eq!(code(1, 0), "1");
        assert_eq!(written(Value::Written("1.0".into()), Kind::Code), "1.0");
        assert_eq!(code(i128::MIN, 0), i128::MIN.to_string());
        assert_eq!(written(Value::Number(21_500_474, 0), PERSON), "00021500474");
        assert_eq!(written(Value::Number(-1, 0), PERSON), "-1");
        let coded = Kind::Identifier { eleven_digits: false };
        assert_eq!(written(Value::Number(12_345, 0), coded), "12345");
        assert_eq!(written(Value::Written("250.1".into()), Kind::Amount), "250.1");
        assert_eq!(written(Value::Written("-0".into()), Kind::Amount), "0");
        assert_eq!(written(Value::Written("inf".into()), Kind::Amount), "inf");
    }

    #[test]
    fn a_day_is_a_date_and_a_moment_one_only_at_midnight() {
        let day = |value| written(value, Kind::Day);
        assert_eq!(day(Value::Day(13_514)), "2007-01-01");
        assert_eq!(day(Value::Moment(13_514 * 86_400, 0)), "2007-01-01");
        assert_eq!(day(Value::Moment(13_514 * 86_400 - 1, 5)), "2006-12-31 23:59:59.000000005");
        assert_eq!(day(Value::Day(i64::MIN)), "-9223372036854775808 days after 1970");
        assert_eq!(day(Value::Day(2_932_897)), "2932897 days after 1970");
    }

    #[test]
    fn a_text_is_one_field_of_one_line() {
        let code = |text: &str| written(Value::Text(text.as_bytes().into()), Kind::Code);
        assert_eq!(code(" 1\n"), "1");
        assert_eq!(code("a;\"b\"\r\nc"), "\"a;\"\"b\"\"\u{B}c\"");
        assert_eq!(code("1\0"), "\"1\u{FFFD}\"");
        assert_eq!(written(Value::Text(b"NISS\r\n(EUR)".into()), Kind::Name), "NISS  (EUR)");
        assert_eq!(written(Value::Truth(true), Kind::Code), "1");
        assert_eq!(written(Value::Truth(true), Kind::Amount), "true");
    }

    proptest! {
        #[test]
        fn a_number_written_for_any_column_is_that_number(digits: i64, scale in -3_i32..12) {
            for kind in [Kind::Amount, Kind::Code, Kind::Day, Kind::Unknown, PERSON] {
                let text = written(Value::Number(i128::from(digits), scale), kind);
                let (found, behind) = decimal(&text).unwrap();
                let power = |count: i32| 10_i128.pow(u32::try_from(count).unwrap());
                prop_assert_eq!(found * power(12 - behind), i128::from(digits) * power(12 - scale));
            }
        }
    }
}
