//! The answer to a question: typed columns, exact, in the query's order.

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
        table.sort_by_ratio();
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

    /// The engine cannot sort by what is computed after it; the sort here is stable.
    fn sort_by_ratio(&mut self) {
        let name = Metric::AmountPerConventionPerson.name();
        let query: &Query = &self.question.query;
        let Some(key) = query.order.first().filter(|key| key.column == name) else { return };
        let Some(ResultColumn { values: Values::Ratio(ratios), .. }) =
            self.columns.iter().find(|column| column.name == name)
        else {
            return;
        };
        let mut order: Vec<usize> = (0..self.row_count).collect();
        order.sort_by(|a, b| {
            let (a, b) = (ratios[*a], ratios[*b]);
            let values = if key.descending { b.cmp(&a) } else { a.cmp(&b) };
            a.is_none().cmp(&b.is_none()).then(values)
        });
        for column in &mut self.columns {
            column.values = column.values.reordered(&order);
        }
    }
}

impl Values {
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
        std::cmp::Ordering::Less => false,
        std::cmp::Ordering::Equal => quotient % 2 != 0,
        std::cmp::Ordering::Greater => true,
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
