//! Reads one field of an expression: `*`, `5`, `1..5`, `1..9/2`, `0/15`, and lists of such.
//!
//! In: what comes next in the text, and what kind of field it is, which is known later: `12` begins a date or
//! a time. Out: the [`Field`]. Never: a value that the field cannot have, or a step that leads nowhere.

use std::ops::Range;

use super::error::CalendarError;
use super::field::{Extent, Field, Part};
use super::reader::Reader;

/// The first and the last year that an expression can name.
pub(super) const YEARS: (u32, u32) = (1970, 2199);

/// Parts that a field may have: as many as systemd takes.
const PARTS_MAX: usize = 240;

/// What a field is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Year,
    Month,
    Day,
    /// Counted from the end of the month, as far as every month goes.
    DayFromEnd,
    Hour,
    Minute,
    Second,
}

/// A field as it is written.
#[derive(Debug)]
pub(super) struct Written {
    /// None where any value may be.
    parts: Vec<WrittenPart>,
}

#[derive(Debug)]
struct WrittenPart {
    /// None for `*`, behind which there is a step.
    first: Option<Number>,
    last: Option<Number>,
    step: Option<Number>,
}

#[derive(Debug, Clone)]
struct Number {
    value: u32,
    span: Range<usize>,
}

impl Kind {
    /// Its name, its least and its greatest value.
    fn bounds(self) -> (&'static str, u32, u32) {
        match self {
            Self::Year => ("year", YEARS.0, YEARS.1),
            Self::Month => ("month", 1, 12),
            Self::Day => ("day of the month", 1, 31),
            Self::DayFromEnd => ("day counted from the end of the month", 1, 28),
            Self::Hour => ("hour", 0, 23),
            Self::Minute => ("minute", 0, 59),
            Self::Second => ("second", 0, 59),
        }
    }

    /// Checks what is written.
    pub(super) fn field(
        self,
        written: &Written,
        reader: &Reader<'_>,
    ) -> Result<Field, CalendarError> {
        let parts = written.parts.iter().map(|it| self.part(it, reader));
        let field = Field::new(parts.collect::<Result<_, _>>()?);
        let every = Part { first: 0, extent: Extent::Open { step: 1 } };
        let is_any = self == Self::Second && field.parts.contains(&every);
        Ok(if is_any { Field::default() } else { field })
    }

    fn part(self, written: &WrittenPart, reader: &Reader<'_>) -> Result<Part, CalendarError> {
        let (name, least, greatest) = self.bounds();
        let first = match &written.first {
            None => least,
            Some(first) => self.value(first, reader)?,
        };
        match (&written.last, &written.step) {
            (None, None) => Ok(Part { first, extent: Extent::Alone }),
            (None, Some(step)) => {
                let room = if self == Self::DayFromEnd { first - least } else { greatest - first };
                if step.value > room {
                    let expected = match room {
                        0 => format!("no step, as there is no {name} behind {first}"),
                        room => format!("a step to another {name}, at most {room}"),
                    };
                    return Err(reader.mistake_at(step.span.clone(), expected));
                }
                Ok(Part { first, extent: Extent::Open { step: step.value } })
            }
            (Some(last), step) => {
                let value = self.value(last, reader)?;
                if value < first {
                    let expected = format!("the last {name} not to be before the first");
                    return Err(reader.mistake_at(last.span.clone(), expected));
                }
                Ok(Part::range(first, value, step.as_ref().map_or(1, |it| it.value)))
            }
        }
    }

    fn value(self, number: &Number, reader: &Reader<'_>) -> Result<u32, CalendarError> {
        let (name, least, greatest) = self.bounds();
        let value = match (self, number.value) {
            (Self::Year, short @ 0..70) => 2000 + short,
            (Self::Year, short @ 70..100) => 1900 + short,
            (_, value) => value,
        };
        if (least..=greatest).contains(&value) {
            return Ok(value);
        }
        let expected = format!("the {name} to be {least} to {greatest}");
        Err(reader.mistake_at(number.span.clone(), expected))
    }
}

impl Written {
    /// Reads a field.
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, CalendarError> {
        if reader.takes("*") {
            let step = step(reader)?;
            let part = step.map(|it| WrittenPart { first: None, last: None, step: Some(it) });
            return Ok(Self { parts: part.into_iter().collect() });
        }
        let mut parts = Vec::new();
        loop {
            let start = reader.at();
            parts.push(part(reader)?);
            if parts.len() > PARTS_MAX {
                let expected = format!("at most {PARTS_MAX} values in a list");
                return Err(reader.mistake_at(start..reader.at(), expected));
            }
            if !reader.takes(",") {
                return Ok(Self { parts });
            }
        }
    }
}

fn part(reader: &mut Reader<'_>) -> Result<WrittenPart, CalendarError> {
    let first = number(reader, "a number or `*`")?;
    let last = if reader.takes("..") { Some(number(reader, "a number")?) } else { None };
    let step = step(reader)?;
    Ok(WrittenPart { first: Some(first), last, step })
}

fn step(reader: &mut Reader<'_>) -> Result<Option<Number>, CalendarError> {
    if !reader.takes("/") {
        return Ok(None);
    }
    let step = number(reader, "a number")?;
    if step.value == 0 {
        return Err(reader.mistake_at(step.span, "a step of 1 or more"));
    }
    Ok(Some(step))
}

fn number(reader: &mut Reader<'_>, expected: &str) -> Result<Number, CalendarError> {
    let digits = reader.run(|it| it.is_ascii_digit());
    if digits.is_empty() {
        return Err(reader.mistake(expected));
    }
    let start = reader.at();
    reader.skip(digits);
    let span = start..reader.at();
    let Ok(value) = digits.parse() else {
        return Err(reader.mistake_at(span, "a number that is not so large"));
    };
    if reader.sees(".") && !reader.sees("..") {
        let fraction = reader.run(|it| it == '.' || it.is_ascii_digit());
        let span = reader.at()..reader.at() + fraction.len();
        let error = reader.mistake_at(span, "a whole number");
        return Err(error.help("leave fractions of seconds out; a range is written `1..5`"));
    }
    Ok(Number { value, span })
}
