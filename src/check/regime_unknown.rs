//! A regime that the dictionary does not have.

use super::context::CheckContext;
use super::facts::BatchFacts;
use super::row::{Found, Marks, Row};
use crate::dictionary::CodeColumn;
use crate::finding::{Rule, Severity};

/// `check.regime-unknown`
pub(super) static RULE: Rule = Rule {
    id: "check.regime-unknown",
    severity: Severity::Reject,
    meaning: "the regime is one of the dictionary",
    help: "1 is intégration sociale, 2 aide sociale, 6 the organic law; a new one goes into dictionary.toml",
};

pub(super) fn mark(facts: &BatchFacts<'_>, _: &CheckContext, marks: &mut Marks) {
    marks.codes(facts, &[CodeColumn::LEGISLATION], |_, code| code.regime.is_none());
}

pub(super) fn check(row: &Row<'_>, found: &mut Found<'_>) {
    if let Some(code) = row.value(CodeColumn::LEGISLATION)
        && row.regime.is_none()
    {
        let (expected, code) = (found.context().regime_codes(), found.shown(row.written(&code)));
        let text = format!("expected {expected}, found {code}");
        found.add(&RULE, "LEGISLATION", text);
    }
}
