//! What a SELECT gives, and the order over it.

use sqlparser::ast::{Expr as Sql, OrderBy, OrderByKind, Value};

use super::place::place;
use super::tables::Order;
use crate::query::language::expression::{Compiler, Kind, Node, Refusal, Scope, Typed, shown};

/// An output of a SELECT before it has a name of its own.
pub(super) struct Item {
    pub(super) name: String,
    pub(super) alias: Option<String>,
    /// `None` for a column that `*` stands for.
    pub(super) tree: Option<Sql>,
    pub(super) typed: Option<Typed>,
}

impl Item {
    pub(super) fn new(tree: &Sql, alias: Option<String>) -> Self {
        let name = match tree {
            Sql::Identifier(name) => name.value.clone(),
            Sql::CompoundIdentifier(path) => {
                path.last().map_or_else(String::new, |name| name.value.clone())
            }
            other => other.to_string(),
        };
        Self { name, alias, tree: Some(tree.clone()), typed: None }
    }

    pub(super) fn column(name: &str) -> Self {
        Self { name: name.to_owned(), alias: None, tree: None, typed: None }
    }

    pub(super) fn is_called(&self, name: &str) -> bool {
        self.alias.as_deref().unwrap_or(&self.name) == name
    }
}

/// A whole number as written.
pub(super) fn by_place(tree: &Sql) -> Option<usize> {
    match tree {
        Sql::Value(value) => match &value.value {
            Value::Number(text, false) => text.parse().ok(),
            _ => None,
        },
        _ => None,
    }
}

pub(super) fn orders<S: Scope>(
    compiler: &mut Compiler<'_, S>,
    order: Option<&OrderBy>,
    items: &[Item],
    outputs: &[Typed],
    number: usize,
) -> Option<Vec<Order>> {
    let Some(OrderBy { kind, interpolate }) = order else { return Some(Vec::new()) };
    let keys = match kind {
        OrderByKind::Expressions(keys)
            if interpolate.is_none() && keys.iter().all(|key| key.with_fill.is_none()) =>
        {
            keys
        }
        _ => {
            compiler.refusals.push(Refusal::new("ORDER BY takes columns and expressions", ""));
            return None;
        }
    };
    let mut orders = Vec::new();
    for key in keys {
        let by_name = |name: &str| items.iter().position(|item| item.is_called(name));
        let at = match &key.expr {
            Sql::Identifier(name) => by_name(&name.value),
            tree => by_place(tree).map(|at| at.wrapping_sub(1)),
        };
        let by = match at {
            Some(at) => match outputs.get(at) {
                Some(output) if output.kind == Kind::Quotient => output.clone(),
                Some(output) => Typed::column(format!("_{number}o{at}"), output.kind),
                None => {
                    let message = format!("the SELECT has no column {}", shown(&key.expr));
                    compiler.refusals.push(Refusal::new(message, "").at(place(&key.expr)));
                    return None;
                }
            },
            None => {
                let typed = compiler.expression(&key.expr)?;
                // The column that is shown, where it is the same.
                match outputs.iter().position(|output| *output == typed) {
                    Some(at) if typed.kind != Kind::Quotient => {
                        Typed::column(format!("_{number}o{at}"), typed.kind)
                    }
                    _ => typed,
                }
            }
        };
        if by.kind == Kind::Quotient && matches!(by.node, Node::Column(_)) {
            let message =
                format!("ordered by `{}`, a quotient, which is not exact", shown(&key.expr));
            let help =
                "write ORDER BY and LIMIT without parentheses before them, or round it first";
            compiler.refusals.push(Refusal::new(message, help).at(place(&key.expr)));
            return None;
        }
        if by.kind == Kind::Identity {
            let message = format!("ordered by `{}`, which tells persons apart", shown(&key.expr));
            let refusal = Refusal::new(message, "").at(place(&key.expr)).of_persons();
            compiler.refusals.push(refusal);
            return None;
        }
        let descending = key.options.asc == Some(false);
        orders.push(Order { by, descending, nothing_first: key.options.nulls_first == Some(true) });
    }
    Some(orders)
}
