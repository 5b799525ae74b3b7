//! Calendar expressions beside systemd's reading of them, recorded and live, and the laws of moments.

use std::fs;
use std::process::Command;

use chrono::{DateTime, SecondsFormat, TimeDelta, TimeZone as _, Utc};
use chrono_tz::Tz;
use proptest::prelude::*;
use rand::Rng as _;
use rand::seq::IndexedRandom as _;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng as _;
use sppis::schedule::calendar::Calendar;

use crate::sandbox::repository;

fn read(text: &str) -> Calendar {
    Calendar::parse(text, Tz::UTC).unwrap_or_else(|error| panic!("{error}"))
}

fn moment(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn shown(moment: DateTime<Utc>) -> String {
    moment.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// What `systemd-analyze calendar` prints of an expression: its normalised form, then when it elapses.
fn elapses(calendar: &Calendar, base: DateTime<Utc>, count: usize) -> Vec<String> {
    let next = |from: DateTime<Utc>| calendar.next_after(from);
    let times = std::iter::successors(next(base), |it| next(*it)).take(count).map(shown);
    let mut printed = vec![calendar.to_string()];
    printed.extend(times);
    if printed.len() == 1 {
        printed.push("never".to_owned());
    }
    printed
}

#[test]
fn expressions_are_read_and_elapse_as_systemd_recorded() {
    let path = repository().join("tests/golden/calendar.txt");
    let text = fs::read_to_string(path).unwrap();
    let mut compared = 0;
    for line in text.lines().filter(|it| !it.is_empty() && !it.starts_with('#')) {
        let fields: Vec<&str> = line.split(" | ").collect();
        let [expression, base, recorded @ ..] = fields.as_slice() else { panic!("{line}") };
        let ours = match Calendar::parse(expression, Tz::UTC) {
            Ok(calendar) => elapses(&calendar, moment(base), 3),
            Err(_) => vec!["refused".to_owned()],
        };
        assert_eq!(ours, recorded, "{line}");
        compared += 1;
    }
    assert!(compared > 300, "{compared} lines");
}

/// Zones whose clocks change as those of most: by an hour, not at midnight, forward in their summer.
const ZONES: [&str; 8] = [
    "Europe/Brussels",
    "Europe/London",
    "America/New_York",
    "America/St_Johns",
    "Australia/Sydney",
    "Pacific/Auckland",
    "Asia/Kolkata",
    "UTC",
];

/// Moments around which clocks change in some of them: both changes, in different years.
const CHANGES: [&str; 8] = [
    "2026-03-29T01:00:00Z",
    "2026-10-25T01:00:00Z",
    "2025-03-30T01:00:00Z",
    "2024-10-27T01:00:00Z",
    "2026-03-08T07:00:00Z",
    "2026-11-01T06:00:00Z",
    "2026-10-03T16:00:00Z",
    "2026-04-04T16:00:00Z",
];

/// Expressions at random.
///
/// Steps without an end divide what they are of: others, systemd up to 252 follows into the next day.
struct Expressions(ChaCha8Rng);

impl Expressions {
    fn one_of<'t>(&mut self, texts: &[&'t str]) -> &'t str {
        texts.choose(&mut self.0).unwrap()
    }

    fn field(&mut self, least: u32, greatest: u32, steps: &[&str]) -> String {
        let mut value = || self.0.random_range(least..=greatest);
        let (one, other, third) = (value(), value(), value());
        let (first, last) = (one.min(other), one.max(other));
        match self.0.random_range(0..8) {
            0..=2 => "*".to_owned(),
            3 => format!("{one:02}"),
            4 if first < last => format!("{third},{first}..{last},{one}"),
            5 if first < last => format!("{first}..{last}/{}", self.0.random_range(1..6)),
            6 if !steps.is_empty() => self.one_of(steps).to_owned(),
            _ => format!("{one},{third:02}"),
        }
    }

    fn weekdays(&mut self) -> &'static str {
        self.one_of(&[
            "",
            "",
            "",
            "",
            "Mon ",
            "sat,Sun ",
            "Mon..Fri  ",
            "Fri, ",
            "Tue-Thu,Sunday ",
            "Wed..Sun ",
        ])
    }

    fn date(&mut self) -> String {
        let year = self.one_of(&["", "", "*-", "2020..2040-", "26,30,28-", "2025/3-"]);
        let month = self.field(1, 12, &["1/3", "1/6", "2/2"]);
        let end = self.0.random_range(1..=28);
        match self.0.random_range(0..4) {
            0 => format!("{year}{month}~{end}"),
            _ => format!("{year}{month}-{} ", self.field(1, 31, &[])).trim_end().to_owned(),
        }
    }

    fn time(&mut self) -> String {
        let hour = self.field(0, 23, &["0/6", "1/12", "0/2"]);
        let minute = self.field(0, 59, &["0/15", "0/20", "5/10"]);
        match self.0.random_range(0..3) {
            0 => format!("{hour}:{minute}:{}", self.field(0, 59, &["0/30", "0/1"])),
            _ => format!("{hour}:{minute}"),
        }
    }

    /// Times around the changes of clocks, with or without weekdays.
    fn night_time(&mut self) -> String {
        let hour = self.one_of(&["*", "1..3", "2", "0..4", "2,3", "1,2", "3"]);
        format!("{}{hour}:{}", self.weekdays(), self.field(0, 59, &["0/15", "0/20"]))
    }

    fn expression(&mut self) -> String {
        let zone = self.one_of(&ZONES);
        let weekdays = self.weekdays();
        match self.0.random_range(0..8) {
            0 => format!("{} {zone}", self.one_of(&["daily", "weekly", "quarterly", "yearly"])),
            1 => format!("{weekdays}{} {zone}", self.date()),
            2 => format!("{weekdays}{} {zone}", self.time()),
            _ => format!("{weekdays}{} {} {zone}", self.date(), self.time()),
        }
    }
}

/// What systemd prints; none where it refuses or gives up.
fn of_systemd(expression: &str, base: DateTime<Utc>, count: usize) -> Option<Vec<String>> {
    let output = Command::new("systemd-analyze")
        .args(["calendar", &format!("--iterations={count}")])
        .arg(format!("--base-time={}", base.format("%Y-%m-%d %H:%M:%S UTC")))
        .arg(expression)
        .env("TZ", "UTC")
        .env("LC_ALL", "C")
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let mut printed = Vec::new();
    for line in text.lines() {
        let Some((label, value)) = line.split_once(": ") else { continue };
        match label.trim() {
            "Normalized form" => printed.push(value.to_owned()),
            "Next elapse" if value == "never" => printed.push(value.to_owned()),
            label if label == "Next elapse" || label.starts_with("Iter. #") => {
                let time = chrono::NaiveDateTime::parse_from_str(value, "%a %Y-%m-%d %H:%M:%S UTC");
                printed.push(shown(time.unwrap().and_utc()));
            }
            _ => {}
        }
    }
    output.status.success().then_some(printed)
}

/// Whether clocks of the zone show a time again that they had shown an hour before.
fn is_shown_again(moment: DateTime<Utc>, zone: Tz) -> bool {
    let local = moment.with_timezone(&zone).naive_local();
    zone.from_local_datetime(&local).earliest().is_some_and(|it| it < moment)
}

#[test]
fn random_expressions_elapse_as_systemd_on_this_machine_says() {
    if Command::new("systemd-analyze").arg("--version").output().is_err() {
        eprintln!(
            "`systemd-analyze` is not on this machine: only the recorded lines were compared"
        );
        return;
    }
    let mut expressions = Expressions(ChaCha8Rng::seed_from_u64(20_261_128));
    let mut compared = 0;
    for number in 0..400 {
        let is_at_night = number % 2 == 0;
        let (expression, base) = if is_at_night {
            let zone = expressions.one_of(&ZONES);
            let change = moment(expressions.one_of(&CHANGES));
            let minutes = TimeDelta::minutes(expressions.0.random_range(-200..200));
            (format!("{} {zone}", expressions.night_time()), change + minutes)
        } else {
            let seconds = expressions.0.random_range(1_420_070_400..2_000_000_000);
            (expressions.expression(), DateTime::from_timestamp(seconds, 0).unwrap())
        };
        let calendar = read(&expression);
        if is_shown_again(base, calendar.zone()) {
            continue;
        }
        let Some(theirs) = of_systemd(&expression, base, 4) else { continue };
        let ours = elapses(&calendar, base, 4);
        assert_eq!(ours, theirs, "{expression} from {base}");
        compared += 1;
    }
    assert!(compared > 300, "{compared} compared");
}

#[test]
fn a_time_that_clocks_show_twice_occurs_once_and_one_they_leave_out_not_at_all() {
    let times = |text: &str, after: &str, until: &str| {
        let between: Vec<String> =
            read(text).between(moment(after), moment(until)).map(shown).collect();
        between.join(" ")
    };
    let half_past_two = "02:30 Europe/Brussels";
    insta::assert_snapshot!(
        times(half_past_two, "2026-10-24T00:00:00Z", "2026-10-27T00:00:00Z"),
        @"2026-10-24T00:30:00Z 2026-10-25T00:30:00Z 2026-10-26T01:30:00Z"
    );
    insta::assert_snapshot!(
        times(half_past_two, "2026-03-27T12:00:00Z", "2026-03-30T12:00:00Z"),
        @"2026-03-28T01:30:00Z 2026-03-30T00:30:00Z"
    );
    // systemd, asked from within the time that is shown again, says 01:30 UTC: it would run twice.
    let again = moment("2026-10-25T01:10:00Z");
    assert_eq!(read(half_past_two).next_after(again), Some(moment("2026-10-26T01:30:00Z")));
    assert_eq!(read(half_past_two).last_until(again), Some(moment("2026-10-25T00:30:00Z")));
    insta::assert_snapshot!(
        times("*:0/30 Europe/Brussels", "2026-10-25T00:00:00Z", "2026-10-25T03:00:00Z"),
        @"2026-10-25T00:30:00Z 2026-10-25T02:00:00Z 2026-10-25T02:30:00Z 2026-10-25T03:00:00Z"
    );
    insta::assert_snapshot!(
        times("*-12-29..31 12:00 Pacific/Apia", "2011-12-01T00:00:00Z", "2012-01-01T00:00:00Z"),
        @"2011-12-29T22:00:00Z 2011-12-30T22:00:00Z"
    );
}

#[test]
fn the_zone_that_is_given_counts_where_the_expression_names_none() {
    let brussels = |text| Calendar::parse(text, Tz::Europe__Brussels).unwrap();
    let at = moment("2026-06-30T00:00:00Z");
    assert_eq!(brussels("06:00").next_after(at), Some(moment("2026-06-30T04:00:00Z")));
    assert_eq!(brussels("06:00 UTC").next_after(at), Some(moment("2026-06-30T06:00:00Z")));
    assert_eq!(brussels("06:00").to_string(), "*-*-* 06:00:00");
}

#[test]
fn what_never_comes_again_is_none() {
    let at = moment("2026-11-28T00:00:00Z");
    for never in ["*-02-30", "*-04,06-31", "Mon 2026-11-29", "2020-01-01", "1999-*-* *:*:*"] {
        assert_eq!(read(never).next_after(at), None, "{never}");
    }
    for not_yet in ["*-02-30", "2027-01-01", "2199-*-* *:*:*"] {
        assert_eq!(read(not_yet).last_until(at), None, "{not_yet}");
    }
    let (least, greatest) = (DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC);
    for zone in ["Pacific/Apia", "America/Los_Angeles", "UTC"] {
        let calendar = read(&format!("daily {zone}"));
        assert_eq!(calendar.next_after(greatest), None);
        assert_eq!(calendar.last_until(least), None);
        let first = calendar.next_after(least).unwrap().with_timezone(&calendar.zone());
        assert_eq!(first.date_naive().to_string(), "1970-01-01", "{zone}");
        let last = calendar.last_until(greatest).unwrap().with_timezone(&calendar.zone());
        assert_eq!(last.date_naive().to_string(), "2199-12-31", "{zone}");
    }
}

#[test]
fn cron_s_way_to_write_steps_is_read_too() {
    for (cron, written) in [
        ("*/3:00", "*-*-* 00/3:00:00"),
        ("*:*/15", "*-*-* *:00/15:00"),
        ("*-*/3-01", "*-01/3-01 00:00:00"),
        ("*:*:*/1", "*-*-* *:*:*"),
    ] {
        assert_eq!(read(cron).to_string(), written);
    }
}

#[test]
fn a_mistake_is_told_with_its_place_what_was_expected_and_what_was_probably_meant() {
    let mut told = String::new();
    for text in [
        "",
        "dayly",
        "anually",
        "Mondag 06:00",
        "Fri..Mon 06:00",
        "Mon,,Tue",
        "Mon 25:00",
        "06:60",
        "06:00:60",
        "06",
        "2026-02",
        "2026-02-31 06:00:00.5",
        "2026-02~29",
        "*-13-01",
        "1969-01-01",
        "5..3:00",
        "*:57/5",
        "59/2:00",
        "*-*~1/1",
        "*:0/0",
        "2026-11-28T06:00",
        "@1395716396",
        "99999999999:00",
        "06:00 ",
        "06:00 Europe/Bruxelles",
        "06:00 Brussels",
        "06:00 CEST",
        "06:00 noon",
        "é\u{1b}[31m",
    ] {
        let error = Calendar::parse(text, Tz::UTC).unwrap_err();
        let hint = error.hint().map_or(String::new(), |it| format!(" ({it})"));
        told.extend([error.to_string(), hint, "\n".to_owned()]);
        assert!(text.get(error.span()).is_some(), "{text}");
    }
    insta::assert_snapshot!(told, @r"
    ``, character 1: expected a weekday, a date or a time, found the end
    `dayly`, character 1: expected a weekday such as `Mon`, a date, a time, or a name such as `daily`, found `dayly` (did you mean `daily`?)
    `anually`, character 1: expected a weekday such as `Mon`, a date, a time, or a name such as `daily`, found `anually` (did you mean `annually`?)
    `Mondag 06:00`, character 1: expected a weekday such as `Mon`, a date, a time, or a name such as `daily`, found `Mondag` (did you mean `Monday`?)
    `Fri..Mon 06:00`, character 6: expected a weekday from Fri on, found `Mon` (a week begins on Monday and ends on Sunday)
    `Mon,,Tue`, character 5: expected a weekday, found `,`
    `Mon 25:00`, character 5: expected the hour to be 0 to 23, found `25`
    `06:60`, character 4: expected the minute to be 0 to 59, found `60`
    `06:00:60`, character 7: expected the second to be 0 to 59, found `60`
    `06`, character 3: expected `:` and minutes, or `-` and a day, found the end
    `2026-02`, character 1: expected the month to be 1 to 12, found `2026` (two parts are month and day; a year has both behind it)
    `2026-02-31 06:00:00.5`, character 20: expected a whole number, found `.5` (leave fractions of seconds out; a range is written `1..5`)
    `2026-02~29`, character 9: expected the day counted from the end of the month to be 1 to 28, found `29`
    `*-13-01`, character 3: expected the month to be 1 to 12, found `13`
    `1969-01-01`, character 1: expected the year to be 1970 to 2199, found `1969`
    `5..3:00`, character 4: expected the last hour not to be before the first, found `3`
    `*:57/5`, character 6: expected a step to another minute, at most 2, found `5`
    `59/2:00`, character 1: expected the hour to be 0 to 23, found `59`
    `*-*~1/1`, character 7: expected no step, as there is no day counted from the end of the month behind 1, found `1`
    `*:0/0`, character 5: expected a step of 1 or more, found `0`
    `2026-11-28T06:00`, character 11: expected a space and a time, or the end, found `T`
    `@1395716396`, character 1: expected a number or `*`, found `@`
    `99999999999:00`, character 1: expected a number that is not so large, found `99999999999`
    `06:00 `, character 6: expected one space and a time zone, or the end, found a space
    `06:00 Europe/Bruxelles`, character 7: expected a time zone such as `Europe/Brussels`, found `Europe/Bruxelles` (did you mean `Europe/Brussels`?)
    `06:00 Brussels`, character 7: expected a time zone such as `Europe/Brussels`, found `Brussels` (did you mean `Europe/Brussels`?)
    `06:00 CEST`, character 7: expected a time zone such as `Europe/Brussels`, found `CEST`
    `06:00 noon`, character 7: expected a time zone such as `Europe/Brussels`, found `noon`
    `é\u{1b}[31m`, character 1: expected a weekday such as `Mon`, a date, a time, or a name such as `daily`, found `é`
    ");
}

/// Expressions for the laws: those of the comparison, and what it leaves out.
fn any_expression() -> impl Strategy<Value = String> {
    let random =
        any::<u64>().prop_map(|seed| Expressions(ChaCha8Rng::seed_from_u64(seed)).expression());
    let night =
        any::<u64>().prop_map(|seed| Expressions(ChaCha8Rng::seed_from_u64(seed)).night_time());
    let zones = prop::sample::select(vec![
        "Europe/Brussels",
        "Europe/Dublin",
        "Australia/Lord_Howe",
        "America/Havana",
        "Africa/Cairo",
    ]);
    let odd =
        prop::sample::select(vec!["06/11,00:58", "*-*~5,14/10 2,3:*", "*-*-1/10", "0..3:7/22"]);
    prop_oneof![random, (night, zones.clone()).prop_map(in_zone), (odd, zones).prop_map(in_zone)]
}

fn in_zone((expression, zone): (impl std::fmt::Display, &str)) -> String {
    format!("{expression} {zone}")
}

/// Moments of these years, half of them around a change of clocks, with fractions of a second.
fn any_moment() -> impl Strategy<Value = DateTime<Utc>> {
    let any = (1_420_070_400_i64..2_000_000_000, 0..3_u32)
        .prop_map(|(seconds, part)| DateTime::from_timestamp(seconds, part * 333_000_000).unwrap());
    let change = (prop::sample::select(CHANGES.to_vec()), -12_000_i64..12_000)
        .prop_map(|(change, seconds)| moment(change) + TimeDelta::seconds(seconds));
    prop_oneof![any, change]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn the_normalised_form_is_the_same_expression(text in any_expression()) {
        let calendar = read(&text);
        prop_assert_eq!(read(&calendar.to_string()), calendar);
    }

    #[test]
    fn the_next_is_after_and_none_lies_between(text in any_expression(), at in any_moment()) {
        let calendar = read(&text);
        if let Some(next) = calendar.next_after(at) {
            prop_assert!(next > at);
            prop_assert_eq!(calendar.last_until(next), Some(next));
            let before = calendar.last_until(next - TimeDelta::nanoseconds(1));
            prop_assert!(before.is_none_or(|it| it <= at));
            prop_assert_eq!(before, calendar.last_until(at));
        }
        if let Some(last) = calendar.last_until(at) {
            prop_assert!(last <= at);
            prop_assert_eq!(calendar.next_after(last - TimeDelta::nanoseconds(1)), Some(last));
        }
    }

    #[test]
    fn those_between_are_one_next_after_the_other(
        text in any_expression(), at in any_moment(), minutes in 1_i64..2_000,
    ) {
        let calendar = read(&text);
        let until = at + TimeDelta::minutes(minutes);
        let between: Vec<_> = calendar.between(at, until).take(500).collect();
        let next = |it: &DateTime<Utc>| calendar.next_after(*it).filter(|it| *it <= until);
        let one_by_one: Vec<_> = std::iter::successors(next(&at), next).take(500).collect();
        prop_assert_eq!(&between, &one_by_one);
        if between.len() < 500 {
            let mut backwards: Vec<_> = calendar.between(at, until).rev().collect();
            backwards.reverse();
            prop_assert_eq!(backwards, between);
        }
    }
}
