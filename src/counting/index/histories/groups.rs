//! Persons who are alike in a quarter, taken together: the same values of some columns, whatever the others. What is
//! told by quarter is counted over them in a time that hardly grows with persons.
//!
//! In: the entries of a run. Out: for each of [`PROJECTIONS`] entries in the same form, with a number of persons that
//! each stands for. Never: groups for what tells other columns apart, single persons, or their months.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, AsArray as _, DictionaryArray, Int64Array, PrimitiveArray, RecordBatch, UInt8Array,
    UInt32Array,
};
use arrow::datatypes::{ArrowDictionaryKeyType, UInt8Type, UInt16Type, UInt32Type};
use polars::prelude::PlHashMap;

use super::axis::Axis;
use super::column::{Codes, gathered, of_any_width, value_count};
use super::run::{AMOUNT, BEGINS, DAYS, OBSERVATIONS, added, batch, numbers_of};
use crate::exact::{fitting, known};

/// The columns besides the quarter by which persons are alike, a batch each.
pub(super) const PROJECTIONS: [&[&str]; 3] =
    [&["regime", "measure", "guidance"], &["guidance", "cpas"], &["guidance", "sex", "birth_year"]];

/// How many persons a group stands for.
pub(super) const PERSONS: &str = "persons";

/// The place of the projection that tells some columns apart, if one does.
pub(super) fn projection_of(axes: &[Axis]) -> Option<usize> {
    let tells = |projection: &&[&str]| {
        axes.iter().all(|it| *it == Axis::QUARTER || projection.contains(&it.column()))
    };
    PROJECTIONS.iter().position(tells)
}

/// The groups of each projection, all with the same columns; none where their values are too many to be told apart in
/// one word.
pub(super) fn groups(entries: &RecordBatch) -> Vec<RecordBatch> {
    let of_projection = |told: &&[&str]| of_projection(entries, told);
    let groups: Option<Vec<RecordBatch>> = PROJECTIONS.iter().map(of_projection).collect();
    groups.into_iter().flatten().collect()
}

fn of_projection(entries: &RecordBatch, told: &[&str]) -> Option<RecordBatch> {
    let (codes, count) = packed(entries, told)?;
    let mut groups = Groups::of(count);
    let counted = |name: &str| known(entries.column_by_name(name).and_then(Codes::of));
    let (begins, observations, days) = (counted(BEGINS), counted(OBSERVATIONS), counted(DAYS));
    let amounts = known(entries.column_by_name(AMOUNT));
    let (cents, amounts) = (numbers_of(amounts), known(Codes::of(amounts)));
    for (at, code) in codes.into_iter().enumerate() {
        if begins.at(at) == 1 {
            groups.end_person();
        }
        groups.add(Sum {
            code,
            entry: fitting(at),
            observations: observations.at(at).into(),
            days: days.at(at).into(),
            cents: cents[amounts.at(at) as usize],
        });
    }
    groups.end_person();
    Some(groups.batch(entries, told))
}

/// The numbers of some columns of each entry as one number, and how many of these there can be.
fn packed(entries: &RecordBatch, told: &[&str]) -> Option<(Vec<u64>, u64)> {
    let (mut numbers, mut all) = (vec![0_u64; entries.num_rows()], 1_u64);
    for name in told {
        let column = known(entries.column_by_name(name));
        let (codes, count) = (known(Codes::of(column)), value_count(column).max(1) as u64);
        all = all.checked_mul(count)?;
        of_any_width!(codes, codes => {
            for (sum, code) in numbers.iter_mut().zip(codes) {
                *sum = *sum * count + u64::from(*code);
            }
        });
    }
    Some((numbers, all))
}

/// What is summed up of entries that are alike.
#[derive(Debug, Clone, Copy)]
struct Sum {
    code: u64,
    /// One of them.
    entry: u32,
    observations: u64,
    days: u64,
    cents: Option<i64>,
}

impl Sum {
    fn add(&mut self, other: &Self) {
        self.observations += other.observations;
        self.days += other.days;
        self.cents = added(self.cents, other.cents);
    }
}

/// How many persons, and what is summed up of each of their entries.
type Group = (u32, Vec<Sum>);

/// Takes persons and makes groups of those that are alike. Nothing depends on the order of the maps.
#[derive(Debug, Default)]
struct Groups {
    /// By the numbers of their entries, rising.
    several: PlHashMap<Vec<u64>, Group>,
    /// Those of one entry, which most are.
    single: Singles,
    /// The entries of the person at hand.
    own: Vec<Sum>,
}

/// Persons of one entry, by its number.
#[derive(Debug)]
enum Singles {
    /// Each at its number.
    Numbers(Vec<Option<(u32, Sum)>>),
    /// Where there can be too many.
    Met(PlHashMap<u64, (u32, Sum)>),
}

/// Up to so many groups of one entry each has its place.
const PLACES_MAX: u64 = 1 << 16;

impl Default for Singles {
    fn default() -> Self {
        Self::Met(PlHashMap::default())
    }
}

impl Singles {
    fn add(&mut self, sum: &Sum) {
        let own = match self {
            Self::Numbers(groups) => &mut groups[fitting::<_, usize>(sum.code)],
            Self::Met(groups) => {
                let own = groups.entry(sum.code);
                let own = own.and_modify(|own| add_person(own, sum));
                own.or_insert((1, *sum));
                return;
            }
        };
        match own {
            Some(own) => add_person(own, sum),
            None => *own = Some((1, *sum)),
        }
    }

    fn groups(self) -> Vec<(u32, Sum)> {
        match self {
            Self::Numbers(groups) => groups.into_iter().flatten().collect(),
            Self::Met(groups) => groups.into_values().collect(),
        }
    }
}

fn add_person((persons, all): &mut (u32, Sum), own: &Sum) {
    *persons += 1;
    all.add(own);
}

impl Groups {
    /// Of entries with numbers below a count.
    fn of(count: u64) -> Self {
        let is_small = count <= PLACES_MAX;
        let single = if is_small {
            Singles::Numbers(vec![None; fitting(count)])
        } else {
            Singles::default()
        };
        Self { single, ..Self::default() }
    }

    fn add(&mut self, sum: Sum) {
        match self.own.iter_mut().find(|it| it.code == sum.code) {
            Some(own) => own.add(&sum),
            None => self.own.push(sum),
        }
    }

    fn end_person(&mut self) {
        match self.own.as_slice() {
            [] => {}
            [sum] => self.single.add(sum),
            _ => {
                self.own.sort_unstable_by_key(|sum| sum.code);
                let codes: Vec<u64> = self.own.iter().map(|sum| sum.code).collect();
                if let Some((persons, all)) = self.several.get_mut(&codes) {
                    *persons += 1;
                    all.iter_mut().zip(&self.own).for_each(|(all, own)| all.add(own));
                } else {
                    self.several.insert(codes, (1, self.own.clone()));
                }
            }
        }
        self.own.clear();
    }

    /// All groups in the order of their values.
    fn batch(self, entries: &RecordBatch, told: &[&str]) -> RecordBatch {
        let single = self.single.groups().into_iter();
        let single = single.map(|(persons, sum)| (vec![sum.code], (persons, vec![sum])));
        let mut groups: Vec<(Vec<u64>, Group)> = single.chain(self.several).collect();
        groups.sort_unstable_by(|one, other| one.0.cmp(&other.0));
        let mut begins = Vec::new();
        let mut persons = Vec::new();
        let mut sums: Vec<Sum> = Vec::new();
        for (_, (alike, own)) in groups {
            for sum in &own {
                sum.add_to(&mut sums);
            }
            persons.resize(sums.len(), alike);
            begins.push(1);
            begins.resize(sums.len(), 0);
        }
        let representative: Vec<u32> = sums.iter().map(|it| it.entry).collect();
        let number = |of: fn(&Sum) -> u64| -> ArrayRef {
            Arc::new(UInt32Array::from_iter_values(sums.iter().map(|it| fitting::<_, u32>(of(it)))))
        };
        let mut columns: Vec<(&str, ArrayRef)> = vec![
            (PERSONS, Arc::new(UInt32Array::from(persons))),
            (BEGINS, Arc::new(UInt8Array::from(begins))),
        ];
        for name in all_told() {
            let column = known(entries.column_by_name(name));
            let is_told = told.contains(&name);
            columns.push((
                name,
                if is_told {
                    gathered(column, &representative)
                } else {
                    untold(column, sums.len())
                },
            ));
        }
        columns.push((OBSERVATIONS, number(|it| it.observations)));
        columns.push((DAYS, number(|it| it.days)));
        columns.push((AMOUNT, Arc::new(sums.iter().map(|it| it.cents).collect::<Int64Array>())));
        batch(columns, sums.len())
    }
}

impl Sum {
    /// Adds it as entries, of which one holds no more than its numbers do.
    fn add_to(&self, sums: &mut Vec<Self>) {
        let most = u64::from(u32::MAX);
        let mut rest = *self;
        loop {
            let part = Self {
                observations: rest.observations.min(most),
                days: rest.days.min(most),
                ..rest
            };
            sums.push(part);
            rest.observations -= part.observations;
            rest.days -= part.days;
            rest.cents = None;
            if rest.observations == 0 && rest.days == 0 {
                return;
            }
        }
    }
}

/// The columns that some projection tells apart, in their order.
fn all_told() -> Vec<&'static str> {
    let told = |axis: &&str| PROJECTIONS.iter().any(|it| it.contains(axis));
    Axis::stored().map(Axis::column).filter(|it| told(it)).collect()
}

/// A column without a value in any row, of the same type and dictionary.
fn untold(column: &ArrayRef, row_count: usize) -> ArrayRef {
    fn of<T: ArrowDictionaryKeyType>(values: &ArrayRef, row_count: usize) -> ArrayRef {
        let none = PrimitiveArray::<T>::new_null(row_count);
        match DictionaryArray::try_new(none, Arc::clone(values)) {
            Ok(array) => Arc::new(array),
            Err(error) => unreachable!("no number is none of a dictionary's: {error}"),
        }
    }
    let values = known(column.as_any_dictionary_opt()).values();
    match known(Codes::of(column)) {
        Codes::Narrow(_) => of::<UInt8Type>(values, row_count),
        Codes::Wide(_) => of::<UInt16Type>(values, row_count),
        Codes::Widest(_) => of::<UInt32Type>(values, row_count),
    }
}
