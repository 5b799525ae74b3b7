//! What is said of a folder of tables as a whole, in `datapackage.json`: a tabular data package, whose
//! resources are the files, with their columns, types and keys.
//!
//! In: the tables and the names of their files. Out: the document. Never: a type that a value of the
//! column does not have.
//!
//! <https://specs.frictionlessdata.io/tabular-data-package/>

use serde_json::{Map, Value, json};

use super::named::column_label;
use super::words::{dimensions, is_number, meaning};
use super::{ExportError, Format, Locale, Provenance, pairs};
use crate::disclosure::{ReleasedTable, ResultColumn, Values};
use crate::render::{Language, json_lines, label};

/// A folder of tables.
#[derive(Debug, Clone, Copy)]
pub struct Package<'a> {
    /// Its name among packages.
    pub name: &'a str,
    /// What it holds.
    pub title: &'a str,
    /// The same in a sentence or two; may be empty.
    pub description: &'a str,
    /// Language of titles.
    pub language: Language,
}

/// A file of delimited text in the folder.
#[derive(Debug, Clone, Copy)]
pub struct Packaged<'a> {
    /// What it holds.
    pub table: &'a ReleasedTable,
    /// Where its figures come from.
    pub provenance: &'a Provenance,
    /// Its path in the folder, with `/` between folders.
    pub path: &'a str,
    /// How long it is.
    pub bytes: u64,
    /// CSV or TSV.
    pub format: Format,
    /// Its delimiter and decimal mark.
    pub locale: Locale,
}

/// The document that lies in a folder of tables.
pub fn data_package(package: Package<'_>, files: &[Packaged<'_>]) -> Result<Vec<u8>, ExportError> {
    let mut document = Map::new();
    document.insert("profile".to_owned(), "tabular-data-package".into());
    document.insert("name".to_owned(), slug(package.name).into());
    let said = [("title", package.title), ("description", package.description)];
    let said = said.into_iter().filter(|(_, text)| !text.is_empty());
    document.extend(said.map(|(key, text)| (key.to_owned(), text.into())));
    let resources = files.iter().map(|file| resource(file, package.language));
    document.insert("resources".to_owned(), resources.collect());
    let mut bytes = Vec::new();
    json_lines(&mut bytes, &document)?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn resource(file: &Packaged<'_>, language: Language) -> Value {
    let table = file.table;
    let is_tsv = file.format == Format::Tsv;
    let delimiter = if is_tsv { '\t' } else { file.locale.delimiter() };
    let provenance: Map<String, Value> = pairs(table, file.provenance, language)
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value.into()))
        .collect();
    let mut resource = json!({
        "profile": "tabular-data-resource",
        "name": slug(file.path.rsplit_once('.').map_or(file.path, |it| it.0)),
        "path": file.path,
        "title": label(table.title(), language),
        "description": label(table.description(), language),
        "format": if is_tsv { "tsv" } else { "csv" },
        "mediatype": if is_tsv { "text/tab-separated-values" } else { "text/csv" },
        "encoding": "utf-8",
        "bytes": file.bytes,
        "dialect": { "delimiter": delimiter.to_string(), "lineTerminator": "\n" },
        "schema": schema(file, language),
        "sources": [{ "title": file.provenance.source() }],
        "sppis": provenance,
    });
    if let Value::Object(resource) = &mut resource {
        resource.retain(|_, it| it.as_str() != Some(""));
    }
    resource
}

fn schema(file: &Packaged<'_>, language: Language) -> Value {
    let table = file.table;
    let fields = table.columns().iter().map(|column| {
        let mut field = Map::new();
        field.insert("name".to_owned(), column.name.clone().into());
        field.insert("title".to_owned(), column_label(table, &column.name, language).into());
        field.insert("description".to_owned(), meaning(table, column, language).into());
        field.extend(
            data_type(column, file.locale).into_iter().map(|(key, it)| (key.to_owned(), it)),
        );
        Value::Object(field)
    });
    let mut schema = Map::new();
    schema.insert("fields".to_owned(), fields.collect());
    schema.insert("missingValues".to_owned(), json!([""]));
    let keys: Vec<&str> = key(table).iter().map(|it| it.name.as_str()).collect();
    if !keys.is_empty() {
        schema.insert("primaryKey".to_owned(), keys.into());
    }
    Value::Object(schema)
}

fn data_type(column: &ResultColumn, locale: Locale) -> Vec<(&'static str, Value)> {
    match &column.values {
        Values::Numbers(numbers) if numbers.decimals == 0 => vec![("type", "integer".into())],
        Values::Numbers(_) => {
            let mark = locale.decimal_mark().to_string();
            vec![("type", "number".into()), ("decimalChar", mark.into())]
        }
        Values::Members(_) | Values::Text(_) => vec![("type", "string".into())],
    }
}

/// The columns that tell rows apart, where each row has a value of each.
fn key(table: &ReleasedTable) -> &[ResultColumn] {
    let columns = dimensions(table);
    let has_all = |column: &ResultColumn| {
        (0..table.row_count()).all(|row| column.values.text(row).is_some_and(|it| !it.is_empty()))
    };
    let answers = table.columns().iter().any(is_number) && !table.query_hash().is_empty();
    if answers && columns.iter().all(has_all) { columns } else { &[] }
}

/// A name as packages have it: small letters, digits, dots, dashes, underscores.
fn slug(name: &str) -> String {
    let letter = |it: char| match it.to_ascii_lowercase() {
        it if it.is_ascii_alphanumeric() || ".-_".contains(it) => it,
        _ => '-',
    };
    name.chars().map(letter).collect()
}
