//! Bars over positions: on each other or beside each other.
//!
//! In: a chart. Out: bars from zero, figures on them where there is room, names of series to the
//! right (on each other) or above (beside each other). Never: a bar where there is no figure; what
//! is hollow is over part of its quarters.

use super::Kind;
use super::content::{Chart, Point};
use super::frame::Frame;
use super::labels::{Label, beside, width};
use super::measures::MARGIN;
use super::svg::{Canvas, Place, Style, ink, unit};

/// The part of a position that bars fill, in hundredths.
const FILLED: i64 = 68;

/// Draws bars below `top`; gives where they end.
pub(super) fn draw(chart: &Chart, top: i64, canvas: &mut Canvas) -> i64 {
    let is_stacked = chart.kind == Kind::Stacked;
    let is_one = chart.series.len() == 1;
    let names: Vec<String> = chart.series.iter().map(|it| it.name.clone()).collect();
    let is_beside = is_stacked && !chart.is_narrow;
    let room = if is_beside && !is_one { Label::room(&names) } else { 0 };
    let top = if is_beside || is_one { top } else { legend(chart, &names, top, canvas) };
    let frame = Frame::wide(chart, top, chart.width() - unit(MARGIN) - room);
    frame.behind(chart, true, canvas);
    let labels = if is_stacked { stacked(chart, &frame, canvas) } else { Vec::new() };
    if !is_stacked {
        grouped(chart, &frame, canvas);
    }
    let end = frame.axes(chart, canvas);
    if is_beside && !is_one {
        beside(labels, frame.right, (frame.top, frame.bottom), canvas);
    }
    end
}

fn stacked(chart: &Chart, frame: &Frame, canvas: &mut Canvas) -> Vec<Label> {
    let (thick, mut labels) = (frame.band() * FILLED / 100, Vec::new());
    for position in 0..chart.positions.len() {
        let x = frame.x(position) - thick / 2;
        let (mut above, mut below, mut ends) = (0, 0, Vec::new());
        for (at, series) in chart.series.iter().enumerate() {
            let Some(point) = series.points.get(position) else { continue };
            let Some(value) = point.value() else { continue };
            let from = if value < 0 { &mut below } else { &mut above };
            let (start, end) = (frame.y(*from), frame.y(*from + value));
            *from += value;
            bar((x, start), (thick, end), *point, at, canvas);
            ends.push(Label::new(&series.name, (x + thick, i64::midpoint(start, end)), ink(at)));
        }
        if !ends.is_empty() {
            let place = (frame.x(position), frame.y(above));
            on_top(place, &chart.figures.text(above + below), frame.band(), canvas);
            labels = ends;
        }
    }
    labels
}

fn grouped(chart: &Chart, frame: &Frame, canvas: &mut Canvas) {
    let count = i64::try_from(chart.series.len()).unwrap_or(1).max(1);
    let thick = frame.band() * FILLED / 100 / count;
    for position in 0..chart.positions.len() {
        for ((at, series), place) in chart.series.iter().enumerate().zip(0..) {
            let Some(point) = series.points.get(position) else { continue };
            let Some(value) = point.value() else { continue };
            let x = frame.x(position) - thick * count / 2 + thick * place;
            let (zero, end) = (frame.y(0), frame.y(value));
            bar((x, zero), (thick, end), *point, at, canvas);
            let room = if count == 1 { frame.band() } else { thick };
            on_top((x + thick / 2, end.min(zero)), &chart.figures.text(value), room, canvas);
        }
    }
}

/// From one end to the other, so thick; hollow where it is over part of its quarters.
fn bar((x, start): Place, (thick, end): Place, point: Point, series: usize, canvas: &mut Canvas) {
    let (top, bottom) = (start.min(end), start.max(end));
    let size = (thick - unit(1), bottom - top - unit(1) / 2);
    canvas.bar((x, top), size, ink(series), point.is_partial());
}

/// A figure on a bar, where there is room for it.
fn on_top((x, y): Place, text: &str, room: i64, canvas: &mut Canvas) {
    if width(text, 11) <= room {
        canvas.text((x, y - unit(5)), text, Style::bold(11).anchored("middle"));
    }
}

/// Which colour or line is which, in lines above what is drawn; gives where they end.
pub(super) fn legend(chart: &Chart, names: &[String], top: i64, canvas: &mut Canvas) -> i64 {
    let (mut x, mut y) = (unit(MARGIN), top);
    let sample = unit(if chart.kind == Kind::Lines { 24 } else { 12 });
    for (at, name) in names.iter().enumerate() {
        let wide = sample + width(name, 13) + unit(24);
        if x + wide > chart.width() - unit(MARGIN) && x > unit(MARGIN) {
            (x, y) = (unit(MARGIN), y + unit(20));
        }
        if chart.kind == Kind::Lines {
            canvas.path(&[(x, y - unit(4)), (x + sample, y - unit(4))], ink(at));
        } else {
            canvas.bar((x, y - unit(10)), (sample, unit(12)), ink(at), false);
        }
        canvas.text((x + sample + unit(6), y), name, Style::plain(13));
        x += wide;
    }
    y + unit(24)
}
