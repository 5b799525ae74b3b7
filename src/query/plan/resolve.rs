//! A query and what the user asks of it: every name and value checked before anything is read.

use super::arguments::Arguments;
use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::DataFrame;

use super::parameter::{given, values};
use super::values::{Holds, Known, YEARS, unknown};
use crate::dictionary::{Dictionary, Validity};
use crate::exact::known;
use crate::metric::{Dimension, NO_MEASURE, NO_VALUE};
use crate::quarter::{Month, Quarter, QuarterRange, quarters_of};
use crate::query::language::expression::Typed;
use crate::query::language::file::Query;
use crate::query::language::filter::Filter;
use crate::query::language::list::{listed, written};

/// A query ready to be compiled.
#[derive(Debug, Clone)]
pub struct Question {
    pub(crate) query: Query,
    pub(crate) range: Option<QuarterRange>,
    /// The values asked for; `None` asks for the rows without one.
    pub(crate) wheres: BTreeMap<Dimension, Vec<Option<String>>>,
    /// Whether figures over some of their quarters only are left out.
    pub(crate) complete_only: bool,
    /// The values of parameters as they were given.
    given: Vec<(String, String)>,
    /// The values that a top shows one by one, where another state has ranked them.
    pub(crate) first: Option<DataFrame>,
}

/// What is wrong with a question; all of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub struct ResolveError(Vec<String>);

impl Question {
    /// A query of which nothing is asked besides.
    pub(crate) fn of_all(query: Query) -> Self {
        let wheres = BTreeMap::new();
        Self { query, range: None, wheres, complete_only: false, given: Vec::new(), first: None }
    }

    /// The same question with a ranking of its own.
    pub(crate) fn ranked_by(&self, first: Option<DataFrame>) -> Self {
        Self { first, ..self.clone() }
    }

    /// The same question, of which figures over some of their quarters only are left out.
    #[must_use]
    pub fn complete_only(self, complete_only: bool) -> Self {
        Self { complete_only, ..self }
    }

    /// Whether it is.
    pub fn is_complete_only(&self) -> bool {
        self.complete_only
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
    pub(crate) fn looks_back(&self) -> bool {
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

    /// The part of it that some dimensions tell: these, the conditions on them, and what of its filter reads `columns`.
    pub(crate) fn part(
        &self,
        has: &dyn Fn(Dimension) -> bool,
        reads: &dyn Fn(&BTreeSet<String>) -> bool,
    ) -> Self {
        let mut part = self.clone();
        part.query.dimensions.retain(|it| has(*it));
        part.wheres.retain(|dimension, _| has(*dimension));
        part.query.filter = self.query.filter.as_ref().and_then(|it| it.part(reads));
        part
    }

    /// The names that each part of its filter reads; all parts have to hold.
    pub(crate) fn conjuncts(&self) -> Vec<BTreeSet<String>> {
        self.query.filter.iter().flat_map(Filter::conjuncts).map(Typed::columns).collect()
    }

    /// Whether rows are told apart or left out by a dimension.
    pub(crate) fn needs(&self, dimension: Dimension) -> bool {
        let filtered = self.query.filter.as_ref();
        self.query.dimensions.contains(&dimension)
            || self.wheres.contains_key(&dimension)
            || filtered.is_some_and(|filter| filter.columns().any(|it| it == dimension.name()))
    }

    /// Whether which rows count depends on the value of a dimension: what asks only whether there is
    /// one does not.
    pub(crate) fn depends_on(&self, dimension: Dimension) -> bool {
        let filter = self.query.filter.as_ref();
        let asked = self.wheres.get(&dimension);
        asked.is_some_and(|values| values.iter().any(Option::is_some))
            || filter.is_some_and(|filter| filter.compares(dimension.name()))
    }

    /// Whether it looks at other observations of the same persons.
    pub(crate) fn needs_course(&self) -> bool {
        Dimension::ALL.into_iter().any(|it| it.is_of_course() && self.needs(it))
    }

    /// The quarters whose rows are counted for the ones asked for; all without a range.
    pub(crate) fn counted_range(&self) -> Option<QuarterRange> {
        let range = self.range?;
        let ends = [range.first(), range.last()];
        let sources = || ends.into_iter().flat_map(|end| self.query.sources_of(end)).chain(ends);
        QuarterRange::new(sources().min()?, sources().max()?).ok()
    }

    /// The conditions on rows; quarters and years are picked from the answer where others are
    /// needed too.
    pub(crate) fn row_conditions(
        &self,
    ) -> impl Iterator<Item = (&Dimension, &Vec<Option<String>>)> {
        let looks_back = self.looks_back();
        self.wheres.iter().filter(move |(dimension, _)| !(looks_back && dimension.is_of_time()))
    }

    /// Whether some quarters are not asked for.
    pub(crate) fn narrows_time(&self) -> bool {
        self.range.is_some() || self.wheres.keys().any(|it| it.is_of_time())
    }

    /// Whether rows can be of any quarter within its range: no condition on time leaves some out.
    pub(crate) fn is_of_all_quarters(&self) -> bool {
        let mut in_filter = self.query.filter.iter().flat_map(Filter::columns);
        !self.wheres.keys().any(|it| it.is_of_time())
            && !in_filter.any(|it| Dimension::named(&it).is_some_and(Dimension::is_of_time))
    }

    /// The quarters that are asked for by name, or as those of a month or a year, in order.
    pub(crate) fn named_quarters(&self) -> Option<Vec<Quarter>> {
        let named = |dimension| Some(self.wheres.get(&dimension)?.iter().flatten());
        let mut quarters: Vec<Quarter> = if let Some(quarters) = named(Dimension::Quarter) {
            quarters.map(|it| known(it.parse().ok())).collect()
        } else if let Some(months) = named(Dimension::Month) {
            months.map(|it| known(it.parse::<Month>().ok()).quarter()).collect()
        } else {
            let years = named(Dimension::Year)?.map(|it| known(it.parse().ok()));
            years.flat_map(quarters_of).collect()
        };
        quarters.sort_unstable();
        quarters.dedup();
        Some(quarters)
    }

    /// Whether a quarter is among those asked for.
    pub(crate) fn shows(&self, quarter: Quarter) -> bool {
        let among = |dimension, text: String| {
            self.wheres.get(&dimension).is_none_or(|values| values.contains(&Some(text)))
        };
        let mut months = Month::of_quarter(quarter);
        self.range.is_none_or(|range| range.contains(quarter))
            && months.any(|it| among(Dimension::Month, it.to_string()))
            && among(Dimension::Quarter, quarter.to_string())
            && among(Dimension::Year, quarter.year().to_string())
    }

    /// The values that rows were narrowed to, as `dimension=value`.
    pub fn conditions(&self) -> Vec<String> {
        let of = |(dimension, values): (&Dimension, &Vec<Option<String>>)| {
            let value = |it: &Option<String>| {
                let value = it.as_deref().unwrap_or(dimension.no_value());
                format!("{}={}", dimension.name(), written(value))
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
    resolve_over(query, arguments, dictionary, &|_, _| Ok(false))
}

/// Checks the arguments against the query, the dictionary, and what the data hold.
pub fn resolve_over(
    query: Query,
    arguments: &Arguments,
    dictionary: &Dictionary,
    holds: Holds<'_>,
) -> Result<Question, ResolveError> {
    let mut problems = Vec::new();
    let range = range(arguments, &mut problems);
    let known = Known { query: &query, dictionary, holds };
    let wheres = wheres(arguments, known, &mut problems);
    let given = given(&query, arguments, &mut problems);
    let found = problems.len();
    let (values, lists) = values(&query, &given, &mut problems);
    let values_are_right = problems.len() == found && given.len() == query.parameters.len();
    let mut query = query;
    if let Some(filter) = query.filter.as_ref().filter(|_| values_are_right) {
        match filter.with_values(&values, &lists) {
            Ok(filter) => {
                let known = Known { query: &query, dictionary, holds };
                problems.extend(literals(&filter.literals(), range, known));
                query.filter = Some(filter);
            }
            Err(wrong) => problems.extend(wrong),
        }
    }
    let question = Question { query, range, wheres, complete_only: false, given, first: None };
    problems.extend(not_by_month(&question));
    if question.needs(Dimension::Role) && question.needs_course() {
        let of_course =
            Dimension::ALL.into_iter().find(|it| it.is_of_course() && question.needs(*it));
        let name = of_course.map_or("", Dimension::name);
        problems.push(format!("`role` and `{name}` cannot be asked together: a row tells the course of its beneficiary"));
    }
    if problems.is_empty() { Ok(question) } else { Err(ResolveError(problems)) }
}

/// What there is no figure of a month of.
fn not_by_month(question: &Question) -> Vec<String> {
    if !question.needs(Dimension::Month) {
        return Vec::new();
    }
    let compares = question.looks_back().then_some("figures that are compared over quarters");
    let filter = question.query.filter.as_ref();
    let of_filter = filter.is_some_and(|it| it.columns().any(|name| name == "amount"));
    let counts = question.query.counts();
    let of_amounts = question.query.counted().iter().any(|it| it.columns().contains(&"amount"))
        || counts.iter().any(|it| it.per_person);
    let amounts = (of_filter || of_amounts).then_some("amounts, which are of quarters");
    let problem = |what: &str| format!("`month` cannot be asked together with {what}");
    compares.into_iter().chain(amounts).map(problem).collect()
}

fn range(arguments: &Arguments, problems: &mut Vec<String>) -> Option<QuarterRange> {
    if arguments.from.is_none() && arguments.to.is_none() {
        return None;
    }
    for (option, quarter) in [("--from", arguments.from), ("--to", arguments.to)] {
        if let Some(quarter) = quarter.filter(|it| !YEARS.contains(&it.year())) {
            let (first, last) = (YEARS.start(), YEARS.end());
            let expected = format!("expected a quarter from {first} to {last}");
            problems.push(format!("{expected} for `{option}`, found {quarter}"));
        }
    }
    if let (Some(from), Some(to)) = (arguments.from, arguments.to)
        && from > to
    {
        let meant = format!("is `--from {to} --to {from}` meant?");
        problems.push(format!("`--from {from}` lies after `--to {to}`; {meant}"));
        return None;
    }
    let first = arguments.from.or_else(|| Quarter::new(1, 1))?;
    let last = arguments.to.or_else(|| Quarter::new(9999, 4))?;
    QuarterRange::new(first, last).ok()
}

fn wheres(
    arguments: &Arguments,
    known: Known<'_>,
    problems: &mut Vec<String>,
) -> BTreeMap<Dimension, Vec<Option<String>>> {
    let mut wheres: BTreeMap<Dimension, Vec<Option<String>>> = BTreeMap::new();
    for (name, value) in &arguments.wheres {
        let Some(dimension) = Dimension::named(name) else {
            let known = Dimension::ALL.map(Dimension::name);
            problems.push(unknown("dimension", name, &known));
            continue;
        };
        let values = wheres.entry(dimension).or_default();
        for value in listed(value) {
            let asks_without = dimension.may_lack_value() && known.is_no_value(dimension, &value);
            let value = (!asks_without).then_some(value);
            problems.extend(value.as_deref().and_then(|value| known.wrong(dimension, value)));
            values.push(value);
        }
    }
    wheres
}

/// What is wrong with the texts that a filter compares names with: a slip of the pen would make
/// an empty answer of it.
fn literals(
    literals: &[(String, String)],
    range: Option<QuarterRange>,
    known: Known<'_>,
) -> Vec<String> {
    let wrong = literals.iter().filter_map(|(name, text)| literal(name, text, known));
    let mut problems: Vec<String> = wrong.collect();
    // A code means something in a period; a filter may name the codes of several.
    let outside = |(name, text): &(String, String)| outside(name, text, range?, known.dictionary);
    for (name, _) in literals {
        let same = literals.iter().filter(|(other, _)| other == name);
        let all: Option<Vec<String>> = same.map(outside).collect();
        problems.extend(all.into_iter().flatten());
    }
    problems.sort_unstable();
    problems.dedup();
    problems
}

fn literal(name: &str, text: &str, known: Known<'_>) -> Option<String> {
    if let Some(dimension) = Dimension::named(name) {
        let wrong = known.wrong(dimension, text)?;
        let no_value = [NO_VALUE, NO_MEASURE].contains(&text) && dimension.may_lack_value();
        let help =
            if no_value { format!("; without one: `{name} IS NULL`") } else { String::new() };
        return Some(format!("filter: {wrong}{help}"));
    }
    Some(format!("filter: {}", known.wrong_code(name, text)?))
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
