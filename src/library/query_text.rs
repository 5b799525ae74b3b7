//! A query put together in code: the text that a person would write.
//!
//! In: metrics, dimensions, a filter. Out: the text of a query's file, which is read as any other, so that there
//! is one way to be wrong. Never: a query that no file could say.

use std::fmt;

use crate::metric::{Dimension, Metric};

/// The text of a query, one key after another.
///
/// What has no method here (derived metrics, a top, parameters, words in several languages) is appended to
/// the text, as `queries/README.md` says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryText {
    metrics: Vec<&'static str>,
    dimensions: Vec<&'static str>,
    totals: Vec<Vec<&'static str>>,
    order: Vec<String>,
    filter: Option<String>,
}

impl QueryText {
    /// Of these figures, in the order of the columns.
    pub fn of(metrics: impl IntoIterator<Item = Metric>) -> Self {
        let metrics = metrics.into_iter().map(Metric::name).collect();
        let (dimensions, totals, order) = Default::default();
        Self { metrics, dimensions, totals, order, filter: None }
    }

    /// Broken down by these.
    #[must_use]
    pub fn by(self, dimensions: impl IntoIterator<Item = Dimension>) -> Self {
        Self { dimensions: dimensions.into_iter().map(Dimension::name).collect(), ..self }
    }

    /// With rows over all values of the dimensions that are not among these, counted from the observations.
    #[must_use]
    pub fn total(mut self, dimensions: impl IntoIterator<Item = Dimension>) -> Self {
        self.totals.push(dimensions.into_iter().map(Dimension::name).collect());
        self
    }

    /// Of the observations that meet a condition in the language of filters.
    #[must_use]
    pub fn filter(self, condition: &str) -> Self {
        Self { filter: Some(condition.to_owned()), ..self }
    }

    /// Sorted by a column too, `-` before its name for the largest first.
    #[must_use]
    pub fn order(mut self, column: &str) -> Self {
        self.order.push(column.to_owned());
        self
    }
}

impl fmt::Display for QueryText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "metrics = {:?}", self.metrics)?;
        writeln!(f, "dimensions = {:?}", self.dimensions)?;
        if !self.totals.is_empty() {
            writeln!(f, "totals = {:?}", self.totals)?;
        }
        if !self.order.is_empty() {
            let order: Vec<String> = self.order.iter().map(|it| quoted(it)).collect();
            writeln!(f, "order = [{}]", order.join(", "))?;
        }
        self.filter.iter().try_for_each(|filter| writeln!(f, "filter = {}", quoted(filter)))
    }
}

impl From<QueryText> for String {
    fn from(text: QueryText) -> Self {
        text.to_string()
    }
}

/// A text as TOML has it; its escapes are those of JSON.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::Query;

    #[test]
    fn what_is_put_together_is_read_as_it_was_meant() {
        let filter = "region = '04000' AND\n\tcpas <> '\\\"é'";
        let text = QueryText::of([Metric::PERSONS, Metric::AMOUNT])
            .by([Dimension::Quarter, Dimension::Regime])
            .total([Dimension::Quarter])
            .total([])
            .order("-amount")
            .filter(filter);
        let query = Query::read("own", "own", &text.to_string()).unwrap();
        assert_eq!(query.metrics, [Metric::PERSONS, Metric::AMOUNT]);
        assert_eq!(query.dimensions, [Dimension::Quarter, Dimension::Regime]);
        assert_eq!(query.totals, [vec![Dimension::Quarter], vec![]]);
        assert_eq!(query.filter_text(), Some(filter));
        assert!(query.order.iter().all(|key| key.descending && key.column == "amount"));
    }
}
