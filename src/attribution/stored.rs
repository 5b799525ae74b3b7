//! Stored observations read back, so that they can be stored once more under another classification.
//!
//! In: the rows of a file of observations, codes as dictionaries. Out: an [`ObservationBatch`] of the
//! same rows in the delivery's order, and the same again with other regimes, measures and guidances.
//! Never: another row, day or cent, or a row that had not been checked before it was stored.

use arrow::array::{Array as _, ArrayRef, ArrowPrimitiveType, AsArray as _, RecordBatch};
use arrow::datatypes::{
    DataType, Date32Type, Decimal128Type, Field, Int16Type, Int32Type, Int64Type,
};

use super::observations::{ObservationBatch, key, names, observation_schema, raw_columns};
use super::values::{Codes, Values};
use crate::check::{CheckContext, Classes};
use crate::dictionary::{CodeColumn, Dictionary};
use crate::exact::{fitting, known};
use crate::quarter::Quarter;

/// A stored column that is not as it is written.
#[derive(Debug, thiserror::Error)]
#[error("its column `{0}` is not one of stored observations")]
pub struct UnreadableColumn(String);

/// Rows whose `LEGISLATION` is the code of no regime, by the regime they are stored under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoRegime {
    /// The regime that one of them is stored under.
    pub stored: String,
    /// How many there are.
    pub rows: u64,
}

impl ObservationBatch {
    /// The rows of a file of observations, in the order of their lines.
    pub fn stored(quarter: Quarter, rows: &RecordBatch) -> Result<Self, UnreadableColumn> {
        let unreadable = |field: &Field| UnreadableColumn(field.name().clone());
        let schema = observation_schema();
        let array =
            |field: &Field| rows.column_by_name(field.name()).ok_or_else(|| unreadable(field));
        let last = schema.fields().last().map(|field| array(field)).transpose()?;
        let lines = last.and_then(|lines| lines.as_primitive_opt::<Int64Type>());
        let mut order: Vec<usize> = (0..rows.num_rows()).collect();
        if let Some(lines) = lines {
            order.sort_by_key(|row| lines.value(*row));
        }
        let values = |field: &Field| {
            let values = stored_values(field.name(), array(field)?);
            values.map(|it| it.in_order(&order)).ok_or_else(|| unreadable(field))
        };
        let columns = schema.fields().iter().map(|field| values(field));
        let columns = columns.collect::<Result<_, _>>()?;
        Ok(Self::of_columns(quarter, rows.num_rows(), columns))
    }

    /// What its rows are classified as by a dictionary, whose rules are those of `context`: their regimes,
    /// measures and guidances as stored columns.
    pub fn classified(
        &self,
        context: &CheckContext,
        dictionary: &Dictionary,
    ) -> Result<[Values; 3], NoRegime> {
        let days: Vec<_> =
            self.column("first_day").small_values().iter().copied().map(Some).collect();
        let classes = Classes::of_stored(context, &days, |column| {
            let codes = self.column(stored_name(column)).codes();
            (codes.keys(), codes.texts().to_vec())
        });
        let without = |it: &Option<u16>| it.is_none();
        if let Some(first) = classes.regime.iter().position(without) {
            let rows = classes.regime.iter().filter(|it| without(it)).count() as u64;
            let stored = known(self.column("regime").codes().text(first)).to_owned();
            return Err(NoRegime { stored, rows });
        }
        let named = |places: &[Option<u16>], names: Vec<&str>| {
            let keys = places.iter().map(|place| place.map_or(0, |it| key(usize::from(it))));
            Values::Codes(Codes::new(keys, names.into_iter().map(Into::into).collect()))
        };
        let [regimes, measures, guidances] = names(dictionary);
        Ok([
            named(&classes.regime, regimes),
            named(&classes.measure, measures),
            named(&classes.guidance, guidances),
        ])
    }

    /// The same rows under other regimes, measures and guidances.
    #[must_use]
    pub fn with_classes(mut self, classes: [Values; 3]) -> Self {
        let schema = observation_schema();
        for (name, values) in CLASSES.iter().zip(classes) {
            if let Ok(at) = schema.index_of(name) {
                self.columns_mut()[at] = values;
            }
        }
        self
    }
}

/// The columns that a classification fills.
const CLASSES: [&str; 3] = ["regime", "measure", "guidance"];

/// Under which name a code is stored.
fn stored_name(column: CodeColumn) -> &'static str {
    const CPAS: &str = "cpas";
    // The names of the table are those of the delivery in small letters.
    static NAMES: std::sync::LazyLock<Vec<(CodeColumn, String)>> = std::sync::LazyLock::new(|| {
        raw_columns().map(|it| (it, it.name().to_lowercase())).collect()
    });
    let found = NAMES.iter().find(|(known, _)| *known == column);
    found.map_or(CPAS, |(_, name)| name)
}

/// A stored column, in the order of its file; `None` where it is not as it is written.
pub(crate) fn stored_values(name: &str, array: &ArrayRef) -> Option<Values> {
    let schema = observation_schema();
    match schema.field_with_name(name).ok()?.data_type() {
        DataType::Utf8 => codes(array),
        DataType::Int16 => small::<Int16Type>(array),
        DataType::Int32 => small::<Int32Type>(array),
        DataType::Date32 => small::<Date32Type>(array),
        DataType::Int64 => large::<Int64Type>(array),
        DataType::Decimal128(..) => large::<Decimal128Type>(array),
        _ => None,
    }
}

fn small<T: ArrowPrimitiveType>(array: &ArrayRef) -> Option<Values>
where
    T::Native: Into<i32>,
{
    let array = array.as_primitive_opt::<T>()?;
    if array.null_count() == 0 {
        return Some(Values::Small(array.values().iter().map(|it| (*it).into()).collect()));
    }
    Some(Values::small(array.iter().map(|value| value.map(Into::into))))
}

/// Large numbers, all of which must have the bits of one.
fn large<T: ArrowPrimitiveType>(array: &ArrayRef) -> Option<Values>
where
    T::Native: TryInto<i64>,
{
    let array = array.as_primitive_opt::<T>()?;
    let mut values = Vec::with_capacity(array.len());
    for value in array {
        values.push(value.map(TryInto::try_into).transpose().ok()?);
    }
    Some(Values::large(values.into_iter()))
}

fn codes(array: &ArrayRef) -> Option<Values> {
    let array = array.as_dictionary_opt::<Int32Type>()?;
    let texts = array.values().as_string_opt::<i32>()?;
    let held: Option<Vec<Box<str>>> = texts.iter().map(|text| text.map(Into::into)).collect();
    // The reader of the format has made sure that no key is below zero.
    let place = |place: i32| key(fitting(place));
    let keys = array.keys();
    Some(Values::Codes(if keys.null_count() == 0 {
        Codes::new(keys.values().iter().copied().map(place), held?.into())
    } else {
        Codes::new(keys.iter().map(|it| it.map_or(0, place)), held?.into())
    }))
}
