//! JSON: provenance, columns, and rows as objects. Amounts are texts, since JSON numbers are
//! binary floats to most readers.

use std::io::Write;

use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};

use super::provenance::tool;
use super::words::notes;
use super::{ExportError, Provenance};
use crate::disclosure::{ReleasedTable, Values};
use crate::render::{Language, decimal_text, json_lines};

/// The document; fields are written in this order.
#[derive(Serialize)]
struct Document<'a> {
    query: &'a str,
    query_blake3: &'a str,
    quarters: Option<String>,
    only: Vec<String>,
    parameters: Pairs<'a>,
    policy: &'static str,
    version: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    classification: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    compared_classification: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    complete_only: Option<&'static str>,
    deliveries: &'a [String],
    quarters_with_data: &'a [String],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    partial_without: &'a [String],
    tool: String,
    #[serde(skip_serializing_if = "str::is_empty")]
    command: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<String>,
    columns: Vec<&'a str>,
    rows: Vec<Row<'a>>,
}

struct Pairs<'a>(Vec<(&'a str, &'a str)>);

impl Serialize for Pairs<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().copied())
    }
}

/// A row as an object, by names of columns.
pub(super) struct Row<'a> {
    pub(super) table: &'a ReleasedTable,
    pub(super) row: usize,
}

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let columns = self.table.columns();
        let mut map = serializer.serialize_map(Some(columns.len()))?;
        for column in columns {
            match &column.values {
                Values::Numbers(numbers) => match numbers.cells[self.row].value() {
                    Some(value) if numbers.decimals == 0 => {
                        map.serialize_entry(&column.name, &value)?;
                    }
                    Some(value) => {
                        let text = decimal_text(value, numbers.decimals);
                        map.serialize_entry(&column.name, &text)?;
                    }
                    None => map.serialize_entry(&column.name, &None::<()>)?,
                },
                texts => map.serialize_entry(&column.name, &texts.text(self.row))?,
            }
        }
        map.end()
    }
}

pub(super) fn write(
    table: &ReleasedTable,
    provenance: &Provenance,
    language: Language,
    out: &mut dyn Write,
) -> Result<(), ExportError> {
    let document = Document {
        query: table.query_name(),
        query_blake3: table.query_hash(),
        quarters: table.range().map(|range| range.to_string()),
        only: table.conditions(),
        parameters: Pairs(table.parameters()),
        policy: table.policy().name(),
        version: provenance.version,
        classification: provenance.classification.as_deref(),
        compared_classification: provenance.compared_classification.as_deref(),
        complete_only: table.is_complete_only().then_some("yes"),
        deliveries: &provenance.deliveries,
        quarters_with_data: &provenance.quarters,
        partial_without: table.lacking(),
        tool: tool(),
        command: &provenance.command,
        notes: notes(table, language),
        columns: table.columns().iter().map(|column| column.name.as_str()).collect(),
        rows: (0..table.row_count()).map(|row| Row { table, row }).collect(),
    };
    json_lines(out, &document)?;
    writeln!(out)?;
    Ok(())
}
