//! JSON: provenance, columns, and rows as objects. Amounts are texts, since JSON numbers are
//! binary floats to most readers.

use std::io::Write;

use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};

use super::{ExportError, Provenance};
use crate::disclosure::{ReleasedTable, Values};
use crate::render::euros;

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
    deliveries: &'a [String],
    quarters_with_data: &'a [String],
    tool: String,
    columns: Vec<&'static str>,
    rows: Vec<Row<'a>>,
}

struct Pairs<'a>(Vec<(&'a str, &'a str)>);

impl Serialize for Pairs<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().copied())
    }
}

struct Row<'a> {
    table: &'a ReleasedTable,
    row: usize,
}

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let columns = self.table.columns();
        let mut map = serializer.serialize_map(Some(columns.len()))?;
        for column in columns {
            match &column.values {
                Values::Text(texts) => map.serialize_entry(column.name, &texts[self.row])?,
                Values::Count(counts) => map.serialize_entry(column.name, &counts[self.row])?,
                Values::Cents(cents) => {
                    map.serialize_entry(column.name, &euros(cents[self.row]))?;
                }
                Values::Ratio(ratios) => {
                    map.serialize_entry(column.name, &ratios[self.row].map(euros))?;
                }
            }
        }
        map.end()
    }
}

pub(super) fn write(
    table: &ReleasedTable,
    provenance: &Provenance,
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
        deliveries: &provenance.deliveries,
        quarters_with_data: &provenance.quarters,
        tool: format!("sppis {}", env!("CARGO_PKG_VERSION")),
        columns: table.columns().iter().map(|column| column.name).collect(),
        rows: (0..table.row_count()).map(|row| Row { table, row }).collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)?;
    Ok(())
}
