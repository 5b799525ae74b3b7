//! One run of the schedule: deliveries are taken in, what is due is made, one after another, and people are
//! told.
//!
//! In: the folder of a warehouse, and [`Hands`], which do the work. Out: what was done, and what failed. Never: two
//! runs at once on one folder of editions, an edition made twice, a failure told twice or never. All that a run
//! knows of earlier ones lies in the folder of editions, so that one that died is gone on with.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

use chrono::Utc;

use super::due::Item;
use super::journal::{FOLDER, Journal, Step, Telling};
use super::notice::{Event, Happening};
use super::overview::{Overview, OverviewError, Scheduled, open_ends};
use super::settings::{Settings, SettingsError};
use super::telling::happening;
use crate::pipeline::inbox::Refused;
use crate::report::{
    MadeEdition, ReportCatalog, ReportCatalogError, Source, is_free, remove_drafts,
};
use crate::warehouse::{Warehouse, WarehouseError};

const LOCK: &str = "lock";

/// What does the work of a run.
pub trait Hands {
    /// Takes in what is complete in the inbox; all that lies there refused.
    fn take_in(
        &mut self,
        settings: &Settings,
        warehouse: &Warehouse,
    ) -> Result<Vec<Refused>, String>;
    /// Makes an edition of a report in a folder; why it could not be made.
    fn make(&mut self, source: &Source, item: &Item, folder: &Path) -> Result<(), String>;
    /// Writes the page that lists the editions of a report.
    fn list(&mut self, folder: &Path, editions: &[MadeEdition]) -> Result<(), String>;
    /// Says something that has happened.
    fn tell(&mut self, text: &str);
    /// Says something that went wrong.
    fn say(&mut self, text: &str);
}

/// What a run did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Done {
    /// Another run is at work.
    pub is_busy: bool,
    /// Editions that were made.
    pub made: usize,
    /// Editions that could not be made, now or before, and deliveries that were refused.
    pub failed: usize,
}

/// A run that could not be made.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// Settings cannot be had.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The table cannot be read.
    #[error(transparent)]
    Warehouse(Box<WarehouseError>),
    /// Reports cannot be had.
    #[error(transparent)]
    Reports(#[from] ReportCatalogError),
    /// It cannot be said what is due.
    #[error(transparent)]
    Overview(#[from] OverviewError),
    /// What the schedule keeps cannot be read or written.
    #[error("{}: {source}", path.display())]
    Kept {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl From<WarehouseError> for RunError {
    fn from(error: WarehouseError) -> Self {
        Self::Warehouse(Box::new(error))
    }
}

/// Makes what is due; `waits` for another run that is at work, or leaves at once.
pub fn run(root: &Path, waits: bool, hands: &mut dyn Hands) -> Result<Done, RunError> {
    let warehouse = Warehouse::open(root)?;
    let settings = Settings::open(&warehouse)?;
    let Some(_lock) = lock(&settings.editions, waits)? else {
        return Ok(Done { is_busy: true, ..Done::default() });
    };
    let journal = Journal::read(&settings.editions);
    let path = settings.editions.join(FOLDER);
    let journal = journal.map_err(|source| RunError::Kept { path, source })?;
    let mut run = Run { settings, warehouse, journal, hands, done: Done::default() };
    run.go_on_with_earlier()?;
    run.begin()?;
    run.take_in()?;
    run.note_deliveries()?;
    run.make_all()?;
    run.note_late()?;
    run.tell()?;
    run.measure()?;
    Ok(run.done)
}

/// One run at a time: the lock goes with the process that holds it.
fn lock(editions: &Path, waits: bool) -> Result<Option<File>, RunError> {
    let folder = editions.join(FOLDER);
    let path = folder.join(LOCK);
    let kept = |source| RunError::Kept { path: path.clone(), source };
    fs::create_dir_all(&folder).map_err(kept)?;
    let mut options = OpenOptions::new();
    let file = options.write(true).create(true).truncate(false).open(&path).map_err(kept)?;
    if waits {
        file.lock().map_err(kept)?;
        return Ok(Some(file));
    }
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(kept(error)),
    }
}

/// A run that is under way.
pub(super) struct Run<'h> {
    pub(super) settings: Settings,
    pub(super) warehouse: Warehouse,
    pub(super) journal: Journal,
    pub(super) hands: &'h mut dyn Hands,
    done: Done,
}

impl Run<'_> {
    pub(super) fn overview(&self) -> Result<Overview, RunError> {
        let catalog = ReportCatalog::open(Some(&self.warehouse.reports_folder()))?;
        let snapshot = self.warehouse.snapshot(None)?;
        Ok(Overview::at(Utc::now(), &self.settings, &catalog, &snapshot, &self.journal)?)
    }

    /// Editions that an earlier run made and died before it could say so.
    fn go_on_with_earlier(&mut self) -> Result<(), RunError> {
        for (report, edition) in open_ends(&self.journal) {
            let folder = self.settings.editions.join(&report).join(&edition);
            if !is_free(&folder) {
                self.made(&report, &edition, None)?;
            }
        }
        Ok(())
    }

    fn made(
        &mut self,
        report: &str,
        edition: &str,
        milliseconds: Option<u64>,
    ) -> Result<(), RunError> {
        let folder = self.settings.editions.join(report).join(edition);
        let manifest = MadeEdition::open(&folder).map_err(OverviewError::from)?;
        let compared = manifest.manifest().compared_with.as_ref();
        let happening = Happening {
            version: Some(manifest.manifest().version),
            seconds: milliseconds.map(|it| it / 1000),
            revised: compared.map(|it| it.revised),
            new: compared.map(|it| it.rows_new),
            folder: Some(folder),
            ..happening(Event::Success, report, edition, "")
        };
        let telling = self.telling(happening);
        let (report, edition) = (report.to_owned(), edition.to_owned());
        self.note(Step::Made { report, edition, milliseconds, telling })?;
        self.done.made += 1;
        Ok(())
    }

    fn take_in(&mut self) -> Result<(), RunError> {
        // What came in is told of where the table says so, whichever way it came.
        let refused = match self.hands.take_in(&self.settings, &self.warehouse) {
            Ok(refused) => refused,
            Err(error) => {
                self.done.failed += 1;
                if self.note_standing("inbox", Some(&error))? {
                    self.hands.say(&format!("error: {error}"));
                }
                return Ok(());
            }
        };
        self.note_standing("inbox", None)?;
        for refused in refused {
            let what = format!("refused {}", refused.folder);
            let happening = Happening {
                id: what.clone(),
                delivery: Some(refused.folder),
                text: Some(refused.text),
                ..happening(Event::Refused, "", "", "")
            };
            self.done.failed += usize::from(self.note_once(what, happening)?);
        }
        Ok(())
    }

    fn make_all(&mut self) -> Result<(), RunError> {
        let mut tried: Vec<(String, String)> = Vec::new();
        loop {
            let overview = self.overview()?;
            let is_next = |(report, item): &(&Scheduled, &Item)| {
                let known = |(name, edition): &(String, String)| {
                    name == report.name() && *edition == item.edition
                };
                item.is_ready(Utc::now()) && !tried.iter().any(known)
            };
            let Some((report, item)) = overview.items().into_iter().find(is_next) else { break };
            tried.push((report.name().to_owned(), item.edition.clone()));
            self.make(report, item)?;
        }
        let overview = self.overview()?;
        let due = overview.items().into_iter().filter(|(_, item)| item.is_due()).count();
        self.done.failed += due + overview.broken.len();
        let catalog = overview.reports.iter().map(|it| (it.name().to_owned(), None));
        let broken =
            overview.broken.iter().map(|(it, error)| (it.clone(), Some(error.to_string())));
        for (report, error) in catalog.chain(broken).collect::<Vec<_>>() {
            if self.note_standing(&format!("report {report}"), error.as_deref())? {
                self.hands.say(&format!("error: {}", error.unwrap_or_default()));
            }
        }
        Ok(())
    }

    fn make(&mut self, report: &Scheduled, item: &Item) -> Result<(), RunError> {
        let (name, edition) = (report.name().to_owned(), item.edition.clone());
        let parent = self.settings.editions.join(&name);
        let folder = parent.join(&edition);
        let began =
            Step::Began { report: name.clone(), edition: edition.clone(), version: item.version };
        self.note(began)?;
        self.tell_start(&name, item);
        let start = Instant::now();
        let path = parent.clone();
        remove_drafts(&parent, Utc::now().into())
            .map_err(|source| RunError::Kept { path, source })?;
        match self.hands.make(&report.source, item, &folder) {
            Ok(()) => {
                let milliseconds = u64::try_from(start.elapsed().as_millis()).ok();
                self.made(&name, &edition, milliseconds)?;
                self.hands.tell(&format!("made edition {edition} of {name}: {}", folder.display()));
                let editions = MadeEdition::all(&parent).map_err(OverviewError::from)?;
                if let Err(text) = self.hands.list(&parent, &editions) {
                    self.hands.say(&text);
                }
                Ok(())
            }
            // Somebody else was faster.
            Err(_) if !is_free(&folder) => self.made(&name, &edition, None),
            Err(error) => self.failed(name, edition, error),
        }
    }

    /// A failure is told once, until it is another one.
    fn failed(&mut self, report: String, edition: String, error: String) -> Result<(), RunError> {
        let happening = happening(Event::Failure, &report, &edition, &error);
        let is_known = self.journal.entries().iter().any(|entry| match &entry.step {
            Step::Failed { telling, .. } => {
                telling.happening.as_ref().is_some_and(|it| it.id == happening.id)
            }
            _ => false,
        });
        if !is_known {
            self.hands.say(&format!("error: edition {edition} of {report} could not be made"));
            for line in error.lines() {
                self.hands.say(line);
            }
        }
        let telling = if is_known { Telling::default() } else { self.telling(happening) };
        self.note(Step::Failed { report, edition, error, telling })
    }
}
