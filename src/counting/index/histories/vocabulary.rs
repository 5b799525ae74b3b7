//! The values of the columns that histories tell apart, each a number in a sorted list.

use std::collections::BTreeSet;

use super::HistoriesError;
use crate::exact::{fitting, known};

/// A column that histories tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Axis {
    /// The quarter.
    Quarter,
    /// Legal regime.
    Regime,
    /// Measure.
    Measure,
    /// Guidance of the partnership convention.
    Guidance,
    /// The centre.
    Cpas,
    /// Sex.
    Sex,
    /// Year of birth.
    BirthYear,
}

impl Axis {
    /// All of them, in the order entries are sorted by.
    pub const ALL: [Self; 7] = [
        Self::Quarter,
        Self::Regime,
        Self::Measure,
        Self::Guidance,
        Self::Cpas,
        Self::Sex,
        Self::BirthYear,
    ];

    /// The axis of a stored column.
    pub fn named(column: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|axis| axis.column() == column)
    }

    /// The stored column.
    pub fn column(self) -> &'static str {
        match self {
            Self::Quarter => "quarter",
            Self::Regime => "regime",
            Self::Measure => "measure",
            Self::Guidance => "guidance",
            Self::Cpas => "cpas",
            Self::Sex => "sex",
            Self::BirthYear => "birth_year",
        }
    }

    /// Bits of its numbers.
    pub(super) const fn bits(self) -> u32 {
        if matches!(self, Self::Cpas) { 16 } else { 8 }
    }

    /// Where its number stands among those of an entry: the first axis is the most significant.
    pub(super) const fn shift(self) -> u32 {
        match self {
            Self::Quarter => 56,
            Self::Regime => 48,
            Self::Measure => 40,
            Self::Guidance => 32,
            Self::Cpas => 16,
            Self::Sex => 8,
            Self::BirthYear => 0,
        }
    }

    /// Its number in the numbers of an entry.
    #[inline]
    pub(super) fn of(self, codes: u64) -> usize {
        let code = (codes >> self.shift()) & ((1 << self.bits()) - 1);
        fitting(code)
    }

    /// A number in its place.
    pub(super) fn place(self, code: usize) -> u64 {
        (code as u64) << self.shift()
    }
}

/// The values of each axis, sorted; `None` stands for no value.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Vocabulary([Vec<Option<String>>; 7]);

impl Vocabulary {
    /// Of these values.
    pub(super) fn new(values: [BTreeSet<Option<String>>; 7]) -> Result<Self, HistoriesError> {
        for (axis, values) in Axis::ALL.iter().zip(&values) {
            let (column, count, most) = (axis.column(), values.len(), 1 << axis.bits());
            if count > most {
                return Err(HistoriesError::TooMany { column, count, most });
            }
        }
        Ok(Self(values.map(|values| values.into_iter().collect())))
    }

    /// The values of an axis; a value's number is its place.
    pub fn values(&self, axis: Axis) -> &[Option<String>] {
        &self.0[axis as usize]
    }

    /// Whether a guidance is one of these, by its number.
    pub(super) fn marked(&self, guidances: &BTreeSet<String>) -> Vec<bool> {
        let values = self.values(Axis::Guidance).iter();
        values.map(|it| it.as_ref().is_some_and(|it| guidances.contains(it))).collect()
    }

    /// The values that both have.
    pub(super) fn union(&self, other: &Self) -> Result<Self, HistoriesError> {
        let union = Axis::ALL.map(|axis| {
            self.values(axis).iter().chain(other.values(axis)).cloned().collect::<BTreeSet<_>>()
        });
        Self::new(union)
    }

    /// The values whose numbers are marked.
    pub(super) fn only(&self, marked: &[Vec<bool>; 7]) -> Self {
        let kept = Axis::ALL.map(|axis| {
            let marked = self.values(axis).iter().zip(&marked[axis as usize]);
            marked.filter(|(_, marked)| **marked).map(|(value, _)| value.clone()).collect()
        });
        Self(kept)
    }
}

/// From numbers in one vocabulary to numbers in another that has the same values.
#[derive(Debug)]
pub(super) struct Translation([Vec<u64>; 7]);

impl Translation {
    /// Values that `to` has not are not to be translated.
    pub(super) fn new(from: &[Vec<Option<String>>; 7], to: &Vocabulary) -> Self {
        let tables = Axis::ALL.map(|axis| {
            let place = |value| known(to.values(axis).binary_search(value).ok());
            from[axis as usize].iter().map(|value| axis.place(place(value))).collect()
        });
        Self(tables)
    }

    pub(super) fn between(from: &Vocabulary, to: &Vocabulary) -> Self {
        Self::new(&from.0, to)
    }

    /// The numbers of an entry.
    pub(super) fn apply(&self, codes: u64) -> u64 {
        let translated = Axis::ALL.iter().zip(&self.0).map(|(axis, table)| table[axis.of(codes)]);
        translated.fold(0, |all, code| all | code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_of_an_entry_stand_side_by_side_and_fill_it() {
        let mut end = 64;
        for axis in Axis::ALL {
            end -= axis.bits();
            assert_eq!(axis.shift(), end, "{axis:?}");
            let most = (1 << axis.bits()) - 1;
            assert_eq!(axis.of(axis.place(most)), most, "{axis:?}");
        }
        assert_eq!(end, 0);
    }

    #[test]
    fn values_keep_their_meaning_in_another_vocabulary() {
        let of = |regimes: &[Option<&str>]| {
            let mut values = Axis::ALL.map(|_| BTreeSet::from([None]));
            values[1] = regimes.iter().map(|it| it.map(ToOwned::to_owned)).collect();
            Vocabulary::new(values).unwrap()
        };
        let (from, to) = (of(&[None, Some("b")]), of(&[None, Some("a"), Some("b"), Some("c")]));
        assert_eq!(from.union(&to).unwrap(), to);
        let translation = Translation::between(&from, &to);
        assert_eq!(translation.apply(Axis::Regime.place(1)), Axis::Regime.place(2));
    }
}
