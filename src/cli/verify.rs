//! `sppis verify`

use chrono::Utc;

use super::console::Console;
use super::error::{CliError, Exit, REBUILD};
use super::key::{HOW_TO_MOVE, beside_data};
use super::options::{OfTexts, OutputArguments};
use super::output::pretty_json;
use super::place::Guard;
use crate::counting::histories::{check, is_partial};
use crate::export::Format;
use crate::render::{count, euros, grouped};
use crate::warehouse::{Fault, LastCheck, Verification, Warehouse};

/// Check the warehouse against its log: key, checksums, rows, cents, findings, person histories.
///
/// Reads every file of the current version. Exit code 1 when something is wrong with them; what is
/// damaged of states that were replaced is noted.
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
    let folder = warehouse.histories_folder();
    if warehouse.snapshot(None).is_ok_and(|snapshot| is_partial(&folder, &snapshot)) {
        let text = "of the person histories not all files are there".to_owned();
        found.notes.push(Fault { text, help: REBUILD });
    }
    let beside = beside_data(warehouse)?.map(|text| Fault { text, help: HOW_TO_MOVE });
    found.notes.extend(beside);
    LastCheck { at: Utc::now(), version: found.version, faults: found.faults.len() }
        .note(warehouse.root());
    if sink.format == Format::Json {
        sink.put(json(&found)?.as_bytes(), console)?;
    } else {
        sink.put_text(&text(&found), console)?;
    }
    Ok(if found.faults.is_empty() { Exit::Done } else { Exit::BlockingFindings })
}

fn text(found: &Verification) -> String {
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
    for note in &found.notes {
        text.extend(["note: ", &note.text, "\n  help: ", note.help, "\n"]);
    }
    if found.faults.is_empty() {
        text.push_str("all is as it was committed\n");
    }
    text
}

fn json(found: &Verification) -> Result<String, CliError> {
    let said = |it: &Fault| serde_json::json!({ "text": it.text, "help": it.help });
    let [faults, notes] =
        [&found.faults, &found.notes].map(|all| all.iter().map(said).collect::<Vec<_>>());
    let orphans: Vec<_> = found.orphans.iter().map(|it| it.display().to_string()).collect();
    pretty_json(&serde_json::json!({
        "version": found.version,
        "is_as_committed": found.faults.is_empty(),
        "files": found.file_count,
        "observations": found.row_count,
        "amount": euros(found.cents),
        "faults": faults,
        "left_over": orphans,
        "notes": notes,
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
