//! A level of an answer's rows: the tables that its cells are made of, and the values in them.
//!
//! In: what counts are called. Out: columns and joins. Never: a cell without rows, taken for one without a value: it
//! is one of zeros.

use super::statement::Statement;
use crate::counting::sql::{QUARTERS, against_column, level_name, metric_column, spread_name};
use crate::metric::{Dimension, Metric};
use crate::query::language::span::Span;
use crate::query::plan::level::{Level, kept};
use crate::query::{Against, Formula};
use crate::sql::{Expr, Selected, expression, of, same};

/// A level of the answer's rows.
pub(super) struct Rows<'a> {
    pub(super) statement: &'a Statement<'a>,
    /// Its place among the levels.
    pub(super) number: usize,
    pub(super) dimensions: Vec<Dimension>,
}

/// Name of the counts of a level over a span.
fn name_of(dimensions: &[Dimension], span: Span) -> String {
    level_name(&Level { dimensions: dimensions.to_vec(), span })
}

/// The name that the cells of another quarter have.
fn compared_name(against: Against) -> String {
    match against {
        Against::PreviousQuarter => "one_quarter_before".to_owned(),
        Against::YearBefore => "one_year_before".to_owned(),
        Against::Base(base) => format!("in_{}", base.to_string().to_lowercase()),
    }
}

/// A metric of a table that has a row of each cell with observations.
fn counted(table: &str, metric: Metric) -> Expr {
    let column = of(table, metric_column(metric));
    expression("coalesce($column, 0)", &[("column", column)])
}

/// A metric of the cell of a row in the quarter that it is compared with.
pub(super) fn compared(metric: Metric, against: Against) -> Expr {
    counted(&compared_name(against), metric)
}

impl Rows<'_> {
    pub(super) fn has(&self, dimension: Dimension) -> bool {
        self.dimensions.contains(&dimension)
    }

    /// Whether a cell can be a row that has no observations.
    pub(super) fn has_keys(&self) -> bool {
        let question = self.statement.question;
        question.query.complete || (question.looks_back() && self.has(Dimension::Quarter))
    }

    /// Name of the counts of its cells.
    pub(super) fn counts(&self) -> String {
        name_of(&self.dimensions, Span::Own)
    }

    /// Name of the table that has a row for each of its cells.
    pub(super) fn base(&self) -> String {
        if self.has_keys() { format!("rows_{}", self.counts()) } else { self.counts() }
    }

    /// The value of a dimension.
    pub(super) fn dimension(&self, dimension: Dimension) -> Expr {
        of(&self.base(), dimension.name())
    }

    /// The condition that cells of two tables have the same dimensions; of these only.
    fn alike(&self, table: &str, dimensions: &[Dimension]) -> Vec<Expr> {
        let on =
            |it: &Dimension| same(of(table, it.name()), self.dimension(*it), it.may_lack_value());
        dimensions.iter().map(on).collect()
    }

    /// A metric of the cell.
    pub(super) fn own(&self, metric: Metric) -> Expr {
        if self.has_keys() {
            return counted(&self.counts(), metric);
        }
        of(&self.counts(), metric_column(metric))
    }

    /// A metric of the cell over a span of quarters.
    pub(super) fn gathered(&self, metric: Metric, span: Span) -> Expr {
        counted(&name_of(&self.dimensions, span), metric)
    }

    /// A metric of what the cell is a share of.
    pub(super) fn whole(&self, metric: Metric, within: &[Dimension]) -> Expr {
        let kept = kept(&self.dimensions, within);
        if kept == self.dimensions {
            return self.own(metric);
        }
        counted(&name_of(&kept, Span::Own), metric)
    }

    /// A column of what is known of the amounts of the cell's persons.
    pub(super) fn spread(&self, column: &str) -> Expr {
        of(&spread_name(&self.dimensions), column)
    }

    /// All tables that the cells are made of, joined.
    pub(super) fn joined(&self) -> Selected {
        let (base, counts) = (self.base(), self.counts());
        let mut selected = Selected::from(&base, None);
        if self.has_keys() {
            selected = selected.left_join(&counts, None, self.alike(&counts, &self.dimensions));
        }
        let query = &self.statement.question.query;
        let formulas = || query.derived.iter().map(|it| &it.formula);
        let by_quarter = self.has(Dimension::Quarter);
        let againsts = query.againsts();
        if by_quarter && !againsts.is_empty() {
            let on = same(of(QUARTERS, "quarter"), self.dimension(Dimension::Quarter), false);
            selected = selected.join(QUARTERS, None, vec![on]);
        }
        for against in againsts.into_iter().filter(|_| by_quarter) {
            let other = compared_name(against);
            let rest: Vec<Dimension> =
                self.dimensions.iter().copied().filter(|it| !it.is_of_time()).collect();
            let mut on = vec![same(of(&other, "quarter"), against_column(against), false)];
            on.extend(self.alike(&other, &rest));
            selected = selected.left_join(&counts, Some(&other), on);
        }
        for span in query.spans().into_iter().filter(|_| by_quarter) {
            let table = name_of(&self.dimensions, span);
            selected = selected.left_join(&table, None, self.alike(&table, &self.dimensions));
        }
        let mut wholes: Vec<Vec<Dimension>> = Vec::new();
        for formula in formulas() {
            if let Formula::Share(_, within) = formula {
                let kept = kept(&self.dimensions, within);
                if kept != self.dimensions && !wholes.contains(&kept) {
                    wholes.push(kept);
                }
            }
        }
        for kept in wholes {
            let table = name_of(&kept, Span::Own);
            selected = selected.left_join(&table, None, self.alike(&table, &kept));
        }
        if formulas().any(|it| matches!(it, Formula::PerPerson(_))) {
            let table = spread_name(&self.dimensions);
            selected = selected.left_join(&table, None, self.alike(&table, &self.dimensions));
        }
        selected
    }
}
