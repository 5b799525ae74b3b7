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
    let order = query.order_by.take();
    let order = order.map_or_else(String::new, |order| format!("\n{order}"));
    format!("{query:#}{order}\n")
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

#[cfg(test)]
mod tests {
    use sqlparser::dialect::{DuckDbDialect, SparkSqlDialect};
    use sqlparser::parser::Parser;

    use super::*;
    use crate::sql::{Selected, cast, name, number};

    fn of(item: Expr, dialect: Dialect) -> String {
        let printed = printed(Selected::from("t", None).item(item, "select").query(), dialect);
        let read = match dialect {
            Dialect::Duckdb => Parser::parse_sql(&DuckDbDialect {}, &printed),
            Dialect::Spark => Parser::parse_sql(&SparkSqlDialect {}, &printed),
        };
        assert!(read.is_ok(), "{printed}");
        printed.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_text_stays_what_it_is_in_both() {
        let value = || text("it's 100\\ '--");
        assert_eq!(of(value(), Dialect::Duckdb), "SELECT 'it''s 100\\ ''--' AS \"select\" FROM t");
        let spark = "SELECT 'it' || \"'\" || 's 100\\\\ ' || \"'\" || '--' AS `select` FROM t";
        assert_eq!(of(value(), Dialect::Spark), spark);
    }

    #[test]
    fn no_text_ends_before_its_end() {
        let value = || text("\\' OR ''1");
        let duckdb = "SELECT '\\' || ''' OR ''' || '''1' AS \"select\" FROM t";
        assert_eq!(of(value(), Dialect::Duckdb), duckdb);
        let spark = of(value(), Dialect::Spark);
        assert!(!spark.replace("\"'\"", "").contains("''1"), "{spark}");
    }

    #[test]
    fn types_operators_and_functions_are_those_of_the_dialect() {
        let sum = || binary(name("a"), BinaryOperator::Plus, number(1, 0));
        let divided = || {
            let wide = cast(sum(), DataType::HugeInt, false);
            binary(
                binary(wide, BinaryOperator::DuckIntegerDivide, sum()),
                BinaryOperator::Modulo,
                number(2, 0),
            )
        };
        let duckdb = "SELECT CAST(a + 1 AS HUGEINT) // (a + 1) % 2 AS \"select\" FROM t";
        assert_eq!(of(divided(), Dialect::Duckdb), duckdb);
        let spark = "SELECT CAST(a + 1 AS DECIMAL(38,0)) DIV (a + 1) % 2 AS `select` FROM t";
        assert_eq!(of(divided(), Dialect::Spark), spark);
        let day = || {
            let days = binary(name("d"), BinaryOperator::Minus, number(3, 0));
            cast(days, DataType::Date, false)
        };
        assert_eq!(of(day(), Dialect::Duckdb), "SELECT CAST(d - 3 AS DATE) AS \"select\" FROM t");
        assert_eq!(of(day(), Dialect::Spark), "SELECT date_sub(d, 3) AS `select` FROM t");
    }
}
