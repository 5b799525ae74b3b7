//! A report with its figures: the page of each language.
//!
//! In: the files of a report, the tables that it asks for, and where their figures come from. Out: a
//! [`Page`] for each language, or every mistake of all texts. Never: a number that is missing without
//! the text saying what to write then, a figure that two languages show differently.

use std::collections::BTreeMap;

use super::changed::section;
use super::changes::Changes;
use super::definition::{Definition, NumberDefinition};
use super::edition_file::EditionFile;
use super::figure::{FigureBlock, Shown};
use super::made::MadeEdition;
use super::number::{Missing, Number, number, written};
use super::page::{Page, PageBlock, PageFigure, Picture};
use super::reference::{Condition, Reference};
use super::source::{File, ReportError, Source, Values, fill};
use super::template::Template;
use super::text::{Block, Filled, Inline, blocks};
use crate::chart::Chart;
use crate::dictionary::Dictionary;
use crate::disclosure::ReleasedTable;
use crate::document::{DocumentError, Problem, Span};
use crate::export::{Drawing, Provenance, Shape, behind, grid, plot};
use crate::quarter::QuarterRange;
use crate::render::Look;
use crate::words::{Language, Words, label};

/// What the figures of a report are.
#[derive(Debug)]
pub struct Figures<'a> {
    /// The tables of the report, in the order of its definition.
    pub tables: &'a [ReleasedTable],
    /// Where their figures come from.
    pub provenance: &'a Provenance,
    /// What values mean.
    pub dictionary: &'a Dictionary,
    /// The name of the edition.
    pub edition: &'a str,
    /// The delivery that came in last.
    pub delivery: &'a str,
    /// The quarters that its tables are of; none where nothing was delivered.
    pub period: Option<QuarterRange>,
    /// The edition before, whose figures stand beside those of now; none for the first.
    pub before: Option<&'a MadeEdition>,
    /// When the newest of the data were committed, in milliseconds since 1970, UTC.
    pub moment: i64,
    /// The files that the edition is made of, which it keeps.
    pub sources: &'a [EditionFile],
}

impl Source {
    /// The pages of some of its languages, in its own order.
    pub fn pages(
        &self,
        figures: &Figures<'_>,
        changes: Option<&Changes>,
        wanted: &[Language],
    ) -> Result<Vec<Page>, ReportError> {
        let (mut pages, mut errors) = (Vec::new(), Vec::new());
        for (language, file, template) in &self.texts {
            if !wanted.is_empty() && !wanted.contains(language) {
                continue;
            }
            match page(&self.definition, *language, (file, template), figures, changes) {
                Ok(page) => pages.push(page),
                Err(error) => errors.push(error),
            }
        }
        if errors.is_empty() { Ok(pages) } else { Err(ReportError(errors)) }
    }
}

fn page(
    definition: &Definition,
    language: Language,
    (file, template): (&File, &Template),
    figures: &Figures<'_>,
    changes: Option<&Changes>,
) -> Result<Page, DocumentError> {
    let words = Words::of(language);
    let title = label(&definition.title, language).to_owned();
    let period = match figures.period {
        None => words.text("report.no_period").to_owned(),
        Some(range) => language.spoken(&words.range(range)).into_owned(),
    };
    let own = own(figures, &title, &period, words);
    let mut teller = Teller { definition, figures, own, language, problems: Vec::new() };
    let mut filled = Filled::default();
    fill(template, &file.text, &mut teller, &mut filled);
    let (blocks, wrong) = blocks(&filled, language);
    let mut problems = teller.problems;
    problems.extend(wrong);
    let look = Look { language, dictionary: figures.dictionary, fit_terminal: false };
    let mut builder = Builder {
        definition,
        figures,
        look,
        words,
        problems,
        headings: 0,
        tables: 0,
        charts: 0,
        marks: Vec::new(),
        notes: BTreeMap::new(),
    };
    let mut laid_out = builder.blocks(blocks);
    if let Some(changes) = changes {
        laid_out.extend(section(changes, figures.tables, builder.tables, look));
    }
    laid_out.extend(builder.notes());
    if let Some(error) = file.error(builder.problems) {
        return Err(error);
    }
    Ok(Page {
        language,
        title,
        edition: figures.edition.to_owned(),
        period,
        description: label(&definition.description, language).to_owned(),
        moment: figures.moment,
        policy: words.text("report.policy").to_owned(),
        blocks: laid_out,
        sources: sources(figures, words),
        files: Vec::new(),
    })
}

/// What the report says of itself, by the names that texts have for it.
fn own(
    figures: &Figures<'_>,
    title: &str,
    period: &str,
    words: &'static Words,
) -> BTreeMap<&'static str, String> {
    let provenance = figures.provenance;
    let last = figures.period.map(QuarterRange::last);
    let quarter =
        last.map(|it| words.language().spoken(&words.quarters(&it.to_string())).into_owned());
    BTreeMap::from([
        ("title", title.to_owned()),
        ("edition", figures.edition.to_owned()),
        ("period", period.to_owned()),
        ("quarter", quarter.unwrap_or_default()),
        ("year", last.map(|it| it.year().to_string()).unwrap_or_default()),
        ("delivery", figures.delivery.to_owned()),
        ("deliveries", provenance.deliveries.join(", ")),
        ("version", provenance.version.to_string()),
    ])
}

/// Where the figures come from: labels and texts.
fn sources(figures: &Figures<'_>, words: &'static Words) -> Vec<(String, String)> {
    let provenance = figures.provenance;
    let version = provenance.version.to_string();
    let classification = provenance.classification.as_deref().unwrap_or("–");
    let state =
        words.fill("report.state_of", &[("version", &version), ("classification", classification)]);
    let pairs = [
        ("report.source", words.text("report.source_of").to_owned()),
        ("report.deliveries", provenance.deliveries.join(", ")),
        ("report.state", state),
        ("report.edition", figures.edition.to_owned()),
        ("report.program", format!("sppis {}", env!("CARGO_PKG_VERSION"))),
        ("report.command", provenance.command.clone()),
    ];
    pairs.into_iter().map(|(key, text)| (words.text(key).to_owned(), text)).collect()
}

/// Says what stands for the values of a text.
struct Teller<'a> {
    definition: &'a Definition,
    figures: &'a Figures<'a>,
    own: BTreeMap<&'static str, String>,
    language: Language,
    problems: Vec<Problem>,
}

impl Teller<'_> {
    fn number(&self, reference: &Reference) -> Result<Number, Missing> {
        let named = |it: &&NumberDefinition| it.name.value == reference.name;
        let mistake = || Missing::Mistake(format!("`{}` is no number", reference.name));
        let definition = self.definition.numbers.iter().find(named).ok_or_else(mistake)?;
        let table = self.definition.table(&definition.table.value);
        let table = table.and_then(|at| self.figures.tables.get(at)).ok_or_else(mistake)?;
        number(definition, table, reference)
    }

    fn missing(&mut self, missing: Missing, reference: &Reference, span: &Span) {
        let problem = match missing {
            Missing::Mistake(text) => Problem::new(span.clone(), text),
            Missing::NoNumber(why) => {
                let text = format!("there is no number here: {why}");
                let example = format!("such as `{} or \"–\"`", reference.name);
                Problem::new(span.clone(), text)
                    .help(format!("say what to write then, {example}, or ask with `if … is known`"))
            }
        };
        self.problems.push(problem);
    }
}

impl Values for Teller<'_> {
    fn holds(&mut self, condition: &Condition, span: &Span) -> bool {
        let asked = condition.holds(|reference| {
            let number = self.number(reference).map_err(|it| (it, reference.clone()))?;
            Ok(number.millionths())
        });
        asked.unwrap_or_else(|(missing, reference)| {
            self.missing(missing, &reference, span);
            false
        })
    }

    fn value(&mut self, reference: &Reference, span: &Span) -> String {
        if let Some(own) = self.own.get(reference.name.as_str()) {
            return own.clone();
        }
        match (self.number(reference), &reference.otherwise) {
            (Ok(number), _) => written(number, reference, self.language),
            (Err(Missing::NoNumber(_)), Some(otherwise)) => otherwise.clone(),
            (Err(missing), _) => {
                self.missing(missing, reference, span);
                String::new()
            }
        }
    }
}

/// Lays out the blocks of a text.
struct Builder<'a> {
    definition: &'a Definition,
    figures: &'a Figures<'a>,
    look: Look<'a>,
    words: &'static Words,
    problems: Vec<Problem>,
    /// How many headings, tables and charts there were.
    headings: usize,
    tables: usize,
    charts: usize,
    /// The names of notes in the order of their marks.
    marks: Vec<String>,
    notes: BTreeMap<String, Vec<PageBlock>>,
}

impl Builder<'_> {
    fn blocks(&mut self, blocks: Vec<Block>) -> Vec<PageBlock> {
        blocks.into_iter().filter_map(|it| self.block(it)).collect()
    }

    fn block(&mut self, block: Block) -> Option<PageBlock> {
        Some(match block {
            Block::Heading(level, text) => {
                self.headings += 1;
                let id = format!("section-{}", self.headings);
                PageBlock::Heading(level, id, self.line(text))
            }
            Block::Paragraph(text) => PageBlock::Paragraph(self.line(text)),
            Block::List(first, items) => {
                PageBlock::List(first, items.into_iter().map(|it| self.blocks(it)).collect())
            }
            Block::Quote(inner) => PageBlock::Quote(self.blocks(inner)),
            Block::Table(head, rows) => {
                let head = head.into_iter().map(|it| self.line(it)).collect();
                let rows = rows.into_iter();
                let rows = rows.map(|row| row.into_iter().map(|it| self.line(it)).collect());
                PageBlock::Table(head, rows.collect())
            }
            Block::Code(text) => PageBlock::Code(text),
            Block::Rule => PageBlock::Rule,
            Block::Note(name, text) => {
                let text = self.blocks(text);
                self.notes.insert(name, text);
                return None;
            }
            Block::Figure(figure) => match self.figure(&figure) {
                Ok(figure) => PageBlock::Figure(Box::new(figure)),
                Err(text) => {
                    self.problems.push(Problem::new(figure.table.span.clone(), text));
                    return None;
                }
            },
        })
    }

    /// The pieces of a line, marks of notes by their numbers.
    fn line(&mut self, pieces: Vec<Inline>) -> Vec<Inline> {
        let piece = |it| match it {
            Inline::Mark(name) => {
                let known = self.marks.iter().position(|it| *it == name);
                let at = known.unwrap_or_else(|| {
                    self.marks.push(name);
                    self.marks.len() - 1
                });
                Inline::Mark((at + 1).to_string())
            }
            Inline::Emphasis(inner) => Inline::Emphasis(self.line(inner)),
            Inline::Strong(inner) => Inline::Strong(self.line(inner)),
            Inline::Link(address, inner) => Inline::Link(address, self.line(inner)),
            other => other,
        };
        pieces.into_iter().map(piece).collect()
    }

    /// The notes in the order of their marks.
    fn notes(&mut self) -> Option<PageBlock> {
        let mut notes = Vec::new();
        for (at, name) in self.marks.iter().enumerate() {
            notes.extend(self.notes.remove(name).map(|text| ((at + 1).to_string(), text)));
        }
        (!notes.is_empty()).then_some(PageBlock::Notes(notes))
    }

    fn figure(&mut self, figure: &FigureBlock) -> Result<PageFigure, String> {
        let at = self.definition.table(&figure.table.value);
        let table = at.and_then(|at| self.figures.tables.get(at));
        let table = table.ok_or("there is no such table in this report")?;
        let only = figure.only.iter().map(|(name, value)| (name.value.clone(), value.clone()));
        let table = &table.narrowed(&only.collect::<Vec<_>>())?;
        let metrics: Vec<String> = figure.metrics.iter().map(|it| it.value.clone()).collect();
        let wide = figure.wide.as_ref().map(|it| it.value.clone());
        let (rows, across) = match figure.shown {
            Shown::Table => (Vec::new(), wide),
            Shown::Chart(_) => behind(table),
        };
        let shape = Shape { wide: across.as_deref(), metrics: &metrics, as_named: false };
        let mut grid = grid(&table.narrowed(&rows)?, shape, self.look)?;
        let title = figure.title.clone().unwrap_or_else(|| grid.title.clone());
        grid.title.clone_from(&title);
        let (count, key, name) = match figure.shown {
            Shown::Table => (&mut self.tables, "report.table", "table"),
            Shown::Chart(_) => (&mut self.charts, "report.chart", "chart"),
        };
        *count += 1;
        let (number, id) = (count.to_string(), format!("{name}-{count}"));
        let picture = match figure.shown {
            Shown::Table => None,
            Shown::Chart(kind) => {
                let drawing = Drawing {
                    id: id.clone(),
                    kind: Some(kind),
                    metric: metrics.first().cloned(),
                    title: figure.title.clone(),
                    is_captioned: true,
                    ..Drawing::default()
                };
                let plot = plot(table, self.figures.provenance, &drawing, self.look)?;
                let narrow_id = format!("{id}-narrow");
                let narrow = Chart { is_narrow: true, id: narrow_id, ..plot.chart.clone() };
                Some(Picture { svg: plot.chart.svg(), narrow: narrow.svg(), plot })
            }
        };
        let number = self.words.fill(key, &[("number", &number)]);
        Ok(PageFigure { id, number, title, note: figure.note.clone(), picture, grid })
    }
}
