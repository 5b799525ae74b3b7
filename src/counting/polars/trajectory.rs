//! A person's course from quarter to quarter, as dimensions of each of its rows: the measures of the
//! quarter, those before and after, and whether a measure is new, and its months so far. No I/O.
//!
//! Unclassified rows are no measure. What a filter leaves out still belongs to the course.

use polars::prelude::*;

use super::months::{MONTHS, has_day_in};
use super::quarters::{is_one_of_quarters, of_quarters, quarter_pairs};
use crate::dictionary::UNCLASSIFIED;
use crate::metric::{AFTER_GAP, Dimension, NO_MEASURE, NOT_DELIVERED};
use crate::quarter::Quarter;
use crate::query::{Delivered, Question};

const PERSON: &str = "person";
const QUARTER: &str = "quarter";
const MEASURE: &str = "measure";
const SET: &str = "measure_set";
const COUNT: &str = "measure_number";
const OTHER: &str = "other_quarter";
const FIRST: &str = "first_quarter";
const BEFORE: &str = "has_before";

/// Adds what a question needs of the course, and keeps the rows that are counted.
pub(crate) fn with_course(
    rows: LazyFrame,
    question: &Question,
    quarters: &[Quarter],
    delivered: &Delivered,
) -> PolarsResult<LazyFrame> {
    let sets = sets(rows.clone());
    let neighbours = |steps| neighbours(quarters, steps, delivered);
    let mut with = rows.clone();
    if question.needs(Dimension::Measures) || question.needs(Dimension::MeasureCount) {
        let own = [col(PERSON), col(QUARTER)];
        with = with.join(sets.clone(), own.clone(), own, left());
        let count = when(col(COUNT).eq(lit(0)))
            .then(lit(NO_MEASURE))
            .when(col(COUNT).eq(lit(1)))
            .then(lit("one"))
            .otherwise(lit("several"));
        with = with.with_columns([count.alias(Dimension::MeasureCount.name())]);
    }
    for (dimension, step) in [(Dimension::MeasuresBefore, -1), (Dimension::MeasuresAfter, 1)] {
        if question.needs(dimension) {
            with = beside(with, &sets, dimension, &neighbours(step)?);
        }
    }
    if question.needs(Dimension::MeasureEntry) {
        let after_gap: Vec<Quarter> =
            quarters.iter().copied().filter(|it| delivered.follows_gap(*it)).collect();
        with = entry(with, rows.clone(), &neighbours(-1)?, &after_gap);
    }
    if question.needs(Dimension::MeasureMonths) {
        with = with_months(with, rows)?;
    }
    Ok(match question.counted_range() {
        Some(range) => of_quarters(with, quarters.iter().filter(|it| range.contains(**it))),
        None => with,
    })
}

fn left() -> JoinArgs {
    JoinArgs::new(JoinType::Left)
}

/// The measures of each person and quarter, joined, and their number.
fn sets(rows: LazyFrame) -> LazyFrame {
    let classified = col(MEASURE).filter(col(MEASURE).neq(lit(UNCLASSIFIED)));
    let sorted = classified.unique().sort(SortOptions::default()).alias(SET);
    let each = rows.group_by([col(PERSON), col(QUARTER)]).agg([sorted]);
    let number = col(SET).list().len();
    let text = when(number.clone().eq(lit(0)))
        .then(lit(NO_MEASURE))
        .otherwise(col(SET).list().join(lit("+"), true));
    let (text, number) = (text.alias(Dimension::Measures.name()), number.alias(COUNT));
    each.select([col(PERSON), col(QUARTER), text, number])
}

/// Each quarter with the one so many steps away, where that was delivered.
fn neighbours(quarters: &[Quarter], steps: i32, delivered: &Delivered) -> PolarsResult<LazyFrame> {
    let pairs = quarters.iter().map(|it| (*it, it.plus(steps)));
    quarter_pairs(OTHER, pairs.filter(|(_, other)| delivered.tells(*other)))
}

/// The measures of another quarter, as a dimension.
fn beside(
    rows: LazyFrame,
    sets: &LazyFrame,
    dimension: Dimension,
    neighbours: &LazyFrame,
) -> LazyFrame {
    let name = dimension.name();
    let others = sets.clone().select([
        col(PERSON),
        col(QUARTER).alias(OTHER),
        col(Dimension::Measures.name()).alias(name),
    ]);
    let rows = rows.join(neighbours.clone(), [col(QUARTER)], [col(QUARTER)], left());
    let on = [col(PERSON), col(OTHER)];
    let rows = rows.join(others, on.clone(), on, left());
    let missing = when(col(OTHER).is_null()).then(lit(NOT_DELIVERED)).otherwise(lit(NO_MEASURE));
    let value = when(col(name).is_null()).then(missing).otherwise(col(name));
    rows.with_columns([value.alias(name)]).drop(by_name([OTHER], true, false))
}

/// Whether a person has a measure for the first time, as in the quarter before, or again; in the
/// quarters after a gap nobody knows.
fn entry(
    rows: LazyFrame,
    all: LazyFrame,
    neighbours: &LazyFrame,
    after_gap: &[Quarter],
) -> LazyFrame {
    let course = all.select([col(PERSON), col(MEASURE), col(QUARTER)]);
    let of_measure = [col(PERSON), col(MEASURE)];
    let first = course.clone().group_by(of_measure.clone());
    let first = first.agg([col(QUARTER).min().alias(FIRST)]);
    let earlier = course.unique(None, UniqueKeepStrategy::Any).select([
        col(PERSON),
        col(MEASURE),
        col(QUARTER).alias(OTHER),
        lit(true).alias(BEFORE),
    ]);
    let rows = rows.join(first, of_measure.clone(), of_measure, left());
    let rows = rows.join(neighbours.clone(), [col(QUARTER)], [col(QUARTER)], left());
    let on = [col(PERSON), col(MEASURE), col(OTHER)];
    let rows = rows.join(earlier, on.clone(), on, left());
    let entry = when(col(QUARTER).eq(col(FIRST)))
        .then(lit("first"))
        .when(col(BEFORE).is_not_null())
        .then(lit("continued"))
        .otherwise(lit("returned"));
    let entry = match is_one_of_quarters(after_gap.iter()) {
        Some(is_after_gap) => when(is_after_gap).then(lit(AFTER_GAP)).otherwise(entry),
        None => entry,
    };
    let entry = when(col(MEASURE).eq(lit(UNCLASSIFIED)))
        .then(lit(NULL).cast(DataType::String))
        .otherwise(entry);
    rows.with_columns([entry.alias(Dimension::MeasureEntry.name())]).drop(by_name(
        [FIRST, OTHER, BEFORE],
        true,
        false,
    ))
}

/// Calendar months in which a person had the measure, up to the end of each quarter; of a quarter
/// those count in which a row of it has a day.
fn with_months(rows: LazyFrame, all: LazyFrame) -> PolarsResult<LazyFrame> {
    let has = |place: usize| has_day_in(place).any(true).cast(DataType::Int32);
    let of_quarter = (1..MONTHS.len()).fold(has(0), |sum, place| sum + has(place));
    let name = Dimension::MeasureMonths.name();
    let keys = [col(PERSON), col(MEASURE), col(QUARTER)];
    let months = all.group_by(keys.clone()).agg([of_quarter.alias(name)]);
    let so_far = col(name).cum_sum(false).over([col(PERSON), col(MEASURE)])?;
    let months = months.sort([QUARTER], SortMultipleOptions::default()).with_columns([so_far]);
    let rows = rows.join(months, keys.clone(), keys, left());
    let classified = when(col(MEASURE).neq(lit(UNCLASSIFIED))).then(col(name));
    Ok(rows.with_columns([classified.otherwise(lit(NULL)).alias(name)]))
}
