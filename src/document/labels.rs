//! Texts in several languages, as a document gives them.

use toml::Spanned;
use toml::de::DeValue;

use super::{Table, dutch, french};

/// Texts by language. Each may be missing, though not all of them; what stands in for a missing one
/// is decided where a text is shown.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Labels {
    /// English; empty where there is none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub en: String,
    /// French, when given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fr: Option<String>,
    /// Dutch, when given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nl: Option<String>,
    /// German, when given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub de: Option<String>,
}

impl Labels {
    /// The first text there is, in the order in which one language stands in for another.
    pub fn any(&self) -> Option<&str> {
        let others = [&self.fr, &self.nl, &self.de];
        let texts =
            [self.en.as_str()].into_iter().chain(others.into_iter().flatten().map(|it| &**it));
        texts.into_iter().find(|text| !text.is_empty())
    }
}

impl Table<'_> {
    /// Texts by language under `key`, at least one; a plain text counts as English. French and Dutch
    /// are set as these languages set them.
    pub fn labels(&self, key: &'static str) -> Labels {
        if !self.has(key) {
            self.asked.borrow_mut().push(key);
            return Labels::default();
        }
        if let Some(DeValue::String(text)) = self.get(key).map(Spanned::get_ref) {
            return Labels { en: text.to_string(), ..Labels::default() };
        }
        let Some(table) = self.table(key) else { return Labels::default() };
        let text = |key| table.text(key).map(|placed| placed.value);
        let labels = Labels {
            en: text("en").unwrap_or_default(),
            fr: text("fr").map(|text| french(&text)),
            nl: text("nl").map(|text| dutch(&text)),
            de: text("de"),
        };
        if !["en", "fr", "nl", "de"].iter().any(|key| table.has(key)) {
            let expected = "a text in at least one of the languages en, fr, nl, de";
            table.missing(key, expected);
        }
        table.finish();
        labels
    }
}
