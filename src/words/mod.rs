//! The words of what people read, in four languages: one catalogue per language, a file of data.
//!
//! In: a language, and the key of a text. Out: the text with its placeholders filled in, set as the
//! language sets it. Never: a key that one language has and another has not, or another placeholder
//! in it; tests compare the catalogues with each other and with the code. Names that programs read
//! (columns of CSV, keys of JSON) are no words, and neither are messages of the command line, which
//! are in English.

mod locale;
mod template;

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use toml::de::{DeTable, DeValue};

pub use locale::Locale;
pub(crate) use template::{Value, values_of};

use crate::document::{Labels, dutch, french};
use crate::quarter::{Day, Quarter, QuarterRange, date_of};

/// Language of what people read.
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

impl Language {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::En, Self::Fr, Self::Nl, Self::De];

    /// Their codes in BCP 47.
    pub const CODES: [&str; 4] = ["en", "fr", "nl", "de"];

    /// The language of a code.
    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.code() == code)
    }

    /// Its code in BCP 47.
    pub fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Fr => "fr",
            Self::Nl => "nl",
            Self::De => "de",
        }
    }

    /// A text as it is set in this language: its spaces before signs, its apostrophes.
    pub fn set(self, text: &str) -> String {
        match self {
            Self::Fr => french(text),
            Self::Nl => dutch(text),
            Self::En | Self::De => text.to_owned(),
        }
    }

    /// A text for readers who know no names of data: `2006Q3..2009Q2` in English is `Q3 2006 – Q2 2009`, as
    /// the other languages have their own words for it.
    pub fn spoken(self, text: &str) -> Cow<'_, str> {
        if self != Self::En || !text.contains('Q') {
            return text.into();
        }
        let word = |word: &str| match word.parse::<Quarter>() {
            Ok(quarter) if quarter.to_string() == word => {
                format!("Q{} {}", quarter.number(), quarter.year())
            }
            _ => word.to_owned(),
        };
        let words = text.split_inclusive(|it: char| !it.is_ascii_alphanumeric());
        let spoken = words.map(|it| match it.char_indices().next_back() {
            Some((end, last)) if !last.is_ascii_alphanumeric() => word(&it[..end]) + &it[end..],
            _ => word(it),
        });
        let spoken = spoken.collect::<String>();
        // What stood between two quarters is two dots still.
        let mut parts = spoken.split("..Q");
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |all, part| all + " \u{2013} Q" + part).into()
    }

    /// The text of labels in exactly this language.
    pub fn own(self, labels: &Labels) -> Option<&str> {
        match self {
            Self::En => Some(labels.en.as_str()),
            Self::Fr => labels.fr.as_deref(),
            Self::Nl => labels.nl.as_deref(),
            Self::De => labels.de.as_deref(),
        }
        .filter(|text| !text.is_empty())
    }
}

/// The text in a language; where there is none, the first there is in English, French, Dutch, German.
pub fn label(labels: &Labels, language: Language) -> &str {
    language.own(labels).or_else(|| labels.any()).unwrap_or_default()
}

/// The catalogue of a language.
#[derive(Debug)]
pub struct Words {
    language: Language,
    texts: HashMap<String, String>,
}

static CATALOGUES: [LazyLock<Words>; 4] = [
    LazyLock::new(|| Words::read(Language::En, include_str!("en.toml"))),
    LazyLock::new(|| Words::read(Language::Fr, include_str!("fr.toml"))),
    LazyLock::new(|| Words::read(Language::Nl, include_str!("nl.toml"))),
    LazyLock::new(|| Words::read(Language::De, include_str!("de.toml"))),
];

impl Words {
    /// The words of a language.
    pub fn of(language: Language) -> &'static Self {
        let [en, fr, nl, de] = &CATALOGUES;
        match language {
            Language::En => en,
            Language::Fr => fr,
            Language::Nl => nl,
            Language::De => de,
        }
    }

    fn read(language: Language, file: &str) -> Self {
        let mut texts = HashMap::new();
        let read = DeTable::parse(file);
        debug_assert!(read.is_ok(), "{}: {read:?}", language.code());
        for (section, entries) in read.iter().flat_map(toml::Spanned::get_ref) {
            let DeValue::Table(entries) = entries.get_ref() else { continue };
            for (key, text) in entries {
                let DeValue::String(text) = text.get_ref() else { continue };
                texts
                    .insert(format!("{}.{}", section.get_ref(), key.get_ref()), language.set(text));
            }
        }
        Self { language, texts }
    }

    /// The language.
    pub fn language(&self) -> Language {
        self.language
    }

    /// The text under `SECTION.KEY`, if there is one.
    pub fn find(&self, section: &str, key: &str) -> Option<&str> {
        self.texts.get(&format!("{section}.{key}")).map(String::as_str)
    }

    /// The text under `SECTION.KEY`.
    pub fn text<'k>(&'k self, key: &'k str) -> &'k str {
        let text = self.texts.get(key);
        debug_assert!(text.is_some(), "`{key}` is no key of {}", self.language.code());
        text.map_or(key, String::as_str)
    }

    /// The text under `SECTION.KEY` with its placeholders filled in.
    pub fn fill(&self, key: &str, values: &[(&str, &str)]) -> String {
        filled(self.text(key), values)
    }

    /// The texts of a section by their keys.
    pub fn section(&self, section: &str) -> impl Iterator<Item = (&str, &str)> {
        self.texts.iter().filter_map(move |(key, text)| {
            Some((key.strip_prefix(section)?.strip_prefix('.')?, text.as_str()))
        })
    }

    /// The label of a metric or dimension, itself where it has none.
    pub fn heading<'k>(&'k self, name: &'k str) -> &'k str {
        self.find("heading", name).unwrap_or(name)
    }

    /// A quarter such as `2008Q3`, or several in a row such as `2008Q3..2008Q4`, as they are said;
    /// any other text stays as it is.
    pub fn quarters<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if let Some((first, last)) = text.split_once("..") {
            let key = match (first, last) {
                ("", _) => "time.until",
                (_, "") => "time.since",
                _ if first == last && self.language != Language::En => return self.quarters(first),
                _ => "time.range",
            };
            let [first, last] = [first, last].map(|it| self.quarters(it));
            return self.fill(key, &[("first", &first), ("last", &last)]).into();
        }
        match text.parse::<Quarter>() {
            Ok(quarter) if quarter.to_string() == text => self.quarter(quarter).into(),
            _ => text.into(),
        }
    }

    fn quarter(&self, quarter: Quarter) -> String {
        let key = match quarter.number() {
            1 => "time.quarter_1",
            2 => "time.quarter_2",
            3 => "time.quarter_3",
            _ => "time.quarter_4",
        };
        self.fill(key, &[("year", &quarter.year().to_string())])
    }

    /// The same of several texts, as one.
    pub fn all_quarters(&self, texts: &[String]) -> String {
        texts.iter().map(|it| self.quarters(it)).collect::<Vec<_>>().join(", ")
    }

    /// A range of quarters.
    pub fn range(&self, range: QuarterRange) -> String {
        self.quarters(&range.to_string()).into_owned()
    }

    /// A day.
    pub fn day(&self, day: Day) -> String {
        let date = date_of(day);
        let [year, month, day] = ["%Y", "%m", "%d"].map(|it| date.format(it).to_string());
        self.fill("time.day", &[("year", &year), ("month", &month), ("day", &day)])
    }
}

/// A text of the catalogues in every language, with its placeholders filled in.
pub(crate) fn labels(key: &str, values: &[(&str, &str)]) -> Labels {
    let [en, fr, nl, de] = Language::ALL.map(|it| Words::of(it).fill(key, values));
    Labels { en, fr: Some(fr), nl: Some(nl), de: Some(de) }
}

/// A text with values in the place of its placeholders.
fn filled(text: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('{') {
        filled.push_str(before);
        let Some((name, after)) = behind.split_once('}') else {
            filled.push('{');
            rest = behind;
            continue;
        };
        match values.iter().find(|(known, _)| *known == name) {
            Some((_, value)) => filled.push_str(value),
            None => filled.extend(["{", name, "}"]),
        }
        rest = after;
    }
    filled + rest
}
