//! `schedule.toml` in a warehouse: what runs by itself, and where editions lie.
//!
//! In: the file, which need not be there. Out: [`Settings`], paths made out against the warehouse. Never: a
//! mistake that is told without its place, or half of the settings where the other half has mistakes.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

use chrono_tz::Tz;

use super::definition::{Schedule, time_zone};
use super::notice::Notice;
use crate::document::{DocumentError, Placed, Problem, Table, read_document, read_text};
use crate::pipeline::inbox::Inbox;
use crate::report::{ReportCatalog, ReportCatalogError, Source};
use crate::warehouse::Warehouse;

/// What runs by itself, and where editions lie.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The folder of editions: one folder for each report, and in it one for each edition.
    pub editions: PathBuf,
    /// The zone of days that name none.
    pub zone: Tz,
    /// Schedules by report, which take the place of what a report says itself.
    pub schedules: BTreeMap<String, Schedule>,
    /// Who is told of what.
    pub notices: Vec<Notice>,
    /// The folder that deliveries arrive in.
    pub inbox: Option<Inbox>,
}

/// Settings that cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file has mistakes.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// It cannot be known which reports there are.
    #[error(transparent)]
    Reports(#[from] ReportCatalogError),
    /// The file cannot be read.
    #[error("{}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

impl Settings {
    /// The settings of a warehouse; nothing runs and nobody is told where there is no file.
    pub fn open(warehouse: &Warehouse) -> Result<Self, SettingsError> {
        let root = warehouse.root();
        let path = Warehouse::schedule_file(root);
        let text = match read_text(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
            text => text.map_err(|source| SettingsError::Read { path: path.clone(), source })?,
        };
        let catalog = ReportCatalog::open(Some(&warehouse.reports_folder()))?;
        let reports: Vec<&str> = catalog.names().collect();
        let name = path.display().to_string();
        Ok(read_document(&name, &text, |table| Self::read(table, root, &reports))?)
    }

    fn read(table: &Table<'_>, root: &Path, reports: &[&str]) -> Self {
        let expect_report = |name: &Placed<String>| {
            if !reports.contains(&name.value.as_str()) {
                let message = format!("there is no report `{}`", name.value);
                let problem = Problem::new(name.span.clone(), message);
                table.problem(problem.suggest(&name.value, reports.iter().copied()));
            }
        };
        let zone = time_zone(table).unwrap_or(Tz::Europe__Brussels);
        let mut schedules = BTreeMap::new();
        for (name, table) in table.entries("schedules") {
            expect_report(&name);
            schedules.insert(name.value, Schedule::read(&table, zone));
        }
        let mut notices = table.entries("notices");
        notices.sort_by_key(|(name, _)| name.span.start);
        let notices = notices.iter().filter_map(|it| Notice::read(it, root));
        let notices: Vec<Notice> = notices.collect();
        notices.iter().flat_map(Notice::reports).for_each(expect_report);
        Self {
            editions: folder(root, table),
            zone,
            schedules,
            notices,
            inbox: table.table("inbox").map(|it| Inbox::read(&it, root)),
        }
    }

    /// When editions of a report are made: what these settings say of it, otherwise what it says itself.
    pub fn schedule(&self, source: &Source) -> Result<Option<Schedule>, DocumentError> {
        match self.schedules.get(&source.definition.name) {
            Some(schedule) => Ok(Some(schedule.clone())),
            None => Schedule::of_report(source, self.zone),
        }
    }
}

/// Where editions lie: `editions` beside the warehouse, where nothing else is said. Links are followed, so that it is
/// the same folder whatever way leads to the warehouse.
fn folder(root: &Path, table: &Table<'_>) -> PathBuf {
    let absolute = |it: &Path| std::path::absolute(it).unwrap_or_else(|_| it.to_owned());
    let root = fs::canonicalize(root).unwrap_or_else(|_| absolute(root));
    match table.text("editions") {
        None => root.parent().unwrap_or(&root).join("editions"),
        Some(said) => {
            let folder = absolute(&root.join(&said.value));
            if is_within(&folder, &root) {
                let problem = Problem::new(said.span, "`editions` lies inside the warehouse");
                table.problem(problem.help("name a folder beside it, such as `../editions`"));
            }
            folder
        }
    }
}

/// Whether a place is the warehouse or lies in it, also where it is not there yet.
fn is_within(place: &Path, root: &Path) -> bool {
    let there = place.ancestors().find_map(|it| fs::canonicalize(it).ok());
    let plain = place.components().filter(|it| *it != Component::CurDir);
    there.is_some_and(|it| it.starts_with(root))
        && plain.clone().all(|it| it != Component::ParentDir)
        || plain.collect::<PathBuf>().starts_with(root)
}
