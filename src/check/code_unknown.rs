//! A code that its complete table does not have, or a `CPAS` that is no number.
//!
//! Tables that are marked incomplete say nothing about a code that is not in them, but what holds
//! anything else than letters, digits and dashes is none, nor is anything but digits where all known codes
//! are digits; one that says the variable does not apply (`-1`) does not count.

use super::context::CheckContext;
use super::facts::BatchFacts;
use super::row::{Found, Marks, Row};
use crate::finding::{Rule, Severity};

/// `check.code-unknown`
pub(super) static RULE: Rule = Rule {
    id: "check.code-unknown",
    severity: Severity::Warn,
    meaning: "a code is in its table, or looks like a code where the table is not known in full",
    help: "check the code with the sender; a new code goes into dictionary.toml",
};

pub(super) fn mark(facts: &BatchFacts<'_>, _: &CheckContext, marks: &mut Marks) {
    marks.codes(facts, &facts.suspects.unknown, |_, code| code.unknown);
}

pub(super) fn check(row: &Row<'_>, found: &mut Found<'_>) {
    for value in row.values(&row.facts.suspects.unknown) {
        if value.facts.unknown {
            let text =
                format!("expected a code of the table, found {}", found.shown(row.written(&value)));
            found.add(&RULE, value.column.name(), text);
        }
    }
}
