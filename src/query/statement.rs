//! A SQL statement asked once, over `observations`: aggregates only, unless rows are asked for.
//!
//! In: a text. Out: a plan, and the answer as a [`ResultTable`]. Never: more than reading; a number
//! that is a binary float; without `rows`, a column that tells persons apart but inside `count`.
//! The rules keep a slip from becoming a list of persons; whoever can read the warehouse's files
//! can read them anyway.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use polars::prelude::*;
use polars::sql::SQLContext;
use sqlparser::ast::{
    Expr as Sql, Function, GroupByExpr, Query as SqlQuery, Select, SelectItem, SetExpr,
    Statement as Tree, TableAlias, TableFactor, Visit as _, Visitor, visit_expressions,
};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::Parser;

use super::file::Query;
use super::filter::WITHHELD;
use super::resolve::Question;
use super::result::{Cell, Numbers, ResultColumn, ResultTable, Unit, Values};

/// Functions that make one value of many rows.
const AGGREGATES: [&str; 12] = [
    "avg",
    "count",
    "first",
    "last",
    "max",
    "median",
    "min",
    "quantile_disc",
    "stddev",
    "sum",
    "variance",
    "quantile_cont",
];

/// A statement that keeps the rules.
#[derive(Debug, Clone)]
pub struct Statement {
    text: String,
}

/// Why a statement is not run.
#[derive(Debug, thiserror::Error)]
pub enum StatementError {
    /// It is no single SELECT.
    #[error("{0}")]
    Syntax(String),
    /// It breaks rules; all of them.
    #[error("{}", .0.join("\n"))]
    Refused(Vec<String>),
    /// Its answer would not be exact.
    #[error("{0}")]
    Inexact(String),
    /// The engine refuses it, or could not compute it.
    #[error("{0}")]
    Engine(#[from] PolarsError),
}

impl Statement {
    /// Reads a statement; `rows` lets single observations through.
    pub fn read(text: &str, rows: bool) -> Result<Self, StatementError> {
        let trees = Parser::parse_sql(&GenericDialect {}, text)
            .map_err(|error| StatementError::Syntax(error.to_string()))?;
        let [Tree::Query(query)] = trees.as_slice() else {
            let text = "expected one SELECT statement: nothing is changed here";
            return Err(StatementError::Syntax(text.to_owned()));
        };
        let mut refusals = Vec::new();
        if !rows {
            outermost(query, &mut refusals);
            let mut guard = Guard::default();
            let visited = query.visit(&mut guard);
            debug_assert!(visited.is_continue());
            refusals.extend(guard.refusals);
        }
        let mut known = BTreeSet::new();
        refusals.retain(|refusal| known.insert(refusal.clone()));
        if refusals.is_empty() {
            Ok(Self { text: text.trim().to_owned() })
        } else {
            Err(StatementError::Refused(refusals))
        }
    }

    /// The plan over the observations.
    pub fn plan(&self, observations: LazyFrame) -> Result<LazyFrame, StatementError> {
        let mut context = SQLContext::new();
        context.register("observations", observations);
        Ok(context.execute(&self.text)?)
    }

    /// The collected answer; its rows stay in the statement's order.
    pub(crate) fn answer(&self, frame: &DataFrame) -> Result<ResultTable, StatementError> {
        let failed = |error| StatementError::Syntax(format!("{error}"));
        let mut query =
            Query::read("sql", "sql", "metrics = [\"observations\"]").map_err(failed)?;
        query.metrics = Vec::new();
        query.description.en.clone_from(&self.text);
        query.hash = blake3::hash(self.text.as_bytes()).to_hex().to_string();
        let question = Question::of_all(query);
        let columns = frame.columns().iter().map(column).collect::<Result<Vec<_>, _>>()?;
        Ok(ResultTable::of_columns(question, columns, frame.height()))
    }
}

/// The outermost SELECTs: aggregates and what rows are grouped by.
fn outermost(query: &SqlQuery, refusals: &mut Vec<String>) {
    set(&query.body, refusals);
}

fn set(body: &SetExpr, refusals: &mut Vec<String>) {
    match body {
        SetExpr::Select(it) => select(it, refusals),
        SetExpr::Query(query) => outermost(query, refusals),
        SetExpr::SetOperation { left, right, .. } => {
            set(left, refusals);
            set(right, refusals);
        }
        _ => refusals.push("expected a SELECT".to_owned()),
    }
}

fn select(it: &Select, refusals: &mut Vec<String>) {
    let grouped = match &it.group_by {
        GroupByExpr::Expressions(keys, _) => keys.as_slice(),
        GroupByExpr::All(_) => &[],
    };
    for (place, item) in it.projection.iter().enumerate() {
        let (expression, shown) = match item {
            SelectItem::UnnamedExpr(expression)
            | SelectItem::ExprWithAlias { expr: expression, .. } => {
                (expression, expression.to_string())
            }
            other => {
                refusals.push(format!("`{other}` would list single observations"));
                continue;
            }
        };
        let alias = match item {
            SelectItem::ExprWithAlias { alias, .. } => Some(alias.value.as_str()),
            _ => None,
        };
        let names = |key: &Sql| {
            let text = key.to_string();
            let by_place = text.parse() == Ok(place + 1);
            key == expression || by_place || alias.is_some_and(|alias| text == alias)
        };
        let is_key = grouped.iter().any(names) || matches!(it.group_by, GroupByExpr::All(_));
        if !is_key && !is_aggregate(expression) {
            refusals
                .push(format!("`{shown}` is neither an aggregate nor what rows are grouped by"));
        }
        if tells_apart(expression) {
            refusals.push(format!("`{shown}` tells persons apart; they can only be counted"));
        }
    }
    for key in grouped.iter().filter(|key| tells_apart(key)) {
        refusals.push(format!("grouped by `{key}`, each row would be a person"));
    }
}

/// Looks at every depth: what tells persons apart keeps its name, is compared with no value and
/// passed to nothing but `count`.
#[derive(Default)]
struct Guard {
    refusals: Vec<String>,
}

impl Guard {
    fn renamed(&mut self, alias: &TableAlias) {
        if !alias.columns.is_empty() {
            self.refusals.push(format!("`{alias}` gives columns other names"));
        }
    }

    fn compared(&mut self, expression: &Sql, sides: &[&Sql]) {
        let is_value = |side: &&Sql| matches!(side, Sql::Value(_) | Sql::UnaryOp { .. });
        if sides.iter().any(|side| tells_apart(side)) && sides.iter().any(is_value) {
            self.refusals.push(format!("`{expression}` looks for one person"));
        }
    }
}

impl Visitor for Guard {
    type Break = ();

    fn pre_visit_query(&mut self, query: &SqlQuery) -> ControlFlow<()> {
        let named = query.with.iter().flat_map(|with| &with.cte_tables);
        named.for_each(|table| self.renamed(&table.alias));
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, table: &TableFactor) -> ControlFlow<()> {
        if let TableFactor::Table { alias: Some(alias), .. }
        | TableFactor::Derived { alias: Some(alias), .. } = table
        {
            self.renamed(alias);
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<()> {
        for item in &select.projection {
            if let SelectItem::ExprWithAlias { expr, .. } = item
                && tells_apart(expr)
            {
                self.refusals.push(format!("`{expr}` keeps its name: no alias for it"));
            }
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expression: &Sql) -> ControlFlow<()> {
        match expression {
            Sql::BinaryOp { left, right, .. } => self.compared(expression, &[left, right]),
            Sql::Between { expr, low, high, .. } => self.compared(expression, &[expr, low, high]),
            Sql::InList { expr, list, .. } => {
                let sides: Vec<&Sql> = std::iter::once(&**expr).chain(list).collect();
                self.compared(expression, &sides);
            }
            Sql::Function(function) if is_count(function) => {}
            Sql::Function(_) | Sql::Cast { .. } if tells_apart(expression) => {
                let text = "tells persons apart; they can only be counted";
                self.refusals.push(format!("`{expression}` {text}"));
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

fn is_withheld(expression: &Sql) -> bool {
    let name = match expression {
        Sql::Identifier(name) => Some(name),
        Sql::CompoundIdentifier(names) => names.last(),
        _ => None,
    };
    name.is_some_and(|name| WITHHELD.contains(&name.value.to_lowercase().as_str()))
}

fn is_count(function: &Function) -> bool {
    function.name.to_string().eq_ignore_ascii_case("count")
}

/// Whether what tells persons apart is used but inside `count`.
fn tells_apart(expression: &Sql) -> bool {
    let withheld = |expression: &Sql| {
        let mut count = 0;
        let visited: ControlFlow<()> = visit_expressions(expression, |it| {
            count += usize::from(is_withheld(it));
            ControlFlow::Continue(())
        });
        debug_assert!(visited.is_continue());
        count
    };
    let mut counted = 0;
    let visited: ControlFlow<()> = visit_expressions(expression, |it| {
        if let Sql::Function(function) = it
            && is_count(function)
        {
            counted += withheld(it);
        }
        ControlFlow::Continue(())
    });
    debug_assert!(visited.is_continue());
    withheld(expression) > counted
}

/// Whether it makes one value of many rows: an aggregate somewhere in it, or no column at all.
fn is_aggregate(expression: &Sql) -> bool {
    let (mut aggregate, mut column) = (false, false);
    let visited: ControlFlow<()> = visit_expressions(expression, |it| {
        match it {
            Sql::Function(function) => {
                let name = function.name.to_string().to_lowercase();
                aggregate |= AGGREGATES.contains(&name.as_str()) && function.over.is_none();
            }
            Sql::Identifier(_) | Sql::CompoundIdentifier(_) => column = true,
            _ => {}
        }
        ControlFlow::Continue(())
    });
    debug_assert!(visited.is_continue());
    aggregate || !column
}

fn column(column: &Column) -> Result<ResultColumn, StatementError> {
    let name = column.name().to_string();
    let numbers = |unit, decimals, cells: Vec<Option<i128>>| {
        let cell = |value: Option<i128>| value.map_or(Cell::Undefined, Cell::Value);
        let cells = cells.into_iter().map(cell).collect();
        Values::Numbers(Numbers { unit, decimals, cells })
    };
    let values = match column.dtype() {
        DataType::Decimal(_, scale) => {
            let cells = column.decimal()?.physical().iter().collect();
            numbers(Unit::Euros, u8::try_from(*scale).unwrap_or(2), cells)
        }
        data_type if data_type.is_integer() => {
            let whole = column.cast(&DataType::Int64)?;
            numbers(Unit::Count, 0, whole.i64()?.iter().map(|it| it.map(i128::from)).collect())
        }
        data_type if data_type.is_float() => {
            let text = format!(
                "`{name}` is a binary float, which is not exact: divide in whole numbers, or write \
                 sums and counts apart"
            );
            return Err(StatementError::Inexact(text));
        }
        _ => {
            let texts = column.cast(&DataType::String)?;
            Values::Text(texts.str()?.iter().map(|it| it.map(ToOwned::to_owned)).collect())
        }
    };
    Ok(ResultColumn { name, values })
}
