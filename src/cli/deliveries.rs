//! `sppis deliveries`

use std::fmt::Write as _;

use chrono::{Local, NaiveDate};

use super::console::Console;
use super::defaults::LocaleArguments;
use super::error::{CliError, Exit};
use super::list::{List, counts, texts};
use super::options::{OfLists, OutputArguments};
use super::place::Guard;
use super::recorded::Recorded;
use super::state::StateArguments;
use crate::disclosure::ResultColumn;
use crate::render::{instant, moment};
use crate::schedule::{Expected, Standing, expected};
use crate::warehouse::{DeliveryFindingRecord, LoggedCommit, Warehouse};

/// List the deliveries and the calendar, oldest first.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  sppis deliveries\n  sppis deliveries --format json\nMay of year A brings Q3 and Q4 of A-2, November of A \
                  brings Q1 and Q2 of A-1."
)]
pub(super) struct Arguments {
    /// Show the calendar as of this day (YYYY-MM-DD) instead of today.
    #[arg(long, value_name = "DAY", value_parser = day)]
    on: Option<NaiveDate>,

    #[command(flatten)]
    state: StateArguments,

    #[command(flatten)]
    output: OutputArguments<OfLists>,

    #[command(flatten)]
    locale: LocaleArguments,
}

fn day(text: &str) -> Result<NaiveDate, String> {
    text.parse().map_err(|_| "expected a day of the calendar such as 2008-12-01".to_owned())
}

pub(super) fn run(
    arguments: &Arguments,
    warehouse: &Warehouse,
    console: &mut Console,
) -> Result<Exit, CliError> {
    let sink = arguments.output.sink(|| Guard::of(warehouse), console)?;
    let locale = arguments.locale.of(sink.format, warehouse.configuration().defaults())?;
    let today = arguments.on.unwrap_or_else(|| Local::now().date_naive());
    let snapshot = &arguments.state.stored_snapshot(warehouse, console)?;
    let entries = expected(snapshot, today);
    let mut command = Recorded::new("deliveries", &[]).in_one_language();
    command.option("--on", today.to_string());
    command.option("--as-of", snapshot.version().to_string());
    let (text, columns) = (text(&entries), columns(&entries));
    let title = "Deliveries and the calendar";
    List { name: "deliveries", title, text, columns, snapshot, command }
        .write(&sink, locale, warehouse, console)
}

fn name(standing: &Standing<'_>) -> &'static str {
    match standing {
        Standing::Received(_) => "received",
        Standing::Due(_) => "due",
        Standing::Missing(_) => "missing",
        Standing::Covered(_) => "covered",
    }
}

fn since(standing: &Standing<'_>) -> Option<NaiveDate> {
    match standing {
        Standing::Due(day) | Standing::Missing(day) => Some(*day),
        Standing::Received(_) | Standing::Covered(_) => None,
    }
}

fn received<'s>(standing: &Standing<'s>) -> Option<&'s LoggedCommit> {
    match standing {
        Standing::Received(commit) => Some(commit),
        _ => None,
    }
}

fn covered_by(standing: &Standing<'_>) -> Option<String> {
    match standing {
        Standing::Covered(commit) => Some(commit.record.delivery.clone()),
        _ => None,
    }
}

fn said(standing: &Standing<'_>) -> String {
    match standing {
        Standing::Received(commit) => {
            let (revision, version) = (commit.record.revision, commit.version);
            let when = moment(commit.timestamp_ms);
            let replaced = if revision > 1 { ", replaces an earlier one" } else { "" };
            let whole = commit.record.of_delivery().into_iter().map(in_short);
            let whole: String = whole.flat_map(|it| ["; ".to_owned(), it]).collect();
            format!("received {when}, revision {revision}, version {version}{replaced}{whole}")
        }
        Standing::Due(from) => format!("due since {from}"),
        Standing::Missing(to) => format!("missing since {to}"),
        Standing::Covered(commit) => format!("covered by `{}`", commit.record.delivery),
    }
}

fn text(entries: &[Expected<'_>]) -> String {
    let mut text = format!("{:<18}{:<16}state\n", "delivery", "quarters");
    for Expected { delivery, window, standing } in entries {
        let _infallible = writeln!(text, "{delivery:<18}{window:<16}{}", said(standing));
    }
    text
}

fn columns(entries: &[Expected<'_>]) -> Vec<ResultColumn> {
    let of_commit =
        |it: &Expected<'_>| received(&it.standing).map(|it| (it.timestamp_ms, it.version));
    let revision = |it: &Expected<'_>| received(&it.standing).map(|it| it.record.revision.into());
    let found = |it: &Expected<'_>| {
        let found = received(&it.standing)?.record.of_delivery().into_iter().map(in_short);
        Some(found.collect::<Vec<_>>().join("; ")).filter(|it| !it.is_empty())
    };
    vec![
        texts("delivery", entries, |it| Some(it.delivery.clone())),
        texts("quarters", entries, |it| Some(it.window.clone())),
        texts("state", entries, |it| Some(name(&it.standing).to_owned())),
        texts("since", entries, |it| since(&it.standing).map(|it| it.to_string())),
        texts("received", entries, |it| of_commit(it).map(|(at, _)| instant(at))),
        counts("revision", entries, revision),
        counts("version", entries, |it| of_commit(it).map(|(_, version)| version)),
        texts("covered_by", entries, |it| covered_by(&it.standing)),
        texts("found", entries, found),
    ]
}

/// What was found of a delivery as a whole.
fn in_short(found: DeliveryFindingRecord) -> String {
    match (found.column, found.accepted) {
        (Some(column), _) => format!("without {column}, as accepted"),
        (None, true) => format!("{} accepted", found.rule),
        (None, false) => found.text,
    }
}
