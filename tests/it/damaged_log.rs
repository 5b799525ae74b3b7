//! The log: whatever is changed in it is found before anything is counted, and named.

use std::fs;
use std::path::PathBuf;

use sppis::warehouse::{AsOf, Warehouse};

use crate::guesses::warehouse_of_old;
use crate::sandbox::Sandbox;

const ROW: &str = "85073003328;1;21004;2006-01-01;2006-01-31;;;2;500.00";
const OTHER: &str = "42012205181;2;21004;2006-02-01;2006-02-28;;60;1;250,25";
const LATER: &str = "85073003328;1;21004;2006-07-01;2006-07-31;;;2;1";

fn entry(version: u64) -> String {
    format!("warehouse/observations/_delta_log/{version:020}.json")
}

/// Two revisions of a delivery, and one more delivery.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    for rows in [&[ROW][..], &[ROW, OTHER]] {
        let file = sandbox.delivery("2007-11", rows);
        sandbox.run(["ingest", &file]).ok();
    }
    let file = sandbox.delivery("2008-05", &[LATER]);
    sandbox.run(["ingest", &file]).ok();
    sandbox
}

/// What is said of the log, whichever version is asked for: nothing where it is whole.
fn problems(sandbox: &Sandbox) -> Vec<Option<String>> {
    let warehouse = Warehouse::open(&sandbox.join("warehouse")).unwrap();
    let asked = [None, Some(AsOf::Version(1)), Some(AsOf::Delivery("2007-11".to_owned()))];
    let problem = |as_of: &Option<AsOf>| warehouse.snapshot(as_of.as_ref()).err();
    asked.iter().map(problem).map(|it| it.map(|it| it.to_string())).collect()
}

/// Every way is refused, with these words.
fn refused(sandbox: &Sandbox, said: &str) {
    for problem in problems(sandbox) {
        let problem = problem.unwrap_or_else(|| panic!("nothing is said, but not: {said}"));
        assert!(problem.contains(said), "{said}: {problem}");
    }
}

#[test]
fn any_bit_that_flips_in_the_log_is_found_and_its_entry_named() {
    let sandbox = sandbox();
    for version in 0..=3 {
        let path = sandbox.join(&entry(version));
        let content = fs::read(&path).unwrap();
        for at in (0..content.len()).step_by(41) {
            let mut changed = content.clone();
            changed[at] ^= 1 << (at % 8);
            fs::write(&path, changed).unwrap();
            refused(&sandbox, &format!("{version:020}.json: "));
        }
        for length in [0, 1, content.len() / 2, content.len() - 1] {
            fs::write(&path, &content[..length]).unwrap();
            refused(&sandbox, &format!("{version:020}.json: "));
        }
        fs::write(&path, content).unwrap();
        assert!(problems(&sandbox).iter().all(Option::is_none));
    }
}

#[test]
fn an_action_or_field_that_is_not_known_is_named_by_file_and_line() {
    // Of this version of the program, and of one that wrote no hashes.
    for (sandbox, version) in [(sandbox(), 2), (warehouse_of_old(), 3)] {
        let content = sandbox.read(&entry(version));
        for (from, to) in [
            ("{\"add\"", "{\"adf\""),
            ("\"size\":", "\"sixe\":"),
            ("\"revision\":", "\"revisiom\":"),
            ("{\"txn\"", "{\"tyn\""),
            ("\"tags\":{", "\"tabs\":{"),
        ] {
            let changed = content.replacen(from, to, 1);
            assert_ne!(changed, content, "{from}");
            let line = changed.lines().position(|line| !content.contains(line)).unwrap() + 1;
            sandbox.write(&entry(version), changed);
            refused(&sandbox, &format!("{version:020}.json: line {line}: "));
            let ran = sandbox.run(["run", "by-year"]);
            assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{ran}");
            assert!(ran.stderr.contains("hint: restore that file from a backup"), "{ran}");
        }
        sandbox.write(&entry(version), content);
        sandbox.run(["verify"]).ok();
    }
}

#[test]
fn a_remove_that_is_not_known_counts_nothing_twice() {
    let sandbox = sandbox();
    let content = sandbox.read(&entry(2));
    sandbox.write(&entry(2), content.replacen("{\"remove\"", "{\"remowe\"", 1));
    refused(&sandbox, "00000000000000000002.json: line 2: ");
}

#[test]
fn entries_that_are_lost_or_have_changed_places_are_named() {
    let sandbox = sandbox();
    let contents: Vec<String> = (0..4).map(|version| sandbox.read(&entry(version))).collect();
    sandbox.write(&entry(2), &contents[3]);
    sandbox.write(&entry(3), &contents[2]);
    refused(&sandbox, "00000000000000000002.json: this is the entry of version 3");
    sandbox.write(&entry(3), &contents[3]);
    fs::remove_file(sandbox.join(&entry(2))).unwrap();
    refused(&sandbox, "00000000000000000002.json: this entry of the log is lost");
    sandbox.write(&entry(2), &contents[2]);
    // The entry of another warehouse, whole as it is.
    let other = self::sandbox();
    sandbox.write(&entry(2), other.read(&entry(2)));
    refused(&sandbox, "00000000000000000001.json: its bytes are not those that were written");
    sandbox.write(&entry(2), &contents[2]);
    sandbox.write(&entry(3), other.read(&entry(3)));
    refused(&sandbox, "00000000000000000002.json: its bytes are not those that were written");
}

#[test]
fn the_newest_entry_is_known_by_the_note_beside_the_log() {
    let sandbox = sandbox();
    let [note, content] = ["warehouse/committed", &entry(3)].map(|name| sandbox.read(name));
    let hash = note.lines().last().unwrap().strip_prefix("3 ").unwrap();
    for (from, to) in [
        (hash.to_owned(), hash.replace('a', "b").replace('0', "1")),
        ("3 ".to_owned(), "2 ".to_owned()),
    ] {
        let at = note.rfind(&from).unwrap();
        sandbox.write(
            "warehouse/committed",
            format!("{}{to}{}", &note[..at], &note[at + from.len()..]),
        );
        refused(&sandbox, "warehouse/committed: it says another hash than ");
        let ran = sandbox.run(["run", "by-year"]);
        assert!(ran.code == 2 && ran.stderr.contains("remove it"), "{ran}");
        assert_eq!(sandbox.run(["verify"]).code, 1);
    }
    sandbox.write("warehouse/committed", &note);
    // What a writer died over is no damage; an entry that no hash guards is guarded by the note.
    let kept: Vec<&str> = note.lines().take(2).collect();
    sandbox.write("warehouse/committed", kept.join("\n"));
    let verified = sandbox.run(["verify"]).ok();
    assert!(verified.stdout.contains("committed does not say version 3"), "{verified}");
    sandbox.write("warehouse/committed", &note);
    let from = content.find("\"timestamp\":").unwrap() + 12;
    let changed = format!("{}9{}", &content[..from], &content[from + 1..]);
    let rest = &changed["{\"commitInfo\":{\"sppisHash\":\"".len() + 64..];
    let hash = blake3::hash(rest.as_bytes()).to_hex();
    sandbox.write(&entry(3), format!("{{\"commitInfo\":{{\"sppisHash\":\"{hash}{rest}"));
    refused(&sandbox, "warehouse/committed: it says another hash than ");
}

#[test]
fn what_another_program_commits_is_refused_and_it_is_named() {
    let sandbox = sandbox();
    let added = sandbox.read(&entry(3)).lines().nth(1).unwrap().to_owned();
    let foreign = format!(
        "{added}\n{{\"commitInfo\":{{\"timestamp\":1,\"operation\":\"OPTIMIZE\",\"engineInfo\":\
         \"delta-rs:9.9\",\"operationMetrics\":{{\"numFilesAdded\":1}}}}}}\n"
    );
    sandbox.write(&entry(4), foreign);
    let said =
        "00000000000000000004.json: another program (`delta-rs:9.9`) has written to this table";
    refused(&sandbox, said);
    // Checkpoints and checksums of others change nothing that is read.
    fs::remove_file(sandbox.join(&entry(4))).unwrap();
    for name in ["_last_checkpoint", "00000000000000000003.checkpoint.parquet", "x.crc"] {
        sandbox.write(&format!("warehouse/observations/_delta_log/{name}"), "x");
    }
    sandbox.run(["verify"]).ok();
    let file = sandbox.delivery("2008-11", &[&LATER.replace("2006-07", "2007-01")]);
    sandbox.run(["ingest", &file]).ok();
    sandbox.run(["verify"]).ok();
}

/// A digit of the log of an earlier version, and what is said of it.
fn with_digit(sandbox: &Sandbox, version: u64, from: &str, to: &str) {
    let content = sandbox.read(&entry(version));
    let changed = content.replacen(from, to, 1);
    assert_ne!(changed, content, "{from}");
    sandbox.write(&entry(version), changed);
}

#[test]
fn entries_of_earlier_versions_are_accepted_and_fixed_by_the_next_commit() {
    let sandbox = warehouse_of_old();
    let figures = sandbox.csv("persons-by-quarter");
    // Until then what they say twice is compared.
    for (from, to, said) in [
        ("\"observations\":2", "\"observations\":3", "2006Q1: 3 observations in its record, 2"),
        ("\"cents_stored\":\"5", "\"cents_stored\":\"4", "do not add up"),
        ("numRecords\\\":1", "numRecords\\\":2", "2006Q1: 2 observations in its record, 3"),
        ("quarter=2006Q1", "quarter=2006Q2", "expected the name of a file to say its quarter"),
        ("2006Q1..2006Q2", "2006Q2..2006Q2", "`2006Q1` is no quarter of its window"),
    ] {
        let content = sandbox.read(&entry(3));
        with_digit(&sandbox, 3, from, to);
        refused(&sandbox, "00000000000000000003.json: ");
        refused(&sandbox, said);
        sandbox.write(&entry(3), content);
    }
    let row = "00021500474;1;21004;2006-07-01;2006-07-31;;;2;125.00";
    let file = sandbox.delivery("2008-05", &[row]);
    sandbox.run(["ingest", &file]).ok();
    let now = sandbox.csv("persons-by-quarter");
    assert!(figures.lines().all(|line| now.contains(line)), "{figures}{now}");
    for version in 0..4 {
        let content = sandbox.read(&entry(version));
        with_digit(&sandbox, version, "\"timestamp\":1", "\"timestamp\":2");
        refused(
            &sandbox,
            &format!("{version:020}.json: its bytes are not those that were written"),
        );
        sandbox.write(&entry(version), content);
    }
    sandbox.run(["verify"]).ok();
    assert_eq!(sandbox.files("warehouse/observations/_delta_log").len(), 5);
}

#[test]
fn nothing_is_taken_in_on_top_of_a_damaged_log() {
    let sandbox = sandbox();
    let content = sandbox.read(&entry(1));
    sandbox.write(&entry(1), content.replacen("\"rows_read\":1", "\"rows_read\":2", 1));
    let file = sandbox.delivery("2008-11", &[&LATER.replace("2006-07", "2007-01")]);
    let before: Vec<PathBuf> = sandbox.files("warehouse/observations");
    let commands: [&[&str]; 6] = [
        &["ingest", &file],
        &["clean"],
        &["history"],
        &["deliveries"],
        &["rejects", "2007-11"],
        &["histories", "--rebuild"],
    ];
    for command in commands {
        let ran = sandbox.run_all(command);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{command:?}: {ran}");
        assert!(ran.stderr.contains("00000000000000000001.json: "), "{ran}");
    }
    assert_eq!(sandbox.files("warehouse/observations"), before);
}
