//! `reclassify`: the figures of a warehouse that had the rules from the beginning, in one commit, with
//! every earlier state as it was.

use std::collections::BTreeMap;
use std::fs;
use std::process::Stdio;
use std::time::Duration;

use sppis::warehouse::{Warehouse, WarehouseError};

use crate::meaning::YOUTH;
use crate::sandbox::{CONFIGURATION, PERSONS, Sandbox};

const DICTIONARY: &str = "warehouse/dictionary.toml";

/// Two measures whose rules take rows away from shipped ones, one of them by what is no code listed,
/// a group and a convention that are others, and a guidance of its own.
const OWN: &str = r#"
[[measure_group]]
name = "youth"
label = "Youth"

[[measure]]
name = "youth_plan"
group = "youth"
label = "Youth plan"

[[measure]]
name = "interim"
group = "youth"
label = "Interim"

[[guidance]]
name = "h50"
code = "1"
convention = false
label = "Fifty hours"

[[guidance]]
name = "none"
code = "0"
convention = true
label = "Nothing"

[[measure_rule]]
measure = "youth_plan"
valid_from = "2006-01-15"
[measure_rule.when]
BUDART_ID = ["115", "1173", "108"]

[[measure_rule]]
measure = "youth_plan"
regime = "aide_sociale"
[measure_rule.when]
CBENIDVTYP = { not = ["1", "2"] }
"#;

const DELIVERIES: &str = "2004-05,2006-11,2007-05,2017-05,2017-11";

fn copy(of: &Sandbox) -> Sandbox {
    let sandbox = Sandbox::empty();
    for name in ["warehouse", CONFIGURATION, "in"] {
        for file in of.files(name) {
            let copy = sandbox.join("").join(file.strip_prefix(of.path()).unwrap());
            fs::create_dir_all(copy.parent().unwrap()).unwrap();
            fs::copy(&file, &copy).unwrap();
        }
    }
    sandbox
}

/// An empty warehouse, and deliveries with a few mistakes.
fn empty() -> Sandbox {
    let sandbox = Sandbox::new();
    let arguments = ["--persons", "150", "--seed", "5", "--mistakes", "2%", "--output", "in"];
    let command = [&["sample", "--deliveries", DELIVERIES], &arguments[..]].concat();
    sandbox.run_all(&command).ok();
    sandbox
}

fn take_in(sandbox: &Sandbox) {
    for id in DELIVERIES.split(',') {
        let file = format!("in/DWH_SPPIS_Formulaires_{id}.csv");
        sandbox
            .run(["ingest", &file, "--max-rejects", "100%", "--accept", "delivery.days-twelve"])
            .ok();
    }
}

/// The answers to all queries, and to one that looks up groups, as CSV.
fn answers(sandbox: &Sandbox, more: &[&str]) -> BTreeMap<String, String> {
    let own = "title = { en = \"G\" }\ndimensions = [\"quarter\", \"measure_group\", \"guidance\"]\n\
               metrics = [\"persons\", \"convention_persons\", \"amount\"]\ncomplete = true\n";
    sandbox.write("warehouse/queries/groups.toml", own);
    let folder = sandbox.join("answers");
    let _absent = fs::remove_dir_all(&folder);
    let arguments = [&["run", "--all", "--format", "csv", "--output", "answers"], more].concat();
    sandbox.run_all(&arguments).ok();
    let files = sandbox.files("answers").into_iter();
    let files = files.filter(|path| path.extension().is_some_and(|it| it == "csv"));
    let named = files.map(|path| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        (name, fs::read_to_string(path).unwrap())
    });
    named.collect()
}

/// The quarter and hash of each file of observations.
fn hashes(sandbox: &Sandbox) -> Vec<(String, String)> {
    let paths = sandbox.run(["files"]).ok().stdout;
    let hash = |path: &str| {
        let (folder, name) = path.rsplit_once('/').unwrap();
        let (quarter, hash) =
            (folder.rsplit_once('=').unwrap().1, name.rsplit_once('-').unwrap().1);
        (quarter.to_owned(), hash.to_owned())
    };
    let mut hashes: Vec<_> = paths.lines().map(hash).collect();
    hashes.sort();
    hashes
}

fn histories(sandbox: &Sandbox) -> Vec<(String, Vec<u8>)> {
    let files = sandbox.files("warehouse/histories").into_iter();
    files
        .map(|it| (it.file_name().unwrap().to_string_lossy().into_owned(), fs::read(it).unwrap()))
        .collect()
}

#[test]
fn all_is_as_in_a_warehouse_that_had_the_rules_from_the_beginning() {
    let begun = empty();
    let fresh = copy(&begun);
    fresh.write(DICTIONARY, OWN);
    take_in(&fresh);
    let late = copy(&begun);
    take_in(&late);
    let before = answers(&late, &[]);
    let version_before = late.run(["history"]).ok().stdout.lines().count() - 1;
    late.write(DICTIONARY, OWN);
    let stated = late.run(["reclassify"]).ok();
    assert!(stated.stdout.contains("committed as version "), "{stated}");
    let (found, expected) = (answers(&late, &[]), answers(&fresh, &[]));
    assert_ne!(found, before);
    assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    for (name, text) in &found {
        assert_eq!(text, &expected[name], "{name}");
    }
    // To the byte: the same rows in the same order, and histories made of them.
    assert_eq!(hashes(&late), hashes(&fresh));
    assert_eq!(histories(&late), histories(&fresh));
    assert_eq!(answers(&late, &["--without-histories", "--verify"]), found);
    late.run(["verify"]).ok();
    // And every earlier state as it was, though groups and conventions are looked up.
    let as_of = version_before.to_string();
    assert_eq!(answers(&late, &["--as-of", &as_of]), before);
    assert_eq!(answers(&late, &["--as-of", &as_of, "--without-histories", "--verify"]), before);
    // Taken back, they are what they were.
    fs::remove_file(late.join(DICTIONARY)).unwrap();
    late.run(["reclassify"]).ok();
    assert_eq!(answers(&late, &[]), before);
}

/// A row of each of three persons, two of them with a code that [`YOUTH`] has a rule for.
fn small() -> Sandbox {
    let sandbox = Sandbox::new();
    let [a, b, c, _] = PERSONS;
    let file = sandbox.delivery(
        "2008-05",
        &[
            &format!("{a};1;21004;2006-07-01;2006-07-31;1173;;0;"),
            &format!("{b};1;21004;2006-08-01;2006-08-31;115;;1;100,00"),
            &format!("{c};1;44021;2006-11-01;2006-11-30;118;;0;"),
        ],
    );
    sandbox.run(["ingest", &file]).ok();
    sandbox
}

fn entries(sandbox: &Sandbox) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    sandbox.files("warehouse").into_iter().map(|it| (it.clone(), fs::read(it).unwrap())).collect()
}

#[test]
fn a_dry_run_says_which_rows_and_figures_change_and_writes_nothing() {
    let sandbox = small();
    sandbox.write(DICTIONARY, YOUTH);
    let before = entries(&sandbox);
    let ran = sandbox.run(["reclassify", "--dry-run"]).ok();
    assert_eq!(entries(&sandbox), before);
    insta::assert_snapshot!(ran.stdout, @"
    classification 1669121ef5dc -> 5e0f4fb0738c: not committed, as asked
    2 of 3 observations under another regime, measure or guidance

    rows that change
    quarter  from                                                    to                                                        observations               EUR
    2006Q3   integration_sociale / article_61 / none                 integration_sociale / youth_plan / none                              1              0.00
    2006Q3   integration_sociale / partnership_convention / h50      integration_sociale / youth_plan / h50                               1            100.00

    figures that change
    quarter  regime                measure                           observations     change    persons   change               EUR            change
    2006Q3   integration_sociale   article_61                                   0         -1          0       -1              0.00              0.00
    2006Q3   integration_sociale   partnership_convention                       0         -1          0       -1              0.00           -100.00
    2006Q3   integration_sociale   youth_plan                                   2         +2          2       +2            100.00           +100.00
    ");
    let done = sandbox.run(["reclassify"]).ok();
    let rest = |text: &str| text.split_once('\n').unwrap().1.to_owned();
    assert_eq!(rest(&done.stdout), rest(&ran.stdout));
    assert!(done.stdout.contains("committed as version 2 of the table"), "{done}");
    let again = sandbox.run(["reclassify", "--dry-run"]).ok();
    assert!(again.stdout.starts_with("nothing to do: 3 observations are stored"), "{again}");
}

#[test]
fn the_commit_is_in_the_history_and_states_can_be_compared_over_it() {
    let sandbox = small();
    sandbox.write(DICTIONARY, YOUTH);
    sandbox.run(["reclassify"]).ok();
    let history = sandbox.run(["history"]).ok().stdout;
    let last = history.lines().last().unwrap();
    assert!(last.contains("      2  ") && last.contains("all, classified anew"), "{history}");
    let arguments = ["run", "by-regime-and-measure", "--compare-with", "1", "--format", "csv"];
    let compared = sandbox.run_all(&arguments).ok().stdout;
    let [gone, new] = ["article_61,", "youth_plan,"]
        .map(|measure| compared.lines().find(|line| line.contains(measure)).unwrap().to_owned());
    assert!(gone.contains("gone") && new.contains("new"), "{compared}");
    // A delivery that comes in later is under the rules, and the state before it has them too.
    let row = format!("{};1;21004;2007-02-01;2007-02-28;115;;0;", PERSONS[0]);
    let file = sandbox.delivery("2008-11", &[&row]);
    sandbox.run(["ingest", &file]).ok();
    let of_state = |as_of: &str| {
        let arguments = ["run", "by-regime-and-measure", "--format", "csv", "--as-of", as_of];
        sandbox.run_all(&arguments).ok().stdout
    };
    assert_eq!(of_state("2008-05"), of_state("2"));
    assert_ne!(of_state("2008-05@1"), of_state("2"));
    let differs = sandbox.run(["diff", "2008-05", "2008-11"]).ok();
    assert!(
        differs.stdout.contains("youth_plan") && !differs.stdout.contains("article_61"),
        "{differs}"
    );
}

#[test]
fn whoever_commits_second_is_told_and_nothing_of_it_is_left() {
    let sandbox = small();
    let row = format!("{};1;21004;2007-02-01;2007-02-28;115;;0;", PERSONS[0]);
    let file = sandbox.delivery("2008-11", &[&row]);
    let root = sandbox.join("warehouse");
    let old = Warehouse::open(&root).unwrap();
    sandbox.write(DICTIONARY, YOUTH);
    let new = Warehouse::open(&root).unwrap();
    // An ingestion under the rules as they were commits while all is classified anew.
    let begun = new.reclassification(new.snapshot(None).unwrap(), None).unwrap();
    let dictionary = fs::read(sandbox.join(DICTIONARY)).unwrap();
    fs::remove_file(sandbox.join(DICTIONARY)).unwrap();
    sandbox.run(["ingest", &file]).ok();
    sandbox.write(DICTIONARY, dictionary);
    let record = sppis::warehouse::ReclassificationRecord {
        format: 1,
        tool: String::new(),
        before: None,
        meaning: new.meaning(),
        observations: 0,
        changed: 0,
    };
    let refused = begun.commit(&BTreeMap::new(), &record);
    assert!(refused.is_err(), "{refused:?}");
    // The other way round: what was read under the old rules does not follow on the new ones.
    let snapshot = old.snapshot(None).unwrap();
    sandbox.run(["reclassify"]).ok();
    let (id, window) = sppis::delivery::DeliveryId::calendar("2009-05").unwrap();
    drop(old.ingestion(&snapshot, &id, window, None).unwrap());
    let late = old.agreed_snapshot(None);
    assert!(matches!(late, Err(WarehouseError::Classification { .. })), "{late:?}");
    sandbox.run(["verify"]).ok();
    assert!(sandbox.files("warehouse/staging").is_empty());
}

#[test]
fn killed_at_any_moment_it_has_happened_or_not() {
    let sandbox = Sandbox::new();
    let arguments = ["--persons", "12000", "--output", "in"];
    let command = [&["sample", "--deliveries", "2008-05,2008-11"], &arguments[..]].concat();
    sandbox.run_all(&command).ok();
    for id in ["2008-05", "2008-11"] {
        sandbox.run(["ingest", &format!("in/DWH_SPPIS_Formulaires_{id}.csv")]).ok();
    }
    let rules = [String::new(), YOUTH.to_owned()];
    let figures = |rules: &str| {
        sandbox.write(DICTIONARY, rules);
        sandbox.run(["run", "by-regime-and-measure", "--format", "csv"])
    };
    let first = figures(&rules[0]).ok().stdout;
    sandbox.write(DICTIONARY, &rules[1]);
    sandbox.run(["reclassify"]).ok();
    let states = [first, figures(&rules[1]).ok().stdout];
    assert_ne!(states[0], states[1]);
    let (mut current, mut committed) = (1, 0);
    for round in 0..24_u64 {
        let next = 1 - current;
        sandbox.write(DICTIONARY, &rules[next]);
        let mut child = sandbox.command(&["reclassify"]);
        let child = child.stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = child.spawn().unwrap();
        std::thread::sleep(Duration::from_micros(round * 23_000 % 500_000));
        child.kill().unwrap();
        child.wait().unwrap();
        let ran = figures(&rules[next]);
        if ran.code == 0 {
            assert_eq!(ran.stdout, states[next], "round {round}");
            (current, committed) = (next, committed + 1);
        } else {
            assert_eq!(figures(&rules[current]).ok().stdout, states[current], "round {round}");
        }
        sandbox.run(["verify"]).ok();
    }
    assert!(committed < 24, "none was killed before its commit");
    sandbox.run(["clean"]).ok();
    assert_eq!(figures(&rules[current]).ok().stdout, states[current]);
    sandbox.write(DICTIONARY, &rules[1 - current]);
    sandbox.run(["reclassify"]).ok();
    assert!(sandbox.files("warehouse/staging").is_empty());
}

#[test]
fn rows_without_a_regime_and_damaged_files_stop_it_and_nothing_changes() {
    let sandbox = Sandbox::new();
    let own = "[[regime]]\nname = \"third\"\ncode = \"3\"\nlabel = \"Third\"\n";
    sandbox.write(DICTIONARY, own);
    let row = format!("{};3;21004;2006-07-01;2006-07-31;;;0;", PERSONS[0]);
    let file = sandbox.delivery("2008-05", &[&row]);
    sandbox.run(["ingest", &file]).ok();
    sandbox.write(DICTIONARY, YOUTH);
    let ran = sandbox.run(["reclassify"]);
    assert_eq!(ran.code, 2, "{ran}");
    for text in ["1 observations of 2006Q3, delivery 2008-05", "`third`", "dictionary.toml again"] {
        assert!(ran.stderr.contains(text), "{text}: {ran}");
    }
    sandbox.write(DICTIONARY, format!("{own}{YOUTH}"));
    let stored = sandbox.run(["files"]).ok().stdout;
    let path = stored.lines().next().unwrap().replace("SANDBOX", sandbox.path().to_str().unwrap());
    let whole = fs::read(&path).unwrap();
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 1;
    fs::write(&path, flipped).unwrap();
    for command in [&["reclassify"][..], &["reclassify", "--dry-run"]] {
        let ran = sandbox.run_all(command);
        assert_eq!(ran.code, 2, "{ran}");
        assert!(ran.stderr.contains("checksum") && ran.stderr.contains("quarter=2006Q3"), "{ran}");
    }
    fs::write(&path, whole).unwrap();
    sandbox.run(["reclassify"]).ok();
}

#[test]
fn corrected_rows_come_back_after_it_and_under_another_label() {
    let sandbox = Sandbox::new();
    let good = format!("{};1;21004;2006-07-01;2006-07-31;115;;0;", PERSONS[0]);
    let file = sandbox.delivery("2008-05", &[&good, "1;1;21004;2006-08-01;2006-08-31;115;;0;"]);
    sandbox.run(["ingest", &file, "--max-rejects", "1"]).ok();
    sandbox.write(DICTIONARY, YOUTH.replace("Youth plan", "Plan for the young"));
    sandbox.run(["reclassify"]).ok();
    let header = format!("LINE;{}", crate::sandbox::HEADER);
    let row = format!("3;{};1;21004;2006-08-01;2006-08-31;115;;0;", PERSONS[1]);
    sandbox.write("corrected.csv", format!("{header}\n{row}\n"));
    sandbox.run(["replay", "2008-05", "corrected.csv"]).ok();
    let figures = sandbox.csv("by-regime-and-measure");
    assert!(figures.contains("youth_plan,2,2,"), "{figures}");
    sandbox.run(["verify"]).ok();
}

#[test]
fn rejected_rows_of_a_regime_that_is_known_now_are_named() {
    let sandbox = Sandbox::new();
    let good = format!("{};1;21004;2006-07-01;2006-07-31;115;;0;", PERSONS[0]);
    let other = format!("{};3;21004;2006-07-01;2006-07-31;115;;0;", PERSONS[1]);
    let file = sandbox.delivery("2008-05", &[&good, &other]);
    sandbox.run(["ingest", &file, "--max-rejects", "1"]).ok();
    sandbox.write(DICTIONARY, "[[regime]]\nname = \"third\"\ncode = \"3\"\nlabel = \"Third\"\n");
    let ran = sandbox.run(["reclassify"]).ok();
    assert!(ran.stderr.contains("stay out") && ran.stderr.contains("1 of 2008-05"), "{ran}");
    sandbox.run(["ingest", &file]).ok();
    assert!(sandbox.csv("by-regime-and-measure").contains("third"));
}
