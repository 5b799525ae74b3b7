//! `--as-of`: the state of the table that is asked for.

use super::console::Console;
use super::error::CliError;
use crate::warehouse::{AsOf, Snapshot, Warehouse};

/// The state of the table.
#[derive(Debug, clap::Args)]
pub(super) struct StateArguments {
    /// The state before a later delivery than this one came in, the state that a revision made
    /// (2007-05@1), what was committed by the end of a day (2016-06-30, UTC), or a version of the
    /// table.
    #[arg(long, value_name = "DELIVERY|DAY|VERSION")]
    as_of: Option<String>,
}

impl StateArguments {
    /// The state that is asked for.
    pub(super) fn snapshot(
        &self,
        warehouse: &Warehouse,
        console: &mut Console,
    ) -> Result<Snapshot, CliError> {
        state(warehouse, self.as_of.as_deref(), console)
    }

    /// The same as it is stored, whatever settings and dictionary say.
    pub(super) fn stored_snapshot(
        &self,
        warehouse: &Warehouse,
        console: &mut Console,
    ) -> Result<Snapshot, CliError> {
        stored_state(warehouse, self.as_of.as_deref(), console)
    }
}

/// The state of the table that `--as-of` names, or the latest; says why it may not be what was meant.
pub(super) fn state(
    warehouse: &Warehouse,
    named: Option<&str>,
    console: &mut Console,
) -> Result<Snapshot, CliError> {
    let snapshot = warehouse.agreed_snapshot(named.map(as_of).transpose()?.as_ref())?;
    say_doubt(&snapshot, console);
    Ok(snapshot)
}

/// The same as it is stored, whatever it means.
fn stored_state(
    warehouse: &Warehouse,
    named: Option<&str>,
    console: &mut Console,
) -> Result<Snapshot, CliError> {
    let snapshot = warehouse.snapshot(named.map(as_of).transpose()?.as_ref())?;
    say_doubt(&snapshot, console);
    Ok(snapshot)
}

fn say_doubt(snapshot: &Snapshot, console: &mut Console) {
    if let Some(doubt) = snapshot.doubt() {
        console.say(&format!("note: {doubt}"));
    }
}

/// A number is a version, a day a day, anything else the id of a delivery.
fn as_of(text: &str) -> Result<AsOf, CliError> {
    let pattern = |it: char| if it.is_ascii_digit() { '0' } else { it };
    let is_written_as_day = text.chars().map(pattern).eq("0000-00-00".chars());
    match (text.parse(), text.parse()) {
        (Ok(version), _) => Ok(AsOf::Version(version)),
        (Err(_), Ok(day)) => Ok(AsOf::Day(day)),
        (Err(_), Err(_)) if is_written_as_day => {
            Err(CliError::new(format!("the calendar has no day `{text}`")))
        }
        (Err(_), Err(_)) => Ok(AsOf::Delivery(text.to_owned())),
    }
}
