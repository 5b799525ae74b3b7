//! A Markdown table with its title, numbers to the right, and provenance as a list.

use std::io::{self, Write};

use super::provenance::said;
use super::words::not_additive;
use super::{ExportError, Grid, Head, Provenance, Shape, grid};
use crate::disclosure::ReleasedTable;
use crate::render::{Language, Look, label, markdown, markdown_code};
use crate::words::Words;

pub(super) fn write(
    table: &ReleasedTable,
    provenance: &Provenance,
    shape: Shape<'_>,
    look: Look<'_>,
    out: &mut dyn Write,
) -> Result<(), ExportError> {
    let grid = grid(table, shape, look).map_err(ExportError::Layout)?;
    Ok(lines(table, &grid, provenance, look, out)?)
}

fn lines(
    table: &ReleasedTable,
    grid: &Grid,
    provenance: &Provenance,
    look: Look<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let words = Words::of(look.language);
    writeln!(out, "# {}\n", markdown(&grid.title))?;
    writeln!(out, "{}\n", markdown(label(table.description(), look.language)))?;
    if !grid.unit.is_empty() {
        writeln!(out, "{}\n", markdown(&grid.unit))?;
    }
    // Markdown has one row of headings.
    writeln!(out, "{}", line(grid.headings().iter().map(|it| markdown(it))))?;
    let is_number = |path: &Vec<&Head>| path.last().is_some_and(|it| it.is_number);
    let paths = grid.paths();
    let aligned = paths.iter().map(|it| if is_number(it) { "---:" } else { ":---" }.to_owned());
    writeln!(out, "{}", line(aligned))?;
    for row in &grid.rows {
        writeln!(out, "{}", line(row.cells.iter().map(|it| markdown(&it.text))))?;
    }
    writeln!(out)?;
    for (symbol, meaning) in &grid.legend {
        writeln!(out, "- `{symbol}` {meaning}")?;
    }
    if let Some(names) = not_additive(table, look.language) {
        // In English they are names, otherwise words.
        let is_english = look.language == Language::En;
        let names = if is_english { markdown_code(&names) } else { markdown(&names) };
        let label = markdown(words.text("page.not_additive"));
        let line = words.fill("page.labelled", &[("label", &label), ("meaning", &names)]);
        writeln!(out, "- {line}")?;
    }
    for note in &grid.notes {
        writeln!(out, "- {}", markdown(note))?;
    }
    writeln!(out, "\n## {}\n", words.text("page.provenance"))?;
    write!(out, "{}", provenance_list(table, provenance, look))
}

/// Provenance as a list, a line each.
pub(super) fn provenance_list(
    table: &ReleasedTable,
    provenance: &Provenance,
    look: Look<'_>,
) -> String {
    let words = Words::of(look.language);
    let line = |(key, value): (&str, String)| {
        let values = [("label", key), ("meaning", &*markdown_code(&value))];
        format!("- {}\n", words.fill("page.labelled", &values))
    };
    said(table, provenance, look).into_iter().map(line).collect()
}

fn line(cells: impl Iterator<Item = String>) -> String {
    format!("| {} |", cells.collect::<Vec<_>>().join(" | "))
}
