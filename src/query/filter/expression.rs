//! From a SQL tree to an engine expression, node by node, with everything that is refused.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use polars::prelude::{Expr, NULL, Scalar, coalesce, col, lit, when};
use sqlparser::ast::{
    BinaryOperator, CastKind, DataType, Expr as Sql, Function, FunctionArg, FunctionArgExpr,
    FunctionArguments, Ident, TypedString, UnaryOperator, Value,
};

use super::{Kind, NUMBER_MAX, WITHHELD, element, filterable};
use crate::decode::parse_cents;
use crate::quarter::day_of;
use crate::query::file::ParameterKind;

/// Something in a filter that is not let through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) message: String,
    pub(super) help: String,
    /// The name, its line and its column, where a name is meant.
    pub(super) place: Option<(String, u64, u64)>,
    /// The name and the ones it may be a slip of.
    pub(super) known: Option<(String, Vec<String>)>,
}

/// An expression and what kind of value it has.
type Typed = (Expr, Kind);

/// Translates one filter.
pub(super) struct Translation<'a> {
    values: &'a [(String, ParameterKind, String)],
    filterable: Vec<(String, Kind)>,
    pub(super) columns: BTreeSet<String>,
    pub(super) refusals: Vec<Refusal>,
}

const FUNCTIONS: [&str; 8] =
    ["abs", "coalesce", "left", "length", "lower", "right", "substr", "upper"];
const ALLOWED: &str = "allowed are names, whole numbers, texts, DATE '2016-01-01', comparisons, \
                       AND, OR, NOT, IN, BETWEEN, LIKE, IS NULL, + - * and a few functions";

impl<'a> Translation<'a> {
    pub(super) fn new(values: &'a [(String, ParameterKind, String)]) -> Self {
        let filterable = filterable();
        Self { values, filterable, columns: BTreeSet::new(), refusals: Vec::new() }
    }

    /// The whole filter, which must be true or false for a row.
    pub(super) fn condition(&mut self, tree: &Sql) -> Option<Expr> {
        let (expression, kind) = self.translate(tree)?;
        self.require(kind, &[Kind::Truth], "the filter as a whole")?;
        Some(expression)
    }

    /// The expression, or `None` where something was refused. All sides of an operator are
    /// looked at before that, so that all mistakes are found.
    fn translate(&mut self, tree: &Sql) -> Option<Typed> {
        match tree {
            Sql::Identifier(ident) => self.name(ident),
            Sql::Value(value) => self.value(&value.value),
            Sql::TypedString(typed) => self.typed(typed),
            Sql::Nested(inner) => self.translate(inner),
            Sql::UnaryOp { op, expr } => self.unary(*op, expr),
            Sql::BinaryOp { left, op, right } => self.binary(left, op, right),
            Sql::IsNull(inner) => Some((self.translate(inner)?.0.is_null(), Kind::Truth)),
            Sql::IsNotNull(inner) => Some((self.translate(inner)?.0.is_not_null(), Kind::Truth)),
            Sql::InList { expr, list, negated } => self.in_list(expr, list, *negated),
            Sql::Between { expr, negated, low, high } => self.between(expr, low, high, *negated),
            Sql::Like { negated, any: false, expr, pattern, escape_char: None } => {
                self.like(expr, pattern, *negated)
            }
            Sql::Cast { kind: CastKind::Cast, expr, data_type, .. } => self.cast(expr, data_type),
            Sql::Function(function) => self.function(function),
            Sql::Substring { expr, substring_from, substring_for, .. } => {
                let parts = [Some(expr), substring_from.as_ref(), substring_for.as_ref()];
                let parts: Vec<&Sql> = parts.into_iter().flatten().map(AsRef::as_ref).collect();
                self.apply("substr", &parts)
            }
            Sql::Subquery(_) | Sql::InSubquery { .. } | Sql::Exists { .. } => {
                self.refuse("a filter has no subquery", "write the values: IN ('a', 'b')")
            }
            other => self.refuse(&format!("a filter has no `{other}`"), ALLOWED),
        }
    }

    fn refuse<T>(&mut self, message: &str, help: &str) -> Option<T> {
        let (message, help) = (message.to_owned(), help.to_owned());
        self.refusals.push(Refusal { message, help, place: None, known: None });
        None
    }

    fn unknown<T>(&mut self, what: &str, name: &str, known: Vec<String>) -> Option<T> {
        let message = format!("unknown {what} `{name}` in the filter");
        let known = Some((name.to_owned(), known));
        self.refusals.push(Refusal { message, help: String::new(), place: None, known });
        None
    }

    fn require(&mut self, found: Kind, wanted: &[Kind], what: &str) -> Option<()> {
        if wanted.contains(&found) {
            return Some(());
        }
        let names: Vec<&str> = wanted.iter().map(|kind| kind.name()).collect();
        let message = format!("{what} is {}, expected {}", found.name(), names.join(" or "));
        self.refuse(&message, "texts stand in quotes, dates are DATE '2016-01-01'")
    }

    fn comparable(&mut self, left: Kind, right: Kind) -> Option<()> {
        let numeric = [Kind::Number, Kind::Amount];
        if left == right || (numeric.contains(&left) && numeric.contains(&right)) {
            return Some(());
        }
        let message = format!("{} is compared with {}", left.name(), right.name());
        self.refuse(&message, "texts stand in quotes, dates are DATE '2016-01-01'")
    }

    fn name(&mut self, ident: &Ident) -> Option<Typed> {
        let found = self.filterable.iter().find(|(name, _)| *name == ident.value);
        if let Some((name, kind)) = found {
            self.columns.insert(name.clone());
            return Some((col(name.as_str()), *kind));
        }
        if WITHHELD.contains(&ident.value.as_str()) {
            let message =
                format!("`{}` tells persons apart and cannot be filtered on", ident.value);
            return self.refuse(&message, "count persons with the metrics `persons`");
        }
        let known = self.filterable.iter().map(|(name, _)| name.clone()).collect();
        let refused = self.unknown("name", &ident.value, known);
        if let Some(refusal) = self.refusals.last_mut() {
            let start = ident.span.start;
            refusal.place = Some((ident.value.clone(), start.line, start.column));
        }
        refused
    }

    fn value(&mut self, value: &Value) -> Option<Typed> {
        match value {
            Value::Number(number, _) => match number.parse::<i64>() {
                Ok(number) if number <= NUMBER_MAX => Some((lit(number), Kind::Number)),
                Ok(_) => self.refuse(
                    &format!("`{number}` is larger than any value of the data"),
                    "numbers reach up to 1000000000",
                ),
                Err(_) => self.refuse(
                    &format!("`{number}` is not a whole number"),
                    "amounts are exact: write CAST('12.50' AS DECIMAL(12,2))",
                ),
            },
            Value::SingleQuotedString(text) => Some((lit(text.clone()), Kind::Text)),
            Value::Boolean(truth) => Some((lit(*truth), Kind::Truth)),
            Value::Placeholder(name) => self.parameter(name.trim_start_matches('$')),
            other => self.refuse(&format!("a filter has no `{other}`"), ALLOWED),
        }
    }

    fn parameter(&mut self, name: &str) -> Option<Typed> {
        let Some((_, kind, text)) = self.values.iter().find(|(known, ..)| known == name) else {
            if self.values.iter().any(|(known, ..)| *known == element(name, 0)) {
                let help = format!("write `IN (${name})`");
                return self.refuse(&format!("the parameter `{name}` is a list"), &help);
            }
            let known = self.values.iter().map(|(known, ..)| known.clone()).collect();
            return self.unknown("parameter", name, known);
        };
        match kind {
            ParameterKind::Text => Some((lit(text.clone()), Kind::Text)),
            ParameterKind::Integer => Some((lit(text.parse::<i64>().ok()?), Kind::Number)),
            ParameterKind::Date => self.date(text),
        }
    }

    fn typed(&mut self, typed: &TypedString) -> Option<Typed> {
        match (&typed.data_type, &typed.value.value) {
            (DataType::Date, Value::SingleQuotedString(text)) => self.date(text),
            (other, _) => self.refuse(&format!("a filter has no value of type {other}"), ALLOWED),
        }
    }

    fn date(&mut self, text: &str) -> Option<Typed> {
        match NaiveDate::parse_from_str(text, "%Y-%m-%d") {
            Ok(date) => Some((lit(Scalar::new_date(day_of(date))), Kind::Date)),
            Err(_) => self.refuse(&format!("`{text}` is no date"), "write DATE '2016-01-01'"),
        }
    }

    /// Amounts are written as texts, to stay exact.
    fn cast(&mut self, inner: &Sql, data_type: &DataType) -> Option<Typed> {
        let cents = match (inner, data_type) {
            (Sql::Value(value), DataType::Decimal(_)) => match &value.value {
                Value::SingleQuotedString(text) => parse_cents(text).ok(),
                _ => None,
            },
            _ => None,
        };
        match cents {
            Some(cents) => Some((lit(Scalar::new_decimal(i128::from(cents), 12, 2)), Kind::Amount)),
            None => self.refuse(
                &format!("a filter has no cast of {inner} to {data_type}"),
                "the one cast is CAST('12.50' AS DECIMAL(12,2))",
            ),
        }
    }

    fn unary(&mut self, operator: UnaryOperator, inner: &Sql) -> Option<Typed> {
        let (inner, kind) = self.translate(inner)?;
        match operator {
            UnaryOperator::Not => {
                self.require(kind, &[Kind::Truth], "what follows NOT")?;
                Some((inner.not(), Kind::Truth))
            }
            UnaryOperator::Minus => {
                self.require(kind, &[Kind::Number, Kind::Amount], "what follows `-`")?;
                Some((lit(0) - inner, kind))
            }
            other => self.refuse(&format!("a filter has no operator `{other}`"), ALLOWED),
        }
    }

    fn binary(&mut self, left: &Sql, operator: &BinaryOperator, right: &Sql) -> Option<Typed> {
        let (left, right) = (self.translate(left), self.translate(right));
        let ((left, left_kind), (right, right_kind)) = (left?, right?);
        let combine: fn(Expr, Expr) -> Expr = match operator {
            BinaryOperator::And | BinaryOperator::Or => {
                let what = format!("a side of {operator}");
                self.require(left_kind, &[Kind::Truth], &what)?;
                self.require(right_kind, &[Kind::Truth], &what)?;
                let and = *operator == BinaryOperator::And;
                return Some((if and { left.and(right) } else { left.or(right) }, Kind::Truth));
            }
            BinaryOperator::Plus | BinaryOperator::Minus | BinaryOperator::Multiply => {
                return self.arithmetic((left, left_kind), operator, (right, right_kind));
            }
            BinaryOperator::Eq => Expr::eq,
            BinaryOperator::NotEq => Expr::neq,
            BinaryOperator::Lt => Expr::lt,
            BinaryOperator::LtEq => Expr::lt_eq,
            BinaryOperator::Gt => Expr::gt,
            BinaryOperator::GtEq => Expr::gt_eq,
            other => return self.refuse(&format!("a filter has no operator `{other}`"), ALLOWED),
        };
        self.comparable(left_kind, right_kind)?;
        Some((combine(left, right), Kind::Truth))
    }

    fn arithmetic(
        &mut self,
        (left, left_kind): Typed,
        operator: &BinaryOperator,
        (right, right_kind): Typed,
    ) -> Option<Typed> {
        let what = format!("a side of `{operator}`");
        let numeric = [Kind::Number, Kind::Amount];
        self.require(left_kind, &numeric, &what)?;
        self.require(right_kind, &numeric, &what)?;
        let kind = if left_kind == right_kind { left_kind } else { Kind::Amount };
        let result = match operator {
            BinaryOperator::Plus => left + right,
            BinaryOperator::Minus => left - right,
            _ if left_kind == Kind::Amount && right_kind == Kind::Amount => {
                return self.refuse("an amount is multiplied by an amount", ALLOWED);
            }
            _ => left * right,
        };
        Some((result, kind))
    }

    fn between(&mut self, inner: &Sql, low: &Sql, high: &Sql, negated: bool) -> Option<Typed> {
        let parts = [inner, low, high].map(|part| self.translate(part));
        let [inner, low, high] = parts;
        let ((inner, kind), (low, low_kind), (high, high_kind)) = (inner?, low?, high?);
        self.comparable(kind, low_kind)?;
        self.comparable(kind, high_kind)?;
        let inside = inner.clone().gt_eq(low).and(inner.lt_eq(high));
        Some((if negated { inside.not() } else { inside }, Kind::Truth))
    }

    fn in_list(&mut self, inner: &Sql, list: &[Sql], negated: bool) -> Option<Typed> {
        let inner = self.translate(inner);
        let values: Vec<Option<Typed>> = list.iter().map(|value| self.translate(value)).collect();
        let ((inner, kind), values) = (inner?, values.into_iter().collect::<Option<Vec<_>>>()?);
        for (_, value_kind) in &values {
            self.comparable(kind, *value_kind)?;
        }
        let alternatives = values.into_iter().map(|(value, _)| inner.clone().eq(value));
        let inside = alternatives.reduce(Expr::or)?;
        Some((if negated { inside.not() } else { inside }, Kind::Truth))
    }

    /// `%` stands for any text, `_` for one character.
    fn like(&mut self, inner: &Sql, pattern: &Sql, negated: bool) -> Option<Typed> {
        let (inner, kind) = self.translate(inner)?;
        self.require(kind, &[Kind::Text], "what stands before LIKE")?;
        let text = match pattern {
            Sql::Value(value) => match &value.value {
                Value::SingleQuotedString(text) => text,
                _ => return self.refuse("what follows LIKE is no text in quotes", ALLOWED),
            },
            _ => return self.refuse("what follows LIKE is no text in quotes", ALLOWED),
        };
        let mut regex = "(?s)^".to_owned();
        for character in text.chars() {
            match character {
                '%' => regex.push_str(".*"),
                '_' => regex.push('.'),
                other if other.is_alphanumeric() || other == ' ' => regex.push(other),
                other => regex.extend(['\\', other]),
            }
        }
        regex.push('$');
        let matches = inner.str().contains(lit(regex), true);
        Some((if negated { matches.not() } else { matches }, Kind::Truth))
    }

    fn function(&mut self, function: &Function) -> Option<Typed> {
        let name = function.name.to_string().to_lowercase();
        if !FUNCTIONS.contains(&name.as_str()) {
            return self.unknown("function", &name, FUNCTIONS.map(str::to_owned).to_vec());
        }
        let plain = function.over.is_none()
            && function.filter.is_none()
            && function.null_treatment.is_none()
            && function.within_group.is_empty();
        let FunctionArguments::List(list) = &function.args else {
            return self.refuse(&format!("a filter has no call `{function}`"), ALLOWED);
        };
        let argument = |argument: &'_ FunctionArg| match argument {
            FunctionArg::Unnamed(FunctionArgExpr::Expr(inner)) => Some(inner.clone()),
            _ => None,
        };
        let arguments: Option<Vec<Sql>> = list.args.iter().map(argument).collect();
        match arguments {
            Some(arguments) if plain && list.clauses.is_empty() => {
                self.apply(&name, &arguments.iter().collect::<Vec<_>>())
            }
            _ => self.refuse(&format!("a filter has no call `{function}`"), ALLOWED),
        }
    }

    fn apply(&mut self, name: &str, arguments: &[&Sql]) -> Option<Typed> {
        if matches!(name, "left" | "right" | "substr") {
            for (at, argument) in arguments.iter().enumerate().skip(1) {
                let least = i64::from(name == "substr" && at == 1);
                let number = match argument {
                    Sql::Value(value) => value.value.to_string().parse::<i64>().ok(),
                    _ => None,
                };
                if number.is_none_or(|number| number < least) {
                    let message = format!("`{argument}` is no place or length for `{name}`");
                    let help = "write a whole number; characters count from 1";
                    return self.refuse(&message, help);
                }
            }
        }
        let translated: Vec<Option<Typed>> =
            arguments.iter().map(|argument| self.translate(argument)).collect();
        let translated: Vec<Typed> = translated.into_iter().collect::<Option<_>>()?;
        let (arguments, kinds): (Vec<Expr>, Vec<Kind>) = translated.into_iter().unzip();
        match (name, arguments.as_slice(), kinds.as_slice()) {
            // Exact, also for decimals.
            ("abs", [x], [kind @ (Kind::Number | Kind::Amount)]) => {
                let opposite = lit(0) - x.clone();
                Some((when(x.clone().lt(lit(0))).then(opposite).otherwise(x.clone()), *kind))
            }
            ("coalesce", [_, ..], [first, rest @ ..]) if rest.iter().all(|kind| kind == first) => {
                Some((coalesce(&arguments), *first))
            }
            ("lower", [x], [Kind::Text]) => Some((x.clone().str().to_lowercase(), Kind::Text)),
            ("upper", [x], [Kind::Text]) => Some((x.clone().str().to_uppercase(), Kind::Text)),
            ("length", [x], [Kind::Text]) => Some((x.clone().str().len_chars(), Kind::Number)),
            ("left", [x, n], [Kind::Text, Kind::Number]) => {
                Some((x.clone().str().head(n.clone()), Kind::Text))
            }
            ("right", [x, n], [Kind::Text, Kind::Number]) => {
                Some((x.clone().str().tail(n.clone()), Kind::Text))
            }
            // SQL counts characters from 1.
            ("substr", [x, from], [Kind::Text, Kind::Number]) => {
                Some((x.clone().str().slice(from.clone() - lit(1), lit(NULL)), Kind::Text))
            }
            ("substr", [x, from, n], [Kind::Text, Kind::Number, Kind::Number]) => {
                Some((x.clone().str().slice(from.clone() - lit(1), n.clone()), Kind::Text))
            }
            _ => {
                let names: Vec<&str> = kinds.iter().map(|kind| kind.name()).collect();
                let message = format!("`{name}` does not take ({})", names.join(", "));
                self.refuse(&message, ALLOWED)
            }
        }
    }
}
