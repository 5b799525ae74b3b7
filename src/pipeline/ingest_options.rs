//! How a delivery is to be taken in.

use crate::attribution::Reconciliation;
use crate::delivery::IgnoredColumns;
use crate::finding::{Budget, FindingSummary};
use crate::warehouse::Waiting;

/// How the ingestion is to be done.
#[derive(Debug, Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub struct IngestOptions {
    /// Rejects allowed in all.
    pub budget: Budget,
    /// Rejects allowed of single rules, by id.
    pub rule_budgets: Vec<(&'static str, Budget)>,
    /// Columns that are no known variable, whatever their names are like.
    pub ignored_columns: IgnoredColumns,
    /// Rules of deliveries as a whole, by id, that may be broken.
    pub accepted: Vec<&'static str>,
    /// Variables that may be gone although the delivery before had values of them.
    pub without_columns: Vec<&'static str>,
    /// Do all but the commit.
    pub dry_run: bool,
    /// Replace a delivery although a replay has taken corrected rows into it.
    pub discard_corrections: bool,
    /// Replace a delivery although most of it does not come back, or parts of it are not there.
    pub replace: bool,
    /// Commit the delivery also when the same bytes are current: its files may be damaged.
    pub again: bool,
    /// Give back every finding, whatever becomes of the delivery.
    pub details: bool,
    /// Told where the ingestion has to wait for others before it begins.
    pub waiting: Option<Waiting>,
}

impl IngestOptions {
    /// The budgets that the rejects exceed, in words.
    pub(super) fn exceeded(&self, summary: &FindingSummary, sums: &Reconciliation) -> Vec<String> {
        let (rejected, read) = (sums.rows_rejected(), sums.rows_read());
        let mut exceeded = Vec::new();
        if !self.budget.allows(rejected, read) {
            exceeded.push(format!("more rows rejected than the budget of {} allows", self.budget));
        }
        for (rule, budget) in &self.rule_budgets {
            if !budget.allows(summary.row_count(rule), read) {
                exceeded.push(format!("more rows break {rule} than its budget of {budget} allows"));
            }
        }
        exceeded
    }
}
