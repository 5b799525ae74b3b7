//! The filter of a query: a SQL expression over dimensions and variables, checked by name.
//!
//! ```text
//! text → SQL tree → what is allowed, by name → engine expression
//! ```
//!
//! The tree that was checked is the one that is compiled, node by node: nothing is printed and
//! parsed again, parameters become literals and never text. What is not on the list of allowed
//! nodes is a mistake: no subquery, no aggregate, no function but a few, no number with decimals
//! (amounts are exact, and a binary float is not), no column that tells a person apart.

mod expression;
mod lists;
mod literals;

use std::collections::BTreeSet;

use polars::prelude::DataType;
use sqlparser::ast::Expr;
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::Parser;
use sqlparser::tokenizer::Token;

use super::file::{Parameter, ParameterKind};
use crate::document::{Placed, Problem, Table};
use crate::metric::Dimension;
use crate::scan::schema;
use expression::Translation;
pub(super) use lists::element;

/// A checked filter.
#[derive(Debug, Clone)]
pub(super) struct Filter {
    text: String,
    tree: Expr,
    columns: BTreeSet<String>,
}

/// What a value of a filter is; only like is compared with like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Number,
    Amount,
    Date,
    Truth,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Number => "a number",
            Self::Amount => "an amount",
            Self::Date => "a date",
            Self::Truth => "true or false",
        }
    }
}

/// The largest number of a filter: no number of the data comes near, and products stay exact.
pub(super) const NUMBER_MAX: i64 = 1_000_000_000;

/// Stored columns that tell persons apart.
pub(super) const WITHHELD: [&str; 3] = ["person", "partner", "line"];

/// Names a filter can use: dimensions, and stored columns that tell nobody apart.
fn filterable() -> Vec<(String, Kind)> {
    let dimension = |dimension: &Dimension| {
        let number = *dimension == Dimension::Year || dimension.is_banded();
        let kind = if number { Kind::Number } else { Kind::Text };
        (dimension.name().to_owned(), kind)
    };
    let mut names: Vec<(String, Kind)> = Dimension::ALL.iter().map(dimension).collect();
    for (name, data_type) in schema().iter() {
        let known = names.iter().any(|(dimension, _)| dimension == name.as_str());
        if known || WITHHELD.contains(&name.as_str()) {
            continue;
        }
        let kind = match data_type {
            DataType::String => Kind::Text,
            DataType::Date => Kind::Date,
            DataType::Decimal(..) => Kind::Amount,
            _ => Kind::Number,
        };
        names.push((name.to_string(), kind));
    }
    names.sort_by(|a, b| a.0.cmp(&b.0));
    names
}

impl Filter {
    /// Parses and checks the filter of a query file whose whole text is `source`.
    pub(super) fn read(
        root: &Table<'_>,
        source: &str,
        text: &Placed<String>,
        parameters: &[Parameter],
    ) -> Option<Self> {
        let parsed = Parser::new(&GenericDialect {}).try_with_sql(&text.value);
        let parsed = parsed.and_then(|mut parser| {
            let tree = parser.parse_expr()?;
            parser.expect_token(&Token::EOF)?;
            Ok(tree)
        });
        let tree = match parsed {
            Ok(tree) => tree,
            Err(error) => {
                let message = format!("the filter is no SQL expression: {error}");
                root.problem(Problem::new(text.span.clone(), message));
                return None;
            }
        };
        let values: Vec<_> = parameters
            .iter()
            .map(|it| {
                let name = if it.list { element(&it.name, 0) } else { it.name.clone() };
                (name, it.kind, it.kind.example().to_owned())
            })
            .collect();
        let lists = parameters.iter().filter(|it| it.list).map(|it| (it.name.clone(), 1));
        let mut checked = tree.clone();
        lists::expand(&mut checked, &lists.collect::<Vec<_>>());
        let mut translation = Translation::new(&values);
        let _checked = translation.condition(&checked);
        for refusal in &translation.refusals {
            let place = refusal.place.as_ref();
            let exact = place.and_then(|(name, line, column)| {
                let start = text.span.start + usize::try_from(*column).ok()?;
                let end = start + name.len();
                (*line == 1 && source.get(start..end) == Some(name)).then_some(start..end)
            });
            let span = exact.unwrap_or_else(|| text.span.clone());
            let problem = Problem::new(span, refusal.message.clone());
            root.problem(match &refusal.known {
                Some((name, known)) => problem.suggest(name, known.iter().map(String::as_str)),
                None => problem.help(refusal.help.clone()),
            });
        }
        let columns = translation.columns;
        Some(Self { text: text.value.clone(), tree, columns })
    }

    /// As written.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The tree that was checked.
    pub(super) fn tree(&self) -> &Expr {
        &self.tree
    }

    /// Names it uses.
    pub(super) fn columns(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(String::as_str)
    }

    /// The expression with the values of its parameters, each with its type. `None` only for a
    /// filter with mistakes, which no query keeps.
    pub(super) fn compile(
        &self,
        values: &[(String, ParameterKind, String)],
    ) -> Option<polars::prelude::Expr> {
        let mut translation = Translation::new(values);
        let expression = translation.condition(&self.tree);
        expression.filter(|_| translation.refusals.is_empty())
    }
}
