//! An answer as one statement of SQL: its rows, totals, figures, and why there is no number.
//!
//! It stands with answers and not with counts, since which cells are rows, what a figure lacks and how rows are
//! ordered is decided here; `counting/sql` counts. In: a question, what was delivered, the dictionary. Out: the text
//! of a statement that gives the rows of the answer as CSV has them, over a table `observations`. A status column is
//! there where a row could have a status, also if none has. Never: a value that is pasted, or a query without a name.

mod cells;
mod figure;
mod keys;
mod level;
mod shown;
mod standing;
mod truth;

use figure::Figure;
use level::Rows;

use super::assembly::Assembly;
use super::complete::Coverage;
use crate::counting::Figures;
use crate::counting::Unwritten;
use crate::counting::sql::{Counting, metric_column, unwritten};
use crate::dictionary::Dictionary;
use crate::metric::{Dimension, Metric};
use crate::quarter::Quarter;
use crate::query::Question;
use crate::query::language::span::Span;
use crate::query::plan::level::Count;
use crate::sql::{Dialect, Query, Selected, common, printed, query};

/// What a statement is made of.
struct Statement<'a> {
    question: &'a Question,
    coverage: &'a Coverage,
    dictionary: &'a Dictionary,
    /// What knows of rows that have nothing but their time which quarters they lack.
    assembly: Assembly<'a>,
}

/// Name of the cells of all levels.
const CELLS: &str = "cells";
/// Name of the same with their figures.
const FIGURES: &str = "figures";

/// The statement that answers a question.
pub(crate) fn as_sql(
    question: &Question,
    coverage: &Coverage,
    dictionary: &Dictionary,
    dialect: Dialect,
) -> Result<String, Unwritten> {
    if let Some(unwritten) = unwritten(question) {
        return Err(unwritten);
    }
    let nothing_counted = Figures::of(Vec::new());
    let assembly = Assembly::new(question, &nothing_counted, coverage, dictionary);
    let statement = Statement { question, coverage, dictionary, assembly };
    Ok(printed(statement.query(), dialect))
}

impl Statement<'_> {
    fn query(&self) -> Query {
        let counting = Counting {
            question: self.question,
            dictionary: self.dictionary,
            delivered: self.coverage.delivered(),
            asked: self.asked(),
        };
        let mut queries = counting.queries(&self.counts());
        let levels = self.levels();
        queries.extend(levels.iter().flat_map(Rows::keys));
        if !self.is_plain() {
            let cells = Selected::together(levels.iter().map(Rows::cells), false);
            queries.push(common(CELLS, cells));
        }
        if self.needs_figures() {
            queries.push(common(FIGURES, self.with_figures()));
        }
        let mut whole = self.shown();
        if let Some(with) = query("WITH a AS (SELECT 1) SELECT 1", &[]).with {
            whole.with = Some(sqlparser::ast::With { cte_tables: queries, ..with });
        }
        whole
    }

    /// What has to be counted: also which cells have observations, and hold something over spans.
    fn counts(&self) -> Vec<Count> {
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

    fn levels(&self) -> Vec<Rows<'_>> {
        let levels = self.question.query.row_levels().into_iter().enumerate();
        let of = |(number, dimensions)| Rows { statement: self, number, dimensions };
        levels.map(of).collect()
    }

    /// The quarters asked for.
    fn asked(&self) -> &[Quarter] {
        &self.assembly.asked
    }

    fn figures(&self) -> Vec<Figure<'_>> {
        Figure::all(&self.question.query)
    }

    /// Whether totals stand below other rows, whatever their values are.
    fn has_levels(&self) -> bool {
        let query = &self.question.query;
        !query.totals.is_empty() && !query.order.is_empty()
    }

    /// Whether the counts of its one level are all that it shows.
    fn is_plain(&self) -> bool {
        let query = &self.question.query;
        let is_one = query.totals.is_empty() && query.top.is_none() && !query.complete;
        is_one && query.derived.is_empty() && !self.needs_figures()
    }

    /// Whether figures are rounded, or have no number in some rows.
    fn needs_figures(&self) -> bool {
        self.figures().into_iter().any(|it| it.is_divided() || self.has_status(it))
    }

    /// Name of what the rows are shown from.
    fn source(&self) -> String {
        match self.levels().first() {
            _ if self.needs_figures() => FIGURES.to_owned(),
            Some(level) if self.is_plain() => level.counts(),
            _ => CELLS.to_owned(),
        }
    }

    /// Whether rows can be without observations, if another quarter leaves a figure in them.
    fn has_others(&self) -> bool {
        self.question.looks_back() && !self.question.query.complete
    }

    /// Whether values of a dimension are put together as the rest.
    fn is_cut(&self, dimension: Dimension) -> bool {
        self.question.query.top.as_ref().is_some_and(|it| it.dimension == dimension)
    }

    /// Whether rows of a dimension are more than its values: the rest, no value, a total.
    fn is_placed(&self, dimension: Dimension) -> bool {
        let query = &self.question.query;
        let is_total = query.totals.iter().any(|kept| !kept.contains(&dimension));
        is_total || self.is_cut(dimension) || dimension.may_lack_value()
    }

    /// Whether a row could have a status of a figure.
    fn has_status(&self, figure: Figure<'_>) -> bool {
        let complete = self.question.query.complete;
        complete || self.levels().iter().any(|level| level.status(figure).is_some())
    }

    /// A name that no column of the answer has.
    fn internal(&self, name: &str) -> String {
        let mut name = name.to_owned();
        let figures = self.figures();
        while figures.iter().any(|it| it.name() == name) {
            name.push('_');
        }
        name
    }

    fn place(&self, dimension: Dimension) -> String {
        self.internal(&format!("{}_place", dimension.name()))
    }

    /// The column of a figure's number.
    fn number_column(&self, figure: Figure<'_>) -> String {
        match figure {
            Figure::Metric(metric) if metric == Metric::AMOUNT => {
                self.internal(metric_column(metric))
            }
            figure => figure.name().to_owned(),
        }
    }

    /// The columns of what stands over and under the line of a figure.
    fn quotient_columns(&self, figure: Figure<'_>) -> [String; 2] {
        ["over", "under"].map(|it| self.internal(&format!("{}_{it}", figure.name())))
    }
}
