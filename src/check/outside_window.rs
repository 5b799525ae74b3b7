//! A row without a day inside the window belongs to another delivery.

use super::context::{Found, Row};
use crate::finding::{Rule, Severity};
use crate::quarter::date_of;

/// `check.outside-window`
pub(super) static RULE: Rule = Rule {
    id: "check.outside-window",
    severity: Severity::Reject,
    meaning: "at least one day lies inside the delivery's window",
    help: "the row belongs to another delivery; look for a wrong year, or ingest it with that delivery",
};

pub(super) fn check(row: &Row<'_>, found: &mut Found<'_>) {
    let window = found.context().window();
    if let (Some(first), Some(end)) = (row.first_day, row.end_day)
        && first <= end
        && (end < window.first().first_day() || window.last().last_day() < first)
    {
        let (first, end) = (date_of(first), date_of(end));
        let text = format!("expected a day in {window}, found {first} to {end}");
        found.add(&RULE, "DPAY1STDAY", text);
    }
}
