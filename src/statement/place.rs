//! Where something begins in a statement.

use sqlparser::ast::Spanned;

use crate::query::language::expression::Place;

/// Where something begins.
pub(super) fn place(tree: &impl Spanned) -> Place {
    let start = tree.span().start;
    Place { line: start.line, column: start.column }
}
