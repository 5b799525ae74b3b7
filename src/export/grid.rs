//! A released table as people read it: rows of headings, rows of cells, symbols and notes.
//!
//! In: a released table, which of its columns are wanted, the dimension whose values stand beside each
//! other. Out: a [`Grid`], which every format for people writes in its own way. Never: a number that
//! stands in no cell of the table, a total that is not marked as one, two cells in one place.

use super::words::{cell, dimensions, heading, is_number, notes, symbols};
use crate::disclosure::{Member, ReleasedTable, ResultColumn, Values};
use crate::render::{Look, label, plain};
use crate::words::Words;

/// What is wanted of a table.
#[derive(Debug, Clone, Copy, Default)]
pub struct Shape<'a> {
    /// The dimension whose values stand beside each other.
    pub wide: Option<&'a str>,
    /// The columns of numbers, by name; all where none is named.
    pub metrics: &'a [String],
}

/// A table as it is laid out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grid {
    /// What it shows.
    pub title: String,
    /// Rows of headings, the outermost first.
    pub heads: Vec<Vec<Head>>,
    /// How many columns, from the left, head their row.
    pub stubs: usize,
    /// Rows of cells, each as long as the last row of headings is wide.
    pub rows: Vec<GridRow>,
    /// Symbols that stand in cells, each with what it says.
    pub legend: Vec<(String, String)>,
    /// What a reader must know besides.
    pub notes: Vec<String>,
}

/// A heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// What stands there.
    pub text: String,
    /// How many columns it is over.
    pub columns: usize,
    /// How many rows of headings it is over.
    pub rows: usize,
    /// Whether numbers stand below it.
    pub is_number: bool,
}

/// A row of cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GridRow {
    /// Whether it is over several values of a dimension that other rows tell apart.
    pub is_total: bool,
    /// Its cells, from the left.
    pub cells: Vec<GridCell>,
}

/// A cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GridCell {
    /// What is shown.
    pub text: String,
    /// What programs write for the same.
    pub value: String,
    /// Whether it stands where numbers do.
    pub is_number: bool,
}

/// Lays a table out.
pub fn grid(table: &ReleasedTable, shape: Shape<'_>, look: Look<'_>) -> Result<Grid, String> {
    let is_wanted = |it: &&ResultColumn| {
        !is_number(it) || shape.metrics.is_empty() || shape.metrics.contains(&it.name)
    };
    let columns: Vec<&ResultColumn> = table.columns().iter().filter(is_wanted).collect();
    let head = |it: &&ResultColumn| Head {
        text: heading(table, &it.name, look.language),
        columns: 1,
        rows: 1,
        is_number: is_number(it),
    };
    let stubs = dimensions(table);
    let rows = (0..table.row_count()).map(|row| GridRow {
        is_total: is_total(stubs, row),
        cells: columns.iter().map(|it| grid_cell(it, row, look)).collect(),
    });
    let owned = |(symbol, meaning): (&str, &str)| (symbol.to_owned(), meaning.to_owned());
    Ok(Grid {
        title: label(table.title(), look.language).to_owned(),
        heads: vec![columns.iter().map(head).collect()],
        stubs: stubs.len(),
        rows: rows.collect(),
        legend: symbols(table, Words::of(look.language)).into_iter().map(owned).collect(),
        notes: notes(table, look.language),
    })
}

fn grid_cell(column: &ResultColumn, row: usize, look: Look<'_>) -> GridCell {
    let text = cell(column, row, look);
    GridCell { text, value: plain(&column.values, row), is_number: is_number(column) }
}

fn is_total(stubs: &[ResultColumn], row: usize) -> bool {
    stubs.iter().any(|it| match &it.values {
        Values::Members(members) => members[row] == Member::Total,
        Values::Text(_) | Values::Numbers(_) => false,
    })
}
