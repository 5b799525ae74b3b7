//! `sppis histories`

use super::console::Console;
use super::error::{CliError, Exit};
use crate::counting::histories::{Gathered, Histories, listed, rebuild, refresh, remove_others};
use crate::render::{bytes, count, grouped};
use crate::warehouse::Warehouse;

/// Show the person histories, and make them where they are missing.
///
/// They hold the observations once more, by person, so that distinct persons are counted in one pass;
/// every ingestion renews them. They are derived: without them every figure is the same, and takes
/// longer.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  sppis histories\n  sppis histories --rebuild")]
pub(super) struct Arguments {
    /// Make them anew from the observations alone.
    #[arg(long)]
    rebuild: bool,
}

pub(super) fn run(
    arguments: &Arguments,
    warehouse: &Warehouse,
    console: &mut Console,
) -> Result<Exit, CliError> {
    let snapshot = warehouse.snapshot(None)?;
    let folder = warehouse.histories_folder();
    let before = listed(&folder);
    if arguments.rebuild || before.is_empty() {
        warehouse.may_write()?;
    }
    let built = if arguments.rebuild {
        rebuild(&folder, &snapshot)?
    } else {
        // Those that are damaged are named, and not made anew unasked.
        Histories::read_whole(&folder, &snapshot)?;
        refresh(&folder, &snapshot, &Gathered::default())?
    };
    remove_others(&folder, &before, &warehouse.snapshot(None)?)?;
    let size = std::fs::metadata(&built.path).map_or(0, |it| it.len());
    writeln!(
        console.out(),
        "version {}: {} in {} entries, {}",
        snapshot.version(),
        count(built.persons, "person"),
        grouped(&built.entries.to_string()),
        bytes(size),
    )?;
    console.flush()?;
    if built.rows_read > 0 {
        console.tell(&format!("made from {}", count(built.rows_read, "observation")));
    }
    Ok(Exit::Done)
}
