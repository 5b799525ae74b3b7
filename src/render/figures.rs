//! Numbers as pictures and sentences have them: rounded to what can be told, in a language's form.

use super::{decimal_text, grouped};

/// How numbers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figures {
    /// What a whole is of the numbers that are written: 100 for cents as euros.
    pub whole: i128,
    /// Digits after the decimal mark.
    pub decimals: u8,
    /// The decimal mark.
    pub mark: char,
    /// What stands behind each number.
    pub ending: &'static str,
}

impl Figures {
    /// The smallest difference that can be told.
    pub fn least(self) -> i128 {
        (self.whole / 10_i128.pow(self.decimals.into())).max(1)
    }

    /// A number, to the nearest that can be told; a half goes away from zero.
    pub fn text(self, value: i128) -> String {
        let least = self.least();
        let rounded = (value.abs() + least / 2) / least * value.signum();
        let text = grouped(&decimal_text(rounded, self.decimals));
        let text = text.replace('.', &self.mark.to_string()).replace('-', "\u{2212}");
        text + self.ending
    }

    /// The same for numbers so far apart: without decimals that are all zero.
    #[must_use]
    pub fn in_steps_of(self, step: i128) -> Self {
        if step % self.whole == 0 { Self { decimals: 0, ..self } } else { self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_written_to_the_nearest_that_can_be_told() {
        let euros = Figures { whole: 100, decimals: 0, mark: ',', ending: "" };
        assert_eq!(euros.text(123_450), "1\u{a0}235");
        assert_eq!(euros.text(-50), "\u{2212}1");
        assert_eq!(euros.text(-49), "0");
        let percent = Figures { whole: 10, decimals: 1, mark: ',', ending: "\u{a0}%" };
        assert_eq!(percent.text(-7), "\u{2212}0,7\u{a0}%");
        assert_eq!(percent.in_steps_of(50).text(100), "10\u{a0}%");
        assert_eq!(percent.in_steps_of(5).text(100), "10,0\u{a0}%");
    }
}
