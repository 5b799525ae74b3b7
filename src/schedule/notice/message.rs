//! What a happening is in words: a subject and a text.
//!
//! In: a happening and a language. Out: lines for people. Never: a character that is not seen, which a mail
//! or a terminal may take for a command.

use super::happening::{Event, Happening};
use crate::render::moment;
use crate::visible::{line, lines};
use crate::words::{Language, Words};

/// What people read of a happening.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// On one line, what happened to what.
    pub subject: String,
    /// What is known of it, a fact a line.
    pub text: String,
}

impl Message {
    /// A happening in words.
    pub fn of(happening: &Happening, language: Language) -> Self {
        let words = Words::of(language);
        let mut text = String::new();
        if happening.event == Event::Trial {
            text.extend([words.text("notice.trial_text"), "\n\n"]);
        }
        for (label, value) in facts(happening, words) {
            let values = [("label", words.text(label)), ("value", &*line(&value))];
            text.extend([words.fill("notice.fact", &values), "\n".to_owned()]);
        }
        if let Some(said) = &happening.text {
            text.extend(["\n", words.text("notice.said"), "\n", &lines(said.trim()), "\n"]);
        }
        Self { subject: subject(happening, words), text }
    }

    /// Both as one text.
    pub(super) fn whole(&self) -> String {
        format!("{}\n\n{}", self.subject, self.text)
    }
}

fn subject(happening: &Happening, words: &Words) -> String {
    let key = match happening.event {
        Event::Start => "notice.start",
        Event::Success => "notice.success",
        Event::Failure => "notice.failure",
        Event::Late => "notice.late",
        Event::Delivery => "notice.delivery",
        Event::Refused => "notice.refused",
        Event::Trial => "notice.trial",
    };
    let names = [&happening.report, &happening.edition, &happening.delivery].into_iter().flatten();
    let names: Vec<&str> = names.map(String::as_str).collect();
    let what = if names.is_empty() { "sppis".to_owned() } else { names.join(" ") };
    line(&words.fill(key, &[("what", &what)])).into_owned()
}

/// What is known, each fact with the key of its label.
fn facts(happening: &Happening, words: &Words) -> Vec<(&'static str, String)> {
    let folder = happening.folder.as_ref().map(|it| it.display().to_string());
    let facts = [
        ("notice.report", happening.report.clone()),
        ("notice.edition", happening.edition.clone()),
        ("notice.of_delivery", happening.delivery.clone()),
        ("notice.version", happening.version.map(|it| it.to_string())),
        ("notice.revised", happening.revised.map(|it| it.to_string())),
        ("notice.new", happening.new.map(|it| it.to_string())),
        ("notice.seconds", happening.seconds.map(|it| length(it, words))),
        ("notice.folder", folder),
        ("notice.time", Some(moment(happening.at_ms))),
        ("notice.id", Some(happening.id.clone())),
    ];
    facts.into_iter().filter_map(|(label, value)| Some((label, value?))).collect()
}

/// A length of time such as `1 h 2 min 5 s`.
fn length(seconds: u64, words: &Words) -> String {
    let parts = [
        (seconds / 3600, "notice.hours"),
        (seconds / 60 % 60, "notice.minutes"),
        (seconds % 60, "notice.rest"),
    ];
    let said = parts
        .into_iter()
        .filter(|(count, key)| *count > 0 || (seconds == 0 && *key == "notice.rest"));
    let said = said.map(|(count, key)| words.fill(key, &[("count", &count.to_string())]));
    said.collect::<Vec<_>>().join(" ")
}
