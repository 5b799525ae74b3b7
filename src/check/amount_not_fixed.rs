//! The subsidy per convention is a fixed amount; which one is configured, never assumed.

use super::context::CheckContext;
use super::facts::BatchFacts;
use super::row::{Found, Marks, Row};
use crate::finding::{Rule, Severity};

/// `check.amount-not-fixed`
pub(super) static RULE: Rule = Rule {
    id: "check.amount-not-fixed",
    severity: Severity::Warn,
    meaning: "an amount is the fixed amount of its kind of guidance, where one is configured",
    help: "compare with `[fixed_amounts]` in sppis.toml; a regularisation may explain it",
};

pub(super) fn mark(facts: &BatchFacts<'_>, context: &CheckContext, marks: &mut Marks) {
    if context.has_fixed_amounts() {
        marks.rows(|row| facts.guidance[row].is_some() && facts.batch.cents()[row].is_some());
    }
}

pub(super) fn check(row: &Row<'_>, found: &mut Found<'_>) {
    if let (Some(cents), Some(guidance)) = (row.cents, row.guidance)
        && let Some(fixed) = found.context().fixed_cents(guidance)
        && cents.abs() != fixed
    {
        found.add(&RULE, "EBENCONVCM", "expected the configured fixed amount, found another");
    }
}
