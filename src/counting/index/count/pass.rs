//! One pass over the units: every unit to its cells, every person once per cell.
//!
//! In: units by person, and the cells of each level. Out: figures. Never: a person counted twice in a cell.

use super::cells::Cells;
use super::counted::Counted;
use super::course::Courses;
use super::passing::passed;
use super::units::{Maker, Units};
use crate::counting::figures::Figures;
use crate::exact::known;
use crate::query::plan::level::Count;

/// What units count as.
#[derive(Debug, Clone, Copy)]
pub(super) struct By<'a> {
    pub(super) courses: Option<&'a Courses>,
    /// Whether a guidance is that of a partnership convention, by its number.
    pub(super) is_convention: &'a [bool],
}

/// Counts all levels; with each come its cells.
pub(super) fn count(maker: &Maker<'_>, by: By<'_>, counts: &[Count], cells: &[Cells]) -> Figures {
    let new = || Pass {
        maker,
        by,
        cells,
        counted: counts.iter().zip(cells).map(|it| Counted::new(it.0, it.1)).collect(),
        persons_before: 0,
    };
    let mut parts = passed(maker, new, Pass::add).into_iter();
    let mut sums = known(parts.next()).counted;
    for part in parts {
        sums.iter_mut().zip(part.counted).for_each(|(sum, counted)| sum.merge(counted));
    }
    let counted = counts.iter().zip(cells).zip(sums);
    let counted = counted.map(|((count, cells), sum)| (count.clone(), sum.rows(count, cells)));
    Figures::of(counted.collect())
}

/// What one thread has counted.
struct Pass<'a> {
    maker: &'a Maker<'a>,
    by: By<'a>,
    cells: &'a [Cells],
    counted: Vec<Counted>,
    persons_before: u32,
}

impl Pass<'_> {
    fn add(&mut self, units: &mut Units) {
        if let Some(courses) = self.by.courses {
            for (at, factor) in self.maker.factors.iter().enumerate() {
                let of_course = factor.of_course();
                if !of_course.is_empty() {
                    let mut keys = std::mem::take(&mut units.keys[at]);
                    courses.add(&of_course, &mut keys, units);
                    units.keys[at] = keys;
                }
            }
        }
        for (cells, counted) in self.cells.iter().zip(&mut self.counted) {
            counted.add(units, cells, self.by.is_convention, self.persons_before);
        }
        // A thread has fewer persons than a number can count.
        self.persons_before += units.person_count();
    }
}
