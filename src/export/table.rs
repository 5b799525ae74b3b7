//! A table for people: title, aligned numbers, and where the figures come from.

use std::io::{self, Write};

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};

use super::Provenance;
use crate::disclosure::{ReleasedTable, ResultColumn, Values};
use crate::render::{Look, count, grouped, label, plain, with_name};

pub(super) fn write(
    released: &ReleasedTable,
    provenance: &Provenance,
    look: Look<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(out, "{}", label(released.title(), look.language))?;
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    if look.fit_terminal {
        table.set_content_arrangement(ContentArrangement::Dynamic);
    }
    table.set_header(released.columns().iter().map(|column| column.name));
    for row in 0..released.row_count() {
        table.add_row(released.columns().iter().map(|column| shown(column, row, look)));
    }
    for (at, column) in released.columns().iter().enumerate() {
        if !matches!(column.values, Values::Text(_))
            && let Some(column) = table.column_mut(at)
        {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    for line in table.lines() {
        writeln!(out, "{}", line.trim_end())?;
    }
    let rows = count(released.row_count() as u64, "row");
    let deliveries = match provenance.deliveries.as_slice() {
        [] => "no delivery".to_owned(),
        deliveries => deliveries.join(", "),
    };
    writeln!(out, "{rows}; version {} with {deliveries}", provenance.version)?;
    if released.columns().iter().any(|column| column.name == "year") {
        writeln!(out, "with data of {}", provenance.quarters.join(", "))?;
    }
    let mut asked = released.conditions();
    asked.extend(released.parameters().into_iter().map(|(name, value)| format!("{name}={value}")));
    asked.extend(released.range().map(|range| range.to_string()));
    if !asked.is_empty() {
        writeln!(out, "only {}", asked.join(", "))?;
    }
    let not_additive = released.not_additive();
    if !not_additive.is_empty() {
        writeln!(out, "do not add up over rows: {}", not_additive.join(", "))?;
    }
    Ok(())
}

fn shown(column: &ResultColumn, row: usize, look: Look<'_>) -> String {
    match &column.values {
        Values::Text(texts) => match &texts[row] {
            Some(text) => with_name(column.name, text, look),
            None => "(none)".to_owned(),
        },
        Values::Ratio(ratios) if ratios[row].is_none() => "–".to_owned(),
        values => grouped(&plain(values, row)),
    }
}
