//! The expression, read from left to right.
//!
//! In: a text. Out: its signs, names and numbers one after the other, and mistakes with their places. Never:
//! a place that is not between two characters.

use std::ops::Range;

use super::error::CalendarError;

/// What of the expression is still to be read.
#[derive(Debug)]
pub(super) struct Reader<'t> {
    /// All of what the person wrote: places are places in it.
    whole: &'t str,
    at: usize,
    end: usize,
}

impl<'t> Reader<'t> {
    /// A reader of the part of `whole` up to `end`.
    pub(super) fn new(whole: &'t str, end: usize) -> Self {
        Self { whole, at: 0, end }
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// What has not been read.
    pub(super) fn rest(&self) -> &'t str {
        self.whole.get(self.at..self.end).unwrap_or("")
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.at == self.end
    }

    /// Whether `sign` comes next.
    pub(super) fn sees(&self, sign: &str) -> bool {
        self.rest().starts_with(sign)
    }

    /// Reads `sign` where it comes next, and says whether it did.
    pub(super) fn takes(&mut self, sign: &str) -> bool {
        let sees = self.sees(sign);
        if sees {
            self.at += sign.len();
        }
        sees
    }

    /// Reads spaces, of which there may be none.
    pub(super) fn skip_spaces(&mut self) {
        while self.takes(" ") {}
    }

    /// The characters of one kind that come next, without reading them.
    pub(super) fn run(&self, is_kind: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let end = rest.find(|it| !is_kind(it));
        rest.get(..end.unwrap_or(rest.len())).unwrap_or("")
    }

    /// Reads a run that [`Self::run`] showed.
    pub(super) fn skip(&mut self, run: &str) {
        self.at += run.len();
    }

    /// Something else was expected than the character that comes next.
    pub(super) fn mistake(&self, expected: impl Into<String>) -> CalendarError {
        let length = self.rest().chars().next().map_or(0, char::len_utf8);
        self.mistake_at(self.at..self.at + length, expected)
    }

    /// Something else was expected at a place.
    pub(super) fn mistake_at(
        &self,
        span: Range<usize>,
        expected: impl Into<String>,
    ) -> CalendarError {
        CalendarError::new(self.whole, span, expected)
    }
}
