//! A value of a variable that the row's regime does not fill in.

use super::context::{CheckContext, VariableFacts};
use super::facts::BatchFacts;
use super::row::{Found, Marks, Row};
use crate::dictionary::CodeColumn;
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
    let batch = facts.batch;
    mark_values(facts, context.amount(), |row| batch.cents()[row].is_some(), marks);
    mark_values(facts, context.partner(), |row| batch.partner().is_valid(row), marks);
}

/// Marks rows with a value of a variable that is no code, where a regime of the batch does not fill
/// it in.
fn mark_values(
    facts: &BatchFacts<'_>,
    variable: &VariableFacts,
    has_value: impl Fn(usize) -> bool,
    marks: &mut Marks,
) {
    let breaks = |regime: u16| variable.is_of_others_than(usize::from(regime));
    let regimes = facts.column(CodeColumn::LEGISLATION).facts.iter();
    if regimes.filter_map(|code| code.regime).any(breaks) {
        marks.rows(|row| facts.regime[row].is_some_and(breaks) && has_value(row));
    }
}

pub(super) fn check(row: &Row<'_>, found: &mut Found<'_>) {
    let Some(regime) = row.regime else { return };
    let context = found.context();
    let mut add = |variable: &VariableFacts, column: &'static str| {
        if variable.is_of_others_than(regime) {
            let regimes = variable.regimes.join(" or ");
            found.add(&RULE, column, format!("expected a value only in {regimes}"));
        }
    };
    for value in row.values(&row.facts.suspects.regime) {
        if !value.facts.not_applicable {
            add(context.variable(value.column), value.column.name());
        }
    }
    if row.cents.is_some() {
        add(context.amount(), "EBENCONVCM");
    }
    if row.has_partner {
        add(context.partner(), "NNISPTN2");
    }
}
