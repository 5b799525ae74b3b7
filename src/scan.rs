//! A snapshot as a Polars lazy frame: the files of the quarters asked for, nothing read yet.
//!
//! In: a [`Snapshot`] and a range of quarters. Out: a [`Scan`] with the frame and the list of its
//! files. Never: a glob over the table's folder, which would also read replaced files.

use std::collections::BTreeSet;
use std::path::Path;

use polars::prelude::*;

use crate::quarter::{Quarter, QuarterRange};
use crate::warehouse::{Snapshot, TableFile};

/// The files of a snapshot that a question needs.
#[derive(Debug, Clone, Default)]
pub struct Scan {
    files: Vec<TableFile>,
    skipped: usize,
}

impl Scan {
    /// The files whose quarter lies in `range`; all without one.
    pub fn new(snapshot: &Snapshot, range: Option<QuarterRange>) -> Self {
        let wanted = |file: &&TableFile| range.is_none_or(|range| range.contains(file.quarter()));
        let files: Vec<_> = snapshot.files().iter().filter(wanted).cloned().collect();
        let skipped = snapshot.files().len() - files.len();
        Self { files, skipped }
    }

    /// The files to be read.
    pub fn files(&self) -> &[TableFile] {
        &self.files
    }

    /// The quarters of the files, in order.
    pub fn quarters(&self) -> Vec<Quarter> {
        let mut quarters: Vec<_> = self.files.iter().map(TableFile::quarter).collect();
        quarters.dedup();
        quarters
    }

    /// Files of the snapshot that no quarter asks for.
    pub fn skipped_file_count(&self) -> usize {
        self.skipped
    }

    /// The frame over the files; without any, an empty one of the same schema.
    pub fn frame(&self) -> PolarsResult<LazyFrame> {
        if self.files.is_empty() {
            return Ok(DataFrame::empty_with_schema(&schema()).lazy());
        }
        let path = |file: &TableFile| PlRefPath::try_from_path(file.path());
        let paths: Vec<_> = self.files.iter().map(path).collect::<PolarsResult<_>>()?;
        // Parts of a path such as `env=prod/` look like partitions of the table; they are declared
        // too, and dropped again.
        let mut partitions = self.partition_names();
        let surplus: Vec<String> =
            partitions.iter().filter(|name| *name != "quarter").cloned().collect();
        partitions.insert("quarter".to_owned());
        let partitions =
            partitions.iter().map(|name| Field::new(name.as_str().into(), DataType::String));
        let hive_options = HiveOptions {
            enabled: Some(true),
            hive_start_idx: 0,
            schema: Some(Arc::new(partitions.collect::<Schema>())),
            try_parse_dates: false,
        };
        let arguments = ScanArgsParquet {
            glob: false,
            hive_options,
            schema: Some(schema().into()),
            ..ScanArgsParquet::default()
        };
        let frame = LazyFrame::scan_parquet_files(paths.into(), arguments)?;
        if surplus.is_empty() {
            return Ok(frame);
        }
        Ok(frame.drop(by_name(surplus, true, false)))
    }

    /// The names that a reader of partitions sees in the files' paths.
    fn partition_names(&self) -> BTreeSet<String> {
        let folders = self.files.iter().filter_map(|file| file.path().parent());
        let parts = folders.flat_map(Path::components);
        let named = parts.filter_map(|part| {
            let text = part.as_os_str().to_string_lossy();
            text.split_once('=').map(|(name, _)| name.to_owned())
        });
        named.collect()
    }
}

/// The stored table's schema in Polars' types, with its partition column at the end.
pub fn schema() -> Schema {
    use arrow::datatypes::DataType as Arrow;
    let observations = crate::attribution::observation_schema();
    let stored = observations.fields().iter().map(|field| {
        let data_type = match field.data_type() {
            Arrow::Int64 => DataType::Int64,
            Arrow::Int32 => DataType::Int32,
            Arrow::Int16 => DataType::Int16,
            Arrow::Date32 => DataType::Date,
            Arrow::Decimal128(precision, scale) => {
                DataType::Decimal(usize::from(*precision), usize::from(scale.unsigned_abs()))
            }
            _ => DataType::String,
        };
        Field::new(field.name().as_str().into(), data_type)
    });
    let quarter = Field::new("quarter".into(), DataType::String);
    stored.chain([quarter]).collect()
}
