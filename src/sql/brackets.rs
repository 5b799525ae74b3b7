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
            | BinaryOperator::DuckIntegerDivide
            | BinaryOperator::MyIntegerDivide => Tightness::Product,
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
                let is_join = |it: &Expr| {
                    matches!(it, Expr::BinaryOp { op: BinaryOperator::StringConcat, .. })
                };
                if !(*op == BinaryOperator::StringConcat && is_join(left)) {
                    bracket(left, least_left);
                }
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

#[cfg(test)]
mod tests {
    use sqlparser::dialect::DuckDbDialect;
    use sqlparser::parser::Parser;

    use super::*;
    use crate::sql::{binary, name};

    /// The tree that a text is read as, without parentheses.
    fn read(text: &str) -> Expr {
        let mut tree =
            Parser::new(&DuckDbDialect {}).try_with_sql(text).unwrap().parse_expr().unwrap();
        let visited: ControlFlow<()> = visit_expressions_mut(&mut tree, |expression| {
            while let Expr::Nested(inner) = expression {
                *expression = (**inner).clone();
            }
            ControlFlow::Continue(())
        });
        assert!(visited.is_continue());
        tree
    }

    #[test]
    fn what_is_printed_reads_as_what_was_made() {
        let operators = [
            BinaryOperator::Or,
            BinaryOperator::And,
            BinaryOperator::Eq,
            BinaryOperator::Lt,
            BinaryOperator::Plus,
            BinaryOperator::Minus,
            BinaryOperator::Multiply,
            BinaryOperator::DuckIntegerDivide,
            BinaryOperator::Modulo,
        ];
        let pair = |operator: &BinaryOperator| binary(name("a"), operator.clone(), name("b"));
        let within = |inner: Expr| {
            let boxed = || Box::new(inner.clone());
            let not = Expr::UnaryOp { op: UnaryOperator::Not, expr: boxed() };
            let minus = Expr::UnaryOp { op: UnaryOperator::Minus, expr: boxed() };
            let list = vec![name("c")];
            let among = Expr::InList { expr: boxed(), list, negated: false };
            // The parser takes all that follows for the right side of `IS DISTINCT FROM`; engines do not.
            [not, minus, among, Expr::IsNull(boxed()), Expr::IsTrue(boxed())]
        };
        let mut trees: Vec<Expr> = operators.iter().map(pair).collect();
        trees.extend(within(name("a")));
        for _ in 0..2 {
            let mut larger: Vec<Expr> = trees.iter().cloned().flat_map(within).collect();
            for operator in &operators {
                for tree in &trees {
                    larger.push(binary(tree.clone(), operator.clone(), name("c")));
                    larger.push(binary(name("c"), operator.clone(), tree.clone()));
                }
            }
            for tree in &larger {
                let mut printed = tree.clone();
                bracketed(&mut printed);
                let again = read(&printed.to_string());
                // A chain of one connective is the same whichever way it is read.
                assert_eq!(chained(&again), chained(tree), "{printed}");
            }
            trees = larger;
        }
    }

    /// A tree as a text, in which chains of AND and OR are flat.
    fn chained(tree: &Expr) -> String {
        let Expr::BinaryOp { left, op, right } = tree else {
            let mut tree = tree.clone();
            bracketed(&mut tree);
            return tree.to_string();
        };
        if !matches!(op, BinaryOperator::And | BinaryOperator::Or) {
            return format!("({} {op} {})", chained(left), chained(right));
        }
        let (mut rest, mut parts) = (vec![left, right], Vec::new());
        while let Some(part) = rest.pop() {
            match &**part {
                Expr::BinaryOp { left, op: own, right } if own == op => rest.extend([left, right]),
                part => parts.push(chained(part)),
            }
        }
        format!("[{op} {}]", parts.join(" "))
    }
}
