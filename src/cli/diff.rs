//! `sppis diff`

use std::fmt::Write as _;
use std::path::PathBuf;

use super::console::Console;
use super::error::{CliError, Exit};
use super::output::{pretty_json, put};
use crate::pipeline::difference::{Difference, differences};
use crate::render::{count, euros, grouped};
use crate::warehouse::{LoggedCommit, Warehouse};

/// Show what changed from one revision of a delivery to another, or between two deliveries.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  sppis diff 2007-05@1 2007-05@2\n  sppis diff 2006-11 2007-05 --all \
                  --format csv\n\nBy quarter, regime and measure, in observations, persons and \
                  euros. Persons of a cell are counted anew on both sides: their changes do not \
                  add up. The quarters of two deliveries are matched by their place in each."
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

/// One quarter, or the two that stand at the same place.
fn quarters(cell: &Difference) -> String {
    match cell.quarters {
        (before, after) if before == after => before.to_string(),
        (before, after) => format!("{before}/{after}"),
    }
}

fn signed(difference: i128) -> String {
    let text = grouped(&difference.to_string());
    if difference > 0 { format!("+{text}") } else { text }
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
        let (old, new) = (cell.before, cell.after);
        let change = |old: u64, new: u64| signed(i128::from(new) - i128::from(old));
        let euros_change = euros(new.cents - old.cents);
        let plus = if new.cents > old.cents { "+" } else { "" };
        let _written = writeln!(
            text,
            "{:<14}{:<22}{:<32}{:>14}{:>11}{:>11}{:>9}{:>18}{:>16}",
            quarters(cell),
            cell.regime,
            cell.measure,
            grouped(&new.observations.to_string()),
            change(old.observations, new.observations),
            grouped(&new.persons.to_string()),
            change(old.persons, new.persons),
            grouped(&euros(new.cents)),
            format!("{plus}{}", grouped(&euros_change)),
        );
    }
    text
}

const COLUMNS: &str = "quarter_before,quarter_after,regime,measure,observations_before,\
observations_after,persons_before,persons_after,amount_before,amount_after\n";

fn csv(cells: &[Difference]) -> String {
    let mut text = COLUMNS.to_owned();
    for cell in cells {
        let (old, new) = (cell.before, cell.after);
        let _written = writeln!(
            text,
            "{},{},{},{},{},{},{},{},{},{}",
            cell.quarters.0,
            cell.quarters.1,
            cell.regime,
            cell.measure,
            old.observations,
            new.observations,
            old.persons,
            new.persons,
            euros(old.cents),
            euros(new.cents)
        );
    }
    text
}

fn json(
    cells: &[Difference],
    before: &LoggedCommit,
    after: &LoggedCommit,
) -> Result<String, CliError> {
    let figures = |it: crate::pipeline::difference::Figures| {
        serde_json::json!({
            "observations": it.observations, "persons": it.persons, "amount": euros(it.cents),
        })
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
