//! The command that gives an export's bytes again, as a shell takes it.
//!
//! In: the words of a command. Out: one line of text that a POSIX shell splits into these words,
//! whatever they hold, and that no medium changes: what cannot be seen, and what would look like
//! such a character written out, stands in octal.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::os::unix::ffi::OsStrExt as _;

use super::options::word;
use crate::export::{Format, Locale};
use crate::render::Language;
use crate::visible::is_unseen;

/// A command that is recorded in what it writes.
#[derive(Debug, Clone)]
pub(super) struct Recorded {
    verb: &'static str,
    names: Vec<String>,
    options: Vec<String>,
    has_language: bool,
}

impl Recorded {
    pub(super) fn new(verb: &'static str, names: &[&str]) -> Self {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        Self { verb, names, options: Vec::new(), has_language: true }
    }

    /// The same of a command that speaks one language.
    pub(super) fn in_one_language(self) -> Self {
        Self { has_language: false, ..self }
    }

    /// With an option and its value.
    pub(super) fn option(&mut self, name: &str, value: impl AsRef<OsStr>) {
        let value = quoted(value.as_ref());
        // A value that begins like an option is none only where it is part of the same word.
        let mark = if value.trim_start_matches(['\'', '"']).starts_with('-') { '=' } else { ' ' };
        self.options.push(format!("{name}{mark}{value}"));
    }

    /// With an option that has no value.
    pub(super) fn flag(&mut self, name: &str, is_set: bool) {
        self.options.extend(is_set.then(|| name.to_owned()));
    }

    /// With how its answer is written: language and locale wherever bytes depend on them, since who runs
    /// it may have other defaults; the name of the file only where bytes depend on there being one.
    pub(super) fn written(
        &mut self,
        format: Format,
        language: Language,
        locale: Locale,
        file_name: Option<&OsStr>,
    ) {
        self.option("--format", word(&format));
        let is_said = format.is_for_people() || language != Language::default();
        if is_said && self.has_language {
            self.option("--lang", word(&language));
        }
        if format.is_delimited() || locale != Locale::default() {
            self.option("--locale", word(&locale));
        }
        if let Some(name) = file_name.filter(|_| format.is_more_in_a_file()) {
            self.option("--output", name);
        }
    }

    /// The command as one line.
    pub(super) fn text(&self) -> String {
        let mut words = vec!["sppis".to_owned(), self.verb.to_owned()];
        let names = self.names.iter().map(|name| quoted(OsStr::new(name)));
        // After `--` nothing is taken for an option.
        if self.names.iter().any(|name| name.starts_with('-')) {
            words.extend(self.options.iter().cloned().chain(["--".to_owned()]).chain(names));
        } else {
            words.extend(names.chain(self.options.iter().cloned()));
        }
        words.join(" ")
    }
}

/// A word as a shell takes it for one.
pub(super) fn quoted(word: &OsStr) -> String {
    let bytes = word.as_bytes();
    let is_plain = |it: &u8| it.is_ascii_alphanumeric() || b"-_=.@:/".contains(it);
    let is_seen = |text: &str| !text.contains(is_unseen) && !text.contains("\\u{");
    match word.to_str() {
        Some(text) if !text.is_empty() && bytes.iter().all(is_plain) => text.to_owned(),
        Some(text) if is_seen(text) => format!("'{}'", text.replace('\'', "'\\''")),
        _ => printed(bytes),
    }
}

/// A word that the shell's `printf` writes.
fn printed(bytes: &[u8]) -> String {
    // What a command writes loses its line ends there.
    let kept = bytes.iter().rposition(|it| *it != b'\n').map_or(0, |last| last + 1);
    let mut format = String::new();
    for chunk in bytes[..kept].utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '\n' => format.push_str("\\n"),
                '\t' => format.push_str("\\t"),
                '%' => format.push_str("%%"),
                '\'' | '\\' => octal(&mut format, &[character as u8]),
                other if is_unseen(other) => {
                    octal(&mut format, other.encode_utf8(&mut [0; 4]).as_bytes());
                }
                other => format.push(other),
            }
        }
        octal(&mut format, chunk.invalid());
    }
    let ends = "\n".repeat(bytes.len() - kept);
    let ends = if ends.is_empty() { ends } else { format!("'{ends}'") };
    format!("\"$(printf -- '{format}')\"{ends}")
}

fn octal(text: &mut String, bytes: &[u8]) {
    for byte in bytes {
        let _infallible = write!(text, "\\{byte:03o}");
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_word_is_quoted_only_where_it_must_be() {
        let cases = [
            ("region=04000", "region=04000"),
            ("", "''"),
            ("a b", "'a b'"),
            ("it's", "'it'\\''s'"),
            ("$(reboot)`x`", "'$(reboot)`x`'"),
            ("a\n\u{200b}%'", "\"$(printf -- 'a\\n\\342\\200\\213%%\\047')\""),
            ("\\u{1b}", "\"$(printf -- '\\134u{1b}')\""),
        ];
        for (word, expected) in cases {
            assert_eq!(quoted(OsStr::new(word)), expected);
        }
    }

    #[test]
    fn what_begins_like_an_option_is_none() {
        let mut command = Recorded::new("sql", &["-- all\nSELECT 1"]);
        command.option("--output", "-x.csv");
        command.flag("--rows", true);
        command.flag("--all", false);
        let expected = "sppis sql --output=-x.csv --rows -- \"$(printf -- '-- all\\nSELECT 1')\"";
        assert_eq!(command.text(), expected);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// No byte but zero, which no argument has.
        #[test]
        fn a_shell_takes_a_quoted_word_for_what_it_was(
            word in prop_oneof![
                prop::collection::vec(1..=255_u8, 0..12),
                "[-%'\"\\\\u{1b}$`!*~ \n\t\u{200b}é]{0,12}".prop_map(String::into_bytes),
            ],
        ) {
            let line = format!("printf '<%s>' {}", quoted(OsStr::from_bytes(&word)));
            let output = Command::new("sh").arg("-c").arg(&line).output().unwrap();
            let expected = [b"<", word.as_slice(), b">"].concat();
            prop_assert_eq!(output.stdout, expected, "{}", line);
            prop_assert!(!line.trim_end_matches(['\n', '\'']).contains(is_unseen), "{:?}", line);
        }
    }
}
