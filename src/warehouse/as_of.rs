//! The table as it is, or as it was when something else was the newest.
//!
//! In: an open warehouse, and which state is asked for. Out: a [`Snapshot`]. Never: one of a log that has lost entries that
//! the state needs.

use std::path::PathBuf;

use chrono::{NaiveDate, NaiveTime};

use super::committed::{COMMITTED_FILE, Noted, noted};
use super::error::WarehouseError;
use super::layout::{LOG_FOLDER, OBSERVATIONS_FOLDER};
use super::log::Log;
use super::logged::LoggedCommit;
use super::snapshot::Snapshot;
use super::{Warehouse, clock};

/// Which state of the table is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AsOf {
    /// A version of the table.
    Version(u64),
    /// What was known when this delivery was the newest.
    Delivery(String),
    /// What was committed by the end of this day, in UTC by the writers' clocks.
    Day(NaiveDate),
}

impl Warehouse {
    /// The table as it is, or as it was. A log that has lost its newest entries is an error, but for
    /// the versions that it still has.
    pub fn snapshot(&self, as_of: Option<&AsOf>) -> Result<Snapshot, WarehouseError> {
        // Before the log: a commit that comes in between is in the log, and no loss.
        let noted = noted(&self.root)?;
        let log = self.log()?;
        let latest = self.snapshot_in(&log, log.version())?;
        match (as_of, self.whole(&log, &noted)) {
            (Some(AsOf::Version(version)), Err(WarehouseError::LostEntries { .. }))
                if *version <= latest.version() => {}
            (_, whole) => whole?,
        }
        let version = match as_of {
            None => return Ok(latest),
            Some(AsOf::Version(version)) => *version,
            Some(AsOf::Delivery(id)) => version_of(&latest, id)?,
            // A delivery may have a day for its id.
            Some(AsOf::Day(day)) if latest.delivery(&day.to_string()).is_some() => {
                version_of(&latest, &day.to_string())?
            }
            Some(AsOf::Day(day)) => version_at(&latest, *day)?,
        };
        if version > latest.version() {
            return Err(WarehouseError::Unknown(format!("version {version}")));
        }
        let is_by_day = matches!(as_of, Some(AsOf::Day(_)));
        let doubt = if is_by_day { clock::doubt(&latest.stamps()) } else { None };
        Ok(self.snapshot_in(&log, version)?.with_doubt(doubt))
    }

    /// Whether the log has every version that was committed, each as it was then.
    pub(super) fn whole(&self, log: &Log, noted: &[Noted]) -> Result<(), WarehouseError> {
        let note = || self.root.join(COMMITTED_FILE);
        let version = log.version();
        let newest = noted.iter().map(|noted| noted.version).max();
        if let Some(committed) = newest.filter(|committed| *committed > version) {
            let folder = self.root.join(OBSERVATIONS_FOLDER).join(LOG_FOLDER);
            return Err(WarehouseError::LostEntries { version, committed, folder, note: note() });
        }
        let changed =
            |noted: &&Noted| noted.hash.is_some() && noted.hash != log.noted(noted.version).hash;
        match noted.iter().find(changed) {
            Some(noted) => {
                let entry = log.path(noted.version);
                let text = format!("it says another hash than {} has", entry.display());
                Err(WarehouseError::damaged_note(&note(), text))
            }
            None => Ok(()),
        }
    }

    /// The log, whole.
    pub(super) fn log(&self) -> Result<Log, WarehouseError> {
        Log::read(&self.root.join(OBSERVATIONS_FOLDER).join(LOG_FOLDER))
    }

    pub(super) fn snapshot_in(&self, log: &Log, version: u64) -> Result<Snapshot, WarehouseError> {
        let folder = self.observations_folder()?;
        Snapshot::new(version, &folder, log.live(version), log.commits(version))
    }

    /// Engines are handed absolute paths; messages show the folder as the user gave it.
    pub(super) fn observations_folder(&self) -> Result<PathBuf, WarehouseError> {
        let folder = std::path::absolute(self.root.join(OBSERVATIONS_FOLDER));
        folder.map_err(WarehouseError::io(&self.root))
    }
}

/// The last version that was committed by the end of a day.
fn version_at(latest: &Snapshot, day: NaiveDate) -> Result<u64, WarehouseError> {
    let end = day.succ_opt().unwrap_or(day).and_time(NaiveTime::MIN).and_utc().timestamp_millis();
    let known = latest.stamps().into_iter().filter(|(_, timestamp_ms)| *timestamp_ms < end);
    let unknown = || WarehouseError::Unknown(format!("delivery committed by {day}"));
    known.map(|(version, _)| version).max().ok_or_else(unknown)
}

/// The last version before a delivery of a later period came in, but not before `id` itself did;
/// for `id@revision`, the version that this revision made.
fn version_of(latest: &Snapshot, id: &str) -> Result<u64, WarehouseError> {
    let unknown = || WarehouseError::unknown_delivery(id);
    if id.contains('@') {
        return latest.named(id).map(|commit| commit.version);
    }
    let commits = latest.commits();
    let first = commits.iter().position(|commit| commit.record.delivery == id);
    let first = first.ok_or_else(unknown)?;
    let asked = commits[first].record.quarters().ok_or_else(unknown)?;
    let is_later = |commit: &&LoggedCommit| {
        commit.record.quarters().is_some_and(|it| it.first() > asked.last())
    };
    let later = commits[first..].iter().find(is_later);
    Ok(later.map_or(latest.version(), |commit| commit.version - 1))
}
