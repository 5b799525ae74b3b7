//! The rows of one file of observations, column by column, before they are put in the order of persons.
//!
//! In: rows that are about to be written, or a file of the table. Out: [`Observed`]. Never: a row left out, or a byte
//! that was not compared.

use std::collections::BTreeSet;

use arrow::array::{ArrayRef, AsArray as _};
use arrow::datatypes::Int64Type;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};

use super::HistoriesError;
use super::axis::Axis;
use super::column::column;
use crate::attribution::{ObservationBatch, Values, coded_observation_schema, stored_values};
use crate::exact::fitting;
use crate::quarter::Quarter;
use crate::warehouse::{CheckedBytes, TableFile};

const ROWS_PER_BATCH: usize = 1 << 13;

const PERSON: &str = "person";

/// The rows of a file.
#[derive(Debug)]
pub(super) struct Observed {
    pub(super) quarter: Quarter,
    pub(super) persons: Vec<i64>,
    /// In the order of axes: dictionaries.
    pub(super) columns: Vec<(Axis, ArrayRef)>,
}

impl Observed {
    /// Rows that are about to be written, of one quarter.
    pub(super) fn of(quarter: Quarter, batches: &[ObservationBatch]) -> Self {
        let persons = batches.iter().flat_map(|it| it.column(PERSON).large_values());
        let persons = persons.copied().collect();
        let pieces = |axis: Axis| -> Vec<&Values> {
            batches.iter().map(|it| it.column(axis.column())).collect()
        };
        let columns = Axis::stored().map(|axis| (axis, column(axis, &pieces(axis)))).collect();
        Self { quarter, persons, columns }
    }

    /// Some columns of a file of the table, one after the other: of a large file little else is in memory.
    pub(super) fn read(file: &TableFile, axes: &BTreeSet<Axis>) -> Result<Self, HistoriesError> {
        let opened = OpenedFile::open(file, axes)?;
        let mut persons = Vec::with_capacity(fitting(file.row_count()));
        opened.read(PERSON, |array| {
            persons.extend_from_slice(array.as_primitive_opt::<Int64Type>()?.values());
            Some(())
        })?;
        let mut columns = Vec::new();
        for axis in axes {
            let mut pieces = Vec::new();
            opened.read(axis.column(), |array| {
                pieces.push(stored_values(axis.column(), array)?);
                Some(())
            })?;
            columns.push((*axis, column(*axis, &pieces.iter().collect::<Vec<_>>())));
        }
        Ok(Self { quarter: file.quarter(), persons, columns })
    }
}

/// The bytes of some columns of a file, and what the file says of them.
struct OpenedFile<'f> {
    file: &'f TableFile,
    bytes: CheckedBytes,
    metadata: ArrowReaderMetadata,
}

impl<'f> OpenedFile<'f> {
    fn open(file: &'f TableFile, axes: &BTreeSet<Axis>) -> Result<Self, HistoriesError> {
        let names = std::iter::once(PERSON).chain(axes.iter().map(|it| it.column()));
        let bytes = file.written().columns(&names.collect::<Vec<_>>())?;
        // Codes come as numbers in the dictionaries that the file has.
        let options = ArrowReaderOptions::new().with_schema(coded_observation_schema());
        let metadata = ArrowReaderMetadata::load(&bytes, options);
        let metadata = metadata.map_err(HistoriesError::damaged(file.path()))?;
        Ok(Self { file, bytes, metadata })
    }

    /// Hands on a column in pieces; `None` comes back for one that is not as it is written.
    fn read(
        &self,
        name: &str,
        mut take: impl FnMut(&ArrayRef) -> Option<()>,
    ) -> Result<(), HistoriesError> {
        let path = self.file.path();
        let (bytes, metadata) = (self.bytes.clone(), self.metadata.clone());
        let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(bytes, metadata);
        let mask = ProjectionMask::columns(builder.parquet_schema(), [name]);
        let reader = builder.with_projection(mask).with_batch_size(ROWS_PER_BATCH).build();
        for batch in reader.map_err(HistoriesError::damaged(path))? {
            let batch = batch.map_err(HistoriesError::damaged(path))?;
            let taken = batch.column_by_name(name).and_then(&mut take);
            taken.ok_or("it has other columns").map_err(HistoriesError::damaged(path))?;
        }
        Ok(())
    }
}
