//! Comma- and tab-separated values: a header, a line per row, quotes only where RFC 4180 asks for
//! them; and the metadata document of CSV on the Web that belongs beside a CSV file.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::words::Words;
use super::{Options, Provenance, pairs};
use crate::disclosure::{ReleasedTable, ResultColumn, Values};
use crate::render::{heading, label, plain};

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
    write(table, locale, delimiter, |field| quoted(field, delimiter), out)
}

pub(super) fn write_tsv(
    table: &ReleasedTable,
    locale: Locale,
    out: &mut dyn Write,
) -> io::Result<()> {
    write(table, locale, '\t', |field| quoted(field, '\t'), out)
}

fn write(
    table: &ReleasedTable,
    locale: Locale,
    delimiter: char,
    written: impl Fn(String) -> String,
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
        line.push_str(&written(harmless(column.name.clone())));
        line.push(delimiter);
    }
    end_line(&mut line)?;
    for row in 0..table.row_count() {
        for column in table.columns() {
            line.push_str(&written(field(column, row, locale)));
            line.push(delimiter);
        }
        end_line(&mut line)?;
    }
    Ok(())
}

fn field(column: &ResultColumn, row: usize, locale: Locale) -> String {
    let text = plain(&column.values, row);
    match &column.values {
        Values::Members(_) | Values::Text(_) => harmless(text),
        Values::Numbers(_) if locale.decimal_mark() == '.' => text,
        Values::Numbers(_) => text.replace('.', &locale.decimal_mark().to_string()),
    }
}

/// A text that no spreadsheet takes for a formula; one that looks like this already has another
/// mark, so that no two become one.
fn harmless(text: String) -> String {
    if text.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r']) {
        return format!("'{text}");
    }
    text
}

fn quoted(field: String, delimiter: char) -> String {
    if field.contains([delimiter, '"', '\n', '\r']) {
        return format!("\"{}\"", field.replace('"', "\"\""));
    }
    field
}

/// The metadata document of CSV on the Web for a CSV file: dialect, columns, provenance.
///
/// A column has its name as a title of no language, so that a validator finds it in the header.
pub fn csv_metadata(
    table: &ReleasedTable,
    provenance: &Provenance,
    file_name: &str,
    options: &Options<'_>,
) -> Vec<u8> {
    let language = options.look.language;
    let code = Words::of(language).code;
    let columns = table.columns().iter().map(|column| {
        let mut titles = Map::new();
        titles.insert("und".to_owned(), column.name.clone().into());
        titles.insert(code.to_owned(), heading(&column.name, language).into());
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
        let pairs = pairs(table, provenance).into_iter();
        document.extend(pairs.map(|(key, value)| (format!("urn:sppis:{key}"), value.into())));
    }
    format!("{document:#}\n").into_bytes()
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

    fn texts(texts: &[&str]) -> ResultColumn {
        let texts = texts.iter().map(|text| Some((*text).to_owned())).collect();
        ResultColumn { name: "text".to_owned(), values: Values::Text(texts) }
    }

    #[test]
    fn a_text_like_a_formula_is_made_harmless() {
        let formulas = ["=1+1", "+1", "-1", "@sum", "\tx", "\rx"];
        let column = texts(&formulas);
        for (row, formula) in formulas.iter().enumerate() {
            assert_eq!(field(&column, row, Locale::C), format!("'{formula}"));
        }
        let marked = texts(&["'=1+1"]);
        assert_eq!(field(&marked, 0, Locale::C), "''=1+1");
        let others = ["00-17", "65+", "", "'q"];
        let column = texts(&others);
        for (row, text) in others.iter().enumerate() {
            assert_eq!(field(&column, row, Locale::C), *text);
        }
    }

    #[test]
    fn a_number_is_never_touched_but_for_its_decimal_mark() {
        let cells = vec![Cell::Value(-123_450), Cell::Undefined];
        let numbers = Numbers { unit: Unit::Euros, decimals: 2, cells };
        let column = ResultColumn { name: "amount".to_owned(), values: Values::Numbers(numbers) };
        assert_eq!(field(&column, 0, Locale::C), "-1234.50");
        assert_eq!(field(&column, 0, Locale::NlBe), "-1234,50");
        assert_eq!(field(&column, 1, Locale::FrBe), "");
    }

    #[test]
    fn quotes_stand_only_where_they_must() {
        assert_eq!(quoted("a;b".to_owned(), ','), "a;b");
        assert_eq!(quoted("a;b".to_owned(), ';'), "\"a;b\"");
        assert_eq!(quoted("a\"b".to_owned(), ','), "\"a\"\"b\"");
    }
}
