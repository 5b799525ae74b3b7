//! A mistake in a document, and the error that shows all of a document's mistakes.

use std::fmt;
use std::ops::Range;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, SourceCode,
};

use crate::visible::{line, lines};

/// A place in the document's text, in bytes.
pub type Span = Range<usize>;

/// One mistake, with its place and, where one is near, a suggestion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where it stands in the document.
    pub span: Span,
    message: String,
    help: Option<String>,
}

impl Problem {
    /// A mistake at `span`.
    pub fn new(span: Span, message: impl Into<String>) -> Self {
        let mut message: String = message.into();
        if let Some((end, _)) = message.char_indices().nth(MESSAGE_MAX) {
            message.truncate(end);
            message.push('…');
        }
        Self { span, message, help: None }
    }

    /// The same at another place.
    #[must_use]
    pub fn at(self, span: Span) -> Self {
        Self { span, ..self }
    }

    /// Adds what the reader can do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds "did you mean", or the list of what is known when nothing is near.
    #[must_use]
    pub fn suggest<'n>(mut self, name: &str, known: impl Iterator<Item = &'n str>) -> Self {
        let known: Vec<&str> = known.collect();
        self.help = match nearest(name, known.iter().copied()) {
            Some(near) => Some(format!("did you mean `{near}`?")),
            None if known.is_empty() => None,
            None => Some(format!("known here: {}", known.join(", "))),
        };
        self
    }
}

/// The known name most like `name`, if one is near enough to be meant.
pub fn nearest<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    const NEAR_ENOUGH: f64 = 0.75;
    let wanted = name.to_lowercase();
    let scored = known.map(|other| (strsim::jaro_winkler(&wanted, &other.to_lowercase()), other));
    let best = scored.max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1)))?;
    (best.0 >= NEAR_ENOUGH).then_some(best.1)
}

/// Every mistake of one document.
#[derive(Debug, Clone)]
pub struct DocumentError {
    name: String,
    source: NamedSource<String>,
    /// The first of them.
    problems: Box<[Problem]>,
    total: usize,
}

/// Mistakes that are shown of a document.
const SHOWN_MAX: usize = 100;
/// Characters of a message, which can hold what somebody wrote.
const MESSAGE_MAX: usize = 400;

impl DocumentError {
    /// The mistakes of the document `name` with content `text`.
    pub fn new(name: &str, text: &str, problems: Vec<Problem>) -> Self {
        let source = NamedSource::new(name, text.to_owned()).with_language("toml");
        let total = problems.len();
        let problems = problems.into_iter().take(SHOWN_MAX).collect();
        Self { name: name.to_owned(), source, problems, total }
    }

    /// Line and column (both from 1) of a byte in the text.
    fn place(&self, offset: usize) -> (usize, usize) {
        let text = self.source.inner();
        let before = text.get(..offset.min(text.len())).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let column = before.get(line_start..).unwrap_or("").chars().count() + 1;
        (before.matches('\n').count() + 1, column)
    }
}

/// Line by line, each mistake with its place: for logs, and where there is no terminal.
impl fmt::Display for DocumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.count())?;
        for problem in &self.problems {
            let (row, column) = self.place(problem.span.start);
            write!(f, "\n  {}:{row}:{column}: {problem}", line(&self.name))?;
        }
        Ok(())
    }
}

impl std::error::Error for DocumentError {}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The parser says what it expected on a line of its own.
        f.write_str(&lines(&self.message))?;
        match &self.help {
            Some(help) => write!(f, " ({})", line(help)),
            None => Ok(()),
        }
    }
}

impl DocumentError {
    fn count(&self) -> String {
        let (count, shown) = (self.total, self.problems.len());
        let noun = if count == 1 { "mistake" } else { "mistakes" };
        let first = if shown < count { format!(", the first {shown}") } else { String::new() };
        format!("{count} {noun} in {}{first}", line(&self.name))
    }

    /// The document's lines with every mistake underlined: for terminals.
    pub fn picture(&self) -> String {
        let mut text = String::new();
        // Without colours: whatever commands a terminal then comes from the document.
        let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor());
        let drawn = handler.render_report(&mut text, &Picture(self));
        if drawn.is_ok() { text } else { self.to_string() }
    }
}

/// What the drawing of a document's mistakes is made from.
#[derive(Debug)]
struct Picture<'a>(&'a DocumentError);

impl fmt::Display for Picture<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.count())
    }
}

impl std::error::Error for Picture<'_> {}

impl Diagnostic for Picture<'_> {
    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.0.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.0.problems.iter().map(|problem| {
            LabeledSpan::new_with_span(Some(problem.to_string()), problem.span.clone())
        })))
    }
}
