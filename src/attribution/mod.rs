//! Checked rows to observations per quarter: shares of amounts, clipping, reconciliation.
//!
//! In: [`CheckedBatch`]es. Out: one [`ObservationBatch`] per quarter of the window, and the
//! [`Reconciliation`] of rows, cents and cells. Never: a cent that is neither stored nor counted as
//! clipped, or a row in a quarter that its days do not touch.

mod observations;
mod reconciliation;
mod share;
mod stored;
mod terms;
mod values;

pub(crate) use observations::{
    ObservationBatch, coded_observation_schema, observation_schema, stored_column,
};
pub use reconciliation::{QuarterTotals, Reconciliation};
pub(crate) use stored::{NoRegime, stored_values};
pub(crate) use terms::Attribution;
pub(crate) use terms::AttributionRule;
pub(crate) use values::{Codes, Values};

use crate::check::CheckedBatch;
use crate::quarter::{Day, Quarter};
use observations::Selection;
use share::{Group, shares};

/// The days of a row by quarter: those inside the window one by one, the others grouped.
#[derive(Debug, Default)]
struct Spread {
    before: Vec<Group>,
    inside: Vec<(Quarter, Day)>,
    after: Vec<Group>,
}

impl Attribution<'_> {
    /// The observations of a batch, and its part of the reconciliation.
    pub(crate) fn attribute(
        &self,
        batch: &CheckedBatch,
    ) -> (Vec<ObservationBatch>, Reconciliation) {
        let mut reconciliation = Reconciliation::new(self.window, batch.row_count_read());
        reconciliation.count_cells(batch.decoded().cells());
        let quarters: Vec<(Quarter, Day, Day)> =
            self.window.iter().map(|it| (it, it.first_day(), it.last_day())).collect();
        let mut selections: Vec<Selection> =
            quarters.iter().map(|_| Selection::default()).collect();
        let mut spread = Spread::default();
        let mut days = Vec::new();
        let amount = |row: usize| batch.decoded().cents()[row];
        batch.rejected().for_each(|row| reconciliation.reject(amount(row)));
        for row in batch.accepted() {
            let cents = amount(row);
            let (first, end) = (batch.first_day(row), batch.end_day(row));
            // Most rows lie in one quarter of the window, whatever the rule.
            let within = |(_, from, to): &(Quarter, Day, Day)| *from <= first && end <= *to;
            if let Some(at) = quarters.iter().position(within) {
                reconciliation.accept_whole(quarters[at].0, cents);
                selections[at].push(row, end - first + 1, cents);
                continue;
            }
            self.spread(first, end, &mut spread);
            days.clear();
            days.extend(spread.inside.iter().map(|(_, days)| *days));
            let shares = cents.map(|cents| shares(cents, &spread.before, &days, &spread.after));
            reconciliation.accept(cents, shares.as_deref());
            for (at, (quarter, days)) in spread.inside.iter().enumerate() {
                let share = shares.as_ref().and_then(|shares| shares.get(at).copied());
                reconciliation.attribute(*quarter, share);
                let position = quarters.iter().position(|(it, ..)| it == quarter);
                if let Some(position) = position {
                    selections[position].push(row, *days, share);
                }
            }
        }
        let selected = quarters.iter().zip(&selections).filter(|(_, it)| !it.is_empty());
        let observe = |((quarter, ..), selection): (&(Quarter, Day, Day), &Selection)| {
            ObservationBatch::new(*quarter, batch, selection, self)
        };
        (selected.map(observe).collect(), reconciliation)
    }

    fn spread(&self, first: Day, last: Day, spread: &mut Spread) {
        spread.before.clear();
        spread.inside.clear();
        spread.after.clear();
        let only = match self.rule {
            AttributionRule::Start => Quarter::of(first),
            AttributionRule::End => Quarter::of(last),
            AttributionRule::Days => return self.spread_by_days(first, last, spread),
        };
        if self.window.contains(only) {
            spread.inside.push((only, last - first + 1));
        }
    }

    fn spread_by_days(&self, first: Day, last: Day, spread: &mut Spread) {
        let mut quarter = Quarter::of(first);
        let mut from = first;
        while from <= last && quarter <= self.window.last() {
            let to = quarter.last_day().min(last);
            if self.window.contains(quarter) {
                spread.inside.push((quarter, to - from + 1));
            } else {
                // The source begins in 2002: there are few quarters before any window.
                spread.before.push((to - from + 1, 1));
            }
            from = to + 1;
            quarter = quarter.next();
        }
        let end = Quarter::of(last);
        if from <= last && quarter < end {
            spread.after.extend(whole_quarters(quarter, end));
            from = end.first_day();
        }
        if from <= last {
            spread.after.push((last - from + 1, 1));
        }
    }
}

/// The quarters from `first` up to but without `end`, by their number of days.
fn whole_quarters(first: Quarter, end: Quarter) -> impl Iterator<Item = Group> {
    // A quarter has 90 to 92 days, by its number in the year and, for the first, the leap year.
    let years = |number: i32| {
        let from = first.year() + i32::from(number < first.number());
        let to = end.year() - i32::from(number >= end.number());
        (from, to)
    };
    let count = |number: i32| {
        let (from, to) = years(number);
        i64::from((to - from + 1).max(0))
    };
    let leap_years = {
        let (from, to) = years(1);
        let until = |year: i32| i64::from(year / 4 - year / 100 + year / 400);
        if from <= to { until(to) - until(from - 1) } else { 0 }
    };
    let groups =
        [(90, count(1) - leap_years), (91, leap_years + count(2)), (92, count(3) + count(4))];
    groups.into_iter().filter(|(_, count)| *count > 0)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn quarters_counted_by_their_days_are_the_quarters_of_the_calendar() {
        for (first, end) in [("2008Q1", "2008Q2"), ("2007Q4", "2013Q1"), ("1999Q2", "2401Q4")] {
            let (first, end): (Quarter, Quarter) = (first.parse().unwrap(), end.parse().unwrap());
            let mut expected: BTreeMap<Day, i64> = BTreeMap::new();
            let mut quarter = first;
            while quarter < end {
                *expected.entry(quarter.last_day() - quarter.first_day() + 1).or_default() += 1;
                quarter = quarter.next();
            }
            let found: BTreeMap<Day, i64> = whole_quarters(first, end).collect();
            assert_eq!(found, expected, "{first} {end}");
        }
    }
}
