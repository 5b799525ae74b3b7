//! Days as they are written in expressions.

use chrono::{Datelike as _, NaiveDate};

use super::node::{Constant, Kind, Typed};
use crate::quarter::day_of;

/// The day that a text writes: four digits, two, two.
pub(crate) fn day(text: &str) -> Option<NaiveDate> {
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    let usual = text.len() == 10 && text.bytes().all(|it| it.is_ascii_digit() || it == b'-');
    (usual && date.year() > 0).then_some(date)
}

/// The date that a text writes.
pub(crate) fn date(text: &str) -> Option<Typed> {
    let day = day(text)?;
    Some(Typed::constant(Constant::Date(day_of(day)), Kind::Date))
}
