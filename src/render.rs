//! Numbers, days and codes as text; the one place for decimals and thousands.
//!
//! In: exact values. Out: text for machines (`1234.50`) and for people (`1 234.50`). Never: a
//! binary float on the way from cents to text.

use chrono::DateTime;

use crate::dictionary::{Dictionary, Places};
use crate::disclosure::Values;
use crate::document::Labels;

/// Language of labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Language {
    /// English.
    #[default]
    En,
    /// French.
    Fr,
    /// Dutch.
    Nl,
    /// German.
    De,
}

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

/// The text in a language, English where there is none.
pub fn label(labels: &Labels, language: Language) -> &str {
    let text = match language {
        Language::En => None,
        Language::Fr => labels.fr.as_deref(),
        Language::Nl => labels.nl.as_deref(),
        Language::De => labels.de.as_deref(),
    };
    text.unwrap_or(&labels.en)
}

/// Cents as euros with a point and two decimals: `-1234.50`.
pub fn euros(cents: i128) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    let magnitude = cents.unsigned_abs();
    format!("{sign}{}.{:02}", magnitude / 100, magnitude % 100)
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

/// A value for machines; no value is an empty text.
pub fn plain(values: &Values, row: usize) -> String {
    match values {
        Values::Text(texts) => texts[row].clone().unwrap_or_default(),
        Values::Count(counts) => counts[row].to_string(),
        Values::Cents(cents) => euros(cents[row]),
        Values::Ratio(ratios) => ratios[row].map(euros).unwrap_or_default(),
    }
}

/// A dimension's value for people: places with their name, the rest as it is.
pub fn with_name(dimension: &str, value: &str, look: Look<'_>) -> String {
    let pick =
        |nl: &'static str, fr: &'static str| if look.language == Language::Fr { fr } else { nl };
    let named = |places: Vec<crate::dictionary::NamedPlace>| {
        places.into_iter().find(|(nis, ..)| *nis == value).map(|(_, nl, fr)| pick(nl, fr))
    };
    let name = match dimension {
        "cpas" => {
            look.dictionary.places().municipality(value).map(|it| pick(it.name_nl, it.name_fr))
        }
        "province" => named(Places::provinces()),
        "region" => named(Places::regions()),
        _ => None,
    };
    name.map_or_else(|| value.to_owned(), |name| format!("{value} {name}"))
}

/// A moment in UTC, to the second.
pub fn moment(timestamp_ms: i64) -> String {
    let moment = DateTime::from_timestamp_millis(timestamp_ms).unwrap_or_default();
    moment.format("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// A number of bytes for people.
pub fn bytes(count: u64) -> String {
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
pub fn count(number: u64, noun: &str) -> String {
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
