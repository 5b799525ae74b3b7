//! A centre whose municipality had its code only before or after the first day.
//!
//! The row is kept, and lies where the code lies: a late row may carry a code that has ended.

use super::context::CheckContext;
use super::facts::BatchFacts;
use super::row::{Found, Marks, Row};
use super::value_facts::{PlaceFacts, ValueFacts};
use crate::finding::{Rule, Severity};
use crate::quarter::date_of;

/// `check.place-outside-validity`
pub(super) static RULE: Rule = Rule {
    id: "check.place-outside-validity",
    severity: Severity::Warn,
    meaning: "a centre has the NIS code that its municipality had on the first day",
    help: "codes changed with the mergers of 2019-01-01, 2024-12-02 and 2025-01-01; the row keeps its \
           place, and `cpas_today` follows it to the code of today",
};

pub(super) fn mark(facts: &BatchFacts<'_>, _: &CheckContext, marks: &mut Marks) {
    let first_day = facts.batch.first_day();
    for column in &facts.suspects.place_validity {
        let codes = facts.column(*column);
        let is_usual = |validity| facts.first_days.usual_within(validity);
        if !codes.facts.iter().all(|code| code.is_place_where(is_usual)) {
            let table: Vec<Option<&ValueFacts>> =
                std::iter::once(None).chain(codes.facts.iter().map(Some)).collect();
            marks.rows(|row| match (table[codes.keys[row] as usize], first_day[row]) {
                (Some(code), Some(first)) => !code.is_place_where(|it| it.contains(first)),
                _ => false,
            });
        }
        marks.these(facts.first_days.unusual());
    }
}

pub(super) fn check(row: &Row<'_>, found: &mut Found<'_>) {
    let Some(first) = row.first_day else { return };
    for value in row.values(&row.facts.suspects.place_validity) {
        let PlaceFacts::Known(validity) = value.facts.place else { continue };
        if validity.contains(first) {
            continue;
        }
        let place = found.context().places().municipality(value.text);
        let then = match place.and_then(|it| it.successor.as_ref()).filter(|it| it.on <= first) {
            Some(successor) => format!(" (then `{}`)", successor.nis),
            None => String::new(),
        };
        let (code, first) = (found.shown(value.text), date_of(first));
        let text = format!("expected {code} only {validity}{then}, found it on {first}");
        found.add(&RULE, value.column.name(), text);
    }
}
