//! What a question is counted over: persons one by one, or groups of persons who are alike in a quarter.
//!
//! In: a question and the columns that it tells apart. Out: the groups that are enough for it, and where its distinct
//! persons of several quarters come from. Never: groups for a figure of single persons, or persons of several quarters
//! added up.

use std::ops::Deref;

use crate::counting::index::histories::{Appearances, Axis, Histories, HistoriesError};
use crate::metric::{Dimension, Subject};
use crate::query::language::span::Span;
use crate::query::plan::level::Count;
use crate::query::{Question, Top};

/// What is passed.
#[derive(Debug)]
pub(super) enum Over<'a> {
    /// Persons one by one.
    Persons(&'a Histories),
    /// Groups of persons who are alike in a quarter.
    Groups(Box<Histories>),
}

impl Deref for Over<'_> {
    type Target = Histories;

    fn deref(&self) -> &Histories {
        match self {
            Self::Persons(histories) => histories,
            Self::Groups(groups) => groups,
        }
    }
}

/// Where distinct persons of several quarters come from.
#[derive(Debug)]
pub(super) enum Spans {
    /// Every person is passed, or nothing is over several quarters.
    ByPerson,
    /// Persons are passed by quarter.
    FromAppearances(Appearances),
}

/// The groups to count over where persons need not be passed one by one: those who are alike in a
/// quarter count together, and over several quarters, distinct persons come from their appearances.
pub(super) fn groups(
    question: &Question,
    axes: &[Axis],
    histories: &Histories,
) -> Result<Option<(Histories, Spans)>, HistoriesError> {
    if is_of_single_persons(question) {
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

/// Whether no figure is over several quarters or of single persons.
fn is_by_quarter(question: &Question) -> bool {
    counts_with_ranking(question).all(|count| is_told_by_quarter(&count) && !count.per_person)
        && question.query.top.as_ref().is_none_or(|top| top.dimension != Dimension::Quarter)
}

/// Whether a figure is of single persons.
fn is_of_single_persons(question: &Question) -> bool {
    // Groups do not tell the months of a quarter apart.
    question.query.counts_distinct(Subject::PersonMonths)
        || counts_with_ranking(question).any(|count| count.per_person)
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
pub(super) fn tells_persons_by_quarter(count: &Count) -> bool {
    is_told_by_quarter(count) || !count.metrics.iter().any(|it| it.is_distinct())
}
