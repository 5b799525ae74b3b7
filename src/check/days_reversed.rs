//! An interval that ends before it starts.

use super::context::{Found, Row};
use crate::finding::{Rule, Severity};
use crate::quarter::date_of;

/// `check.days-reversed`
pub(super) static RULE: Rule = Rule {
    id: "check.days-reversed",
    severity: Severity::Reject,
    meaning: "the last day does not lie before the first",
    help: "look for the two days exchanged, or for a wrong year",
};

pub(super) fn check(row: &Row<'_>, found: &mut Found<'_>) {
    if let (Some(first), Some(last)) = (row.first_day, row.last_day)
        && last < first
    {
        let (first, last) = (date_of(first), date_of(last));
        found.add(&RULE, "DPAYLSTDAY", format!("expected a day from {first} on, found {last}"));
    }
}
