//! One SELECT: its table, its condition, what it is grouped by, what it gives.

use sqlparser::ast::{Distinct, Expr as Sql, GroupByExpr, OrderBy, Select, SelectFlavor};

use super::grouping::{Groups, not_grouped};
use super::item::{Item, by_place};
use super::names::Rows;
use super::outputs::{has_aggregate, is_grouped, is_output, outputs};
use super::place::place;
use super::reader::Reader;
use super::tables::{Grouping, Limit, Order, Relation, Selection, Table};
use crate::query::language::expression::{Compiler, Kind, Place, Typed, shown};
use crate::query::language::filter::folded;

/// What a SELECT says about its rows, compiled.
struct Read {
    number: usize,
    items: Vec<Item>,
    grouping: Option<Grouping>,
    having: Option<Typed>,
    order: Vec<Order>,
}

impl Reader {
    pub(super) fn select(
        &mut self,
        select: &Select,
        order: Option<&OrderBy>,
        limit: Option<Limit>,
        outermost: bool,
    ) -> Option<Table> {
        self.clauses(select)?;
        let at = place(select);
        let (input, mut rows) = self.from(&select.from, at)?;
        let selects = input.selects + 1;
        self.bounded(selects, at)?;
        let distinct = matches!(select.distinct, Some(Distinct::Distinct));
        let hides = outermost && input.is_single && !self.rows;
        let selection = select.selection.as_ref();
        let condition = selection.map(|tree| self.condition(tree, &mut rows));
        let items = self.items(select, &rows, hides)?;
        let read = if is_grouped(select, order) {
            self.groups((select, order), items, &mut rows, outermost)?
        } else {
            self.singles(order, items, &mut rows, hides && !distinct)?
        };
        let shown_only = outermost && !distinct;
        let columns = self.columns(&read.items, outermost, shown_only)?;
        let Read { number, items, grouping, having, order } = read;
        let outputs: Vec<Typed> = items.into_iter().filter_map(|item| item.typed).collect();
        if distinct && !order.iter().all(|key| is_output(&key.by, number)) {
            let help = "order by a column of the SELECT, by its name or place";
            return self.refuse(at, "what a SELECT DISTINCT is ordered by is not in it", help);
        }
        let is_person = |typed: &Typed| typed.kind == Kind::Identity;
        let is_single = match &grouping {
            Some(grouping) => grouping.keys.iter().any(is_person),
            None => input.is_single && (!distinct || outputs.iter().any(is_person)),
        };
        let condition = match condition {
            Some(condition) => Some(condition?),
            None => None,
        };
        if is_single && limit.is_some() {
            self.whole(at)?;
        }
        let input = input.relation;
        let selection = Selection {
            number,
            input,
            condition,
            grouping,
            having,
            outputs,
            distinct,
            order,
            limit,
        };
        let relation = Relation::Selection(Box::new(selection));
        Some(Table { relation, columns, is_single, selects })
    }

    /// What follows WHERE.
    fn condition(&mut self, tree: &Sql, rows: &mut Rows) -> Option<Typed> {
        let mut compiler = Compiler::new(rows);
        let condition = compiler.condition(tree, "what follows WHERE");
        self.refusals.extend(compiler.refusals);
        condition
    }

    /// A SELECT that gives each row.
    fn singles(
        &mut self,
        order: Option<&OrderBy>,
        mut items: Vec<Item>,
        rows: &mut Rows,
        hides: bool,
    ) -> Option<Read> {
        if hides {
            self.hidden(&items, rows);
            return None;
        }
        self.numbers += 1;
        let number = self.numbers;
        let mut compiler = Compiler::new(rows);
        let order = outputs(&mut compiler, &mut items, order, number);
        self.refusals.extend(compiler.refusals);
        Some(Read { number, items, grouping: None, having: None, order: order? })
    }

    /// Says why each of these would be shown of a single row, or what else is wrong with it.
    fn hidden(&mut self, items: &[Item], rows: &mut Rows) {
        let mut groups = Groups { rows, grouping: Grouping::default(), number: 0 };
        for item in items {
            let mut compiler = Compiler::new(&mut groups);
            if let Some(tree) = &item.tree {
                compiler.expression(tree);
            }
            let mut refusals = compiler.refusals;
            if refusals.is_empty() {
                let at = item.tree.as_ref().map_or_else(Place::default, place);
                refusals.push(not_grouped(&item.name).at(at));
            }
            self.refusals.extend(refusals);
        }
    }

    /// A SELECT that gives a row for each group.
    fn groups(
        &mut self,
        (select, order): (&Select, Option<&OrderBy>),
        mut items: Vec<Item>,
        rows: &mut Rows,
        outermost: bool,
    ) -> Option<Read> {
        if items.iter().any(|item| item.tree.is_none()) {
            self.refusals.push(not_grouped("*").at(place(select)));
            return None;
        }
        self.numbers += 1;
        let number = self.numbers;
        let keys = self.keys(&select.group_by, &items, rows, outermost)?;
        let grouping = Grouping { keys, calls: Vec::new() };
        let mut groups = Groups { rows, grouping, number };
        let mut compiler = Compiler::new(&mut groups);
        let order = outputs(&mut compiler, &mut items, order, number);
        let having = select.having.as_ref();
        let having = having.map(|tree| compiler.condition(tree, "what follows HAVING"));
        self.refusals.extend(compiler.refusals);
        let having = match having {
            None => None,
            Some(having) => Some(having?),
        };
        Some(Read { number, items, grouping: Some(groups.grouping), having, order: order? })
    }

    /// Refuses every clause of a SELECT that is not known.
    fn clauses(&mut self, select: &Select) -> Option<()> {
        let Select {
            select_token: _,
            optimizer_hints,
            distinct,
            select_modifiers,
            top,
            top_before_distinct: _,
            projection: _,
            exclude,
            into,
            from: _,
            lateral_views,
            prewhere,
            selection: _,
            connect_by,
            group_by: _,
            cluster_by,
            distribute_by,
            sort_by,
            having: _,
            named_window,
            qualify,
            window_before_qualify: _,
            value_table_mode,
            flavor,
        } = select;
        let others = [
            (!optimizer_hints.is_empty(), "a hint"),
            (matches!(distinct, Some(Distinct::On(_))), "DISTINCT ON"),
            (select_modifiers.is_some(), "a modifier of SELECT"),
            (top.is_some(), "TOP"),
            (exclude.is_some(), "EXCLUDE"),
            (into.is_some(), "INTO"),
            (!lateral_views.is_empty(), "LATERAL VIEW"),
            (prewhere.is_some(), "PREWHERE"),
            (!connect_by.is_empty(), "CONNECT BY"),
            (!cluster_by.is_empty(), "CLUSTER BY"),
            (!distribute_by.is_empty(), "DISTRIBUTE BY"),
            (!sort_by.is_empty(), "SORT BY"),
            (!named_window.is_empty(), "WINDOW"),
            (qualify.is_some(), "QUALIFY"),
            (value_table_mode.is_some(), "SELECT AS"),
            (*flavor != SelectFlavor::Standard, "FROM before SELECT"),
        ];
        self.none_of(&others, place(select))
    }

    fn keys(
        &mut self,
        group_by: &GroupByExpr,
        items: &[Item],
        rows: &mut Rows,
        outermost: bool,
    ) -> Option<Vec<Typed>> {
        let trees: Vec<Sql> = match group_by {
            GroupByExpr::All(modifiers) if modifiers.is_empty() => {
                let trees = items.iter().filter_map(|item| item.tree.clone());
                trees.filter(|tree| !has_aggregate(tree)).collect()
            }
            GroupByExpr::Expressions(keys, modifiers) if modifiers.is_empty() => {
                let mut trees = Vec::new();
                self.listed(
                    keys.len(),
                    "GROUP BY",
                    keys.first().map_or_else(Place::default, place),
                )?;
                for tree in keys {
                    trees.push(self.key(tree, items, rows)?);
                }
                trees
            }
            other => {
                let help = "write a statement for each total, and UNION ALL between them";
                let message = format!("`{}` is not known here", shown(other));
                return self.refuse(Place::default(), message, help);
            }
        };
        let mut keys = Vec::new();
        for tree in &trees {
            let mut compiler = Compiler::new(rows);
            let typed = compiler.expression(tree);
            self.refusals.extend(compiler.refusals);
            match typed {
                Some(typed) if typed.kind == Kind::Quotient => {
                    let help = "round it first: round(amount / 3, 2)";
                    return self.refuse(place(tree), "rows are grouped by a quotient", help);
                }
                Some(typed) if typed.kind == Kind::Identity && outermost => {
                    let message =
                        format!("grouped by `{}`, each row would be a person", shown(tree));
                    return self.refuse_person(place(tree), message);
                }
                typed => keys.push(typed?),
            }
        }
        Some(keys)
    }

    /// What a key of GROUP BY means: a place, the alias of a column, or an expression.
    fn key(&mut self, tree: &Sql, items: &[Item], rows: &Rows) -> Option<Sql> {
        if let Some(at) = by_place(tree) {
            let item = at.checked_sub(1).and_then(|at| items.get(at));
            return match item.and_then(|item| item.tree.clone()) {
                Some(tree) => Some(tree),
                None => self.refuse(place(tree), format!("the SELECT has no column {at}"), ""),
            };
        }
        if let Sql::Identifier(name) = tree
            && rows.find(&folded(name)).is_none()
            && let Some(item) = items.iter().find(|item| item.is_called(&name.value))
            && let Some(tree) = &item.tree
        {
            return Some(tree.clone());
        }
        Some(tree.clone())
    }
}
