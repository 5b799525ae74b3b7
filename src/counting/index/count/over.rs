//! What a question is counted over: groups of persons who are alike in a quarter, persons run by run, or persons over all
//! quarters.
//!
//! In: a question and the columns that it tells apart. Out: the way that is the least work for it. Never: groups for a
//! figure of single persons, or persons of several quarters added up.

use std::collections::BTreeSet;

use super::counted::{CONVENTION_PERSONS, tallies};
use super::units::{Asked, Passing};
use crate::counting::index::histories::{Axis, Histories, Needs};
use crate::metric::{Dimension, Subject, Summed, Tally};
use crate::query::language::span::Span;
use crate::query::plan::level::Count;
use crate::query::{Question, Top};

/// How units are passed.
pub(super) fn passing(
    question: &Question,
    of_course: &[Dimension],
    histories: &Histories,
) -> Passing {
    let is_whole = histories.has_quarters_whole(question.scan_range());
    if of_course.is_empty() && is_whole && is_by_quarter(question) {
        Passing::ByQuarter
    } else {
        Passing::ByPerson
    }
}

/// Whether persons who are alike may be taken together.
pub(super) fn may_be_of_groups(question: &Question, passing: Passing) -> bool {
    // Groups do not tell the months of a quarter apart.
    let is_of_single_persons = question.query.counts_distinct(Subject::PersonMonths)
        || counts_with_ranking(question).any(|count| count.per_person);
    passing == Passing::ByQuarter && !is_of_single_persons
}

/// The columns of runs that a question needs.
pub(super) fn needs(
    question: &Question,
    axes: &[Axis],
    of_course: &[Dimension],
    passing: Passing,
) -> Needs {
    let has = |of: &dyn Fn(Tally) -> bool| {
        counts_with_ranking(question).any(|count| tallies(&count).any(of))
    };
    let mut own: BTreeSet<Axis> = axes.iter().copied().filter(|it| *it != Axis::QUARTER).collect();
    if has(&|it| it == CONVENTION_PERSONS) {
        own.insert(Axis::of("guidance"));
    }
    if !of_course.is_empty() {
        own.insert(Axis::of("measure"));
    }
    let is_of_months = |it: Tally| matches!(it, Tally::Distinct(Subject::PersonMonths, _));
    Needs {
        axes: own,
        persons: passing == Passing::ByPerson,
        observations: has(&|it| it == Tally::Rows),
        days: has(&|it| it == Tally::Sum(Summed::Days)),
        months: has(&is_of_months) || of_course.contains(&Dimension::MeasureMonths),
        amounts: has(&|it| matches!(it, Tally::Sum(Summed::Amount) | Tally::HasAmount))
            || counts_with_ranking(question).any(|count| count.per_person),
    }
}

/// The columns of units that are passed.
pub(super) fn asked(needs: &Needs, of_course: &[Dimension], in_groups: bool) -> Asked {
    Asked {
        observations: needs.observations,
        days: needs.days,
        months: needs.months,
        quarters: needs.months || !of_course.is_empty(),
        measures: !of_course.is_empty(),
        guidances: needs.axes.contains(&Axis::of("guidance")),
        alike: in_groups,
        amounts: needs.amounts,
    }
}

/// Whether each cell is of one quarter, or nothing distinct is counted, and no figure is of single persons.
fn is_by_quarter(question: &Question) -> bool {
    counts_with_ranking(question).all(|count| {
        let is_distinct = count.metrics.iter().any(|it| it.is_distinct());
        !count.per_person && (is_told_by_quarter(&count) || !is_distinct)
    })
}

fn counts_with_ranking(question: &Question) -> impl Iterator<Item = Count> {
    let ranked = question.query.top.iter().map(Top::count_to_rank_by);
    question.query.counts().into_iter().chain(ranked)
}

fn is_told_by_quarter(count: &Count) -> bool {
    count.level.dimensions.contains(&Dimension::Quarter) && count.level.span == Span::Own
}
