//! Completions sourced by a shell, pages of the manual, progress, and `--quiet` for every command.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use crate::peers::peer;
use crate::sandbox::{PROGRAM, Ran, Sandbox};
use crate::seeded::copy;

/// What a bash completes the last of some words to.
fn completed(sandbox: &Sandbox, words: &[&str]) -> Vec<String> {
    let script = sandbox.run(["completions", "bash"]).ok().stdout;
    let script = sandbox.write("completions.bash", script);
    let words: Vec<String> = words.iter().map(|it| format!("'{it}'")).collect();
    let line = format!(
        "source '{}'; COMP_WORDS=({}); COMP_CWORD={}; COMPREPLY=(); \
         _sppis sppis \"${{COMP_WORDS[COMP_CWORD]}}\" \"${{COMP_WORDS[COMP_CWORD-1]}}\"; \
         printf '%s\\n' \"${{COMPREPLY[@]}}\"",
        script.display(),
        words.join(" "),
        words.len() - 1
    );
    let ran = Command::new("bash").args(["--norc", "-c", &line]).output().unwrap();
    let said = String::from_utf8_lossy(&ran.stderr).into_owned();
    assert!(ran.status.success() && said.is_empty(), "{said}");
    let words = String::from_utf8(ran.stdout).unwrap();
    words.lines().filter(|it| !it.is_empty()).map(str::to_owned).collect()
}

#[test]
fn a_shell_completes_commands_options_formats_and_names_of_queries() {
    let sandbox = Sandbox::new();
    let query = "metrics = [\"persons\"]\n";
    sandbox.write("warehouse/queries/my-own.toml", query);
    sandbox.write("warehouse/queries/not $(one).toml", query);
    let program = sppis::cli::command();
    let verbs = completed(&sandbox, &["sppis", ""]);
    for command in program.get_subcommands().filter(|it| !it.is_hide_set()) {
        assert!(verbs.contains(&command.get_name().to_owned()), "{verbs:?}");
    }
    assert_eq!(completed(&sandbox, &["sppis", "comp"]), ["completions"]);
    let by = completed(&sandbox, &["sppis", "run", "by-"]);
    assert!(by.contains(&"by-regime-and-measure".to_owned()), "{by:?}");
    for verb in ["run", "explain", "queries"] {
        assert_eq!(completed(&sandbox, &["sppis", verb, "my"]), ["my-own"], "{verb}");
        assert_eq!(completed(&sandbox, &["sppis", verb, "not"]), [""; 0], "{verb}");
    }
    assert_eq!(completed(&sandbox, &["sppis", "run", "--format", "sd"]), ["sdmx-csv"]);
    assert_eq!(
        completed(&sandbox, &["sppis", "run", "--comp"]),
        ["--complete-only", "--compare-with"]
    );
    // Without a warehouse those shipped are known.
    let empty = Sandbox::empty();
    assert_eq!(completed(&empty, &["sppis", "run", "by-y"]), ["by-year"]);
}

#[test]
fn there_are_completions_for_five_shells() {
    let sandbox = Sandbox::empty();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = sandbox.run(["completions", shell]).ok();
        assert_eq!(script.stderr, "", "{shell}");
        // The scripts of the others complete no names.
        let names = ["bash", "zsh"].contains(&shell).then_some("by-regime-and-measure");
        for word in ["completions", "complete-only"].into_iter().chain(names) {
            assert!(script.stdout.contains(word), "{shell} lacks {word}");
        }
        assert_eq!(sandbox.run(["completions", shell]).ok().stdout, script.stdout);
    }
    let ran = sandbox.run(["completions", "tcsh"]);
    assert_eq!(ran.code, 2, "{ran}");
}

/// A page of the manual as it is read, in wide lines.
fn page(text: &str, sandbox: &Sandbox, name: &str) -> String {
    let path = sandbox.write(name, text);
    let ran = Command::new("groff")
        .args(["-man", "-Tutf8", "-ww", "-rLL=200n", "-P-c", "-P-u", "-P-b"])
        .args(["-K", "utf8"])
        .arg(&path)
        .output();
    let Ok(ran) = ran else { return text.replace("\\-", "-") };
    let said = String::from_utf8_lossy(&ran.stderr).into_owned();
    // groff of Debian's base has no `preconv`.
    if !ran.status.success() || said.contains("preconv") {
        return text.replace("\\-", "-");
    }
    assert_eq!(said, "", "{name}");
    String::from_utf8(ran.stdout).unwrap().replace(['\u{2010}', '\u{2212}'], "-")
}

#[test]
fn every_command_has_a_page_with_all_its_options() {
    let sandbox = Sandbox::empty();
    let ran = sandbox.run(["man", "--output", "man1"]).ok();
    assert!(ran.stderr.starts_with("wrote "), "{ran}");
    let program = sppis::cli::command();
    let shown: Vec<&clap::Command> = program
        .get_subcommands()
        .filter(|it| it.get_name() != "help" && !it.is_hide_set())
        .collect();
    assert_eq!(sandbox.files("man1").len(), shown.len() + 1);
    let whole = page(&sandbox.read("man1/sppis.1"), &sandbox, "sppis.1");
    for command in shown {
        let name = format!("sppis-{}", command.get_name());
        assert!(whole.contains(&format!("{name}(1)")), "{whole}");
        let text = sandbox.read(&format!("man1/{name}.1"));
        assert_eq!(sandbox.run(["man", command.get_name()]).ok().stdout, text);
        let read = page(&text, &sandbox, &format!("{name}.1"));
        for argument in command.get_arguments().filter(|it| !it.is_hide_set()) {
            let said = match argument.get_long() {
                Some(long) => format!("--{long}"),
                None => argument.get_value_names().unwrap()[0].to_string(),
            };
            assert!(read.contains(&said), "{name} lacks {said}:\n{read}");
        }
        assert!(read.contains("Example"), "{read}");
    }
    assert_eq!(sandbox.run(["man"]).ok().stdout, sandbox.read("man1/sppis.1"));
    let ran = sandbox.run(["man", "runn"]);
    assert_eq!(ran.code, 2);
    insta::assert_snapshot!(ran.stderr, @"
    error: there is no command `runn`
    hint: did you mean `run`?
    ");
}

#[test]
fn pages_lie_outside_of_a_warehouse() {
    let sandbox = Sandbox::new();
    let ran = sandbox.run(["man", "--output", "warehouse/man"]);
    assert_eq!(ran.code, 2, "{ran}");
    assert!(ran.stderr.contains("inside the warehouse"), "{ran}");
}

/// Every command, as it succeeds on a copy of the seeded warehouse, in an order in which each finds what it
/// needs.
fn succeeding() -> BTreeMap<&'static str, Vec<&'static str>> {
    let file = "in/DWH_SPPIS_Formulaires_2007-05.csv";
    let statement = "SELECT count(*) AS n FROM observations";
    BTreeMap::from([
        ("init", vec!["--warehouse", "other", "init"]),
        ("inspect", vec!["inspect", file]),
        ("ingest", vec!["ingest", file, "--max-rejects", "100%", "--report", "report.html"]),
        ("deliveries", vec!["deliveries"]),
        ("rejects", vec!["rejects", "2007-05", "-o", "rejects.csv"]),
        ("replay", vec!["replay", "2007-05", "corrected.csv", "--dry-run"]),
        ("validation", vec!["validation", "2007-05", "-o", "validation.html"]),
        ("reclassify", vec!["reclassify"]),
        ("verify", vec!["verify"]),
        ("histories", vec!["histories", "--rebuild"]),
        ("clean", vec!["clean"]),
        ("diff", vec!["diff", "2006-11", "2007-05", "-o", "diff.csv"]),
        ("key", vec!["key", "--backup", "copy.key"]),
        ("history", vec!["history", "-o", "history.csv"]),
        ("queries", vec!["queries", "-o", "queries.json"]),
        ("run", vec!["run", "by-regime-and-measure", "--verify", "-o", "run.csv"]),
        ("report", vec!["report", "quarterly-figures", "--lang", "fr", "--output", "edition"]),
        ("reports", vec!["reports", "-o", "reports.json"]),
        ("notices", vec!["notices"]),
        ("editions", vec!["editions", "-o", "editions.json"]),
        ("due", vec!["due", "-o", "due.json"]),
        ("status", vec!["status", "-o", "status.json"]),
        ("timer", vec!["timer", "--systemd", "--output", "units"]),
        ("explain", vec!["explain", "by-year", "-o", "explain.txt"]),
        ("sql", vec!["sql", statement, "-o", "sql.csv"]),
        ("files", vec!["files", "-o", "files.json"]),
        ("inbox", vec!["inbox", "-o", "inbox.txt"]),
        ("dictionary", vec!["dictionary", "-o", "dictionary.json"]),
        ("sample", vec!["sample", "--deliveries", "2008-05", "--output", "samples"]),
        ("demo", vec!["demo"]),
        ("completions", vec!["completions", "bash"]),
        ("man", vec!["man", "--output", "man1"]),
    ])
}

#[test]
fn with_quiet_a_command_that_succeeds_says_nothing_and_prints_the_same() {
    let (loud, quiet) = (copy(), copy());
    for sandbox in [&loud, &quiet] {
        for file in crate::seeded::warehouse().files("in") {
            let text = fs::read(&file).unwrap();
            sandbox.write(&format!("in/{}", file.file_name().unwrap().to_str().unwrap()), text);
        }
        let rows = sandbox.run(["rejects", "2007-05", "--rows"]).ok().stdout;
        // One row that is right now.
        let mut lines = rows.lines();
        let header: Vec<&str> = lines.next().unwrap().split(';').collect();
        let is_plain = |it: &&str| !it.contains('"') && it.matches(';').count() == header.len() - 1;
        let mut cells: Vec<&str> = lines.find(is_plain).unwrap().split(';').collect();
        let right = [
            ("NISS", "85073003328"),
            ("LEGISLATION", "1"),
            ("DPAY1STDAY", "2005-07-01"),
            ("DPAYLSTDAY", "2005-07-31"),
            ("EBENCONVCM", "100.00"),
        ];
        for (name, value) in right {
            cells[header.iter().position(|it| *it == name).unwrap()] = value;
        }
        let header = header.join(";");
        sandbox.write("corrected.csv", format!("{header}\n{}\n", cells.join(";")));
    }
    let program = sppis::cli::command();
    let arguments = succeeding();
    for command in program.get_subcommands() {
        let name = command.get_name();
        if name == "help" || command.is_hide_set() {
            continue;
        }
        let words = arguments.get(name).unwrap_or_else(|| panic!("{name} has not been tried"));
        let first = loud.run_all(words);
        let second = quiet.run_all(&[&words[..], &["--quiet"]].concat());
        assert_eq!((first.code, second.code), (0, 0), "{name}: {first}\n{second}");
        assert_eq!(masked(&second), masked(&first), "{name}");
        let left = second.stderr.lines().filter(|it| !it.starts_with("note: "));
        let left: Vec<&str> = left.filter(|it| !it.starts_with("hint: ")).collect();
        assert_eq!(left, [""; 0], "{name}: {second}");
    }
}

/// What was printed, without what differs from one run to the next: moments, keys, sizes.
fn masked(ran: &Ran) -> String {
    let lines = ran.stdout.lines().map(|line| {
        let kept = line.split_whitespace().filter(|word| {
            let digits = word.bytes().filter(u8::is_ascii_digit).count();
            digits < 4 && word.len() < 40
        });
        kept.collect::<Vec<_>>().join(" ") + "\n"
    });
    lines.collect()
}

#[test]
fn work_that_takes_long_is_seen_to_go_on_unless_silence_is_asked_for() {
    let sandbox = Sandbox::empty();
    let sampling = [
        PROGRAM,
        "sample",
        "--deliveries",
        "2008-05",
        "--persons",
        "500000000",
        "--output",
        sandbox.join("in").to_str().unwrap(),
    ]
    .map(str::to_owned);
    let said = |text: &str, seconds: &str, more: &[&str]| {
        let words: Vec<&str> =
            sampling.iter().map(String::as_str).chain(more.iter().copied()).collect();
        peer("terminal.py", &[&[seconds, text], &words[..]].concat())
    };
    assert!(said("inventing persons", "60", &[]).contains("inventing persons, "));
    assert_eq!(said("inventing persons", "4", &["--quiet"]), "");
}
