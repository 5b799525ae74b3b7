//! Exact arithmetic in a statement: whole numbers of 38 digits, one division at the end.
//!
//! In: trees of whole numbers. Out: trees of whole numbers. Never: a binary float, or a division that an engine
//! rounds in its own way.

use crate::exact::known;
use crate::query::language::expression::number::power;
use crate::query::language::expression::{
    Constant, Kind, Node, Operator, Rounding, TextFunction, Typed,
};
use crate::sql::{
    BinaryOperator, DataType, Expr, binary, case, cast, expression, name, nothing, number,
};

/// One whole number by another that is above 0, rounded half to even.
pub(crate) fn halves_to_even(over: &Expr, under: &Expr) -> Expr {
    let parts = [("over", over.clone()), ("under", under.clone())];
    let rounded = "CASE WHEN $over < 0 THEN -1 ELSE 1 END * (abs($over) // $under + CASE WHEN 2 * (abs($over) % \
                   $under) > $under THEN 1 WHEN 2 * (abs($over) % $under) = $under THEN (abs($over) // $under) % 2 \
                   ELSE 0 END)";
    expression(rounded, &parts)
}

/// The first that is a value.
pub(super) fn first(parts: Vec<Expr>) -> Expr {
    let pair =
        |left, right| expression("coalesce($left, $right)", &[("left", left), ("right", right)]);
    parts.into_iter().rev().reduce(|rest, part| pair(part, rest)).unwrap_or_else(nothing)
}

/// A size with its sign.
fn signed(size: Expr, is_negative: Expr) -> Expr {
    let parts = [("size", size), ("is_negative", is_negative)];
    expression("CASE WHEN $is_negative THEN -($size) ELSE $size END", &parts)
}

/// A constant power of ten.
fn ten_to(digits: u8) -> Expr {
    number(known(power(digits)), 0)
}

fn times(left: Expr, right: Expr) -> Expr {
    binary(left, BinaryOperator::Multiply, right)
}

/// A number of as many digits as there can be.
pub(crate) fn wide(value: Expr) -> Expr {
    cast(value, DataType::HugeInt, false)
}

/// Whether a number stands in a row or in the text, and is not computed.
pub(super) fn is_plain(typed: &Typed) -> bool {
    match &typed.node {
        Node::Column(_) | Node::Constant(_) => true,
        Node::Rescale(inner, _) => is_plain(inner),
        _ => false,
    }
}

/// A number without its decimal mark; what does not fit is no value, or an error of the engine.
pub(super) fn whole(typed: &Typed) -> Expr {
    match &typed.node {
        Node::Column(column) => match typed.kind {
            Kind::Decimal(scale) => wide(times(name(column), ten_to(scale))),
            _ => wide(name(column)),
        },
        Node::Constant(Constant::Number(value)) => number(*value, 0),
        Node::Constant(_) => wide(nothing()),
        Node::Arithmetic { operator, left, right, .. } => {
            operated(*operator, whole(left), whole(right))
        }
        Node::Absolute(inner, _) => expression("abs($inner)", &[("inner", whole(inner))]),
        Node::Rescale(inner, _) => {
            let digits = known(typed.kind.scale()) - known(inner.kind.scale());
            times(whole(inner), ten_to(digits))
        }
        Node::Round { inner, rounding, .. } => rounded(inner, known(typed.kind.scale()), *rounding),
        Node::Fit { inner, least, most, .. } => {
            let parts =
                [("inner", whole(inner)), ("least", number(*least, 0)), ("most", number(*most, 0))];
            expression("CASE WHEN $inner BETWEEN $least AND $most THEN $inner END", &parts)
        }
        Node::Parse { inner, .. } => parsed(inner.as_sql(), known(typed.kind.scale())),
        Node::Case(branches, otherwise) => {
            let branches = branches.iter().map(|(when, then)| (when.as_sql(), whole(then)));
            case(branches.collect(), Some(whole(otherwise)))
        }
        Node::First(parts) => first(parts.iter().map(whole).collect()),
        Node::Text(TextFunction::Length, parts, _) => {
            let [inner] = parts.as_slice() else { return nothing() };
            expression("length($inner)", &[("inner", inner.as_sql())])
        }
        // Days between dates, and parts of dates.
        _ => typed.as_sql(),
    }
}

fn operated(operator: Operator, left: Expr, right: Expr) -> Expr {
    let divisor = |right| expression("nullif($right, 0)", &[("right", right)]);
    let (sign, right) = match operator {
        Operator::Plus => (BinaryOperator::Plus, right),
        Operator::Minus => (BinaryOperator::Minus, right),
        Operator::Times => (BinaryOperator::Multiply, right),
        Operator::WholeDivide => (BinaryOperator::DuckIntegerDivide, divisor(right)),
        Operator::Remainder => (BinaryOperator::Modulo, divisor(right)),
    };
    binary(left, sign, right)
}

/// What stands over and under the line.
fn fraction(typed: &Typed) -> (Expr, Expr) {
    if let Node::Quotient(over, under) = &typed.node {
        // A constant alone would be a narrow number, and its products too large.
        return (wide(whole(over)), wide(whole(under)));
    }
    (whole(typed), ten_to(known(typed.kind.scale())))
}

/// A number or quotient with so many digits behind its mark.
fn rounded(inner: &Typed, digits: u8, rounding: Rounding) -> Expr {
    let (over, under) = match (&inner.node, inner.kind.scale()) {
        (Node::Quotient(..), _) | (_, None) => {
            let (over, under) = fraction(inner);
            (times(over, ten_to(digits)), under)
        }
        (_, Some(own)) => (whole(inner), ten_to(own.max(digits) - digits)),
    };
    let parts = [("over", over), ("under", under)];
    let size = match rounding {
        Rounding::AwayFromZero => "(2 * abs($over) + abs($under)) // nullif(2 * abs($under), 0)",
        Rounding::ToEven => {
            "(2 * abs($over) + abs($under)) // nullif(2 * abs($under), 0) - CASE WHEN (2 * abs($over) + abs($under)) \
             % nullif(2 * abs($under), 0) = 0 AND ((2 * abs($over) + abs($under)) // nullif(2 * abs($under), 0)) % 2 \
             = 1 THEN 1 ELSE 0 END"
        }
    };
    signed(expression(size, &parts), expression("($over < 0) <> ($under < 0)", &parts))
}

/// A text as a number with so many digits behind its mark, where it is one.
fn parsed(text: Expr, digits: u8) -> Expr {
    use sqlparser::ast::ExactNumberInfo;
    let decimal = DataType::Decimal(ExactNumberInfo::PrecisionAndScale(38, i64::from(digits)));
    let without_sign = expression("ltrim($text, '+')", &[("text", text.clone())]);
    let number = wide(times(cast(without_sign, decimal, true), ten_to(digits)));
    let pattern = "regexp_full_match($text, '[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)')";
    case(vec![(expression(pattern, &[("text", text)]), number)], None)
}

/// What stands over and under the line; what is known of the latter is a number.
struct Fraction {
    over: Expr,
    under: Result<i128, Expr>,
}

impl Fraction {
    fn of(typed: &Typed) -> Self {
        let constant = |typed: &Typed| match typed.as_constant() {
            Some(Constant::Number(number)) if *number != 0 => Some(*number),
            _ => None,
        };
        // A constant alone would be a narrow number, and its products too large.
        let over = |typed: &Typed| {
            if constant(typed).is_some() { wide(whole(typed)) } else { whole(typed) }
        };
        if let Node::Quotient(above, below) = &typed.node {
            let under = constant(below).ok_or_else(|| whole(below));
            return Self { over: over(above), under };
        }
        Self { over: over(typed), under: Ok(known(power(known(typed.kind.scale())))) }
    }

    /// The product with what is under the other, with a line of its own that is above 0.
    fn times_under(&self, other: &Self) -> Expr {
        let over = match &self.under {
            Ok(under) if *under > 0 => self.over.clone(),
            Ok(_) => expression("-($over)", &[("over", self.over.clone())]),
            Err(under) => {
                let parts = [("over", self.over.clone()), ("under", under.clone())];
                expression("CASE WHEN $under < 0 THEN -($over) ELSE $over END", &parts)
            }
        };
        match &other.under {
            Ok(1 | -1) => over,
            Ok(under) => times(over, number(under.abs(), 0)),
            Err(under) => {
                let parts = [("over", over), ("under", under.clone())];
                expression("$over * nullif(abs($under), 0)", &parts)
            }
        }
    }
}

/// A comparison of numbers of which one is a quotient, as fractions; none is over 0.
pub(super) fn compared(left: &Typed, operator: BinaryOperator, right: &Typed) -> Expr {
    let (left, right) = (Fraction::of(left), Fraction::of(right));
    binary(left.times_under(&right), operator, right.times_under(&left))
}
