//! A Markdown table with its title, numbers to the right, and provenance as a list.

use std::io::{self, Write};

use super::Provenance;
use super::provenance::said;
use super::words::{Words, cell, is_number, notes};
use crate::disclosure::ReleasedTable;
use crate::render::{Look, heading, label, markdown, markdown_code};

pub(super) fn write(
    table: &ReleasedTable,
    provenance: &Provenance,
    look: Look<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let words = Words::of(look.language);
    let columns = table.columns();
    writeln!(out, "# {}\n", markdown(label(table.title(), look.language)))?;
    writeln!(out, "{}\n", markdown(label(table.description(), look.language)))?;
    let headings = columns.iter().map(|column| markdown(&heading(&column.name, look.language)));
    writeln!(out, "{}", line(headings))?;
    let aligned = columns.iter().map(|it| if is_number(it) { "---:" } else { ":---" }.to_owned());
    writeln!(out, "{}", line(aligned))?;
    for row in 0..table.row_count() {
        let cells = columns.iter().map(|column| markdown(&cell(column, row, look)));
        writeln!(out, "{}", line(cells))?;
    }
    writeln!(out)?;
    for (symbol, meaning) in words.symbols(table) {
        writeln!(out, "- `{symbol}` {meaning}")?;
    }
    let not_additive = table.not_additive();
    if !not_additive.is_empty() {
        writeln!(out, "- {}: {}", words.not_additive, markdown_code(&not_additive.join(", ")))?;
    }
    for note in notes(table, look.language) {
        writeln!(out, "- {}", markdown(&note))?;
    }
    writeln!(out, "\n## {}\n", words.provenance)?;
    write!(out, "{}", provenance_list(table, provenance))
}

/// Provenance as a list, a line each.
pub(super) fn provenance_list(table: &ReleasedTable, provenance: &Provenance) -> String {
    let line = |(key, value): (&str, String)| format!("- {key}: {}\n", markdown_code(&value));
    said(table, provenance).into_iter().map(line).collect()
}

fn line(cells: impl Iterator<Item = String>) -> String {
    format!("| {} |", cells.collect::<Vec<_>>().join(" | "))
}
