//! A missing last day is taken as the end of the month of the first day, the grain of the base data.
//!
//! A day in the year 9999 is how databases and SAS write that there is none.

use super::context::CheckContext;
use super::facts::BatchFacts;
use super::row::{Found, Marks, Row};
use crate::finding::{Rule, Severity};

/// `check.last-day-missing`
pub(super) static RULE: Rule = Rule {
    id: "check.last-day-missing",
    severity: Severity::Warn,
    meaning: "every row has a last day; without one the end of the first day's month is taken",
    help: "check that the intervention did not last longer than the month it began in",
};

const TEXT: &str = "no value, or the year 9999; the end of the first day's month is taken";

pub(super) fn mark(facts: &BatchFacts<'_>, _: &CheckContext, marks: &mut Marks) {
    let last_day = facts.batch.last_day();
    marks.rows(|row| last_day[row].is_none());
}

pub(super) fn check(row: &Row<'_>, found: &mut Found<'_>) {
    if row.last_day.is_none() && !row.unreadable("DPAYLSTDAY") {
        found.add(&RULE, "DPAYLSTDAY", TEXT);
    }
}
