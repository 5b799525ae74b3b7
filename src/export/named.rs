//! What formats with labels in all languages call columns and what rows are of.
//!
//! In: a column or a member, and a language. Out: its label, in English too, where tables for reading
//! show the names that programs use. Never: an empty label.

use super::words::heading;
use crate::dictionary::{Dictionary, NamedPlace, Places};
use crate::disclosure::{Member, ReleasedTable};
use crate::exact::known;
use crate::metric::{Dimension, NO_VALUE};
use crate::render::{Language, Look, heading as named, label, with_name};
use crate::words::Words;

/// What a column is called.
pub(crate) fn column_label(table: &ReleasedTable, name: &str, language: Language) -> String {
    let own = table.derived(name).map(|it| label(&it.label, language).to_owned());
    match own.filter(|it| !it.is_empty()) {
        Some(own) => own,
        // Names in words.
        None => heading(table, name, language).replace('_', " "),
    }
}

/// What a row is of, along a dimension.
pub(super) fn member_label(dimension: &str, member: &Member, look: Look<'_>) -> String {
    let said = match member {
        Member::Unknown => named(NO_VALUE, look.language).to_owned(),
        Member::Value(value) => value_label(dimension, value, look),
        several => {
            let text = known(several.text());
            named(&text, look.language).to_owned()
        }
    };
    if said.is_empty() { named(NO_VALUE, look.language).to_owned() } else { said }
}

fn value_label(dimension: &str, value: &str, look: Look<'_>) -> String {
    let shown = with_name(dimension, value, look);
    if look.language != Language::En || shown != value {
        return shown;
    }
    match dimension {
        "quarter" | "year" => shown,
        _ if Dimension::named(dimension).is_some_and(Dimension::is_of_sets) => {
            let measures = value.split('+').map(|it| term("measure", it, look.dictionary));
            let measures = measures.collect::<Option<Vec<&str>>>();
            measures.map_or(shown, |measures| measures.join(" + "))
        }
        _ => term(dimension, value, look.dictionary).unwrap_or(value).to_owned(),
    }
}

/// The English label of a regime, measure or kind of guidance.
fn term<'d>(dimension: &str, value: &str, dictionary: &'d Dictionary) -> Option<&'d str> {
    let labels = match dimension {
        "regime" => &dictionary.regimes().iter().find(|it| it.name == value)?.label,
        "measure" => &dictionary.measures().iter().find(|it| it.name == value)?.label,
        "measure_group" => &dictionary.measure_groups().iter().find(|it| it.name == value)?.label,
        "guidance" => &dictionary.guidances().iter().find(|it| it.name == value)?.label,
        _ => return None,
    };
    Some(label(labels, Language::En)).filter(|it| !it.is_empty())
}

/// The values that a dimension can have, where they are a closed list that does not depend on the data.
pub(super) fn known_values(dimension: &str, dictionary: &Dictionary) -> Vec<String> {
    let owned = |names: Vec<&str>| names.into_iter().map(str::to_owned).collect();
    let places = |places: Vec<NamedPlace>| places.into_iter().map(|it| it.nis.to_owned()).collect();
    match dimension {
        "regime" => owned(dictionary.regimes().iter().map(|it| &*it.name).collect()),
        "measure" => owned(dictionary.measures().iter().map(|it| &*it.name).collect()),
        "measure_group" => owned(dictionary.measure_groups().iter().map(|it| &*it.name).collect()),
        "guidance" => owned(dictionary.guidances().iter().map(|it| &*it.name).collect()),
        "province" => places(Places::provinces()),
        "region" => places(Places::regions()),
        code if matches!(Dimension::named(code), Some(Dimension::Code(_))) => {
            dictionary.closed_codes(code).into_iter().flatten().collect()
        }
        name => {
            let fixed = Dimension::named(name).and_then(Dimension::fixed_values);
            owned(fixed.unwrap_or(&[]).into())
        }
    }
}

/// A text in each language that it is given in.
pub(super) fn own_texts(
    text: impl Fn(Language) -> Option<String>,
) -> impl Iterator<Item = (Language, String)> {
    Language::ALL
        .into_iter()
        .filter_map(move |it| Some((it, text(it).filter(|it| !it.is_empty())?)))
}

/// A text of the catalogues in each language.
pub(super) fn catalogued(key: &str) -> impl Iterator<Item = (Language, String)> {
    own_texts(move |language| Some(Words::of(language).text(key).to_owned()))
}
