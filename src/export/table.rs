//! A table for people: title, aligned numbers, and where the figures come from.

use std::io::{self, Write};

use comfy_table::{Attribute, Cell, CellAlignment, ContentArrangement, Table, presets};

use super::words::{condition, not_additive};
use super::{ExportError, Grid, GridRow, Head, Provenance, Shape, grid};
use crate::chart::spark;
use crate::disclosure::ReleasedTable;
use crate::render::{Look, grouped, label, terminal, terminal_lines};
use crate::words::Words;

pub(super) fn write(
    released: &ReleasedTable,
    provenance: &Provenance,
    shape: Shape<'_>,
    (look, stream): (Look<'_>, bool),
    out: &mut dyn Write,
) -> Result<(), ExportError> {
    let grid = grid(released, shape, look).map_err(ExportError::Layout)?;
    Ok(lines(released, &grid, provenance, (look, stream), out)?)
}

fn lines(
    released: &ReleasedTable,
    grid: &Grid,
    provenance: &Provenance,
    (look, stream): (Look<'_>, bool),
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(out, "{}", terminal_lines(label(released.title(), look.language)))?;
    if !grid.unit.is_empty() {
        writeln!(out, "{}", terminal_lines(&grid.unit))?;
    }
    for line in aligned(grid, look).lines() {
        writeln!(out, "{}", line.trim_end())?;
    }
    let words = Words::of(look.language);
    let key = if released.row_count() == 1 { "table.row" } else { "table.rows" };
    let rows = words.fill(key, &[("count", &grouped(&released.row_count().to_string()))]);
    let deliveries = match provenance.deliveries.as_slice() {
        [] => words.text("table.no_delivery").to_owned(),
        deliveries => deliveries.join(", "),
    };
    let version = provenance.version.to_string();
    let values = [("rows", &*rows), ("version", &version), ("deliveries", &deliveries)];
    let mut of = words.fill("table.of", &values);
    let compared = provenance.compared_classification.iter();
    for classification in provenance.classification.iter().chain(compared) {
        let values = [("of", &*of), ("classification", classification)];
        of = words.fill("table.classified", &values);
    }
    let mut lines = vec![of];
    let of_quarters =
        |key, texts: &[String]| words.fill(key, &[("quarters", &words.all_quarters(texts))]);
    if released.columns().iter().any(|column| column.name == "year") {
        lines.push(of_quarters("table.data_of", &provenance.quarters));
    }
    if !released.lacking().is_empty() {
        lines.push(of_quarters("table.partial_without", released.lacking()));
    }
    let mut asked: Vec<String> =
        released.conditions().iter().map(|it| condition(it, look)).collect();
    asked.extend(released.parameters().into_iter().map(|(name, value)| format!("{name}={value}")));
    asked.extend(released.range().map(|range| words.range(range)));
    if !asked.is_empty() {
        lines.push(words.fill("table.only", &[("conditions", &asked.join(", "))]));
    }
    if let Some(names) = not_additive(released, look.language) {
        lines.push(words.fill("table.not_additive", &[("columns", &names)]));
    }
    if is_wide(grid) {
        // Otherwise statuses stand in columns of their own.
        lines.extend(grid.legend.iter().map(|(symbol, meaning)| format!("{symbol} {meaning}")));
    }
    lines.extend(grid.notes.iter().cloned());
    // Who reads a file did not write the command; who reads stdout did.
    if !stream && !provenance.command.is_empty() {
        let values =
            [("label", words.text("provenance.command")), ("meaning", &provenance.command)];
        lines.push(words.fill("page.labelled", &values));
    }
    for line in lines {
        writeln!(out, "{}", terminal(&line))?;
    }
    Ok(())
}

/// Whether the values of a dimension stand beside each other.
fn is_wide(grid: &Grid) -> bool {
    grid.heads.len() > 1
        || !grid.unit.is_empty()
        || grid.heads.iter().flatten().next().is_some_and(|it| it.name.is_empty())
}

/// Headings and rows, numbers to the right.
pub(super) fn aligned(grid: &Grid, look: Look<'_>) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    if look.fit_terminal {
        table.set_content_arrangement(ContentArrangement::Dynamic);
    }
    let paths = grid.paths();
    let mut before: &[&Head] = &[];
    let headings = paths.iter().map(|path| {
        // A heading over several columns stands above the first of them.
        let texts = path.iter().enumerate().map(|(at, head)| {
            let is_said = before.get(at).is_some_and(|it| std::ptr::eq(*it, *head));
            if is_said { String::new() } else { terminal(&head.text).into_owned() }
        });
        let lines: Vec<String> = texts.collect();
        before = path;
        lines.join("\n")
    });
    let has_trend = look.fit_terminal && has_room_for_trend(grid, table.width());
    let trend_head = has_trend.then(|| Words::of(look.language).text("table.trend").to_owned());
    table.set_header(headings.chain(trend_head).collect::<Vec<_>>());
    let is_wide = is_wide(grid);
    for row in &grid.rows {
        let texts = row.cells.iter().map(|cell| {
            let is_shown = !cell.is_repeated || !is_wide;
            if is_shown { terminal(&cell.text).into_owned() } else { String::new() }
        });
        let trend = has_trend.then(|| trend(row, &grid.in_time));
        let cells = texts.chain(trend).map(Cell::new);
        // What is added up of other rows stands out from them.
        let is_bold = row.is_total && look.fit_terminal;
        table.add_row(cells.map(|it| if is_bold { it.add_attribute(Attribute::Bold) } else { it }));
    }
    for (at, path) in paths.iter().enumerate() {
        if path.last().is_some_and(|head| head.is_number)
            && let Some(column) = table.column_mut(at)
        {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

/// Columns that make a trend.
const TREND_MIN: usize = 4;
/// Blanks between two columns.
const BETWEEN: usize = 2;

/// Whether a line of blocks stands beside the numbers without breaking any.
fn has_room_for_trend(grid: &Grid, width: Option<u16>) -> bool {
    let widest = |at: usize| {
        let cells =
            grid.rows.iter().filter_map(|row| Some(row.cells.get(at)?.text.chars().count()));
        let heads = grid.paths().get(at).map_or(0, |path| {
            path.iter().map(|it| it.text.chars().count()).max().map_or(0, |it| it)
        });
        cells.max().map_or(heads, |it| it.max(heads)) + BETWEEN
    };
    let columns = grid.paths().len();
    let needed = (0..columns).map(widest).sum::<usize>() + grid.in_time.len() + BETWEEN;
    grid.in_time.len() >= TREND_MIN && width.is_some_and(|it| needed <= usize::from(it))
}

/// The numbers of a row as blocks, a blank where there is none.
fn trend(row: &GridRow, columns: &[usize]) -> String {
    let figure = |at: &usize| -> Option<i128> {
        let digits = row.cells.get(*at)?.value.replace('.', "");
        digits.parse().ok()
    };
    spark(&columns.iter().map(figure).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::GridCell;

    fn cell(text: &str, value: &str) -> GridCell {
        GridCell { text: text.into(), value: value.into(), ..GridCell::default() }
    }

    #[test]
    fn numbers_that_follow_each_other_in_time_have_a_trend_where_it_breaks_no_column() {
        let numbers = [("1 000,50", "1000.50"), (":", ""), ("0,00", "0.00"), ("500,25", "500.25")];
        let cells = [("persons", "persons")].into_iter().chain(numbers);
        let cells = cells.map(|(text, value)| cell(text, value)).collect();
        let row = GridRow { cells, ..GridRow::default() };
        let head = |text: &str| Head { text: text.into(), columns: 1, rows: 1, ..Head::default() };
        let heads = vec![["Figure", "Q1", "Q2", "Q3", "Q4"].map(head).to_vec()];
        let in_time = vec![1, 2, 3, 4];
        let grid = Grid { heads, stubs: 1, rows: vec![row.clone()], in_time, ..Grid::default() };
        assert_eq!(trend(&row, &grid.in_time), "█ ▁▄");
        // 9 + 10 + 4 + 6 + 8 for the columns, 6 for the blocks.
        assert!(has_room_for_trend(&grid, Some(43)));
        assert!(!has_room_for_trend(&grid, Some(42)));
        assert!(!has_room_for_trend(&grid, None));
        let few = Grid { in_time: vec![2, 3, 4], ..grid };
        assert!(!has_room_for_trend(&few, Some(200)));
    }
}
