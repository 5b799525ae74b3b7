//! The figures of a chart as a table: a row for each position, a column for each series, in the order that
//! they are drawn in.

use super::super::cells::{Grid, GridCell, GridRow, Head};
use super::super::layout::{Layout, NO_ROW, symbol};
use super::super::words::dimensions;
use super::said;
use super::series::{Run, single_rows, varies};
use crate::chart::{Chart, Kind};
use crate::disclosure::{Member, Numbers, ReleasedTable, ResultColumn, Values};
use crate::render::{Figures, Look};
use crate::words::Words;

/// The table of a chart over `texts`, which are times, or of ranks.
pub(super) fn grid(
    table: &ReleasedTable,
    (metric, numbers): (&str, &Numbers),
    (time, texts): (Option<&ResultColumn>, &[String]),
    (chart, runs): (&Chart, &[Run]),
    look: Look<'_>,
) -> Grid {
    let layout = Layout::for_people(table, look);
    let time = time.filter(|_| chart.kind != Kind::Ranked);
    let labels: Vec<String> = match time {
        Some(time) => {
            texts.iter().map(|it| layout.member(time, &Member::Value(it.as_str().into()))).collect()
        }
        None => chart.positions.iter().map(|it| it.label.clone()).collect(),
    };
    let over = match time {
        Some(time) => layout.title(&time.name),
        None => ranked_by(table, &layout, look),
    };
    let head =
        |text: String, is_number| Head { text, columns: 1, rows: 1, is_number, ..Head::default() };
    let of_metric = || layout.title(metric);
    let series = runs
        .iter()
        .map(|run| head(if run.name.is_empty() { of_metric() } else { run.name.clone() }, true));
    let heads = std::iter::once(head(over, false)).chain(series).collect();
    let rows = labels.into_iter().enumerate().map(|(at, label)| {
        let first = GridCell { value: label.clone(), text: label, ..GridCell::default() };
        let cells = runs.iter().map(|run| match run.cells[at] {
            Some(cell) => {
                let values = Values::Numbers(Numbers {
                    unit: numbers.unit,
                    decimals: numbers.decimals,
                    cells: vec![cell],
                });
                layout.cell(&ResultColumn { name: metric.to_owned(), values }, 0)
            }
            None => GridCell {
                text: symbol(NO_ROW).to_owned(),
                is_number: true,
                status: NO_ROW,
                ..GridCell::default()
            },
        });
        GridRow { is_total: false, cells: std::iter::once(first).chain(cells).collect() }
    });
    let mut grid = layout.grid(vec![heads], 1, rows.collect());
    chart.title.clone_into(&mut grid.title);
    // Cells have all their digits, whatever the picture has.
    let whole = Figures { whole: 10_i128.pow(numbers.decimals.into()), ..chart.figures };
    grid.unit = said::unit(table, (metric, numbers), &whole, look);
    grid.legend = layout.legend(&grid.rows);
    let figures: Vec<&ResultColumn> =
        table.columns().iter().filter(|it| it.name == metric).collect();
    grid.notes = layout.notes(&figures).into_iter().map(|(text, _)| text).collect();
    let words = Words::of(look.language);
    grid.notes.extend(chart.breaks.iter().map(|it| {
        let from = words.quarters(texts.get(it.position).map_or("", String::as_str));
        words.fill("chart.break", &[("time", &*from), ("text", &it.text)])
    }));
    grid
}

/// What bars are of.
fn ranked_by(table: &ReleasedTable, layout: &Layout<'_>, look: Look<'_>) -> String {
    let rows = single_rows(table);
    let names =
        dimensions(table).iter().filter(|it| varies(it, &rows)).map(|it| layout.title(&it.name));
    let names: Vec<String> = names.collect();
    if names.is_empty() {
        Words::of(look.language).text("page.figure").to_owned()
    } else {
        names.join(" · ")
    }
}
