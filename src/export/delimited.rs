//! Comma- and tab-separated values: a header, a line per row, quotes only where RFC 4180 asks for
//! them; and the metadata document of CSV on the Web that belongs beside a CSV file.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::words::heading;
use super::{ExportError, Options, Provenance, pairs};
use crate::disclosure::{ReleasedTable, ResultColumn, Values};
use crate::render::{delimited, json_lines, label, plain};

/// Delimiter and decimal mark of delimited text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Locale {
    /// Comma between fields, decimal point: for programs.
    #[default]
    #[value(name = "C", alias = "c")]
    C,
    /// Semicolon and decimal comma, for a spreadsheet in French.
    #[value(name = "fr-BE", alias = "fr-be")]
    FrBe,
    /// Semicolon and decimal comma, for a spreadsheet in Dutch.
    #[value(name = "nl-BE", alias = "nl-be")]
    NlBe,
    /// Semicolon and decimal comma, for a spreadsheet in German.
    #[value(name = "de-BE", alias = "de-be")]
    DeBe,
}

impl Locale {
    fn delimiter(self) -> char {
        if self == Self::C { ',' } else { ';' }
    }

    fn decimal_mark(self) -> char {
        if self == Self::C { '.' } else { ',' }
    }

    /// A byte order mark, by which Excel knows UTF-8; other programs do without.
    fn opening(self) -> &'static str {
        if self == Self::C { "" } else { "\u{FEFF}" }
    }
}

pub(super) fn write_csv(
    table: &ReleasedTable,
    locale: Locale,
    out: &mut dyn Write,
) -> io::Result<()> {
    let delimiter = locale.delimiter();
    write(table, locale, delimiter, |field| delimited(field, delimiter), out)
}

pub(super) fn write_tsv(
    table: &ReleasedTable,
    locale: Locale,
    out: &mut dyn Write,
) -> io::Result<()> {
    write(table, locale, '\t', |field| delimited(field, '\t'), out)
}

fn write(
    table: &ReleasedTable,
    locale: Locale,
    delimiter: char,
    written: impl Fn(&str) -> String,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut line = locale.opening().to_owned();
    let mut end_line = |line: &mut String| {
        // The last delimiter ends the line instead.
        line.pop();
        line.push('\n');
        let written = out.write_all(line.as_bytes());
        line.clear();
        written
    };
    for column in table.columns() {
        line.push_str(&written(&column.name));
        line.push(delimiter);
    }
    end_line(&mut line)?;
    for row in 0..table.row_count() {
        for column in table.columns() {
            line.push_str(&field(column, row, locale, &written));
            line.push(delimiter);
        }
        end_line(&mut line)?;
    }
    Ok(())
}

/// A text is written for its medium; a number is none, and quoted only for its decimal mark.
fn field(
    column: &ResultColumn,
    row: usize,
    locale: Locale,
    written: impl Fn(&str) -> String,
) -> String {
    let text = plain(&column.values, row);
    match &column.values {
        Values::Members(_) | Values::Text(_) => written(&text),
        Values::Numbers(_) if locale.decimal_mark() == '.' => text,
        Values::Numbers(_) => text.replace('.', &locale.decimal_mark().to_string()),
    }
}

/// The metadata document of CSV on the Web for a CSV file: dialect, columns, provenance.
///
/// A column has its name as a title of no language, so that a validator finds it in the header.
pub fn csv_metadata(
    table: &ReleasedTable,
    provenance: &Provenance,
    file_name: &str,
    options: &Options<'_>,
) -> Result<Vec<u8>, ExportError> {
    let language = options.look.language;
    let code = language.code();
    let columns = table.columns().iter().map(|column| {
        let mut titles = Map::new();
        titles.insert("und".to_owned(), column.name.clone().into());
        titles.insert(code.to_owned(), heading(table, &column.name, language).into());
        let data_type = data_type(column, options.locale);
        json!({ "name": column.name, "titles": titles, "datatype": data_type })
    });
    let mut document = json!({
        "@context": "http://www.w3.org/ns/csvw",
        "url": file_name,
        "dialect": { "delimiter": options.locale.delimiter().to_string(), "encoding": "utf-8" },
        "tableSchema": { "columns": columns.collect::<Vec<_>>() },
        "dc:title": label(table.title(), language),
        "dc:description": label(table.description(), language),
        "dc:language": code,
    });
    if let Some(document) = document.as_object_mut() {
        // A property of one's own has an absolute address as its name.
        let pairs = pairs(table, provenance, language).into_iter();
        document.extend(pairs.map(|(key, value)| (format!("urn:sppis:{key}"), value.into())));
    }
    let mut bytes = Vec::new();
    json_lines(&mut bytes, &document)?;
    bytes.push(b'\n');
    Ok(bytes)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disclosure::{Cell, Numbers, Unit};

    #[test]
    fn a_number_is_never_touched_but_for_its_decimal_mark() {
        let cells = vec![Cell::Value(-123_450), Cell::Undefined];
        let numbers = Numbers { unit: Unit::Euros, decimals: 2, cells };
        let column = ResultColumn { name: "amount".to_owned(), values: Values::Numbers(numbers) };
        let written = |field: &str| delimited(field, '\t');
        assert_eq!(field(&column, 0, Locale::C, written), "-1234.50");
        assert_eq!(field(&column, 0, Locale::NlBe, written), "-1234,50");
        assert_eq!(field(&column, 1, Locale::FrBe, written), "");
    }
}
