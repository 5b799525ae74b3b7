//! `sppis clean`

use super::console::Console;
use super::error::{CliError, Exit};
use crate::counting::histories::{clean, superseded};
use crate::render::count;
use crate::warehouse::Warehouse;

/// Remove files that no version of the table names, left by interrupted ingestions, and person
/// histories of earlier versions.
///
/// What any version names stays, so that every earlier state can still be asked for. Only files with
/// names that ingestions give are removed, and none behind a link. Refused while an ingestion is under
/// way, and where the log has lost entries.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  sppis clean --dry-run\n  sppis clean")]
pub(super) struct Arguments {
    /// Only list them.
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn run(
    arguments: &Arguments,
    warehouse: &Warehouse,
    console: &mut Console,
) -> Result<Exit, CliError> {
    let mut files = if arguments.dry_run {
        [warehouse.orphans()?, warehouse.abandoned()].concat()
    } else {
        warehouse.clean()?
    };
    let (folder, snapshot) = (warehouse.histories_folder(), warehouse.snapshot(None)?);
    files.extend(if arguments.dry_run {
        superseded(&folder, &snapshot)?
    } else {
        clean(&folder, &snapshot)?
    });
    for path in &files {
        writeln!(console.out(), "{}", path.display())?;
    }
    console.flush()?;
    let done = if arguments.dry_run { "would be removed" } else { "removed" };
    console.tell(&format!("{} {done}", count(files.len() as u64, "item")));
    Ok(Exit::Done)
}
