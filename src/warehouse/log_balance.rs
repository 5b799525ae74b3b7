//! What the log says twice is the same both times: the numbers of a delivery's record, and those of the
//! files that its entries add and remove.
//!
//! In: the entries of a log. Out: nothing, or which entry contradicts itself. Entries of earlier versions of the program
//! have no hashes, and are guarded by this alone until the next commit.

use std::collections::BTreeMap;
use std::path::Path;

use super::error::WarehouseError;
use super::layout::path_of;
use super::log_entry::{Action, Add, Entry};
use super::record::{DeliveryRecord, ReconciliationRecord};

/// Compares them, entry by entry.
pub(super) fn check_numbers(folder: &Path, entries: &[Entry]) -> Result<(), WarehouseError> {
    let mut live: BTreeMap<&str, &Add> = BTreeMap::new();
    let mut current: BTreeMap<&str, &DeliveryRecord> = BTreeMap::new();
    for (version, entry) in (0..).zip(entries) {
        let damaged = |text: String| WarehouseError::damaged_log(&path_of(folder, version), text);
        for action in &entry.actions {
            match action {
                Action::Add(add) if live.insert(&add.path, add).is_some() => {
                    return Err(damaged("it adds a file that is there already".to_owned()));
                }
                Action::Remove(remove) if live.remove(remove.path.as_str()).is_none() => {
                    return Err(damaged("it removes a file that is not there".to_owned()));
                }
                _ => {}
            }
        }
        let Some(info) = entry.info() else { continue };
        let all: Vec<&DeliveryRecord> = match (&info.sppis, &info.reclassification) {
            (Some(record), _) => {
                current.insert(&record.delivery, record);
                vec![record]
            }
            // All deliveries have other files, of as many rows.
            (None, Some(_)) => current.values().copied().collect(),
            (None, None) => Vec::new(),
        };
        for record in all {
            check_rows(record, live.values().copied())
                .and_then(|()| check_sums(&record.reconciliation))
                .map_err(|text| damaged(format!("delivery {}: {text}", record.delivery)))?;
        }
    }
    Ok(())
}

/// The observations of each quarter, and those of the delivery's files.
fn check_rows<'a>(
    record: &DeliveryRecord,
    live: impl Iterator<Item = &'a Add>,
) -> Result<(), String> {
    let Some(window) = record.quarters() else {
        return Err("its window is none".to_owned());
    };
    let mut stored: BTreeMap<&str, u64> = BTreeMap::new();
    for add in live.filter(|add| add.delivery() == record.delivery) {
        *stored.entry(add.quarter()).or_default() += add.row_count;
    }
    let counted = record.reconciliation.quarters.iter();
    let counted: BTreeMap<&str, u64> =
        counted.map(|it| (it.quarter.as_str(), it.observations)).collect();
    for name in stored.keys().chain(counted.keys()) {
        if !name.parse().is_ok_and(|quarter| window.contains(quarter)) {
            return Err(format!("`{name}` is no quarter of its window {window}"));
        }
        let [stored, counted] = [&stored, &counted].map(|it| it.get(name).map_or(0, |it| *it));
        if stored != counted {
            return Err(format!(
                "{name}: {counted} observations in its record, {stored} in its files"
            ));
        }
    }
    Ok(())
}

/// Rows and cents that must add up.
fn check_sums(record: &ReconciliationRecord) -> Result<(), String> {
    let cents = |text: &str| {
        let cents = text.parse::<i64>().map(i128::from);
        cents.map_err(|_| "expected cents as a whole number in its record".to_owned())
    };
    let (accepted, clipped) = (cents(&record.cents_accepted)?, cents(&record.cents_clipped)?);
    let stored = cents(&record.cents_stored)?;
    let mut of_quarters = 0;
    for quarter in &record.quarters {
        of_quarters += cents(&quarter.cents)?;
    }
    let rows = record.rows_accepted.checked_add(record.rows_rejected);
    if rows != Some(record.rows_read) || accepted != stored + clipped || stored != of_quarters {
        return Err("the rows and cents of its record do not add up".to_owned());
    }
    Ok(())
}
