//! The one place where an entry of the log is written: with its hash, and those of the entries before.
//!
//! In: the log as it was read, and what a commit does; or the folder of a log that is to be. Out: a new entry on disk. Never: an entry in the
//! place of another; whoever comes second learns that the version is taken.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use chrono::Utc;

use super::committed::Noted;
use super::durable::create_durably;
use super::error::WarehouseError;
use super::layout::path_of;
use super::log::Log;
use super::log_entry::{Action, CommitInfo, Place, bytes_of};
use super::record::{DeliveryRecord, ReclassificationRecord};

const COMMITTING: &str = "writing the log";

/// What a commit says.
#[derive(Debug, Clone, Copy)]
pub(super) enum Said<'r> {
    /// Of one delivery.
    Delivery(&'r DeliveryRecord),
    /// Of all, classified anew.
    Reclassification(&'r ReclassificationRecord),
}

impl<'r> Said<'r> {
    fn of_delivery(self) -> Option<&'r DeliveryRecord> {
        match self {
            Self::Delivery(record) => Some(record),
            Self::Reclassification(_) => None,
        }
    }

    fn of_all(self) -> Option<&'r ReclassificationRecord> {
        match self {
            Self::Delivery(_) => None,
            Self::Reclassification(record) => Some(record),
        }
    }
}

impl Log {
    /// Writes the entry of the next version; `None` where another writer has taken it.
    pub(super) fn append(
        &self,
        actions: &[Action],
        said: Said<'_>,
    ) -> Result<Option<Noted>, WarehouseError> {
        let place = Place { version: self.version() + 1, before: self.hashes_to_say() };
        write_entry(&self.folder, place, "WRITE", actions, Some(said))
    }
}

/// Writes the entry of a place; `None` where it is taken.
pub(super) fn write_entry(
    folder: &Path,
    place: Place,
    operation: &str,
    actions: &[Action],
    said: Option<Said<'_>>,
) -> Result<Option<Noted>, WarehouseError> {
    let version = place.version;
    let mode = if version == 0 { "ErrorIfExists" } else { "Overwrite" };
    let parameters = [("mode", mode), ("partitionBy", "[\"quarter\"]")];
    let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    let info = CommitInfo {
        hash: None,
        place: Some(place),
        timestamp: Utc::now().timestamp_millis(),
        operation: operation.to_owned(),
        operation_parameters: parameters.map(owned).into_iter().collect::<BTreeMap<_, _>>(),
        engine_info: format!("sppis {}", env!("CARGO_PKG_VERSION")),
        client_version: None,
        sppis: said.and_then(Said::of_delivery).cloned(),
        reclassification: said.and_then(Said::of_all).cloned(),
    };
    let bytes = bytes_of(info, actions).map_err(WarehouseError::table(COMMITTING))?;
    let path = path_of(folder, version);
    match create_durably(&path, &bytes) {
        Ok(()) => Ok(Some(Noted { version, hash: Some(blake3::hash(&bytes)) })),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(None),
        Err(error) => Err(WarehouseError::io(path)(error)),
    }
}
