//! SDMX-CSV 2.1: a line per figure, which is named by the dimension `INDICATOR`.
//!
//! A quarter or a year is the `TIME_PERIOD`, where every row has one: a row over several has no period,
//! and the quarter is a dimension like others. Codes of SDMX: `_T` all values, `_U` no value, `_O`
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
use crate::disclosure::{Cell, Member, Numbers, ReleasedTable, ResultColumn, Unit, Values};
use crate::metric::Dimension;
use crate::quarter::Quarter;
use crate::render::{Language, decimal_text, delimited};

/// Columns of a table, told apart.
pub(super) struct Layout<'a> {
    pub(super) dimensions: Vec<Coded<'a>>,
    pub(super) metrics: Vec<(&'a str, &'a Numbers)>,
}

/// A dimension.
pub(super) struct Coded<'a> {
    /// Its identifier.
    pub(super) id: String,
    pub(super) column: &'a ResultColumn,
    pub(super) kind: Kind,
}

/// What the values of a dimension are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The quarter or year of an observation.
    Time,
    /// Bands of numbers.
    Bands,
    /// Anything else.
    Codes,
}

/// Identifiers that no dimension of a table can have.
const TAKEN: [&str; 10] = [
    "STRUCTURE",
    "STRUCTURE_ID",
    "ACTION",
    INDICATOR,
    TIME,
    VALUE,
    UNIT,
    "DECIMALS",
    "OBS_STATUS",
    "SOURCE",
];

/// The dimension that tells figures apart.
pub(super) const INDICATOR: &str = "INDICATOR";
/// The dimension of quarters or years.
pub(super) const TIME: &str = "TIME_PERIOD";
/// The figure.
pub(super) const VALUE: &str = "OBS_VALUE";
/// What figures count.
pub(super) const UNIT: &str = "UNIT_MEASURE";

impl<'a> Layout<'a> {
    pub(super) fn of(table: &'a ReleasedTable) -> Self {
        let has_periods = |name: &&str| {
            let column = table.columns().iter().find(|column| column.name == **name);
            column.is_some_and(|column| (0..table.row_count()).all(|row| has_period(column, row)))
        };
        let time = ["quarter", "year"].into_iter().find(has_periods);
        let mut layout = Self { dimensions: Vec::new(), metrics: Vec::new() };
        let mut taken: Vec<String> = TAKEN.map(str::to_owned).into();
        for column in table.columns() {
            let is_time = time == Some(column.name.as_str());
            match &column.values {
                // Every figure has a status of its own.
                Values::Text(_) if column.is_status() => {}
                Values::Members(_) | Values::Text(_) => {
                    let banded = Dimension::named(&column.name).is_some_and(Dimension::is_banded);
                    let kind = match (is_time, banded) {
                        (true, _) => Kind::Time,
                        (false, true) => Kind::Bands,
                        (false, false) => Kind::Codes,
                    };
                    let id = if is_time { TIME.to_owned() } else { own(&column.name, &mut taken) };
                    layout.dimensions.push(Coded { id, column, kind });
                }
                Values::Numbers(numbers) => layout.metrics.push((column.name.as_str(), numbers)),
            }
        }
        layout
    }
}

/// Whether a row is of one quarter or year.
fn has_period(column: &ResultColumn, row: usize) -> bool {
    match &column.values {
        Values::Members(members) => {
            matches!(&members[row], Member::Value(value) if period(value).is_some())
        }
        Values::Text(texts) => texts[row].as_deref().and_then(period).is_some(),
        Values::Numbers(_) => false,
    }
}

/// The identifier of a column, which no other has.
fn own(name: &str, taken: &mut Vec<String>) -> String {
    let id = identifier(name);
    let is_free = |it: &String| !taken.contains(it);
    let numbered = (2..).map(|number: u32| format!("{id}_{number}"));
    let own = std::iter::once(id.clone()).chain(numbered).find(is_free).unwrap_or(id);
    taken.push(own.clone());
    own
}

pub(super) fn write(
    table: &ReleasedTable,
    provenance: &Provenance,
    out: &mut dyn Write,
) -> io::Result<()> {
    let layout = Layout::of(table);
    write!(out, "STRUCTURE,STRUCTURE_ID,ACTION,INDICATOR,")?;
    for dimension in &layout.dimensions {
        write!(out, "{},", dimension.id)?;
    }
    writeln!(out, "OBS_VALUE,UNIT_MEASURE,DECIMALS,OBS_STATUS,SOURCE")?;
    let structure = format!("{AGENCY}:{}({VERSION})", identifier(table.query_name()));
    let source = source(table, provenance);
    for row in 0..table.row_count() {
        let codes = layout.dimensions.iter();
        let codes = codes.map(|it| code(&member(&it.column.values, row), it.kind) + ",");
        let key: String = codes.collect();
        for (metric, numbers) in &layout.metrics {
            let figure = figure(numbers, row);
            let metric = metric_code(metric);
            writeln!(out, "dataflow,{structure},R,{metric},{key}{figure},{source}")?;
        }
    }
    Ok(())
}

/// Who maintains the structures.
pub(super) const AGENCY: &str = "SPPIS";
/// Their version.
pub(super) const VERSION: &str = "1.0";

/// The code of a figure.
pub(super) fn metric_code(name: &str) -> String {
    escaped(name, KEPT)
}

/// Statuses of figures, each with the cell that has it.
pub(super) const STATUSES: [(&str, Cell); 6] = [
    ("A", Cell::Value(0)),
    ("P", Cell::Partial(0)),
    ("O", Cell::Undefined),
    ("M", Cell::NotApplicable),
    ("L", Cell::NotDelivered),
    ("Q", Cell::LeftOut),
];

/// Stands for a number, not a float, that is intentionally missing.
const MISSING: &str = "#N/A";

/// Value, unit, decimals and status of a figure.
fn figure(numbers: &Numbers, row: usize) -> String {
    let cell = numbers.cells[row];
    let is_same = |it: &Cell| std::mem::discriminant(it) == std::mem::discriminant(&cell);
    let status = STATUSES.iter().find(|(_, it)| is_same(it)).map_or("", |(status, _)| status);
    let value = cell.value().map(|value| decimal_text(value, numbers.decimals));
    let value = value.unwrap_or_else(|| MISSING.to_owned());
    format!("{value},{},{},{status}", unit_code(numbers.unit), numbers.decimals)
}

/// The code of a unit.
pub(super) fn unit_code(unit: Unit) -> &'static str {
    match unit {
        Unit::Count | Unit::Label => "NR",
        Unit::Euros => "EUR",
        Unit::Percent => "PC",
    }
}

/// A name as SDMX has identifiers: a letter, then capitals, digits and underscores.
pub(super) fn identifier(name: &str) -> String {
    let letter = |it: char| if it.is_ascii_alphanumeric() { it.to_ascii_uppercase() } else { '_' };
    let id: String = name.chars().map(letter).collect();
    if id.starts_with(|it: char| it.is_ascii_alphabetic()) { id } else { format!("N_{id}") }
}

/// What a row is of, along a dimension.
pub(super) fn member(values: &Values, row: usize) -> Member {
    match values {
        Values::Members(members) => members[row].clone(),
        Values::Text(texts) => {
            texts[row].as_deref().map_or(Member::Unknown, |it| Member::Value(it.into()))
        }
        Values::Numbers(_) => Member::Unknown,
    }
}

/// The same as a code or a period.
pub(super) fn code(member: &Member, kind: Kind) -> String {
    match member {
        Member::Total => "_T".to_owned(),
        Member::Rest => "_O".to_owned(),
        Member::Unknown => "_U".to_owned(),
        Member::Value(text) => value(text, kind),
    }
}

/// A quarter or a year as SDMX writes it.
fn period(text: &str) -> Option<String> {
    let is_year = text.len() == 4 && text.bytes().all(|it| it.is_ascii_digit());
    let quarter = || text.parse::<Quarter>().ok().filter(|it| it.to_string() == text);
    if is_year {
        return Some(text.to_owned());
    }
    quarter().map(|quarter| format!("{}-Q{}", quarter.year(), quarter.number()))
}

/// Marks of a code that stand as they are, besides letters and digits.
const KEPT: &[char] = &['_', '-', '@'];

/// A value as a code; no two values of a dimension have the same.
fn value(text: &str, kind: Kind) -> String {
    match (kind, text.strip_suffix('+')) {
        // No text may look like a quarter.
        (Kind::Time, _) => period(text).unwrap_or_else(|| escaped(text, &['_', '@'])),
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
        let codes = members.map(|member| code(&member, Kind::Codes));
        assert_eq!(codes, ["_T", "_O", "_U", "21004"]);
        assert_eq!(identifier("by-region"), "BY_REGION");
        assert_eq!(identifier("2008"), "N_2008");
        let mut taken = TAKEN.map(str::to_owned).into();
        let ids = ["a b", "a_b", "A.B", "source"].map(|name| own(name, &mut taken));
        assert_eq!(ids, ["A_B", "A_B_2", "A_B_3", "SOURCE_2"]);
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
