//! `sppis key`

use std::path::PathBuf;

use super::console::Console;
use super::error::{CliError, Exit};
use super::place::Guard;
use crate::finding::shown_path;
use crate::warehouse::Warehouse;

/// Show the pseudonym key's fingerprint and where it is, make a backup of it, or move it away from
/// the data.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  sppis key\n  sppis key --backup /media/safe/pseudonym.key\n  sppis key \
                  --move\n\nThe key is looked for, in this order, in the file that SPPIS_KEY_FILE \
                  names, in SPPIS_KEY (64 hexadecimal digits), in the systemd credential sppis.key, in \
                  the user's configuration folder ($XDG_CONFIG_HOME or ~/.config) as \
                  sppis/keys/FINGERPRINT.key, and in the warehouse as key/pseudonym.key. It is never \
                  shown, and never an argument."
)]
pub(super) struct Arguments {
    /// Copy the key to a new file that only you can read, outside the warehouse.
    #[arg(long, value_name = "PATH", conflicts_with = "move_out")]
    backup: Option<PathBuf>,

    /// Move a key that lies in the warehouse to the user's configuration folder, or to a file that
    /// `SPPIS_KEY_FILE` has to name from then on.
    #[arg(long = "move", value_name = "PATH", num_args = 0..=1)]
    move_out: Option<Vec<PathBuf>>,
}

/// What has to be said of a key that lies beside the data.
pub(super) const HOW_TO_MOVE: &str = "`sppis key --move` puts it into the user's configuration \
                                      folder; copies of the warehouse made before still hold it";

/// Before the path of a key that is not found by itself.
pub(super) const NAMED_BY_VARIABLE: &str = "every command needs SPPIS_KEY_FILE";

pub(super) fn run(
    arguments: &Arguments,
    warehouse: &Warehouse,
    console: &mut Console,
) -> Result<Exit, CliError> {
    if let Some(to) = &arguments.move_out {
        let moved = warehouse.move_key(to.first().map(PathBuf::as_path))?;
        console.tell(&format!("moved to {}, and read back", moved.to.display()));
        if moved.variable.is_some() {
            console.say(&format!("{NAMED_BY_VARIABLE}={}", moved.to.display()));
        }
        console.say("copies of the warehouse made before still hold it");
        return Ok(Exit::Done);
    }
    let key = warehouse.key()?;
    let out = console.out();
    writeln!(out, "fingerprint {}", key.fingerprint())?;
    writeln!(out, "from        {}", warehouse.key_source()?)?;
    console.flush()?;
    if let Some(note) = beside_data(warehouse)? {
        console.say(&format!("note: {note}"));
        console.say(&format!("hint: {HOW_TO_MOVE}"));
    }
    if let Some(path) = &arguments.backup {
        let place = Guard::of(warehouse).file(path)?;
        if place.path().symlink_metadata().is_ok() {
            return Err(CliError::new(format!("{} is there already", shown_path(path)))
                .hint("a backup replaces nothing: name a file that is not there"));
        }
        warehouse.back_up_key(place.path())?;
        console.tell(&format!("copied to {}, and read back", place.path().display()));
        console.say("note: keep it apart from the warehouse: who has both can link persons");
    }
    Ok(Exit::Done)
}

/// Where the key lies in the warehouse's folder, what that means.
pub(super) fn beside_data(warehouse: &Warehouse) -> Result<Option<String>, CliError> {
    let place = warehouse.key_beside_data()?;
    Ok(place.map(|place| {
        let place = place.display();
        format!(
            "the pseudonym key lies beside the data, {place}: a copy of the warehouse's folder \
                 gives back every number"
        )
    }))
}
