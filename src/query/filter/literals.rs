//! What a filter compares names with: texts, for checking them against the dictionary.

use std::ops::ControlFlow;

use sqlparser::ast::{BinaryOperator, Expr, Value, visit_expressions};

use super::Filter;
use crate::query::file::ParameterKind;

impl Filter {
    /// Names, and the texts that they are said to equal or not to equal; those of parameters too.
    pub(in crate::query) fn literals(
        &self,
        values: &[(String, ParameterKind, String)],
    ) -> Vec<(String, String)> {
        let mut literals = Vec::new();
        let mut add = |name: &Expr, value: &Expr| {
            if let (Expr::Identifier(name), Some(text)) = (name, text(value, values)) {
                literals.push((name.value.clone(), text));
            }
        };
        let visited: ControlFlow<()> = visit_expressions(self.tree(), |expression| {
            match expression {
                Expr::BinaryOp { left, op: BinaryOperator::Eq | BinaryOperator::NotEq, right } => {
                    add(left, right);
                    add(right, left);
                }
                Expr::InList { expr, list, .. } => list.iter().for_each(|value| add(expr, value)),
                _ => {}
            }
            ControlFlow::Continue(())
        });
        debug_assert!(visited.is_continue());
        literals
    }

    /// Whether it asks more of a name than whether there is a value.
    pub(in crate::query) fn compares(&self, name: &str) -> bool {
        let is_name = |it: &Expr| matches!(it, Expr::Identifier(known) if known.value == name);
        let mut compared = 0_isize;
        let visited: ControlFlow<()> = visit_expressions(self.tree(), |expression| {
            match expression {
                Expr::IsNull(inner) | Expr::IsNotNull(inner) if is_name(inner) => compared -= 1,
                named if is_name(named) => compared += 1,
                _ => {}
            }
            ControlFlow::Continue(())
        });
        debug_assert!(visited.is_continue());
        compared != 0
    }
}

fn text(value: &Expr, values: &[(String, ParameterKind, String)]) -> Option<String> {
    let Expr::Value(value) = value else { return None };
    match &value.value {
        Value::SingleQuotedString(text) => Some(text.clone()),
        Value::Placeholder(name) => {
            let name = name.trim_start_matches('$');
            let found = values.iter().find(|(known, ..)| known == name);
            found.map(|(.., text)| text.clone())
        }
        _ => None,
    }
}
