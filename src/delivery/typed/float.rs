//! Numbers of programs that have no others: a cell of a sheet or a SAS dataset is a binary float by
//! its format. It is taken as the shortest digits that mean it, which are those that were typed; where
//! it was computed there, and its first fifteen digits, which are all that the program shows, have at
//! most two decimals, as these. Nothing is ever computed with it here but the day and the time of day
//! that it counts.

use std::borrow::Cow;

use super::cell::Value;

/// A number as a sheet or a dataset holds it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Float(f64);

const SECONDS_OF_DAY: f64 = 86_400.0;
/// Digits that spreadsheets and SAS show of a number at most.
const DIGITS_SHOWN: usize = 15;

/// Digits of a number in plain notation that say something.
fn digits(number: &str) -> usize {
    let digits = number.trim_start_matches(['-', '0', '.']).bytes();
    digits.filter(u8::is_ascii_digit).count()
}

impl Float {
    /// The number that a text says.
    pub(super) fn parse(text: &str) -> Option<Self> {
        text.parse().ok().filter(|number: &f64| number.is_finite()).map(Self)
    }

    /// The number of up to eight bytes, of which the less significant ones may be left out; none
    /// where they say that a value is missing.
    pub(super) fn of_sas(bytes: &[u8], big_end_first: bool) -> Option<Self> {
        let mut whole = [0; 8];
        let length = bytes.len().min(whole.len());
        if big_end_first {
            whole[..length].copy_from_slice(&bytes[..length]);
        } else {
            // The end of the number stands at the end of its bytes.
            whole[8 - length..].copy_from_slice(&bytes[..length]);
        }
        let bits =
            if big_end_first { u64::from_be_bytes(whole) } else { u64::from_le_bytes(whole) };
        Some(f64::from_bits(bits)).filter(|number| !number.is_nan()).map(Self)
    }

    /// The digits that mean it.
    pub(super) fn written(self) -> Value<'static> {
        let shortest = self.0.to_string();
        let shown = if digits(&shortest) > DIGITS_SHOWN { self.shown() } else { None };
        Value::Written(Cow::Owned(shown.unwrap_or(shortest)))
    }

    /// The digits that the program shows, where they have at most two decimals.
    fn shown(self) -> Option<String> {
        let rounded = format!("{:.*e}", DIGITS_SHOWN - 1, self.0);
        let (digits, power) = rounded.split_once('e')?;
        let zeros = digits.len() - digits.trim_end_matches('0').len();
        let behind = i32::try_from(DIGITS_SHOWN - 1 - zeros).ok()? - power.parse::<i32>().ok()?;
        let decimals = usize::try_from(behind.max(0)).ok()?;
        (decimals <= 2).then(|| format!("{:.decimals$}", self.0))
    }

    /// The day of a sheet that counts days, with the part of the day that has gone; the number
    /// where no day has it.
    pub(super) fn of_sheet(self, from_1904: bool) -> Value<'static> {
        const LAST: f64 = 2_958_465.0;
        let Self(days) = self;
        let epoch = match days.floor() {
            day if !(0.0..=LAST).contains(&day) => return self.written(),
            _ if from_1904 => -24_107,
            // The calendar of sheets has a 29 February 1900.
            day if day > 60.0 => -25_569,
            day if (1.0..60.0).contains(&day) => -25_568,
            _ => return self.written(),
        };
        moment(days, epoch)
    }

    /// The day of a dataset that counts days from 1960 on.
    pub(super) fn days_of_sas(self) -> Value<'static> {
        moment(self.0, -3_653)
    }

    /// The moment of a dataset that counts seconds from 1960 on.
    pub(super) fn seconds_of_sas(self) -> Value<'static> {
        moment(self.0 / SECONDS_OF_DAY, -3_653)
    }
}

/// The day, and to the millisecond what has gone of it.
fn moment(days: f64, epoch: i64) -> Value<'static> {
    let whole = days.floor();
    let Some(day) = integer(whole) else {
        return Value::Written(Cow::Owned(days.to_string()));
    };
    let gone = integer(((days - whole) * SECONDS_OF_DAY * 1000.0).round()).unwrap_or_default();
    let (seconds, milliseconds) = (gone.div_euclid(1000), gone.rem_euclid(1000));
    match (seconds, milliseconds) {
        (0, 0) => Value::Day(day + epoch),
        _ => Value::Moment(
            (day + epoch) * 86_400 + seconds,
            u32::try_from(milliseconds * 1_000_000).unwrap_or_default(),
        ),
    }
}

/// A whole number of a size that a day or a second can have.
fn integer(whole: f64) -> Option<i64> {
    const MAX: f64 = 1e12;
    // Its digits are exact in this range, and no cast has to be trusted.
    (whole.abs() < MAX).then(|| whole.to_string().parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::typed::cell::Kind;

    fn written(value: Value<'_>, kind: Kind) -> String {
        let mut text = Vec::new();
        value.write(kind, &mut text);
        String::from_utf8_lossy(&text).into_owned()
    }

    #[test]
    fn a_sheet_counts_days_and_has_one_too_many() {
        let day = |number, from_1904| written(Float(number).of_sheet(from_1904), Kind::Day);
        assert_eq!(day(39_083.0, false), "2007-01-01");
        assert_eq!(day(37_621.0, true), "2007-01-01");
        assert_eq!(day(39_083.5, false), "2007-01-01 12:00:00");
        assert_eq!(day(61.0, false), "1900-03-01");
        assert_eq!(day(60.0, false), "60");
        assert_eq!(day(59.0, false), "1900-02-28");
        assert_eq!(day(2_958_465.0, false), "9999-12-31");
        assert_eq!(day(1e300, false).len(), 301);
        assert_eq!(day(-1.0, false), "-1");
    }

    #[test]
    fn a_dataset_counts_from_1960_and_may_leave_bytes_out() {
        assert_eq!(written(Float(17_167.0).days_of_sas(), Kind::Day), "2007-01-01");
        let midnight = 17_167.0 * SECONDS_OF_DAY;
        assert_eq!(written(Float(midnight).seconds_of_sas(), Kind::Day), "2007-01-01");
        assert_eq!(
            written(Float(midnight + 61.0).seconds_of_sas(), Kind::Day),
            "2007-01-01 00:01:01"
        );
        let bytes = 250.5_f64.to_le_bytes();
        let sas =
            |bytes: &[u8], big| written(Float::of_sas(bytes, big).unwrap().written(), Kind::Amount);
        assert_eq!(sas(&bytes, false), "250.5");
        assert_eq!(sas(&bytes[4..], false), "250.5");
        assert_eq!(sas(&250.5_f64.to_be_bytes()[..4], true), "250.5");
        assert!(Float::of_sas(&f64::NAN.to_le_bytes(), false).is_none());
    }

    #[test]
    fn a_number_is_the_digits_that_were_typed() {
        let amount = |text| written(Float::parse(text).unwrap().written(), Kind::Amount);
        assert_eq!(amount("1234.0999999999999"), "1234.1");
        assert_eq!(amount("2.5E2"), "250");
        assert_eq!(amount("0.30000000000000004"), "0.3");
        assert_eq!(amount("750.30000000000007"), "750.3");
        assert_eq!(amount("-750.29999999999995"), "-750.3");
        assert_eq!(amount("1500.0000000000002"), "1500");
        assert_eq!(amount("9999999999.9900017"), "9999999999.99");
        assert_eq!(amount("750.30000000001"), "750.30000000001");
        assert_eq!(amount("750.12500000000011"), "750.1250000000001");
        assert_eq!(amount("0.0000000000000004"), "0.0000000000000004");
        assert!(Float::parse("x").is_none() && Float::parse("inf").is_none());
    }
}
