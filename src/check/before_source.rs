//! The source starts on 2002-10-01, when the law on the right to social integration came into force.

use super::context::CheckContext;
use super::facts::BatchFacts;
use super::row::{Found, Marks, Row};
use crate::finding::{Rule, Severity};
use crate::quarter::date_of;

/// `check.before-source`
pub(super) static RULE: Rule = Rule {
    id: "check.before-source",
    severity: Severity::Reject,
    meaning: "the first day is not before 2002-10-01, the start of the source",
    help: "the source begins with the law of 26 May 2002; look for a wrong year",
};

pub(super) fn mark(facts: &BatchFacts<'_>, context: &CheckContext, marks: &mut Marks) {
    if facts.any_before(context.source_start()) {
        let first_day = facts.batch.first_day();
        marks.rows(|row| first_day[row].is_some_and(|first| first < context.source_start()));
    }
}

pub(super) fn check(row: &Row<'_>, found: &mut Found<'_>) {
    if let Some(first) = row.first_day
        && first < found.context().source_start()
    {
        let text = format!("expected a day from 2002-10-01 on, found {}", date_of(first));
        found.add(&RULE, "DPAY1STDAY", text);
    }
}
