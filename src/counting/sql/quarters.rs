//! The quarters asked for as rows of values, and conditions on quarters.
//!
//! In: quarters. Out: what a statement says of them. Never: a quarter as anything but its text, whose order is that
//! of time.

use super::Counting;
use crate::metric::Dimension;
use crate::quarter::{Quarter, QuarterRange};
use crate::query::Against;
use crate::query::language::span::Span;
use crate::query::plan::values::YEARS;
use crate::sql::{
    BinaryOperator, Cte, Expr, all, any, binary, expression, listed, of, table, text, truth,
};

/// Name of the quarters asked for.
pub(crate) const QUARTERS: &str = "quarters_asked";

/// The column with the first quarter of a span.
pub(super) fn first_column(span: Span) -> String {
    match span {
        Span::Own => "quarter".to_owned(),
        Span::YearToDate => "first_of_year".to_owned(),
        Span::Moving(quarters) => format!("first_of_{quarters}"),
    }
}

/// The quarter that one of the quarters asked for is compared with.
pub(crate) fn against_column(against: Against) -> Expr {
    match against {
        Against::PreviousQuarter => of(QUARTERS, "previous_quarter"),
        Against::YearBefore => of(QUARTERS, "year_before"),
        Against::Base(base) => text(&base.to_string()),
    }
}

/// Whether a column has one of the values that hold, of all these in their order: as ranges.
pub(crate) fn in_runs(column: &Expr, values: &[(String, bool)]) -> Option<Expr> {
    let runs = values.chunk_by(|one, other| one.1 == other.1).filter(|run| run[0].1);
    let mut single = Vec::new();
    let mut conditions = Vec::new();
    for run in runs {
        match run {
            [first, .., last] => {
                let parts = [
                    ("column", column.clone()),
                    ("first", text(&first.0)),
                    ("last", text(&last.0)),
                ];
                conditions.push(expression("$column BETWEEN $first AND $last", &parts));
            }
            run => single.extend(run.iter().map(|it| text(&it.0))),
        }
    }
    if !single.is_empty() {
        conditions.push(listed(column.clone(), single));
    }
    any(conditions)
}

/// Whether a column lies in a range; an end that nobody has named is none.
pub(super) fn in_range(column: &Expr, range: QuarterRange) -> Option<Expr> {
    let end = |quarter: Quarter, operator| {
        let named = YEARS.contains(&quarter.year());
        named.then(|| binary(column.clone(), operator, text(&quarter.to_string())))
    };
    let (first, last) = (range.first(), range.last());
    if first == last {
        return Some(listed(column.clone(), vec![text(&first.to_string())]));
    }
    if YEARS.contains(&first.year()) && YEARS.contains(&last.year()) {
        let ends = [first, last].map(|it| (it.to_string(), true));
        return in_runs(column, &ends);
    }
    all(end(first, BinaryOperator::GtEq).into_iter().chain(end(last, BinaryOperator::LtEq)))
}

impl Counting<'_> {
    /// The quarters asked for with those that their figures are made of, where they are made of others.
    pub(super) fn quarters(self) -> Option<Cte> {
        let query = &self.question.query;
        if !self.question.looks_back() && !query.complete {
            return None;
        }
        let mut columns = vec!["quarter".to_owned()];
        let mut values: Vec<Box<dyn Fn(Quarter) -> Expr + '_>> =
            vec![Box::new(|quarter| text(&quarter.to_string()))];
        if query.dimensions.contains(&Dimension::Year) {
            columns.push("year".to_owned());
            values.push(Box::new(|quarter| text(&quarter.year().to_string())));
        }
        let againsts = query.againsts();
        for against in [Against::PreviousQuarter, Against::YearBefore] {
            if againsts.contains(&against) {
                let known = ["previous_quarter", "year_before"];
                columns.push(known[usize::from(against == Against::YearBefore)].to_owned());
                values.push(Box::new(move |quarter| text(&against.of(quarter).to_string())));
            }
        }
        for span in query.spans() {
            columns.push(first_column(span));
            let first = move |quarter| span.sources(quarter).into_iter().min();
            values.push(Box::new(move |quarter| {
                text(&crate::exact::known(first(quarter)).to_string())
            }));
        }
        if self.asked.iter().any(|it| !self.delivered.has(*it)) {
            columns.push("is_delivered".to_owned());
            values.push(Box::new(|quarter| truth(self.delivered.has(quarter))));
        }
        let row = |quarter: &Quarter| values.iter().map(|value| value(*quarter)).collect();
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        Some(table(QUARTERS, &columns, self.asked.iter().map(row).collect()))
    }

    /// Whether a row is of a quarter that is asked for; `None` where every row that counts is.
    pub(super) fn is_asked(self, column: &Expr) -> Option<Expr> {
        let question = self.question;
        if !question.looks_back() {
            return None;
        }
        let in_range = question.range.and_then(|range| in_range(column, range));
        let of_time = question.wheres.iter().filter(|(dimension, _)| dimension.is_of_time());
        let wheres = of_time.map(|(dimension, values)| self.is_one_of(*dimension, values));
        all(in_range.into_iter().chain(wheres))
    }
}
