//! The findings of a delivery as a Parquet file beside the table, named by its commit.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::properties::WriterProperties;

use super::error::WarehouseError;
use super::files::{HashingWriter, compression, create_private};
use crate::finding::Finding;

/// Writes findings as they come, in file order.
pub(super) struct FindingWriter {
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
        let schema = schema();
        let writer = ArrowWriter::try_new(sink, Arc::clone(&schema), Some(compressed()));
        let writer = writer.map_err(WarehouseError::table(FAILED))?;
        Ok(Self { path: path.to_owned(), schema, parts, writer })
    }

    /// Appends findings.
    pub(super) fn write(&mut self, findings: &[Finding]) -> Result<(), WarehouseError> {
        if findings.is_empty() {
            return Ok(());
        }
        let parts = &self.parts;
        let batch = batch(&self.schema, findings, |finding| Cells {
            rule: finding.rule.id,
            severity: finding.rule.severity.name(),
            file: parts.get(finding.part).map_or("", String::as_str),
            line: i64::try_from(finding.line).unwrap_or(i64::MAX),
            column: finding.column,
            text: &finding.text,
        });
        self.writer.write(&batch?).map_err(WarehouseError::table(FAILED))
    }

    /// Appends findings that were stored before.
    pub(super) fn write_stored(
        &mut self,
        findings: &[StoredFinding],
    ) -> Result<(), WarehouseError> {
        let batch = batch(&self.schema, findings, StoredFinding::cells);
        self.writer.write(&batch?).map_err(WarehouseError::table(FAILED))
    }

    /// Completes the file and flushes it to disk; gives its hash.
    pub(super) fn finish(self) -> Result<String, WarehouseError> {
        let sink = self.writer.into_inner().map_err(WarehouseError::table(FAILED))?;
        sink.finish_durably(&self.path)
    }
}

/// Properties of the files beside the table.
pub(super) fn compressed() -> WriterProperties {
    WriterProperties::builder().set_compression(compression()).build()
}

/// The values of a finding's columns.
struct Cells<'f> {
    rule: &'f str,
    severity: &'f str,
    file: &'f str,
    line: i64,
    column: Option<&'f str>,
    text: &'f str,
}

fn batch<'f, T>(
    schema: &SchemaRef,
    findings: &'f [T],
    cells: impl Fn(&'f T) -> Cells<'f>,
) -> Result<RecordBatch, WarehouseError> {
    let cells: Vec<Cells<'_>> = findings.iter().map(cells).collect();
    let texts = |text: &dyn Fn(&Cells<'f>) -> Option<&'f str>| -> ArrayRef {
        Arc::new(cells.iter().map(text).collect::<StringArray>())
    };
    let columns = vec![
        texts(&|it| Some(it.rule)),
        texts(&|it| Some(it.severity)),
        texts(&|it| Some(it.file)),
        Arc::new(Int64Array::from_iter_values(cells.iter().map(|it| it.line))) as ArrayRef,
        texts(&|it| it.column),
        texts(&|it| Some(it.text)),
    ];
    RecordBatch::try_new(Arc::clone(schema), columns).map_err(WarehouseError::table(FAILED))
}

/// Findings as the bytes of a Parquet file, for other programs.
pub fn findings_as_parquet(findings: &[StoredFinding]) -> Result<Vec<u8>, WarehouseError> {
    let schema = schema();
    let batch = batch(&schema, findings, StoredFinding::cells)?;
    let writer = ArrowWriter::try_new(Vec::new(), schema, Some(compressed()));
    let mut writer = writer.map_err(WarehouseError::table(FAILED))?;
    writer.write(&batch).map_err(WarehouseError::table(FAILED))?;
    writer.into_inner().map_err(WarehouseError::table(FAILED))
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

impl StoredFinding {
    /// The finding, with the name of its file.
    pub fn new(finding: &Finding, parts: &[String]) -> Self {
        Self {
            rule: finding.rule.id.to_owned(),
            severity: finding.rule.severity.name().to_owned(),
            file: parts.get(finding.part).cloned().unwrap_or_default(),
            line: i64::try_from(finding.line).unwrap_or(i64::MAX),
            column: finding.column.map(ToOwned::to_owned),
            text: finding.text.to_string(),
        }
    }

    fn cells(&self) -> Cells<'_> {
        Cells {
            rule: &self.rule,
            severity: &self.severity,
            file: &self.file,
            line: self.line,
            column: self.column.as_deref(),
            text: &self.text,
        }
    }
}

/// Rows by severity and a word of their findings, each row once; findings of one row stand together.
pub fn rows_by<'f>(
    findings: &'f [StoredFinding],
    word: impl Fn(&'f StoredFinding) -> Option<&'f str>,
) -> BTreeMap<(&'f str, &'f str), u64> {
    let mut rows: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for row in findings.chunk_by(|a, b| (&a.file, a.line) == (&b.file, b.line)) {
        let key = |it: &'f StoredFinding| Some((it.severity.as_str(), word(it)?));
        let mut keys: Vec<_> = row.iter().filter_map(key).collect();
        keys.sort_unstable();
        keys.dedup();
        for key in keys {
            *rows.entry(key).or_default() += 1;
        }
    }
    rows
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
