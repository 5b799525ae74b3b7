//! What is kept of observations that are alike: one person, the same values of all axes.

/// Observations of one person with the same values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) person: i64,
    /// The numbers of all axes, in their places.
    pub(super) codes: u64,
    pub(super) observations: u32,
    pub(super) days: u32,
    /// The months of the quarter in which there is a day, a bit each.
    pub(super) months: u8,
    /// The sum of the amounts that are there, [`NO_CENTS`] where none is.
    pub(super) cents: i64,
}

/// No observation of an entry has an amount; no sum of amounts of 12 digits comes near.
pub(super) const NO_CENTS: i64 = i64::MIN;

impl Entry {
    pub(super) fn is_like(&self, other: &Self) -> bool {
        (self.person, self.codes) == (other.person, other.codes)
    }

    /// Takes up an entry that is alike.
    pub(super) fn add(&mut self, other: &Self) {
        self.observations += other.observations;
        self.days += other.days;
        self.months |= other.months;
        self.cents = added(self.cents, other.cents);
    }
}

/// Both amounts; one that is absent adds nothing.
pub(super) fn added(cents: i64, others: i64) -> i64 {
    match (cents, others) {
        (NO_CENTS, cents) | (cents, NO_CENTS) => cents,
        (cents, others) => cents + others,
    }
}

/// Makes one entry of those that are alike and stand side by side.
pub(super) fn condense(entries: &mut Vec<Entry>) {
    entries.dedup_by(|entry, kept| {
        let alike = entry.is_like(kept);
        if alike {
            kept.add(entry);
        }
        alike
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_that_are_alike_become_one_and_an_absent_amount_stays_absent() {
        let entry = |person, codes, cents| Entry {
            person,
            codes,
            observations: 1,
            days: 30,
            months: 1,
            cents,
        };
        let mut entries = vec![
            entry(1, 7, NO_CENTS),
            entry(1, 7, NO_CENTS),
            entry(1, 8, NO_CENTS),
            entry(1, 8, -50),
            entry(2, 8, 50),
            entry(2, 8, -50),
        ];
        condense(&mut entries);
        let found: Vec<_> = entries.iter().map(|it| (it.observations, it.days, it.cents)).collect();
        assert_eq!(found, [(2, 60, NO_CENTS), (2, 60, -50), (2, 60, 0)]);
    }
}
