//! `sppis due`

use std::fmt::Write as _;
use std::path::Path;

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeZone as _, Utc};
use chrono_tz::Tz;
use serde_json::{Value, json};

use super::console::Console;
use super::editions::index_pages;
use super::error::{CliError, Exit};
use super::inbox;
use super::options::{OfTexts, OutputArguments};
use super::output::pretty_json;
use super::place::Guard;
use super::report::{Edition, Place};
use crate::export::Format;
use crate::pipeline::answer::Means;
use crate::render::{count, terminal};
use crate::report::{MadeEdition, ReportCatalog, Source};
use crate::schedule::{
    Done, Hands, Hindrance, Item, Journal, Overview, Reason, Refused, Scheduled, Settings,
    run as go, untold,
};
use crate::warehouse::{AsOf, Warehouse};

/// Show which editions are due and why, or make them.
///
/// A report says in `[schedule]` of its report.toml when editions are due: after a delivery, on days, or
/// on the first of some days after a delivery; `[schedules.NAME]` of the warehouse's schedule.toml says it
/// of a report that is shipped. Exit code 1 says that something is due, or failed.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  sppis due\n  sppis due --at 2027-06-01\n  sppis due --run\n  sppis due --format json\n\n\
                  `--run` can be called every minute, and by several machines on one folder: it takes in what is complete \
                  in the inbox, makes each edition once, tells who wants to know, and says nothing where nothing happened. \
                  `sppis timer` writes what calls it."
)]
pub(super) struct Arguments {
    /// Make what is due, one edition after another, and tell about it.
    #[arg(long, conflicts_with_all = ["at", "format", "output"])]
    run: bool,

    /// Wait for another run that is at work, instead of leaving everything to it.
    #[arg(long, requires = "run")]
    wait: bool,

    /// Show what is due at this moment instead of now: at the end of a day (`2027-06-01`), at a time of the schedule's
    /// clock (`2027-06-01T08:00`), or at a moment (`2027-06-01T08:00:00Z`).
    #[arg(long, value_name = "MOMENT", value_parser = moment)]
    at: Option<At>,

    #[command(flatten)]
    output: OutputArguments<OfTexts>,
}

/// A moment that is asked about.
#[derive(Debug, Clone, Copy)]
pub(super) enum At {
    Moment(DateTime<Utc>),
    /// As the clock shows it in the zone of the schedule.
    Local(NaiveDateTime),
}

impl At {
    /// The moment, where clocks show it twice the earlier one, where they leave it out the next one.
    fn moment(self, zone: Tz) -> DateTime<Utc> {
        match self {
            Self::Moment(moment) => moment,
            Self::Local(local) => {
                let later = local + chrono::Duration::hours(1);
                let shown = |it| zone.from_local_datetime(&it).earliest();
                shown(local)
                    .or_else(|| shown(later))
                    .map_or_else(|| local.and_utc(), |it| it.to_utc())
            }
        }
    }
}

/// A moment, a time of the schedule's clock, or the end of a day.
fn moment(text: &str) -> Result<At, String> {
    if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
        return Ok(At::Moment(moment.to_utc()));
    }
    let local = |pattern| NaiveDateTime::parse_from_str(text, pattern).ok();
    let end_of = |day: NaiveDate| day.and_hms_opt(23, 59, 59);
    let patterns = ["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"];
    let found = patterns.into_iter().find_map(local);
    let found = found.or_else(|| text.parse().ok().and_then(end_of));
    found.map(At::Local).ok_or_else(|| {
        "expected a day, a time such as 2027-06-01T08:00, or a moment such as 2027-06-01T08:00:00Z"
            .to_owned()
    })
}

pub(super) fn run(
    arguments: &Arguments,
    root: &Path,
    console: &mut Console,
) -> Result<Exit, CliError> {
    if arguments.run {
        return make(root, arguments.wait, console);
    }
    let sink = arguments.output.sink(|| Guard::of_root(root), console)?;
    let known = Known::open(root, arguments.at)?;
    let now = known.at;
    let is_due = known.overview.items().iter().any(|(_, item)| item.is_due());
    if sink.format == Format::Json {
        sink.put(pretty_json(&known.document(now))?.as_bytes(), console)?;
    } else {
        sink.put_text(&known.text(now), console)?;
    }
    for (_, error) in &known.overview.broken {
        console.say(&format!("error: {error}"));
    }
    let is_well = !is_due && known.overview.broken.is_empty();
    Ok(if is_well { Exit::Done } else { Exit::BlockingFindings })
}

/// What is known of a warehouse's schedule.
pub(super) struct Known {
    pub(super) settings: Settings,
    pub(super) overview: Overview,
    pub(super) journal: Journal,
    /// The moment that it is about.
    pub(super) at: DateTime<Utc>,
}

impl Known {
    pub(super) fn open(root: &Path, at: Option<At>) -> Result<Self, CliError> {
        let warehouse = Warehouse::open(root)?;
        let settings = Settings::open(&warehouse)?;
        let catalog = ReportCatalog::open(Some(&warehouse.reports_folder()))?;
        let snapshot = warehouse.snapshot(None)?;
        let journal = Journal::read(&settings.editions).map_err(|error| CliError::of(&error))?;
        let at = at.map_or_else(Utc::now, |it| it.moment(settings.zone));
        let overview = Overview::at(at, &settings, &catalog, &snapshot, &journal);
        Ok(Self { settings, overview, journal, at })
    }

    /// A line for each edition that is due or will be, and what else should be known.
    pub(super) fn text(&self, now: DateTime<Utc>) -> String {
        let items = self.overview.items();
        let mut text = String::new();
        for (report, error) in &self.overview.broken {
            let first = error.lines().next().unwrap_or_default();
            let _infallible =
                writeln!(text, "{} cannot be made: {}", terminal(report), terminal(first));
        }
        if self.overview.reports.is_empty() && self.overview.broken.is_empty() {
            text.push_str("no report has a schedule; `sppis due --help` says how one is given\n");
        } else if items.is_empty() && self.overview.broken.is_empty() {
            text.push_str("nothing is due\n");
        }
        let rows = items.iter().map(|(report, item)| {
            let name = format!("{} {}", report.name(), item.edition);
            (
                terminal(&name).into_owned(),
                shown(item.since, self.settings.zone),
                why(item),
                stands(item, now, self.settings.zone),
            )
        });
        let rows: Vec<_> = rows.collect();
        let width = |of: fn(&(String, String, String, String)) -> &String, least: usize| {
            rows.iter().map(|it| of(it).chars().count()).max().unwrap_or(0).max(least)
        };
        let (first, third) = (width(|it| &it.0, 7), width(|it| &it.2, 3));
        if !rows.is_empty() {
            let _infallible =
                writeln!(text, "{:<first$}  {:<16}  {:<third$}  state", "edition", "when", "why");
        }
        for (edition, since, why, state) in &rows {
            let _infallible =
                writeln!(text, "{edition:<first$}  {since:<16}  {why:<third$}  {state}");
        }
        if let (Some(first), Some(last)) =
            (self.overview.missing.first(), self.overview.missing.last())
        {
            let missing = self.overview.missing.len() as u64;
            let which = if first == last { first.clone() } else { format!("{first} to {last}") };
            let _infallible =
                writeln!(text, "not received: {} of the calendar, {which}", deliveries(missing));
        }
        let untold = untold(&self.journal).len() as u64;
        if untold > 0 {
            let _infallible = writeln!(text, "not yet told: {}", count(untold, "notice"));
        }
        text
    }

    pub(super) fn document(&self, now: DateTime<Utc>) -> Value {
        let due = self.overview.items().into_iter().map(|(report, item)| of_item(report, item));
        let broken = self.overview.broken.iter();
        let broken = broken.map(|(name, error)| json!({"report": name, "error": error}));
        json!({
            "at": now.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
            "editions": due.collect::<Vec<_>>(),
            "deliveries_missing": self.overview.missing,
            "reports_with_mistakes": broken.collect::<Vec<_>>(),
            "notices_untold": untold(&self.journal).len(),
        })
    }
}

fn deliveries(count: u64) -> String {
    if count == 1 { "1 delivery".to_owned() } else { format!("{count} deliveries") }
}

/// A moment as the clock of a zone shows it.
pub(super) fn shown(moment: DateTime<Utc>, zone: Tz) -> String {
    moment.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string()
}

fn why(item: &Item) -> String {
    match &item.reason {
        Reason::Delivery(id) => format!("delivery {id} came in"),
        Reason::Redelivery(id, revision) => {
            format!("delivery {id} came in again, revision {revision}")
        }
        Reason::Moment => "its day has come".to_owned(),
    }
}

fn stands(item: &Item, now: DateTime<Utc>, zone: Tz) -> String {
    let late = if item.is_late { "late" } else { "due" };
    match &item.hindrance {
        None => late.to_owned(),
        Some(Hindrance::NotYet) => "waits for its day".to_owned(),
        Some(Hindrance::Lacks(ids)) => {
            let late = if item.is_late { "late: " } else { "" };
            format!("{late}waits for {}", ids.join(", "))
        }
        Some(Hindrance::Failed(tries, next)) => {
            let tries = if *tries == 1 { "1 try".to_owned() } else { format!("{tries} tries") };
            let next = if *next <= now { "the next run".to_owned() } else { shown(*next, zone) };
            format!("{late}: {tries} failed, tried again at {next}")
        }
    }
}

fn of_item(report: &Scheduled, item: &Item) -> Value {
    let moment = |it: DateTime<Utc>| it.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    let (reason, delivery, revision) = match &item.reason {
        Reason::Delivery(id) => ("delivery", Some(id), None),
        Reason::Redelivery(id, revision) => ("redelivery", Some(id), Some(*revision)),
        Reason::Moment => ("day", None, None),
    };
    let (state, lacks, tries, next) = match &item.hindrance {
        None => ("due", None, None, None),
        Some(Hindrance::NotYet) => ("not-yet", None, None, None),
        Some(Hindrance::Lacks(ids)) => ("lacks-deliveries", Some(ids), None, None),
        Some(Hindrance::Failed(tries, next)) => ("failed", None, Some(*tries), Some(moment(*next))),
    };
    json!({
        "report": report.name(),
        "edition": item.edition,
        "version": item.version,
        "since": moment(item.since),
        "reason": reason,
        "delivery": delivery,
        "revision": revision,
        "state": state,
        "late": item.is_late,
        "lacks": lacks,
        "tries": tries,
        "next_try": next,
    })
}

/// Makes what is due.
fn make(root: &Path, waits: bool, console: &mut Console) -> Result<Exit, CliError> {
    let mut worker = Worker { root, console };
    let Done { is_busy, made: _, failed } = go(root, waits, &mut worker)?;
    if is_busy && console.narrates_to_terminal() {
        console.tell("another run is at work");
    }
    Ok(if failed > 0 { Exit::BlockingFindings } else { Exit::Done })
}

/// What does the work of a run.
struct Worker<'a> {
    root: &'a Path,
    console: &'a mut Console,
}

impl Worker<'_> {
    fn edition(&mut self, source: &Source, item: &Item, folder: &Path) -> Result<(), CliError> {
        let warehouse = Warehouse::open(self.root)?;
        let newest = warehouse.snapshot(None)?.version();
        // The newest state must be what settings and dictionary mean now.
        let as_of = (item.version != newest).then_some(AsOf::Version(item.version));
        let snapshot = warehouse.agreed_snapshot(as_of.as_ref())?;
        let place = Place::prepare(folder, &warehouse)?;
        let means = Means::Histories;
        let edition =
            Edition { source, name: &item.edition, languages: &[], compare_with: None, means };
        edition.make(&place, &warehouse, &snapshot, self.console)?;
        Ok(())
    }
}

impl Hands for Worker<'_> {
    fn take_in(
        &mut self,
        settings: &Settings,
        warehouse: &Warehouse,
    ) -> Result<Vec<Refused>, String> {
        let Some(inbox) = &settings.inbox else { return Ok(Vec::new()) };
        inbox::take_in(inbox, warehouse, self.console).map_err(|error| error.text())
    }

    fn make(&mut self, source: &Source, item: &Item, folder: &Path) -> Result<(), String> {
        self.edition(source, item, folder).map_err(|error| error.text())
    }

    fn list(&mut self, folder: &Path, editions: &[MadeEdition]) -> Result<(), String> {
        index_pages(folder, editions).map_err(|error| error.text())
    }

    fn tell(&mut self, text: &str) {
        self.console.tell(&terminal(text));
    }

    fn say(&mut self, text: &str) {
        self.console.say(text);
    }
}
