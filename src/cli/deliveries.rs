//! `sppis deliveries`

use std::fmt::Write as _;

use chrono::{Datelike as _, Local, NaiveDate};

use super::console::Console;
use super::error::{CliError, Exit};
use super::list::{List, counts, texts};
use super::options::{LocaleArguments, OfLists, OutputArguments, StateArguments};
use super::place::Guard;
use super::recorded::Recorded;
use crate::delivery::calendar;
use crate::disclosure::ResultColumn;
use crate::quarter::Quarter;
use crate::render::{instant, moment};
use crate::warehouse::{DeliveryFindingRecord, LoggedCommit, Snapshot, Warehouse};

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
    let today = arguments.on.unwrap_or_else(|| Local::now().date_naive());
    let snapshot = &arguments.state.stored_snapshot(warehouse, console)?;
    let entries = entries(snapshot, today);
    let mut command = Recorded::new("deliveries", &[]);
    command.option("--on", today.to_string());
    command.option("--as-of", snapshot.version().to_string());
    let (text, columns) = (text(&entries), columns(&entries));
    let title = "Deliveries and the calendar";
    List { name: "deliveries", title, text, columns, snapshot, command }.write(
        &sink,
        arguments.locale.locale,
        warehouse,
        console,
    )
}

/// A delivery, received or expected.
struct Entry<'a> {
    delivery: String,
    window: String,
    state: State<'a>,
}

/// What is known of a delivery on a day.
enum State<'a> {
    Received(&'a LoggedCommit),
    /// Its month has begun.
    Due(NaiveDate),
    /// Its month is over.
    Missing(NaiveDate),
    /// Another delivery has its quarters.
    Covered(&'a LoggedCommit),
}

impl State<'_> {
    fn name(&self) -> &'static str {
        match self {
            Self::Received(_) => "received",
            Self::Due(_) => "due",
            Self::Missing(_) => "missing",
            Self::Covered(_) => "covered",
        }
    }

    fn since(&self) -> Option<NaiveDate> {
        match self {
            Self::Due(day) | Self::Missing(day) => Some(*day),
            Self::Received(_) | Self::Covered(_) => None,
        }
    }

    fn received(&self) -> Option<&LoggedCommit> {
        match self {
            Self::Received(commit) => Some(commit),
            _ => None,
        }
    }

    fn covered_by(&self) -> Option<String> {
        match self {
            Self::Covered(commit) => Some(commit.record.delivery.clone()),
            _ => None,
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Received(commit) => {
                let (revision, version) = (commit.record.revision, commit.version);
                let when = moment(commit.timestamp_ms);
                let replaced = if revision > 1 { ", replaces an earlier one" } else { "" };
                let whole = commit.record.of_delivery().into_iter().map(in_short);
                let whole: String = whole.flat_map(|it| ["; ".to_owned(), it]).collect();
                format!("received {when}, revision {revision}, version {version}{replaced}{whole}")
            }
            Self::Due(from) => format!("due since {from}"),
            Self::Missing(to) => format!("missing since {to}"),
            Self::Covered(commit) => format!("covered by `{}`", commit.record.delivery),
        }
    }
}

/// Those outside the calendar, then the calendar as of a day.
fn entries<'s>(snapshot: &'s Snapshot, today: NaiveDate) -> Vec<Entry<'s>> {
    let current = snapshot.deliveries();
    let calendar = calendar(today.year());
    let in_calendar = |id: &str| calendar.iter().any(|(known, _)| known.as_str() == id);
    let others = current.iter().filter(|commit| !in_calendar(&commit.record.delivery));
    let received = |commit: &&'s LoggedCommit| Entry {
        delivery: commit.record.delivery.clone(),
        window: commit.record.window.clone(),
        state: State::Received(commit),
    };
    let mut entries: Vec<Entry<'s>> = others.map(received).collect();
    for (id, window) in &calendar {
        let found = current.iter().find(|commit| commit.record.delivery == id.as_str());
        let state = match (found, due(id.as_str())) {
            (Some(commit), _) => State::Received(commit),
            (None, Some((from, _))) if today < from => continue,
            (None, Some((from, to))) if today <= to => State::Due(from),
            (None, Some((_, to))) => {
                let covered = current.iter().find(|commit| {
                    // The first delivery's first quarter lies before the source.
                    let first = window.first().max(Quarter::SOURCE_START);
                    let other = commit.record.quarters();
                    other.is_some_and(|it| it.contains(first) && it.contains(window.last()))
                });
                covered.map_or(State::Missing(to), |commit| State::Covered(commit))
            }
            (None, None) => continue,
        };
        entries.push(Entry { delivery: id.to_string(), window: window.to_string(), state });
    }
    entries
}

fn text(entries: &[Entry<'_>]) -> String {
    let mut text = format!("{:<18}{:<16}state\n", "delivery", "quarters");
    for Entry { delivery, window, state } in entries {
        let _infallible = writeln!(text, "{delivery:<18}{window:<16}{}", state.text());
    }
    text
}

fn columns(entries: &[Entry<'_>]) -> Vec<ResultColumn> {
    let of_commit = |it: &Entry<'_>| it.state.received().map(|it| (it.timestamp_ms, it.version));
    let revision = |it: &Entry<'_>| it.state.received().map(|it| it.record.revision.into());
    let found = |it: &Entry<'_>| {
        let found = it.state.received()?.record.of_delivery().into_iter().map(in_short);
        Some(found.collect::<Vec<_>>().join("; ")).filter(|it| !it.is_empty())
    };
    vec![
        texts("delivery", entries, |it| Some(it.delivery.clone())),
        texts("quarters", entries, |it| Some(it.window.clone())),
        texts("state", entries, |it| Some(it.state.name().to_owned())),
        texts("since", entries, |it| it.state.since().map(|it| it.to_string())),
        texts("received", entries, |it| of_commit(it).map(|(at, _)| instant(at))),
        counts("revision", entries, revision),
        counts("version", entries, |it| of_commit(it).map(|(_, version)| version)),
        texts("covered_by", entries, |it| it.state.covered_by()),
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

/// First and last day of a calendar delivery's month.
fn due(id: &str) -> Option<(NaiveDate, NaiveDate)> {
    let first = NaiveDate::parse_from_str(&format!("{id}-01"), "%Y-%m-%d").ok()?;
    let last = crate::quarter::end_of_month(crate::quarter::day_of(first));
    Some((first, crate::quarter::date_of(last)))
}
