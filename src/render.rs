//! Numbers, days and codes as text; the one place for decimals and thousands, and, in `media`, for
//! what makes any text safe for what it is written into.
//!
//! In: exact values. Out: text for machines (`1234.50`) and for people (`1 234.50`). Never: a
//! binary float on the way from cents to text.

mod figures;
mod meanings;
mod media;

pub use figures::Figures;
pub(crate) use meanings::{meaning, meaning_of_formula};
pub(crate) use media::{
    delimited, html, is_formula, json, json_lines, markdown, markdown_code, px, quoted, terminal,
    terminal_lines, workbook, xml,
};

use std::borrow::Cow;

use chrono::DateTime;

use crate::check::all_rules;
use crate::dictionary::{Dictionary, NamedPlace, Places};
use crate::disclosure::{Cell, REST, STATUS_ENDING, TOTAL, Unit, Values};
use crate::metric::{Dimension, NO_VALUE};
use crate::words::Words;
pub use crate::words::{Language, label};

/// How a table is shown to people.
#[derive(Debug, Clone, Copy)]
pub struct Look<'a> {
    /// Language of titles and labels.
    pub language: Language,
    /// Names of places.
    pub dictionary: &'a Dictionary,
    /// Whether to fit the table into the terminal.
    pub fit_terminal: bool,
}

/// Cents as euros with a point and two decimals: `-1234.50`.
pub(crate) fn euros(cents: i128) -> String {
    decimal_text(cents, 2)
}

/// A number with a no-break space between groups of three digits; decimals are left as they are.
pub fn grouped(number: &str) -> String {
    let (whole, decimals) = number.split_once('.').unwrap_or((number, ""));
    let (sign, digits) = whole.split_at(usize::from(whole.starts_with('-')));
    let mut text = sign.to_owned();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push('\u{A0}');
        }
        text.push(digit);
    }
    if !decimals.is_empty() {
        text.push('.');
        text.push_str(decimals);
    }
    text
}

/// A number without its decimal mark as text with a point: 123 with 2 decimals is `1.23`.
pub(crate) fn decimal_text(value: i128, decimals: u8) -> String {
    if decimals == 0 {
        return value.to_string();
    }
    let sign = if value < 0 { "-" } else { "" };
    let width = usize::from(decimals);
    let digits = format!("{:0>length$}", value.unsigned_abs(), length = width + 1);
    let (whole, decimals) = digits.split_at(digits.len() - width);
    format!("{sign}{whole}.{decimals}")
}

/// A value for machines; no value is an empty text.
pub fn plain(values: &Values, row: usize) -> String {
    match values {
        Values::Numbers(numbers) => match numbers.cells[row].value() {
            Some(value) => decimal_text(value, numbers.decimals),
            None => String::new(),
        },
        texts => texts.text(row).map_or_else(String::new, Cow::into_owned),
    }
}

/// A value for people: groups of digits, the decimal mark of the language, symbols for no number.
pub(crate) fn people(values: &Values, row: usize, language: Language) -> String {
    let Values::Numbers(numbers) = values else { return plain(values, row) };
    match numbers.cells[row] {
        Cell::Value(value) | Cell::Partial(value) => {
            let text = decimal_text(value, numbers.decimals);
            let text = if numbers.unit == Unit::Label { text } else { grouped(&text) };
            if language == Language::En { text } else { text.replace('.', ",") }
        }
        Cell::Undefined => "–".to_owned(),
        Cell::NotApplicable => ".".to_owned(),
        Cell::NotDelivered => ":".to_owned(),
        Cell::LeftOut => String::new(),
    }
}

/// The label of a metric, a dimension or a row over several values: its name in English, which is
/// part of the interface.
pub(crate) fn heading(name: &str, language: Language) -> &str {
    let words = Words::of(language);
    match name {
        TOTAL => words.text("member.total"),
        REST => words.text("member.rest"),
        NO_VALUE => words.text("member.none"),
        name if language == Language::En => name,
        name => words.heading(name),
    }
}

/// A dimension's value for people: places with their name; where another language than English is
/// asked for, everything else by its label too.
pub(crate) fn with_name(dimension: &str, value: &str, look: Look<'_>) -> String {
    // Names are part of the interface, and English is its language.
    in_words(dimension, value, look, look.language != Language::En)
}

/// The same by its label in English too: for publications, whose readers know no names of data.
pub(crate) fn with_label(dimension: &str, value: &str, look: Look<'_>) -> String {
    in_words(dimension, value, look, true)
}

fn in_words(dimension: &str, value: &str, look: Look<'_>, by_labels: bool) -> String {
    if [TOTAL, REST].contains(&value) {
        return heading(value, look.language).to_owned();
    }
    let named = |places: Vec<NamedPlace>| places.into_iter().find(|it| it.nis == value);
    let names = match dimension {
        "cpas" | "cpas_today" => {
            look.dictionary.places().municipality(value).map(|it| it.names.clone())
        }
        "province" => named(Places::provinces()).map(|it| it.names),
        "region" => named(Places::regions()).map(|it| it.names),
        code if matches!(Dimension::named(code), Some(Dimension::Code(_))) => {
            let named = look.dictionary.code_label(code, value);
            let name = named.map(|it| label(it, look.language)).filter(|it| !it.is_empty());
            return name.map_or_else(|| value.to_owned(), |name| format!("{value} {name}"));
        }
        _ if by_labels => {
            let said = said(dimension, value, look);
            return look.language.spoken(&said).into_owned();
        }
        _ => return value.to_owned(),
    };
    let Some(names) = names else { return value.to_owned() };
    let name = match look.language {
        Language::En => names.en,
        Language::Fr => names.fr,
        Language::Nl => names.nl,
        Language::De => names.de,
    };
    format!("{value} {name}")
}

/// A value that is no place in words.
fn said<'v>(dimension: &str, value: &'v str, look: Look<'v>) -> Cow<'v, str> {
    let words = Words::of(look.language);
    let word = |section: &str| words.find(section, value).unwrap_or(value).into();
    match dimension {
        "quarter" | "quarter_before" | "quarter_after" => words.quarters(value),
        "sex" => word("sex"),
        "role" => word("role"),
        "revision" => word("revision"),
        "age" | "birth_cohort" | "measure_months" => {
            banded(dimension, value, words).map_or(value.into(), Cow::Owned)
        }
        "rule" => match all_rules().into_iter().find(|it| it.id == value) {
            // The English stands with the rule.
            Some(rule) => words.find("rule_meaning", value).unwrap_or(rule.meaning).into(),
            None => value.into(),
        },
        "severity" => {
            words.find("validation", &format!("severity_{value}")).unwrap_or(value).into()
        }
        "measure_count" | "measure_entry" => word("course"),
        "measures" | "measures_before" | "measures_after" => match words.find("course", value) {
            Some(word) => word.into(),
            None => {
                let measures = value.split('+').map(|it| term("measure", it, look).unwrap_or(it));
                measures.collect::<Vec<_>>().join(" + ").into()
            }
        },
        status if status.ends_with(STATUS_ENDING) => word("status"),
        _ => term(dimension, value, look).unwrap_or(value).into(),
    }
}

/// A band such as `18-24` or `65+`, or one number, of years or months.
fn banded(dimension: &str, value: &str, words: &Words) -> Option<String> {
    let number = |text: &str| text.parse::<u32>().ok();
    let fill = |kind: &str, from: u32, to: u32| {
        let values = [("from", &*from.to_string()), ("to", &*to.to_string())];
        words.find(dimension, kind).map(|_| words.fill(&format!("{dimension}.{kind}"), &values))
    };
    if let Some(from) = value.strip_suffix('+') {
        return number(from).and_then(|from| fill("open", from, from));
    }
    let (from, to) = value.split_once('-').unwrap_or((value, value));
    match (number(from)?, number(to)?) {
        (1, 1) => fill("one", 1, 1),
        (from, to) if from == to => fill("several", from, to),
        (from, to) => fill("band", from, to),
    }
}

/// The label of a regime, measure or kind of guidance.
fn term<'d>(dimension: &str, value: &str, look: Look<'d>) -> Option<&'d str> {
    let labels = match dimension {
        "regime" => &look.dictionary.regimes().iter().find(|it| it.name == value)?.label,
        "measure" => &look.dictionary.measures().iter().find(|it| it.name == value)?.label,
        "measure_group" => {
            &look.dictionary.measure_groups().iter().find(|it| it.name == value)?.label
        }
        "guidance" => &look.dictionary.guidances().iter().find(|it| it.name == value)?.label,
        _ => return None,
    };
    Some(label(labels, look.language)).filter(|it| !it.is_empty())
}

/// A moment in UTC, to the second.
pub(crate) fn moment(timestamp_ms: i64) -> String {
    match DateTime::from_timestamp_millis(timestamp_ms) {
        Some(moment) => moment.format("%Y-%m-%d %H:%M:%S UTC").to_string(),
        None => format!("{timestamp_ms} ms after 1970"),
    }
}

/// A moment in UTC, to the second, as ISO 8601 has it.
pub(crate) fn instant(timestamp_ms: i64) -> String {
    match DateTime::from_timestamp_millis(timestamp_ms) {
        Some(moment) => moment.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
        None => format!("{timestamp_ms} ms after 1970"),
    }
}

/// A number of bytes for people.
pub(crate) fn bytes(count: u64) -> String {
    const UNITS: [&str; 4] = ["B", "KiB", "MiB", "GiB"];
    let mut unit = 0;
    let mut tenths = u128::from(count) * 10;
    while tenths >= 10_240 && unit + 1 < UNITS.len() {
        tenths /= 1024;
        unit += 1;
    }
    match unit {
        0 => format!("{count} B"),
        _ => format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit]),
    }
}

/// `1 row`, `2 rows`: plurals are made in one place.
pub(crate) fn count(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", grouped(&number.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cents_become_euros_without_a_float() {
        let cases = [(0, "0.00"), (5, "0.05"), (-5, "-0.05"), (123_450, "1234.50")];
        for (cents, text) in cases {
            assert_eq!(euros(cents), text);
        }
        assert_eq!(grouped("-1234567.05"), "-1\u{A0}234\u{A0}567.05");
        assert_eq!(grouped("123"), "123");
        assert_eq!(bytes(1536), "1.5 KiB");
    }
}
