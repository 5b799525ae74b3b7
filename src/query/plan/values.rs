//! Values of dimensions: what a question may ask for. Known are those of the dictionary and of the
//! calendar; one that a warehouse holds all the same, such as a code that nobody knows, is as good:
//! what an answer shows can be asked for. What it holds is looked up only where a value is unknown.

use polars::prelude::PolarsResult;

use crate::dictionary::{Dictionary, NamedPlace, Places, UNCLASSIFIED};
use crate::document::nearest;
use crate::metric::{Dimension, NO_MEASURE, NO_VALUE, NOT_DELIVERED};
use crate::quarter::{Month, Quarter};
use crate::query::language::file::Query;
use crate::query::plan::place;

/// The years that quarters are asked of.
pub(crate) const YEARS: std::ops::RangeInclusive<i32> = 1900..=2200;

/// Whether a stored column holds a value, in the states that a question is asked of.
pub type Holds<'a> = &'a dyn Fn(&str, &str) -> PolarsResult<bool>;

/// What values are judged by.
#[derive(Clone, Copy)]
pub(crate) struct Known<'a> {
    pub(crate) query: &'a Query,
    pub(crate) dictionary: &'a Dictionary,
    pub(crate) holds: Holds<'a>,
}

impl Known<'_> {
    /// What is wrong with a value of a dimension, if anything.
    pub(crate) fn wrong(self, dimension: Dimension, value: &str) -> Option<String> {
        let known = known_values(dimension, self.query, self.dictionary);
        let problem = wrong(dimension, value, known.as_deref(), self.dictionary)?;
        unless_held(problem, self.is_held(dimension, value))
    }

    /// Whether a text asks for rows without a value of a dimension that may lack one.
    pub(crate) fn is_no_value(self, dimension: Dimension, text: &str) -> bool {
        let known = known_values(dimension, self.query, self.dictionary);
        let is_value = || known.is_some_and(|known| known.iter().any(|it| it == text));
        [NO_VALUE, NO_MEASURE].contains(&text) && !is_value()
    }

    /// What is wrong with a code of a stored column, if anything.
    pub(crate) fn wrong_code(self, column: &str, code: &str) -> Option<String> {
        let variable = self.dictionary.variable(&column.to_uppercase())?;
        let known: Vec<&str> = variable.codes.iter().map(|it| it.code.as_str()).collect();
        if !variable.table_complete || known.is_empty() || known.contains(&code) {
            return None;
        }
        let problem = unknown(&format!("code of `{column}`"), code, &known);
        unless_held(problem, (self.holds)(column, code))
    }

    /// Whether an answer could show a value that is not known.
    fn is_held(self, dimension: Dimension, value: &str) -> PolarsResult<bool> {
        let holds = |value: &str| (self.holds)(dimension.column(), value);
        match dimension {
            // A code that is known has another one today; one that is not stands for itself.
            Dimension::CpasToday if self.dictionary.places().municipality(value).is_some() => {
                Ok(false)
            }
            Dimension::Regime
            | Dimension::Measure
            | Dimension::Guidance
            | Dimension::Sex
            | Dimension::Cpas
            | Dimension::CpasToday
            | Dimension::Code(_) => holds(value),
            Dimension::Measures | Dimension::MeasuresBefore | Dimension::MeasuresAfter => {
                let parts: Vec<&str> = value.split('+').collect();
                let is_known = |part: &str| classified(self.dictionary).any(|it| it == part);
                if !parts.is_sorted_by(|a, b| a < b) || parts.contains(&UNCLASSIFIED) {
                    return Ok(false);
                }
                let mut unknown = parts.iter().filter(|part| !is_known(part));
                unknown.try_fold(true, |all, part| Ok(all && holds(part)?))
            }
            // Made of what is stored by the dictionary, the bands or the calendar.
            Dimension::Quarter
            | Dimension::Year
            | Dimension::Month
            | Dimension::MeasureGroup
            | Dimension::Province
            | Dimension::Region
            | Dimension::Role
            | Dimension::Age
            | Dimension::BirthCohort
            | Dimension::MeasureCount
            | Dimension::MeasureEntry
            | Dimension::MeasureMonths => Ok(false),
        }
    }
}

/// What is wrong with a value, unless the data hold it.
fn unless_held(problem: String, is_held: PolarsResult<bool>) -> Option<String> {
    match is_held {
        Ok(true) => None,
        Ok(false) => Some(problem),
        Err(error) => Some(format!("{problem}; what the data hold could not be read: {error}")),
    }
}

/// What is wrong with a value of a dimension, if anything.
fn wrong(
    dimension: Dimension,
    value: &str,
    known: Option<&[String]>,
    dictionary: &Dictionary,
) -> Option<String> {
    if value.is_empty() {
        let without = if dimension.may_lack_value() { dimension.no_value() } else { "" };
        let help = if without.is_empty() {
            String::new()
        } else {
            format!("; `{without}` asks for rows without one")
        };
        return Some(format!("expected a value of `{}`, found nothing{help}", dimension.name()));
    }
    if dimension.is_of_place() {
        return place::wrong(dimension, value, dictionary.places());
    }
    if let Some(expected) = expected(dimension, value, dictionary) {
        return Some(format!("expected {expected} for `{}`, found `{value}`", dimension.name()));
    }
    if is_before_source(dimension, value) {
        let (name, start) = (dimension.name(), Quarter::SOURCE_START);
        return Some(format!(
            "no delivery covers `{value}` of `{name}`: the source begins in {start}"
        ));
    }
    let known: Vec<&str> = known?.iter().map(String::as_str).collect();
    let what = format!("value of `{}`", dimension.name());
    (!known.contains(&value)).then(|| unknown(&what, value, &known))
}

/// What a value of a dimension must look like, where it does not.
fn expected(dimension: Dimension, text: &str, dictionary: &Dictionary) -> Option<&'static str> {
    match dimension {
        Dimension::Quarter if !is_quarter(text) => Some("a quarter such as `2008Q3`"),
        Dimension::Month if !is_month(text) => Some("a month such as `2008-07`"),
        Dimension::Year if !is_year(text) => Some("a year such as `2008`"),
        Dimension::Measures | Dimension::MeasuresBefore | Dimension::MeasuresAfter
            if !is_course(dimension, text, dictionary) =>
        {
            Some("measures in alphabetical order, joined by `+`, or `none`")
        }
        _ => None,
    }
}

/// Whether a text is what a person can have of measures in a quarter.
fn is_course(dimension: Dimension, text: &str, dictionary: &Dictionary) -> bool {
    if text == NO_MEASURE {
        return true;
    }
    if text == NOT_DELIVERED {
        return dimension != Dimension::Measures;
    }
    let parts: Vec<&str> = text.split('+').collect();
    parts.is_sorted_by(|a, b| a < b)
        && parts.iter().all(|part| classified(dictionary).any(|it| it == *part))
}

/// The measures that rules lead to, in the order of the dictionary.
fn classified(dictionary: &Dictionary) -> impl Iterator<Item = &str> {
    let names = dictionary.measures().iter().map(|measure| measure.name.as_str());
    names.filter(|name| *name != UNCLASSIFIED)
}

/// Whether a text is a quarter as it is stored.
fn is_quarter(value: &str) -> bool {
    let is_good = |it: Quarter| YEARS.contains(&it.year()) && it.to_string() == value;
    value.parse().is_ok_and(is_good)
}

/// Whether a text is a month as it is shown.
fn is_month(value: &str) -> bool {
    value.parse().is_ok_and(|it: Month| YEARS.contains(&it.quarter().year()))
}

/// Whether a text is a year as it is shown.
fn is_year(value: &str) -> bool {
    value.parse().is_ok_and(|it: i32| YEARS.contains(&it) && it.to_string() == value)
}

/// Whether a quarter or a year lies before those that there can be a delivery of.
fn is_before_source(dimension: Dimension, text: &str) -> bool {
    let start = Quarter::SOURCE_START.year();
    let year = text.get(..4).and_then(|it| it.parse().ok());
    dimension.is_of_time() && year.is_some_and(|year: i32| year < start)
}

/// The values a dimension can have, where they are a closed list.
pub(crate) fn known_values(
    dimension: Dimension,
    query: &Query,
    dictionary: &Dictionary,
) -> Option<Vec<String>> {
    let nis = |places: Vec<NamedPlace>| places.into_iter().map(|it| it.nis.to_owned()).collect();
    Some(match dimension {
        Dimension::Regime => dictionary.regimes().iter().map(|it| it.name.clone()).collect(),
        Dimension::Measure => dictionary.measures().iter().map(|it| it.name.clone()).collect(),
        Dimension::Guidance => dictionary.guidances().iter().map(|it| it.name.clone()).collect(),
        Dimension::Province => nis(Places::provinces()),
        Dimension::Region => nis(Places::regions()),
        Dimension::Role | Dimension::Sex | Dimension::MeasureCount | Dimension::MeasureEntry => {
            let values = dimension.fixed_values().into_iter().flatten();
            values.map(ToString::to_string).collect()
        }
        Dimension::MeasureGroup => {
            dictionary.measure_groups().iter().map(|it| it.name.clone()).collect()
        }
        Dimension::Age | Dimension::BirthCohort | Dimension::MeasureMonths => {
            query.bands.of(dimension).iter().map(ToString::to_string).collect()
        }
        Dimension::Code(code) => return dictionary.closed_codes(code.name()),
        Dimension::Quarter
        | Dimension::Year
        | Dimension::Month
        | Dimension::Cpas
        | Dimension::CpasToday => return None,
        Dimension::Measures | Dimension::MeasuresBefore | Dimension::MeasuresAfter => return None,
    })
}

pub(crate) fn unknown(what: &str, name: &str, known: &[&str]) -> String {
    match nearest(name, known.iter().copied()) {
        Some(near) => format!("unknown {what} `{name}`; did you mean `{near}`?"),
        None if known.is_empty() => format!("unknown {what} `{name}`: this query has none"),
        None => format!("unknown {what} `{name}`; known: {}", known.join(", ")),
    }
}
