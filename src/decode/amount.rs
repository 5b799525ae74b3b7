//! Amounts in euros, held as integer cents; never a binary float.

/// The largest magnitude of a stored amount: ten digits of euros and two of cents.
pub const CENTS_MAX: i64 = 999_999_999_999;

/// The largest magnitude of an amount that is taken for one where nothing else is said: what the
/// State repays for one person's guidance is far below, and nine digits of a number are far above.
pub const PLAUSIBLE_CENTS_MAX: i64 = 10_000_000;

/// Why a text is no amount.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AmountError {
    /// One mark followed by exactly three digits: grouping or decimals, nobody can say.
    Ambiguous,
    /// More digits than an amount can have.
    TooLarge,
    /// Anything else.
    Malformed,
}

/// The cents that `text` says.
///
/// Optional sign, digits, optional `.` or `,` with one or two decimals; digits may be grouped in
/// exact threes by a point, a comma, a space or a no-break space that is not the decimal mark.
pub fn parse_cents(text: &str) -> Result<i64, AmountError> {
    let (negative, unsigned) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    let cents = match unsigned.split_once(['.', ',']) {
        None if unsigned.bytes().all(|byte| byte.is_ascii_digit()) => euros(unsigned)?,
        Some((whole, decimals)) if all_digits(whole) && all_digits(decimals) => {
            if decimals.len() == 3 {
                return Err(AmountError::Ambiguous);
            }
            with_decimals(whole, decimals)?
        }
        _ => grouped(unsigned)?,
    };
    Ok(if negative { -cents } else { cents })
}

/// The cents of digits with a mark and two decimals, or without either: how most are written.
///
/// `None` where it is written otherwise, or too long to be surely an amount.
#[inline]
pub(super) fn plain_cents(text: &[u8]) -> Option<i64> {
    const DIGITS_MAX: usize = 7;
    let digits = |text: &[u8]| {
        text.iter().try_fold(0, |number, byte| {
            byte.is_ascii_digit().then(|| number * 10 + i64::from(byte - b'0'))
        })
    };
    let (whole, decimals) = match text {
        [whole @ .., b'.' | b',', tens, ones] => (whole, digits(&[*tens, *ones])?),
        whole => (whole, 0),
    };
    if whole.is_empty() || whole.len() > DIGITS_MAX {
        return None;
    }
    Some(digits(whole)? * 100 + decimals)
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// An amount whose digits are grouped.
fn grouped(text: &str) -> Result<i64, AmountError> {
    let mark = text.rfind(['.', ',']);
    let (whole, decimals) = match mark.and_then(|at| Some((text.get(..at)?, text.get(at + 1..)?))) {
        Some((whole, decimals)) if decimals.len() <= 2 => (whole, Some(decimals)),
        _ => (text, None),
    };
    let decimal_mark = decimals.and_then(|_| text.get(mark?..)?.chars().next());
    let is_group_mark = |mark: char| matches!(mark, '.' | ',' | ' ' | '\u{A0}' | '\u{202F}');
    let group_mark =
        whole.chars().find(|mark| is_group_mark(*mark)).ok_or(AmountError::Malformed)?;
    let mut groups = whole.split(group_mark);
    let first = groups.next().unwrap_or("");
    let mut digits = first.to_owned();
    let exact = (1..=3).contains(&first.len())
        && all_digits(first)
        && groups.all(|group| {
            digits.push_str(group);
            group.len() == 3 && all_digits(group)
        });
    if !exact || Some(group_mark) == decimal_mark {
        return Err(AmountError::Malformed);
    }
    match decimals {
        Some(decimals) if all_digits(decimals) => with_decimals(&digits, decimals),
        Some(_) => Err(AmountError::Malformed),
        None => euros(&digits),
    }
}

fn euros(whole: &str) -> Result<i64, AmountError> {
    with_decimals(whole, "00")
}

fn with_decimals(whole: &str, decimals: &str) -> Result<i64, AmountError> {
    let mut cents: i64 = 0;
    let padding = if decimals.len() == 1 { "0" } else { "" };
    if whole.is_empty() || decimals.len() > 2 {
        return Err(AmountError::Malformed);
    }
    for byte in whole.bytes().chain(decimals.bytes()).chain(padding.bytes()) {
        cents = cents * 10 + i64::from(byte - b'0');
        if cents > CENTS_MAX {
            return Err(AmountError::TooLarge);
        }
    }
    Ok(cents)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_documented_form_is_read_to_the_cent() {
        let cases = [
            ("500", 50_000),
            ("0", 0),
            ("-12,5", -1_250),
            ("+12.50", 1_250),
            ("1.234,56", 123_456),
            ("1,234.56", 123_456),
            ("1 234,5", 123_450),
            ("1\u{A0}234\u{A0}567.89", 123_456_789),
            ("1.234.567", 123_456_700),
            ("1 234", 123_400),
            ("9999999999.99", CENTS_MAX),
        ];
        for (text, cents) in cases {
            assert_eq!(parse_cents(text), Ok(cents), "{text}");
        }
    }

    #[test]
    fn what_can_be_read_two_ways_has_its_own_rule() {
        for text in ["1.234", "1,234", "-0.500", "12345.678"] {
            assert_eq!(parse_cents(text), Err(AmountError::Ambiguous), "{text}");
        }
    }

    #[test]
    fn anything_else_is_no_amount() {
        let wrong = [
            "",
            "-",
            ".5",
            "5.",
            "1e3",
            "1.2345",
            "1.234.56",
            "1.23,4,5",
            "12 34,00",
            "1.234.5678",
            "1,234,56",
            "5 EUR",
            "1.2.3",
            "--1",
            "1 234.567,00",
            "٣",
        ];
        for text in wrong {
            assert_eq!(parse_cents(text), Err(AmountError::Malformed), "{text}");
        }
    }

    #[test]
    fn more_digits_than_are_stored_are_an_amount_that_is_too_large() {
        for text in ["10000000000", "-93051822361", "93.051.822.361,00", "9305182236112345678901"] {
            assert_eq!(parse_cents(text), Err(AmountError::TooLarge), "{text}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_written_with_two_decimals_is_read_back(cents in -CENTS_MAX..=CENTS_MAX) {
            let sign = if cents < 0 { "-" } else { "" };
            let magnitude = cents.unsigned_abs();
            for mark in [".", ","] {
                let text = format!("{sign}{}{mark}{:02}", magnitude / 100, magnitude % 100);
                prop_assert_eq!(parse_cents(&text), Ok(cents));
                let plain = plain_cents(text.as_bytes());
                prop_assert!(plain.is_none_or(|plain| plain == cents));
            }
        }

        #[test]
        fn what_is_read_in_place_is_what_the_careful_reader_reads(text in "[-+]?[0-9.,]{0,9}|\\PC{0,20}") {
            if let Some(cents) = plain_cents(text.as_bytes()) {
                prop_assert_eq!(parse_cents(&text), Ok(cents));
            }
        }
    }
}
