//! Figures as pictures: lines, bars and small multiples as scalable vector graphics.
//!
//! In: a [`Chart`], which is series of points over positions (quarters, years, places) and all words
//! in one language. Out: an SVG document that says what it shows to those who cannot see it, and is
//! the same bytes for the same chart. Never: a line over what was not delivered, a binary float, a
//! figure that stands in no point.

mod bars;
mod content;
mod frame;
mod labels;
mod lines;
mod measures;
mod multiples;
mod ranked;
mod scale;
mod spark;
mod svg;

pub use content::{Break, Chart, Point, Position, Series};
pub use spark::spark;
pub use svg::INK;

pub use crate::disclosure::Kind;
pub use crate::render::Figures;
use measures::MARGIN;
use svg::{Canvas, Style, unit};

/// Series that are told apart in one picture; more get a small one each.
pub const SERIES_MAX: usize = 4;

impl Chart {
    /// The document.
    pub fn svg(&self) -> String {
        self.svg_with("")
    }

    /// The document with an element for programs.
    pub fn svg_with(&self, metadata: &str) -> String {
        let mut canvas = Canvas::default();
        let title = if self.is_captioned {
            unit(-2)
        } else {
            self.paragraph(&self.title, unit(8), Style::bold(18), &mut canvas)
        };
        let top =
            self.paragraph(&self.unit, title + unit(2), Style::soft(13), &mut canvas) + unit(24);
        let bottom = match self.kind {
            Kind::Ranked => ranked::draw(self, top, &mut canvas),
            Kind::Lines if self.series.len() > SERIES_MAX => {
                multiples::draw(self, top, &mut canvas)
            }
            Kind::Lines => lines::draw(self, top, &mut canvas),
            Kind::Stacked | Kind::Grouped => bars::draw(self, top, &mut canvas),
        };
        let notes = self.notes.iter().fold(bottom + unit(12), |top, note| {
            self.paragraph(note, top, Style::soft(12), &mut canvas) + unit(1)
        });
        canvas.document(self, metadata, (self.width(), notes + unit(14)))
    }

    /// A text over the whole width, below `top`; gives where it ends.
    fn paragraph(&self, text: &str, top: i64, style: Style, canvas: &mut Canvas) -> i64 {
        let lines = labels::wrapped(text, style.size, self.width() - unit(2 * MARGIN));
        lines.iter().fold(top, |top, line| {
            let end = top + unit(style.size * 4 / 3);
            canvas.text((unit(MARGIN), end), line, style);
            end
        })
    }
}
