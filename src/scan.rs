//! A snapshot as a Polars lazy frame: the files of the quarters asked for, nothing read yet.
//!
//! In: a [`Snapshot`], a range of quarters, and the columns that are needed. Out: a [`Scan`] with the
//! list of its files, and a frame of which the bytes of these columns were compared with what was written.
//! Never: a glob over the table's folder, which would also read replaced files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use polars::prelude::*;

use crate::quarter::{Quarter, QuarterRange};
use crate::warehouse::{Snapshot, TableFile, WarehouseError, Written, compare_all};

/// The column that partitions the table.
const QUARTER: &str = "quarter";

/// Observations that could not be handed to the engine.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// A file is not as it was written.
    #[error(transparent)]
    Warehouse(#[from] WarehouseError),
    /// The engine refuses the files.
    #[error("opening the observations: {0}")]
    Engine(#[from] PolarsError),
}

/// Which columns of which files were compared: what several questions read is compared once.
#[derive(Debug, Default)]
pub(crate) struct Compared(Mutex<BTreeMap<PathBuf, BTreeSet<String>>>);

impl Compared {
    /// Compares what was not compared before.
    fn compare(&self, files: &[TableFile], columns: &[&str]) -> Result<(), WarehouseError> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = |file: &'_ TableFile| -> Option<Vec<&str>> {
            let Some(known) = known.get(file.path()) else { return Some(columns.to_vec()) };
            let fresh = columns.iter().filter(|column| !known.contains(**column));
            Some(fresh.copied().collect::<Vec<_>>()).filter(|fresh| !fresh.is_empty())
        };
        let fresh: Vec<(Written<'_>, Vec<&str>)> =
            files.iter().filter_map(|file| Some((file.written(), fresh(file)?))).collect();
        compare_all(&fresh)?;
        for (file, columns) in fresh {
            let of_file = known.entry(file.path().to_owned()).or_default();
            of_file.extend(columns.into_iter().map(str::to_owned));
        }
        Ok(())
    }
}

/// The files of a snapshot that a question needs.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scan {
    files: Vec<TableFile>,
    skipped: usize,
}

impl Scan {
    /// The files whose quarter lies in `range`; all without one.
    pub(crate) fn new(snapshot: &Snapshot, range: Option<QuarterRange>) -> Self {
        let wanted = |file: &&TableFile| range.is_none_or(|range| range.contains(file.quarter()));
        let files: Vec<_> = snapshot.files().iter().filter(wanted).cloned().collect();
        let skipped = snapshot.files().len() - files.len();
        Self { files, skipped }
    }

    /// The files to be read.
    pub(crate) fn files(&self) -> &[TableFile] {
        &self.files
    }

    /// The quarters of the files, in order.
    pub(crate) fn quarters(&self) -> Vec<Quarter> {
        let mut quarters: Vec<_> = self.files.iter().map(TableFile::quarter).collect();
        quarters.dedup();
        quarters
    }

    /// Files of the snapshot that no quarter asks for.
    pub(crate) fn skipped_file_count(&self) -> usize {
        self.skipped
    }

    /// The frame over the files, of which some columns were compared before. What is planned over it must
    /// be planned over [`Self::promised`] first.
    pub(crate) fn frame(
        &self,
        columns: &[String],
        compared: &Compared,
    ) -> Result<LazyFrame, ScanError> {
        let stored = columns.iter().map(String::as_str).filter(|name| *name != QUARTER);
        compared.compare(&self.files, &stored.collect::<Vec<_>>())?;
        Ok(self.planned()?)
    }

    /// No observations, with the quarter and some columns: a plan over these names no other column, so
    /// that the engine reads none.
    pub(crate) fn promised(columns: &[String]) -> LazyFrame {
        let mut all = schema();
        all.retain(|name, _| name == QUARTER || columns.iter().any(|column| name == column));
        DataFrame::empty_with_schema(&all).lazy()
    }

    /// The frame for a plan that is looked at and not run: nothing is read. Without any files it is an
    /// empty one of the same schema.
    pub(crate) fn planned(&self) -> PolarsResult<LazyFrame> {
        if self.files.is_empty() {
            return Ok(DataFrame::empty_with_schema(&schema()).lazy());
        }
        if !self.lies_below_a_partition() {
            return frame_over(&self.files, true);
        }
        // Quarters are said file by file, and nothing is read off paths.
        let quarters = self.files.chunk_by(|one, next| one.quarter() == next.quarter());
        let frame = |files: &[TableFile]| -> PolarsResult<LazyFrame> {
            let quarter = lit(files[0].quarter().to_string()).alias(QUARTER);
            Ok(frame_over(files, false)?.with_column(quarter))
        };
        concat(quarters.map(frame).collect::<PolarsResult<Vec<_>>>()?, UnionArgs::default())
    }

    /// Whether a folder above the table, such as `env=prod/`, looks like a partition of it.
    fn lies_below_a_partition(&self) -> bool {
        let partitions = |path: &Path| {
            let names = path.components().map(|part| part.as_os_str().to_string_lossy());
            names.filter(|name| name.contains('=')).count()
        };
        self.files.iter().any(|file| file.path().parent().is_some_and(|it| partitions(it) > 1))
    }
}

/// The frame over some files; the quarter is read off their paths, or is no column of it.
fn frame_over(files: &[TableFile], with_quarter: bool) -> PolarsResult<LazyFrame> {
    let path = |file: &TableFile| {
        let path = file.path();
        // A pipe in its place would be waited for.
        if path.metadata().is_ok_and(|it| !it.is_file()) {
            let found = path.display();
            let text = format!("{found}: expected a regular file; put it back");
            return Err(PolarsError::ComputeError(text.into()));
        }
        PlRefPath::try_from_path(path)
    };
    let paths: Vec<_> = files.iter().map(path).collect::<PolarsResult<_>>()?;
    let mut columns = schema();
    if !with_quarter {
        columns.shift_remove(QUARTER);
    }
    let partition = std::iter::once(Field::new(QUARTER.into(), DataType::String));
    let hive_options = HiveOptions {
        enabled: Some(with_quarter),
        hive_start_idx: 0,
        schema: with_quarter.then(|| Arc::new(partition.collect::<Schema>())),
        try_parse_dates: false,
    };
    let arguments = ScanArgsParquet {
        glob: false,
        hive_options,
        schema: Some(columns.into()),
        ..ScanArgsParquet::default()
    };
    LazyFrame::scan_parquet_files(paths.into(), arguments)
}

/// The stored table's schema in Polars' types, with its partition column at the end.
pub(crate) fn schema() -> Schema {
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
