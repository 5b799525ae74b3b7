//! The moments at which an expression occurs.
//!
//! In: a [`Calendar`], bounds. Out: moments between them, in order, found from either end by years, months
//! and days that match, never second by second. Never: a moment at which the clocks of the zone do not show
//! a date and time that the expression names.
//!
//! Where clocks are put forward, times that they leave out do not occur. Where they are put back, a time that
//! they show twice occurs once, when it is first shown: a timer that waits for one occurrence after the other
//! finds the same. systemd alone, asked from within the time that is shown again, finds it in there again.

use chrono::{
    DateTime, Datelike as _, NaiveDate, NaiveDateTime, NaiveTime, Offset as _, TimeDelta,
};
use chrono::{TimeZone as _, Timelike as _, Utc};

use super::expression::Calendar;
use super::field::Field;
use super::values::YEARS;

/// The last second of a day, as hour, minute and second.
const LAST: [u32; 3] = [23, 59, 59];

impl Calendar {
    /// The first occurrence after a moment.
    pub fn next_after(&self, moment: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.between(moment, end()).next()
    }

    /// The last occurrence that is not after a moment.
    pub fn last_until(&self, moment: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.between(begin(), moment).next_back()
    }

    /// The occurrences after one moment that are not after another.
    pub fn between(
        &self,
        after: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> impl DoubleEndedIterator<Item = DateTime<Utc>> {
        let [after, until] = [after, until].map(|it| it.clamp(begin(), end()));
        let first = after.with_timezone(&self.zone).naive_local();
        // Where clocks were put back, they had shown later times before.
        let until_utc = until.naive_utc();
        let [now, before] = [TimeDelta::zero(), TimeDelta::days(1)]
            .map(|it| self.zone.offset_from_utc_datetime(&(until_utc - it)).fix())
            .map(|it| until_utc + it);
        self.shown(first, now.max(before))
            .filter_map(|it| self.zone.from_local_datetime(&it).earliest())
            .map(|it| it.with_timezone(&Utc))
            .filter(move |it| after < *it && *it <= until)
    }

    /// What clocks show at occurrences, whether they are put forward or back in between or not.
    fn shown(
        &self,
        first: NaiveDateTime,
        last: NaiveDateTime,
    ) -> impl DoubleEndedIterator<Item = NaiveDateTime> {
        self.days(first.date(), last.date()).flat_map(move |day| {
            let from = if day == first.date() { parts(first.time()) } else { [0; 3] };
            let until = if day == last.date() { parts(last.time()) } else { LAST };
            self.times(from, until)
                .filter_map(move |[hour, minute, second]| day.and_hms_opt(hour, minute, second))
        })
    }

    fn days(
        &self,
        first: NaiveDate,
        last: NaiveDate,
    ) -> impl DoubleEndedIterator<Item = NaiveDate> {
        (YEARS.0..=YEARS.1)
            .filter(move |it| {
                let year = it.cast_signed();
                first.year() <= year && year <= last.year() && self.date.year.has(*it)
            })
            .flat_map(|year| within(&self.date.month, 1..=12).map(move |month| (year, month)))
            .flat_map(|(year, month)| {
                let day = move |it| NaiveDate::from_ymd_opt(year.cast_signed(), month, it);
                (1..=31).filter_map(day)
            })
            .filter(move |it| first <= *it && *it <= last && self.has_day(*it))
    }

    /// Times of a day as hour, minute and second, with both bounds.
    fn times(&self, from: [u32; 3], until: [u32; 3]) -> impl DoubleEndedIterator<Item = [u32; 3]> {
        let [from_hour, from_minute, _] = from;
        let [until_hour, until_minute, _] = until;
        within(&self.hour, from_hour..=until_hour).flat_map(move |hour| {
            let minutes = within(&self.minute, 0..=59).filter(move |minute| {
                [from_hour, from_minute] <= [hour, *minute]
                    && [hour, *minute] <= [until_hour, until_minute]
            });
            minutes.flat_map(move |minute| {
                let times = within(&self.second, 0..=59).map(move |it| [hour, minute, it]);
                times.filter(move |it| from <= *it && *it <= until)
            })
        })
    }
}

fn within(
    field: &Field,
    values: std::ops::RangeInclusive<u32>,
) -> impl DoubleEndedIterator<Item = u32> {
    values.filter(|it| field.has(*it))
}

fn parts(time: NaiveTime) -> [u32; 3] {
    [time.hour(), time.minute(), time.second()]
}

/// Before all occurrences, whatever the zone.
fn begin() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH - TimeDelta::days(1)
}

/// After all occurrences: the second day of 2200.
fn end() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(84_007)
}
