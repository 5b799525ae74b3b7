//! One page that needs nothing else: a table with a caption, headers that say what they head, and
//! provenance. A shown value that is not the machine's stands in a `data` element with the latter, and a
//! cell says the status of its number in `data-status`.

use std::io::{self, Write};

use super::layout::PARTIAL;
use super::provenance::said;
use super::{ExportError, Grid, GridCell, Head, Provenance, Shape, grid};
use crate::disclosure::ReleasedTable;
use crate::render::{Look, html, label};
use crate::words::Words;

/// How pages look, on a screen, on a phone, on paper.
pub(crate) const STYLE: &str = include_str!("page.css");

/// Letters in a row of a table that a sheet of paper has room for upright.
const UPRIGHT: usize = 148;

/// Letters of what heads a row and is not broken.
const SHORT: usize = 18;

pub(super) fn write(
    table: &ReleasedTable,
    provenance: &Provenance,
    shape: Shape<'_>,
    look: Look<'_>,
    out: &mut dyn Write,
) -> Result<(), ExportError> {
    let grid = grid(table, shape, look).map_err(ExportError::Layout)?;
    Ok(page(table, &grid, provenance, look, out)?)
}

fn page(
    table: &ReleasedTable,
    grid: &Grid,
    provenance: &Provenance,
    look: Look<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let words = Words::of(look.language);
    let title = html(&grid.title);
    writeln!(out, "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>", look.language.code())?;
    writeln!(out, "<meta charset=\"utf-8\">")?;
    writeln!(out, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")?;
    let is_wide = width(grid) > UPRIGHT;
    let paper = if is_wide { "@page{size:A4 landscape}" } else { "" };
    writeln!(out, "<title>{title}</title>\n<style>{STYLE}{paper}</style>\n</head>\n<body>")?;
    writeln!(out, "<main class=\"one\">\n<h1>{title}</h1>")?;
    let description = label(table.description(), look.language);
    if !description.is_empty() {
        writeln!(out, "<p>{}</p>", html(description))?;
    }
    write!(out, "{}", html_table(grid, &grid.title))?;
    writeln!(out, "<h2>{}</h2>\n<dl>", html(words.text("page.provenance")))?;
    for (key, value) in said(table, provenance, look) {
        writeln!(out, "<dt>{}</dt><dd>{}</dd>", html(key), html(&value))?;
    }
    writeln!(out, "</dl>\n</main>\n</body>\n</html>")
}

/// A table that was laid out, in a region that scrolls where it is too wide, with its symbols and notes.
pub(crate) fn html_table(grid: &Grid, caption: &str) -> String {
    let shown = html(caption);
    let letters = width(grid);
    let class = if letters > UPRIGHT { "table wide" } else { "table" };
    let unit = match grid.unit.as_str() {
        "" => String::new(),
        unit => format!("<span class=\"unit\">{}{}</span>", html(unit), marks(&grid.unit_notes)),
    };
    let mut lines = vec![format!(
        "<div class=\"{class}\" style=\"--letters:{letters}\" role=\"region\" tabindex=\"0\" aria-label=\"{shown}\">\n{}",
        opened(grid, &format!("<span class=\"title\">{shown}</span>{unit}"))
    )];
    lines.extend(body(grid));
    lines.push("</table>\n</div>".to_owned());
    if !grid.legend.is_empty() || !grid.notes.is_empty() {
        lines.push("<div class=\"notes-of-table\">".to_owned());
        for (symbol, meaning) in &grid.legend {
            let (symbol, meaning) = (html(symbol), html(meaning));
            lines.push(format!("<p><span class=\"symbol\">{symbol}</span> {meaning}</p>"));
        }
        for (at, note) in grid.notes.iter().enumerate() {
            let mark = if at < grid.marked {
                format!("<span class=\"symbol\">[{}]</span> ", at + 1)
            } else {
                String::new()
            };
            lines.push(format!("<p>{mark}{}</p>", html(note)));
        }
        lines.push("</div>".to_owned());
    }
    lines.join("\n") + "\n"
}

/// The table alone.
pub(super) fn element(grid: &Grid) -> String {
    let mut lines = vec![opened(grid, &html(&grid.title))];
    lines.extend(body(grid));
    lines.push("</table>\n".to_owned());
    lines.join("\n")
}

/// The table up to its first row.
fn opened(grid: &Grid, caption: &str) -> String {
    let mut lines = vec![format!("<table>\n<caption>{caption}</caption>")];
    if grid.heads.len() > 1 {
        // What a heading over several columns is of, the groups of columns say.
        let groups = grid.heads[0].iter().map(|head| match head.columns {
            1 => "<col>".to_owned(),
            columns => format!("<colgroup span=\"{columns}\"></colgroup>"),
        });
        let stubs = "<col>".repeat(grid.stubs);
        let groups: String = groups.skip(grid.stubs).collect();
        lines.push(format!("<colgroup>{stubs}</colgroup>{groups}"));
    }
    lines.push("<thead>".to_owned());
    for row in &grid.heads {
        lines.push(format!("<tr>{}</tr>", row.iter().map(head).collect::<String>()));
    }
    lines.push("</thead>".to_owned());
    lines.join("\n")
}

fn head(head: &Head) -> String {
    let class = if head.is_number { " class=\"number\"" } else { "" };
    let span = |name: &str, count: usize| match count {
        0 | 1 => String::new(),
        count => format!(" {name}=\"{count}\""),
    };
    let (columns, rows) = (span("colspan", head.columns), span("rowspan", head.rows));
    let scope = if head.columns > 1 { "colgroup" } else { "col" };
    let (text, marks) = (data(&head.name, &head.text), marks(&head.notes));
    format!("<th scope=\"{scope}\"{columns}{rows}{class}>{text}{marks}</th>")
}

/// The marks of notes.
fn marks(notes: &[usize]) -> String {
    notes.iter().map(|mark| format!("<sup>[{mark}]</sup>")).collect::<Vec<_>>().concat()
}

fn body(grid: &Grid) -> Vec<String> {
    let mut lines = vec!["<tbody>".to_owned()];
    for row in &grid.rows {
        let class = if row.is_total { " class=\"total\"" } else { "" };
        let cells = row.cells.iter().enumerate().map(|(at, it)| cell(it, at < grid.stubs));
        lines.push(format!("<tr{class}>{}</tr>", cells.collect::<String>()));
    }
    lines.push("</tbody>".to_owned());
    lines
}

fn cell(cell: &GridCell, is_stub: bool) -> String {
    let status = match cell.status {
        "" => String::new(),
        status => format!(" data-status=\"{status}\""),
    };
    let marked = cell.text.strip_suffix(PARTIAL).filter(|it| cell.is_number && !it.is_empty());
    let value = match marked {
        Some(text) => {
            format!("{}<span class=\"mark\">{PARTIAL}</span>", data(&cell.value, text))
        }
        None => data(&cell.value, &cell.text),
    };
    match (is_stub, cell.is_number) {
        // It stands there for those who hear the table, or copy it.
        (true, _) if cell.is_repeated => {
            format!("<th scope=\"row\" class=\"again\"><span>{value}</span></th>")
        }
        (true, _) if cell.text.chars().count() <= SHORT => {
            format!("<th scope=\"row\" class=\"short\">{value}</th>")
        }
        (true, _) => format!("<th scope=\"row\">{value}</th>"),
        (false, true) => format!("<td class=\"number\"{status}>{value}</td>"),
        (false, false) => format!("<td>{value}</td>"),
    }
}

/// Letters that a row takes at least.
fn width(grid: &Grid) -> usize {
    let paths = grid.paths();
    let of_column = |(at, path): (usize, &Vec<&Head>)| {
        // Headings break between words.
        let words = path.last().into_iter().flat_map(|it| it.text.split(' '));
        let headings = words.map(|it| it.chars().count());
        let cells = grid.rows.iter().filter_map(|row| row.cells.get(at));
        let cells = cells.map(|cell| {
            let length = cell.text.chars().count();
            if cell.is_number { length } else { length.min(28) }
        });
        headings.chain(cells).fold(0, usize::max) + 3
    };
    paths.iter().enumerate().map(of_column).sum()
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
