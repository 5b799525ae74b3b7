//! What `sppis ingest` says on stderr while it runs, for people and for programs.

use super::console::{say_aside, say_event};
use crate::pipeline::replacement::{QuarterChange, Replacement, Totals};

/// What a redelivery takes away and brings; cents as text, since JSON numbers are floats to many.
pub(super) fn replaces(replacement: &Replacement) -> serde_json::Value {
    let totals = |it: &Totals| {
        let cents = it.cents.to_string();
        serde_json::json!({
            "observations": it.observations, "persons": it.persons, "cents": cents,
        })
    };
    let quarter = |it: &QuarterChange| {
        serde_json::json!({
            "quarter": it.quarter.to_string(), "goes": totals(&it.goes), "comes": totals(&it.comes),
        })
    };
    serde_json::json!({
        "revision": replacement.revision, "come_back": replacement.come_back,
        "quarters": replacement.quarters.iter().map(quarter).collect::<Vec<_>>(),
    })
}

/// Says what is waited for.
pub(super) fn say_waiting(text: &str) {
    say_aside(&format!("note: {text}"));
}

/// The same for programs.
pub(super) fn log_waiting(text: &str) {
    say_event(&serde_json::json!({ "event": "waiting", "text": text }));
}
