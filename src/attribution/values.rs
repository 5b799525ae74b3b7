//! One column, held as narrow as its values, also as an Arrow array.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, Date32Array, Decimal128Array, Int16Array, Int32Array, Int64Array, StringArray,
};
use arrow::datatypes::{DataType, Field};

use crate::exact::fitting;

/// The values of a column.
#[derive(Debug)]
pub enum Values {
    /// Texts of which there are few.
    Codes(Codes),
    /// Days and small numbers; [`NO_SMALL`](Self::NO_SMALL) is none.
    Small(Vec<i32>),
    /// Pseudonyms, cents, lines; [`NO_LARGE`](Self::NO_LARGE) is none.
    Large(Vec<i64>),
}

/// Texts by key.
#[derive(Debug)]
pub struct Codes {
    keys: Keys,
    texts: Arc<[Box<str>]>,
}

/// Keys as narrow as the number of texts allows.
#[derive(Debug)]
enum Keys {
    Narrow(Vec<u8>),
    Wide(Vec<u32>),
}

impl Values {
    /// Stands for no value among small numbers; no day and no number is as low.
    pub const NO_SMALL: i32 = i32::MIN;
    /// Stands for no value among large numbers.
    pub const NO_LARGE: i64 = i64::MIN;

    pub(super) fn small(values: impl Iterator<Item = Option<i32>>) -> Self {
        Self::Small(values.map(|value| value.unwrap_or(Self::NO_SMALL)).collect())
    }

    pub(crate) fn large(values: impl Iterator<Item = Option<i64>>) -> Self {
        Self::Large(values.map(|value| value.unwrap_or(Self::NO_LARGE)).collect())
    }

    /// The codes, of a column that has such.
    pub fn codes(&self) -> &Codes {
        match self {
            Self::Codes(codes) => codes,
            _ => unreachable!("this column is one of texts"),
        }
    }

    /// The numbers, of a column of days or small numbers.
    pub fn small_values(&self) -> &[i32] {
        match self {
            Self::Small(values) => values,
            _ => unreachable!("this column is one of small numbers"),
        }
    }

    /// The numbers, of a column of large ones.
    pub fn large_values(&self) -> &[i64] {
        match self {
            Self::Large(values) => values,
            _ => unreachable!("this column is one of large numbers"),
        }
    }

    /// The same in an order of rows.
    pub(super) fn in_order(&self, order: &[usize]) -> Self {
        match self {
            Self::Codes(Codes { keys, texts }) => {
                let keys = match keys {
                    Keys::Narrow(keys) => {
                        Keys::Narrow(order.iter().map(|row| keys[*row]).collect())
                    }
                    Keys::Wide(keys) => Keys::Wide(order.iter().map(|row| keys[*row]).collect()),
                };
                Self::Codes(Codes { keys, texts: Arc::clone(texts) })
            }
            Self::Small(values) => Self::Small(order.iter().map(|row| values[*row]).collect()),
            Self::Large(values) => Self::Large(order.iter().map(|row| values[*row]).collect()),
        }
    }

    pub(super) fn array(&self, field: &Field) -> ArrayRef {
        match (self, field.data_type()) {
            (Self::Codes(codes), _) => Arc::new(codes.iter().collect::<StringArray>()),
            (Self::Small(values), DataType::Int16) => {
                let narrow = values.iter().map(|value| small(*value).map(fitting::<_, i16>));
                Arc::new(narrow.collect::<Int16Array>())
            }
            (Self::Small(values), DataType::Date32) => {
                Arc::new(values.iter().map(|value| small(*value)).collect::<Date32Array>())
            }
            (Self::Small(values), _) => {
                Arc::new(values.iter().map(|value| small(*value)).collect::<Int32Array>())
            }
            (Self::Large(values), DataType::Decimal128(precision, scale)) => {
                let cents = values.iter().map(|value| large(*value).map(i128::from));
                let array = cents.collect::<Decimal128Array>();
                match array.with_precision_and_scale(*precision, *scale) {
                    Ok(array) => Arc::new(array),
                    Err(error) => unreachable!("12 digits hold 2 decimals: {error}"),
                }
            }
            (Self::Large(values), _) => {
                Arc::new(values.iter().map(|value| large(*value)).collect::<Int64Array>())
            }
        }
    }
}

fn small(value: i32) -> Option<i32> {
    (value != Values::NO_SMALL).then_some(value)
}

fn large(value: i64) -> Option<i64> {
    (value != Values::NO_LARGE).then_some(value)
}

impl Codes {
    /// A column in which no row has a value.
    pub(super) fn none(row_count: usize) -> Self {
        Self { keys: Keys::Narrow(vec![0; row_count]), texts: Arc::default() }
    }

    /// Keys, 0 for no value, of these texts.
    pub(crate) fn new(keys: impl Iterator<Item = u32>, texts: Arc<[Box<str>]>) -> Self {
        let narrow = u8::try_from(texts.len()).is_ok();
        let keys = if narrow {
            Keys::Narrow(keys.map(|key| key.to_le_bytes()[0]).collect())
        } else {
            Keys::Wide(keys.collect())
        };
        Self { keys, texts }
    }

    /// By row: 0 for no value, otherwise one more than a place among [`texts`](Self::texts).
    pub fn keys(&self) -> Vec<u32> {
        match &self.keys {
            Keys::Narrow(keys) => keys.iter().map(|key| u32::from(*key)).collect(),
            Keys::Wide(keys) => keys.clone(),
        }
    }

    /// The texts that keys can stand for; some may not occur.
    pub fn texts(&self) -> &[Box<str>] {
        &self.texts
    }

    /// Adds what `table` has for each key to `out`; key 0 is no value, `n` the text `n - 1`.
    pub fn map_into<N: Copy>(&self, table: &[N], out: &mut Vec<N>) {
        match &self.keys {
            Keys::Narrow(keys) => out.extend(keys.iter().map(|key| table[usize::from(*key)])),
            Keys::Wide(keys) => out.extend(keys.iter().map(|key| table[*key as usize])),
        }
    }

    /// Sets the bits that `table` has for each key in `out`.
    pub fn mix_into(&self, table: &[u64], out: &mut [u64]) {
        match &self.keys {
            Keys::Narrow(keys) => {
                out.iter_mut().zip(keys).for_each(|(all, key)| *all |= table[usize::from(*key)]);
            }
            Keys::Wide(keys) => {
                out.iter_mut().zip(keys).for_each(|(all, key)| *all |= table[*key as usize]);
            }
        }
    }

    /// For each key, 0 included, whether some row has it.
    pub fn used(&self) -> Vec<bool> {
        let mut used = vec![false; self.texts.len() + 1];
        match &self.keys {
            Keys::Narrow(keys) => keys.iter().for_each(|key| used[usize::from(*key)] = true),
            Keys::Wide(keys) => keys.iter().for_each(|key| used[*key as usize] = true),
        }
        used
    }

    /// Rows.
    pub fn row_count(&self) -> usize {
        match &self.keys {
            Keys::Narrow(keys) => keys.len(),
            Keys::Wide(keys) => keys.len(),
        }
    }

    /// The text of a row, if it has one.
    pub fn text(&self, row: usize) -> Option<&str> {
        let key = match &self.keys {
            Keys::Narrow(keys) => usize::from(keys[row]),
            Keys::Wide(keys) => keys[row] as usize,
        };
        key.checked_sub(1).map(|at| self.texts[at].as_ref())
    }

    fn iter(&self) -> impl Iterator<Item = Option<&str>> {
        (0..self.row_count()).map(|row| self.text(row))
    }
}
