//! The source starts on 2002-10-01, when the law on the right to social integration came into force.

use super::context::CheckContext;
use super::facts::BatchFacts;
use super::row::{Found, Marks, Row};
use crate::dictionary::Validity;
use crate::finding::{Rule, Severity};
use crate::quarter::date_of;

/// `check.before-source`
pub(super) static RULE: Rule = Rule {
    id: "check.before-source",
    severity: Severity::Reject,
    meaning: "the first day is not before 2002-10-01, the start of the source",
    help: "the source begins with the law of 26 May 2002; look for a wrong year",
};

pub(super) fn mark(facts: &BatchFacts<'_>, context: &CheckContext, marks: &mut Marks) {
    let source = Validity { from: Some(context.source_start()), to: None };
    if !facts.first_days.usual_within(source) {
        let first_day = facts.batch.first_day();
        marks.rows(|row| first_day[row].is_some_and(|first| !source.contains(first)));
    }
    marks.these(facts.first_days.unusual());
}

pub(super) fn check(row: &Row<'_>, found: &mut Found<'_>) {
    if let Some(first) = row.first_day
        && first < found.context().source_start()
    {
        let text = format!("expected a day from 2002-10-01 on, found {}", date_of(first));
        found.add(&RULE, "DPAY1STDAY", text);
    }
}
