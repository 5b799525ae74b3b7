//! A value of a variable that the row's regime does not fill in.

use super::context::{Found, Row};
use crate::finding::{Rule, Severity};

/// `check.variable-other-regime`
pub(super) static RULE: Rule = Rule {
    id: "check.variable-other-regime",
    severity: Severity::Warn,
    meaning: "a variable has a value only in the regimes that fill it in",
    help: "check `LEGISLATION` and the column: the variable belongs to the other regime",
};

pub(super) fn check(row: &Row<'_>, found: &mut Found<'_>) {
    let Some(regime) = row.regime else { return };
    for value in row.values(&row.facts.suspects.regime) {
        let variable = found.context().variable(value.column);
        if !value.facts.not_applicable
            && !variable.regimes.is_empty()
            && !variable.regime_set[regime]
        {
            let regimes = variable.regimes.join(" or ");
            found.add(&RULE, value.column.name(), format!("expected a value only in {regimes}"));
        }
    }
}
