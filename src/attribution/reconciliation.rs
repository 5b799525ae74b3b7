//! The statement that no row, no cent and no cell is lost, per delivery, quarter and column.

use std::collections::BTreeMap;

use crate::decode::CellCounts;
use crate::dictionary::Column;
use crate::quarter::{Quarter, QuarterRange};

/// Rows and cents of a delivery, from what was read to what is stored.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reconciliation {
    rows_read: u64,
    rows_accepted: u64,
    cents_accepted: i128,
    cents_rejected: i128,
    cents_clipped: i128,
    by_quarter: BTreeMap<Quarter, QuarterTotals>,
    /// By name of the column.
    cells: BTreeMap<&'static str, CellCounts>,
}

/// What was attributed to one quarter of the window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct QuarterTotals {
    /// Observations of the quarter.
    pub observations: u64,
    /// Cents of EBENCONVCM attributed to the quarter.
    pub cents: i128,
}

impl Reconciliation {
    /// Nothing attributed yet; every quarter of the window is in the statement.
    pub fn new(window: QuarterRange, rows_read: u64) -> Self {
        let by_quarter = window.iter().map(|quarter| (quarter, QuarterTotals::default()));
        Self { rows_read, by_quarter: by_quarter.collect(), ..Self::default() }
    }

    /// An accepted row, with the shares of its amount that lie inside the window.
    pub(super) fn accept(&mut self, cents: Option<i64>, shares: Option<&[i64]>) {
        let cents = cents.map_or(0, i128::from);
        let inside: i128 = shares.unwrap_or(&[]).iter().map(|share| i128::from(*share)).sum();
        self.rows_accepted += 1;
        self.cents_accepted += cents;
        self.cents_clipped += cents - inside;
    }

    /// An accepted row that lies in one quarter of the window.
    pub(super) fn accept_whole(&mut self, quarter: Quarter, cents: Option<i64>) {
        self.rows_accepted += 1;
        self.cents_accepted += cents.map_or(0, i128::from);
        self.attribute(quarter, cents);
    }

    /// A rejected row, with its amount where that can be read.
    pub(super) fn reject(&mut self, cents: Option<i64>) {
        self.cents_rejected += cents.map_or(0, i128::from);
    }

    /// What became of the fields of some rows.
    pub(super) fn count_cells(&mut self, cells: &[(Column, CellCounts)]) {
        for (column, counts) in cells {
            self.cells.entry(column.name()).or_default().add(*counts);
        }
    }

    pub(super) fn attribute(&mut self, quarter: Quarter, cents: Option<i64>) {
        let totals = self.by_quarter.entry(quarter).or_default();
        totals.observations += 1;
        totals.cents += cents.map_or(0, i128::from);
    }

    /// Adds the totals of other rows of the same delivery.
    pub fn add(&mut self, other: &Self) {
        self.rows_read += other.rows_read;
        self.rows_accepted += other.rows_accepted;
        self.cents_accepted += other.cents_accepted;
        self.cents_rejected += other.cents_rejected;
        self.cents_clipped += other.cents_clipped;
        for (quarter, totals) in &other.by_quarter {
            let sum = self.by_quarter.entry(*quarter).or_default();
            sum.observations += totals.observations;
            sum.cents += totals.cents;
        }
        for (column, counts) in &other.cells {
            self.cells.entry(column).or_default().add(*counts);
        }
    }

    /// Rows read.
    pub fn rows_read(&self) -> u64 {
        self.rows_read
    }

    /// Rows accepted.
    pub fn rows_accepted(&self) -> u64 {
        self.rows_accepted
    }

    /// Rows rejected.
    pub fn rows_rejected(&self) -> u64 {
        self.rows_read - self.rows_accepted
    }

    /// Cents of the accepted rows.
    pub fn cents_accepted(&self) -> i128 {
        self.cents_accepted
    }

    /// Cents of rejected rows whose amount could be read.
    pub fn cents_rejected(&self) -> i128 {
        self.cents_rejected
    }

    /// The quarters of the window, in order.
    pub fn by_quarter(&self) -> &BTreeMap<Quarter, QuarterTotals> {
        &self.by_quarter
    }

    /// Observations stored.
    pub fn observations_stored(&self) -> u64 {
        self.by_quarter.values().map(|totals| totals.observations).sum()
    }

    /// Cents stored.
    pub fn cents_stored(&self) -> i128 {
        self.by_quarter.values().map(|totals| totals.cents).sum()
    }

    /// Cents that belong to quarters outside the window.
    pub fn cents_clipped(&self) -> i128 {
        self.cents_clipped
    }

    /// The fields of rows whose fields can be told apart that hold something, and what became of them, by
    /// column.
    pub fn cells(&self) -> &BTreeMap<&'static str, CellCounts> {
        &self.cells
    }

    /// A column of which fields are lost.
    pub fn lost_cells(&self) -> Option<(&'static str, CellCounts)> {
        let lost = self.cells.iter().find(|(_, counts)| !counts.balances());
        lost.map(|(column, counts)| (*column, *counts))
    }

    /// Whether rows read are accepted or rejected, and cents accepted stored or clipped.
    pub fn balances(&self) -> bool {
        self.rows_accepted <= self.rows_read
            && self.cents_accepted == self.cents_stored() + self.cents_clipped
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_of_which_a_field_is_lost_is_named() {
        let whole = CellCounts { held: 7, values: 4, no_value_words: 2, findings: 1 };
        let mut sums = Reconciliation::default();
        sums.count_cells(&[(Column::Person, whole), (Column::Amount, whole)]);
        assert_eq!(sums.lost_cells(), None);
        let mut more = Reconciliation::default();
        more.count_cells(&[(
            Column::Amount,
            CellCounts { held: 3, values: 2, ..CellCounts::default() },
        )]);
        sums.add(&more);
        let lost = CellCounts { held: 10, values: 6, ..whole };
        assert_eq!(sums.lost_cells(), Some(("EBENCONVCM", lost)));
    }
}
