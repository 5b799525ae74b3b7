//! `sppis verify`

use super::console::Console;
use super::error::{CliError, Exit, REBUILD};
use super::key::{HOW_TO_MOVE, beside_data};
use super::options::{OfTexts, OutputArguments};
use super::output::pretty_json;
use super::place::Guard;
use crate::export::Format;
use crate::histories::check;
use crate::render::{count, euros, grouped};
use crate::warehouse::{Fault, Verification, Warehouse};

/// Check the warehouse against its log: key, checksums, rows, cents, findings, person histories.
///
/// Reads every file of the current version. Exit code 1 when something is wrong.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  sppis verify\n  sppis verify --format json")]
pub(super) struct Arguments {
    #[command(flatten)]
    output: OutputArguments<OfTexts>,
}

pub(super) fn run(
    arguments: &Arguments,
    warehouse: &Warehouse,
    console: &mut Console,
) -> Result<Exit, CliError> {
    let sink = arguments.output.sink(|| Guard::of(warehouse), console)?;
    let mut found = warehouse.verify()?;
    let histories = found.faults.is_empty().then(|| histories(warehouse)).transpose()?;
    found.faults.extend(histories.flatten());
    let note = beside_data(warehouse)?;
    if sink.format == Format::Json {
        sink.put(json(&found, note)?.as_bytes(), console)?;
    } else {
        sink.put_text(&text(&found, note), console)?;
    }
    Ok(if found.faults.is_empty() { Exit::Done } else { Exit::BlockingFindings })
}

fn text(found: &Verification, note: Option<String>) -> String {
    let (files, rows) =
        (count(found.file_count as u64, "file"), count(found.row_count, "observation"));
    let (version, amount) = (found.version, grouped(&euros(found.cents)));
    let mut text = format!("version {version}: {files}, {rows}, {amount} EUR of EBENCONVCM\n");
    for fault in &found.faults {
        text.extend(["fault: ", &fault.text, "\n  help: ", fault.help, "\n"]);
    }
    if !found.orphans.is_empty() {
        let orphans = count(found.orphans.len() as u64, "file");
        text.extend([&orphans, " that no version names, left by interrupted ingestions\n"]);
        text.push_str("  help: `sppis clean` removes them\n");
    }
    if let Some(note) = note {
        text.extend(["note: ", &note, "\n  help: ", HOW_TO_MOVE, "\n"]);
    }
    if found.faults.is_empty() {
        text.push_str("all is as it was committed\n");
    }
    text
}

fn json(found: &Verification, note: Option<String>) -> Result<String, CliError> {
    let said = |text: &str, help: &str| serde_json::json!({ "text": text, "help": help });
    let faults: Vec<_> = found.faults.iter().map(|it| said(&it.text, it.help)).collect();
    let orphans: Vec<_> = found.orphans.iter().map(|it| it.display().to_string()).collect();
    pretty_json(&serde_json::json!({
        "version": found.version,
        "is_as_committed": found.faults.is_empty(),
        "files": found.file_count,
        "observations": found.row_count,
        "amount": euros(found.cents),
        "faults": faults,
        "left_over": orphans,
        "notes": note.map(|note| said(&note, HOW_TO_MOVE)).into_iter().collect::<Vec<_>>(),
    }))
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
