//! What every reader of a typed file is given, and gives.
//!
//! In: how the file is to be read. Out: its rows as text, and what the file says of itself. Never: the format of one
//! of them.

use std::io;

use crate::delivery::encoding::Encoding;
use crate::delivery::refusal::refused;

/// What identifiers look like that are numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identifiers {
    /// They have eleven digits, of which the first may be lost.
    ElevenDigits,
    /// Nothing is known of them.
    AsWritten,
}

/// What a file says of itself.
#[derive(Debug, Clone, Default)]
pub struct About {
    /// The sheets, where it has some.
    pub sheets: Option<Sheets>,
    /// Rows, where the file says that.
    pub rows: Option<u64>,
    /// The encoding of its texts, where it says that.
    pub encoding: Option<String>,
}

/// The sheets of a workbook.
#[derive(Debug, Clone)]
pub struct Sheets {
    /// The name of the one that is read.
    pub read: String,
    /// The names of the others, in the order of the workbook.
    pub others: Vec<String>,
}

/// How a typed file is to be read.
#[derive(Debug, Clone, Copy)]
pub(in crate::delivery) struct Reading {
    /// The encoding of texts of which the file says none, where one is declared.
    pub(in crate::delivery) encoding: Option<Encoding>,
    pub(in crate::delivery) identifiers: Identifiers,
}

/// A file that gives out its rows as text.
pub(super) trait Cells: Send {
    /// Appends the next rows, and adds to each column how many of their cells hold something;
    /// `false` where there are no more. The first row appended is the header.
    fn next_rows(&mut self, text: &mut Vec<u8>, held: &mut Vec<u64>) -> io::Result<bool>;

    /// What the file says of itself.
    fn about(&self) -> About;
}

/// Whether a text is more than blanks.
pub(super) fn holds_something(bytes: &[u8]) -> bool {
    match bytes.first() {
        None => false,
        Some(byte) if byte.is_ascii_graphic() => true,
        Some(_) => std::str::from_utf8(bytes).map_or(true, |text| !text.trim().is_empty()),
    }
}

/// Texts of this length are split like any other; no cell of a delivery comes near it.
pub(super) const CELL_LENGTH_MAX: usize = 1 << 16;

/// A cell that is too long for what its column is for.
pub(super) fn too_long(name: &str, row: u64) -> io::Error {
    let name = crate::finding::shown(name);
    refused(format!(
        "column {name}: row {row} holds a text of more than {CELL_LENGTH_MAX} bytes; take the \
         column out of the file",
    ))
}
