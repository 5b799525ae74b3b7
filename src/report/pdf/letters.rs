//! Texts for paper: all characters in them can be seen, and no word is longer than a line.
//!
//! In: any text. Out: a text that the fonts have every character of. Never: something dropped; what the
//! fonts do not have, or what is not seen, is written as `\u{1b}`.

use typst::text::Font;
use unicode_normalization::UnicodeNormalization as _;

use super::world::fonts;
use crate::visible::is_unseen;

/// Between pieces of a word that may stand on several lines; texts have it nowhere else.
const GAP: char = '\u{200b}';
/// Words longer than this are taken for names, hashes or paths, and may stand on several lines.
const WORD_MAX: usize = 40;
/// Length of their pieces.
const PIECE: usize = 10;

/// What the fonts have.
pub(super) struct Letters(Vec<Font>);

impl Letters {
    pub(super) fn new() -> Self {
        Self(fonts())
    }

    /// A text for the page.
    pub(super) fn text(&self, text: &str) -> String {
        broken(&self.shown(text))
    }

    /// A text in which all characters can be seen.
    pub(super) fn shown(&self, text: &str) -> String {
        self.shown_but(text, &[])
    }

    /// The same, with characters that may stand as they are.
    pub(super) fn shown_but(&self, text: &str, kept: &[char]) -> String {
        let has = |it: char| self.0.iter().all(|font| font.info().coverage.contains(u32::from(it)));
        let mut shown = String::with_capacity(text.len());
        for character in text.nfc() {
            if kept.contains(&character) || (has(character) && !is_unseen(character)) {
                shown.push(character);
            } else {
                shown.extend(character.escape_unicode());
            }
        }
        shown
    }
}

/// A text whose longest words may stand on several lines.
fn broken(text: &str) -> String {
    let is_long = |word: &str| word.chars().nth(WORD_MAX).is_some();
    if !text.split(' ').any(is_long) {
        return text.to_owned();
    }
    let mut words: Vec<String> = Vec::new();
    for word in text.split(' ') {
        let mut pieces = String::new();
        for (at, character) in word.chars().enumerate() {
            if is_long(word) && at > 0 && at % PIECE == 0 {
                pieces.push(GAP);
            }
            pieces.push(character);
        }
        words.push(pieces);
    }
    words.join(" ")
}
