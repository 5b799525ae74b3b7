//! A query and what the user asks of it: every name and value checked before anything is read.

use std::collections::BTreeMap;

use polars::prelude::{DataFrame, PolarsResult};

use super::figures::Figures;
use super::file::Query;
use super::parameter::{given, values};
use super::partial::quarters_of;
use super::place;
use crate::dictionary::{Dictionary, NamedPlace, Places, UNCLASSIFIED, Validity};
use crate::document::nearest;
use crate::metric::{Dimension, NO_MEASURE, NO_VALUE, NOT_DELIVERED};
use crate::quarter::{Quarter, QuarterRange};

/// What the user asks besides the query's name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Arguments {
    /// First quarter.
    pub from: Option<Quarter>,
    /// Last quarter.
    pub to: Option<Quarter>,
    /// Dimension and value; several values of one dimension are alternatives.
    pub wheres: Vec<(String, String)>,
    /// Parameter and value.
    pub sets: Vec<(String, String)>,
}

/// A query ready to be compiled.
#[derive(Debug, Clone)]
pub struct Question {
    pub(super) query: Query,
    pub(super) range: Option<QuarterRange>,
    /// The values asked for; `None` asks for the rows without one.
    pub(super) wheres: BTreeMap<Dimension, Vec<Option<String>>>,
    /// The values of parameters as they were given.
    given: Vec<(String, String)>,
    /// The values that a top shows one by one, where another state has ranked them.
    pub(super) first: Option<DataFrame>,
}

/// What is wrong with a question; all of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub struct ResolveError(Vec<String>);

impl Question {
    /// A query of which nothing is asked besides.
    pub(super) fn of_all(query: Query) -> Self {
        let wheres = BTreeMap::new();
        Self { query, range: None, wheres, given: Vec::new(), first: None }
    }

    /// The same question, to be answered with the ranking that these figures of another state were
    /// counted by.
    pub(crate) fn ranked_as(&self, figures: &Figures) -> PolarsResult<Self> {
        let first = self.query.top.as_ref().map(|top| figures.first(&self.query.dimensions, top));
        Ok(Self { first: first.transpose()?, ..self.clone() })
    }

    /// The query.
    pub fn query(&self) -> &Query {
        &self.query
    }

    /// The quarters asked for.
    pub fn range(&self) -> Option<QuarterRange> {
        self.range
    }

    /// Whether figures of a quarter are computed from others too.
    pub(super) fn looks_back(&self) -> bool {
        self.query.derived.iter().any(|derived| derived.formula.needs_quarter())
    }

    /// The quarters that have to be read for the ones asked for; all without a range.
    pub fn scan_range(&self) -> Option<QuarterRange> {
        let range = self.counted_range()?;
        let (mut first, mut last) = (range.first(), range.last());
        if self.needs(Dimension::MeasureEntry) || self.needs(Dimension::MeasureMonths) {
            first = Quarter::new(1, 1)?;
        } else if self.needs(Dimension::MeasuresBefore) {
            first = first.plus(-1);
        }
        if self.needs(Dimension::MeasuresAfter) {
            last = last.plus(1);
        }
        QuarterRange::new(first, last).ok()
    }

    /// Whether rows are told apart or left out by a dimension.
    pub(super) fn needs(&self, dimension: Dimension) -> bool {
        let filtered = self.query.filter.as_ref();
        self.query.dimensions.contains(&dimension)
            || self.wheres.contains_key(&dimension)
            || filtered.is_some_and(|filter| filter.columns().any(|it| it == dimension.name()))
    }

    /// Whether which rows count depends on the value of a dimension: what asks only whether there is
    /// one does not.
    pub(super) fn depends_on(&self, dimension: Dimension) -> bool {
        let filter = self.query.filter.as_ref();
        let asked = self.wheres.get(&dimension);
        asked.is_some_and(|values| values.iter().any(Option::is_some))
            || filter.is_some_and(|filter| filter.compares(dimension.name()))
    }

    /// Whether it looks at other observations of the same persons.
    pub(super) fn needs_course(&self) -> bool {
        Dimension::ALL.into_iter().any(|it| it.is_of_course() && self.needs(it))
    }

    /// The quarters whose rows are counted for the ones asked for; all without a range.
    pub(super) fn counted_range(&self) -> Option<QuarterRange> {
        let range = self.range?;
        let ends = [range.first(), range.last()];
        let sources = || ends.into_iter().flat_map(|end| self.query.sources_of(end)).chain(ends);
        QuarterRange::new(sources().min()?, sources().max()?).ok()
    }

    /// The conditions on rows; quarters and years are picked from the answer where others are
    /// needed too.
    pub(super) fn row_conditions(
        &self,
    ) -> impl Iterator<Item = (&Dimension, &Vec<Option<String>>)> {
        let looks_back = self.looks_back();
        let of_time = |it: &Dimension| matches!(it, Dimension::Quarter | Dimension::Year);
        self.wheres.iter().filter(move |(dimension, _)| !(looks_back && of_time(dimension)))
    }

    /// Whether some quarters are not asked for.
    pub(super) fn narrows_time(&self) -> bool {
        let of_time = [Dimension::Quarter, Dimension::Year];
        self.range.is_some() || of_time.iter().any(|it| self.wheres.contains_key(it))
    }

    /// The quarters that are asked for by name, or as those of a year, in order.
    pub(super) fn named_quarters(&self) -> Option<Vec<Quarter>> {
        let named = |dimension| Some(self.wheres.get(&dimension)?.iter().flatten());
        let mut quarters: Vec<Quarter> = if let Some(quarters) = named(Dimension::Quarter) {
            quarters.filter_map(|it| it.parse().ok()).collect()
        } else {
            let years = named(Dimension::Year)?.filter_map(|it| it.parse().ok());
            years.flat_map(quarters_of).collect()
        };
        quarters.sort_unstable();
        quarters.dedup();
        Some(quarters)
    }

    /// Whether a quarter is among those asked for.
    pub(super) fn shows(&self, quarter: Quarter) -> bool {
        let among = |dimension, text: String| {
            self.wheres.get(&dimension).is_none_or(|values| values.contains(&Some(text)))
        };
        self.range.is_none_or(|range| range.contains(quarter))
            && among(Dimension::Quarter, quarter.to_string())
            && among(Dimension::Year, quarter.year().to_string())
    }

    /// The values that rows were narrowed to, as `dimension=value`.
    pub fn conditions(&self) -> Vec<String> {
        let of = |(dimension, values): (&Dimension, &Vec<Option<String>>)| {
            let value = |it: &Option<String>| {
                let value = it.as_deref().unwrap_or(dimension.no_value());
                format!("{}={value}", dimension.name())
            };
            values.iter().map(value).collect::<Vec<_>>()
        };
        self.wheres.iter().flat_map(of).collect()
    }

    /// The values of parameters, also the defaults.
    pub fn parameter_values(&self) -> impl Iterator<Item = (&str, &str)> {
        self.given.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// Checks the arguments against the query and the dictionary.
pub fn resolve(
    query: Query,
    arguments: &Arguments,
    dictionary: &Dictionary,
) -> Result<Question, ResolveError> {
    let mut problems = Vec::new();
    let range = range(arguments, &mut problems);
    let wheres = wheres(&query, arguments, dictionary, &mut problems);
    let given = given(&query, arguments, &mut problems);
    let found = problems.len();
    let (values, lists) = values(&query, &given, &mut problems);
    let values_are_right = problems.len() == found && given.len() == query.parameters.len();
    let mut query = query;
    if let Some(filter) = query.filter.as_ref().filter(|_| values_are_right) {
        match filter.with_values(&values, &lists) {
            Ok(filter) => {
                problems.extend(literals(&query, &filter.literals(), range, dictionary));
                query.filter = Some(filter);
            }
            Err(wrong) => problems.extend(wrong),
        }
    }
    if problems.is_empty() {
        Ok(Question { query, range, wheres, given, first: None })
    } else {
        Err(ResolveError(problems))
    }
}

fn range(arguments: &Arguments, problems: &mut Vec<String>) -> Option<QuarterRange> {
    if arguments.from.is_none() && arguments.to.is_none() {
        return None;
    }
    let first = arguments.from.or_else(|| Quarter::new(1, 1))?;
    let last = arguments.to.or_else(|| Quarter::new(9999, 4))?;
    let range = QuarterRange::new(first, last);
    range.map_err(|error| problems.push(error.to_string())).ok()
}

fn wheres(
    query: &Query,
    arguments: &Arguments,
    dictionary: &Dictionary,
    problems: &mut Vec<String>,
) -> BTreeMap<Dimension, Vec<Option<String>>> {
    let mut wheres: BTreeMap<Dimension, Vec<Option<String>>> = BTreeMap::new();
    for (name, value) in &arguments.wheres {
        let Some(dimension) = Dimension::named(name) else {
            let known = Dimension::ALL.map(Dimension::name);
            problems.push(unknown("dimension", name, &known));
            continue;
        };
        let known = known_values(dimension, query, dictionary);
        let is_value = || known.as_ref().is_some_and(|known| known.contains(value));
        let no_value = [NO_VALUE, NO_MEASURE].contains(&value.as_str()) && !is_value();
        let value = if no_value && dimension.may_lack_value() {
            None
        } else {
            problems.extend(wrong(dimension, value, known.as_deref(), dictionary));
            Some(value.clone())
        };
        wheres.entry(dimension).or_default().push(value);
    }
    wheres
}

/// What is wrong with a value of a dimension, if anything.
fn wrong(
    dimension: Dimension,
    value: &str,
    known: Option<&[String]>,
    dictionary: &Dictionary,
) -> Option<String> {
    if dimension.is_of_place() {
        return place::wrong(dimension, value, dictionary.places());
    }
    if let Some(expected) = expected(dimension, value, dictionary) {
        return Some(format!("expected {expected} for `{}`, found `{value}`", dimension.name()));
    }
    let known: Vec<&str> = known?.iter().map(String::as_str).collect();
    let what = format!("value of `{}`", dimension.name());
    (!known.contains(&value)).then(|| unknown(&what, value, &known))
}

/// What is wrong with the texts that a filter compares names with: a slip of the pen would make
/// an empty answer of it.
fn literals(
    query: &Query,
    literals: &[(String, String)],
    range: Option<QuarterRange>,
    dictionary: &Dictionary,
) -> Vec<String> {
    let wrong = literals.iter().filter_map(|(name, text)| literal(query, name, text, dictionary));
    let mut problems: Vec<String> = wrong.collect();
    // A code means something in a period; a filter may name the codes of several.
    let outside = |(name, text): &(String, String)| outside(name, text, range?, dictionary);
    for (name, _) in literals {
        let same = literals.iter().filter(|(other, _)| other == name);
        let all: Option<Vec<String>> = same.map(outside).collect();
        problems.extend(all.unwrap_or_default());
    }
    problems.sort_unstable();
    problems.dedup();
    problems
}

fn literal(query: &Query, name: &str, text: &str, dictionary: &Dictionary) -> Option<String> {
    if let Some(dimension) = Dimension::named(name) {
        let known = known_values(dimension, query, dictionary);
        let wrong = wrong(dimension, text, known.as_deref(), dictionary)?;
        let no_value = [NO_VALUE, NO_MEASURE].contains(&text) && dimension.may_lack_value();
        let help =
            if no_value { format!("; without one: `{name} IS NULL`") } else { String::new() };
        return Some(format!("filter: {wrong}{help}"));
    }
    let variable = dictionary.variable(&name.to_uppercase())?;
    let known: Vec<&str> = variable.codes.iter().map(|code| code.code.as_str()).collect();
    let wrong = variable.table_complete && !known.is_empty() && !known.contains(&text);
    wrong.then(|| format!("filter: {}", unknown(&format!("code of `{name}`"), text, &known)))
}

/// Why a code cannot occur in the quarters asked for, if it is known and cannot.
fn outside(name: &str, text: &str, range: QuarterRange, dictionary: &Dictionary) -> Option<String> {
    let variable = dictionary.variable(&name.to_uppercase())?;
    let codes: Vec<_> = variable.codes.iter().filter(|code| code.code == text).collect();
    let days = (range.first().first_day(), range.last().last_day());
    let overlaps = |it: &Validity| {
        it.from.is_none_or(|from| from <= days.1) && it.to.is_none_or(|to| to >= days.0)
    };
    let outside = !codes.is_empty() && !codes.iter().any(|code| overlaps(&code.validity));
    let validities: Vec<String> = codes.iter().map(|code| code.validity.to_string()).collect();
    outside.then(|| {
        let valid = validities.join(" or ");
        format!("filter: the code `{text}` of `{name}` is valid {valid}, not in {range}")
    })
}

/// What a value of a dimension must look like, where it does not.
fn expected(dimension: Dimension, text: &str, dictionary: &Dictionary) -> Option<&'static str> {
    match dimension {
        Dimension::Quarter if !is_quarter(text) => Some("a quarter such as `2008Q3`"),
        Dimension::Year if !text.parse::<u16>().is_ok_and(|year| year.to_string() == text) => {
            Some("a year such as `2008`")
        }
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
    value.parse::<Quarter>().is_ok_and(|quarter| quarter.to_string() == value)
}

/// The values a dimension can have, where they are a closed list.
pub(super) fn known_values(
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
        Dimension::Sex | Dimension::MeasureCount | Dimension::MeasureEntry => {
            let values = dimension.fixed_values().into_iter().flatten();
            values.map(ToString::to_string).collect()
        }
        Dimension::MeasureGroup => {
            dictionary.measure_groups().iter().map(|it| it.name.clone()).collect()
        }
        Dimension::Age | Dimension::MeasureMonths => {
            query.bands.of(dimension).iter().map(ToString::to_string).collect()
        }
        Dimension::Quarter | Dimension::Year | Dimension::Cpas | Dimension::CpasToday => {
            return None;
        }
        Dimension::Measures | Dimension::MeasuresBefore | Dimension::MeasuresAfter => return None,
    })
}

pub(super) fn unknown(what: &str, name: &str, known: &[&str]) -> String {
    match nearest(name, known.iter().copied()) {
        Some(near) => format!("unknown {what} `{name}`; did you mean `{near}`?"),
        None if known.is_empty() => format!("unknown {what} `{name}`: this query has none"),
        None => format!("unknown {what} `{name}`; known: {}", known.join(", ")),
    }
}
