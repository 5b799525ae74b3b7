//! Files whose cells have types, as delimited text, so that they walk the same way as any other
//! delivery.
//!
//! In: Parquet, a workbook or a SAS dataset. Out: text with `;` between fields, one line per row:
//! row n of a table stands on line n + 1, a row of a sheet on the line of its own number.
//! Never: a cell that holds something in the file and nothing in the text. What the cells hold is
//! counted where they are read, and once more in the text that is given out.

mod cell;
mod cells;
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

pub(super) use cells::Reading;
pub use cells::{About, Identifiers, Sheets};
use cells::{Cells, holds_something};
use dataset::Dataset;
use parquet::Table;
use workbook::Workbook;
pub(super) use workbook::is_workbook;

use super::held_text::HeldText;
use super::packing::Packing;
use super::progress::Progress;
use super::record::{Field, Shape, next_record};
use super::refusal::refused;
use super::source::Source;
use crate::fault::contained;

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
