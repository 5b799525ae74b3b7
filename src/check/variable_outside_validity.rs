//! A value of a variable that did not exist on the first day, such as a partner variable before 2005.

use super::context::CheckContext;
use super::facts::BatchFacts;
use super::row::{Found, Marks, Row};
use crate::dictionary::Validity;
use crate::finding::{Rule, Severity};

/// `check.variable-outside-validity`
pub(super) static RULE: Rule = Rule {
    id: "check.variable-outside-validity",
    severity: Severity::Warn,
    meaning: "a variable has a value only while it is valid",
    help: "check the day and the column: the variable did not exist then",
};

pub(super) fn mark(facts: &BatchFacts<'_>, context: &CheckContext, marks: &mut Marks) {
    let first_day = facts.batch.first_day();
    let outside =
        |validity: Validity, row: usize| first_day[row].is_some_and(|day| !validity.contains(day));
    for column in &facts.suspects.variable_validity {
        let validity = context.variable(*column).validity;
        if facts.first_days.usual_within(validity) {
            continue;
        }
        let codes = facts.column(*column);
        let applicable = codes.table(|code| !code.not_applicable);
        marks.rows(|row| applicable[codes.keys[row] as usize] && outside(validity, row));
    }
    let validity = context.partner().validity;
    if !facts.first_days.usual_within(validity) {
        marks.rows(|row| facts.batch.partner().is_valid(row) && outside(validity, row));
    }
    marks.these(facts.first_days.unusual());
}

pub(super) fn check(row: &Row<'_>, found: &mut Found<'_>) {
    let Some(first) = row.first_day else { return };
    for value in row.values(&row.facts.suspects.variable_validity) {
        if value.facts.not_applicable {
            continue;
        }
        let validity = found.context().variable(value.column).validity;
        if !validity.contains(first) {
            let text = format!("expected no value, the variable is valid {validity}");
            found.add(&RULE, value.column.name(), text);
        }
    }
    let validity = found.context().partner().validity;
    if row.has_partner && !validity.contains(first) {
        let text = format!("expected no value, the variable is valid {validity}");
        found.add(&RULE, "NNISPTN2", text);
    }
}
