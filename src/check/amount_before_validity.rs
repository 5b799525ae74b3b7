//! The partnership convention, and with it its amount, exists since 2005-01-01.

use super::context::CheckContext;
use super::facts::BatchFacts;
use super::row::{Found, Marks, Row};
use crate::dictionary::Validity;
use crate::finding::{Rule, Severity};
use crate::quarter::date_of;

/// `check.amount-before-validity`
pub(super) static RULE: Rule = Rule {
    id: "check.amount-before-validity",
    severity: Severity::Reject,
    meaning: "EBENCONVCM has no value before 2005-01-01, when the measure began",
    help: "the partnership convention exists since January 2005; look for a wrong year",
};

pub(super) fn mark(facts: &BatchFacts<'_>, context: &CheckContext, marks: &mut Marks) {
    let payable = Validity { from: Some(context.amount_start()), to: None };
    if !facts.first_days.usual_within(payable) {
        let batch = facts.batch;
        marks.rows(|row| {
            batch.cents()[row].is_some()
                && batch.first_day()[row].is_some_and(|first| !payable.contains(first))
        });
    }
    marks.these(facts.first_days.unusual());
}

pub(super) fn check(row: &Row<'_>, found: &mut Found<'_>) {
    if let (Some(first), Some(_)) = (row.first_day, row.cents)
        && first < found.context().amount_start()
    {
        let text = format!("expected no amount before 2005-01-01, found one on {}", date_of(first));
        found.add(&RULE, "EBENCONVCM", text);
    }
}
