//! What is found of a delivery as a whole, once all of its rows have been read.
//!
//! In: the delivery, what its rows came to, and the state of the table before it. Out: findings that
//! keep it out unless they are accepted, or that only warn.

use super::ingest_options::IngestOptions;
use super::stages::Sink;
use crate::check::{Lacking, columns_gone, days_twelve};
use crate::delivery::{Delivery, Part};
use crate::dictionary::{Column, Validity};
use crate::finding::DeliveryFinding;
use crate::quarter::QuarterRange;
use crate::warehouse::{DeliveryFindingRecord, DeliveryRecord, Snapshot, Warehouse};

/// The findings that block, each with whether it is accepted, and what could not be looked at.
pub(super) fn blocking(
    warehouse: &Warehouse,
    snapshot: &Snapshot,
    delivery: &Delivery,
    sink: &Sink,
    options: &IngestOptions,
) -> (Vec<DeliveryFindingRecord>, Vec<String>) {
    let mut notes = Vec::new();
    let mut found: Vec<DeliveryFinding> = days_twelve(&sink.day_first).into_iter().collect();
    // An earlier revision of the delivery itself says most of what is to be expected.
    let before = snapshot.delivery(delivery.id().as_str());
    if let Some(before) = before.or_else(|| snapshot.latest_before(delivery.window())) {
        let name = format!("{}@{}", before.record.delivery, before.record.revision);
        let lacking = |column: Column| {
            let headers = delivery.parts().iter().map(Part::header);
            let now = lacking(headers.map(|header| header.position(column).is_some()));
            (lacking_before(&before.record, column), now)
        };
        match warehouse.profile(&before.record) {
            Ok(Some(profile)) => {
                let windows = [before.record.quarters(), Some(delivery.window())];
                let in_use = |variable: &str| {
                    let known = warehouse.dictionary().variable(variable);
                    let valid = |it: QuarterRange, validity: Validity| {
                        validity.overlaps(it.first().first_day(), it.last().last_day())
                    };
                    known.is_none_or(|known| {
                        windows.into_iter().flatten().all(|it| valid(it, known.validity))
                    })
                };
                found.extend(columns_gone((&name, &profile), &sink.profile, lacking, in_use));
            }
            Ok(None) => {}
            Err(error) => notes.push(format!(
                "columns that {name} had and this delivery has not were not looked for: {error}"
            )),
        }
    }
    let accepted = |it: &DeliveryFinding| {
        let gone = it.column.is_some_and(|column| options.without_columns.contains(&column));
        gone || options.accepted.contains(&it.rule.id)
    };
    let record = |it: DeliveryFinding| {
        let accepted = accepted(&it);
        DeliveryFindingRecord::new(it, accepted)
    };
    (found.into_iter().map(record).collect(), notes)
}

/// How many files have no column; for each it is said whether it has.
fn lacking(has_column: impl Iterator<Item = bool>) -> Lacking {
    has_column.fold(Lacking::default(), |sum, has| Lacking {
        without: sum.without + usize::from(!has),
        files: sum.files + 1,
    })
}

/// How many files of a delivery of the table have no column, corrections aside.
fn lacking_before(record: &DeliveryRecord, column: Column) -> Lacking {
    let own = record.parts.iter().filter(|part| part.corrected == 0 && !part.header.is_empty());
    lacking(own.map(|part| {
        let mut names = part.header.split(&part.delimiter);
        names.any(|name| name.eq_ignore_ascii_case(column.name()))
    }))
}
