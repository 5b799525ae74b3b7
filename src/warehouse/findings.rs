//! The findings of a delivery as a Parquet file beside the table, named by its commit.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{Array as _, AsArray as _, RecordBatch};
use arrow::datatypes::{DataType, Field, Int64Type, Schema, SchemaRef};
use parquet::file::properties::WriterProperties;

use super::compression::compression;
use super::error::WarehouseError;
use super::files::{HashingWriter, create_private};
use super::parquet_file::{ParquetFile, ROWS_PER_GROUP};
use super::stored_records::{StoredRecord, StoredRecords};
use crate::attribution::{Codes, Values};
use crate::exact::{fitting, known};

use crate::finding::Finding;

/// Writes findings as they come, in file order.
pub(super) struct FindingWriter {
    path: PathBuf,
    parts: Vec<String>,
    rows: FindingRows<HashingWriter<BufWriter<File>>>,
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
        Ok(Self { path: path.to_owned(), parts, rows: FindingRows::new(sink)? })
    }

    /// Appends findings.
    pub(super) fn write(&mut self, findings: &[Finding]) -> Result<(), WarehouseError> {
        let parts = &self.parts;
        let cells = findings.iter().map(|finding| Cells {
            rule: finding.rule.id,
            severity: finding.rule.severity.name(),
            file: parts.get(finding.part).map_or("", String::as_str),
            line: fitting(finding.line),
            column: finding.column,
            text: &finding.text,
        });
        self.rows.add(&cells.collect::<Vec<_>>())
    }

    /// Appends findings that were stored before.
    pub(super) fn write_stored(
        &mut self,
        findings: &[StoredFinding],
    ) -> Result<(), WarehouseError> {
        let cells: Vec<Cells<'_>> = findings.iter().map(StoredFinding::cells).collect();
        self.rows.add(&cells)
    }

    /// Completes the file and flushes it to disk; gives its hash.
    pub(super) fn finish(self) -> Result<String, WarehouseError> {
        self.rows.finish()?.finish_durably(&self.path)
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

/// Rows of findings on their way into a file. Few texts occur often, so a text is looked at once per
/// chunk of the delivery and is a key from then on.
struct FindingRows<W: Write + Send> {
    file: ParquetFile<W>,
    waiting: Vec<Vec<Values>>,
    waiting_count: usize,
}

impl<W: Write + Send> FindingRows<W> {
    fn new(sink: W) -> Result<Self, WarehouseError> {
        let file = ParquetFile::new(sink, schema()).map_err(WarehouseError::table(FAILED))?;
        Ok(Self { file, waiting: Vec::new(), waiting_count: 0 })
    }

    fn add(&mut self, cells: &[Cells<'_>]) -> Result<(), WarehouseError> {
        if cells.is_empty() {
            return Ok(());
        }
        self.waiting.push(vec![
            texts(cells.iter().map(|it| Some(it.rule))),
            texts(cells.iter().map(|it| Some(it.severity))),
            texts(cells.iter().map(|it| Some(it.file))),
            Values::large(cells.iter().map(|it| Some(it.line))),
            texts(cells.iter().map(|it| it.column)),
            texts(cells.iter().map(|it| Some(it.text))),
        ]);
        self.waiting_count += cells.len();
        if self.waiting_count >= ROWS_PER_GROUP { self.write() } else { Ok(()) }
    }

    fn write(&mut self) -> Result<(), WarehouseError> {
        let parts: Vec<&[Values]> = self.waiting.iter().map(Vec::as_slice).collect();
        let rows = fitting(self.waiting_count);
        let written = self.file.write(&parts, &(0..rows).collect::<Vec<u32>>());
        written.map_err(WarehouseError::table(FAILED))?;
        self.waiting.clear();
        self.waiting_count = 0;
        Ok(())
    }

    /// Completes the file; gives what it was written to.
    fn finish(mut self) -> Result<W, WarehouseError> {
        self.write()?;
        self.file.finish().map_err(WarehouseError::table(FAILED))
    }
}

/// A column of texts as keys; a text that is the one before it again is not looked up.
fn texts<'f>(cells: impl Iterator<Item = Option<&'f str>>) -> Values {
    let (mut texts, mut known) = (Vec::<Box<str>>::new(), HashMap::<&str, u32>::new());
    let mut last = (None, 0);
    let key = |text: Option<&'f str>| {
        if text != last.0 {
            let key = text.map_or(0, |text| {
                *known.entry(text).or_insert_with(|| {
                    texts.push(text.into());
                    fitting(texts.len())
                })
            });
            last = (text, key);
        }
        last.1
    };
    let keys: Vec<u32> = cells.map(key).collect();
    Values::Codes(Codes::new(keys.into_iter(), texts.into()))
}

/// Findings on their way to another program, as the bytes of a Parquet file.
pub(crate) struct FindingsAsParquet(FindingRows<Vec<u8>>);

impl std::fmt::Debug for FindingsAsParquet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FindingsAsParquet")
    }
}

impl FindingsAsParquet {
    /// A file without findings.
    pub(crate) fn new() -> Result<Self, WarehouseError> {
        Ok(Self(FindingRows::new(Vec::new())?))
    }

    /// Appends findings.
    pub(crate) fn add(&mut self, findings: &[StoredFinding]) -> Result<(), WarehouseError> {
        self.0.add(&findings.iter().map(StoredFinding::cells).collect::<Vec<_>>())
    }

    /// The bytes of all.
    pub(crate) fn finish(self) -> Result<Vec<u8>, WarehouseError> {
        self.0.finish()
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

impl StoredFinding {
    /// The finding, with the name of its file.
    pub fn new(finding: &Finding, parts: &[String]) -> Self {
        Self {
            rule: finding.rule.id.to_owned(),
            severity: finding.rule.severity.name().to_owned(),
            file: parts[finding.part].clone(),
            line: fitting(finding.line),
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

/// Rows by severity and a word of their findings, each row once, counted as the findings come by;
/// those of one row stand together.
#[derive(Debug, Clone, Default)]
pub(crate) struct RowCounts {
    rows: BTreeMap<(String, String), u64>,
    /// The row that the last finding was of, and what it counts for.
    row: (String, i64),
    of_row: Vec<(String, String)>,
}

impl RowCounts {
    /// Takes a finding up under a word.
    pub(crate) fn add(&mut self, finding: &StoredFinding, word: &str) {
        if (self.row.0.as_str(), self.row.1) != (finding.file.as_str(), finding.line) {
            self.row = (finding.file.clone(), finding.line);
            self.of_row.clear();
        }
        let known = |(severity, of): &(String, String)| *severity == finding.severity && of == word;
        if !self.of_row.iter().any(known) {
            let key = (finding.severity.clone(), word.to_owned());
            *self.rows.entry(key.clone()).or_default() += 1;
            self.of_row.push(key);
        }
    }

    /// The rows by severity and word.
    pub(crate) fn rows(&self) -> &BTreeMap<(String, String), u64> {
        &self.rows
    }

    /// The rows with a word under a severity.
    pub(crate) fn of(&self, severity: &str, word: &str) -> u64 {
        self.rows.get(&(severity.to_owned(), word.to_owned())).map_or(0, |it| *it)
    }
}

/// The findings of a delivery where they are stored.
pub type StoredFindings = StoredRecords<StoredFinding>;

impl StoredRecord for StoredFinding {
    const READING: &str = READING;

    fn of_batch(batch: &RecordBatch) -> Vec<Self> {
        let text = |column: usize, row: usize| {
            let texts = batch.column(column).as_string::<i32>();
            texts.is_valid(row).then(|| texts.value(row).to_owned())
        };
        let finding = |row: usize| Self {
            rule: known(text(0, row)),
            severity: known(text(1, row)),
            file: known(text(2, row)),
            line: batch.column(3).as_primitive::<Int64Type>().value(row),
            column: text(4, row),
            text: known(text(5, row)),
        };
        (0..batch.num_rows()).map(finding).collect()
    }
}
