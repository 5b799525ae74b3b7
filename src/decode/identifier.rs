//! Identifiers of persons: national numbers (NISS) and recoded tokens.
//!
//! Nothing here depends on today's date: the check number itself says the century, because
//! `2 * 10^9 mod 97 = 68` is not zero, so the two ways to compute it never agree.
//!
//! The first six digits are a date of birth only where it was known and its sequence numbers had not
//! run out. A month of 00 says that it was not, or that they had: the day is then a counter. Year, month
//! and day of 00.00.01 and beyond say that nothing of the date was known.

use super::batch::Sex;
use super::whole_number::whole_number;
use crate::visible::is_unseen;

/// How a delivery identifies persons.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum IdentifierFormat {
    /// National or BIS numbers of 11 digits with a check number.
    #[default]
    National,
    /// Any token of 1 to 64 printable characters; sex and birth year are then unknown.
    Coded,
}

/// A parsed identifier. It has no `Debug` of its content.
pub enum Identifier<'a> {
    /// A national number.
    National(NationalNumber),
    /// A token.
    Coded(&'a str),
}

impl Identifier<'_> {
    /// Whether a leading zero was added.
    pub fn padded(&self) -> bool {
        matches!(self, Self::National(number) if number.padded)
    }
}

impl IdentifierFormat {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::National, Self::Coded];

    /// As written in the settings.
    pub fn name(self) -> &'static str {
        match self {
            Self::National => "national",
            Self::Coded => "coded",
        }
    }

    /// Parses a trimmed text.
    pub fn parse(self, text: &str) -> Result<Identifier<'_>, IdentifierError> {
        match self {
            Self::National => parse_national(text).map(Identifier::National),
            Self::Coded => parse_coded(text).map(Identifier::Coded),
        }
    }
}

/// A valid national or BIS number.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct NationalNumber {
    /// The 11 digits as a number.
    pub digits: i64,
    /// From the sequence number; unknown for BIS numbers given without it.
    pub sex: Option<Sex>,
    /// Year of birth; unknown where the number was given without any date.
    pub birth_year: Option<i16>,
    /// Whether a leading zero was added.
    pub padded: bool,
}

/// Why a text is no identifier. The texts say what is wrong, never the value.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum IdentifierError {
    /// Not 11 digits.
    #[error(
        "expected 11 digits, found a text of {characters} characters with {digits} digits{}",
        lost_zeros(*.digits)
    )]
    Length {
        /// Characters of the text.
        characters: usize,
        /// Digits among them.
        digits: usize,
    },
    /// The check number does not fit.
    #[error("expected a valid check number (mod 97), found one that does not fit")]
    CheckNumber,
    /// Month or day of birth is impossible.
    #[error("expected a possible month and day of birth (or 00), found others")]
    BirthDate,
    /// The sequence number is none that is given out.
    #[error("expected a sequence number from 001 to 998, found another")]
    Sequence,
    /// Two tokens that look alike could be two persons.
    #[error("expected printable characters, found one that is not seen")]
    Unseen,
    /// Too long.
    #[error("expected 1 to 64 printable characters, found a text of {characters} characters")]
    Token {
        /// Characters of the text.
        characters: usize,
    },
}

/// Eight to ten digits are what a spreadsheet leaves of a number that begins with zeros.
fn lost_zeros(digits: usize) -> &'static str {
    if (8..=10).contains(&digits) { "; a spreadsheet may have dropped leading zeros" } else { "" }
}

/// A national number; dots, dashes and spaces do not count. One that was written as a float is its
/// whole part: its zeros behind the mark are no digits of it.
pub fn parse_national(text: &str) -> Result<NationalNumber, IdentifierError> {
    let written = text;
    let text = whole_number(text).unwrap_or(text);
    let mut digits: i64 = 0;
    let mut digit_count = 0;
    let mut only_digits = true;
    for character in text.chars() {
        match character {
            '0'..='9' => {
                digit_count += 1;
                if digit_count <= 11 {
                    digits = digits * 10 + i64::from(u32::from(character) - u32::from('0'));
                }
            }
            '.' | '-' | ' ' | '\u{A0}' => {}
            _ => only_digits = false,
        }
    }
    if !only_digits || !(10..=11).contains(&digit_count) {
        let characters = written.chars().count();
        return Err(IdentifierError::Length { characters, digits: digit_count });
    }
    let padded = digit_count == 10;
    match checked(digits, padded) {
        Err(_) if padded => {
            Err(IdentifierError::Length { characters: written.chars().count(), digits: 10 })
        }
        checked => checked,
    }
}

/// A valid number written as eleven digits and nothing else: how most are written.
#[inline]
pub(super) fn eleven_digits(text: &[u8]) -> Option<NationalNumber> {
    let text: &[u8; 11] = text.try_into().ok()?;
    let [.., seven, eight, nine, ten, eleven] = *text;
    let [one, two, three, four, five, six, ..] = *text;
    let first = eight_digits([one, two, three, four, five, six, seven, eight])?;
    // Zeros before the last three change nothing.
    let last = eight_digits([b'0', b'0', b'0', b'0', b'0', nine, ten, eleven])?;
    checked(first * 1000 + last, false).ok()
}

/// The number that eight digits say, all of them at once: pairs of digits, pairs of pairs, halves.
#[inline]
fn eight_digits(text: [u8; 8]) -> Option<i64> {
    const ZEROS: u64 = 0x3030_3030_3030_3030;
    const HIGH: u64 = 0xf0f0_f0f0_f0f0_f0f0;
    let word = u64::from_le_bytes(text);
    // A digit's high half is that of `0`, and still is with six added to it.
    let beyond_nine = word.wrapping_add(0x0606_0606_0606_0606);
    if (word & HIGH) != ZEROS || (beyond_nine & HIGH) != ZEROS {
        return None;
    }
    let digits = word & !HIGH;
    let pairs = (digits * 10 + (digits >> 8)) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs * 100 + (pairs >> 16)) & 0x0000_ffff_0000_ffff;
    let eight = (fours * 10_000 + (fours >> 32)) & 0xffff_ffff;
    i64::try_from(eight).ok()
}

/// Check number, birth date and sex of 11 digits.
fn checked(digits: i64, padded: bool) -> Result<NationalNumber, IdentifierError> {
    let (body, check) = (digits / 100, digits % 100);
    let century = if check == 97 - body % 97 {
        1900
    } else if check == 97 - (2_000_000_000 + body) % 97 {
        2000
    } else {
        return Err(IdentifierError::CheckNumber);
    };
    let (year, month, day) = (body / 10_000_000, body / 100_000 % 100, body / 1_000 % 100);
    let sequence = body % 1_000;
    let (sex_known, month) = match month {
        0..=12 => (true, month),
        40..=52 => (true, month - 40),
        20..=32 => (false, month - 20),
        _ => return Err(IdentifierError::BirthDate),
    };
    if day > last_day(century + year, month) {
        return Err(IdentifierError::BirthDate);
    }
    if !SEQUENCES.contains(&sequence) {
        return Err(IdentifierError::Sequence);
    }
    let sex = if sequence % 2 == 1 { Sex::Male } else { Sex::Female };
    let without_date = year == 0 && month == 0 && day != 0;
    let birth_year = i16::try_from(century + year).ok().filter(|_| !without_date);
    Ok(NationalNumber { digits, sex: sex_known.then_some(sex), birth_year, padded })
}

/// Sequence numbers that are given out.
const SEQUENCES: std::ops::RangeInclusive<i64> = 1..=998;

/// The highest number that can stand for a day: without a month it counts on.
#[inline]
fn last_day(year: i64, month: i64) -> i64 {
    match month {
        0 => 99,
        2 if year % 4 == 0 && year != 1900 => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// A recoded token.
pub fn parse_coded(text: &str) -> Result<&str, IdentifierError> {
    let characters = text.chars().count();
    if text.chars().any(is_unseen) {
        return Err(IdentifierError::Unseen);
    }
    if (1..=64).contains(&characters) {
        return Ok(text);
    }
    Err(IdentifierError::Token { characters })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn summary(text: &str) -> String {
        match parse_national(text) {
            Ok(number) => {
                let sex = number.sex.map_or("?", Sex::letter);
                let year = number.birth_year.map_or("?".to_owned(), |year| year.to_string());
                format!("{:011} {sex} {year} {}", number.digits, number.padded)
            }
            Err(error) => error.to_string(),
        }
    }

    /// A number with its check number, for births from 2000 on or before.
    fn number(body: i64, since_2000: bool) -> String {
        let prefix = if since_2000 { 2_000_000_000 } else { 0 };
        format!("{body:09}{:02}", 97 - (prefix + body) % 97)
    }

    #[test]
    fn the_published_examples_are_valid() {
        assert_eq!(summary("42012205181"), "42012205181 M 1942 false");
        assert_eq!(summary("93.05.18-223.61"), "93051822361 M 1993 false");
    }

    #[test]
    fn the_check_number_gives_the_century_and_bis_numbers_hide_the_sex() {
        assert_eq!(summary(&number(50_312_004, true)).split(' ').nth(2), Some("2005"));
        assert_eq!(summary(&number(803_212_004, false)).split(' ').nth(1), Some("?"));
        assert_eq!(summary(&number(805_212_004, false)).split(' ').nth(1), Some("F"));
        assert_eq!(summary(&number(800_000_001, false)).split(' ').nth(1), Some("M"));
    }

    #[test]
    fn a_day_is_one_of_its_month_in_its_year_or_counts_on_without_one() {
        let cases = [
            (290_229_001, false, false),
            (280_229_001, false, true),
            (229_001, false, false),
            (229_001, true, true),
            (800_431_001, false, false),
            (802_431_001, false, false),
            (800_099_001, false, true),
            (802_099_001, false, true),
            (804_099_001, false, true),
            (800_400_001, false, true),
        ];
        for (body, since_2000, valid) in cases {
            assert_eq!(parse_national(&number(body, since_2000)).is_ok(), valid, "{body}");
        }
    }

    #[test]
    fn a_lost_leading_zero_is_put_back_only_when_that_is_valid() {
        let whole = format!("{:09}{:02}", 50_312_004, 97 - 50_312_004 % 97);
        assert!(summary(&whole[1..]).ends_with("true"));
        insta::assert_snapshot!(summary("4201220518"), @"expected 11 digits, found a text of 10 characters with 10 digits; a spreadsheet may have dropped leading zeros");
    }

    #[test]
    fn a_number_written_as_a_float_is_its_whole_part() {
        for zeros in [".0", ",0", ".00", ",000"] {
            assert_eq!(summary(&format!("42012205181{zeros}")), "42012205181 M 1942 false");
            // Ten digits with a zero behind are not eleven, whatever number these would be.
            let ended = summary(&format!("{}{zeros}", &number(50_312_004, true)[1..]));
            assert_eq!(ended, format!("{} F 2005 true", number(50_312_004, true)));
        }
        for text in ["42012205181.1", "420122051.81.0", "4201220518.1.0"] {
            assert!(parse_national(text).is_err(), "{text}");
        }
        assert_eq!(summary("4201220518.1"), "42012205181 M 1942 false");
    }

    #[test]
    fn what_is_wrong_is_said_without_the_number() {
        insta::assert_snapshot!(summary("42012205182"), @"expected a valid check number (mod 97), found one that does not fit");
        insta::assert_snapshot!(summary("4201220518X"), @"expected 11 digits, found a text of 11 characters with 10 digits; a spreadsheet may have dropped leading zeros");
        let impossible = format!("{:09}{:02}", 421_522_051, 97 - 421_522_051 % 97);
        insta::assert_snapshot!(summary(&impossible), @"expected a possible month and day of birth (or 00), found others");
        insta::assert_snapshot!(summary(&number(420_122_999, false)), @"expected a sequence number from 001 to 998, found another");
    }

    proptest! {
        #[test]
        fn eight_digits_at_once_are_what_they_are_one_by_one(
            number in 0_i64..100_000_000,
            (at, byte) in (0_usize..8, any::<u8>()),
        ) {
            let mut text: [u8; 8] = format!("{number:08}").into_bytes().try_into().unwrap();
            prop_assert_eq!(eight_digits(text), Some(number));
            text[at] = byte;
            let plain = std::str::from_utf8(&text).ok().filter(|_| byte.is_ascii_digit());
            prop_assert_eq!(eight_digits(text), plain.map(|text| text.parse().unwrap()));
        }

        #[test]
        fn what_is_read_in_place_is_what_the_careful_reader_reads(
            (year, month, day) in (0_i64..100, 0_i64..60, 0_i64..100),
            (sequence, since_2000, check) in (0_i64..1_000, any::<bool>(), 0_i64..20),
        ) {
            let body = year * 10_000_000 + month * 100_000 + day * 1_000 + sequence;
            let text = match check {
                0 => format!("{body:09}00"),
                _ => number(body, since_2000),
            };
            let careful = parse_national(&text).ok();
            prop_assert!(eleven_digits(text.as_bytes()) == careful);
        }

        #[test]
        fn at_most_one_of_ninety_seven_check_numbers_holds_per_century(body in 0_i64..1_000_000_000) {
            let valid = (0..100).filter(|check| {
                !matches!(checked(body * 100 + check, false), Err(IdentifierError::CheckNumber))
            });
            prop_assert_eq!(valid.count(), 2);
        }
    }
}
