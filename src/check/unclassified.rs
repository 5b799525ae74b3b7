//! No measure rule matches: the row is kept, counted and shown as `unclassified`.

use super::context::CheckContext;
use super::facts::BatchFacts;
use super::row::{Found, Marks, Row};
use crate::finding::{Rule, Severity};

/// `check.unclassified`
pub(super) static RULE: Rule = Rule {
    id: "check.unclassified",
    severity: Severity::Warn,
    meaning: "the codes lead to a measure",
    help: "the row is counted as `unclassified`; a rule for it goes into dictionary.toml",
};

pub(super) fn mark(facts: &BatchFacts<'_>, context: &CheckContext, marks: &mut Marks) {
    let unclassified = u16::try_from(context.unclassified()).ok();
    marks.rows(|row| facts.measure[row].is_some() && facts.measure[row] == unclassified);
}

pub(super) fn check(row: &Row<'_>, found: &mut Found<'_>) {
    if row.measure != Some(found.context().unclassified()) {
        return;
    }
    let classifier = found.context().classifier();
    if classifier.columns().iter().all(|column| !row.unreadable(column.name())) {
        found.add_to_row(&RULE, "no measure rule matches the codes of this row");
    }
}
