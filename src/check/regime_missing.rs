//! A row without regime.

use super::context::CheckContext;
use super::facts::BatchFacts;
use super::row::{Found, Marks, Row};
use crate::dictionary::CodeColumn;
use crate::finding::{Rule, Severity};

/// `check.regime-missing`
pub(super) static RULE: Rule = Rule {
    id: "check.regime-missing",
    severity: Severity::Reject,
    meaning: "every row names its regime",
    help: "a row without `LEGISLATION` cannot be counted by regime; ask the sender for it",
};

pub(super) fn mark(facts: &BatchFacts<'_>, _: &CheckContext, marks: &mut Marks) {
    let legislation = facts.column(CodeColumn::LEGISLATION);
    marks.rows(|row| legislation.keys[row] == 0);
}

pub(super) fn check(row: &Row<'_>, found: &mut Found<'_>) {
    if row.code(CodeColumn::LEGISLATION).is_none() && !row.unreadable("LEGISLATION") {
        let expected = found.context().regime_codes();
        found.add(&RULE, "LEGISLATION", format!("expected {expected}, found no value"));
    }
}
