//! Which cells are rows of an answer that has some without observations: every combination of values, or those in
//! which other quarters could leave a figure.
//!
//! In: the counts of a level. Out: queries with a row for each cell. Never: a row of a quarter that was not asked for.

use super::level::Rows;
use crate::counting::sql::{QUARTERS, against_column, level_name};
use crate::metric::{AFTER_GAP, Dimension};
use crate::query::plan::level::Level;
use crate::query::plan::values::known_values;
use crate::sql::{Cte, Expr, Selected, any, common, listed, name, of, same, table, text};

impl Rows<'_> {
    /// The queries that give the cells of the level, where its counts do not.
    pub(super) fn keys(&self) -> Vec<Cte> {
        match self.statement.question.query.complete {
            _ if !self.has_keys() => Vec::new(),
            true => self.combinations(),
            false => vec![common(&self.base(), self.with_figures())],
        }
    }

    /// The cells with observations, and those that are compared with one or have one in their span.
    fn with_figures(&self) -> crate::sql::Query {
        let query = &self.statement.question.query;
        let counts = self.counts();
        let quarter = || of(QUARTERS, "quarter");
        let own = self.cells_of(&counts, quarter());
        let compared = query.againsts().into_iter().map(|it| {
            let cells = self.cells_of(&counts, against_column(it));
            cells.satisfying(self.is_delivered())
        });
        let gathered = query.spans().into_iter().map(|span| {
            let level = Level { dimensions: self.dimensions.clone(), span };
            self.cells_of(&level_name(&level), quarter()).satisfying(self.is_delivered())
        });
        Selected::together([own].into_iter().chain(compared).chain(gathered), true)
    }

    /// The cells of a table, in the quarters asked for that have its quarter in a column.
    fn cells_of(&self, table: &str, column: Expr) -> Selected {
        let on = vec![same(column, of(table, "quarter"), false)];
        let selected = Selected::from(table, None).join(QUARTERS, None, on);
        self.dimensions.iter().fold(selected, |selected, it| {
            selected.of(if it.is_of_time() { QUARTERS } else { table }, it.name())
        })
    }

    fn is_delivered(&self) -> Option<Expr> {
        let coverage = self.statement.coverage;
        let all = self.statement.asked().iter().all(|it| coverage.has(*it));
        (!all).then(|| of(QUARTERS, "is_delivered"))
    }

    /// Every combination of the values of its dimensions.
    fn combinations(&self) -> Vec<Cte> {
        let mut queries = Vec::new();
        let mut selected: Option<Selected> = None;
        let mut columns = Vec::new();
        for dimension in &self.dimensions {
            let values = match dimension {
                Dimension::Quarter => QUARTERS.to_owned(),
                it => format!("{}_of_level_{}", it.name(), self.number),
            };
            queries.extend(self.values(*dimension, &values));
            columns.push((values.clone(), dimension.name()));
            selected = Some(match selected {
                None => Selected::from(&values, None),
                Some(selected) => selected.join(&values, None, Vec::new()),
            });
        }
        let base = self.base();
        match selected {
            Some(selected) => {
                let of = |it: Selected, (table, column): &(String, &str)| it.of(table, column);
                queries.push(common(&base, columns.iter().fold(selected, of).query()));
            }
            // The one cell over everything.
            None => {
                queries.push(table(&base, &["everything"], vec![vec![crate::sql::truth(true)]]));
            }
        }
        queries
    }

    /// The values that a dimension has or could have.
    fn values(&self, dimension: Dimension, values: &str) -> Vec<Cte> {
        let column = dimension.name();
        let rows = |values: &[String]| values.iter().map(|it| vec![text(it)]).collect();
        match dimension {
            Dimension::Quarter => return Vec::new(),
            Dimension::Year => {
                let mut years: Vec<String> =
                    self.statement.asked().iter().map(|it| it.year().to_string()).collect();
                years.dedup();
                return vec![table(values, &[column], rows(&years))];
            }
            _ => {}
        }
        let query = &self.statement.question.query;
        let only = self.statement.question.wheres.get(&dimension);
        let is_asked =
            |value: &String| only.is_none_or(|only| only.iter().flatten().any(|one| one == value));
        let found = Selected::from(&self.counts(), None).column(column).distinct();
        let found = found.satisfying(only.and_then(|only| is_one_of(column, only)));
        let is_cut = query.top.as_ref().is_some_and(|it| it.dimension == dimension);
        let known = known_values(dimension, query, self.statement.dictionary);
        // No figure: without a closed list of values, only those found are known.
        let mut known = known.filter(|_| !is_cut).unwrap_or_default();
        // What deliveries without a gap never have is no value that they lack.
        known.retain(|it| is_asked(it) && (it != AFTER_GAP || only.is_some()));
        if known.is_empty() {
            return vec![common(values, found.query())];
        }
        let named = format!("known_{values}");
        let known = table(&named, &[column], rows(&known));
        let both = Selected::together([found, Selected::from(&named, None).column(column)], true);
        vec![known, common(values, both)]
    }
}

/// Whether a column has one of these values.
fn is_one_of(column: &str, values: &[Option<String>]) -> Option<Expr> {
    let named: Vec<Expr> = values.iter().flatten().map(|it| text(it)).collect();
    let named = (!named.is_empty()).then(|| listed(name(column), named));
    let lacks = values.iter().any(Option::is_none);
    let lacks = lacks.then(|| Expr::IsNull(Box::new(name(column))));
    any(named.into_iter().chain(lacks))
}
