//! A report's tables, answered together: named queries, and lists of what the warehouse has recorded.
//!
//! In: the files of a report, the queries there are, a snapshot. Out: a released table for each of the
//! report's, and the quarters they are of. Never: a query with a mistake that is told without its place in
//! the report.

use std::collections::BTreeMap;

use super::answer::{AnswerError, Basis, answer};
use super::held::holds;
use super::report_list::list;
use crate::dictionary::Dictionary;
use crate::disclosure::{Policy, ReleasedTable, release};
use crate::document::{DocumentError, Problem};
use crate::quarter::{Quarter, QuarterRange};
use crate::query::{Arguments, Catalog, Query, Question, resolve_over};
use crate::report::{Definition, Origin, Period, ReportError, Source, TableDefinition};
use crate::warehouse::Snapshot;

/// The tables of a report.
#[derive(Debug)]
pub(crate) struct Tables {
    /// One for each of its definition, in the same order.
    pub tables: Vec<ReleasedTable>,
    /// The quarters that they are of.
    pub period: Option<QuarterRange>,
}

/// A report whose tables could not be had.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TablesError {
    /// It asks for what there is not.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// Its queries could not be answered.
    #[error(transparent)]
    Answer(#[from] AnswerError),
    /// A list could not be made.
    #[error(transparent)]
    List(#[from] DocumentError),
}

/// Answers all that a report asks for, together.
pub(crate) fn tables(
    source: &Source,
    catalog: &Catalog,
    snapshot: &Snapshot,
    basis: &Basis<'_>,
) -> Result<Tables, TablesError> {
    let definition = &source.definition;
    let delivered = delivered(snapshot);
    let mut problems = Vec::new();
    let (mut questions, mut period) = (Vec::new(), None);
    for table in &definition.tables {
        let range = match range(table, &delivered) {
            Ok(range) => range,
            Err(problem) => {
                problems.push(problem);
                continue;
            }
        };
        period = over(period, range.and_then(|it| within(it, &delivered)));
        if let Origin::Query(name) = &table.origin {
            match question(table, &name.value, range, catalog, snapshot, basis.dictionary()) {
                Ok(question) => questions.push(question),
                Err(text) => problems.push(Problem::new(name.span.clone(), text)),
            }
        }
    }
    if !problems.is_empty() {
        return Err(source.refused(problems).into());
    }
    let mut answers = answer(questions, basis)?.tables.into_iter();
    let mut tables = Vec::with_capacity(definition.tables.len());
    for table in &definition.tables {
        match table.origin {
            Origin::Query(_) => tables.extend(answers.next()),
            Origin::List(kind) => {
                tables.push(release(list(kind, table, snapshot)?, Policy::Internal));
            }
        }
    }
    Ok(Tables { tables, period })
}

/// What can be found wrong with a report without any data: its queries, and what of them it names.
pub(crate) fn check(
    source: &Source,
    catalog: &Catalog,
    dictionary: &Dictionary,
) -> Result<(), ReportError> {
    let definition = &source.definition;
    let (mut queries, mut problems) = (BTreeMap::new(), Vec::new());
    for table in &definition.tables {
        let Origin::Query(name) = &table.origin else { continue };
        match catalog.query(&name.value) {
            Err(error) => problems.push(Problem::new(name.span.clone(), error.to_string())),
            Ok(query) => {
                queries.insert(table.name.value.as_str(), query.clone());
                let asked =
                    Arguments { from: None, to: None, wheres: wheres(table), sets: sets(table) };
                // What only the data tell may be there.
                if let Err(error) = resolve_over(query, &asked, dictionary, &|_, _| Ok(true)) {
                    problems.push(Problem::new(name.span.clone(), error.to_string()));
                }
            }
        }
    }
    problems.extend(numbers(definition, &queries));
    if problems.is_empty() { Ok(()) } else { Err(source.refused(problems)) }
}

/// Numbers that name a column or a dimension that their query has not.
fn numbers(definition: &Definition, queries: &BTreeMap<&str, Query>) -> Vec<Problem> {
    let mut problems = Vec::new();
    for number in &definition.numbers {
        let Some(query) = queries.get(number.table.value.as_str()) else { continue };
        let metrics = query.metrics.iter().map(|it| it.name());
        let metrics: Vec<&str> =
            metrics.chain(query.derived.iter().map(|it| it.name.as_str())).collect();
        let dimensions: Vec<&str> = query.dimensions.iter().map(|it| it.name()).collect();
        let named = number.wheres.iter().map(|(name, _)| ("dimension", name, &dimensions));
        for (what, name, known) in
            std::iter::once(("metric", &number.metric, &metrics)).chain(named)
        {
            if !known.contains(&name.value.as_str()) {
                let text = format!("`{}` has no {what} `{}`", query.name, name.value);
                let problem = Problem::new(name.span.clone(), text);
                problems.push(problem.suggest(&name.value, known.iter().copied()));
            }
        }
    }
    problems
}

fn question(
    table: &TableDefinition,
    name: &str,
    range: Option<QuarterRange>,
    catalog: &Catalog,
    snapshot: &Snapshot,
    dictionary: &Dictionary,
) -> Result<Question, String> {
    let query = catalog.query(name).map_err(|error| error.to_string())?;
    let (from, to) = (range.map(QuarterRange::first), range.map(QuarterRange::last));
    let asked = Arguments { from, to, wheres: wheres(table), sets: sets(table) };
    let held = |column: &str, value: &str| holds(snapshot, column, value);
    resolve_over(query, &asked, dictionary, &held).map_err(|error| error.to_string())
}

fn wheres(table: &TableDefinition) -> Vec<(String, String)> {
    table.wheres.iter().map(|(name, value)| (name.value.clone(), value.clone())).collect()
}

fn sets(table: &TableDefinition) -> Vec<(String, String)> {
    table.sets.iter().map(|(name, value)| (name.value.clone(), value.clone())).collect()
}

/// The quarters that the deliveries of a snapshot cover, sorted.
fn delivered(snapshot: &Snapshot) -> Vec<Quarter> {
    let windows = snapshot.deliveries().into_iter().filter_map(|it| it.record.quarters());
    let mut quarters: Vec<Quarter> = windows.flat_map(|it| it.iter().collect::<Vec<_>>()).collect();
    quarters.sort_unstable();
    quarters.dedup();
    quarters
}

/// The quarters that a table is asked for; all where nothing is said.
fn range(table: &TableDefinition, delivered: &[Quarter]) -> Result<Option<QuarterRange>, Problem> {
    let last = delivered.last().copied();
    let between = |first, last| QuarterRange::new(first, last).ok();
    Ok(match table.period {
        Period::All => between_all(delivered),
        Period::Quarters(count) => {
            last.and_then(|last| between(last.plus(1 - i32::from(count)), last))
        }
        Period::Years(count) => {
            let is_whole = |it: &&Quarter| {
                it.number() == 4 && (1..4).all(|back| delivered.contains(&it.plus(-back)))
            };
            let Some(last) = delivered.iter().rev().find(is_whole) else {
                let problem = Problem::new(
                    table.name.span.clone(),
                    "no year was delivered with its four quarters",
                );
                return Err(problem.help("ask for `quarters` instead, or for `from` and `to`"));
            };
            between(last.plus(1 - 4 * i32::from(count)), *last)
        }
        Period::Between(from, to) => {
            let all = between_all(delivered);
            let first = from.or_else(|| all.map(QuarterRange::first));
            let last = to.or_else(|| all.map(QuarterRange::last));
            match (first, last) {
                (Some(first), Some(last)) if first > last => {
                    let text = format!("`from` {first} lies after `to` {last}");
                    return Err(Problem::new(table.name.span.clone(), text));
                }
                (Some(first), Some(last)) => between(first, last),
                _ => None,
            }
        }
    })
}

fn between_all(delivered: &[Quarter]) -> Option<QuarterRange> {
    QuarterRange::new(*delivered.first()?, *delivered.last()?).ok()
}

/// What of a range was delivered, from its first to its last quarter.
fn within(range: QuarterRange, delivered: &[Quarter]) -> Option<QuarterRange> {
    let inside: Vec<Quarter> = delivered.iter().copied().filter(|it| range.contains(*it)).collect();
    between_all(&inside)
}

/// The range over two.
fn over(one: Option<QuarterRange>, other: Option<QuarterRange>) -> Option<QuarterRange> {
    match (one, other) {
        (Some(one), Some(other)) => {
            QuarterRange::new(one.first().min(other.first()), one.last().max(other.last())).ok()
        }
        (one, other) => one.or(other),
    }
}
