//! Counts over person histories: what plans count from the observations, in one pass by person.
//!
//! ```text
//! question → factors (columns that are told apart together) → classes (by the same rows that plans group) → cells (a
//! class of each factor) → pass over the histories → figures
//! ```
//!
//! Which combination counts in which class is worked out by the engine, from the same definitions as
//! plans; only the counting is done here. Never: a count of a question that tells apart what
//! histories do not; that one is [`Declined`], and counted from the observations.

mod calendar;
mod cells;
mod counted;
mod course;
mod error;
mod factors;
mod over;
mod pass;
mod spans;

use polars::prelude::*;

use crate::counting::declined::Declined;
use crate::counting::figures::Figures;
use crate::counting::index::histories::{Axis, Histories};
use crate::counting::polars::columns::columns_of_conditions;
use crate::counting::polars::compile::{collect, ranked};
use crate::counting::polars::rows::{Source, narrowed, rows, spread, with_rest};
use crate::dictionary::Dictionary;
use crate::exact::known;
use crate::metric::Dimension;
use crate::query::language::span::Span;
use crate::query::plan::level::Count;
use crate::query::{Delivered, Question};
use cells::Cells;
use course::Courses;
pub use error::CountError;
use factors::{Factor, KEY, factors};
use over::{Over, Spans, groups, tells_persons_by_quarter};
use spans::Distinct;

/// A question as it is counted over histories, worked out up to the pass over them.
#[derive(Debug)]
pub struct Decided<'a> {
    over: Over<'a>,
    factors: Vec<Factor>,
    courses: Option<Courses>,
    counts: Vec<Count>,
    /// The cells of each count, and their distinct persons where appearances tell them.
    levels: Vec<Level>,
    /// How it is counted.
    pub way: Way,
}

/// What a question is counted over.
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
    /// Whether distinct persons of several quarters come from appearances.
    pub by_appearances: bool,
}

type Level = (Cells, Option<Vec<Distinct>>);

impl Decided<'_> {
    /// Counts all that the question needs, in one pass.
    pub fn figures(self) -> Result<Figures, CountError> {
        let keys = pass::Keys { factors: &self.factors, courses: self.courses.as_ref() };
        Ok(pass::count(&self.over, &keys, &self.counts, self.levels)?)
    }
}

/// How a question is counted over histories, or why it is not. With a top, its first values are ranked for it.
pub fn decide<'a>(
    question: &Question,
    histories: &'a Histories,
    dictionary: &Dictionary,
    delivered: &Delivered,
) -> Result<Decided<'a>, CountError> {
    let axes = axes(question)?;
    tallied(question)?;
    let of_course = of_course(question);
    let asked = Asked { question, dictionary, delivered, axes: &axes, of_course: &of_course };
    if of_course.is_empty()
        && let Some((groups, spans)) = groups(question, &axes, histories)?
    {
        match asked.decide(Over::Groups(Box::new(groups)), None, &spans) {
            // Persons one by one may tell what groups do not.
            Err(CountError::Declined(_)) => {}
            decided => return decided,
        }
    }
    let courses = if of_course.is_empty() {
        None
    } else {
        Some(Courses::read(histories, &of_course, delivered)?)
    };
    asked.decide(Over::Persons(histories), courses, &Spans::ByPerson)
}

/// A question, and what it is worked out by.
struct Asked<'a> {
    question: &'a Question,
    dictionary: &'a Dictionary,
    delivered: &'a Delivered,
    /// The stored columns that it tells apart, the quarter first.
    axes: &'a [Axis],
    /// The dimensions of courses that it needs.
    of_course: &'a [Dimension],
}

impl Asked<'_> {
    fn decide<'h>(
        &self,
        over: Over<'h>,
        courses: Option<Courses>,
        spans: &Spans,
    ) -> Result<Decided<'h>, CountError> {
        let Self { question, axes, of_course, .. } = self;
        let failed = |error| CountError::Engine(question.query.name.clone(), error);
        let factors = factors(question, axes, over.vocabulary(), of_course, courses.as_ref())?;
        let (mut all, source) = self.rows(&factors).map_err(failed)?;
        if let Some(top) = &question.query.top {
            let at = known(factors.iter().position(|it| it.has(top.dimension)));
            let first = match &question.first {
                Some(first) => first.clone(),
                None => {
                    let counts = [top.count_to_rank_by()];
                    let levels = self.levels(&factors, &all, &counts, &source, (&over, spans))?;
                    let keys = pass::Keys { factors: &factors, courses: courses.as_ref() };
                    let counted = pass::count(&over, &keys, &counts, levels)?;
                    let frame = counted.frame(&counts[0], top.by).map_err(failed)?;
                    ranked(frame.lazy(), top).collect().map_err(failed)?
                }
            };
            all[at] = with_rest(all[at].clone(), top, &first);
        }
        let counts = question.query.counts();
        let levels = self.levels(&factors, &all, &counts, &source, (&over, spans))?;
        let stored = axes.iter().map(|it| it.column());
        let way = Way {
            columns: stored.chain(of_course.iter().map(|it| it.name())).collect(),
            persons: over.person_count(),
            entries: over.entry_count(),
            in_groups: matches!(over, Over::Groups(_)),
            by_appearances: levels.iter().any(|(_, distinct)| distinct.is_some()),
        };
        Ok(Decided { over, factors, courses, counts, levels, way })
    }

    /// The rows of each factor, by the same definitions as those of observations; and what all of them are of.
    fn rows(&self, factors: &[Factor]) -> PolarsResult<(Vec<LazyFrame>, Source)> {
        let range = self.question.counted_range();
        let quarters = known(factors[0].quarters(range));
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
        let all = factors.iter().map(of_factor).collect::<PolarsResult<_>>()?;
        Ok((all, source))
    }

    /// The cells of each level, and their distinct persons where these do not come from the pass.
    fn levels(
        &self,
        factors: &[Factor],
        all: &[LazyFrame],
        counts: &[Count],
        source: &Source,
        (over, spans): (&Histories, &Spans),
    ) -> Result<Vec<Level>, CountError> {
        let failed = |error| CountError::Engine(self.question.query.name.clone(), error);
        let frames = self.classes(factors, all, counts, source).map_err(failed)?;
        let mut levels = Vec::new();
        for (count, frames) in counts.iter().zip(frames.chunks(factors.len())) {
            let cells = Cells::read(frames, factors, &count.level.dimensions).map_err(failed)?;
            let cells = cells.ok_or(Declined::Cells)?;
            let distinct = match spans {
                Spans::FromAppearances(appearances) if !tells_persons_by_quarter(count) => {
                    let told = spans::persons(&cells, factors, self.axes, over, appearances);
                    Some(told.ok_or(Declined::Cells)?)
                }
                _ => None,
            };
            levels.push((cells, distinct));
        }
        Ok(levels)
    }

    /// For each level a frame of each factor: its keys, and the values of the level's dimensions that they count in.
    fn classes(
        &self,
        factors: &[Factor],
        all: &[LazyFrame],
        counts: &[Count],
        source: &Source,
    ) -> PolarsResult<Vec<DataFrame>> {
        let mut plans = Vec::new();
        for count in counts {
            for (at, (rows, factor)) in all.iter().zip(factors).enumerate() {
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
        collect(&plans, OptFlags::default())
    }
}

/// The stored columns that a question tells apart, the quarter first.
fn axes(question: &Question) -> Result<Vec<Axis>, Declined> {
    // Its column is the quarter, of which histories know no parts.
    if question.needs(Dimension::Month) {
        return Err(Declined::Column(Dimension::Month.name().to_owned()));
    }
    let mut axes = vec![Axis::Quarter];
    for column in columns_of_conditions(question) {
        let axis = Axis::named(&column).ok_or(Declined::Column(column))?;
        if !axes.contains(&axis) {
            axes.push(axis);
        }
    }
    Ok(axes)
}

/// Declines metrics that a pass does not count.
fn tallied(question: &Question) -> Result<(), Declined> {
    let mut metrics = question.query.counted().into_iter();
    let other = metrics.find(|it| !counted::counts(it.tally()));
    other.map_or(Ok(()), |metric| Err(Declined::Metric(metric.name())))
}

fn of_course(question: &Question) -> Vec<Dimension> {
    Dimension::ALL.into_iter().filter(|it| it.is_of_course() && question.needs(*it)).collect()
}
