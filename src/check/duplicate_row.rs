//! A row equal in all known columns to an earlier row of the same delivery, across its parts.
//!
//! Values are compared as they are decoded: a last day that is filled in, a word for no value and a number
//! of a partner that is not valid are what they are taken as.

use std::collections::BTreeSet;

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
        self.findings.push(finding(self.decoded.part(), self.decoded.lines()[row]));
    }
}

impl CheckedBatch {
    /// Rejects the accepted rows that begin on one of these lines, since the same is stored.
    pub fn reject_duplicates(&mut self, lines: &BTreeSet<u64>) {
        let stored = |row: &usize| lines.contains(&self.decoded().lines()[*row]);
        for row in self.accepted().filter(stored).collect::<Vec<usize>>() {
            let finding = finding(self.decoded().part(), self.decoded().lines()[row]);
            self.reject(row, finding);
        }
    }
}

fn finding(part: usize, line: u64) -> Finding {
    let text = "equal in all known columns to an earlier row of the delivery".into();
    Finding { rule: &RULE, part, line, column: None, text }
}
