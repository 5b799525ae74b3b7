//! One SELECT, put together clause by clause.
//!
//! In: names and trees. Out: a query. Never: a subquery, which has a name of its own instead.

use sqlparser::ast::{
    Distinct, Expr, GroupByExpr, Join, JoinConstraint, JoinOperator, Query, Select, SelectItem,
    SetExpr, SetOperator, SetQuantifier, TableFactor, TableWithJoins,
};

use super::tree::{all, ident, name, object, of, query, table_alias};
use crate::exact::known;

/// A SELECT on its way.
#[derive(Debug, Clone, Default)]
pub(crate) struct Selected {
    items: Vec<SelectItem>,
    from: Option<TableFactor>,
    joins: Vec<Join>,
    conditions: Vec<Expr>,
    groups: Vec<Expr>,
    distinct: bool,
}

impl Selected {
    /// From a table, under another name where one is given.
    pub(crate) fn from(table: &str, alias: Option<&str>) -> Self {
        Self { from: Some(factor(table, alias)), ..Self::default() }
    }

    /// A column as it is.
    pub(crate) fn column(mut self, column: &str) -> Self {
        self.items.push(SelectItem::UnnamedExpr(name(column)));
        self
    }

    /// A column of one of the tables, as it is.
    pub(crate) fn of(mut self, table: &str, column: &str) -> Self {
        self.items.push(SelectItem::UnnamedExpr(of(table, column)));
        self
    }

    /// An expression under a name.
    pub(crate) fn item(mut self, expression: Expr, alias: &str) -> Self {
        let own = match &expression {
            Expr::Identifier(name) => Some(name),
            Expr::CompoundIdentifier(path) => path.last(),
            _ => None,
        };
        self.items.push(if own == Some(&ident(alias)) {
            SelectItem::UnnamedExpr(expression)
        } else {
            SelectItem::ExprWithAlias { expr: expression, alias: ident(alias) }
        });
        self
    }

    fn joined(
        mut self,
        table: &str,
        alias: Option<&str>,
        operator: fn(JoinConstraint) -> JoinOperator,
        constraint: JoinConstraint,
    ) -> Self {
        let (relation, join_operator) = (factor(table, alias), operator(constraint));
        self.joins.push(Join { relation, global: false, join_operator });
        self
    }

    /// With the rows of another table for which all conditions hold; every combination without any.
    pub(crate) fn join(self, table: &str, alias: Option<&str>, on: Vec<Expr>) -> Self {
        match all(on) {
            Some(on) => self.joined(table, alias, JoinOperator::Join, JoinConstraint::On(on)),
            None => self.joined(table, alias, JoinOperator::CrossJoin, JoinConstraint::None),
        }
    }

    /// The same, also without any such row.
    pub(crate) fn left_join(self, table: &str, alias: Option<&str>, on: Vec<Expr>) -> Self {
        let on = all(on).unwrap_or_else(|| super::tree::truth(true));
        self.joined(table, alias, JoinOperator::Left, JoinConstraint::On(on))
    }

    /// Only rows for which a condition holds, if there is one.
    pub(crate) fn satisfying(mut self, condition: Option<Expr>) -> Self {
        self.conditions.extend(condition);
        self
    }

    /// In groups of the same values.
    pub(crate) fn grouped(mut self, by: Vec<Expr>) -> Self {
        self.groups = by;
        self
    }

    /// Every row once.
    pub(crate) fn distinct(mut self) -> Self {
        self.distinct = true;
        self
    }

    fn body(self) -> SetExpr {
        let SetExpr::Select(select) = *query("SELECT 1", &[]).body else { return known(None) };
        let Self { items, from, joins, conditions, groups, distinct } = self;
        let from = TableWithJoins { relation: known(from), joins };
        SetExpr::Select(Box::new(Select {
            projection: items,
            from: vec![from],
            selection: all(conditions),
            group_by: GroupByExpr::Expressions(groups, Vec::new()),
            distinct: distinct.then_some(Distinct::Distinct),
            ..*select
        }))
    }

    /// The query.
    pub(crate) fn query(self) -> Query {
        Self::together([self], false)
    }

    /// The rows of several; each once where they may be the same.
    pub(crate) fn together(several: impl IntoIterator<Item = Self>, once: bool) -> Query {
        let quantifier = if once { SetQuantifier::None } else { SetQuantifier::All };
        let both = |left, right| SetExpr::SetOperation {
            left: Box::new(left),
            op: SetOperator::Union,
            set_quantifier: quantifier,
            right: Box::new(right),
        };
        let body = several.into_iter().map(Self::body).reduce(both);
        let mut query = query("SELECT 1", &[]);
        *query.body = known(body);
        query
    }
}

fn factor(table: &str, alias: Option<&str>) -> TableFactor {
    TableFactor::Table {
        name: object(table),
        alias: alias.map(table_alias),
        args: None,
        with_hints: Vec::new(),
        version: None,
        with_ordinality: false,
        partitions: Vec::new(),
        json_path: None,
        sample: None,
        index_hints: Vec::new(),
    }
}
