//! Lengths of time, as they are written: `30s`, `10min`, `2h`, `14d`.

use std::time::Duration;

use super::{Problem, Table};

/// Units and how many seconds each has.
const UNITS: [(&str, u64); 4] = [("s", 1), ("min", 60), ("h", 3600), ("d", 86_400)];

/// Seconds of a hundred years.
const LONGEST: u64 = 36_525 * 86_400;

impl Table<'_> {
    /// A length of time under `key`, when there is one.
    pub fn duration(&self, key: &'static str) -> Option<Duration> {
        let text = self.text(key)?;
        let duration = duration(&text.value);
        if duration.is_none() {
            let message = format!(
                "`{key}` must be a length of time such as `30s`, `10min`, `2h` or `14d`, found `{}`",
                text.value
            );
            self.problem(Problem::new(text.span, message));
        }
        duration
    }
}

fn duration(text: &str) -> Option<Duration> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let (_, seconds) = UNITS.iter().find(|(name, _)| *name == unit.trim_start())?;
    let seconds = number.parse::<u64>().ok()?.checked_mul(*seconds)?;
    (seconds <= LONGEST).then(|| Duration::from_secs(seconds))
}
