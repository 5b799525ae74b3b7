//! Comma-separated values: a header, a line per cell, quotes only where RFC 4180 asks for them.

use std::io::{self, Write};

use crate::disclosure::ReleasedTable;
use crate::render::plain;

pub(super) fn write(table: &ReleasedTable, out: &mut dyn Write) -> io::Result<()> {
    let names: Vec<&str> = table.columns().iter().map(|column| column.name).collect();
    writeln!(out, "{}", names.join(","))?;
    for row in 0..table.row_count() {
        let fields = table.columns().iter().map(|column| quoted(plain(&column.values, row)));
        writeln!(out, "{}", fields.collect::<Vec<_>>().join(","))?;
    }
    Ok(())
}

fn quoted(field: String) -> String {
    if field.contains([',', '"', '\n', '\r']) {
        return format!("\"{}\"", field.replace('"', "\"\""));
    }
    field
}
