//! Nothing is overwritten that is read, nothing removed that is not the program's own, and a log
//! that has lost its newest entries is no table.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use crate::sandbox::{Ran, Sandbox};

const ROWS: [&str; 2] = [
    "85073003328;1;21004;2006-01-01;2006-01-31;;;2;500.00",
    "42012205181;9;21004;2006-02-01;2006-02-28;;60;1;250,25",
];

/// A warehouse with one delivery of two revisions.
fn sandbox() -> (Sandbox, String) {
    let sandbox = Sandbox::new();
    for count in [1, 2] {
        let file = sandbox.delivery("2007-11", &ROWS[..count]);
        sandbox.run(["ingest", &file, "--max-rejects", "1"]).ok();
    }
    let next = sandbox.delivery("2008-05", &["85073003328;1;21004;2006-07-01;2006-07-31;;;2;1"]);
    (sandbox, next)
}

/// Every file below a folder with its bytes, and where every link leads; none is followed.
fn content(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let kind = path.symlink_metadata().unwrap();
        if kind.is_dir() {
            found.extend(content(&path));
        } else if kind.is_file() {
            found.insert(path.clone(), fs::read(path).unwrap());
        } else {
            let target = fs::read_link(&path).unwrap().display().to_string();
            found.insert(path, target.into_bytes());
        }
    }
    found
}

fn refused(ran: &Ran, reason: &str) {
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{ran}");
    assert!(ran.stderr.contains(reason), "{reason}: {ran}");
    assert!(ran.stderr.contains("hint: "), "{ran}");
}

#[test]
fn a_file_that_is_read_is_never_written_whatever_name_leads_to_it() {
    let (sandbox, file) = sandbox();
    fs::create_dir(sandbox.join("folder")).unwrap();
    symlink(sandbox.join(&file), sandbox.join("link.csv")).unwrap();
    symlink(sandbox.path(), sandbox.join("folder/here")).unwrap();
    fs::hard_link(sandbox.join(&file), sandbox.join("hard.csv")).unwrap();
    fs::hard_link(sandbox.join(&file), sandbox.join("page.html")).unwrap();
    let through = format!("folder/here/{file}");
    let spelled = format!("folder/../{file}");
    let before = content(sandbox.path());
    for name in [&file, &spelled, &through, "link.csv", "hard.csv"] {
        let ran = sandbox.run(["ingest", &file, "--findings", name]);
        refused(&ran, "is one of the files that are read");
        let ran = sandbox.run(["ingest", "link.csv", "--delivery", "2008-05", "--findings", name]);
        refused(&ran, "is one of the files that are read");
    }
    let ran = sandbox.run(["ingest", &file, "--report", "page.html"]);
    refused(&ran, "is one of the files that are read");
    let ran = sandbox.run(["ingest", &file, "--report", "a.json", "--findings", "./a.json"]);
    refused(&ran, "name the same file");
    assert_eq!(content(sandbox.path()), before);
    // Anything else is written as before.
    sandbox.run(["ingest", &file, "--findings", "found.csv", "--report", "page2.html"]).ok();
    assert!(sandbox.join("found.csv").exists() && sandbox.join("page2.html").exists());
}

/// Every command that writes a file, with a name for it.
fn writing(output: &str, file: &str) -> Vec<Vec<String>> {
    let commands = [
        vec!["run", "by-year", "--format", "csv", "-o", output],
        vec!["run", "by-year", "by-region", "--format", "csv", "-o", output],
        vec!["sql", "SELECT count(*) AS n FROM observations", "--format", "csv", "-o", output],
        vec!["rejects", "2007-11", "--output", output],
        vec!["rejects", "2007-11", "--rows", "--output", output],
        vec!["validation", "2007-11", "--format", "json", "--output", output],
        vec!["diff", "2007-11@1", "2007-11@2", "--output", output],
        vec!["sample", "--deliveries", "2009-05", "--output", output],
        vec!["key", "--backup", output],
        vec!["ingest", file, "--dry-run", "--findings", output],
        vec!["ingest", file, "--dry-run", "--report", output],
    ];
    let owned = |words: Vec<&str>| words.into_iter().map(str::to_owned).collect();
    commands.into_iter().map(owned).collect()
}

#[test]
fn no_command_writes_into_the_warehouse() {
    let (sandbox, file) = sandbox();
    symlink(sandbox.join("warehouse"), sandbox.join("elsewhere")).unwrap();
    // The table on another disk, and a query of a folder of one's own.
    fs::rename(sandbox.join("warehouse/observations"), sandbox.join("disk")).unwrap();
    symlink(sandbox.join("disk"), sandbox.join("warehouse/observations")).unwrap();
    let query = sandbox.write("mine/own.csv", "metrics = [\"observations\"]\n");
    symlink(query, sandbox.join("warehouse/queries/own.toml")).unwrap();
    let before = content(sandbox.path());
    let outputs = [
        "warehouse/queries/new.csv",
        "warehouse/new/deep.csv",
        "warehouse/./sppis.toml",
        "elsewhere/findings/x.json",
        "disk/quarter=2006Q1/x.csv",
        "disk/new.csv",
        "warehouse/observations/new.html",
        "mine/own.csv",
    ];
    for output in outputs {
        for command in writing(output, &file) {
            let words: Vec<&str> = command.iter().map(String::as_str).collect();
            let ran = sandbox.run_all(&words);
            assert_eq!(ran.code, 2, "{command:?}: {ran}");
            assert_eq!(content(sandbox.path()), before, "{command:?}");
            assert!(!sandbox.join("warehouse/new").exists(), "{command:?}");
        }
    }
    // Without the warehouse as the one of the command, it is known by its looks.
    let ran = sandbox.run([
        "--warehouse",
        "none",
        "sample",
        "--deliveries",
        "2009-05",
        "-o",
        "warehouse",
    ]);
    refused(&ran, "lies inside the warehouse");
    assert_eq!(content(sandbox.path()), before);
}

#[test]
fn a_key_that_lies_elsewhere_is_not_overwritten() {
    let (sandbox, file) = sandbox();
    let key = sandbox.join("key.csv");
    sandbox.run(["key", "--backup", "key.csv"]).ok();
    let before = fs::read(&key).unwrap();
    for command in writing("key.csv", &file) {
        let words: Vec<&str> = command.iter().map(String::as_str).collect();
        let mut command = sandbox.command(&words);
        let ended = command.env("SPPIS_KEY_FILE", &key).output().unwrap();
        assert_eq!(ended.status.code(), Some(2), "{words:?}");
        assert_eq!(fs::read(&key).unwrap(), before, "{words:?}");
    }
}

#[test]
#[cfg_attr(not(feature = "index"), ignore = "it is of person histories")]
fn clean_follows_no_link_and_removes_only_what_ingestions_leave() {
    let (sandbox, _) = sandbox();
    let name = "2007-11-r1-abcdef-0000-0123456789abcdef.parquet";
    let others = [
        sandbox.write(&format!("outside/quarter=2006Q1/{name}"), "x"),
        sandbox.write(&format!("outside/{name}"), "x"),
        sandbox.write("outside/0123456789abcdef.arrow", "x"),
        sandbox.write("warehouse/observations/quarter=2006Q1/copy.parquet", "x"),
        sandbox.write("warehouse/observations/notes.json", "{}"),
        sandbox.write(&format!("warehouse/observations/notes/{name}"), "x"),
        sandbox.write("warehouse/findings/2007-11.json", "{}"),
        sandbox.write(&format!("warehouse/findings/sub/{name}"), "x"),
    ];
    let left = [
        sandbox.write(&format!("warehouse/observations/quarter=2006Q1/{name}"), "x"),
        sandbox.write("warehouse/findings/2007-11-r2-abcdef-0123456789abcdef.parquet", "x"),
        sandbox.write("warehouse/findings/a-b-r2-abcdef-profile-0123456789abcdef.json", "x"),
        sandbox.write("warehouse/observations/_delta_log/.sppis-x", "x"),
    ];
    symlink(sandbox.join("outside"), sandbox.join("warehouse/observations/quarter=2009Q1"))
        .unwrap();
    let link = sandbox.join(&format!("warehouse/findings/{name}"));
    symlink(&others[1], &link).unwrap();
    let ran = sandbox.run(["clean"]).ok();
    let removed: Vec<bool> = left.iter().map(|path| !path.exists()).collect();
    assert_eq!(removed, [true; 4], "{ran}");
    assert!(others.iter().all(|path| path.exists()) && link.symlink_metadata().is_ok(), "{ran}");
    assert_eq!(ran.stdout.lines().count(), 4, "{ran}");
    // Whole folders that are links.
    for folder in ["findings", "histories", "staging"] {
        let (inside, moved) = (sandbox.join("warehouse").join(folder), sandbox.join(folder));
        fs::rename(&inside, &moved).unwrap();
        symlink(&moved, &inside).unwrap();
    }
    sandbox.write("staging/mine/letter.txt", "x");
    sandbox.write("staging/ingest-mine/letter.txt", "x");
    sandbox.write(&format!("findings/{name}"), "x");
    sandbox.write("histories/0123456789abcdef.arrow", "x");
    let before = content(sandbox.path());
    sandbox.run(["clean"]).ok();
    assert_eq!(content(sandbox.path()), before);
    let file = sandbox.delivery("2008-11", &["85073003328;1;21004;2007-01-01;2007-01-31;;;2;1"]);
    sandbox.run(["ingest", &file]).ok();
    let kept = ["staging/mine/letter.txt", "staging/ingest-mine/letter.txt"];
    assert!(kept.iter().all(|name| sandbox.join(name).exists()));
}

/// The versions in the note beside the log, each of which has the hash of its entry behind it.
fn versions_noted(sandbox: &Sandbox) -> Vec<String> {
    let note = sandbox.read("warehouse/committed");
    let line = |line: &str| {
        let (version, hash) = line.split_once(' ').unwrap();
        let entry = format!("warehouse/observations/_delta_log/{version:0>20}.json");
        assert_eq!(blake3::hash(sandbox.read(&entry).as_bytes()).to_hex().as_str(), hash);
        version.to_owned()
    };
    note.lines().map(line).collect()
}

#[test]
fn a_log_that_lost_its_newest_entries_is_found_and_nothing_is_done_with_it() {
    let (sandbox, file) = sandbox();
    sandbox.run(["ingest", &file]).ok();
    assert_eq!(versions_noted(&sandbox), ["1", "2", "3"]);
    let figures = sandbox.csv("by-year");
    let entry = |version: u64| format!("warehouse/observations/_delta_log/{version:020}.json");
    let entries = [2, 3].map(|version| (version, sandbox.read(&entry(version))));
    for (lost, said) in [(1, "the entry of version 3 is lost"), (2, "versions 2 to 3 are lost")] {
        for (version, _) in &entries[2 - lost..] {
            fs::remove_file(sandbox.join(&entry(*version))).unwrap();
        }
        // It notes its last word.
        let verified = sandbox.run(["verify"]);
        let before = content(&sandbox.join("warehouse"));
        assert_eq!(verified.code, 1, "{verified}");
        assert!(verified.stdout.contains(said), "{verified}");
        assert!(!verified.stdout.contains("sppis clean"), "{verified}");
        let commands: [&[&str]; 7] = [
            &["clean"],
            &["clean", "--dry-run"],
            &["ingest", &file],
            &["run", "by-year"],
            &["run", "by-year", "--as-of", "2007-11"],
            &["sql", "SELECT count(*) AS n FROM observations"],
            &["deliveries"],
        ];
        for command in commands {
            refused(&sandbox.run_all(command), said);
        }
        // What the log still has can be asked for by its number.
        sandbox.run(["run", "by-year", "--as-of", "1"]).ok();
        refused(&sandbox.run(["run", "by-year", "--as-of", "3"]), said);
        assert_eq!(content(&sandbox.join("warehouse")), before);
        for (version, text) in &entries {
            sandbox.write(&entry(*version), text);
        }
        assert_eq!(sandbox.csv("by-year"), figures);
        sandbox.run(["verify"]).ok();
    }
    // Without a backup there is the way that the hint says.
    fs::remove_file(sandbox.join(&entry(3))).unwrap();
    fs::remove_file(sandbox.join("warehouse/committed")).unwrap();
    sandbox.run(["ingest", &file]).ok();
    sandbox.run(["clean"]).ok();
    assert_eq!(sandbox.csv("by-year"), figures);
    sandbox.run(["verify"]).ok();
    assert_eq!(versions_noted(&sandbox), ["3"]);
}

#[test]
fn a_note_that_is_too_old_or_missing_says_nothing() {
    let (sandbox, file) = sandbox();
    for note in [None, Some(""), Some("1\n"), Some("1\n2"), Some("\u{0}\u{0}\nx\n")] {
        match note {
            None => fs::remove_file(sandbox.join("warehouse/committed")).unwrap(),
            Some(text) => drop(sandbox.write("warehouse/committed", text)),
        }
        sandbox.run(["run", "by-year"]).ok();
        sandbox.run(["clean"]).ok();
        sandbox.run(["verify"]).ok();
    }
    // One that cannot be written does not undo the commit.
    fs::remove_file(sandbox.join("warehouse/committed")).unwrap();
    let folder = sandbox.join("gone");
    symlink(&folder, sandbox.join("warehouse/committed")).unwrap();
    let ran = sandbox.run(["run", "by-year"]);
    assert_eq!(ran.code, 2, "{ran}");
    assert!(ran.stderr.contains("warehouse/committed: this is no regular file"), "{ran}");
    fs::remove_file(sandbox.join("warehouse/committed")).unwrap();
    sandbox.run(["ingest", &file]).ok();
    assert!(!folder.exists());
}

#[test]
fn a_sample_replaces_no_file_that_is_there_and_follows_no_link() {
    let sandbox = Sandbox::empty();
    let note = sandbox.write("note.txt", "mine");
    fs::create_dir(sandbox.join("samples")).unwrap();
    let manifest = sandbox.join("samples/DWH_SPPIS_Formulaires_2009-05.manifest.json");
    symlink(&note, &manifest).unwrap();
    let command = ["sample", "--deliveries", "2009-05", "--persons", "5", "--output", "samples"];
    refused(&sandbox.run(command), "is there already");
    assert_eq!(sandbox.read("note.txt"), "mine");
    fs::remove_file(manifest).unwrap();
    sandbox.run(command).ok();
    refused(&sandbox.run(command), "is there already");
    let forced = [&command[..], &["--force"]].concat();
    sandbox.run_all(&forced).ok();
}
