//! Base data are monthly: more than 31 days are unusual, not wrong.

use super::context::CheckContext;
use super::facts::BatchFacts;
use super::row::{Found, Marks, Row};
use crate::finding::{Rule, Severity};

/// `check.interval-long`
pub(super) static RULE: Rule = Rule {
    id: "check.interval-long",
    severity: Severity::Warn,
    meaning: "a row covers at most 31 days, as the base data are monthly",
    help: "check that the interval is meant; its amount is shared out over the quarters by days",
};

const DAYS_MAX: i32 = 31;

pub(super) fn mark(facts: &BatchFacts<'_>, _: &CheckContext, marks: &mut Marks) {
    let first_day = facts.batch.first_day();
    marks.rows(|row| match (first_day[row], facts.end_day[row]) {
        (Some(first), Some(end)) => end - first >= DAYS_MAX,
        _ => false,
    });
}

pub(super) fn check(row: &Row<'_>, found: &mut Found<'_>) {
    if let (Some(first), Some(end)) = (row.first_day, row.end_day)
        && end - first >= DAYS_MAX
    {
        let days = end - first + 1;
        found.add(&RULE, "DPAYLSTDAY", format!("expected at most {DAYS_MAX} days, found {days}"));
    }
}
