//! What a commit says of its delivery, as JSON in the table's log.
//!
//! The types here are the format; a reader of a later version must read what an earlier one wrote,
//! so fields are only ever added, with a default. A field that is not known here is an error.

use serde::{Deserialize, Serialize};

use super::error::WarehouseError;
use super::file_hash::FileHash;
use super::findings::{RowCounts, StoredFinding};
use super::meaning::Meaning;
use crate::attribution::{QuarterTotals, Reconciliation};
use crate::check::quarters_empty;
use crate::exact::known;
use crate::finding::{DeliveryFinding, FindingSummary};
use crate::pseudonym::PseudonymKey;
use crate::quarter::{Quarter, QuarterRange};

/// Key of a delivery's record in the commit's metadata.
pub(super) const RECORD_KEY: &str = "sppis";

/// A committed delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
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
    /// The file of rejected rows without identifiers.
    #[serde(default)]
    pub rejected_rows: Option<String>,
    /// The file of the profile.
    #[serde(default)]
    pub profile: Option<String>,
    /// What would have kept the delivery out as a whole, had it not been accepted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blocking: Vec<DeliveryFindingRecord>,
    /// Hash of what says how rows are read and checked, besides their classification.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reading: Option<String>,
    /// What the figures of the table mean from this commit on; earlier versions did not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meaning: Option<Meaning>,
}

/// All deliveries, classified anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReclassificationRecord {
    /// Version of this format.
    pub format: u32,
    /// Version of the tool that wrote the commit.
    pub tool: String,
    /// Hash of the classification before, where it is known.
    pub before: Option<String>,
    /// What the figures of the table mean from this commit on.
    pub meaning: Meaning,
    /// Observations of the table.
    pub observations: u64,
    /// Those of them that have another regime, measure or guidance than before.
    pub changed: u64,
}

impl DeliveryRecord {
    /// The quarters covered; `None` where the log says none.
    pub fn quarters(&self) -> Option<QuarterRange> {
        self.window.parse().ok()
    }

    /// The files beside the table that this record names, relative to the warehouse.
    pub fn sidecars(&self) -> impl Iterator<Item = &str> {
        let names = [&self.findings, &self.rejected_rows, &self.profile];
        names.into_iter().flatten().map(String::as_str)
    }

    /// All that was found of the delivery as a whole. Empty quarters are read off the reconciliation,
    /// which corrected rows change.
    pub fn of_delivery(&self) -> Vec<DeliveryFindingRecord> {
        let mut found = self.blocking.clone();
        let quarters = self.reconciliation.quarters.iter();
        let quarters = quarters.map(|it| (known(it.quarter.parse().ok()), it.observations));
        let empty = quarters_empty(quarters);
        found.extend(empty.into_iter().map(|it| DeliveryFindingRecord::new(it, false)));
        found
    }

    /// Whether anything of the delivery as a whole keeps it out.
    pub fn is_blocked(&self) -> bool {
        self.blocking.iter().any(|found| !found.accepted)
    }

    /// Keys the hashes of its files, where a log of old says them without a key.
    pub(crate) fn key_hashes(&mut self, key: &PseudonymKey) {
        for part in &mut self.parts {
            part.blake3 = part.blake3.keyed(key);
        }
    }

    /// Rows that a replay has taken back.
    pub fn rows_corrected(&self) -> u64 {
        self.parts.iter().map(|part| part.corrected).sum()
    }
}

/// Something found of a delivery as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeliveryFindingRecord {
    /// The rule's id.
    pub rule: String,
    /// `block` or `warn`.
    pub severity: String,
    /// The variable, where the finding concerns one.
    #[serde(default)]
    pub column: Option<String>,
    /// Expected and found.
    pub text: String,
    /// Whether the user has accepted what blocks.
    #[serde(default)]
    pub accepted: bool,
}

impl DeliveryFindingRecord {
    /// A finding as it is stored.
    pub fn new(finding: DeliveryFinding, accepted: bool) -> Self {
        Self {
            rule: finding.rule.id.to_owned(),
            severity: finding.rule.severity.to_string(),
            column: finding.column.map(ToOwned::to_owned),
            text: finding.text,
            accepted,
        }
    }
}

/// A file of a delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartRecord {
    /// Name without folder.
    pub name: String,
    /// Bytes.
    pub bytes: u64,
    /// BLAKE3 of the bytes, keyed.
    pub blake3: FileHash,
    /// The byte between its fields.
    #[serde(default)]
    pub delimiter: String,
    /// The header of its rejected rows as they are kept: its known columns.
    #[serde(default)]
    pub header: String,
    /// For a file of corrections: rows of it that were accepted.
    #[serde(default)]
    pub corrected: u64,
}

/// Rows with findings of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
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
#[serde(deny_unknown_fields)]
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
#[serde(deny_unknown_fields)]
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

impl ReconciliationRecord {
    /// Adds what corrected rows came to; `cents_rejected` are those of all rows still rejected.
    pub(crate) fn add_corrections(
        &mut self,
        sums: &Reconciliation,
        cents_rejected: i128,
    ) -> Result<(), WarehouseError> {
        fn add(text: &mut String, cents: i128) -> Result<(), WarehouseError> {
            let failed = WarehouseError::table("reading the cents of a delivery's record");
            *text = (text.parse::<i128>().map_err(failed)? + cents).to_string();
            Ok(())
        }
        let accepted = sums.rows_read() - sums.rows_rejected();
        self.rows_accepted += accepted;
        self.rows_rejected -= accepted;
        add(&mut self.cents_accepted, sums.cents_accepted())?;
        add(&mut self.cents_stored, sums.cents_stored())?;
        add(&mut self.cents_clipped, sums.cents_clipped())?;
        self.cents_rejected = cents_rejected.to_string();
        for (quarter, totals) in sums.by_quarter() {
            let name = quarter.to_string();
            let own = known(self.quarters.iter_mut().find(|own| own.quarter == name));
            own.observations += totals.observations;
            add(&mut own.cents, totals.cents)?;
        }
        Ok(())
    }
}

/// The rules of stored findings, rejects first.
pub(crate) fn rules_of(findings: &[StoredFinding]) -> Vec<RuleRecord> {
    let record = |((severity, rule), rows): (&(String, String), &u64)| RuleRecord {
        rule: rule.clone(),
        severity: severity.clone(),
        rows: *rows,
    };
    let mut counts = RowCounts::default();
    for finding in findings {
        counts.add(finding, &finding.rule);
    }
    counts.rows().iter().map(record).collect()
}

/// The rules of a summary as stored.
pub(crate) fn rule_records(summary: &FindingSummary) -> Vec<RuleRecord> {
    let record = |summary: &crate::finding::RuleSummary| RuleRecord {
        rule: summary.rule.id.to_owned(),
        severity: summary.rule.severity.to_string(),
        rows: summary.row_count,
    };
    summary.rules().into_iter().map(record).collect()
}
