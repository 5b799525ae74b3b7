//! `sppis files`

use std::os::unix::ffi::OsStrExt as _;

use super::console::Console;
use super::error::{CliError, Exit};
use super::options::{OfTexts, OutputArguments};
use super::output::pretty_json;
use super::place::Guard;
use super::state::StateArguments;
use crate::export::Format;
use crate::warehouse::{Snapshot, TableFile, Warehouse};

/// Print the paths of the Parquet files of the current state, or of an older one, one per line.
///
/// A glob over the table's folder also finds files that a later delivery has replaced; tools that
/// do not read Delta tables should read these paths instead.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  sppis files --as-of 2008-05\n  sppis files --format json")]
pub(super) struct Arguments {
    #[command(flatten)]
    state: StateArguments,

    #[command(flatten)]
    output: OutputArguments<OfTexts>,
}

pub(super) fn run(
    arguments: &Arguments,
    warehouse: &Warehouse,
    console: &mut Console,
) -> Result<Exit, CliError> {
    let sink = arguments.output.sink(|| Guard::of(warehouse), console)?;
    let snapshot = arguments.state.stored_snapshot(warehouse, console)?;
    if sink.format == Format::Json {
        sink.put(json(&snapshot)?.as_bytes(), console)?;
        return Ok(Exit::Done);
    }
    let mut lines = Vec::new();
    for file in snapshot.files() {
        lines.extend_from_slice(file.path().as_os_str().as_bytes());
        lines.push(b'\n');
    }
    // Other programs open these very paths; a terminal only shows them.
    if sink.file().is_none() && console.prints_to_terminal() {
        console.out().write_all(&lines)?;
    } else {
        sink.put(&lines, console)?;
    }
    Ok(Exit::Done)
}

/// The files with what they hold.
fn json(snapshot: &Snapshot) -> Result<String, CliError> {
    let files: Vec<_> = snapshot.files().iter().map(file_json).collect();
    pretty_json(&serde_json::json!({ "version": snapshot.version(), "files": files }))
}

/// A file with what it holds.
pub(super) fn file_json(it: &TableFile) -> serde_json::Value {
    serde_json::json!({
        "path": it.path().display().to_string(), "quarter": it.quarter().to_string(),
        "delivery": it.delivery(), "observations": it.row_count(), "bytes": it.byte_count(),
    })
}
