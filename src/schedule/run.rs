//! One run of the schedule: deliveries are taken in, what is due is made, one after another, and people are
//! told.
//!
//! In: the folder of a warehouse, and [`Hands`], which do the work. Out: what was done, and what failed. Never: two
//! runs at once on one folder of editions, an edition made twice, a failure told twice or never. All that a run
//! knows of earlier ones lies in the folder of editions, so that one that died is gone on with.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::path::Path;
use std::time::Instant;

use chrono::Utc;

use super::due::Item;
use super::journal::{FOLDER, Journal, Step, Telling};
use super::notice::{Event, Happening};
use super::overview::{Scheduled, open_ends};
use super::settings::Settings;
use super::telling::{REPORT, happening};
use super::under_way::{Done, Hands, Run, RunError};
use crate::report::{MadeEdition, is_free, remove_drafts};
use crate::warehouse::Warehouse;

const LOCK: &str = "lock";
/// Which table the editions are of.
const TABLE: &str = "table";

/// Makes what is due; `waits` for another run that is at work, or leaves at once.
pub fn run(root: &Path, waits: bool, hands: &mut dyn Hands) -> Result<Done, RunError> {
    let warehouse = Warehouse::open(root)?;
    // What it writes belongs to whom the warehouse belongs to, so that the next run can go on with it.
    warehouse.may_write()?;
    let settings = Settings::open(&warehouse)?;
    let Some(_lock) = lock(&settings.editions, waits)? else {
        return Ok(Done { is_busy: true, ..Done::default() });
    };
    let folder = settings.editions.join(FOLDER);
    let kept = |source| RunError::Kept { path: folder.clone(), source };
    if !belongs(&folder, &warehouse.table_id()?).map_err(kept)? {
        return Err(RunError::OtherWarehouse(settings.editions));
    }
    let journal = Journal::read(&settings.editions).map_err(kept)?;
    let mut run = Run { settings, warehouse, journal, hands, done: Done::default() };
    let worked = run.work();
    let standing = worked.as_ref().err().map(ToString::to_string);
    run.note_standing("run", standing.as_deref())?;
    // Whatever happened, who wants to know is told.
    run.tell()?;
    worked?;
    run.measure()?;
    Ok(run.done)
}

/// Whether editions are of the table with this id; those of nobody yet become its own.
fn belongs(folder: &Path, id: &str) -> io::Result<bool> {
    let path = folder.join(TABLE);
    match fs::read_to_string(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        found => return Ok(found?.trim() == id),
    }
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    writeln!(file, "{id}")?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(true)
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

impl Run<'_> {
    fn work(&mut self) -> Result<(), RunError> {
        self.go_on_with_earlier()?;
        self.begin()?;
        self.take_in()?;
        self.note_deliveries()?;
        self.make_all()?;
        self.note_late()
    }

    /// Editions of which an earlier run died: those that are there, and those that it dies of again and again.
    fn go_on_with_earlier(&mut self) -> Result<(), RunError> {
        const TRIES: usize = 3;
        for ((report, edition), tries) in open_ends(&self.journal) {
            if let Some(made) = self.edition(&report, &edition) {
                self.made(&made, None)?;
            } else if tries >= TRIES {
                let error = "runs that made it ended before it was done".to_owned();
                self.failed(report, edition, error)?;
            }
        }
        Ok(())
    }

    /// The edition, if that is what lies in its place.
    fn edition(&self, report: &str, edition: &str) -> Option<MadeEdition> {
        let made = MadeEdition::open(&self.settings.editions.join(report).join(edition)).ok()?;
        let manifest = made.manifest();
        (manifest.report == report && manifest.edition == edition).then_some(made)
    }

    fn made(&mut self, made: &MadeEdition, milliseconds: Option<u64>) -> Result<(), RunError> {
        let manifest = made.manifest();
        let compared = manifest.compared_with.as_ref();
        let (report, edition) = (manifest.report.clone(), manifest.edition.clone());
        let happening = Happening {
            version: Some(manifest.version),
            seconds: milliseconds.map(|it| it / 1000),
            revised: compared.map(|it| it.revised),
            new: compared.map(|it| it.rows_new),
            folder: Some(made.folder().to_owned()),
            ..happening(Event::Success, &report, &edition, "")
        };
        let telling = self.telling(happening);
        let parent = self.settings.editions.join(&report);
        self.note(Step::Made { report: report.clone(), edition, milliseconds, telling })?;
        self.done.made += 1;
        let editions = MadeEdition::all(&parent).map_err(|error| error.to_string());
        let listed = editions.and_then(|it| self.hands.list(&parent, &it));
        let error = listed.err();
        if self.note_standing(&format!("page of editions of {report}"), error.as_deref())? {
            self.hands.say(&format!("warning: {}", error.unwrap_or_default()));
        }
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
            let what = format!("refused {}", refused.id);
            let happening = Happening {
                id: what.clone(),
                delivery: Some(refused.what),
                text: Some(refused.text.clone()),
                ..happening(Event::Refused, "", "", "")
            };
            if self.note_once(what, happening)? {
                self.done.failed += 1;
                self.hands.say(&refused.text);
            }
        }
        Ok(())
    }

    fn make_all(&mut self) -> Result<(), RunError> {
        let mut tried: Vec<(String, String)> = Vec::new();
        loop {
            let overview = self.overview()?;
            self.note_beginnings(&overview)?;
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
        self.note_beginnings(&overview)?;
        let due = overview.items().into_iter().filter(|(_, item)| item.is_due()).count();
        self.done.failed += due + overview.broken.len();
        let catalog = overview.reports.iter().map(|it| (it.name().to_owned(), None));
        let broken = overview.broken.iter().map(|(it, error)| (it.clone(), Some(error.clone())));
        for (report, error) in catalog.chain(broken).collect::<Vec<_>>() {
            if self.note_standing(&format!("{REPORT}{report}"), error.as_deref())? {
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
        remove_drafts(&parent, Utc::now().into());
        match self.hands.make(&report.source, item, &folder) {
            Ok(()) => {
                let milliseconds = u64::try_from(start.elapsed().as_millis()).ok();
                let made = MadeEdition::open(&folder).map_err(|error| error.to_string());
                match made {
                    Ok(made) => self.made(&made, milliseconds)?,
                    Err(error) => return self.failed(name, edition, error),
                }
                self.hands.tell(&format!("made edition {edition} of {name}: {}", folder.display()));
                Ok(())
            }
            // Somebody else was faster, or put something else in its place.
            Err(error) if !is_free(&folder) => match self.edition(&name, &edition) {
                Some(made) => self.made(&made, None),
                None => {
                    let place = folder.display();
                    let error = format!("{error}\n{place} is no edition {edition} of {name}");
                    self.failed(name, edition, error)
                }
            },
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
