//! `sppis sample`: the same seed, the same bytes; planted mistakes are found.

use std::collections::BTreeMap;

use sppis::finding::Severity;

use crate::sandbox::Sandbox;

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
    let sandbox = Sandbox::empty();
    let sample = |seed, output| {
        let arguments = ["--persons", "50", "--seed", seed, "--output", output];
        let mut command = vec!["sample", "--deliveries", "2007-05,2017-11"];
        command.extend(arguments);
        sandbox.run_all(&command).ok();
        sandbox.read(&format!("{output}/DWH_SPPIS_Formulaires_2017-11.csv"))
    };
    let first = sample("1", "a");
    assert_eq!(first, sample("1", "b"));
    assert_ne!(first, sample("2", "c"));
    // Pinned: a sample made years later must be the same.
    insta::assert_snapshot!(blake3::hash(first.as_bytes()).to_hex().as_str(), @"bbfd30b5a33ac09f5376c60a343ab3f847117ff44223c5c0b04fee1e7f5675a4");
}

#[test]
fn every_planted_mistake_is_found_by_its_rule() {
    let sandbox = Sandbox::new();
    let mut planted: BTreeMap<String, u64> = BTreeMap::new();
    for delivery in ["2007-05", "2017-11"] {
        let arguments = ["--persons", "12000", "--mistakes", "20%", "--output", "in"];
        let mut command = vec!["sample", "--deliveries", delivery];
        command.extend(arguments);
        sandbox.run_all(&command).ok();
        let base = format!("in/DWH_SPPIS_Formulaires_{delivery}");
        let manifest: serde_json::Value =
            serde_json::from_str(&sandbox.read(&format!("{base}.manifest.json"))).unwrap();
        let ingest = ["ingest", &format!("{base}.csv"), "--max-rejects", "100%"];
        let ran = sandbox.run(ingest).ok();
        let rows = manifest["rows"].as_u64().unwrap();
        let grouped = sppis::render::grouped(&rows.to_string());
        assert!(ran.stdout.contains(&format!("rows read {grouped} =")), "{rows} {ran}");
        let list = ["rejects", delivery, "--warnings", "--format", "csv"];
        let found = sandbox.run(list).ok().stdout;
        for (rule, count) in manifest["planted"].as_object().unwrap() {
            let lines = found.lines().filter(|line| line.split(',').nth(3) == Some(rule)).count();
            let count = count.as_u64().unwrap();
            // A wrong day brings warnings of its own; a row is rejected for what was planted.
            let known = sppis::check::all_rules().into_iter().find(|it| it.id == rule).unwrap();
            let lines = lines as u64;
            // A day before the source or the amount, in a row that touches the window, is years away;
            // and two spells of one person in a month may differ in a missing last day only.
            let brought_along =
                ["check.interval-implausible", "check.duplicate-row"].contains(&rule.as_str());
            let exact = known.severity == Severity::Reject && !brought_along;
            assert!(if exact { lines == count } else { lines >= count }, "{rule} in {delivery}");
            *planted.entry(rule.clone()).or_default() += count;
        }
    }
    // All rules but those that need a setting: fixed amounts, recoded identifiers.
    assert_eq!(planted.len(), sppis::check::all_rules().len() - 2, "{planted:?}");
}

#[test]
fn mistakes_of_some_rules_only_are_planted_if_asked_for() {
    let sandbox = Sandbox::empty();
    let sample = |rules: &str| {
        let arguments = ["--persons", "300", "--mistakes", "20%", "--output", "in", "--force"];
        let mut command = vec!["sample", "--deliveries", "2007-05", "--mistakes-of", rules];
        command.extend(arguments);
        sandbox.run_all(&command)
    };
    sample("check.code-decimal,check.no-value-word").ok();
    let manifest = sandbox.read("in/DWH_SPPIS_Formulaires_2007-05.manifest.json");
    let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    let planted: Vec<&String> = manifest["planted"].as_object().unwrap().keys().collect();
    assert_eq!(planted, ["check.code-decimal", "check.no-value-word"]);
    insta::assert_snapshot!(sample("check.code-decimals").stderr, @"
    error: there is no rule `check.code-decimals`
    hint: did you mean `check.code-decimal`?
    ");
    insta::assert_snapshot!(sample("check.amount-not-fixed").stderr, @"error: `check.amount-not-fixed` needs a setting: no mistake can be planted for it");
}

#[test]
fn a_sample_that_cannot_be_written_is_refused() {
    let sandbox = Sandbox::empty();
    sandbox.write("file", "");
    let ran = sandbox.run(["sample", "--deliveries", "2007-05", "--output", "file/in"]);
    assert_eq!(ran.code, 2, "{ran}");
    let ran = sandbox.run(["sample", "--deliveries", "2007-06", "--output", "in"]);
    assert_eq!(ran.code, 2, "{ran}");
    assert!(ran.stderr.contains("`2007-06` is no delivery id"), "{ran}");
}
