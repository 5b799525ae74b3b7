//! A code that its complete table does not have, or a `CPAS` that is no NIS code of five digits.
//!
//! Tables that are marked incomplete say nothing about a code that is not in them.

use super::context::{Found, Row};
use crate::finding::{Rule, Severity};

/// `check.code-unknown`
pub(super) static RULE: Rule = Rule {
    id: "check.code-unknown",
    severity: Severity::Warn,
    meaning: "a code is in its table, where the table is complete",
    help: "check the code with the sender; a new code goes into dictionary.toml",
};

pub(super) fn check(row: &Row<'_>, found: &mut Found<'_>) {
    for value in row.values(&row.facts.suspects.unknown) {
        if value.facts.unknown {
            let text = format!("expected a code of the table, found {}", found.shown(value.text));
            found.add(&RULE, value.column.name(), text);
        }
    }
}
