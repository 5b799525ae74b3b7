//! SQL as syntax trees: made of fixed texts and parts, printed in a dialect.
//!
//! In: texts that stand in the program, names, values. Out: a [`Query`] and its text. Never: a value that becomes
//! part of a text before it is printed: fixed texts are `'static`, and everything else enters as a tree.

mod brackets;
mod dialect;
mod select;
mod tree;

pub use dialect::Dialect;
pub(crate) use dialect::printed;
pub(crate) use select::Selected;
pub(crate) use tree::{
    all, any, binary, case, cast, common, expression, listed, name, nothing, number, of,
    partitioned, query, same, table, text, truth,
};

pub(crate) use sqlparser::ast::{BinaryOperator, Cte, DataType, Expr, Query};
