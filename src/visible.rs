//! Characters that are not seen, or that change how others are seen, and what is written instead.
//!
//! In: any text. Out: the same text in which each such character stands as `\u{1b}`. Never: a
//! character that is dropped. A terminal takes control characters for commands; marks of direction
//! show a text in another order than it is read in; what has no width makes two texts look alike.

use std::borrow::Cow;

/// Whether a character is not seen, or changes how others are seen. A line end and a tab are among
/// them: one ends a line that should go on, the other a column.
pub(crate) fn is_unseen(character: char) -> bool {
    // Most texts are of such letters.
    if (' '..='~').contains(&character) {
        return false;
    }
    character.is_control()
        || matches!(
            character,
            // Soft hyphen, joiners and fillers without width.
            '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}'
                | '\u{3164}' | '\u{ffa0}'
                // Widthless spaces and marks of direction, ends of lines and paragraphs.
                | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}'
                // Variations, annotations, tags.
                | '\u{fe00}'..='\u{fe0f}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e01ef}'
        )
}

/// A value on one line; no two values become one, so what looks like an escape already has its
/// backslash escaped.
pub(crate) fn value(text: &str) -> Cow<'_, str> {
    value_but(text, &[])
}

/// The same, with characters that may stand as they are.
pub(crate) fn value_but<'t>(text: &'t str, kept: &[char]) -> Cow<'t, str> {
    let is_hidden = |it: char| is_unseen(it) && !kept.contains(&it);
    if !text.contains(is_hidden) && !text.contains(OPENING) {
        return text.into();
    }
    escaped(text, |at, it| is_hidden(it) || text[at..].starts_with(OPENING)).into()
}

/// How an escape begins.
const OPENING: &str = "\\u{";

/// A sentence on one line: values in it may have been escaped before, and stay as they are.
pub(crate) fn line(text: &str) -> Cow<'_, str> {
    sentence(text, is_unseen)
}

/// The same of several lines.
pub(crate) fn lines(text: &str) -> Cow<'_, str> {
    sentence(text, |it| is_unseen(it) && it != '\n')
}

fn sentence(text: &str, is_hidden: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&is_hidden) {
        return text.into();
    }
    escaped(text, |_, it| is_hidden(it)).into()
}

/// A text with the characters written out that are hidden, by their places.
fn escaped(text: &str, is_hidden: impl Fn(usize, char) -> bool) -> String {
    let mut safe = String::with_capacity(text.len() + 8);
    for (at, character) in text.char_indices() {
        if is_hidden(at, character) {
            safe.extend(character.escape_unicode());
        } else {
            safe.push(character);
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_not_seen_is_written_and_nothing_else_changes() {
        let cases = [
            ("\u{1b}[31m", "\\u{1b}[31m"),
            ("a\u{202e}b\u{9b}", "a\\u{202e}b\\u{9b}"),
            ("a\nb\tc", "a\\u{a}b\\u{9}c"),
            ("\\u{1b}", "\\u{5c}u{1b}"),
            ("1\u{200b}", "1\\u{200b}"),
            ("né à 1 234\u{a0}€ 'x' \\u", "né à 1 234\u{a0}€ 'x' \\u"),
        ];
        for (text, expected) in cases {
            assert_eq!(value(text), expected);
        }
        assert_eq!(value_but("a\nb\r", &['\n']), "a\nb\\u{d}");
        assert_eq!(line("\\u{1b}\u{1b}\n"), "\\u{1b}\\u{1b}\\u{a}");
        assert_eq!(lines("a\nb\u{7}"), "a\nb\\u{7}");
    }

    proptest! {
        #[test]
        fn no_two_values_become_one(
            texts in prop::array::uniform2("[\\\\u\\{1b\\}\u{1b}\u{200b}5c]{0,12}"),
        ) {
            let [one, other] = [value(&texts[0]), value(&texts[1])];
            prop_assert_eq!(one == other, texts[0] == texts[1]);
            prop_assert!(!one.contains(is_unseen));
        }
    }
}
