//! The values of a dimension that are shown one by one: ranked, the others put together.
//!
//! In: the rows that count. Out: the same, in which the values beyond the first are one. Never: another order of
//! equal values than that of their names.

use super::Counting;
use super::levels::{aggregate, names};
use super::rows::ROWS;
use crate::counting::figures::BEYOND;
use crate::metric::Dimension;
use crate::query::Top;
use crate::sql::{Cte, Expr, Selected, common, expression, name, of, partitioned, same, text};

/// Name of the rows of which some stand for the rest.
const SHOWN: &str = "rows_shown";
const RANKING: &str = "ranking";

impl Counting<'_> {
    /// The name of the rows that are counted.
    pub(super) fn counted_rows(self) -> &'static str {
        if self.question.query.top.is_some() { SHOWN } else { ROWS }
    }

    /// The ranking of a question with a top, and its rows as they are shown.
    pub(super) fn ranked(self) -> Vec<Cte> {
        let Some(top) = &self.question.query.top else { return Vec::new() };
        vec![common(RANKING, self.ranking(top)), common(SHOWN, self.shown(top))]
    }

    fn ranking(self, top: &Top) -> crate::sql::Query {
        let (within, ranked) = (names(&top.within), name(top.dimension.name()));
        let mut selected = Selected::from(ROWS, None);
        for column in &top.within {
            selected = selected.column(column.name());
        }
        let parts = [("by", aggregate(top.by)), ("name", ranked.clone())];
        let place = "row_number() OVER (ORDER BY $by DESC, $name)";
        let place = partitioned(expression(place, &parts), &within);
        let by_quarter = top.within.contains(&Dimension::Quarter);
        let asked = if by_quarter { None } else { self.is_asked(&name("quarter")) };
        let selected = selected.column(top.dimension.name()).item(place, "place");
        let selected = selected.satisfying(Some(Expr::IsNotNull(Box::new(ranked.clone()))));
        selected.satisfying(asked).grouped([within, vec![ranked]].concat()).query()
    }

    fn shown(self, top: &Top) -> crate::sql::Query {
        let mut selected = Selected::from(ROWS, None);
        for (column, _) in self.columns() {
            if column == top.dimension.name() {
                let count: i128 = crate::exact::fitting(top.count);
                let parts = [
                    ("value", of(ROWS, column)),
                    ("place", of(RANKING, "place")),
                    ("count", crate::sql::number(count, 0)),
                    ("rest", text(BEYOND)),
                ];
                let value =
                    "CASE WHEN $value IS NULL OR $place <= $count THEN $value ELSE $rest END";
                selected = selected.item(expression(value, &parts), column);
            } else {
                selected = selected.of(ROWS, column);
            }
        }
        let keys = top.within.iter().chain([&top.dimension]);
        let on =
            |it: &Dimension| same(of(RANKING, it.name()), of(ROWS, it.name()), it.may_lack_value());
        selected.left_join(RANKING, None, keys.map(on).collect()).query()
    }
}
