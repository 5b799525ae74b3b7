//! Files of observations, read and compared: no byte is handed on that is not the one that was written.
//!
//! In: a file with what the log says of it, and the columns that are wanted. Out: their bytes, from memory,
//! for readers of Parquet; or the word that they are as they were written, for an engine that reads
//! files itself. Never: more read than that. A footer says the hash of every column of every row group,
//! and the log the hash of the footer, so that a question that needs three columns compares three.
//!
//! Files of earlier versions of the program have no such footer: all their bytes are compared.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::sync::Arc;

use bytes::buf::Reader;
use bytes::{Buf as _, Bytes};
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader, RowGroupMetaData};
use parquet::file::reader::{ChunkReader, Length};
use rayon::prelude::*;

use super::error::WarehouseError;
use super::footer::{SUMS_KEY, Tail, sum_of};
use crate::document::open_regular;

/// A file, and what its bytes must be.
#[derive(Debug, Clone, Copy)]
pub struct Written<'a> {
    pub(super) path: &'a Path,
    pub(super) byte_count: u64,
    /// BLAKE3 of all bytes.
    pub(super) blake3: &'a str,
    /// Where its footer begins, and the hash of that.
    pub(super) tail: Option<&'a Tail>,
}

/// Bytes of a file that were compared, each at its place; there are no others.
#[derive(Debug, Clone)]
pub struct CheckedBytes {
    length: u64,
    pieces: Arc<[(u64, Bytes)]>,
}

/// What is said of bytes that are not those that were written.
const CHANGED: &str = "its checksum is not the one committed";

impl Written<'_> {
    /// Where it lies.
    pub fn path(&self) -> &Path {
        self.path
    }

    /// The bytes of some columns, and those that say what the file is.
    pub fn columns(&self, names: &[&str]) -> Result<CheckedBytes, WarehouseError> {
        self.read(|name| names.contains(&name))
    }

    /// The bytes of all columns.
    pub(crate) fn all_columns(&self) -> Result<CheckedBytes, WarehouseError> {
        self.read(|_| true)
    }

    /// All bytes, whatever the footer says.
    pub(super) fn whole(&self) -> Result<CheckedBytes, WarehouseError> {
        let mut pieces = Vec::new();
        self.visit_whole(&self.open()?, &mut |at, bytes| pieces.push((at, bytes)))?;
        Ok(CheckedBytes { length: self.byte_count, pieces: pieces.into() })
    }

    /// Compares the bytes of some columns.
    pub fn compare(&self, names: &[&str]) -> Result<(), WarehouseError> {
        self.visit(&|name| names.contains(&name), &mut |_, _| {})
    }

    fn read(&self, wanted: impl Fn(&str) -> bool) -> Result<CheckedBytes, WarehouseError> {
        let mut pieces = Vec::new();
        self.visit(&wanted, &mut |at, bytes| pieces.push((at, bytes)))?;
        Ok(CheckedBytes { length: self.byte_count, pieces: pieces.into() })
    }

    /// Hands on what was compared, piece by piece.
    fn visit(
        &self,
        wanted: &dyn Fn(&str) -> bool,
        take: &mut dyn FnMut(u64, Bytes),
    ) -> Result<(), WarehouseError> {
        let file = self.open()?;
        let Some(tail) = self.tail.filter(|tail| tail.start <= self.byte_count) else {
            return self.visit_whole(&file, take);
        };
        let bytes = self.bytes(&file, tail.start, self.byte_count - tail.start)?;
        if *blake3::hash(&bytes).to_hex() != *tail.hash {
            return Err(self.damaged(CHANGED));
        }
        let pieces = Arc::new([(tail.start, bytes.clone())]);
        let footer = CheckedBytes { length: self.byte_count, pieces };
        let metadata = ParquetMetaDataReader::new().parse_and_finish(&footer);
        let metadata = metadata.map_err(|error| self.damaged(&error.to_string()))?;
        take(tail.start, bytes);
        let mut sums = sums(&metadata).ok_or_else(|| self.damaged(NO_SUMS))?.into_iter();
        for column in metadata.row_groups().iter().flat_map(RowGroupMetaData::columns) {
            let sum = sums.next().ok_or_else(|| self.damaged(NO_SUMS))?;
            if !wanted(column.column_descr().name()) {
                continue;
            }
            let (start, length) = column.byte_range();
            let bytes = self.bytes(&file, start, length)?;
            if sum_of(&bytes) != sum {
                return Err(self.damaged(CHANGED));
            }
            take(start, bytes);
        }
        Ok(())
    }

    fn visit_whole(
        &self,
        file: &File,
        take: &mut dyn FnMut(u64, Bytes),
    ) -> Result<(), WarehouseError> {
        let bytes = self.bytes(file, 0, self.byte_count)?;
        if *blake3::hash(&bytes).to_hex() != *self.blake3 {
            return Err(self.damaged(CHANGED));
        }
        take(0, bytes);
        Ok(())
    }

    /// Opens the file, which must be as long as it was written.
    fn open(&self) -> Result<File, WarehouseError> {
        let file = open_regular(self.path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => self.damaged("it is gone"),
            _ => WarehouseError::io(self.path)(error),
        })?;
        let length = file.metadata().map_err(WarehouseError::io(self.path))?.len();
        if length == self.byte_count {
            return Ok(file);
        }
        let expected = self.byte_count;
        Err(self.damaged(&format!("{length} bytes, {expected} committed")))
    }

    fn bytes(&self, file: &File, start: u64, length: u64) -> Result<Bytes, WarehouseError> {
        let length = usize::try_from(length).map_err(WarehouseError::table("reading a file"))?;
        let mut bytes = vec![0; length];
        file.read_exact_at(&mut bytes, start).map_err(WarehouseError::io(self.path))?;
        Ok(bytes.into())
    }

    fn damaged(&self, problem: &str) -> WarehouseError {
        WarehouseError::damaged_file(self.path, problem.to_owned())
    }
}

/// Compares some columns of several files, in parallel; the first file that is not as it was is named.
pub(crate) fn compare_all(files: &[(Written<'_>, Vec<&str>)]) -> Result<(), WarehouseError> {
    let compared: Vec<Result<(), WarehouseError>> =
        files.par_iter().map(|(file, columns)| file.compare(columns)).collect();
    compared.into_iter().collect()
}

const NO_SUMS: &str = "its footer says no checksum of a column";

/// The hashes of the columns of all row groups, in the order in which they stand.
fn sums(metadata: &ParquetMetaData) -> Option<Vec<&str>> {
    let texts = metadata.file_metadata().key_value_metadata()?;
    let text = texts.iter().find(|it| it.key == SUMS_KEY)?.value.as_deref()?;
    Some(text.split(' ').collect())
}

impl CheckedBytes {
    /// What was compared from a place on.
    fn from(&self, start: u64) -> ParquetResult<Bytes> {
        let piece = self.pieces.iter().find_map(|(at, bytes)| {
            let within = usize::try_from(start.checked_sub(*at)?).ok()?;
            (within < bytes.len()).then(|| bytes.slice(within..))
        });
        let text = || format!("the bytes from {start} on were not compared");
        piece.ok_or_else(|| ParquetError::General(text()))
    }
}

impl Length for CheckedBytes {
    fn len(&self) -> u64 {
        self.length
    }
}

impl ChunkReader for CheckedBytes {
    type T = Reader<Bytes>;

    fn get_read(&self, start: u64) -> ParquetResult<Self::T> {
        Ok(self.from(start)?.reader())
    }

    fn get_bytes(&self, start: u64, length: usize) -> ParquetResult<Bytes> {
        if length == 0 {
            return Ok(Bytes::new());
        }
        let bytes = self.from(start)?;
        if bytes.len() < length {
            let text = format!("of {length} bytes from {start} on not all were compared");
            return Err(ParquetError::General(text));
        }
        Ok(bytes.slice(..length))
    }
}
