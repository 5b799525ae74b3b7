//! The axis of numbers: from nothing to a round number, in a few round steps.
//!
//! In: the numbers that are drawn. Out: marks, and the place of any number among them, in whole
//! numbers. Never: an axis that leaves nothing out without saying so: it always holds zero.

/// Steps that are aimed at.
const STEPS: i128 = 4;

/// An axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Scale {
    low: i128,
    high: i128,
    pub(super) step: i128,
}

impl Scale {
    /// Over all of these; no step is smaller than `least`.
    pub(super) fn over(values: impl Iterator<Item = i128>, least: i128) -> Self {
        let (low, high) = values.fold((0, 0), |(low, high), it| (low.min(it), high.max(it)));
        let rough = ((high - low + STEPS - 1) / STEPS).max(least).max(1);
        let mut power = least.max(1);
        while power * 10 <= rough {
            power *= 10;
        }
        let steps = [power, power * 2, power * 5, power * 10];
        let step = steps.into_iter().find(|it| *it >= rough).unwrap_or(power * 10);
        let high = (high + step - 1).div_euclid(step) * step;
        let low = low.div_euclid(step) * step;
        Self { low, high: if high == low { low + step } else { high }, step }
    }

    /// The marks, from the lowest.
    pub(super) fn marks(self) -> impl Iterator<Item = i128> {
        let count = (self.high - self.low) / self.step;
        (0..=count).map(move |at| self.low + at * self.step)
    }

    /// Where a number lies between the places of the lowest and of the highest mark.
    pub(super) fn place(self, value: i128, lowest: i64, highest: i64) -> i64 {
        let length = i128::from(highest - lowest);
        let within = (value - self.low) * length / (self.high - self.low);
        // Within the length, which is one of 64 bits.
        lowest + i64::try_from(within).unwrap_or(highest - lowest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_round_hold_zero_and_all_numbers() {
        let marks = |values: &[i128], least| {
            Scale::over(values.iter().copied(), least).marks().collect::<Vec<_>>()
        };
        assert_eq!(marks(&[], 1), [0, 1]);
        assert_eq!(marks(&[3], 1), [0, 1, 2, 3]);
        assert_eq!(marks(&[7_600, 13_700], 1), [0, 5_000, 10_000, 15_000]);
        assert_eq!(marks(&[-30, 55], 1), [-50, 0, 50, 100]);
        assert_eq!(marks(&[-7], 1), [-8, -6, -4, -2, 0]);
        assert_eq!(marks(&[12_345], 100), [0, 5_000, 10_000, 15_000]);
        assert_eq!(marks(&[i128::from(i64::MAX)], 1).len(), 3);
    }

    #[test]
    fn a_number_lies_where_its_share_of_the_axis_ends() {
        let scale = Scale::over([0, 100].into_iter(), 1);
        assert_eq!(scale.place(0, 30_000, 0), 30_000);
        assert_eq!(scale.place(100, 30_000, 0), 0);
        assert_eq!(scale.place(25, 30_000, 0), 22_500);
    }
}
