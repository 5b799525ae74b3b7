//! Conditions that may be known before any row is read.
//!
//! In: what is known, and conditions on rows. Out: one of both, without what cannot matter. Never: a condition in a
//! statement that always or never holds.

use crate::sql::{Expr, all, any};
use sqlparser::ast::UnaryOperator;

/// Whether something holds of a row.
#[derive(Debug, Clone)]
pub(super) enum Truth {
    Never,
    Always,
    Where(Box<Expr>),
}

impl From<bool> for Truth {
    fn from(holds: bool) -> Self {
        if holds { Self::Always } else { Self::Never }
    }
}

impl From<Option<Expr>> for Truth {
    fn from(condition: Option<Expr>) -> Self {
        condition.map_or(Self::Never, |it| Self::Where(Box::new(it)))
    }
}

impl Truth {
    pub(super) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Never, _) | (_, Self::Never) => Self::Never,
            (Self::Always, it) | (it, Self::Always) => it,
            (Self::Where(one), Self::Where(other)) => all([*one, *other]).into(),
        }
    }

    pub(super) fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Always, _) | (_, Self::Always) => Self::Always,
            (Self::Never, it) | (it, Self::Never) => it,
            (Self::Where(one), Self::Where(other)) => any([*one, *other]).into(),
        }
    }

    /// Where it does not hold; of a condition that is never unknown.
    pub(super) fn not(self) -> Self {
        match self {
            Self::Never => Self::Always,
            Self::Always => Self::Never,
            Self::Where(inner) => {
                Some(Expr::UnaryOp { op: UnaryOperator::Not, expr: inner }).into()
            }
        }
    }
}
