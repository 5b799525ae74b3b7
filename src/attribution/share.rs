//! Shares an amount out by days, in whole cents, so that the parts add up exactly.

/// The share of each quarter by largest remainder; ties go to the earlier quarter.
///
/// For a negative amount the magnitude is shared out and the sign restored, so that a
/// regularisation undoes exactly what the payment gave each quarter.
pub fn share_by_days(cents: i64, days: &[i64]) -> Vec<i64> {
    let total: i128 = days.iter().map(|days| i128::from(*days)).sum();
    if let [_] = days {
        return vec![cents];
    }
    if total == 0 {
        return vec![0; days.len()];
    }
    let magnitude = i128::from(cents.unsigned_abs());
    let exact = days.iter().map(|days| magnitude * i128::from(*days));
    let (mut shares, remainders): (Vec<i128>, Vec<i128>) =
        exact.map(|product| (product / total, product % total)).unzip();
    let mut left = magnitude - shares.iter().sum::<i128>();
    let mut order: Vec<usize> = (0..days.len()).collect();
    order.sort_by_key(|at| (std::cmp::Reverse(remainders[*at]), *at));
    for at in order {
        if left == 0 {
            break;
        }
        shares[at] += 1;
        left -= 1;
    }
    let signed = |share: i128| i64::try_from(if cents < 0 { -share } else { share });
    shares.into_iter().map(|share| signed(share).unwrap_or_default()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn cents_go_to_the_largest_remainder_and_ties_to_the_earlier_quarter() {
        assert_eq!(share_by_days(50_000, &[10, 20]), [16_667, 33_333]);
        assert_eq!(share_by_days(1, &[15, 15]), [1, 0]);
        assert_eq!(share_by_days(-1, &[15, 15]), [-1, 0]);
        assert_eq!(share_by_days(100, &[31, 31, 31]), [34, 33, 33]);
        assert_eq!(share_by_days(0, &[1, 2]), [0, 0]);
    }

    proptest! {
        #[test]
        fn no_cent_is_lost_and_no_share_is_off_by_one_cent(
            cents in -999_999_999_999_i64..=999_999_999_999,
            days in prop::collection::vec(1_i64..93, 1..12),
        ) {
            let shares = share_by_days(cents, &days);
            prop_assert_eq!(shares.iter().sum::<i64>(), cents);
            let total: i64 = days.iter().sum();
            for (share, days) in shares.iter().zip(&days) {
                let distance = i128::from(*share) * i128::from(total) - i128::from(cents) * i128::from(*days);
                prop_assert!(distance.abs() < i128::from(total));
            }
            let negated: Vec<i64> = share_by_days(-cents, &days).iter().map(|share| -share).collect();
            prop_assert_eq!(negated, shares);
        }
    }
}
