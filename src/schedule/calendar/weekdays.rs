//! A set of weekdays, as an expression begins with.
//!
//! In: names in English, short or whole. Out: the set, and its names as systemd writes them. Never: an
//! empty set.

use std::fmt;

use chrono::Weekday;

/// Short and whole names, from Monday on.
pub(super) const NAMES: [(&str, &str); 7] = [
    ("Mon", "Monday"),
    ("Tue", "Tuesday"),
    ("Wed", "Wednesday"),
    ("Thu", "Thursday"),
    ("Fri", "Friday"),
    ("Sat", "Saturday"),
    ("Sun", "Sunday"),
];

/// Weekdays of which any may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Weekdays([bool; 7]);

/// The number of a weekday, from Monday on, by its name in whatever case.
pub(super) fn numbered(name: &str) -> Option<usize> {
    NAMES.iter().position(|(short, whole)| {
        name.eq_ignore_ascii_case(short) || name.eq_ignore_ascii_case(whole)
    })
}

impl Weekdays {
    pub(super) const ALL: Self = Self([true; 7]);

    /// The set of these numbers; all weekdays where there are none.
    pub(super) fn of(numbers: &[usize]) -> Self {
        let mut days = [numbers.is_empty(); 7];
        for (number, day) in days.iter_mut().enumerate() {
            *day |= numbers.contains(&number);
        }
        Self(days)
    }

    pub(super) fn has(self, day: Weekday) -> bool {
        self.0.iter().zip(0..).any(|(has, number)| *has && number == day.num_days_from_monday())
    }
}

/// Three or more in a row as a range, others one by one.
impl fmt::Display for Weekdays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let days: Vec<(&str, bool)> =
            NAMES.iter().zip(self.0).map(|((name, _), has)| (*name, has)).collect();
        let rows = days.chunk_by(|one, other| one.1 == other.1).filter(|row| row[0].1);
        let mut names = Vec::new();
        for row in rows {
            match row {
                [(first, _), _, .., (last, _)] => names.push(format!("{first}..{last}")),
                few => names.extend(few.iter().map(|(name, _)| (*name).to_owned())),
            }
        }
        f.write_str(&names.join(","))
    }
}
