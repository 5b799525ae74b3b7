//! `sppis inbox`

use std::io::Write as _;

use super::console::Console;
use super::error::{CliError, Exit};
use super::options::{OfTexts, OutputArguments};
use super::output::pretty_json;
use super::place::Guard;
use crate::export::Format;
use crate::pipeline::inbox::{Fate, Inbox, Pass, pass};
use crate::schedule::{Refused, Settings};
use crate::warehouse::Warehouse;

/// Take in the deliveries that have arrived complete in the inbox, and put their files away.
///
/// Files that were taken in are moved to its folder `done`, those that were refused to `refused`, each
/// delivery into a folder of its own with its validation report. All others are named and left alone.
/// Nothing is removed or written over.
#[derive(Debug, clap::Args)]
#[command(after_help = "The table `[inbox]` of schedule.toml, in the warehouse's folder:\n\n  \
                  folder = \"inbox\"      the inbox, relative to the warehouse\n  \
                  at_rest = \"10min\"     a file that has not changed for so long is complete\n  \
                  markers = [\".done\"]   so is one with a file NAME.done or DELIVERY.done beside it\n  \
                  parts = 2             how many files each delivery has\n\n\
                  Without `markers`, `at_rest` is 10min; with them, only they count unless `at_rest` is \
                  given. `encoding`, `max_rejects`, and the lists `max_rejects_of`, `ignore_column`, \
                  `accept` and `without_column` mean what the options of `sppis ingest` do.\n\n\
                  Examples:\n  sppis inbox\n  sppis inbox --format json\n\n\
                  Exit codes: 0 done, or nothing to do · 1 a delivery was refused · 2 could not run, or a \
                  file could not be read · 3 another pass or writer was first, try again")]
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
    let Some(inbox) = Settings::open(warehouse)?.inbox else {
        return Err(CliError::new("this warehouse has no inbox").hint(
            "`[inbox]` in its schedule.toml says which folder it is; see `sppis inbox --help`",
        ));
    };
    let pass = pass(&inbox, warehouse, chrono::Utc::now());
    if sink.format == Format::Json {
        let stopped = pass.stopped.as_ref().map(ToString::to_string);
        let text = serde_json::json!({
            "is_busy": pass.is_busy, "stopped": stopped, "entries": &pass.entries,
        });
        sink.put(pretty_json(&text)?.as_bytes(), console)?;
    } else {
        sink.put_text(&lines(&pass)?, console)?;
    }
    ended(pass, console)
}

/// A line for each delivery or file, and each note.
fn lines(pass: &Pass) -> Result<String, CliError> {
    let mut text = Vec::new();
    for entry in &pass.entries {
        writeln!(text, "{entry}")?;
        for note in &entry.notes {
            writeln!(text, "  note: {note}")?;
        }
    }
    Ok(String::from_utf8_lossy(&text).into_owned())
}

fn ended(pass: Pass, console: &mut Console) -> Result<Exit, CliError> {
    if let Some(error) = pass.stopped {
        return Err(error.into());
    }
    let any = |is: fn(&Fate) -> bool| pass.entries.iter().any(|entry| is(&entry.fate));
    if any(|fate| matches!(fate, Fate::Unreadable { .. })) {
        return Ok(Exit::CouldNotRun);
    }
    if any(|fate| matches!(fate, Fate::Refused { .. })) {
        return Ok(Exit::BlockingFindings);
    }
    if pass.is_busy {
        console.say("hint: another pass or writer was first; run the command again");
        return Ok(Exit::Conflict);
    }
    Ok(Exit::Done)
}

/// Takes in what is complete, and gives all that lies there and needs somebody: what was refused, what cannot be
/// read, what nobody can tell what it is.
pub(super) fn take_in(
    inbox: &Inbox,
    warehouse: &Warehouse,
    console: &mut Console,
) -> Result<Vec<Refused>, CliError> {
    let pass = pass(inbox, warehouse, chrono::Utc::now());
    let mut refused = Vec::new();
    for entry in &pass.entries {
        let said = || {
            let what = entry.fate.delivery().map_or_else(|| entry.files.join(", "), str::to_owned);
            let text = entry.to_string();
            Refused { id: format!("{what}: {text}"), what, text }
        };
        match entry.fate {
            Fate::TakenIn { .. } => {
                console.tell(&entry.to_string());
            }
            Fate::AlreadyThere { .. } if entry.moved_to.is_some() => {
                console.tell(&entry.to_string());
            }
            Fate::AlreadyThere { .. }
            | Fate::Unreadable { .. }
            | Fate::Unclear { .. }
            | Fate::NoDelivery { .. } => refused.push(said()),
            _ => {}
        }
    }
    if let Some(error) = pass.stopped {
        return Err(error.into());
    }
    let lying = inbox.refused().map_err(|error| CliError::of(&error))?;
    let lying = lying.into_iter().map(|it| Refused {
        id: format!("{} {}", it.folder, it.at_ms),
        what: it.folder,
        text: it.text.trim().to_owned(),
    });
    refused.extend(lying);
    Ok(refused)
}
