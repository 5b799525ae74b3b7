//! Money without a convention: counted in `amount`, but not in `convention_persons`.

use super::context::CheckContext;
use super::facts::BatchFacts;
use super::row::{Found, Marks, Row};
use crate::finding::{Rule, Severity};

/// `check.amount-without-convention`
pub(super) static RULE: Rule = Rule {
    id: "check.amount-without-convention",
    severity: Severity::Warn,
    meaning: "an amount stands with a partnership convention (CBENCONV 1 or 2)",
    help: "check `CBENCONV`: the amount is counted, but no person under a convention",
};

pub(super) fn mark(facts: &BatchFacts<'_>, _: &CheckContext, marks: &mut Marks) {
    let cents = facts.batch.cents();
    marks.rows(|row| cents[row].is_some_and(|cents| cents != 0) && !facts.convention[row]);
}

pub(super) fn check(row: &Row<'_>, found: &mut Found<'_>) {
    let known = !row.unreadable("CBENCONV");
    if known && row.cents.is_some_and(|cents| cents != 0) && !row.convention {
        let codes = found.context().convention_codes();
        found.add(&RULE, "EBENCONVCM", format!("expected CBENCONV {codes} with an amount"));
    }
}
