//! `sppis reclassify`

use std::fmt::Write as _;

use super::console::Console;
use super::difference::{changed, signed};
use super::error::{CliError, Exit, say_histories_problem};
use super::ingest_log::say_waiting;
use super::options::{OfTexts, OutputArguments};
use super::output::pretty_json;
use super::place::Guard;
use super::progress::progress_bar;
use crate::export::Format;
use crate::pipeline::difference::{Difference, Figures};
use crate::pipeline::moves::{Class, Move};
use crate::pipeline::reclassify::{Reclassified, reclassify};
use crate::render::{count, euros, grouped, terminal};
use crate::warehouse::{Meaning, TableFile, Waiting, Warehouse, short};

/// Classify all stored rows anew, by the rules of this program and of dictionary.toml.
///
/// Regime, measure and guidance of every observation are worked out from its stored codes, in one
/// commit: all deliveries or none, and no row or cent more or less in any quarter. The versions before
/// stay as they were (`--as-of`).
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  sppis reclassify --dry-run\n  sppis reclassify\n\nIt is needed where \
                  rules, regimes, measures, their groups or kinds of guidance have changed: figures \
                  are refused until then. Labels, codes without a rule and places need none. \
                  Findings of rows stay those of their ingestion, and rows that were rejected then \
                  stay out: `sppis ingest` of the delivery reads them again."
)]
pub(super) struct Arguments {
    /// Show which rows and figures change, and change nothing.
    #[arg(long)]
    dry_run: bool,

    #[command(flatten)]
    output: OutputArguments<OfTexts>,
}

pub(super) fn run(
    arguments: &Arguments,
    warehouse: &Warehouse,
    console: &mut Console,
) -> Result<Exit, CliError> {
    let sink = arguments.output.sink(|| Guard::of(warehouse), console)?;
    let bytes = warehouse.snapshot(None)?.files().iter().map(TableFile::byte_count).sum();
    let bar = progress_bar(bytes, console.is_quiet());
    let waiting = Some(say_waiting as Waiting);
    let found = reclassify(warehouse, arguments.dry_run, waiting, &|bytes| bar.set_position(bytes));
    bar.finish_and_clear();
    let found = found?;
    let written = match sink.format {
        Format::Json => sink.put(json(&found)?.as_bytes(), console),
        _ => sink.put_text(&statement(&found), console),
    };
    let ended = written.and_then(|()| Ok(console.flush()?));
    match found.version {
        Some(version) => ended.map_err(|error| reclassified_but(error, version))?,
        None => ended?,
    }
    for note in &found.notes {
        console.say(&format!("note: {note}"));
    }
    say_histories_problem(found.histories_problem.as_ref(), console);
    Ok(Exit::Done)
}

/// An error after the commit: what could not be said changes nothing of it.
fn reclassified_but(error: CliError, version: u64) -> CliError {
    error.hint(format!(
        "all deliveries ARE classified anew, as version {version} of the table; only what is said of it \
         could not be written"
    ))
}

/// The same for programs; euros are texts, so that no reader makes them floats.
fn json(found: &Reclassified) -> Result<String, CliError> {
    let class = |it: &Class| {
        serde_json::json!({
            "regime": it.regime, "measure": it.measure, "guidance": it.guidance,
        })
    };
    let moved = |it: &Move| {
        serde_json::json!({
            "quarter": it.quarter.to_string(), "from": class(&it.from), "to": class(&it.to),
            "observations": it.observations, "amount": euros(it.cents),
        })
    };
    let figures = |it: Option<Figures>| {
        let it = it.unwrap_or_default();
        serde_json::json!({
            "observations": it.observations, "persons": it.persons, "amount": euros(it.cents),
        })
    };
    let cell = |it: &Difference| {
        serde_json::json!({
            "quarter": it.quarters.0.to_string(), "regime": it.regime, "measure": it.measure,
            "before": figures(it.before), "after": figures(it.after),
        })
    };
    let before = found.before.as_ref();
    pretty_json(&serde_json::json!({
        "before": before.map(Meaning::classification), "after": found.after.classification(),
        "version": found.version, "observations": found.observations, "changed": found.changed(),
        "changes": before.map(|it| it.terms().changes(found.after.terms())).unwrap_or_default(),
        "rows": found.moves.iter().map(moved).collect::<Vec<_>>(),
        "figures": found.cells.iter().map(cell).collect::<Vec<_>>(),
    }))
}

/// What changes, for reading.
fn statement(found: &Reclassified) -> String {
    let (own, rows) =
        (short(found.after.classification()), count(found.observations, "observation"));
    if found.is_settled() {
        return format!(
            "nothing to do: {rows} are stored under classification {own}, which is that of the rules\n"
        );
    }
    let before = found.before.as_ref().map(Meaning::classification);
    let outcome = match found.version {
        Some(version) => format!("committed as version {version} of the table"),
        None => "not committed, as asked".to_owned(),
    };
    let mut text = format!(
        "classification {} -> {own}: {outcome}\n{} of {rows} under another regime, measure or guidance\n",
        before.map_or("unknown", short),
        grouped(&found.changed().to_string()),
    );
    if let Some(before) = &found.before {
        for change in before.terms().changes(found.after.terms()) {
            let _infallible = writeln!(text, "{}", terminal(&change));
        }
    }
    if !found.moves.is_empty() {
        text.push_str("\nrows that change\n");
        let _infallible = writeln!(
            text,
            "{:<9}{:<56}{:<56}{:>14}{:>18}",
            "quarter", "from", "to", "observations", "EUR"
        );
        found.moves.iter().for_each(|it| text.push_str(&moved(it)));
    }
    if !found.cells.is_empty() {
        text.push_str("\nfigures that change\n");
        let _infallible = writeln!(
            text,
            "{:<9}{:<22}{:<32}{:>14}{:>11}{:>11}{:>9}{:>18}{:>18}",
            "quarter",
            "regime",
            "measure",
            "observations",
            "change",
            "persons",
            "change",
            "EUR",
            "change"
        );
        found.cells.iter().for_each(|it| text.push_str(&cell(it)));
    }
    text
}

fn class(class: &Class) -> String {
    let guidance = class.guidance.as_deref().unwrap_or("-");
    terminal(&format!("{} / {} / {guidance}", class.regime, class.measure)).into_owned()
}

fn moved(it: &Move) -> String {
    let (from, to, euros) = (class(&it.from), class(&it.to), grouped(&euros(it.cents)));
    let rows = grouped(&it.observations.to_string());
    format!("{:<9}{from:<56}{to:<56}{rows:>14}{euros:>18}\n", it.quarter.to_string())
}

fn cell(it: &Difference) -> String {
    let (old, new): (Figures, Figures) =
        (it.before.unwrap_or_default(), it.after.unwrap_or_default());
    format!(
        "{:<9}{:<22}{:<32}{:>14}{:>11}{:>11}{:>9}{:>18}{:>18}\n",
        it.quarters.0.to_string(),
        terminal(&it.regime),
        terminal(&it.measure),
        grouped(&new.observations.to_string()),
        changed(old.observations, new.observations),
        grouped(&new.persons.to_string()),
        changed(old.persons, new.persons),
        grouped(&euros(new.cents)),
        signed(new.cents - old.cents, 2),
    )
}
