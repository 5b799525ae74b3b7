//! What the log says of a file so that readers can skip it, and the same worked out again from the
//! file itself, with the order of its rows, for `verify`.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

use arrow::array::{Array as _, AsArray as _, RecordBatch};
use arrow::compute::{max, min};
use arrow::datatypes::{Date32Type, Decimal128Type, Int32Type, Int64Type};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::error::WarehouseError;
use super::order::column;
use crate::quarter::{Day, date_of};

const READING: &str = "reading observations back";
const TEXTS: [&str; 2] = ["regime", "measure"];
const DAYS: [&str; 2] = ["first_day", "last_day"];

/// Rows of a file, and the extremes of the columns that readers skip by.
#[derive(Debug, Default)]
pub(super) struct Statistics {
    row_count: usize,
    texts: BTreeMap<&'static str, (String, String)>,
    days: BTreeMap<&'static str, (Day, Day)>,
}

impl Statistics {
    /// Of observations before they are written, with codes as keys.
    pub(super) fn of(batches: &[RecordBatch]) -> Self {
        let mut statistics = Self::default();
        for batch in batches {
            statistics.add(batch, |batch, name| texts_used(batch, name));
        }
        statistics
    }

    fn add<'b>(
        &mut self,
        batch: &'b RecordBatch,
        texts: impl Fn(&'b RecordBatch, &str) -> Vec<&'b str>,
    ) {
        self.row_count += batch.num_rows();
        for name in TEXTS {
            for text in texts(batch, name) {
                let (from, to) =
                    self.texts.entry(name).or_insert_with(|| (text.to_owned(), text.to_owned()));
                if text < from.as_str() {
                    text.clone_into(from);
                }
                if text > to.as_str() {
                    text.clone_into(to);
                }
            }
        }
        for name in DAYS {
            let days = column(batch, name).as_primitive::<Date32Type>();
            let Some((from, to)) = min(days).zip(max(days)) else { continue };
            let extremes = self.days.entry(name).or_insert((from, to));
            *extremes = (extremes.0.min(from), extremes.1.max(to));
        }
    }

    /// As the log has them.
    pub(super) fn json(&self) -> String {
        let mut minimum = serde_json::Map::new();
        let mut maximum = serde_json::Map::new();
        for (name, (from, to)) in &self.texts {
            minimum.insert((*name).to_owned(), from.as_str().into());
            maximum.insert((*name).to_owned(), to.as_str().into());
        }
        for (name, (from, to)) in &self.days {
            minimum.insert((*name).to_owned(), date_of(*from).to_string().into());
            maximum.insert((*name).to_owned(), date_of(*to).to_string().into());
        }
        serde_json::json!({
            "numRecords": self.row_count,
            "tightBounds": true,
            "minValues": minimum,
            "maxValues": maximum,
        })
        .to_string()
    }
}

/// The texts of a column that some row has; a batch may know more of them.
fn texts_used<'b>(batch: &'b RecordBatch, name: &str) -> Vec<&'b str> {
    let codes = column(batch, name).as_dictionary::<Int32Type>();
    let values = codes.values().as_string::<i32>();
    let mut used = vec![false; values.len()];
    (0..codes.len()).filter_map(|row| codes.key(row)).for_each(|key| used[key] = true);
    (0..values.len()).filter(|key| used[*key]).map(|key| values.value(key)).collect()
}

/// The rows of a file in the order they are in, as far as that order goes.
type SortKey = (String, String, Option<String>, i64, Day, i64);

/// What a file says when it is read.
#[derive(Debug)]
pub(super) struct Layout {
    /// Observations.
    pub(super) row_count: u64,
    /// Cents of EBENCONVCM.
    pub(super) cents: i128,
    /// Whether its rows are sorted as they were written.
    pub(super) is_sorted: bool,
    /// What the log must say of it.
    pub(super) statistics: String,
}

/// Reads what `verify` compares with the log.
pub(super) fn read_layout(path: &Path) -> Result<Layout, WarehouseError> {
    let file = File::open(path).map_err(WarehouseError::io(path))?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file);
    let builder = builder.map_err(WarehouseError::table(READING))?;
    let names = ["regime", "measure", "cpas", "person", "first_day", "last_day", "amount", "line"];
    let mask = ProjectionMask::columns(builder.parquet_schema(), names);
    let reader = builder.with_projection(mask).build().map_err(WarehouseError::table(READING))?;
    let mut statistics = Statistics::default();
    let (mut cents, mut is_sorted) = (0, true);
    let mut last: Option<SortKey> = None;
    for batch in reader {
        let batch = batch.map_err(WarehouseError::table(READING))?;
        statistics.add(&batch, |batch, name| {
            column(batch, name).as_string::<i32>().iter().flatten().collect()
        });
        cents += column(&batch, "amount")
            .as_primitive::<Decimal128Type>()
            .iter()
            .flatten()
            .sum::<i128>();
        is_sorted &= continues(&batch, &mut last);
    }
    let row_count = statistics.row_count as u64;
    Ok(Layout { row_count, cents, is_sorted, statistics: statistics.json() })
}

/// Whether the rows are in order, also after the last row of the batch before.
fn continues(batch: &RecordBatch, last: &mut Option<SortKey>) -> bool {
    let text = |name| column(batch, name).as_string::<i32>();
    let (regime, measure, cpas) = (text("regime"), text("measure"), text("cpas"));
    let number = |name| column(batch, name).as_primitive::<Int64Type>();
    let (person, line) = (number("person"), number("line"));
    let first_day = column(batch, "first_day").as_primitive::<Date32Type>();
    let key = |row: usize| {
        let cpas = cpas.is_valid(row).then(|| cpas.value(row));
        let days = (person.value(row), first_day.value(row), line.value(row));
        (regime.value(row), measure.value(row), cpas, days.0, days.1, days.2)
    };
    let rows = batch.num_rows();
    if rows == 0 {
        return true;
    }
    let begins = last.as_ref().is_none_or(|last| {
        let (regime, measure, cpas) = (last.0.as_str(), last.1.as_str(), last.2.as_deref());
        (regime, measure, cpas, last.3, last.4, last.5) <= key(0)
    });
    let end = key(rows - 1);
    *last = Some((
        end.0.to_owned(),
        end.1.to_owned(),
        end.2.map(ToOwned::to_owned),
        end.3,
        end.4,
        end.5,
    ));
    begins && (1..rows).all(|row| key(row - 1) <= key(row))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, Date32Array, Int64Array, StringArray};

    use super::*;

    fn batch(rows: &[(&str, Option<&str>, i64)]) -> RecordBatch {
        let ones = |_: &(&str, Option<&str>, i64)| 1;
        let columns: [(&str, ArrayRef); 6] = [
            ("regime", Arc::new(rows.iter().map(|row| Some(row.0)).collect::<StringArray>())),
            ("measure", Arc::new(rows.iter().map(|_| Some("m")).collect::<StringArray>())),
            ("cpas", Arc::new(rows.iter().map(|row| row.1).collect::<StringArray>())),
            ("person", Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| row.2)))),
            ("first_day", Arc::new(Date32Array::from_iter_values(rows.iter().map(ones)))),
            ("line", Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| row.2)))),
        ];
        RecordBatch::try_from_iter(columns).unwrap()
    }

    #[test]
    fn rows_out_of_order_are_seen_inside_batches_and_between_them() {
        let good = [("a", None, 9), ("a", Some("1"), 2), ("a", Some("1"), 3), ("b", None, 1)];
        assert!(continues(&batch(&good), &mut None));
        for at in 1..good.len() {
            let mut swapped = good;
            swapped.swap(at - 1, at);
            assert!(!continues(&batch(&swapped), &mut None), "{at}");
            let mut last = None;
            assert!(continues(&batch(&good[at..]), &mut last));
            assert!(!continues(&batch(&good[..at]), &mut last), "{at}");
        }
    }
}
