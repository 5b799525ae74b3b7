//! What is due: a pure function of a schedule, the commits of the table, the editions there are, and
//! earlier tries.
//!
//! In: [`Facts`] and the moment. Out: each edition that should be there and is not, with the state that it
//! is made of, and why it is due or has to wait. Never: an edition that is there already, or two of one
//! delivery or day; a clock that is read here.
//!
//! An edition on a day is of the state of its moment, whenever it is made. One after a delivery is of the last
//! state before a delivery of a later period came in: what was corrected by then is in it.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::definition::{After, Needs, Schedule};
use crate::delivery::{DeliveryId, calendar};
use crate::quarter::Quarter;

/// What is known of a report when it is asked what is due.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// The commits of deliveries, oldest first.
    pub arrivals: Vec<Arrival>,
    /// Every version of the table that a commit made, and when, oldest first.
    pub versions: Vec<(u64, DateTime<Utc>)>,
    /// The editions there are.
    pub editions: Vec<KnownEdition>,
    /// Tries to make editions, oldest first.
    pub tries: Vec<Try>,
    /// From where on there are editions, once a run has noted it.
    pub begins: Option<Begin>,
}

/// From where on a report has editions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Begin {
    /// Of deliveries that end with this quarter or a later one, such as `2007Q2`.
    Quarter(String),
    /// Of this moment and later ones.
    Moment(DateTime<Utc>),
}

/// A commit of a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// Its id.
    pub delivery: String,
    /// The last quarter that it covers.
    pub last: Quarter,
    /// 1 for the first commit of the delivery, then counted up.
    pub revision: u32,
    /// The version of the table that it made.
    pub version: u64,
    /// When.
    pub at: DateTime<Utc>,
}

/// An edition that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownEdition {
    /// Its name.
    pub name: String,
    /// The deliveries that it is made of, each with its revision: `2008-05@1`.
    pub deliveries: Vec<String>,
}

/// A try to make an edition that did not end with one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Try {
    /// The edition.
    pub edition: String,
    /// When it began.
    pub at: DateTime<Utc>,
}

/// An edition that should be there and is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its name.
    pub edition: String,
    /// The version of the table that it is made of.
    pub version: u64,
    /// Since when it is due, or when it will be.
    pub since: DateTime<Utc>,
    /// Why.
    pub reason: Reason,
    /// What keeps it from being made.
    pub hindrance: Option<Hindrance>,
    /// Whether it should have been there for long.
    pub is_late: bool,
}

/// Why an edition is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// A delivery came in.
    Delivery(String),
    /// A delivery came in again, for the how manieth time.
    Redelivery(String, u32),
    /// Its moment has come.
    Moment,
}

/// What keeps an edition from being made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hindrance {
    /// Its day has not come.
    NotYet,
    /// Deliveries have not come in.
    Lacks(Vec<String>),
    /// So many tries failed; the next one is at this moment.
    Failed(usize, DateTime<Utc>),
}

impl Item {
    /// Whether it can be made now.
    pub fn is_ready(&self, now: DateTime<Utc>) -> bool {
        match &self.hindrance {
            None => true,
            Some(Hindrance::Failed(_, next)) => *next <= now,
            Some(Hindrance::NotYet | Hindrance::Lacks(_)) => false,
        }
    }

    /// Whether somebody has to do something, or a run of the schedule.
    pub fn is_due(&self) -> bool {
        matches!(self.hindrance, None | Some(Hindrance::Failed(..)))
    }
}

/// What is due of a report at a moment, oldest first.
pub fn due(schedule: &Schedule, facts: &Facts, now: DateTime<Utc>) -> Vec<Item> {
    let mut items = match schedule.after {
        Some(after) => of_deliveries(schedule, after, facts, now),
        None => of_moments(schedule, facts, now),
    };
    // What is there already is not made again, whatever it is made of.
    items.retain(|it| !facts.editions.iter().any(|known| known.name == it.edition));
    for item in &mut items {
        if item.hindrance.is_none() {
            item.hindrance = failed(&item.edition, &facts.tries, now);
        }
        let late_after = chrono::Duration::from_std(schedule.late_after);
        item.is_late = late_after.is_ok_and(|it| item.since + it < now);
    }
    items.sort_by(|one, other| (one.since, &one.edition).cmp(&(other.since, &other.edition)));
    items
}

/// When an edition that could not be made is tried again: after a minute, two, four, an hour at most.
fn failed(edition: &str, tries: &[Try], now: DateTime<Utc>) -> Option<Hindrance> {
    const MINUTES_MAX: u64 = 60;
    let of_edition: Vec<&Try> = tries.iter().filter(|it| it.edition == edition).collect();
    let last = of_edition.last()?.at;
    let doublings = u32::try_from(of_edition.len() - 1).unwrap_or(u32::MAX);
    let minutes = 1_u64.checked_shl(doublings).unwrap_or(MINUTES_MAX).min(MINUTES_MAX);
    // A clock that went back must not keep it waiting.
    let next = if last > now { now } else { last + Duration::from_secs(minutes * 60) };
    Some(Hindrance::Failed(of_edition.len(), next))
}

/// The last version that was there at a moment.
fn version_at(facts: &Facts, moment: DateTime<Utc>) -> Option<u64> {
    facts.versions.iter().rfind(|(_, at)| *at <= moment).map(|it| it.0)
}

/// A delivery of the table: its first commit and its newest one.
struct Delivered<'a> {
    first: &'a Arrival,
    newest: &'a Arrival,
}

impl Delivered<'_> {
    /// Deliveries are in the order of what they cover.
    fn place(&self) -> (Quarter, &str) {
        (self.first.last, &self.first.delivery)
    }
}

fn delivered(facts: &Facts) -> Vec<Delivered<'_>> {
    let mut all: Vec<Delivered<'_>> = Vec::new();
    for arrival in &facts.arrivals {
        match all.iter_mut().find(|it| it.first.delivery == arrival.delivery) {
            Some(known) => known.newest = arrival,
            None => all.push(Delivered { first: arrival, newest: arrival }),
        }
    }
    all.sort_by(|one, other| one.place().cmp(&other.place()));
    all
}

fn of_deliveries(
    schedule: &Schedule,
    after: After,
    facts: &Facts,
    now: DateTime<Utc>,
) -> Vec<Item> {
    let all = delivered(facts);
    let wanted: Vec<&Delivered<'_>> =
        all.iter().filter(|it| after.holds(&it.first.delivery)).collect();
    let first = first_quarter(schedule, facts, now);
    let mut items = Vec::new();
    for delivery in wanted.into_iter().filter(|it| first <= it.place().0) {
        let Delivered { first, newest } = delivery;
        let id = first.delivery.as_str();
        let covered = covered(id, &facts.editions);
        let (arrival, edition, reason) = match covered {
            None => (*first, id.to_owned(), Reason::Delivery(id.to_owned())),
            Some(revision) if schedule.redelivery && newest.revision > revision => {
                let reason = Reason::Redelivery(id.to_owned(), newest.revision);
                (*newest, format!("{id}@{}", newest.revision), reason)
            }
            Some(_) => continue,
        };
        let moment = schedule.on.iter().filter_map(|it| it.next_after(arrival.at)).min();
        // A schedule whose days are over makes nothing any more.
        let Some(since) = moment.or(schedule.on.is_empty().then_some(arrival.at)) else { continue };
        let state = state_of(arrival, &all, facts);
        let version = match moment.and_then(|it| version_at(facts, it)) {
            Some(version) => version.max(arrival.version).min(state),
            None => state,
        };
        let needed = needed(&schedule.needs, id);
        let lacks = lacks(&needed, &all, u64::MAX);
        let hindrance = match (lacks.is_empty(), since > now) {
            (false, _) => Some(Hindrance::Lacks(lacks)),
            (true, true) => Some(Hindrance::NotYet),
            (true, false) => None,
        };
        // What it needs is in it, also where that came in late.
        let of_needed = all.iter().filter(|it| needed.contains(&it.first.delivery));
        let version = of_needed.map(|it| it.first.version).fold(version, u64::max);
        items.push(Item { edition, version, since, reason, hindrance, is_late: false });
    }
    items
}

/// From where on there are editions where no run has noted it: the newest delivery or moment that there is, or
/// whatever comes first.
pub fn beginning(schedule: &Schedule, facts: &Facts, now: DateTime<Utc>) -> Begin {
    match schedule.after {
        Some(after) => {
            let all = delivered(facts);
            let newest = all.iter().rfind(|it| after.holds(&it.first.delivery));
            let quarter = newest.map_or(Quarter::SOURCE_START, |it| it.first.last);
            Begin::Quarter(quarter.to_string())
        }
        None => {
            let newest = moments(schedule, facts, now).last().map(|it| it.since);
            Begin::Moment(newest.unwrap_or(now))
        }
    }
}

/// The last quarter of the first delivery that has an edition.
fn first_quarter(schedule: &Schedule, facts: &Facts, now: DateTime<Utc>) -> Quarter {
    if let Some(window) = schedule.first.as_ref().and_then(DeliveryId::calendar_window) {
        return window.last();
    }
    let quarter = |begin: Begin| match begin {
        Begin::Quarter(text) => text.parse().ok(),
        Begin::Moment(_) => None,
    };
    let noted = facts.begins.clone().and_then(quarter);
    noted.or_else(|| quarter(beginning(schedule, facts, now))).unwrap_or(Quarter::SOURCE_START)
}

/// The delivery that an edition is called after: `2008-05` for `2008-05@2`.
fn without_revision(edition: &str) -> &str {
    let is_revision = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
    match edition.rsplit_once('@') {
        Some((delivery, revision)) if is_revision(revision) => delivery,
        _ => edition,
    }
}

/// The newest revision of a delivery that its editions are made of; none without an edition.
fn covered(delivery: &str, editions: &[KnownEdition]) -> Option<u32> {
    let own = editions.iter().filter(|it| without_revision(&it.name) == delivery);
    let revision = |it: &KnownEdition| {
        let named = it.deliveries.iter().filter_map(|it| it.rsplit_once('@'));
        let mut of_delivery = named.filter(|(id, _)| *id == delivery);
        of_delivery.next().and_then(|(_, revision)| revision.parse().ok()).unwrap_or(0)
    };
    own.map(revision).max()
}

/// The last version before a delivery of a later period came in, the newest where none has.
fn state_of(arrival: &Arrival, all: &[Delivered<'_>], facts: &Facts) -> u64 {
    let later = all.iter().map(|it| it.first).filter(|it| it.last > arrival.last);
    let next = later.map(|it| it.version).filter(|it| *it > arrival.version).min();
    let before = |next: u64| facts.versions.iter().rfind(|(version, _)| *version < next);
    let newest = facts.versions.last();
    next.map_or(newest, before).map_or(arrival.version, |it| it.0.max(arrival.version))
}

/// The deliveries that must be there for an edition of one.
fn needed(needs: &Needs, delivery: &str) -> Vec<String> {
    match needs {
        Needs::None => Vec::new(),
        Needs::Named(ids) => ids.clone(),
        Needs::InARow(count) => {
            let year = delivery.split('-').next().and_then(|it| it.parse().ok());
            let known = year.map_or_else(Vec::new, calendar);
            let at = known.iter().position(|(id, _)| id.as_str() == delivery);
            let until = &known[..at.map_or(0, |it| it + 1)];
            let row = until.iter().rev().take(usize::from(*count)).rev();
            row.map(|(id, _)| id.to_string()).collect()
        }
    }
}

/// Those of them that had not come in by a version.
fn lacks(needed: &[String], all: &[Delivered<'_>], version: u64) -> Vec<String> {
    let is_there =
        |id: &String| all.iter().any(|it| it.first.delivery == *id && it.first.version <= version);
    needed.iter().filter(|it| !is_there(it)).cloned().collect()
}

/// Of each state of the table, the last moment at which it was the newest: where nothing has come in
/// between two moments, their editions would be the same.
fn moments(schedule: &Schedule, facts: &Facts, now: DateTime<Utc>) -> Vec<Item> {
    let last_until = |until| schedule.on.iter().filter_map(|it| it.last_until(until)).max();
    let first_commit = facts.arrivals.first().map(|it| it.version);
    let mut items: Vec<Item> = Vec::new();
    let ends = facts.versions.iter().skip(1).map(|it| it.1 - chrono::Duration::milliseconds(1));
    for ((version, from), until) in facts.versions.iter().zip(ends.chain([now])) {
        let Some(since) = last_until(until.min(now)) else { continue };
        let has_data = first_commit.is_some_and(|it| it <= *version);
        if *from <= since && has_data {
            let reason = Reason::Moment;
            let (edition, version) = (name_of(schedule, since), *version);
            let item = Item { edition, version, since, reason, hindrance: None, is_late: false };
            items.push(item);
        }
    }
    items
}

fn of_moments(schedule: &Schedule, facts: &Facts, now: DateTime<Utc>) -> Vec<Item> {
    let mut items = moments(schedule, facts, now);
    let noted = facts.begins.clone().filter(|it| matches!(it, Begin::Moment(_)));
    if let Begin::Moment(first) = noted.unwrap_or_else(|| beginning(schedule, facts, now)) {
        items.retain(|it| it.since >= first);
    }
    let all = delivered(facts);
    for item in &mut items {
        // Deliveries in a row end with the newest that had come in.
        let newest = all.iter().rfind(|it| it.first.version <= item.version);
        let needed = needed(&schedule.needs, newest.map_or("", |it| &it.first.delivery));
        let lacks = lacks(&needed, &all, item.version);
        item.hindrance = (!lacks.is_empty()).then_some(Hindrance::Lacks(lacks));
    }
    items
}

/// The day of a moment in the schedule's zone, with its time where others are on that day.
fn name_of(schedule: &Schedule, moment: DateTime<Utc>) -> String {
    let day = |it: DateTime<Utc>| it.with_timezone(&schedule.zone).date_naive();
    let before = moment - chrono::Duration::seconds(1);
    let earlier = schedule.on.iter().filter_map(|it| it.last_until(before)).max();
    let later = schedule.on.iter().filter_map(|it| it.next_after(moment)).min();
    let is_only = [earlier, later].into_iter().flatten().all(|it| day(it) != day(moment));
    let local = moment.with_timezone(&schedule.zone);
    let pattern = if is_only { "%Y-%m-%d" } else { "%Y-%m-%dT%H%M%S" };
    local.format(pattern).to_string()
}
