//! `sppis diff`

use super::console::Console;
use super::defaults::WrittenArguments;
use super::difference::{Sides, name};
use super::error::{CliError, Exit};
use super::options::{OfFigures, OutputArguments};
use super::place::{FilePlace, Guard};
use super::recorded::Recorded;
use super::state::StateArguments;
use super::target::Exported;
use crate::export::Format;
use crate::pipeline::difference::differences;
use crate::render::{Look, count};
use crate::warehouse::{AsOf, LoggedCommit, Warehouse};
use crate::words::Words;

/// Show what changed from one revision of a delivery to another, or between two deliveries.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  sppis diff 2007-05@1 2007-05@2\n  sppis diff 2006-11 2007-05 --all \
                  --format csv\n\nBy quarter, regime and measure, in observations, persons and \
                  euros. Persons of a cell are counted anew on both sides: their changes do not \
                  add up. Quarters of one delivery are matched by quarter, also where a revision \
                  has another window, and so are those of deliveries with a quarter in common; \
                  others by their place, where both deliveries have as many. A quarter that one \
                  side does not cover has no figures there, `:`, never zeros."
)]
pub(super) struct Arguments {
    /// What was: 2007-05@1, or a delivery as it is now.
    #[arg(value_name = "BEFORE")]
    before: String,

    /// What is: 2007-05@2, or a delivery as it is now.
    #[arg(value_name = "AFTER")]
    after: String,

    /// List cells without a change too.
    #[arg(long)]
    all: bool,

    #[command(flatten)]
    state: StateArguments,

    #[command(flatten)]
    output: OutputArguments<OfFigures>,

    #[command(flatten)]
    written: WrittenArguments,
}

pub(super) fn run(
    arguments: &Arguments,
    warehouse: &Warehouse,
    console: &mut Console,
) -> Result<Exit, CliError> {
    let sink = arguments.output.sink(|| Guard::of(warehouse), console)?;
    let (lang, locale) = arguments.written.of(sink.format, warehouse)?;
    let snapshot = arguments.state.snapshot(warehouse, console)?;
    let (before, after) = (snapshot.named(&arguments.before)?, snapshot.named(&arguments.after)?);
    // The newest state of each: what was classified anew since counts as it does now.
    let state = |of: &LoggedCommit| {
        warehouse.agreed_snapshot(Some(&AsOf::Version(snapshot.last_version_of(of))))
    };
    let (old, new) = (state(before)?, state(after)?);
    let mut cells = differences(warehouse, (before, &old), (after, &new))?;
    let known = cells.len();
    if !arguments.all {
        cells.retain(|cell| cell.before != cell.after);
    }
    let (names, same) = ([name(before), name(after)], known - cells.len());
    let mut command = Recorded::new("diff", &[&names[0], &names[1]]);
    command.flag("--all", arguments.all);
    // What was classified anew counts as it did then.
    if !snapshot.reclassifications().is_empty() {
        command.option("--as-of", snapshot.version().to_string());
    }
    let sides = Sides { before, after, states: [&old, &new], cells: &cells };
    let written = |mut command: Recorded| {
        command.written(sink.format, lang, locale, sink.file().map(FilePlace::name));
        command.text()
    };
    match sink.format {
        Format::Table => {
            let dictionary = warehouse.dictionary();
            let mut text = sides.text(Look { language: lang, dictionary, fit_terminal: false });
            if sink.file().is_some() {
                let words = Words::of(lang);
                let label = words.text("provenance.command");
                let values = [("label", label), ("meaning", &*written(command))];
                text.extend(["\n", &words.fill("page.labelled", &values), "\n"]);
            }
            sink.put_text(&text, console)?;
        }
        Format::Json => sink.put(sides.json(&written(command))?.as_bytes(), console)?,
        _ => {
            let dictionary = warehouse.dictionary();
            let look = Look { language: lang, dictionary, fit_terminal: false };
            let (table, provenance) = (&sides.table()?, sides.provenance());
            Exported { table, provenance, command, look, locale, drawing: None, wide: None }
                .write(&sink, console)?;
        }
    }
    console.flush()?;
    if old.meaning() != new.meaning() {
        console.say(&format!(
            "note: {} and {} are classified by different rules, which is part of what changed",
            name(before),
            name(after)
        ));
    }
    if !arguments.all {
        console.tell(&format!("{} without a change", count(same as u64, "cell")));
    }
    Ok(Exit::Done)
}
