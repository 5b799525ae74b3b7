//! From a text to a statement that keeps the rules, or to all that is wrong with it.

use sqlparser::ast::Statement as Tree;

use super::reader::Reader;
use super::tables::Relation;
use crate::document::nearest;
use crate::query::language::expression::{Kind, Refusal, on_deep_stack, parse_statement};

/// A statement that keeps the rules.
#[derive(Debug, Clone)]
pub struct Statement {
    pub(super) text: String,
    pub(super) relation: Relation,
    /// Names and kinds of the columns.
    pub(super) columns: Vec<(String, Kind)>,
    /// Whether single observations may be shown.
    pub(super) rows: bool,
}

/// What is wrong with a statement.
#[derive(Debug, thiserror::Error)]
#[error("{}", .mistakes.join("\n"))]
pub struct Refused {
    /// What is wrong, each with its place.
    pub mistakes: Vec<String>,
    /// Whether it would be answered where single persons may be shown.
    pub of_persons: bool,
}

impl Statement {
    /// Reads a statement; `rows` lets single observations through.
    pub fn read(text: &str, rows: bool) -> Result<Self, Refused> {
        on_deep_stack(|| read(text, rows)).map_err(Refused::from)
    }
}

fn read(text: &str, rows: bool) -> Result<Statement, Vec<Refusal>> {
    let trees = parse_statement(text).map_err(|refusal| vec![refusal])?;
    let [Tree::Query(query)] = trees.as_slice() else {
        let message = "expected one SELECT statement: nothing is changed here";
        return Err(vec![Refusal::new(message, "")]);
    };
    let mut reader = Reader::new(rows);
    let table = reader.query(query, true);
    match table {
        Some(table) if reader.refusals.is_empty() => Ok(Statement {
            text: text.trim().to_owned(),
            relation: table.relation,
            columns: table.columns,
            rows,
        }),
        _ => Err(reader.refusals),
    }
}

impl From<Vec<Refusal>> for Refused {
    fn from(refusals: Vec<Refusal>) -> Self {
        let mut mistakes: Vec<String> = Vec::new();
        for refusal in &refusals {
            let text = text(refusal);
            if !mistakes.contains(&text) {
                mistakes.push(text);
            }
        }
        let of_persons = refusals.iter().all(|refusal| refusal.of_persons);
        Self { mistakes, of_persons }
    }
}

/// Characters of the names that are known.
const KNOWN_MAX: usize = 1_000;

/// A refusal with its place and what may help.
fn text(refusal: &Refusal) -> String {
    let Refusal { message, help, place, known, .. } = refusal;
    let place = match place.line {
        0 => String::new(),
        line => format!("line {line}, column {}: ", place.column),
    };
    let help = match known {
        Some((name, known)) => match nearest(name, known.iter().map(String::as_str)) {
            Some(near) => format!(" (did you mean `{near}`?)"),
            None => {
                let known = known.join(", ");
                let mut short: String = known.chars().take(KNOWN_MAX).collect();
                if short.len() < known.len() {
                    short.push('…');
                }
                format!(" (known here: {short})")
            }
        },
        None if help.is_empty() => String::new(),
        None => format!(" ({help})"),
    };
    format!("{place}{message}{help}")
}
