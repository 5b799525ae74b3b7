//! The counts of a question a second way: a plain fold over the rows, for checking the engine.
//!
//! In: a question and its rows as Arrow batches, read by another reader than the engine's. Out: how
//! many figures are the same, and every one that is not. Nothing of `compile` is used
//! here: dimensions, filter, tops and spans are worked out row by row from their definitions.

mod course;
mod evaluate;
mod row;
mod value;

use crate::counting::figures::Checked;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use arrow::array::RecordBatch;

use crate::counting::figures::{BEYOND, Figures, Key, Row as Cells};
use crate::dictionary::Dictionary;
use crate::exact::fitting;
use crate::metric::{Among, Dimension, Metric, Subject, Summed, Tally};
use crate::quarter::Quarter;
use crate::query::plan::level::Count;
use crate::query::{Delivered, Question, Top};
use course::Courses;
use row::Row;

/// The rows of a quarter, batch by batch; read once for each pass.
pub type Batches<'a, E> = &'a dyn Fn(&mut dyn FnMut(Quarter, &RecordBatch)) -> Result<(), E>;

/// Counts a question from its rows and compares with what was counted otherwise.
pub fn check<E>(
    question: &Question,
    figures: &Figures,
    dictionary: &Dictionary,
    delivered: &Delivered,
    batches: Batches<'_, E>,
) -> Result<Checked, E> {
    let counts = question.query.counts();
    let mut courses = Courses::new(delivered);
    if question.needs_course() {
        batches(&mut |quarter, batch| {
            let row = |at| Row::new(batch, at, quarter, &question.query.bands, dictionary);
            for row in (0..batch.num_rows()).map(row) {
                courses.add(&row.place(), row.months());
            }
        })?;
    }
    let rows = Rows { question, dictionary, courses: &courses };
    let mut first = None;
    if let Some(top) = &question.query.top {
        let mut ranking = Ranking { top, question, values: BTreeMap::new() };
        batches(&mut |quarter, batch| {
            for row in rows.of(quarter, batch) {
                ranking.add(&row);
            }
        })?;
        first = Some(ranking.first());
    }
    let mut folded: Vec<HashMap<Key, Cell>> = counts.iter().map(|_| HashMap::new()).collect();
    batches(&mut |quarter, batch| {
        for mut row in rows.of(quarter, batch) {
            if let (Some(top), Some(first)) = (&question.query.top, &first) {
                row.cut(top, first);
            }
            for (count, cells) in counts.iter().zip(&mut folded) {
                add(&row, question, count, cells);
            }
        }
    })?;
    let folded = counts.iter().zip(folded).map(|(count, cells)| {
        let cells = cells.into_iter().map(|(key, cell)| (key, cell.cells(count)));
        (count.clone(), cells.collect())
    });
    Ok(figures.compared_with(&Figures::of(folded.collect())))
}

/// What rows are worked out with.
#[derive(Clone, Copy)]
struct Rows<'a> {
    question: &'a Question,
    dictionary: &'a Dictionary,
    courses: &'a Courses<'a>,
}

impl<'a> Rows<'a> {
    /// The rows of a batch that the question counts.
    fn of<'b>(self, quarter: Quarter, batch: &'b RecordBatch) -> impl Iterator<Item = Row<'b>>
    where
        'a: 'b,
    {
        let Self { question, dictionary, courses } = self;
        let row = move |at| {
            Row::new(batch, at, quarter, &question.query.bands, dictionary).within(courses)
        };
        let has_roles = question.needs(Dimension::Role);
        let has_months = question.needs(Dimension::Month);
        let parts = move |at| {
            let of_partner = row(at).of_partner().filter(|_| has_roles);
            let rows = std::iter::once(row(at)).chain(of_partner);
            rows.flat_map(move |row| if has_months { row.by_month() } else { vec![row] })
        };
        // Quarters that only say what a person had before or after are not counted.
        let counted = question.counted_range().is_none_or(|range| range.contains(quarter));
        let count = if counted { batch.num_rows() } else { 0 };
        (0..count).flat_map(parts).filter(move |row| {
            let passes = |filter: &crate::query::language::filter::Filter| {
                evaluate::holds(filter.condition(), row)
            };
            question.query.filter.as_ref().is_none_or(passes)
                && question
                    .row_conditions()
                    .all(|(dimension, values)| values.contains(&row.value(*dimension)))
        })
    }
}

/// Whether a row counts in cells that are not by quarter.
fn is_asked(row: &Row<'_>, question: &Question) -> bool {
    question.shows(row.quarter())
}

fn add(row: &Row<'_>, question: &Question, count: &Count, cells: &mut HashMap<Key, Cell>) {
    let by_quarter = count.level.dimensions.contains(&Dimension::Quarter);
    if !by_quarter && !is_asked(row, question) {
        return;
    }
    for quarter in count.level.span.targets(row.quarter()) {
        let value = |dimension: &Dimension| match dimension {
            Dimension::Quarter => Some(quarter.to_string()),
            Dimension::Year => Some(quarter.year().to_string()),
            other => row.value(*other),
        };
        let key = count.level.dimensions.iter().map(|it| value(it).map(Arc::from)).collect();
        cells.entry(key).or_default().add(row, &count.metrics);
    }
}

/// What is counted of one cell.
#[derive(Debug, Default)]
struct Cell {
    observations: i128,
    days: i128,
    cents: i128,
    distinct: HashMap<(Subject, Among), HashSet<(i64, i32)>>,
    amounts: HashMap<i64, i128>,
}

impl Cell {
    fn add(&mut self, row: &Row<'_>, metrics: &[Metric]) {
        self.observations += 1;
        self.days += i128::from(row.days());
        for metric in metrics {
            if let Tally::Distinct(subject, among) = metric.tally()
                && (among == Among::Rows || row.is_under_convention())
            {
                self.distinct.entry((subject, among)).or_default().extend(row.subjects(subject));
            }
        }
        if let Some(cents) = row.cents() {
            self.cents += cents;
            *self.amounts.entry(row.person()).or_default() += cents;
        }
    }

    fn metric(&self, metric: Metric) -> i128 {
        match metric.tally() {
            Tally::Rows => self.observations,
            Tally::Sum(Summed::Amount) => self.cents,
            Tally::Sum(Summed::Days) => self.days,
            Tally::HasAmount => i128::from(!self.amounts.is_empty()),
            Tally::Distinct(subject, among) => {
                self.distinct.get(&(subject, among)).map_or(0, |it| fitting(it.len()))
            }
            // No counts: they are made of others.
            Tally::Quotient(..) | Tally::MonthlyMean(_) => 0,
        }
    }

    fn cells(&self, count: &Count) -> Cells {
        let mut amounts: Vec<i128> = self.amounts.values().copied().collect();
        amounts.sort_unstable();
        let amounts = if count.per_person { amounts } else { Vec::new() };
        Cells { values: count.metrics.iter().map(|it| self.metric(*it)).collect(), amounts }
    }
}

/// The values of a top's dimension, by the values of those it is ranked within.
struct Ranking<'a> {
    top: &'a Top,
    question: &'a Question,
    values: BTreeMap<Key, BTreeMap<String, Cell>>,
}

/// The values shown one by one, behind the values of the dimensions they are ranked within.
type First = BTreeSet<Key>;

impl Ranking<'_> {
    fn add(&mut self, row: &Row<'_>) {
        let by_quarter = self.top.within.contains(&Dimension::Quarter);
        if !by_quarter && !is_asked(row, self.question) {
            return;
        }
        let within = self.top.within.iter().map(|it| row.value(*it).map(Arc::from)).collect();
        if let Some(value) = row.value(self.top.dimension) {
            self.values
                .entry(within)
                .or_default()
                .entry(value)
                .or_default()
                .add(row, &[self.top.by]);
        }
    }

    fn first(&self) -> First {
        let mut first = First::new();
        for (within, values) in &self.values {
            let mut ranked: Vec<(i128, &String)> =
                values.iter().map(|(name, it)| (it.metric(self.top.by), name)).collect();
            ranked.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
            for (_, name) in ranked.into_iter().take(self.top.count) {
                first.insert([within.as_slice(), &[Some(Arc::from(name.as_str()))]].concat());
            }
        }
        first
    }
}

impl Row<'_> {
    /// Puts a value that is not among the first with the rest.
    fn cut(&mut self, top: &Top, first: &First) {
        let dimensions = top.within.iter().chain([&top.dimension]);
        let key: Key = dimensions.map(|it| self.value(*it).map(Arc::from)).collect();
        if key.last().is_some_and(Option::is_some) && !first.contains(&key) {
            self.replace(top.dimension, BEYOND);
        }
    }
}
