//! A chart of a program for spreadsheets, drawn from the cells of the sheet that it stands on.
//!
//! In: a table with a row for each position and a column for each series. Never: a line over a cell that
//! has no number: such a place is an empty cell to the chart, where the cell itself says why.

use rust_xlsxwriter::{
    Chart as Native, ChartAxisLabelPosition, ChartDataLabel, ChartDataLabelPosition, ChartFont,
    ChartFormat, ChartLegendPosition, ChartLine, ChartLineDashType, ChartMarker, ChartMarkerType,
    ChartSeries, ChartSolidFill, ChartType, Worksheet, XlsxError,
};

use super::super::{Grid, GridCell};
use super::{cell, safe};
use crate::chart::{Chart, INK, Kind};
use crate::exact::fitting;
use crate::words::Words;

/// Size in units of a screen; of ranked bars each has so much more.
const SIZE: (u32, u32) = (720, 420);
const HEIGHT_OF_BAR: u32 = 22;
/// Rows of a table that leave room for a chart on the same page.
const BESIDE_MAX: usize = 8;
/// Letters that an axis has room for, and that programs take as a text alternative.
const AXIS_MAX: usize = 56;
const ALTERNATIVE_MAX: usize = 250;

/// Draws the series to the right of their table, or below it where it is wide.
pub(super) fn put(
    sheet: &mut Worksheet,
    (name, head, is_wide): (&str, u32, bool),
    (grid, chart): (&Grid, &Chart),
    words: &Words,
) -> Result<(), XlsxError> {
    let mut native = Native::new(match chart.kind {
        Kind::Lines => ChartType::Line,
        Kind::Stacked => ChartType::ColumnStacked,
        Kind::Grouped => ChartType::Column,
        Kind::Ranked => ChartType::Bar,
    });
    let place = Place { name, head, grid };
    let width = grid.heads.first().map_or(0, Vec::len);
    for (at, column) in (1..width).enumerate() {
        draw(native.add_series(), &place, (column, at), chart.kind);
    }
    let font = |size: u8| {
        let mut font = ChartFont::new();
        font.set_size(size);
        font
    };
    native.title().set_name(&*words_of(&chart.title)).set_font(&font(12)).set_overlay(false);
    let first = grid.heads.first().and_then(|it| it.first()).map_or("", |it| &it.text);
    let is_ranked = chart.kind == Kind::Ranked;
    let positions = if is_ranked { native.y_axis() } else { native.x_axis() };
    positions.set_name(&*words_of(first)).set_name_font(&font(9)).set_font(&font(9));
    positions.set_major_gridlines(false);
    if is_ranked {
        // The first stands at the top.
        positions.set_reverse();
    }
    let mut faint = ChartLine::new();
    faint.set_color("#DFE2E6");
    let numbers = if is_ranked { native.x_axis() } else { native.y_axis() };
    numbers.set_name(&*words_of(&axis(chart))).set_name_font(&font(9)).set_font(&font(9));
    numbers.set_num_format(format(chart, grid)).set_major_gridlines(true);
    numbers.set_major_gridlines_line(&faint);
    if is_ranked {
        // Below the last bar, and not above the first.
        numbers.set_label_position(ChartAxisLabelPosition::High);
    }
    if width > 2 {
        native.legend().set_position(ChartLegendPosition::Bottom).set_font(&font(9));
    } else {
        native.legend().set_hidden();
    }
    let bars = if chart.kind == Kind::Ranked { fitting::<_, u32>(grid.rows.len()) } else { 0 };
    native.set_width(SIZE.0).set_height(SIZE.1.max(bars * HEIGHT_OF_BAR + 120));
    native.set_alt_text(alternative(chart, name, words)).set_name(name);
    if is_wide {
        // Below it, on a page of its own where the table takes most of one.
        let below = head + fitting::<_, u32>(grid.rows.len()) + 2;
        sheet.insert_chart(below, 0, &native)?;
        if grid.rows.len() > BESIDE_MAX {
            sheet.set_page_breaks(&[below])?;
        }
    } else {
        sheet.insert_chart(head, fitting::<_, u16>(width + 1), &native)?;
    }
    Ok(())
}

/// A text that is not taken for the place of a cell.
fn words_of(text: &str) -> String {
    let text = safe(text);
    let may_be_place = text.starts_with('=') || text.contains('!');
    if may_be_place { format!("\u{a0}{text}\u{a0}") } else { text.into_owned() }
}

/// Where the figures stand.
struct Place<'a> {
    name: &'a str,
    head: u32,
    grid: &'a Grid,
}

impl Place<'_> {
    /// The cells of a column as a formula of charts has them; an empty cell for what has no number.
    fn cells(&self, column: usize) -> String {
        let has_number = |cell: &GridCell| cell.value.bytes().any(|it| it.is_ascii_digit());
        let rows = (self.head + 1..).zip(&self.grid.rows);
        let known: Vec<(u32, bool)> =
            rows.map(|(at, row)| (at, has_number(&row.cells[column]))).collect();
        let parts = known.chunk_by(|one, next| one.1 && next.1).map(|run| match run {
            [(first, true), .., (last, _)] => self.area(column, *first, *last),
            [(first, true)] => self.area(column, *first, *first),
            // What stands to the right of the headings is always empty.
            _ => self.area(self.grid.heads[0].len(), self.head, self.head),
        });
        let parts: Vec<String> = parts.collect();
        match parts.as_slice() {
            [one] => format!("={one}"),
            parts => format!("=({})", parts.join(",")),
        }
    }

    fn area(&self, column: usize, first: u32, last: u32) -> String {
        let (mut letters, mut left) = (String::new(), column + 1);
        while left > 0 {
            letters.insert(0, char::from(b'A' + fitting::<_, u8>((left - 1) % 26)));
            left = (left - 1) / 26;
        }
        let (name, first, last) = (self.name, first + 1, last + 1);
        if first == last {
            return format!("'{name}'!${letters}${first}");
        }
        format!("'{name}'!${letters}${first}:${letters}${last}")
    }

    fn column(&self, column: usize) -> String {
        let rows = fitting::<_, u32>(self.grid.rows.len().max(1));
        format!("={}", self.area(column, self.head + 1, self.head + rows))
    }
}

/// A series: its name, its positions and its numbers from cells, its colour and dashes as in other pictures.
fn draw(series: &mut ChartSeries, place: &Place<'_>, (column, at): (usize, usize), kind: Kind) {
    series
        .set_name(&*format!("={}", place.area(column, place.head, place.head)))
        .set_categories(&*place.column(0))
        .set_values(&*place.cells(column));
    let ink = &INK[at % INK.len()];
    let mut format = ChartFormat::new();
    let mut fill = ChartSolidFill::new();
    fill.set_color(ink.colour);
    if kind == Kind::Lines {
        let mut line = ChartLine::new();
        line.set_color(ink.colour).set_width(2.25).set_dash_type(dashes(at));
        format.set_line(&line);
        let mut marker = ChartMarker::new();
        let mut filled = ChartFormat::new();
        filled.set_solid_fill(&fill).set_no_border();
        // A figure between two gaps has no line.
        marker.set_type(ChartMarkerType::Circle).set_size(5).set_format(&mut filled);
        series.set_marker(&marker);
    } else {
        format.set_solid_fill(&fill);
        series.set_gap(60);
    }
    series.set_format(&mut format);
    let is_partial = |row: &super::super::GridRow| row.cells[column].status == "partial";
    if place.grid.rows.iter().any(is_partial) {
        let label = |row| {
            let mut label = ChartDataLabel::new();
            if is_partial(row) { label.set_value("*") } else { label.set_hidden() }.to_custom()
        };
        let labels: Vec<ChartDataLabel> = place.grid.rows.iter().map(label).collect();
        let mut all = ChartDataLabel::new();
        all.show_value();
        if kind == Kind::Lines {
            all.set_position(ChartDataLabelPosition::Above);
        }
        series.set_data_label(&all).set_custom_data_labels(&labels);
    }
}

/// A second way of telling lines apart; colours begin again after so many.
fn dashes(at: usize) -> ChartLineDashType {
    const DASHES: [ChartLineDashType; 4] = [
        ChartLineDashType::Solid,
        ChartLineDashType::Dash,
        ChartLineDashType::RoundDot,
        ChartLineDashType::DashDot,
    ];
    DASHES[(at + at / INK.len()) % DASHES.len()]
}

/// What is counted, as far as an axis has room for it.
fn axis(chart: &Chart) -> String {
    let mut text = String::new();
    for part in chart.unit.split(" · ") {
        if text.is_empty() {
            part.clone_into(&mut text);
        } else if text.chars().count() + part.chars().count() + 3 <= AXIS_MAX {
            text.extend([" · ", part]);
        }
    }
    text
}

/// How the axis shows numbers: in thousands where other pictures do.
fn format(chart: &Chart, grid: &Grid) -> String {
    let figures = &chart.figures;
    let cells = grid.rows.iter().flat_map(|row| &row.cells[1..]);
    let decimals = cells.filter_map(|it| it.value.split_once('.')).map(|(_, it)| it.len()).max();
    let whole = 10_i128.pow(fitting::<_, u32>(decimals.map_or(0, |it| it)));
    let thousands = if figures.whole > whole { "," } else { "" };
    let decimals = "0".repeat(figures.decimals.into());
    let number = if decimals.is_empty() { "0".to_owned() } else { format!("0.{decimals}") };
    let code = cell::code(&number, true, "") + thousands;
    if figures.ending.is_empty() { code } else { format!("{code}\"{}\"", figures.ending) }
}

/// The same for those who cannot see it, as long as programs take it; the figures stand in the table beside.
fn alternative(chart: &Chart, name: &str, words: &Words) -> String {
    let beside = words.fill("workbook.beside", &[("sheet", name)]);
    let description = safe(&chart.description);
    let room = ALTERNATIVE_MAX - (beside.encode_utf16().count() + 1).min(ALTERNATIVE_MAX);
    let mut text = String::new();
    for part in description.split_inclusive(". ") {
        let length = text.encode_utf16().count() + part.encode_utf16().count();
        if length > room {
            break;
        }
        text.push_str(part);
    }
    if text.is_empty() {
        text = description.chars().take(room / 2).collect::<String>() + "…";
    }
    format!("{} {beside}", text.trim_end())
}
