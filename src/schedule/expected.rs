//! Which deliveries the calendar expects, and which of them are there.
//!
//! In: a state of the table, and a day. Out: each delivery, received, due, missing, or covered by another
//! one. Never: a delivery that is missing before its month is over.

use chrono::{Datelike as _, NaiveDate};

use crate::delivery::calendar;
use crate::quarter::{Quarter, date_of, day_of, end_of_month};
use crate::warehouse::{LoggedCommit, Snapshot};

/// A delivery, received or expected.
#[derive(Debug)]
pub struct Expected<'a> {
    /// Its id.
    pub delivery: String,
    /// The quarters that it covers.
    pub window: String,
    /// What is known of it.
    pub standing: Standing<'a>,
}

/// What is known of a delivery on a day.
#[derive(Debug)]
pub enum Standing<'a> {
    /// It is there.
    Received(&'a LoggedCommit),
    /// Its month has begun, on this day.
    Due(NaiveDate),
    /// Its month is over, since this day.
    Missing(NaiveDate),
    /// Another delivery has its quarters.
    Covered(&'a LoggedCommit),
}

/// Those outside the calendar, then the calendar as of a day.
pub fn expected<'s>(snapshot: &'s Snapshot, today: NaiveDate) -> Vec<Expected<'s>> {
    let current = snapshot.deliveries();
    let calendar = calendar(today.year());
    let in_calendar = |id: &str| calendar.iter().any(|(known, _)| known.as_str() == id);
    let others = current.iter().filter(|commit| !in_calendar(&commit.record.delivery));
    let received = |commit: &&'s LoggedCommit| Expected {
        delivery: commit.record.delivery.clone(),
        window: commit.record.window.clone(),
        standing: Standing::Received(commit),
    };
    let mut entries: Vec<Expected<'s>> = others.map(received).collect();
    for (id, window) in &calendar {
        let found = current.iter().find(|commit| commit.record.delivery == id.as_str());
        let standing = match (found, month(id.as_str())) {
            (Some(commit), _) => Standing::Received(commit),
            (None, Some((from, _))) if today < from => continue,
            (None, Some((from, to))) if today <= to => Standing::Due(from),
            (None, Some((_, to))) => {
                let covered = current.iter().find(|commit| {
                    // The first delivery's first quarter lies before the source.
                    let first = window.first().max(Quarter::SOURCE_START);
                    let other = commit.record.quarters();
                    other.is_some_and(|it| it.contains(first) && it.contains(window.last()))
                });
                covered.map_or(Standing::Missing(to), |commit| Standing::Covered(commit))
            }
            (None, None) => continue,
        };
        entries.push(Expected { delivery: id.to_string(), window: window.to_string(), standing });
    }
    entries
}

/// Deliveries that are missing after the last one that was received, oldest first.
pub fn missing(snapshot: &Snapshot, today: NaiveDate) -> Vec<String> {
    let all = expected(snapshot, today);
    let last =
        all.iter().rposition(|it| !matches!(it.standing, Standing::Missing(_) | Standing::Due(_)));
    let Some(last) = last else { return Vec::new() };
    let after = all.into_iter().skip(last + 1);
    let missing = after.filter(|it| matches!(it.standing, Standing::Missing(_)));
    missing.map(|it| it.delivery).collect()
}

/// First and last day of a calendar delivery's month.
fn month(id: &str) -> Option<(NaiveDate, NaiveDate)> {
    let first = NaiveDate::parse_from_str(&format!("{id}-01"), "%Y-%m-%d").ok()?;
    Some((first, date_of(end_of_month(day_of(first)))))
}
