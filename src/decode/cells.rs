//! What became of the fields of a column: each that holds something gives a value, is a word for no
//! value, or has a finding.
//!
//! In: rows as they were split, and what was decoded from them. Out: [`CellCounts`] by column. The fields
//! are counted where they stand and the values where they are kept, so that a reader that loses one is
//! found, whichever it is.

use std::ops::Range;

use crate::delivery::Rows;

/// The fields of one column that hold something.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CellCounts {
    /// Fields that are not blank.
    pub held: u64,
    /// Of these, those that were read as a value.
    pub values: u64,
    /// Those that are a word for no value.
    pub no_value_words: u64,
    /// Those with a finding instead of a value.
    pub findings: u64,
}

impl CellCounts {
    /// Whether nothing that a field holds is lost.
    pub fn balances(self) -> bool {
        self.held == self.values + self.no_value_words + self.findings
    }

    /// Adds the counts of other rows.
    pub fn add(&mut self, other: Self) {
        self.held += other.held;
        self.values += other.values;
        self.no_value_words += other.no_value_words;
        self.findings += other.findings;
    }
}

/// Counts the fields that are not empty by their place in the row; blanks are among them.
pub(super) fn count_held(rows: &Rows, block: Range<usize>, held: &mut [u32]) {
    for row in block {
        let (start, ends) = rows.ends(row);
        let mut before = start;
        for (held, end) in held.iter_mut().zip(ends) {
            *held += u32::from(before != *end);
            before = end + 1;
        }
    }
}

/// The fields at a place that are blank without being empty.
pub(super) fn count_blank(rows: &Rows, at: usize) -> u64 {
    let is_blank = |row: &usize| {
        let bytes = rows.field(*row, at);
        let text = std::str::from_utf8(bytes);
        !bytes.is_empty() && text.is_ok_and(|text| text.trim().is_empty())
    };
    (0..rows.len()).filter(is_blank).count() as u64
}
