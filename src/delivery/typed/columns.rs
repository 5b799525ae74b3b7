//! The cells of one column of a batch, whatever its type; no conversion can fail.

use std::borrow::Cow;

use arrow::array::{Array, ArrowPrimitiveType, AsArray as _, PrimitiveArray};
use arrow::datatypes::{
    DataType, Date32Type, Date64Type, Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type,
    Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, TimeUnit,
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
    TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};

use super::cell::{Kind, Value};
use super::cells::holds_something;
use crate::delivery::encoding::Encoding;

/// The value of a cell that is not null.
type Reader<'a> = Box<dyn Fn(usize) -> Value<'a> + 'a>;

/// The cells of a column.
pub(super) struct ColumnCells<'a> {
    array: &'a dyn Array,
    value: Reader<'a>,
    is_text: bool,
}

/// Whether cells of that type are read, which is no dictionary.
pub(super) fn is_read(data_type: &DataType) -> bool {
    use DataType as Type;
    match data_type {
        Type::Null | Type::Boolean | Type::Date32 | Type::Date64 | Type::Timestamp(..) => true,
        Type::Decimal32(..) | Type::Decimal64(..) | Type::Decimal128(..) | Type::Decimal256(..) => {
            true
        }
        Type::FixedSizeBinary(_) => true,
        other => is_text(other) || other.is_integer() || other.is_floating(),
    }
}

fn is_text(data_type: &DataType) -> bool {
    use DataType as Type;
    let text = matches!(data_type, Type::Utf8 | Type::LargeUtf8 | Type::Utf8View);
    let bytes = matches!(data_type, Type::Binary | Type::LargeBinary | Type::BinaryView);
    text || bytes || matches!(data_type, Type::FixedSizeBinary(_))
}

impl<'a> ColumnCells<'a> {
    /// The cells of an array; none where its type is not read, or where it holds nothing but nulls.
    pub(super) fn of(array: &'a dyn Array, encoding: Encoding) -> Option<Self> {
        let value = reader(array, encoding)?;
        Some(Self { array, value, is_text: is_text(array.data_type()) })
    }

    /// Appends the text of a cell.
    pub(super) fn write(&self, row: usize, kind: Kind, text: &mut Vec<u8>) {
        if self.array.is_valid(row) {
            (self.value)(row).write(kind, text);
        }
    }

    /// How many cells hold something.
    pub(super) fn held(&self) -> u64 {
        let valid = (0..self.array.len()).filter(|row| self.array.is_valid(*row));
        if !self.is_text {
            return valid.count() as u64;
        }
        let holds = |row: &usize| match (self.value)(*row) {
            Value::Text(bytes) => holds_something(bytes.trim_ascii()),
            _ => true,
        };
        valid.filter(holds).count() as u64
    }
}

fn reader(array: &dyn Array, encoding: Encoding) -> Option<Reader<'_>> {
    Some(match array.data_type() {
        DataType::Boolean => {
            let array = array.as_boolean();
            Box::new(|row| Value::Truth(array.value(row)))
        }
        DataType::Utf8 => text(array.as_string::<i32>(), |array, row| array.value(row).as_bytes()),
        DataType::LargeUtf8 => {
            text(array.as_string::<i64>(), |array, row| array.value(row).as_bytes())
        }
        DataType::Utf8View => {
            text(array.as_string_view(), |array, row| array.value(row).as_bytes())
        }
        DataType::Binary => {
            encoded(array.as_binary::<i32>(), encoding, |array, row| array.value(row))
        }
        DataType::LargeBinary => {
            encoded(array.as_binary::<i64>(), encoding, |array, row| array.value(row))
        }
        DataType::BinaryView => {
            encoded(array.as_binary_view(), encoding, |array, row| array.value(row))
        }
        DataType::FixedSizeBinary(_) => encoded(array.as_fixed_size_binary(), encoding, padded),
        _ => return numbers(array).or_else(|| decimals(array)).or_else(|| moments(array)),
    })
}

fn text<'a, A>(array: &'a A, bytes: impl Fn(&'a A, usize) -> &'a [u8] + 'a) -> Reader<'a> {
    Box::new(move |row| Value::Text(Cow::Borrowed(bytes(array, row))))
}

/// Text of which the file does not say the encoding.
fn encoded<'a, A>(
    array: &'a A,
    encoding: Encoding,
    bytes: impl Fn(&'a A, usize) -> &'a [u8] + 'a,
) -> Reader<'a> {
    Box::new(move |row| Value::Text(encoding.text(bytes(array, row))))
}

/// A text of fixed length, without the zeros that fill it up.
fn padded(array: &arrow::array::FixedSizeBinaryArray, row: usize) -> &[u8] {
    let bytes = array.value(row);
    let end = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    &bytes[..end]
}

fn primitive<'a, T: ArrowPrimitiveType>(
    array: &'a dyn Array,
    value: impl Fn(T::Native) -> Value<'a> + 'a,
) -> Reader<'a> {
    let array: &PrimitiveArray<T> = array.as_primitive::<T>();
    Box::new(move |row| value(array.value(row)))
}

fn numbers(array: &dyn Array) -> Option<Reader<'_>> {
    fn whole<T: ArrowPrimitiveType>(array: &dyn Array) -> Reader<'_>
    where
        i128: From<T::Native>,
    {
        primitive::<T>(array, |number| Value::Number(i128::from(number), 0))
    }
    // The shortest digits that mean the number, and that it has decimals.
    fn float<T: ArrowPrimitiveType>(array: &dyn Array) -> Reader<'_>
    where
        T::Native: std::fmt::Display,
    {
        primitive::<T>(array, |number| {
            let mut written = number.to_string();
            if written.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') {
                written.push_str(".0");
            }
            Value::Written(Cow::Owned(written))
        })
    }
    Some(match array.data_type() {
        DataType::Int8 => whole::<Int8Type>(array),
        DataType::Int16 => whole::<Int16Type>(array),
        DataType::Int32 => whole::<Int32Type>(array),
        DataType::Int64 => whole::<Int64Type>(array),
        DataType::UInt8 => whole::<UInt8Type>(array),
        DataType::UInt16 => whole::<UInt16Type>(array),
        DataType::UInt32 => whole::<UInt32Type>(array),
        DataType::UInt64 => whole::<UInt64Type>(array),
        DataType::Float16 => float::<Float16Type>(array),
        DataType::Float32 => float::<Float32Type>(array),
        DataType::Float64 => float::<Float64Type>(array),
        _ => return None,
    })
}

fn decimals(array: &dyn Array) -> Option<Reader<'_>> {
    Some(match array.data_type() {
        DataType::Decimal32(_, scale) => {
            let scale = i32::from(*scale);
            primitive::<Decimal32Type>(array, move |digits| Value::Number(digits.into(), scale))
        }
        DataType::Decimal64(_, scale) => {
            let scale = i32::from(*scale);
            primitive::<Decimal64Type>(array, move |digits| Value::Number(digits.into(), scale))
        }
        DataType::Decimal128(_, scale) => {
            let scale = i32::from(*scale);
            primitive::<Decimal128Type>(array, move |digits| Value::Number(digits, scale))
        }
        DataType::Decimal256(_, scale) => {
            let (scale, array) = (i32::from(*scale), array.as_primitive::<Decimal256Type>());
            Box::new(move |row| match array.value(row).to_i128() {
                Some(digits) => Value::Number(digits, scale),
                None => Value::Written(Cow::Owned(array.value_as_string(row))),
            })
        }
        _ => return None,
    })
}

fn moments(array: &dyn Array) -> Option<Reader<'_>> {
    const BILLION: i64 = 1_000_000_000;
    fn moment<T: ArrowPrimitiveType<Native = i64>>(
        array: &dyn Array,
        units_of_second: i64,
    ) -> Reader<'_> {
        primitive::<T>(array, move |units| {
            let rest = units.rem_euclid(units_of_second) * (BILLION / units_of_second);
            let nanoseconds = u32::try_from(rest).unwrap_or_default();
            Value::Moment(units.div_euclid(units_of_second), nanoseconds)
        })
    }
    Some(match array.data_type() {
        DataType::Date32 => primitive::<Date32Type>(array, |day| Value::Day(i64::from(day))),
        DataType::Date64 => moment::<Date64Type>(array, 1_000),
        DataType::Timestamp(TimeUnit::Second, _) => moment::<TimestampSecondType>(array, 1),
        DataType::Timestamp(TimeUnit::Millisecond, _) => {
            moment::<TimestampMillisecondType>(array, 1_000)
        }
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            moment::<TimestampMicrosecondType>(array, 1_000_000)
        }
        DataType::Timestamp(TimeUnit::Nanosecond, _) => {
            moment::<TimestampNanosecondType>(array, BILLION)
        }
        _ => return None,
    })
}
