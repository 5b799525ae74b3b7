//! A table for people: title, aligned numbers, and where the figures come from.

use std::io::{self, Write};

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};

use super::words::{condition, not_additive};
use super::{ExportError, Grid, Head, Provenance, Shape, grid};
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
    if !stream {
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
    table.set_header(headings.collect::<Vec<_>>());
    let is_wide = is_wide(grid);
    for row in &grid.rows {
        table.add_row(row.cells.iter().map(|cell| {
            let is_shown = !cell.is_repeated || !is_wide;
            if is_shown { terminal(&cell.text).into_owned() } else { String::new() }
        }));
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
