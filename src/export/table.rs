//! A table for people: title, aligned numbers, and where the figures come from.

use std::io::{self, Write};

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};

use super::Provenance;
use super::words::{cell, is_number, notes};
use crate::disclosure::ReleasedTable;
use crate::render::{Look, count, heading, label, terminal, terminal_lines};

pub(super) fn write(
    released: &ReleasedTable,
    provenance: &Provenance,
    look: Look<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(out, "{}", terminal_lines(label(released.title(), look.language)))?;
    for line in aligned(released, look).lines() {
        writeln!(out, "{}", line.trim_end())?;
    }
    let rows = count(released.row_count() as u64, "row");
    let deliveries = match provenance.deliveries.as_slice() {
        [] => "no delivery".to_owned(),
        deliveries => terminal(&deliveries.join(", ")).into_owned(),
    };
    writeln!(out, "{rows}; version {} with {deliveries}", provenance.version)?;
    if released.columns().iter().any(|column| column.name == "year") {
        writeln!(out, "with data of {}", provenance.quarters.join(", "))?;
    }
    if !released.lacking().is_empty() {
        writeln!(out, "partial without {}: not delivered", released.lacking().join(", "))?;
    }
    let mut asked = released.conditions();
    asked.extend(released.parameters().into_iter().map(|(name, value)| format!("{name}={value}")));
    asked.extend(released.range().map(|range| range.to_string()));
    if !asked.is_empty() {
        writeln!(out, "only {}", terminal(&asked.join(", ")))?;
    }
    let not_additive = released.not_additive();
    if !not_additive.is_empty() {
        let names = not_additive.join(", ");
        writeln!(out, "do not add up over rows: {}", terminal(&names))?;
    }
    for note in notes(released, look.language) {
        writeln!(out, "{}", terminal(&note))?;
    }
    Ok(())
}

/// Header and rows, numbers to the right.
pub(super) fn aligned(released: &ReleasedTable, look: Look<'_>) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    if look.fit_terminal {
        table.set_content_arrangement(ContentArrangement::Dynamic);
    }
    let columns = released.columns();
    table.set_header(
        columns.iter().map(|column| terminal(&heading(&column.name, look.language)).into_owned()),
    );
    for row in 0..released.row_count() {
        table.add_row(columns.iter().map(|it| terminal(&cell(it, row, look)).into_owned()));
    }
    for (at, column) in columns.iter().enumerate() {
        if is_number(column)
            && let Some(column) = table.column_mut(at)
        {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}
