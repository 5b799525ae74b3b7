//! Fields that entries of several kinds have.

use super::model::Validity;
use crate::document::{Placed, Problem, Table};

/// Where a known name stands; another is a mistake.
pub(super) fn position<'n>(
    table: &Table<'_>,
    what: &str,
    name: &Placed<String>,
    mut known: impl Iterator<Item = &'n str> + Clone,
) -> Option<usize> {
    let found = known.clone().position(|other| other == name.value);
    if found.is_none() {
        let message = format!("unknown {what} `{}`", name.value);
        let problem = Problem::new(name.span.clone(), message);
        table.problem(problem.suggest(&name.value, known.by_ref()));
    }
    found
}

pub(super) fn validity(table: &Table<'_>) -> Validity {
    Validity { from: table.day("valid_from"), to: table.day("valid_to") }
}
