//! What `rules.typ` is told of a page: texts, and what they are.
//!
//! Never: markup. Each text is a text in `data.json`, whatever stands in it.

use std::collections::BTreeSet;

use serde::Serialize;

#[derive(Serialize)]
pub(super) struct Document {
    pub(super) language: &'static str,
    pub(super) title: String,
    pub(super) period: String,
    pub(super) description: String,
    pub(super) policy: String,
    pub(super) keywords: Vec<String>,
    pub(super) words: WordsOfPaper,
    pub(super) blocks: Vec<Node>,
    /// What notes say; marks name them by their place.
    pub(super) notes: Vec<Vec<Node>>,
    /// The figures that charts draw.
    pub(super) charts: Vec<Node>,
    pub(super) sources: Vec<(String, String)>,
    pub(super) files: Vec<(String, String)>,
}

#[derive(Serialize)]
pub(super) struct WordsOfPaper {
    pub(super) contents: String,
    pub(super) page: String,
    pub(super) charts: String,
    pub(super) figures: String,
    pub(super) part: String,
    pub(super) sources: String,
    pub(super) files: String,
}

/// A block or a piece of a line.
#[derive(Serialize)]
#[serde(tag = "is", rename_all = "lowercase")]
pub(super) enum Node {
    Text { text: String },
    Emphasis { of: Vec<Node> },
    Strong { of: Vec<Node> },
    Code { text: String },
    Link { to: String, of: Vec<Node> },
    Mark { note: usize, first: bool },
    Break,
    Heading { level: u8, id: Option<String>, of: Vec<Node> },
    Paragraph { of: Vec<Node> },
    List { start: Option<u64>, items: Vec<Vec<Node>> },
    Quote { of: Vec<Node> },
    Lines { text: String },
    Rule,
    Table(Table),
    Chart(Chart),
}

#[derive(Serialize)]
pub(super) struct Chart {
    pub(super) id: Option<String>,
    pub(super) index: usize,
    pub(super) number: String,
    pub(super) title: String,
    pub(super) note: Option<String>,
    pub(super) file: String,
    pub(super) description: String,
}

#[derive(Serialize)]
pub(super) struct Table {
    pub(super) id: Option<String>,
    pub(super) number: Option<String>,
    pub(super) title: Option<String>,
    /// What all figures are, with the marks of its notes.
    pub(super) unit: Option<(String, String)>,
    pub(super) stubs: usize,
    pub(super) heads: Vec<TableHead>,
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<Row>,
    pub(super) legend: Vec<(String, String)>,
    pub(super) notes: Vec<String>,
}

#[derive(Serialize)]
pub(super) struct TableHead {
    pub(super) row: usize,
    pub(super) column: usize,
    pub(super) columns: usize,
    pub(super) rows: usize,
    pub(super) number: bool,
    pub(super) text: String,
    /// The marks of its notes.
    pub(super) marks: String,
    pub(super) words: Vec<String>,
}

/// What decides how wide a column is.
#[derive(Serialize, Default)]
pub(super) struct Column {
    pub(super) number: bool,
    pub(super) lines: BTreeSet<String>,
    pub(super) words: BTreeSet<String>,
}

#[derive(Serialize)]
pub(super) struct Row {
    pub(super) total: bool,
    pub(super) cells: Vec<Value>,
}

#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Value {
    Text(String),
    Written(Vec<Node>),
}

impl TableHead {
    /// Whether it reaches down to a place from above.
    pub(super) fn is_over(&self, row: usize, column: usize) -> bool {
        let down = self.row < row && row < self.row + self.rows;
        down && (self.column..self.column + self.columns).contains(&column)
    }
}

impl Column {
    pub(super) fn add(&mut self, text: &str) {
        // Figures are all of the same width.
        let text = if self.number {
            text.replace(|it: char| it.is_ascii_digit(), "0")
        } else {
            text.to_owned()
        };
        self.words.extend(text.split(' ').map(str::to_owned));
        self.lines.insert(text);
    }
}
