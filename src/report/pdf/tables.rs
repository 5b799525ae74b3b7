//! Tables with what decides how wide their columns are.

use super::data::{Column, Row, Table, TableHead, Value};
use super::letters::Letters;
use crate::export::{Grid, Head};
use crate::report::Inline;

/// A table of figures.
pub(super) fn grid(letters: &Letters, grid: &Grid) -> Table {
    let texts = grid.rows.iter().map(|row| Row {
        total: row.is_total,
        cells: row.cells.iter().map(|it| Value::Text(letters.text(&it.text))).collect(),
    });
    let rows: Vec<Row> = texts.collect();
    let width = grid.rows.first().map_or_else(|| width(&grid.heads), |row| row.cells.len());
    let mut columns: Vec<Column> = (0..width).map(|_| Column::default()).collect();
    for (row, shown) in grid.rows.iter().zip(&rows) {
        for ((column, cell), shown) in columns.iter_mut().zip(&row.cells).zip(&shown.cells) {
            column.number = cell.is_number;
            if let Value::Text(text) = shown {
                column.add(text);
            }
        }
    }
    Table {
        id: None,
        number: None,
        title: None,
        unit: Some((letters.text(&grid.unit), marks(&grid.unit_notes)))
            .filter(|it| !it.0.is_empty()),
        stubs: grid.stubs,
        heads: heads(letters, &grid.heads),
        columns,
        rows,
        legend: grid
            .legend
            .iter()
            .map(|(it, says)| (letters.text(it), letters.text(says)))
            .collect(),
        notes: notes(letters, grid),
    }
}

/// The notes, with the marks of those that headings name.
fn notes(letters: &Letters, grid: &Grid) -> Vec<String> {
    let notes = grid.notes.iter().map(|it| letters.text(it)).zip(1..);
    let marked = |(note, at): (String, usize)| {
        if at <= grid.marked { format!("{} {note}", marks(&[at])) } else { note }
    };
    notes.map(marked).collect()
}

fn marks(notes: &[usize]) -> String {
    notes.iter().map(|mark| format!("[{mark}]")).collect::<Vec<_>>().concat()
}

/// Headings with the columns that they are over.
fn heads(letters: &Letters, rows: &[Vec<Head>]) -> Vec<TableHead> {
    let mut heads: Vec<TableHead> = Vec::new();
    for (row, found) in rows.iter().enumerate() {
        let mut column = 0;
        for head in found {
            // Where a heading of a row above reaches down.
            while let Some(it) = heads.iter().find(|it| it.is_over(row, column)) {
                column = it.column + it.columns;
            }
            let text = letters.text(&head.text);
            heads.push(TableHead {
                row,
                column,
                columns: head.columns,
                rows: head.rows,
                number: head.is_number,
                marks: marks(&head.notes),
                words: text.split(' ').map(str::to_owned).collect(),
                text,
            });
            column += head.columns;
        }
    }
    heads
}

/// A table that the author wrote.
/// Headings are repeated on every page, so links and marks in them are texts.
pub(super) fn written(
    letters: &Letters,
    head: &[Vec<Inline>],
    rows: &[Vec<Vec<Inline>>],
    shown: Vec<Row>,
) -> Table {
    let mut columns: Vec<Column> = head.iter().map(|_| Column::default()).collect();
    for (at, column) in columns.iter_mut().enumerate() {
        let cells = rows.iter().filter_map(|row| row.get(at)).map(|cell| plain(cell));
        let cells: Vec<String> = cells.collect();
        column.number = !cells.is_empty() && cells.iter().all(|it| is_number(it));
        for cell in &cells {
            column.add(&letters.text(cell));
        }
    }
    let mut heads = Vec::new();
    for (at, cell) in head.iter().enumerate() {
        let text = letters.text(&plain(cell));
        heads.push(TableHead {
            row: 0,
            column: at,
            columns: 1,
            rows: 1,
            number: columns[at].number,
            marks: String::new(),
            words: text.split(' ').map(str::to_owned).collect(),
            text,
        });
    }
    Table {
        id: None,
        number: None,
        title: None,
        unit: None,
        stubs: 0,
        heads,
        columns,
        rows: shown,
        legend: Vec::new(),
        notes: Vec::new(),
    }
}

fn width(heads: &[Vec<Head>]) -> usize {
    heads.first().map_or(0, |row| row.iter().map(|it| it.columns).sum())
}

/// What is written, without how.
fn plain(inlines: &[Inline]) -> String {
    let texts = inlines.iter().map(|it| match it {
        Inline::Text(text) | Inline::Code(text) => text.clone(),
        Inline::Emphasis(of) | Inline::Strong(of) | Inline::Link(_, of) => plain(of),
        Inline::Mark(_) => String::new(),
        Inline::Break => " ".to_owned(),
    });
    texts.collect()
}

/// Whether a cell that somebody wrote is a number, with what stands around one.
fn is_number(text: &str) -> bool {
    let has_digit = text.contains(|it: char| it.is_ascii_digit());
    has_digit && text.chars().all(|it| !it.is_alphabetic() && it != '-' || it == '\u{2212}')
}
