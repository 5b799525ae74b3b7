//! An interval that ends before it starts.

use super::context::CheckContext;
use super::facts::BatchFacts;
use super::row::{Found, Marks, Row};
use crate::finding::{Rule, Severity};
use crate::quarter::date_of;

/// `check.days-reversed`
pub(super) static RULE: Rule = Rule {
    id: "check.days-reversed",
    severity: Severity::Reject,
    meaning: "the last day does not lie before the first",
    help: "look for the two days exchanged, or for a wrong year",
};

pub(super) fn mark(facts: &BatchFacts<'_>, _: &CheckContext, marks: &mut Marks) {
    let (first_day, last_day) = (facts.batch.first_day(), facts.batch.last_day());
    marks.rows(|row| last_day[row].is_some() && last_day[row] < first_day[row]);
}

pub(super) fn check(row: &Row<'_>, found: &mut Found<'_>) {
    if let (Some(first), Some(last)) = (row.first_day, row.last_day)
        && last < first
    {
        let (first, last) = (date_of(first), date_of(last));
        found.add(&RULE, "DPAYLSTDAY", format!("expected a day from {first} on, found {last}"));
    }
}
