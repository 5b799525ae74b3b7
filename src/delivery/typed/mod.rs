//! Files whose cells have types, as delimited text, so that they walk the same way as any other
//! delivery.
//!
//! In: Parquet, a workbook or a SAS dataset. Out: text with `;` between fields, one line per row:
//! row n of a table stands on line n + 1, a row of a sheet on the line of its own number.
//! Never: a cell that holds something in the file and nothing in the text. What the cells hold is
//! counted where they are read, and once more in the text that is given out.

mod cell;
mod columns;
mod dataset;
mod float;
mod pages;
mod parquet;
mod schema;
mod sheet;
mod thrift;
mod workbook;

use std::io::{self, Read};
use std::sync::Arc;

use dataset::Dataset;
use parquet::Table;
use workbook::Workbook;
pub(super) use workbook::is_workbook;

use super::encoding::Encoding;
use super::held_text::HeldText;
use super::packing::{Packing, Progress, refused};
use super::record::{Field, Shape, next_record};
use super::source::Source;
use crate::fault::contained;

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
pub(super) struct Reading {
    /// The encoding of texts of which the file says none, where one is declared.
    pub(super) encoding: Option<Encoding>,
    pub(super) identifiers: Identifiers,
}

/// A file that gives out its rows as text.
trait Cells: Send {
    /// Appends the next rows, and adds to each column how many of their cells hold something;
    /// `false` where there are no more. The first row appended is the header.
    fn next_rows(&mut self, text: &mut Vec<u8>, held: &mut Vec<u64>) -> io::Result<bool>;

    /// What the file says of itself.
    fn about(&self) -> About;
}

/// The text of a typed file.
pub(super) struct TypedText {
    cells: Box<dyn Cells>,
    text: HeldText,
    /// By column, header included: cells that hold something in the file, and in the text.
    held: Vec<u64>,
    given: Vec<u64>,
    fields: Vec<Field>,
    ended: bool,
}

impl TypedText {
    pub(super) fn open(
        source: &Arc<Source>,
        packing: Packing,
        reading: Reading,
        progress: &Arc<Progress>,
    ) -> io::Result<Self> {
        let open = || -> io::Result<Box<dyn Cells>> {
            Ok(match packing {
                Packing::Xlsx => Box::new(Workbook::open(source, reading, progress)?),
                Packing::Sas => Box::new(Dataset::open(source, reading, progress)?),
                _ => Box::new(Table::open(source, reading, progress)?),
            })
        };
        let cells = contained(open).unwrap_or_else(|| Err(unexpected()))?;
        let text = HeldText::default();
        let (held, given, fields) = (Vec::new(), Vec::new(), Vec::new());
        Ok(Self { cells, text, held, given, fields, ended: false })
    }

    pub(super) fn about(&self) -> About {
        self.cells.about()
    }

    fn fill(&mut self) -> io::Result<()> {
        let text = self.text.begin();
        let (cells, held) = (&mut self.cells, &mut self.held);
        let more = contained(|| cells.next_rows(text, held)).unwrap_or_else(|| Err(unexpected()));
        self.ended = !more?;
        count_held(text, &mut self.fields, &mut self.given);
        if self.ended { self.reconcile() } else { Ok(()) }
    }

    /// What the cells of the file hold is what the fields of the text hold.
    fn reconcile(&self) -> io::Result<()> {
        let of = |counts: &[u64], at: usize| counts.get(at).copied().unwrap_or(0);
        let columns = 0..self.held.len().max(self.given.len());
        let differs = |at: &usize| of(&self.held, *at) != of(&self.given, *at);
        let Some(at) = columns.into_iter().find(differs) else { return Ok(()) };
        Err(refused(format!(
            "{} cells of column {} hold something, but {} would be taken in; nothing is: this is \
             a mistake of the program, report it",
            of(&self.held, at),
            at + 1,
            of(&self.given, at),
        )))
    }
}

impl Read for TypedText {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        while self.text.is_given() && !self.ended {
            self.fill()?;
        }
        Ok(self.text.give(bytes))
    }
}

/// What the reader of a format did not expect ends the reading, not the program.
fn unexpected() -> io::Error {
    refused("the file is damaged or was cut off; write it again, or fetch it again".to_owned())
}

/// Counts the fields of whole records that hold something, by column.
fn count_held(text: &[u8], fields: &mut Vec<Field>, given: &mut Vec<u64>) {
    const SHAPE: Shape = Shape { delimiter: b';', width: 0 };
    let mut at = 0;
    while at < text.len() {
        let end = next_record(text, at, SHAPE, false, fields);
        if given.len() < fields.len() {
            given.resize(fields.len(), 0);
        }
        for (count, field) in given.iter_mut().zip(fields.iter()) {
            let bytes = text.get(field.start..field.end).unwrap_or(&[]);
            *count += u64::from(holds_something(bytes));
        }
        at = end.next().unwrap_or(text.len());
    }
}

/// Whether a text is more than blanks.
fn holds_something(bytes: &[u8]) -> bool {
    match bytes.first() {
        None => false,
        Some(byte) if byte.is_ascii_graphic() => true,
        Some(_) => std::str::from_utf8(bytes).map_or(true, |text| !text.trim().is_empty()),
    }
}

/// Texts of this length are split like any other; no cell of a delivery comes near it.
const CELL_LENGTH_MAX: usize = 1 << 16;

/// A cell that is too long for what its column is for.
fn too_long(name: &str, row: u64) -> io::Error {
    let name = crate::finding::shown(name);
    refused(format!(
        "column {name}: row {row} holds a text of more than {CELL_LENGTH_MAX} bytes; take the \
         column out of the file",
    ))
}
