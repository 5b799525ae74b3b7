//! A row equal in all known columns to an earlier row of the same delivery, across its parts.

use super::batch::{CheckedBatch, ExaminedBatch};
use super::seen::Seen;
use crate::finding::{Finding, Rule, Severity};

/// `check.duplicate-row`
pub(super) static RULE: Rule = Rule {
    id: "check.duplicate-row",
    severity: Severity::Reject,
    meaning: "no row equals an earlier row of the delivery in all known columns",
    help: "the first of the equal rows is kept; ask the sender whether the others are meant",
};

/// The rows of a delivery met so far, by the hash of their values.
#[derive(Debug, Default)]
pub struct DuplicateIndex {
    seen: Seen,
}

impl DuplicateIndex {
    /// Rejects the duplicates of a wave of batches, which must come in file order. Fails where the
    /// temporary files of a large delivery cannot be written or read.
    pub fn admit(&mut self, mut wave: Vec<ExaminedBatch>) -> std::io::Result<Vec<CheckedBatch>> {
        let hashes: Vec<&[u128]> = wave.iter().map(|batch| batch.decoded.row_hashes()).collect();
        let duplicates = self.seen.take(&hashes)?;
        for (at, row) in &duplicates {
            wave[*at].reject_duplicate(*row);
        }
        let mut changed: Vec<usize> = duplicates.into_iter().map(|(at, _)| at).collect();
        changed.sort_unstable();
        changed.dedup();
        for at in changed {
            wave[at].findings.sort_by_key(|finding| finding.line);
        }
        Ok(wave.into_iter().map(ExaminedBatch::admit).collect())
    }
}

impl ExaminedBatch {
    fn reject_duplicate(&mut self, row: usize) {
        self.verdicts.accepted[row] = false;
        self.findings.push(Finding {
            rule: &RULE,
            part: self.decoded.part(),
            line: self.decoded.lines()[row],
            column: None,
            text: "equal in all known columns to an earlier row of the delivery".into(),
        });
    }
}
