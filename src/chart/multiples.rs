//! Small multiples: a small chart of lines for each series, all with the same axes.
//!
//! In: a chart of more series than one picture can tell apart. Out: a grid of them, in the order of
//! the series, each with its last figure. Never: two axes that are not the same.

use super::content::Chart;
use super::frame::Frame;
use super::labels::{LINE, width, wrapped};
use super::lines::{ends, line};
use super::measures::MARGIN;
use super::scale::Scale;
use super::svg::{Canvas, Style, ink, unit};

/// Height of the area of one.
const HEIGHT: i64 = unit(96);
const GAP: i64 = unit(18);

/// Draws them below `top`; gives where they end.
pub(super) fn draw(chart: &Chart, top: i64, canvas: &mut Canvas) -> i64 {
    let scale = Scale::over(chart.values(), chart.figures.least());
    let marks = Frame::room_for_marks(chart, scale);
    // So many stand in a row.
    let (columns, in_row) = if chart.is_narrow { (2, 2) } else { (3, 3) };
    let wide = (chart.width() - unit(2 * MARGIN) - GAP * (columns - 1)) / columns;
    // The last figure stands beside its point, which may lie half a position before the end.
    let right = (wide - chart.widest(12) - unit(10)).max(marks + unit(40));
    let mut start = top;
    for row in chart.series.chunks(in_row) {
        let titles: Vec<_> = row.iter().map(|it| wrapped(&it.name, 13, wide)).collect();
        let lines = titles.iter().map(Vec::len).max().unwrap_or(1);
        let below = start + LINE * i64::try_from(lines).unwrap_or(1);
        let mut end = below;
        for ((series, title), column) in row.iter().zip(&titles).zip(0..) {
            let left = unit(MARGIN) + (wide + GAP) * column;
            for (text, at) in title.iter().zip(0..) {
                canvas.text((left, start + LINE * at), text, Style::bold(13));
            }
            let (corner, far) = ((left + marks, below), (left + right, below + HEIGHT));
            let frame = Frame::new(chart, corner, far, scale);
            // Its gaps are its own.
            frame.behind(&Chart { series: vec![series.clone()], ..chart.clone() }, false, canvas);
            end = end.max(frame.axes(chart, canvas));
            line(&frame, series, ink(0), canvas);
            let last = series.points.iter().rev().find_map(|point| point.value());
            if let (Some((x, y)), Some(value)) = (ends(&frame, series), last) {
                let figure = chart.figures.text(value);
                let x = (x + unit(8)).min(left + wide - width(&figure, 12));
                canvas.text((x, y + unit(4)), &figure, Style::bold(12));
            }
        }
        start = end + unit(32);
    }
    start - unit(32)
}
