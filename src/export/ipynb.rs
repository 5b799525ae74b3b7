//! A Jupyter notebook: title and provenance, the result and its chart as they were, and code that reads
//! the table's Arrow file with Polars and with pandas, and draws the Vega-Lite file beside it. Its cells
//! have fixed ids.

use std::io::Write;

use serde_json::{Value, json};

use super::html::element;
use super::markdown::provenance_list;
use super::picture::chart;
use super::table::aligned;
use super::vega::specification;
use super::words::notes;
use super::{ExportError, Options, Provenance, Shape, grid};
use crate::chart::Chart;
use crate::disclosure::ReleasedTable;
use crate::render::{Look, json as json_text, json_lines, label, markdown, markdown_code};
use crate::words::Words;

pub(super) fn write(
    table: &ReleasedTable,
    provenance: &Provenance,
    options: &Options<'_>,
    out: &mut dyn Write,
) -> Result<(), ExportError> {
    let look = options.look;
    let file = format!("{}.arrow", table.query_name());
    let mut cells = vec![
        json!({
            "cell_type": "markdown",
            "id": "title",
            "metadata": {},
            "source": title(table, provenance, look, &file),
        }),
        code("result", &with_polars(&file), &[result(table, look).map_err(ExportError::Layout)?]),
        code("pandas", &with_pandas(&file), &[]),
    ];
    match chart(table, provenance, options.drawing, look) {
        Ok(chart) => cells.push(code("chart", &drawn_from(table), &[picture(&chart)])),
        Err(error) if options.drawing.is_asked_for() => return Err(error.into()),
        Err(_) => {}
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
fn result(table: &ReleasedTable, look: Look<'_>) -> Result<Value, String> {
    let shape = |as_named| Shape { as_named, ..Shape::default() };
    let lines = aligned(&grid(table, shape(true), look)?, Look { fit_terminal: false, ..look });
    let lines: Vec<String> = lines.lines().map(|line| line.trim_end().to_owned()).collect();
    Ok(json!({
        "output_type": "execute_result",
        "execution_count": 1,
        "metadata": {},
        "data": {
            "text/html": element(&grid(table, shape(false), look)?),
            "text/plain": lines.join("\n"),
        },
    }))
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

/// Draws the specification that lies beside the Arrow file.
fn drawn_from(table: &ReleasedTable) -> String {
    let file = quoted(&format!("{}.vl.json", table.query_name()));
    let lines = [
        "import json\n",
        "from IPython.display import display\n",
        &format!("with open({file}, encoding=\"utf-8\") as file:"),
        "    chart = json.load(file)",
        "alternative = chart[\"description\"]",
        "display({\"application/vnd.vegalite.v5+json\": chart, \"text/plain\": alternative}, raw=True)",
    ];
    lines.join("\n")
}

/// The chart as it was, for readers that draw it themselves and for those that do not.
fn picture(chart: &Chart) -> Value {
    json!({
        "output_type": "display_data",
        "metadata": {},
        "data": {
            "application/vnd.vegalite.v5+json": specification(chart),
            "image/svg+xml": chart.svg(),
            "text/plain": chart.description,
        },
    })
}

/// A text as Python writes it; JSON's quotes and escapes are Python's too.
fn quoted(text: &str) -> String {
    let mut quoted = Vec::new();
    let written = json_text(&mut quoted, &text);
    debug_assert!(written.is_ok(), "a vector takes every byte");
    String::from_utf8_lossy(&quoted).into_owned()
}
