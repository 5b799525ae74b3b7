//! How the content of Parquet files is compressed.

use parquet::basic::{Compression, ZstdLevel};

/// The codec of all Parquet files.
pub(super) fn compression() -> Compression {
    Compression::ZSTD(ZstdLevel::default())
}
