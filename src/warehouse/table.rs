//! The Delta table of observations as it is made, by the Delta library.
//!
//! Its log is read and written by this crate alone (`log`, `append`), in that library's format: what is
//! in doubt must be an error, never skipped.

use std::path::Path;
use std::sync::Arc;

use deltalake_core::kernel::transaction::CommitProperties;
use deltalake_core::kernel::{DataType, StructField};
use deltalake_core::{DeltaTableBuilder, TableProperty};
use url::Url;

use super::durable_store::DurableStore;
use super::error::WarehouseError;
use super::record::{DeliveryRecord, ReclassificationRecord};

/// Key of the pseudonym key's fingerprint in the table's properties.
pub(super) const FINGERPRINT_PROPERTY: &str = "sppis.keyFingerprint";
/// Time travel is a promise: nothing of the log is cleaned up for a century.
const CENTURY: &str = "interval 36525 days";

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

/// Makes the table in an empty folder, with the fingerprint of its key.
pub(super) fn create(folder: &Path, fingerprint: &str) -> Result<(), WarehouseError> {
    let failed = || WarehouseError::table("creating the table");
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let runtime = runtime.map_err(WarehouseError::table("starting the table's runtime"))?;
    let root = Url::parse("file:///").map_err(WarehouseError::table("naming the table"))?;
    let store = Arc::new(DurableStore::of(folder).map_err(WarehouseError::io(folder))?);
    let properties = [
        (TableProperty::LogRetentionDuration.as_ref(), Some(CENTURY)),
        (TableProperty::DeletedFileRetentionDuration.as_ref(), Some(CENTURY)),
        (TableProperty::SetTransactionRetentionDuration.as_ref(), Some(CENTURY)),
        (TableProperty::EnableExpiredLogCleanup.as_ref(), Some("false")),
        (FINGERPRINT_PROPERTY, Some(fingerprint)),
    ];
    let create = DeltaTableBuilder::from_url(root.clone())
        .map(|builder| builder.with_storage_backend(store, root))
        .and_then(DeltaTableBuilder::build)
        .map_err(failed())?
        .create()
        .with_table_name("observations")
        .with_columns(columns()?)
        .with_partition_columns(["quarter"])
        .with_configuration(properties)
        .with_raise_if_key_not_exists(false)
        .with_commit_properties(plain_commit());
    runtime.block_on(async { create.await }).map_err(failed())?;
    Ok(())
}

/// One try, and nothing behind the scenes: no checkpoint, no clean-up of the log.
fn plain_commit() -> CommitProperties {
    CommitProperties::default()
        .with_max_retries(0)
        .with_create_checkpoint(false)
        .with_cleanup_expired_logs(Some(false))
}

/// The stored columns in Delta's types, the partition column first.
fn columns() -> Result<Vec<StructField>, WarehouseError> {
    let mut columns = vec![StructField::not_null("quarter", DataType::STRING)];
    for field in crate::attribution::observation_schema().fields() {
        let data_type = match field.data_type() {
            arrow::datatypes::DataType::Int64 => DataType::LONG,
            arrow::datatypes::DataType::Int32 => DataType::INTEGER,
            arrow::datatypes::DataType::Int16 => DataType::SHORT,
            arrow::datatypes::DataType::Date32 => DataType::DATE,
            arrow::datatypes::DataType::Decimal128(precision, scale) => {
                let failed = WarehouseError::table("describing the table");
                DataType::decimal(*precision, scale.unsigned_abs()).map_err(failed)?
            }
            _ => DataType::STRING,
        };
        columns.push(StructField::new(field.name(), data_type, field.is_nullable()));
    }
    Ok(columns)
}
