//! What is due of all reports, from what lies on disk.
//!
//! In: a state of the table, settings, the editions there are, the journal, a moment. Out: each report with
//! a schedule and what is due of it; reports that cannot be read, with their mistakes. Never: a report that
//! is left out because another one has mistakes.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::definition::Schedule;
use super::due::{Arrival, Begin, Facts, Item, KnownEdition, Try, beginning, due};
use super::expected::missing;
use super::journal::{Journal, Step};
use super::settings::Settings;
use crate::exact::known;
use crate::report::{MadeEdition, ReportCatalog, Source};
use crate::warehouse::Snapshot;

/// What is due.
#[derive(Debug)]
pub struct Overview {
    /// Reports with a schedule.
    pub reports: Vec<Scheduled>,
    /// Reports that cannot be worked with, and why.
    pub broken: Vec<(String, String)>,
    /// Deliveries whose month is over, after the last one that was received.
    pub missing: Vec<String>,
}

/// A report with a schedule.
#[derive(Debug)]
pub struct Scheduled {
    /// Its files.
    pub source: Source,
    /// When its editions are made.
    pub schedule: Schedule,
    /// What is due of it, oldest first.
    pub items: Vec<Item>,
    /// Its editions, those of the earliest state first.
    pub editions: Vec<MadeEdition>,
    /// From where on there are editions of it.
    pub begins: Begin,
}

impl Scheduled {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.source.definition.name
    }
}

impl Overview {
    /// What is due at a moment.
    pub fn at(
        now: DateTime<Utc>,
        settings: &Settings,
        catalog: &ReportCatalog,
        snapshot: &Snapshot,
        journal: &Journal,
    ) -> Self {
        let (mut reports, mut broken) = (Vec::new(), Vec::new());
        for name in catalog.names() {
            match Scheduled::read(name, now, settings, catalog, snapshot, journal) {
                Ok(scheduled) => reports.extend(scheduled),
                Err(error) => broken.push((name.to_owned(), error)),
            }
        }
        let is_after_deliveries = reports.iter().any(|it| it.schedule.after.is_some());
        let today = now.with_timezone(&settings.zone).date_naive();
        let missing = if is_after_deliveries { missing(snapshot, today) } else { Vec::new() };
        Self { reports, broken, missing }
    }

    /// Everything that is due or will be, the oldest first.
    pub fn items(&self) -> Vec<(&Scheduled, &Item)> {
        let of_report = |it| Scheduled::items_of(it);
        let mut items: Vec<_> = self.reports.iter().flat_map(of_report).collect();
        items.sort_by_key(|(report, item)| (item.since, report.name().to_owned()));
        items
    }
}

impl Scheduled {
    /// A report as its files and those of its editions say it; none where it has no schedule.
    fn read(
        name: &str,
        now: DateTime<Utc>,
        settings: &Settings,
        catalog: &ReportCatalog,
        snapshot: &Snapshot,
        journal: &Journal,
    ) -> Result<Option<Self>, String> {
        let source = catalog.report(name).map_err(|error| error.to_string())?;
        let schedule = settings.schedule(&source).map_err(|error| error.to_string())?;
        let Some(schedule) = schedule else { return Ok(None) };
        let all = MadeEdition::all(&settings.editions.join(name)).map_err(|it| it.to_string())?;
        let own = |it: &MadeEdition| it.manifest().report == name;
        let editions: Vec<MadeEdition> = all.into_iter().filter(own).collect();
        let facts = facts(snapshot, &editions, journal, name);
        let items = due(&schedule, &facts, now);
        let begins = beginning(&schedule, &facts, now);
        Ok(Some(Self { source, schedule, items, editions, begins }))
    }

    fn items_of(&self) -> impl Iterator<Item = (&Self, &Item)> {
        self.items.iter().map(move |it| (self, it))
    }
}

/// What is known of a report.
fn facts(snapshot: &Snapshot, editions: &[MadeEdition], journal: &Journal, report: &str) -> Facts {
    let moment = |it: i64| known(DateTime::from_timestamp_millis(it));
    let arrivals = snapshot.commits().iter().map(|it| Arrival {
        delivery: it.record.delivery.clone(),
        last: known(it.record.quarters()).last(),
        revision: it.record.revision,
        version: it.version,
        at: moment(it.timestamp_ms),
    });
    let editions = editions.iter().map(|it| KnownEdition {
        name: it.manifest().edition.clone(),
        deliveries: it.manifest().deliveries.clone(),
    });
    Facts {
        arrivals: arrivals.collect(),
        versions: snapshot.stamps().into_iter().map(|(it, at)| (it, moment(at))).collect(),
        editions: editions.collect(),
        tries: tries(journal, report),
        begins: begun(journal, report),
    }
}

/// From where on there are editions of a report, as its first run noted it.
pub(super) fn begun(journal: &Journal, of_report: &str) -> Option<Begin> {
    journal.entries().iter().rev().find_map(|entry| match &entry.step {
        Step::Scheduled { report, from } if report == of_report => Some(from.clone()),
        _ => None,
    })
}

/// Tries that ended without an edition.
fn tries(journal: &Journal, of_report: &str) -> Vec<Try> {
    let mut tries: BTreeMap<&str, Vec<DateTime<Utc>>> = BTreeMap::new();
    for entry in journal.entries() {
        match &entry.step {
            // A run that was killed is no failure of the report.
            Step::Failed { report, edition, .. } if report == of_report => {
                tries.entry(edition).or_default().push(entry.at);
            }
            Step::Made { report, edition, .. } if report == of_report => {
                tries.remove(edition.as_str());
            }
            _ => {}
        }
    }
    let of_edition = |(edition, all): (&str, Vec<DateTime<Utc>>)| {
        let tried = move |at| Try { edition: edition.to_owned(), at };
        all.into_iter().map(tried).collect::<Vec<_>>()
    };
    tries.into_iter().flat_map(of_edition).collect()
}

/// Editions that were begun and of which nothing more is said, by report and edition, with how often.
pub(super) fn open_ends(journal: &Journal) -> BTreeMap<(String, String), usize> {
    let mut open = BTreeMap::new();
    for entry in journal.entries() {
        match &entry.step {
            Step::Began { report, edition, .. } => {
                *open.entry((report.clone(), edition.clone())).or_insert(0) += 1;
            }
            Step::Made { report, edition, .. } | Step::Failed { report, edition, .. } => {
                open.remove(&(report.clone(), edition.clone()));
            }
            Step::Scheduled { .. } | Step::Noted { .. } | Step::Told { .. } => {}
        }
    }
    open
}
