//! `sppis init`

use std::path::{Path, PathBuf};

use super::console::Console;
use super::error::{CliError, Exit};
use super::key::{HOW_TO_MOVE, NAMED_BY_VARIABLE, beside_data};
use crate::warehouse::{KeyPlace, Warehouse};

/// Make a new warehouse, and its pseudonym key outside of it.
///
/// The key is what leads from pseudonyms back to national numbers. It is put into the user's
/// configuration folder (~/.config/sppis/keys, or below `$XDG_CONFIG_HOME`), named by its
/// fingerprint, and found there again. A key that `SPPIS_KEY_FILE`, `SPPIS_KEY` or the systemd
/// credential sppis.key hands over is used as it is.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  sppis --warehouse /data/sppis init\n  sppis init --key-file \
                  /safe/sppis.key\n\nKeep a copy of the key in a safe place (`sppis key --backup`): \
                  without it persons cannot be linked.")]
pub(super) struct Arguments {
    /// Put the key into this file, or use the one that is there; `SPPIS_KEY_FILE` has to
    /// name it from then on.
    #[arg(long, value_name = "PATH", conflicts_with = "key_in_warehouse")]
    key_file: Option<PathBuf>,

    /// Put the key beside the data: a copy of the warehouse's folder then gives back every number.
    #[arg(long)]
    key_in_warehouse: bool,
}

pub(super) fn run(
    arguments: &Arguments,
    root: &Path,
    console: &mut Console,
) -> Result<Exit, CliError> {
    let place = match &arguments.key_file {
        Some(path) => KeyPlace::File(path.clone()),
        None if arguments.key_in_warehouse => KeyPlace::Warehouse,
        None => KeyPlace::User,
    };
    let warehouse = Warehouse::init(root, &place)?;
    console.tell(&format!("made a warehouse at {}", root.display()));
    let fingerprint = warehouse.key_fingerprint()?;
    let source = match &arguments.key_file {
        Some(path) => path.display().to_string(),
        None => warehouse.key_source()?.to_string(),
    };
    console.tell(&format!("its pseudonym key, fingerprint {fingerprint}, is {source}"));
    if let Some(path) = &arguments.key_file {
        console.say(&format!("{NAMED_BY_VARIABLE}={}", path.display()));
    }
    if let Some(note) = beside_data(&warehouse)? {
        console.say(&format!("note: {note}"));
        console.say(&format!("hint: {HOW_TO_MOVE}"));
    }
    console
        .say("note: keep a copy of the key in a safe place: without it persons cannot be linked");
    Ok(Exit::Done)
}
