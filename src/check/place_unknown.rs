//! A centre whose code no municipality has had since the source began.
//!
//! The row is kept and lies nowhere: it has no province and no region.

use super::context::CheckContext;
use super::facts::BatchFacts;
use super::row::{Found, Marks, Row};
use super::value_facts::PlaceFacts;
use crate::decode::IdentifierFormat;
use crate::finding::{Rule, Severity};

/// `check.place-unknown`
pub(super) static RULE: Rule = Rule {
    id: "check.place-unknown",
    severity: Severity::Warn,
    meaning: "a centre has the NIS code of a municipality of today or of any day since 2002-10-01",
    help: "check the code with the sender; a new municipality goes into dictionary.toml",
};

pub(super) fn mark(facts: &BatchFacts<'_>, _: &CheckContext, marks: &mut Marks) {
    let is_unknown = |place: &PlaceFacts| matches!(place, PlaceFacts::Unknown(_));
    marks.codes(facts, &facts.suspects.place_unknown, |_, code| is_unknown(&code.place));
}

pub(super) fn check(row: &Row<'_>, found: &mut Found<'_>) {
    for value in row.values(&row.facts.suspects.place_unknown) {
        let PlaceFacts::Unknown(nearest) = &value.facts.place else { continue };
        let code = found.shown(value.text);
        // Where a code could be an identifier, its nearest would say most of it.
        let national = found.context().identifier() == IdentifierFormat::National;
        let near = match nearest.as_deref().filter(|_| national) {
            Some(nearest) => format!("; the nearest is `{nearest}`"),
            None => String::new(),
        };
        let text = format!("expected the NIS code of a municipality, found {code}{near}");
        found.add(&RULE, value.column.name(), text);
    }
}
