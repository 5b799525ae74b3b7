//! Killed writers, damaged files, left-over files: the old or the new state, and `verify` says so.

use std::fs;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use crate::sandbox::Sandbox;

/// A warehouse with one delivery, and two files of that delivery with different rows.
fn sandbox() -> (Sandbox, [String; 2]) {
    let sandbox = Sandbox::new();
    let files = ["20000", "16000"].map(|persons| {
        let arguments = ["--persons", persons, "--output", persons];
        let mut command = vec!["sample", "--deliveries", "2008-05"];
        command.extend(arguments);
        sandbox.run_all(&command).ok();
        format!("{persons}/DWH_SPPIS_Formulaires_2008-05.csv")
    });
    sandbox.run(["ingest", &files[0]]).ok();
    (sandbox, files)
}

fn figures(sandbox: &Sandbox) -> String {
    sandbox.csv("by-regime-and-measure")
}

#[test]
fn a_writer_killed_at_any_moment_leaves_the_old_or_the_new_state() {
    let (sandbox, files) = sandbox();
    let first = figures(&sandbox);
    sandbox.run(["ingest", &files[1]]).ok();
    let states = [first, figures(&sandbox)];
    assert_ne!(states[0], states[1]);
    let mut current = 1;
    let mut committed = 0;
    for round in 0..60_u64 {
        let next = 1 - current;
        let mut child = sandbox
            .command(&["ingest", &files[next]])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // From before the first byte is read to after the commit, in uneven steps.
        std::thread::sleep(Duration::from_micros(round * 1_700 % 90_000));
        child.kill().unwrap();
        child.wait().unwrap();
        let found = figures(&sandbox);
        assert!(states.contains(&found), "round {round}: a state between two");
        if found == states[next] {
            current = next;
            committed += 1;
        }
        let verified = sandbox.run(["verify"]);
        assert_eq!(verified.code, 0, "round {round}: {verified}");
    }
    assert!(committed < 60, "no writer was killed before its commit");
    sandbox.run(["clean"]).ok();
    let verified = sandbox.run(["verify"]).ok();
    assert!(!verified.stdout.contains("no version names"), "{verified}");
    assert_eq!(figures(&sandbox), states[current]);
    // The lock of a writer that died blocks nobody, and its folder is swept by the next.
    sandbox.run(["ingest", &files[1 - current]]).ok();
    assert_eq!(sandbox.files("warehouse/staging"), Vec::<PathBuf>::new());
}

#[test]
fn a_folder_of_a_writer_that_died_while_removing_it_is_swept_too() {
    let (sandbox, files) = sandbox();
    sandbox.write("warehouse/staging/ingest-died/2006Q3-0000.parquet", "half");
    sandbox.run(["ingest", &files[1]]).ok();
    assert_eq!(sandbox.files("warehouse/staging"), Vec::<PathBuf>::new());
}

#[test]
fn verify_names_every_damaged_file_and_what_to_do() {
    let (sandbox, _) = sandbox();
    let good = sandbox.run(["verify"]).ok();
    assert!(good.stdout.contains("all is as it was committed"), "{good}");
    let listed = sandbox.command(&["files"]).output().unwrap().stdout;
    let data = PathBuf::from(String::from_utf8(listed).unwrap().lines().next().unwrap());
    let findings = sandbox.files("warehouse/findings").remove(0);
    for path in [data, findings] {
        let content = fs::read(&path).unwrap();
        let mut flipped = content.clone();
        let middle = flipped.len() / 2;
        flipped[middle] ^= 1;
        let damages =
            [Some(Vec::new()), Some(content[..content.len() / 2].to_vec()), Some(flipped), None];
        for damage in damages {
            match &damage {
                Some(bytes) => fs::write(&path, bytes).unwrap(),
                None => fs::remove_file(&path).unwrap(),
            }
            let verified = sandbox.run(["verify"]);
            assert_eq!(verified.code, 1, "{verified}");
            let name = path.file_name().unwrap().to_str().unwrap();
            assert!(verified.stdout.contains(name), "{verified}");
            assert!(verified.stdout.contains("help: "), "{verified}");
            fs::write(&path, &content).unwrap();
        }
        sandbox.run(["verify"]).ok();
    }
}

#[test]
fn verify_compares_the_logs_statistics_with_the_rows() {
    // A log that says no hashes of its entries, whose change they would show.
    let sandbox = crate::guesses::warehouse_of_old();
    let entry = "warehouse/observations/_delta_log/00000000000000000003.json";
    let content = sandbox.read(entry);
    assert!(content.contains("aide_sociale"));
    sandbox.write(entry, content.replacen("aide_sociale", "aide_z", 1));
    let verified = sandbox.run(["verify"]);
    assert_eq!(verified.code, 1, "{verified}");
    assert!(
        verified.stdout.contains("the log's statistics are not those of its rows"),
        "{verified}"
    );
    sandbox.write(entry, content);
    sandbox.run(["verify"]).ok();
}

#[test]
fn an_emptied_log_entry_is_an_error_and_no_silent_loss() {
    let (sandbox, files) = sandbox();
    sandbox.run(["ingest", &files[1]]).ok();
    for version in [1, 2] {
        let entry = format!("warehouse/observations/_delta_log/{version:020}.json");
        let content = sandbox.read(&entry);
        fs::write(sandbox.join(&entry), "").unwrap();
        let ran = sandbox.run(["run", "by-year"]);
        assert_eq!(ran.code, 2, "version {version}: {ran}");
        assert_eq!(ran.stdout, "", "version {version}");
        fs::write(sandbox.join(&entry), content).unwrap();
        sandbox.run(["verify"]).ok();
    }
}

#[test]
fn clean_removes_only_what_no_version_names() {
    let (sandbox, files) = sandbox();
    let first = figures(&sandbox);
    sandbox.run(["ingest", &files[1]]).ok();
    let left = "2008-05-r3-abcdef-0000-0123456789abcdef.parquet";
    let left = sandbox.write(&format!("warehouse/observations/quarter=2006Q3/{left}"), "x");
    assert!(sandbox.run(["verify"]).ok().stdout.contains("1 file that no version names"));
    let listed = sandbox.run(["clean", "--dry-run"]).ok();
    assert_eq!(listed.stdout.lines().count(), 1, "{listed}");
    assert!(left.exists());
    sandbox.run(["clean"]).ok();
    assert!(!left.exists());
    // What a replaced revision names is needed for its figures.
    let old = ["run", "by-regime-and-measure", "--format", "csv", "--as-of", "1"];
    assert_eq!(sandbox.run(old).ok().stdout, first);
}

#[test]
fn an_interrupt_ends_with_130_and_changes_nothing() {
    let (sandbox, files) = sandbox();
    let before = figures(&sandbox);
    for round in 1..40_u64 {
        let mut child =
            sandbox.command(&["ingest", &files[1]]).stdout(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(round % 20));
        let pid = child.id().to_string();
        let sent = std::process::Command::new("kill").args(["-INT", &pid]).status().unwrap();
        let code = child.wait().unwrap().code();
        if sent.success() && code == Some(130) {
            assert_eq!(figures(&sandbox), before);
            sandbox.run(["verify"]).ok();
            return;
        }
        // It ended before the signal came, or before it listened to it: from the start again.
        sandbox.run(["ingest", &files[0]]).ok();
    }
    panic!("no ingestion could be interrupted");
}
