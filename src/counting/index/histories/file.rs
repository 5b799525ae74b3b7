//! The Arrow files of a run: how they are written, and how some of their columns are read.
//!
//! In: batches of flat columns. Out: a file in Arrow's own format; batches of the columns that are asked for. Never: a
//! byte of another column read, or a byte handed on that was not compared with its checksum.

use std::collections::HashMap;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{Array as _, ArrayData, ArrayRef, RecordBatch, RecordBatchOptions, make_array};
use arrow::buffer::Buffer;
use arrow::datatypes::{DataType, Schema, SchemaRef};
use arrow::error::ArrowError;
use arrow::ipc::convert::fb_to_schema;
use arrow::ipc::reader::{read_dictionary, read_footer_length};
use arrow::ipc::writer::FileWriter;
use arrow::ipc::{Block, Message, MetadataVersion, root_as_footer, root_as_message};

use super::HistoriesError;
use super::checksums::{CheckedFile, Checksums, FileSink};
use super::name::Names;

/// The name under which a file says of which observations it is.
const SOURCE: &str = "sppis.histories";

/// And of which quarter, for other readers.
const QUARTER: &str = "quarter";

/// Writes a file of batches with the same columns; without a batch it has none.
pub(super) fn write(
    sink: FileSink,
    names: &Names,
    batches: &[RecordBatch],
) -> arrow::error::Result<FileSink> {
    let schema = batches.first().map_or_else(no_columns, RecordBatch::schema);
    let mut writer = FileWriter::try_new(sink, &schema)?;
    batches.iter().try_for_each(|batch| writer.write(batch))?;
    writer.write_metadata(SOURCE, names.source());
    writer.write_metadata(QUARTER, names.quarter().to_string());
    writer.finish()?;
    writer.into_inner()
}

fn no_columns() -> SchemaRef {
    Arc::new(Schema::empty())
}

/// A file that was opened.
#[derive(Debug)]
pub(super) struct StoredFile {
    path: PathBuf,
    file: CheckedFile,
    schema: SchemaRef,
    version: MetadataVersion,
    dictionaries: Vec<Block>,
    batches: Vec<Block>,
}

impl StoredFile {
    /// Opens a file of these observations; `None` where it is gone.
    pub(super) fn open(
        path: &Path,
        checksums: &Checksums,
        names: &Names,
    ) -> Result<Option<Self>, HistoriesError> {
        let Some(file) = checksums.open_file(path)? else { return Ok(None) };
        let mut opened = Self {
            path: path.to_owned(),
            file,
            schema: no_columns(),
            version: MetadataVersion::V5,
            dictionaries: Vec::new(),
            batches: Vec::new(),
        };
        let said = opened.read_footer();
        if said.map_err(HistoriesError::damaged(path))?.as_deref() != Some(names.source()) {
            return Err(HistoriesError::damaged(path)("it is of other observations"));
        }
        Ok(Some(opened))
    }

    /// Reads what the file says of itself; gives of which observations it is.
    fn read_footer(&mut self) -> Result<Option<String>, ArrowError> {
        const TRAILER: u64 = 10;
        let end = self.file.byte_count().checked_sub(TRAILER);
        let end = end.ok_or_else(|| invalid("it has no footer"))?;
        let mut trailer = [0; 10];
        self.file.seek(SeekFrom::Start(end))?;
        self.file.read_exact(&mut trailer)?;
        let length = read_footer_length(trailer)?;
        let start = end.checked_sub(length as u64).ok_or_else(|| invalid("it has no footer"))?;
        let footer = self.file.buffer(start, length)?;
        let footer = root_as_footer(&footer).map_err(invalid)?;
        let schema = footer.schema().ok_or_else(|| invalid("it has no columns"))?;
        self.schema = Arc::new(fb_to_schema(schema));
        self.version = footer.version();
        self.dictionaries = footer.dictionaries().iter().flatten().copied().collect();
        self.batches = footer.recordBatches().iter().flatten().copied().collect();
        let mut said = footer.custom_metadata().into_iter().flatten();
        let said = said.find(|it| it.key() == Some(SOURCE)).and_then(|it| it.value());
        Ok(said.map(str::to_owned))
    }

    /// Batches it has.
    pub(super) fn batch_count(&self) -> usize {
        self.batches.len()
    }

    /// Some columns of a batch, in the order of the file.
    pub(super) fn read(
        &mut self,
        batch: usize,
        names: &[&str],
    ) -> Result<RecordBatch, HistoriesError> {
        self.columns(batch, names).map_err(HistoriesError::damaged(&self.path.clone()))
    }

    fn columns(&mut self, batch: usize, names: &[&str]) -> Result<RecordBatch, ArrowError> {
        let fields = self.schema.fields().iter().enumerate();
        let wanted: Vec<usize> = fields
            .filter(|(_, field)| names.contains(&field.name().as_str()))
            .map(|(at, _)| at)
            .collect();
        if wanted.len() != names.len() {
            return Err(invalid("it has other columns"));
        }
        let dictionaries = self.dictionaries(&wanted)?;
        let block = *self.batches.get(batch).ok_or_else(|| invalid("it has other batches"))?;
        let said = self.message(&block)?;
        let batch = message(&said)?.header_as_record_batch();
        let batch = batch.ok_or_else(|| invalid("it has no batch where one should be"))?;
        let (row_count, start) = (position(batch.length())?, body_of(&block)?);
        let mut fields = Vec::new();
        let mut columns = Vec::new();
        for at in wanted {
            // Flat columns have two buffers each: which rows have a value, and the values.
            let mut buffer = |at| -> Result<Buffer, ArrowError> {
                let said = batch.buffers().filter(|it| at < it.len()).map(|it| *it.get(at));
                let said = said.ok_or_else(|| invalid("it has fewer columns than it says"))?;
                let from = start + position(said.offset())? as u64;
                Ok(self.file.buffer(from, position(said.length())?)?)
            };
            let (present, values) = (buffer(2 * at)?, buffer(2 * at + 1)?);
            let field = self.schema.field(at);
            let column = ArrayData::builder(field.data_type().clone())
                .len(row_count)
                .null_bit_buffer((!present.is_empty()).then_some(present))
                .add_buffer(values);
            let column = match dictionaries.get(&at) {
                Some(dictionary) => column.add_child_data(dictionary.to_data()),
                None => column,
            };
            // Building it makes sure that every number is that of a value.
            columns.push(make_array(column.build()?));
            fields.push(field.clone());
        }
        let options = RecordBatchOptions::new().with_row_count(Some(row_count));
        RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), columns, &options)
    }

    /// The dictionaries of some columns, by place of the column. They are numbered in the order of the columns.
    fn dictionaries(&mut self, wanted: &[usize]) -> Result<HashMap<usize, ArrayRef>, ArrowError> {
        let fields = self.schema.fields().iter().enumerate();
        let of_fields = fields.filter(|it| matches!(it.1.data_type(), DataType::Dictionary(..)));
        let places: HashMap<i64, usize> = (0..).zip(of_fields.map(|it| it.0)).collect();
        let mut by_id = HashMap::new();
        let mut found = HashMap::new();
        for block in self.dictionaries.clone() {
            let said = self.message(&block)?;
            let batch = message(&said)?.header_as_dictionary_batch();
            let batch = batch.ok_or_else(|| invalid("it has no dictionary where one should be"))?;
            let place = places.get(&batch.id()).filter(|it| wanted.contains(it));
            if let Some(place) = place {
                let body = self.file.buffer(body_of(&block)?, position(block.bodyLength())?)?;
                read_dictionary(&body, batch, &self.schema, &mut by_id, &self.version)?;
                found.extend(by_id.remove(&batch.id()).map(|values| (*place, values)));
            }
        }
        Ok(found)
    }

    /// What a block says before its body.
    fn message(&mut self, block: &Block) -> Result<Buffer, ArrowError> {
        let (start, length) = (position(block.offset())?, position(block.metaDataLength().into())?);
        Ok(self.file.buffer(start as u64, length)?)
    }
}

/// Where the body of a block begins.
fn body_of(block: &Block) -> Result<u64, ArrowError> {
    Ok(position(block.offset())? as u64 + position(block.metaDataLength().into())? as u64)
}

fn message(bytes: &Buffer) -> Result<Message<'_>, ArrowError> {
    // A mark and the length of what follows stand before it.
    let bytes = bytes.get(8..).ok_or_else(|| invalid("it has a block without a message"))?;
    root_as_message(bytes).map_err(invalid)
}

fn position(number: i64) -> Result<usize, ArrowError> {
    usize::try_from(number).map_err(invalid)
}

fn invalid(said: impl std::fmt::Display) -> ArrowError {
    ArrowError::IpcError(said.to_string())
}
