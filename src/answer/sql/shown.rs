//! The figures of cells, and the rows as they are shown, in their order.
//!
//! In: cells. Out: the last two queries of a statement. Never: a number beside the reason why there is none.

use sqlparser::ast::{OrderBy, OrderByExpr, OrderByKind, OrderByOptions};

use super::figure::Figure;
use super::standing::PARTIAL;
use super::statement::{CELLS, Statement};
use crate::answer::{MARK, REST, TOTAL};
use crate::counting::sql::halves_to_even;
use crate::metric::Dimension;
use crate::sql::{
    BinaryOperator, Expr, Query, Selected, all, any, binary, case, expression, name, number, of,
    text,
};

impl Statement<'_> {
    /// The cells with their quotients rounded; a number only where there is one.
    pub(super) fn with_figures(&self) -> Query {
        let mut selected = Selected::from(CELLS, None);
        if self.has_levels() {
            selected = selected.column(&self.internal("level"));
        }
        for dimension in &self.question.query.dimensions {
            selected = selected.column(dimension.name());
            if self.is_placed(*dimension) {
                selected = selected.column(&self.place(*dimension));
            }
        }
        if self.has_others() {
            selected = selected.column(&self.internal("is_counted"));
        }
        for figure in self.figures() {
            let value = if figure.is_divided() {
                let [over, under] = self.quotient_columns(figure).map(|it| name(&it));
                halves_to_even(&over, &under)
            } else {
                name(&self.number_column(figure))
            };
            let column = self.number_column(figure);
            if self.has_status(figure) {
                let parts = [
                    ("status", name(&figure.status())),
                    ("partial", text(PARTIAL)),
                    ("value", value),
                ];
                let value = "CASE WHEN $status IS NULL OR $status = $partial THEN $value END";
                selected = selected.item(expression(value, &parts), &column);
                selected = selected.column(&figure.status());
            } else {
                selected = selected.item(value, &column);
            }
        }
        selected.query()
    }

    /// The rows.
    pub(super) fn shown(&self) -> Query {
        let mut selected = Selected::from(&self.source(), None);
        for dimension in &self.question.query.dimensions {
            selected = selected.item(self.written(*dimension), dimension.name());
        }
        for figure in self.figures() {
            selected = selected.item(self.number(figure), figure.name());
        }
        for figure in self.figures().into_iter().filter(|it| self.has_status(*it)) {
            selected = selected.column(&figure.status());
        }
        let conditions = self.has_figures().into_iter().chain(self.is_left());
        let mut query = selected.satisfying(all(conditions)).query();
        query.order_by = self.order();
        query
    }

    /// The text of a dimension; a value that reads as a row over several is marked.
    fn written(&self, dimension: Dimension) -> Expr {
        if !matches!(dimension, Dimension::Cpas | Dimension::CpasToday) {
            return name(dimension.name());
        }
        let parts = [
            ("value", name(dimension.name())),
            ("mark", text(&MARK.to_string())),
            ("rest", text(REST)),
            ("total", text(TOTAL)),
        ];
        let reads_as = expression("trim(LEADING $mark FROM $value) IN ($rest, $total)", &parts);
        let is_value = binary(self.placed(dimension), BinaryOperator::Eq, number(0, 0));
        let is_value = (!self.is_plain()).then_some(is_value);
        let condition = crate::exact::known(all(is_value.into_iter().chain([reads_as])));
        let marked = expression("$mark || $value", &parts);
        case(vec![(condition, marked)], Some(name(dimension.name())))
    }

    /// Where a row stands among those of a dimension: values first.
    fn placed(&self, dimension: Dimension) -> Expr {
        if self.is_plain() {
            return Expr::IsNull(Box::new(name(dimension.name())));
        }
        name(&self.place(dimension))
    }

    /// The number of a figure with its decimal mark.
    fn number(&self, figure: Figure<'_>) -> Expr {
        let mut value = name(&self.number_column(figure));
        if figure.decimals() > 0 {
            let parts = [("value", value), ("unit", number(1, figure.decimals()))];
            value = expression("CAST($value AS DECIMAL(30, 0)) * $unit", &parts);
        }
        if self.question.complete_only && self.has_status(figure) {
            let parts = [("status", name(&figure.status())), ("value", value)];
            value = expression("CASE WHEN $status IS NULL THEN $value END", &parts);
        }
        value
    }

    /// Whether a row has observations, or a derived figure other than 0.
    fn has_figures(&self) -> Option<Expr> {
        if !self.has_others() {
            return None;
        }
        let derived = self.figures().into_iter().filter(|it| it.formula().is_some());
        let other = derived
            .map(|it| binary(name(&self.number_column(it)), BinaryOperator::NotEq, number(0, 0)));
        any([name(&self.internal("is_counted"))].into_iter().chain(other))
    }

    /// Whether a row stays where figures over some of their quarters only are left out.
    fn is_left(&self) -> Option<Expr> {
        let figures = self.figures();
        if !self.question.complete_only || !figures.iter().all(|it| self.has_status(*it)) {
            return None;
        }
        let status = |it: &Figure<'_>| name(&it.status());
        let numbers = figures.iter().map(|it| Expr::IsNull(Box::new(status(it))));
        let partial = |it| binary(status(it), BinaryOperator::NotEq, text(PARTIAL));
        let none_partial = all(figures.iter().map(partial));
        any(numbers.chain(none_partial))
    }

    /// By the query's order, then by all dimensions; where rows are ordered by figures, totals stand below.
    fn order(&self) -> Option<OrderBy> {
        let query = &self.question.query;
        let mut keys = Vec::new();
        let source = self.source();
        let key = |expr: Expr, descending: bool| OrderByExpr {
            expr,
            options: OrderByOptions { asc: descending.then_some(false), nulls_first: None },
            with_fill: None,
        };
        if self.has_levels() && !query.order.is_empty() {
            keys.push(key(name(&self.internal("level")), false));
        }
        let asked = query.order.iter().map(|it| (it.column.as_str(), it.descending));
        let dimensions = query.dimensions.iter().map(|it| (it.name(), false));
        for (column, descending) in asked.chain(dimensions) {
            let dimension = query.dimensions.iter().find(|it| it.name() == column);
            let figure = self.figures().into_iter().find(|it| it.name() == column);
            if let Some(dimension) = dimension {
                if self.is_placed(*dimension) {
                    keys.push(key(self.placed(*dimension), false));
                }
                // Under its name alone it could be what is shown in its place.
                let written = self.written(*dimension) != name(column);
                let value = if written { of(&source, column) } else { name(column) };
                keys.push(key(value, descending));
            } else if let Some(figure) = figure {
                let value = of(&source, &self.number_column(figure));
                if self.has_status(figure) {
                    keys.push(key(Expr::IsNull(Box::new(value.clone())), false));
                    keys.push(key(value, descending));
                    keys.push(key(rank(&figure.status()), false));
                } else {
                    keys.push(key(value, descending));
                }
            }
        }
        keys.dedup();
        let kind = OrderByKind::Expressions(keys);
        let none = matches!(&kind, OrderByKind::Expressions(keys) if keys.is_empty());
        (!none).then_some(OrderBy { kind, interpolate: None })
    }
}

/// Where rows with a status stand among those with the same number, or without one.
fn rank(status: &str) -> Expr {
    let text = "CASE $status WHEN 'partial' THEN 1 WHEN 'undefined' THEN 2 WHEN 'not_applicable' THEN 3 \
                WHEN 'not_delivered' THEN 4 ELSE 0 END";
    expression(text, &[("status", name(status))])
}
