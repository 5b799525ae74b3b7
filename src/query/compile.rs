//! A question to Polars lazy frames, one per level that has to be counted: derive, filter, group,
//! compute. No I/O.

use polars::prelude::*;

use super::file::{Band, Top};
use super::level::{Count, Level, Span};
use super::resolve::Question;
use super::result::REST;
use crate::dictionary::{Dictionary, Places};
use crate::metric::{Dimension, Metric};
use crate::quarter::Quarter;

/// A question as plans.
pub struct CompiledQuery {
    pub(super) question: Question,
    /// What is counted at each level; the rows of the answer first.
    pub(super) counts: Vec<Count>,
    /// What is collected for each of them: dimensions, then metrics.
    pub(super) frames: Vec<LazyFrame>,
    /// Stored columns the plans read.
    pub(super) columns: Vec<String>,
}

impl std::fmt::Debug for CompiledQuery {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CompiledQuery({})", self.question.query.name)
    }
}

/// A query that the engine refuses, for example a text compared with a number.
#[derive(Debug, thiserror::Error)]
#[error("query `{query}`: {source}")]
pub struct CompileError {
    query: String,
    source: Box<PolarsError>,
}

/// What a question is compiled over.
#[derive(Clone)]
pub struct Source {
    /// The observations.
    pub frame: LazyFrame,
    /// The quarters that have some, in order.
    pub quarters: Vec<Quarter>,
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Source({} quarters)", self.quarters.len())
    }
}

/// Name of the amounts of single persons.
pub(super) const AMOUNTS: &str = "amounts";

/// Compiles a question over the frame of a scan; `first` are the values that a query with a top
/// shows one by one, as [`ranking`] gave them.
pub fn compile(
    question: Question,
    source: &Source,
    dictionary: &Dictionary,
    first: Option<&DataFrame>,
) -> Result<CompiledQuery, CompileError> {
    let counts = question.query.counts();
    let mut frames = Vec::with_capacity(counts.len());
    let failed =
        |source| CompileError { query: question.query.name.clone(), source: Box::new(source) };
    let mut all = rows(&question, source.frame.clone(), dictionary).map_err(failed)?;
    if let (Some(top), Some(first)) = (&question.query.top, first) {
        all = with_rest(all, top, first);
    }
    for count in &counts {
        let mut rows = all.clone();
        if !count.level.dimensions.contains(&Dimension::Quarter) {
            rows = asked_only(rows, &question, &source.quarters);
        }
        let mut plan = if count.level.span == Span::Own {
            grouped(rows, count, aggregate)
        } else {
            let spread = spread(condensed(rows, count), &count.level, &source.quarters);
            grouped(spread.map_err(failed)?, count, aggregate_condensed)
        };
        // Types are resolved from the schema alone; a mistake in the filter shows here.
        plan.collect_schema().map_err(failed)?;
        frames.push(plan);
    }
    let columns = columns(&question, &counts);
    Ok(CompiledQuery { question, counts, frames, columns })
}

/// The plan that ranks the values of a query's top dimension; `None` for a query without one.
pub fn ranking(
    question: &Question,
    source: &Source,
    dictionary: &Dictionary,
) -> Result<Option<LazyFrame>, CompileError> {
    let Some(top) = &question.query.top else { return Ok(None) };
    let failed =
        |source| CompileError { query: question.query.name.clone(), source: Box::new(source) };
    let mut rows = rows(question, source.frame.clone(), dictionary).map_err(failed)?;
    if !top.within.contains(&Dimension::Quarter) {
        rows = asked_only(rows, question, &source.quarters);
    }
    let names = |dimensions: &[Dimension]| -> Vec<Expr> {
        dimensions.iter().map(|it| col(it.name())).collect()
    };
    let (by, dimension) = (col(top.by.name()), col(top.dimension.name()));
    let level = [top.within.as_slice(), &[top.dimension]].concat();
    let level = Level { dimensions: level, span: Span::Own };
    let count = Count { level, metrics: top.by.base().to_vec(), per_person: false };
    // Equal values are ranked by name, so that the same question gives the same answer.
    let order = SortMultipleOptions::default().with_order_descending_multi([true, false]);
    let sorted = grouped(rows, &count, aggregate)
        .filter(dimension.clone().is_not_null())
        .sort_by_exprs([by, dimension.clone()], order);
    let first = dimension.head(Some(top.count));
    let ranked = match names(&top.within).as_slice() {
        [] => sorted.select([first]),
        within => sorted.group_by_stable(within).agg([first]).explode(
            by_name([top.dimension.name()], true, false),
            ExplodeOptions { empty_as_null: false, keep_nulls: false },
        ),
    };
    Ok(Some(ranked))
}

impl CompiledQuery {
    /// The question.
    pub fn question(&self) -> &Question {
        &self.question
    }

    /// The lazy frames, for collecting them or explaining them.
    pub fn frames(&self) -> &[LazyFrame] {
        &self.frames
    }

    /// Stored columns that are read, sorted; `quarter` is no column of the files.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }
}

fn columns(question: &Question, counts: &[Count]) -> Vec<String> {
    let query = &question.query;
    let of_dimensions = query.dimensions.iter().chain(question.wheres.keys()).map(|it| it.column());
    let per_person = counts.iter().any(|count| count.per_person);
    let metrics = counts.iter().flat_map(|count| &count.metrics).copied();
    let metrics = metrics.chain(query.top.iter().map(|top| top.by));
    let of_metrics = metrics.flat_map(|metric| metric.columns().iter().copied());
    let of_persons = per_person.then_some(["person", "amount"]).into_iter().flatten();
    let of_filter = query.filter.iter().flat_map(super::filter::Filter::columns).map(|name| {
        Dimension::named(name).map_or_else(|| name.to_owned(), |it| it.column().to_owned())
    });
    let named = of_dimensions.chain(of_metrics).chain(of_persons).map(str::to_owned);
    let mut columns: Vec<String> = named.chain(of_filter).collect();
    columns.sort_unstable();
    columns.dedup();
    columns
}

/// The rows that count, with the query's dimensions.
fn rows(question: &Question, frame: LazyFrame, dictionary: &Dictionary) -> PolarsResult<LazyFrame> {
    let query = &question.query;
    let filtered = question.query.filter.as_ref();
    let needs = |dimension: Dimension| {
        query.dimensions.contains(&dimension)
            || question.wheres.contains_key(&dimension)
            || filtered.is_some_and(|filter| filter.columns().any(|it| it == dimension.name()))
    };
    let mut frame = derive(frame, dictionary, needs)?;
    if let Some(filter) = filtered {
        // Rows that the filter was to leave out must never count.
        let expression = filter.compile(&question.values).ok_or_else(|| {
            PolarsError::ComputeError("the filter has no meaning with these values".into())
        })?;
        frame = frame.filter(expression);
    }
    for (dimension, values) in question.row_conditions() {
        if *dimension != Dimension::Age {
            frame = frame.filter(is_one_of(*dimension, values));
        }
    }
    if needs(Dimension::Age) {
        frame = frame.with_columns([band(&query.bands).alias("age")]);
        if let Some(values) = question.wheres.get(&Dimension::Age) {
            frame = frame.filter(is_one_of(Dimension::Age, values));
        }
    }
    if query.dimensions.contains(&Dimension::Year) {
        frame = frame.with_columns([col("year").cast(DataType::String)]);
    }
    Ok(frame)
}

/// The rows of the quarters asked for, where others were read to compare with.
fn asked_only(rows: LazyFrame, question: &Question, quarters: &[Quarter]) -> LazyFrame {
    if !question.looks_back() {
        return rows;
    }
    let asked = quarters.iter().filter(|quarter| question.shows(**quarter));
    let asked = asked.map(|quarter| col("quarter").eq(lit(quarter.to_string())));
    rows.filter(asked.reduce(Expr::or).unwrap_or_else(|| lit(false)))
}

/// Values that are not among the first become one.
fn with_rest(rows: LazyFrame, top: &Top, first: &DataFrame) -> LazyFrame {
    const IS_FIRST: &str = "is_first";
    let keys: Vec<Expr> =
        top.within.iter().chain([&top.dimension]).map(|it| col(it.name())).collect();
    let first = first.clone().lazy().with_columns([lit(true).alias(IS_FIRST)]);
    let dimension = col(top.dimension.name());
    let shown = col(IS_FIRST).is_not_null().or(dimension.clone().is_null());
    let named = when(shown).then(dimension).otherwise(lit(REST)).alias(top.dimension.name());
    let mut same = JoinArgs::new(JoinType::Left);
    same.nulls_equal = true;
    rows.join(first, keys.clone(), keys, same).with_columns([named])
}

/// One row for all that count alike in every quarter: the fewer are spread.
fn condensed(rows: LazyFrame, count: &Count) -> LazyFrame {
    let dimensions = count.level.dimensions.iter().map(|it| it.name());
    let of_metrics = count.metrics.iter().flat_map(|metric| metric.columns().iter().copied());
    let told_apart = of_metrics.filter(|column| !SUMMED.contains(column));
    let mut keys: Vec<&str> = dimensions.chain(told_apart).collect();
    keys.sort_unstable();
    keys.dedup();
    let keys: Vec<Expr> = keys.into_iter().map(col).collect();
    let added = count.metrics.iter().filter(|metric| metric.is_additive());
    let sums: Vec<Expr> = added.filter_map(|it| Some(aggregate(*it)?.alias(it.name()))).collect();
    rows.group_by(keys).agg(sums)
}

/// Stored columns that are added up and not counted.
const SUMMED: [&str; 2] = ["amount", "days"];

/// Each row once for every quarter that it counts in.
fn spread(rows: LazyFrame, level: &Level, quarters: &[Quarter]) -> PolarsResult<LazyFrame> {
    const TARGET: &str = "target";
    let Level { dimensions, span } = level;
    let pairs: Vec<(String, String)> = quarters
        .iter()
        .flat_map(|own| span.targets(*own).into_iter().map(|it| (own.to_string(), it.to_string())))
        .collect();
    let (own, target): (Vec<String>, Vec<String>) = pairs.into_iter().unzip();
    let lookup = DataFrame::new(
        own.len(),
        vec![Column::new("quarter".into(), own), Column::new(TARGET.into(), target)],
    )?;
    let spread = rows.join(
        lookup.lazy(),
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

fn grouped(rows: LazyFrame, count: &Count, aggregate: fn(Metric) -> Option<Expr>) -> LazyFrame {
    let keys: Vec<Expr> = count.level.dimensions.iter().map(|it| col(it.name())).collect();
    let metrics = || -> Vec<Expr> {
        count.metrics.iter().filter_map(|it| Some(aggregate(*it)?.alias(it.name()))).collect()
    };
    let by = |rows: LazyFrame, keys: &[Expr], metrics: Vec<Expr>| match keys {
        [] => rows.select(metrics),
        keys => rows.group_by(keys).agg(metrics),
    };
    if !count.per_person {
        return by(rows, &keys, metrics());
    }
    let persons = rows.clone().filter(col("amount").is_not_null());
    let with_person = [keys.as_slice(), &[col("person")]].concat();
    let of_persons = by(persons, &with_person, vec![col("amount").sum()]);
    let cents = col("amount").to_physical().cast(DataType::Int64);
    let amounts = by(of_persons, &keys, vec![cents.implode(true).alias(AMOUNTS)]);
    // Where nothing else is counted at this level, only the cells of such persons are needed.
    let counted = by(rows, &keys, if count.metrics.is_empty() { vec![len()] } else { metrics() });
    match keys.as_slice() {
        [] => counted.with_columns([lit(0).alias("all")]).join(
            amounts.with_columns([lit(0).alias("all")]),
            [col("all")],
            [col("all")],
            JoinArgs::new(JoinType::Left),
        ),
        keys => {
            let mut same = JoinArgs::new(JoinType::Left);
            same.nulls_equal = true;
            counted.join(amounts, keys, keys, same)
        }
    }
}

/// Adds the dimensions that are not stored: year and age as numbers, province and region.
fn derive(
    frame: LazyFrame,
    dictionary: &Dictionary,
    needs: impl Fn(Dimension) -> bool,
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
    if needs(Dimension::Province) || needs(Dimension::Region) {
        let lookup = places(dictionary.places())?.lazy();
        frame = frame.left_join(lookup, col("cpas"), col("cpas"));
    }
    Ok(frame)
}

/// Province and region of each municipality.
fn places(places: &Places) -> PolarsResult<DataFrame> {
    let municipalities = places.municipalities();
    let nis: Vec<&str> = municipalities.iter().map(|it| it.nis).collect();
    let province: Vec<Option<&str>> = municipalities.iter().map(|it| it.province).collect();
    let region: Vec<&str> = municipalities.iter().map(|it| it.region).collect();
    DataFrame::new(
        municipalities.len(),
        vec![
            Column::new("cpas".into(), nis),
            Column::new("province".into(), province),
            Column::new("region".into(), region),
        ],
    )
}

fn is_one_of(dimension: Dimension, values: &[String]) -> Expr {
    let column = col(dimension.name());
    let alternatives = values.iter().map(|value| match dimension {
        Dimension::Year => column.clone().eq(lit(value.parse::<i32>().unwrap_or_default())),
        _ => column.clone().eq(lit(value.as_str())),
    });
    alternatives.reduce(Expr::or).unwrap_or_else(|| lit(true))
}

/// The label of the band an age lies in; none where the age is unknown or below all bands.
fn band(bands: &[Band]) -> Expr {
    bands.iter().fold(lit(NULL).cast(DataType::String), |otherwise, band| {
        let age = col("age");
        let from = age.clone().gt_eq(lit(i32::try_from(band.from).unwrap_or(i32::MAX)));
        let inside = match band.to {
            Some(to) => from.and(age.lt_eq(lit(i32::try_from(to).unwrap_or(i32::MAX)))),
            None => from,
        };
        when(inside).then(lit(band.to_string())).otherwise(otherwise)
    })
}

/// A metric of rows that stand for several.
fn aggregate_condensed(metric: Metric) -> Option<Expr> {
    if metric.is_additive() { Some(col(metric.name()).sum()) } else { aggregate(metric) }
}

fn aggregate(metric: Metric) -> Option<Expr> {
    let under_convention = || col("guidance").eq(lit("h50")).or(col("guidance").eq(lit("h100")));
    Some(match metric {
        Metric::Observations => len(),
        Metric::Persons => col("person").n_unique(),
        Metric::ConventionPersons => col("person").filter(under_convention()).n_unique(),
        Metric::Amount => col("amount").sum(),
        Metric::Days => col("days").cast(DataType::Int64).sum(),
        Metric::AmountPerConventionPerson => return None,
    })
}
