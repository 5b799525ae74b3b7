//! A SQL statement asked once, over `observations`: aggregates only, unless rows are asked for.
//!
//! ```text
//! text → SQL tree (bounded) → tables with typed columns (`select`) → lazy frame (`plan`) → answer
//! ```
//!
//! In: a text. Out: a plan over the observations, and the answer as a [`ResultTable`]. Never: a table
//! but `observations` and what the statement makes of it, a function that is not on the list, a
//! number that is not exact. Without `rows`, what tells persons apart is of a kind with which nothing
//! can be done but counting and grouping within, and the rows of an answer are of several
//! observations: both is known of every table, whatever its columns are called. The rules keep a
//! slip from becoming a list of persons; a filter that is narrow enough still shows one, and whoever
//! can read the warehouse's files can read them anyway.

mod from;
mod grouping;
mod names;
mod outputs;
mod plan;
mod reader;
mod select;
mod tables;

use polars::prelude::*;
use sqlparser::ast::Statement as Tree;

use super::expression::{Kind, Refusal, parse_statement};
use super::file::Query;
use super::resolve::Question;
use super::result::{Cell, Numbers, ResultColumn, ResultTable, Unit, Values};
use crate::dictionary::Dictionary;
use crate::document::nearest;
use reader::Reader;
use tables::Relation;

/// A statement that keeps the rules.
#[derive(Debug, Clone)]
pub struct Statement {
    text: String,
    relation: Relation,
    /// Names and kinds of the columns.
    columns: Vec<(String, Kind)>,
}

/// Why a statement is not run.
#[derive(Debug, thiserror::Error)]
pub enum StatementError {
    /// It is no statement of the language, or breaks rules; all of them.
    #[error("{}", .mistakes.join("\n"))]
    Refused {
        /// What is wrong, each with its place.
        mistakes: Vec<String>,
        /// Whether it would be answered where single persons may be shown.
        of_persons: bool,
    },
    /// The engine could not compute it.
    #[error("{0}")]
    Engine(#[from] PolarsError),
}

impl From<Vec<Refusal>> for StatementError {
    fn from(refusals: Vec<Refusal>) -> Self {
        let mut mistakes: Vec<String> = Vec::new();
        for refusal in &refusals {
            let text = text(refusal);
            if !mistakes.contains(&text) {
                mistakes.push(text);
            }
        }
        let of_persons = refusals.iter().all(|refusal| refusal.of_persons);
        Self::Refused { mistakes, of_persons }
    }
}

/// A refusal with its place and what may help.
fn text(refusal: &Refusal) -> String {
    let Refusal { message, help, place, known, .. } = refusal;
    let place = match place.line {
        0 => String::new(),
        line => format!("line {line}, column {}: ", place.column),
    };
    let help = match known {
        Some((name, known)) => match nearest(name, known.iter().map(String::as_str)) {
            Some(near) => format!(" (did you mean `{near}`?)"),
            None => format!(" (known here: {})", known.join(", ")),
        },
        None if help.is_empty() => String::new(),
        None => format!(" ({help})"),
    };
    format!("{place}{message}{help}")
}

impl Statement {
    /// Reads a statement; `rows` lets single observations through.
    pub fn read(text: &str, rows: bool) -> Result<Self, StatementError> {
        let trees = parse_statement(text).map_err(|refusal| vec![refusal])?;
        let [Tree::Query(query)] = trees.as_slice() else {
            let message = "expected one SELECT statement: nothing is changed here";
            return Err(vec![Refusal::new(message, "")].into());
        };
        let mut reader = Reader::new(rows);
        let table = reader.query(query, !rows);
        match table {
            Some(table) if reader.refusals.is_empty() => Ok(Self {
                text: text.trim().to_owned(),
                relation: table.relation,
                columns: table.columns,
            }),
            _ => Err(reader.refusals.into()),
        }
    }

    /// The plan over the observations.
    pub fn plan(
        &self,
        observations: &LazyFrame,
        dictionary: &Dictionary,
    ) -> Result<LazyFrame, StatementError> {
        Ok(plan::plan(&self.relation, &self.columns, observations, dictionary)?)
    }

    /// The collected answer; its rows stay in the statement's order.
    pub(crate) fn answer(&self, frame: &DataFrame) -> Result<ResultTable, StatementError> {
        let failed = |error| vec![Refusal::new(format!("{error}"), "")];
        let mut query =
            Query::read("sql", "sql", "metrics = [\"observations\"]").map_err(failed)?;
        query.metrics = Vec::new();
        query.description.en.clone_from(&self.text);
        query.hash = blake3::hash(self.text.as_bytes()).to_hex().to_string();
        let question = Question::of_all(query);
        let columns = frame.columns().iter().map(column).collect::<PolarsResult<Vec<_>>>()?;
        Ok(ResultTable::of_columns(question, columns, frame.height()))
    }
}

fn column(column: &Column) -> PolarsResult<ResultColumn> {
    let name = column.name().to_string();
    let numbers = |unit, decimals, cells: Vec<Option<i128>>| {
        let cell = |value: Option<i128>| value.map_or(Cell::Undefined, Cell::Value);
        let cells = cells.into_iter().map(cell).collect();
        Values::Numbers(Numbers { unit, decimals, cells })
    };
    let values = match column.dtype() {
        DataType::Decimal(_, scale) => {
            let cells = column.decimal()?.physical().iter().collect();
            let unit = if *scale == 0 { Unit::Count } else { Unit::Euros };
            numbers(unit, u8::try_from(*scale).unwrap_or(2), cells)
        }
        data_type if data_type.is_integer() => {
            let whole = column.cast(&DataType::Int64)?;
            numbers(Unit::Count, 0, whole.i64()?.iter().map(|it| it.map(i128::from)).collect())
        }
        _ => {
            let texts = column.cast(&DataType::String)?;
            Values::Text(texts.str()?.iter().map(|it| it.map(ToOwned::to_owned)).collect())
        }
    };
    Ok(ResultColumn { name, values })
}
