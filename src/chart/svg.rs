//! Shapes and texts as elements of SVG.
//!
//! In: places in hundredths of a unit, as whole numbers. Out: text. Never: a place that depends on
//! how a processor rounds.

use std::fmt::Write as _;

use super::content::Chart;
use crate::render::{decimal_text, html};

/// A place or length, in hundredths of a unit.
pub(super) type Place = (i64, i64);

/// Units as hundredths.
pub(super) const fn unit(units: i64) -> i64 {
    units * 100
}

const WHITE: &str = "#ffffff";
/// Text, and lines that carry it.
pub(super) const DARK: &str = "#1d2127";
/// Text that steps back.
pub(super) const SOFT: &str = "#565e69";
/// Lines that help to read.
pub(super) const FAINT: &str = "#dfe2e6";
/// What lies behind figures.
pub(super) const SHADE: &str = "#f1f3f5";

/// Colour and dashes.
#[derive(Clone, Copy)]
pub struct Ink {
    /// Of lines and areas.
    pub colour: &'static str,
    pub(super) dashes: &'static str,
}

/// No dashes.
pub(super) const NONE: &str = "none";

/// Contrast with white of at least 3, and far enough from each other for people with any of the
/// three kinds of colour blindness.
pub const INK: [Ink; 4] = [
    Ink { colour: "#12436d", dashes: NONE },
    Ink { colour: "#28a197", dashes: "8 4" },
    Ink { colour: "#801650", dashes: "3 3" },
    Ink { colour: "#f46a25", dashes: "12 4 3 4" },
];

/// The colour and the dashes of a series; told apart by people who see few colours, and in print.
pub(super) fn ink(series: usize) -> Ink {
    INK[series % INK.len()]
}

/// Families whose letters are about as wide as what texts are measured by.
const FAMILIES: &str = "Inter, 'Liberation Sans', Arial, Helvetica, sans-serif";

/// How a text looks; `anchor` says which part of it stands at its place.
#[derive(Clone, Copy)]
pub(super) struct Style {
    pub(super) size: i64,
    weight: &'static str,
    colour: &'static str,
    anchor: &'static str,
}

impl Style {
    /// As figures and names are.
    pub(super) const fn plain(size: i64) -> Self {
        Self { size, weight: "400", colour: DARK, anchor: "start" }
    }

    /// As what matters most is.
    pub(super) const fn bold(size: i64) -> Self {
        Self { weight: "600", ..Self::plain(size) }
    }

    /// As what explains is.
    pub(super) const fn soft(size: i64) -> Self {
        Self { colour: SOFT, ..Self::plain(size) }
    }

    /// `start`, `middle` or `end`.
    pub(super) const fn anchored(self, anchor: &'static str) -> Self {
        Self { anchor, ..self }
    }
}

/// What has been drawn.
#[derive(Default)]
pub(super) struct Canvas(String);

impl Canvas {
    pub(super) fn line(&mut self, from: Place, to: Place, colour: &str, dashes: &str) {
        let [x1, y1, x2, y2] = [from.0, from.1, to.0, to.1].map(shown);
        self.add(format_args!(
            "<line x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\" stroke=\"{colour}\" \
             stroke-dasharray=\"{dashes}\"/>"
        ));
    }

    /// A line through points.
    pub(super) fn path(&mut self, points: &[Place], Ink { colour, dashes }: Ink) {
        let places = points.iter().map(|(x, y)| format!("{} {}", shown(*x), shown(*y)));
        let places = places.collect::<Vec<_>>().join("L");
        self.add(format_args!(
            "<path d=\"M{places}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2.5\" \
             stroke-linejoin=\"round\" stroke-dasharray=\"{dashes}\"/>"
        ));
    }

    /// From a corner, so wide and high; a length below nothing is none.
    pub(super) fn rectangle(&mut self, corner: Place, size: Place, colour: &str) {
        let [x, y, width, height] = [corner.0, corner.1, size.0.max(0), size.1.max(0)].map(shown);
        self.add(format_args!(
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"{colour}\"/>"
        ));
    }

    /// A figure as an area; hollow where it is over part of its quarters.
    pub(super) fn bar(&mut self, (x, y): Place, size: Place, ink: Ink, hollow: bool) {
        self.rectangle((x, y), size, ink.colour);
        if hollow {
            let (by, inner) = (unit(2), (size.0 - unit(4), size.1 - unit(4)));
            self.rectangle((x + by, y + by), inner, WHITE);
        }
    }

    /// A figure as a point; hollow likewise.
    pub(super) fn dot(&mut self, centre: Place, colour: &str, hollow: bool) {
        let [x, y] = [centre.0, centre.1].map(shown);
        let fill = if hollow { WHITE } else { colour };
        self.add(format_args!(
            "<circle cx=\"{x}\" cy=\"{y}\" r=\"3.5\" fill=\"{fill}\" stroke=\"{colour}\" \
             stroke-width=\"2\"/>"
        ));
    }

    pub(super) fn text(&mut self, at: Place, text: &str, style: Style) {
        let ([x, y], text) = ([at.0, at.1].map(shown), html(text));
        let Style { size, weight, colour, anchor } = style;
        self.add(format_args!(
            "<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\" font-weight=\"{weight}\" \
             text-anchor=\"{anchor}\" fill=\"{colour}\">{text}</text>"
        ));
    }

    /// All of it, with what it shows in words, and what is said of it for programs.
    pub(super) fn document(self, chart: &Chart, metadata: &str, size: Place) -> String {
        let ([width, height], language) = ([size.0, size.1].map(shown), chart.language);
        let [id, title, text] = [&chart.id, &chart.title, &chart.description].map(|it| html(it));
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
             width=\"{width}\" height=\"{height}\" role=\"img\" lang=\"{language}\" \
             xml:lang=\"{language}\" aria-labelledby=\"{id}-title {id}-description\" \
             font-family=\"{FAMILIES}\">\n<title id=\"{id}-title\">{title}</title>\n\
             <desc id=\"{id}-description\">{text}</desc>\n{metadata}\
             <rect width=\"{width}\" height=\"{height}\" fill=\"{WHITE}\"/>\n{}</svg>\n",
            self.0
        )
    }

    fn add(&mut self, element: std::fmt::Arguments<'_>) {
        // Writing into a text cannot fail.
        let _written = writeln!(self.0, "{element}");
    }
}

/// Hundredths as units, without zeros at the end.
fn shown(hundredths: i64) -> String {
    let text = decimal_text(hundredths.into(), 2);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
