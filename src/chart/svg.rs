//! Shapes and texts as elements of SVG.
//!
//! In: places in hundredths of a unit, as whole numbers. Out: text. Never: a place that depends on
//! how a processor rounds.

use std::fmt::Write as _;

use super::Chart;
use crate::render::html;

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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ink {
    pub(super) colour: &'static str,
    pub(super) dashes: &'static str,
}

/// Contrast with white of at least 3, and far enough from each other for people with any of the
/// three kinds of colour blindness.
const INK: [Ink; 4] = [
    Ink { colour: "#12436d", dashes: "" },
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

/// How a text looks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Style {
    pub(super) size: i64,
    pub(super) bold: bool,
    pub(super) colour: &'static str,
    /// `start`, `middle` or `end`: which part of it stands at its place.
    pub(super) anchor: &'static str,
}

impl Style {
    /// As figures and names are.
    pub(super) const fn plain(size: i64) -> Self {
        Self { size, bold: false, colour: DARK, anchor: "start" }
    }

    /// As what matters most is.
    pub(super) const fn bold(size: i64) -> Self {
        Self { bold: true, ..Self::plain(size) }
    }

    /// As what explains is.
    pub(super) const fn soft(size: i64) -> Self {
        Self { colour: SOFT, ..Self::plain(size) }
    }

    /// Standing with another part of it at its place.
    pub(super) const fn anchored(self, anchor: &'static str) -> Self {
        Self { anchor, ..self }
    }
}

/// What has been drawn.
#[derive(Default)]
pub(super) struct Canvas(String);

impl Canvas {
    pub(super) fn line(&mut self, from: Place, to: Place, colour: &str, dashes: &str) {
        let ((x1, y1), (x2, y2)) = (shown(from), shown(to));
        let dashes = dashed(dashes);
        self.add(format_args!(
            "<line x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\" stroke=\"{colour}\"{dashes}/>"
        ));
    }

    /// A line through points.
    pub(super) fn path(&mut self, points: &[Place], ink: Ink) {
        let mut places = String::new();
        for (at, place) in points.iter().enumerate() {
            let (x, y) = shown(*place);
            places.extend([if at == 0 { "M" } else { "L" }, &x, " ", &y]);
        }
        let (colour, dashes) = (ink.colour, dashed(ink.dashes));
        self.add(format_args!(
            "<path d=\"{places}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2.5\" \
             stroke-linejoin=\"round\"{dashes}/>"
        ));
    }

    /// From a corner, so wide and high; a length below nothing is none.
    pub(super) fn rectangle(&mut self, corner: Place, size: Place, colour: &str) {
        let ((x, y), (width, height)) = (shown(corner), shown((size.0.max(0), size.1.max(0))));
        self.add(format_args!(
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"{colour}\"/>"
        ));
    }

    /// A figure as an area; hollow where it is over part of its quarters.
    pub(super) fn bar(&mut self, corner: Place, size: Place, ink: Ink, hollow: bool) {
        self.rectangle(corner, size, ink.colour);
        if hollow {
            let by = unit(2);
            let inner = (size.0 - 2 * by, size.1 - 2 * by);
            self.rectangle((corner.0 + by, corner.1 + by), inner, WHITE);
        }
    }

    /// A figure as a point; hollow likewise.
    pub(super) fn dot(&mut self, centre: Place, colour: &str, hollow: bool) {
        let (x, y) = shown(centre);
        let fill = if hollow { WHITE } else { colour };
        self.add(format_args!(
            "<circle cx=\"{x}\" cy=\"{y}\" r=\"3.5\" fill=\"{fill}\" stroke=\"{colour}\" \
             stroke-width=\"2\"/>"
        ));
    }

    pub(super) fn text(&mut self, at: Place, text: &str, style: Style) {
        let ((x, y), text) = (shown(at), html(text));
        let Style { size, bold, colour, anchor } = style;
        let weight = if bold { " font-weight=\"600\"" } else { "" };
        self.add(format_args!(
            "<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\" text-anchor=\"{anchor}\" fill=\"{colour}\"{weight}>\
             {text}</text>"
        ));
    }

    /// All of it, with what it shows in words.
    pub(super) fn document(
        self,
        chart: &Chart,
        metadata: &[(&str, String)],
        width: i64,
        height: i64,
    ) -> String {
        let (width, height) = shown((width, height));
        let (id, title, language) = (html(&chart.id), html(&chart.title), chart.language);
        let description = html(&chart.description);
        let said =
            |(name, value): &(&str, String)| format!("<s:{name}>{}</s:{name}>\n", html(value));
        let metadata: String = metadata.iter().map(said).collect();
        let metadata = if metadata.is_empty() {
            metadata
        } else {
            format!("<metadata xmlns:s=\"urn:sppis\">\n{metadata}</metadata>\n")
        };
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
             width=\"{width}\" height=\"{height}\" role=\"img\" lang=\"{language}\" xml:lang=\"{language}\" \
             aria-labelledby=\"{id}-title {id}-description\" font-family=\"{FAMILIES}\">\n\
             <title id=\"{id}-title\">{title}</title>\n\
             <desc id=\"{id}-description\">{description}</desc>\n{metadata}\
             <rect width=\"{width}\" height=\"{height}\" fill=\"{WHITE}\"/>\n{}</svg>\n",
            self.0
        )
    }

    fn add(&mut self, element: std::fmt::Arguments<'_>) {
        // Writing into a text cannot fail.
        let _written = writeln!(self.0, "{element}");
    }
}

fn dashed(dashes: &str) -> String {
    if dashes.is_empty() { String::new() } else { format!(" stroke-dasharray=\"{dashes}\"") }
}

/// Hundredths as units, without zeros at the end.
fn shown((x, y): Place) -> (String, String) {
    let text = |hundredths: i64| {
        let sign = if hundredths < 0 { "-" } else { "" };
        let (whole, rest) = (hundredths.abs() / 100, hundredths.abs() % 100);
        let text = format!("{sign}{whole}.{rest:02}");
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    };
    (text(x), text(y))
}
