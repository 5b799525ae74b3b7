//! Parameters that are lists: `IN ($names)` becomes one place for each value.

use std::ops::ControlFlow;

use sqlparser::ast::{Expr, Value, visit_expressions_mut};

/// The name of the value at a place of a list.
pub(crate) fn element(name: &str, at: usize) -> String {
    format!("{name}.{at}")
}

/// Puts the elements of lists in their place.
pub(super) fn expand(tree: &mut Expr, counts: &[(String, usize)]) {
    let visited: ControlFlow<()> = visit_expressions_mut(tree, |expression| {
        if let Expr::InList { list, .. } = expression {
            let whole = std::mem::take(list);
            list.extend(whole.into_iter().flat_map(|value| elements(value, counts)));
        }
        ControlFlow::Continue(())
    });
    debug_assert!(visited.is_continue());
}

fn elements(value: Expr, counts: &[(String, usize)]) -> Vec<Expr> {
    let Expr::Value(placed) = &value else { return vec![value] };
    let Value::Placeholder(name) = &placed.value else { return vec![value] };
    let name = name.trim_start_matches('$');
    let Some((_, count)) = counts.iter().find(|(known, _)| known == name) else {
        return vec![value];
    };
    let one = |at| {
        let placeholder = Value::Placeholder(format!("${}", element(name, at)));
        Expr::Value(placeholder.with_span(placed.span))
    };
    (0..*count).map(one).collect()
}
