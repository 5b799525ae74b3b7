//! Figures that were handed out otherwise before, beside those of now, as a table for people.
//!
//! In: a released table, the figures of it that were others before. Out: a grid. Never: a figure before in
//! other digits than those handed out.

use super::cells::{Grid, GridCell, GridRow, Head};
use super::layout::{PARTIAL, legend, status};
use super::words::{bare_places, dimensions, member_text, name_of_place, titled};
use crate::disclosure::{Cell, Numbers, ReleasedTable, Values};
use crate::render::{Look, people};
use crate::words::Words;

/// A figure of a table, and what stood there before: its number and its status as programs read them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RevisedFigure<'a> {
    /// The row of the table.
    pub row: usize,
    /// The column of the table.
    pub metric: &'a str,
    /// The number before; empty where there was none.
    pub value: &'a str,
    /// Why there was none, or what it lacked.
    pub status: &'a str,
}

/// Lays revised figures out: what each is of, which figure it is, before and now under two headings.
pub(crate) fn revised(
    table: &ReleasedTable,
    figures: &[RevisedFigure<'_>],
    headings: [&str; 3],
    look: Look<'_>,
) -> Grid {
    let stubs = dimensions(table);
    let bare = bare_places(stubs, look);
    let heads = stubs.iter().map(|it| (titled(table, &it.name, look.language), false));
    let own = headings.into_iter().zip([false, true, true]);
    let heads = heads.chain(own.map(|(text, is_number)| (text.to_owned(), is_number)));
    let head = |(text, is_number)| Head { text, is_number, columns: 1, rows: 1, ..Head::default() };
    let rows = figures.iter().map(|figure| {
        let stub = stubs.iter().map(|column| {
            let Values::Members(members) = &column.values else { return String::new() };
            let text = member_text(&column.name, &members[figure.row], look);
            if bare.contains(&&*column.name) { name_of_place(&text).to_owned() } else { text }
        });
        let metric = titled(table, figure.metric, look.language);
        let texts = stub.chain([metric]).map(|text| GridCell { text, ..GridCell::default() });
        let cells = texts.chain(numbers(table, figure, look).map(|(text, status)| GridCell {
            text,
            status,
            is_number: true,
            ..GridCell::default()
        }));
        GridRow { is_total: false, cells: cells.collect() }
    });
    let rows: Vec<GridRow> = rows.collect();
    Grid {
        heads: vec![heads.map(head).collect()],
        stubs: stubs.len() + 1,
        legend: legend(&rows, Words::of(look.language)),
        rows,
        ..Grid::default()
    }
}

/// The figure before and now.
fn numbers(
    table: &ReleasedTable,
    figure: &RevisedFigure<'_>,
    look: Look<'_>,
) -> [(String, &'static str); 2] {
    let column = table.columns().iter().find(|it| it.name == figure.metric);
    let Some(Values::Numbers(numbers)) = column.map(|it| &it.values) else {
        return [(figure.value.to_owned(), ""), (String::new(), "")];
    };
    let text = |cell: Cell| {
        let values = Values::Numbers(Numbers { cells: vec![cell], ..numbers.clone() });
        let mut text = people(&values, 0, look.language);
        text.extend(matches!(cell, Cell::Partial(_)).then_some(PARTIAL));
        (text, status(cell))
    };
    // A number with other decimals than today's stands as it was handed out.
    let before = cell(figure, numbers.decimals).map_or_else(|| (figure.value.to_owned(), ""), text);
    [before, text(numbers.cells[figure.row])]
}

/// The cell that was written so.
fn cell(figure: &RevisedFigure<'_>, decimals: u8) -> Option<Cell> {
    if figure.value.is_empty() {
        return match figure.status {
            "not_applicable" => Some(Cell::NotApplicable),
            "not_delivered" => Some(Cell::NotDelivered),
            _ => Some(Cell::Undefined),
        };
    }
    let (whole, fraction) = figure.value.split_once('.').unwrap_or((figure.value, ""));
    if fraction.len() != usize::from(decimals) {
        return None;
    }
    let number = format!("{whole}{fraction}").parse().ok()?;
    Some(if figure.status == "partial" { Cell::Partial(number) } else { Cell::Value(number) })
}
