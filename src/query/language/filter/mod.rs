//! The filter of a query: an expression over dimensions and stored columns, checked by name.
//!
//! In: the text of a query file, and the values of its parameters. Out: a condition as a typed tree,
//! which `rows` lowers to the engine and `fold` evaluates by itself. Parameters become values and
//! never text. Never: a column that tells a person apart.

mod lists;
mod literals;

use std::ops::Range;

use sqlparser::ast::Ident;

use super::columns::COLUMNS;
use super::definition::{Parameter, ParameterKind};
use super::expression::{
    Compiler, Connective, Constant, Kind, Node, Refusal, Scope, Typed, on_deep_stack,
    parse_condition,
};
use crate::document::{Placed, Problem, Table};
use crate::metric::Dimension;
pub(crate) use lists::element;

/// A checked filter.
#[derive(Debug, Clone)]
pub(crate) struct Filter {
    text: String,
    /// With examples for parameters, until they are given.
    condition: Typed,
}

/// Values of parameters by name, those of lists one by one.
pub(crate) type TypedValues = Vec<(String, ParameterKind, String)>;

/// Names that expressions can use: dimensions, and stored columns.
pub(crate) fn names() -> Vec<(String, Kind)> {
    let dimension = |dimension: &Dimension| {
        let number = *dimension == Dimension::Year || dimension.is_banded();
        (dimension.name().to_owned(), if number { Kind::Integer } else { Kind::Text })
    };
    let mut names: Vec<(String, Kind)> = Dimension::ALL.iter().map(dimension).collect();
    for (name, kind) in COLUMNS {
        if names.iter().all(|(dimension, _)| dimension != name) {
            names.push((name.to_owned(), kind));
        }
    }
    names.sort_by(|a, b| a.0.cmp(&b.0));
    names
}

/// A name as it is looked up: small letters where it is not quoted.
pub(crate) fn folded(name: &Ident) -> String {
    if name.quote_style.is_none() { name.value.to_lowercase() } else { name.value.clone() }
}

/// What names mean in a filter.
struct Names<'a> {
    values: &'a TypedValues,
    known: Vec<(String, Kind)>,
}

impl Scope for Names<'_> {
    fn name(&mut self, path: &[Ident]) -> Result<Typed, Refusal> {
        let [name] = path else {
            let message = "names stand alone in a filter, without a table";
            return Err(Refusal::new(message, "write regime, not observations.regime"));
        };
        let name = folded(name);
        match self.known.iter().find(|(known, _)| *known == name) {
            Some((_, Kind::Identity)) => {
                let message = format!("`{name}` tells persons apart and cannot be filtered on");
                Err(Refusal::new(message, "count persons with the metrics `persons`"))
            }
            Some((_, kind)) => Ok(Typed::column(name, *kind)),
            None => {
                let known = self.known.iter().filter(|(_, kind)| *kind != Kind::Identity);
                let known = known.map(|(name, _)| name.clone()).collect();
                Err(Refusal::unknown("name", &name, known))
            }
        }
    }

    fn parameter(&mut self, name: &str) -> Result<Typed, Refusal> {
        let Some((_, kind, text)) = self.values.iter().find(|(known, ..)| known == name) else {
            if self.values.iter().any(|(known, ..)| *known == element(name, 0)) {
                let help = format!("write `IN (${name})`");
                return Err(Refusal::new(format!("the parameter `{name}` is a list"), help));
            }
            let known = self.values.iter().map(|(known, ..)| known.clone()).collect();
            return Err(Refusal::unknown("parameter", name, known));
        };
        let value = match kind {
            ParameterKind::Text => Some(Typed::constant(Constant::Text(text.clone()), Kind::Text)),
            ParameterKind::Integer => {
                let number = text.parse::<i64>().ok().map(i128::from);
                number.map(|it| Typed::constant(Constant::Number(it), Kind::Integer))
            }
            ParameterKind::Date => super::expression::date(text),
        };
        value.ok_or_else(|| Refusal::new(format!("parameter `{name}` has another type"), ""))
    }
}

/// The condition that a text says with these values, of which the lists have so many.
fn compiled(
    text: &str,
    values: &TypedValues,
    lists: &[(String, usize)],
) -> Result<Typed, Vec<Refusal>> {
    on_deep_stack(|| {
        let mut tree = parse_condition(text).map_err(|refusal| vec![refusal])?;
        lists::expand(&mut tree, lists);
        let mut names = Names { values, known: names() };
        let mut compiler = Compiler::new(&mut names);
        let condition = compiler.condition(&tree, "the filter as a whole");
        match condition {
            Some(condition) if compiler.refusals.is_empty() => Ok(condition),
            _ => Err(compiler.refusals),
        }
    })
}

impl Filter {
    /// Parses and checks the filter of a query file whose whole text is `source`.
    pub(crate) fn read(
        root: &Table<'_>,
        source: &str,
        text: &Placed<String>,
        parameters: &[Parameter],
    ) -> Option<Self> {
        let values: TypedValues = parameters
            .iter()
            .map(|it| {
                let name = if it.list { element(&it.name, 0) } else { it.name.clone() };
                (name, it.kind, it.kind.example().to_owned())
            })
            .collect();
        let lists = parameters.iter().filter(|it| it.list).map(|it| (it.name.clone(), 1));
        let lists: Vec<_> = lists.collect();
        match compiled(&text.value, &values, &lists) {
            Ok(condition) => Some(Self { text: text.value.clone(), condition }),
            Err(refusals) => {
                for refusal in refusals {
                    root.problem(problem(&refusal, source, text));
                }
                None
            }
        }
    }

    /// As written.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// What has to be true.
    pub(crate) fn condition(&self) -> &Typed {
        &self.condition
    }

    /// What has to be true, part by part. One that may end in an error is not taken apart: another part may keep rows from
    /// it.
    pub(crate) fn conjuncts(&self) -> &[Typed] {
        match &self.condition.node {
            Node::Logic(Connective::And, parts) if !self.condition.can_fail() => parts,
            _ => std::slice::from_ref(&self.condition),
        }
    }

    /// The parts of it that read some columns; none where there are no such parts.
    pub(crate) fn part(
        &self,
        reads: &dyn Fn(&std::collections::BTreeSet<String>) -> bool,
    ) -> Option<Self> {
        let own = self.conjuncts().iter().filter(|it| reads(&it.columns()));
        let mut own: Vec<Typed> = own.cloned().collect();
        let condition = match own.len() {
            0 => return None,
            1 => own.remove(0),
            _ => Typed::new(Node::Logic(Connective::And, own), Kind::Truth),
        };
        Some(Self { text: self.text.clone(), condition })
    }

    /// Names it uses.
    pub(crate) fn columns(&self) -> impl Iterator<Item = String> {
        self.condition.columns().into_iter()
    }

    /// The filter with the values of its parameters, of which the lists have so many; or why it has
    /// no meaning with them.
    pub(crate) fn with_values(
        &self,
        values: &TypedValues,
        lists: &[(String, usize)],
    ) -> Result<Self, Vec<String>> {
        let condition = compiled(&self.text, values, lists).map_err(|refusals| {
            refusals.iter().map(|it| format!("filter: {}", it.message)).collect::<Vec<_>>()
        })?;
        Ok(Self { text: self.text.clone(), condition })
    }
}

/// A refusal as a mistake of the file.
fn problem(refusal: &Refusal, source: &str, text: &Placed<String>) -> Problem {
    let span = exact(refusal, source, text).unwrap_or_else(|| text.span.clone());
    let problem = Problem::new(span, refusal.message.clone());
    match &refusal.known {
        Some((name, known)) => problem.suggest(name, known.iter().map(String::as_str)),
        None if refusal.help.is_empty() => problem,
        None => problem.help(refusal.help.clone()),
    }
}

/// Where a refusal stands in the file, if the text stands there as it is.
fn exact(refusal: &Refusal, source: &str, text: &Placed<String>) -> Option<Range<usize>> {
    let raw = source.get(text.span.clone())?;
    let quotes = ["\"\"\"\n", "'''\n", "\"\"\"", "'''", "\"", "'"];
    let as_it_is = |quote: &&&str| {
        raw.strip_prefix(**quote).is_some_and(|inner| inner.starts_with(&text.value))
    };
    let quote = quotes.iter().find(as_it_is)?;
    let line = usize::try_from(refusal.place.line).ok()?.checked_sub(1)?;
    let column = usize::try_from(refusal.place.column).ok()?.checked_sub(1)?;
    let before: usize = text.value.split_inclusive('\n').take(line).map(str::len).sum();
    let rest = text.value.get(before..)?;
    let (inside, _) = rest.char_indices().nth(column)?;
    let word = rest.get(inside..)?;
    let end = word.find(|it: char| !it.is_alphanumeric() && it != '_').unwrap_or(word.len());
    let start = text.span.start + quote.len() + before + inside;
    Some(start..start + end.max(1))
}
