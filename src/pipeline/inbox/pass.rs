//! One pass over an inbox: look, take in, put away.

use std::io::ErrorKind;
use std::path::PathBuf;

use chrono::{DateTime, Utc};

use super::arrivals::{Arrival, is_empty, look};
use super::earlier::replaced_before;
use super::fate::{Entry, Fate, InboxError, Pass};
use super::folder::Folder;
use super::layout::{DONE, REFUSED, REFUSED_ENDING};
use super::putting_away::{Shelves, Written};
use super::settings::Inbox;
use crate::delivery::{Delivery, DeliveryError, PartError};
use crate::pipeline::ingest::{IngestError, IngestReport, Outcome, ingest};
use crate::pipeline::replacement::ReplacementError;
use crate::pipeline::validated::report_of_ingestion;
use crate::render::{Language, count, json_lines};
use crate::validation::page;
use crate::warehouse::{Warehouse, WarehouseError};

/// Looks at an inbox once, takes in what is complete, and puts it away. A pass that was interrupted is
/// simply made again.
pub(crate) fn pass(inbox: &Inbox, warehouse: &Warehouse, now: DateTime<Utc>) -> Pass {
    let mut pass = Pass::default();
    pass.stopped = go(inbox, warehouse, now, &mut pass).err();
    pass
}

fn go(
    inbox: &Inbox,
    warehouse: &Warehouse,
    now: DateTime<Utc>,
    pass: &mut Pass,
) -> Result<(), InboxError> {
    let folder = Folder::open(&inbox.folder).map_err(|error| match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => InboxError::Absent(inbox.folder.clone()),
        _ => InboxError::io(&inbox.folder)(error),
    })?;
    if is_empty(&folder)? {
        return Ok(());
    }
    let Some(shelves) = Shelves::of(folder)? else {
        pass.is_busy = true;
        return Ok(());
    };
    shelves.put_back()?;
    let (arrivals, left) = look(shelves.inbox(), inbox, now)?;
    pass.entries = left;
    let intake = Intake { inbox, warehouse, shelves };
    for arrival in &arrivals {
        intake.take_in(arrival, pass)?;
    }
    Ok(())
}

struct Intake<'a> {
    inbox: &'a Inbox,
    warehouse: &'a Warehouse,
    shelves: Shelves,
}

/// What an ingestion came to.
enum Ingested {
    /// All was read.
    Read(Box<IngestReport>),
    /// It was not read, since a later one has replaced it, in words.
    Replaced(String),
}

/// Where a delivery goes: the folder, and its own name there.
type Place<'a> = (&'static str, &'a str);

impl Intake<'_> {
    fn take_in(&self, arrival: &Arrival, pass: &mut Pass) -> Result<(), InboxError> {
        let folder = self.shelves.inbox().path();
        let paths: Vec<PathBuf> = arrival.files.iter().map(|it| folder.join(&it.name)).collect();
        let delivery = match Delivery::open(&paths, None, None, self.inbox.encoding) {
            Ok(delivery) => delivery,
            Err(error) => return self.failed(arrival, unopened(arrival, error), pass),
        };
        let mut opened = delivery.parts().iter().zip(&arrival.files);
        if !opened.all(|(part, file)| part.is(&file.metadata)) {
            return self.failed(arrival, changed(arrival), pass);
        }
        match self.ingest(&delivery) {
            Ok(Ingested::Read(report)) => self.settled(arrival, *report, pass),
            Ok(Ingested::Replaced(text)) => {
                let delivery = arrival.delivery.clone();
                self.failed(arrival, Fate::Refused { delivery, text }, pass)
            }
            Err(error) => self.failed(arrival, not_ingested(arrival, error)?, pass),
        }
    }

    fn ingest(&self, delivery: &Delivery) -> Result<Ingested, IngestError> {
        if let Some((revision, current)) = replaced_before(self.warehouse, delivery)? {
            return Ok(Ingested::Replaced(format!(
                "the same bytes were taken in as revision {revision}, and revision {current} has \
                 replaced them; `sppis ingest` takes them in again, if that is meant"
            )));
        }
        let unknown = delivery.parts().iter().flat_map(|part| part.header().unknown());
        let options = self.inbox.options(unknown);
        ingest(self.warehouse, delivery, &options, &|_| ()).map(|it| Ingested::Read(Box::new(it)))
    }

    /// A delivery that was read to its end.
    fn settled(
        &self,
        arrival: &Arrival,
        report: IngestReport,
        pass: &mut Pass,
    ) -> Result<(), InboxError> {
        let delivery = arrival.delivery.clone();
        let (fate, shelf, name) = match report.outcome {
            Outcome::Committed { revision, version } => {
                let rows = &report.reconciliation;
                let (rows_accepted, rows_rejected) = (rows.rows_accepted(), rows.rows_rejected());
                let name = format!("{delivery}@{revision}");
                let fate =
                    Fate::TakenIn { delivery, revision, version, rows_accepted, rows_rejected };
                (fate, DONE, name)
            }
            Outcome::Unchanged { revision, version } => {
                let name = format!("{delivery}@{revision}");
                (Fate::AlreadyThere { delivery, revision, version }, DONE, name)
            }
            Outcome::Refused | Outcome::DryRun => {
                let (name, sums) = (delivery.clone(), &report.reconciliation);
                let (rejected, rows) = (sums.rows_rejected(), count(sums.rows_read(), "row"));
                let text =
                    format!("{}: {rejected} of {rows} are rejected", report.reasons().join("; "));
                (Fate::Refused { delivery, text }, REFUSED, name)
            }
        };
        let validation = self.validation(&report, &name);
        let written = validation.map(|mut written| {
            let page = written.first().map(|(page, _)| page.clone());
            written.extend(refusal(arrival, &fate, page.as_deref()));
            written
        });
        let mut entry = arrival.entry(fate);
        entry.notes = report.notes;
        let problem = report.histories_problem;
        let problem = problem.map(|it| format!("the person histories are not renewed: {it}"));
        entry.notes.extend(problem);
        self.put_away(arrival, (entry, (shelf, &name)), written, pass)
    }

    /// A delivery that could not be read to its end.
    fn failed(&self, arrival: &Arrival, fate: Fate, pass: &mut Pass) -> Result<(), InboxError> {
        let refusal = refusal(arrival, &fate, None);
        pass.is_busy |= matches!(fate, Fate::Overtaken { .. });
        let entry = arrival.entry(fate);
        if refusal.is_none() {
            pass.entries.push(entry);
            return Ok(());
        }
        let written = Ok(refusal.into_iter().collect());
        self.put_away(arrival, (entry, (REFUSED, &arrival.delivery)), written, pass)
    }

    /// What was committed is said even where its files cannot be put away: the next pass does that.
    fn put_away(
        &self,
        arrival: &Arrival,
        (mut entry, to): (Entry, Place<'_>),
        written: Result<Vec<Written>, InboxError>,
        pass: &mut Pass,
    ) -> Result<(), InboxError> {
        let mode = self.warehouse.configuration().output_mode().bits();
        let moved =
            written.and_then(|written| self.shelves.put_away(arrival, to, (&written, mode)));
        let is_refused = matches!(entry.fate, Fate::Refused { .. });
        let ended = match moved {
            Ok(Some(folder)) => {
                entry.moved_to = Some(folder);
                Ok(())
            }
            Err(error) if is_refused => return Err(error),
            Ok(None) if is_refused => {
                entry.fate = changed(arrival);
                Ok(())
            }
            left => {
                let text = "its files are left in the inbox for the next pass";
                entry.notes.push(text.to_owned());
                left.map(drop)
            }
        };
        pass.entries.push(entry);
        ended
    }

    /// The validation report, as a page and for programs.
    fn validation(&self, report: &IngestReport, name: &str) -> Result<Vec<Written>, InboxError> {
        let Some(report) = report_of_ingestion(self.warehouse, report)? else {
            return Ok(Vec::new());
        };
        let mut json = Vec::new();
        json_lines(&mut json, &report).map_err(WarehouseError::table("writing JSON"))?;
        json.push(b'\n');
        let page = page(&report, self.warehouse.dictionary(), Language::En);
        Ok(vec![
            (format!("validation-{name}.html"), page),
            (format!("validation-{name}.json"), String::from_utf8_lossy(&json).into_owned()),
        ])
    }
}

/// What lies beside a delivery that was refused, perhaps with a page of what was found.
fn refusal(arrival: &Arrival, fate: &Fate, page: Option<&str>) -> Option<Written> {
    let Fate::Refused { delivery, text } = fate else { return None };
    let files = arrival.entry(fate.clone()).files.join(", ");
    let mut text = format!("Delivery {delivery} is not taken in: {files}\n\n{text}\n");
    if let Some(page) = page {
        let found = ["\nWhat was found, with lines and columns, stands in ", page, ".\n"];
        text.extend(found);
    }
    Some((format!("{delivery}{REFUSED_ENDING}"), text))
}

fn changed(arrival: &Arrival) -> Fate {
    let text = "a file has changed while it was read".to_owned();
    Fate::Growing { delivery: arrival.delivery.clone(), text }
}

/// What becomes of a delivery whose files could not be opened.
fn unopened(arrival: &Arrival, error: DeliveryError) -> Fate {
    let delivery = arrival.delivery.clone();
    match error {
        DeliveryError::Parts(ref errors) => {
            let text = error.to_string();
            errors.iter().map(|error| unread(arrival, error)).fold(
                Fate::Refused { delivery: delivery.clone(), text: text.clone() },
                |all, one| match (all, one) {
                    (fate @ Fate::Growing { .. }, _) | (_, fate @ Fate::Growing { .. }) => fate,
                    (Fate::Unreadable { .. }, _) | (_, Fate::Unreadable { .. }) => {
                        Fate::Unreadable { delivery: delivery.clone(), text: text.clone() }
                    }
                    (refused, _) => refused,
                },
            )
        }
        error @ (DeliveryError::Id(_) | DeliveryError::SameName(_)) => {
            Fate::Unclear { delivery, text: error.to_string() }
        }
    }
}

/// What becomes of a delivery with a file that could not be read: what the system says of a file may be
/// otherwise at the next pass, and what its bytes say will not.
fn unread(arrival: &Arrival, error: &PartError) -> Fate {
    let (delivery, text) = (arrival.delivery.clone(), error.to_string());
    match error {
        PartError::Changed(_) | PartError::Folder(_) | PartError::NoFile(_) => changed(arrival),
        PartError::Read { source, .. } if source.kind() == ErrorKind::NotFound => changed(arrival),
        PartError::Read { source, .. } if source.raw_os_error().is_some() => {
            Fate::Unreadable { delivery, text }
        }
        _ => Fate::Refused { delivery, text },
    }
}

/// What becomes of a delivery that could not be taken in, unless the reason is none of its own: then
/// the pass ends.
fn not_ingested(arrival: &Arrival, error: IngestError) -> Result<Fate, InboxError> {
    let (delivery, text) = (arrival.delivery.clone(), error.to_string());
    Ok(match error {
        IngestError::Part(error) => unread(arrival, &error),
        IngestError::Warehouse(WarehouseError::Conflict(_) | WarehouseError::Overtaken(_)) => {
            Fate::Overtaken { delivery }
        }
        IngestError::Replacement(ref replacement) => match **replacement {
            ReplacementError::Part { .. } => Fate::PartMissing { delivery, text },
            ReplacementError::Lost(..) => Fate::Refused { delivery, text },
            ReplacementError::Unreadable { .. } => return Err(error.into()),
        },
        IngestError::Warehouse(WarehouseError::Overlap { .. })
        | IngestError::Columns(_)
        | IngestError::NoRows
        | IngestError::SecondHeader { .. }
        | IngestError::Corrected { .. } => Fate::Refused { delivery, text },
        IngestError::Warehouse(_) | IngestError::Temporary(_) | IngestError::LostCells { .. } => {
            return Err(error.into());
        }
    })
}
