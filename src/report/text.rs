//! The text of a report in one language, as blocks: headings, paragraphs, lists, tables, figures.
//!
//! In: Markdown whose values have been put in as single characters of their own (see [`Filled`]).
//! Out: blocks in their order; every mistake with its place. Never: raw HTML, an address that a
//! browser would run, a picture that is not one of the report's own figures.

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::figure::{FigureBlock, read_figure};
use crate::document::{Problem, Span};
use crate::words::Language;

/// A block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A heading, from level 2: the title of the report is the only one above.
    Heading(u8, Vec<Inline>),
    /// A paragraph.
    Paragraph(Vec<Inline>),
    /// A list, with its first number where it has numbers.
    List(Option<u64>, Vec<Vec<Block>>),
    /// A quotation.
    Quote(Vec<Block>),
    /// A table that the author has written: head and rows of cells.
    Table(Vec<Vec<Inline>>, Vec<Vec<Vec<Inline>>>),
    /// Text as it was written.
    Code(String),
    /// A line across.
    Rule,
    /// A table or chart of figures.
    Figure(Box<FigureBlock>),
    /// What a mark in the text refers to.
    Note(String, Vec<Block>),
}

/// A piece of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inline {
    /// Text.
    Text(String),
    /// Emphasis.
    Emphasis(Vec<Inline>),
    /// Strong emphasis.
    Strong(Vec<Inline>),
    /// Text as it was written.
    Code(String),
    /// A link to an address.
    Link(String, Vec<Inline>),
    /// The mark of a note.
    Mark(String),
    /// A new line.
    Break,
}

/// A text with values in it, each a character of its own, and where its pieces come from.
#[derive(Debug, Clone, Default)]
pub struct Filled {
    text: String,
    values: Vec<String>,
    /// Where a piece of the text begins, and where it stands in what was written.
    pieces: Vec<(usize, Span)>,
}

/// The first of the characters that stand for values; none of them has a meaning in Unicode.
const FIRST: u32 = 0xE000;
/// Values of a text.
const VALUES_MAX: u32 = 6_400;

impl Filled {
    /// Adds text as it was written.
    pub fn push_text(&mut self, text: &str, span: Span) {
        self.pieces.push((self.text.len(), span.clone()));
        self.text.push_str(text.get(span).unwrap_or_default());
    }

    /// Adds a value.
    pub fn push_value(&mut self, value: String, span: Span) {
        let number =
            u32::try_from(self.values.len()).map_or(VALUES_MAX - 1, |it| it.min(VALUES_MAX - 1));
        if let Some(character) = char::from_u32(FIRST + number) {
            self.pieces.push((self.text.len(), span));
            self.text.push(character);
            self.values.push(value);
        }
    }

    /// What cannot be told from a value in what was written.
    pub fn problems(text: &str) -> Vec<Problem> {
        let last = FIRST + VALUES_MAX;
        let is_ours = |it: char| (FIRST..last).contains(&u32::from(it));
        let found = text.char_indices().filter(|(_, it)| is_ours(*it));
        found
            .map(|(at, it)| {
                let message = format!("the character U+{:04X} has no meaning", u32::from(it));
                Problem::new(at..at + it.len_utf8(), message)
            })
            .collect()
    }

    /// A text that people read, as it is set in the language, with its values.
    fn set(&self, text: &str, language: Language) -> String {
        self.shown(&language.set(text))
    }

    /// A text with its values.
    fn shown(&self, text: &str) -> String {
        let mut shown = String::with_capacity(text.len());
        for character in text.chars() {
            let number = u32::from(character).checked_sub(FIRST);
            let value = number.and_then(|it| self.values.get(usize::try_from(it).ok()?));
            match value {
                Some(value) => shown.push_str(value),
                None => shown.push(character),
            }
        }
        shown
    }

    /// Where a place of the text stands in what was written.
    fn source(&self, span: &Span) -> Span {
        let place = |at: usize| {
            let after = self.pieces.partition_point(|(start, _)| *start <= at);
            let (start, source) = &self.pieces[after.checked_sub(1)?];
            Some((source.start + (at - start)).min(source.end))
        };
        let start = place(span.start).unwrap_or(0);
        start..place(span.end).unwrap_or(start).max(start + 1)
    }
}

/// Reads a text; mistakes have their places in what was written.
pub fn blocks(filled: &Filled, language: Language) -> (Vec<Block>, Vec<Problem>) {
    let options = Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES;
    let events = Parser::new_ext(&filled.text, options).into_offset_iter();
    let mut reader = Reader { filled, language, events, problems: Vec::new() };
    let blocks = reader.blocks(None);
    (blocks, reader.problems)
}

struct Reader<'a, E> {
    filled: &'a Filled,
    language: Language,
    events: E,
    problems: Vec<Problem>,
}

impl<'a, E: Iterator<Item = (Event<'a>, Span)>> Reader<'a, E> {
    /// The blocks up to the end of what they are in.
    fn blocks(&mut self, until: Option<TagEnd>) -> Vec<Block> {
        let mut blocks = Vec::new();
        // Text of a list item that has no blank lines stands without a paragraph around it.
        let mut loose = Vec::new();
        while let Some((event, span)) = self.events.next() {
            match event {
                Event::End(end) if Some(end) == until => break,
                Event::Start(tag) if is_inline(&tag) => {
                    let inline = self.inline(tag, &span);
                    loose.extend(inline);
                }
                Event::Start(tag) => {
                    close(&mut loose, &mut blocks);
                    blocks.extend(self.block(tag, &span));
                }
                Event::Rule => {
                    close(&mut loose, &mut blocks);
                    blocks.push(Block::Rule);
                }
                other => loose.extend(self.piece(other, &span)),
            }
        }
        close(&mut loose, &mut blocks);
        blocks
    }

    fn block(&mut self, tag: Tag<'a>, span: &Span) -> Option<Block> {
        let end = tag.to_end();
        Some(match tag {
            Tag::Paragraph => Block::Paragraph(self.inlines(end)),
            Tag::Heading { level, .. } => {
                if level == HeadingLevel::H1 {
                    let message = "the title of a report stands in report.toml";
                    self.problem(span, message, "begin headings with `##`");
                }
                Block::Heading(level as u8, self.inlines(end))
            }
            Tag::BlockQuote(_) => Block::Quote(self.blocks(Some(end))),
            Tag::List(first) => Block::List(first, self.items(end)),
            Tag::Table(_) => self.table(end),
            Tag::FootnoteDefinition(name) => {
                Block::Note(name.into_string(), self.blocks(Some(end)))
            }
            Tag::CodeBlock(kind) => return self.code(kind, end, span),
            _ => {
                let found = self.blocks(Some(end));
                let message = "raw HTML is not taken";
                self.problem(span, message, "write Markdown; `\\<` is the sign itself");
                return found.into_iter().next();
            }
        })
    }

    fn items(&mut self, end: TagEnd) -> Vec<Vec<Block>> {
        let mut items = Vec::new();
        while let Some((event, _)) = self.events.next() {
            match event {
                Event::End(it) if it == end => break,
                Event::Start(tag) => items.push(self.blocks(Some(tag.to_end()))),
                _ => {}
            }
        }
        items
    }

    fn table(&mut self, end: TagEnd) -> Block {
        let (mut head, mut rows) = (Vec::new(), Vec::new());
        let mut row = Vec::new();
        while let Some((event, _)) = self.events.next() {
            match event {
                Event::End(it) if it == end => break,
                Event::Start(Tag::TableCell) => row.push(self.inlines(TagEnd::TableCell)),
                Event::End(TagEnd::TableHead) => head = std::mem::take(&mut row),
                Event::End(TagEnd::TableRow) => rows.push(std::mem::take(&mut row)),
                _ => {}
            }
        }
        Block::Table(head, rows)
    }

    fn code(&mut self, kind: CodeBlockKind<'_>, end: TagEnd, span: &Span) -> Option<Block> {
        let (mut text, mut inner) = (String::new(), span.clone());
        for (event, at) in self.events.by_ref() {
            match event {
                Event::End(it) if it == end => break,
                Event::Text(it) => {
                    if text.is_empty() {
                        inner = at;
                    }
                    text.push_str(&it);
                }
                _ => {}
            }
        }
        let info = match kind {
            CodeBlockKind::Fenced(info) => info,
            CodeBlockKind::Indented => return Some(Block::Code(self.filled.shown(&text))),
        };
        let mut words = info.split_whitespace();
        if words.next() != Some("figure") {
            return Some(Block::Code(self.filled.shown(&text)));
        }
        let start = self.filled.source(&inner).start;
        match read_figure(words.next().unwrap_or_default(), &text) {
            Ok(figure) => {
                let shown = |text: &str| self.filled.set(text, self.language);
                let placed = figure.at(start, self.filled.source(span), shown);
                Some(Block::Figure(Box::new(placed)))
            }
            Err(problems) => {
                let heading = self.filled.source(span);
                self.problems.extend(problems.into_iter().map(|it| {
                    // What is wrong with the line that opens the block has an empty place.
                    let within = it.span.start + start..it.span.end + start;
                    let place = if it.span.is_empty() { heading.clone() } else { within };
                    it.at(place)
                }));
                None
            }
        }
    }

    fn inlines(&mut self, until: TagEnd) -> Vec<Inline> {
        let mut found = Vec::new();
        while let Some((event, span)) = self.events.next() {
            match event {
                Event::End(end) if end == until => break,
                Event::Start(tag) => found.extend(self.inline(tag, &span)),
                other => found.extend(self.piece(other, &span)),
            }
        }
        found
    }

    fn inline(&mut self, tag: Tag<'a>, span: &Span) -> Option<Inline> {
        let end = tag.to_end();
        let inner = self.inlines(end);
        Some(match tag {
            Tag::Emphasis => Inline::Emphasis(inner),
            Tag::Strong => Inline::Strong(inner),
            Tag::Link { dest_url, .. } => {
                const SCHEMES: [&str; 4] = ["https://", "http://", "mailto:", "#"];
                let address = self.filled.shown(&dest_url);
                if !SCHEMES.iter().any(|it| address.starts_with(it)) {
                    let help = "addresses begin with `https://`, `http://`, `mailto:` or `#`";
                    self.problem(span, "this address cannot be followed", help);
                }
                Inline::Link(address, inner)
            }
            _ => {
                let message = "pictures are figures of the report";
                self.problem(span, message, "write a block ```` ```figure lines ```` instead");
                return None;
            }
        })
    }

    fn piece(&mut self, event: Event<'a>, span: &Span) -> Option<Inline> {
        match event {
            Event::Text(text) => Some(Inline::Text(self.filled.set(&text, self.language))),
            Event::Code(text) => Some(Inline::Code(self.filled.shown(&text))),
            Event::SoftBreak => Some(Inline::Text(" ".to_owned())),
            Event::HardBreak => Some(Inline::Break),
            Event::FootnoteReference(name) => Some(Inline::Mark(name.into_string())),
            Event::Html(_) | Event::InlineHtml(_) => {
                let message = "raw HTML is not taken";
                self.problem(span, message, "write Markdown; `\\<` is the sign itself");
                None
            }
            _ => None,
        }
    }

    fn problem(&mut self, span: &Span, message: &str, help: &str) {
        let place = self.filled.source(span);
        self.problems.push(Problem::new(place, message).help(help));
    }
}

fn is_inline(tag: &Tag<'_>) -> bool {
    matches!(tag, Tag::Emphasis | Tag::Strong | Tag::Link { .. } | Tag::Image { .. })
}

fn close(loose: &mut Vec<Inline>, blocks: &mut Vec<Block>) {
    if !loose.is_empty() {
        blocks.push(Block::Paragraph(std::mem::take(loose)));
    }
}
