//! Single numbers of tables: which cell is meant, what it is compared with, and how it is written.
//!
//! In: released tables, the numbers that a report names. Out: exact numbers, and texts in a language.
//! Never: a cell that is guessed. Where a name could mean two cells, or none, that is said with what
//! there is.

use super::definition::{Against, NumberDefinition};
use super::reference::{Aspect, Form, MILLIONTHS, Reference};
use crate::disclosure::{Cell, Member, ReleasedTable, ResultColumn, TOTAL, Unit, Values};
use crate::document::nearest;
use crate::quarter::Quarter;
use crate::render::{decimal_text, grouped};
use crate::words::{Language, Words};

/// A number as it stands in a table, or as it was worked out from two of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Number {
    /// Without its decimal mark.
    pub(super) value: i128,
    pub(super) decimals: u8,
    pub(super) unit: Unit,
    /// Whether it is over some of its quarters only.
    pub(super) is_partial: bool,
}

impl Number {
    /// In millionths, as conditions compare.
    pub(super) fn millionths(self) -> i128 {
        let missing = MILLIONTHS.saturating_sub(self.decimals);
        self.value * 10_i128.pow(missing.into())
    }
}

/// Why there is no number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Missing {
    /// The cell has none, or there is nothing to compare with.
    NoNumber(String),
    /// The name means no cell, or several.
    Mistake(String),
}

/// Decimals of a rate.
const RATE_DECIMALS: u8 = 1;

/// The number that a text asks for.
pub(super) fn number(
    definition: &NumberDefinition,
    table: &ReleasedTable,
    reference: &Reference,
) -> Result<Number, Missing> {
    let now = || cell(definition, table, reference, None);
    let before = || {
        let mistake = || {
            let text = format!("`{}` is compared with nothing", reference.name);
            Missing::Mistake(text + ": give it `against = \"year_before\"` or `\"before\"`")
        };
        cell(definition, table, reference, Some(definition.against.ok_or_else(mistake)?))
    };
    match reference.aspect {
        Aspect::Value => now(),
        Aspect::Before => before(),
        Aspect::Change | Aspect::Direction => {
            let (now, before) = (now()?, before()?);
            let is_partial = now.is_partial || before.is_partial;
            Ok(Number { value: now.value - before.value, is_partial, ..now })
        }
        Aspect::Rate => {
            let (now, before) = (now()?, before()?);
            if before.value == 0 {
                return Err(Missing::NoNumber("nothing to divide by".to_owned()));
            }
            let change = (now.value - before.value) * 100 * 10_i128.pow(RATE_DECIMALS.into());
            let value = rounded(change, before.value.abs());
            let is_partial = now.is_partial || before.is_partial;
            Ok(Number { value, decimals: RATE_DECIMALS, unit: Unit::Percent, is_partial })
        }
    }
}

/// Divided, to the nearest whole number; a half goes away from zero.
fn rounded(value: i128, by: i128) -> i128 {
    let half = by / 2;
    if value < 0 { -((-value + half) / by) } else { (value + half) / by }
}

/// The number of the one row that is meant.
fn cell(
    definition: &NumberDefinition,
    table: &ReleasedTable,
    reference: &Reference,
    against: Option<Against>,
) -> Result<Number, Missing> {
    let columns = table.columns();
    let dimensions: Vec<&ResultColumn> =
        columns.iter().filter(|it| matches!(it.values, Values::Members(_))).collect();
    let mut rows: Vec<usize> = (0..table.row_count()).collect();
    let mut member = reference.member.as_deref();
    for (name, _) in &definition.wheres {
        if !dimensions.iter().any(|it| it.name == name.value) {
            return Err(unknown("dimension", &name.value, dimensions.iter().map(|it| &*it.name)));
        }
    }
    for dimension in &dimensions {
        let said = definition.wheres.iter().find(|(name, _)| name.value == dimension.name);
        let texts = members(dimension);
        let wanted = match said {
            Some((_, value)) => time(value, &texts),
            None => match member.take() {
                Some(member) => member.to_owned(),
                None => left_open(&dimension.name, &texts)?,
            },
        };
        if !texts.contains(&wanted) {
            // Nobody may have it in this delivery, and somebody in the next.
            let what = format!("value of `{}` in this answer", dimension.name);
            let unknown = unknown(&what, &wanted, texts.iter().map(String::as_str));
            return Err(match unknown {
                Missing::Mistake(text) | Missing::NoNumber(text) => Missing::NoNumber(text),
            });
        }
        let wanted = match against.filter(|_| ["quarter", "year"].contains(&&*dimension.name)) {
            Some(against) => shifted(&wanted, against),
            None => Some(wanted),
        };
        rows.retain(|row| dimension.values.text(*row).as_deref() == wanted.as_deref());
    }
    if let Some(member) = member {
        let text = format!("`{}` leaves no dimension open for `{member}`", reference.name);
        return Err(Missing::Mistake(text));
    }
    of_row(definition, table, rows.first().copied())
}

/// The number of a row, if there is the row, and it has one.
fn of_row(
    definition: &NumberDefinition,
    table: &ReleasedTable,
    row: Option<usize>,
) -> Result<Number, Missing> {
    let metric = &definition.metric.value;
    let numbers = table.columns().iter().filter_map(|column| match &column.values {
        Values::Numbers(numbers) => Some((column.name.as_str(), numbers)),
        _ => None,
    });
    let numbers: Vec<_> = numbers.collect();
    let Some((_, found)) = numbers.iter().find(|(name, _)| name == metric) else {
        return Err(unknown("metric", metric, numbers.iter().map(|(name, _)| *name)));
    };
    let no_number = |why: &str| Err(Missing::NoNumber(why.to_owned()));
    let Some(row) = row else { return no_number("the table has no such row") };
    let number = |value, is_partial| Number {
        value,
        decimals: found.decimals,
        unit: found.unit,
        is_partial,
    };
    match found.cells[row] {
        Cell::Value(value) => Ok(number(value, false)),
        Cell::Partial(value) => Ok(number(value, true)),
        Cell::NotDelivered => no_number("not delivered"),
        Cell::NotApplicable => no_number("not applicable"),
        Cell::LeftOut => no_number("over some of its quarters only"),
        Cell::Undefined => no_number("nothing to divide by or to compare with"),
    }
}

/// The texts of a dimension, each once, in their order.
fn members(dimension: &ResultColumn) -> Vec<String> {
    let Values::Members(members) = &dimension.values else { return Vec::new() };
    let mut texts: Vec<String> =
        members.iter().filter_map(Member::text).map(std::borrow::Cow::into_owned).collect();
    texts.sort_unstable();
    texts.dedup();
    texts
}

/// `first` and `last` of quarters or years.
fn time(value: &str, texts: &[String]) -> String {
    let mut single = texts.iter().filter(|it| *it != TOTAL);
    let found = match value {
        "first" => single.next(),
        "last" => single.next_back(),
        _ => None,
    };
    found.cloned().unwrap_or_else(|| value.to_owned())
}

/// What is meant where nothing is said: the total, or the only value.
fn left_open(name: &str, texts: &[String]) -> Result<String, Missing> {
    match texts {
        _ if texts.iter().any(|it| it == TOTAL) => Ok(TOTAL.to_owned()),
        [only] => Ok(only.clone()),
        _ => {
            let some: Vec<&str> = texts.iter().take(5).map(String::as_str).collect();
            let text = format!("which `{name}` is meant? there are {}", some.join(", "));
            Err(Missing::Mistake(text + "; say it under `where`, or after the name"))
        }
    }
}

/// A quarter or year before; `None` where it is no such.
fn shifted(text: &str, against: Against) -> Option<String> {
    if let Ok(year) = text.parse::<i32>() {
        return Some((year - 1).to_string());
    }
    let back = match against {
        Against::Before => -1,
        Against::YearBefore => -4,
    };
    Some(text.parse::<Quarter>().ok()?.plus(back).to_string())
}

fn unknown<'n>(what: &str, name: &str, known: impl Iterator<Item = &'n str>) -> Missing {
    let known: Vec<&str> = known.collect();
    let near = nearest(name, known.iter().copied());
    let help = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => {
            format!("there are {}", known.iter().take(8).copied().collect::<Vec<_>>().join(", "))
        }
    };
    Missing::Mistake(format!("unknown {what} `{name}`; {help}"))
}

/// A number in a sentence.
pub(super) fn written(number: Number, reference: &Reference, language: Language) -> String {
    if reference.aspect == Aspect::Direction {
        return direction(number.value, language).to_owned();
    }
    let (value, decimals) = match reference.form {
        Form::Exact => (number.value, number.decimals),
        Form::Euros => in_units(number, 0, 0),
        Form::Thousands => in_units(number, 3, 0),
        Form::Millions => in_units(number, 6, 1),
    };
    let text = grouped(&decimal_text(value, decimals)).replace('-', "\u{2212}");
    let is_signed = matches!(reference.aspect, Aspect::Change | Aspect::Rate) && value > 0;
    let sign = if is_signed { "+" } else { "" };
    let text = if language == Language::En { text } else { text.replace('.', ",") };
    let unit = match (number.unit, language) {
        (Unit::Percent, Language::En) => "%",
        (Unit::Percent, _) => "\u{a0}%",
        _ => "",
    };
    let partial = if number.is_partial {
        format!(" ({})", Words::of(language).text("status.partial"))
    } else {
        String::new()
    };
    format!("{sign}{text}{unit}{partial}")
}

/// In so many powers of ten, with some decimals.
fn in_units(number: Number, power: u8, decimals: u8) -> (i128, u8) {
    let (has, wants) = (i32::from(number.decimals), i32::from(decimals) - i32::from(power));
    let by = 10_i128.pow((has - wants).unsigned_abs());
    let value = if has > wants { rounded(number.value, by) } else { number.value * by };
    (value, decimals)
}

/// Whether something has risen or fallen, as words that fit any subject.
fn direction(change: i128, language: Language) -> &'static str {
    Words::of(language).text(match change.signum() {
        -1 => "direction.down",
        0 => "direction.same",
        _ => "direction.up",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_rounded_once_and_away_from_zero() {
        let number =
            |value, decimals| Number { value, decimals, unit: Unit::Euros, is_partial: false };
        let cases = [
            (number(123_456_789, 2), Form::Exact, "1\u{a0}234\u{a0}567,89"),
            (number(123_456_750, 2), Form::Euros, "1\u{a0}234\u{a0}568"),
            (number(-123_456_750, 2), Form::Euros, "\u{2212}1\u{a0}234\u{a0}568"),
            (number(123_456_750, 2), Form::Thousands, "1\u{a0}235"),
            (number(123_456_750, 2), Form::Millions, "1,2"),
            (number(5, 0), Form::Millions, "0,0"),
        ];
        for (number, form, text) in cases {
            let reference = Reference {
                name: String::new(),
                member: None,
                aspect: Aspect::Value,
                form,
                otherwise: None,
            };
            assert_eq!(written(number, &reference, Language::Fr), text);
        }
    }
}
