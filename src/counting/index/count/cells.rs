//! Cells of a level: of each factor a class, and the number of the cell that the classes of all make.
//!
//! In: the rows of each factor with the dimensions of a level. Out: [`Cells`], which says in which cells an entry with
//! these keys counts, and what a cell is of. Never: a combination of classes that is counted in a cell of another one.

use polars::prelude::*;

use super::factors::{Factor, KEY};
use crate::counting::figures::Key;
use crate::exact::fitting;
use crate::metric::Dimension;

/// The classes of a factor at a level, numbered, and those that each of its keys counts in.
#[derive(Debug)]
pub(super) struct Classes {
    /// The values of the factor's dimensions, by number of the class.
    keys: Vec<Key>,
    /// Where the classes of each key begin in `targets`; one more than there are keys.
    offsets: Vec<u32>,
    targets: Vec<u32>,
}

impl Classes {
    /// From rows of a key and the dimensions of a class it counts in.
    fn read(frame: &DataFrame, dimensions: &[Dimension], key_count: usize) -> PolarsResult<Self> {
        // Classes are numbered by mixing the numbers of their values, one dimension after the other.
        let mut numbers: Vec<u32> = vec![0; frame.height()];
        let mut classes: Vec<Key> = vec![Vec::new()];
        for dimension in dimensions {
            let texts = frame.column(dimension.name())?.str()?;
            let mut known: PlHashMap<(u32, Option<&str>), u32> = PlHashMap::default();
            let mut longer: Vec<Key> = Vec::new();
            for (number, text) in numbers.iter_mut().zip(texts.iter()) {
                *number = *known.entry((*number, text)).or_insert_with(|| {
                    let mut key = classes[*number as usize].clone();
                    key.push(text.map(Arc::from));
                    longer.push(key);
                    fitting(longer.len() - 1)
                });
            }
            classes = longer;
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
        Ok(Self { keys: classes, offsets, targets })
    }

    /// The classes that a key counts in.
    fn of(&self, key: u32) -> &[u32] {
        let key = key as usize;
        &self.targets[self.offsets[key] as usize..self.offsets[key + 1] as usize]
    }
}

/// The cells of a level.
#[derive(Debug)]
pub(super) struct Cells {
    /// The classes of the factor of time, in which an entry may count several times.
    time: Classes,
    /// Of the other factors, by key: what its class adds to the number of a cell.
    others: Vec<Vec<u64>>,
    /// The classes of all factors, with what one step along them adds to the number of a cell.
    factors: Vec<(Vec<Key>, u64)>,
    /// For each dimension of the level, its factor and its place in the classes there.
    places: Vec<(usize, usize)>,
    count: u64,
}

/// Of a key that counts in no cell.
const NOWHERE: u64 = u64::MAX;

impl Cells {
    /// From a frame of each factor, that of time first; `None` for more cells than a number can tell.
    pub(super) fn read(
        frames: &[DataFrame],
        factors: &[Factor],
        dimensions: &[Dimension],
    ) -> PolarsResult<Option<Self>> {
        let mut of_factors = Vec::new();
        let mut places = vec![(0, 0); dimensions.len()];
        for (at, (frame, factor)) in frames.iter().zip(factors).enumerate() {
            let own: Vec<Dimension> =
                dimensions.iter().copied().filter(|it| factor.has(*it)).collect();
            for (dimension, place) in dimensions.iter().zip(&mut places) {
                if let Some(inside) = own.iter().position(|it| it == dimension) {
                    *place = (at, inside);
                }
            }
            of_factors.push(Classes::read(frame, &own, factor.len())?);
        }
        let mut count = 1_u64;
        let mut steps = Vec::new();
        for classes in &of_factors {
            steps.push(count);
            let Some(more) = count.checked_mul(classes.keys.len() as u64) else { return Ok(None) };
            count = more;
        }
        if count == NOWHERE {
            return Ok(None);
        }
        let contribution = |(classes, step): (&Classes, &u64)| -> Vec<u64> {
            let keys = 0..fitting(classes.offsets.len() - 1);
            let of_key = |key| classes.of(key).first().map_or(NOWHERE, |it| u64::from(*it) * step);
            keys.map(of_key).collect()
        };
        let others = of_factors.iter().zip(&steps).skip(1).map(contribution).collect();
        let factors = of_factors.iter().zip(steps).map(|(it, step)| (it.keys.clone(), step));
        let factors = factors.collect();
        let time = of_factors.swap_remove(0);
        Ok(Some(Self { time, others, factors, places, count }))
    }

    /// Cells, whether anything counts in them or not.
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// Hands on each unit with the number of each cell that it counts in, by its keys.
    #[inline]
    pub(super) fn each(&self, keys: &[Vec<u32>], units: usize, mut take: impl FnMut(usize, u64)) {
        let (times, others) = (&keys[0], &keys[1..]);
        for unit in 0..units {
            let mut base = 0;
            for (added, keys) in self.others.iter().zip(others) {
                // No sum of numbers of cells reaches [`NOWHERE`].
                let more = added[keys[unit] as usize];
                base = if more == NOWHERE || base == NOWHERE { NOWHERE } else { base + more };
            }
            if base != NOWHERE {
                self.time.of(times[unit]).iter().for_each(|it| take(unit, base + u64::from(*it)));
            }
        }
    }

    /// What a cell is of.
    pub(super) fn key(&self, cell: u64) -> Key {
        let of_place = |(factor, place): &(usize, usize)| {
            let (classes, step) = &self.factors[*factor];
            let class = cell / step % classes.len() as u64;
            classes[fitting::<_, usize>(class)][*place].clone()
        };
        self.places.iter().map(of_place).collect()
    }

    /// Whether an entry with a key of a factor counts anywhere at this level, by key.
    pub(super) fn counts(&self, factor: usize) -> Vec<bool> {
        match factor.checked_sub(1) {
            None => (0..fitting(self.time.offsets.len() - 1))
                .map(|key| !self.time.of(key).is_empty())
                .collect(),
            Some(other) => self.others[other].iter().map(|added| *added != NOWHERE).collect(),
        }
    }
}
