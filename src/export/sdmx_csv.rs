//! SDMX-CSV 2.1: a line per figure, which is named by the dimension `INDICATOR`.
//!
//! A quarter or a year is the `TIME_PERIOD`. Codes of SDMX: `_T` all values, `_U` no value, `_O`
//! the rest; an open class such as `65+` of a dimension in bands is `GE65`. Any other value is its own
//! code, so that no two values have one: letters, digits, `-`, `@` and `_` but at its start stand as
//! they are, every other byte of its UTF-8 as `$` and two hexadecimal digits (`a;b` is `a$3Bb`, `_T` is
//! `$5FT`), and a text without any is `$`. A figure that there is not is `#N/A`, intentionally
//! missing, and has its reason in `OBS_STATUS`: `L` not collected, `M` cannot exist, `O` missing. One over
//! some of its quarters only is provisional, `P`. Every
//! line is a whole observation, which replaces (`R`) the one there may be. `SOURCE` says which query
//! over which version of the table.
//!
//! <https://github.com/sdmx-twg/sdmx-csv/blob/master/data-message/docs/sdmx-csv-field-guide.md>

use std::io::{self, Write};

use super::Provenance;
use super::provenance::pairs;
use crate::disclosure::{Cell, Member, Numbers, ReleasedTable, Unit, Values};
use crate::metric::Dimension;
use crate::quarter::Quarter;
use crate::render::{Language, decimal_text, delimited};

/// Columns of a table, told apart.
struct Layout<'a> {
    header: Vec<String>,
    /// Values of dimensions, and what they are.
    dimensions: Vec<(&'a Values, Kind)>,
    metrics: Vec<(&'a str, &'a Numbers)>,
}

/// What the values of a dimension are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// The quarter or year of an observation.
    Time,
    /// Bands of numbers.
    Bands,
    /// Anything else.
    Codes,
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
                Values::Members(_) | Values::Text(_) => {
                    let name = identifier(&column.name);
                    layout.header.push(if is_time { "TIME_PERIOD".to_owned() } else { name });
                    let banded = Dimension::named(&column.name).is_some_and(Dimension::is_banded);
                    let kind = match (is_time, banded) {
                        (true, _) => Kind::Time,
                        (false, true) => Kind::Bands,
                        (false, false) => Kind::Codes,
                    };
                    layout.dimensions.push((&column.values, kind));
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
        let codes = codes.map(|(values, kind)| code(values, row, *kind) + ",");
        let key: String = codes.collect();
        for (metric, numbers) in &layout.metrics {
            let figure = figure(numbers, row);
            let metric = escaped(metric, KEPT);
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
        Cell::LeftOut => (MISSING.to_owned(), "Q"),
    };
    let unit = match numbers.unit {
        Unit::Count | Unit::Label => "NR",
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

/// What a row is of, along a dimension, as a code or a period.
fn code(values: &Values, row: usize, kind: Kind) -> String {
    let text = match values {
        Values::Members(members) => match &members[row] {
            Member::Total => return "_T".to_owned(),
            Member::Rest => return "_O".to_owned(),
            Member::Unknown => None,
            Member::Value(value) => Some(value.as_str()),
        },
        Values::Text(texts) => texts[row].as_deref(),
        Values::Numbers(_) => None,
    };
    text.map_or_else(|| "_U".to_owned(), |text| value(text, kind))
}

/// Marks of a code that stand as they are, besides letters and digits.
const KEPT: &[char] = &['_', '-', '@'];

/// A value as a code; no two values of a dimension have the same.
fn value(text: &str, kind: Kind) -> String {
    let is_year = || text.len() == 4 && text.bytes().all(|it| it.is_ascii_digit());
    let quarter = || text.parse::<Quarter>().ok().filter(|it| it.to_string() == text);
    match (kind, text.strip_suffix('+')) {
        (Kind::Time, _) if is_year() => text.to_owned(),
        (Kind::Time, _) => match quarter() {
            Some(quarter) => format!("{}-Q{}", quarter.year(), quarter.number()),
            // No text may look like a quarter.
            None => escaped(text, &['_', '@']),
        },
        (Kind::Bands, Some(from)) => format!("GE{}", escaped(from, KEPT)),
        _ => escaped(text, KEPT),
    }
}

/// A text in the letters of SDMX's codes, so that it can be read back.
fn escaped(text: &str, kept: &[char]) -> String {
    if text.is_empty() {
        return "$".to_owned();
    }
    let mut code = String::with_capacity(text.len());
    for (at, character) in text.char_indices() {
        let special = at == 0 && character == '_';
        if character.is_ascii_alphanumeric() || (kept.contains(&character) && !special) {
            code.push(character);
        } else {
            let mut bytes = [0; 4];
            let bytes = character.encode_utf8(&mut bytes).bytes();
            code.extend(bytes.map(|byte| format!("${byte:02X}")));
        }
    }
    code
}

/// Query, file of the query, version and program; none of them has a delimiter in it.
fn source(table: &ReleasedTable, provenance: &Provenance) -> String {
    let kept =
        ["query", "query_blake3", "version", "classification", "compared_classification", "tool"];
    let pairs = pairs(table, provenance, Language::En).into_iter();
    let pairs = pairs.filter(|(key, _)| kept.contains(key));
    let pairs: Vec<String> = pairs.map(|(key, value)| format!("{key}={value}")).collect();
    // The name of a query's file can hold what splits fields.
    delimited(&pairs.join("; "), ',')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn values_are_codes_and_quarters_are_periods() {
        let cases = [
            ("2008Q3", Kind::Time, "2008-Q3"),
            ("2008", Kind::Time, "2008"),
            ("2008-Q3", Kind::Time, "2008$2DQ3"),
            ("65+", Kind::Bands, "GE65"),
            ("00-17", Kind::Bands, "00-17"),
            ("65+", Kind::Codes, "65$2B"),
            ("a;b", Kind::Codes, "a$3Bb"),
            ("_T", Kind::Codes, "$5FT"),
            ("article_60+piis", Kind::Codes, "article_60$2Bpiis"),
            ("total", Kind::Codes, "total"),
            ("é", Kind::Codes, "$C3$A9"),
            ("", Kind::Codes, "$"),
        ];
        for (text, kind, expected) in cases {
            assert_eq!(value(text, kind), expected);
        }
        let members = [Member::Total, Member::Rest, Member::Unknown, Member::Value("21004".into())];
        let members = Values::Members(members.into());
        let codes = [0, 1, 2, 3].map(|row| code(&members, row, Kind::Codes));
        assert_eq!(codes, ["_T", "_O", "_U", "21004"]);
        assert_eq!(identifier("by-region"), "BY_REGION");
    }

    /// What a code of [`Kind::Codes`] stands for.
    fn read_back(code: &str) -> String {
        let mut parts = code.split('$');
        let mut bytes = parts.next().unwrap().as_bytes().to_vec();
        for part in parts.filter(|part| !part.is_empty()) {
            bytes.push(u8::from_str_radix(&part[..2], 16).unwrap());
            bytes.extend(part[2..].bytes());
        }
        String::from_utf8(bytes).unwrap()
    }

    proptest! {
        #[test]
        fn a_code_can_be_read_back_whatever_the_value_is(text in "[ -~é€\n$_]{0,8}|\\PC*") {
            let code = value(&text, Kind::Codes);
            prop_assert_eq!(read_back(&code), text);
            let legal = |it: char| it.is_ascii_alphanumeric() || "_@$-".contains(it);
            prop_assert!(code.chars().all(legal) && !code.starts_with('_'), "{}", code);
        }

        #[test]
        fn a_quarter_and_a_band_have_a_code_of_their_own(
            texts in prop::array::uniform2("(GE)?[0-9]{2,4}[+-]?(-?Q[0-9])?"),
        ) {
            for kind in [Kind::Time, Kind::Bands] {
                let [first, second] = [&texts[0], &texts[1]].map(|text| value(text, kind));
                // The bands that there are begin with digits.
                let is_band = texts.iter().all(|text| !text.starts_with("GE"));
                if kind == Kind::Time || is_band {
                    prop_assert_eq!(first == second, texts[0] == texts[1]);
                }
            }
        }
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
            Cell::LeftOut,
        ];
        let numbers = Numbers { unit: Unit::Euros, decimals: 2, cells };
        assert_eq!(figure(&numbers, 0), "-0.05,EUR,2,A");
        assert_eq!(figure(&numbers, 1), "#N/A,EUR,2,O");
        assert_eq!(figure(&numbers, 2), "#N/A,EUR,2,M");
        assert_eq!(figure(&numbers, 3), "#N/A,EUR,2,L");
        assert_eq!(figure(&numbers, 4), "0.05,EUR,2,P");
        assert_eq!(figure(&numbers, 5), "#N/A,EUR,2,Q");
    }
}
