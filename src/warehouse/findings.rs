//! The findings of a delivery as a Parquet file beside the table, named by its commit.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use super::error::WarehouseError;
use super::files::{HashingWriter, create_private};
use crate::finding::Finding;

/// Writes findings as they come, in file order.
pub struct FindingWriter {
    path: PathBuf,
    schema: SchemaRef,
    parts: Vec<String>,
    writer: ArrowWriter<HashingWriter<BufWriter<File>>>,
}

impl std::fmt::Debug for FindingWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "FindingWriter({})", self.path.display())
    }
}

const FAILED: &str = "writing findings";
const READING: &str = "reading findings";

fn schema() -> SchemaRef {
    let text = |name, nullable| Field::new(name, DataType::Utf8, nullable);
    Arc::new(Schema::new(vec![
        text("rule", false),
        text("severity", false),
        text("file", false),
        Field::new("line", DataType::Int64, false),
        text("column", true),
        text("finding", false),
    ]))
}

impl FindingWriter {
    /// A new file; `parts` are the names of the delivery's files.
    pub(super) fn create(path: &Path, parts: Vec<String>) -> Result<Self, WarehouseError> {
        let sink = HashingWriter::new(BufWriter::new(create_private(path)?));
        let zstd = Compression::ZSTD(ZstdLevel::default());
        let properties = WriterProperties::builder().set_compression(zstd).build();
        let schema = schema();
        let writer = ArrowWriter::try_new(sink, Arc::clone(&schema), Some(properties));
        let writer = writer.map_err(WarehouseError::table(FAILED))?;
        Ok(Self { path: path.to_owned(), schema, parts, writer })
    }

    /// Appends findings.
    pub fn write(&mut self, findings: &[Finding]) -> Result<(), WarehouseError> {
        if findings.is_empty() {
            return Ok(());
        }
        let texts = |text: &dyn for<'f> Fn(&'f Finding) -> Option<&'f str>| -> ArrayRef {
            Arc::new(findings.iter().map(text).collect::<StringArray>())
        };
        let parts = &self.parts;
        let files = findings.iter().map(|it| parts.get(it.part).map_or("", String::as_str));
        let line = |finding: &Finding| i64::try_from(finding.line).unwrap_or(i64::MAX);
        let columns = vec![
            texts(&|finding| Some(finding.rule.id)),
            texts(&|finding| Some(finding.rule.severity.name())),
            Arc::new(StringArray::from_iter_values(files)) as ArrayRef,
            Arc::new(Int64Array::from_iter_values(findings.iter().map(line))) as ArrayRef,
            texts(&|finding| finding.column),
            texts(&|finding| Some(finding.text.as_ref())),
        ];
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), columns);
        let batch = batch.map_err(WarehouseError::table(FAILED))?;
        self.writer.write(&batch).map_err(WarehouseError::table(FAILED))
    }

    /// Completes the file and flushes it to disk; gives its hash.
    pub(super) fn finish(self) -> Result<String, WarehouseError> {
        let sink = self.writer.into_inner().map_err(WarehouseError::table(FAILED))?;
        let (_, hash, file) = sink.finish(&self.path)?;
        file.sync_all().map_err(WarehouseError::io(&self.path))?;
        Ok(hash)
    }
}

/// A stored finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFinding {
    /// The rule's id.
    pub rule: String,
    /// `reject` or `warn`.
    pub severity: String,
    /// Name of the file it was found in.
    pub file: String,
    /// Line as an editor counts it.
    pub line: i64,
    /// The variable, where the finding concerns one.
    pub column: Option<String>,
    /// Expected and found.
    pub text: String,
}

/// Reads a findings file back.
pub(super) fn read(path: &Path) -> Result<Vec<StoredFinding>, WarehouseError> {
    use arrow::array::{Array as _, AsArray as _};
    use arrow::datatypes::Int64Type;
    let file = File::open(path).map_err(WarehouseError::io(path))?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file);
    let builder = builder.map_err(WarehouseError::table(READING))?;
    let mut findings = Vec::new();
    for batch in builder.build().map_err(WarehouseError::table(READING))? {
        let batch = batch.map_err(WarehouseError::table(READING))?;
        let text = |column: usize, row: usize| {
            let texts = batch.column(column).as_string::<i32>();
            texts.is_valid(row).then(|| texts.value(row).to_owned())
        };
        for row in 0..batch.num_rows() {
            findings.push(StoredFinding {
                rule: text(0, row).unwrap_or_default(),
                severity: text(1, row).unwrap_or_default(),
                file: text(2, row).unwrap_or_default(),
                line: batch.column(3).as_primitive::<Int64Type>().value(row),
                column: text(4, row),
                text: text(5, row).unwrap_or_default(),
            });
        }
    }
    Ok(findings)
}
