//! The calendar months of a row's quarter in which it has a day.
//!
//! In: rows with their quarter, first and last day. Out: conditions and columns. Never: a month outside the quarter,
//! where the row has days in others too.

use polars::prelude::*;

use crate::exact::fitting;
use crate::quarter::MONTHS_OF_QUARTER;

/// The months in which a row has a day, each in the column of its place in the quarter, counted from year 0.
pub(super) const MONTHS: [&str; MONTHS_OF_QUARTER as usize] = ["month_1", "month_2", "month_3"];

/// Adds the columns of [`MONTHS`]; where a row has no day, they hold nothing.
pub(super) fn with_months_of_quarter(rows: LazyFrame) -> LazyFrame {
    let column = |(place, name): (usize, &str)| {
        let month = when(has_day_in(place)).then(month(place));
        month.otherwise(lit(NULL)).alias(name)
    };
    rows.with_columns(MONTHS.into_iter().enumerate().map(column).collect::<Vec<_>>())
}

/// Whether a row has a day in the month of that place of its quarter.
pub(super) fn has_day_in(place: usize) -> Expr {
    let month_of = |day: &str| {
        let [year, month] = [col(day).dt().year(), col(day).dt().month()];
        year * lit(12) + month.cast(DataType::Int32)
    };
    month_of("first_day").lt_eq(month(place)).and(month_of("last_day").gt_eq(month(place)))
}

/// The month of that place of a row's quarter.
fn month(place: usize) -> Expr {
    let number = |text: Expr| text.cast(DataType::Int32);
    let quarter = || col("quarter").str();
    let before = number(quarter().tail(lit(1))) - lit(1);
    let first = number(quarter().head(lit(4))) * lit(12) + before * lit(MONTHS_OF_QUARTER) + lit(1);
    first + lit(fitting::<_, i32>(place))
}
