//! Parentheses where an operation would otherwise read as another.
//!
//! In: a tree. Out: the same, in which parts that bind less tightly than what they stand in are in parentheses.
//! Never: a tree whose text is read as another one.

use std::ops::ControlFlow;

use sqlparser::ast::{BinaryOperator, Expr, UnaryOperator, VisitMut, visit_expressions_mut};

/// How tightly an expression binds; what stands alone binds most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Tightness {
    Or,
    And,
    Not,
    Condition,
    Sum,
    Product,
    Sign,
    Alone,
}

fn tightness(expression: &Expr) -> Tightness {
    match expression {
        Expr::BinaryOp { op, .. } => match op {
            BinaryOperator::Or => Tightness::Or,
            BinaryOperator::And => Tightness::And,
            BinaryOperator::Plus | BinaryOperator::Minus | BinaryOperator::StringConcat => {
                Tightness::Sum
            }
            BinaryOperator::Multiply
            | BinaryOperator::Divide
            | BinaryOperator::Modulo
            | BinaryOperator::DuckIntegerDivide => Tightness::Product,
            _ => Tightness::Condition,
        },
        Expr::UnaryOp { op: UnaryOperator::Not, .. } => Tightness::Not,
        Expr::UnaryOp { .. } => Tightness::Sign,
        Expr::IsNull(_)
        | Expr::IsNotNull(_)
        | Expr::IsTrue(_)
        | Expr::IsFalse(_)
        | Expr::IsDistinctFrom(..)
        | Expr::IsNotDistinctFrom(..)
        | Expr::InList { .. }
        | Expr::Between { .. }
        | Expr::Like { .. } => Tightness::Condition,
        _ => Tightness::Alone,
    }
}

/// Puts an expression in parentheses, unless it binds that tightly.
fn bracket(expression: &mut Expr, least: Tightness) {
    if tightness(expression) < least {
        let inner = std::mem::replace(expression, super::tree::nothing());
        *expression = Expr::Nested(Box::new(inner));
    }
}

/// The least that the sides of an operation have to bind.
fn sides(operator: &BinaryOperator, own: Tightness) -> (Tightness, Tightness) {
    match own {
        // A chain of one connective reads the same whatever its sides are.
        Tightness::Or => (own, own),
        Tightness::And => (own, own),
        Tightness::Condition => (Tightness::Sum, Tightness::Sum),
        Tightness::Sum if *operator == BinaryOperator::StringConcat => {
            (Tightness::Alone, Tightness::Alone)
        }
        Tightness::Sum => (Tightness::Sum, Tightness::Product),
        _ => (Tightness::Product, Tightness::Sign),
    }
}

/// Puts parentheses where they are needed.
pub(super) fn bracketed<T: VisitMut>(tree: &mut T) {
    let visited: ControlFlow<()> = visit_expressions_mut(tree, |expression| {
        let own = tightness(expression);
        match expression {
            Expr::BinaryOp { left, op, right } => {
                let (least_left, least_right) = sides(op, own);
                bracket(left, least_left);
                bracket(right, least_right);
            }
            Expr::UnaryOp { expr, .. } => bracket(expr, Tightness::Alone),
            Expr::IsNull(inner)
            | Expr::IsNotNull(inner)
            | Expr::IsTrue(inner)
            | Expr::IsFalse(inner) => bracket(inner, Tightness::Sum),
            Expr::IsDistinctFrom(left, right) | Expr::IsNotDistinctFrom(left, right) => {
                bracket(left, Tightness::Sum);
                bracket(right, Tightness::Sum);
            }
            Expr::InList { expr, .. } => bracket(expr, Tightness::Sum),
            Expr::Between { expr, low, high, .. } => {
                for side in [expr, low, high] {
                    bracket(side, Tightness::Sum);
                }
            }
            Expr::Like { expr, pattern, .. } => {
                for side in [expr, pattern] {
                    bracket(side, Tightness::Alone);
                }
            }
            _ => {}
        }
        ControlFlow::Continue(())
    });
    debug_assert!(visited.is_continue());
}
