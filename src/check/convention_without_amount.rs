//! A convention without money, from 2005 on, when the amount exists.

use super::context::CheckContext;
use super::facts::BatchFacts;
use super::row::{Found, Marks, Row};
use crate::finding::{Rule, Severity};

/// `check.convention-without-amount`
pub(super) static RULE: Rule = Rule {
    id: "check.convention-without-amount",
    severity: Severity::Warn,
    meaning: "a partnership convention (CBENCONV 1 or 2) has an amount",
    help: "check `EBENCONVCM`: the person is counted, but no money",
};

pub(super) fn mark(facts: &BatchFacts<'_>, _: &CheckContext, marks: &mut Marks) {
    let cents = facts.batch.cents();
    marks.rows(|row| facts.convention[row] && cents[row].is_none());
}

pub(super) fn check(row: &Row<'_>, found: &mut Found<'_>) {
    let amount_exists = row.first_day.is_some_and(|first| first >= found.context().amount_start());
    if row.convention && row.cents.is_none() && amount_exists && !row.unreadable("EBENCONVCM") {
        let codes = found.context().convention_codes();
        let text = format!("expected an amount with CBENCONV {codes}, found no value");
        found.add(&RULE, "EBENCONVCM", text);
    }
}
