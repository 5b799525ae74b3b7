//! The answer to a question: typed columns, exact, in the query's order.

use std::cmp::Ordering;

use polars::prelude::*;

use super::compile::CompiledQuery;
use super::file::Query;
use super::resolve::Question;
use crate::metric::{Dimension, Metric};

/// An answer that nobody has looked at for disclosure yet.
#[derive(Debug, Clone)]
pub struct ResultTable {
    question: Question,
    columns: Vec<ResultColumn>,
    row_count: usize,
}

/// A column of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResultColumn {
    /// Name of the dimension or metric.
    pub name: &'static str,
    /// Its values.
    pub values: Values,
}

/// Values of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Values {
    /// Values of a dimension; `None` where the data have none.
    Text(Vec<Option<String>>),
    /// Counts and days.
    Count(Vec<u64>),
    /// Euros, in cents.
    Cents(Vec<i128>),
    /// Euros per person, in cents; `None` where there is no person to divide by.
    Ratio(Vec<Option<i128>>),
}

impl ResultTable {
    /// Reads the collected frame of a compiled query.
    pub(crate) fn read(compiled: &CompiledQuery, frame: &DataFrame) -> PolarsResult<Self> {
        let query = &compiled.question.query;
        let mut columns = Vec::new();
        for dimension in &query.dimensions {
            columns.push(dimension_column(*dimension, frame)?);
        }
        for metric in &query.metrics {
            columns.push(metric_column(*metric, frame)?);
        }
        let question = compiled.question.clone();
        let mut table = Self { question, columns, row_count: frame.height() };
        table.sort();
        Ok(table)
    }

    /// The question.
    pub fn question(&self) -> &Question {
        &self.question
    }

    /// The columns: dimensions, then metrics.
    pub fn columns(&self) -> &[ResultColumn] {
        &self.columns
    }

    /// Rows.
    pub fn row_count(&self) -> usize {
        self.row_count
    }

    /// By the query's order, then by all dimensions, so that no two runs differ; no value last.
    fn sort(&mut self) {
        let query: &Query = &self.question.query;
        let asked = query.order.iter().map(|key| (key.column.as_str(), key.descending));
        let dimensions = query.dimensions.iter().map(|dimension| (dimension.name(), false));
        let keys: Vec<(&Values, bool)> = asked
            .chain(dimensions)
            .filter_map(|(name, descending)| {
                let column = self.columns.iter().find(|column| column.name == name)?;
                Some((&column.values, descending))
            })
            .collect();
        let mut order: Vec<usize> = (0..self.row_count).collect();
        order.sort_by(|a, b| {
            let compared =
                keys.iter().map(|(values, descending)| values.compare(*a, *b, *descending));
            compared.fold(Ordering::Equal, Ordering::then)
        });
        for column in &mut self.columns {
            column.values = column.values.reordered(&order);
        }
    }
}

impl Values {
    /// Whether row `a` stands before row `b`; no value stands last in either direction.
    fn compare(&self, a: usize, b: usize, descending: bool) -> Ordering {
        fn optional<T: Ord>(a: Option<&T>, b: Option<&T>, descending: bool) -> Ordering {
            a.is_none().cmp(&b.is_none()).then(directed(&a, &b, descending))
        }
        fn directed<T: Ord>(a: &T, b: &T, descending: bool) -> Ordering {
            if descending { b.cmp(a) } else { a.cmp(b) }
        }
        match self {
            Self::Text(texts) => optional(texts[a].as_ref(), texts[b].as_ref(), descending),
            Self::Count(counts) => directed(&counts[a], &counts[b], descending),
            Self::Cents(cents) => directed(&cents[a], &cents[b], descending),
            Self::Ratio(ratios) => optional(ratios[a].as_ref(), ratios[b].as_ref(), descending),
        }
    }

    fn reordered(&self, order: &[usize]) -> Self {
        match self {
            Self::Text(values) => Self::Text(order.iter().map(|at| values[*at].clone()).collect()),
            Self::Count(values) => Self::Count(order.iter().map(|at| values[*at]).collect()),
            Self::Cents(values) => Self::Cents(order.iter().map(|at| values[*at]).collect()),
            Self::Ratio(values) => Self::Ratio(order.iter().map(|at| values[*at]).collect()),
        }
    }
}

fn dimension_column(dimension: Dimension, frame: &DataFrame) -> PolarsResult<ResultColumn> {
    let texts = frame.column(dimension.name())?.str()?;
    let values = texts.iter().map(|text| text.map(ToOwned::to_owned)).collect();
    Ok(ResultColumn { name: dimension.name(), values: Values::Text(values) })
}

fn metric_column(metric: Metric, frame: &DataFrame) -> PolarsResult<ResultColumn> {
    let values = match metric {
        Metric::Observations | Metric::Persons | Metric::ConventionPersons | Metric::Days => {
            Values::Count(counts(metric, frame)?)
        }
        Metric::Amount => Values::Cents(cents(frame)?),
        Metric::AmountPerConventionPerson => {
            let persons = counts(Metric::ConventionPersons, frame)?;
            let pairs = cents(frame)?.into_iter().zip(persons);
            Values::Ratio(pairs.map(|(cents, persons)| divided(cents, persons)).collect())
        }
    };
    Ok(ResultColumn { name: metric.name(), values })
}

fn counts(metric: Metric, frame: &DataFrame) -> PolarsResult<Vec<u64>> {
    let counts = frame.column(metric.name())?.cast(&DataType::UInt64)?;
    Ok(counts.u64()?.iter().map(Option::unwrap_or_default).collect())
}

fn cents(frame: &DataFrame) -> PolarsResult<Vec<i128>> {
    let amounts = frame.column(Metric::Amount.name())?;
    Ok(amounts.decimal()?.physical().iter().map(Option::unwrap_or_default).collect())
}

/// Cents per person, rounded half to even.
fn divided(cents: i128, persons: u64) -> Option<i128> {
    if persons == 0 {
        return None;
    }
    let persons = i128::from(persons);
    let (quotient, remainder) = (cents.div_euclid(persons), cents.rem_euclid(persons));
    let up = match (2 * remainder).cmp(&persons) {
        Ordering::Less => false,
        Ordering::Equal => quotient % 2 != 0,
        Ordering::Greater => true,
    };
    Some(quotient + i128::from(up))
}

#[cfg(test)]
mod tests {
    use super::divided;

    #[test]
    fn euros_per_person_are_rounded_half_to_even() {
        let cases = [(10, 4, 2), (30, 4, 8), (50, 4, 12), (-10, 4, -2), (-30, 4, -8), (100, 3, 33)];
        for (cents, persons, expected) in cases {
            assert_eq!(divided(cents, persons), Some(expected), "{cents} / {persons}");
        }
        assert_eq!(divided(100, 0), None);
    }
}
