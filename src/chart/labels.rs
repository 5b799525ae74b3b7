//! Texts beside what they name: how wide they are, broken into lines, and kept off each other.
//!
//! In: texts and places. Out: places. Never: a text that is cut, or one over another.

use super::svg::{Canvas, Ink, NONE, Place, Style, unit};

/// From one line to the next, in a text of several.
pub(super) const LINE: i64 = unit(16);
/// How much a name beside what it names may take of the width.
pub(super) const ROOM: i64 = unit(190);

/// About how wide a text of a size is, rather too wide, in hundredths; by the letters of Inter.
pub(super) fn width(text: &str, size: i64) -> i64 {
    let thousandths = |letter: char| match letter {
        'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '\'' | '!' | '’' => 300,
        ' ' | '\u{a0}' | '\u{202f}' => 280,
        'f' | 't' | 'r' | '(' | ')' | '/' | '|' => 400,
        'm' | 'w' | 'M' | 'W' | '%' | '@' | 'Œ' | 'œ' | '…' | '→' => 970,
        it if it.is_uppercase() => 745,
        it if it.is_ascii_digit() => 655,
        it if it.is_ascii() || ('\u{c0}'..'\u{180}').contains(&it) => 620,
        // Letters that the fonts of a reader's machine give.
        _ => 1000,
    };
    text.chars().map(|letter| thousandths(letter) * size / 10).sum()
}

/// A text in lines of at most this width: broken at blanks, a longer word within.
pub(super) fn wrapped(text: &str, size: i64, room: i64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        match lines.last_mut() {
            Some(line) if width(&format!("{line} {word}"), size) <= room => {
                *line += " ";
                *line += word;
                continue;
            }
            _ => lines.push(String::new()),
        }
        for letter in word.chars() {
            match lines.last_mut() {
                Some(line) if width(line, size) + width(&letter.to_string(), size) <= room => {
                    line.push(letter);
                }
                _ => lines.push(letter.to_string()),
            }
        }
    }
    lines
}

/// A name for what ends at a place.
pub(super) struct Label {
    pub(super) lines: Vec<String>,
    pub(super) at: Place,
    pub(super) ink: Ink,
}

impl Label {
    pub(super) fn new(text: &str, at: Place, ink: Ink) -> Self {
        Self { lines: wrapped(text, 13, ROOM), at, ink }
    }

    fn height(&self) -> i64 {
        LINE * i64::try_from(self.lines.len()).unwrap_or(1)
    }

    /// The room that names take.
    pub(super) fn room(names: &[String]) -> i64 {
        let widths =
            names.iter().flat_map(|name| wrapped(name, 13, ROOM)).map(|line| width(&line, 13));
        widths.max().unwrap_or(0) + unit(18)
    }
}

/// Names to the right of `x`, as near to what they name as the others let them; between `top` and
/// `bottom`, as long as there is room for all.
pub(super) fn beside(mut labels: Vec<Label>, x: i64, (top, bottom): Place, canvas: &mut Canvas) {
    labels.sort_by_key(|label| label.at.1);
    let mut places: Vec<i64> = labels.iter().map(|it| it.at.1 - it.height() / 2).collect();
    let mut least = top - LINE / 2;
    for (place, label) in places.iter_mut().zip(&labels) {
        *place = (*place).max(least);
        least = *place + label.height();
    }
    let mut most = bottom + LINE / 2;
    for (place, label) in places.iter_mut().zip(&labels).rev() {
        *place = (*place).min(most - label.height());
        most = *place;
    }
    for (label, top) in labels.iter().zip(places) {
        let start = (label.at.0 + unit(5), label.at.1);
        canvas.line(start, (x + unit(10), top + label.height() / 2), label.ink.colour, NONE);
        for (line, at) in label.lines.iter().zip(0..) {
            canvas.text((x + unit(14), top + LINE * at + unit(12)), line, Style::bold(13));
        }
    }
}
