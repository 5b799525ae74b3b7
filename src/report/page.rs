//! A report in one language, ready to be written: texts with their numbers, tables laid out, charts drawn.
//!
//! In: nothing; the types that the page in HTML and the PDF are written from. Never: anything that a
//! writer would have to look up or work out.

use super::text::Inline;
use crate::export::{Grid, Plot};
use crate::words::Language;

/// A report in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The language.
    pub language: Language,
    /// Title.
    pub title: String,
    /// The name of the edition.
    pub edition: String,
    /// The quarters it is about, in words.
    pub period: String,
    /// What it is for, in a sentence or two.
    pub description: String,
    /// When the data were committed that it is made of, in milliseconds since 1970, UTC.
    pub moment: i64,
    /// Who may read it: said at the top and on each page of paper.
    pub policy: String,
    /// What stands in it.
    pub blocks: Vec<PageBlock>,
    /// Where the figures come from: a label and a text each.
    pub sources: Vec<(String, String)>,
    /// Names of other files of the same edition, with what they are.
    pub files: Vec<(String, String)>,
}

/// A part of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PageBlock {
    /// A heading of level 2 to 6, with the name that links go to.
    Heading(u8, String, Vec<Inline>),
    /// A paragraph.
    Paragraph(Vec<Inline>),
    /// A list; numbered from a number on where there is one.
    List(Option<u64>, Vec<Vec<PageBlock>>),
    /// A quotation.
    Quote(Vec<PageBlock>),
    /// A table that the author wrote: headings, rows.
    Table(Vec<Vec<Inline>>, Vec<Vec<Vec<Inline>>>),
    /// Text as it stands.
    Code(String),
    /// A line across.
    Rule,
    /// A figure.
    Figure(Box<PageFigure>),
    /// The footnotes, in the order of their marks: the name that marks have, and the text.
    Notes(Vec<(String, Vec<PageBlock>)>),
}

/// A table or a chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageFigure {
    /// The name that links go to.
    pub id: String,
    /// "Table 2" or "Chart 1", in the language.
    pub number: String,
    /// What is to be seen.
    pub title: String,
    /// What the author says besides.
    pub note: Option<String>,
    /// The picture; none where the table is the figure.
    pub picture: Option<Picture>,
    /// The table; behind a picture the figures that are drawn.
    pub grid: Grid,
}

/// A chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// SVG.
    pub svg: String,
    /// The same for a phone.
    pub narrow: String,
    /// The same for programs that draw it themselves, and in words.
    pub plot: Plot,
}
