//! The words of the report in French, Dutch and English, from the files beside this one.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::render::Language;

const TEXTS: &str = include_str!("texts.toml");
const MEANINGS: &str = include_str!("meanings.toml");

/// A rule in the sender's languages.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Meaning {
    id: String,
    /// What it says.
    #[serde(rename = "meaning")]
    pub(super) text: Translated,
    /// What to do.
    pub(super) help: Translated,
}

/// A text in two languages; English stands with the rule.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Translated {
    pub(super) fr: String,
    pub(super) nl: String,
}

#[derive(Debug, Deserialize)]
struct Meanings {
    rule: Vec<Meaning>,
}

#[derive(Debug, Deserialize)]
struct Texts {
    texts: BTreeMap<String, BTreeMap<String, String>>,
}

/// Rules by id.
pub(super) fn meanings() -> BTreeMap<String, Meaning> {
    let meanings: Meanings = toml::from_str(MEANINGS)
        .unwrap_or_else(|error| unreachable!("the file is compiled in and tested: {error}"));
    meanings.rule.into_iter().map(|rule| (rule.id.clone(), rule)).collect()
}

/// The interface's texts in a language, English where there is none.
pub(super) fn interface(language: Language) -> BTreeMap<String, String> {
    let texts: Texts = toml::from_str(TEXTS)
        .unwrap_or_else(|error| unreachable!("the file is compiled in and tested: {error}"));
    let code = code(language);
    let pick = |mut texts: BTreeMap<String, String>| {
        texts.remove(code).or_else(|| texts.remove("en")).unwrap_or_default()
    };
    texts.texts.into_iter().map(|(key, texts)| (key, pick(texts))).collect()
}

/// The language as HTML names it; German readers get English.
pub(super) fn code(language: Language) -> &'static str {
    match language {
        Language::Fr => "fr",
        Language::Nl => "nl",
        Language::En | Language::De => "en",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{DELIVERY_RULES, all_rules};

    #[test]
    fn every_rule_has_a_meaning_in_each_language_and_nothing_else_has() {
        let rules = all_rules().into_iter().chain(DELIVERY_RULES);
        let mut rules: Vec<String> = rules.map(|rule| rule.id.to_owned()).collect();
        rules.sort();
        let meanings = meanings();
        assert_eq!(meanings.keys().cloned().collect::<Vec<_>>(), rules);
        for meaning in meanings.values() {
            for text in [&meaning.text, &meaning.help] {
                assert!(!text.fr.is_empty() && !text.nl.is_empty(), "{}", meaning.id);
            }
        }
    }

    #[test]
    fn every_text_of_the_page_is_there_in_each_language() {
        let texts: Texts = toml::from_str(TEXTS).unwrap();
        for (key, texts) in &texts.texts {
            let languages: Vec<_> = texts.keys().map(String::as_str).collect();
            assert_eq!(languages, ["en", "fr", "nl"], "{key}");
        }
    }
}
