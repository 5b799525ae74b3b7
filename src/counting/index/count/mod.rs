//! Counts over person histories: what plans count from the observations, in one pass by person.
//!
//! ```text
//! question → factors (columns that are told apart together) → classes (by the same rows that plans group) → cells (a
//! class of each factor) → pass over the histories → figures
//! ```
//!
//! Which combination counts in which class is worked out by the engine, from the same definitions as
//! plans; only the counting is done here. Never: a count of a question that tells apart what
//! histories do not; that one is `None`, and counted from the observations.

mod calendar;
mod cells;
mod course;
mod factors;
mod pass;
mod spans;

use polars::prelude::*;

use crate::counting::figures::Figures;
use crate::counting::index::histories::{Appearances, Axis, Histories, HistoriesError};
use crate::counting::polars::compile::{collect, columns_of_conditions, ranked};
use crate::counting::polars::rows::{Source, narrowed, rows, spread, with_rest};
use crate::dictionary::Dictionary;
use crate::exact::known;
use crate::metric::{Dimension, Metric};
use crate::query::language::span::Span;
use crate::query::plan::level::Count;
use crate::query::{Delivered, Question, Top};
use cells::Cells;
use course::Courses;
use factors::{Factor, KEY, factors};

/// Why a question could not be counted.
#[derive(Debug, thiserror::Error)]
pub enum CountError {
    /// The histories could not be read.
    #[error(transparent)]
    Histories(#[from] HistoriesError),
    /// The engine refuses the query.
    #[error("working out the cells of query `{0}`: {1}")]
    Engine(String, PolarsError),
}

/// Counts all that a question needs; `None` where histories do not tell it.
pub fn count(
    question: &Question,
    histories: &Histories,
    dictionary: &Dictionary,
    delivered: &Delivered,
) -> Result<Option<Figures>, CountError> {
    let Some(axes) = axes(question) else { return Ok(None) };
    let of_course = of_course(question);
    if let Some((groups, appearances)) = groups(question, &axes, histories)?
        && let Some(factors) = factors(question, &axes, groups.vocabulary(), &[], None)
    {
        let (histories, courses) = (&groups, None);
        let counting = Counting {
            question,
            dictionary,
            delivered,
            histories,
            axes: &axes,
            factors,
            courses,
            appearances,
        };
        if let Some(figures) = counting.figures()? {
            return Ok(Some(figures));
        }
    }
    let courses = match of_course.as_slice() {
        [] => None,
        _ => match Courses::read(histories, &of_course, delivered)? {
            None => return Ok(None),
            courses => courses,
        },
    };
    let factors = factors(question, &axes, histories.vocabulary(), &of_course, courses.as_ref());
    let Some(factors) = factors else { return Ok(None) };
    let appearances = Spans::ByPerson;
    Counting {
        question,
        dictionary,
        delivered,
        histories,
        axes: &axes,
        factors,
        courses,
        appearances,
    }
    .figures()
}

/// Where distinct persons of several quarters come from.
#[derive(Debug)]
enum Spans {
    /// Every person is passed, or nothing is over several quarters.
    ByPerson,
    /// Persons are passed by quarter.
    FromAppearances(Appearances),
}

/// The groups to count over where persons need not be passed one by one: those who are alike in a
/// quarter count together, and over several quarters, distinct persons come from their appearances.
fn groups(
    question: &Question,
    axes: &[Axis],
    histories: &Histories,
) -> Result<Option<(Histories, Spans)>, HistoriesError> {
    if !of_course(question).is_empty() || is_of_single_persons(question) {
        return Ok(None);
    }
    let Some(appearances) = appearances(question, axes, histories)? else { return Ok(None) };
    Ok(histories.condensed(axes)?.map(|groups| (groups, appearances)))
}

/// Where distinct persons come from if persons are passed by quarter; `None` where they must not be.
fn appearances(
    question: &Question,
    axes: &[Axis],
    histories: &Histories,
) -> Result<Option<Spans>, HistoriesError> {
    if is_by_quarter(question) {
        return Ok(Some(Spans::ByPerson));
    }
    let of_selections = [Axis::Quarter, Axis::Regime, Axis::Measure, Axis::Guidance];
    if !axes.iter().all(|axis| of_selections.contains(axis)) {
        return Ok(None);
    }
    Ok(histories.appearances()?.map(Spans::FromAppearances))
}

/// A question on its way over histories.
struct Counting<'a> {
    question: &'a Question,
    dictionary: &'a Dictionary,
    delivered: &'a Delivered,
    histories: &'a Histories,
    /// The stored columns that it tells apart, the quarter first.
    axes: &'a [Axis],
    /// The same, taken to pieces.
    factors: Vec<Factor>,
    courses: Option<Courses>,
    appearances: Spans,
}

impl Counting<'_> {
    /// All counts; `None` where they cannot be told over histories after all.
    fn figures(&self) -> Result<Option<Figures>, CountError> {
        let question = self.question;
        let failed = |error| CountError::Engine(question.query.name.clone(), error);
        let (mut all, source) = self.rows().map_err(failed)?;
        if let Some(top) = &question.query.top {
            let of_top = self.factors.iter().position(|it| it.has(top.dimension));
            let at = known(of_top);
            let first = match &question.first {
                Some(first) => first.clone(),
                None => {
                    let counts = [top.count_to_rank_by()];
                    let cells = self.cells(&all, &counts, &source).map_err(failed)?;
                    let Some(cells) = cells else { return Ok(None) };
                    let Some(counted) = self.counted(&counts, cells)? else { return Ok(None) };
                    let frame = counted.frame(&counts[0], top.by).map_err(failed)?;
                    ranked(frame.lazy(), top).collect().map_err(failed)?
                }
            };
            all[at] = with_rest(all[at].clone(), top, &first);
        }
        let counts = question.query.counts();
        let Some(cells) = self.cells(&all, &counts, &source).map_err(failed)? else {
            return Ok(None);
        };
        Ok(self.counted(&counts, cells)?)
    }

    /// The rows of each factor, by the same definitions as those of observations; and what all of them are of.
    fn rows(&self) -> PolarsResult<(Vec<LazyFrame>, Source)> {
        let range = self.question.counted_range();
        let quarters = known(self.factors[0].quarters(range));
        let source = Source {
            frame: DataFrame::empty().lazy(),
            quarters,
            delivered: self.delivered.clone(),
            has_course: true,
        };
        let of_factor = |factor: &Factor| {
            let source = Source { frame: factor.frame(range)?.lazy(), ..source.clone() };
            rows(&factor.question, &source, self.dictionary)
        };
        let all = self.factors.iter().map(of_factor).collect::<PolarsResult<_>>()?;
        Ok((all, source))
    }

    /// The cells of each level; `None` where there are too many.
    fn cells(
        &self,
        all: &[LazyFrame],
        counts: &[Count],
        source: &Source,
    ) -> PolarsResult<Option<Vec<Cells>>> {
        let mut plans = Vec::new();
        for count in counts {
            for (at, (rows, factor)) in all.iter().zip(&self.factors).enumerate() {
                let mut rows = rows.clone();
                // The quarter is in the first.
                if at == 0 {
                    rows = narrowed(rows, &count.level.dimensions, self.question, source);
                    if count.level.span != Span::Own {
                        rows = spread(rows, &count.level, &source.quarters)?;
                    }
                }
                let own = count.level.dimensions.iter().filter(|it| factor.has(**it));
                let names = own.map(|it| col(it.name()));
                plans.push(rows.select(std::iter::once(col(KEY)).chain(names).collect::<Vec<_>>()));
            }
        }
        let frames = collect(&plans, OptFlags::default())?;
        let of_levels = counts.iter().zip(frames.chunks(self.factors.len()));
        let cells = of_levels
            .map(|(count, frames)| Cells::read(frames, &self.factors, &count.level.dimensions));
        cells.collect()
    }

    fn counted(
        &self,
        counts: &[Count],
        cells: Vec<Cells>,
    ) -> Result<Option<Figures>, HistoriesError> {
        let levels = counts.iter().zip(cells).map(|(count, cells)| {
            let distinct = match &self.appearances {
                Spans::FromAppearances(appearances) if !tells_persons_by_quarter(count) => {
                    let (factors, axes) = (&self.factors, self.axes);
                    Some(spans::persons(&cells, factors, axes, self.histories, appearances)?)
                }
                _ => None,
            };
            Some((cells, distinct))
        });
        let Some(levels) = levels.collect::<Option<Vec<_>>>() else { return Ok(None) };
        let keys = pass::Keys { factors: &self.factors, courses: self.courses.as_ref() };
        pass::count(self.histories, &keys, counts, levels).map(Some)
    }
}

/// What a question is counted over, where histories tell it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// Columns that are told apart.
    pub columns: Vec<&'static str>,
    /// Persons, or groups of them.
    pub persons: u64,
    /// Their entries.
    pub entries: u64,
    /// Whether these are groups of persons who are alike in a quarter.
    pub in_groups: bool,
    /// Whether distinct persons of several quarters come from appearances; where these do not tell
    /// those of a cell, every person is passed.
    pub by_appearances: bool,
}

/// How a question is counted over histories; reads nothing of single persons.
pub fn way(question: &Question, histories: &Histories) -> Result<Option<Way>, HistoriesError> {
    let Some(axes) = axes(question) else { return Ok(None) };
    let groups = groups(question, &axes, histories)?;
    let counted = groups.as_ref().map_or(histories, |(groups, _)| groups);
    let stored = axes.into_iter().map(Axis::column);
    Ok(Some(Way {
        columns: stored.chain(of_course(question).into_iter().map(Dimension::name)).collect(),
        persons: counted.person_count(),
        entries: counted.entry_count(),
        in_groups: groups.is_some(),
        by_appearances: matches!(groups, Some((_, Spans::FromAppearances(_)))),
    }))
}

/// Whether no figure is over several quarters or of single persons.
fn is_by_quarter(question: &Question) -> bool {
    counts_with_ranking(question).all(|count| is_told_by_quarter(&count) && !count.per_person)
        && question.query.top.as_ref().is_none_or(|top| top.dimension != Dimension::Quarter)
}

/// Whether a figure is of single persons.
fn is_of_single_persons(question: &Question) -> bool {
    counts_with_ranking(question).any(|count| count.per_person)
}

fn counts_with_ranking(question: &Question) -> impl Iterator<Item = Count> {
    let ranked = question.query.top.iter().map(Top::count_to_rank_by);
    question.query.counts().into_iter().chain(ranked)
}

fn is_told_by_quarter(count: &Count) -> bool {
    count.level.dimensions.contains(&Dimension::Quarter) && count.level.span == Span::Own
}

/// Whether persons who are passed by quarter are counted rightly: each cell is of one quarter, or
/// nothing distinct is counted.
fn tells_persons_by_quarter(count: &Count) -> bool {
    let distinct = [Metric::Persons, Metric::ConventionPersons];
    is_told_by_quarter(count) || !count.metrics.iter().any(|it| distinct.contains(it))
}

/// The stored columns that a question tells apart, the quarter first.
fn axes(question: &Question) -> Option<Vec<Axis>> {
    let mut axes = vec![Axis::Quarter];
    for column in columns_of_conditions(question) {
        let axis = Axis::named(&column)?;
        if !axes.contains(&axis) {
            axes.push(axis);
        }
    }
    Some(axes)
}

fn of_course(question: &Question) -> Vec<Dimension> {
    Dimension::ALL.into_iter().filter(|it| it.is_of_course() && question.needs(*it)).collect()
}
