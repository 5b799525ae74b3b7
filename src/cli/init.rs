//! `sppis init`

use std::path::Path;

use super::console::Console;
use super::error::{CliError, Exit};
use crate::warehouse::Warehouse;

/// Make a new warehouse.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: sppis --warehouse /data/sppis init")]
pub(super) struct Arguments {}

pub(super) fn run(_: &Arguments, root: &Path, console: &mut Console) -> Result<Exit, CliError> {
    let warehouse = Warehouse::init(root)?;
    let key = warehouse.key()?;
    console.say(&format!("made a warehouse at {}", root.display()));
    console.say(&format!(
        "its pseudonym key, fingerprint {}, is {}",
        key.fingerprint(),
        warehouse.key_source()
    ));
    console.say("keep a copy of the key in a safe place: without it persons cannot be linked");
    Ok(Exit::Done)
}
