//! A schedule as it is lived with: `due`, `due --run`, `editions`, `status`, and a month of deliveries that come late,
//! twice, corrected or not at all, while runs are killed, run beside each other, and the disk fills.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::thread::sleep;
use std::time::Duration;

use rand::{Rng as _, SeedableRng as _};
use serde_json::Value;

use crate::sandbox::{HEADER, PERSONS, Ran, Sandbox, compiled, files_below};

/// A report that is made in a moment.
const REPORT: &str = r#"
title = { en = "Mine" }
languages = ["en"]
outputs = ["html", "csv"]

[tables.regimes]
query = "by-regime-and-measure"
"#;
const TEXT: &str = "## Text\n\n```figure table\ntable = \"regimes\"\n```\n";

/// A clock of its own, and a disk that fills.
fn libraries() -> &'static [String; 2] {
    static LIBRARIES: OnceLock<[String; 2]> = OnceLock::new();
    LIBRARIES.get_or_init(|| ["clock", "fault"].map(|it| compiled(it).display().to_string()))
}

/// A warehouse with reports, told of by a command, and what time it is there.
struct World {
    sandbox: Sandbox,
    seconds: i64,
}

/// 2008-11-03, a Monday, midnight in UTC.
const BEGIN: i64 = 1_225_670_400;
const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

impl World {
    fn new(reports: &[(&str, &str)], settings: &str) -> Self {
        let world = Self { sandbox: Sandbox::empty(), seconds: BEGIN };
        world.run(&["init"]).ok();
        for (name, schedule) in reports {
            let folder = format!("warehouse/reports/{name}");
            world
                .sandbox
                .write(&format!("{folder}/report.toml"), format!("{REPORT}\n{schedule}\n"));
            world.sandbox.write(&format!("{folder}/en.md"), TEXT);
        }
        let settings = settings.replace("HERE", &world.sandbox.path().display().to_string());
        world.sandbox.write("warehouse/schedule.toml", settings);
        world
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = self.sandbox.command(words);
        command.env("LD_PRELOAD", &libraries()[0]).env("CLOCK_SECONDS", self.seconds.to_string());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn run(&self, words: &[&str]) -> Ran {
        let output = self.command(words).output().unwrap();
        let text = |bytes: &[u8]| {
            let folder = self.sandbox.path().display().to_string();
            String::from_utf8_lossy(bytes).replace(&folder, "SANDBOX")
        };
        let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
        Ran { code: output.status.code().unwrap_or(-1), stdout, stderr }
    }

    fn arrive(&self, id: &str, amount: u32) {
        let name = format!("inbox/DWH_SPPIS_Formulaires_{id}.csv");
        self.sandbox.write(&name, file(id, amount));
        self.sandbox.write(&format!("{name}.done"), "");
    }

    fn editions(&self, report: &str) -> BTreeSet<String> {
        let folder = self.sandbox.join(&format!("editions/{report}"));
        let Ok(entries) = fs::read_dir(folder) else { return BTreeSet::new() };
        let names = entries.map(|it| it.unwrap()).filter(|it| it.path().is_dir());
        let names = names.map(|it| it.file_name().to_string_lossy().into_owned());
        names.filter(|it| !it.starts_with('.')).collect()
    }

    /// What was told, by id, how many times.
    fn told(&self) -> BTreeMap<String, usize> {
        let text = fs::read_to_string(self.sandbox.join("told")).unwrap_or_default();
        let mut told = BTreeMap::new();
        for line in text.lines() {
            *told.entry(line.to_owned()).or_default() += 1;
        }
        told
    }

    fn manifest(&self, report: &str, edition: &str) -> Value {
        let text = self.sandbox.read(&format!("editions/{report}/{edition}/manifest.json"));
        serde_json::from_str(&text).unwrap()
    }
}

/// A file of a delivery of one row, whose amount tells revisions apart.
fn file(id: &str, amount: u32) -> String {
    let (year, month) = id.split_once('-').unwrap();
    let year: i32 = year.parse().unwrap();
    let day =
        if month == "05" { format!("{}-09-01", year - 2) } else { format!("{}-03-01", year - 1) };
    let row = format!("{};1;21004;{day};{day};;;1;{amount},00", PERSONS[0]);
    format!("{HEADER}\n{row}\n")
}

/// Settings with an inbox and a command that writes down what it is told.
const TOLD: &str = r#"
[inbox]
folder = "../inbox"
markers = [".done"]

[notices.log]
command = ["sh", "-c", "cat > /dev/null; echo \"$SPPIS_EVENT $SPPIS_REPORT $SPPIS_EDITION $SPPIS_ID\" >> HERE/told"]
"#;

#[test]
fn a_report_after_deliveries_is_made_once_and_again_where_a_delivery_comes_again() {
    let reports = [("mine", "[schedule]\nafter_delivery = \"any\"\nredelivery = true")];
    let mut world = World::new(&reports, TOLD);
    fs::create_dir(world.sandbox.join("inbox")).unwrap();
    let nothing = world.run(&["due"]).ok();
    assert_eq!(nothing.stdout, "nothing is due\n");
    let quiet = world.run(&["due", "--run"]).ok();
    assert_eq!((quiet.stdout.as_str(), quiet.stderr.as_str()), ("", ""));
    world.arrive("2008-11", 10);
    let first = world.run(&["due", "--run"]).ok();
    insta::assert_snapshot!(first.stderr, @r#"
    2008-11: taken in as revision 1, version 1 of the table: 1 row accepted, 0 rows rejected (DWH_SPPIS_Formulaires_2008-11.csv, in done/2008-11@1)
    made edition 2008-11 of mine: SANDBOX/editions/mine/2008-11
    "#);
    world.seconds += DAY;
    let quiet = world.run(&["due", "--run"]).ok();
    assert_eq!((quiet.stdout.as_str(), quiet.stderr.as_str()), ("", ""));
    world.arrive("2008-11", 20);
    world.run(&["inbox"]).ok();
    let due = world.run(&["due"]);
    assert_eq!(due.code, 1, "{due}");
    insta::assert_snapshot!(due.stdout, @r#"
    edition         when              why                                         state
    mine 2008-11@2  2008-11-04 01:00  delivery 2008-11 came in again, revision 2  due
    "#);
    world.run(&["due", "--run"]).ok();
    assert_eq!(world.editions("mine"), ["2008-11", "2008-11@2"].map(str::to_owned).into());
    let revised = &world.manifest("mine", "2008-11@2")["compared_with"];
    assert_eq!(
        (&revised["edition"], revised["revised"].as_u64() > Some(0)),
        (&"2008-11".into(), true)
    );
    insta::assert_snapshot!(fs::read_to_string(world.sandbox.join("told")).unwrap(), @r#"
    delivery   delivery 2008-11@1
    success mine 2008-11 success mine 2008-11
    delivery   delivery 2008-11@2
    success mine 2008-11@2 success mine 2008-11@2
    "#);
    let listed = world.run(&["editions", "mine"]).ok();
    insta::assert_snapshot!(listed.stdout, @r#"
    report                  edition         quarters         version  data of           changed
    mine                    2008-11         2007Q1..2007Q2         1  2008-11-03
    mine                    2008-11@2       2007Q1..2007Q2         2  2008-11-04        1 revised since 2008-11
    "#);
    let compared = world.run(&["editions", "mine", "2008-11", "2008-11@2"]).ok();
    insta::assert_snapshot!(compared.stdout, @r#"
    2008-11@2 of mine since 2008-11: 1 figure revised, 0 rows new, 0 rows gone
      regimes: 2007Q1, integration_sociale, partnership_convention: amount 10.00 -> 20.00
    "#);
    world.run(&["editions", "--check"]).ok();
    let again = world.run(&["report", "--again", "editions/mine/2008-11@2"]).ok();
    assert!(again.stderr.contains("every byte as it was"), "{again}");
    assert!(
        world.sandbox.read("editions/mine/index.en.html").contains("2008-11%402/index.en.html")
    );
    let status = world.run(&["status"]).ok().stdout;
    // How long it took is the machine's business.
    let lines = status.lines().map(|it| {
        it.rsplit_once(" in ").filter(|(_, end)| end.ends_with(" s")).map_or(it, |it| it.0)
    });
    insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"), @r#"
    deliveries    1 delivery; the newest is 2008-11, revision 2, of 2007Q1..2007Q2
    data          version 2, 1 observation, committed today
    editions      mine: 2008-11@2 is the newest of 2
                  in SANDBOX/editions
    due           nothing is due
    last runs     2008-11-04 01:00  made mine 2008-11@2
                  2008-11-04 01:00  delivery 2008-11@2
                  2008-11-03 01:00  made mine 2008-11
                  2008-11-03 01:00  delivery 2008-11@1
    verify        never; `sppis verify` compares every file with its checksum
    "#);
}

#[test]
fn a_failed_report_is_told_once_tried_again_later_and_keeps_no_other_from_being_made() {
    let reports = [
        (
            "broken",
            "[schedule]\nafter_delivery = \"any\"\n\n[numbers.n]\ntable = \"regimes\"\nmetric = \"persons\"\nwhere = { regime = \"nobody\" }",
        ),
        ("mine", "[schedule]\nafter_delivery = \"any\""),
    ];
    let mut world = World::new(&reports, TOLD);
    world.sandbox.write("warehouse/reports/broken/en.md", "There are {{ n }}.\n");
    world.arrive("2008-11", 10);
    let first = world.run(&["due", "--run"]);
    assert_eq!(first.code, 1, "{first}");
    insta::assert_snapshot!(first.stderr, @r#"
    2008-11: taken in as revision 1, version 1 of the table: 1 row accepted, 0 rows rejected (DWH_SPPIS_Formulaires_2008-11.csv, in done/2008-11@1)
    error: edition 2008-11 of broken could not be made
    1 mistake in ./warehouse/reports/broken/en.md
      ./warehouse/reports/broken/en.md:1:11: there is no number here: unknown value of `regime` in this answer `nobody`; there are integration_sociale (say what to write then, such as `n or "–"`, or ask with `if … is known`)
    made edition 2008-11 of mine: SANDBOX/editions/mine/2008-11
    "#);
    assert_eq!(world.editions("mine").len(), 1);
    for (minutes, tries) in [(0, 1), (1, 2), (2, 2), (3, 3)] {
        world.seconds = BEGIN + minutes * 60;
        let run = world.run(&["due", "--run"]);
        assert_eq!((run.code, run.stderr.as_str()), (1, ""), "{run}");
        let due = world.run(&["due", "--format", "json"]);
        let due: Value = serde_json::from_str(&due.stdout).unwrap();
        assert_eq!(due["editions"][0]["tries"], tries, "after {minutes} minutes: {due}");
    }
    let failures = world.told().into_iter().filter(|(it, _)| it.starts_with("failure"));
    assert_eq!(failures.map(|it| it.1).collect::<Vec<_>>(), [1]);
    world.sandbox.write("warehouse/reports/broken/en.md", TEXT);
    world.seconds += DAY;
    world.run(&["due", "--run"]).ok();
    assert_eq!(world.editions("broken").len(), 1);
}

#[test]
fn a_notice_that_cannot_be_told_is_told_by_a_later_run_and_fails_no_report() {
    let reports = [("mine", "[schedule]\nafter_delivery = \"any\"")];
    let settings = TOLD.replace("cat > /dev/null;", "cat > /dev/null; test -e HERE/may &&");
    let world = World::new(&reports, &settings);
    world.arrive("2008-11", 10);
    let run = world.run(&["due", "--run"]).ok();
    assert!(run.stderr.contains("warning: notice `log`"), "{run}");
    assert!(world.told().is_empty());
    let due = world.run(&["due"]).ok();
    assert_eq!(due.stdout, "nothing is due\nnot yet told: 2 notices\n");
    world.sandbox.write("may", "");
    world.run(&["due", "--run"]).ok();
    world.run(&["due", "--run"]).ok();
    assert_eq!(world.told().values().copied().collect::<Vec<_>>(), [1, 1]);
}

#[test]
fn an_edition_that_waits_for_its_day_is_made_also_where_a_later_delivery_comes_before_it() {
    let reports = [("mine", "[schedule]\nafter_delivery = \"any\"\non = \"*-12-01\"")];
    let mut world = World::new(&reports, TOLD);
    world.arrive("2008-05", 10);
    world.run(&["due", "--run"]).ok();
    world.seconds += DAY;
    world.arrive("2008-11", 20);
    world.run(&["due", "--run"]).ok();
    assert!(world.run(&["due"]).ok().stdout.contains("mine 2008-05"));
    world.seconds += 30 * DAY;
    world.run(&["due", "--run"]).ok();
    assert_eq!(world.editions("mine"), named(&["2008-05", "2008-11"]));
}

#[test]
fn what_is_no_edition_in_the_place_of_one_fails_that_edition_alone_and_is_told() {
    let schedule = "[schedule]\nafter_delivery = \"any\"";
    let world = World::new(&[("mine", schedule), ("other", schedule)], TOLD);
    world.sandbox.write("editions/mine/2008-11/notes.txt", "mine");
    world.sandbox.write("editions/other/2008-05/manifest.json", "{");
    world.arrive("2008-11", 10);
    let run = world.run(&["due", "--run"]);
    assert_eq!(run.code, 1, "{run}");
    assert!(run.stderr.contains("is no edition 2008-11 of mine"), "{run}");
    assert_eq!(world.editions("other"), named(&["2008-05", "2008-11"]));
    let events: Vec<String> =
        world.told().into_keys().map(|it| it.split(' ').next().unwrap().to_owned()).collect();
    assert_eq!(events, ["delivery", "failure", "success"]);
    let check = world.run(&["editions", "--check"]);
    assert_eq!(check.code, 1, "{check}");
    assert!(check.stderr.contains("other/2008-05/manifest.json"), "{check}");
    // Another warehouse's editions are nobody else's business.
    world.sandbox.run(["--warehouse", "trial", "init"]).ok();
    let trial = world.run(&["--warehouse", "trial", "due", "--run"]);
    assert!(trial.code == 2 && trial.stderr.contains("of another warehouse"), "{trial}");
}

#[test]
fn a_report_that_cannot_be_read_keeps_no_other_waiting_and_is_told_by_its_name() {
    let schedule = "[schedule]\nafter_delivery = \"any\"";
    let world = World::new(&[("mine", schedule), ("other", schedule)], TOLD);
    world.sandbox.write("warehouse/reports/other/en.md", "{{ nope }}\n");
    world.arrive("2008-11", 10);
    for _ in 0..2 {
        assert_eq!(world.run(&["due", "--run"]).code, 1);
    }
    assert_eq!(world.editions("mine").len(), 1);
    let told: Vec<String> =
        world.told().into_keys().filter(|it| it.starts_with("failure other")).collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(world.run(&["due"]).stdout.contains("other cannot be made: 1 mistake"));
}

#[test]
fn an_edition_made_again_is_compared_with_what_lies_there() {
    let world = World::new(&[("mine", "")], "");
    world.sandbox.write("x.csv", file("2008-11", 10));
    world.run(&["ingest", "x.csv", "--delivery", "2008-11"]).ok();
    world.run(&["report", "mine"]).ok();
    let folder = world.sandbox.join("editions/mine/2008-11");
    // What it was made of may be another one by now.
    world.sandbox.write("warehouse/reports/mine/en.md", "Other.\n");
    world
        .sandbox
        .write("warehouse/queries/by-regime-and-measure.toml", "metrics = [\"observations\"]\n");
    let mut again = world.command(&["--warehouse", "../../../warehouse", "report", "--again", "."]);
    assert!(again.current_dir(&folder).status().unwrap().success());
    world.sandbox.write("editions/mine/2008-11/data/regimes.csv", "hacked\n");
    let again = world.run(&["report", "--again", "editions/mine/2008-11"]);
    assert!(again.code == 1 && again.stderr.contains("differs: data/regimes.csv"), "{again}");
}

#[test]
fn every_mistake_of_the_settings_is_told_at_once_and_nothing_is_made() {
    let world = World::new(&[("mine", "[schedule]\nafter_delivery = \"any\"")], "");
    world.sandbox.write(
        "warehouse/schedule.toml",
        "editons = \"x\"\ntime_zone = \"Mars\"\n[schedules.yours]\non = [\"Mon 25:00\"]\n[inbox]\n[notices.a]\n",
    );
    let run = world.run(&["due", "--run"]);
    assert_eq!(run.code, 2, "{run}");
    insta::assert_snapshot!(run.stderr, @r#"
    error: 6 mistakes in ./warehouse/schedule.toml
      ./warehouse/schedule.toml:1:1: unknown key `editons` (did you mean `editions`?)
      ./warehouse/schedule.toml:2:13: unknown time zone `Mars` (such as `Europe/Brussels`)
      ./warehouse/schedule.toml:3:12: there is no report `yours` (known here: delivery-note, mine, quarterly-figures, yearly-overview)
      ./warehouse/schedule.toml:4:7: `Mon 25:00`, character 5: expected the hour to be 0 to 23, found `25`
      ./warehouse/schedule.toml:5:1: `folder` is missing: a text in quotes
      ./warehouse/schedule.toml:6:10: a notice has one way of telling, found none (write one of `mail`, `http`, `command`, `metrics`)
    "#);
}

/// One step of the month.
enum Step<'a> {
    /// A delivery arrives in the inbox.
    Arrives(&'a str, u32),
    /// A delivery is taken in by hand.
    Ingest(&'a str, u32),
    /// A report's text is mended.
    Mend,
    /// The clock goes back.
    Back(i64),
}

/// What happens, by the hour of the month.
const MONTH: [(i64, Step<'static>); 9] = [
    (30, Step::Arrives("2008-05", 10)),
    (60, Step::Arrives("2008-05", 10)),
    (100, Step::Back(HOUR)),
    (150, Step::Arrives("2009-05", 20)),
    (200, Step::Mend),
    (300, Step::Ingest("2009-05", 30)),
    (400, Step::Arrives("2008-11", 40)),
    (450, Step::Back(HOUR)),
    (600, Step::Arrives("2009-05", 50)),
];

/// The reports of the month, with their schedules.
const REPORTS: [(&str, &str); 4] = [
    ("all", "[schedule]\nafter_delivery = \"any\"\nredelivery = true\nfirst = \"2008-05\""),
    (
        "pair",
        "[schedule]\nafter_delivery = \"any\"\nneeds = 2\nlate_after = \"3d\"\nfirst = \"2008-11\"",
    ),
    ("weekly", "[schedule]\non = \"Mon 06:00\"\ntime_zone = \"Europe/Brussels\""),
    (
        "mended",
        "[schedule]\nafter_delivery = \"05\"\nfirst = \"2008-05\"\n\n[numbers.n]\ntable = \"regimes\"\n\
         metric = \"persons\"\nwhere = { regime = \"nobody\" }",
    ),
];

#[test]
fn in_a_month_of_kills_full_disks_and_callers_at_once_each_edition_is_made_once_and_all_is_told() {
    let mut world = World::new(&REPORTS, TOLD);
    world.sandbox.write("warehouse/reports/mended/en.md", "There are {{ n }}.\n");
    fs::create_dir(world.sandbox.join("inbox")).unwrap();
    let mut mishaps = Mishaps {
        random: rand_chacha::ChaCha8Rng::seed_from_u64(17),
        usual: Duration::from_millis(40),
        kills: 0,
    };
    let (mut steps, mut back) = (MONTH.iter().peekable(), 0);
    for hour in (0..30 * 24).step_by(3) {
        world.seconds = BEGIN + hour * HOUR - back;
        while let Some((_, step)) = steps.next_if(|it| it.0 <= hour) {
            back += happen(&world, step);
        }
        mishaps.run(&world);
        whole(&world.sandbox.join("editions"));
    }
    world.seconds += HOUR;
    world.run(&["due", "--run"]).ok();
    let kills = mishaps.kills;
    assert!(kills >= 100, "only {kills} runs were killed");
    all_are_made(&world);
    all_is_told(&world, kills);
}

/// What happens in a step; how far the clock goes back.
fn happen(world: &World, step: &Step<'_>) -> i64 {
    match step {
        Step::Arrives(id, amount) => world.arrive(id, *amount),
        Step::Ingest(id, amount) => {
            let name = format!("DWH_SPPIS_Formulaires_{id}.csv");
            world.sandbox.write(&name, file(id, *amount));
            world.run(&["ingest", &name]).ok();
        }
        Step::Mend => drop(world.sandbox.write("warehouse/reports/mended/en.md", TEXT)),
        Step::Back(seconds) => return *seconds,
    }
    0
}

/// What befalls runs.
struct Mishaps {
    random: rand_chacha::ChaCha8Rng,
    /// How long a run takes that nothing befalls.
    usual: Duration,
    kills: usize,
}

impl Mishaps {
    fn run(&mut self, world: &World) {
        match self.random.random_range(0..10) {
            0..=6 => self.killed(world),
            7 => {
                let mut run = world.command(&["due", "--run"]);
                let at = self.random.random_range(1..60).to_string();
                run.env("LD_PRELOAD", libraries().join(" "));
                run.env("FAULT_KIND", "full").env("FAULT_AT", at).status().unwrap();
            }
            8 => {
                let runs = [&["due", "--run"][..], &["due", "--run", "--wait"]];
                for mut run in runs.map(|words| world.command(words).spawn().unwrap()) {
                    assert!(matches!(run.wait().unwrap().code(), Some(0 | 1)));
                }
            }
            _ => {
                let start = std::time::Instant::now();
                let run = world.run(&["due", "--run"]);
                assert!(matches!(run.code, 0 | 1), "{run}");
                self.usual = start.elapsed();
            }
        }
    }

    /// Killed at any moment.
    fn killed(&mut self, world: &World) {
        let mut run = world.command(&["due", "--run"]).spawn().unwrap();
        sleep(self.usual.mul_f64(self.random.random()));
        self.kills += usize::from(run.try_wait().unwrap().is_none());
        let _gone = run.kill();
        run.wait().unwrap();
    }
}

fn named(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|it| (*it).to_owned()).collect()
}

fn all_are_made(world: &World) {
    assert_eq!(world.editions("pair"), named(&["2008-11", "2009-05"]));
    assert_eq!(world.editions("mended"), named(&["2008-05", "2009-05"]));
    let mondays = named(&["2008-11-10", "2008-11-17", "2008-11-24", "2008-12-01"]);
    assert_eq!(world.editions("weekly"), mondays);
    let all = world.editions("all");
    // A revision that another one followed before a run came to it has no edition of its own.
    let may = named(&["2008-05", "2008-11", "2009-05", "2009-05@2", "2009-05@3"]);
    let must = named(&["2008-05", "2008-11", "2009-05"]);
    assert!(all.is_subset(&may) && all.is_superset(&must), "{all:?}");
    let is_newest = |it: &String| {
        let manifest = world.manifest("all", it);
        manifest["deliveries"].as_array().unwrap().contains(&"2009-05@3".into())
    };
    assert!(all.iter().any(is_newest), "the last correction is in no edition");
}

/// Each edition, delivery, failure and delay was told, and none twice but where a run died between telling and
/// noting it.
fn all_is_told(world: &World, kills: usize) {
    let told = world.told();
    let mut editions = 0;
    for (report, _) in REPORTS {
        for edition in world.editions(report) {
            editions += 1;
            let line = format!("success {report} {edition} success {report} {edition}");
            assert!(told.contains_key(&line), "{line} was not told: {told:#?}");
        }
    }
    let of = |event: &str| told.keys().filter(|it| it.starts_with(event)).count();
    assert_eq!(of("success"), editions, "{told:#?}");
    assert_eq!(of("delivery"), 5, "{told:#?}");
    assert_eq!(of("late pair 2009-05"), 1, "{told:#?}");
    // Full disks and runs that were killed again and again are failures, too.
    let journal = world.sandbox.read("editions/.schedule/journal.ndjson");
    let entries = journal.lines().filter_map(|it| serde_json::from_str::<Value>(it).ok());
    let failed =
        entries.filter(|it| it["step"] == "failed" && !it["telling"]["happening"].is_null());
    let failed: BTreeSet<String> =
        failed.map(|it| it["telling"]["happening"]["id"].as_str().unwrap().to_owned()).collect();
    assert!(failed.iter().any(|it| it.starts_with("failure mended 2008-05")), "{failed:?}");
    for id in &failed {
        assert!(told.keys().any(|it| it.ends_with(id)), "{id} was not told: {told:#?}");
    }
    let again: usize = told.values().map(|it| it - 1).sum();
    assert!(again <= kills, "{again} told twice in {kills} kills: {told:#?}");
}

/// Every folder that is called an edition is a whole one.
fn whole(editions: &Path) {
    for manifest in files_below(editions).iter().filter(|it| it.ends_with("manifest.json")) {
        if manifest.display().to_string().contains("/.sppis-edition-") {
            continue;
        }
        let folder = manifest.parent().unwrap();
        let made = sppis::report::MadeEdition::open(folder).unwrap();
        assert!(made.faults().is_empty(), "{}: {:?}", folder.display(), made.faults());
    }
}
