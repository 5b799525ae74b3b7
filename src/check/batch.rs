//! Applies the rules to the rows of one chunk.

use arrow::array::Array as _;

use super::REGISTRY;
use super::context::{BatchFacts, CheckContext, Found, Row};
use crate::decode::{DecodedBatch, IdentifierColumn};
use crate::dictionary::CodeColumn;
use crate::finding::{Finding, Severity};
use crate::quarter::{Day, end_of_month};

/// What checking adds to a decoded row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Verdict {
    pub(super) accepted: bool,
    pub(super) regime: usize,
    pub(super) measure: usize,
    pub(super) guidance: Option<usize>,
    pub(super) end_day: Day,
}

/// Rows that each rule on single rows has looked at; duplicates are still to be found.
#[derive(Debug)]
pub struct ExaminedBatch {
    pub(super) decoded: DecodedBatch,
    pub(super) verdicts: Vec<Verdict>,
    pub(super) findings: Vec<Finding>,
}

/// Checked rows: what is accepted, with regime, measure and guidance, and all findings.
#[derive(Debug)]
pub struct CheckedBatch {
    decoded: DecodedBatch,
    verdicts: Vec<Verdict>,
    findings: Vec<Finding>,
}

/// Applies every rule on single rows.
pub fn examine(decoded: DecodedBatch, context: &CheckContext) -> ExaminedBatch {
    let facts = BatchFacts::new(&decoded, context);
    let mut findings = Vec::new();
    let mut verdicts = Vec::with_capacity(decoded.lines().len());
    let mut rest = decoded.findings();
    for (index, line) in decoded.lines().iter().enumerate() {
        let before = rest.partition_point(|finding| finding.line < *line);
        let upto = rest.partition_point(|finding| finding.line <= *line);
        findings.extend_from_slice(&rest[..upto]);
        let decode_findings = &rest[before..upto];
        rest = &rest[upto..];
        let row = read_row(&decoded, &facts, context, index, decode_findings);
        let from = findings.len();
        let mut found = Found::new(context, decoded.part(), *line, &mut findings);
        for (_, check) in &REGISTRY {
            check(&row, &mut found);
        }
        let rejects = |finding: &Finding| finding.rule.severity == Severity::Reject;
        verdicts.push(Verdict {
            accepted: !decoded.rejected()[index] && !findings[from..].iter().any(rejects),
            regime: row.regime.unwrap_or(usize::MAX),
            measure: row.measure.unwrap_or(usize::MAX),
            guidance: row.guidance,
            end_day: row.end_day.unwrap_or(Day::MIN),
        });
    }
    findings.extend_from_slice(rest);
    ExaminedBatch { decoded, verdicts, findings }
}

fn read_row<'a>(
    batch: &'a DecodedBatch,
    facts: &'a BatchFacts<'a>,
    context: &CheckContext,
    index: usize,
    decode_findings: &'a [Finding],
) -> Row<'a> {
    let day = |days: &arrow::array::Date32Array| days.is_valid(index).then(|| days.value(index));
    let (first_day, last_day) = (day(batch.first_day()), day(batch.last_day()));
    let cents = batch.cents();
    let mut row = Row {
        facts,
        index,
        decode_findings,
        first_day,
        last_day,
        end_day: last_day,
        cents: cents.is_valid(index).then(|| cents.value(index)),
        regime: None,
        measure: None,
        guidance: None,
        convention: false,
        has_partner: match batch.partner() {
            IdentifierColumn::National(numbers) => numbers.is_valid(index),
            IdentifierColumn::Coded(tokens) => tokens.is_valid(index),
        },
    };
    if last_day.is_none() && !row.unreadable("DPAYLSTDAY") {
        row.end_day = first_day.map(end_of_month);
    }
    row.regime = row.code(CodeColumn::LEGISLATION).and_then(|code| context.regime_of(code));
    row.guidance = row.code(CodeColumn::CBENCONV).and_then(|code| context.guidance_of(code));
    row.convention = row.guidance.is_some_and(|guidance| context.is_convention(guidance));
    if let (Some(regime), Some(first)) = (row.regime, first_day) {
        let open = |column| row.value(column).map(|value| value.facts.rules);
        row.measure = Some(context.classifier().classify(regime, first, open));
    }
    row
}

impl ExaminedBatch {
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

    /// Rows read, also those whose fields could not be told apart.
    pub fn row_count_read(&self) -> u64 {
        self.decoded.row_count_read()
    }

    /// Positions of the accepted rows.
    pub fn accepted(&self) -> impl Iterator<Item = usize> {
        self.verdicts.iter().enumerate().filter(|(_, verdict)| verdict.accepted).map(|(at, _)| at)
    }

    /// Positions of the rejected rows that have values.
    pub fn rejected(&self) -> impl Iterator<Item = usize> {
        self.verdicts.iter().enumerate().filter(|(_, verdict)| !verdict.accepted).map(|(at, _)| at)
    }

    /// Position of an accepted row's regime in the dictionary.
    pub fn regime(&self, row: usize) -> usize {
        self.verdicts[row].regime
    }

    /// Position of an accepted row's measure in the dictionary.
    pub fn measure(&self, row: usize) -> usize {
        self.verdicts[row].measure
    }

    /// Position of a row's guidance in the dictionary.
    pub fn guidance(&self, row: usize) -> Option<usize> {
        self.verdicts[row].guidance
    }

    /// The first day of an accepted row.
    pub fn first_day(&self, row: usize) -> Day {
        self.decoded.first_day().value(row)
    }

    /// The last day of an accepted row, missing ones filled.
    pub fn end_day(&self, row: usize) -> Day {
        self.verdicts[row].end_day
    }
}
