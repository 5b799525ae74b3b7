//! Calendar expressions as `systemd.time(7)` has them: `Mon..Fri *-*-* 06:00 Europe/Brussels`.
//!
//! In: a text, and the time zone it is meant in where it names none. Out: a [`Calendar`], its normalised
//! form, which systemd reads alike, and the moments at which it occurs. Never: a clock that is read, a
//! search without an end, a part of the expression that is silently ignored.
//!
//! Not taken over, since none of it is a time that comes back or that everybody reads alike: `@` with seconds
//! since 1970, fractions of seconds, the abbreviations of the machine's own time zone, the misspelt `anually`.
//! Taken besides: `*/3`, as cron has it, for `0/3` in hours, minutes and seconds and `1/3` in days and months;
//! lists of days from the end of a month, of which systemd refuses some.

mod error;
mod expression;
mod field;
mod normalised;
mod occurrences;
mod read;
mod reader;
mod values;
mod weekdays;

pub use error::CalendarError;
pub use expression::Calendar;
