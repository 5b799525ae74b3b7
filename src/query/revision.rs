//! An answer beside that of another state: which cells are new, gone, revised or unchanged. In: what
//! was counted in two states. Out: one table, in the query's order. A row that one state does not
//! have is 0 there where its quarters were delivered, and has no number where none of them was.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashSet};

use super::assemble::{Assembly, Row};
use super::complete::Coverage;
use super::figures::{Figures, Key};
use super::resolve::Question;
use super::result::{Cell, Numbers, ResultColumn, ResultTable, Values, statuses};
use crate::dictionary::Dictionary;
use crate::quarter::Quarter;

/// What was counted in a state of the table, and what that can have figures of.
#[derive(Debug, Clone, Copy)]
pub struct State<'a> {
    /// What was counted.
    pub figures: &'a Figures,
    /// What there can be figures of.
    pub coverage: &'a Coverage,
}

impl ResultTable {
    /// An answer with, for each metric, the value before and the difference, and a column that says
    /// what has become of the row.
    pub(crate) fn compared<'a>(
        question: &'a Question,
        now: State<'a>,
        before: State<'a>,
        dictionary: &'a Dictionary,
    ) -> Self {
        let of = |it: State<'a>| Assembly::new(question, it.figures, it.coverage, dictionary);
        let [now, before] = [now, before].map(of);
        let (mut rows, old_rows) = (now.rows(), before.rows());
        let places = |rows: &[Row<'_>]| rows.iter().map(place).collect::<HashSet<_>>();
        let (has, had) = (places(&rows), places(&old_rows));
        // A quarter that one state alone was delivered has no number in the other.
        let either: BTreeSet<Quarter> = now.asked.iter().chain(&before.asked).copied().collect();
        let over_either = |assembly: Assembly<'a>| {
            let asked = either.iter().copied().collect();
            Assembly { asked, may_lack: true, ..assembly }
        };
        let [now, before] = [now, before].map(over_either);
        let gone = old_rows.iter().filter(|row| !has.contains(&place(row)));
        rows.extend(gone.map(|row| same_in(&now, row)));
        let others: Vec<Row<'_>> = rows.iter().map(|row| same_in(&before, row)).collect();
        let mut columns = now.dimensions(&rows);
        let ((new, mut notes), (old, old_notes)) = (now.metrics(&rows), before.metrics(&others));
        notes.extend(old_notes);
        let mut revised = vec![false; rows.len()];
        for (column, other) in new.iter().zip(&old) {
            let (Values::Numbers(new), Values::Numbers(old)) = (&column.values, &other.values)
            else {
                continue;
            };
            for (revised, cells) in revised.iter_mut().zip(new.cells.iter().zip(&old.cells)) {
                *revised |= cells.0 != cells.1;
            }
            columns.extend(beside(&column.name, new, old));
        }
        columns.extend(statuses(&columns, question.query().complete));
        let states = rows.iter().map(place).zip(revised).map(|(place, revised)| match revised {
            _ if !had.contains(&place) => "new",
            _ if !has.contains(&place) => "gone",
            true => "revised",
            false => "unchanged",
        });
        let states = states.map(|state| Some(state.to_owned())).collect();
        columns.push(ResultColumn { name: "revision".to_owned(), values: Values::Text(states) });
        let levels: Vec<usize> = rows.iter().map(|row| row.level).collect();
        let missing = rows.iter().flat_map(|row| now.missing(row));
        let lacking = missing.chain(others.iter().flat_map(|row| before.missing(row)));
        Self::sorted(question, columns, &levels).with(notes, &lacking.collect())
    }
}

/// Where a row stands: its level, and the values of its dimensions.
fn place(row: &Row<'_>) -> (usize, Key) {
    (row.level, row.key.clone().into_owned())
}

/// The same row as another state has it.
fn same_in<'a>(assembly: &Assembly<'a>, row: &Row<'_>) -> Row<'a> {
    assembly.row(row.level, &row.dimensions, Cow::Owned(row.key.clone().into_owned()))
}

/// A metric, its value before, and the difference.
fn beside(name: &str, new: &Numbers, old: &Numbers) -> [ResultColumn; 3] {
    let difference = new.cells.iter().zip(&old.cells).map(|cells| match cells {
        (Cell::Value(now), Cell::Value(before)) => Cell::Value(now - before),
        (now, before) => match (now.value(), before.value()) {
            (Some(now), Some(before)) => Cell::Partial(now - before),
            _ => Cell::Undefined,
        },
    });
    let column = |name: String, cells| {
        let values = Values::Numbers(Numbers { cells, ..new.clone() });
        ResultColumn { name, values }
    };
    [
        column(name.to_owned(), new.cells.clone()),
        column(format!("{name}_before"), old.cells.clone()),
        column(format!("{name}_difference"), difference.collect()),
    ]
}
