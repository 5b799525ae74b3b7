//! A known code on a day when it was not valid.

use super::context::CheckContext;
use super::facts::BatchFacts;
use super::row::{Found, Marks, Row};
use super::value_facts::ValueFacts;
use crate::finding::{Rule, Severity};
use crate::quarter::date_of;

/// `check.code-outside-validity`
pub(super) static RULE: Rule = Rule {
    id: "check.code-outside-validity",
    severity: Severity::Warn,
    meaning: "a code is valid on the first day",
    help: "codes changed on 2016-01-01: the same number can mean something else",
};

pub(super) fn mark(facts: &BatchFacts<'_>, _: &CheckContext, marks: &mut Marks) {
    let first_day = facts.batch.first_day();
    for column in &facts.suspects.code_validity {
        let codes = facts.column(*column);
        let is_usual = |validity| facts.first_days.usual_within(validity);
        if codes.facts.iter().all(|code| code.is_valid_where(is_usual)) {
            continue;
        }
        let table: Vec<Option<&ValueFacts>> =
            std::iter::once(None).chain(codes.facts.iter().map(Some)).collect();
        marks.rows(|row| match (table[codes.keys[row] as usize], first_day[row]) {
            (Some(code), Some(first)) => !code.is_valid_on(first),
            _ => false,
        });
    }
    marks.these(facts.first_days.unusual());
}

pub(super) fn check(row: &Row<'_>, found: &mut Found<'_>) {
    let Some(first) = row.first_day else { return };
    for value in row.values(&row.facts.suspects.code_validity) {
        if !value.facts.is_valid_on(first) {
            let valid: Vec<_> = value.facts.validities.iter().map(ToString::to_string).collect();
            let code = found.shown(row.written(&value));
            let (valid, first) = (valid.join(" or "), date_of(first));
            let text = format!("expected {code} only {valid}, found it on {first}");
            found.add(&RULE, value.column.name(), text);
        }
    }
}
