//! The rules of the data, one file each, and the two passes that apply them.
//!
//! In: [`DecodedBatch`](crate::decode::DecodedBatch)es and a [`CheckContext`]. Out:
//! [`CheckedBatch`]es, the only rows that can be attributed, with every finding of every row.
//! Never: a row that breaks a reject rule among the accepted ones, or a finding that stops at the
//! first of a row.
//!
//! A new rule is a file with a [`Rule`], a `mark` and a `check` function, and a line in the
//! registry. `mark` says by whole columns which rows the rule may break; only those are looked at
//! one by one by `check`.

mod amount_before_validity;
mod amount_not_fixed;
mod amount_without_convention;
mod batch;
mod before_source;
mod born_after;
mod classify;
mod code_outside_validity;
mod code_unknown;
mod column_gone;
mod context;
mod convention_without_amount;
mod days_reversed;
mod days_twelve;
mod duplicate_row;
mod facts;
mod first_day_missing;
mod first_days;
mod identifier_in_code;
mod interval_implausible;
mod interval_long;
mod last_day_missing;
mod may_be_shown;
mod not_eligible;
mod outside_window;
mod place_outside_validity;
mod place_unknown;
mod profile;
mod quarter_empty;
mod regime_missing;
mod regime_unknown;
mod registry;
mod rejected_row;
mod row;
mod sealed_run;
mod seen;
mod seen_shard;
mod split_number;
mod unclassified;
mod value_facts;
mod variable_other_regime;
mod variable_outside_validity;

pub use batch::{CheckedBatch, ExaminedBatch, examine};
pub use column_gone::{Lacking, columns_gone};
pub use context::{CheckContext, FixedAmounts};
pub use days_twelve::days_twelve;
pub use duplicate_row::DuplicateIndex;
pub use facts::Classes;
pub use may_be_shown::MayBeShown;
pub use profile::{BatchCounts, Profile, VariableProfile};
pub use quarter_empty::quarters_empty;
pub use rejected_row::{RejectedRow, kept_header};

use registry::REGISTRY;

use crate::decode::rules;
use crate::finding::Rule;

/// The rules that a delivery as a whole can break; no row has a finding of them.
pub static DELIVERY_RULES: [&Rule; 3] =
    [&column_gone::RULE, &days_twelve::RULE, &quarter_empty::RULE];

/// The rules that rows break together.
static OF_ROWS_TOGETHER: [&Rule; 2] = [&duplicate_row::RULE, &identifier_in_code::RULE];

/// Whether a rule rejects rows whose regime the dictionary does not know.
pub fn rows_without_regime(rule: &str) -> bool {
    rule == regime_unknown::RULE.id
}

/// Every rule that a row can break: of decoding, of single rows, of rows together.
pub fn all_rules() -> Vec<&'static Rule> {
    let of_rows = REGISTRY.iter().map(|row_rule| row_rule.rule);
    rules::ALL.into_iter().chain(of_rows).chain(OF_ROWS_TOGETHER).collect()
}
