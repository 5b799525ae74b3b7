//! What is asked of a picture, and why there is none.

use crate::chart::Kind;
use crate::disclosure::ReleasedTable;

/// What is asked of a picture; what is not said here, the query's file says, or what fits.
#[derive(Debug, Clone, Default)]
pub struct Drawing {
    /// Tells it from others on a page.
    pub id: String,
    /// How it is drawn; lines over time, ranks otherwise.
    pub kind: Option<Kind>,
    /// What is drawn; the first metric otherwise.
    pub metric: Option<String>,
    /// What is to be seen; the query's title otherwise.
    pub title: Option<String>,
    /// Quarters or years from which on figures are not comparable with those before, with why.
    pub breaks: Vec<(String, String)>,
    /// Whether no page around it says what may be done with its figures.
    pub is_alone: bool,
    /// Whether a caption beside it shows its title.
    pub is_captioned: bool,
}

impl Drawing {
    /// Whether a picture is asked for, and not drawn only where it fits.
    pub(in crate::export) fn is_asked_for(&self) -> bool {
        self.kind.is_some() || self.metric.is_some()
    }
}

/// A table that cannot be drawn as it was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct NotDrawable {
    /// What was expected, and what was found.
    pub text: String,
    /// What can be done.
    pub hint: String,
}

impl NotDrawable {
    pub(super) fn new(text: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { text: text.into(), hint: hint.into() }
    }

    pub(super) fn of(self, table: &ReleasedTable) -> Self {
        Self { text: format!("{}: {}", table.query_name(), self.text), ..self }
    }
}

impl From<NotDrawable> for String {
    fn from(error: NotDrawable) -> Self {
        format!("{}; {}", error.text, error.hint)
    }
}
