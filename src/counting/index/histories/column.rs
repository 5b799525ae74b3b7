//! One column of a run: each row a number, as narrow as there are values, in the sorted list of these.
//!
//! In: values as they are stored or about to be. Out: Arrow dictionaries, and the numbers and values read from them.
//! Never: a number that stands for another value than the row had.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::array::{
    Array as _, ArrayRef, AsArray as _, Date32Array, DictionaryArray, Int64Array, PrimitiveArray,
    StringArray,
};
use arrow::datatypes::{
    ArrowDictionaryKeyType, DataType, Date32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type,
};
use polars::prelude::PlHashMap;

use super::axis::{Axis, Kind, Value};
use crate::attribution::Values;
use crate::exact::{fitting, known};

/// The numbers of a column, as narrow as they are stored.
#[derive(Debug, Clone, Copy)]
pub enum Codes<'c> {
    /// Of 8 bits.
    Narrow(&'c [u8]),
    /// Of 16.
    Wide(&'c [u16]),
    /// Of 32.
    Widest(&'c [u32]),
}

/// Does the same with numbers of any width.
macro_rules! of_any_width {
    ($codes:expr, $slice:ident => $then:expr) => {
        match $codes {
            $crate::counting::index::histories::Codes::Narrow($slice) => $then,
            $crate::counting::index::histories::Codes::Wide($slice) => $then,
            $crate::counting::index::histories::Codes::Widest($slice) => $then,
        }
    };
}
pub(crate) use of_any_width;

/// Does the same with the narrowest type that has a number for each of so many values.
macro_rules! of_width {
    ($count:expr, $type:ident => $then:expr) => {
        match $count {
            0..=0x100 => {
                type $type = UInt8Type;
                $then
            }
            0x101..=0x1_0000 => {
                type $type = UInt16Type;
                $then
            }
            _ => {
                type $type = UInt32Type;
                $then
            }
        }
    };
}

impl Codes<'_> {
    /// Those of a dictionary, or plain ones.
    pub(super) fn of(array: &ArrayRef) -> Option<Codes<'_>> {
        let keys = |width: &DataType| match array.data_type() {
            DataType::Dictionary(keys, _) => **keys == *width,
            own => own == width,
        };
        if keys(&DataType::UInt8) {
            return numbers::<UInt8Type>(array).map(Codes::Narrow);
        }
        if keys(&DataType::UInt16) {
            return numbers::<UInt16Type>(array).map(Codes::Wide);
        }
        numbers::<UInt32Type>(array).map(Codes::Widest)
    }

    /// How many there are.
    pub fn count(self) -> usize {
        of_any_width!(self, codes => codes.len())
    }

    /// One of them.
    #[inline]
    pub fn at(self, row: usize) -> u32 {
        of_any_width!(self, codes => number(codes[row]))
    }
}

fn numbers<T: ArrowDictionaryKeyType>(array: &ArrayRef) -> Option<&[T::Native]> {
    let plain = array.as_primitive_opt::<T>();
    let plain = plain.or_else(|| array.as_dictionary_opt::<T>().map(DictionaryArray::keys));
    plain.filter(|it| it.null_count() == 0).map(|it| it.values().as_ref())
}

/// A number of any width.
#[inline]
pub(super) fn number<N: Into<u32>>(code: N) -> u32 {
    code.into()
}

/// How many values a dictionary has.
pub(super) fn value_count(array: &ArrayRef) -> usize {
    known(array.as_any_dictionary_opt()).values().len()
}

/// The values of a dictionary, by number.
pub(super) fn values_of(array: &ArrayRef) -> Option<Vec<Option<Value>>> {
    let values = array.as_any_dictionary_opt()?.values();
    let number = |it: Option<i64>| it.map(Value::Number);
    if let Some(texts) = values.as_string_opt::<i32>() {
        return Some(texts.iter().map(|it| it.map(Value::text)).collect());
    }
    if let Some(days) = values.as_primitive_opt::<Date32Type>() {
        return Some(days.iter().map(|it| number(it.map(i64::from))).collect());
    }
    let numbers = values.as_primitive_opt::<Int64Type>()?;
    Some(numbers.iter().map(number).collect())
}

/// Numbers, in the fewest bits that hold all of them.
pub(super) fn narrowest(numbers: &[u32]) -> ArrayRef {
    let most = numbers.iter().max().map_or(0, |it| *it);
    let numbers = numbers.iter().copied();
    of_width!(u64::from(most) + 1, Narrowest => {
        Arc::new(PrimitiveArray::<Narrowest>::from_iter_values(numbers.map(fitting)))
    })
}

/// Some rows of a column, in an order.
pub(super) fn gathered(column: &ArrayRef, rows: &[u32]) -> ArrayRef {
    fn of<T: ArrowDictionaryKeyType>(
        column: &ArrayRef,
        codes: &[T::Native],
        rows: &[u32],
    ) -> ArrayRef {
        let codes = rows.iter().map(|row| codes[*row as usize]);
        let codes = PrimitiveArray::<T>::from_iter_values(codes);
        match column.as_any_dictionary_opt() {
            Some(dictionary) => dictionary_of(codes, Arc::clone(dictionary.values())),
            None => Arc::new(codes),
        }
    }
    // Of one value, all rows have the same.
    let is_single = column.as_any_dictionary_opt().is_some_and(|it| it.values().len() == 1);
    if is_single && rows.len() <= column.len() {
        return column.slice(0, rows.len());
    }
    match known(Codes::of(column)) {
        Codes::Narrow(codes) => of::<UInt8Type>(column, codes, rows),
        Codes::Wide(codes) => of::<UInt16Type>(column, codes, rows),
        Codes::Widest(codes) => of::<UInt32Type>(column, codes, rows),
    }
}

fn dictionary_of<T: ArrowDictionaryKeyType>(
    codes: PrimitiveArray<T>,
    values: ArrayRef,
) -> ArrayRef {
    match DictionaryArray::<T>::try_new(codes, values) {
        Ok(array) => Arc::new(array),
        Err(error) => unreachable!("every number is that of a value: {error}"),
    }
}

/// A column of pieces that follow each other.
pub(super) fn column(axis: Axis, pieces: &[&Values]) -> ArrayRef {
    match (axis.kind(), pieces.first()) {
        (Kind::Text, _) => texts(pieces),
        (kind, Some(Values::Large(_))) => numbered(kind, || {
            let numbers = pieces.iter().flat_map(|it| it.large_values());
            numbers.map(|it| (*it != Values::NO_LARGE).then_some(*it))
        }),
        (kind, _) => numbered(kind, || {
            let numbers = pieces.iter().flat_map(|it| it.small_values());
            numbers.map(|it| (*it != Values::NO_SMALL).then(|| i64::from(*it)))
        }),
    }
}

fn texts(pieces: &[&Values]) -> ArrayRef {
    fn texts(piece: &Values) -> impl Iterator<Item = Option<&str>> {
        std::iter::once(None).chain(piece.codes().texts().iter().map(|it| Some(&**it)))
    }
    let mut values: BTreeSet<Option<&str>> = BTreeSet::new();
    for piece in pieces {
        // What no row has is no value.
        let used = texts(piece).zip(piece.codes().used());
        values.extend(used.filter(|(_, used)| *used).map(|(text, _)| text));
    }
    let array: ArrayRef = Arc::new(values.iter().copied().collect::<StringArray>());
    if values.len() == 1 {
        let row_count = pieces.iter().map(|it| it.codes().row_count()).sum();
        return dictionary_of(PrimitiveArray::<UInt8Type>::from(vec![0; row_count]), array);
    }
    let places: PlHashMap<Option<&str>, u32> = values.iter().copied().zip(0..).collect();
    // No figure: of a text that no row has.
    let place = |text: Option<&str>| places.get(&text).map_or(0, |place| *place);
    let tables = pieces.iter().map(|it| texts(it).map(place).collect::<Vec<u32>>());
    let tables: Vec<Vec<u32>> = tables.collect();
    of_width!(values.len(), Narrowest => filled::<Narrowest>(pieces, &tables, array))
}

/// Pieces one after the other, each by the table of its own numbers.
fn filled<T: ArrowDictionaryKeyType>(
    pieces: &[&Values],
    tables: &[Vec<u32>],
    values: ArrayRef,
) -> ArrayRef
where
    T::Native: TryFrom<u32>,
{
    let mut codes: Vec<T::Native> = Vec::new();
    for (piece, table) in pieces.iter().zip(tables) {
        let table: Vec<T::Native> = table.iter().map(|it| fitting(*it)).collect();
        piece.codes().map_into(&table, &mut codes);
    }
    dictionary_of(PrimitiveArray::<T>::from_iter_values(codes), values)
}

/// A column of numbers, days or cents.
pub(super) fn numbered<I: Iterator<Item = Option<i64>>>(
    kind: Kind,
    numbers: impl Fn() -> I,
) -> ArrayRef {
    let places = Places::of(&numbers);
    let values = places.values();
    let array: ArrayRef = match kind {
        Kind::Day => {
            Arc::new(values.iter().map(|it| it.map(fitting::<_, i32>)).collect::<Date32Array>())
        }
        _ => Arc::new(values.iter().copied().collect::<Int64Array>()),
    };
    let codes = numbers().map(|it| places.at(it));
    of_width!(values.len(), Narrowest => {
        dictionary_of(PrimitiveArray::<Narrowest>::from_iter_values(codes.map(fitting)), array)
    })
}

/// The place of each number among those that occur, none first.
struct Places {
    has_none: bool,
    /// Rising.
    numbers: Vec<i64>,
    found: Found,
}

enum Found {
    /// From the first number on, by distance from it.
    Near(Vec<u32>),
    Far(PlHashMap<i64, u32>),
}

/// Numbers nearer to each other than that are looked up by their distance.
const NEAR: u64 = 1 << 16;

impl Places {
    fn of<I: Iterator<Item = Option<i64>>>(numbers: impl Fn() -> I) -> Self {
        let (mut has_none, mut first, mut last) = (false, i64::MAX, i64::MIN);
        for number in numbers() {
            match number {
                Some(number) => (first, last) = (first.min(number), last.max(number)),
                None => has_none = true,
            }
        }
        let first_place = u32::from(has_none);
        match (first, last) {
            (first, last) if first <= last && last.abs_diff(first) < NEAR => {
                let mut places = vec![u32::MAX; fitting::<_, usize>(last.abs_diff(first)) + 1];
                for number in numbers().flatten() {
                    places[fitting::<_, usize>(number.abs_diff(first))] = 0;
                }
                let mut found = Vec::new();
                for (place, number) in places.iter_mut().zip(first..) {
                    if *place == 0 {
                        *place = first_place + fitting::<_, u32>(found.len());
                        found.push(number);
                    }
                }
                Self { has_none, numbers: found, found: Found::Near(places) }
            }
            _ => {
                let mut all: PlHashMap<i64, u32> = numbers().flatten().map(|it| (it, 0)).collect();
                let mut found: Vec<i64> = all.keys().copied().collect();
                found.sort_unstable();
                for (place, number) in (first_place..).zip(&found) {
                    all.insert(*number, place);
                }
                Self { has_none, numbers: found, found: Found::Far(all) }
            }
        }
    }

    fn values(&self) -> Vec<Option<i64>> {
        let none = self.has_none.then_some(None);
        none.into_iter().chain(self.numbers.iter().copied().map(Some)).collect()
    }

    #[inline]
    fn at(&self, number: Option<i64>) -> u32 {
        match (number, &self.found) {
            (None, _) => 0,
            (Some(number), Found::Near(places)) => {
                places[fitting::<_, usize>(number.abs_diff(self.numbers[0]))]
            }
            (Some(number), Found::Far(places)) => *known(places.get(&number)),
        }
    }
}
