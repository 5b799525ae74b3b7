//! The calendar months of a row's quarter in which it has a day.
//!
//! In: rows with their quarter, first and last day. Out: conditions and columns. Never: a month outside the quarter,
//! where the row has days in others too.

use polars::prelude::*;

use crate::exact::fitting;
use crate::metric::Dimension;
use crate::quarter::{MONTHS_OF_QUARTER, Month, Quarter};

/// The months in which a row has a day, each in the column of its place in the quarter, counted from year 0.
pub(super) const MONTHS: [&str; MONTHS_OF_QUARTER as usize] = ["month_1", "month_2", "month_3"];

/// Adds the columns of [`MONTHS`]; where a row has no day, they hold nothing.
pub(super) fn with_months_of_quarter(rows: LazyFrame, is_by_month: bool) -> LazyFrame {
    let column = |(place, name): (usize, &str)| {
        let is_own = if is_by_month {
            col(PLACE).eq(lit(fitting::<_, i32>(place)))
        } else {
            has_day_in(place)
        };
        let month = when(is_own).then(month(place));
        month.otherwise(lit(NULL)).alias(name)
    };
    rows.with_columns(MONTHS.into_iter().enumerate().map(column).collect::<Vec<_>>())
}

/// The place of a row's month in its quarter, where rows are told apart by month.
const PLACE: &str = "place_of_month";

/// Each row once for every month in which it has a day, with its days in it.
pub(super) fn by_month(rows: LazyFrame, quarters: &[Quarter]) -> PolarsResult<LazyFrame> {
    const FIRST: &str = "first_of_month";
    const LAST: &str = "last_of_month";
    let months = || quarters.iter().flat_map(|quarter| Month::of_quarter(*quarter));
    let places = quarters.iter().flat_map(|_| 0..fitting::<_, i32>(MONTHS_OF_QUARTER));
    let texts = |text: fn(Month) -> String| months().map(text).collect::<Vec<String>>();
    let days = |day: fn(Month) -> i32| months().map(day).collect::<Vec<i32>>();
    let columns = vec![
        Column::new("quarter".into(), texts(|it| it.quarter().to_string())),
        Column::new(Dimension::Month.name().into(), texts(|it| it.to_string())),
        Column::new(PLACE.into(), places.collect::<Vec<i32>>()),
        Column::new(FIRST.into(), days(Month::first_day)),
        Column::new(LAST.into(), days(Month::last_day)),
    ];
    let months = DataFrame::new(columns[0].len(), columns)?.lazy();
    let day = |name: &str| col(name).cast(DataType::Int32);
    let later =
        |one: Expr, other: Expr| when(one.clone().gt(other.clone())).then(one).otherwise(other);
    let earlier =
        |one: Expr, other: Expr| when(one.clone().lt(other.clone())).then(one).otherwise(other);
    let days = earlier(day("last_day"), col(LAST)) - later(day("first_day"), col(FIRST)) + lit(1);
    let rows = rows.inner_join(months, col("quarter"), col("quarter"));
    let rows = rows.with_columns([days.alias("days")]).filter(col("days").gt(lit(0)));
    Ok(rows.drop(by_name([FIRST, LAST], true, false)))
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
