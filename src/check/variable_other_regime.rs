//! A value of a variable that the row's regime does not fill in.

use super::context::CheckContext;
use super::facts::BatchFacts;
use super::row::{Found, Marks, Row};
use crate::finding::{Rule, Severity};

/// `check.variable-other-regime`
pub(super) static RULE: Rule = Rule {
    id: "check.variable-other-regime",
    severity: Severity::Warn,
    meaning: "a variable has a value only in the regimes that fill it in",
    help: "check `LEGISLATION` and the column: the variable belongs to the other regime",
};

pub(super) fn mark(facts: &BatchFacts<'_>, context: &CheckContext, marks: &mut Marks) {
    for column in &facts.suspects.regime {
        let codes = facts.column(*column);
        let applicable = codes.table(|code| !code.not_applicable);
        // By regime, no regime first, and key.
        let fills = context.variable(*column).regime_set.iter().copied();
        let breaks: Vec<bool> = std::iter::once(true)
            .chain(fills)
            .flat_map(|fills| applicable.iter().map(move |applicable| *applicable && !fills))
            .collect();
        let place = |regime: Option<u16>| regime.map_or(0, |regime| usize::from(regime) + 1);
        marks.rows(|row| {
            breaks[place(facts.regime[row]) * applicable.len() + codes.keys[row] as usize]
        });
    }
}

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
