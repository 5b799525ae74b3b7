//! A row without first day belongs to no quarter.

use super::context::CheckContext;
use super::facts::BatchFacts;
use super::row::{Found, Marks, Row};
use crate::finding::{Rule, Severity};

/// `check.first-day-missing`
pub(super) static RULE: Rule = Rule {
    id: "check.first-day-missing",
    severity: Severity::Reject,
    meaning: "every row has a first day",
    help: "a row without `DPAY1STDAY` belongs to no quarter; ask the sender for the day",
};

pub(super) fn mark(facts: &BatchFacts<'_>, _: &CheckContext, marks: &mut Marks) {
    let first_day = facts.batch.first_day();
    marks.rows(|row| first_day[row].is_none());
}

pub(super) fn check(row: &Row<'_>, found: &mut Found<'_>) {
    if row.first_day.is_none() && !row.unreadable("DPAY1STDAY") {
        found.add(&RULE, "DPAY1STDAY", "expected a first day, found no value");
    }
}
