//! A row without a day inside the window belongs to another delivery.

use super::context::CheckContext;
use super::facts::BatchFacts;
use super::row::{Found, Marks, Row};
use crate::finding::{Rule, Severity};
use crate::quarter::date_of;

/// `check.outside-window`
pub(super) static RULE: Rule = Rule {
    id: "check.outside-window",
    severity: Severity::Reject,
    meaning: "at least one day lies inside the delivery's window",
    help: "the row belongs to another delivery; look for a wrong year, or ingest it with that delivery",
};

pub(super) fn mark(facts: &BatchFacts<'_>, context: &CheckContext, marks: &mut Marks) {
    let window = context.window();
    let (from, to) = (window.first().first_day(), window.last().last_day());
    let first_day = facts.batch.first_day();
    marks.rows(|row| match (first_day[row], facts.end_day[row]) {
        (Some(first), Some(end)) => end < from || to < first,
        _ => false,
    });
}

pub(super) fn check(row: &Row<'_>, found: &mut Found<'_>) {
    let window = found.context().window();
    if let (Some(first), Some(end)) = (row.first_day, row.end_day)
        && first <= end
        && (end < window.first().first_day() || window.last().last_day() < first)
    {
        let (first, end) = (date_of(first), date_of(end));
        let text = format!("expected a day in {window}, found {first} to {end}");
        found.add(&RULE, "DPAY1STDAY", text);
    }
}
