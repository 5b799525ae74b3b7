//! A Markdown table with its title, numbers to the right, and provenance as a list.

use std::io::{self, Write};

use super::Provenance;
use super::provenance::said;
use super::words::{Words, cell, is_number, notes};
use crate::disclosure::ReleasedTable;
use crate::render::{Look, heading, label};

pub(super) fn write(
    table: &ReleasedTable,
    provenance: &Provenance,
    look: Look<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let words = Words::of(look.language);
    let columns = table.columns();
    writeln!(out, "# {}\n", escaped(label(table.title(), look.language)))?;
    writeln!(out, "{}\n", escaped(label(table.description(), look.language)))?;
    let headings = columns.iter().map(|column| escaped(&heading(&column.name, look.language)));
    writeln!(out, "{}", line(headings))?;
    let aligned = columns.iter().map(|it| if is_number(it) { "---:" } else { ":---" }.to_owned());
    writeln!(out, "{}", line(aligned))?;
    for row in 0..table.row_count() {
        let cells = columns.iter().map(|column| escaped(&cell(column, row, look)));
        writeln!(out, "{}", line(cells))?;
    }
    writeln!(out)?;
    for (symbol, meaning) in words.symbols(table) {
        writeln!(out, "- `{symbol}` {meaning}")?;
    }
    let not_additive = table.not_additive();
    if !not_additive.is_empty() {
        writeln!(out, "- {}: {}", words.not_additive, code(&not_additive.join(", ")))?;
    }
    for note in notes(table, look.language) {
        writeln!(out, "- {}", escaped(&note))?;
    }
    writeln!(out, "\n## {}\n", words.provenance)?;
    write!(out, "{}", provenance_list(table, provenance))
}

/// Provenance as a list, a line each.
pub(super) fn provenance_list(table: &ReleasedTable, provenance: &Provenance) -> String {
    let line = |(key, value): (&str, String)| format!("- {key}: {}\n", code(&value));
    said(table, provenance).into_iter().map(line).collect()
}

fn line(cells: impl Iterator<Item = String>) -> String {
    format!("| {} |", cells.collect::<Vec<_>>().join(" | "))
}

/// A text as code; two marks hold a text that has one.
fn code(text: &str) -> String {
    let text = text.replace(['\n', '\r'], " ");
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}

/// A text in which nothing is a mark of Markdown or HTML, on one line.
pub(super) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' | '\r' => safe.push(' '),
            '|' | '\\' | '`' | '*' | '_' | '<' | '>' | '[' | ']' | '#' => {
                safe.push('\\');
                safe.push(character);
            }
            character => safe.push(character),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_of_a_cell_is_taken_for_a_mark() {
        assert_eq!(escaped("a|b\nc_d"), "a\\|b c\\_d");
        assert_eq!(code("a`b"), "`` a`b ``");
    }
}
