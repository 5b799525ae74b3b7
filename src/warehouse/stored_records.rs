//! Records of a file beside the table, read back: there may be more of them than memory holds.
//!
//! In: the bytes of a Parquet file, which are those that this program wrote. Out: its records in their
//! order, some at a time.

use std::marker::PhantomData;

use arrow::array::RecordBatch;
use bytes::Bytes;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::error::WarehouseError;

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
    /// Packed as they are stored.
    bytes: Option<Bytes>,
    records: PhantomData<T>,
}

impl<T: StoredRecord> StoredRecords<T> {
    /// Those of a file that was read and compared.
    pub(super) fn of(bytes: Bytes) -> Self {
        Self { bytes: Some(bytes), records: PhantomData }
    }

    /// None.
    pub(super) fn none() -> Self {
        Self { bytes: None, records: PhantomData }
    }

    /// Hands them on in file order, some at a time.
    pub fn each<E: From<WarehouseError>>(
        &self,
        mut take: impl FnMut(&[T]) -> Result<(), E>,
    ) -> Result<(), E> {
        let Some(bytes) = &self.bytes else { return Ok(()) };
        let builder = ParquetRecordBatchReaderBuilder::try_new(bytes.clone());
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
