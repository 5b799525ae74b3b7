//! `sppis diff`

use std::fmt::Write as _;
use std::path::PathBuf;

use super::console::Console;
use super::error::{CliError, Exit};
use super::output::{pretty_json, put};
use crate::pipeline::difference::{Difference, Figures, differences};
use crate::render::{count, decimal_text, delimited, euros, grouped, terminal};
use crate::warehouse::{LoggedCommit, Warehouse};

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

    /// Format.
    #[arg(long, value_enum, default_value_t = Form::Table)]
    format: Form,

    /// Write to this file instead of stdout.
    #[arg(long, value_name = "PATH")]
    output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Form {
    /// For reading.
    Table,
    /// Comma-separated, plain numbers.
    Csv,
    /// One object; euros are texts, so that no reader makes them floats.
    Json,
}

pub(super) fn run(
    arguments: &Arguments,
    warehouse: &Warehouse,
    console: &mut Console,
) -> Result<Exit, CliError> {
    let snapshot = warehouse.snapshot(None)?;
    let (before, after) = (snapshot.named(&arguments.before)?, snapshot.named(&arguments.after)?);
    let mut cells = differences(warehouse, before, after)?;
    let known = cells.len();
    if !arguments.all {
        cells.retain(|cell| cell.before != cell.after);
    }
    let text = match arguments.format {
        Form::Table => table(&cells, before, after),
        Form::Csv => csv(&cells),
        Form::Json => json(&cells, before, after)?,
    };
    put(text.as_bytes(), arguments.output.as_deref(), warehouse, console)?;
    console.flush()?;
    let same = known - cells.len();
    if !arguments.all {
        console.say(&format!("{} without a change", count(same as u64, "cell")));
    }
    Ok(Exit::Done)
}

fn name(commit: &LoggedCommit) -> String {
    format!("{}@{}", commit.record.delivery, commit.record.revision)
}

/// Stands for the figures of a quarter that a side does not cover.
const NOT_DELIVERED: &str = "not_delivered";
const SYMBOL: &str = ":";

/// One quarter, or the two that stand at the same place.
fn quarters(cell: &Difference) -> String {
    match cell.quarters {
        (before, after) if before == after => before.to_string(),
        (before, after) => format!("{before}/{after}"),
    }
}

/// A difference in units without its decimal mark, with its sign.
fn signed(difference: i128, decimals: u8) -> String {
    let text = grouped(&decimal_text(difference, decimals));
    if difference > 0 { format!("+{text}") } else { text }
}

fn changed(old: u64, new: u64) -> String {
    signed(i128::from(new) - i128::from(old), 0)
}

fn table(cells: &[Difference], before: &LoggedCommit, after: &LoggedCommit) -> String {
    let mut text = format!(
        "{} (version {}) -> {} (version {})\n\n{:<14}{:<22}{:<32}{:>14}{:>11}{:>11}{:>9}{:>18}{:>16}\n",
        name(before),
        before.version,
        name(after),
        after.version,
        "quarter",
        "regime",
        "measure",
        "observations",
        "change",
        "persons",
        "change",
        "EUR",
        "change",
    );
    for cell in cells {
        let shown = |shown: Option<String>| shown.unwrap_or_else(|| SYMBOL.to_owned());
        let now = |text: fn(Figures) -> String| shown(cell.after.map(text));
        let change = |text: fn(Figures, Figures) -> String| {
            shown(cell.before.zip(cell.after).map(|(old, new)| text(old, new)))
        };
        let _written = writeln!(
            text,
            "{:<14}{:<22}{:<32}{:>14}{:>11}{:>11}{:>9}{:>18}{:>16}",
            quarters(cell),
            terminal(&cell.regime),
            terminal(&cell.measure),
            now(|new| grouped(&new.observations.to_string())),
            change(|old, new| changed(old.observations, new.observations)),
            now(|new| grouped(&new.persons.to_string())),
            change(|old, new| changed(old.persons, new.persons)),
            now(|new| grouped(&euros(new.cents))),
            change(|old, new| signed(new.cents - old.cents, 2)),
        );
    }
    text
}

const COLUMNS: &str = "quarter_before,quarter_after,regime,measure,observations_before,\
observations_after,persons_before,persons_after,amount_before,amount_after";

/// Further columns where a side lacks a quarter.
const STATUS_COLUMNS: &str = ",before_status,after_status";

fn csv(cells: &[Difference]) -> String {
    let with_status = cells.iter().any(|it| it.before.is_none() || it.after.is_none());
    let mut text = COLUMNS.to_owned();
    if with_status {
        text.push_str(STATUS_COLUMNS);
    }
    text.push('\n');
    for cell in cells {
        let both = |text: fn(Figures) -> String| {
            let [old, new] = [cell.before, cell.after].map(|it| it.map(text).unwrap_or_default());
            format!("{old},{new}")
        };
        let _written = write!(
            text,
            "{},{},{},{},{},{},{}",
            cell.quarters.0,
            cell.quarters.1,
            delimited(&cell.regime, ','),
            delimited(&cell.measure, ','),
            both(|it| it.observations.to_string()),
            both(|it| it.persons.to_string()),
            both(|it| euros(it.cents)),
        );
        if with_status {
            let [old, new] = [cell.before, cell.after].map(|it| status(it).unwrap_or_default());
            let _written = write!(text, ",{old},{new}");
        }
        text.push('\n');
    }
    text
}

/// Why a side has no figures.
fn status(figures: Option<Figures>) -> Option<&'static str> {
    figures.is_none().then_some(NOT_DELIVERED)
}

fn json(
    cells: &[Difference],
    before: &LoggedCommit,
    after: &LoggedCommit,
) -> Result<String, CliError> {
    let figures = |it: Option<Figures>| match it {
        Some(it) => serde_json::json!({
            "observations": it.observations, "persons": it.persons, "amount": euros(it.cents),
        }),
        None => serde_json::json!({ "status": NOT_DELIVERED }),
    };
    let cell = |it: &Difference| {
        serde_json::json!({
            "quarter_before": it.quarters.0.to_string(), "quarter_after": it.quarters.1.to_string(),
            "regime": it.regime, "measure": it.measure,
            "before": figures(it.before), "after": figures(it.after),
        })
    };
    let side = |it: &LoggedCommit| serde_json::json!({"delivery": name(it), "version": it.version});
    let object = serde_json::json!({
        "before": side(before), "after": side(after),
        "cells": cells.iter().map(cell).collect::<Vec<_>>(),
    });
    pretty_json(&object)
}
