//! From a typed tree to an expression of the engine. Plain comparisons stay plain, so that the
//! engine can skip what they leave out; arithmetic is our own.

mod kernels;

use kernels::QUOTIENT_DIGITS;
pub(crate) use kernels::column_type;

use chrono::Datelike as _;
use polars::prelude::*;

use crate::exact::{self, known};
use crate::quarter::{Day, date_of, day_of};
use crate::query::language::expression::number::{
    compared, divided, expanded, operate, power, rescaled,
};
use crate::query::language::expression::{
    Comparison, Connective, Constant, DatePart, Kind, Node, Place, Rounding, TextFunction, Typed,
    Wildcard, day, fitting, parsed_number,
};

/// Digits of a quotient that nobody has rounded.
/// Where a large number is divided into two.
const HALF: i128 = 10_000_000_000_000_000_000;
/// A list of more values becomes a set.
const ALTERNATIVES_MAX: usize = 8;

/// A constant of a kind.
fn constant(constant: &Constant, kind: Kind) -> Expr {
    match (constant, kind) {
        (Constant::Nothing, kind) => lit(NULL).cast(column_type(kind)),
        (Constant::Text(text), _) => lit(text.clone()),
        (Constant::Truth(truth), _) => lit(*truth),
        (Constant::Date(day), _) => lit(Scalar::new_date(*day)),
        (Constant::Number(number), Kind::Decimal(scale)) => {
            // Amounts are stored with 12 digits.
            let few = scale <= 2 && number.unsigned_abs() < 1_000_000_000_000;
            let digits = if few { 12 } else { 38 };
            lit(Scalar::new_decimal(*number, digits, usize::from(scale)))
        }
        (Constant::Number(number), kind) => match i64::try_from(*number) {
            Ok(number) => lit(number),
            Err(_) => lit(Scalar::new_decimal(*number, 38, usize::from(known(kind.scale())))),
        },
    }
}

/// The expression of the engine.
pub(crate) fn lower(typed: &Typed) -> Expr {
    let kind = typed.kind;
    match &typed.node {
        Node::Column(name) => col(name.as_str()),
        Node::Constant(value) => constant(value, kind),
        Node::Arithmetic { operator, left, right, place } => {
            let (operator, place) = (*operator, *place);
            numbers(&[left, right], kind, move |values| {
                let unfit = || kernels::unfit(operator.sign(), kind, place);
                let result = operate(operator, values[0], values[1]).map_err(|_| unfit())?;
                result.map(|it| fitting(it, kind).ok_or_else(unfit)).transpose()
            })
        }
        Node::Absolute(inner, place) => checked(inner, kind, "abs", *place, i128::checked_abs),
        Node::Rescale(inner, place) => {
            let digits = known(kind.scale()) - known(inner.kind.scale());
            checked(inner, kind, "", *place, move |number| rescaled(number, digits))
        }
        Node::Round { .. } | Node::Quotient(..) => round(typed),
        Node::Fit { inner, least, most, tries, place } => {
            let (bounds, tries, place) = (*least..=*most, *tries, *place);
            numbers(&[inner], kind, move |values| match bounds.contains(&values[0]) {
                true => Ok(Some(values[0])),
                false if tries => Ok(None),
                false => Err(kernels::failed("a number does not fit in its type", place)),
            })
        }
        Node::Parse { inner, tries, place } => parse(inner, kind, *tries, *place),
        Node::Written(inner) => written(inner),
        Node::Shift { .. } | Node::DaysBetween(..) | Node::DatePart(..) => dates(typed),
        Node::Compare(comparison, left, right) => compare(*comparison, left, right),
        Node::Logic(connective, parts) => {
            let combine: fn(Expr, Expr) -> Expr =
                if *connective == Connective::And { Expr::and } else { Expr::or };
            balanced(parts.iter().map(lower).collect(), combine)
        }
        Node::Not(inner) => lower(inner).not(),
        Node::IsNothing(inner) => lower(inner).is_null(),
        Node::IsTruth(inner, true) => lower(inner).fill_null(lit(false)),
        Node::IsTruth(inner, false) => lower(inner).not().fill_null(lit(false)),
        Node::Among(inner, values) if values.len() <= ALTERNATIVES_MAX => {
            let equal = values.iter().map(|value| lower(inner).eq(constant(value, inner.kind)));
            balanced(equal.collect(), Expr::or)
        }
        Node::Among(inner, values) => kernels::among(lower(inner), inner.kind, values),
        Node::Like(inner, pattern) => lower(inner).str().contains(lit(regex(pattern)), true),
        Node::Case(branches, otherwise) => {
            let last = widened(otherwise);
            branches.iter().rev().fold(last, |otherwise, (condition, result)| {
                when(lower(condition)).then(widened(result)).otherwise(otherwise)
            })
        }
        Node::First(parts) => coalesce(&parts.iter().map(widened).collect::<Vec<_>>()),
        Node::Text(function, parts, place) => text(*function, parts, *place),
    }
}

/// An expression whose column has the type of its kind, and no narrower one.
pub(crate) fn widened(typed: &Typed) -> Expr {
    match typed.kind {
        Kind::Integer | Kind::Decimal(_) => lower(typed).cast(column_type(typed.kind)),
        _ => lower(typed),
    }
}

/// What a sum of numbers is worked out from without a number that is too large: the digits from the
/// twentieth on, and those before.
pub(crate) fn halves(typed: &Typed) -> (Expr, Expr) {
    let kind = Kind::Decimal(0);
    let high = numbers(&[typed], kind, |values| Ok(Some(values[0] / HALF)));
    let low = numbers(&[typed], kind, |values| Ok(Some(values[0] % HALF)));
    (high, low)
}

/// What sums of halves are together.
pub(crate) fn whole(high: &Typed, low: &Typed, kind: Kind) -> Expr {
    numbers(&[high, low], kind, move |values| {
        let whole = values[0].checked_mul(HALF).and_then(|high| high.checked_add(values[1]));
        let whole = whole.and_then(|it| fitting(it, kind));
        whole.map(Some).ok_or_else(|| kernels::unfit("sum", kind, Place::default()))
    })
}

/// The rows for which a condition is true. What can fail is worked out as a column before: the
/// engine's readers take conditions on a column to themselves, and do not expect one to fail.
pub(crate) fn satisfying(frame: LazyFrame, condition: &Typed) -> LazyFrame {
    const HOLDS: &str = "_holds";
    let parts = match &condition.node {
        Node::Logic(Connective::And, parts) => parts.as_slice(),
        _ => std::slice::from_ref(condition),
    };
    let (fallible, plain): (Vec<&Typed>, Vec<&Typed>) =
        parts.iter().partition(|part| part.can_fail());
    if fallible.is_empty() {
        return frame.filter(lower(condition));
    }
    let all = |parts: Vec<&Typed>| balanced(parts.into_iter().map(lower).collect(), Expr::and);
    let frame = if plain.is_empty() { frame } else { frame.filter(all(plain)) };
    frame.with_columns([all(fallible).alias(HOLDS)]).filter(col(HOLDS))
}

/// What puts rows in the order of an expression; of a quotient, in that of fractions.
pub(crate) fn order_keys(typed: &Typed) -> Vec<Expr> {
    let Node::Quotient(over, under) = &typed.node else { return vec![lower(typed)] };
    let part = |part: usize| {
        numbers(&[over, under], Kind::Decimal(0), move |values| {
            Ok(expanded(values[0], values[1]).map(|parts| parts[part]))
        })
    };
    (0..3).map(part).collect()
}

/// A function of numbers of our own arithmetic.
fn numbers<F>(parts: &[&Typed], kind: Kind, compute: F) -> Expr
where
    F: Fn(&[i128]) -> PolarsResult<Option<i128>> + Send + Sync + 'static,
{
    let operand = |part: &&Typed| (part.as_constant().cloned(), lower(part));
    kernels::numbers(parts.iter().map(operand).collect(), kind, compute)
}

/// A chain as a tree of little depth; long chains would be a deep one.
fn balanced(mut parts: Vec<Expr>, combine: fn(Expr, Expr) -> Expr) -> Expr {
    if parts.len() > 2 {
        let rest = parts.split_off(parts.len().div_ceil(2));
        return combine(balanced(parts, combine), balanced(rest, combine));
    }
    parts.into_iter().reduce(combine).unwrap_or_else(|| lit(true))
}

/// A function of one number whose result may not fit.
fn checked<F>(inner: &Typed, kind: Kind, name: &'static str, place: Place, compute: F) -> Expr
where
    F: Fn(i128) -> Option<i128> + Send + Sync + 'static,
{
    numbers(&[inner], kind, move |values| {
        let result = compute(values[0]).and_then(|it| fitting(it, kind));
        result.map(Some).ok_or_else(|| kernels::unfit(name, kind, place))
    })
}

/// A number or quotient with the digits of its kind.
fn round(typed: &Typed) -> Expr {
    let (inner, rounding, place) = match &typed.node {
        Node::Round { inner, rounding, place } => (inner.as_ref(), *rounding, *place),
        _ => (typed, Rounding::ToEven, Place::default()),
    };
    let digits = typed.kind.scale().unwrap_or(QUOTIENT_DIGITS);
    let kind = if typed.kind == Kind::Quotient { Kind::Decimal(digits) } else { typed.kind };
    let unfit = move || kernels::unfit("round", kind, place);
    if let Node::Quotient(left, right) = &inner.node {
        return numbers(&[left, right], kind, move |values| {
            if values[1] == 0 {
                return Ok(None);
            }
            let result = divided(values[0], values[1], digits, rounding);
            let result = result.and_then(|it| fitting(it, kind));
            result.map(Some).ok_or_else(unfit)
        });
    }
    let own = known(inner.kind.scale());
    let power = known(power(own.max(digits) - digits));
    checked(inner, kind, "round", place, move |number| divided(number, power, 0, rounding))
}

fn parse(inner: &Typed, kind: Kind, tries: bool, place: Place) -> Expr {
    kernels::from_text(lower(inner), kind, move |text| {
        let value = match kind {
            Kind::Date => day(text).map(|date| i128::from(day_of(date))),
            _ => parsed_number(text, kind).and_then(|number| fitting(number, kind)),
        };
        match value {
            Some(value) => Ok(Some(value)),
            None if tries => Ok(None),
            // The text may be of a person, and is not shown.
            None => Err(kernels::failed(&format!("a text is not {} to CAST", kind.name()), place)),
        }
    })
}

fn written(inner: &Typed) -> Expr {
    let kind = inner.kind;
    kernels::to_text(lower(inner), move |value| match kind {
        Kind::Date => {
            Day::try_from(value).map_or_else(|_| String::new(), |it| date_of(it).to_string())
        }
        Kind::Truth => (value != 0).to_string(),
        _ => value.to_string(),
    })
}

/// The first and the last day there can be: years have four digits.
const DAYS: std::ops::RangeInclusive<i128> = -719_162..=2_932_896;

fn dates(typed: &Typed) -> Expr {
    match &typed.node {
        Node::Shift { date, days, earlier, place } => {
            let (earlier, place) = (*earlier, *place);
            numbers(&[date, days], Kind::Date, move |values| {
                let days = if earlier { -values[1] } else { values[1] };
                let day = Some(values[0] + days).filter(|day| DAYS.contains(day));
                let failed = || kernels::failed("a date lies before year 1 or after 9999", place);
                day.map(Some).ok_or_else(failed)
            })
        }
        Node::DaysBetween(later, earlier) => {
            numbers(&[later, earlier], Kind::Integer, |values| Ok(Some(values[0] - values[1])))
        }
        Node::DatePart(part, date) => {
            let part = *part;
            numbers(&[date], Kind::Integer, move |values| {
                let date = date_of(exact::fitting(values[0]));
                Ok(Some(i128::from(part.of(date))))
            })
        }
        _ => lower(typed),
    }
}

impl DatePart {
    fn of(self, date: chrono::NaiveDate) -> i64 {
        match self {
            Self::Year => i64::from(date.year()),
            Self::Quarter => i64::from(date.month0() / 3 + 1),
            Self::Month => i64::from(date.month()),
            Self::Day => i64::from(date.day()),
        }
    }
}

fn compare(comparison: Comparison, left: &Typed, right: &Typed) -> Expr {
    if left.kind == Kind::Quotient || right.kind == Kind::Quotient {
        let ((over, under), (other_over, other_under)) = (fraction(left), fraction(right));
        let parts = [&over, &under, &other_over, &other_under];
        return numbers(&parts, Kind::Truth, move |values| {
            if values[1] == 0 || values[3] == 0 {
                return Ok(None);
            }
            let ordering = compared((values[0], values[1]), (values[2], values[3]));
            Ok(Some(i128::from(comparison.holds(ordering))))
        });
    }
    let (left, right) = (lower(left), lower(right));
    match comparison {
        Comparison::Equal => left.eq(right),
        Comparison::Unequal => left.neq(right),
        Comparison::Less => left.lt(right),
        Comparison::LessOrEqual => left.lt_eq(right),
        Comparison::Greater => left.gt(right),
        Comparison::GreaterOrEqual => left.gt_eq(right),
    }
}

/// What stands over and under the line.
fn fraction(typed: &Typed) -> (Typed, Typed) {
    if let Node::Quotient(over, under) = &typed.node {
        return ((**over).clone(), (**under).clone());
    }
    let under = known(power(known(typed.kind.scale())));
    (typed.clone(), Typed::constant(Constant::Number(under), Kind::Decimal(0)))
}

fn regex(pattern: &[Wildcard]) -> String {
    let mut regex = "(?s)^".to_owned();
    for part in pattern {
        match part {
            Wildcard::Any => regex.push_str(".*"),
            Wildcard::One => regex.push('.'),
            Wildcard::Character(it) if it.is_alphanumeric() || *it == ' ' => regex.push(*it),
            // A backslash gives some marks a meaning: `\<` is where a word begins.
            Wildcard::Character(other) => {
                regex.extend(other.escape_unicode().map(|it| if it == 'u' { 'x' } else { it }));
            }
        }
    }
    regex.push('$');
    regex
}

fn text(function: TextFunction, parts: &[Typed], place: Place) -> Expr {
    let count = |count: u32| lit(i64::from(count));
    match (function, parts) {
        (TextFunction::Join, [left, right]) => kernels::joined(lower(left), lower(right), place),
        (function, [inner, ..]) => {
            let texts = lower(inner).str();
            match function {
                TextFunction::Lower => texts.to_lowercase(),
                TextFunction::Upper => texts.to_uppercase(),
                TextFunction::Length => texts.len_chars().cast(DataType::Int64),
                TextFunction::Left(first) => texts.head(count(first)),
                TextFunction::Right(last) => texts.tail(count(last)),
                TextFunction::Part(from, None) => texts.slice(count(from), lit(NULL)),
                TextFunction::Part(from, Some(many)) => texts.slice(count(from), count(many)),
                TextFunction::Join => lower(inner),
            }
        }
        (_, []) => lit(NULL).cast(DataType::String),
    }
}
