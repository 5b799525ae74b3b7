//! SDMX-CSV 2.1: a line per figure, which is named by the dimension `INDICATOR`.
//!
//! A quarter or a year is the `TIME_PERIOD`. Codes of SDMX: `_T` all values, `_U` no value, `_O`
//! the rest; an open class such as `65+` is `GE65`. A figure that there is not is `#N/A`, intentionally
//! missing, and has its reason in `OBS_STATUS`: `L` not collected, `M` cannot exist, `O` missing. One over
//! some of its quarters only is provisional, `P`. Every
//! line is a whole observation, which replaces (`R`) the one there may be. `SOURCE` says which query
//! over which version of the table.
//!
//! <https://github.com/sdmx-twg/sdmx-csv/blob/master/data-message/docs/sdmx-csv-field-guide.md>

use std::io::{self, Write};

use super::Provenance;
use super::provenance::pairs;
use crate::disclosure::{Cell, Numbers, REST, ReleasedTable, TOTAL, Unit, Values};
use crate::render::decimal_text;

/// Columns of a table, told apart.
struct Layout<'a> {
    header: Vec<String>,
    /// Values of dimensions, and whether they are the time.
    dimensions: Vec<(&'a [Option<String>], bool)>,
    metrics: Vec<(&'a str, &'a Numbers)>,
}

impl<'a> Layout<'a> {
    fn of(table: &'a ReleasedTable) -> Self {
        let is_there = |name: &&str| table.columns().iter().any(|column| column.name == **name);
        let time = ["quarter", "year"].into_iter().find(is_there);
        let mut layout = Self { header: Vec::new(), dimensions: Vec::new(), metrics: Vec::new() };
        for column in table.columns() {
            let is_time = time == Some(column.name.as_str());
            match &column.values {
                // Every figure has a status of its own.
                Values::Text(_) if column.is_status() => {}
                Values::Text(texts) => {
                    let name = identifier(&column.name);
                    layout.header.push(if is_time { "TIME_PERIOD".to_owned() } else { name });
                    layout.dimensions.push((texts.as_slice(), is_time));
                }
                Values::Numbers(numbers) => layout.metrics.push((column.name.as_str(), numbers)),
            }
        }
        layout
    }
}

pub(super) fn write(
    table: &ReleasedTable,
    provenance: &Provenance,
    out: &mut dyn Write,
) -> io::Result<()> {
    let layout = Layout::of(table);
    write!(out, "STRUCTURE,STRUCTURE_ID,ACTION,INDICATOR,")?;
    for name in &layout.header {
        write!(out, "{name},")?;
    }
    writeln!(out, "OBS_VALUE,UNIT_MEASURE,DECIMALS,OBS_STATUS,SOURCE")?;
    let structure = format!("SPPIS:{}(1.0)", identifier(table.query_name()));
    let source = source(table, provenance);
    for row in 0..table.row_count() {
        let codes = layout.dimensions.iter();
        let codes = codes.map(|(texts, is_time)| code(texts[row].as_deref(), *is_time) + ",");
        let key: String = codes.collect();
        for (metric, numbers) in &layout.metrics {
            let figure = figure(numbers, row);
            writeln!(out, "dataflow,{structure},R,{metric},{key}{figure},{source}")?;
        }
    }
    Ok(())
}

/// Stands for a number, not a float, that is intentionally missing.
const MISSING: &str = "#N/A";

/// Value, unit, decimals and status of a figure.
fn figure(numbers: &Numbers, row: usize) -> String {
    let (value, status) = match numbers.cells[row] {
        Cell::Value(value) => (decimal_text(value, numbers.decimals), "A"),
        Cell::Partial(value) => (decimal_text(value, numbers.decimals), "P"),
        Cell::Undefined => (MISSING.to_owned(), "O"),
        Cell::NotApplicable => (MISSING.to_owned(), "M"),
        Cell::NotDelivered => (MISSING.to_owned(), "L"),
    };
    let unit = match numbers.unit {
        Unit::Count => "NR",
        Unit::Euros => "EUR",
        Unit::Percent => "PC",
    };
    format!("{value},{unit},{},{status}", numbers.decimals)
}

/// A name as SDMX has identifiers: capitals, digits and underscores.
fn identifier(name: &str) -> String {
    let letter = |it: char| if it.is_ascii_alphanumeric() { it.to_ascii_uppercase() } else { '_' };
    name.chars().map(letter).collect()
}

/// A value as a code, or as a period where it is the time.
fn code(value: Option<&str>, is_time: bool) -> String {
    match value {
        None => "_U".to_owned(),
        Some(TOTAL) => "_T".to_owned(),
        Some(REST) => "_O".to_owned(),
        Some(period) if is_time => period.replace('Q', "-Q"),
        Some(value) => {
            let open = value.strip_suffix('+').map(|from| format!("GE{from}"));
            let code = open.unwrap_or_else(|| value.to_owned());
            let kept = |it: char| it.is_ascii_alphanumeric() || "_-@$".contains(it);
            code.chars().map(|it| if kept(it) { it } else { '_' }).collect()
        }
    }
}

/// Query, file of the query, version and program; none of them has a delimiter in it.
fn source(table: &ReleasedTable, provenance: &Provenance) -> String {
    let kept = ["query", "query_blake3", "version", "tool"];
    let pairs = pairs(table, provenance).into_iter().filter(|(key, _)| kept.contains(key));
    let pairs: Vec<String> = pairs.map(|(key, value)| format!("{key}={value}")).collect();
    // The name of a query's file can hold what splits fields.
    let text = pairs.join("; ");
    if text.contains([',', '"', '\n', '\r']) {
        return format!("\"{}\"", text.replace('"', "\"\""));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_codes_and_quarters_are_periods() {
        let cases = [("2008Q3", true, "2008-Q3"), ("2008", true, "2008"), ("65+", false, "GE65")];
        for (value, is_time, expected) in cases {
            assert_eq!(code(Some(value), is_time), expected);
        }
        assert_eq!(code(Some(TOTAL), true), "_T");
        assert_eq!(code(Some(REST), false), "_O");
        assert_eq!(code(None, false), "_U");
        assert_eq!(identifier("by-region"), "BY_REGION");
    }

    #[test]
    fn a_figure_that_there_is_not_says_why() {
        let partial = Cell::Partial(5);
        let cells = vec![
            Cell::Value(-5),
            Cell::Undefined,
            Cell::NotApplicable,
            Cell::NotDelivered,
            partial,
        ];
        let numbers = Numbers { unit: Unit::Euros, decimals: 2, cells };
        assert_eq!(figure(&numbers, 0), "-0.05,EUR,2,A");
        assert_eq!(figure(&numbers, 1), "#N/A,EUR,2,O");
        assert_eq!(figure(&numbers, 2), "#N/A,EUR,2,M");
        assert_eq!(figure(&numbers, 3), "#N/A,EUR,2,L");
        assert_eq!(figure(&numbers, 4), "0.05,EUR,2,P");
    }
}
