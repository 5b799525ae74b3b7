//! `sppis histories`

use super::console::Console;
use super::error::{CliError, Exit};
use crate::counting::histories::{Gathered, listed, read_whole, rebuild, refresh, remove_others};
use crate::exact::fitting;
use crate::render::{bytes, count};
use crate::warehouse::{TableFile, Warehouse};

/// Show the person histories, and make them where they are missing.
///
/// They hold the observations once more, by person, so that distinct persons are counted in one pass; every ingestion
/// makes those of the files that it brings. They are derived: without them every figure is the same, and takes longer.
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
        read_whole(&folder, &snapshot)?;
        refresh(&folder, &snapshot, &Gathered::default())?
    };
    remove_others(&folder, &before, &warehouse.snapshot(None)?)?;
    let kept = listed(&folder);
    let sizes = kept.iter().filter_map(|path| std::fs::metadata(path).ok());
    let size = sizes.map(|it| it.len()).sum();
    let files = snapshot.files();
    writeln!(
        console.out(),
        "version {}: histories of {} with {}, {}",
        snapshot.version(),
        count(fitting(files.len()), "file"),
        count(files.iter().map(TableFile::row_count).sum(), "observation"),
        bytes(size),
    )?;
    console.flush()?;
    if built.runs > 0 {
        let runs = count(built.runs, "file");
        console.tell(&format!(
            "made those of {runs} with {}",
            count(built.observations, "observation")
        ));
    }
    Ok(Exit::Done)
}
