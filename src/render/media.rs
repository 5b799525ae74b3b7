//! Text made safe for what it is written into: one function for each medium.
//!
//! In: any text, as a delivery, a file's name, a dictionary or a query brought it. Out: text that
//! its medium takes for nothing but text, in which what cannot be seen is written (`\u{1b}`). Never:
//! something dropped, or a change of a text that holds nothing of the kind.
//!
//! *Values* stay told apart whatever they hold; *sentences* may have been put together of values
//! that were escaped before, and are not escaped twice.

use std::borrow::Cow;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter, Serializer};

use crate::visible::{is_unseen, line, lines, value, value_but};

/// What a cell of most formats can hold besides what is seen.
const WHITE: [char; 2] = ['\n', '\t'];

/// A value for a terminal, on one line.
pub(crate) fn terminal(text: &str) -> Cow<'_, str> {
    value(text)
}

/// Sentences for a terminal, with their line ends.
pub(crate) fn terminal_lines(text: &str) -> Cow<'_, str> {
    lines(text)
}

/// A value as a field of delimited text, quoted where it must be.
pub(crate) fn delimited(text: &str, delimiter: char) -> String {
    let text = no_formula(value_but(text, &WHITE));
    if text.contains([delimiter, '"', '\n', '\r']) {
        return format!("\"{}\"", text.replace('"', "\"\""));
    }
    text.into_owned()
}

/// A sentence as a field of delimited text, always quoted.
pub(crate) fn quoted(text: &str) -> String {
    format!("\"{}\"", no_formula(line(text)).replace('"', "\"\""))
}

/// A text that no spreadsheet takes for a formula; one that looks like this already has another
/// mark, so that no two become one.
fn no_formula(text: Cow<'_, str>) -> Cow<'_, str> {
    if is_formula(&text) { format!("'{text}").into() } else { text }
}

/// Whether a spreadsheet may take a text for a formula: by its first sign, also a wide one, before
/// which there may be what is not seen, blanks, and marks against being one.
pub(crate) fn is_formula(text: &str) -> bool {
    const SIGNS: &[char] = &[
        '=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}', '\u{fe62}', '\u{fe63}',
        '\u{fe66}', '\u{fe6b}', '\u{2212}',
    ];
    let marked = text.trim_start_matches('\'');
    let bare =
        text.trim_start_matches(|it: char| it == '\'' || it.is_whitespace() || is_unseen(it));
    bare.starts_with(SIGNS) || marked.starts_with(['\t', '\r', '\n'])
}

/// A text in which nothing is a mark of Markdown or HTML, on one line.
pub(crate) fn markdown(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in value_but(text, &['\n', '\r', '\t']).chars() {
        match character {
            '\n' | '\r' => safe.push(' '),
            '|' | '\\' | '`' | '*' | '_' | '<' | '>' | '[' | ']' | '#' => {
                safe.push('\\');
                safe.push(character);
            }
            character => safe.push(character),
        }
    }
    safe
}

/// A text as code in Markdown; more marks than it has in a row hold it.
pub(crate) fn markdown_code(text: &str) -> String {
    let text = value_but(text, &['\n', '\r', '\t']).replace(['\n', '\r'], " ");
    let longest = text.split(|it| it != '`').map(str::len).fold(0, usize::max);
    match longest {
        0 => format!("`{text}`"),
        longest => {
            let marks = "`".repeat(longest + 1);
            format!("{marks} {text} {marks}")
        }
    }
}

/// A value as text of HTML, or within quotes there.
pub(crate) fn html(text: &str) -> String {
    let text = value_but(text, &WHITE).replace('&', "&amp;").replace('<', "&lt;");
    let text = text.replace('>', "&gt;").replace('"', "&quot;");
    text.replace('\'', "&#39;")
}

/// A value as text of XML, before its marks are escaped: without what XML has no place for.
pub(crate) fn xml(text: &str) -> Cow<'_, str> {
    value_but(text, &WHITE)
}

/// A value as a text of a PX file, which has no way to write a quotation mark.
pub(crate) fn px(text: &str) -> String {
    value(text).replace('"', "\\u{22}")
}

/// A value as the text of a workbook's cell, which is written as a text and never as a formula.
pub(crate) fn workbook(text: &str) -> Cow<'_, str> {
    value_but(text, &WHITE)
}

/// A document of JSON on one line. Its texts are exactly what they were: what is not seen is escaped as
/// JSON does it.
pub(crate) fn json(out: &mut dyn Write, value: &impl Serialize) -> serde_json::Result<()> {
    value.serialize(&mut Serializer::with_formatter(out, Escaping(CompactFormatter)))
}

/// The same for reading, over several lines.
pub(crate) fn json_lines(out: &mut dyn Write, value: &impl Serialize) -> serde_json::Result<()> {
    value.serialize(&mut Serializer::with_formatter(out, Escaping(PrettyFormatter::new())))
}

/// Writes as another formatter does, but for texts.
struct Escaping<F>(F);

/// Methods that go on to the other formatter.
macro_rules! handed_on {
    ($($name:ident($($argument:ident: $kind:ty),*);)*) => {
        $(fn $name<W: ?Sized + Write>(&mut self, out: &mut W, $($argument: $kind),*) -> io::Result<()> {
            self.0.$name(out, $($argument),*)
        })*
    };
}

impl<F: Formatter> Formatter for Escaping<F> {
    handed_on! {
        begin_array();
        end_array();
        begin_array_value(first: bool);
        end_array_value();
        begin_object();
        end_object();
        begin_object_key(first: bool);
        end_object_key();
        begin_object_value();
        end_object_value();
    }

    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut rest = fragment;
        while let Some((at, character)) = rest.char_indices().find(|(_, it)| is_unseen(*it)) {
            out.write_all(&rest.as_bytes()[..at])?;
            for unit in character.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}")?;
            }
            rest = &rest[at + character.len_utf8()..];
        }
        out.write_all(rest.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tabbed(text: &str) -> String {
        delimited(text, '\t')
    }

    #[test]
    fn a_text_like_a_formula_is_made_harmless() {
        for formula in ["=1+1", "+1", "-1", "@sum", "\u{a0}=1", "\u{3000}\u{ff1d}1", "'=1"] {
            assert_eq!(tabbed(formula).strip_prefix('\''), Some(&*value(formula)), "{formula:?}");
        }
        // What cannot be seen before the sign is written, and then stands there itself.
        for formula in ["\u{200b}=1", "\u{feff}+1", "\r=1"] {
            assert!(tabbed(formula).starts_with("\\u{"), "{formula:?}");
        }
        for text in ["00-17", "65+", "", "'q", "a=1", "\u{a0}a"] {
            assert_eq!(tabbed(text), text);
            assert_eq!(delimited(text, ','), text);
        }
    }

    #[test]
    fn quotes_stand_only_where_they_must() {
        assert_eq!(delimited("a;b", ','), "a;b");
        assert_eq!(delimited("a;b", ';'), "\"a;b\"");
        assert_eq!(delimited("a\"b\n", ','), "\"a\"\"b\n\"");
        assert_eq!(quoted("a"), "\"a\"");
        assert_eq!(delimited("\tx", ','), "'\tx");
    }

    #[test]
    fn no_text_is_taken_for_a_mark() {
        assert_eq!(markdown("a|b\nc_d\u{1b}"), "a\\|b c\\_d\\\\u{1b}");
        assert_eq!(markdown_code("a`b"), "`` a`b ``");
        assert_eq!(markdown_code("a``b"), "``` a``b ```");
        assert_eq!(html("<a> & \u{202e}\"'"), "&lt;a&gt; &amp; \\u{202e}&quot;&#39;");
    }

    proptest! {
        #[test]
        fn json_is_read_back_as_it_was_and_shows_all_of_it(text in "\\PC{0,4}[\u{0}-\u{a0}\u{202e}\u{e0001}]{0,4}\\PC{0,4}") {
            let value = serde_json::json!({ "a": [text, 1], text.as_str(): {} });
            let (mut short, mut long) = (Vec::new(), Vec::new());
            json(&mut short, &value).unwrap();
            json_lines(&mut long, &value).unwrap();
            for bytes in [short, long] {
                let read: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
                prop_assert_eq!(&read, &value);
                let seen = String::from_utf8(bytes).unwrap();
                prop_assert!(!seen.replace('\n', "").contains(is_unseen), "{:?}", seen);
            }
        }

        #[test]
        fn no_two_values_become_one_field(
            texts in prop::array::uniform2("[='\\\\u\u{a0}\u{200b}\t\u{1b}5c\\}\\{]{0,6}"),
        ) {
            for write in [tabbed as fn(&str) -> String, |it| delimited(it, ','), html] {
                let [one, other] = [write(&texts[0]), write(&texts[1])];
                prop_assert_eq!(one == other, texts[0] == texts[1]);
            }
        }
    }
}
