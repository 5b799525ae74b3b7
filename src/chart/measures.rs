//! How wide and high a chart is, and what of its figures that depends on.

use super::content::Chart;
use super::labels;
use super::svg::unit;

/// Width of a chart, in units, and of one for a phone.
const WIDTH: i64 = 720;
const NARROW: i64 = 360;
/// What is left free at each side.
pub(super) const MARGIN: i64 = 16;
/// Height of what is drawn between the headings and the notes, but for ranks and multiples.
const HEIGHT: i64 = 340;
const LOW: i64 = 240;

impl Chart {
    /// How wide it is, in hundredths of a unit.
    pub(super) fn width(&self) -> i64 {
        unit(if self.is_narrow { NARROW } else { WIDTH })
    }

    /// How high what is drawn is.
    pub(super) fn height(&self) -> i64 {
        unit(if self.is_narrow { LOW } else { HEIGHT })
    }

    pub(super) fn values(&self) -> impl Iterator<Item = i128> {
        let points = self.series.iter().flat_map(|series| &series.points);
        points.filter_map(|point| point.value())
    }

    /// The width of the widest figure.
    pub(super) fn widest(&self, size: i64) -> i64 {
        let widths = self.values().map(|it| labels::width(&self.figures.text(it), size));
        widths.max().unwrap_or(0)
    }
}
