//! Bars from the left, one for each position, in the order given: places, measures.
//!
//! In: a chart of one series. Out: names, bars, figures. Never: a name that is cut.

use super::content::{Chart, Point};
use super::labels::{LINE, width, wrapped};
use super::measures::MARGIN;
use super::scale::Scale;
use super::svg::{Canvas, DARK, NONE, Style, ink, unit};

/// Height of a bar, and the space below it.
const BAR: i64 = unit(18);
const GAP: i64 = unit(6);

/// Draws bars below `top`; gives where they end.
pub(super) fn draw(chart: &Chart, top: i64, canvas: &mut Canvas) -> i64 {
    let scale = Scale::over(chart.values(), chart.figures.least());
    // Names take at most so much of the width.
    let room = chart.width() * 5 / 12;
    let names: Vec<_> = chart.positions.iter().map(|it| wrapped(&it.label, 13, room)).collect();
    let widest = names.iter().flatten().map(|it| width(it, 13)).max().unwrap_or(0);
    let figures = chart.widest(13) + unit(8);
    let left =
        unit(MARGIN + 8) + widest + if chart.values().any(|it| it < 0) { figures } else { 0 };
    let right = (chart.width() - unit(MARGIN) - figures).max(left + unit(60));
    let zero = scale.place(0, left, right);
    let points = chart.series.first().map(|it| it.points.as_slice()).unwrap_or_default();
    let start = top - unit(8);
    let mut y = start;
    for (lines, point) in names.iter().zip(points) {
        for (line, at) in lines.iter().zip(0..) {
            canvas.text((unit(MARGIN), y + LINE * at + unit(13)), line, Style::plain(13));
        }
        let end = point.value().map_or(zero, |it| scale.place(it, left, right));
        let (from, to) = (zero.min(end), zero.max(end));
        let (text, style) = match point {
            Point::NotDelivered => (chart.not_delivered.clone(), Style::soft(13)),
            Point::Missing => (chart.none.clone(), Style::soft(13)),
            Point::Value(value) | Point::Partial(value) => {
                canvas.bar((from, y), (to - from, BAR), ink(0), point.is_partial());
                (chart.figures.text(*value), Style::bold(13))
            }
        };
        let is_left = point.value().is_some_and(|it| it < 0);
        let (x, anchor) = if is_left { (from - unit(6), "end") } else { (to + unit(6), "start") };
        canvas.text((x, y + unit(13)), &text, style.anchored(anchor));
        y += BAR.max(LINE * i64::try_from(lines.len()).unwrap_or(1)) + GAP;
    }
    canvas.line((zero, start - unit(4)), (zero, y - unit(2)), DARK, NONE);
    y
}
