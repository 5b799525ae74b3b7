//! Records of a file beside the table, read back: there may be more of them than memory holds.
//!
//! In: a Parquet file that this program wrote. Out: its records in their order, some at a time.

use std::fs::File;
use std::marker::PhantomData;
use std::path::Path;

use arrow::array::RecordBatch;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::error::WarehouseError;
use crate::document::open_regular;

/// Rows of a file that are held at a time.
const ROWS_AT_A_TIME: usize = 8192;

/// A record of a file beside the table.
pub trait StoredRecord: Clone {
    /// What is being done while records are read.
    const READING: &str;

    /// The records of a batch.
    fn of_batch(batch: &RecordBatch) -> Vec<Self>;
}

/// The records of a delivery where they are stored.
#[derive(Debug)]
pub struct StoredRecords<T> {
    file: Option<File>,
    records: PhantomData<T>,
}

impl<T: StoredRecord> StoredRecords<T> {
    /// Those of a file, which may be moved or removed from then on.
    pub(super) fn open(path: &Path) -> Result<Self, WarehouseError> {
        let file = open_regular(path).map_err(WarehouseError::io(path))?;
        Ok(Self { file: Some(file), records: PhantomData })
    }

    /// None.
    pub(super) fn none() -> Self {
        Self { file: None, records: PhantomData }
    }

    /// Hands them on in file order, some at a time.
    pub fn each<E: From<WarehouseError>>(
        &self,
        mut take: impl FnMut(&[T]) -> Result<(), E>,
    ) -> Result<(), E> {
        let Some(file) = &self.file else { return Ok(()) };
        let file = file.try_clone().map_err(WarehouseError::table(T::READING))?;
        let builder = ParquetRecordBatchReaderBuilder::try_new(file);
        let reader = builder.and_then(|builder| builder.with_batch_size(ROWS_AT_A_TIME).build());
        for batch in reader.map_err(WarehouseError::table(T::READING))? {
            take(&T::of_batch(&batch.map_err(WarehouseError::table(T::READING))?))?;
        }
        Ok(())
    }

    /// All of them.
    pub fn all(&self) -> Result<Vec<T>, WarehouseError> {
        let mut all = Vec::new();
        self.each(|records| {
            all.extend_from_slice(records);
            Ok::<(), WarehouseError>(())
        })?;
        Ok(all)
    }
}
