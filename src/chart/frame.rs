//! What lines and bars are drawn in: the axis of numbers with its lines, positions with their names,
//! what was not delivered, and where a series breaks.
//!
//! In: a chart, and the room for it. Out: places of positions and numbers. Never: two names of
//! positions over each other; where there is no room for all, some are left out in an even step.

use super::Kind;
use super::content::{Chart, Point};
use super::labels::width;
use super::measures::MARGIN;
use super::scale::Scale;
use super::svg::{Canvas, DARK, FAINT, NONE, Place, SHADE, SOFT, Style, unit};

/// The area between the axes.
pub(super) struct Frame {
    pub(super) left: i64,
    pub(super) right: i64,
    pub(super) top: i64,
    pub(super) bottom: i64,
    scale: Scale,
    count: i64,
}

/// From one text over a break to the next.
const ROW: i64 = unit(14);

impl Frame {
    /// In the room between two corners, for these numbers.
    pub(super) fn new(
        chart: &Chart,
        (left, top): Place,
        (right, bottom): Place,
        scale: Scale,
    ) -> Self {
        let count = i64::try_from(chart.positions.len()).unwrap_or(i64::MAX).max(1);
        Self { left, right, top, bottom, scale, count }
    }

    /// From the left margin, below what is said of breaks.
    pub(super) fn wide(chart: &Chart, top: i64, right: i64) -> Self {
        let least = chart.figures.least();
        let scale = match chart.kind {
            Kind::Stacked => Scale::over(sums(chart), least),
            _ => Scale::over(chart.values(), least),
        };
        let left = unit(MARGIN) + Self::room_for_marks(chart, scale);
        let top = top + ROW * i64::try_from(chart.breaks.len()).unwrap_or(0);
        Self::new(chart, (left, top), (right, top + chart.height()), scale)
    }

    /// Room for the marks of an axis.
    pub(super) fn room_for_marks(chart: &Chart, scale: Scale) -> i64 {
        let figures = chart.figures.in_steps_of(scale.step);
        let widths = scale.marks().map(|mark| width(&figures.text(mark), 12));
        widths.max().unwrap_or(0) + unit(8)
    }

    /// The width of a position.
    pub(super) fn band(&self) -> i64 {
        (self.right - self.left) / self.count
    }

    /// The middle of a position.
    pub(super) fn x(&self, position: usize) -> i64 {
        let twice = i64::try_from(position).unwrap_or(self.count) * 2 + 1;
        self.left + (self.right - self.left) * twice / (self.count * 2)
    }

    /// The place of a number.
    pub(super) fn y(&self, value: i128) -> i64 {
        self.scale.place(value, self.bottom, self.top)
    }

    /// What lies behind the figures; what is said of breaks only where there is room above.
    pub(super) fn behind(&self, chart: &Chart, is_said: bool, canvas: &mut Canvas) {
        self.not_delivered(chart, canvas);
        for mark in self.scale.marks() {
            let y = self.y(mark);
            canvas.line((self.left, y), (self.right, y), FAINT, NONE);
        }
        // The first text is the highest: no later line goes through it.
        for (it, row) in chart.breaks.iter().rev().zip(1..) {
            let x = self.x(it.position) - self.band() / 2;
            let above = if is_said { ROW * row } else { 0 };
            canvas.line((x, self.top - above), (x, self.bottom), SOFT, "2 3");
            if is_said {
                let most = chart.width() - unit(MARGIN) - width(&it.text, 11);
                let at = ((x + unit(4)).min(most).max(unit(MARGIN)), self.top - above + unit(8));
                canvas.text(at, &it.text, Style::soft(11));
            }
        }
    }

    /// Shaded, with the word for it where it has room.
    fn not_delivered(&self, chart: &Chart, canvas: &mut Canvas) {
        let is_bare = |at: &usize| {
            chart.series.iter().all(|it| it.points.get(*at) == Some(&Point::NotDelivered))
        };
        let positions: Vec<usize> = (0..chart.positions.len()).collect();
        for run in positions.chunk_by(|one, next| is_bare(one) == is_bare(next)) {
            if let [first, .., last] | [first @ last] = run
                && is_bare(first)
            {
                let half = self.band() / 2;
                let (from, to) = (self.x(*first) - half, self.x(*last) + half);
                canvas.rectangle((from, self.top), (to - from, self.bottom - self.top), SHADE);
                if width(&chart.not_delivered, 12) <= to - from {
                    let at = (i64::midpoint(from, to), self.top + unit(18));
                    canvas.text(at, &chart.not_delivered, Style::soft(12).anchored("middle"));
                }
            }
        }
    }

    /// The axes, with names for numbers and positions; gives where they end below.
    pub(super) fn axes(&self, chart: &Chart, canvas: &mut Canvas) -> i64 {
        let figures = chart.figures.in_steps_of(self.scale.step);
        for mark in self.scale.marks() {
            let at = (self.left - unit(8), self.y(mark) + unit(4));
            canvas.text(at, &figures.text(mark), Style::soft(12).anchored("end"));
        }
        let zero = self.y(0);
        canvas.line((self.left, zero), (self.right, zero), DARK, NONE);
        let labels = chart.positions.iter().map(|it| it.label.as_str()).enumerate();
        let groups = groups(chart);
        let mut end = self.bottom;
        let widest = labels.clone().map(|(_, it)| width(it, 12)).max().unwrap_or(0) + unit(8);
        if groups.is_empty() || widest <= self.band() {
            end += unit(20);
            let step = usize::try_from(widest / self.band().max(1) + 1).unwrap_or(1);
            self.names(labels.step_by(step), end, canvas);
        }
        if !groups.is_empty() {
            end += unit(20);
            let widest = groups.iter().map(|(_, group)| width(group, 12)).max().unwrap_or(0);
            let room = (self.right - self.left) / i64::try_from(groups.len()).unwrap_or(1);
            let step = usize::try_from((widest + unit(8)) / room.max(1) + 1).unwrap_or(1);
            let named = groups.into_iter().step_by(step);
            for (at, _) in named.clone() {
                let x = self.x(at);
                canvas.line((x, self.bottom), (x, self.bottom + unit(5)), DARK, NONE);
            }
            self.names(named, end, canvas);
        }
        end
    }

    /// Names in a line, but for one that would stand on the one before.
    fn names<'n>(
        &self,
        names: impl Iterator<Item = (usize, &'n str)>,
        y: i64,
        canvas: &mut Canvas,
    ) {
        let mut free = 0;
        for (at, name) in names {
            let (x, half) = (self.x(at), width(name, 12) / 2);
            if x - half >= free {
                canvas.text((x, y), name, Style::soft(12).anchored("middle"));
                free = x + half + unit(6);
            }
        }
    }
}

/// The first position of each group.
fn groups(chart: &Chart) -> Vec<(usize, &str)> {
    let mut groups: Vec<(usize, &str)> = Vec::new();
    for (at, position) in chart.positions.iter().enumerate() {
        let is_new = groups.last().is_none_or(|(_, group)| *group != position.group);
        if is_new && !position.group.is_empty() {
            groups.push((at, &position.group));
        }
    }
    groups
}

/// What the bars above and below zero come to, at each position.
fn sums(chart: &Chart) -> impl Iterator<Item = i128> {
    (0..chart.positions.len()).flat_map(|at| {
        let values = chart.series.iter().filter_map(move |it| it.points.get(at)?.value());
        values.fold([0, 0], |[above, below], it| [above + it.max(0), below + it.min(0)])
    })
}
