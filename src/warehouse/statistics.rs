//! What the log says of a file so that readers can skip it, and the same worked out again from the
//! file itself, with the order of its rows, for `verify`.

use std::collections::BTreeMap;

use arrow::array::{AsArray as _, RecordBatch};
use arrow::compute::{max, min};
use arrow::datatypes::{Date32Type, Decimal128Type};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::checked::CheckedBytes;
use super::error::WarehouseError;
use crate::attribution::{ObservationBatch, stored_column};
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
    /// Of observations before they are written.
    pub(super) fn of(batches: &[ObservationBatch]) -> Self {
        let mut statistics = Self::default();
        for batch in batches {
            statistics.row_count += batch.row_count();
            for name in TEXTS {
                let codes = batch.column(name).codes();
                let used = codes.used();
                let used = codes.texts().iter().zip(&used[1..]).filter(|(_, used)| **used);
                used.for_each(|(text, _)| statistics.text(name, text));
            }
            for name in DAYS {
                let days = batch.column(name).small_values();
                statistics.days(name, days.iter().min().copied(), days.iter().max().copied());
            }
        }
        statistics
    }

    fn add_stored(&mut self, batch: &RecordBatch) {
        self.row_count += batch.num_rows();
        for name in TEXTS {
            for text in stored_column(batch, name).as_string::<i32>().iter().flatten() {
                self.text(name, text);
            }
        }
        for name in DAYS {
            let days = stored_column(batch, name).as_primitive::<Date32Type>();
            self.days(name, min(days), max(days));
        }
    }

    fn text(&mut self, name: &'static str, text: &str) {
        let (from, to) =
            self.texts.entry(name).or_insert_with(|| (text.to_owned(), text.to_owned()));
        if text < from.as_str() {
            text.clone_into(from);
        }
        if text > to.as_str() {
            text.clone_into(to);
        }
    }

    fn days(&mut self, name: &'static str, least: Option<Day>, most: Option<Day>) {
        let Some((least, most)) = least.zip(most) else { return };
        let extremes = self.days.entry(name).or_insert((least, most));
        *extremes = (extremes.0.min(least), extremes.1.max(most));
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

/// Regime and measure, which rows are sorted by.
type SortKey = (String, String);

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
pub(super) fn read_layout(bytes: CheckedBytes) -> Result<Layout, WarehouseError> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(bytes);
    let builder = builder.map_err(WarehouseError::table(READING))?;
    let names = ["regime", "measure", "first_day", "last_day", "amount"];
    let mask = ProjectionMask::columns(builder.parquet_schema(), names);
    let reader = builder.with_projection(mask).build().map_err(WarehouseError::table(READING))?;
    let mut statistics = Statistics::default();
    let (mut cents, mut is_sorted) = (0, true);
    let mut last: Option<SortKey> = None;
    for batch in reader {
        let batch = batch.map_err(WarehouseError::table(READING))?;
        statistics.add_stored(&batch);
        cents += stored_column(&batch, "amount")
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
    let text = |name| stored_column(batch, name).as_string::<i32>();
    let (regime, measure) = (text("regime"), text("measure"));
    let key = |row: usize| (regime.value(row), measure.value(row));
    let rows = batch.num_rows();
    if rows == 0 {
        return true;
    }
    let begins =
        last.as_ref().is_none_or(|(regime, measure)| (regime.as_str(), measure.as_str()) <= key(0));
    let (regime, measure) = key(rows - 1);
    *last = Some((regime.to_owned(), measure.to_owned()));
    begins && (1..rows).all(|row| key(row - 1) <= key(row))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, StringArray};

    use super::*;

    fn batch(rows: &[(&str, &str)]) -> RecordBatch {
        let columns: [(&str, ArrayRef); 2] = [
            ("regime", Arc::new(rows.iter().map(|row| Some(row.0)).collect::<StringArray>())),
            ("measure", Arc::new(rows.iter().map(|row| Some(row.1)).collect::<StringArray>())),
        ];
        RecordBatch::try_from_iter(columns).unwrap()
    }

    #[test]
    fn rows_out_of_order_are_seen_inside_batches_and_between_them() {
        let good = [("a", "1"), ("a", "2"), ("b", "1"), ("b", "2")];
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
