//! Counts over person histories: what plans count from the observations, in one pass by person.
//!
//! ```text
//! question → keys (every combination of the values it tells apart) → cells (by the same rows that
//! plans group) → pass over the histories → figures
//! ```
//!
//! Which combination counts in which cell is worked out by the engine, from the same definitions as
//! plans; only the counting is done here. Never: a count of a question that tells apart what
//! histories do not; that one is `None`, and counted from the observations.

mod calendar;
mod cells;
mod course;
mod pass;
mod spans;

use polars::prelude::*;

use crate::counting::figures::Figures;
use crate::counting::index::histories::{Appearances, Axis, Histories, HistoriesError};
use crate::counting::polars::compile::{collect, columns_of_conditions, ranked};
use crate::counting::polars::rows::{Source, narrowed, rows, spread, with_rest};
use crate::dictionary::Dictionary;
use crate::metric::{Dimension, Metric};
use crate::query::language::span::Span;
use crate::query::plan::level::Count;
use crate::query::{Delivered, Question, Top};
use cells::{Cells, Keys};
use course::Courses;

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

/// Combinations of values that are worked out for one question at most.
const KEYS_MAX: usize = 1 << 20;

/// Up to so many, also those that do not occur are worked out: a pass over the histories to look for
/// them takes longer.
const KEYS_WITHOUT_A_LOOK: usize = 1 << 16;

/// Combinations of which those that occur are looked for at most: a bit each.
const COMBINATIONS_MAX: usize = 1 << 30;

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
        && let Some(keys) = keys_of(Keys::new(&axes, groups.vocabulary(), &[], None), &groups)?
    {
        let counting =
            Counting { question, dictionary, delivered, histories: &groups, keys, appearances };
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
    let keys = Keys::new(&axes, histories.vocabulary(), &of_course, courses);
    let Some(keys) = keys_of(keys, histories)? else { return Ok(None) };
    let appearances = Spans::ByPerson;
    Counting { question, dictionary, delivered, histories, keys, appearances }.figures()
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

/// The keys to count by, unless there are too many.
fn keys_of(keys: Keys, histories: &Histories) -> Result<Option<Keys>, HistoriesError> {
    let keys = if keys.len() <= KEYS_WITHOUT_A_LOOK {
        keys
    } else if keys.len() <= COMBINATIONS_MAX {
        keys.that_occur(histories)?
    } else {
        return Ok(None);
    };
    Ok(Some(keys).filter(|keys| keys.len() <= KEYS_MAX))
}

/// A question on its way over histories.
struct Counting<'a> {
    question: &'a Question,
    dictionary: &'a Dictionary,
    delivered: &'a Delivered,
    histories: &'a Histories,
    keys: Keys,
    appearances: Spans,
}

impl Counting<'_> {
    /// All counts; `None` where appearances do not tell the persons of a cell.
    fn figures(&self) -> Result<Option<Figures>, CountError> {
        let question = self.question;
        let failed = |error| CountError::Engine(question.query.name.clone(), error);
        let (frame, quarters) = self.keys.frame(question.counted_range()).map_err(failed)?;
        let delivered = self.delivered.clone();
        let source = Source { frame: frame.lazy(), quarters, delivered, has_course: true };
        let mut all = rows(question, &source, self.dictionary).map_err(failed)?;
        if let (Some(top), Some(first)) = (&question.query.top, &question.first) {
            all = with_rest(all, top, first);
        } else if let Some(top) = &question.query.top {
            let counts = [top.count_to_rank_by()];
            let cells = self.cells(&all, &counts, &source).map_err(failed)?;
            let Some(counted) = self.counted(&counts, cells)? else { return Ok(None) };
            let frame = counted.frame(&counts[0], top.by).map_err(failed)?;
            let first = ranked(frame.lazy(), top).collect().map_err(failed)?;
            all = with_rest(all, top, &first);
        }
        let counts = question.query.counts();
        let cells = self.cells(&all, &counts, &source).map_err(failed)?;
        Ok(self.counted(&counts, cells)?)
    }

    /// The cells of each level, and the keys that count in them.
    fn cells(
        &self,
        all: &LazyFrame,
        counts: &[Count],
        source: &Source,
    ) -> PolarsResult<Vec<Cells>> {
        let plan = |count: &Count| {
            let rows = narrowed(all.clone(), &count.level.dimensions, self.question, source);
            let rows = match count.level.span {
                Span::Own => rows,
                _ => spread(rows, &count.level, &source.quarters)?,
            };
            Ok(Keys::only(rows, &count.level.dimensions))
        };
        let plans: Vec<_> = counts.iter().map(plan).collect::<PolarsResult<_>>()?;
        let frames = collect(&plans, OptFlags::default())?;
        let key_count = self.keys.len();
        let cells = counts.iter().zip(&frames);
        cells.map(|(it, frame)| Cells::read(frame, &it.level.dimensions, key_count)).collect()
    }

    fn counted(
        &self,
        counts: &[Count],
        cells: Vec<Cells>,
    ) -> Result<Option<Figures>, HistoriesError> {
        let levels = counts.iter().zip(cells).map(|(count, cells)| {
            let distinct = match &self.appearances {
                Spans::FromAppearances(appearances) if !tells_persons_by_quarter(count) => {
                    Some(spans::persons(&cells, &self.keys, self.histories, appearances)?)
                }
                _ => None,
            };
            Some((cells, distinct))
        });
        let Some(levels) = levels.collect::<Option<Vec<_>>>() else { return Ok(None) };
        pass::count(self.histories, &self.keys, counts, levels).map(Some)
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
