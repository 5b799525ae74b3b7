//! The one place where an entry of the log is written: with its hash, and those of the entries before.
//!
//! In: the log as it was read, and what a commit does. Out: a new entry on disk. Never: an entry in the
//! place of another; whoever comes second learns that the version is taken.

use std::collections::BTreeMap;
use std::io;

use chrono::Utc;

use super::committed::Noted;
use super::durable_store::create_durably;
use super::error::WarehouseError;
use super::log::Log;
use super::log_entry::{Action, CommitInfo, Place, bytes_of};
use super::record::{DeliveryRecord, ReclassificationRecord};

const COMMITTING: &str = "committing the delivery";

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
        let version = self.version() + 1;
        let parameters = [("mode", "Overwrite"), ("partitionBy", "[\"quarter\"]")];
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        let info = CommitInfo {
            hash: None,
            place: Some(Place { version, before: self.hashes_to_say() }),
            timestamp: Utc::now().timestamp_millis(),
            operation: "WRITE".to_owned(),
            operation_parameters: parameters.map(owned).into_iter().collect::<BTreeMap<_, _>>(),
            engine_info: format!("sppis {}", env!("CARGO_PKG_VERSION")),
            client_version: None,
            sppis: said.of_delivery().cloned(),
            reclassification: said.of_all().cloned(),
        };
        let bytes = bytes_of(info, actions).map_err(WarehouseError::table(COMMITTING))?;
        let path = self.path(version);
        match create_durably(&path, [&bytes]) {
            Ok(()) => Ok(Some(Noted { version, hash: Some(blake3::hash(&bytes)) })),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(None),
            Err(error) => Err(WarehouseError::io(path)(error)),
        }
    }
}
