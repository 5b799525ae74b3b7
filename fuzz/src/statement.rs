//! Statements: what is read of them, and what of that is shown.

#[path = "../../src/statement/from.rs"]
mod from;
#[path = "../../src/statement/grouping.rs"]
mod grouping;
#[path = "../../src/statement/item.rs"]
mod item;
#[path = "../../src/statement/names.rs"]
mod names;
#[path = "../../src/statement/outputs.rs"]
mod outputs;
#[path = "../../src/statement/place.rs"]
mod place;
#[path = "../../src/statement/read.rs"]
mod read;
#[path = "../../src/statement/reader.rs"]
mod reader;
#[path = "../../src/statement/select.rs"]
mod select;
#[path = "../../src/statement/tables.rs"]
mod tables;

pub use read::{Refused, Statement};

/// Whether a column that is shown tells persons apart.
pub fn shows_persons(statement: &Statement) -> bool {
    use crate::query::language::expression::Kind;
    statement.columns.iter().any(|(_, kind)| *kind == Kind::Identity)
}
