//! Operators of comparison, and comparisons that follow each other without parentheses.

use sqlparser::ast::{BinaryOperator, Expr as Sql};

use super::node::Comparison;

pub(super) fn comparison(operator: &BinaryOperator) -> Option<Comparison> {
    Some(match operator {
        BinaryOperator::Eq => Comparison::Equal,
        BinaryOperator::NotEq => Comparison::Unequal,
        BinaryOperator::Lt => Comparison::Less,
        BinaryOperator::LtEq => Comparison::LessOrEqual,
        BinaryOperator::Gt => Comparison::Greater,
        BinaryOperator::GtEq => Comparison::GreaterOrEqual,
        _ => return None,
    })
}

/// Conditions that bind equally tightly: SQL lets none of a rank follow another.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rank {
    Is,
    Comparison,
    Member,
}

/// The rank of a condition, and what stands before its operator.
fn ranked(tree: &Sql) -> Option<(Rank, &Sql)> {
    match tree {
        Sql::IsNull(left)
        | Sql::IsNotNull(left)
        | Sql::IsTrue(left)
        | Sql::IsNotTrue(left)
        | Sql::IsFalse(left)
        | Sql::IsNotFalse(left)
        | Sql::IsUnknown(left)
        | Sql::IsNotUnknown(left)
        | Sql::IsDistinctFrom(left, _)
        | Sql::IsNotDistinctFrom(left, _) => Some((Rank::Is, left)),
        Sql::BinaryOp { left, op, .. } => comparison(op).map(|_| (Rank::Comparison, left.as_ref())),
        Sql::InList { expr: left, .. }
        | Sql::Between { expr: left, .. }
        | Sql::Like { expr: left, .. } => Some((Rank::Member, left)),
        _ => None,
    }
}

/// Whether a condition follows another one without parentheses, as in `a < b < c`.
pub(super) fn follows_another(tree: &Sql) -> bool {
    let before = ranked(tree).and_then(|(rank, left)| Some((rank, ranked(left)?.0)));
    before.is_some_and(|(rank, before)| rank == before)
}
