//! A question to Polars lazy frames, one per level that has to be counted: its rows, grouped and
//! counted. No I/O.

use super::rows::Source;
use crate::counting::figures::AMOUNTS;
use polars::prelude::*;

use super::columns::columns_of;
use super::months::{MONTHS, with_months_of_quarter};
use super::rows::{narrowed, rows, spread, with_rest};
use crate::counting::figures::Figures;
use crate::dictionary::Dictionary;
use crate::metric::{Among, Dimension, Metric, Subject, Summed, Tally};
use crate::query::language::span::Span;
use crate::query::plan::level::{Count, Level};
use crate::query::{Question, Top};

/// A question as plans.
pub struct CompiledQuery {
    question: Question,
    /// What is counted at each level; the rows of the answer first.
    counts: Vec<Count>,
    /// What is collected for each of them: dimensions, then metrics.
    frames: Vec<LazyFrame>,
    /// Stored columns the plans read.
    columns: Vec<String>,
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

/// Collects plans together, so that what they share is read once.
pub fn collect<'p>(
    plans: impl IntoIterator<Item = &'p LazyFrame>,
    flags: OptFlags,
) -> PolarsResult<Vec<DataFrame>> {
    let plans = plans.into_iter().map(|plan| plan.logical_plan.clone()).collect();
    LazyFrame::collect_all_with_engine(plans, Engine::InMemory, flags)
}

/// Compiles a question over the frame of a scan; `first` are the values that a query with a top
/// shows one by one, as [`ranking`] gave them.
pub fn compile(
    question: Question,
    source: &Source,
    dictionary: &Dictionary,
    first: Option<&DataFrame>,
) -> Result<CompiledQuery, CompileError> {
    let counts = question.query.counts();
    let conventions = Conventions::of(dictionary);
    let mut frames = Vec::with_capacity(counts.len());
    let failed =
        |source| CompileError { query: question.query.name.clone(), source: Box::new(source) };
    let mut all = counted_rows(&question, source, dictionary).map_err(failed)?;
    if let (Some(top), Some(first)) = (&question.query.top, question.first.as_ref().or(first)) {
        all = with_rest(all, top, first);
    }
    for count in &counts {
        let rows = narrowed(all.clone(), &count.level.dimensions, &question, source);
        let mut plan = if count.level.span == Span::Own {
            grouped(rows, count, |metric| conventions.aggregate(metric))
        } else {
            let spread =
                spread(condensed(rows, count, &conventions), &count.level, &source.quarters);
            let spread = spread.map_err(failed)?;
            grouped(spread, count, |metric| conventions.aggregate_condensed(metric))
        };
        // Types are resolved from the schema alone; a mistake in the filter shows here.
        plan.collect_schema().map_err(failed)?;
        frames.push(plan);
    }
    let columns = columns_of(&question);
    Ok(CompiledQuery { question, counts, frames, columns })
}

/// The rows that count, with what its metrics count of them.
fn counted_rows(
    question: &Question,
    source: &Source,
    dictionary: &Dictionary,
) -> PolarsResult<LazyFrame> {
    let rows = rows(question, source, dictionary)?;
    let has_months = question.query.counts_distinct(Subject::PersonMonths);
    Ok(if has_months {
        with_months_of_quarter(rows, question.needs(Dimension::Month))
    } else {
        rows
    })
}

/// The plan that ranks the values of a query's top dimension; `None` for a query without one, or
/// whose values are ranked already.
pub fn ranking(
    question: &Question,
    source: &Source,
    dictionary: &Dictionary,
) -> Result<Option<LazyFrame>, CompileError> {
    let Some(top) = question.query.top.as_ref().filter(|_| question.first.is_none()) else {
        return Ok(None);
    };
    let failed =
        |source| CompileError { query: question.query.name.clone(), source: Box::new(source) };
    let rows = counted_rows(question, source, dictionary).map_err(failed)?;
    let rows = narrowed(rows, &top.within, question, source);
    let conventions = Conventions::of(dictionary);
    let counted = grouped(rows, &top.count_to_rank_by(), |metric| conventions.aggregate(metric));
    Ok(Some(ranked(counted, top)))
}

impl Top {
    /// What has to be counted to rank by.
    pub(crate) fn count_to_rank_by(&self) -> Count {
        let dimensions = [self.within.as_slice(), &[self.dimension]].concat();
        let level = Level { dimensions, span: Span::Own };
        Count { level, metrics: self.by.base(), per_person: false }
    }
}

/// The values of a top's dimension that are shown one by one, from what they are ranked by.
pub(crate) fn ranked(counted: LazyFrame, top: &Top) -> LazyFrame {
    let (by, dimension) = (col(top.by.name()), col(top.dimension.name()));
    // Equal values are ranked by name, so that the same question gives the same answer.
    let order = SortMultipleOptions::default().with_order_descending_multi([true, false]);
    let sorted = counted
        .filter(dimension.clone().is_not_null())
        .sort_by_exprs([by, dimension.clone()], order);
    let first = dimension.head(Some(top.count));
    let within: Vec<Expr> = top.within.iter().map(|it| col(it.name())).collect();
    match within.as_slice() {
        [] => sorted.select([first]),
        within => sorted.group_by_stable(within).agg([first]).explode(
            by_name([top.dimension.name()], true, false),
            ExplodeOptions { empty_as_null: false, keep_nulls: false },
        ),
    }
}

impl CompiledQuery {
    /// The lazy frames, for collecting them or explaining them.
    pub fn frames(&self) -> &[LazyFrame] {
        &self.frames
    }

    /// Reads what was collected of the lazy frames.
    pub fn figures(&self, frames: &[DataFrame]) -> PolarsResult<Figures> {
        Figures::read(&self.counts, frames)
    }

    /// Stored columns that are read, sorted; `quarter` is no column of the files.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }
}

/// One row for all that count alike in every quarter: the fewer are spread.
fn condensed(rows: LazyFrame, count: &Count, conventions: &Conventions) -> LazyFrame {
    let dimensions = count.level.dimensions.iter().map(|it| it.name());
    let told_apart = count.metrics.iter().flat_map(|metric| told_apart(metric.tally()));
    let mut keys: Vec<&str> = dimensions.chain(told_apart).collect();
    keys.sort_unstable();
    keys.dedup();
    let keys: Vec<Expr> = keys.into_iter().map(col).collect();
    let added = count.metrics.iter().filter(|metric| metric.is_additive());
    let sum = |it: &Metric| Some(conventions.aggregate(*it)?.alias(it.name()));
    let sums: Vec<Expr> = added.filter_map(sum).collect();
    rows.group_by(keys).agg(sums)
}

/// The columns of rows by which something distinct is told apart.
fn told_apart(tally: Tally) -> Vec<&'static str> {
    let Tally::Distinct(subject, among) = tally else { return Vec::new() };
    let mut columns = vec!["person"];
    if among == Among::Conventions {
        columns.push("guidance");
    }
    match subject {
        Subject::Persons => {}
        Subject::PersonMonths => columns.extend(MONTHS),
        Subject::PersonsAndPartners => columns.push("partner"),
    }
    columns
}

fn grouped(
    rows: LazyFrame,
    count: &Count,
    aggregate: impl Fn(Metric) -> Option<Expr>,
) -> LazyFrame {
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

/// The guidances under a partnership convention, as a condition.
struct Conventions(Expr);

impl Conventions {
    fn of(dictionary: &Dictionary) -> Self {
        let is_one = dictionary.conventions().map(|name| col("guidance").eq(lit(name)));
        Self(is_one.reduce(Expr::or).unwrap_or_else(|| lit(false)))
    }

    fn aggregate(&self, metric: Metric) -> Option<Expr> {
        Some(match metric.tally() {
            Tally::Rows => len(),
            Tally::Sum(Summed::Amount) => col("amount").sum(),
            Tally::Sum(Summed::Days) => col("days").cast(DataType::Int64).sum(),
            Tally::HasAmount => col("amount").is_not_null().any(true).cast(DataType::UInt32),
            Tally::Distinct(subject, among) => self.distinct(subject, among),
            // No counts: they are made of others.
            Tally::Quotient(..) | Tally::MonthlyMean(_) => return None,
        })
    }

    fn distinct(&self, subject: Subject, among: Among) -> Expr {
        let of = |it: Expr| match among {
            Among::Rows => it,
            Among::Conventions => it.filter(self.0.clone()),
        };
        match subject {
            Subject::Persons => of(col("person")).n_unique(),
            Subject::PersonsAndPartners => {
                of(col("person")).append(of(col("partner")), false).drop_nulls().n_unique()
            }
            // A month is in one place of its quarter, so that no pair is in two of the counts.
            Subject::PersonMonths => {
                let in_month = |month: &str| {
                    let pair = of(as_struct(vec![col("person"), col(month)]));
                    pair.filter(of(col(month)).is_not_null()).n_unique()
                };
                MONTHS.map(in_month).into_iter().fold(lit(0), |sum, count| sum + count)
            }
        }
    }

    /// A metric of rows that stand for several.
    fn aggregate_condensed(&self, metric: Metric) -> Option<Expr> {
        if metric.is_additive() { Some(col(metric.name()).sum()) } else { self.aggregate(metric) }
    }
}
