//! The first days of a batch's rows, by whether they lie in the delivery's window.
//!
//! In: decoded rows. Out: what rules on validity need to know of all rows at once, and the few rows
//! they have to look at. Never: a row whose day is among neither.
//!
//! One day that is decades off would otherwise put every code of the batch in doubt.

use crate::decode::DecodedBatch;
use crate::dictionary::Validity;
use crate::quarter::{Day, QuarterRange};

/// One row in so many may be unusual; where there are more, all are taken as usual.
const UNUSUAL_SHARE: usize = 32;

/// The first days of a batch.
pub(super) struct FirstDays {
    all: Option<(Day, Day)>,
    usual: Option<(Day, Day)>,
    unusual: Vec<usize>,
}

impl FirstDays {
    pub(super) fn of(batch: &DecodedBatch, window: QuarterRange) -> Self {
        let (from, to) = (window.first().first_day(), window.last().last_day());
        let is_unusual = |day: Day| day < from || to < day;
        let days = batch.first_day().iter().enumerate();
        let days = days.filter_map(|(row, day)| Some((row, (*day)?)));
        let unusual_max = batch.row_count() / UNUSUAL_SHARE;
        let (mut all, mut usual, mut unusual) = (None, None, Vec::new());
        for (row, day) in days {
            all = Some(with(all, day));
            if !is_unusual(day) {
                usual = Some(with(usual, day));
            } else if unusual.len() <= unusual_max {
                unusual.push(row);
            }
        }
        if unusual.len() > unusual_max {
            (usual, unusual) = (all, Vec::new());
        }
        Self { all, usual, unusual }
    }

    /// Whether every first day lies in the validity.
    pub(super) fn all_within(&self, validity: Validity) -> bool {
        is_within(self.all, validity)
    }

    /// Whether every first day does but those of the [`unusual`](Self::unusual) rows, which may not.
    pub(super) fn usual_within(&self, validity: Validity) -> bool {
        is_within(self.usual, validity)
    }

    /// The earliest first day, but for those of the [`unusual`](Self::unusual) rows.
    pub(super) fn usual_start(&self) -> Option<Day> {
        self.usual.map(|(from, _)| from)
    }

    /// Rows to be looked at one by one.
    pub(super) fn unusual(&self) -> &[usize] {
        &self.unusual
    }
}

fn with(range: Option<(Day, Day)>, day: Day) -> (Day, Day) {
    range.map_or((day, day), |(from, to)| (from.min(day), to.max(day)))
}

/// A validity has no gaps: where both ends lie in it, so does what is between them.
fn is_within(range: Option<(Day, Day)>, validity: Validity) -> bool {
    range.is_none_or(|(from, to)| validity.contains(from) && validity.contains(to))
}
