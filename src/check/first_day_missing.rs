//! A row without first day belongs to no quarter.

use super::context::{Found, Row};
use crate::finding::{Rule, Severity};

/// `check.first-day-missing`
pub(super) static RULE: Rule = Rule {
    id: "check.first-day-missing",
    severity: Severity::Reject,
    meaning: "every row has a first day",
    help: "a row without `DPAY1STDAY` belongs to no quarter; ask the sender for the day",
};

pub(super) fn check(row: &Row<'_>, found: &mut Found<'_>) {
    if row.first_day.is_none() && !row.unreadable("DPAY1STDAY") {
        found.add(&RULE, "DPAY1STDAY", "expected a first day, found no value");
    }
}
