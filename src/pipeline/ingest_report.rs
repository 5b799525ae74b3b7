//! What became of a delivery that was to be taken in.

use super::replacement::Replacement;
use crate::attribution::Reconciliation;
use crate::check::Profile;
use crate::counting::HistoriesError;
use crate::finding::FindingSummary;
use crate::warehouse::{DeliveryRecord, StagedSidecars, StoredFindings, WarehouseError};

/// What an ingestion came to.
#[derive(Debug)]
pub struct IngestReport {
    /// What became of the delivery.
    pub outcome: Outcome,
    /// Rows and cents.
    pub reconciliation: Reconciliation,
    /// Findings by rule.
    pub findings: FindingSummary,
    /// The budgets that were exceeded, in words.
    pub exceeded: Vec<String>,
    /// What is said of the delivery, whether it was committed or not.
    pub record: DeliveryRecord,
    /// What goes and what comes, where other bytes of the delivery are current.
    pub replacement: Option<Replacement>,
    /// What else is to be said, such as what could not be looked at, in words.
    pub notes: Vec<String>,
    /// All findings, if asked for.
    pub details: Option<Details>,
    /// Why person histories could not be renewed after the commit, which stands.
    pub histories_problem: Option<HistoriesProblem>,
}

impl IngestReport {
    /// Why the delivery was refused, in words.
    pub fn reasons(&self) -> Vec<String> {
        let blocks = self.record.blocking.iter().filter(|found| !found.accepted);
        let mut rules: Vec<&str> = blocks.map(|found| found.rule.as_str()).collect();
        rules.dedup();
        let broken = rules.into_iter().map(|rule| format!("as a whole it breaks {rule}"));
        self.exceeded.iter().cloned().chain(broken).collect()
    }
}

/// All that was found in a delivery.
#[derive(Debug)]
pub struct Details {
    /// The findings, in file order.
    pub findings: StoredFindings,
    /// What the accepted rows are like.
    pub profile: Profile,
}

impl Details {
    /// What is written beside the table.
    pub(super) fn of(sidecars: &StagedSidecars) -> Result<Self, WarehouseError> {
        Ok(Self { findings: sidecars.findings()?, profile: sidecars.profile()? })
    }
}

/// What became of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is current, as this revision and version.
    Committed {
        /// Revision of the delivery.
        revision: u32,
        /// Version of the table.
        version: u64,
    },
    /// The same bytes under the same settings are already current.
    Unchanged {
        /// Revision of the delivery.
        revision: u32,
        /// Version of the table that committed it.
        version: u64,
    },
    /// More rows were rejected than the budget allows, or what was found of the delivery as a whole
    /// keeps it out; nothing was committed.
    Refused,
    /// All was done but the commit.
    DryRun,
}

/// Why person histories could not be renewed.
#[derive(Debug, thiserror::Error)]
pub enum HistoriesProblem {
    /// The warehouse could not be read.
    #[error(transparent)]
    Warehouse(#[from] WarehouseError),
    /// They could not be made.
    #[error(transparent)]
    Histories(#[from] HistoriesError),
    /// The reader of those that were there did not expect what they say.
    #[error("the earlier ones are damaged")]
    Panicked,
}
