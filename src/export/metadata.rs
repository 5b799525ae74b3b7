//! What is said of bare rows, in a file beside theirs: title, columns, and where the figures come from,
//! with the command that gives the bytes again. Of delimited text it is the metadata document of CSV on
//! the Web, with its dialect.

use serde_json::{Map, Value, json};

use super::words::heading;
use super::{ExportError, Format, Locale, Options, Provenance, pairs};
use crate::disclosure::{ReleasedTable, ResultColumn, Values};
use crate::render::{json_lines, label};

/// The document that belongs beside a file of bare rows.
pub(crate) fn metadata(
    table: &ReleasedTable,
    provenance: &Provenance,
    file_name: &str,
    options: &Options<'_>,
) -> Result<Vec<u8>, ExportError> {
    let mut document = Map::new();
    let delimiter = match options.format {
        Format::Csv => Some(options.locale.delimiter()),
        Format::Tsv => Some('\t'),
        // Its columns are those of SDMX, which say themselves what they are.
        Format::SdmxCsv => Some(','),
        _ => None,
    };
    if let Some(delimiter) = delimiter {
        document.insert("@context".to_owned(), "http://www.w3.org/ns/csvw".into());
        let dialect = json!({ "delimiter": delimiter.to_string(), "encoding": "utf-8" });
        document.insert("dialect".to_owned(), dialect);
    }
    if options.format.is_delimited() {
        document.insert("tableSchema".to_owned(), schema(table, options));
    }
    let language = options.look.language;
    let said = [
        ("url", file_name),
        ("dc:title", label(table.title(), language)),
        ("dc:description", label(table.description(), language)),
        ("dc:language", language.code()),
    ];
    document.extend(said.map(|(key, value)| (key.to_owned(), value.into())));
    // A property of one's own has an absolute address as its name.
    let pairs = pairs(table, provenance, language).into_iter();
    document.extend(pairs.map(|(key, value)| (format!("urn:sppis:{key}"), value.into())));
    let mut bytes = Vec::new();
    json_lines(&mut bytes, &document)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// The columns. Each has its name as a title of no language, so that a validator finds it in the header.
fn schema(table: &ReleasedTable, options: &Options<'_>) -> Value {
    let language = options.look.language;
    let columns = table.columns().iter().map(|column| {
        let mut titles = Map::new();
        titles.insert("und".to_owned(), column.name.clone().into());
        let heading = heading(table, &column.name, language);
        titles.insert(language.code().to_owned(), heading.into());
        let data_type = data_type(column, options.locale);
        json!({ "name": column.name, "titles": titles, "datatype": data_type })
    });
    json!({ "columns": columns.collect::<Vec<_>>() })
}

fn data_type(column: &ResultColumn, locale: Locale) -> Value {
    match &column.values {
        Values::Members(_) | Values::Text(_) => "string".into(),
        Values::Numbers(numbers) if numbers.decimals == 0 => "integer".into(),
        Values::Numbers(_) => {
            let mark = locale.decimal_mark().to_string();
            json!({ "base": "decimal", "format": { "decimalChar": mark } })
        }
    }
}
