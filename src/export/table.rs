//! A table for people: title, aligned numbers, and where the figures come from.

use std::io::{self, Write};

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};

use super::Provenance;
use super::words::{cell, condition, heading, is_number, not_additive, notes};
use crate::disclosure::{ReleasedTable, ResultColumn};
use crate::render::{Look, grouped, label, terminal, terminal_lines};
use crate::words::Words;

pub(super) fn write(
    released: &ReleasedTable,
    provenance: &Provenance,
    look: Look<'_>,
    stream: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(out, "{}", terminal_lines(label(released.title(), look.language)))?;
    for line in aligned(released, look).lines() {
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
    lines.extend(notes(released, look.language));
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

/// Header and rows, numbers to the right.
pub(super) fn aligned(released: &ReleasedTable, look: Look<'_>) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    if look.fit_terminal {
        table.set_content_arrangement(ContentArrangement::Dynamic);
    }
    let columns = released.columns();
    let head = |it: &ResultColumn| heading(released, &it.name, look.language);
    table.set_header(columns.iter().map(|it| terminal(&head(it)).into_owned()));
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
