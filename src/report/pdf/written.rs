//! A page as the data that `rules.typ` sets.
//!
//! In: a [`Page`]. Out: `data.json` and a file for each picture. Never: a link or mark that leads to
//! nothing, a heading that skips a level.

use std::collections::BTreeSet;
use std::path::Path;

use super::PdfError;
use super::data::{Chart, Document, Node, Row, Table, Value, WordsOfPaper};
use super::letters::Letters;
use super::tables;
use crate::report::{Inline, Page, PageBlock, PageFigure, Picture};
use crate::words::Words;

/// What stands in a text for numbers that only the typesetter knows.
const NUMBERS: [&str; 2] = ["\u{1}", "\u{2}"];

/// The files that a page is set from.
pub(super) fn files(page: &Page) -> Result<Vec<(String, Vec<u8>)>, PdfError> {
    let mut writer = Writer::new(page);
    let mut blocks = writer.blocks(&page.blocks)?;
    let notes = writer.notes.clone();
    let notes = notes.iter().map(|(_, blocks)| writer.blocks(blocks));
    let notes = notes.collect::<Result<Vec<_>, _>>()?;
    // A note that no mark leads to stands at the end.
    for (at, (_, unmarked)) in writer.notes.clone().iter().enumerate() {
        if !writer.marked.contains(&at) {
            blocks.extend(writer.blocks(unmarked)?);
        }
    }
    let words = Words::of(page.language);
    let [one, two] = NUMBERS;
    let text = |it: &str| writer.letters.text(it);
    let pairs = |pairs: &[(String, String)]| -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| (text(name), text(value))).collect()
    };
    let document = Document {
        language: page.language.code(),
        title: text(&page.title),
        period: text(&page.period),
        description: text(&page.description),
        policy: text(&page.policy),
        keywords: writer.keywords.clone(),
        words: WordsOfPaper {
            contents: words.text("report.contents").to_owned(),
            page: words.fill("report.page", &[("number", one), ("all", two)]),
            charts: words.text("paper.charts").to_owned(),
            figures: words.fill("paper.figures", &[("number", one)]),
            part: words.fill("paper.part", &[("number", one), ("all", two)]),
            sources: words.text("report.sources").to_owned(),
            files: words.text("report.files").to_owned(),
        },
        sources: pairs(&page.sources),
        files: pairs(&page.files).into_iter().filter(|it| !is_paper(&it.0)).collect(),
        blocks,
        notes,
        charts: std::mem::take(&mut writer.charts),
    };
    let json =
        serde_json::to_vec(&document).map_err(|error| PdfError::Typesetting(error.to_string()))?;
    let mut files = vec![("data.json".to_owned(), json)];
    files.append(&mut writer.pictures);
    Ok(files)
}

struct Writer<'p> {
    letters: Letters,
    notes: Vec<(String, Vec<PageBlock>)>,
    marked: BTreeSet<usize>,
    /// Names that links may lead to, and those that stand on the page already.
    names: BTreeSet<&'p str>,
    named: BTreeSet<String>,
    /// The level of the heading before.
    level: u8,
    charts: Vec<Node>,
    keywords: Vec<String>,
    pictures: Vec<(String, Vec<u8>)>,
}

impl<'p> Writer<'p> {
    fn new(page: &'p Page) -> Self {
        let mut writer = Self {
            letters: Letters::new(),
            notes: Vec::new(),
            marked: BTreeSet::new(),
            names: BTreeSet::new(),
            named: BTreeSet::new(),
            level: 0,
            charts: Vec::new(),
            keywords: Vec::new(),
            pictures: Vec::new(),
        };
        writer.look(&page.blocks);
        writer
    }

    /// Finds what links and marks may lead to.
    fn look(&mut self, blocks: &'p [PageBlock]) {
        for block in blocks {
            match block {
                PageBlock::Heading(_, id, _) => _ = self.names.insert(id),
                PageBlock::Figure(figure) => _ = self.names.insert(&figure.id),
                PageBlock::List(_, items) => items.iter().for_each(|it| self.look(it)),
                PageBlock::Quote(inner) => self.look(inner),
                PageBlock::Notes(notes) => {
                    for (_, it) in notes {
                        self.look(it);
                    }
                    self.notes.extend(notes.iter().cloned());
                }
                _ => {}
            }
        }
    }

    fn blocks(&mut self, blocks: &[PageBlock]) -> Result<Vec<Node>, PdfError> {
        let mut nodes = Vec::new();
        for block in blocks {
            nodes.extend(self.block(block)?);
        }
        Ok(nodes)
    }

    fn block(&mut self, block: &PageBlock) -> Result<Option<Node>, PdfError> {
        Ok(Some(match block {
            PageBlock::Heading(level, id, inlines) => {
                // The title is above all headings, and no level is left out.
                self.level = level.saturating_sub(1).clamp(1, self.level + 1);
                let (level, id) = (self.level, self.id(id));
                Node::Heading { level, id, of: self.inlines(inlines)? }
            }
            PageBlock::Paragraph(inlines) => Node::Paragraph { of: self.inlines(inlines)? },
            PageBlock::List(start, items) => {
                let items = items.iter().map(|it| self.blocks(it)).collect::<Result<_, _>>()?;
                Node::List { start: *start, items }
            }
            PageBlock::Quote(inner) => Node::Quote { of: self.blocks(inner)? },
            PageBlock::Table(head, rows) => {
                let shown = rows.iter().map(|row| self.row(row)).collect::<Result<_, _>>()?;
                Node::Table(tables::written(&self.letters, head, rows, shown))
            }
            PageBlock::Code(text) => {
                let lines = text.lines().map(|line| self.letters.text(&line.replace('\t', "    ")));
                Node::Lines { text: lines.collect::<Vec<_>>().join("\n") }
            }
            PageBlock::Rule => Node::Rule,
            PageBlock::Figure(figure) => self.figure(figure),
            // Notes stand at the foot of the page on which their mark is.
            PageBlock::Notes(_) => return Ok(None),
        }))
    }

    fn inlines(&mut self, inlines: &[Inline]) -> Result<Vec<Node>, PdfError> {
        inlines.iter().map(|it| self.inline(it)).collect()
    }

    fn inline(&mut self, inline: &Inline) -> Result<Node, PdfError> {
        Ok(match inline {
            Inline::Text(text) => Node::Text { text: self.letters.text(text) },
            Inline::Emphasis(of) => Node::Emphasis { of: self.inlines(of)? },
            Inline::Strong(of) => Node::Strong { of: self.inlines(of)? },
            Inline::Code(text) => Node::Code { text: self.letters.text(text) },
            Inline::Link(to, of) => {
                let inside = to.strip_prefix('#');
                if inside.is_some_and(|name| !self.names.contains(name)) {
                    return Err(PdfError::Nowhere(to.clone()));
                }
                Node::Link { to: to.clone(), of: self.inlines(of)? }
            }
            Inline::Mark(name) => {
                let note = self.notes.iter().position(|(it, _)| it == name);
                let note = note.ok_or_else(|| PdfError::Nowhere(format!("[^{name}]")))?;
                Node::Mark { note, first: self.marked.insert(note) }
            }
            Inline::Break => Node::Break,
        })
    }

    /// A row of a table that the author wrote.
    fn row(&mut self, row: &[Vec<Inline>]) -> Result<Row, PdfError> {
        let cells = row.iter().map(|cell| Ok(Value::Written(self.inlines(cell)?)));
        Ok(Row { total: false, cells: cells.collect::<Result<_, PdfError>>()? })
    }

    /// A table or a chart; the figures of a chart stand at the end.
    fn figure(&mut self, figure: &PageFigure) -> Node {
        let PageFigure { id, number, title, note, picture, grid } = figure;
        let id = self.id(id);
        self.keywords.push(self.letters.shown(title));
        let title = self.letters.text(title);
        let (number, note) =
            (self.letters.text(number), note.as_ref().map(|it| self.letters.text(it)));
        let Some(Picture { svg, narrow: _, plot }) = picture else {
            let mut table = tables::grid(&self.letters, grid);
            table.notes.splice(0..0, note);
            return Node::Table(Table { id, number: Some(number), title: Some(title), ..table });
        };
        let index = self.charts.len();
        let file = format!("chart-{index}.svg");
        self.pictures.push((file.clone(), self.letters.shown_but(svg, &['\n']).into_bytes()));
        let table = tables::grid(&self.letters, grid);
        let named = Table { number: Some(number.clone()), title: Some(title.clone()), ..table };
        self.charts.push(Node::Table(named));
        let description = self.letters.shown(&plot.chart.description);
        Node::Chart(Chart { id, index, number, title, note, file: format!("/{file}"), description })
    }

    /// The name of a place, where it is not taken.
    fn id(&mut self, id: &str) -> Option<String> {
        self.named.insert(id.to_owned()).then(|| id.to_owned())
    }
}

/// Whether a file is a page on paper: the one that is written need not name itself.
fn is_paper(file: &str) -> bool {
    Path::new(file).extension().is_some_and(|it| it == "pdf")
}
