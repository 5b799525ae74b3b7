//! The typed filter of a question as SQL.
//!
//! In: a typed tree. Out: a condition that holds for the same rows. A number that is computed is a whole one without
//! its decimal mark, so that no engine's rules for decimals are met. Never: an error of its own: where a question is
//! refused for a value that does not fit, the statement has no value.

use chrono::Datelike as _;
use sqlparser::ast::{TypedString, UnaryOperator, Value};

use super::numbers::{compared, first, is_plain, whole};
use crate::exact::known;
use crate::quarter::{Day, date_of};
use crate::query::language::expression::{
    Comparison, Connective, Constant, DatePart, Kind, Node, TextFunction, Typed, Wildcard,
};
use crate::sql::{
    BinaryOperator, DataType, Expr, all, any, binary, case, cast, expression, name, nothing,
    number, text, truth,
};

impl Typed {
    /// The same as SQL.
    pub(super) fn as_sql(&self) -> Expr {
        value(self)
    }
}

/// Any expression but a number that is computed, which stands without its decimal mark.
fn value(typed: &Typed) -> Expr {
    match &typed.node {
        Node::Column(column) => name(column),
        Node::Constant(value) => constant(value, typed.kind),
        Node::Rescale(inner, _) if is_plain(inner) => value(inner),
        Node::Compare(comparison, left, right) => compare(*comparison, left, right),
        Node::Logic(connective, parts) => {
            let parts = parts.iter().map(value);
            match connective {
                Connective::And => all(parts).unwrap_or_else(|| truth(true)),
                Connective::Or => any(parts).unwrap_or_else(|| truth(false)),
            }
        }
        Node::Not(inner) => not(value(inner)),
        Node::IsNothing(inner) => Expr::IsNull(Box::new(number_or_value(inner))),
        Node::IsTruth(inner, true) => Expr::IsTrue(Box::new(value(inner))),
        Node::IsTruth(inner, false) => Expr::IsFalse(Box::new(value(inner))),
        Node::Among(inner, values) => among(inner, values),
        Node::Like(inner, pattern) => like(value(inner), pattern),
        Node::Case(branches, otherwise) if typed.kind.scale().is_none() => {
            let branches = branches.iter().map(|(when, then)| (value(when), value(then)));
            case(branches.collect(), Some(value(otherwise)))
        }
        Node::First(parts) if typed.kind.scale().is_none() => {
            first(parts.iter().map(value).collect())
        }
        Node::Text(function, parts, _) if *function != TextFunction::Length => {
            of_texts(*function, parts)
        }
        Node::Parse { inner, .. } if typed.kind == Kind::Date => {
            let inner = value(inner);
            let pattern = "regexp_full_match($text, '[0-9]{4}-[0-9]{2}-[0-9]{2}')";
            let is_date = expression(pattern, &[("text", inner.clone())]);
            case(vec![(is_date, cast(inner, DataType::Date, true))], None)
        }
        Node::Written(inner) => cast(number_or_value(inner), DataType::Varchar(None), false),
        Node::Shift { date, days, earlier, .. } => {
            let days = cast(whole(days), DataType::Integer(None), false);
            let sign = if *earlier { BinaryOperator::Minus } else { BinaryOperator::Plus };
            cast(binary(value(date), sign, days), DataType::Date, false)
        }
        Node::DaysBetween(later, earlier) => {
            let parts = [("later", value(later)), ("earlier", value(earlier))];
            expression("date_diff('day', $earlier, $later)", &parts)
        }
        Node::DatePart(part, date) => {
            let text = match part {
                DatePart::Year => "EXTRACT(YEAR FROM $date)",
                DatePart::Quarter => "EXTRACT(QUARTER FROM $date)",
                DatePart::Month => "EXTRACT(MONTH FROM $date)",
                DatePart::Day => "EXTRACT(DAY FROM $date)",
            };
            expression(text, &[("date", value(date))])
        }
        _ => whole(typed),
    }
}

fn number_or_value(typed: &Typed) -> Expr {
    if typed.kind.scale().is_some() && !is_plain(typed) { whole(typed) } else { value(typed) }
}

fn not(condition: Expr) -> Expr {
    match condition {
        Expr::IsNull(inner) => Expr::IsNotNull(inner),
        Expr::InList { expr, list, negated } => Expr::InList { expr, list, negated: !negated },
        Expr::Like { negated, any, expr, pattern, escape_char } => {
            Expr::Like { negated: !negated, any, expr, pattern, escape_char }
        }
        other => Expr::UnaryOp { op: UnaryOperator::Not, expr: Box::new(other) },
    }
}

fn date(day: Day) -> Expr {
    let date = date_of(day);
    let text = format!("{:04}-{:02}-{:02}", date.year(), date.month(), date.day());
    let value = Value::SingleQuotedString(text).into();
    Expr::TypedString(TypedString { data_type: DataType::Date, value, uses_odbc_syntax: false })
}

fn constant(constant: &Constant, kind: Kind) -> Expr {
    match constant {
        Constant::Nothing => match kind {
            Kind::Text => cast(nothing(), DataType::Varchar(None), false),
            Kind::Date => cast(nothing(), DataType::Date, false),
            Kind::Truth => cast(nothing(), DataType::Boolean, false),
            _ => cast(nothing(), DataType::HugeInt, false),
        },
        Constant::Text(value) => text(value),
        Constant::Number(value) => number(*value, known(kind.scale())),
        Constant::Date(day) => date(*day),
        Constant::Truth(value) => truth(*value),
    }
}

fn compare(comparison: Comparison, left: &Typed, right: &Typed) -> Expr {
    let operator = match comparison {
        Comparison::Equal => BinaryOperator::Eq,
        Comparison::Unequal => BinaryOperator::NotEq,
        Comparison::Less => BinaryOperator::Lt,
        Comparison::LessOrEqual => BinaryOperator::LtEq,
        Comparison::Greater => BinaryOperator::Gt,
        Comparison::GreaterOrEqual => BinaryOperator::GtEq,
    };
    if left.kind == Kind::Quotient || right.kind == Kind::Quotient {
        return compared(left, operator, right);
    }
    let computed = left.kind.scale().is_some() && !(is_plain(left) && is_plain(right));
    let side = if computed { whole } else { value };
    binary(side(left), operator, side(right))
}

fn among(inner: &Typed, values: &[Constant]) -> Expr {
    let computed = inner.kind.scale().is_some() && !is_plain(inner);
    let one = |it: &Constant| match it {
        Constant::Number(value) if computed => number(*value, 0),
        it => constant(it, inner.kind),
    };
    let list = values.iter().map(one).collect();
    Expr::InList { expr: Box::new(number_or_value(inner)), list, negated: false }
}

fn like(inner: Expr, pattern: &[Wildcard]) -> Expr {
    const ESCAPE: char = '^';
    let mut written = String::new();
    let mut escapes = false;
    for part in pattern {
        match part {
            Wildcard::Any => written.push('%'),
            Wildcard::One => written.push('_'),
            Wildcard::Character(it) => {
                if ['%', '_', ESCAPE].contains(it) {
                    written.push(ESCAPE);
                    escapes = true;
                }
                written.push(*it);
            }
        }
    }
    // Without one, some engines take a backslash for it.
    let escapes = escapes || written.contains('\\');
    Expr::Like {
        negated: false,
        any: false,
        expr: Box::new(inner),
        pattern: Box::new(text(&written)),
        escape_char: escapes.then(|| Value::SingleQuotedString(ESCAPE.to_string()).into()),
    }
}

fn of_texts(function: TextFunction, parts: &[Typed]) -> Expr {
    if function == TextFunction::Join {
        let joined = |left, right| binary(left, BinaryOperator::StringConcat, right);
        return parts.iter().map(value).reduce(joined).unwrap_or_else(nothing);
    }
    let Some(inner) = parts.first().map(value) else { return nothing() };
    let count = |count: u32| number(count, 0);
    match function {
        TextFunction::Lower => expression("lower($inner)", &[("inner", inner)]),
        TextFunction::Upper => expression("upper($inner)", &[("inner", inner)]),
        TextFunction::Left(first) => {
            expression("left($inner, $count)", &[("inner", inner), ("count", count(first))])
        }
        TextFunction::Right(last) => {
            expression("right($inner, $count)", &[("inner", inner), ("count", count(last))])
        }
        TextFunction::Part(from, None) => {
            expression("substr($inner, $from)", &[("inner", inner), ("from", count(from + 1))])
        }
        TextFunction::Part(from, Some(many)) => {
            let parts = [("inner", inner), ("from", count(from + 1)), ("count", count(many))];
            expression("substr($inner, $from, $count)", &parts)
        }
        TextFunction::Length | TextFunction::Join => inner,
    }
}
