//! What is asked of an export besides its table.

use super::format::Format;
use super::picture::Drawing;
use super::provenance::Provenance;
use crate::disclosure::ReleasedTable;
use crate::render::Look;
use crate::words::Locale;

/// How a table is written.
#[derive(Debug, Clone, Copy)]
pub struct Options<'a> {
    /// The format.
    pub format: Format,
    /// Delimiter and decimal mark of delimited text.
    pub locale: Locale,
    /// Language and names, where people read.
    pub look: Look<'a>,
    /// The dimension whose values stand beside each other, where people read.
    pub wide: Option<&'a str>,
    /// What is asked of a picture.
    pub drawing: &'a Drawing,
    /// Whether the reader cannot go back in what is written, as on stdout.
    pub stream: bool,
}

/// An answer among several.
#[derive(Debug, Clone, Copy)]
pub struct Answer<'a> {
    /// The table.
    pub table: &'a ReleasedTable,
    /// Where its figures come from.
    pub provenance: &'a Provenance,
    /// The dimension whose values stand beside each other.
    pub wide: Option<&'a str>,
    /// What is asked of its picture.
    pub drawing: &'a Drawing,
}
