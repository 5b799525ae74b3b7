//! A filter on one row, in the three truths of SQL: true, false, unknown.

use std::cmp::Ordering;

use sqlparser::ast::{
    BinaryOperator, Expr as Sql, FunctionArg, FunctionArgExpr, FunctionArguments, UnaryOperator,
    Value as Literal,
};

use super::row::Row;
use crate::decode::parse_cents;
use crate::quarter::{Day, day_of};
use crate::query::file::ParameterKind;

/// A value; numbers are held in hundredths, so that days and amounts compare exactly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Nothing,
    Text(String),
    Number(i128),
    Day(Day),
    Truth(bool),
}

/// Whether the filter is true for the row.
pub(super) fn holds(tree: &Sql, values: &[(String, ParameterKind, String)], row: &Row<'_>) -> bool {
    Evaluation { values, row }.of(tree) == Value::Truth(true)
}

struct Evaluation<'a> {
    values: &'a [(String, ParameterKind, String)],
    row: &'a Row<'a>,
}

impl Evaluation<'_> {
    fn of(&self, tree: &Sql) -> Value {
        match tree {
            Sql::Identifier(name) => self.row.named(&name.value),
            Sql::Value(literal) => self.literal(&literal.value),
            Sql::TypedString(typed) => match &typed.value.value {
                Literal::SingleQuotedString(text) => date(text),
                _ => Value::Nothing,
            },
            Sql::Nested(inner) => self.of(inner),
            Sql::UnaryOp { op, expr } => match (op, self.of(expr)) {
                (UnaryOperator::Not, truth) => not(&truth),
                (UnaryOperator::Minus, Value::Number(number)) => Value::Number(-number),
                _ => Value::Nothing,
            },
            Sql::BinaryOp { left, op, right } => binary(self.of(left), op, self.of(right)),
            Sql::IsNull(inner) => Value::Truth(self.of(inner) == Value::Nothing),
            Sql::IsNotNull(inner) => Value::Truth(self.of(inner) != Value::Nothing),
            Sql::InList { expr, list, negated } => {
                let value = self.of(expr);
                let equal = list.iter().map(|it| compared(&value, &self.of(it), Ordering::is_eq));
                negated_if(*negated, equal.fold(Value::Truth(false), or))
            }
            Sql::Between { expr, negated, low, high } => {
                let value = self.of(expr);
                let above = compared(&value, &self.of(low), Ordering::is_ge);
                let below = compared(&value, &self.of(high), Ordering::is_le);
                negated_if(*negated, and(above, below))
            }
            Sql::Like { negated, expr, pattern, .. } => match (self.of(expr), self.of(pattern)) {
                (Value::Text(text), Value::Text(pattern)) => {
                    let (text, pattern): (Vec<char>, Vec<char>) =
                        (text.chars().collect(), pattern.chars().collect());
                    negated_if(*negated, Value::Truth(like(&text, &pattern)))
                }
                _ => Value::Nothing,
            },
            Sql::Cast { expr, .. } => match self.of(expr) {
                Value::Text(text) => parse_cents(&text)
                    .map_or(Value::Nothing, |cents| Value::Number(i128::from(cents))),
                other => other,
            },
            Sql::Function(function) => self.function(function),
            Sql::Substring { expr, substring_from, substring_for, .. } => {
                let parts = [Some(expr), substring_from.as_ref(), substring_for.as_ref()];
                let parts = parts.into_iter().flatten().map(|it| self.of(it)).collect();
                call("substr", parts)
            }
            _ => Value::Nothing,
        }
    }

    fn literal(&self, literal: &Literal) -> Value {
        match literal {
            Literal::Number(number, _) => {
                number.parse::<i128>().map_or(Value::Nothing, |it| Value::Number(it * 100))
            }
            Literal::SingleQuotedString(text) => Value::Text(text.clone()),
            Literal::Boolean(truth) => Value::Truth(*truth),
            Literal::Placeholder(name) => {
                let name = name.trim_start_matches('$');
                let found = self.values.iter().find(|(known, ..)| known == name);
                found.map_or(Value::Nothing, |(_, kind, text)| match kind {
                    ParameterKind::Text => Value::Text(text.clone()),
                    ParameterKind::Integer => {
                        text.parse::<i128>().map_or(Value::Nothing, |it| Value::Number(it * 100))
                    }
                    ParameterKind::Date => date(text),
                })
            }
            _ => Value::Nothing,
        }
    }

    fn function(&self, function: &sqlparser::ast::Function) -> Value {
        let FunctionArguments::List(list) = &function.args else { return Value::Nothing };
        let argument = |argument: &FunctionArg| match argument {
            FunctionArg::Unnamed(FunctionArgExpr::Expr(inner)) => self.of(inner),
            _ => Value::Nothing,
        };
        let arguments = list.args.iter().map(argument).collect();
        call(&function.name.to_string().to_lowercase(), arguments)
    }
}

fn date(text: &str) -> Value {
    let date = chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d");
    date.map_or(Value::Nothing, |date| Value::Day(day_of(date)))
}

fn not(value: &Value) -> Value {
    match value {
        Value::Truth(truth) => Value::Truth(!truth),
        _ => Value::Nothing,
    }
}

fn negated_if(negated: bool, value: Value) -> Value {
    if negated { not(&value) } else { value }
}

fn and(left: Value, right: Value) -> Value {
    match (left, right) {
        (Value::Truth(false), _) | (_, Value::Truth(false)) => Value::Truth(false),
        (Value::Truth(true), Value::Truth(true)) => Value::Truth(true),
        _ => Value::Nothing,
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the shape of a fold")]
fn or(left: Value, right: Value) -> Value {
    not(&and(not(&left), not(&right)))
}

fn compared(left: &Value, right: &Value, holds: impl Fn(Ordering) -> bool) -> Value {
    let ordering = match (left, right) {
        (Value::Text(left), Value::Text(right)) => left.cmp(right),
        (Value::Number(left), Value::Number(right)) => left.cmp(right),
        (Value::Day(left), Value::Day(right)) => left.cmp(right),
        (Value::Truth(left), Value::Truth(right)) => left.cmp(right),
        _ => return Value::Nothing,
    };
    Value::Truth(holds(ordering))
}

fn binary(left: Value, operator: &BinaryOperator, right: Value) -> Value {
    let holds: fn(Ordering) -> bool = match operator {
        BinaryOperator::And => return and(left, right),
        BinaryOperator::Or => return or(left, right),
        BinaryOperator::Plus | BinaryOperator::Minus | BinaryOperator::Multiply => {
            let (Value::Number(left), Value::Number(right)) = (left, right) else {
                return Value::Nothing;
            };
            return Value::Number(match operator {
                BinaryOperator::Plus => left + right,
                BinaryOperator::Minus => left - right,
                // Two hundredths make a ten-thousandth.
                _ => left * right / 100,
            });
        }
        BinaryOperator::Eq => Ordering::is_eq,
        BinaryOperator::NotEq => Ordering::is_ne,
        BinaryOperator::Lt => Ordering::is_lt,
        BinaryOperator::LtEq => Ordering::is_le,
        BinaryOperator::Gt => Ordering::is_gt,
        BinaryOperator::GtEq => Ordering::is_ge,
        _ => return Value::Nothing,
    };
    compared(&left, &right, holds)
}

fn call(name: &str, arguments: Vec<Value>) -> Value {
    if name == "coalesce" {
        return arguments.into_iter().find(|it| *it != Value::Nothing).unwrap_or(Value::Nothing);
    }
    let characters = |text: &str| text.chars().count();
    let place = |number: &i128| usize::try_from(number / 100).unwrap_or_default();
    match (name, arguments.as_slice()) {
        ("abs", [Value::Number(number)]) => Value::Number(number.abs()),
        ("lower", [Value::Text(text)]) => Value::Text(text.to_lowercase()),
        ("upper", [Value::Text(text)]) => Value::Text(text.to_uppercase()),
        ("length", [Value::Text(text)]) => {
            Value::Number(i128::try_from(characters(text)).unwrap_or_default() * 100)
        }
        ("left", [Value::Text(text), Value::Number(count)]) => {
            Value::Text(text.chars().take(place(count)).collect())
        }
        ("right", [Value::Text(text), Value::Number(count)]) => {
            let skipped = characters(text).saturating_sub(place(count));
            Value::Text(text.chars().skip(skipped).collect())
        }
        ("substr", [Value::Text(text), Value::Number(from)]) => {
            Value::Text(text.chars().skip(place(from).saturating_sub(1)).collect())
        }
        ("substr", [Value::Text(text), Value::Number(from), Value::Number(count)]) => {
            let rest = text.chars().skip(place(from).saturating_sub(1));
            Value::Text(rest.take(place(count)).collect())
        }
        _ => Value::Nothing,
    }
}

/// `%` stands for any text, `_` for one character.
fn like(text: &[char], pattern: &[char]) -> bool {
    match pattern {
        [] => text.is_empty(),
        ['%', rest @ ..] => (0..=text.len()).any(|skipped| like(&text[skipped..], rest)),
        ['_', rest @ ..] => !text.is_empty() && like(&text[1..], rest),
        [one, rest @ ..] => text.first() == Some(one) && like(&text[1..], rest),
    }
}
