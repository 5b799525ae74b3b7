//! The counts of each level: what its rows come to by its dimensions, over its span of quarters.
//!
//! In: the rows that count. Out: a query for each level, and one for the amounts of its persons. Never: a distinct
//! count that is made of others.

use super::Counting;
use super::quarters::{QUARTERS, first_column};
use crate::exact::known;
use crate::metric::{Among, Dimension, Metric, Subject, Summed, Tally};
use crate::query::language::span::Span;
use crate::query::plan::level::{Count, Level};
use crate::query::{Formula, Statistic};
use crate::sql::{Cte, Expr, Selected, common, expression, name, number, of, partitioned};

/// Name of the counts of a level.
pub(crate) fn level_name(level: &Level) -> String {
    let names: Vec<&str> = level.dimensions.iter().map(|it| it.name()).collect();
    let by =
        if names.is_empty() { "overall".to_owned() } else { format!("by_{}", names.join("_")) };
    match level.span {
        Span::Own => by,
        Span::YearToDate => format!("{by}_year_to_date"),
        Span::Moving(quarters) => format!("{by}_over_{quarters}_quarters"),
    }
}

/// Name of what is known of the amounts of the persons of a level.
pub(crate) fn spread_name(dimensions: &[Dimension]) -> String {
    let level = Level { dimensions: dimensions.to_vec(), span: Span::Own };
    format!("spread_{}", level_name(&level))
}

/// The column of a metric among the counts of a level.
pub(crate) fn metric_column(metric: Metric) -> &'static str {
    if metric == Metric::AMOUNT { "cents" } else { metric.name() }
}

/// The two amounts that a quantile lies between.
pub(crate) fn spread_columns(percent: u8) -> [String; 2] {
    [format!("amount_at_{percent}"), format!("amount_after_{percent}")]
}

/// The columns of dimensions.
pub(super) fn names(dimensions: &[Dimension]) -> Vec<Expr> {
    dimensions.iter().map(|it| name(it.name())).collect()
}

/// A metric of rows.
pub(super) fn aggregate(metric: Metric) -> Expr {
    let text = match metric.tally() {
        Tally::Rows => "count(*)",
        Tally::Sum(Summed::Amount) => "coalesce(sum(cents), 0)",
        Tally::Sum(Summed::Days) => "coalesce(sum(days), 0)",
        Tally::HasAmount => "count(cents)",
        Tally::Distinct(subject, among) => return distinct(subject, among),
        // No counts: they are made of others.
        Tally::Quotient(..) | Tally::MonthlyMean(_) => "0",
    };
    expression(text, &[])
}

/// Distinct things of some rows.
fn distinct(subject: Subject, among: Among) -> Expr {
    let text = match (subject, among) {
        (Subject::Persons, Among::Rows) => "count(DISTINCT person)",
        (Subject::Persons, Among::Conventions) => {
            "count(DISTINCT person) FILTER (WHERE under_convention)"
        }
        // A month is in one column, so that no pair is in two of the counts.
        (Subject::PersonMonths, Among::Rows) => {
            "count(DISTINCT person_in_month_1) + count(DISTINCT person_in_month_2) \
             + count(DISTINCT person_in_month_3)"
        }
        // Refused before, see [`super::unwritten`].
        (Subject::PersonMonths | Subject::PersonsAndPartners, _) => known(None),
    };
    expression(text, &[])
}

impl Counting<'_> {
    /// The counts of a level.
    pub(super) fn counted(self, count: &Count) -> Vec<Cte> {
        let Count { level, metrics, per_person } = count;
        let mut queries = Vec::new();
        if !metrics.is_empty() {
            let counted = if level.span == Span::Own {
                self.own(&level.dimensions, metrics)
            } else {
                self.spread(level, metrics)
            };
            queries.push(common(&level_name(level), counted.query()));
        }
        if *per_person {
            queries.extend(self.of_persons(&level.dimensions));
        }
        queries
    }

    /// The rows of a level that is over the quarters of its rows.
    fn narrowed(self, dimensions: &[Dimension]) -> Selected {
        let by_quarter = dimensions.contains(&Dimension::Quarter);
        let asked = if by_quarter { None } else { self.is_asked(&name("quarter")) };
        Selected::from(self.counted_rows(), None).satisfying(asked)
    }

    fn own(self, dimensions: &[Dimension], metrics: &[Metric]) -> Selected {
        let mut selected = self.narrowed(dimensions);
        for dimension in dimensions {
            selected = selected.column(dimension.name());
        }
        for metric in metrics {
            selected = selected.item(aggregate(*metric), metric_column(*metric));
        }
        selected.grouped(names(dimensions))
    }

    /// Each row counts in all quarters asked for whose span it lies in.
    fn spread(self, level: &Level, metrics: &[Metric]) -> Selected {
        let rows = self.counted_rows();
        let first = first_column(level.span);
        let parts = [
            ("own", of(rows, "quarter")),
            ("first", of(QUARTERS, &first)),
            ("last", of(QUARTERS, "quarter")),
        ];
        let within = expression("$own BETWEEN $first AND $last", &parts);
        let mut selected = Selected::from(rows, None).join(QUARTERS, None, vec![within]);
        let table = |it: &Dimension| if it.is_of_time() { QUARTERS } else { rows };
        let column = |it: &Dimension| of(table(it), it.name());
        for dimension in &level.dimensions {
            selected = selected.of(table(dimension), dimension.name());
        }
        for metric in metrics {
            selected = selected.item(aggregate(*metric), metric_column(*metric));
        }
        selected.grouped(level.dimensions.iter().map(column).collect())
    }

    /// What the amounts of single persons come to: the least, the greatest, those that a quantile lies between.
    fn of_persons(self, dimensions: &[Dimension]) -> Vec<Cte> {
        let spread = spread_name(dimensions);
        let (amounts, ranked) = (format!("amounts_{spread}"), format!("ranked_{spread}"));
        let by = names(dimensions);
        let with_dimensions = |table: Selected| {
            dimensions.iter().fold(table, |selected, it| selected.column(it.name()))
        };
        let of_persons = with_dimensions(self.narrowed(dimensions)).column("person");
        let of_persons = of_persons.item(expression("sum(cents)", &[]), "cents");
        let of_persons = of_persons.satisfying(Some(expression("cents IS NOT NULL", &[])));
        let of_persons = of_persons.grouped([by.clone(), vec![name("person")]].concat());
        let place = partitioned(expression("row_number() OVER (ORDER BY cents) - 1", &[]), &by);
        let count = partitioned(expression("count(*) OVER ()", &[]), &by);
        let places = with_dimensions(Selected::from(&amounts, None)).column("cents");
        let places = places.item(place, "place").item(count, "person_count");
        let mut statistics = with_dimensions(Selected::from(&ranked, None));
        for (text, column) in
            [("min(cents)", "least"), ("max(cents)", "greatest"), ("count(*)", "person_count")]
        {
            statistics = statistics.item(expression(text, &[]), column);
        }
        for percent in self.quantiles() {
            let parts = [("percent", number(percent, 0))];
            let at = "max(cents) FILTER (WHERE place = ((person_count - 1) * $percent) // 100)";
            let after = "max(cents) FILTER (WHERE place = least(((person_count - 1) * $percent) // 100 + 1, \
                         person_count - 1))";
            let [column_at, column_after] = spread_columns(percent);
            statistics = statistics.item(expression(at, &parts), &column_at);
            statistics = statistics.item(expression(after, &parts), &column_after);
        }
        vec![
            common(&amounts, of_persons.query()),
            common(&ranked, places.query()),
            common(&spread, statistics.grouped(by).query()),
        ]
    }

    /// The quantiles that a question asks for.
    fn quantiles(self) -> Vec<u8> {
        let derived = self.question.query.derived.iter();
        let percents = derived.filter_map(|it| match it.formula {
            Formula::PerPerson(Statistic::Quantile(percent)) => Some(percent),
            _ => None,
        });
        let mut percents: Vec<u8> = percents.collect();
        percents.sort_unstable();
        percents.dedup();
        percents
    }
}
