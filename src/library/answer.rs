//! An answer that another program reads.
//!
//! In: a released table, and where its figures come from. Out: Arrow, what its columns are, or bytes of any
//! format. Never: a binary float, or a loan from the warehouse; an answer may be held and sent to another thread.

use std::io::Write;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::error::ArrowError;

use crate::dictionary::Dictionary;
use crate::disclosure::{ReleasedTable, ResultColumn, Unit, Values};
use crate::export::{
    Drawing, ExportError, Format, Locale, Options, Provenance, column_label, export, record_batch,
};
use crate::metric::Metric;
use crate::render::Look;
use crate::words::Language;

/// The answer to a [`Request`](super::Request).
#[derive(Debug, Clone)]
pub struct Answer {
    pub(super) table: ReleasedTable,
    pub(super) provenance: Provenance,
    pub(super) dictionary: Arc<Dictionary>,
    pub(super) language: Language,
    pub(super) doubts: Vec<String>,
}

/// A column of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerColumn {
    /// Its name, that of the field in the batch.
    pub name: String,
    /// What people call it, in the language of the request.
    pub label: String,
    /// What stands in it.
    pub kind: ColumnKind,
}

/// What stands in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// Values of a dimension, as text: none where observations have no value, `total` in rows over all values,
    /// `rest` in those over all that are not among the first. A value that reads so itself has a `'` before it.
    Dimension,
    /// Figures: 64-bit whole numbers, or decimals of 38 digits; none where there is no number.
    Figures {
        /// What they count.
        unit: Unit,
        /// Digits after the decimal mark.
        decimals: u8,
        /// Whether they add up over rows that are no totals. Persons never do: somebody with two measures
        /// counts once in each.
        adds_up: bool,
    },
    /// Why a row has no number, or one over some of its quarters: `partial`, `undefined`, `not_applicable`,
    /// `not_delivered`, in the column that is named after that of the figures and ends in `_status`.
    Status,
}

impl Answer {
    /// Its columns, as those of the batch.
    pub fn columns(&self) -> Vec<AnswerColumn> {
        let column = |column: &ResultColumn| AnswerColumn {
            name: column.name.clone(),
            label: column_label(&self.table, &column.name, self.language),
            kind: kind(column),
        };
        self.table.columns().iter().map(column).collect()
    }

    /// Its rows as one batch; the schema's metadata say where the figures come from, as in a file of `--format
    /// arrow`.
    pub fn batch(&self) -> Result<RecordBatch, ArrowError> {
        record_batch(&self.table, &self.provenance, self.language)
    }

    /// Writes it in a format, as the command line does where nothing else is asked for.
    pub fn write(&self, format: Format, out: &mut dyn Write) -> Result<(), ExportError> {
        let (language, dictionary) = (self.language, &*self.dictionary);
        let look = Look { language, dictionary, fit_terminal: false };
        let (locale, drawing) = (Locale::C, &Drawing::default());
        let options = Options { format, locale, look, wide: None, drawing, stream: false };
        export(&self.table, &self.provenance, &options, out)
    }

    /// The table itself: title, notes, cells with their exact numbers and why there is none.
    pub fn table(&self) -> &ReleasedTable {
        &self.table
    }

    /// Where its figures come from: version of the table, deliveries with their revisions, quarters.
    pub fn provenance(&self) -> &Provenance {
        &self.provenance
    }

    /// What is to be said beside it, in English; nothing where all is well. No figure depends on it.
    pub fn doubts(&self) -> &[String] {
        &self.doubts
    }
}

fn kind(column: &ResultColumn) -> ColumnKind {
    match &column.values {
        Values::Members(_) => ColumnKind::Dimension,
        Values::Text(_) => ColumnKind::Status,
        Values::Numbers(numbers) => {
            let adds_up = Metric::named(&column.name).is_some_and(Metric::is_additive);
            ColumnKind::Figures { unit: numbers.unit, decimals: numbers.decimals, adds_up }
        }
    }
}
