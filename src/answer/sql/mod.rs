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
mod statement;
mod truth;

use figure::Figure;
use level::Rows;
use statement::{CELLS, Statement};

use super::assembly::Assembly;
use super::complete::Coverage;
use crate::counting::Figures;
use crate::counting::Unwritten;
use crate::counting::sql::{Counting, unwritten};
use crate::dictionary::Dictionary;
use crate::query::Question;
use crate::sql::{Dialect, Query, Selected, common, printed, query};

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

    fn levels(&self) -> Vec<Rows<'_>> {
        let levels = self.question.query.row_levels().into_iter().enumerate();
        let of = |(number, dimensions)| Rows { statement: self, number, dimensions };
        levels.map(of).collect()
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

    /// Whether a row could have a status of a figure.
    fn has_status(&self, figure: Figure<'_>) -> bool {
        let complete = self.question.query.complete;
        complete || self.levels().iter().any(|level| level.status(figure).is_some())
    }
}
