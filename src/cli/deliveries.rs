//! `sppis deliveries`

use chrono::{Datelike as _, Local, NaiveDate};

use super::console::Console;
use super::error::{CliError, Exit};
use crate::delivery::calendar;
use crate::quarter::Quarter;
use crate::render::moment;
use crate::warehouse::{DeliveryFindingRecord, LoggedCommit, Warehouse};

/// List the deliveries and the calendar, oldest first.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example: sppis deliveries\nMay of year A brings Q3 and Q4 of A-2, November of A \
                  brings Q1 and Q2 of A-1."
)]
pub(super) struct Arguments {
    /// Show the calendar as of this day (YYYY-MM-DD) instead of today.
    #[arg(long, value_name = "DAY")]
    on: Option<NaiveDate>,
}

pub(super) fn run(
    arguments: &Arguments,
    warehouse: &Warehouse,
    console: &mut Console,
) -> Result<Exit, CliError> {
    let today = arguments.on.unwrap_or_else(|| Local::now().date_naive());
    let snapshot = warehouse.snapshot(None)?;
    let current = snapshot.deliveries();
    let out = console.out();
    writeln!(out, "{:<18}{:<16}state", "delivery", "quarters")?;
    let received = |commit: &LoggedCommit| {
        let (revision, version) = (commit.record.revision, commit.version);
        let when = moment(commit.timestamp_ms);
        let replaced = if revision > 1 { ", replaces an earlier one" } else { "" };
        let whole: Vec<String> = commit.record.of_delivery().into_iter().map(in_short).collect();
        let whole = whole.concat();
        format!("received {when}, revision {revision}, version {version}{replaced}{whole}")
    };
    let calendar = calendar(today.year());
    let in_calendar = |id: &str| calendar.iter().any(|(known, _)| known.as_str() == id);
    for commit in current.iter().filter(|commit| !in_calendar(&commit.record.delivery)) {
        let record = &commit.record;
        writeln!(out, "{:<18}{:<16}{}", record.delivery, record.window, received(commit))?;
    }
    for (id, window) in &calendar {
        let found = current.iter().find(|commit| commit.record.delivery == id.as_str());
        let state = match (found, due(id.as_str())) {
            (Some(commit), _) => received(commit),
            (None, Some((from, _))) if today < from => continue,
            (None, Some((from, to))) if today <= to => format!("due since {from}"),
            (None, Some((_, to))) => {
                let covered = current.iter().find(|commit| {
                    // The first delivery's first quarter lies before the source.
                    let first = window.first().max(Quarter::SOURCE_START);
                    let other = commit.record.quarters();
                    other.is_some_and(|it| it.contains(first) && it.contains(window.last()))
                });
                match covered {
                    Some(commit) => format!("covered by `{}`", commit.record.delivery),
                    None => format!("missing since {to}"),
                }
            }
            (None, None) => continue,
        };
        writeln!(out, "{:<18}{:<16}{state}", id.to_string(), window.to_string())?;
    }
    Ok(Exit::Done)
}

/// What was found of a delivery as a whole, behind what else is said of it.
fn in_short(found: DeliveryFindingRecord) -> String {
    match (found.column, found.accepted) {
        (Some(column), _) => format!("; without {column}, as accepted"),
        (None, true) => format!("; {} accepted", found.rule),
        (None, false) => format!("; {}", found.text),
    }
}

/// First and last day of a calendar delivery's month.
fn due(id: &str) -> Option<(NaiveDate, NaiveDate)> {
    let first = NaiveDate::parse_from_str(&format!("{id}-01"), "%Y-%m-%d").ok()?;
    let last = crate::quarter::end_of_month(crate::quarter::day_of(first));
    Some((first, crate::quarter::date_of(last)))
}
