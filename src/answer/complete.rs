//! The cells of a complete answer: every combination of values, also those without observations,
//! and why a cell can have no number.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::column::Cell;
use crate::counting::Figures;
use crate::counting::figures::Key;
use crate::dictionary::{Dictionary, Validity};
use crate::exact::fitting;
use crate::metric::{AFTER_GAP, Dimension, Metric};
use crate::quarter::{Month, Quarter, QuarterRange};
use crate::query::language::span::Span;
use crate::query::plan::delivered::ranges;
use crate::query::plan::values::{YEARS, known_values};
use crate::query::{Delivered, Question};

/// What there can be figures of: the quarters that deliveries cover, and what the dictionary says.
#[derive(Debug, Clone, Default)]
pub struct Coverage {
    delivered: Delivered,
    /// When EBENCONVCM has a value.
    amount_validity: Option<Validity>,
    /// Regimes that fill EBENCONVCM in; any when empty.
    pub(super) amount_regimes: Vec<String>,
}

impl Coverage {
    /// Of the windows of the current deliveries.
    pub fn new(windows: impl Iterator<Item = QuarterRange>, dictionary: &Dictionary) -> Self {
        let amount = dictionary.variable("EBENCONVCM");
        Self {
            delivered: Delivered::new(windows),
            amount_validity: amount.map(|it| it.validity),
            amount_regimes: amount.map_or_else(Vec::new, |it| it.regimes.clone()),
        }
    }

    /// The quarters delivered.
    pub fn delivered(&self) -> &Delivered {
        &self.delivered
    }

    /// Whether a quarter has been delivered.
    pub(crate) fn has(&self, quarter: Quarter) -> bool {
        self.delivered.has(quarter)
    }

    /// Whether what a metric counts exists in a quarter.
    pub(crate) fn exists(&self, metric: Metric, quarter: Quarter) -> bool {
        let valid = |it: Validity| it.contains(quarter.last_day());
        !metric.is_of_conventions() || self.amount_validity.is_none_or(valid)
    }

    /// Why a cell of a complete answer that holds nothing has no number, if it has none: of the
    /// quarters it stands for none has the variable, or none was delivered.
    pub(crate) fn lacking(
        &self,
        metric: Option<Metric>,
        dimensions: &[Dimension],
        key: &Key,
        asked: &[Quarter],
    ) -> Option<Cell> {
        let value = |wanted| {
            let at = dimensions.iter().position(|it| *it == wanted)?;
            key.get(at)?.as_deref()
        };
        let same = |wanted, text: String| value(wanted).is_none_or(|value| value == text);
        let has_month = |it: Quarter| {
            value(Dimension::Month)
                .is_none_or(|own| Month::of_quarter(it).any(|it| it.to_string() == own))
        };
        let of_cell = |it: &&Quarter| {
            has_month(**it)
                && same(Dimension::Quarter, it.to_string())
                && same(Dimension::Year, it.year().to_string())
        };
        let quarters: Vec<Quarter> = asked.iter().filter(of_cell).copied().collect();
        if quarters.is_empty() {
            return Some(Cell::NotDelivered);
        }
        let fills = |regime: &str| {
            self.amount_regimes.is_empty() || self.amount_regimes.iter().any(|it| it == regime)
        };
        let exists = metric.is_none_or(|metric| {
            quarters.iter().any(|it| self.exists(metric, *it))
                && (!metric.is_of_conventions() || value(Dimension::Regime).is_none_or(fills))
        });
        if !exists {
            return Some(Cell::NotApplicable);
        }
        (!quarters.iter().any(|it| self.has(*it))).then_some(Cell::NotDelivered)
    }

    /// The quarters that a question asks for and that were not delivered, each alone or in ranges.
    pub fn undelivered(&self, question: &Question) -> Vec<String> {
        let asked = self.asked(question).into_iter().filter(|_| question.narrows_time());
        ranges(&asked.filter(|it| !self.has(*it)).collect())
    }

    /// The quarters asked for, in order: those named, otherwise those of the range or from the first
    /// to the last delivered.
    pub(crate) fn asked(&self, question: &Question) -> Vec<Quarter> {
        let mut quarters =
            question.named_quarters().unwrap_or_else(|| self.quarters(question.range()));
        quarters.retain(|quarter| question.shows(*quarter));
        quarters
    }

    fn quarters(&self, range: Option<QuarterRange>) -> Vec<Quarter> {
        // An end that was not given is the first or last quarter there is.
        let given = |quarter: Quarter| YEARS.contains(&quarter.year());
        let from = range.map(QuarterRange::first).filter(|it| given(*it));
        let to = range.map(QuarterRange::last).filter(|it| given(*it));
        // Where the other end lies beyond, that is all there is of the range.
        let first = from.or_else(|| self.delivered.first().into_iter().chain(to).min());
        let last = to.or_else(|| self.delivered.last().into_iter().chain(from).max());
        let ends = first.zip(last);
        let quarters = ends.and_then(|(first, last)| QuarterRange::new(first, last).ok());
        quarters.into_iter().flat_map(QuarterRange::iter).collect()
    }
}

/// The most rows that a complete answer may have at a level: more are read by nobody, and fill the memory.
const ROWS_MAX: u64 = 4_000_000;

/// A complete answer with more rows than it may have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "query `{query}`: `complete` asks for {rows} rows, every combination of values, and may ask for {ROWS_MAX}; \
     leave `complete` out, or narrow the answer with `--where`, `--from` and `--to`"
)]
pub struct TooManyRows {
    query: String,
    rows: u64,
}

/// Every combination of the values of `dimensions`; an error where there are more than a complete answer may have,
/// before any is made.
pub(crate) fn combinations(
    dimensions: &[Dimension],
    question: &Question,
    figures: &Figures,
    asked: &[Quarter],
    dictionary: &Dictionary,
) -> Result<BTreeSet<Key>, TooManyRows> {
    let values = values(dimensions, question, figures, asked, dictionary);
    let counts = values.iter().map(|it| fitting::<_, u64>(it.len()));
    // No figure: more than a number can tell is too many as well.
    let rows = counts.fold(1, u64::saturating_mul);
    if rows > ROWS_MAX {
        return Err(TooManyRows { query: question.query.name.clone(), rows });
    }
    let mut keys: Vec<Key> = vec![Vec::new()];
    for values in values {
        let with = |key: &Key| -> Vec<Key> {
            values.iter().map(|it| [key.as_slice(), std::slice::from_ref(it)].concat()).collect()
        };
        keys = keys.iter().flat_map(with).collect();
    }
    Ok(keys.into_iter().collect())
}

/// The values of each dimension that a complete answer has.
fn values(
    dimensions: &[Dimension],
    question: &Question,
    figures: &Figures,
    asked: &[Quarter],
    dictionary: &Dictionary,
) -> Vec<BTreeSet<Option<Arc<str>>>> {
    let found: Vec<&Key> = figures.keys(dimensions, Span::Own).collect();
    let mut all = Vec::with_capacity(dimensions.len());
    for (at, dimension) in dimensions.iter().enumerate() {
        let only = question.wheres.get(dimension);
        let is_asked = |it: &Option<Arc<str>>| {
            only.is_none_or(|only| only.iter().any(|one| one.as_deref() == it.as_deref()))
        };
        let mut values: BTreeSet<Option<Arc<str>>> =
            found.iter().map(|key| key[at].clone()).collect();
        match dimension {
            Dimension::Quarter => values.extend(asked.iter().map(|it| Some(it.to_string().into()))),
            Dimension::Month => {
                let months = asked.iter().flat_map(|it| Month::of_quarter(*it));
                values.extend(months.map(|it| Some(it.to_string().into())));
            }
            Dimension::Year => {
                values.extend(asked.iter().map(|it| Some(it.year().to_string().into())));
            }
            _ => {
                let known = known_values(*dimension, question.query(), dictionary);
                // With a top, the values beyond the first are one row.
                let cut =
                    question.query().top.as_ref().is_some_and(|it| it.dimension == *dimension);
                let known = known.filter(|_| !cut).into_iter().flatten();
                // What deliveries without a gap never have is no value that they lack.
                let known = known.map(|it| Some(Arc::from(it)));
                values.extend(known.filter(|it| {
                    it.as_deref() != Some(AFTER_GAP) || only.is_some() && is_asked(it)
                }));
            }
        }
        values.retain(is_asked);
        all.push(values);
    }
    all
}
