//! Notices as `schedule.toml` defines them.
//!
//! In: the table `notices`. Out: each [`Notice`] with its one way of telling. Never: a key that means nothing
//! for its way, a report that there is not.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::command::Command;
use super::error::NoticeError;
use super::happening::{Event, Happening};
use super::http::Http;
use super::mail::Mail;
use super::measurements::{self, Measurements};
use super::message::Message;
use super::path::path;
use crate::document::{Placed, Problem, Table};
use crate::words::Language;

/// How long telling may take, where nothing else is said.
const LIMIT: Duration = Duration::from_secs(30);
/// How long at the most: who runs on schedule waits for it.
const LIMIT_MAX: Duration = Duration::from_mins(10);
/// What is told where nothing else is said: all but beginnings.
const WHEN: [Event; 5] =
    [Event::Success, Event::Failure, Event::Late, Event::Delivery, Event::Refused];

/// Somebody, or a program, that is told of what happens.
#[derive(Debug, Clone)]
pub struct Notice {
    name: String,
    when: Vec<Event>,
    reports: Vec<Placed<String>>,
    language: Language,
    limit: Duration,
    way: Way,
}

/// How one is told.
#[derive(Debug, Clone)]
enum Way {
    Mail(Box<Mail>),
    Http(Box<Http>),
    Command(Command),
    Metrics(PathBuf),
}

/// The keys of the ways.
const WAYS: [&str; 4] = ["mail", "http", "command", "metrics"];

impl Notice {
    /// Reads a notice by its name; relative paths start from the folder `root`. None where it has mistakes,
    /// which the table has noted.
    pub fn read((name, table): &(Placed<String>, Table<'_>), root: &Path) -> Option<Self> {
        let named: Vec<&str> = WAYS.into_iter().filter(|it| table.has(it)).collect();
        let [key] = named[..] else {
            let found = if named.is_empty() { "none".to_owned() } else { named.join(" and ") };
            let message = format!("a notice has one way of telling, found {found}");
            let problem = Problem::new(name.span.clone(), message);
            table.problem(problem.help("write one of `mail`, `http`, `command`, `metrics`"));
            return None;
        };
        // Measurements are written whenever there are some.
        let is_told = key != "metrics";
        let when = if is_told { when(table) } else { Vec::new() };
        let reports = if is_told { table.texts("reports") } else { Vec::new() };
        let language = if is_told { language(table) } else { Language::default() };
        let limit = limit(table);
        let way = match key {
            "mail" => Mail::read(table, root).map(|it| Way::Mail(Box::new(it))),
            "http" => Http::read(table, root, &when).map(|it| Way::Http(Box::new(it))),
            "command" => Command::read(table, root).map(Way::Command),
            _ => path(table, "metrics", root).map(Way::Metrics),
        };
        table.finish();
        Some(Self { name: name.value.clone(), when, reports, language, limit, way: way? })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The word for how it tells.
    pub fn way(&self) -> &'static str {
        match &self.way {
            Way::Mail(_) => "mail",
            Way::Http(_) => "http",
            Way::Command(_) => "command",
            Way::Metrics(_) => "metrics",
        }
    }

    /// Where it tells, as far as that is no secret.
    pub fn place(&self) -> String {
        match &self.way {
            Way::Mail(mail) => mail.shown(),
            Way::Http(http) => http.shown().to_owned(),
            Way::Command(command) => command.shown(),
            Way::Metrics(path) => path.display().to_string(),
        }
    }

    /// Who is written to, where that is by mail.
    pub fn to(&self) -> Vec<String> {
        match &self.way {
            Way::Mail(mail) => mail.to(),
            Way::Http(_) | Way::Command(_) | Way::Metrics(_) => Vec::new(),
        }
    }

    /// What it tells of.
    pub fn when(&self) -> &[Event] {
        &self.when
    }

    /// The reports whose happenings it tells of; all where none is named.
    pub fn reports(&self) -> &[Placed<String>] {
        &self.reports
    }

    /// The language it tells in.
    pub fn language(&self) -> Language {
        self.language
    }

    /// Whether it tells of a happening. What is of no report is of interest whatever reports are named.
    pub fn wants(&self, happening: &Happening) -> bool {
        let is_named = |report: &String| self.reports.iter().any(|it| it.value == *report);
        let is_of = |report: &String| self.reports.is_empty() || is_named(report);
        let is_wanted = self.when.contains(&happening.event);
        happening.event == Event::Trial || is_wanted && happening.report.as_ref().is_none_or(is_of)
    }

    /// Tells of a happening, within its time. Measurements are no way of telling: all that is tried of them
    /// is whether their file can be written.
    pub fn tell(&self, happening: &Happening) -> Result<(), NoticeError> {
        let message = Message::of(happening, self.language);
        match &self.way {
            Way::Mail(mail) => mail.tell(happening, &message, (self.language, self.limit)),
            Way::Http(http) => http.tell(happening, &message, self.limit),
            Way::Command(command) => command.tell(happening, &message, self.limit),
            Way::Metrics(path) => measurements::probe(path)
                .map_err(|source| NoticeError::Write { path: path.clone(), source }),
        }
    }

    /// Whether it is one of measurements.
    pub fn measures(&self) -> bool {
        matches!(self.way, Way::Metrics(_))
    }

    /// Writes measurements, if it is a notice of them.
    pub fn measure(&self, measurements: &Measurements) -> Result<(), NoticeError> {
        let Way::Metrics(path) = &self.way else { return Ok(()) };
        let written = measurements::write(path, &measurements.text());
        written.map_err(|source| NoticeError::Write { path: path.clone(), source })
    }
}

fn when(table: &Table<'_>) -> Vec<Event> {
    let found = table.some_of("when", "event", &Event::ALL);
    if found.is_empty() { WHEN.to_vec() } else { found }
}

fn language(table: &Table<'_>) -> Language {
    let known = Language::ALL.map(|it| (it.code(), it));
    let found = table.text("lang").and_then(|text| table.one_of(&text, "language", &known));
    found.unwrap_or_default()
}

fn limit(table: &Table<'_>) -> Duration {
    let Some(limit) = table.duration("timeout") else { return LIMIT };
    if limit.is_zero() || limit > LIMIT_MAX {
        let message = "`timeout` may be `1s` to `10min`";
        table.problem(Problem::new(table.place_of("timeout"), message));
    }
    limit
}
