//! What a commit says of its delivery, as JSON in the table's log.
//!
//! The types here are the format; a reader of a later version must read what an earlier one wrote,
//! so fields are only ever added, with a default.

use serde::{Deserialize, Serialize};

use crate::attribution::{QuarterTotals, Reconciliation};
use crate::finding::FindingSummary;
use crate::quarter::Quarter;

/// Key of the record in the commit's metadata.
pub(super) const RECORD_KEY: &str = "sppis";

/// A committed delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryRecord {
    /// Version of this format.
    pub format: u32,
    /// The delivery's id.
    pub delivery: String,
    /// 1 for the first commit of the delivery, then counted up.
    pub revision: u32,
    /// Quarters covered, `2005Q3..2005Q4`.
    pub window: String,
    /// The files, in the order given.
    pub parts: Vec<PartRecord>,
    /// Hash of everything besides the bytes that the figures depend on.
    pub settings: String,
    /// Version of the tool that wrote the commit.
    pub tool: String,
    /// Rows and cents.
    pub reconciliation: ReconciliationRecord,
    /// Rows by broken rule.
    pub rules: Vec<RuleRecord>,
    /// The findings' file, relative to the warehouse.
    pub findings: Option<String>,
}

/// A file of a delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartRecord {
    /// Name without folder.
    pub name: String,
    /// Bytes.
    pub bytes: u64,
    /// BLAKE3 of the bytes.
    pub blake3: String,
}

/// Rows with findings of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleRecord {
    /// The rule's id.
    pub rule: String,
    /// `reject` or `warn`.
    pub severity: String,
    /// Rows with at least one finding of the rule.
    pub rows: u64,
}

/// Rows and cents; cents as text, since JSON numbers are floats to many readers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReconciliationRecord {
    /// Rows read.
    pub rows_read: u64,
    /// Rows accepted.
    pub rows_accepted: u64,
    /// Rows rejected.
    pub rows_rejected: u64,
    /// Cents of the accepted rows.
    pub cents_accepted: String,
    /// Cents of rejected rows whose amount could be read.
    #[serde(default)]
    pub cents_rejected: String,
    /// Cents stored.
    pub cents_stored: String,
    /// Cents outside the window.
    pub cents_clipped: String,
    /// By quarter of the window.
    pub quarters: Vec<QuarterRecord>,
}

/// One quarter of a reconciliation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuarterRecord {
    /// The quarter.
    pub quarter: String,
    /// Observations.
    pub observations: u64,
    /// Cents.
    pub cents: String,
}

impl From<&Reconciliation> for ReconciliationRecord {
    fn from(reconciliation: &Reconciliation) -> Self {
        let quarter = |(quarter, totals): (&Quarter, &QuarterTotals)| QuarterRecord {
            quarter: quarter.to_string(),
            observations: totals.observations,
            cents: totals.cents.to_string(),
        };
        Self {
            rows_read: reconciliation.rows_read(),
            rows_accepted: reconciliation.rows_accepted(),
            rows_rejected: reconciliation.rows_rejected(),
            cents_accepted: reconciliation.cents_accepted().to_string(),
            cents_rejected: reconciliation.cents_rejected().to_string(),
            cents_stored: reconciliation.cents_stored().to_string(),
            cents_clipped: reconciliation.cents_clipped().to_string(),
            quarters: reconciliation.by_quarter().iter().map(quarter).collect(),
        }
    }
}

/// The rules of a summary as stored.
pub fn rule_records(summary: &FindingSummary) -> Vec<RuleRecord> {
    let record = |summary: &crate::finding::RuleSummary| RuleRecord {
        rule: summary.rule.id.to_owned(),
        severity: summary.rule.severity.to_string(),
        rows: summary.row_count,
    };
    summary.rules().into_iter().map(record).collect()
}
