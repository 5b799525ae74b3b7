//! Editions: what one says has changed since the one before, against the files that were handed out.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use crate::sandbox::{HEADER, PERSONS, Sandbox};

/// A report with one table by quarter and one over all its quarters.
const REPORT: &str = r#"
title = { en = "Mine" }
languages = ["en"]
outputs = ["html", "pdf", "xlsx", "csv"]

[tables.regimes]
query = "by-regime-and-measure"

[tables.all]
query = "totals-by-measure"
"#;

/// Two deliveries, then the first one again with another amount and a person less.
fn three_states() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("warehouse/reports/mine/report.toml", REPORT);
    sandbox.write(
        "warehouse/reports/mine/en.md",
        "## Text\n\n```figure table\ntable = \"regimes\"\n```\n",
    );
    let [a, b, c, _] = PERSONS;
    let first = format!("{a};1;21004;2005-01-01;2005-01-31;;;1;10,00");
    let dropped = format!("{b};1;21004;2005-01-01;2005-01-31;;;;");
    let revised = format!("{a};1;21004;2005-01-01;2005-01-31;;;1;20,00");
    let later = format!("{c};1;21004;2005-04-01;2005-04-30;;;1;30,00");
    for (file, rows, delivery, window) in [
        ("one.csv", vec![first, dropped], "ba", "2005Q1..2005Q1"),
        ("two.csv", vec![later], "bb", "2005Q2..2005Q2"),
        ("three.csv", vec![revised], "ba", "2005Q1..2005Q1"),
    ] {
        sandbox.write(file, format!("{HEADER}\n{}\n", rows.join("\n")));
        sandbox.run(["ingest", file, "--delivery", delivery, "--window", window]).ok();
    }
    for (edition, version) in [("first", "1"), ("second", "2"), ("third", "3")] {
        sandbox.run(["report", "mine", "--edition", edition, "--as-of", version]).ok();
    }
    sandbox
}

fn manifest(sandbox: &Sandbox, edition: &str) -> Value {
    let text = sandbox.read(&format!("editions/mine/{edition}/manifest.json"));
    serde_json::from_str(&text).unwrap()
}

/// The fields of a file of data by quarter, regime, measure and column.
fn figures(sandbox: &Sandbox, edition: &str) -> BTreeMap<(String, String), String> {
    let text = sandbox.read(&format!("editions/mine/{edition}/data/regimes.csv"));
    let mut lines = text.lines().map(|it| it.split(',').map(str::to_owned).collect::<Vec<_>>());
    let heads = lines.next().unwrap();
    let stubs = ["quarter", "regime", "measure"];
    let mut found = BTreeMap::new();
    for line in lines {
        let of: Vec<String> = heads
            .iter()
            .zip(&line)
            .filter(|(head, _)| stubs.contains(&head.as_str()))
            .map(|(head, it)| format!("{head}={it}"))
            .collect();
        for (head, it) in
            heads.iter().zip(&line).filter(|(head, _)| !stubs.contains(&head.as_str()))
        {
            found.insert((of.join(";"), head.clone()), it.clone());
        }
    }
    found
}

#[test]
fn revised_figures_are_those_that_differ_from_the_files_that_were_handed_out() {
    let sandbox = three_states();
    let (before, after) = (figures(&sandbox, "second"), figures(&sandbox, "third"));
    let differ = before.iter().filter_map(|(key, old)| {
        let new = after.get(key)?;
        (old != new).then(|| format!("regimes,{},{},{old},,{new},", key.0, key.1))
    });
    let mut expected: Vec<String> = differ.collect();
    let text = sandbox.read("editions/mine/third/data/changes.csv");
    let mut told: Vec<String> =
        text.lines().filter(|it| it.starts_with("regimes,")).map(str::to_owned).collect();
    expected.sort();
    told.sort();
    assert!(!expected.is_empty());
    assert_eq!(told, expected);
    let compared = &manifest(&sandbox, "third")["compared_with"];
    assert_eq!(compared["edition"], "second");
    assert_eq!(compared["revised"], text.lines().count() - 1);
    let page = sandbox.read("editions/mine/third/index.en.html");
    assert!(page.contains("What has changed since edition second"), "{page}");
    assert!(page.contains("In edition second"));
    assert!(page.contains("data/changes.csv"));
}

#[test]
fn what_is_over_other_quarters_now_is_new_and_not_revised() {
    let sandbox = three_states();
    let first = manifest(&sandbox, "first");
    assert_eq!(first["compared_with"], Value::Null);
    assert!(!sandbox.read("editions/mine/first/index.en.html").contains("What has changed"));
    let second = manifest(&sandbox, "second");
    insta::assert_snapshot!(sandbox.read("editions/mine/second/data/changes.csv"), @"
    table,of,figure,before,before_status,after,after_status
    ");
    assert_eq!(second["compared_with"]["revised"], 0);
    let page = sandbox.read("editions/mine/second/index.en.html");
    assert!(page.contains("No figure that edition first showed is another now."), "{page}");
    assert!(page.contains("New: Q2 2005."), "{page}");
}

#[test]
fn which_edition_is_compared_with_can_be_said() {
    let sandbox = three_states();
    let with = |asked: &str, output: &str| {
        sandbox.run([
            "report",
            "mine",
            "--edition",
            "x",
            "--compare-with",
            asked,
            "--output",
            output,
        ])
    };
    with("first", "editions/mine/x").ok();
    assert_eq!(manifest(&sandbox, "x")["compared_with"]["edition"], "first");
    with("none", "editions/mine/y").ok();
    assert_eq!(manifest(&sandbox, "y")["compared_with"], Value::Null);
    with("./editions/mine/first", "elsewhere").ok();
    sandbox.run(["report", "delivery-note", "--lang", "en", "--output", "note"]).ok();
    insta::assert_snapshot!(with("./note", "z").stderr, @"
    error: ./note is an edition of `delivery-note`, not of `mine`
    hint: name one of the same report, or `--compare-with none`
    ");
    insta::assert_snapshot!(with("fourth", "editions/mine/z").stderr, @"
    error: SANDBOX/editions/mine/fourth/manifest.json: No such file or directory (os error 2)
    hint: name another with `--compare-with`, or `--compare-with none`
    ");
    // What was handed out is compared, or nothing.
    let changed = sandbox.join("editions/mine/first/data/regimes.csv");
    fs::write(&changed, "quarter,regime,measure\n").unwrap();
    insta::assert_snapshot!(with("first", "editions/mine/z").stderr, @"
    error: SANDBOX/editions/mine/first/data/regimes.csv: its bytes are not those that the edition's manifest names
    hint: name another with `--compare-with`, or `--compare-with none`
    ");
    assert!(!sandbox.join("editions/mine/z").exists());
}
