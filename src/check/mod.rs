//! The rules of the data, one file each, and the two passes that apply them.
//!
//! In: [`DecodedBatch`](crate::decode::DecodedBatch)es and a [`CheckContext`]. Out:
//! [`CheckedBatch`]es, the only rows that can be attributed, with every finding of every row. Never: a row that breaks a reject rule among
//! the accepted ones, or a finding that stops at the first of a row.
//!
//! A new rule is a file with a [`Rule`] and a `check` function, and a line in the registry.

mod amount_before_validity;
mod amount_not_fixed;
mod amount_without_convention;
mod batch;
mod before_source;
mod classify;
mod code_outside_validity;
mod code_unknown;
mod context;
mod convention_without_amount;
mod days_reversed;
mod duplicate_row;
mod first_day_missing;
mod interval_long;
mod last_day_missing;
mod not_eligible;
mod outside_window;
mod regime_missing;
mod regime_unknown;
mod unclassified;
mod variable_other_regime;
mod variable_outside_validity;

pub use batch::{CheckedBatch, ExaminedBatch, examine};
pub use context::{CheckContext, FixedAmounts};
pub use duplicate_row::DuplicateIndex;

use context::{Found, Row};

use crate::decode::rules;
use crate::finding::Rule;

type Check = fn(&Row<'_>, &mut Found<'_>);

/// The rules that look at one row, in the order in which their findings are listed.
static REGISTRY: [(&Rule, Check); 18] = [
    (&first_day_missing::RULE, first_day_missing::check),
    (&last_day_missing::RULE, last_day_missing::check),
    (&days_reversed::RULE, days_reversed::check),
    (&interval_long::RULE, interval_long::check),
    (&regime_missing::RULE, regime_missing::check),
    (&regime_unknown::RULE, regime_unknown::check),
    (&before_source::RULE, before_source::check),
    (&outside_window::RULE, outside_window::check),
    (&amount_before_validity::RULE, amount_before_validity::check),
    (&code_unknown::RULE, code_unknown::check),
    (&code_outside_validity::RULE, code_outside_validity::check),
    (&variable_outside_validity::RULE, variable_outside_validity::check),
    (&variable_other_regime::RULE, variable_other_regime::check),
    (&amount_without_convention::RULE, amount_without_convention::check),
    (&convention_without_amount::RULE, convention_without_amount::check),
    (&amount_not_fixed::RULE, amount_not_fixed::check),
    (&not_eligible::RULE, not_eligible::check),
    (&unclassified::RULE, unclassified::check),
];

/// Every rule that a finding can name: of decoding, of single rows, of rows together.
pub fn all_rules() -> Vec<&'static Rule> {
    let of_rows = REGISTRY.iter().map(|(rule, _)| *rule);
    rules::ALL.into_iter().chain(of_rows).chain([&duplicate_row::RULE]).collect()
}
