//! What DuckDB and Spark write differently.
//!
//! Statements are made in DuckDB's words, which is where they are tested; here they are put in Spark's. In: a
//! query. Out: its text. Never: another statement: only types, operators, functions, quotes.

use std::ops::ControlFlow;

use sqlparser::ast::{
    BinaryOperator, DataType, ExactNumberInfo, Expr, Function, FunctionArg, FunctionArgExpr,
    FunctionArguments, Ident, Query, Select, SelectItem, Value, VisitMut as _, VisitorMut,
};

use super::brackets::bracketed;
use super::tree::{binary, expression, text};

/// Whose SQL a statement is written in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Dialect {
    /// DuckDB.
    #[default]
    Duckdb,
    /// Spark.
    Spark,
}

/// The text of a query.
pub(crate) fn printed(mut query: Query, dialect: Dialect) -> String {
    if dialect == Dialect::Spark {
        let visited = query.visit(&mut Spark);
        debug_assert!(visited.is_continue());
    }
    bracketed(&mut query);
    format!("{query:#}\n")
}

/// Puts a tree in Spark's words.
struct Spark;

impl VisitorMut for Spark {
    type Break = ();

    fn pre_visit_select(&mut self, select: &mut Select) -> ControlFlow<()> {
        for item in &mut select.projection {
            if let SelectItem::ExprWithAlias { alias, .. } = item {
                quote(alias);
            }
        }
        ControlFlow::Continue(())
    }

    fn post_visit_expr(&mut self, expression: &mut Expr) -> ControlFlow<()> {
        match expression {
            Expr::Identifier(name) => quote(name),
            Expr::CompoundIdentifier(path) => path.iter_mut().for_each(quote),
            Expr::BinaryOp { op, .. } if *op == BinaryOperator::DuckIntegerDivide => {
                *op = BinaryOperator::MyIntegerDivide;
            }
            Expr::Cast { expr, data_type, .. } => {
                let days = match (&**expr, &data_type) {
                    (Expr::BinaryOp { left, op, right }, DataType::Date) => {
                        Some((left.clone(), op.clone(), right.clone()))
                    }
                    _ => None,
                };
                if let Some((date, operator, days)) = days {
                    *expression = shifted(*date, &operator, *days);
                } else {
                    *data_type = spark_type(data_type.clone());
                }
            }
            Expr::Function(function) => {
                if let Some(other) = called(function) {
                    *expression = other;
                }
            }
            Expr::Value(value) => {
                if let Value::SingleQuotedString(written) = &value.value
                    && let Some(other) = quoted(written)
                {
                    *expression = other;
                }
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

fn quote(name: &mut Ident) {
    name.quote_style = name.quote_style.map(|_| '`');
}

fn spark_type(data_type: DataType) -> DataType {
    match data_type {
        DataType::HugeInt => DataType::Decimal(ExactNumberInfo::PrecisionAndScale(38, 0)),
        DataType::Varchar(_) => DataType::String(None),
        other => other,
    }
}

/// A day so many days later, or earlier.
fn shifted(date: Expr, operator: &BinaryOperator, days: Expr) -> Expr {
    let parts = [("date", date), ("days", days)];
    match operator {
        BinaryOperator::Minus => expression("date_sub($date, $days)", &parts),
        _ => expression("date_add($date, $days)", &parts),
    }
}

/// A function that has another name or other arguments.
fn called(function: &Function) -> Option<Expr> {
    let FunctionArguments::List(list) = &function.args else { return None };
    let argument = |it: &FunctionArg| match it {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(expression)) => Some(expression.clone()),
        _ => None,
    };
    let arguments: Vec<Expr> = list.args.iter().filter_map(argument).collect();
    match (function.name.to_string().as_str(), arguments.as_slice()) {
        ("string_agg", [values, mark]) => {
            let condition = function.filter.as_deref().cloned();
            let parts = [
                ("values", values.clone()),
                ("mark", mark.clone()),
                ("condition", condition.unwrap_or_else(|| super::tree::truth(true))),
            ];
            let text = "nullif(array_join(array_sort(collect_set($values) FILTER (WHERE $condition)), \
                        $mark), '')";
            Some(expression(text, &parts))
        }
        ("date_diff", [_, earlier, later]) => {
            let parts = [("earlier", earlier.clone()), ("later", later.clone())];
            Some(expression("datediff($later, $earlier)", &parts))
        }
        ("regexp_full_match", [value, pattern]) => {
            let parts = [("value", value.clone()), ("pattern", pattern.clone())];
            Some(expression("regexp_like($value, concat('^', $pattern, '$'))", &parts))
        }
        _ => None,
    }
}

/// A text with a mark that Spark reads in another way, put together of others.
fn quoted(written: &str) -> Option<Expr> {
    if !written.contains(['\'', '\\']) {
        return None;
    }
    let escaped = written.replace('\\', "\\\\");
    let apostrophe = || Expr::value(Value::DoubleQuotedString("'".to_owned()));
    let joined = |left, piece| {
        binary(
            binary(left, BinaryOperator::StringConcat, apostrophe()),
            BinaryOperator::StringConcat,
            piece,
        )
    };
    escaped.split('\'').map(text).reduce(joined)
}
