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
mod factors;
mod over;
mod pass;
mod passing;
mod units;

use polars::prelude::*;

use crate::counting::count_error::CountError;
use crate::counting::declined::Declined;
use crate::counting::figures::Figures;
use crate::counting::index::histories::{Axis, Histories, Needs, Opened, Value};
use crate::counting::polars::columns::columns_of_conditions;
use crate::counting::polars::compile::{collect, ranked};
use crate::counting::polars::rows::{Source, narrowed, rows, spread, with_rest};
use crate::counting::way::Way;
use crate::dictionary::Dictionary;
use crate::exact::known;
use crate::metric::Dimension;
use crate::query::language::span::Span;
use crate::query::plan::level::Count;
use crate::query::{Delivered, Question};
use cells::Cells;
use course::Courses;
use factors::{Factor, KEY, factors};
use over::{asked, may_be_of_groups, needs, passing};
use units::{Asked, Maker, Passing};

/// A question as it is counted over histories, worked out up to the pass over them.
#[derive(Debug)]
pub struct Decided {
    over: Over,
    factors: Vec<Factor>,
    courses: Option<Courses>,
    counts: Vec<Count>,
    /// The cells of each count.
    levels: Vec<Cells>,
    way: Way,
}

/// What is passed.
#[derive(Debug)]
struct Over {
    opened: Opened,
    passing: Passing,
    asked: Asked,
    in_groups: bool,
    /// Whether a guidance is that of a partnership convention, by its number.
    is_convention: Vec<bool>,
}

impl Decided {
    /// How it is counted.
    pub fn into_way(self) -> Way {
        self.way
    }

    /// Counts all that the question needs, in one pass.
    pub fn figures(self) -> Figures {
        self.over.count(&self.factors, self.courses.as_ref(), &self.counts, &self.levels)
    }
}

impl Over {
    fn count(
        &self,
        factors: &[Factor],
        courses: Option<&Courses>,
        counts: &[Count],
        cells: &[Cells],
    ) -> Figures {
        // A key of a course is not known before its person is.
        let counts_anywhere = |(at, factor): (usize, &Factor)| {
            let of_levels = cells.iter().map(|it| it.counts(at));
            let anywhere = of_levels
                .reduce(|all, own| all.into_iter().zip(own).map(|(all, own)| all || own).collect());
            let is_known = factor.of_course().is_empty();
            let selective = anywhere.filter(|it: &Vec<bool>| is_known && it.contains(&false));
            selective.into_iter().flatten().collect()
        };
        let keys: Vec<Vec<bool>> = factors.iter().enumerate().map(counts_anywhere).collect();
        let maker = Maker {
            opened: &self.opened,
            passing: self.passing,
            factors,
            asked: self.asked,
            counts: &keys,
            whole_persons: courses.is_some(),
        };
        let by = pass::By { courses, is_convention: &self.is_convention };
        pass::count(&maker, by, counts, cells)
    }
}

/// How a question is counted over histories, or why it is not. With a top, its first values are ranked for it.
pub fn decide(
    question: &Question,
    histories: &Histories,
    dictionary: &Dictionary,
    delivered: &Delivered,
) -> Result<Decided, CountError> {
    let axes = axes(question)?;
    tallied(question)?;
    let of_course = of_course(question);
    let passing = passing(question, &of_course, histories);
    let needs = needs(question, &axes, &of_course, passing);
    let over = over(question, histories, &needs, passing, &of_course)?;
    let courses = if of_course.is_empty() {
        None
    } else {
        let by_file = histories.has_quarters_whole(question.scan_range());
        let passing = if by_file { Passing::ByQuarter } else { Passing::ByPerson };
        Some(Courses::read(&over.opened, &of_course, delivered, passing)?)
    };
    let asked = Asking { question, dictionary, delivered, axes: &axes, of_course: &of_course };
    asked.decide(over, courses)
}

/// Reads what a question is counted over: groups, where they tell what it asks for.
fn over(
    question: &Question,
    histories: &Histories,
    needs: &Needs,
    passing: Passing,
    of_course: &[Dimension],
) -> Result<Over, CountError> {
    let range = question.scan_range();
    let groups = if may_be_of_groups(question, passing) {
        histories.open_groups(range, needs)?
    } else {
        None
    };
    let in_groups = groups.is_some();
    let opened = match groups {
        Some(groups) => groups,
        None => histories.open(range, needs)?,
    };
    let is_convention = |value: &Option<Value>| {
        let text = value.as_ref().and_then(Value::as_text);
        text.is_some_and(|text| histories.conventions().contains(text))
    };
    let guidances = opened.values(Axis::of("guidance")).iter();
    let is_convention = guidances.map(is_convention).collect();
    let asked = asked(needs, of_course, in_groups);
    Ok(Over { opened, passing, asked, in_groups, is_convention })
}

/// A question, and what it is worked out by.
struct Asking<'a> {
    question: &'a Question,
    dictionary: &'a Dictionary,
    delivered: &'a Delivered,
    /// The stored columns that it tells apart, the quarter first.
    axes: &'a [Axis],
    /// The dimensions of courses that it needs.
    of_course: &'a [Dimension],
}

impl Asking<'_> {
    fn decide(&self, over: Over, courses: Option<Courses>) -> Result<Decided, CountError> {
        let Self { question, axes, of_course, .. } = self;
        let failed = |error| CountError::Engine(question.query.name.clone(), error);
        let of_courses = courses.iter();
        let of_courses =
            of_courses.flat_map(|it| of_course.iter().map(|own| (*own, it.values(*own))));
        let factors = factors(question, axes, &over.opened, of_courses.collect())?;
        let (mut all, source) = self.rows(&factors).map_err(failed)?;
        if let Some(top) = &question.query.top {
            let at = known(factors.iter().position(|it| it.has(top.dimension)));
            let first = match &question.first {
                Some(first) => first.clone(),
                None => {
                    let counts = [top.count_to_rank_by()];
                    let cells = self.cells(&factors, &all, &counts, &source)?;
                    let counted = over.count(&factors, courses.as_ref(), &counts, &cells);
                    let frame = counted.frame(&counts[0], top.by).map_err(failed)?;
                    ranked(frame.lazy(), top).collect().map_err(failed)?
                }
            };
            all[at] = with_rest(all[at].clone(), top, &first);
        }
        let counts = question.query.counts();
        let levels = self.cells(&factors, &all, &counts, &source)?;
        let stored = axes.iter().map(|it| it.column());
        let way = Way {
            columns: stored.chain(of_course.iter().map(|it| it.name())).collect(),
            runs: over.opened.runs().len() as u64,
            made: over.opened.made as u64,
            entries: over.opened.entry_count(),
            in_groups: over.in_groups,
            by_person: over.passing == Passing::ByPerson,
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

    /// The cells of each level.
    fn cells(
        &self,
        factors: &[Factor],
        all: &[LazyFrame],
        counts: &[Count],
        source: &Source,
    ) -> Result<Vec<Cells>, CountError> {
        let failed = |error| CountError::Engine(self.question.query.name.clone(), error);
        let frames = self.classes(factors, all, counts, source).map_err(failed)?;
        let of_levels = counts.iter().zip(frames.chunks(factors.len()));
        let cells = of_levels.map(|(count, frames)| {
            let cells = Cells::read(frames, factors, &count.level.dimensions).map_err(failed)?;
            Ok(cells.ok_or(Declined::Cells)?)
        });
        cells.collect()
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
    let mut axes = vec![Axis::QUARTER];
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
