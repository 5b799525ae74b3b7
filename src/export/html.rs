//! One page that needs nothing else: a table with a caption, headers that say what they head, and
//! provenance. A shown value that is not the machine's stands in a `data` element with the latter.

use std::io::{self, Write};

use super::provenance::said;
use super::words::{cell, dimensions, heading, is_number, not_additive, notes, symbols};
use super::{Grid, Provenance};
use crate::disclosure::ReleasedTable;
use crate::render::{Look, html, label, plain};
use crate::words::Words;

/// How pages look.
pub const STYLE: &str = "body{font-family:system-ui,sans-serif;margin:2rem;max-width:90rem}\
table{border-collapse:collapse;font-variant-numeric:tabular-nums}\
caption{font-weight:bold;text-align:left;padding:.5rem 0}\
th,td{border-bottom:1px solid #ccc;padding:.25rem .75rem;text-align:left;font-weight:normal}\
thead th{border-bottom:2px solid #333;font-weight:bold;position:sticky;top:0;background:#fff}\
.number{text-align:right;white-space:nowrap}\
dt{font-weight:bold}dd{margin:0 0 .5rem;overflow-wrap:anywhere;white-space:pre-wrap}";

pub(super) fn write(
    table: &ReleasedTable,
    provenance: &Provenance,
    look: Look<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let words = Words::of(look.language);
    let title = html(label(table.title(), look.language));
    writeln!(out, "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>", look.language.code())?;
    writeln!(out, "<meta charset=\"utf-8\">")?;
    writeln!(out, "<meta name=\"viewport\" content=\"width=device-width\">")?;
    writeln!(out, "<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>")?;
    writeln!(out, "<h1>{title}</h1>")?;
    writeln!(out, "<p>{}</p>", html(label(table.description(), look.language)))?;
    write!(out, "{}", element(table, look))?;
    writeln!(out, "<ul>")?;
    for (symbol, meaning) in symbols(table, words) {
        writeln!(out, "<li><code>{}</code> {}</li>", html(symbol), html(meaning))?;
    }
    if let Some(names) = not_additive(table, look.language) {
        let label = words.text("page.not_additive");
        let line = words.fill("page.labelled", &[("label", label), ("meaning", &names)]);
        writeln!(out, "<li>{}</li>", html(&line))?;
    }
    for note in notes(table, look.language) {
        writeln!(out, "<li>{}</li>", html(&note))?;
    }
    writeln!(out, "</ul>\n<h2>{}</h2>\n<dl>", html(words.text("page.provenance")))?;
    for (key, value) in said(table, provenance, look) {
        writeln!(out, "<dt>{}</dt><dd>{}</dd>", html(key), html(&value))?;
    }
    writeln!(out, "</dl>\n</body>\n</html>")
}

/// The table alone.
pub(super) fn element(table: &ReleasedTable, look: Look<'_>) -> String {
    let columns = table.columns();
    let heads = dimensions(table).len();
    let title = html(label(table.title(), look.language));
    let mut lines = vec![format!("<table>\n<caption>{title}</caption>\n<thead>\n<tr>")];
    for column in columns {
        let heading = data(&column.name, &heading(table, &column.name, look.language));
        let class = if is_number(column) { " class=\"number\"" } else { "" };
        lines.push(format!("<th scope=\"col\"{class}>{heading}</th>"));
    }
    lines.push("</tr>\n</thead>\n<tbody>".to_owned());
    for row in 0..table.row_count() {
        let cells = columns.iter().enumerate().map(|(at, column)| {
            let value = data(&plain(&column.values, row), &cell(column, row, look));
            if at < heads {
                format!("<th scope=\"row\">{value}</th>")
            } else if is_number(column) {
                format!("<td class=\"number\">{value}</td>")
            } else {
                format!("<td>{value}</td>")
            }
        });
        lines.push(format!("<tr>{}</tr>", cells.collect::<String>()));
    }
    lines.push("</tbody>\n</table>\n".to_owned());
    lines.join("\n")
}

/// A table that was laid out, in a region that scrolls where it is too wide.
pub fn html_table(grid: &Grid, caption: &str) -> String {
    let caption = html(caption);
    let mut lines = vec![format!(
        "<div class=\"table\" role=\"region\" tabindex=\"0\" aria-label=\"{caption}\">\n<table>\n\
         <caption>{caption}</caption>\n<thead>"
    )];
    for row in &grid.heads {
        let heads = row.iter().map(|head| {
            let class = if head.is_number { " class=\"number\"" } else { "" };
            let span = |name: &str, count: usize| match count {
                0 | 1 => String::new(),
                count => format!(" {name}=\"{count}\""),
            };
            let (columns, rows) = (span("colspan", head.columns), span("rowspan", head.rows));
            let scope = if head.columns > 1 { "colgroup" } else { "col" };
            format!("<th scope=\"{scope}\"{columns}{rows}{class}>{}</th>", html(&head.text))
        });
        lines.push(format!("<tr>{}</tr>", heads.collect::<String>()));
    }
    lines.push("</thead>\n<tbody>".to_owned());
    for row in &grid.rows {
        let class = if row.is_total { " class=\"total\"" } else { "" };
        let cells = row.cells.iter().enumerate().map(|(at, cell)| {
            let value = data(&cell.value, &cell.text);
            match (at < grid.stubs, cell.is_number) {
                (true, _) => format!("<th scope=\"row\">{value}</th>"),
                (false, true) => format!("<td class=\"number\">{value}</td>"),
                (false, false) => format!("<td>{value}</td>"),
            }
        });
        lines.push(format!("<tr{class}>{}</tr>", cells.collect::<String>()));
    }
    lines.push("</tbody>\n</table>\n</div>".to_owned());
    let legend = grid.legend.iter().map(|(symbol, meaning)| format!("{symbol} {meaning}"));
    for text in legend.chain(grid.notes.iter().cloned()) {
        lines.push(format!("<p class=\"note\">{}</p>", html(&text)));
    }
    lines.join("\n") + "\n"
}

/// What is shown, with the machine's value where that is another.
fn data(value: &str, shown: &str) -> String {
    if value == shown {
        return html(shown);
    }
    format!("<data value=\"{}\">{}</data>", html(value), html(shown))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_is_taken_for_markup() {
        assert_eq!(data("<a>", "<a>"), "&lt;a&gt;");
        assert_eq!(data("\"1\"", "a & b"), "<data value=\"&quot;1&quot;\">a &amp; b</data>");
    }
}
