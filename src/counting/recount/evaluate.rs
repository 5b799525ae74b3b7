//! A filter on one row, in the three truths of SQL: true, false, unknown.
//!
//! In: the typed tree that the engine's expression is made of too. Out: a value by arithmetic of its
//! own. What does not fit is no value of the row: the engine has refused the question before.

use crate::query::language::expression::number;
use std::cmp::Ordering;

use chrono::{Datelike as _, NaiveDate};

use super::row::Row;
use super::value::Value;
use crate::quarter::{Day, date_of, day_of};
use crate::query::language::expression::number::Unfit;
use crate::query::language::expression::{
    Connective, Constant, DatePart, Kind, Node, Operator, Rounding, TextFunction, Typed, Wildcard,
};

/// Whether the filter is true for the row.
pub(super) fn holds(condition: &Typed, row: &Row<'_>) -> bool {
    of(condition, row) == Ok(Value::Truth(true))
}

/// What is found, or that a number does not fit.
type Found<T> = Result<T, Unfit>;

/// A power of ten.
fn power(digits: u8) -> Found<i128> {
    10_i128.checked_pow(u32::from(digits)).ok_or(Unfit)
}

/// Digits behind the decimal mark.
fn scale(typed: &Typed) -> Found<u8> {
    typed.kind.scale().ok_or(Unfit)
}

fn of(typed: &Typed, row: &Row<'_>) -> Found<Value> {
    match &typed.node {
        Node::Column(name) => Ok(match (row.named(name), typed.kind) {
            (Value::Number(number), Kind::Integer) => Value::Number(number / 100),
            (value, _) => value,
        }),
        Node::Constant(constant) => Ok(of_constant(constant)),
        Node::Compare(comparison, left, right) => {
            let ordering = ordering(left, right, row)?;
            Ok(ordering.map_or(Value::Nothing, |it| Value::Truth(comparison.holds(it))))
        }
        Node::Logic(connective, parts) => {
            let decides = *connective == Connective::Or;
            let mut result = Value::Truth(!decides);
            for part in parts {
                match of(part, row)? {
                    Value::Truth(truth) if truth == decides => return Ok(Value::Truth(decides)),
                    Value::Truth(_) => {}
                    _ => result = Value::Nothing,
                }
            }
            Ok(result)
        }
        Node::Not(inner) => Ok(match of(inner, row)? {
            Value::Truth(truth) => Value::Truth(!truth),
            _ => Value::Nothing,
        }),
        Node::IsNothing(inner) => Ok(Value::Truth(of(inner, row)? == Value::Nothing)),
        Node::IsTruth(inner, truth) => Ok(Value::Truth(of(inner, row)? == Value::Truth(*truth))),
        Node::Among(inner, values) => Ok(match of(inner, row)? {
            Value::Nothing => Value::Nothing,
            value => Value::Truth(values.iter().any(|it| of_constant(it) == value)),
        }),
        Node::Like(inner, pattern) => Ok(match of(inner, row)? {
            Value::Text(text) => Value::Truth(is_like(&text, pattern)),
            _ => Value::Nothing,
        }),
        Node::Case(branches, otherwise) => {
            for (condition, result) in branches {
                if of(condition, row)? == Value::Truth(true) {
                    return of(result, row);
                }
            }
            of(otherwise, row)
        }
        Node::First(parts) => {
            for part in parts {
                match of(part, row)? {
                    Value::Nothing => {}
                    value => return Ok(value),
                }
            }
            Ok(Value::Nothing)
        }
        Node::Text(function, parts, _) => of_text(*function, parts, row),
        Node::Parse { inner, tries, .. } => match of(inner, row)? {
            Value::Text(text) => match parsed(&text, typed.kind) {
                Err(Unfit) if *tries => Ok(Value::Nothing),
                found => found,
            },
            _ => Ok(Value::Nothing),
        },
        Node::Written(inner) => Ok(match of(inner, row)? {
            Value::Number(number) => Value::Text(number.to_string()),
            Value::Day(day) => Value::Text(date_of(day).to_string()),
            Value::Truth(truth) => Value::Text(truth.to_string()),
            value => value,
        }),
        Node::Shift { .. } | Node::DaysBetween(..) | Node::DatePart(..) => of_dates(typed, row),
        _ => of_number(typed, row),
    }
}

fn of_constant(constant: &Constant) -> Value {
    match constant {
        Constant::Nothing => Value::Nothing,
        Constant::Text(text) => Value::Text(text.clone()),
        Constant::Number(number) => Value::Number(*number),
        Constant::Date(day) => Value::Day(*day),
        Constant::Truth(truth) => Value::Truth(*truth),
    }
}

/// The number of an expression, where it has one.
fn number_of(typed: &Typed, row: &Row<'_>) -> Found<Option<i128>> {
    Ok(match of(typed, row)? {
        Value::Number(number) => Some(number),
        _ => None,
    })
}

fn of_number(typed: &Typed, row: &Row<'_>) -> Found<Value> {
    let result = match &typed.node {
        Node::Arithmetic { operator, left, right, .. } => {
            match (number_of(left, row)?, number_of(right, row)?) {
                (Some(left), Some(right)) => operated(*operator, left, right)?,
                _ => None,
            }
        }
        Node::Absolute(inner, _) => number_of(inner, row)?.map(i128::abs),
        Node::Rescale(inner, _) => match number_of(inner, row)? {
            Some(number) => {
                let power = power(scale(typed)? - scale(inner)?)?;
                Some(number.checked_mul(power).ok_or(Unfit)?)
            }
            None => None,
        },
        Node::Round { inner, rounding, .. } => match fraction(inner, row)? {
            Some((over, under)) => Some(rounded(over, under, scale(typed)?, *rounding)?),
            None => None,
        },
        Node::Fit { inner, least, most, tries, .. } => match number_of(inner, row)? {
            Some(number) if !(*least..=*most).contains(&number) => {
                if !*tries {
                    return Err(Unfit);
                }
                None
            }
            number => number,
        },
        _ => None,
    };
    let Some(result) = result else { return Ok(Value::Nothing) };
    let fits = match typed.kind {
        Kind::Integer => i64::try_from(result).is_ok(),
        _ => result.unsigned_abs() < 10_u128.pow(38),
    };
    if fits { Ok(Value::Number(result)) } else { Err(Unfit) }
}

fn operated(operator: Operator, left: i128, right: i128) -> Found<Option<i128>> {
    let result = match operator {
        Operator::Plus => left.checked_add(right),
        Operator::Minus => left.checked_sub(right),
        Operator::Times => left.checked_mul(right),
        _ if right == 0 => return Ok(None),
        Operator::WholeDivide => left.checked_div(right),
        Operator::Remainder => left.checked_rem(right),
    };
    result.map(Some).ok_or(Unfit)
}

/// A number or quotient as what stands over and under the line, the latter above 0.
fn fraction(typed: &Typed, row: &Row<'_>) -> Found<Option<(i128, i128)>> {
    let (over, under) = match &typed.node {
        Node::Quotient(over, under) => (number_of(over, row)?, number_of(under, row)?),
        _ => (number_of(typed, row)?, Some(power(scale(typed)?)?)),
    };
    Ok(match (over, under) {
        (Some(_), Some(0)) => None,
        (Some(over), Some(under)) => Some((over * under.signum(), under.abs())),
        _ => None,
    })
}

/// A fraction to so many digits behind the decimal mark.
fn rounded(over: i128, under: i128, digits: u8, rounding: Rounding) -> Found<i128> {
    let power = power(digits)?;
    let (whole, rest) = (over.div_euclid(under), over.rem_euclid(under));
    let scaled = rest.checked_mul(power).ok_or(Unfit)?;
    let below = whole.checked_mul(power).and_then(|it| it.checked_add(scaled / under));
    let below = below.ok_or(Unfit)?;
    let rest = scaled % under;
    Ok(match (rest.cmp(&(under - rest)), rounding) {
        (Ordering::Greater, _) => below + 1,
        (Ordering::Equal, Rounding::AwayFromZero) if over > 0 => below + 1,
        (Ordering::Equal, Rounding::ToEven) if below % 2 != 0 => below + 1,
        _ => below,
    })
}

/// How two values compare, where both are some.
fn ordering(left: &Typed, right: &Typed, row: &Row<'_>) -> Found<Option<Ordering>> {
    if left.kind == Kind::Quotient || right.kind == Kind::Quotient {
        let (left, right) = (fraction(left, row)?, fraction(right, row)?);
        let (Some(left), Some(right)) = (left, right) else { return Ok(None) };
        let product =
            |one: i128, other: i128| (one.signum(), wide(one.unsigned_abs(), other.unsigned_abs()));
        let (left, right) = (product(left.0, right.1), product(right.0, left.1));
        let size = if left.0 < 0 { right.1.cmp(&left.1) } else { left.1.cmp(&right.1) };
        return Ok(Some(left.0.cmp(&right.0).then(size)));
    }
    Ok(match (of(left, row)?, of(right, row)?) {
        (Value::Text(left), Value::Text(right)) => Some(left.cmp(&right)),
        (Value::Number(left), Value::Number(right)) => Some(left.cmp(&right)),
        (Value::Day(left), Value::Day(right)) => Some(left.cmp(&right)),
        (Value::Truth(left), Value::Truth(right)) => Some(left.cmp(&right)),
        _ => None,
    })
}

/// A product of 256 bits, the upper half first.
fn wide(one: u128, other: u128) -> (u128, u128) {
    let halves = |number: u128| (number >> 64, number & u128::from(u64::MAX));
    let ((high, low), (other_high, other_low)) = (halves(one), halves(other));
    let lowest = low * other_low;
    let first = high * other_low + (lowest >> 64);
    let second = low * other_high + (first & u128::from(u64::MAX));
    let upper = high * other_high + (first >> 64) + (second >> 64);
    (upper, (second << 64) | (lowest & u128::from(u64::MAX)))
}

fn parsed(text: &str, kind: Kind) -> Found<Value> {
    if kind == Kind::Date {
        let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| Unfit)?;
        // Only as it is written too.
        let usual = date.to_string() == text && date.year() > 0;
        return if usual { Ok(Value::Day(day_of(date))) } else { Err(Unfit) };
    }
    let (number, own) = number::parsed(text).ok_or(Unfit)?;
    let wanted = kind.scale().ok_or(Unfit)?;
    let number = rounded(number, power(own)?, wanted, Rounding::AwayFromZero)?;
    let fits = kind != Kind::Integer || i64::try_from(number).is_ok();
    if fits { Ok(Value::Number(number)) } else { Err(Unfit) }
}

fn day_of_row(typed: &Typed, row: &Row<'_>) -> Found<Option<Day>> {
    Ok(match of(typed, row)? {
        Value::Day(day) => Some(day),
        _ => None,
    })
}

fn of_dates(typed: &Typed, row: &Row<'_>) -> Found<Value> {
    let value = match &typed.node {
        Node::Shift { date, days, earlier, .. } => {
            match (day_of_row(date, row)?, number_of(days, row)?) {
                (Some(day), Some(days)) => {
                    let days = if *earlier { -days } else { days };
                    let day = Day::try_from(i128::from(day) + days).map_err(|_| Unfit)?;
                    Some(Value::Day(day))
                }
                _ => None,
            }
        }
        Node::DaysBetween(later, earlier) => {
            match (day_of_row(later, row)?, day_of_row(earlier, row)?) {
                (Some(later), Some(earlier)) => Some(Value::Number(i128::from(later - earlier))),
                _ => None,
            }
        }
        Node::DatePart(part, date) => day_of_row(date, row)?.map(date_of).map(|date| {
            let number = match part {
                DatePart::Year => i128::from(date.year()),
                DatePart::Quarter => i128::from(date.month().div_ceil(3)),
                DatePart::Month => i128::from(date.month()),
                DatePart::Day => i128::from(date.day()),
            };
            Value::Number(number)
        }),
        _ => None,
    };
    Ok(value.unwrap_or(Value::Nothing))
}

fn of_text(function: TextFunction, parts: &[Typed], row: &Row<'_>) -> Found<Value> {
    let mut texts = Vec::new();
    for part in parts {
        match of(part, row)? {
            Value::Text(text) => texts.push(text),
            _ => return Ok(Value::Nothing),
        }
    }
    let joined = texts.concat();
    let characters = || joined.chars();
    let place = |number: u32| number as usize;
    let text: String = match function {
        TextFunction::Length => {
            let count = i128::try_from(characters().count()).map_err(|_| Unfit)?;
            return Ok(Value::Number(count));
        }
        TextFunction::Join => joined,
        TextFunction::Lower => joined.to_lowercase(),
        TextFunction::Upper => joined.to_uppercase(),
        TextFunction::Left(count) => characters().take(place(count)).collect(),
        TextFunction::Right(count) => {
            let all = characters().count();
            let skipped = all - place(count).min(all);
            characters().skip(skipped).collect()
        }
        TextFunction::Part(from, None) => characters().skip(place(from)).collect(),
        TextFunction::Part(from, Some(count)) => {
            characters().skip(place(from)).take(place(count)).collect()
        }
    };
    Ok(Value::Text(text))
}

/// Whether a text is like a pattern: for each part, the places up to which the text can be read.
fn is_like(text: &str, pattern: &[Wildcard]) -> bool {
    let text: Vec<char> = text.chars().collect();
    let mut reached = vec![false; text.len() + 1];
    reached[0] = true;
    for part in pattern {
        let mut next = vec![false; text.len() + 1];
        for at in 0..=text.len() {
            next[at] = match part {
                Wildcard::Any => reached[at] || (at > 0 && next[at - 1]),
                Wildcard::One => at > 0 && reached[at - 1],
                Wildcard::Character(it) => at > 0 && reached[at - 1] && text[at - 1] == *it,
            };
        }
        reached = next;
    }
    reached[text.len()]
}
