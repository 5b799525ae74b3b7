//! A value of a row, as a filter sees it.

use crate::quarter::Day;

/// A value. What a row gives as a number is in hundredths, so that days and amounts are alike; in
/// an expression a number has the digits of its kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Nothing,
    Text(String),
    Number(i128),
    Day(Day),
    Truth(bool),
}
