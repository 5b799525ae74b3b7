//! A question to one Polars lazy frame: derive, filter, group, compute. No I/O.

use polars::prelude::*;

use super::file::{Band, Query};
use super::resolve::Question;
use crate::dictionary::{Dictionary, Places};
use crate::metric::{Dimension, Metric};

/// A question as a plan.
pub struct CompiledQuery {
    pub(super) question: Question,
    /// What is collected: dimensions, then metrics, then what derived metrics need.
    pub(super) frame: LazyFrame,
    /// Stored columns the plan reads.
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

/// Compiles a question over the frame of a scan.
pub fn compile(
    question: Question,
    frame: LazyFrame,
    dictionary: &Dictionary,
) -> Result<CompiledQuery, CompileError> {
    let failed =
        |source| CompileError { query: question.query.name.clone(), source: Box::new(source) };
    let mut plan = plan(&question, frame, dictionary).map_err(failed)?;
    // Types are resolved from the schema alone; a mistake in the filter shows here.
    plan.collect_schema().map_err(failed)?;
    let columns = columns(&question);
    Ok(CompiledQuery { question, frame: plan, columns })
}

impl CompiledQuery {
    /// The question.
    pub fn question(&self) -> &Question {
        &self.question
    }

    /// The lazy frame, for collecting it or explaining it.
    pub fn frame(&self) -> &LazyFrame {
        &self.frame
    }

    /// Stored columns that are read, sorted.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }
}

fn columns(question: &Question) -> Vec<String> {
    let query = &question.query;
    let of_dimensions = query.dimensions.iter().chain(question.wheres.keys()).map(|it| it.column());
    let of_metrics = query.metrics.iter().flat_map(|metric| metric.columns().iter().copied());
    let of_filter = query.filter.iter().flat_map(super::filter::Filter::columns).map(|name| {
        Dimension::named(name).map_or_else(|| name.to_owned(), |it| it.column().to_owned())
    });
    let named = of_dimensions.chain(of_metrics).map(str::to_owned);
    let mut columns: Vec<String> = named.chain(of_filter).collect();
    columns.sort_unstable();
    columns.dedup();
    columns
}

fn plan(question: &Question, frame: LazyFrame, dictionary: &Dictionary) -> PolarsResult<LazyFrame> {
    let query = &question.query;
    let filtered = question.query.filter.as_ref();
    let needs = |dimension: Dimension| {
        query.dimensions.contains(&dimension)
            || question.wheres.contains_key(&dimension)
            || filtered.is_some_and(|filter| filter.columns().any(|it| it == dimension.name()))
    };
    let mut frame = derive(frame, dictionary, needs)?;
    if let Some(expression) = filtered.and_then(|filter| filter.compile(&question.values)) {
        frame = frame.filter(expression);
    }
    for (dimension, values) in &question.wheres {
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
    let keys: Vec<Expr> = query.dimensions.iter().map(|it| col(it.name())).collect();
    let metrics = aggregates(query);
    Ok(match keys.as_slice() {
        [] => frame.select(metrics),
        keys => frame.group_by(keys).agg(metrics),
    })
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

/// The metrics, and the ones that derived metrics are computed from.
fn aggregates(query: &Query) -> Vec<Expr> {
    let mut metrics = query.metrics.clone();
    if metrics.contains(&Metric::AmountPerConventionPerson) {
        metrics.retain(|metric| *metric != Metric::AmountPerConventionPerson);
        for needed in [Metric::Amount, Metric::ConventionPersons] {
            if !metrics.contains(&needed) {
                metrics.push(needed);
            }
        }
    }
    metrics.into_iter().filter_map(|metric| Some(aggregate(metric)?.alias(metric.name()))).collect()
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
