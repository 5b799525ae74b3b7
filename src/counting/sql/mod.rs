//! Counting as SQL: the counts of a question as queries with names, over a table `observations`.
//!
//! A third way beside `polars` and `recount`, for people, for other engines, and for checking the first two. What is
//! known before any row is read (places, groups, quarters delivered) stands in the statement as rows of values.
//!
//! In: a question, the dictionary, what was delivered. Out: queries in the order in which they build on each other,
//! the counts of a level under the name that [`level_name`] gives it. Never: a number that is no whole one: amounts
//! are cents.

mod course;
mod expression;
mod levels;
mod lookups;
mod numbers;
mod quarters;
mod rows;
mod top;

use crate::dictionary::Dictionary;
use crate::metric::{Dimension, Metric, Subject};
use crate::quarter::Quarter;
use crate::query::plan::level::Count;
use crate::query::{Delivered, Question};
use crate::sql::Cte;

/// Why a question is not written as SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no statement of SQL is written for `{0}`: ask for it with `sppis run`")]
pub struct Unwritten(&'static str);

/// What of a question is not written as SQL, if anything is not.
pub(crate) fn unwritten(question: &Question) -> Option<Unwritten> {
    let spreads = Dimension::ALL.into_iter().find(|it| it.spreads() && question.needs(*it));
    let has_partners = question.query.counts_distinct(Subject::PersonsAndPartners);
    let partners = has_partners.then(|| Metric::PERSONS_AND_PARTNERS.name());
    spreads.map(Dimension::name).or(partners).map(Unwritten)
}

pub(crate) use levels::{level_name, metric_column, spread_columns, spread_name};
pub(crate) use numbers::{halves_to_even, wide};
pub(crate) use quarters::{QUARTERS, against_column, in_runs};

/// What counts are made of.
#[derive(Clone, Copy)]
pub(crate) struct Counting<'a> {
    pub(crate) question: &'a Question,
    pub(crate) dictionary: &'a Dictionary,
    pub(crate) delivered: &'a Delivered,
    /// The quarters that are asked for, in order.
    pub(crate) asked: &'a [Quarter],
}

impl Counting<'_> {
    /// The queries that count all this.
    pub(crate) fn queries(self, counts: &[Count]) -> Vec<Cte> {
        let mut queries = Vec::new();
        queries.extend(self.quarters());
        queries.extend(self.lookups());
        queries.extend(self.courses());
        queries.extend(self.rows());
        queries.extend(self.ranked());
        for count in counts {
            queries.extend(self.counted(count));
        }
        queries
    }
}
