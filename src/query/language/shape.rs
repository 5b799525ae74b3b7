//! The rows that a query file asks for besides those of its dimensions: totals, a top with its rest,
//! every combination; and what of this has no sense together.

use std::collections::BTreeSet;

use super::definition::{Top, bounded};
use super::derived::{self, Derived};
use super::filter::Filter;
use crate::document::{Placed, Problem, Table};
use crate::exact::fitting;
use crate::metric::{Dimension, Metric, Tally};

/// Totals, top and completeness of a query file.
pub(crate) struct Shape {
    pub(crate) totals: Vec<Vec<Dimension>>,
    pub(crate) top: Option<Top>,
    pub(crate) complete: bool,
    pub(crate) columns: Option<Dimension>,
}

impl Shape {
    /// Reads the keys of a file whose dimensions, filter and derived metrics are these.
    pub(crate) fn read(
        root: &Table<'_>,
        dimensions: &[Dimension],
        filter: Option<&Filter>,
        metrics: &[Metric],
        derived: &[Derived],
    ) -> Self {
        let totals = totals(root, dimensions);
        let (top, complete) = (top(root, dimensions), complete(root, dimensions));
        together(root, top.as_ref(), complete, derived);
        of_time(root, filter, metrics, derived);
        Self { totals, top, complete, columns: columns(root, dimensions) }
    }
}

/// Levels of totals: each keeps fewer dimensions than the rows.
fn totals(root: &Table<'_>, dimensions: &[Dimension]) -> Vec<Vec<Dimension>> {
    let mut levels: Vec<Vec<Dimension>> = Vec::new();
    let mut lists = root.text_lists("totals");
    bounded(root, "totals", &mut lists, |list| list.span.clone());
    for list in lists {
        let of = |text: &Placed<String>| {
            let dimension = derived::dimension(root, text)?;
            if !dimensions.contains(&dimension) {
                let message = format!("`{}` is no dimension of this query", text.value);
                let problem = Problem::new(text.span.clone(), message);
                root.problem(problem.help("a total keeps some of the query's dimensions"));
            }
            Some(dimension)
        };
        let kept: Vec<Dimension> = list.value.iter().filter_map(of).collect();
        let level: Vec<Dimension> =
            dimensions.iter().copied().filter(|it| kept.contains(it)).collect();
        if level.len() == dimensions.len() || levels.contains(&level) {
            let message = "this total is no other than the rows, or stands here twice";
            root.problem(Problem::new(list.span.clone(), message));
        }
        levels.push(level);
    }
    levels
}

/// The dimension across, of which there is one at most.
fn columns(root: &Table<'_>, dimensions: &[Dimension]) -> Option<Dimension> {
    let names = root.texts("columns");
    if let Some(second) = names.get(1) {
        let message = "one dimension stands across, the others down";
        root.problem(Problem::new(second.span.clone(), message));
    }
    let first = names.first()?;
    let across = derived::dimension(root, first)?;
    if !dimensions.contains(&across) {
        let message = format!("`{}` is no dimension of this query", first.value);
        let names = dimensions.iter().map(|it| it.name());
        root.problem(Problem::new(first.span.clone(), message).suggest(&first.value, names));
        return None;
    }
    Some(across)
}

/// Whether all combinations are asked for; of dimensions that name the same thing there are none.
fn complete(root: &Table<'_>, dimensions: &[Dimension]) -> bool {
    let complete = root.flag("complete");
    for column in ["quarter", "cpas"] {
        let same = dimensions.iter().filter(|it| it.column() == column);
        let same: Vec<&str> = same.map(|it| it.name()).collect();
        if complete && same.len() > 1 {
            let message = format!("`complete` has no sense with {}", same.join(" and "));
            let help = "each value of one belongs to one value of the other: keep one of them";
            root.problem(Problem::new(root.span(), message).help(help));
        }
    }
    complete
}

/// What has no sense together: comparing quarters, and something that lets their rows differ.
fn together(root: &Table<'_>, top: Option<&Top>, complete: bool, derived: &[Derived]) {
    let refuse = |message: &str, help: &str| {
        root.problem(Problem::new(root.span(), message.to_owned()).help(help));
    };
    let compares = derived.iter().any(|it| it.formula.needs_quarter());
    let ranks_quarters = top.is_some_and(|top| {
        top.dimension == Dimension::Quarter || top.within.contains(&Dimension::Quarter)
    });
    if compares && ranks_quarters {
        let help = "rank without `quarter`: the same values are then shown in all quarters";
        refuse("a top by quarter cannot be compared over quarters", help);
    }
    if complete && top.is_some_and(|top| !top.within.is_empty()) {
        let help = "leave `within` out, or `complete`";
        refuse("with `within`, a value that is in the rest would look like 0", help);
    }
}

/// What has no sense with a filter on time, which leaves out quarters that figures are worked out with.
fn of_time(root: &Table<'_>, filter: Option<&Filter>, metrics: &[Metric], derived: &[Derived]) {
    let of_time = ["quarter", "month", "year", "delivery"];
    if !filter.is_some_and(|it| it.columns().any(|name| of_time.contains(&name.as_str()))) {
        return;
    }
    let refuse = |message: String| {
        let help = "narrow the quarters with `--from`, `--to` or `--where` instead";
        root.problem(Problem::new(root.span(), message).help(help));
    };
    if derived.iter().any(|it| it.formula.needs_quarter()) {
        refuse("a filter on time removes the quarters that others are compared with".to_owned());
    }
    for metric in metrics.iter().filter(|it| matches!(it.tally(), Tally::MonthlyMean(_))) {
        let name = metric.name();
        refuse(format!("a filter on time removes months that `{name}` is the mean of"));
    }
}

fn top(root: &Table<'_>, dimensions: &[Dimension]) -> Option<Top> {
    let table = root.table("top")?;
    let of_query = |text: &Placed<String>| {
        let dimension = derived::dimension(&table, text)?;
        if !dimensions.contains(&dimension) {
            let message = format!("`{}` is no dimension of this query", text.value);
            table.problem(Problem::new(text.span.clone(), message));
        }
        Some(dimension)
    };
    let dimension = of_query(&table.required_text("dimension"));
    // Cut to a rest, these would no longer say what else is worked out from them.
    if dimension.is_some_and(|it| it.is_of_time() || it == Dimension::Guidance) {
        let message = "a top ranks neither quarters nor months nor years nor guidances";
        let help = "order the rows by the metric instead: `order = [\"-persons\"]`";
        table.problem(Problem::new(table.span(), message).help(help));
    }
    let by = derived::metric(&table, &table.required_text("by"));
    let within = table.texts("within").iter().filter_map(of_query).collect();
    let within: Vec<Dimension> = within;
    if within
        .iter()
        .chain([&dimension.unwrap_or(Dimension::Quarter)])
        .collect::<BTreeSet<_>>()
        .len()
        <= within.len()
    {
        let message = "`within` names the ranked dimension, or one of its own twice";
        table.problem(Problem::new(table.span(), message));
    }
    let count = derived::within(&table, "count", 10, 1..=10_000);
    let count = fitting(count);
    table.finish();
    Some(Top { dimension: dimension?, by, count, within })
}
