//! The filter of a query: a SQL expression over dimensions and variables, checked by name.
//!
//! Only expressions on single rows are let through: no subquery, no aggregate, no function but the
//! few listed, no number with decimals (amounts are exact, and a binary float is not).

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use polars::prelude::Expr as PolarsExpr;
use sqlparser::ast::{
    Expr, Ident, ObjectNamePart, Value, Visit as _, VisitMut, Visitor, VisitorMut,
};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::Parser;

use super::file::{Parameter, ParameterKind};
use crate::attribution::observation_schema;
use crate::document::{Placed, Problem, Table};
use crate::metric::Dimension;

/// A checked filter.
#[derive(Debug, Clone)]
pub(super) struct Filter {
    text: String,
    expression: Expr,
    columns: BTreeSet<String>,
}

/// Functions on single values.
const FUNCTIONS: [&str; 8] =
    ["abs", "coalesce", "left", "length", "lower", "right", "substr", "upper"];

/// Names a filter can use: dimensions, and stored columns that tell nobody apart.
pub(super) fn filterable() -> Vec<String> {
    const WITHHELD: [&str; 3] = ["person", "partner", "line"];
    let schema = observation_schema();
    let stored = schema.fields().iter().map(|field| field.name().clone());
    let stored = stored.filter(|name| !WITHHELD.contains(&name.as_str()));
    let dimensions = Dimension::ALL.iter().map(|dimension| dimension.name().to_owned());
    let mut names: Vec<String> = dimensions.chain(stored).collect();
    names.sort_unstable();
    names.dedup();
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
        let parser = Parser::new(&GenericDialect {}).try_with_sql(&text.value);
        let parsed = parser.and_then(|mut parser| {
            let expression = parser.parse_expr()?;
            parser.expect_token(&sqlparser::tokenizer::Token::EOF)?;
            Ok(expression)
        });
        let expression = match parsed {
            Ok(expression) => expression,
            Err(error) => {
                let message = format!("the filter is no SQL expression: {error}");
                root.problem(Problem::new(text.span.clone(), message, "this filter"));
                return None;
            }
        };
        let mut check = Check {
            root,
            source,
            text,
            parameters,
            columns: BTreeSet::new(),
            filterable: filterable(),
        };
        let _done: ControlFlow<()> = expression.visit(&mut check);
        let columns = check.columns;
        Some(Self { text: text.value.clone(), expression, columns })
    }

    /// As written.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Names it uses.
    pub(super) fn columns(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(String::as_str)
    }

    /// The expression with the values of its parameters, each with its type.
    pub(super) fn compile(
        &self,
        values: &[(String, ParameterKind, String)],
    ) -> polars::prelude::PolarsResult<PolarsExpr> {
        let mut expression = self.expression.clone();
        let _done: ControlFlow<()> = VisitMut::visit(&mut expression, &mut Substitute { values });
        polars::sql::sql_expr(expression.to_string())
    }
}

struct Check<'a> {
    root: &'a Table<'a>,
    source: &'a str,
    text: &'a Placed<String>,
    parameters: &'a [Parameter],
    columns: BTreeSet<String>,
    filterable: Vec<String>,
}

impl Check<'_> {
    /// The place of a name: exact where the filter stands on one line without escapes.
    fn place(&self, ident: &Ident) -> std::ops::Range<usize> {
        let column = usize::try_from(ident.span.start.column).unwrap_or(0);
        let start = self.text.span.start + column;
        let end = start + ident.value.len();
        let exact = ident.span.start.line == 1 && self.source.get(start..end) == Some(&ident.value);
        if exact { start..end } else { self.text.span.clone() }
    }

    fn name(&mut self, ident: &Ident) {
        if self.filterable.contains(&ident.value) {
            self.columns.insert(ident.value.clone());
            return;
        }
        let message = format!("unknown name `{}` in the filter", ident.value);
        let problem = Problem::new(self.place(ident), message, "here");
        let known = self.filterable.iter().map(String::as_str);
        self.root.problem(problem.suggest(&ident.value, known));
    }

    fn refuse(&self, message: &str, help: &str) {
        let problem = Problem::new(self.text.span.clone(), message, "in this filter");
        self.root.problem(problem.help(help));
    }

    fn value(&self, value: &Value) {
        match value {
            Value::Placeholder(name) => {
                let name = name.trim_start_matches('$');
                if !self.parameters.iter().any(|parameter| parameter.name == name) {
                    let message = format!("unknown parameter `${name}` in the filter");
                    let problem = Problem::new(self.text.span.clone(), message, "in this filter");
                    let known = self.parameters.iter().map(|parameter| parameter.name.as_str());
                    self.root.problem(problem.suggest(name, known));
                }
            }
            Value::Number(number, _) if number.contains(['.', 'e', 'E']) => self.refuse(
                &format!("`{number}` is not a whole number"),
                "amounts are exact: write CAST('12.50' AS DECIMAL(12,2))",
            ),
            _ => {}
        }
    }
}

impl Visitor for Check<'_> {
    type Break = ();

    fn pre_visit_expr(&mut self, expression: &Expr) -> ControlFlow<()> {
        match expression {
            Expr::Identifier(ident) => self.name(ident),
            Expr::Value(value) => self.value(&value.value),
            Expr::Function(function) => {
                let name = match function.name.0.as_slice() {
                    [ObjectNamePart::Identifier(ident)] => ident.value.to_lowercase(),
                    _ => function.name.to_string(),
                };
                if !FUNCTIONS.contains(&name.as_str()) {
                    let message = format!("unknown function `{name}` in the filter");
                    self.refuse(&message, &format!("known: {}", FUNCTIONS.join(", ")));
                }
            }
            Expr::Subquery(_) | Expr::InSubquery { .. } | Expr::Exists { .. } => {
                self.refuse("a filter has no subquery", "write the values: IN ('a', 'b')");
            }
            Expr::CompoundIdentifier(_) | Expr::Wildcard(_) | Expr::QualifiedWildcard(..) => {
                self.refuse("names in a filter have no table", "write the name alone");
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

struct Substitute<'a> {
    values: &'a [(String, ParameterKind, String)],
}

impl VisitorMut for Substitute<'_> {
    type Break = ();

    fn post_visit_expr(&mut self, expression: &mut Expr) -> ControlFlow<()> {
        let Expr::Value(value) = expression else { return ControlFlow::Continue(()) };
        let Value::Placeholder(name) = &value.value else { return ControlFlow::Continue(()) };
        let name = name.trim_start_matches('$');
        let found = self.values.iter().find(|(known, ..)| known == name);
        if let Some((_, kind, text)) = found {
            let quoted = format!("'{}'", text.replace('\'', "''"));
            let sql = match kind {
                ParameterKind::Text => quoted,
                ParameterKind::Integer => text.clone(),
                ParameterKind::Date => format!("DATE {quoted}"),
            };
            let parsed = Parser::new(&GenericDialect {}).try_with_sql(&sql);
            if let Ok(literal) = parsed.and_then(|mut parser| parser.parse_expr()) {
                *expression = literal;
            }
        }
        ControlFlow::Continue(())
    }
}
