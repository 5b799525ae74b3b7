//! The Delta table of observations: creation, opening, its log as this crate reads it.
//!
//! Everything that knows the Delta library stands here and in `commit`; the rest of the crate
//! sees files, versions and records.

use std::path::Path;
use std::sync::Arc;

use deltalake_core::kernel::transaction::CommitProperties;
use deltalake_core::kernel::{Action, Add, DataType, LogicalFileView, StructField};
use deltalake_core::logstore::{get_actions, get_all_versions_from};
use deltalake_core::{DeltaResult, DeltaTable, DeltaTableBuilder, TableProperty};
use tokio::runtime::Runtime;
use url::Url;

use super::durable_store::DurableStore;
use super::error::WarehouseError;
use super::record::{DeliveryRecord, RECORD_KEY};
use super::snapshot::FileEntry;

/// Key of the pseudonym key's fingerprint in the table's properties.
pub(super) const FINGERPRINT_PROPERTY: &str = "sppis.keyFingerprint";
/// Time travel is a promise: nothing of the log is cleaned up for a century.
const CENTURY: &str = "interval 36525 days";

/// A file of the table at some version.
pub(super) struct LoggedFile {
    pub(super) add: Add,
    pub(super) view: LogicalFileView,
}

impl LoggedFile {
    /// What a snapshot says of it.
    pub(super) fn entry(&self) -> FileEntry {
        let add = &self.add;
        FileEntry {
            path: add.path.clone(),
            quarter: add.partition_values.get("quarter").cloned().flatten(),
            tags: add.tags.clone().unwrap_or_default(),
            row_count: self.view.num_records().unwrap_or_default() as u64,
            byte_count: u64::try_from(add.size).unwrap_or_default(),
            statistics: add.stats.clone().unwrap_or_default(),
        }
    }
}

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

/// The table's folder as the root of a store, and the runtime its library needs.
#[derive(Debug)]
pub(super) struct Table {
    runtime: Runtime,
    root: Url,
    store: Arc<DurableStore>,
}

impl Table {
    pub(super) fn at(folder: &Path) -> Result<Self, WarehouseError> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .map_err(WarehouseError::table("starting the table's runtime"))?;
        let root = Url::parse("file:///").map_err(WarehouseError::table("naming the table"))?;
        let store = DurableStore::of(folder).map_err(WarehouseError::io(folder))?;
        Ok(Self { runtime, root, store: Arc::new(store) })
    }

    pub(super) fn runtime(&self) -> &Runtime {
        &self.runtime
    }

    fn builder(&self) -> DeltaResult<DeltaTableBuilder> {
        let builder = DeltaTableBuilder::from_url(self.root.clone())?;
        Ok(builder.with_storage_backend(Arc::clone(&self.store) as _, self.root.clone()))
    }

    pub(super) fn create(&self, fingerprint: &str) -> Result<(), WarehouseError> {
        let failed = || WarehouseError::table("creating the table");
        let properties = [
            (TableProperty::LogRetentionDuration.as_ref(), Some(CENTURY)),
            (TableProperty::DeletedFileRetentionDuration.as_ref(), Some(CENTURY)),
            (TableProperty::SetTransactionRetentionDuration.as_ref(), Some(CENTURY)),
            (TableProperty::EnableExpiredLogCleanup.as_ref(), Some("false")),
            (FINGERPRINT_PROPERTY, Some(fingerprint)),
        ];
        let create = self
            .builder()
            .and_then(DeltaTableBuilder::build)
            .map_err(failed())?
            .create()
            .with_table_name("observations")
            .with_columns(columns()?)
            .with_partition_columns(["quarter"])
            .with_configuration(properties)
            .with_raise_if_key_not_exists(false)
            .with_commit_properties(plain_commit());
        self.runtime.block_on(async { create.await }).map_err(failed())?;
        Ok(())
    }

    /// The table at a version, or at the latest.
    pub(super) fn open(&self, version: Option<u64>) -> Result<DeltaTable, WarehouseError> {
        let failed = || WarehouseError::table("opening the table");
        let builder = self.builder().map_err(failed())?;
        let builder = match version {
            Some(version) => builder.with_version(version),
            None => builder,
        };
        self.runtime.block_on(builder.load()).map_err(failed())
    }

    /// Every commit of a delivery, oldest first, up to and including the table's version.
    pub(super) fn commits(&self, table: &DeltaTable) -> Result<Vec<LoggedCommit>, WarehouseError> {
        let failed = || WarehouseError::table("reading the table's log");
        let all = get_all_versions_from(table.log_store(), 0);
        let (versions, infos) = self.runtime.block_on(all).map_err(failed())?;
        // An entry that a power cut has emptied would silently take its delivery from all figures.
        let known = table.version().unwrap_or_default();
        if let Some(lost) = (0..=known).find(|version| !versions.contains(version)) {
            let text =
                format!("the log entry of version {lost} says nothing; restore it from a backup");
            return Err(WarehouseError::table("reading the table's log")(text));
        }
        let mut commits = Vec::new();
        for (version, info) in versions.into_iter().zip(infos) {
            let Some(record) = info.info.get(RECORD_KEY) else { continue };
            if Some(version) > table.version() {
                continue;
            }
            let record = serde_json::from_value(record.clone())
                .map_err(WarehouseError::table("reading a delivery's record"))?;
            let timestamp_ms = info.timestamp.unwrap_or_default();
            commits.push(LoggedCommit { version, timestamp_ms, record });
        }
        Ok(commits)
    }
}

impl Table {
    /// The paths, relative to the table, of every file that any version up to this one added.
    pub(super) fn ever_added(&self, table: &DeltaTable) -> Result<Vec<String>, WarehouseError> {
        const READING: &str = "reading the table's log";
        let store = table.log_store();
        let mut paths = Vec::new();
        for version in 0..=table.version().unwrap_or_default() {
            let entry = self.runtime.block_on(store.read_commit_entry(version));
            let Some(entry) = entry.map_err(WarehouseError::table(READING))? else { continue };
            let actions = get_actions(version, &entry).map_err(WarehouseError::table(READING))?;
            paths.extend(actions.into_iter().filter_map(|action| match action {
                Action::Add(add) => Some(add.path),
                _ => None,
            }));
        }
        Ok(paths)
    }
}

/// The files of the table's version.
pub(super) fn files(table: &DeltaTable) -> Result<Vec<LoggedFile>, WarehouseError> {
    let state = table.snapshot().map_err(WarehouseError::table("reading the table's files"))?;
    let log = state.log_data();
    let files = log.iter().map(|view| {
        #[expect(deprecated, reason = "no other way leads to a file's tags")]
        let add = view.add_action();
        LoggedFile { add, view }
    });
    Ok(files.collect())
}

/// The fingerprint of the key the warehouse was made with.
pub(super) fn fingerprint(table: &DeltaTable) -> Result<String, WarehouseError> {
    let state =
        table.snapshot().map_err(WarehouseError::table("reading the table's properties"))?;
    Ok(state.metadata().configuration().get(FINGERPRINT_PROPERTY).cloned().unwrap_or_default())
}

/// One try, and nothing behind the scenes: no checkpoint, no clean-up of the log.
pub(super) fn plain_commit() -> CommitProperties {
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
