//! A beneficiary who was born after the payment: the number is another person's, or a day is wrong.

use super::context::CheckContext;
use super::facts::BatchFacts;
use super::row::{Found, Marks, Row};
use crate::finding::{Rule, Severity};
use crate::quarter::Quarter;

/// `check.born-after`
pub(super) static RULE: Rule = Rule {
    id: "check.born-after",
    severity: Severity::Warn,
    meaning: "the beneficiary was not born in a later year than that of the first day",
    help: "check the number and the first day: the payment is older than the person",
};

pub(super) fn mark(facts: &BatchFacts<'_>, _: &CheckContext, marks: &mut Marks) {
    if let Some(first) = facts.first_days.usual_start() {
        let year = Quarter::of(first).year();
        let birth_year = facts.batch.birth_year();
        marks.rows(|row| birth_year[row].is_some_and(|born| i32::from(born) > year));
    }
    marks.these(facts.first_days.unusual());
}

pub(super) fn check(row: &Row<'_>, found: &mut Found<'_>) {
    if let (Some(born), Some(first)) = (row.birth_year, row.first_day)
        && i32::from(born) > Quarter::of(first).year()
    {
        let year = Quarter::of(first).year();
        found.add(
            &RULE,
            "NISS",
            format!("expected a birth in {year} or before, found a later one"),
        );
    }
}
