//! Conditions on the quarter of a row, and quarters beside it, for the engine.
//!
//! In: rows, quarters. Out: rows, expressions. Never: I/O.

use crate::quarter::Quarter;
use polars::prelude::*;

/// The rows of some quarters.
pub(crate) fn of_quarters<'q>(
    rows: LazyFrame,
    quarters: impl Iterator<Item = &'q Quarter>,
) -> LazyFrame {
    rows.filter(is_one_of_quarters(quarters).unwrap_or_else(|| lit(false)))
}

/// Whether the quarter of a row is one of these; `None` without any.
pub(crate) fn is_one_of_quarters<'q>(quarters: impl Iterator<Item = &'q Quarter>) -> Option<Expr> {
    let wanted = quarters.map(|quarter| col("quarter").eq(lit(quarter.to_string())));
    wanted.reduce(Expr::or)
}

/// Pairs of quarters as a table, to be joined by the first.
pub(crate) fn quarter_pairs(
    second: &'static str,
    pairs: impl Iterator<Item = (Quarter, Quarter)>,
) -> PolarsResult<LazyFrame> {
    let (first, others): (Vec<String>, Vec<String>) =
        pairs.map(|(own, other)| (own.to_string(), other.to_string())).unzip();
    let columns = vec![Column::new("quarter".into(), first), Column::new(second.into(), others)];
    Ok(DataFrame::new(columns[0].len(), columns)?.lazy())
}
