//! The texts of findings in other languages than English, in which they are stored.
//!
//! In: a rule, and the text that it wrote. Out: the same text in another language, with its values
//! said as that language says them. A text is stored in English, as every version of the program
//! reads it; the templates of `words` tell what it was made of. Never: a guess; a text that no
//! template of its rule fits stays as it is.

use crate::dictionary::Dictionary;
use crate::document::Labels;
use crate::quarter::{Quarter, QuarterRange, day_of};
use crate::render::grouped;
use crate::words::{Language, Value, Words, label, values_of};

/// What findings are translated with.
#[derive(Debug)]
pub struct Findings<'a> {
    dictionary: &'a Dictionary,
    /// The templates in English by the rule that writes them, with their keys.
    templates: Vec<(&'static str, &'static str)>,
}

impl<'a> Findings<'a> {
    /// Translates texts with names of the dictionary in them.
    pub fn new(dictionary: &'a Dictionary) -> Self {
        let mut templates: Vec<_> = Words::of(Language::En).section("finding").collect();
        templates.sort_unstable();
        Self { dictionary, templates }
    }

    /// A text in the other languages; none where no template fits.
    pub fn translated(&self, rule: &str, text: &str) -> Labels {
        let fitting = self.fitting(rule, text).next();
        let fitting = fitting.or_else(|| self.fitting_by(rule, text, &can_be_any).next());
        let Some((key, values)) = fitting else { return Labels::default() };
        let [fr, nl, de] = [Language::Fr, Language::Nl, Language::De].map(|language| {
            let words = Words::of(language);
            let said = values.iter().map(|(name, value)| (*name, self.said(name, value, words)));
            let said: Vec<(&str, String)> = said.collect();
            let said: Vec<_> = said.iter().map(|(name, value)| (*name, value.as_str())).collect();
            Some(words.fill(&format!("finding.{key}"), &said))
        });
        Labels { en: String::new(), fr, nl, de }
    }

    /// The templates of a rule that a text can have been made from, with its values.
    pub fn fitting<'t>(
        &self,
        rule: &str,
        text: &'t str,
    ) -> impl Iterator<Item = (&'static str, Vec<Value<'t>>)> {
        self.fitting_by(rule, text, &can_be)
    }

    fn fitting_by<'t>(
        &self,
        rule: &str,
        text: &'t str,
        can_be: &dyn Fn(&str, &str) -> bool,
    ) -> impl Iterator<Item = (&'static str, Vec<Value<'t>>)> {
        let of_rule = |key: &str| {
            let of = key.split('/').next();
            of == Some(rule) || of == Some(ANY_RULE)
        };
        let templates = self.templates.iter().filter(move |(key, _)| of_rule(key));
        templates
            .filter_map(move |(key, template)| Some((*key, values_of(template, text, can_be)?)))
    }

    /// A value as it is said in a language.
    fn said(&self, name: &str, value: &str, words: &Words) -> String {
        let day =
            |text: &str| text.parse().map_or_else(|_| text.to_owned(), |it| words.day(day_of(it)));
        match name {
            "day" | "first" | "last" => day(value),
            "window" => words.quarters(value).into_owned(),
            "euros" => decimals(value, words.language()),
            "value" => shown(value, words),
            "validity" => alternatives(value.split(OR).map(|it| validity(it, words, &day)), words),
            "codes" => {
                let (rest, last) = value.rsplit_once(OR).unwrap_or(("", value));
                alternatives([rest, last].into_iter().filter(|it| !it.is_empty()), words)
            }
            "regimes" => alternatives(value.split(OR).map(|it| self.regime(it, words)), words),
            _ => value.to_owned(),
        }
    }

    fn regime(&self, name: &str, words: &Words) -> String {
        let regime = self.dictionary.regimes().iter().find(|it| it.name == name);
        let label = regime.map(|it| label(&it.label, words.language())).filter(|it| !it.is_empty());
        label.unwrap_or(name).to_owned()
    }
}

/// Whose templates those are that may stand in the place of any rule's.
const ANY_RULE: &str = "any";

/// Between alternatives, as findings are stored.
const OR: &str = " or ";

fn alternatives(all: impl Iterator<Item = impl Into<String>>, words: &Words) -> String {
    let all = all.map(Into::into);
    let joined = all.reduce(|first: String, last: String| {
        words.fill("list.or", &[("first", &first), ("last", &last)])
    });
    joined.unwrap_or_default()
}

/// A raw value as it was shown: itself in backquotes, or what it is like.
fn shown(value: &str, words: &Words) -> String {
    match of_section("value", value) {
        Some((key, values)) => words.fill(&format!("value.{key}"), &values),
        None => value.to_owned(),
    }
}

fn validity(text: &str, words: &Words, day: &dyn Fn(&str) -> String) -> String {
    let Some((key, values)) = of_section("validity", text) else { return text.to_owned() };
    let days: Vec<_> = values.iter().map(|(name, value)| (*name, day(value))).collect();
    let days: Vec<_> = days.iter().map(|(name, day)| (*name, day.as_str())).collect();
    words.fill(&format!("validity.{key}"), &days)
}

/// The template of a section that a text was made from, with its values.
fn of_section<'t>(section: &str, text: &'t str) -> Option<(&'static str, Vec<Value<'t>>)>
where
    'static: 't,
{
    let mut templates = Words::of(Language::En).section(section);
    templates.find_map(|(key, template)| Some((key, values_of(template, text, &can_be)?)))
}

/// Groups of digits, and the decimal mark of the language.
fn decimals(number: &str, language: Language) -> String {
    let grouped = grouped(number);
    if language == Language::En { grouped } else { grouped.replace('.', ",") }
}

/// Whether a placeholder can have a value.
fn can_be(name: &str, value: &str) -> bool {
    let is_quoted = |it: &str| {
        let inner = it.strip_prefix('`').and_then(|it| it.strip_suffix('`'));
        inner.is_some_and(|inner| !inner.contains('`'))
    };
    let is_number = |it: &str| it.bytes().all(|byte| byte.is_ascii_digit());
    let is_day = |it: &str| it.parse::<chrono::NaiveDate>().is_ok();
    match name {
        "day" | "first" | "last" => is_day(value),
        "window" => value.parse::<Quarter>().is_ok() || value.parse::<QuarterRange>().is_ok(),
        "euros" => {
            value.split_once('.').is_some_and(|(euros, cents)| is_number(euros) && is_number(cents))
        }
        "word" => is_quoted(value),
        "value" => is_quoted(value) || of_section("value", value).is_some(),
        "validity" => value.split(OR).all(|it| of_section("validity", it).is_some()),
        "delivery" => !value.contains(' '),
        "codes" | "regimes" => !value.contains(['`', ';']),
        _ => is_number(value),
    }
}

/// The same where a raw value may hold backquotes itself.
fn can_be_any(name: &str, value: &str) -> bool {
    let is_quoted = value.len() > 1 && value.starts_with('`') && value.ends_with('`');
    can_be(name, value) || (matches!(name, "word" | "value") && is_quoted)
}
