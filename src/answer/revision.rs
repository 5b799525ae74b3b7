//! An answer beside that of another state: which cells are new, gone, revised or unchanged. In: what
//! was counted in two states. Out: one table, in the query's order. A row that one state does not
//! have is 0 there where its quarters were delivered, and has no number where none of them was.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashSet};

use super::assembly::{Assembly, Row, Told};
use super::column::{Cell, Numbers, ResultColumn, Values};
use super::complete::{Coverage, TooManyRows};
use super::result::{ResultTable, statuses};
use crate::counting::Figures;
use crate::counting::figures::Key;
use crate::dictionary::Dictionary;
use crate::quarter::Quarter;
use crate::query::{Note, Question};

/// What was counted in a state of the table, and what that can have figures of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct State<'a> {
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
    ) -> Result<Self, TooManyRows> {
        let of = |it: State<'a>| Assembly::new(question, it.figures, it.coverage, dictionary);
        let [now, before] = [now, before].map(of);
        let (mut rows, old_rows) = (now.rows()?, before.rows()?);
        let places = |rows: &[Row<'_>]| rows.iter().map(place).collect::<HashSet<_>>();
        let (has, had) = (places(&rows), places(&old_rows));
        // A quarter that one state alone was delivered has no number in the other.
        let either: BTreeSet<Quarter> = now.asked.iter().chain(&before.asked).copied().collect();
        let over_either = |assembly: Assembly<'a>| {
            let assembly = Assembly { may_lack: true, ..assembly };
            assembly.asking(either.iter().copied().collect())
        };
        let [now, before] = [now, before].map(over_either);
        let gone = old_rows.iter().filter(|row| !has.contains(&place(row)));
        rows.extend(gone.map(|row| same_in(&now, row)));
        let others: Vec<Row<'_>> = rows.iter().map(|row| same_in(&before, row)).collect();
        let mut columns = now.dimensions(&rows);
        let (figures, revised, told) = side_by_side([&now, &before], [&rows, &others]);
        columns.extend(figures);
        columns.extend(statuses(&columns, question.query().complete));
        // A row over quarters of which a state was delivered none is not there.
        let is_there = |rows: &HashSet<(usize, Key)>, state: &Assembly<'a>, row: &Row<'_>| {
            rows.contains(&place(row)) && state.not_delivered(row).is_none()
        };
        let states = rows.iter().zip(revised).map(|(row, revised)| {
            match (is_there(&had, &before, row), is_there(&has, &now, row)) {
                (false, true) => "new",
                (true, false) => "gone",
                _ if revised => "revised",
                _ => "unchanged",
            }
        });
        let states = states.map(|state| Some(state.to_owned())).collect();
        columns.push(ResultColumn { name: "revision".to_owned(), values: Values::Text(states) });
        let levels: Vec<usize> = rows.iter().map(|row| row.level).collect();
        Ok(Self::sorted(question, columns, &levels).with(told, &[&now, &before]))
    }
}

/// Each metric of two states with its difference, whether a row has another figure in one than in
/// the other, and what a reader must know.
fn side_by_side(
    [now, before]: [&Assembly<'_>; 2],
    [rows, others]: [&[Row<'_>]; 2],
) -> (Vec<ResultColumn>, Vec<bool>, Told) {
    let ((new, mut told), (old, old_told)) = (now.metrics(rows), before.metrics(others));
    told.notes.extend(old_told.notes);
    told.missing.extend(old_told.missing);
    let (over, over_before) = (now.over(rows), before.over(others));
    told.notes.extend(over_before.filter(|it| over.as_ref() != Some(it)).map(Note::OverBefore));
    told.notes.extend(over.map(Note::Over));
    // What one state alone fills in comes or goes as in an answer that does not tell it apart.
    let plain = |it: &Assembly<'_>, rows: &[Row<'_>], columns: &[ResultColumn]| {
        if !it.tells_applicable {
            return columns.to_vec();
        }
        Assembly { tells_applicable: false, ..it.clone() }.metrics(rows).0
    };
    let (plain_new, plain_old) = (plain(now, rows, &new), plain(before, others, &old));
    let mut revised = vec![false; rows.len()];
    let mut columns = Vec::with_capacity(3 * new.len());
    for ((column, other), plain) in new.iter().zip(&old).zip(plain_new.iter().zip(&plain_old)) {
        let [Some(new), Some(old), Some(plain), Some(plain_old)] =
            [column, other, plain.0, plain.1].map(numbers)
        else {
            continue;
        };
        for (revised, cells) in revised.iter_mut().zip(new.cells.iter().zip(&old.cells)) {
            *revised |= cells.0 != cells.1;
        }
        columns.extend(beside(&column.name, [new, old], [plain, plain_old]));
    }
    (columns, revised, told)
}

/// Where a row stands: its level, and the values of its dimensions.
fn place(row: &Row<'_>) -> (usize, Key) {
    (row.level, row.key.clone().into_owned())
}

/// The same row as another state has it.
fn same_in<'a>(assembly: &Assembly<'a>, row: &Row<'_>) -> Row<'a> {
    assembly.row(row.level, &row.dimensions, Cow::Owned(row.key.clone().into_owned()))
}

fn numbers(column: &ResultColumn) -> Option<&Numbers> {
    match &column.values {
        Values::Numbers(numbers) => Some(numbers),
        Values::Members(_) | Values::Text(_) => None,
    }
}

/// A metric, its value before, and the difference. Where what is not filled in stands beside a
/// number, the difference is that of the plain figures: what comes or goes is in the totals too.
fn beside(name: &str, [new, old]: [&Numbers; 2], plain: [&Numbers; 2]) -> [ResultColumn; 3] {
    let difference = (0..new.cells.len()).map(|at| {
        if [new, old].iter().all(|it| it.cells[at].value().is_none()) {
            return Cell::Undefined;
        }
        match plain.map(|it| it.cells[at]) {
            [Cell::Value(now), Cell::Value(before)] => Cell::Value(now - before),
            [now, before] => match (now.value(), before.value()) {
                (Some(now), Some(before)) => Cell::Partial(now - before),
                _ => Cell::Undefined,
            },
        }
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
