//! The commits of a table as its log has them.

use super::record::{DeliveryRecord, ReclassificationRecord};

/// A commit of a delivery.
#[derive(Debug, Clone)]
pub struct LoggedCommit {
    /// Version of the table that the commit made.
    pub version: u64,
    /// When it was made, in milliseconds since 1970-01-01 UTC, by the writer's clock.
    pub timestamp_ms: i64,
    /// What it says of its delivery.
    pub record: DeliveryRecord,
}

/// A commit that classified all deliveries anew.
#[derive(Debug, Clone)]
pub struct LoggedReclassification {
    /// Version of the table that the commit made.
    pub version: u64,
    /// When it was made, as of a delivery.
    pub timestamp_ms: i64,
    /// What it says.
    pub record: ReclassificationRecord,
}

/// The commits of a table, oldest first.
#[derive(Debug, Clone, Default)]
pub(super) struct Logged {
    pub(super) deliveries: Vec<LoggedCommit>,
    pub(super) reclassifications: Vec<LoggedReclassification>,
}
