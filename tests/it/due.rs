//! What is due, as a function: schedules, commits, editions and tries against expectations, and laws over
//! random histories of deliveries.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;
use proptest::prelude::*;

use sppis::document::read_document;
use sppis::schedule::{
    Arrival, Begin, Facts, Hindrance, Item, KnownEdition, Reason, Schedule, Try, beginning, due,
};

fn schedule(text: &str) -> Schedule {
    let read =
        read_document("report.toml", text, |root| Schedule::read(root, Tz::Europe__Brussels));
    read.unwrap_or_else(|error| panic!("{error}"))
}

fn at(text: &str) -> DateTime<Utc> {
    let text = if text.len() == 10 { format!("{text}T00:00:00Z") } else { format!("{text}:00Z") };
    text.parse().unwrap()
}

/// Commits written as `delivery@revision last-quarter moment`, each the next version.
fn facts(commits: &[&str], editions: &[&str], tries: &[&str]) -> Facts {
    let mut facts = Facts::default();
    facts.versions.push((0, at("2000-01-01")));
    for (version, commit) in (1..).zip(commits) {
        let parts: Vec<&str> = commit.split(' ').collect();
        let (delivery, revision) = parts[0].split_once('@').unwrap();
        let arrival = Arrival {
            delivery: delivery.to_owned(),
            last: parts[1].parse().unwrap(),
            revision: revision.parse().unwrap(),
            version,
            at: at(parts[2]),
        };
        facts.versions.push((version, arrival.at));
        facts.arrivals.push(arrival);
    }
    // An edition is written as its name and the deliveries that it is made of.
    for edition in editions {
        let mut words = edition.split(' ');
        let name = words.next().unwrap().to_owned();
        facts.editions.push(KnownEdition { name, deliveries: words.map(str::to_owned).collect() });
    }
    for tried in tries {
        let (edition, moment) = tried.split_once(' ').unwrap();
        facts.tries.push(Try { edition: edition.to_owned(), at: at(moment) });
    }
    // The first run was before the first edition or try.
    let names = editions.iter().chain(tries).map(|it| it.split([' ', '@']).next().unwrap());
    facts.begins = names.min().map(|it| match it.len() {
        10 => Begin::Moment(at(it)),
        _ => {
            let of_delivery = |arrival: &&Arrival| arrival.delivery == it;
            Begin::Quarter(facts.arrivals.iter().find(of_delivery).unwrap().last.to_string())
        }
    });
    facts
}

fn told(items: &[Item]) -> String {
    let mut text = String::new();
    for item in items {
        let reason = match &item.reason {
            Reason::Delivery(id) => format!("delivery {id}"),
            Reason::Redelivery(id, revision) => format!("{id} again, {revision}"),
            Reason::Moment => "moment".to_owned(),
        };
        let hindrance = match &item.hindrance {
            None => String::new(),
            Some(Hindrance::NotYet) => ", not yet".to_owned(),
            Some(Hindrance::Lacks(ids)) => format!(", lacks {}", ids.join(" ")),
            Some(Hindrance::Failed(tries, next)) => {
                format!(", {tries} failed, next {}", next.format("%m-%d %H:%M"))
            }
        };
        let late = if item.is_late { ", late" } else { "" };
        let since = item.since.format("%Y-%m-%d %H:%M");
        writeln!(
            text,
            "{} of version {} since {since}: {reason}{hindrance}{late}",
            item.edition, item.version
        )
        .unwrap();
    }
    if text.is_empty() { "nothing\n".to_owned() } else { text }
}

const ONE: [&str; 1] = ["2008-05@1 2006Q4 2008-05-20"];
const THREE: [&str; 3] =
    ["2008-05@1 2006Q4 2008-05-20", "2008-11@1 2007Q2 2008-11-18", "2009-05@1 2007Q4 2009-05-19"];

/// Schedule, commits, editions, tries, moment, what is due.
type Case<'a> = (&'a str, &'a str, &'a [&'a str], &'a [&'a str], &'a [&'a str], &'a str, &'a str);

const ANY: &str = "after_delivery = \"any\"";

const CASES: &[Case<'_>] = &[
    ("nothing was delivered", ANY, &[], &[], &[], "2008-06-01", "nothing\n"),
    (
        "before the first edition only the newest delivery has one",
        ANY,
        &THREE,
        &[],
        &[],
        "2009-05-20",
        "2009-05 of version 3 since 2009-05-19 00:00: delivery 2009-05\n",
    ),
    (
        "from the first edition on every delivery has one, each of its own state",
        ANY,
        &THREE,
        &["2008-05 2008-05@1"],
        &[],
        "2009-05-20",
        "2008-11 of version 2 since 2008-11-18 00:00: delivery 2008-11, late\n2009-05 of version 3 since 2009-05-19 00:00: delivery 2009-05\n",
    ),
    (
        "a first delivery that is asked for",
        "after_delivery = \"any\"\nfirst = \"2008-11\"\nlate_after = \"364d\"",
        &THREE,
        &[],
        &[],
        "2009-05-20",
        "2008-11 of version 2 since 2008-11-18 00:00: delivery 2008-11\n2009-05 of version 3 since 2009-05-19 00:00: delivery 2009-05\n",
    ),
    (
        "deliveries of one month",
        "after_delivery = \"11\"",
        &THREE,
        &[],
        &[],
        "2009-05-20",
        "2008-11 of version 2 since 2008-11-18 00:00: delivery 2008-11, late\n",
    ),
    (
        "a redelivery makes no edition where nothing says so",
        ANY,
        &["2008-05@1 2006Q4 2008-05-20", "2008-05@2 2006Q4 2008-05-25"],
        &["2008-05 2008-05@1"],
        &[],
        "2008-06-01",
        "nothing\n",
    ),
    (
        "and one where the schedule does, of the newest revision",
        "after_delivery = \"any\"\nredelivery = true",
        &[
            "2008-05@1 2006Q4 2008-05-20",
            "2008-05@2 2006Q4 2008-05-25",
            "2008-05@3 2006Q4 2008-05-26",
        ],
        &["2008-05 2008-05@1"],
        &[],
        "2008-06-01",
        "2008-05@3 of version 3 since 2008-05-26 00:00: 2008-05 again, 3\n",
    ),
    (
        "what was corrected before the edition was made is in it, and makes no other",
        "after_delivery = \"any\"\nredelivery = true",
        &["2008-05@1 2006Q4 2008-05-20", "2008-05@2 2006Q4 2008-05-21"],
        &["2008-05 2008-05@2"],
        &[],
        "2008-06-01",
        "nothing\n",
    ),
    (
        "an edition that is made late is of what was corrected, but of no later delivery",
        ANY,
        &[
            "2008-05@1 2006Q4 2008-05-20",
            "2008-05@2 2006Q4 2008-05-21",
            "2008-11@1 2007Q2 2008-11-18",
        ],
        &[],
        &["2008-05 2008-05-20T01:00"],
        "2008-11-19",
        "2008-05 of version 2 since 2008-05-20 00:00: delivery 2008-05, 1 failed, next 05-20 01:01, late\n2008-11 of version 3 since 2008-11-18 00:00: delivery 2008-11\n",
    ),
    (
        "tries are further and further apart",
        ANY,
        &ONE,
        &[],
        &["2008-05 2008-05-20T01:00", "2008-05 2008-05-20T01:01", "2008-05 2008-05-20T01:03"],
        "2008-05-20T01:04",
        "2008-05 of version 1 since 2008-05-20 00:00: delivery 2008-05, 3 failed, next 05-20 01:07\n",
    ),
    (
        "a clock that went back keeps no edition waiting",
        ANY,
        &ONE,
        &[],
        &["2008-05 2008-05-20T01:00"],
        "2008-05-20T00:30",
        "2008-05 of version 1 since 2008-05-20 00:00: delivery 2008-05, 1 failed, next 05-20 00:30\n",
    ),
    (
        "deliveries in a row must be there",
        "after_delivery = \"any\"\nneeds = 2",
        &["2008-05@1 2006Q4 2008-05-20", "2009-05@1 2007Q4 2009-05-19"],
        &[],
        &[],
        "2009-05-20",
        "2009-05 of version 2 since 2009-05-19 00:00: delivery 2009-05, lacks 2008-11\n",
    ),
    (
        "named deliveries must be there",
        "after_delivery = \"any\"\nneeds = [\"2007-11\"]",
        &ONE,
        &[],
        &[],
        "2008-06-20",
        "2008-05 of version 1 since 2008-05-20 00:00: delivery 2008-05, lacks 2007-11, late\n",
    ),
    (
        "after a delivery on the first of its days",
        "after_delivery = \"any\"\non = \"*-06,12-01 06:00\"",
        &ONE,
        &[],
        &[],
        "2008-05-25",
        "2008-05 of version 1 since 2008-06-01 04:00: delivery 2008-05, not yet\n",
    ),
    (
        "the edition of a day is of the state of its moment",
        "after_delivery = \"any\"\non = \"*-06,12-01 06:00\"",
        &[
            "2008-05@1 2006Q4 2008-05-20",
            "2008-05@2 2006Q4 2008-05-21",
            "2008-05@3 2006Q4 2008-06-02",
        ],
        &[],
        &[],
        "2008-06-03",
        "2008-05 of version 2 since 2008-06-01 04:00: delivery 2008-05\n",
    ),
    (
        "days without data have no edition, and of days that nothing came in between the last has one",
        "on = \"Mon 06:00\"",
        &["2008-05@1 2006Q4 2008-05-20", "2008-11@1 2007Q2 2008-06-10"],
        &["2008-05-26"],
        &[],
        "2008-06-24",
        "2008-06-09 of version 1 since 2008-06-09 04:00: moment, late\n2008-06-23 of version 2 since 2008-06-23 04:00: moment\n",
    ),
    (
        "before the first edition only the newest day has one",
        "on = \"Mon 06:00\"",
        &["2008-05@1 2006Q4 2008-05-20", "2008-11@1 2007Q2 2008-06-10"],
        &[],
        &[],
        "2008-06-24",
        "2008-06-23 of version 2 since 2008-06-23 04:00: moment\n",
    ),
    (
        "several moments of a day are told apart",
        "on = \"06,18:00\"",
        &ONE,
        &[],
        &[],
        "2008-05-21T12:00",
        "2008-05-21T060000 of version 1 since 2008-05-21 04:00: moment\n",
    ),
];

#[test]
fn what_is_due_is_what_the_schedule_says_of_deliveries_and_days() {
    for (name, text, commits, editions, tries, now, expected) in CASES {
        let found = due(&schedule(text), &facts(commits, editions, tries), at(now));
        assert_eq!(told(&found), *expected, "{name}");
    }
}

#[test]
fn every_mistake_of_a_schedule_is_told_at_once_with_its_place() {
    let told = |keys: &str| {
        let text = format!("[schedule]\n{keys}");
        let read = read_document("report.toml", &text, |root| {
            root.table("schedule").map(|table| Schedule::read(&table, Tz::UTC))
        });
        read.err().unwrap().to_string()
    };
    let all = told(
        "after_delivery = \"06\"\non = [\"Mon 25:00\"]\ntime_zone = \"Europe/Brusels\"\nlate_after = \"soon\"\n\
         needs = 0\nfirst = \"2008-06\"\nredelivry = true\n",
    );
    insta::assert_snapshot!(all, @r#"
    7 mistakes in report.toml
      report.toml:2:18: `after_delivery` must be `any`, `05` or `11`, found `06` (deliveries are of May (05) and November (11))
      report.toml:3:7: `Mon 25:00`, character 5: expected the hour to be 0 to 23, found `25`
      report.toml:4:13: unknown time zone `Europe/Brusels` (did you mean `Europe/Brussels`?)
      report.toml:5:14: `late_after` must be a length of time such as `30s`, `10min`, `2h` or `14d`, found `soon`
      report.toml:6:9: `needs` must be a number of deliveries, 1 to 100, or a list of their ids, found `0`
      report.toml:7:9: `first` must be a delivery of the calendar such as `2008-05`, found `2008-06`
      report.toml:8:1: unknown key `redelivry` (did you mean `redelivery`?)
    "#);
    insta::assert_snapshot!(told("redelivery = true\n"), @r#"
    2 mistakes in report.toml
      report.toml:1:1: nothing says when an edition is due (write `after_delivery = "any"`, or days as `on = "*-06-01"`)
      report.toml:2:14: `redelivery` is of reports with `after_delivery`
    "#);
}

/// What happens: a delivery of the calendar comes in, again or for the first time, or a run is made.
#[derive(Debug, Clone)]
enum Happens {
    Arrives(usize),
    Run,
    Fails,
    Hours(i64),
}

fn happens() -> impl Strategy<Value = Vec<Happens>> {
    let one = prop_oneof![
        (0..4_usize).prop_map(Happens::Arrives),
        Just(Happens::Run),
        Just(Happens::Fails),
        (-1..400_i64).prop_map(Happens::Hours),
    ];
    proptest::collection::vec(one, 1..60)
}

const IDS: [(&str, &str); 4] =
    [("2008-05", "2006Q4"), ("2008-11", "2007Q2"), ("2009-05", "2007Q4"), ("2009-11", "2008Q2")];

/// Runs a schedule over what happens: the editions made, each with its version.
fn simulate(schedule: &Schedule, happens: &[Happens]) -> (Facts, Vec<(String, u64)>) {
    let (mut facts, mut now) = (facts(&[], &[], &[]), at("2008-05-01"));
    let mut made = Vec::new();
    let end = [Happens::Hours(24 * 40), Happens::Run];
    for it in happens.iter().chain(&end) {
        match it {
            Happens::Hours(hours) => now += Duration::hours(*hours),
            Happens::Arrives(which) => {
                let (id, last) = IDS[*which];
                let earlier = facts.arrivals.iter().filter(|it| it.delivery == id).count();
                let version = facts.versions.len() as u64;
                facts.versions.push((version, now));
                facts.arrivals.push(Arrival {
                    delivery: id.to_owned(),
                    last: last.parse().unwrap(),
                    revision: u32::try_from(earlier + 1).unwrap(),
                    version,
                    at: now,
                });
            }
            Happens::Fails => {
                let begins = beginning(schedule, &facts, now);
                facts.begins.get_or_insert(begins);
                let ready = due(schedule, &facts, now).into_iter().find(|it| it.is_ready(now));
                facts.tries.extend(ready.map(|it| Try { edition: it.edition, at: now }));
            }
            Happens::Run => {
                let begins = beginning(schedule, &facts, now);
                facts.begins.get_or_insert(begins);
                while let Some(item) =
                    due(schedule, &facts, now).into_iter().find(|it| it.is_ready(now))
                {
                    let mut newest: BTreeMap<&str, u32> = BTreeMap::new();
                    for arrival in facts.arrivals.iter().filter(|it| it.version <= item.version) {
                        newest.insert(&arrival.delivery, arrival.revision);
                    }
                    let deliveries =
                        newest.iter().map(|(id, revision)| format!("{id}@{revision}")).collect();
                    assert!(item.since <= now, "{item:?} at {now}");
                    facts.editions.push(KnownEdition { name: item.edition.clone(), deliveries });
                    made.push((item.edition, item.version));
                    assert!(made.len() < 1_000, "it makes editions for ever");
                }
            }
        }
    }
    (facts, made)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn each_delivery_from_the_first_edition_on_has_one_edition_and_the_newest_revision_is_in_one(
        happens in happens(),
    ) {
        let schedule = schedule("after_delivery = \"any\"\nredelivery = true");
        let (facts, made) = simulate(&schedule, &happens);
        let names: BTreeSet<&str> = made.iter().map(|(name, _)| name.as_str()).collect();
        prop_assert_eq!(names.len(), made.len(), "an edition was made twice: {:?}", made);
        let Some(Begin::Quarter(begins)) = &facts.begins else { panic!("{:?}", facts.begins) };
        let first = IDS.iter().position(|(_, last)| *last >= begins.as_str());
        for (place, (id, _)) in IDS.iter().enumerate() {
            let revisions = facts.arrivals.iter().filter(|it| it.delivery == *id).count();
            if revisions == 0 || first.is_none_or(|it| place < it) {
                continue;
            }
            prop_assert!(names.contains(id), "no edition of {}: {:?}", id, made);
            let newest = format!("{id}@{revisions}");
            let mut own = facts.editions.iter().filter(|it| it.name.split('@').next() == Some(id));
            prop_assert!(own.any(|it| it.deliveries.contains(&newest)), "{} is in none of {:?}", newest, facts.editions);
        }
    }

    #[test]
    fn editions_of_days_are_of_the_state_of_their_moment_whenever_they_are_made(
        happens in happens(),
    ) {
        let schedule = schedule("on = \"Mon 06:00\"");
        let (facts, made) = simulate(&schedule, &happens);
        let names: BTreeSet<&str> = made.iter().map(|(name, _)| name.as_str()).collect();
        prop_assert_eq!(names.len(), made.len(), "an edition was made twice: {:?}", made);
        for (name, version) in &made {
            // Monday, six in the morning in Brussels, in a plain way: four or five in UTC.
            let moments = [4, 5].map(|hour| at(&format!("{name}T0{hour}:00")));
            // What comes in at the very moment may be seen or not.
            let at = usize::try_from(*version).unwrap();
            let next = facts.versions.get(at + 1).map(|it| it.1);
            let is_state = |moment: DateTime<Utc>| {
                facts.versions[at].1 <= moment && next.is_none_or(|it| it >= moment)
            };
            prop_assert!(
                moments.into_iter().any(is_state),
                "{} of {}: {:?}",
                name,
                version,
                facts.versions
            );
        }
    }
}
