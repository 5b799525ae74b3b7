//! Numbers, days and codes as text; the one place for decimals and thousands, and, in `media`, for
//! what makes any text safe for what it is written into.
//!
//! In: exact values. Out: text for machines (`1234.50`) and for people (`1 234.50`). Never: a
//! binary float on the way from cents to text.

mod media;

pub use media::{
    delimited, html, is_formula, json, json_lines, markdown, markdown_code, quoted, terminal,
    terminal_lines, workbook,
};

use chrono::DateTime;

use crate::dictionary::{Dictionary, NamedPlace, Places};
use crate::disclosure::{Cell, REST, TOTAL, Values};
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
pub fn decimal_text(value: i128, decimals: u8) -> String {
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
        texts => texts.text(row).unwrap_or_default().into_owned(),
    }
}

/// A value for people: groups of digits, the decimal mark of the language, symbols for no number.
pub fn people(values: &Values, row: usize, language: Language) -> String {
    let Values::Numbers(numbers) = values else { return plain(values, row) };
    match numbers.cells[row] {
        Cell::Value(value) | Cell::Partial(value) => {
            let text = grouped(&decimal_text(value, numbers.decimals));
            if language == Language::En { text } else { text.replace('.', ",") }
        }
        Cell::Undefined => "–".to_owned(),
        Cell::NotApplicable => ".".to_owned(),
        Cell::NotDelivered => ":".to_owned(),
        Cell::LeftOut => String::new(),
    }
}

/// The label of a metric or dimension: its name in English, which is part of the interface.
pub fn heading(name: &str, language: Language) -> String {
    labelled(&HEADINGS, name, language).to_owned()
}

/// A name in the language, itself where there is no label.
fn labelled<'n>(
    labels: &[(&str, [&'static str; 3])],
    name: &'n str,
    language: Language,
) -> &'n str {
    let place = match language {
        Language::En => return name,
        Language::Fr => 0,
        Language::Nl => 1,
        Language::De => 2,
    };
    let found = labels.iter().find(|(known, _)| *known == name);
    found.map_or(name, |(_, labels)| labels[place])
}

/// Labels of metrics, dimensions and special values, in French, Dutch and German.
const HEADINGS: [(&str, [&str; 3]); 27] = [
    ("quarter", ["trimestre", "kwartaal", "Quartal"]),
    ("year", ["année", "jaar", "Jahr"]),
    ("regime", ["régime", "stelsel", "Regelung"]),
    ("measure", ["mesure", "maatregel", "Maßnahme"]),
    ("measure_group", ["groupe de mesures", "groep van maatregelen", "Gruppe von Maßnahmen"]),
    ("guidance", ["accompagnement", "begeleiding", "Begleitung"]),
    ("cpas", ["CPAS", "OCMW", "ÖSHZ"]),
    ("cpas_today", ["CPAS d'aujourd'hui", "OCMW van vandaag", "heutiges ÖSHZ"]),
    ("province", ["province", "provincie", "Provinz"]),
    ("region", ["région", "gewest", "Region"]),
    ("sex", ["sexe", "geslacht", "Geschlecht"]),
    ("age", ["âge", "leeftijd", "Alter"]),
    ("measure_count", ["nombre de mesures", "aantal maatregelen", "Zahl der Maßnahmen"]),
    (
        "measure_entry",
        ["entrée dans la mesure", "instroom in de maatregel", "Eintritt in die Maßnahme"],
    ),
    (
        "measure_months",
        ["mois dans la mesure", "maanden in de maatregel", "Monate in der Maßnahme"],
    ),
    ("measures", ["mesures", "maatregelen", "Maßnahmen"]),
    (
        "measures_before",
        ["mesures du trimestre précédent", "maatregelen vorig kwartaal", "Maßnahmen im Vorquartal"],
    ),
    (
        "measures_after",
        [
            "mesures du trimestre suivant",
            "maatregelen volgend kwartaal",
            "Maßnahmen im Folgequartal",
        ],
    ),
    ("observations", ["observations", "waarnemingen", "Beobachtungen"]),
    ("persons", ["personnes", "personen", "Personen"]),
    (
        "convention_persons",
        ["personnes sous convention", "personen met overeenkomst", "Personen mit Vereinbarung"],
    ),
    ("amount", ["montant (EUR)", "bedrag (EUR)", "Betrag (EUR)"]),
    (
        "amount_per_convention_person",
        [
            "montant par personne sous convention (EUR)",
            "bedrag per persoon met overeenkomst (EUR)",
            "Betrag je Person mit Vereinbarung (EUR)",
        ],
    ),
    ("days", ["jours", "dagen", "Tage"]),
    ("total", ["total", "totaal", "insgesamt"]),
    ("rest", ["autres", "overige", "übrige"]),
    ("(none)", ["(aucun)", "(geen)", "(keine)"]),
];

/// Values of dimensions of a person's course, in French, Dutch and German.
const COURSE: [(&str, [&str; 3]); 8] = [
    ("none", ["aucune", "geen", "keine"]),
    ("one", ["une", "één", "eine"]),
    ("several", ["plusieurs", "meerdere", "mehrere"]),
    ("first", ["première fois", "eerste keer", "erstmals"]),
    ("continued", ["poursuite", "voortzetting", "fortgesetzt"]),
    ("returned", ["retour", "terugkeer", "wieder"]),
    ("after_gap", ["après une lacune", "na een hiaat", "nach einer Lücke"]),
    ("not_delivered", ["non livré", "niet geleverd", "nicht geliefert"]),
];

/// A dimension's value for people: places with their name; where another language than English is
/// asked for, terms by their label.
pub fn with_name(dimension: &str, value: &str, look: Look<'_>) -> String {
    if [TOTAL, REST].contains(&value) {
        return heading(value, look.language);
    }
    let named = |places: Vec<NamedPlace>| places.into_iter().find(|it| it.nis == value);
    let names = match dimension {
        "cpas" | "cpas_today" => {
            look.dictionary.places().municipality(value).map(|it| it.names.clone())
        }
        "province" => named(Places::provinces()).map(|it| it.names),
        "region" => named(Places::regions()).map(|it| it.names),
        "measure_count" | "measure_entry" | "measures" | "measures_before" | "measures_after" => {
            return of_course(value, look);
        }
        _ => return term(dimension, value, look).unwrap_or(value).to_owned(),
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

/// Measures joined by `+`, or a word that stands for none of them.
fn of_course(value: &str, look: Look<'_>) -> String {
    if look.language == Language::En || COURSE.iter().any(|(known, _)| *known == value) {
        return labelled(&COURSE, value, look.language).to_owned();
    }
    let measures = value.split('+').map(|it| term("measure", it, look).unwrap_or(it));
    measures.collect::<Vec<_>>().join(" + ")
}

/// The label of a regime, measure or kind of guidance.
fn term<'d>(dimension: &str, value: &str, look: Look<'d>) -> Option<&'d str> {
    if look.language == Language::En {
        return None;
    }
    let labels = match dimension {
        "regime" => &look.dictionary.regimes().iter().find(|it| it.name == value)?.label,
        "measure" => &look.dictionary.measures().iter().find(|it| it.name == value)?.label,
        "measure_group" => {
            &look.dictionary.measure_groups().iter().find(|it| it.name == value)?.label
        }
        "guidance" => &look.dictionary.guidances().iter().find(|it| it.name == value)?.label,
        _ => return None,
    };
    Some(label(labels, look.language))
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
