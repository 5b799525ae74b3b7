//! The Delta table of observations as it is made: the first entry of its log.
//!
//! In: an empty folder. Out: a table that every reader of the format can open. Its log is read and
//! written by this crate alone (`log`, `append`): what is in doubt must be an error, never skipped.

use std::collections::BTreeMap;
use std::path::Path;

use arrow::datatypes::DataType;
use chrono::Utc;
use serde_json::{Value, json};

use super::append::write_entry;
use super::error::WarehouseError;
use super::files::create_private_folder;
use super::key::fill_randomly;
use super::layout::LOG_FOLDER;
use super::log_entry::{Action, FINGERPRINT_PROPERTY, MetaData, Place, Protocol};

/// Time travel is a promise: nothing of the log is cleaned up for a century.
const CENTURY: &str = "interval 36525 days";

/// Makes the table in an empty folder, with the fingerprint of its key.
pub(super) fn create(folder: &Path, fingerprint: &str) -> Result<(), WarehouseError> {
    let log = folder.join(LOG_FOLDER);
    create_private_folder(&log)?;
    let some = |(name, value): (&str, &str)| (name.to_owned(), Some(value.to_owned()));
    let properties = [
        ("delta.logRetentionDuration", CENTURY),
        ("delta.deletedFileRetentionDuration", CENTURY),
        ("delta.setTransactionRetentionDuration", CENTURY),
        ("delta.enableExpiredLogCleanup", "false"),
        (FINGERPRINT_PROPERTY, fingerprint),
    ];
    let meta_data = MetaData {
        id: random_id()?,
        name: "observations".to_owned(),
        description: None,
        format: json!({"provider": "parquet", "options": {}}),
        schema_string: json!({"type": "struct", "fields": columns()}).to_string(),
        partition_columns: vec!["quarter".to_owned()],
        created_time: Utc::now().timestamp_millis(),
        configuration: properties.map(some).into_iter().collect::<BTreeMap<_, _>>(),
    };
    let actions = [Action::Protocol(Protocol::OURS), Action::MetaData(Box::new(meta_data))];
    let place = Place { version: 0, before: Vec::new() };
    match write_entry(&log, place, "CREATE TABLE", &actions, None)? {
        Some(_) => Ok(()),
        None => Err(WarehouseError::Present(folder.to_owned())),
    }
}

/// A random number as names of tables are: a UUID of version 4.
fn random_id() -> Result<String, WarehouseError> {
    let mut bytes = [0; 16];
    fill_randomly(&mut bytes)?;
    let number = u128::from_be_bytes(bytes);
    let (version, variant) = (0xF << 76, 0x3 << 62);
    let digits = format!("{:032x}", number & !version & !variant | 4 << 76 | 2 << 62);
    let parts = [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]];
    Ok(parts.join("-"))
}

/// The stored columns in Delta's types, the partition column first.
fn columns() -> Vec<Value> {
    let column = |name: &str, data_type: String, nullable: bool| json!({"name": name, "type": data_type, "nullable": nullable, "metadata": {}});
    let stored = crate::attribution::observation_schema();
    let stored = stored.fields().iter().map(|field| {
        let data_type = match field.data_type() {
            DataType::Int64 => "long".to_owned(),
            DataType::Int32 => "integer".to_owned(),
            DataType::Int16 => "short".to_owned(),
            DataType::Date32 => "date".to_owned(),
            DataType::Decimal128(precision, scale) => format!("decimal({precision},{scale})"),
            _ => "string".to_owned(),
        };
        column(field.name(), data_type, field.is_nullable())
    });
    std::iter::once(column("quarter", "string".to_owned(), false)).chain(stored).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_named_by_a_random_number_of_the_fourth_version() {
        let id = random_id().unwrap();
        let lengths: Vec<usize> = id.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12]);
        assert_eq!(&id[14..15], "4");
        assert!(["8", "9", "a", "b"].contains(&&id[19..20]), "{id}");
        assert_ne!(id, random_id().unwrap());
    }
}
