//! A calendar quarter, an inclusive range of quarters, and days counted as integers.
//!
//! In: text such as `2008Q3` or `2002Q4..2004Q4`, and calendar days. Out: ordered, hashable values.
//! Never: a quarter that depends on today's date, or a range that ends before it starts.

mod month;

use std::fmt;
use std::str::FromStr;

pub use month::{Month, MonthError};

use chrono::{Datelike as _, NaiveDate};

use crate::exact::{fitting, known};

/// A day as the number of days since 1970-01-01, the unit of Arrow's `Date32`.
pub type Day = i32;

/// Days between 0001-01-01 (day 1 of the common era) and 1970-01-01.
const EPOCH_FROM_COMMON_ERA: i32 = 719_163;

/// The day number of a calendar date.
pub(crate) fn day_of(date: NaiveDate) -> Day {
    date.num_days_from_ce() - EPOCH_FROM_COMMON_ERA
}

/// The calendar date of a day number; days outside chrono's calendar give its nearest end.
pub fn date_of(day: Day) -> NaiveDate {
    let fallback = if day < 0 { NaiveDate::MIN } else { NaiveDate::MAX };
    day.checked_add(EPOCH_FROM_COMMON_ERA)
        .and_then(NaiveDate::from_num_days_from_ce_opt)
        .unwrap_or(fallback)
}

/// The last day of the month that `day` lies in.
pub(crate) fn end_of_month(day: Day) -> Day {
    let date = date_of(day);
    let (year, month) = match date.month() {
        12 => (date.year() + 1, 1),
        month => (date.year(), month + 1),
    };
    day_of(known(NaiveDate::from_ymd_opt(year, month, 1))) - 1
}

/// Calendar months of a quarter.
pub const MONTHS_OF_QUARTER: u32 = 3;

/// A calendar quarter, for example `2008Q3`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Quarter {
    /// Quarters since year 0: `year * 4 + (number - 1)`.
    index: i32,
}

impl Quarter {
    /// Quarter `number` (1 to 4) of `year` (1 to 9999), or `None` outside these bounds.
    pub fn new(year: i32, number: i32) -> Option<Self> {
        let valid = (1..=9999).contains(&year) && (1..=4).contains(&number);
        valid.then_some(Self { index: year * 4 + number - 1 })
    }

    /// 2002Q4: the source begins on 2002-10-01, with the law on the right to social integration.
    pub const SOURCE_START: Self = Self { index: 2002 * 4 + 3 };

    /// The quarter a day lies in.
    pub fn of(day: Day) -> Self {
        let date = date_of(day);
        let month_index: i32 = fitting(date.month0());
        Self { index: date.year() * 4 + month_index / 3 }
    }

    /// The calendar year.
    pub fn year(self) -> i32 {
        self.index.div_euclid(4)
    }

    /// The number in the year, 1 to 4.
    pub fn number(self) -> i32 {
        self.index.rem_euclid(4) + 1
    }

    /// The first day of the quarter.
    pub fn first_day(self) -> Day {
        let month = self.index.rem_euclid(4) * 3 + 1;
        day_of(known(NaiveDate::from_ymd_opt(self.year(), fitting(month), 1)))
    }

    /// The last day of the quarter.
    pub fn last_day(self) -> Day {
        self.next().first_day() - 1
    }

    /// The quarter so many after this one, or before it.
    #[must_use]
    pub fn plus(self, quarters: i32) -> Self {
        Self { index: known(self.index.checked_add(quarters)) }
    }

    /// The last day of the month in which its delivery is due: May for the second half of the year
    /// before the last, November for the first half of the last year.
    pub fn due_by(self) -> Day {
        let due = self.plus(6 + self.number() % 2);
        end_of_month(due.first_day() + 31)
    }

    /// The quarter after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self { index: self.index + 1 }
    }
}

impl fmt::Display for Quarter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}Q{}", self.year(), self.number())
    }
}

/// A text that is no quarter or no range of quarters.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QuarterError {
    /// Not of the form `YYYYQn`.
    #[error("expected a quarter such as `2008Q3`, found `{0}`")]
    Quarter(String),
    /// The end lies before the start.
    #[error("the range `{first}..{last}` ends before it starts")]
    Reversed {
        /// Start as given.
        first: Quarter,
        /// End as given.
        last: Quarter,
    },
}

impl FromStr for Quarter {
    type Err = QuarterError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parsed = text.split_once(['Q', 'q']).and_then(|(year, number)| {
            let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
            let shaped = year.len() == 4 && number.len() == 1;
            (shaped && all_digits(year) && all_digits(number))
                .then(|| Self::new(year.parse().ok()?, number.parse().ok()?))
                .flatten()
        });
        parsed.ok_or_else(|| QuarterError::Quarter(text.to_owned()))
    }
}

/// An inclusive range of quarters.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct QuarterRange {
    first: Quarter,
    last: Quarter,
}

impl QuarterRange {
    /// From `first` to `last`, both included.
    pub fn new(first: Quarter, last: Quarter) -> Result<Self, QuarterError> {
        if last < first {
            return Err(QuarterError::Reversed { first, last });
        }
        Ok(Self { first, last })
    }

    /// The first quarter.
    pub fn first(self) -> Quarter {
        self.first
    }

    /// The last quarter.
    pub fn last(self) -> Quarter {
        self.last
    }

    /// Whether `quarter` lies in the range.
    pub fn contains(self, quarter: Quarter) -> bool {
        self.first <= quarter && quarter <= self.last
    }

    /// Whether the two ranges share a quarter.
    pub fn overlaps(self, other: Self) -> bool {
        self.first <= other.last && other.first <= self.last
    }

    /// The quarters in order.
    pub fn iter(self) -> impl Iterator<Item = Quarter> {
        (self.first.index..=self.last.index).map(|index| Quarter { index })
    }
}

/// An end that lies at the end of the calendar is open, and left out.
impl fmt::Display for QuarterRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const FIRST_YEAR: i32 = 1;
        const LAST_YEAR: i32 = 9999;
        match (self.first.year(), self.last.year()) {
            (FIRST_YEAR, _) => write!(f, "..{}", self.last),
            (_, LAST_YEAR) => write!(f, "{}..", self.first),
            _ => write!(f, "{}..{}", self.first, self.last),
        }
    }
}

impl FromStr for QuarterRange {
    type Err = QuarterError;

    /// `2002Q4..2004Q4`, or one quarter alone.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once("..") {
            Some((first, last)) => Self::new(first.parse()?, last.parse()?),
            None => text.parse().map(|quarter| Self { first: quarter, last: quarter }),
        }
    }
}

/// The quarters of a year.
pub(crate) fn quarters_of(year: i32) -> impl Iterator<Item = Quarter> {
    (1..=4).filter_map(move |number| Quarter::new(year, number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_knows_its_days_and_neighbours() {
        let quarter: Quarter = "2008q4".parse().unwrap();
        assert_eq!(quarter.to_string(), "2008Q4");
        assert_eq!(date_of(quarter.first_day()).to_string(), "2008-10-01");
        assert_eq!(date_of(quarter.last_day()).to_string(), "2008-12-31");
        assert_eq!(quarter.next().to_string(), "2009Q1");
        assert_eq!(Quarter::of(quarter.last_day()), quarter);
    }

    #[test]
    fn what_is_no_quarter_is_refused_with_what_was_found() {
        for text in ["", "2008", "2008Q5", "08Q1", "2008-3", "+008Q1", "2008Q٣"] {
            assert_eq!(text.parse::<Quarter>(), Err(QuarterError::Quarter(text.to_owned())));
        }
        let reversed = "2009Q1..2008Q4".parse::<QuarterRange>().unwrap_err();
        assert_eq!(reversed.to_string(), "the range `2009Q1..2008Q4` ends before it starts");
    }

    #[test]
    fn the_end_of_a_month_minds_leap_years() {
        let day = |year, month, day| day_of(NaiveDate::from_ymd_opt(year, month, day).unwrap());
        assert_eq!(end_of_month(day(2008, 2, 3)), day(2008, 2, 29));
        assert_eq!(end_of_month(day(2007, 12, 31)), day(2007, 12, 31));
    }
}
