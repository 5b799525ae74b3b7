//! What was counted, by level and cell: exact integers, read from the collected frames.

use std::collections::{BTreeSet, HashMap};

use polars::prelude::*;

use crate::exact::{fitting, known};
use crate::metric::{Dimension, Metric};
use crate::query::Question;
use crate::query::Top;
use crate::query::language::span::Span;
use crate::query::plan::level::{Count, Level};

/// The values of a level's dimensions; `None` where the data have none. Cells share their texts: an answer of
/// millions of rows has few values.
pub(crate) type Key = Vec<Option<Arc<str>>>;

/// Stands in a key for the values of a top that are not among the first. No value begins with a
/// space, so that this is none of them.
pub(crate) const BEYOND: &str = " rest";

/// The counts of a question.
#[derive(Debug)]
pub struct Figures(Vec<Counted>);

#[derive(Debug)]
struct Counted {
    level: Level,
    metrics: Vec<Metric>,
    rows: Rows,
}

/// Cells by the values of their dimensions. Nothing depends on the order of the map.
pub(crate) type Rows = HashMap<Key, Row, PlRandomState>;

/// The metrics of a cell, and the amounts of its persons in rising order.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) values: Vec<i128>,
    pub(crate) amounts: Vec<i128>,
}

impl Figures {
    /// Reads the frames of these counts, in the same order.
    pub(crate) fn read(counts: &[Count], frames: &[DataFrame]) -> PolarsResult<Self> {
        let counted = counts.iter().zip(frames).map(|(count, frame)| Counted::read(count, frame));
        counted.collect::<PolarsResult<_>>().map(Self)
    }

    /// Of cells that were counted otherwise.
    pub(crate) fn of(counted: Vec<(Count, Rows)>) -> Self {
        let counted = counted.into_iter().map(|(count, rows)| {
            let Count { level, metrics, .. } = count;
            Counted { level, metrics, rows }
        });
        Self(counted.collect())
    }

    /// The cells of the one level that was counted, with a metric, as the engine would give them.
    pub(crate) fn frame(&self, count: &Count, metric: Metric) -> PolarsResult<DataFrame> {
        let dimensions = &count.level.dimensions;
        let keys: Vec<&Key> = self.keys(dimensions, count.level.span).collect();
        let text = |at: usize| keys.iter().map(|key| key[at].as_deref()).collect::<Vec<_>>();
        let texts = dimensions.iter().enumerate();
        let mut columns: Vec<Column> =
            texts.map(|(at, dimension)| Column::new(dimension.name().into(), text(at))).collect();
        let value = |key: &&Key| self.value(dimensions, count.level.span, key, metric);
        // Counts and cents of a cell are far from the end of 64 bits.
        let values = keys.iter().map(value).map(|it| fitting::<_, i64>(it));
        columns.push(Column::new(metric.name().into(), values.collect::<Vec<_>>()));
        DataFrame::new(keys.len(), columns)
    }

    /// Compares cell by cell; a cell without rows is one of zeros.
    pub(crate) fn compared_with(&self, other: &Self) -> Checked {
        let mut checked = Checked::default();
        for (counted, other) in self.0.iter().zip(&other.0) {
            let keys: BTreeSet<&Key> = counted.rows.keys().chain(other.rows.keys()).collect();
            for key in keys {
                let zeros = Row { values: vec![0; counted.metrics.len()], amounts: Vec::new() };
                let [first, second] = [counted, other].map(|it| it.rows.get(key).unwrap_or(&zeros));
                checked.figures += (first.values.len() + first.amounts.len()) as u64;
                if first != second {
                    checked.differences.push(counted.described(key, first, second));
                }
            }
        }
        checked
    }

    fn counted(&self, dimensions: &[Dimension], span: Span) -> Option<&Counted> {
        self.0.iter().find(|it| it.level.span == span && it.level.dimensions == dimensions)
    }

    /// The cells that have rows.
    pub(crate) fn keys(&self, dimensions: &[Dimension], span: Span) -> impl Iterator<Item = &Key> {
        self.counted(dimensions, span).into_iter().flat_map(|it| it.rows.keys())
    }

    /// The values that a top showed one by one, as its ranking gave them: behind the values of the
    /// dimensions that it ranked within.
    pub(crate) fn first(&self, dimensions: &[Dimension], top: &Top) -> PolarsResult<DataFrame> {
        let ranked: Vec<Dimension> = top.within.iter().chain([&top.dimension]).copied().collect();
        let place = |it: &Dimension| dimensions.iter().position(|known| known == it);
        let places: Vec<usize> = ranked.iter().filter_map(place).collect();
        let of_key = |key: &Key| -> Key { places.iter().map(|at| key[*at].clone()).collect() };
        let shown =
            |key: &Key| key.last().and_then(Option::as_deref).is_some_and(|it| it != BEYOND);
        let keys = self.keys(dimensions, Span::Own).map(of_key).filter(shown);
        let keys: BTreeSet<Key> = keys.collect();
        let text = |at: usize| keys.iter().map(|key| key[at].as_deref()).collect::<Vec<_>>();
        let columns = ranked.iter().enumerate();
        let columns = columns.map(|(at, it)| Column::new(it.name().into(), text(at))).collect();
        DataFrame::new(keys.len(), columns)
    }

    /// The cells that have rows, with what was counted of them.
    pub(crate) fn cells(&self, dimensions: &[Dimension]) -> impl Iterator<Item = (&Key, &Row)> {
        self.counted(dimensions, Span::Own).into_iter().flat_map(|it| &it.rows)
    }

    /// What was counted of a cell.
    pub(crate) fn counts(&self, dimensions: &[Dimension], key: &Key) -> Option<&Row> {
        self.counted(dimensions, Span::Own)?.rows.get(key)
    }

    /// Where a metric stands among the values of the cells of a level.
    pub(crate) fn place_of(&self, dimensions: &[Dimension], metric: Metric) -> Option<usize> {
        self.counted(dimensions, Span::Own)?.place_of(metric)
    }

    /// A metric of a cell; nothing counted is 0.
    pub(crate) fn value(
        &self,
        dimensions: &[Dimension],
        span: Span,
        key: &Key,
        metric: Metric,
    ) -> i128 {
        let counted = known(self.counted(dimensions, span));
        let at = known(counted.place_of(metric));
        counted.rows.get(key).map_or(0, |row| row.values[at])
    }
}

impl Counted {
    fn place_of(&self, metric: Metric) -> Option<usize> {
        self.metrics.iter().position(|known| *known == metric)
    }

    /// A cell that differs: its place, and both values of each metric.
    fn described(&self, key: &Key, first: &Row, second: &Row) -> String {
        let places = self.level.dimensions.iter().zip(key);
        let place = places.map(|(dimension, value)| {
            let value = value.as_deref().map_or("(none)", str::trim_start);
            format!("{}={value}", dimension.name())
        });
        let values = self.metrics.iter().zip(first.values.iter().zip(&second.values));
        let differing = values.filter(|(_, (first, second))| first != second);
        let values = differing
            .map(|(metric, (first, second))| format!("{} {first} and {second}", metric.name()));
        let mut texts: Vec<String> = place.chain(values).collect();
        if first.amounts != second.amounts {
            texts.push("amounts of persons".to_owned());
        }
        texts.join(", ")
    }

    fn read(count: &Count, frame: &DataFrame) -> PolarsResult<Self> {
        let texts = |dimension: &Dimension| frame.column(dimension.name())?.str().map(shared);
        let dimensions = count.level.dimensions.iter().map(texts);
        let dimensions = dimensions.collect::<PolarsResult<Vec<_>>>()?;
        let values = count.metrics.iter().map(|metric| values(*metric, frame));
        let values = values.collect::<PolarsResult<Vec<_>>>()?;
        let mut amounts = if count.per_person { amounts(frame)? } else { Vec::new() };
        amounts.resize(frame.height(), Vec::new());
        let row = |(at, amounts): (usize, Vec<i128>)| {
            let key = dimensions.iter().map(|texts| texts[at].clone()).collect();
            (key, Row { values: values.iter().map(|it| it[at]).collect(), amounts })
        };
        let rows = amounts.into_iter().enumerate().map(row).collect();
        Ok(Self { level: count.level.clone(), metrics: count.metrics.clone(), rows })
    }
}

/// The texts of a column, each distinct one held once.
fn shared(texts: &StringChunked) -> Vec<Option<Arc<str>>> {
    let mut known: PlHashMap<&str, Arc<str>> = PlHashMap::default();
    let mut one = |text: _| Arc::clone(known.entry(text).or_insert_with(|| text.into()));
    texts.iter().map(|text| text.map(&mut one)).collect()
}

fn values(metric: Metric, frame: &DataFrame) -> PolarsResult<Vec<i128>> {
    let column = frame.column(metric.name())?;
    if column.dtype().is_decimal() {
        return Ok(column.decimal()?.physical().iter().map(known).collect());
    }
    let counts = column.cast(&DataType::UInt64)?;
    Ok(counts.u64()?.iter().map(|it| i128::from(known(it))).collect())
}

fn amounts(frame: &DataFrame) -> PolarsResult<Vec<Vec<i128>>> {
    let lists = frame.column(AMOUNTS)?.list()?;
    let mut cells = Vec::with_capacity(frame.height());
    for at in 0..frame.height() {
        let mut amounts: Vec<i128> = match lists.get_as_series(at) {
            Some(series) => series.i64()?.iter().flatten().map(i128::from).collect(),
            None => Vec::new(),
        };
        amounts.sort_unstable();
        cells.push(amounts);
    }
    Ok(cells)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_that_was_counted_otherwise_is_seen_and_named() {
        let figures = |persons: i128, cents: i128| {
            let level = Level { dimensions: vec![Dimension::Regime], span: Span::Own };
            let metrics = vec![Metric::OBSERVATIONS, Metric::AMOUNT];
            let count = Count { level, metrics, per_person: true };
            let row = Row { values: vec![persons, cents], amounts: vec![cents] };
            Figures::of(vec![(count, Rows::from_iter([(vec![None], row)]))])
        };
        assert_eq!(figures(2, 50).compared_with(&figures(2, 50)).differences, [""; 0]);
        let checked = figures(2, 50).compared_with(&figures(3, 51));
        let text = "regime=(none), observations 2 and 3, amount 50 and 51, amounts of persons";
        assert_eq!(checked.differences, [text]);
        let (none, some) = (Figures::of(vec![]), figures(0, 0));
        assert_eq!(none.compared_with(&some).figures, 0);
    }
}

/// Name of the amounts of single persons.
pub(crate) const AMOUNTS: &str = "amounts";

/// What a check came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checked {
    /// Figures that were counted twice.
    pub figures: u64,
    /// The cells that differ, described; nothing of a person.
    pub differences: Vec<String>,
}

impl Question {
    /// The same question, to be answered with the ranking that these figures of another state were
    /// counted by.
    pub(crate) fn ranked_as(&self, figures: &Figures) -> PolarsResult<Self> {
        let first = self.query.top.as_ref().map(|top| figures.first(&self.query.dimensions, top));
        Ok(self.ranked_by(first.transpose()?))
    }
}
