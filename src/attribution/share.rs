//! Shares an amount out by days, in whole cents, so that the parts add up exactly.

use crate::exact::fitting;
use crate::quarter::Day;

/// Parts of equal days, in calendar order among the others: `count` quarters of `days` each.
///
/// An open end such as 9999-12-31 touches thousands of quarters outside the window; they are not
/// looked at one by one, since only how many of them there are matters to the others.
pub(super) type Group = (Day, i64);

/// The shares of the quarters `inside` the window, of which `before` and `after` lie outside.
///
/// Largest remainder; ties go to the earlier quarter. For a negative amount the magnitude is
/// shared out and the sign restored, so that a regularisation undoes exactly what the payment
/// gave each quarter.
pub(super) fn shares(cents: i64, before: &[Group], inside: &[Day], after: &[Group]) -> Vec<i64> {
    let magnitude = i128::from(cents.unsigned_abs());
    let outside = || before.iter().chain(after);
    let total: i128 = outside().map(|(days, count)| i128::from(*days) * i128::from(*count)).sum();
    let total = total + inside.iter().map(|days| i128::from(*days)).sum::<i128>();
    if total == 0 {
        return vec![0; inside.len()];
    }
    let whole = |days: Day| magnitude * i128::from(days) / total;
    let remainder = |days: Day| magnitude * i128::from(days) % total;
    let given: i128 = outside().map(|(days, count)| whole(*days) * i128::from(*count)).sum();
    let left = magnitude - given - inside.iter().map(|days| whole(*days)).sum::<i128>();
    let share = |(at, days): (usize, &Day)| {
        let own = remainder(*days);
        let groups = |groups: &[Group], ties: bool| -> i128 {
            let ahead = groups
                .iter()
                .filter(|(days, _)| remainder(*days) > own || (ties && remainder(*days) == own));
            ahead.map(|(_, count)| i128::from(*count)).sum()
        };
        let neighbours = inside.iter().enumerate().filter(|(other, days)| {
            remainder(**days) > own || (remainder(**days) == own && *other < at)
        });
        let ahead = groups(before, true) + groups(after, false) + neighbours.count() as i128;
        let share = whole(*days) + i128::from(ahead < left);
        fitting(if cents < 0 { -share } else { share })
    };
    inside.iter().enumerate().map(share).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The rule as it is written: every part looked at.
    fn plain(cents: i64, days: &[Day]) -> Vec<i64> {
        let total: i128 = days.iter().map(|days| i128::from(*days)).sum();
        let magnitude = i128::from(cents.unsigned_abs());
        let products: Vec<i128> = days.iter().map(|days| magnitude * i128::from(*days)).collect();
        let mut parts: Vec<i128> = products.iter().map(|product| product / total).collect();
        let mut order: Vec<usize> = (0..days.len()).collect();
        order.sort_by_key(|at| (-(products[*at] % total), *at));
        let left = usize::try_from(magnitude - parts.iter().sum::<i128>()).unwrap();
        for at in &order[..left] {
            parts[*at] += 1;
        }
        let signed = |part: i128| i64::try_from(if cents < 0 { -part } else { part }).unwrap();
        parts.into_iter().map(signed).collect()
    }

    #[test]
    fn cents_go_to_the_largest_remainder_and_ties_to_the_earlier_quarter() {
        assert_eq!(shares(50_000, &[], &[10, 20], &[]), [16_667, 33_333]);
        assert_eq!(shares(1, &[], &[15, 15], &[]), [1, 0]);
        assert_eq!(shares(-1, &[], &[15, 15], &[]), [-1, 0]);
        assert_eq!(shares(1, &[(15, 1)], &[15], &[]), [0]);
        assert_eq!(shares(1, &[], &[15], &[(15, 1)]), [1]);
        assert_eq!(shares(100, &[], &[31, 31, 31], &[]), [34, 33, 33]);
        assert_eq!(shares(0, &[], &[1, 2], &[]), [0, 0]);
    }

    proptest! {
        #[test]
        fn grouped_parts_get_what_they_get_one_by_one(
            cents in -999_999_999_999_i64..=999_999_999_999,
            before in prop::collection::vec((1_i32..93, 1_i64..5), 0..4),
            inside in prop::collection::vec(1_i32..93, 1..6),
            after in prop::collection::vec((1_i32..93, 1_i64..5), 0..4),
        ) {
            let spread = |groups: &[Group]| -> Vec<Day> {
                let each = |(days, count): &Group| vec![*days; usize::try_from(*count).unwrap()];
                groups.iter().flat_map(each).collect()
            };
            let (earlier, later) = (spread(&before), spread(&after));
            let all: Vec<Day> = earlier.iter().chain(&inside).chain(&later).copied().collect();
            let expected = plain(cents, &all);
            prop_assert_eq!(expected.iter().sum::<i64>(), cents);
            let window = earlier.len()..earlier.len() + inside.len();
            prop_assert_eq!(shares(cents, &before, &inside, &after), expected[window].to_vec());
            let negated: Vec<i64> =
                shares(-cents, &before, &inside, &after).iter().map(|share| -share).collect();
            prop_assert_eq!(negated, shares(cents, &before, &inside, &after));
        }
    }
}
