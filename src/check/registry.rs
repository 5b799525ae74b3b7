//! The rules that look at one row.
//!
//! In: nothing. Out: each rule with its two functions, in one order. Never: a rule on rows together, which looks at
//! rows that these have examined.

use super::context::CheckContext;
use super::facts::BatchFacts;
use super::row::{Found, Marks, Row};
use super::{
    amount_before_validity, amount_not_fixed, amount_without_convention, before_source, born_after,
    code_outside_validity, code_unknown, convention_without_amount, days_reversed,
    first_day_missing, interval_implausible, interval_long, last_day_missing, not_eligible,
    outside_window, place_outside_validity, place_unknown, regime_missing, regime_unknown,
    unclassified, variable_other_regime, variable_outside_validity,
};
use crate::finding::Rule;

/// A rule that looks at one row.
pub(super) struct RowRule {
    pub(super) rule: &'static Rule,
    /// Marks the rows of a batch that the rule may have a finding for.
    pub(super) mark: fn(&BatchFacts<'_>, &CheckContext, &mut Marks),
    /// Adds the findings for a marked row.
    pub(super) check: fn(&Row<'_>, &mut Found<'_>),
}

macro_rules! row_rules {
    ($($name:ident),* $(,)?) => {
        [$(RowRule { rule: &$name::RULE, mark: $name::mark, check: $name::check }),*]
    };
}

/// The rules that look at one row, in the order in which their findings are listed.
pub(super) static REGISTRY: [RowRule; 22] = row_rules![
    first_day_missing,
    last_day_missing,
    days_reversed,
    interval_long,
    interval_implausible,
    regime_missing,
    regime_unknown,
    before_source,
    outside_window,
    born_after,
    amount_before_validity,
    code_unknown,
    code_outside_validity,
    place_unknown,
    place_outside_validity,
    variable_outside_validity,
    variable_other_regime,
    amount_without_convention,
    convention_without_amount,
    amount_not_fixed,
    not_eligible,
    unclassified,
];
