//! JSON, one object per line and row, as other programs read it line by line. Provenance is not in
//! it: a line that is no row would be taken for one.

use std::io::Write;

use super::ExportError;
use super::json::Row;
use crate::disclosure::ReleasedTable;
use crate::render::json;

pub(super) fn write(table: &ReleasedTable, out: &mut dyn Write) -> Result<(), ExportError> {
    for row in 0..table.row_count() {
        json(out, &Row { table, row })?;
        writeln!(out)?;
    }
    Ok(())
}
