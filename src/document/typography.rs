//! The marks of a language: which space stands before a mark, and which apostrophe in a word.
//!
//! In: a text as it is written in a file, with plain spaces and apostrophes. Out: the same text as
//! it is set in the language. Never: a change of what stands between backquotes, which is code.

/// A text in French: no-break spaces before `:`, `%` and `»` and behind `«`, narrow ones before `;`,
/// `!` and `?`, and the right apostrophe.
pub fn french(text: &str) -> String {
    set(text, |before, space, after| match (before, after) {
        (_, Some(':' | '%' | '»')) | (Some('«'), _) => '\u{A0}',
        (_, Some(';' | '!' | '?')) => '\u{202F}',
        _ => space,
    })
}

/// A text in Dutch: the right apostrophe.
pub fn dutch(text: &str) -> String {
    set(text, |_, space, _| space)
}

/// The text with each of its spaces as `spaced` says, by what stands before and behind it.
fn set(text: &str, spaced: impl Fn(Option<char>, char, Option<char>) -> char) -> String {
    let mut set = String::with_capacity(text.len() + 8);
    let (mut before, mut is_code) = (None::<char>, false);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let after = characters.peek().copied();
        let is_letter = |it: Option<char>| it.is_some_and(char::is_alphabetic);
        is_code ^= character == '`';
        set.push(match character {
            _ if is_code => character,
            ' ' => spaced(before, ' ', after),
            '\'' if is_letter(before) && is_letter(after) => '’',
            other => other,
        });
        before = Some(character);
    }
    set
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_have_the_space_of_their_language_and_code_has_its_own() {
        let text = "l'an : 5 % ; `a : b's` « oui » ?";
        let expected = "l’an\u{A0}: 5\u{A0}%\u{202F}; `a : b's` «\u{A0}oui\u{A0}»\u{202F}?";
        assert_eq!(french(text), expected);
        assert_eq!(dutch("zo'n `'s` : 'x'"), "zo’n `'s` : 'x'");
    }
}
