//! Exact arithmetic of numbers without their decimal mark: checked, rounded once, compared as
//! fractions. `None` is what does not fit.

use std::cmp::Ordering;

use super::{Operator, Rounding};
use crate::exact::{fitting, known};

/// The most digits of a decimal number.
pub(crate) const DIGITS_MAX: u8 = 38;

/// A number that is larger than its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unfit;

/// A power of ten.
pub(crate) fn power(digits: u8) -> Option<i128> {
    10_i128.checked_pow(u32::from(digits))
}

/// The greatest number of so many digits.
pub(crate) fn greatest(digits: u8) -> i128 {
    known(power(digits.min(DIGITS_MAX))) - 1
}

/// The number, if it is one of 38 digits.
pub(super) fn in_digits(number: i128) -> Option<i128> {
    (number.checked_abs()? <= greatest(DIGITS_MAX)).then_some(number)
}

/// The number, if it is one of 64 bits.
pub(super) fn in_bits(number: i128) -> Option<i128> {
    i64::try_from(number).ok().map(i128::from)
}

/// What an operation gives of two numbers of one scale; nothing where it divides by nothing.
pub(crate) fn operate(operator: Operator, left: i128, right: i128) -> Result<Option<i128>, Unfit> {
    let result = match operator {
        Operator::Plus => left.checked_add(right),
        Operator::Minus => left.checked_sub(right),
        Operator::Times => left.checked_mul(right),
        Operator::WholeDivide | Operator::Remainder if right == 0 => return Ok(None),
        Operator::WholeDivide => left.checked_div(right),
        Operator::Remainder => left.checked_rem(right),
    };
    result.map(Some).ok_or(Unfit)
}

/// The number with so many more digits behind its decimal mark.
pub(crate) fn rescaled(number: i128, digits: u8) -> Option<i128> {
    number.checked_mul(power(digits)?)
}

/// One number by another, with so many digits behind the decimal mark.
pub(crate) fn divided(left: i128, right: i128, digits: u8, rounding: Rounding) -> Option<i128> {
    let negative = (left < 0) != (right < 0);
    let (left, right) = (left.unsigned_abs(), right.unsigned_abs());
    let (mut quotient, mut rest) = (left.checked_div(right)?, left.checked_rem(right)?);
    for _ in 0..digits {
        let next = rest.checked_mul(10)?;
        quotient = quotient.checked_mul(10)?.checked_add(next / right)?;
        rest = next % right;
    }
    let up = match rest.cmp(&(right - rest)) {
        Ordering::Less => false,
        Ordering::Equal => rounding == Rounding::AwayFromZero || quotient % 2 == 1,
        Ordering::Greater => true,
    };
    let rounded = i128::try_from(quotient.checked_add(u128::from(up))?).ok()?;
    Some(if negative { -rounded } else { rounded })
}

/// How a fraction compares with another; neither is over nothing.
pub(crate) fn compared(left: (i128, i128), right: (i128, i128)) -> Ordering {
    let (mut left, mut right) = (positive(left), positive(right));
    let mut turned = false;
    loop {
        let whole = (left.0.div_euclid(left.1), right.0.div_euclid(right.1));
        let rest = (left.0.rem_euclid(left.1), right.0.rem_euclid(right.1));
        let ordering = match (whole.0.cmp(&whole.1), rest) {
            (Ordering::Equal, (0, _) | (_, 0)) => rest.0.cmp(&rest.1),
            // Of two rests between 0 and 1, the one that is turned over is the smaller.
            (Ordering::Equal, _) => {
                (left, right) = ((left.1, rest.0), (right.1, rest.1));
                turned = !turned;
                continue;
            }
            (ordering, _) => ordering,
        };
        return if turned { ordering.reverse() } else { ordering };
    }
}

/// A fraction as the whole number below it, and the 38 digits behind its mark, and the 38 behind
/// those; nothing where it is over 0. These have the order of fractions: two of numbers of 38 digits
/// that differ do so by 10⁻⁷⁶ or more.
pub(crate) fn expanded(over: i128, under: i128) -> Option<[i128; 3]> {
    let (over, under) = positive((over, under));
    let whole = over.checked_div_euclid(under)?;
    let mut rest = over.checked_rem_euclid(under)?.unsigned_abs();
    let mut digits = || {
        let mut number = 0;
        for _ in 0..DIGITS_MAX {
            let next;
            (next, rest) = next_digit(rest, under.unsigned_abs());
            number = number * 10 + next;
        }
        number
    };
    Some([whole, digits(), digits()])
}

/// Ten times a rest by what is divided by, which is larger than the rest, and the rest of that.
fn next_digit(rest: u128, under: u128) -> (i128, u128) {
    let (mut digit, mut left) = (0, 0);
    if let Some(ten_times) = rest.checked_mul(10) {
        let digit = fitting(ten_times / under);
        return (digit, ten_times % under);
    }
    for _ in 0..10 {
        left += rest;
        if left >= under {
            (digit, left) = (digit + 1, left - under);
        }
    }
    (digit, left)
}

fn positive((over, under): (i128, i128)) -> (i128, i128) {
    if under < 0 { (-over, -under) } else { (over, under) }
}

/// A number as written: optional sign, digits, optional decimal mark and digits; with the digits
/// behind the mark.
pub(crate) fn parsed(text: &str) -> Option<(i128, u8)> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let (whole, behind) = digits.split_once('.').unwrap_or((digits, ""));
    let all = || whole.bytes().chain(behind.bytes());
    if all().next().is_none() || !all().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut number = 0_i128;
    for byte in all() {
        number = number.checked_mul(10)?.checked_add(i128::from(byte - b'0'))?;
    }
    let scale = u8::try_from(behind.len()).ok().filter(|it| *it <= DIGITS_MAX)?;
    Some((in_digits(if negative { -number } else { number })?, scale))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_rounded_as_asked_and_once() {
        let of = |rounding| {
            let halves = [(5, 10), (15, 10), (-5, 10), (-15, 10), (25, -10), (14, 10), (16, 10)];
            halves.map(|(left, right)| divided(left, right, 0, rounding))
        };
        assert_eq!(of(Rounding::ToEven), [0, 2, 0, -2, -2, 1, 2].map(Some));
        assert_eq!(of(Rounding::AwayFromZero), [1, 2, -1, -2, -3, 1, 2].map(Some));
        assert_eq!(divided(1, 3, 6, Rounding::ToEven), Some(333_333));
        assert_eq!(divided(1, 0, 6, Rounding::ToEven), None);
    }

    #[test]
    fn fractions_compare_without_multiplying() {
        let most = greatest(DIGITS_MAX);
        assert_eq!(compared((1, 3), (2, 6)), Ordering::Equal);
        assert_eq!(compared((1, -3), (2, 6)), Ordering::Less);
        assert_eq!(compared((most, most - 1), (most - 1, most - 2)), Ordering::Less);
        assert_eq!(compared((-most, 7), (-most, 8)), Ordering::Less);
        for left in -20..20_i128 {
            for right in -20..20_i128 {
                for (one, other) in [(3, 7), (-4, 6), (1, 1), (5, -5)] {
                    let sides = (left * other, right * one);
                    let expected =
                        if one * other < 0 { sides.1.cmp(&sides.0) } else { sides.0.cmp(&sides.1) };
                    assert_eq!(compared((left, one), (right, other)), expected);
                }
            }
        }
    }

    #[test]
    fn expansions_have_the_order_of_fractions() {
        let most = greatest(DIGITS_MAX);
        assert_eq!(expanded(1, 0), None);
        assert_eq!(expanded(-1, 4), Some([-1, 75 * 10_i128.pow(36), 0]));
        assert_eq!(expanded(2, -3), expanded(-4, 6));
        let sides = [0, 1, 2, 3, 7, -5, -most, most, most - 1, most - 2, most / 3, most / 7];
        let all = || sides.iter().flat_map(|over| sides.map(|under| (*over, under)));
        let fractions: Vec<_> = all().filter(|(_, under)| *under != 0).collect();
        for left in &fractions {
            for right in &fractions {
                let expansions = [left, right].map(|(over, under)| expanded(*over, *under));
                let ordering = expansions[0].cmp(&expansions[1]);
                assert_eq!(ordering, compared(*left, *right), "{left:?} {right:?}");
            }
        }
    }

    #[test]
    fn numbers_are_read_as_written() {
        assert_eq!(parsed("12.50"), Some((1250, 2)));
        assert_eq!(parsed("-.5"), Some((-5, 1)));
        for text in ["", ".", "-", "1e3", "1.2.3", "12,5", " 1", "９"] {
            assert_eq!(parsed(text), None, "{text}");
        }
        assert_eq!(parsed(&"9".repeat(39)), None);
    }
}
