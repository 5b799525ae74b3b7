//! Keys and cells: a number for every combination of values a question tells apart, and the cells
//! of an answer that each of them counts in.

use std::collections::HashMap;

use polars::prelude::*;

use crate::histories::{Axis, Batch, CodesOf, Histories, HistoriesError, Vocabulary};
use crate::metric::Dimension;
use crate::quarter::{Quarter, QuarterRange};
use crate::query::figures::Key;

const KEY: &str = "key";

/// The combinations of the values of some axes, numbered.
#[derive(Debug)]
pub(super) struct Keys<'h> {
    vocabulary: &'h Vocabulary,
    /// Each axis, and what one step along it adds to a key.
    axes: Vec<(Axis, usize)>,
    count: usize,
}

impl<'h> Keys<'h> {
    pub(super) fn new(axes: &[Axis], vocabulary: &'h Vocabulary) -> Self {
        let mut count = 1_usize;
        let step = |axis: &Axis| {
            let step = count;
            count = count.saturating_mul(vocabulary.values(*axis).len());
            (*axis, step)
        };
        let axes = axes.iter().map(step).collect();
        Self { vocabulary, axes, count }
    }

    /// The columns whose values are combined.
    pub(super) fn columns(&self) -> Vec<&'static str> {
        self.axes.iter().map(|(axis, _)| axis.column()).collect()
    }

    /// Combinations.
    pub(super) fn len(&self) -> usize {
        self.count
    }

    /// A row for every combination in the quarters of a range: its key, and the stored columns. Also
    /// the quarters.
    pub(super) fn frame(
        &self,
        range: Option<QuarterRange>,
    ) -> PolarsResult<(DataFrame, Vec<Quarter>)> {
        let quarter = |text: &Option<String>| text.as_ref()?.parse::<Quarter>().ok();
        let quarters: Vec<_> = self.vocabulary.values(Axis::Quarter).iter().map(quarter).collect();
        let is_asked = |quarter: &Quarter| range.is_none_or(|range| range.contains(*quarter));
        let quarters: Vec<_> = quarters.into_iter().map(|it| it.filter(is_asked)).collect();
        // The first axis is the quarter, and its step is 1.
        let keys = (0..self.count).filter(|key| quarters[key % quarters.len()].is_some());
        let keys: Vec<usize> = keys.collect();
        let numbers: Vec<u32> = keys.iter().map(|key| narrow(*key)).collect();
        let mut columns = vec![Column::new(KEY.into(), numbers)];
        for (axis, step) in &self.axes {
            let values = self.vocabulary.values(*axis);
            let texts = keys.iter().map(|key| values[key / step % values.len()].as_deref());
            let name = PlSmallStr::from_static(axis.column());
            columns.push(match axis {
                Axis::BirthYear => {
                    let years: Vec<Option<i16>> =
                        texts.map(|text| text.and_then(|it| it.parse().ok())).collect();
                    Column::new(name, years)
                }
                _ => Column::new(name, texts.collect::<Vec<_>>()),
            });
        }
        let quarters = quarters.into_iter().flatten().collect();
        Ok((DataFrame::new(keys.len(), columns)?, quarters))
    }

    /// What cells are read from: keys and dimensions.
    pub(super) fn only(rows: LazyFrame, dimensions: &[Dimension]) -> LazyFrame {
        let names = dimensions.iter().map(|it| col(it.name()));
        rows.select(std::iter::once(col(KEY)).chain(names).collect::<Vec<_>>())
    }

    /// The key of each entry of a batch.
    pub(super) fn of_batch(
        &self,
        batch: &Batch,
        histories: &Histories,
    ) -> Result<Vec<u32>, HistoriesError> {
        let mut keys = vec![0_u32; batch.entry_count()];
        for (axis, step) in &self.axes {
            let step = narrow(*step);
            let most = match batch.codes(*axis) {
                CodesOf::Narrow(codes) => add(&mut keys, codes, step),
                CodesOf::Wide(codes) => add(&mut keys, codes, step),
            };
            // A number that is too large would be a wrong figure.
            if most.is_some_and(|most| most as usize >= self.vocabulary.values(*axis).len()) {
                return Err(histories.damaged("it holds numbers that stand for nothing"));
            }
        }
        Ok(keys)
    }
}

/// Adds an axis to the keys; gives the largest number seen.
fn add<N: Copy + Into<u32>>(keys: &mut [u32], codes: &[N], step: u32) -> Option<u32> {
    for (key, code) in keys.iter_mut().zip(codes) {
        *key = key.wrapping_add((*code).into().wrapping_mul(step));
    }
    codes.iter().map(|code| (*code).into()).max()
}

/// Keys are at most as many as a query may have of them.
fn narrow(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// The cells of a level, numbered, and those that each key counts in.
#[derive(Debug)]
pub(super) struct Cells {
    /// The values of the level's dimensions, by number of the cell.
    pub(super) keys: Vec<Key>,
    /// Where the cells of each key begin in `targets`; one more than there are keys.
    offsets: Vec<u32>,
    targets: Vec<u32>,
}

impl Cells {
    /// From rows of a key and the dimensions of a cell it counts in.
    pub(super) fn read(
        frame: &DataFrame,
        dimensions: &[Dimension],
        key_count: usize,
    ) -> PolarsResult<Self> {
        // Cells are numbered by mixing the numbers of their values, one dimension after the other.
        let mut numbers: Vec<u32> = vec![0; frame.height()];
        let mut cells: Vec<Key> = vec![Vec::new()];
        for dimension in dimensions {
            let texts = frame.column(dimension.name())?.str()?;
            let mut known: HashMap<(u32, Option<&str>), u32> = HashMap::new();
            let mut longer: Vec<Key> = Vec::new();
            for (number, text) in numbers.iter_mut().zip(texts.iter()) {
                *number = *known.entry((*number, text)).or_insert_with(|| {
                    let mut key = cells[*number as usize].clone();
                    key.push(text.map(ToOwned::to_owned));
                    longer.push(key);
                    narrow(longer.len() - 1)
                });
            }
            cells = longer;
        }
        let keys = frame.column(KEY)?.u32()?;
        let mut counts = vec![0_u32; key_count + 1];
        for key in keys.iter().flatten() {
            counts[key as usize + 1] += 1;
        }
        let mut sum = 0;
        for count in &mut counts {
            sum += *count;
            *count = sum;
        }
        let offsets = counts;
        let mut next = offsets.clone();
        let mut targets = vec![0; frame.height()];
        for (key, number) in keys.iter().flatten().zip(numbers) {
            let at = &mut next[key as usize];
            targets[*at as usize] = number;
            *at += 1;
        }
        Ok(Self { keys: cells, offsets, targets })
    }

    /// The cells that a key counts in.
    pub(super) fn of(&self, key: u32) -> &[u32] {
        let key = key as usize;
        &self.targets[self.offsets[key] as usize..self.offsets[key + 1] as usize]
    }
}
