//! Applies the rules to the rows of one chunk.

use std::collections::BTreeMap;

use super::context::CheckContext;
use super::facts::BatchFacts;
use super::registry::REGISTRY;
use super::row::{Found, Marks, Row};
use crate::decode::DecodedBatch;
use crate::exact::known;
use crate::finding::{Finding, Severity};
use crate::quarter::Day;

/// What checking adds to decoded rows: one value per row.
#[derive(Debug)]
pub(super) struct Verdicts {
    pub(super) accepted: Vec<bool>,
    regime: Vec<Option<u16>>,
    measure: Vec<Option<u16>>,
    guidance: Vec<Option<u16>>,
    end_day: Vec<Option<Day>>,
}

/// Rows that each rule on single rows has looked at; duplicates are still to be found.
#[derive(Debug)]
pub struct ExaminedBatch {
    pub(super) decoded: DecodedBatch,
    pub(super) verdicts: Verdicts,
    pub(super) findings: Vec<Finding>,
}

/// Checked rows: what is accepted, with regime, measure and guidance, and all findings.
#[derive(Debug)]
pub struct CheckedBatch {
    decoded: DecodedBatch,
    verdicts: Verdicts,
    findings: Vec<Finding>,
}

/// Applies every rule on single rows.
pub fn examine(mut decoded: DecodedBatch, context: &CheckContext) -> ExaminedBatch {
    let facts = BatchFacts::new(&decoded, context);
    let mut marks = Marks::none(decoded.row_count());
    for (place, rule) in REGISTRY.iter().enumerate() {
        marks.begin_rule(place);
        (rule.mark)(&facts, context, &mut marks);
    }
    let (accepted, findings) = look_at(&facts, context, &marks);
    let BatchFacts { regime, measure, guidance, end_day, .. } = facts;
    let verdicts = Verdicts { accepted, regime, measure, guidance, end_day };
    // They are among all findings now.
    decoded.drop_findings();
    ExaminedBatch { decoded, verdicts, findings }
}

/// Asks the rules about the rows they marked: which rows are accepted, and all findings in file order,
/// those of decoding first within a row.
fn look_at(
    facts: &BatchFacts<'_>,
    context: &CheckContext,
    marks: &Marks,
) -> (Vec<bool>, Vec<Finding>) {
    let decoded = facts.batch;
    let mut accepted: Vec<bool> = decoded.rejected().iter().map(|rejected| !rejected).collect();
    let mut findings = decoded.findings().to_vec();
    let mut rest = decoded.findings();
    for (index, places) in marks.marked() {
        let line = decoded.lines()[index];
        rest = &rest[rest.partition_point(|finding| finding.line < line)..];
        let of_row = &rest[..rest.partition_point(|finding| finding.line <= line)];
        let row = Row::new(facts, index, of_row);
        let from = findings.len();
        let mut found = Found::new(context, decoded.part(), line, &mut findings);
        for rule in places.filter_map(|place| REGISTRY.get(place)) {
            (rule.check)(&row, &mut found);
        }
        let rejects = |finding: &Finding| finding.rule.severity == Severity::Reject;
        accepted[index] &= !findings[from..].iter().any(rejects);
    }
    findings.sort_by_key(|finding| finding.line);
    (accepted, findings)
}

impl ExaminedBatch {
    /// What has been found so far.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// The rows once duplicates among them are known; only the index of duplicates calls this.
    pub(super) fn admit(self) -> CheckedBatch {
        let Self { decoded, verdicts, findings } = self;
        CheckedBatch { decoded, verdicts, findings }
    }
}

impl CheckedBatch {
    /// The decoded values of all rows, also the rejected ones.
    pub fn decoded(&self) -> &DecodedBatch {
        &self.decoded
    }

    /// All findings, in file order.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Rejects a row; the finding says why.
    pub(super) fn reject(&mut self, row: usize, finding: Finding) {
        self.verdicts.accepted[row] = false;
        self.findings.push(finding);
        self.findings.sort_by_key(|finding| finding.line);
    }

    /// Rejects rows; the findings say why.
    pub(super) fn reject_all(&mut self, findings: Vec<(usize, Finding)>) {
        for (row, finding) in findings {
            self.verdicts.accepted[row] = false;
            self.findings.push(finding);
        }
        self.findings.sort_by_key(|finding| finding.line);
    }

    /// The rows under the lines they had in another file; `lines` gives them by the lines they
    /// have. Rows and findings stay in the order they are in.
    #[must_use]
    pub fn relabelled(mut self, lines: &BTreeMap<u64, u64>) -> Self {
        self.decoded.relabel(lines);
        for finding in &mut self.findings {
            finding.line = lines.get(&finding.line).copied().unwrap_or(finding.line);
        }
        self
    }

    /// Takes the findings out, to be put back when they have been looked at.
    pub(super) fn take_findings(&mut self) -> Vec<Finding> {
        std::mem::take(&mut self.findings)
    }

    pub(super) fn with_findings(self, findings: Vec<Finding>) -> Self {
        Self { findings, ..self }
    }

    /// Takes the findings out.
    pub fn into_findings(self) -> Vec<Finding> {
        self.findings
    }

    /// Rows read, also those whose fields could not be told apart.
    pub fn row_count_read(&self) -> u64 {
        self.decoded.row_count_read()
    }

    /// Positions of the accepted rows.
    pub fn accepted(&self) -> impl Iterator<Item = usize> {
        self.rows_where(true)
    }

    /// Positions of the rejected rows that have values.
    pub fn rejected(&self) -> impl Iterator<Item = usize> {
        self.rows_where(false)
    }

    fn rows_where(&self, accepted: bool) -> impl Iterator<Item = usize> {
        let rows = self.verdicts.accepted.iter().enumerate();
        rows.filter(move |(_, it)| **it == accepted).map(|(row, _)| row)
    }

    /// Position of an accepted row's regime in the dictionary.
    pub fn regime(&self, row: usize) -> usize {
        known(self.verdicts.regime[row]).into()
    }

    /// Position of an accepted row's measure in the dictionary.
    pub fn measure(&self, row: usize) -> usize {
        known(self.verdicts.measure[row]).into()
    }

    /// Position of a row's guidance in the dictionary.
    pub fn guidance(&self, row: usize) -> Option<usize> {
        self.verdicts.guidance[row].map(usize::from)
    }

    /// The first day of an accepted row.
    pub fn first_day(&self, row: usize) -> Day {
        known(self.decoded.first_day()[row])
    }

    /// The last day of an accepted row, missing ones filled.
    pub fn end_day(&self, row: usize) -> Day {
        known(self.verdicts.end_day[row])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::{DecodeSettings, IdentifierFormat, decode};
    use crate::delivery::{Chunk, DeliveryId, Header};
    use crate::dictionary::Dictionary;
    use crate::sample::Sample;

    #[test]
    fn rows_that_no_rule_marks_break_none() {
        let dictionary = Dictionary::built_in().unwrap();
        let format = IdentifierFormat::National;
        let settings = DecodeSettings::new(format, &dictionary);
        let fixed = vec![("h50".to_owned(), 25_000), ("h100".to_owned(), 50_000)];
        for (id, seed) in [("2004-11", 1), ("2007-05", 2), ("2017-05", 3), ("2018-05", 4)] {
            let (_, window) = DeliveryId::calendar(id).unwrap();
            let mut text = Vec::new();
            Sample::new(3_000, seed, 100_000).write(window, &mut text).unwrap();
            let header = Header::read(&text, true).unwrap();
            let text = text.split_off(header.byte_count());
            let chunk = Chunk { part: 0, first_line: 2, text, position: 0 };
            let decoded = decode(chunk, &header, &settings);
            let context = CheckContext::new(&dictionary, window, format, &fixed);
            let facts = BatchFacts::new(&decoded, &context);
            let mut marks = Marks::none(decoded.row_count());
            marks.all();
            let expected = look_at(&facts, &context, &marks);
            assert!(expected.1.len() > 100, "the sample has mistakes");
            let examined = examine(decoded, &context);
            assert_eq!((examined.verdicts.accepted, examined.findings), expected, "{id}");
        }
    }
}
