//! Checked rows to observations per quarter: shares of amounts, clipping, reconciliation.
//!
//! In: [`CheckedBatch`]es. Out: one [`ObservationBatch`] per quarter of the window, and the
//! [`Reconciliation`] of rows and cents. Never: a cent that is neither stored nor counted as
//! clipped, or a row in a quarter that its days do not touch.

mod observations;
mod reconciliation;
mod share;

pub use observations::{ObservationBatch, observation_schema};
pub use reconciliation::{QuarterTotals, Reconciliation};
pub use share::share_by_days;

use std::collections::BTreeMap;

use crate::check::CheckedBatch;
use crate::dictionary::Dictionary;
use crate::pseudonym::PseudonymKey;
use crate::quarter::{Day, Quarter, QuarterRange};
use observations::Selection;

/// Which quarter or quarters a row counts in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum AttributionRule {
    /// In each quarter that its days touch; the amount is shared out by days.
    #[default]
    Days,
    /// In the quarter of the first day.
    Start,
    /// In the quarter of the last day.
    End,
}

impl AttributionRule {
    /// As written in the configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::Days => "days",
            Self::Start => "start",
            Self::End => "end",
        }
    }
}

/// A delivery's constants for attribution.
#[derive(Debug)]
pub struct Attribution<'a> {
    /// The delivery's id.
    pub delivery: &'a str,
    /// The quarters that are stored.
    pub window: QuarterRange,
    /// The rule.
    pub rule: AttributionRule,
    /// The key of pseudonyms.
    pub key: &'a PseudonymKey,
    /// Names of regimes, measures and guidances.
    pub dictionary: &'a Dictionary,
}

impl Attribution<'_> {
    /// The observations of a batch, and its part of the reconciliation.
    pub fn attribute(&self, batch: &CheckedBatch) -> (Vec<ObservationBatch>, Reconciliation) {
        let mut reconciliation = Reconciliation::new(batch.row_count_read());
        let mut by_quarter: BTreeMap<Quarter, Selection> = BTreeMap::new();
        let mut parts = Vec::new();
        for row in batch.accepted() {
            let cents = batch.decoded().cents();
            let cents = arrow::array::Array::is_valid(cents, row).then(|| cents.value(row));
            reconciliation.accept(cents);
            self.days_by_quarter(batch.first_day(row), batch.end_day(row), &mut parts);
            let days: Vec<i64> = parts.iter().map(|(_, days)| i64::from(*days)).collect();
            let shares = cents.map(|cents| share_by_days(cents, &days));
            for (at, (quarter, days)) in parts.iter().enumerate() {
                let share = shares.as_ref().and_then(|shares| shares.get(at).copied());
                let stored = self.window.contains(*quarter);
                reconciliation.attribute(*quarter, share, stored);
                if stored {
                    by_quarter.entry(*quarter).or_default().push(row, *days, share);
                }
            }
        }
        let observe =
            |(quarter, selection)| ObservationBatch::new(quarter, batch, &selection, self);
        (by_quarter.into_iter().map(observe).collect(), reconciliation)
    }

    /// The quarters of a row with its days in each.
    fn days_by_quarter(&self, first: Day, last: Day, parts: &mut Vec<(Quarter, Day)>) {
        parts.clear();
        let whole = last - first + 1;
        match self.rule {
            AttributionRule::Start => parts.push((Quarter::of(first), whole)),
            AttributionRule::End => parts.push((Quarter::of(last), whole)),
            AttributionRule::Days => {
                let mut quarter = Quarter::of(first);
                let mut from = first;
                while from <= last {
                    let to = quarter.last_day().min(last);
                    parts.push((quarter, to - from + 1));
                    from = to + 1;
                    quarter = quarter.next();
                }
            }
        }
    }
}
