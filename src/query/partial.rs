//! Figures over fewer quarters than they should be: those by persons' months in a measure, where a
//! quarter since the first delivery was not delivered.

use super::assemble::{Assembly, Row};
use super::derived::Formula;
use super::result::Cell;
use crate::metric::Dimension;
use crate::quarter::Quarter;

impl Assembly<'_> {
    /// A cell, partial where quarters are missing that a person's months are counted over, in its
    /// row or in the one that it is compared with.
    pub(super) fn marked(&self, row: &Row<'_>, formula: Option<&Formula>, cell: Cell) -> Cell {
        let against = formula.and_then(Formula::against);
        let other = against.and_then(|against| Some(against.of(row.quarter()?)));
        if self.missing_until(row, other).next().is_some() { cell.partial() } else { cell }
    }

    /// The quarters that a row's months should have been counted over, and were not delivered.
    pub(super) fn missing(&self, row: &Row<'_>) -> impl Iterator<Item = Quarter> {
        self.missing_until(row, None)
    }

    fn missing_until(
        &self,
        row: &Row<'_>,
        other: Option<Quarter>,
    ) -> impl Iterator<Item = Quarter> {
        let by_months = self.by_months || row.dimensions.contains(&Dimension::MeasureMonths);
        let last = by_months.then(|| self.last_quarter(row).max(other)).flatten();
        last.into_iter().flat_map(|last| self.coverage.delivered().missing_until(last))
    }

    /// The last delivered quarter that a row is over.
    fn last_quarter(&self, row: &Row<'_>) -> Option<Quarter> {
        let (quarter, year) = (row.quarter(), row.year());
        let of_row = |it: &Quarter| {
            quarter.is_none_or(|quarter| quarter == *it)
                && year.is_none_or(|year| year == it.year())
        };
        self.asked.iter().copied().filter(|it| of_row(it) && self.coverage.has(*it)).max()
    }
}
