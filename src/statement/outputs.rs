//! What a SELECT gives, by name, and what that is ordered by.

use sqlparser::ast::{Expr as Sql, GroupByExpr, OrderBy, OrderByKind, Select, SelectItem};

use super::grouping::is_aggregate;
use super::item::{Item, orders};
use super::names::Rows;
use super::place::place;
use super::reader::Reader;
use super::tables::Order;
use crate::query::language::expression::{Compiler, Kind, Place, Scope, Typed, shown};

impl Reader {
    pub(super) fn items(&mut self, select: &Select, rows: &Rows, hides: bool) -> Option<Vec<Item>> {
        let mut items = Vec::new();
        self.listed(select.projection.len(), "SELECT", place(select))?;
        for item in &select.projection {
            match item {
                SelectItem::UnnamedExpr(tree) => items.push(Item::new(tree, None)),
                SelectItem::ExprWithAlias { expr, alias } => {
                    items.push(Item::new(expr, Some(alias.value.clone())));
                }
                SelectItem::Wildcard(options) | SelectItem::QualifiedWildcard(_, options) => {
                    let qualified = match item {
                        SelectItem::QualifiedWildcard(kind, _) => {
                            let name = kind.to_string().to_lowercase();
                            rows.is_qualifier(name.trim_end_matches(".*"))
                        }
                        _ => true,
                    };
                    let plain = options.to_string().is_empty();
                    if !qualified || !plain {
                        let message = format!("`{}` is not known here", shown(item));
                        return self.refuse(place(select), message, "name the columns");
                    }
                    if hides {
                        let message = format!("`{}` would list single observations", shown(item));
                        return self.refuse_person(place(select), message);
                    }
                    items.extend(rows.all().map(|named| Item {
                        typed: Some(Typed::column(named.column.clone(), named.kind)),
                        ..Item::column(&named.name)
                    }));
                }
                other @ SelectItem::ExprWithAliases { .. } => {
                    let message = format!("`{}` is not known here", shown(other));
                    return self.refuse(place(select), message, "name the columns");
                }
            }
        }
        if items.is_empty() {
            return self.refuse(place(select), "the SELECT has no columns", "");
        }
        Some(items)
    }

    /// The names and kinds of the outputs, of which no two have one name. What is only `shown` may
    /// be a quotient: rounded, it is as good as the exact one there and nowhere else.
    pub(super) fn columns(
        &mut self,
        items: &[Item],
        outermost: bool,
        shown_only: bool,
    ) -> Option<Vec<(String, Kind)>> {
        let mut columns: Vec<(String, Kind)> = Vec::new();
        for item in items {
            let typed = item.typed.as_ref()?;
            let at = item.tree.as_ref().map_or_else(Place::default, place);
            if typed.kind == Kind::Identity && outermost {
                let message = format!(
                    "`{}` tells persons apart; they can only be counted",
                    shown(&item.name)
                );
                return self.refuse_person(at, message);
            }
            let name = item.alias.as_ref().unwrap_or(&item.name);
            if typed.kind == Kind::Quotient && !shown_only {
                return self.refuse_quotient(at, name, "a subquery or of DISTINCT");
            }
            if columns.iter().any(|(known, _)| known == name) {
                let message = format!("two columns are called `{}`", shown(name));
                return self.refuse(at, message, "give one of them a name: sum(days) AS days");
            }
            columns.push((name.clone(), typed.kind));
        }
        Some(columns)
    }
}

pub(super) fn has_aggregate(tree: &Sql) -> bool {
    let mut found = false;
    let visited: std::ops::ControlFlow<()> = sqlparser::ast::visit_expressions(tree, |part| {
        found |= matches!(part, Sql::Function(function) if is_aggregate(function));
        std::ops::ControlFlow::Continue(())
    });
    debug_assert!(visited.is_continue());
    found
}

pub(super) fn is_grouped(select: &Select, order: Option<&OrderBy>) -> bool {
    let by_keys = match &select.group_by {
        GroupByExpr::All(_) => true,
        GroupByExpr::Expressions(keys, modifiers) => !keys.is_empty() || !modifiers.is_empty(),
    };
    let in_items = select.projection.iter().any(|item| match item {
        SelectItem::UnnamedExpr(tree) | SelectItem::ExprWithAlias { expr: tree, .. } => {
            has_aggregate(tree)
        }
        _ => false,
    });
    let in_order = order.is_some_and(|order| match &order.kind {
        OrderByKind::Expressions(keys) => keys.iter().any(|key| has_aggregate(&key.expr)),
        OrderByKind::All(_) => false,
    });
    by_keys || in_items || in_order || select.having.is_some()
}

/// Compiles the outputs, and what they are ordered by.
pub(super) fn outputs<S: Scope>(
    compiler: &mut Compiler<'_, S>,
    items: &mut [Item],
    order: Option<&OrderBy>,
    number: usize,
) -> Option<Vec<Order>> {
    for item in items.iter_mut() {
        if let Some(tree) = &item.tree {
            item.typed = compiler.expression(tree);
        }
    }
    let typed: Option<Vec<Typed>> = items.iter().map(|item| item.typed.clone()).collect();
    orders(compiler, order, items, &typed?, number)
}

pub(super) fn is_output(typed: &Typed, number: usize) -> bool {
    let prefix = format!("_{number}o");
    typed.columns().iter().all(|column| column.starts_with(&prefix))
}
