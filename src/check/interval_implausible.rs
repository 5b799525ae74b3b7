//! More than a year in one row of monthly data is a mistake in a day, and its amount would be shared out over
//! quarters that it has nothing to do with.

use super::context::CheckContext;
use super::facts::BatchFacts;
use super::row::{Found, Marks, Row};
use crate::finding::{Rule, Severity};

/// `check.interval-implausible`
pub(super) static RULE: Rule = Rule {
    id: "check.interval-implausible",
    severity: Severity::Reject,
    meaning: "a row covers at most 366 days, a leap year",
    help: "look for a wrong year in the first or last day; an open end is written as no value",
};

const DAYS_MAX: i32 = 366;

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
