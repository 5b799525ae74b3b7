//! The expression itself: which weekdays, dates and times it names, and in which time zone.
//!
//! In: fields that were read. Out: whether a day, an hour, a minute or a second is among them. Never: two
//! expressions that name the same in different words; fields are sorted, and a weekday is there once.

use chrono::{Datelike as _, NaiveDate};
use chrono_tz::Tz;

use super::field::Field;
use super::weekdays::Weekdays;

/// Moments that come back by the calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    pub(super) weekdays: Weekdays,
    pub(super) date: Dates,
    pub(super) hour: Field,
    pub(super) minute: Field,
    pub(super) second: Field,
    pub(super) zone: Tz,
    /// Whether the expression names the zone itself.
    pub(super) is_zone_named: bool,
}

/// Days by year, month and day of the month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Dates {
    pub(super) year: Field,
    pub(super) month: Field,
    pub(super) day: Field,
    /// Whether days are counted from the end of the month, the last one being 1.
    pub(super) is_from_end: bool,
}

impl Calendar {
    /// The time zone of its dates and times.
    pub fn zone(&self) -> Tz {
        self.zone
    }

    pub(super) fn has_day(&self, date: NaiveDate) -> bool {
        let Dates { year: _, month: _, day, is_from_end } = &self.date;
        let length = u32::from(date.num_days_in_month());
        let is_day =
            if *is_from_end { day.has_from_end(date.day(), length) } else { day.has(date.day()) };
        is_day && self.weekdays.has(date.weekday())
    }
}
