//! A calendar month, as it is written: `2008-07`.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike as _, NaiveDate};

use super::{Day, MONTHS_OF_QUARTER, Quarter, date_of, day_of, end_of_month};
use crate::exact::{fitting, known};

/// A calendar month.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Month {
    /// Months since year 0.
    index: i32,
}

impl Month {
    /// The month a day lies in.
    pub fn of(day: Day) -> Self {
        let date = date_of(day);
        Self { index: date.year() * 12 + date.month0().cast_signed() }
    }

    /// The months of a quarter, in order.
    pub fn of_quarter(quarter: Quarter) -> impl Iterator<Item = Self> {
        let first = Self::of(quarter.first_day()).index;
        (0..fitting(MONTHS_OF_QUARTER)).map(move |step: i32| Self { index: first + step })
    }

    /// The quarter it lies in.
    pub fn quarter(self) -> Quarter {
        Quarter::of(self.first_day())
    }

    /// Months since year 0: a number to tell months apart by.
    pub fn index(self) -> i32 {
        self.index
    }

    /// Its first day.
    pub fn first_day(self) -> Day {
        let (year, month) = (self.index.div_euclid(12), self.index.rem_euclid(12));
        day_of(known(NaiveDate::from_ymd_opt(year, fitting(month + 1), 1)))
    }

    /// Its last day.
    pub fn last_day(self) -> Day {
        end_of_month(self.first_day())
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.index.div_euclid(12), self.index.rem_euclid(12) + 1)
    }
}

/// A text that is no month.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no month such as `2008-07`")]
pub struct MonthError(String);

impl FromStr for Month {
    type Err = MonthError;

    fn from_str(text: &str) -> Result<Self, MonthError> {
        let date = NaiveDate::parse_from_str(&format!("{text}-01"), "%Y-%m-%d").ok();
        let month = date.map(|date| Self::of(day_of(date)));
        month.filter(|it| it.to_string() == text).ok_or_else(|| MonthError(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_what_its_text_says_and_lies_in_its_quarter() {
        let quarter: Quarter = "2008Q1".parse().unwrap();
        let months: Vec<String> = Month::of_quarter(quarter).map(|it| it.to_string()).collect();
        assert_eq!(months, ["2008-01", "2008-02", "2008-03"]);
        let month: Month = "2008-02".parse().unwrap();
        assert_eq!(month.quarter(), quarter);
        assert_eq!(month.last_day() - month.first_day(), 28, "a leap year");
        for text in ["2008-2", "2008-13", "2008Q1", "08-02", ""] {
            assert!(text.parse::<Month>().is_err(), "{text}");
        }
    }
}
