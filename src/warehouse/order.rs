//! The order of rows in a file, and texts as ranks in their alphabetical order.

use std::collections::{HashMap, HashSet};

use arrow::array::{
    Array, AsArray, Date32Array, DictionaryArray, Int64Array, RecordBatch, StringArray,
};
use arrow::datatypes::{Date32Type, Int32Type, Int64Type};
use rayon::prelude::*;

/// A column of observations, by name.
pub(super) fn column<'b>(batch: &'b RecordBatch, name: &str) -> &'b dyn Array {
    match batch.column_by_name(name) {
        Some(column) => column.as_ref(),
        None => unreachable!("observations have a column `{name}`"),
    }
}

/// A column of codes over all batches: its texts in alphabetical order, and for each row of each
/// batch the rank of its text, from 1; 0 where it has none.
pub(super) struct Ranks<'b> {
    pub(super) texts: Vec<&'b str>,
    pub(super) by_batch: Vec<Vec<u32>>,
}

impl<'b> Ranks<'b> {
    pub(super) fn of(columns: impl Iterator<Item = &'b dyn Array>) -> Self {
        let codes: Vec<_> = columns.map(AsArray::as_dictionary::<Int32Type>).collect();
        let values: Vec<_> = codes.iter().map(|it| it.values().as_string::<i32>()).collect();
        // The batches know much the same texts.
        let distinct: HashSet<&str> = values.iter().flat_map(|it| it.iter().flatten()).collect();
        let mut texts: Vec<&str> = distinct.into_iter().collect();
        texts.sort_unstable();
        let ranks: HashMap<&str, usize> =
            texts.iter().enumerate().map(|(at, text)| (*text, at + 1)).collect();
        let rank = |text: &str| ranks.get(text).copied().unwrap_or_default();
        let of_batch = |(codes, values): (&&DictionaryArray<Int32Type>, &&StringArray)| {
            let ranks = (0..values.len()).map(|at| rank(values.value(at)));
            let ranks: Vec<u32> = ranks.map(|it| u32::try_from(it).unwrap_or(u32::MAX)).collect();
            let keys = codes.keys();
            if ranks.is_empty() {
                return vec![0; keys.len()];
            }
            let key = |row: usize| usize::try_from(keys.value(row)).unwrap_or_default();
            let rank = |row| if keys.is_null(row) { 0 } else { ranks[key(row)] };
            (0..keys.len()).map(rank).collect()
        };
        let by_batch = codes.iter().zip(&values).map(of_batch).collect();
        Self { texts, by_batch }
    }

    fn named(batches: &'b [RecordBatch], name: &str) -> Self {
        Self::of(batches.iter().map(|batch| column(batch, name)))
    }
}

/// The rows by regime, measure, centre, person, first day and line, counted through all batches:
/// equal values stand together, so that files are small and readers can skip.
pub(super) fn sorted(batches: &[RecordBatch]) -> Vec<u32> {
    let [regimes, measures, centres] =
        ["regime", "measure", "cpas"].map(|name| Ranks::named(batches, name).by_batch);
    let mut start = 0;
    let starts = batches.iter().map(|batch| {
        start += batch.num_rows();
        start - batch.num_rows()
    });
    let starts: Vec<usize> = starts.collect();
    let of_batch = |(at, batch): (usize, &RecordBatch)| {
        let (regime, measure, cpas) = (&regimes[at], &measures[at], &centres[at]);
        let person: &Int64Array = column(batch, "person").as_primitive::<Int64Type>();
        let first_day: &Date32Array = column(batch, "first_day").as_primitive::<Date32Type>();
        let line: &Int64Array = column(batch, "line").as_primitive::<Int64Type>();
        let key = |row: usize| {
            let group = u64::from(regime[row] & 0xFF) << 56
                | u64::from(measure[row] & 0xFFFF) << 40
                | u64::from(cpas[row]);
            let place = u32::try_from(starts[at] + row).unwrap_or(u32::MAX);
            (group, person.value(row), first_day.value(row), line.value(row), place)
        };
        (0..batch.num_rows()).map(key).collect::<Vec<_>>()
    };
    let mut keys: Vec<_> = batches.par_iter().enumerate().flat_map_iter(of_batch).collect();
    keys.par_sort_unstable();
    keys.into_iter().map(|key| key.4).collect()
}
