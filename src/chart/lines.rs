//! A line for each series, broken where there is no figure.
//!
//! In: a chart of at most four series. Out: lines with names and last figures at their ends; a figure
//! alone is a dot, one over part of its quarters a hollow one. Never: a line over a gap.

use super::bars::legend;
use super::content::{Chart, Series};
use super::frame::Frame;
use super::labels::{Label, beside};
use super::measures::MARGIN;
use super::svg::{Canvas, Ink, Place, ink, unit};

/// Draws lines below `top`; gives where they end.
pub(super) fn draw(chart: &Chart, top: i64, canvas: &mut Canvas) -> i64 {
    let names: Vec<String> = chart.series.iter().map(|it| named(chart, it)).collect();
    // Where there is no room beside the lines, their names stand above.
    let has_legend = chart.is_narrow && names.len() > 1;
    let room = if has_legend { 0 } else { Label::room(&names) };
    let top = if has_legend { legend(chart, &names, top, canvas) } else { top };
    let frame = Frame::wide(chart, top, chart.width() - unit(MARGIN) - room);
    frame.behind(chart, true, canvas);
    let end = frame.axes(chart, canvas);
    let mut labels = Vec::new();
    for (at, (series, name)) in chart.series.iter().zip(&names).enumerate() {
        line(&frame, series, ink(at), canvas);
        let end = ends(&frame, series).filter(|_| !has_legend);
        labels.extend(end.map(|last| Label::new(name, last, ink(at))));
    }
    beside(labels, frame.right, (frame.top, frame.bottom), canvas);
    end
}

/// A name with the last figure, where that is of the last position.
fn named(chart: &Chart, series: &Series) -> String {
    let last = series.points.last().and_then(|it| it.value());
    let figure = last.map(|it| chart.figures.text(it)).unwrap_or_default();
    format!("{} {figure}", series.name).trim().to_owned()
}

/// The last figure of a series.
pub(super) fn ends(frame: &Frame, series: &Series) -> Option<Place> {
    let mut places = series.points.iter().enumerate().rev();
    places.find_map(|(at, point)| Some((frame.x(at), frame.y(point.value()?))))
}

/// One series.
pub(super) fn line(frame: &Frame, series: &Series, ink: Ink, canvas: &mut Canvas) {
    let places = series.points.iter().enumerate();
    let places: Vec<Option<Place>> =
        places.map(|(at, point)| Some((frame.x(at), frame.y(point.value()?)))).collect();
    for run in places.chunk_by(|one, next| one.is_some() == next.is_some()) {
        let run: Vec<Place> = run.iter().flatten().copied().collect();
        match run.as_slice() {
            [] => {}
            [alone] => canvas.dot(*alone, ink.colour, false),
            run => canvas.path(run, ink),
        }
    }
    let last = series.points.iter().rposition(|point| point.value().is_some());
    for (at, (place, point)) in places.iter().zip(&series.points).enumerate() {
        let Some(place) = place else { continue };
        if point.is_partial() || Some(at) == last {
            canvas.dot(*place, ink.colour, point.is_partial());
        }
    }
}
