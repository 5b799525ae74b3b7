//! `sppis history`

use super::console::Console;
use super::error::{CliError, Exit};
use crate::render::{euros, grouped, moment};
use crate::warehouse::Warehouse;

/// List the versions of the table and what made them, oldest first.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: sppis history\nRead an old state: sppis run NAME --as-of VERSION")]
pub(super) struct Arguments {}

pub(super) fn run(
    _: &Arguments,
    warehouse: &Warehouse,
    console: &mut Console,
) -> Result<Exit, CliError> {
    let snapshot = warehouse.snapshot(None)?;
    let out = console.out();
    writeln!(
        out,
        "{:>7}  {:<24}{:<18}{:<16}{:>12}{:>10} {:>20}",
        "version", "committed", "delivery", "quarters", "rows read", "rejected", "EBENCONVCM (EUR)"
    )?;
    for commit in snapshot.commits() {
        let record = &commit.record;
        let sums = &record.reconciliation;
        let cents = sums.cents_stored.parse().unwrap_or_default();
        writeln!(
            out,
            "{:>7}  {:<24}{:<18}{:<16}{:>12}{:>10} {:>20}",
            commit.version,
            moment(commit.timestamp_ms),
            format!("{}@{}", record.delivery, record.revision),
            record.window,
            grouped(&sums.rows_read.to_string()),
            grouped(&sums.rows_rejected.to_string()),
            grouped(&euros(cents)),
        )?;
    }
    Ok(Exit::Done)
}
