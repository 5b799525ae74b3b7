//! `sppis files`

use std::os::unix::ffi::OsStrExt as _;

use super::console::Console;
use super::error::{CliError, Exit};
use super::run::state;
use crate::warehouse::Warehouse;

/// Print the paths of the Parquet files of the current state, or of an older one, one per line.
///
/// A glob over the table's folder also finds files that a later delivery has replaced; tools that
/// do not read Delta tables should read these paths instead.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: sppis files --as-of 2008-05")]
pub(super) struct Arguments {
    /// The state before a later delivery than this one came in, at the end of a day, or at a version
    /// of the table.
    #[arg(long, value_name = "DELIVERY|DAY|VERSION")]
    as_of: Option<String>,
}

pub(super) fn run(
    arguments: &Arguments,
    warehouse: &Warehouse,
    console: &mut Console,
) -> Result<Exit, CliError> {
    let snapshot = state(warehouse, arguments.as_of.as_deref(), console)?;
    // Other programs open these very paths; a terminal only shows them.
    let to_terminal = console.prints_to_terminal();
    for file in snapshot.files() {
        let path = file.path();
        if to_terminal {
            writeln!(console.out(), "{}", path.display())?;
        } else {
            console.data().write_all(path.as_os_str().as_bytes())?;
            writeln!(console.data())?;
        }
    }
    Ok(Exit::Done)
}
