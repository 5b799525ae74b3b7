//! A hash of a row's decoded values, to find rows that occur twice in a delivery.
//!
//! Columns are hashed with a seed each and summed, so that the order of columns in a part does not
//! matter. 128 bits make an accidental match among 10^8 rows less likely than 10^-21.

use xxhash_rust::xxh3::xxh3_128_with_seed;

use crate::dictionary::{CODE_COLUMNS, Column};

/// What a value of a column adds to its row's hash.
#[inline]
pub(super) fn value_hash(column: Column, bytes: &[u8]) -> u128 {
    let seed = match column {
        Column::Code(code) => code.index(),
        Column::Person => CODE_COLUMNS.len(),
        Column::Partner => CODE_COLUMNS.len() + 1,
        Column::FirstDay => CODE_COLUMNS.len() + 2,
        Column::LastDay => CODE_COLUMNS.len() + 3,
        Column::Amount => CODE_COLUMNS.len() + 4,
    };
    xxh3_128_with_seed(bytes, seed as u64)
}

/// The same of a number.
#[inline]
pub(super) fn number_hash(column: Column, value: i64) -> u128 {
    value_hash(column, &value.to_le_bytes())
}

/// The hash of a row that could be read: never zero, which stands for one that could not.
pub(super) fn row_hash(sum: u128) -> u128 {
    sum.max(1)
}
