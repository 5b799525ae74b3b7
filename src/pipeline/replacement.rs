//! A delivery that comes again: what goes, what comes, and whether it may.
//!
//! In: the current delivery of the same id, and the files that are to replace it. Out: a
//! [`Replacement`], rows, persons and cents per quarter, or a refusal. Never: a part of a delivery in
//! the place of the whole, unless the user says that it is the whole.
//!
//! An earlier row comes back where the new files have one of the same person in the same quarter, each
//! counted once: corrected amounts and codes are what a delivery comes again for.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use parquet::column::reader::get_typed_column_reader;
use parquet::data_type::Int64Type;
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use rayon::prelude::*;

use crate::delivery::{Delivery, Part, part_label};
use crate::exact::known;
use crate::quarter::Quarter;
use crate::render::{count, euros};
use crate::warehouse::{
    CheckedBytes, DeliveryRecord, FileHash, QuarterRecord, Snapshot, StagedFile, TableFile, Written,
};

/// What a redelivery changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replacement {
    /// The revision that goes.
    pub revision: u32,
    /// By quarter of both windows.
    pub quarters: Vec<QuarterChange>,
    /// Observations that go and come back; unknown where what is stored could not be read.
    pub come_back: Option<u64>,
}

/// One quarter of a replacement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuarterChange {
    /// The quarter.
    pub quarter: Quarter,
    /// What goes.
    pub goes: Totals,
    /// What comes.
    pub comes: Totals,
}

/// What a delivery has in a quarter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Totals {
    /// Observations.
    pub observations: u64,
    /// Distinct persons; unknown where what is stored could not be read.
    pub persons: Option<u64>,
    /// Cents of EBENCONVCM.
    pub cents: i128,
}

/// A replacement that is not made.
#[derive(Debug, thiserror::Error)]
pub enum ReplacementError {
    /// A part in the place of other parts.
    #[error(
        "{file} is a part of a delivery by its name, and delivery {delivery} has been taken in from \
         {earlier} ({}, {euros} EUR), which would go",
        count(*.rows, "row")
    )]
    Part {
        /// The file.
        file: String,
        /// The delivery.
        delivery: String,
        /// Files of the delivery that are not given again.
        earlier: String,
        /// Accepted rows of the whole delivery.
        rows: u64,
        /// Its euros.
        euros: String,
    },
    /// Most of what is stored does not come back.
    #[error("{}", lost(.0, .1))]
    Lost(String, Replacement),
    /// What is stored cannot be compared.
    #[error("what is stored of delivery {delivery} cannot be compared with what comes: {why}")]
    Unreadable {
        /// The delivery.
        delivery: String,
        /// Why.
        why: String,
    },
}

impl Replacement {
    /// Observations that go.
    pub fn observations_before(&self) -> u64 {
        self.quarters.iter().map(|quarter| quarter.goes.observations).sum()
    }

    /// Whether less than half of what is stored comes back.
    fn loses_most(&self) -> bool {
        self.come_back.is_some_and(|count| count < self.observations_before().div_ceil(2))
    }
}

fn lost(delivery: &str, replacement: &Replacement) -> String {
    let total = replacement.observations_before();
    let come_back = known(replacement.come_back);
    let mut text = format!(
        "of {} of delivery {delivery} only {come_back} would come back, one of the same person in the \
         same quarter",
        count(total, "observation")
    );
    for QuarterChange { quarter, goes, comes } in &replacement.quarters {
        let side = |it: &Totals| {
            let persons = count(known(it.persons), "person");
            format!("{}, {persons}, {} EUR", count(it.observations, "observation"), euros(it.cents))
        };
        let _infallible = write!(text, "\n{quarter}: {} go; {} come", side(goes), side(comes));
    }
    text
}

/// Refuses files that are parts by their names where the current delivery has others.
pub(super) fn parts_are_there(
    snapshot: &Snapshot,
    delivery: &Delivery,
) -> Result<(), ReplacementError> {
    let Some(current) = snapshot.delivery(delivery.id().as_str()) else { return Ok(()) };
    let labels: BTreeSet<String> = delivery.parts().iter().filter_map(Part::part_label).collect();
    let Some(part) = delivery.parts().iter().find(|part| part.part_label().is_some()) else {
        return Ok(());
    };
    let given: BTreeSet<String> = delivery.parts().iter().map(Part::name).collect();
    // Without a first part the files are surely not the whole delivery.
    let from_first = ["", "1", "a"].iter().any(|first| labels.contains(*first));
    let is_gone = |name: &&str| match part_label(name) {
        Some(label) => !labels.contains(&label),
        None => !from_first && !given.contains(*name),
    };
    // Files of corrections have no header.
    let originals = current.record.parts.iter().filter(|part| !part.header.is_empty());
    let gone: Vec<&str> = originals.map(|part| part.name.as_str()).filter(is_gone).collect();
    if gone.is_empty() {
        return Ok(());
    }
    let sums = &current.record.reconciliation;
    let stored = cents(&current.record, &sums.cents_stored)?;
    Err(ReplacementError::Part {
        file: part.name(),
        delivery: delivery.id().to_string(),
        earlier: gone.join(", "),
        rows: sums.rows_accepted,
        euros: euros(stored),
    })
}

/// The record that another one replaces: of the same delivery, from other bytes.
pub(super) fn replaced<'s>(
    snapshot: &'s Snapshot,
    record: &DeliveryRecord,
) -> Option<&'s DeliveryRecord> {
    let hashes = |record: &DeliveryRecord| -> Vec<FileHash> {
        record.parts.iter().map(|part| part.blake3.clone()).collect()
    };
    let current = snapshot.delivery(&record.delivery).map(|commit| &commit.record);
    current.filter(|current| hashes(current) != hashes(record))
}

/// What `files` change of the delivery that `before` is said of. `replace` says that the user wants it
/// whatever is lost; what is stored need not be readable then.
pub(super) fn replacement(
    snapshot: &Snapshot,
    before: &DeliveryRecord,
    record: &DeliveryRecord,
    files: &[StagedFile],
    replace: bool,
) -> Result<Replacement, ReplacementError> {
    let stored = snapshot.files().iter().filter(|file| file.delivery() == record.delivery);
    let persons = match compared(&stored.collect::<Vec<_>>(), files) {
        Err(why) if !replace => {
            let delivery = record.delivery.clone();
            return Err(ReplacementError::Unreadable { delivery, why });
        }
        persons => persons.ok(),
    };
    let (goes, comes) = (totals(before)?, totals(record)?);
    let quarters: BTreeSet<Quarter> = goes.keys().chain(comes.keys()).copied().collect();
    let change = |quarter: Quarter| {
        let all =
            persons.as_ref().map(|it| it.get(&quarter).map_or_else(Persons::default, |it| *it));
        let of = |totals: &BTreeMap<Quarter, Totals>, persons: Option<u64>| Totals {
            persons,
            ..totals.get(&quarter).map_or_else(Totals::default, Clone::clone)
        };
        let (goes, comes) = (of(&goes, all.map(|it| it.before)), of(&comes, all.map(|it| it.now)));
        QuarterChange { quarter, goes, comes }
    };
    let quarters = quarters.into_iter().map(change).collect();
    let come_back = persons.as_ref().map(|all| all.values().map(|it| it.come_back).sum());
    let replacement = Replacement { revision: before.revision, quarters, come_back };
    if replacement.loses_most() && !replace {
        return Err(ReplacementError::Lost(record.delivery.clone(), replacement));
    }
    Ok(replacement)
}

fn totals(record: &DeliveryRecord) -> Result<BTreeMap<Quarter, Totals>, ReplacementError> {
    let of = |own: &QuarterRecord| {
        let (observations, cents) = (own.observations, cents(record, &own.cents)?);
        Ok((stated(record, &own.quarter)?, Totals { observations, persons: None, cents }))
    };
    record.reconciliation.quarters.iter().map(of).collect()
}

fn cents(record: &DeliveryRecord, text: &str) -> Result<i128, ReplacementError> {
    stated(record, text)
}

/// A number or quarter that a record says.
fn stated<T: std::str::FromStr>(
    record: &DeliveryRecord,
    text: &str,
) -> Result<T, ReplacementError> {
    text.parse().map_err(|_| ReplacementError::Unreadable {
        delivery: record.delivery.clone(),
        why: format!("its record in the log says `{text}` where a number or quarter belongs"),
    })
}

/// Persons of one quarter before and now, and observations that come back.
#[derive(Debug, Clone, Copy, Default)]
struct Persons {
    before: u64,
    now: u64,
    come_back: u64,
}

/// Persons held at once; of larger quarters they are compared share by share.
const PERSONS_AT_ONCE: u64 = 1 << 23;

/// Compares the persons of each quarter. What is stored is counted only if it is what was committed.
fn compared(
    stored: &[&TableFile],
    files: &[StagedFile],
) -> Result<BTreeMap<Quarter, Persons>, String> {
    let quarters: BTreeSet<Quarter> = stored
        .iter()
        .map(|file| file.quarter())
        .chain(files.iter().map(StagedFile::quarter))
        .collect();
    let mut all = BTreeMap::new();
    for quarter in quarters {
        let before = stored.iter().filter(|it| it.quarter() == quarter);
        let now = files.iter().filter(|it| it.quarter() == quarter);
        let rows = before.clone().map(|it| it.row_count()).sum::<u64>()
            + now.clone().map(StagedFile::row_count).sum::<u64>();
        let before: Vec<Written<'_>> = before.map(|it| it.written()).collect();
        let now: Vec<Written<'_>> = now.map(StagedFile::written).collect();
        let shares = rows.div_ceil(PERSONS_AT_ONCE).max(1);
        let mut sum = Persons::default();
        for share in 0..shares {
            let persons = |files: &[Written<'_>]| persons(files, (share, shares));
            let (before, now) = rayon::join(|| persons(&before), || persons(&now));
            let share = merged(&before?, &now?);
            sum.before += share.before;
            sum.now += share.now;
            sum.come_back += share.come_back;
        }
        all.insert(quarter, sum);
    }
    Ok(all)
}

/// Compares two sorted lists of persons, one entry for each observation.
fn merged(before: &[i64], now: &[i64]) -> Persons {
    let mut sum = Persons { now: now.chunk_by(|a, b| a == b).count() as u64, ..Persons::default() };
    let mut rest = now;
    for person in before.chunk_by(|a, b| a == b) {
        sum.before += 1;
        rest = &rest[rest.partition_point(|it| *it < person[0])..];
        let back = rest.iter().take(person.len()).take_while(|it| **it == person[0]).count();
        sum.come_back += back as u64;
    }
    sum
}

/// The persons of some files that belong to a share of all, sorted, one for each observation.
fn persons(files: &[Written<'_>], share: (u64, u64)) -> Result<Vec<i64>, String> {
    let lists = files.par_iter().map(|file| {
        let bytes = file.columns(&["person"]).map_err(|error| error.to_string())?;
        let named = |error| format!("{}: {error}", file.path().display());
        persons_of_file(bytes, share).map_err(named)
    });
    let lists: Vec<Vec<i64>> = lists.collect::<Result<_, String>>()?;
    let mut persons = lists.concat();
    persons.par_sort_unstable();
    Ok(persons)
}

fn persons_of_file(
    bytes: CheckedBytes,
    (share, shares): (u64, u64),
) -> Result<Vec<i64>, ParquetError> {
    let file = SerializedFileReader::new(bytes)?;
    let columns = file.metadata().file_metadata().schema_descr().columns();
    let column = columns.iter().position(|column| column.name() == "person");
    let column = column.ok_or_else(|| ParquetError::General("no column `person`".to_owned()))?;
    let (mut all, mut some) = (Vec::new(), Vec::new());
    for group in 0..file.num_row_groups() {
        let reader = file.get_row_group(group)?.get_column_reader(column)?;
        let mut reader = get_typed_column_reader::<Int64Type>(reader);
        loop {
            some.clear();
            if reader.read_records(RECORDS_AT_ONCE, None, None, &mut some)?.0 == 0 {
                break;
            }
            let own = some.iter().filter(|person| person.unsigned_abs() % shares == share);
            all.extend(own.copied());
        }
    }
    Ok(all)
}

/// Records that are read at once.
const RECORDS_AT_ONCE: usize = 1 << 13;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn persons_are_distinct_and_their_observations_come_back_at_most_once_each() {
        let sum = merged(&[1, 1, 2, 4, 4, 4], &[1, 3, 4, 4, 4, 4]);
        assert_eq!((sum.before, sum.now, sum.come_back), (3, 3, 4));
        let sum = merged(&[], &[1]);
        assert_eq!((sum.before, sum.now, sum.come_back), (0, 1, 0));
    }
}
