//! The rows that count for a question, with its dimensions and what is counted of them.
//!
//! In: `observations` and what is looked up for them. Out: `rows_asked`, one row for each observation that counts.
//! Never: a row for an observation that the reference leaves out, or the other way round.

use super::Counting;
use super::lookups::{GROUPS, PLACES, SUCCESSORS};
use super::quarters::in_range;
use crate::counting::polars::columns_of;
use crate::metric::{Among, Dimension, Metric, Subject, Summed, Tally};
use crate::query::Band;
use crate::sql::{
    BinaryOperator, Cte, Expr, Selected, all, any, binary, case, common, expression, listed, name,
    number, of, same, text,
};

/// Name of the rows that count.
pub(super) const ROWS: &str = "rows_asked";
/// Name of the observations with what the dictionary and other observations say of them.
const KNOWN: &str = "observations_known";
const OBSERVATIONS: &str = "observations";

/// The person of a row in each month of its quarter in which it has a day, as a text that tells pairs apart.
const PERSONS_IN_MONTHS: [&str; 3] =
    ["person_in_month_1", "person_in_month_2", "person_in_month_3"];

/// The person, in the month of that place of the quarter; none where the row has no day in it.
fn person_in_month(place: i64) -> Expr {
    let month = expression(
        "CAST(substr(quarter, 1, 4) AS INTEGER) * 12 + CAST(substr(quarter, 6, 1) AS INTEGER) * 3 - 3 + $place",
        &[("place", number(place, 0))],
    );
    expression(
        "CASE WHEN extract(YEAR FROM first_day) * 12 + extract(MONTH FROM first_day) <= $month \
         AND extract(YEAR FROM last_day) * 12 + extract(MONTH FROM last_day) >= $month \
         THEN CAST(person AS VARCHAR) || '-' || CAST($month AS VARCHAR) END",
        &[("month", month)],
    )
}

/// The year of the quarter of a row, as a text.
fn year() -> Expr {
    expression("substr(quarter, 1, 4)", &[])
}

impl Counting<'_> {
    /// The rows that count.
    pub(super) fn rows(self) -> Vec<Cte> {
        let known = self.known();
        let source = if known.is_some() { KNOWN } else { OBSERVATIONS };
        let mut rows = Selected::from(source, None);
        for (column, value) in self.columns() {
            rows = rows.item(value, column);
        }
        let range = self.question.counted_range();
        let range = range.and_then(|range| in_range(&name("quarter"), range));
        let filter = self.question.query.filter.as_ref().map(|it| it.condition().as_sql());
        let wheres = self.question.row_conditions().map(|(it, values)| self.is_one_of(*it, values));
        let rows = rows.satisfying(all(range.into_iter().chain(wheres).chain(filter)));
        known.into_iter().chain([common(ROWS, rows.query())]).collect()
    }

    /// The columns of the rows that count, as they are made.
    pub(super) fn columns(self) -> Vec<(&'static str, Expr)> {
        let query = &self.question.query;
        let tallies: Vec<Tally> = query.counted().into_iter().map(Metric::tally).collect();
        let has = |wanted: &dyn Fn(Tally) -> bool| tallies.iter().any(|it| wanted(*it));
        let per_person = query.counts().iter().any(|it| it.per_person);
        let mut columns = Vec::new();
        if query.dimensions.contains(&Dimension::Quarter) || self.question.looks_back() {
            columns.push(("quarter", name("quarter")));
        }
        for dimension in query.dimensions.iter().filter(|it| **it != Dimension::Quarter) {
            let value = match dimension {
                Dimension::Year => year(),
                it if it.is_banded() => self.band(*it),
                it => name(it.name()),
            };
            columns.push((dimension.name(), value));
        }
        if per_person || query.counts_distinct(Subject::Persons) {
            columns.push(("person", name("person")));
        }
        if query.counts_distinct(Subject::PersonMonths) {
            columns.extend(PERSONS_IN_MONTHS.into_iter().zip((1..).map(person_in_month)));
        }
        if has(&|it| matches!(it, Tally::Distinct(_, Among::Conventions))) {
            let conventions: Vec<Expr> = self.dictionary.conventions().map(text).collect();
            let under = if conventions.is_empty() {
                crate::sql::truth(false)
            } else {
                listed(name("guidance"), conventions)
            };
            columns.push(("under_convention", under));
        }
        if per_person || has(&|it| matches!(it, Tally::Sum(Summed::Amount) | Tally::HasAmount)) {
            columns.push(("cents", expression("CAST(amount * 100 AS BIGINT)", &[])));
        }
        if has(&|it| it == Tally::Sum(Summed::Days)) {
            columns.push(("days", name("days")));
        }
        if columns.is_empty() {
            // Only their number is asked for, and a row has a column.
            columns.push(("quarter", name("quarter")));
        }
        columns
    }

    /// The observations with what is not stored of them, where a question needs that.
    fn known(self) -> Option<Cte> {
        let needs = |dimension| self.question.needs(dimension);
        let filtered = self.question.query.filter.as_ref();
        let filters = |wanted: Dimension| {
            filtered.is_some_and(|it| it.columns().any(|column| column == wanted.name()))
        };
        let made = |it: &Dimension| {
            it.is_of_course()
                || matches!(
                    it,
                    Dimension::Age
                        | Dimension::BirthCohort
                        | Dimension::Province
                        | Dimension::Region
                        | Dimension::CpasToday
                        | Dimension::MeasureGroup
                )
        };
        if !filters(Dimension::Year) && !Dimension::ALL.iter().any(|it| made(it) && needs(*it)) {
            return None;
        }
        let mut stored = columns_of(self.question);
        stored.retain(|it| it != "quarter");
        let mut rows = Selected::from(OBSERVATIONS, None).of(OBSERVATIONS, "quarter");
        for column in &stored {
            rows = rows.of(OBSERVATIONS, column);
        }
        let quarter =
            [("quarter", of(OBSERVATIONS, "quarter")), ("birth_year", name("birth_year"))];
        if filters(Dimension::Year) {
            rows =
                rows.item(expression("CAST(substr($quarter, 1, 4) AS INTEGER)", &quarter), "year");
        }
        if needs(Dimension::Age) {
            let age = "CAST(substr($quarter, 1, 4) AS INTEGER) - $birth_year";
            rows = rows.item(expression(age, &quarter), "age");
        }
        if needs(Dimension::BirthCohort) {
            rows = rows.item(name("birth_year"), Dimension::BirthCohort.name());
        }
        let on = |table: &str, column: &str| {
            vec![same(of(table, column), of(OBSERVATIONS, column), false)]
        };
        if needs(Dimension::Province) || needs(Dimension::Region) {
            rows = rows.left_join(PLACES, None, on(PLACES, "cpas"));
            for dimension in
                [Dimension::Province, Dimension::Region].into_iter().filter(|it| needs(*it))
            {
                rows = rows.of(PLACES, dimension.name());
            }
        }
        if needs(Dimension::CpasToday) {
            rows = rows.left_join(SUCCESSORS, None, on(SUCCESSORS, "cpas"));
            let parts =
                [("today", of(SUCCESSORS, "cpas_today")), ("own", of(OBSERVATIONS, "cpas"))];
            rows = rows.item(expression("coalesce($today, $own)", &parts), "cpas_today");
        }
        if needs(Dimension::MeasureGroup) {
            rows = rows.left_join(GROUPS, None, on(GROUPS, "measure")).of(GROUPS, "measure_group");
        }
        Some(common(KNOWN, self.with_course(rows, OBSERVATIONS).query()))
    }

    /// The label of the band that a number lies in; none where it is unknown or below all bands.
    fn band(self, dimension: Dimension) -> Expr {
        let label = |band: &Band| {
            let from = number(band.from, 0);
            (binary(name(dimension.name()), BinaryOperator::GtEq, from), text(&band.to_string()))
        };
        // From the highest band down, the first that begins below.
        let bands = self.question.query.bands.of(dimension);
        case(bands.iter().rev().map(label).collect(), None)
    }

    /// Whether a dimension of a row has one of these values.
    pub(super) fn is_one_of(self, dimension: Dimension, values: &[Option<String>]) -> Expr {
        let column = if dimension == Dimension::Year { year() } else { name(dimension.name()) };
        let named: Vec<&str> = values.iter().flatten().map(String::as_str).collect();
        let lacks = values.iter().any(Option::is_none);
        let mut alternatives = Vec::new();
        if dimension.is_banded() {
            let bands = self.question.query.bands.of(dimension);
            let asked = bands.iter().filter(|it| named.contains(&it.to_string().as_str()));
            alternatives.extend(asked.map(|band| in_band(&column, band)));
            if lacks {
                alternatives.push(Expr::IsNull(Box::new(column.clone())));
                let lowest = bands.first().map(|it| number(it.from, 0));
                alternatives.extend(lowest.map(|it| binary(column, BinaryOperator::Lt, it)));
            }
        } else {
            if !named.is_empty() {
                alternatives.push(listed(column.clone(), named.into_iter().map(text).collect()));
            }
            if lacks {
                alternatives.push(Expr::IsNull(Box::new(column)));
            }
        }
        any(alternatives).unwrap_or_else(|| crate::sql::truth(true))
    }
}

/// Whether a number lies in a band.
fn in_band(column: &Expr, band: &Band) -> Expr {
    let parts =
        |to| [("column", column.clone()), ("from", number(band.from, 0)), ("to", number(to, 0))];
    match band.to {
        Some(to) => expression("$column BETWEEN $from AND $to", &parts(to)),
        None => expression("$column >= $from", &parts(band.from)),
    }
}
