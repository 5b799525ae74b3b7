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

mod cells;
mod course;
mod pass;

use polars::prelude::*;

use super::compile::{collect, columns_of_conditions, ranked};
use super::figures::Figures;
use super::file::Top;
use super::level::Count;
use super::resolve::Question;
use super::rows::{narrowed, rows, spread, with_rest};
use super::{Source, level::Span};
use crate::dictionary::Dictionary;
use crate::histories::{Axis, Histories, HistoriesError};
use crate::metric::Dimension;
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
) -> Result<Option<Figures>, CountError> {
    let Some(axes) = axes(question) else { return Ok(None) };
    let of_course = of_course(question);
    let courses = match of_course.as_slice() {
        [] => None,
        _ => match Courses::read(histories, &of_course)? {
            None => return Ok(None),
            courses => courses,
        },
    };
    // Where everything is told by quarter, persons who are alike in a quarter count together.
    let condensed = if of_course.is_empty() && is_by_quarter(question) {
        histories.condensed(&axes)?
    } else {
        None
    };
    let histories = condensed.as_ref().unwrap_or(histories);
    let keys = Keys::new(&axes, histories.vocabulary(), &of_course, courses);
    let keys = if keys.len() <= KEYS_WITHOUT_A_LOOK {
        keys
    } else if keys.len() <= COMBINATIONS_MAX {
        keys.that_occur(histories)?
    } else {
        return Ok(None);
    };
    if keys.len() > KEYS_MAX {
        return Ok(None);
    }
    let failed = |error| CountError::Engine(question.query.name.clone(), error);
    let (key_frame, quarters) = keys.frame(question.counted_range()).map_err(failed)?;
    let source = Source { frame: key_frame.lazy(), quarters, has_course: true };
    let mut all = rows(question, &source, dictionary).map_err(failed)?;
    let cells = |all: &LazyFrame, counts: &[Count]| -> PolarsResult<Vec<Cells>> {
        let plan = |count: &Count| {
            let rows = narrowed(all.clone(), &count.level.dimensions, question, &source);
            let rows = match count.level.span {
                Span::Own => rows,
                _ => spread(rows, &count.level, &source.quarters)?,
            };
            Ok(Keys::only(rows, &count.level.dimensions))
        };
        let plans: Vec<_> = counts.iter().map(plan).collect::<PolarsResult<_>>()?;
        let frames = collect(&plans, OptFlags::default())?;
        let cells = counts.iter().zip(&frames);
        cells.map(|(it, frame)| Cells::read(frame, &it.level.dimensions, keys.len())).collect()
    };
    if let Some(top) = &question.query.top {
        let counts = [top.count_to_rank_by()];
        let cells = cells(&all, &counts).map_err(failed)?;
        let counted = pass::count(histories, &keys, &counts, cells)?;
        let frame = counted.frame(&counts[0], top.by).map_err(failed)?;
        let first = ranked(frame.lazy(), top).collect().map_err(failed)?;
        all = with_rest(all, top, &first);
    }
    let counts = question.query.counts();
    let cells = cells(&all, &counts).map_err(failed)?;
    Ok(Some(pass::count(histories, &keys, &counts, cells)?))
}

/// The columns that a question tells apart, if histories hold them.
pub fn columns_over_histories(question: &Question) -> Option<Vec<&'static str>> {
    let stored = axes(question)?.into_iter().map(Axis::column);
    Some(stored.chain(of_course(question).into_iter().map(Dimension::name)).collect())
}

/// Whether no figure is over several quarters or of single persons.
fn is_by_quarter(question: &Question) -> bool {
    let ranked = question.query.top.iter().map(Top::count_to_rank_by);
    question.query.counts().into_iter().chain(ranked).all(|count| {
        let by_quarter = count.level.dimensions.contains(&Dimension::Quarter);
        by_quarter && count.level.span == Span::Own && !count.per_person
    }) && question.query.top.as_ref().is_none_or(|top| top.dimension != Dimension::Quarter)
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
