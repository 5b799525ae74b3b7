//! `sppis verify`

use super::console::Console;
use super::error::{CliError, Exit, REBUILD};
use super::key::{HOW_TO_MOVE, beside_data};
use crate::histories::check;
use crate::render::{count, euros, grouped};
use crate::warehouse::{Fault, Warehouse};

/// Check the warehouse against its log: key, checksums, rows, cents, findings, person histories.
///
/// Reads every file of the current version. Exit code 1 when something is wrong.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: sppis verify")]
pub(super) struct Arguments {}

pub(super) fn run(
    _: &Arguments,
    warehouse: &Warehouse,
    console: &mut Console,
) -> Result<Exit, CliError> {
    let mut found = warehouse.verify()?;
    let histories = found.faults.is_empty().then(|| histories(warehouse)).transpose()?;
    found.faults.extend(histories.flatten());
    let out = console.out();
    writeln!(
        out,
        "version {}: {}, {}, {} EUR of EBENCONVCM",
        found.version,
        count(found.file_count as u64, "file"),
        count(found.row_count, "observation"),
        grouped(&euros(found.cents)),
    )?;
    for fault in &found.faults {
        writeln!(out, "fault: {}\n  help: {}", fault.text, fault.help)?;
    }
    if !found.orphans.is_empty() {
        let orphans = count(found.orphans.len() as u64, "file");
        writeln!(out, "{orphans} that no version names, left by interrupted ingestions")?;
        writeln!(out, "  help: `sppis clean` removes them")?;
    }
    if let Some(note) = beside_data(warehouse)? {
        writeln!(out, "note: {note}\n  help: {HOW_TO_MOVE}")?;
    }
    if found.faults.is_empty() {
        writeln!(out, "all is as it was committed")?;
        return Ok(Exit::Done);
    }
    Ok(Exit::BlockingFindings)
}

/// What is wrong with the person histories: they are made a second time and compared.
fn histories(warehouse: &Warehouse) -> Result<Option<Fault>, CliError> {
    let checked = check(&warehouse.histories_folder(), &warehouse.snapshot(None)?);
    let text = match checked {
        Ok(None | Some(true)) => return Ok(None),
        Ok(Some(false)) => "the person histories are not those of the observations".to_owned(),
        Err(error) => error.to_string(),
    };
    Ok(Some(Fault { text, help: REBUILD }))
}
