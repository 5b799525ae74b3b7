//! Result to released table, under a policy: the one way out for figures.
//!
//! In: a `ResultTable`. Out: a [`ReleasedTable`], the only thing that exporters accept, made
//! nowhere else. The policy is written into it, so that a reader can tell what was let through.
//!
//! There is one policy: [`Policy::Internal`], for use inside the institution, which lets every
//! cell through unchanged. The published documentation of the source states no threshold for
//! small cells, and none is made up here.

use crate::answer::ResultTable;
pub use crate::answer::{
    Cell, MARK, Member, Numbers, REST, ResultColumn, STATUS_ENDING, TOTAL, Unit, Values,
};
use crate::document::Labels;
use crate::metric::Dimension;
use crate::quarter::QuarterRange;
pub use crate::query::{Against, Delivered, Derived, Formula, Kind, Note, Picture, Statistic};

/// What may leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Policy {
    /// Every cell, for use inside the institution.
    #[default]
    Internal,
}

impl Policy {
    /// Its name in what is released.
    pub fn name(self) -> &'static str {
        match self {
            Self::Internal => "internal",
        }
    }
}

/// A table that may be shown and exported under its policy.
#[derive(Debug, Clone)]
pub struct ReleasedTable {
    result: ResultTable,
    policy: Policy,
}

/// Lets a result out under a policy.
pub(crate) fn release(result: ResultTable, policy: Policy) -> ReleasedTable {
    match policy {
        Policy::Internal => ReleasedTable { result, policy },
    }
}

impl ReleasedTable {
    /// Some of its rows: by dimension a value, `total`, `first`, `last`, or `each` without their total.
    pub fn narrowed(&self, only: &[(String, String)]) -> Result<Self, String> {
        Ok(Self { result: self.result.narrowed(only)?, policy: self.policy })
    }

    /// Name of the query it answers.
    pub fn query_name(&self) -> &str {
        &self.result.question().query().name
    }

    /// BLAKE3 of the query's file.
    pub fn query_hash(&self) -> &str {
        &self.result.question().query().hash
    }

    /// Title of the query.
    pub fn title(&self) -> &Labels {
        &self.result.question().query().title
    }

    /// The quarters asked for; all without one.
    pub fn range(&self) -> Option<QuarterRange> {
        self.result.question().range()
    }

    /// The values that rows were narrowed to, as `dimension=value`.
    pub fn conditions(&self) -> Vec<String> {
        self.result.question().conditions()
    }

    /// Names and values of parameters, also the defaults.
    pub fn parameters(&self) -> Vec<(&str, &str)> {
        self.result.question().parameter_values().collect()
    }

    /// Whether figures over some of their quarters only were to be left out.
    pub fn is_complete_only(&self) -> bool {
        self.result.question().is_complete_only()
    }

    /// What the query answers.
    pub fn description(&self) -> &Labels {
        &self.result.question().query().description
    }

    /// The dimension whose values stand beside each other where people read.
    pub fn across(&self) -> Option<&'static str> {
        self.result.question().query().columns.map(Dimension::name)
    }

    /// Whether it shows other values in one group of rows than in another, for their rank there.
    pub fn ranks_within(&self) -> bool {
        self.result.question().query().top.as_ref().is_some_and(|it| !it.within.is_empty())
    }

    /// The metric that the query's file defines under a name.
    pub fn derived(&self, name: &str) -> Option<&Derived> {
        self.result.question().query().derived.iter().find(|it| it.name == name)
    }

    /// Names of the counts in it that do not add up over its rows.
    pub fn not_additive(&self) -> Vec<String> {
        let query = self.result.question().query();
        let counts = query.metrics.iter().filter(|it| !it.is_additive() && !it.is_ratio());
        let over_quarters = |derived: &&Derived| {
            matches!(derived.formula, Formula::Cumulative(_) | Formula::Moving(..))
        };
        let derived = query.derived.iter().filter(over_quarters);
        let names = counts.map(|metric| metric.name().to_owned());
        names.chain(derived.map(|it| it.name.clone())).collect()
    }

    /// Whether each combination of values in which somebody was has a row: it answers a query over one
    /// state, none of its rows were left out, and no values are together in the rest of one row alone.
    pub fn has_every_row(&self) -> bool {
        let query = self.result.question().query();
        let is_compared = self.columns().iter().any(|it| it.name == "revision");
        let leaves_out = self.notes().iter().any(|it| matches!(it, Note::LeftOut { .. }));
        let is_alike = query.top.as_ref().is_none_or(|top| top.within.is_empty());
        !query.metrics.is_empty() && is_alike && !is_compared && !leaves_out
    }

    /// The quarters that its partial numbers lack, each alone or in ranges.
    pub fn lacking(&self) -> &[String] {
        self.result.lacking()
    }

    /// The quarters that were delivered in the state that is asked for.
    pub fn delivered(&self) -> &Delivered {
        self.result.delivered()
    }

    /// What a reader must know of its figures.
    pub fn notes(&self) -> &[Note] {
        self.result.notes()
    }

    /// How the query's file has its figures drawn.
    pub fn picture(&self) -> &Picture {
        &self.result.question().query().picture
    }

    /// Whether the query's file says an order of rows.
    pub fn is_ordered(&self) -> bool {
        !self.result.question().query().order.is_empty()
    }

    /// Whether rows can be of any quarter within its range.
    pub fn is_of_all_quarters(&self) -> bool {
        self.result.question().is_of_all_quarters()
    }

    /// The policy it was released under.
    pub fn policy(&self) -> Policy {
        self.policy
    }

    /// Its columns: dimensions, then metrics.
    pub fn columns(&self) -> &[ResultColumn] {
        self.result.columns()
    }

    /// Rows.
    pub fn row_count(&self) -> usize {
        self.result.row_count()
    }
}
