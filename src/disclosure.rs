//! Result to released table, under a policy: the one way out for figures.
//!
//! In: a [`ResultTable`]. Out: a [`ReleasedTable`], the only thing that exporters accept, made
//! nowhere else. The policy is written into it, so that a reader can tell what was let through.
//!
//! There is one policy: [`Policy::Internal`], for use inside the institution, which lets every
//! cell through unchanged. The published documentation of the source states no threshold for
//! small cells, and none is made up here.

use crate::query::{Question, ResultColumn, ResultTable};

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
pub fn release(result: ResultTable, policy: Policy) -> ReleasedTable {
    match policy {
        Policy::Internal => ReleasedTable { result, policy },
    }
}

impl ReleasedTable {
    /// The question it answers.
    pub fn question(&self) -> &Question {
        self.result.question()
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
