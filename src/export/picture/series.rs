//! The rows of a table as positions and series of points.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::super::words::{bare_places, cell, dimensions, member_text, name_of_place, spoken};
use crate::chart::{Point, Position, Series};
use crate::disclosure::{Cell, Member, Numbers, ReleasedTable, ResultColumn, Values};
use crate::metric::Metric;
use crate::quarter::{Quarter, QuarterRange};
use crate::render::Look;
use crate::words::Words;

/// Dimensions whose values have an order of their own, in which they are shown.
const IN_ORDER: [&str; 3] = ["age", "measure_months", "measure_count"];

/// Series whose figures stand beside each other.
const ACROSS_MAX: usize = 5;

/// Whether positions lie along a dimension.
pub(in crate::export) fn is_time(column: &ResultColumn) -> bool {
    ["quarter", "year"].contains(&&*column.name)
}

fn members(column: &ResultColumn) -> Option<&[Member]> {
    match &column.values {
        Values::Members(members) => Some(members),
        Values::Text(_) | Values::Numbers(_) => None,
    }
}

/// The rows that are of single values; of a dimension that has totals alone, those.
pub(super) fn single_rows(table: &ReleasedTable) -> Vec<usize> {
    let mut rows: Vec<usize> = (0..table.row_count()).collect();
    for members in dimensions(table).iter().filter_map(members) {
        let is_total = |row: &usize| members[*row] == Member::Total;
        if !rows.iter().all(is_total) {
            rows.retain(|row| !is_total(row));
        }
    }
    rows
}

/// The quarters or years from the first to the last, without a hole: those of rows, and those
/// delivered that rows could be of.
pub(super) fn time_texts(
    table: &ReleasedTable,
    time: &ResultColumn,
    rows: &[usize],
) -> Vec<String> {
    let text = |row: &usize| time.values.text(*row).map(Cow::into_owned);
    let mut texts: BTreeSet<String> = rows.iter().filter_map(text).collect();
    let is_year = texts.iter().all(|it| it.len() == 4);
    let delivered = table.delivered();
    if let (true, Some(first), Some(last)) =
        (table.is_of_all_quarters(), delivered.first(), delivered.last())
    {
        let all = QuarterRange::new(first, last);
        let is_asked = |it: &Quarter| {
            delivered.has(*it) && table.range().is_none_or(|range| range.contains(*it))
        };
        let asked = all.iter().flat_map(|range| range.iter()).filter(is_asked);
        texts.extend(asked.map(|it| if is_year { it.year().to_string() } else { it.to_string() }));
    }
    let (Some(first), Some(last)) = (texts.first(), texts.last()) else { return Vec::new() };
    if let (Ok(first), Ok(last)) = (first.parse::<Quarter>(), last.parse::<Quarter>()) {
        let all = QuarterRange::new(first, last);
        let all: Vec<Quarter> = all.iter().flat_map(|range| range.iter()).collect();
        return all.iter().map(Quarter::to_string).collect();
    }
    match (first.parse::<i32>(), last.parse::<i32>()) {
        (Ok(first), Ok(last)) => (first..=last).map(|year| year.to_string()).collect(),
        _ => texts.into_iter().collect(),
    }
}

/// The figures of a series, one for each position; none where nobody knows of any.
pub(super) struct Run {
    pub(super) name: String,
    pub(super) cells: Vec<Option<Cell>>,
}

impl Run {
    /// The same as it is drawn.
    pub(super) fn series(&self) -> Series {
        Series { name: self.name.clone(), points: self.cells.iter().copied().map(point).collect() }
    }
}

/// What stands where a series has no row: 0 in a quarter that was delivered, of what is counted.
fn without_row(
    table: &ReleasedTable,
    time: &ResultColumn,
    metric: &str,
    text: &str,
) -> Option<Cell> {
    let quarters: Vec<Quarter> = match (text.parse(), text.parse()) {
        (Ok(quarter), _) => vec![quarter],
        (_, Ok(year)) => (1..=4).filter_map(|it| Quarter::new(year, it)).collect(),
        _ => Vec::new(),
    };
    let delivered = quarters.iter().filter(|it| table.delivered().has(**it)).count();
    let is_asked = || {
        let mut rows = 0..table.row_count();
        table.is_of_all_quarters() || rows.any(|row| time.values.text(row).as_deref() == Some(text))
    };
    let is_count = Metric::named(metric).is_some_and(|it| !it.is_ratio());
    match delivered {
        0 => Some(Cell::NotDelivered),
        _ if !is_count || !is_asked() => None,
        some if some < quarters.len() => Some(Cell::Partial(0)),
        _ => Some(Cell::Value(0)),
    }
}

/// Series over time: one for each combination of values of the other dimensions, in their order.
pub(super) fn over_time(
    table: &ReleasedTable,
    time: &ResultColumn,
    (metric, numbers): (&str, &Numbers),
    texts: &[String],
    look: Look<'_>,
) -> Vec<Run> {
    let blank = texts.iter().map(|text| without_row(table, time, metric, text));
    let blank: Vec<Option<Cell>> = blank.collect();
    let rows = single_rows(table);
    let names = Names::of(table, &rows, &time.name, look);
    let mut series: BTreeMap<Vec<&Member>, Run> = BTreeMap::new();
    for row in rows {
        let own = series
            .entry(names.key(row))
            .or_insert_with(|| Run { name: names.name(row, look), cells: blank.clone() });
        let text = time.values.text(row);
        let position = text.and_then(|it| texts.iter().position(|text| *text == it));
        if let Some(position) = position {
            own.cells[position] = Some(numbers.cells[row]);
        }
    }
    series.into_values().collect()
}

fn point(cell: Option<Cell>) -> Point {
    match cell {
        Some(Cell::Value(value)) => Point::Value(value),
        Some(Cell::Partial(value)) => Point::Partial(value),
        Some(Cell::NotDelivered) => Point::NotDelivered,
        Some(Cell::Undefined | Cell::NotApplicable | Cell::LeftOut) | None => Point::Missing,
    }
}

/// A quarter within its year, or a year.
pub(super) fn in_time(text: &str, words: &Words) -> Position {
    match text.split_once('Q') {
        Some((year, number)) => Position {
            label: words.fill("chart.quarter", &[("number", number)]),
            group: year.to_owned(),
        },
        None => Position { label: text.to_owned(), group: String::new() },
    }
}

/// A bar for each row: in the order of the query or of the values where there is one, otherwise the
/// largest first.
pub(super) fn ranks(
    table: &ReleasedTable,
    numbers: &Numbers,
    look: Look<'_>,
) -> (Vec<Position>, Vec<Run>) {
    let mut rows = single_rows(table);
    let rest = rest_rows(table, &rows);
    rows.retain(|row| !rest.contains(row));
    let names = Names::of(table, &rows, "", look);
    let in_order = |it: &&ResultColumn| IN_ORDER.contains(&&*it.name);
    if !table.is_ordered() && !names.columns.iter().any(in_order) {
        let is_named =
            |row: &usize| names.key(*row).iter().all(|it| matches!(it, Member::Value(_)));
        rows.sort_by_key(|row| {
            (!is_named(row), std::cmp::Reverse(numbers.cells[*row].value()), *row)
        });
    }
    let position = |row: &usize| Position { label: names.name(*row, look), group: String::new() };
    let cells = rows.iter().map(|row| Some(numbers.cells[*row])).collect();
    (rows.iter().map(position).collect(), vec![Run { name: String::new(), cells }])
}

/// The rows of all that no row of its own is of, which would dwarf the bars of the others: they are said.
pub(super) fn rest_rows(table: &ReleasedTable, rows: &[usize]) -> Vec<usize> {
    let dimensions: Vec<&[Member]> = dimensions(table).iter().filter_map(members).collect();
    let is_rest = |row: &usize| dimensions.iter().any(|it| it[*row] == Member::Rest);
    let rest: Vec<usize> = rows.iter().copied().filter(is_rest).collect();
    if rest.len() < rows.len() { rest } else { Vec::new() }
}

/// How the figures of a picture are laid out beside it: which rows, by dimension, and what stands across.
/// Few series stand beside each other, many below each other over the quarters.
pub(crate) fn behind(table: &ReleasedTable) -> (Vec<(String, String)>, Option<String>) {
    let rows = single_rows(table);
    let has_more = |it: &&ResultColumn| {
        let Some(members) = members(it) else { return false };
        members.contains(&Member::Total) && rows.iter().any(|row| members[*row] != Member::Total)
    };
    let only = dimensions(table).iter().filter(has_more);
    let only = only.map(|it| (it.name.clone(), "each".to_owned())).collect();
    let varied = dimensions(table).iter().filter(|it| varies(it, &rows));
    let varied: Vec<&ResultColumn> = varied.collect();
    let count = |it: &ResultColumn| {
        let members = rows.iter().filter_map(|row| members(it)?.get(*row));
        members.collect::<BTreeSet<_>>().len()
    };
    let wide = match varied.as_slice() {
        [one, other] if is_time(one) => {
            Some(if count(other) <= ACROSS_MAX { other } else { one }.name.clone())
        }
        _ => None,
    };
    (only, wide)
}

/// What tells rows apart, besides their time.
struct Names<'t> {
    columns: Vec<&'t ResultColumn>,
    /// Columns of places whose names alone tell them apart.
    bare: Vec<&'t str>,
}

impl<'t> Names<'t> {
    fn of(table: &'t ReleasedTable, rows: &[usize], time: &str, look: Look<'_>) -> Self {
        let others = dimensions(table).iter().filter(|it| it.name != time);
        let columns: Vec<_> = others.filter(|it| varies(it, rows)).collect();
        let bare = bare_places(columns.iter().copied(), look);
        Self { columns, bare }
    }

    fn key(&self, row: usize) -> Vec<&'t Member> {
        self.columns.iter().filter_map(|it| members(it)?.get(row)).collect()
    }

    fn name(&self, row: usize, look: Look<'_>) -> String {
        let names = self.columns.iter().map(|it| {
            let member = members(it).and_then(|members| members.get(row));
            let text = member
                .map_or_else(|| cell(it, row, look), |member| member_text(&it.name, member, look));
            let is_bare = self.bare.contains(&&*it.name);
            if is_bare { name_of_place(&text).to_owned() } else { spoken(&text) }
        });
        names.collect::<Vec<_>>().join(" · ")
    }
}

/// Whether rows have more than one value.
pub(super) fn varies(column: &ResultColumn, rows: &[usize]) -> bool {
    let mut members = rows.iter().filter_map(|row| members(column)?.get(*row));
    let first = members.next();
    members.any(|it| Some(it) != first)
}
