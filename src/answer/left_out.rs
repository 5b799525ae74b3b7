//! An answer of which figures over some of their quarters only are left out, where that is asked: what
//! is left is over all quarters that its row's name promises. In: a table with all figures. Out: the
//! same without those, and without the rows that have no other. Never: a total or a top that is made
//! anew of what is left.

use super::column::{Cell, Numbers, ResultColumn, Values};
use super::result::ResultTable;

impl ResultTable {
    /// The same without partial figures, and how many they were.
    pub(crate) fn without_partial(self) -> (Self, usize) {
        let cells = || self.columns().iter().filter_map(numbers);
        let is_partial = |cell: &&Cell| matches!(cell, Cell::Partial(_));
        let count = cells().flat_map(|it| &it.cells).filter(|it| is_partial(it)).count();
        if count == 0 {
            return (self, 0);
        }
        let stays = |row: &usize| {
            let mut of_row = cells().map(|it| it.cells[*row]);
            let has_other = of_row.clone().any(|it| matches!(it, Cell::Value(_)));
            has_other || !of_row.any(|it| is_partial(&&it))
        };
        let rows: Vec<usize> = (0..self.row_count()).filter(stays).collect();
        let complete = self.question().query().complete;
        let columns = self.columns().iter().filter_map(|it| it.kept(&rows, complete)).collect();
        (Self::of_columns(self.question().clone(), columns, rows.len()), count)
    }
}

impl ResultColumn {
    /// The column of some rows; a status column that says nothing of them goes, but in complete
    /// answers.
    fn kept(&self, rows: &[usize], complete: bool) -> Option<Self> {
        let values = match &self.values {
            Values::Members(members) => {
                Values::Members(rows.iter().map(|row| members[*row].clone()).collect())
            }
            Values::Text(texts) => {
                let texts: Vec<_> = rows.iter().map(|row| texts[*row].clone()).collect();
                if self.is_status() && !complete && texts.iter().all(Option::is_none) {
                    return None;
                }
                Values::Text(texts)
            }
            Values::Numbers(numbers) => {
                let left_out = |cell| match cell {
                    Cell::Partial(_) => Cell::LeftOut,
                    cell => cell,
                };
                let cells = rows.iter().map(|row| left_out(numbers.cells[*row])).collect();
                Values::Numbers(Numbers { cells, ..numbers.clone() })
            }
        };
        Some(Self { name: self.name.clone(), values })
    }
}

fn numbers(column: &ResultColumn) -> Option<&Numbers> {
    match &column.values {
        Values::Numbers(numbers) => Some(numbers),
        Values::Members(_) | Values::Text(_) => None,
    }
}
