//! `sppis key`

use std::path::PathBuf;

use super::console::Console;
use super::error::{CliError, Exit};
use super::output::outside;
use crate::warehouse::Warehouse;

/// Show the pseudonym key's fingerprint and where it is, or make a backup of it.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  sppis key\n  sppis key --backup /media/safe/pseudonym.key\n\nThe key \
                  is looked for, in this order, in the file that SPPIS_KEY_FILE names, in SPPIS_KEY \
                  (64 hexadecimal digits), in the systemd credential sppis.key, and in the \
                  warehouse's own key folder. It is never shown, and never an argument."
)]
pub(super) struct Arguments {
    /// Copy the key to a new file that only you can read, outside the warehouse.
    #[arg(long, value_name = "PATH")]
    backup: Option<PathBuf>,
}

pub(super) fn run(
    arguments: &Arguments,
    warehouse: &Warehouse,
    console: &mut Console,
) -> Result<Exit, CliError> {
    let key = warehouse.key()?;
    let out = console.out();
    writeln!(out, "fingerprint {}", key.fingerprint())?;
    writeln!(out, "from        {}", warehouse.key_source())?;
    console.flush()?;
    if let Some(path) = &arguments.backup {
        let place = outside(path, warehouse)?;
        warehouse.back_up_key(&place)?;
        console.say(&format!("copied to {}, and read back", place.display()));
        console.say("keep it apart from the warehouse: who has both can link persons");
    }
    Ok(Exit::Done)
}
