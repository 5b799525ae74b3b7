//! An answer beside that of another state: which cells are new, gone, revised or unchanged.

use std::collections::{BTreeMap, BTreeSet};

use super::result::{Cell, Numbers, ResultColumn, ResultTable, Values, statuses};

/// What has become of a cell.
const UNCHANGED: &str = "unchanged";

impl ResultTable {
    /// This answer with, for each metric, the value before and the difference, and a column that
    /// says what has become of the row. Rows that are gone stand below.
    #[must_use]
    pub fn compared_with(&self, before: &Self) -> Self {
        let key = |table: &Self, row: usize| -> Vec<Option<String>> {
            let text = |column: &ResultColumn| match &column.values {
                Values::Text(texts) if !column.is_status() => Some(texts[row].clone()),
                _ => None,
            };
            table.columns().iter().filter_map(text).collect()
        };
        let old: BTreeMap<_, usize> =
            (0..before.row_count()).map(|row| (key(before, row), row)).collect();
        let now: BTreeMap<_, usize> =
            (0..self.row_count()).map(|row| (key(self, row), row)).collect();
        let mut pairs: Vec<(Option<usize>, Option<usize>)> = (0..self.row_count())
            .map(|row| (Some(row), old.get(&key(self, row)).copied()))
            .collect();
        let gone = (0..before.row_count()).filter(|row| !now.contains_key(&key(before, *row)));
        pairs.extend(gone.map(|row| (None, Some(row))));
        let mut columns = Vec::new();
        let mut revised = vec![false; pairs.len()];
        for column in self.columns().iter().filter(|column| !column.is_status()) {
            let mut others = before.columns().iter();
            let other = others.find(|it| it.name == column.name).map(|column| &column.values);
            match (&column.values, other) {
                (Values::Numbers(new), Some(Values::Numbers(old))) => {
                    let cells = Compared::of(new, old, &pairs);
                    for (revised, changed) in revised.iter_mut().zip(&cells.changed) {
                        *revised |= changed;
                    }
                    columns.extend(cells.columns(&column.name, new));
                }
                (Values::Text(new), Some(Values::Text(old))) => {
                    let text = |pair: &(Option<usize>, Option<usize>)| match *pair {
                        (Some(row), _) => new[row].clone(),
                        (None, row) => row.and_then(|row| old[row].clone()),
                    };
                    let values = Values::Text(pairs.iter().map(text).collect());
                    columns.push(ResultColumn { name: column.name.clone(), values });
                }
                _ => {}
            }
        }
        columns.extend(statuses(&columns, self.question().query().complete));
        let states = pairs.iter().zip(revised).map(|(pair, revised)| match pair {
            (Some(_), None) => "new",
            (None, _) => "gone",
            _ if revised => "revised",
            _ => UNCHANGED,
        });
        let states = states.map(|state| Some(state.to_owned())).collect();
        columns.push(ResultColumn { name: "revision".to_owned(), values: Values::Text(states) });
        let compared = Self::of_columns(self.question().clone(), columns, pairs.len());
        let lacking: BTreeSet<String> =
            self.lacking().iter().chain(before.lacking()).cloned().collect();
        compared.lacking_quarters(lacking.into_iter().collect())
    }
}

/// The cells of a metric in two states.
struct Compared {
    now: Vec<Cell>,
    before: Vec<Cell>,
    difference: Vec<Cell>,
    changed: Vec<bool>,
}

impl Compared {
    fn of(new: &Numbers, old: &Numbers, pairs: &[(Option<usize>, Option<usize>)]) -> Self {
        let cell = |numbers: &Numbers, row: Option<usize>| {
            row.map_or(Cell::Undefined, |row| numbers.cells[row])
        };
        let now: Vec<Cell> = pairs.iter().map(|pair| cell(new, pair.0)).collect();
        let before: Vec<Cell> = pairs.iter().map(|pair| cell(old, pair.1)).collect();
        let difference = now.iter().zip(&before).map(|cells| match cells {
            (Cell::Value(now), Cell::Value(before)) => Cell::Value(now - before),
            (now, before) => match (now.value(), before.value()) {
                (Some(now), Some(before)) => Cell::Partial(now - before),
                _ => Cell::Undefined,
            },
        });
        let difference = difference.collect();
        let changed = now.iter().zip(&before).map(|(now, before)| now != before).collect();
        Self { now, before, difference, changed }
    }

    fn columns(self, name: &str, numbers: &Numbers) -> [ResultColumn; 3] {
        let column = |name: String, cells| {
            let values = Values::Numbers(Numbers { cells, ..numbers.clone() });
            ResultColumn { name, values }
        };
        [
            column(name.to_owned(), self.now),
            column(format!("{name}_before"), self.before),
            column(format!("{name}_difference"), self.difference),
        ]
    }
}
