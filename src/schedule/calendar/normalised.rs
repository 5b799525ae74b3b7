//! The normalised form of an expression, as `systemd-analyze calendar` prints it.
//!
//! In: a [`Calendar`]. Out: a text that this program and systemd read as the same. Never: a zone that the
//! expression did not name.

use std::fmt;

use super::expression::{Calendar, Dates};
use super::field::{Extent, Field, Part};
use super::weekdays::Weekdays;

impl fmt::Display for Calendar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { weekdays, date, hour, minute, second, zone, is_zone_named } = self;
        if *weekdays != Weekdays::ALL {
            write!(f, "{weekdays} ")?;
        }
        let Dates { year, month, day, is_from_end } = date;
        let mark = if *is_from_end { '~' } else { '-' };
        write!(f, "{}-{}{mark}{} ", written(year, 4), written(month, 2), written(day, 2))?;
        write!(f, "{}:{}:{}", written(hour, 2), written(minute, 2), written(second, 2))?;
        if *is_zone_named {
            write!(f, " {}", zone.name())?;
        }
        Ok(())
    }
}

fn written(field: &Field, width: usize) -> String {
    if field.is_any() {
        return "*".to_owned();
    }
    let parts: Vec<String> = field.parts.iter().map(|it| part(*it, width)).collect();
    parts.join(",")
}

fn part(Part { first, extent }: Part, width: usize) -> String {
    match extent {
        Extent::Alone => format!("{first:0width$}"),
        Extent::Open { step } => format!("{first:0width$}/{step}"),
        Extent::Until { last, step: 1 } => format!("{first:0width$}..{last:0width$}"),
        Extent::Until { last, step } => format!("{first:0width$}..{last:0width$}/{step}"),
    }
}
