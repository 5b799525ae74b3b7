//! A hash of a row's decoded values, to find rows that occur twice in a delivery.
//!
//! Columns are hashed with a seed each and summed, so that the order of columns in a part does not matter. 128
//! bits make an accidental match among 10^8 rows less likely than 10^-21.

use xxhash_rust::xxh3::xxh3_128_with_seed;

use super::identifier::Identifier;
use crate::dictionary::{CODE_COLUMNS, Column};

/// Hashes one row after the other.
#[derive(Default)]
pub(super) struct RowHasher {
    sum: u128,
}

impl RowHasher {
    pub(super) fn start(&mut self) {
        self.sum = 0;
    }

    pub(super) fn number(&mut self, column: Column, value: Option<i64>) {
        if let Some(value) = value {
            self.add(column, &value.to_le_bytes());
        }
    }

    pub(super) fn text(&mut self, column: Column, value: &str) {
        self.add(column, value.as_bytes());
    }

    pub(super) fn identifier(&mut self, column: Column, identifier: Option<&Identifier<'_>>) {
        match identifier {
            Some(Identifier::National(number)) => self.number(column, Some(number.digits)),
            Some(Identifier::Coded(token)) => self.text(column, token),
            None => {}
        }
    }

    fn add(&mut self, column: Column, bytes: &[u8]) {
        let tag = match column {
            Column::Code(code) => code.index(),
            Column::Person => CODE_COLUMNS.len(),
            Column::Partner => CODE_COLUMNS.len() + 1,
            Column::FirstDay => CODE_COLUMNS.len() + 2,
            Column::LastDay => CODE_COLUMNS.len() + 3,
            Column::Amount => CODE_COLUMNS.len() + 4,
        };
        self.sum = self.sum.wrapping_add(xxh3_128_with_seed(bytes, tag as u64));
    }

    /// Never zero, which stands for a row that could not be read.
    pub(super) fn finish(&self) -> u128 {
        self.sum.max(1)
    }
}
