//! `sppis status`

use std::fmt::Write as _;
use std::path::Path;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::console::Console;
use super::due::{Known, shown};
use super::error::{CliError, Exit};
use super::options::{OfTexts, OutputArguments};
use super::output::pretty_json;
use super::place::Guard;
use crate::export::Format;
use crate::finding::shown_path;
use crate::quarter::QuarterRange;
use crate::render::{count, terminal};
use crate::schedule::{Entry, Journal, Scheduled, Step};
use crate::warehouse::{LastCheck, Snapshot, Warehouse};

/// Show on one screen how things stand: deliveries, age of the data, editions, what is due, last runs, verify's
/// last word.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  sppis status\n  sppis status --format json")]
pub(super) struct Arguments {
    #[command(flatten)]
    output: OutputArguments<OfTexts>,
}

/// Steps of the schedule that are shown.
const STEPS: usize = 5;

pub(super) fn run(
    arguments: &Arguments,
    root: &Path,
    console: &mut Console,
) -> Result<Exit, CliError> {
    let sink = arguments.output.sink(|| Guard::of_root(root), console)?;
    let warehouse = Warehouse::open(root)?;
    let snapshot = warehouse.snapshot(None)?;
    let known = Known::open(root, None)?;
    let now = known.at;
    let check = LastCheck::read(root)?;
    if sink.format == Format::Json {
        let document = document(&snapshot, &known, check.as_ref(), now);
        sink.put(pretty_json(&document)?.as_bytes(), console)?;
    } else {
        let text = text(&snapshot, &known, check.as_ref(), now);
        sink.put_text(&text, console)?;
    }
    Ok(Exit::Done)
}

fn text(
    snapshot: &Snapshot,
    known: &Known,
    check: Option<&LastCheck>,
    now: DateTime<Utc>,
) -> String {
    let zone = known.settings.zone;
    let mut text = String::new();
    let mut line = |name: &str, said: &str| {
        let mut lines = said.lines();
        let _infallible = writeln!(text, "{name:<14}{}", lines.next().unwrap_or_default());
        for more in lines {
            let _infallible = writeln!(text, "{:<14}{more}", "");
        }
    };
    line("deliveries", &deliveries(snapshot));
    line("data", &data(snapshot, now));
    line("editions", &editions(known));
    line("due", &known.text(now));
    let steps: Vec<String> =
        known.journal.entries().iter().rev().filter_map(|it| step(it, zone)).take(STEPS).collect();
    line("last runs", if steps.is_empty() { "none".to_owned() } else { steps.join("\n") }.as_str());
    let verified = match check {
        None => "never; `sppis verify` compares every file with its checksum".to_owned(),
        Some(check) => {
            format!("{}, version {}: {}", shown(check.at, zone), check.version, check.said())
        }
    };
    line("verify", &verified);
    text
}

/// The newest edition of each report with a schedule, and where they lie.
fn editions(known: &Known) -> String {
    let of_report = |report: &Scheduled| {
        let newest = report.editions.last().map(|it| terminal(&it.manifest().edition).into_owned());
        let newest = newest.map_or_else(
            || "none yet".to_owned(),
            |it| format!("{it} is the newest of {}", report.editions.len()),
        );
        format!("{}: {newest}", terminal(report.name()))
    };
    let mut lines: Vec<String> = known.overview.reports.iter().map(of_report).collect();
    lines.push(format!("in {}", shown_path(&known.settings.editions)));
    lines.join("\n")
}

/// How many deliveries there are, and the newest of them.
fn deliveries(snapshot: &Snapshot) -> String {
    let deliveries = snapshot.deliveries();
    let newest = deliveries.iter().max_by_key(|it| it.record.quarters().map(QuarterRange::last));
    let number = match deliveries.len() {
        1 => "1 delivery".to_owned(),
        number => format!("{number} deliveries"),
    };
    match newest {
        None => "none; `sppis ingest FILE` takes one in".to_owned(),
        Some(newest) => {
            let record = &newest.record;
            let revision = record.revision;
            format!(
                "{number}; the newest is {}, revision {revision}, of {}",
                record.delivery, record.window
            )
        }
    }
}

/// Version, size and age.
fn data(snapshot: &Snapshot, now: DateTime<Utc>) -> String {
    let rows = snapshot.files().iter().map(crate::warehouse::TableFile::row_count).sum();
    let age = age(snapshot, now).map(|days| match days {
        0 => ", committed today".to_owned(),
        1 => ", committed yesterday".to_owned(),
        days => format!(", committed {days} days ago"),
    });
    let (rows, age) = (count(rows, "observation"), age.unwrap_or_default());
    format!("version {}, {rows}{age}", snapshot.version())
}

/// Days since the newest commit.
fn age(snapshot: &Snapshot, now: DateTime<Utc>) -> Option<i64> {
    let last = snapshot.stamps().last().map(|it| it.1)?;
    (!snapshot.commits().is_empty()).then(|| (now.timestamp_millis() - last).max(0) / 86_400_000)
}

/// A step of the schedule in a line; what only the schedule needs to know is none.
fn step(entry: &Entry, zone: chrono_tz::Tz) -> Option<String> {
    let said = match &entry.step {
        Step::Made { report, edition, milliseconds, .. } => {
            let took = milliseconds.map(|it| format!(" in {}.{} s", it / 1000, it % 1000 / 100));
            format!("made {report} {edition}{}", took.unwrap_or_default())
        }
        Step::Failed { report, edition, error, .. } => {
            let first = error.lines().next().unwrap_or_default();
            format!("failed {report} {edition}: {first}")
        }
        Step::Noted { what, telling } if telling.happening.is_some() => {
            what.lines().next().unwrap_or_default().to_owned()
        }
        Step::Scheduled { .. } | Step::Noted { .. } | Step::Began { .. } | Step::Told { .. } => {
            return None;
        }
    };
    Some(format!("{}  {}", shown(entry.at, zone), terminal(&said)))
}

fn document(
    snapshot: &Snapshot,
    known: &Known,
    check: Option<&LastCheck>,
    now: DateTime<Utc>,
) -> Value {
    let deliveries = snapshot.deliveries();
    let newest = deliveries.iter().max_by_key(|it| it.record.quarters().map(QuarterRange::last));
    let editions = known.overview.reports.iter().map(|it| {
        json!({
            "report": it.name(),
            "editions": it.editions.len(),
            "newest": it.editions.last().map(|it| it.manifest().edition.clone()),
        })
    });
    json!({
        "version": snapshot.version(),
        "deliveries": deliveries.len(),
        "newest_delivery": newest.map(|it| it.record.delivery.clone()),
        "observations": snapshot.files().iter().map(crate::warehouse::TableFile::row_count).sum::<u64>(),
        "days_since_commit": age(snapshot, now),
        "reports": editions.collect::<Vec<_>>(),
        "schedule": known.document(now),
        "runs": runs(&known.journal),
        "verified": check.map(|it| json!({
            "at": it.at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
            "version": it.version,
            "faults": it.faults,
        })),
    })
}

fn runs(journal: &Journal) -> Vec<Value> {
    let steps = journal.entries().iter().filter_map(|entry| match &entry.step {
        Step::Made { report, edition, milliseconds, .. } => Some(json!({
            "at": entry.at, "report": report, "edition": edition, "made": true,
            "milliseconds": milliseconds,
        })),
        Step::Failed { report, edition, error, .. } => Some(json!({
            "at": entry.at, "report": report, "edition": edition, "made": false, "error": error,
        })),
        _ => None,
    });
    let all: Vec<Value> = steps.collect();
    all[all.len().saturating_sub(STEPS)..].to_vec()
}
