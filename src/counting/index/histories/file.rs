//! The Arrow file: its schema, what it says of itself, and how it is opened.

use std::path::Path;
use std::sync::{Arc, LazyLock};

use arrow::array::{Array as _, AsArray as _, RecordBatch};
use arrow::datatypes::{DataType, Field, Fields, Schema, SchemaRef};
use arrow::error::ArrowError;

use super::HistoriesError;
use super::checksums::{CheckedFile, Checksums};
use super::state::State;
use super::vocabulary::{Axis, Vocabulary};

/// The name under which a file's metadata stand in its footer.
pub(super) const METADATA_KEY: &str = "sppis.histories";

pub(super) const PERSON: usize = 0;
pub(super) const ENTRIES: usize = 1;
pub(super) const AMOUNTS: usize = 2;

/// What a file says of itself.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Metadata {
    pub(super) state: State,
    /// The columns that are told apart; all where persons are told apart too, otherwise the number
    /// of a person is how many there are.
    pub(super) axes: Vec<String>,
    pub(super) vocabulary: Vocabulary,
    pub(super) persons: u64,
    pub(super) entries: u64,
}

impl Metadata {
    pub(super) fn of_text(texts: &std::collections::HashMap<String, String>) -> Option<Self> {
        serde_json::from_str(texts.get(METADATA_KEY)?).ok()
    }

    /// Of a file that tells these columns apart; it has neither persons nor entries yet.
    pub(super) fn new(state: &State, axes: &[Axis], vocabulary: &Vocabulary) -> Self {
        let axes = axes.iter().map(|axis| axis.column().to_owned()).collect();
        let (state, vocabulary) = (state.clone(), vocabulary.clone());
        Self { state, axes, vocabulary, persons: 0, entries: 0 }
    }

    /// Counts a batch that is written.
    pub(super) fn add(&mut self, batch: &RecordBatch) {
        self.persons += batch.num_rows() as u64;
        self.entries += batch.column(ENTRIES).as_list::<i32>().values().len() as u64;
    }

    pub(super) fn text(&self) -> arrow::error::Result<String> {
        serde_json::to_string(self).map_err(|error| ArrowError::ExternalError(error.into()))
    }
}

/// The columns of a person's entries: the axes, then what is counted.
pub(super) fn entry_fields() -> Fields {
    let axis = |axis: &Axis| {
        let narrow = axis.bits() == 8;
        Field::new(axis.column(), if narrow { DataType::UInt8 } else { DataType::UInt16 }, false)
    };
    let counted = ["observations", "days"].map(|name| Field::new(name, DataType::UInt16, false));
    let months = Field::new("months", DataType::UInt8, false);
    Axis::ALL.iter().map(axis).chain(counted).chain([months]).collect()
}

pub(super) fn amount_fields() -> Fields {
    let entry = Field::new("entry", DataType::UInt32, false);
    Fields::from(vec![entry, Field::new("cents", DataType::Int64, false)])
}

pub(super) fn item(fields: Fields) -> Arc<Field> {
    Arc::new(Field::new("item", DataType::Struct(fields), false))
}

pub(super) fn schema() -> SchemaRef {
    static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
        let list = |name: &str, fields| Field::new(name, DataType::List(item(fields)), false);
        Arc::new(Schema::new(vec![
            Field::new("person", DataType::Int64, false),
            list("entries", entry_fields()),
            list("amounts", amount_fields()),
        ]))
    });
    Arc::clone(&SCHEMA)
}

/// A reader of the whole file.
pub(super) type Reader = arrow::ipc::reader::FileReader<CheckedFile>;

/// Opens a file and reads what it says of itself; `None` where it is gone.
pub(super) fn open(
    path: &Path,
    checksums: &Checksums,
) -> Result<Option<(CheckedFile, Reader, Metadata)>, HistoriesError> {
    let Some(file) = checksums.open_file(path)? else { return Ok(None) };
    let reader = reader(&file, path)?;
    let metadata = Metadata::of_text(reader.custom_metadata());
    let metadata = metadata.ok_or("its footer says nothing of its observations");
    Ok(Some((file, reader, metadata.map_err(HistoriesError::damaged(path))?)))
}

/// The same of a file that must be there.
pub(super) fn open_present(
    path: &Path,
    checksums: &Checksums,
) -> Result<(Reader, Metadata), HistoriesError> {
    let gone = || HistoriesError::damaged(path)("it is gone");
    let (_, reader, metadata) = open(path, checksums)?.ok_or_else(gone)?;
    Ok((reader, metadata))
}

/// Another reader of a file.
pub(super) fn reader(file: &CheckedFile, path: &Path) -> Result<Reader, HistoriesError> {
    Reader::try_new(file.clone(), None).map_err(HistoriesError::damaged(path))
}
