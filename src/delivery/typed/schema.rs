//! How the columns of a Parquet file are read, whatever it says of them.
//!
//! Text is read as bytes: the library refuses a whole file for one text that is not the UTF-8 it is
//! declared as; here it is a finding in its cell. Values are read one by one where the writer kept
//! them as a dictionary: of some types the library makes no dictionary again.

use std::sync::Arc;

use ::parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use ::parquet::basic::Type as PhysicalType;
use ::parquet::errors::Result;
use ::parquet::file::metadata::{FileMetaData, ParquetMetaDataBuilder};
use ::parquet::schema::types::{SchemaDescriptor, Type, TypePtr};
use arrow::datatypes::{DataType, Field, Schema};

/// The same file with columns of text declared as columns of bytes, and without dictionaries.
pub(super) fn plainly(loaded: &ArrowReaderMetadata) -> Result<ArrowReaderMetadata> {
    let file = loaded.metadata().file_metadata();
    let fields = file.schema().get_fields().iter().zip(loaded.schema().fields());
    let changed = fields.map(|(column, field)| {
        let (column, field) = (Arc::clone(column), field.as_ref().clone());
        if !is_text(field.data_type()) {
            let values = in_its_page(plain(field.data_type()));
            return Ok((column, field.with_data_type(values)));
        }
        Ok((bytes(&column)?, field.with_data_type(DataType::BinaryView)))
    });
    let (columns, fields): (Vec<TypePtr>, Vec<Field>) =
        changed.collect::<Result<Vec<_>>>()?.into_iter().unzip();
    let root = Type::group_type_builder(file.schema().name()).with_fields(columns).build()?;
    let descriptor = SchemaDescriptor::new(Arc::new(root));
    let (version, rows) = (file.version(), file.num_rows());
    let orders = file.column_orders().cloned();
    let file = FileMetaData::new(version, rows, None, None, Arc::new(descriptor), orders);
    let groups = loaded.metadata().row_groups().to_vec();
    let metadata = ParquetMetaDataBuilder::new(file).set_row_groups(groups).build();
    let options = ArrowReaderOptions::new().with_schema(Arc::new(Schema::new(fields)));
    ArrowReaderMetadata::try_new(Arc::new(metadata), options)
}

/// Bytes stay in the page they came in, however often its dictionary names them.
fn in_its_page(data_type: &DataType) -> DataType {
    match data_type {
        DataType::Binary | DataType::LargeBinary => DataType::BinaryView,
        other => other.clone(),
    }
}

/// The type of the values, where they are kept apart.
pub(super) fn plain(data_type: &DataType) -> &DataType {
    match data_type {
        DataType::Dictionary(_, values) => values,
        other => other,
    }
}

/// Whether a column is declared as text in UTF-8.
pub(super) fn is_text(data_type: &DataType) -> bool {
    matches!(plain(data_type), DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View)
}

/// A column of bytes in place of a column of text.
fn bytes(column: &TypePtr) -> Result<TypePtr> {
    let info = column.get_basic_info();
    let id = info.has_id().then(|| info.id());
    let made = Type::primitive_type_builder(info.name(), PhysicalType::BYTE_ARRAY)
        .with_repetition(info.repetition())
        .with_id(id)
        .build()?;
    Ok(Arc::new(made))
}
