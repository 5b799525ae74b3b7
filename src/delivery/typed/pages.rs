//! What the pages of a Parquet file say of their size, before the library believes it.
//!
//! In: an open file and its description. Out: how many rows may be decoded at a time so that their
//! values fit in memory, or a sentence. Never: memory by what a header says that no delivery has: a
//! page of a few bytes can say of itself that it unpacks to gigabytes.

use std::io;
use std::sync::Arc;

use ::parquet::basic::Type as PhysicalType;
use ::parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData};

use super::thrift::{PageHeader, page_header};
use crate::delivery::refusal::refused;
use crate::delivery::source::Source;

/// Rows decoded at a time where nothing speaks against it.
const ROWS_PER_BATCH: u64 = 4096;
/// Bytes of all pages that are unpacked at the same time, one of values and one of a dictionary in
/// each column; a megabyte each is usual.
const PAGES_MAX: u64 = 512 << 20;
/// Values of one page.
const VALUES_MAX: u64 = 1 << 24;
/// The same where each value takes memory before the first is read.
const DELTA_VALUES_MAX: u64 = 1 << 20;
/// Bytes of the values of one batch that are not kept in their page.
const BATCH_MAX: u64 = 64 << 20;
/// Rows that any file may have, and rows for each of its bytes beyond.
const ROWS_FREE: u64 = 1 << 20;
const ROWS_PER_BYTE: u64 = 64;

/// Looks at the headers of all pages; gives the rows of a batch.
pub(super) fn rows_per_batch(source: &Arc<Source>, file: &ParquetMetaData) -> io::Result<usize> {
    let rows = u64::try_from(file.file_metadata().num_rows()).unwrap_or(u64::MAX);
    if rows > ROWS_FREE + source.length().saturating_mul(ROWS_PER_BYTE) {
        let length = source.length();
        return Err(refused(format!(
            "the Parquet file says that it has {rows} rows in {length} bytes, more than \
             {ROWS_PER_BYTE} a byte, which no delivery has; write it again"
        )));
    }
    let columns = file.file_metadata().schema_descr().num_columns();
    let mut largest = vec![Largest::default(); columns];
    for group in file.row_groups() {
        for (column, largest) in group.columns().iter().zip(&mut largest) {
            largest.look_at(source, column)?;
        }
    }
    let sum = |of: fn(&Largest) -> u64| largest.iter().map(of).fold(0, u64::saturating_add);
    let pages = sum(|it| it.page.saturating_add(it.dictionary));
    if pages > PAGES_MAX {
        return Err(refused(format!(
            "pages of the Parquet file unpack to {} MiB at a time, and at most {} MiB are held; write \
             it again with smaller pages, of 1 MiB as is usual",
            pages >> 20,
            PAGES_MAX >> 20,
        )));
    }
    let rows = BATCH_MAX / sum(|it| it.value).max(1);
    Ok(usize::try_from(rows.clamp(1, ROWS_PER_BATCH)).unwrap_or(1))
}

/// The largest of what a column has.
#[derive(Debug, Clone, Default)]
struct Largest {
    /// Bytes of an unpacked page of values.
    page: u64,
    /// Bytes of an unpacked dictionary.
    dictionary: u64,
    /// Bytes of a value that is copied out of its page.
    value: u64,
}

impl Largest {
    fn look_at(&mut self, source: &Arc<Source>, column: &ColumnChunkMetaData) -> io::Result<()> {
        if column.column_type() == PhysicalType::FIXED_LEN_BYTE_ARRAY {
            let length = u64::try_from(column.column_descr().type_length()).unwrap_or_default();
            self.value = self.value.max(length);
        }
        let (start, length) = column.byte_range();
        let end = start.checked_add(length).filter(|end| *end <= source.length());
        let (mut at, end) = (start, end.ok_or_else(damaged)?);
        while at < end {
            let page = next_page(source, at, end)?;
            self.page_of(&page)?;
            at = at.saturating_add(page.header_length).saturating_add(page.packed);
        }
        Ok(())
    }

    fn page_of(&mut self, page: &PageHeader) -> io::Result<()> {
        let most = if page.is_delta_of_bytes() { DELTA_VALUES_MAX } else { VALUES_MAX };
        // Every value of a dictionary takes at least a byte.
        let too_many = page.values > most || page.is_dictionary && page.values > page.unpacked;
        if too_many {
            let values = page.values;
            return Err(refused(format!(
                "a page of the Parquet file says that it has {values} values, and at most {most} are read \
                 of one; write it again with smaller pages, of 1 MiB as is usual"
            )));
        }
        if page.is_dictionary {
            self.dictionary = self.dictionary.max(page.unpacked);
        } else {
            self.page = self.page.max(page.unpacked);
        }
        if page.is_delta_of_bytes() {
            // A value can repeat all that the page has said before.
            self.value = self.value.max(page.unpacked);
        }
        Ok(())
    }
}

/// The header of the page that begins at a place.
fn next_page(source: &Arc<Source>, at: u64, end: u64) -> io::Result<PageHeader> {
    // Most have some dozens of bytes; statistics of long texts can make them longer.
    for length in [1 << 9, 1 << 20, 1 << 26] {
        let bytes = source.bytes(at, length.min(end - at))?;
        if let Some(header) = page_header(&bytes) {
            return Ok(header);
        }
        if bytes.len() as u64 == end - at {
            break;
        }
    }
    Err(damaged())
}

fn damaged() -> io::Error {
    let text = "the Parquet file is damaged or was cut off; write it again, or fetch it again";
    refused(text.to_owned())
}
