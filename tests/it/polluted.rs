//! Files spoiled in every way the literature on CSV names: one outcome each, never a wrong value.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde::Deserialize;

use crate::sandbox::{Ran, Sandbox, files_below, repository};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Outcomes {
    file: Vec<Outcome>,
}

/// What must become of one file.
#[derive(Debug, Deserialize)]
struct Outcome {
    name: String,
    says: String,
    encoding: Option<String>,
    #[serde(flatten)]
    end: End,
}

#[derive(Debug, Deserialize, PartialEq, Eq)]
#[serde(untagged)]
enum End {
    Refused {
        refusal: String,
    },
    TakenIn {
        rows_read: u64,
        rows_accepted: u64,
        rejected: BTreeMap<String, BTreeSet<u64>>,
        warned: BTreeMap<String, BTreeSet<u64>>,
        amount: String,
    },
}

/// The invented numbers that stand in the files.
const NUMBERS: [&str; 8] = [
    "75031290144",
    "80113090252",
    "66010590349",
    "85122490451",
    "59000090543",
    "78451790652",
    "71290890762",
    "69082391396",
];

fn number(text: &str) -> u64 {
    text.chars().filter(char::is_ascii_digit).collect::<String>().parse().unwrap()
}

/// What became of a file that was taken in, read off what the program prints.
fn taken_in(sandbox: &Sandbox, ran: &Ran) -> (End, String) {
    let findings = sandbox.run(["rejects", "2008-05", "--warnings", "--format", "csv"]).ok();
    let mut lines: BTreeMap<(&str, &str), BTreeSet<u64>> = BTreeMap::new();
    for finding in findings.stdout.lines().skip(1) {
        // file,line,column,rule,severity,…: of these only the file is quoted.
        let fields: Vec<&str> = finding.split("\",").nth(1).unwrap().split(',').collect();
        lines.entry((fields[3], fields[2])).or_default().insert(fields[0].parse().unwrap());
    }
    let of = |severity: &str| {
        let of = lines.iter().filter(|((found, _), _)| *found == severity);
        of.map(|((_, rule), lines)| ((*rule).to_owned(), lines.clone())).collect()
    };
    let rows = ran.stdout.lines().find(|line| line.starts_with("rows read ")).unwrap();
    let rows: Vec<u64> = rows.split(['=', '+']).map(number).collect();
    let cells = sandbox.csv("by-regime-and-measure");
    let cents = |line: &str| -> i64 {
        let amount = line.rsplit(',').next().unwrap().replace('.', "");
        if amount.is_empty() { 0 } else { amount.parse().unwrap() }
    };
    let cents: i64 = cells.lines().skip(1).map(cents).sum();
    let end = End::TakenIn {
        rows_read: rows[0],
        rows_accepted: rows[1],
        rejected: of("reject"),
        warned: of("warn"),
        amount: format!("{}.{:02}", cents / 100, cents % 100),
    };
    (end, findings.to_string())
}

#[test]
fn every_polluted_file_has_its_one_outcome() {
    let folder = repository().join("data-samples/polluted");
    let outcomes = fs::read_to_string(folder.join("outcomes.toml")).unwrap();
    let outcomes: Outcomes = toml::from_str(&outcomes).unwrap();
    let named: BTreeSet<_> =
        outcomes.file.iter().map(|outcome| folder.join(&outcome.name)).collect();
    let there = files_below(&folder)
        .into_iter()
        .filter(|path| path.extension().is_some_and(|it| it == "csv"));
    assert_eq!(named, there.collect(), "every file has an outcome");
    let mut wrong = Vec::new();
    for outcome in outcomes.file {
        let sandbox = Sandbox::new();
        let path = folder.join(&outcome.name).display().to_string();
        let mut arguments = vec!["ingest", &path, "--delivery", "2008-05", "--max-rejects", "100%"];
        arguments.extend(outcome.encoding.iter().flat_map(|it| ["--encoding", it]));
        let ran = sandbox.run_all(&arguments);
        let mut printed = ran.to_string();
        let found = match (&outcome.end, ran.code) {
            (End::Refused { refusal }, 2) if ran.stderr.contains(refusal) => {
                let history = sandbox.run(["history"]).ok().stdout;
                assert!(!history.contains("2008-05"), "{}: refused and taken in", outcome.name);
                continue;
            }
            (_, 0) => {
                let (end, findings) = taken_in(&sandbox, &ran);
                printed += &findings;
                end
            }
            _ => End::Refused { refusal: ran.stderr },
        };
        for number in NUMBERS {
            assert!(!printed.contains(number), "{}: a number is printed", outcome.name);
        }
        if found != outcome.end {
            let (name, says) = (outcome.name, outcome.says);
            wrong.push(format!(
                "{name}: {says}\n  expected {:?}\n  found    {found:?}",
                outcome.end
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
