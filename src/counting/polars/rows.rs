//! The rows that count for a question, with its dimensions: derived, filtered, narrowed, spread over
//! the quarters they count in. No I/O.

use crate::query::Delivered;
use polars::prelude::*;

use super::columns::columns_of;
use super::conditions::{in_places, is_one_of};
use super::lower::satisfying;
use super::months::by_month;
use super::places::{places, successors};
use super::quarters::{of_quarters, quarter_pairs};
use super::roles::with_roles;
use super::trajectory::with_course;
use crate::counting::figures::BEYOND;
use crate::dictionary::Dictionary;
use crate::exact::fitting;
use crate::metric::Dimension;
use crate::quarter::Quarter;
use crate::query::plan::level::Level;
use crate::query::{Band, Question, Top};

/// The rows that count, with the query's dimensions.
pub(crate) fn rows(
    question: &Question,
    source: &Source,
    dictionary: &Dictionary,
) -> PolarsResult<LazyFrame> {
    let query = &question.query;
    let needs = |dimension| question.needs(dimension);
    let mut frame = source.frame.clone();
    if needs(Dimension::Role) {
        frame = with_roles(frame, &columns_of(question))?;
    }
    // A course needs the other rows of its person, too.
    if !question.needs_course() && !source.has_course {
        frame = in_places(frame, question, dictionary)?;
    }
    frame = derive(frame, &needs, dictionary)?;
    if question.needs_course() && !source.has_course {
        frame = with_course(frame, question, &source.quarters, &source.delivered)?;
    }
    if needs(Dimension::Month) {
        frame = by_month(frame, &source.quarters)?;
    }
    if let Some(filter) = &query.filter {
        frame = satisfying(frame, filter.condition());
    }
    for (dimension, values) in question.row_conditions() {
        if !dimension.is_banded() {
            frame = frame.filter(is_one_of(*dimension, values));
        }
    }
    for dimension in Dimension::ALL.into_iter().filter(|it| it.is_banded() && question.needs(*it)) {
        let band = band(dimension, query.bands.of(dimension));
        frame = frame.with_columns([band.alias(dimension.name())]);
        if let Some(values) = question.wheres.get(&dimension) {
            frame = frame.filter(is_one_of(dimension, values));
        }
    }
    if query.dimensions.contains(&Dimension::Year) {
        frame = frame.with_columns([col("year").cast(DataType::String)]);
    }
    Ok(frame)
}

/// The rows that count at a level, not yet spread over a span of quarters.
pub(crate) fn narrowed(
    rows: LazyFrame,
    dimensions: &[Dimension],
    question: &Question,
    source: &Source,
) -> LazyFrame {
    if dimensions.contains(&Dimension::Quarter) {
        return rows;
    }
    asked_only(rows, question, &source.quarters)
}

/// The rows of the quarters asked for, where others were read to compare with.
fn asked_only(rows: LazyFrame, question: &Question, quarters: &[Quarter]) -> LazyFrame {
    if !question.looks_back() {
        return rows;
    }
    of_quarters(rows, quarters.iter().filter(|quarter| question.shows(**quarter)))
}

/// Values that are not among the first become one.
pub(crate) fn with_rest(rows: LazyFrame, top: &Top, first: &DataFrame) -> LazyFrame {
    const IS_FIRST: &str = "is_first";
    let keys: Vec<Expr> =
        top.within.iter().chain([&top.dimension]).map(|it| col(it.name())).collect();
    let first = first.clone().lazy().with_columns([lit(true).alias(IS_FIRST)]);
    let dimension = col(top.dimension.name());
    let shown = col(IS_FIRST).is_not_null().or(dimension.clone().is_null());
    let named = when(shown).then(dimension).otherwise(lit(BEYOND)).alias(top.dimension.name());
    let mut same = JoinArgs::new(JoinType::Left);
    same.nulls_equal = true;
    rows.join(first, keys.clone(), keys, same).with_columns([named])
}

/// Each row once for every quarter that it counts in.
pub(crate) fn spread(
    rows: LazyFrame,
    level: &Level,
    quarters: &[Quarter],
) -> PolarsResult<LazyFrame> {
    const TARGET: &str = "target";
    let Level { dimensions, span } = level;
    let pairs = quarters.iter().flat_map(|own| span.targets(*own).into_iter().map(|it| (*own, it)));
    let spread = rows.join(
        quarter_pairs(TARGET, pairs)?,
        [col("quarter")],
        [col("quarter")],
        JoinArgs::new(JoinType::Inner),
    );
    let mut of_time = vec![col(TARGET).alias("quarter")];
    if dimensions.contains(&Dimension::Year) {
        of_time.push(col(TARGET).str().head(lit(4)).alias("year"));
    }
    Ok(spread.with_columns(of_time))
}

/// Adds the dimensions that are not stored: year and age as numbers, places, groups of measures.
pub(crate) fn derive(
    frame: LazyFrame,
    needs: &dyn Fn(Dimension) -> bool,
    dictionary: &Dictionary,
) -> PolarsResult<LazyFrame> {
    let year = || col("quarter").str().head(lit(4)).cast(DataType::Int32);
    let mut frame = frame;
    if needs(Dimension::Year) {
        frame = frame.with_columns([year().alias("year")]);
    }
    if needs(Dimension::Age) {
        let age = year() - col("birth_year").cast(DataType::Int32);
        frame = frame.with_columns([age.alias("age")]);
    }
    if needs(Dimension::BirthCohort) {
        let cohort = col("birth_year").cast(DataType::Int32);
        frame = frame.with_columns([cohort.alias(Dimension::BirthCohort.name())]);
    }
    if needs(Dimension::Province) || needs(Dimension::Region) {
        let lookup = places(dictionary.places())?.lazy();
        frame = frame.left_join(lookup, col("cpas"), col("cpas"));
    }
    if needs(Dimension::CpasToday) {
        let lookup = successors(dictionary.places())?.lazy();
        frame = frame.left_join(lookup, col("cpas"), col("cpas"));
        // A code that has not ended stands for itself.
        let today = Dimension::CpasToday.name();
        frame = frame.with_columns([coalesce(&[col(today), col("cpas")]).alias(today)]);
    }
    if needs(Dimension::MeasureGroup) {
        let lookup = groups(dictionary)?.lazy();
        frame = frame.left_join(lookup, col("measure"), col("measure"));
    }
    Ok(frame)
}

/// The group of each measure.
fn groups(dictionary: &Dictionary) -> PolarsResult<DataFrame> {
    let measures = dictionary.measures();
    let names: Vec<&str> = measures.iter().map(|it| it.name.as_str()).collect();
    let groups: Vec<Option<&str>> = measures.iter().map(|it| it.group.as_deref()).collect();
    let columns = vec![
        Column::new("measure".into(), names),
        Column::new(Dimension::MeasureGroup.name().into(), groups),
    ];
    DataFrame::new(measures.len(), columns)
}

/// The end of a band; what lies beyond 32 bits, no age and no count of months reaches.
fn nearest(end: i64) -> i32 {
    fitting(end.clamp(i32::MIN.into(), i32::MAX.into()))
}

/// The label of the band a number lies in; none where it is unknown or below all bands.
fn band(dimension: Dimension, bands: &[Band]) -> Expr {
    bands.iter().fold(lit(NULL).cast(DataType::String), |otherwise, band| {
        let number = col(dimension.name());
        let from = number.clone().gt_eq(lit(nearest(band.from)));
        let inside = match band.to {
            Some(to) => from.and(number.lt_eq(lit(nearest(to)))),
            None => from,
        };
        when(inside).then(lit(band.to_string())).otherwise(otherwise)
    })
}

/// What a question is compiled over.
#[derive(Clone)]
pub struct Source {
    /// The observations.
    pub frame: LazyFrame,
    /// The quarters that have some, in order.
    pub quarters: Vec<Quarter>,
    /// The quarters that were delivered, also those without any.
    pub delivered: Delivered,
    /// Whether the frame has the dimensions of persons' courses as columns.
    pub has_course: bool,
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Source({} quarters)", self.quarters.len())
    }
}

#[cfg(test)]
mod tests {
    use crate::counting::polars::lower::column_type;
    use crate::query::language::columns::COLUMNS;
    use crate::query::language::expression::Kind;

    #[test]
    fn the_columns_that_can_be_named_are_those_of_the_table() {
        let schema = crate::scan::schema();
        let stored: Vec<String> = schema.iter_names().map(ToString::to_string).collect();
        assert_eq!(stored, COLUMNS.map(|(name, _)| name));
        for (name, kind) in COLUMNS {
            let data_type = schema.get(name).unwrap();
            let same = match kind {
                Kind::Integer => data_type.is_integer(),
                Kind::Decimal(_) => data_type.is_decimal(),
                kind => *data_type == column_type(kind),
            };
            assert!(same, "{name}: {data_type}");
        }
    }
}
