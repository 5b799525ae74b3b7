//! A Markdown table with its title, numbers to the right, and provenance as a list.

use std::io::{self, Write};

use super::Provenance;
use super::provenance::said;
use super::words::{cell, heading, is_number, not_additive, notes, symbols};
use crate::disclosure::ReleasedTable;
use crate::render::{Language, Look, label, markdown, markdown_code};
use crate::words::Words;

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
    let headings = columns.iter().map(|it| markdown(&heading(table, &it.name, look.language)));
    writeln!(out, "{}", line(headings))?;
    let aligned = columns.iter().map(|it| if is_number(it) { "---:" } else { ":---" }.to_owned());
    writeln!(out, "{}", line(aligned))?;
    for row in 0..table.row_count() {
        let cells = columns.iter().map(|column| markdown(&cell(column, row, look)));
        writeln!(out, "{}", line(cells))?;
    }
    writeln!(out)?;
    for (symbol, meaning) in symbols(table, words) {
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
    for note in notes(table, look.language) {
        writeln!(out, "- {}", markdown(&note))?;
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
