//! Statements: what is read of them, and what of that is shown.

#[path = "../../../src/query/statement/from.rs"]
mod from;
#[path = "../../../src/query/statement/grouping.rs"]
mod grouping;
#[path = "../../../src/query/statement/names.rs"]
mod names;
#[path = "../../../src/query/statement/outputs.rs"]
mod outputs;
#[path = "../../../src/query/statement/read.rs"]
mod read;
#[path = "../../../src/query/statement/reader.rs"]
mod reader;
#[path = "../../../src/query/statement/select.rs"]
mod select;
#[path = "../../../src/query/statement/tables.rs"]
mod tables;

pub use read::{Refused, Statement};

/// Whether a column that is shown tells persons apart.
pub fn shows_persons(statement: &Statement) -> bool {
    use crate::query::expression::Kind;
    statement.columns.iter().any(|(_, kind)| *kind == Kind::Identity)
}
