//! A text that is no calendar expression.
//!
//! In: where it stops being one. Out: a sentence that says what was expected there and what was found, and
//! what was probably meant. Never: a text that is more than text where it is shown.

use std::ops::Range;

use crate::visible::line;

/// What stands in an expression that no calendar has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{}`, character {}: expected {expected}, found {}", line(text), self.character(), line(&self.found())
)]
pub struct CalendarError {
    text: String,
    span: Range<usize>,
    expected: String,
    help: Option<String>,
}

impl CalendarError {
    pub(super) fn new(text: &str, span: Range<usize>, expected: impl Into<String>) -> Self {
        Self { text: text.to_owned(), span, expected: expected.into(), help: None }
    }

    pub(super) fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    pub(super) fn did_you_mean(self, name: Option<&str>) -> Self {
        match name {
            Some(name) => self.help(format!("did you mean `{name}`?")),
            None => self,
        }
    }

    /// Where it stands in the expression, in bytes.
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// What the writer can do, where it is known.
    pub fn hint(&self) -> Option<&str> {
        self.help.as_deref()
    }

    /// The same place as people count: in characters, from 1.
    fn character(&self) -> usize {
        let before = self.text.char_indices().take_while(|(at, _)| *at < self.span.start);
        before.count() + 1
    }

    fn found(&self) -> String {
        match self.text.get(self.span.clone()) {
            Some("") | None => "the end".to_owned(),
            Some(" ") => "a space".to_owned(),
            Some(found) => format!("`{found}`"),
        }
    }
}
