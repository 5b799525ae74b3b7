//! Figures as pictures: lines, bars and small multiples as scalable vector graphics.
//!
//! In: a [`Chart`], which is series of points over positions (quarters, years, places) and all words
//! in one language. Out: an SVG document that says what it shows to those who cannot see it, and is
//! the same bytes for the same chart. Never: a line over what was not delivered, a binary float, a
//! figure that stands in no point.

mod bars;
mod frame;
mod labels;
mod lines;
mod multiples;
mod ranked;
mod scale;
mod spark;
mod svg;

pub use spark::spark;
pub use svg::INK;

pub use crate::disclosure::Kind;
pub use crate::render::Figures;
use svg::{Canvas, Style, unit};

/// Width of a chart, in units, and of one for a phone.
const WIDTH: i64 = 720;
const NARROW: i64 = 360;
/// What is left free at each side.
const MARGIN: i64 = 16;
/// Height of what is drawn between the headings and the notes, but for ranks and multiples.
const HEIGHT: i64 = 340;
const LOW: i64 = 240;
/// Series that are told apart in one picture; more get a small one each.
pub const SERIES_MAX: usize = 4;

/// What is drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chart {
    /// How.
    pub kind: Kind,
    /// Tells it from the others on a page: letters, digits, dashes.
    pub id: String,
    /// Whether it is for a phone.
    pub is_narrow: bool,
    /// The language of its words, as BCP 47 has it.
    pub language: &'static str,
    /// What is to be seen.
    pub title: String,
    /// Whether a caption beside the picture shows the title.
    pub is_captioned: bool,
    /// What is counted, in which unit, of what.
    pub unit: String,
    /// The same for those who cannot see it.
    pub description: String,
    /// What a reader must know, and where the figures come from.
    pub notes: Vec<String>,
    /// What stands where nothing was delivered.
    pub not_delivered: String,
    /// What stands where there is no figure for another reason.
    pub none: String,
    /// What points lie over, in order.
    pub positions: Vec<Position>,
    /// Their points; each series has one for each position.
    pub series: Vec<Series>,
    /// Where positions cannot be compared with those before.
    pub breaks: Vec<Break>,
    /// Numbers as people read them.
    pub figures: Figures,
}

/// A place on the axis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// Its own name: a quarter within its year, a year, a place.
    pub label: String,
    /// What it is part of: the year of a quarter. Empty where there is nothing of the kind.
    pub group: String,
}

/// Points that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// Its name.
    pub name: String,
    /// One for each position.
    pub points: Vec<Point>,
}

/// A figure, or why there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Point {
    /// A number.
    Value(i128),
    /// A number over some of the quarters that it should be over.
    Partial(i128),
    /// No number, for a reason of its own.
    Missing,
    /// Not delivered.
    NotDelivered,
}

impl Point {
    /// Whether it is over part of its quarters.
    fn is_partial(self) -> bool {
        matches!(self, Self::Partial(_))
    }

    /// The number, if there is one.
    pub fn value(self) -> Option<i128> {
        match self {
            Self::Value(value) | Self::Partial(value) => Some(value),
            Self::Missing | Self::NotDelivered => None,
        }
    }
}

/// Where a series breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Break {
    /// The first position of what is new.
    pub position: usize,
    /// What has changed.
    pub text: String,
}

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

    /// How wide it is, in hundredths of a unit.
    fn width(&self) -> i64 {
        unit(if self.is_narrow { NARROW } else { WIDTH })
    }

    /// How high what is drawn is.
    fn height(&self) -> i64 {
        unit(if self.is_narrow { LOW } else { HEIGHT })
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

    fn values(&self) -> impl Iterator<Item = i128> {
        let points = self.series.iter().flat_map(|series| &series.points);
        points.filter_map(|point| point.value())
    }

    /// The width of the widest figure.
    fn widest(&self, size: i64) -> i64 {
        let widths = self.values().map(|it| labels::width(&self.figures.text(it), size));
        widths.max().unwrap_or(0)
    }
}
