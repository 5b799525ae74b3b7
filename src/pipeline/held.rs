//! Whether the data hold a value that nobody knows: what stands in them can be asked for.

use polars::prelude::{OptFlags, PolarsError, PolarsResult, col, lit};

use crate::counting::collect;
use crate::scan::{Compared, Scan, ScanError};
use crate::warehouse::Snapshot;

/// Whether a stored column has a value in a snapshot. Row groups without it are skipped by their
/// statistics.
pub(crate) fn holds(snapshot: &Snapshot, column: &str, value: &str) -> PolarsResult<bool> {
    let columns = [column.to_owned()];
    let frame = Scan::new(snapshot, None).frame(&columns, &Compared::default());
    let frame = frame.map_err(|error| match error {
        ScanError::Engine(error) => error,
        damaged @ ScanError::Warehouse(_) => PolarsError::ComputeError(damaged.to_string().into()),
    })?;
    let found = frame.filter(col(column).eq(lit(value))).select([col(column)]).limit(1);
    let frames = collect([&found], OptFlags::default())?;
    Ok(frames.iter().any(|frame| frame.height() > 0))
}
