//! Keys and cells: a number for every combination of values a question tells apart, and the cells
//! of an answer that each of them counts in.

use std::ops::Range;

use polars::prelude::*;
use rayon::prelude::*;

use super::course::Courses;
use crate::counting::figures::Key;
use crate::counting::index::histories::{
    Axis, Batch, CodesOf, Histories, HistoriesError, Vocabulary,
};
use crate::exact::{fitting, known};
use crate::metric::Dimension;
use crate::quarter::{Quarter, QuarterRange};

const KEY: &str = "key";

/// The combinations of the values of some columns, numbered.
#[derive(Debug)]
pub(super) struct Keys {
    columns: Vec<KeyColumn>,
    courses: Option<Courses>,
    /// Combinations, whether they occur or not.
    combinations: usize,
    /// Those that occur, where they are looked for; the keys are their places.
    occurring: Option<Places>,
}

/// A column of a key.
#[derive(Debug)]
struct KeyColumn {
    of: Of,
    values: Vec<Option<String>>,
    /// What one step along its values adds to a key.
    step: usize,
}

/// Where the values of a column come from.
#[derive(Debug, Clone, Copy)]
enum Of {
    /// They are stored.
    Stored(Axis),
    /// They are worked out from a person's course.
    Course(Dimension),
}

impl Of {
    fn name(self) -> &'static str {
        match self {
            Self::Stored(axis) => axis.column(),
            Self::Course(dimension) => dimension.name(),
        }
    }
}

impl Keys {
    /// Of stored columns, the quarter first, and of dimensions of the course.
    pub(super) fn new(
        axes: &[Axis],
        vocabulary: &Vocabulary,
        of_course: &[Dimension],
        courses: Option<Courses>,
    ) -> Self {
        let stored = axes.iter().map(|it| (Of::Stored(*it), vocabulary.values(*it).to_vec()));
        let of_course = courses
            .iter()
            .flat_map(|courses| of_course.iter().map(|it| (Of::Course(*it), courses.values(*it))));
        let mut count = 1_usize;
        let column = |(of, values): (Of, Vec<Option<String>>)| {
            let step = count;
            // No figure: so many combinations are not counted over histories.
            count = count.saturating_mul(values.len());
            KeyColumn { of, values, step }
        };
        let columns = stored.chain(of_course).map(column).collect();
        Self { columns, courses, combinations: count, occurring: None }
    }

    /// The stored columns, the quarter first, where there are no others and every combination has a
    /// key: its number among all of them.
    pub(super) fn stored_axes(&self) -> Option<Vec<Axis>> {
        let stored = |column: &KeyColumn| match column.of {
            Of::Stored(axis) => Some(axis),
            Of::Course(_) => None,
        };
        let all = self.occurring.is_none();
        all.then(|| self.columns.iter().map(stored).collect()).flatten()
    }

    /// Keys.
    pub(super) fn len(&self) -> usize {
        self.occurring.as_ref().map_or(self.combinations, Places::len)
    }

    /// The same, with a key for each combination that occurs and for no other.
    pub(super) fn that_occur(self, histories: &Histories) -> Result<Self, HistoriesError> {
        let of_part = |part: Range<usize>| {
            let mut places = Places::new(self.combinations);
            histories.read(part, |batch| {
                self.of_batch(batch).iter().for_each(|key| places.mark(*key));
            })?;
            Ok(places)
        };
        let parts = histories.parts().into_par_iter().map(of_part);
        let parts: Vec<Places> = parts.collect::<Result<_, HistoriesError>>()?;
        let empty = || Places::new(self.combinations);
        let places = parts.into_iter().reduce(Places::union).unwrap_or_else(empty);
        Ok(Self { occurring: Some(places.counted()), ..self })
    }

    /// A row for every combination in the quarters of a range: its key, and the stored columns. Also
    /// the quarters.
    pub(super) fn frame(
        &self,
        range: Option<QuarterRange>,
    ) -> PolarsResult<(DataFrame, Vec<Quarter>)> {
        let quarter = |text: &Option<String>| number::<Quarter>(text.as_deref());
        // The first column is the quarter, and its step is 1.
        let quarters: Vec<_> = self.columns[0].values.iter().map(quarter).collect();
        let is_asked = |quarter: &Quarter| range.is_none_or(|range| range.contains(*quarter));
        let quarters: Vec<_> = quarters.into_iter().map(|it| it.filter(is_asked)).collect();
        let combinations: Box<dyn Iterator<Item = usize>> = match &self.occurring {
            Some(places) => Box::new(places.marked()),
            None => Box::new(0..self.combinations),
        };
        let asked = combinations.enumerate();
        let asked = asked.filter(|(_, it)| quarters[it % quarters.len()].is_some());
        let (numbers, keys): (Vec<u32>, Vec<usize>) =
            asked.map(|(key, combination)| (narrow(key), combination)).unzip();
        let mut columns = vec![Column::new(KEY.into(), numbers)];
        for KeyColumn { of, values, step } in &self.columns {
            let texts = keys.iter().map(|key| values[key / step % values.len()].as_deref());
            let name = PlSmallStr::from_static(of.name());
            columns.push(match of {
                Of::Stored(Axis::BirthYear) => {
                    let years: Vec<Option<i16>> = texts.map(number).collect();
                    Column::new(name, years)
                }
                Of::Course(Dimension::MeasureMonths) => {
                    let months: Vec<Option<i32>> = texts.map(number).collect();
                    Column::new(name, months)
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
    pub(super) fn of_batch(&self, batch: &Batch) -> Vec<u32> {
        let mut keys = vec![0_u32; batch.entry_count()];
        let mut of_course: Vec<(Dimension, u32)> = Vec::new();
        for KeyColumn { of, step, .. } in &self.columns {
            let step = narrow(*step);
            match of {
                Of::Stored(axis) => match batch.codes(*axis) {
                    CodesOf::Narrow(codes) => add(&mut keys, codes, step),
                    CodesOf::Wide(codes) => add(&mut keys, codes, step),
                },
                Of::Course(dimension) => of_course.push((*dimension, step)),
            }
        }
        if let Some(courses) = &self.courses {
            courses.add(&of_course, &mut keys, batch);
        }
        if let Some(places) = &self.occurring {
            for key in &mut keys {
                *key = places.of(*key);
            }
        }
        keys
    }
}

/// Numbers that are marked among many, and how many are marked before each.
#[derive(Debug)]
struct Places {
    bits: Vec<u64>,
    /// Marked before each word of `bits`.
    before: Vec<u32>,
}

impl Places {
    fn new(count: usize) -> Self {
        Self { bits: vec![0; count.div_ceil(64)], before: Vec::new() }
    }

    fn mark(&mut self, number: u32) {
        self.bits[number as usize / 64] |= 1 << (number % 64);
    }

    fn union(mut self, other: Self) -> Self {
        self.bits.iter_mut().zip(other.bits).for_each(|(bits, others)| *bits |= others);
        self
    }

    fn counted(mut self) -> Self {
        let mut sum = 0;
        let before = self.bits.iter().map(|bits| {
            let before = sum;
            sum += bits.count_ones();
            before
        });
        self.before = before.collect();
        self
    }

    fn len(&self) -> usize {
        self.bits.iter().map(|bits| bits.count_ones() as usize).sum()
    }

    /// The place of a marked number among the marked ones.
    fn of(&self, number: u32) -> u32 {
        let (word, bit) = (number as usize / 64, number % 64);
        self.before[word] + (self.bits[word] & ((1 << bit) - 1)).count_ones()
    }

    fn marked(&self) -> impl Iterator<Item = usize> {
        let of_word = |(word, bits): (usize, &u64)| {
            let bits = *bits;
            (0..64).filter(move |bit| bits & (1 << bit) != 0).map(move |bit| word * 64 + bit)
        };
        self.bits.iter().enumerate().filter(|(_, bits)| **bits != 0).flat_map(of_word)
    }
}

fn number<N: std::str::FromStr>(text: Option<&str>) -> Option<N> {
    Some(known(text?.parse().ok()))
}

/// Adds an axis to the keys.
fn add<N: Copy + Into<u32>>(keys: &mut [u32], codes: &[N], step: u32) {
    for (key, code) in keys.iter_mut().zip(codes) {
        *key += (*code).into() * step;
    }
}

/// Keys are at most as many as a query may have of them.
fn narrow(number: usize) -> u32 {
    fitting(number)
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
            let mut known: PlHashMap<(u32, Option<&str>), u32> = PlHashMap::default();
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

    /// The keys that count in each cell, rising.
    pub(super) fn keys_of_cells(&self, key_count: usize) -> Vec<Vec<u32>> {
        let mut keys = vec![Vec::new(); self.keys.len()];
        for key in 0..narrow(key_count) {
            for cell in self.of(key) {
                keys[*cell as usize].push(key);
            }
        }
        keys
    }

    /// The cells that a key counts in.
    pub(super) fn of(&self, key: u32) -> &[u32] {
        let key = key as usize;
        &self.targets[self.offsets[key] as usize..self.offsets[key + 1] as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marked_numbers_are_placed_in_their_order() {
        let numbers = [0, 3, 63, 64, 130, 199];
        let mut places = Places::new(200);
        for number in numbers {
            places.mark(number);
        }
        let places = places.union(Places::new(200)).counted();
        assert_eq!(places.len(), numbers.len());
        assert_eq!(places.marked().collect::<Vec<_>>(), numbers.map(|it| it as usize));
        for (place, number) in numbers.iter().enumerate() {
            assert_eq!(places.of(*number) as usize, place, "{number}");
        }
    }
}
