//! A Jupyter notebook: title and provenance, the result as it was, and code that reads the table's
//! Arrow file with Polars and with pandas and draws it. Its cells have fixed ids.

use std::io::Write;

use serde_json::{Value, json};

use super::html::element;
use super::markdown::provenance_list;
use super::table::aligned;
use super::words::{dimensions, heading, is_number, notes};
use super::{ExportError, Provenance};
use crate::disclosure::ReleasedTable;
use crate::render::{Look, json as json_text, json_lines, label, markdown, markdown_code};
use crate::words::Words;

pub(super) fn write(
    table: &ReleasedTable,
    provenance: &Provenance,
    look: Look<'_>,
    out: &mut dyn Write,
) -> Result<(), ExportError> {
    let file = format!("{}.arrow", table.query_name());
    let mut cells = vec![
        json!({
            "cell_type": "markdown",
            "id": "title",
            "metadata": {},
            "source": title(table, provenance, look, &file),
        }),
        code("result", &with_polars(&file), &[result(table, look)]),
        code("pandas", &with_pandas(&file), &[]),
    ];
    if let Some(source) = chart(table, look) {
        cells.push(code("chart", &source, &[]));
    }
    let notebook = json!({
        "cells": cells,
        "metadata": {
            "kernelspec": { "display_name": "Python 3", "language": "python", "name": "python3" },
            "language_info": { "name": "python" },
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    });
    json_lines(out, &notebook)?;
    writeln!(out)?;
    Ok(())
}

fn title(table: &ReleasedTable, provenance: &Provenance, look: Look<'_>, file: &str) -> String {
    let title = markdown(label(table.title(), look.language));
    let description = markdown(label(table.description(), look.language));
    let (file, words) = (markdown_code(file), Words::of(look.language).text("page.provenance"));
    let list = provenance_list(table, provenance, look);
    let notes = notes(table, look.language).into_iter();
    let notes: String = notes.map(|note| markdown(&note) + "\n\n").collect();
    format!("# {title}\n\n{description}\n\n{file} → Polars, pandas\n\n{notes}## {words}\n\n{list}")
}

fn code(id: &str, source: &str, outputs: &[Value]) -> Value {
    let count = if outputs.is_empty() { Value::Null } else { 1.into() };
    json!({
        "cell_type": "code",
        "execution_count": count,
        "id": id,
        "metadata": {},
        "outputs": outputs,
        "source": source,
    })
}

/// The output of the first code cell.
fn result(table: &ReleasedTable, look: Look<'_>) -> Value {
    let lines = aligned(table, Look { fit_terminal: false, ..look });
    let lines: Vec<String> = lines.lines().map(|line| line.trim_end().to_owned()).collect();
    json!({
        "output_type": "execute_result",
        "execution_count": 1,
        "metadata": {},
        "data": { "text/html": element(table, look), "text/plain": lines.join("\n") },
    })
}

fn with_polars(file: &str) -> String {
    let file = quoted(file);
    format!("import polars\n\nresult = polars.read_ipc({file})\nresult")
}

fn with_pandas(file: &str) -> String {
    let file = quoted(file);
    format!(
        "import pyarrow.feather\n\nframe = pyarrow.feather.read_table({file}).to_pandas()\nframe"
    )
}

/// Bars by quarter of the first metric. Nothing is added up: what the other dimensions tell apart
/// has bars of its own.
fn chart(table: &ReleasedTable, look: Look<'_>) -> Option<String> {
    let metric = table.columns().iter().find(|column| is_number(column))?;
    let dimensions: Vec<&str> = dimensions(table).iter().map(|it| it.name.as_str()).collect();
    if table.row_count() == 0 || !dimensions.contains(&"quarter") {
        return None;
    }
    let others = dimensions.into_iter().filter(|name| *name != "quarter");
    let index: Vec<String> = ["quarter"].into_iter().chain(others).map(quoted).collect();
    let unstacked = if index.len() > 1 {
        "bars = bars.unstack(list(range(1, bars.index.nlevels)))\n"
    } else {
        ""
    };
    let lines = [
        "import matplotlib.pyplot as pyplot\n".to_owned(),
        "bars = frame[frame[\"quarter\"] != \"total\"]".to_owned(),
        format!("bars = bars.set_index([{}])", index.join(", ")),
        format!("bars = bars[{}].astype(float)", quoted(&metric.name)),
        format!("{unstacked}few = bars.ndim == 2 and bars.shape[1] <= 12"),
        "axes = bars.plot.bar(figsize=(12, 5), legend=few)".to_owned(),
        format!("axes.set_ylabel({})", quoted(&heading(table, &metric.name, look.language))),
        "if few:  # beside the bars, not over them".to_owned(),
        "    title = axes.get_legend().get_title().get_text()".to_owned(),
        "    axes.legend(title=title, loc=\"upper left\", bbox_to_anchor=(1, 1))".to_owned(),
        "pyplot.show()".to_owned(),
    ];
    Some(lines.join("\n"))
}

/// A text as Python writes it; JSON's quotes and escapes are Python's too.
fn quoted(text: &str) -> String {
    let mut quoted = Vec::new();
    let written = json_text(&mut quoted, &text);
    debug_assert!(written.is_ok(), "a vector takes every byte");
    String::from_utf8_lossy(&quoted).into_owned()
}
