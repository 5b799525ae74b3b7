//! What a statement is made of, and how its columns are named.
//!
//! In: a question, what was delivered, the dictionary. Out: what is counted, and names that no two columns share.
//! Never: a name that a figure of the query has.

use super::figure::Figure;
use crate::answer::assembly::Assembly;
use crate::answer::complete::Coverage;
use crate::counting::sql::metric_column;
use crate::dictionary::Dictionary;
use crate::metric::{Dimension, Metric};
use crate::quarter::Quarter;
use crate::query::Question;
use crate::query::language::span::Span;
use crate::query::plan::level::Count;

/// Name of the cells of all levels.
pub(super) const CELLS: &str = "cells";

/// What a statement is made of.
pub(super) struct Statement<'a> {
    pub(super) question: &'a Question,
    pub(super) coverage: &'a Coverage,
    pub(super) dictionary: &'a Dictionary,
    /// What knows of rows that have nothing but their time which quarters they lack.
    pub(super) assembly: Assembly<'a>,
}

impl Statement<'_> {
    /// What has to be counted: also which cells have observations, and hold something over spans.
    pub(super) fn counts(&self) -> Vec<Count> {
        let query = &self.question.query;
        let held = query.derived.iter().flat_map(|it| it.formula.about());
        let held = held.filter(|it| query.complete && it.is_of_conventions());
        let held: Vec<Metric> = held.flat_map(Metric::held_by).collect();
        let rows = query.row_levels();
        let with = |mut count: Count| {
            let is_of_rows =
                count.level.span == Span::Own && rows.contains(&count.level.dimensions);
            let mut add = |metric: Metric| {
                if !count.metrics.contains(&metric) {
                    count.metrics.push(metric);
                }
            };
            if is_of_rows && self.has_others() {
                add(Metric::OBSERVATIONS);
            }
            if count.level.span != Span::Own {
                held.iter().copied().for_each(add);
            }
            count
        };
        query.counts().into_iter().map(with).collect()
    }

    /// The quarters asked for.
    pub(super) fn asked(&self) -> &[Quarter] {
        &self.assembly.asked
    }

    pub(super) fn figures(&self) -> Vec<Figure<'_>> {
        Figure::all(&self.question.query)
    }

    /// Whether totals stand below other rows, whatever their values are.
    pub(super) fn has_levels(&self) -> bool {
        let query = &self.question.query;
        !query.totals.is_empty() && !query.order.is_empty()
    }

    /// Whether rows can be without observations, if another quarter leaves a figure in them.
    pub(super) fn has_others(&self) -> bool {
        self.question.looks_back() && !self.question.query.complete
    }

    /// Whether values of a dimension are put together as the rest.
    pub(super) fn is_cut(&self, dimension: Dimension) -> bool {
        self.question.query.top.as_ref().is_some_and(|it| it.dimension == dimension)
    }

    /// Whether rows of a dimension are more than its values: the rest, no value, a total.
    pub(super) fn is_placed(&self, dimension: Dimension) -> bool {
        let query = &self.question.query;
        let is_total = query.totals.iter().any(|kept| !kept.contains(&dimension));
        is_total || self.is_cut(dimension) || dimension.may_lack_value()
    }

    /// A name that no column of the answer has.
    pub(super) fn internal(&self, name: &str) -> String {
        let mut name = name.to_owned();
        let figures = self.figures();
        while figures.iter().any(|it| it.name() == name) {
            name.push('_');
        }
        name
    }

    pub(super) fn place(&self, dimension: Dimension) -> String {
        self.internal(&format!("{}_place", dimension.name()))
    }

    /// The column of a figure's number.
    pub(super) fn number_column(&self, figure: Figure<'_>) -> String {
        match figure {
            Figure::Metric(metric) if metric == Metric::AMOUNT => {
                self.internal(metric_column(metric))
            }
            figure => figure.name().to_owned(),
        }
    }

    /// The columns of what stands over and under the line of a figure.
    pub(super) fn quotient_columns(&self, figure: Figure<'_>) -> [String; 2] {
        ["over", "under"].map(|it| self.internal(&format!("{}_{it}", figure.name())))
    }
}
