//! Candidates for refugee status give no right to article 61 or activation.

use super::context::CheckContext;
use super::facts::BatchFacts;
use super::row::{Found, Marks, Row};
use crate::dictionary::CodeColumn;
use crate::finding::{Rule, Severity};

/// `check.not-eligible`
pub(super) static RULE: Rule = Rule {
    id: "check.not-eligible",
    severity: Severity::Warn,
    meaning: "asylum seekers (STS_CNT_ID B) have no article 61 and no activation under aide sociale",
    help: "check `STS_CNT_ID`: the State does not reimburse these measures for them",
};

/// The status of a candidate refugee.
const CANDIDATE: &str = "B";

pub(super) fn mark(facts: &BatchFacts<'_>, _: &CheckContext, marks: &mut Marks) {
    let status = facts.column(CodeColumn::STS_CNT_ID);
    if let Some(at) = status.texts.iter().position(|text| **text == *CANDIDATE) {
        marks.rows(|row| status.keys[row] as usize == at + 1);
    }
}

pub(super) fn check(row: &Row<'_>, found: &mut Found<'_>) {
    let eligible = row.code(CodeColumn::STS_CNT_ID) != Some(CANDIDATE);
    let measure = row.measure.map(|measure| found.context().measure_name(measure));
    let aide_sociale = row.regime.map(|regime| found.context().regime_name(regime));
    if !eligible
        && aide_sociale == Some("aide_sociale")
        && matches!(measure, Some("article_61" | "activation"))
    {
        found.add(&RULE, "STS_CNT_ID", "expected another status than B with this measure");
    }
}
