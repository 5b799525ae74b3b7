//! A block of figures within a text: a table or a chart of one of the report's tables.
//!
//! ````text
//! ```figure lines
//! table = "trend"
//! metric = "persons"
//! title = "More persons than a year ago"
//! ```
//! ````

use crate::chart::Kind;
use crate::document::{Placed, Problem, Span, Table, read_part};

/// A table or a chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FigureBlock {
    /// How figures are shown.
    pub shown: Shown,
    /// The table of the report that they stand in.
    pub table: Placed<String>,
    /// The metric that is drawn; the columns of numbers that are listed, all without one.
    pub metrics: Vec<Placed<String>>,
    /// The dimension whose values stand beside each other.
    pub wide: Option<Placed<String>>,
    /// Which rows: by dimension a value, `total`, `first`, `last`, or `each` without their total.
    pub only: Vec<(Placed<String>, String)>,
    /// What is to be seen; the title of the query where nothing is said.
    pub title: Option<String>,
    /// What a reader must know besides.
    pub note: Option<String>,
    /// Where the block stands.
    pub span: Span,
}

impl FigureBlock {
    /// The same within a text, in which its own text starts at a place, with the values that stand in
    /// what people read.
    pub(super) fn at(self, start: usize, span: Span, shown: impl Fn(&str) -> String) -> Self {
        let moved = |it: Placed<String>| {
            let span = it.span.start + start..it.span.end + start;
            Placed { value: it.value, span }
        };
        Self {
            table: moved(self.table),
            metrics: self.metrics.into_iter().map(&moved).collect(),
            wide: self.wide.map(&moved),
            only: self.only.into_iter().map(|(name, value)| (moved(name), value)).collect(),
            title: self.title.map(|it| shown(&it)),
            note: self.note.map(|it| shown(&it)),
            span,
            ..self
        }
    }
}

/// How figures are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// In rows and columns.
    Table,
    /// As a picture.
    Chart(Kind),
}

const KINDS: [(&str, Shown); 5] = [
    ("table", Shown::Table),
    ("lines", Shown::Chart(Kind::Lines)),
    ("stacked", Shown::Chart(Kind::Stacked)),
    ("bars", Shown::Chart(Kind::Grouped)),
    ("ranked", Shown::Chart(Kind::Ranked)),
];

/// Reads the text of a block; a mistake in the word that opens it has an empty place.
pub(super) fn read_figure(kind: &str, text: &str) -> Result<FigureBlock, Vec<Problem>> {
    let shown = KINDS.iter().find(|(name, _)| *name == kind).map(|it| it.1);
    let Some(shown) = shown else {
        let problem = Problem::new(0..0, format!("unknown kind of figure `{kind}`"));
        return Err(vec![problem.suggest(kind, KINDS.iter().map(|(name, _)| *name))]);
    };
    read_part(text, |root| read(shown, root))
}

fn read(shown: Shown, root: &Table<'_>) -> FigureBlock {
    let metrics = match shown {
        Shown::Table => root.texts("metrics"),
        Shown::Chart(_) => vec![root.required_text("metric")],
    };
    FigureBlock {
        shown,
        table: root.required_text("table"),
        metrics,
        wide: root.text("wide"),
        only: root.named_values("only").into_iter().map(|(name, it)| (name, it.value)).collect(),
        title: root.text("title").map(|it| it.value),
        note: root.text("note").map(|it| it.value),
        span: root.span(),
    }
}
