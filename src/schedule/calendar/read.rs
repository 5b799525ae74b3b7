//! Reads an expression.
//!
//! In: a text, and the zone it is meant in where it names none. Out: a [`Calendar`]. Never: an expression
//! whose normalised form systemd refuses or reads as another.

use chrono_tz::{TZ_VARIANTS, Tz};

use super::error::CalendarError;
use super::expression::{Calendar, Dates};
use super::field::Field;
use super::reader::Reader;
use super::values::{Kind, Written};
use super::weekdays::{NAMES, Weekdays, numbered};
use crate::document::nearest;

/// Names for longer expressions.
const SHORTHANDS: [(&str, &str); 12] = [
    ("minutely", "*-*-* *:*:00"),
    ("hourly", "*-*-* *:00:00"),
    ("daily", "*-*-* 00:00:00"),
    ("weekly", "Mon *-*-* 00:00:00"),
    ("monthly", "*-*-01 00:00:00"),
    ("quarterly", "*-01,04,07,10-01 00:00:00"),
    ("semiannually", "*-01,07-01 00:00:00"),
    ("semi-annually", "*-01,07-01 00:00:00"),
    ("biannually", "*-01,07-01 00:00:00"),
    ("bi-annually", "*-01,07-01 00:00:00"),
    ("yearly", "*-01-01 00:00:00"),
    ("annually", "*-01-01 00:00:00"),
];

impl Calendar {
    /// Reads an expression, whose dates and times are those of `zone` where it names no other.
    pub fn parse(text: &str, zone: Tz) -> Result<Self, CalendarError> {
        let named = named_zone(text)?;
        let end = named.map_or(text.len(), |(end, _)| end);
        let mut reader = Reader::new(text, end);
        let rest = reader.rest();
        let shorthand = SHORTHANDS.iter().find(|(name, _)| rest.eq_ignore_ascii_case(name));
        if let Some((_, long)) = shorthand {
            reader = Reader::new(long, long.len());
        }
        if reader.is_at_end() {
            return Err(reader.mistake("a weekday, a date or a time"));
        }
        let weekdays = weekdays(&mut reader)?;
        let (date, [hour, minute, second]) = date_and_time(&mut reader)?;
        Ok(Self {
            weekdays,
            date,
            hour,
            minute,
            second,
            zone: named.map_or(zone, |(_, named)| named),
            is_zone_named: named.is_some(),
        })
    }
}

/// The time zone that is the last word, and where the words before it end.
fn named_zone(text: &str) -> Result<Option<(usize, Tz)>, CalendarError> {
    let Some((before, word)) = text.rsplit_once(' ') else { return Ok(None) };
    if word.eq_ignore_ascii_case(Tz::UTC.name()) {
        return Ok(Some((before.len(), Tz::UTC)));
    }
    if let Ok(zone) = word.parse() {
        return Ok(Some((before.len(), zone)));
    }
    let is_date_or_time = !word.starts_with(char::is_alphabetic) || before.ends_with(',');
    if is_date_or_time || numbered(word.split(['.', ',', '-']).next().unwrap_or(word)).is_some() {
        return Ok(None);
    }
    let span = before.len() + 1..text.len();
    let error = CalendarError::new(text, span, "a time zone such as `Europe/Brussels`");
    Err(error.did_you_mean(near_zone(word)))
}

/// The zone that is probably meant: by its city alone, or by a name that is nearly it.
fn near_zone(word: &str) -> Option<&'static str> {
    let mut names = TZ_VARIANTS.iter().map(|it| it.name());
    if word.contains('/') {
        return nearest(word, names);
    }
    names.find(|it| it.rsplit('/').next().is_some_and(|city| word.eq_ignore_ascii_case(city)))
}

/// The weekdays at the beginning, and the spaces behind them.
fn weekdays(reader: &mut Reader<'_>) -> Result<Weekdays, CalendarError> {
    if !reader.rest().starts_with(char::is_alphabetic) {
        return Ok(Weekdays::ALL);
    }
    let mut numbers = Vec::new();
    loop {
        let first = weekday(reader)?;
        if reader.takes("..") || reader.takes("-") {
            let start = reader.at();
            let last = weekday(reader)?;
            if last < first {
                let expected = format!("a weekday from {} on", NAMES[first].0);
                let error = reader.mistake_at(start..reader.at(), expected);
                return Err(error.help("a week begins on Monday and ends on Sunday"));
            }
            numbers.extend(first..=last);
        } else {
            numbers.push(first);
        }
        let goes_on = reader.takes(",");
        if reader.is_at_end() || reader.sees(" ") {
            reader.skip_spaces();
            return Ok(Weekdays::of(&numbers));
        }
        if !goes_on {
            return Err(reader.mistake("`,`, `..` or a space after a weekday"));
        }
    }
}

fn weekday(reader: &mut Reader<'_>) -> Result<usize, CalendarError> {
    let name = reader.run(char::is_alphabetic);
    if let Some(number) = numbered(name) {
        reader.skip(name);
        return Ok(number);
    }
    let word = reader.run(|it| it.is_alphabetic() || it == '-');
    if word.is_empty() {
        return Err(reader.mistake("a weekday"));
    }
    let span = reader.at()..reader.at() + word.len();
    let known = NAMES.iter().flat_map(|(short, whole)| [*short, *whole]);
    let known = known.chain(SHORTHANDS.iter().map(|(name, _)| *name));
    let expected = "a weekday such as `Mon`, a date, a time, or a name such as `daily`";
    Err(reader.mistake_at(span, expected).did_you_mean(nearest(word, known)))
}

fn date_and_time(reader: &mut Reader<'_>) -> Result<(Dates, [Field; 3]), CalendarError> {
    let any = || Dates {
        year: Field::default(),
        month: Field::default(),
        day: Field::default(),
        is_from_end: false,
    };
    let midnight = || [0; 3].map(Field::only);
    if reader.is_at_end() {
        return Ok((any(), midnight()));
    }
    let first = Written::read(reader)?;
    if reader.sees(":") {
        return Ok((any(), time(&first, reader)?));
    }
    let date = date(&first, reader)?;
    if !reader.is_at_end() && !reader.sees(" ") {
        return Err(reader.mistake("a space and a time, or the end"));
    }
    reader.skip_spaces();
    if reader.is_at_end() {
        return Ok((date, midnight()));
    }
    let hour = Written::read(reader)?;
    Ok((date, time(&hour, reader)?))
}

/// What comes behind the first field of a date: month and day where it is the year, otherwise the day.
fn date(first: &Written, reader: &mut Reader<'_>) -> Result<Dates, CalendarError> {
    let is_from_end = reader.takes("~");
    if !is_from_end && !reader.takes("-") {
        return Err(reader.mistake("`:` and minutes, or `-` and a day"));
    }
    let second = Written::read(reader)?;
    if is_from_end || !(reader.sees("-") || reader.sees("~")) {
        return dates(None, [first, &second], is_from_end, reader);
    }
    let is_from_end = reader.takes("~");
    if !is_from_end {
        reader.skip("-");
    }
    let third = Written::read(reader)?;
    dates(Some(first), [&second, &third], is_from_end, reader)
}

fn dates(
    year: Option<&Written>,
    [month, day]: [&Written; 2],
    is_from_end: bool,
    reader: &Reader<'_>,
) -> Result<Dates, CalendarError> {
    let year = year.map(|it| Kind::Year.field(it, reader)).transpose()?;
    let month = Kind::Month.field(month, reader).map_err(|error| match &year {
        Some(_) => error,
        None => error.help("two parts are month and day; a year has both behind it"),
    })?;
    let kind = if is_from_end { Kind::DayFromEnd } else { Kind::Day };
    let day = kind.field(day, reader)?;
    // Any day is any day from whichever end.
    let is_from_end = is_from_end && !day.is_any();
    Ok(Dates { year: year.unwrap_or_default(), month, day, is_from_end })
}

/// What comes behind the hour: minutes and, where they are there, seconds.
fn time(hour: &Written, reader: &mut Reader<'_>) -> Result<[Field; 3], CalendarError> {
    let hour = Kind::Hour.field(hour, reader)?;
    if !reader.takes(":") {
        return Err(reader.mistake("`:` and minutes"));
    }
    let minute = Written::read(reader)?;
    let minute = Kind::Minute.field(&minute, reader)?;
    let mut second = Field::only(0);
    if reader.takes(":") {
        let written = Written::read(reader)?;
        second = Kind::Second.field(&written, reader)?;
    }
    if !reader.is_at_end() {
        return Err(reader.mistake("one space and a time zone, or the end"));
    }
    Ok([hour, minute, second])
}
