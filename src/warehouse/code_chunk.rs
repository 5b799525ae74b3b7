//! A column with few distinct values as a Parquet column chunk: a dictionary page, and a page of keys.
//!
//! The keys are known already, so nothing is hashed or compared again row by row, and the extremes
//! are the ends of the sorted dictionary. Pages, headers and metadata are written by `parquet`.
//!
//! Layout: <https://parquet.apache.org/docs/file-format/data-pages/encodings/>, dictionary encoding.

use bytes::Bytes;
use parquet::basic::Encoding;
use parquet::column::page::{CompressedPage, Page, PageWriteSpec, PageWriter as _};
use parquet::column::writer::ColumnCloseResult;
use parquet::data_type::ByteArray;
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::page_index::offset_index::{OffsetIndexMetaData, PageLocation};
use parquet::file::statistics::Statistics;
use parquet::file::writer::{SerializedPageWriter, TrackedWrite};
use parquet::schema::types::ColumnDescPtr;
use zstd::bulk::Compressor;

use super::compression::compression;
use super::hybrid::{self, Key};
use crate::exact::fitting;

/// Zstandard's level for keys: a twelfth smaller than at level 1. Numbers, of which few occur twice,
/// are no smaller at it.
const LEVEL: i32 = 2;
/// Bits of a position up to which several of them share a byte.
const BITS_ACROSS_BYTES: u8 = 4;

/// The distinct values of a column, in their order.
pub(super) enum Distinct<'t> {
    Texts(&'t [&'t str]),
    Small(&'t [i32]),
    Large(&'t [i64]),
}

impl Distinct<'_> {
    fn len(&self) -> usize {
        match self {
            Self::Texts(texts) => texts.len(),
            Self::Small(numbers) => numbers.len(),
            Self::Large(numbers) => numbers.len(),
        }
    }

    /// Whether no row has a value.
    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Appends a value as a dictionary page has it.
    fn write(&self, at: usize, page: &mut Vec<u8>) {
        match self {
            Self::Texts(texts) => {
                page.extend_from_slice(&count(texts[at].len()).to_le_bytes());
                page.extend_from_slice(texts[at].as_bytes());
            }
            Self::Small(numbers) => page.extend_from_slice(&numbers[at].to_le_bytes()),
            Self::Large(numbers) => page.extend_from_slice(&numbers[at].to_le_bytes()),
        }
    }

    fn statistics(&self, extremes: Option<(usize, usize)>, nulls: u64) -> Statistics {
        let (least, most) = extremes.unzip();
        let nulls = Some(nulls);
        match self {
            Self::Texts(texts) => {
                let text = |at: Option<usize>| at.map(|at| ByteArray::from(texts[at]));
                Statistics::byte_array(text(least), text(most), None, nulls, false)
            }
            Self::Small(numbers) => {
                let number = |at: Option<usize>| at.map(|at| numbers[at]);
                Statistics::int32(number(least), number(most), None, nulls, false)
            }
            Self::Large(numbers) => {
                let number = |at: Option<usize>| at.map(|at| numbers[at]);
                Statistics::int64(number(least), number(most), None, nulls, false)
            }
        }
    }
}

/// Encodes keys: 0 for no value, otherwise one more than a position among the distinct values.
pub(super) fn encode<K: Key>(
    column: ColumnDescPtr,
    distinct: &Distinct<'_>,
    keys: &[K],
    compressor: &mut Compressor<'_>,
) -> Result<(Bytes, ColumnCloseResult)> {
    let dictionary = Dictionary::of(distinct.len(), keys);
    let mut sink = TrackedWrite::new(Vec::new());
    let mut pages = SerializedPageWriter::new(&mut sink);
    let mut sizes = Sizes::default();
    if !dictionary.used.is_empty() {
        let mut page = Vec::new();
        dictionary.used.iter().for_each(|at| distinct.write(*at, &mut page));
        let num_values = count(dictionary.used.len());
        sizes.add(&pages.write_page(compressed(&page, compressor, |buf| {
            Page::DictionaryPage { buf, num_values, encoding: Encoding::PLAIN, is_sorted: true }
        })?)?);
    }
    let encoding =
        if dictionary.used.is_empty() { Encoding::PLAIN } else { Encoding::RLE_DICTIONARY };
    let data_offset = sizes.compressed;
    let data = data_page(&dictionary, keys, column.max_def_level() > 0);
    sizes.add(&pages.write_page(compressed(&data, compressor, |buf| Page::DataPage {
        buf,
        num_values: count(keys.len()),
        encoding,
        def_level_encoding: Encoding::RLE,
        rep_level_encoding: Encoding::RLE,
        statistics: None,
    })?)?);
    let page = PageLocation {
        offset: data_offset,
        compressed_page_size: fitting(sizes.compressed - data_offset),
        first_row_index: 0,
    };
    let metadata = ColumnChunkMetaData::builder(column)
        .set_encodings(vec![Encoding::PLAIN, Encoding::RLE, encoding])
        .set_compression(compression())
        .set_num_values(i64::from(count(keys.len())))
        .set_total_compressed_size(sizes.compressed)
        .set_total_uncompressed_size(sizes.uncompressed)
        .set_dictionary_page_offset((data_offset > 0).then_some(0))
        .set_data_page_offset(data_offset)
        .set_statistics(distinct.statistics(dictionary.extremes(), dictionary.null_count))
        .build()?;
    let close = ColumnCloseResult {
        bytes_written: fitting(sizes.compressed),
        rows_written: keys.len() as u64,
        metadata,
        bloom_filter: None,
        column_index: None,
        offset_index: Some(OffsetIndexMetaData {
            page_locations: vec![page],
            unencoded_byte_array_data_bytes: None,
        }),
    };
    Ok((sink.into_inner()?.into(), close))
}

fn count(length: usize) -> u32 {
    fitting(length)
}

/// A compressor for many pages: to make one costs more than a small page.
pub(super) fn compressor() -> Result<Compressor<'static>> {
    let compressor = Compressor::new(LEVEL);
    compressor.map_err(|error| ParquetError::External(Box::new(error)))
}

fn compressed(
    page: &[u8],
    compressor: &mut Compressor<'_>,
    wrap: impl FnOnce(Bytes) -> Page,
) -> Result<CompressedPage> {
    let bytes = compressor.compress(page);
    let bytes = bytes.map_err(|error| ParquetError::External(Box::new(error)))?;
    Ok(CompressedPage::new(wrap(bytes.into()), page.len()))
}

/// Bytes of the pages written so far, headers included.
#[derive(Default)]
struct Sizes {
    compressed: i64,
    uncompressed: i64,
}

impl Sizes {
    fn add(&mut self, page: &PageWriteSpec) {
        self.compressed += fitting::<_, i64>(page.compressed_size);
        self.uncompressed += fitting::<_, i64>(page.uncompressed_size);
    }
}

/// The distinct values that occur among the keys, in order; and for each key the position of its
/// value, and whether it has one.
struct Dictionary {
    used: Vec<usize>,
    positions: Vec<u32>,
    levels: Vec<u32>,
    null_count: u64,
}

impl Dictionary {
    fn of<K: Key>(length: usize, keys: &[K]) -> Self {
        let mut occurs = vec![false; length + 1];
        for key in keys {
            occurs[key.place()] = true;
        }
        let null_count =
            if occurs[0] { keys.iter().filter(|key| **key == K::default()).count() } else { 0 };
        let mut used = Vec::new();
        let mut positions = vec![0];
        for (at, occurs) in occurs[1..].iter().enumerate() {
            positions.push(count(used.len()));
            if *occurs {
                used.push(at);
            }
        }
        let levels = (0..=length).map(|key| u32::from(key != 0)).collect();
        Self { used, positions, levels, null_count: null_count as u64 }
    }

    fn extremes(&self) -> Option<(usize, usize)> {
        Some((*self.used.first()?, *self.used.last()?))
    }
}

/// The levels that say which rows have a value, and the positions of those that have.
fn data_page<K: Key>(dictionary: &Dictionary, keys: &[K], nullable: bool) -> Vec<u8> {
    let mut page = Vec::with_capacity(keys.len());
    if nullable {
        page.extend_from_slice(&[0; 4]);
        if dictionary.null_count == 0 {
            hybrid::write(&vec![1_u8; keys.len()], &[0, 1], 1, &mut page);
        } else {
            hybrid::write(keys, &dictionary.levels, 1, &mut page);
        }
        let length = count(page.len() - 4).to_le_bytes();
        page[..4].copy_from_slice(&length);
    }
    if !dictionary.used.is_empty() {
        let most = count(dictionary.used.len() - 1);
        let width = fitting::<_, u8>(u32::BITS - most.leading_zeros()).max(1);
        // Of whole bytes the codec finds those that were there before; rows of a person are alike.
        let width = if width > BITS_ACROSS_BYTES { width.next_multiple_of(8) } else { width };
        page.push(width);
        if dictionary.null_count == 0 {
            hybrid::write(keys, &dictionary.positions, width, &mut page);
        } else {
            let present = keys.iter().copied().filter(|key| *key != K::default());
            hybrid::write(&present.collect::<Vec<K>>(), &dictionary.positions, width, &mut page);
        }
    }
    page
}
