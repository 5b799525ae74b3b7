//! A mistake in a document, and the error that shows all of a document's mistakes.

use std::fmt;

use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode};

use super::Span;

/// One mistake, with its place and, where one is near, a suggestion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where it stands in the document.
    pub span: Span,
    message: String,
    label: String,
    help: Option<String>,
}

impl Problem {
    /// A mistake at `span`: the message says what is wrong, the label stands under the place.
    pub fn new(span: Span, message: impl Into<String>, label: impl Into<String>) -> Self {
        Self { span, message: message.into(), label: label.into(), help: None }
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
    problems: Vec<Problem>,
}

impl DocumentError {
    /// The mistakes of the document `name` with content `text`.
    pub fn new(name: &str, text: &str, problems: Vec<Problem>) -> Self {
        let source = NamedSource::new(name, text.to_owned()).with_language("toml");
        Self { name: name.to_owned(), source, problems }
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

impl fmt::Display for DocumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.problems.len();
        let noun = if count == 1 { "mistake" } else { "mistakes" };
        write!(f, "{count} {noun} in {}", self.name)?;
        for problem in &self.problems {
            let (line, column) = self.place(problem.span.start);
            write!(f, "\n  {}:{line}:{column}: {}", self.name, problem.message)?;
            if let Some(help) = &problem.help {
                write!(f, " ({help})")?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for DocumentError {}

impl Diagnostic for DocumentError {
    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.problems.iter().map(|problem| {
            LabeledSpan::new_with_span(Some(problem.label.clone()), problem.span.clone())
        })))
    }
}
