//! From a statement to its plan, and from the collected frame to the answer, with the number of its
//! rows that are of one person.

use polars::prelude::*;

use super::labels::is_label;
use super::plan::{GREATEST, LEAST, plan, stored_columns};
use super::read::{Refused, Statement};
use crate::answer::{Cell, Numbers, ResultColumn, ResultTable, Unit, Values};
use crate::dictionary::Dictionary;
use crate::exact::fitting;
use crate::query::language::expression::Refusal;
use crate::query::{Query, Question};

/// Why a statement is not run.
#[derive(Debug, thiserror::Error)]
pub enum StatementError {
    /// It is no statement of the language, or breaks rules.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The engine could not compute it.
    #[error("{0}")]
    Engine(#[from] PolarsError),
}

impl Statement {
    /// The plan over the observations.
    pub fn plan(
        &self,
        observations: &LazyFrame,
        dictionary: &Dictionary,
    ) -> Result<LazyFrame, StatementError> {
        Ok(plan(&self.relation, !self.rows, observations, dictionary)?)
    }

    /// The stored columns that its plan reads.
    pub fn stored_columns(&self) -> Vec<String> {
        stored_columns(&self.relation, !self.rows)
    }

    /// The collected answer, its rows in the statement's order; and how many of them are made of the
    /// observations of one person, which is not counted where single ones may be shown.
    pub(crate) fn answer(&self, frame: &DataFrame) -> Result<(ResultTable, usize), StatementError> {
        let failed = |error| Refused::from(vec![Refusal::new(format!("{error}"), "")]);
        let mut query =
            Query::read("sql", "sql", "metrics = [\"observations\"]").map_err(failed)?;
        query.metrics = Vec::new();
        query.description.en.clone_from(&self.text);
        query.hash = blake3::hash(self.text.as_bytes()).to_hex().to_string();
        let question = Question::of_all(query);
        let named = self.columns.iter().zip(frame.columns()).enumerate();
        let columns = named.map(|(at, ((name, _), cells))| {
            let whole = if is_label(&self.relation, at) { Unit::Label } else { Unit::Count };
            column(name, cells, whole)
        });
        let columns = columns.collect::<PolarsResult<Vec<_>>>()?;
        let of_one = if self.rows { 0 } else { of_one_person(frame)? };
        Ok((ResultTable::of_columns(question, columns, frame.height()), of_one))
    }
}

/// Rows in which the least person is the greatest.
fn of_one_person(frame: &DataFrame) -> PolarsResult<usize> {
    let (least, greatest) = (frame.column(LEAST)?.i64()?, frame.column(GREATEST)?.i64()?);
    let pairs = least.iter().zip(greatest.iter());
    Ok(pairs.filter(|(least, greatest)| least.is_some() && least == greatest).count())
}

/// The values of a column; `whole` is what whole numbers in it are.
fn column(name: &str, column: &Column, whole: Unit) -> PolarsResult<ResultColumn> {
    let numbers = |unit, decimals, cells: Vec<Option<i128>>| {
        let cell = |value: Option<i128>| value.map_or(Cell::Undefined, Cell::Value);
        let cells = cells.into_iter().map(cell).collect();
        Values::Numbers(Numbers { unit, decimals, cells })
    };
    let values = match column.dtype() {
        DataType::Decimal(_, scale) => {
            let cells = column.decimal()?.physical().iter().collect();
            let unit = if *scale == 0 { Unit::Count } else { Unit::Euros };
            numbers(unit, fitting(*scale), cells)
        }
        data_type if data_type.is_integer() => {
            let cells = column.cast(&DataType::Int64)?;
            numbers(whole, 0, cells.i64()?.iter().map(|it| it.map(i128::from)).collect())
        }
        _ => {
            let texts = column.cast(&DataType::String)?;
            Values::Text(texts.str()?.iter().map(|it| it.map(ToOwned::to_owned)).collect())
        }
    };
    Ok(ResultColumn { name: name.to_owned(), values })
}
