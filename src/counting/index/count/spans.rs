//! Distinct persons of cells over several quarters, from appearances instead of a pass by person.
//!
//! In: the combinations of values that count in each cell of a level. Out: its persons, where the keys are all those of
//! a [`Selection`] in quarters that follow each other; `None` for a level with any other cell. What
//! a cell stands for is read from its keys alone, so that no dimension, filter, parameter or rest of
//! a top needs to be known here.

use std::ops::Range;

use super::cells::Cells;
use super::factors::Factor;
use crate::counting::index::histories::{Appearances, Axis, Histories, Selection, Vocabulary};
use crate::exact::fitting;

/// The distinct persons of a cell.
#[derive(Debug, Clone, Copy)]
pub(super) struct Distinct {
    pub(super) persons: u64,
    pub(super) convention_persons: u64,
}

/// The persons of each cell of a level, if appearances tell them.
pub(super) fn persons(
    cells: &Cells,
    factors: &[Factor],
    axes: &[Axis],
    histories: &Histories,
    appearances: &Appearances,
) -> Option<Vec<Distinct>> {
    let (vocabulary, conventions) = (histories.vocabulary(), histories.conventions());
    let values = Values { axes, vocabulary, conventions };
    let of_cells = cells.combinations(factors, axes, vocabulary)?;
    of_cells.iter().map(|keys| values.persons(keys, appearances)).collect()
}

/// The values that keys are made of.
struct Values<'v> {
    /// The quarter first.
    axes: &'v [Axis],
    vocabulary: &'v Vocabulary,
    conventions: Vec<bool>,
}

impl Values<'_> {
    fn count(&self, axis: Axis) -> usize {
        self.vocabulary.values(axis).len()
    }

    /// Of rising keys.
    fn persons(&self, keys: &[u32], appearances: &Appearances) -> Option<Distinct> {
        let (rests, quarters) = self.quarters(keys)?;
        let selection = self.selection(&rests)?;
        let convention_persons =
            appearances.persons(Selection { conventions: true, ..selection }, &quarters);
        Some(Distinct { persons: appearances.persons(selection, &quarters), convention_persons })
    }

    /// The keys without their quarters, and the quarters, if they are the same for each and in a row.
    fn quarters(&self, keys: &[u32]) -> Option<(Vec<usize>, Range<usize>)> {
        // The quarter is the first column of a key: those with the same rest stand together.
        let count = self.count(Axis::Quarter);
        let keys: Vec<usize> = keys.iter().map(|key| *key as usize).collect();
        let of_rests: Vec<&[usize]> = keys.chunk_by(|a, b| a / count == b / count).collect();
        let first = keys.first()? % count;
        let quarters = first..first + of_rests[0].len();
        let is_same =
            |of_rest: &&[usize]| of_rest.iter().map(|key| key % count).eq(quarters.clone());
        let rests = || of_rests.iter().map(|of_rest| of_rest[0] / count).collect();
        of_rests.iter().all(is_same).then(|| (rests(), quarters.clone()))
    }

    /// What distinct keys without quarters select: all combinations of all or one value of each axis.
    fn selection(&self, rests: &[usize]) -> Option<Selection> {
        let mut selection = Selection { regime: None, measure: None, conventions: false };
        let (mut step, mut combinations) = (1, 1);
        for axis in &self.axes[1..] {
            let count = self.count(*axis);
            let mut occurs = vec![false; count];
            for rest in rests {
                occurs[rest / step % count] = true;
            }
            step *= count;
            let used = occurs.iter().filter(|it| **it).count();
            combinations *= used;
            if used == count {
                continue;
            }
            let only = || {
                let number = occurs.iter().position(|it| *it).filter(|_| used == 1);
                number.map(fitting)
            };
            match axis {
                Axis::Regime => selection.regime = Some(only()?),
                Axis::Measure => selection.measure = Some(only()?),
                Axis::Guidance if occurs == self.conventions => selection.conventions = true,
                _ => return None,
            }
        }
        (combinations == rests.len()).then_some(selection)
    }
}
