//! Rows in the order of persons.
//!
//! In: the person of each row, and how rows of one person compare. Out: the places of the rows in that order. Never: an
//! order that depends on anything else.

use std::cmp::Ordering;

use arrow::array::ArrayRef;

use super::column::{Codes, of_any_width, value_count};
use crate::exact::{fitting, known};

/// How rows compare by some columns, the first of which weighs most.
#[derive(Debug)]
pub(super) enum Alike<'c> {
    /// The numbers of each row, one beside the other in as few words as they fit into.
    Words(Vec<Vec<u64>>),
    /// The columns themselves, where words of all rows would be too much memory.
    Columns(Vec<Codes<'c>>),
}

/// Rows that have words, of at most 8 to 32 bytes each.
const ROWS_MAX: usize = 1 << 22;

impl<'c> Alike<'c> {
    pub(super) fn of(columns: impl Iterator<Item = &'c ArrayRef>, row_count: usize) -> Self {
        // A column of one value tells nothing apart.
        let columns = columns.filter(|it| value_count(it) > 1);
        if row_count > ROWS_MAX {
            return Self::Columns(columns.map(|it| known(Codes::of(it))).collect());
        }
        let mut words: Vec<Vec<u64>> = Vec::new();
        let mut free = 0;
        for column in columns {
            let bits = u64::BITS - (value_count(column) as u64 - 1).leading_zeros();
            if bits > free {
                words.push(vec![0; row_count]);
                free = u64::BITS;
            }
            free -= bits;
            let word = known(words.last_mut());
            of_any_width!(known(Codes::of(column)), codes => {
                for (word, code) in word.iter_mut().zip(codes) {
                    *word |= u64::from(*code) << free;
                }
            });
        }
        Self::Words(words)
    }

    /// Compares two rows.
    #[inline]
    pub(super) fn compared(&self, one: u32, other: u32) -> Ordering {
        let (one, other) = (one as usize, other as usize);
        match self {
            Self::Words(words) => {
                let compared = words.iter().map(|word| word[one].cmp(&word[other]));
                compared.fold(Ordering::Equal, Ordering::then)
            }
            Self::Columns(columns) => {
                let compared = columns.iter().map(|it| it.at(one).cmp(&it.at(other)));
                compared.into_iter().find(|it| it.is_ne()).map_or(Ordering::Equal, |it| it)
            }
        }
    }
}

/// Persons that stand side by side: where each begins, and where the last ends.
pub(crate) struct Beside {
    pub(crate) firsts: Vec<u32>,
    pub(crate) persons: Vec<i64>,
}

impl Beside {
    /// Of the persons of rows.
    pub(crate) fn of(persons: impl Iterator<Item = i64>) -> Self {
        let mut beside = Self { firsts: Vec::new(), persons: Vec::new() };
        let mut end = 0;
        for person in persons {
            if beside.persons.last() != Some(&person) {
                beside.firsts.push(end);
                beside.persons.push(person);
            }
            end += 1;
        }
        beside.firsts.push(end);
        beside
    }

    /// The places of rows by rising person, those of one in their order; each person's are handed on once more when
    /// they are complete.
    pub(crate) fn ordered(&self, mut end_person: impl FnMut(&mut Vec<u32>)) -> Vec<u32> {
        let mut rows = Vec::with_capacity(*known(self.firsts.last()) as usize);
        let mut last = None;
        for piece in order(&self.persons) {
            let piece = piece as usize;
            let person = self.persons[piece];
            if last.replace(person).is_some_and(|last| last != person) {
                end_person(&mut rows);
            }
            rows.extend(self.firsts[piece]..self.firsts[piece + 1]);
        }
        end_person(&mut rows);
        rows
    }
}

/// The places of rows by rising person, then as they compare. In most deliveries the rows of a person stand side by side.
pub(super) fn order_of_rows(persons: &[i64], then: impl Fn(u32, u32) -> Ordering) -> Vec<u32> {
    let mut first = 0;
    Beside::of(persons.iter().copied()).ordered(|rows| {
        rows[first..].sort_by(|one, other| then(*one, *other));
        first = rows.len();
    })
}

/// Rows of a bucket, more or less, as a power of two.
const BUCKET_BITS: u32 = 2;

/// The places of rows by rising person; those of one stay in their order.
///
/// Pseudonyms are spread evenly, so that a bucket for each part of their range has few of them.
fn order(persons: &[i64]) -> Vec<u32> {
    let (Some(first), Some(last)) = (persons.iter().min(), persons.iter().max()) else {
        return Vec::new();
    };
    let span = last.abs_diff(*first);
    let bits = u64::BITS - span.leading_zeros();
    // As many buckets as that makes, or one for each number where there are fewer.
    let of_rows = persons.len().checked_ilog2().and_then(|rows| rows.checked_sub(BUCKET_BITS));
    let shift = of_rows.map_or(bits, |rows| bits.checked_sub(rows).map_or(0, |shift| shift));
    // One bit fewer: a shift by all bits is none.
    let bucket = |person: i64| fitting::<_, usize>(person.abs_diff(*first) >> shift.min(63));
    let mut ends = vec![0_u32; bucket(*last) + 2];
    for person in persons {
        ends[bucket(*person) + 1] += 1;
    }
    let mut sum = 0;
    for end in &mut ends {
        sum += *end;
        *end = sum;
    }
    let mut next = ends.clone();
    let mut rows = vec![(0_i64, 0_u32); persons.len()];
    for (row, person) in (0..).zip(persons) {
        let place = &mut next[bucket(*person)];
        rows[*place as usize] = (*person, row);
        *place += 1;
    }
    for bounds in ends.windows(2) {
        let rows = &mut rows[bounds[0] as usize..bounds[1] as usize];
        // Few, and often of one person: there is little to do then.
        rows.sort_by_key(|it| it.0);
    }
    rows.into_iter().map(|it| it.1).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::counting::index::histories::axis::Kind;
    use crate::counting::index::histories::column::numbered;

    proptest! {
        #[test]
        fn rows_stand_by_person_and_keep_their_order(
            persons in prop::collection::vec(prop_oneof![any::<i64>(), 0_i64..20], 0..200),
        ) {
            let mut expected: Vec<(i64, u32)> = persons.iter().copied().zip(0..).collect();
            expected.sort_unstable();
            let expected: Vec<u32> = expected.into_iter().map(|it| it.1).collect();
            prop_assert_eq!(order(&persons), expected);
        }

        #[test]
        fn rows_of_a_person_stand_by_the_values_of_their_columns(
            rows in prop::collection::vec((0_i64..5, 0_i64..300, 0_i64..3, 0_i64..70_000), 0..200),
        ) {
            let persons: Vec<i64> = rows.iter().map(|it| it.0).collect();
            let column = |of: fn(&(i64, i64, i64, i64)) -> i64| {
                numbered(Kind::Number, || rows.iter().map(|it| Some(of(it))))
            };
            let columns = [column(|it| it.1), column(|it| it.2), column(|it| it.3)];
            // Words, and columns themselves.
            let row_count = ROWS_MAX + 1;
            let (alike, of_rows) = (Alike::of(columns[..2].iter(), rows.len()), Alike::of(columns[2..].iter(), row_count));
            let found = order_of_rows(&persons, |one, other| {
                alike.compared(one, other).then_with(|| of_rows.compared(one, other))
            });
            let found: Vec<_> = found.into_iter().map(|row| rows[row as usize]).collect();
            let mut expected = rows.clone();
            expected.sort_unstable();
            prop_assert_eq!(found, expected);
        }
    }
}
