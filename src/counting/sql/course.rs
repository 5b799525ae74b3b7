//! The course of each person from quarter to quarter: its measures, those of the quarters beside, whether a measure
//! is new, and its months so far.
//!
//! In: all observations, whatever a question filters. Out: queries by person, and the columns to join. Never: a
//! quarter that was not delivered, taken for one in which nobody was.

use super::Counting;
use super::quarters::in_runs;
use crate::dictionary::UNCLASSIFIED;
use crate::metric::{AFTER_GAP, Dimension, NO_MEASURE, NOT_DELIVERED};
use crate::quarter::Quarter;
use crate::sql::{Cte, Expr, Selected, case, common, expression, name, of, query, same, text};

const COURSES: &str = "courses";
const ENTRIES: &str = "entries";
const HELD: &str = "measures_held";
const MONTHS: &str = "months_held";

const QUARTER_NUMBER: &str =
    "CAST(substr(quarter, 1, 4) AS INTEGER) * 4 + CAST(substr(quarter, 6, 1) AS INTEGER)";

impl Counting<'_> {
    /// What the course of persons is looked up in.
    pub(super) fn courses(self) -> Vec<Cte> {
        let needs = |dimension| self.question.needs(dimension);
        let sets = Dimension::ALL.into_iter().filter(|it| it.is_of_sets());
        let mut queries = Vec::new();
        let unclassified = || ("unclassified", text(UNCLASSIFIED));
        if needs(Dimension::MeasureCount) || sets.into_iter().any(needs) {
            let parts = [
                unclassified(),
                ("none", text(NO_MEASURE)),
                ("number", expression(QUARTER_NUMBER, &[])),
            ];
            let courses = query(
                "SELECT person, quarter, $number AS quarter_number, \
                 count(DISTINCT measure) FILTER (WHERE measure <> $unclassified) AS measure_number, \
                 coalesce(string_agg(DISTINCT measure, '+' ORDER BY measure) \
                 FILTER (WHERE measure <> $unclassified), $none) AS measures \
                 FROM observations GROUP BY person, quarter",
                &parts,
            );
            queries.push(common(COURSES, courses));
        }
        if needs(Dimension::MeasureEntry) {
            let parts = [unclassified(), ("number", expression(QUARTER_NUMBER, &[]))];
            let held = query(
                "SELECT DISTINCT person, measure, quarter, $number AS quarter_number \
                 FROM observations WHERE measure <> $unclassified",
                &parts,
            );
            queries.push(common(HELD, held));
            let before = "CASE WHEN lag(quarter_number) OVER (PARTITION BY person, measure ORDER BY quarter_number) IS NULL \
                          THEN 'first' WHEN lag(quarter_number) OVER (PARTITION BY person, measure ORDER BY quarter_number) \
                          = quarter_number - 1 THEN 'continued' ELSE 'returned' END";
            let entry = expression(before, &[]);
            let after_gap =
                self.quarters_that(|it| self.delivered.follows_gap(it), &name("quarter"));
            let entry = match after_gap {
                Some(is_after) => case(vec![(is_after, text(AFTER_GAP))], Some(entry)),
                None => entry,
            };
            let entries = Selected::from(HELD, None).column("person").column("measure");
            let entries = entries.column("quarter").item(entry, "measure_entry");
            queries.push(common(ENTRIES, entries.query()));
        }
        if needs(Dimension::MeasureMonths) {
            queries.extend(months());
        }
        queries
    }

    /// Whether the quarter in a column is one of those delivered for which something holds.
    fn quarters_that(self, holds: impl Fn(Quarter) -> bool, column: &Expr) -> Option<Expr> {
        let (first, last) = (self.delivered.first()?, self.delivered.last()?);
        let range = crate::quarter::QuarterRange::new(first, last).ok()?;
        let delivered = range.iter().filter(|it| self.delivered.has(*it));
        let values: Vec<_> = delivered.map(|it| (it.to_string(), holds(it))).collect();
        in_runs(column, &values)
    }

    /// Joins the courses of the persons of a table, and adds the dimensions that they tell.
    pub(super) fn with_course(self, rows: Selected, own: &str) -> Selected {
        let needs = |dimension| self.question.needs(dimension);
        let equal = |table: &str, other: &str, column: &str| {
            same(of(table, column), of(other, column), false)
        };
        let mut rows = rows;
        let beside = [(Dimension::MeasuresBefore, -1), (Dimension::MeasuresAfter, 1)];
        if needs(Dimension::MeasureCount)
            || needs(Dimension::Measures)
            || beside.iter().any(|it| needs(it.0))
        {
            let on = ["person", "quarter"].map(|it| equal(COURSES, own, it));
            rows = rows.join(COURSES, None, on.into());
        }
        if needs(Dimension::MeasureCount) {
            let words = "CASE $number WHEN 0 THEN 'none' WHEN 1 THEN 'one' ELSE 'several' END";
            let words = expression(words, &[("number", of(COURSES, "measure_number"))]);
            rows = rows.item(words, Dimension::MeasureCount.name());
        }
        if needs(Dimension::Measures) {
            rows = rows.item(of(COURSES, "measures"), "measures");
        }
        for (dimension, step) in beside.into_iter().filter(|it| needs(it.0)) {
            let other = if step < 0 { "courses_before" } else { "courses_after" };
            let parts =
                [("own", of(COURSES, "quarter_number")), ("other", of(other, "quarter_number"))];
            let number = if step < 0 { "$other = $own - 1" } else { "$other = $own + 1" };
            let on = vec![equal(other, own, "person"), expression(number, &parts)];
            rows = rows.left_join(COURSES, Some(other), on);
            let parts = [("measures", of(other, "measures")), ("none", text(NO_MEASURE))];
            let value = expression("coalesce($measures, $none)", &parts);
            let quarter = of(own, "quarter");
            let untold = self.quarters_that(|it| !self.delivered.tells(it.plus(step)), &quarter);
            let value = match untold {
                Some(untold) => case(vec![(untold, text(NOT_DELIVERED))], Some(value)),
                None => value,
            };
            rows = rows.item(value, dimension.name());
        }
        let keys = ["person", "measure", "quarter"];
        for (dimension, table) in
            [(Dimension::MeasureEntry, ENTRIES), (Dimension::MeasureMonths, MONTHS)]
        {
            if needs(dimension) {
                let on = keys.map(|it| equal(table, own, it));
                rows = rows.left_join(table, None, on.into());
                rows = rows.item(of(table, dimension.name()), dimension.name());
            }
        }
        rows
    }
}

/// Calendar months in which a person had each measure, up to the end of each quarter; of a quarter those count in
/// which an observation has a day.
fn months() -> Vec<Cte> {
    let unclassified = [("unclassified", text(UNCLASSIFIED))];
    let numbered = query(
        "SELECT person, measure, quarter, \
         CAST(substr(quarter, 1, 4) AS INTEGER) * 12 + CAST(substr(quarter, 6, 1) AS INTEGER) * 3 AS last_of_quarter, \
         EXTRACT(YEAR FROM first_day) * 12 + EXTRACT(MONTH FROM first_day) AS first_month, \
         EXTRACT(YEAR FROM last_day) * 12 + EXTRACT(MONTH FROM last_day) AS last_month \
         FROM observations WHERE measure <> $unclassified",
        &unclassified,
    );
    let of_quarter = query(
        "SELECT person, measure, quarter, \
         max(CASE WHEN first_month <= last_of_quarter - 2 AND last_month >= last_of_quarter - 2 THEN 1 ELSE 0 END) \
         + max(CASE WHEN first_month <= last_of_quarter - 1 AND last_month >= last_of_quarter - 1 THEN 1 ELSE 0 END) \
         + max(CASE WHEN first_month <= last_of_quarter AND last_month >= last_of_quarter THEN 1 ELSE 0 END) AS months \
         FROM months_of_observations GROUP BY person, measure, quarter",
        &[],
    );
    let so_far = query(
        "SELECT person, measure, quarter, \
         CAST(sum(months) OVER (PARTITION BY person, measure ORDER BY quarter) AS BIGINT) AS measure_months \
         FROM months_of_quarters",
        &[],
    );
    vec![
        common("months_of_observations", numbered),
        common("months_of_quarters", of_quarter),
        common(MONTHS, so_far),
    ]
}
