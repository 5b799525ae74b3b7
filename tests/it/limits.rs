//! What bounds the program: whatever a file says of itself, it is read in bounded memory, or refused
//! in one sentence.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::sandbox::Sandbox;

const ROW: &str = "85073003328;1;21004;2006-01-01;2006-01-31;;;2;500.00";

/// The program's answer, which must come before long.
fn soon(sandbox: &Sandbox, arguments: &[&str], key: &str) -> (i32, String) {
    let mut command = sandbox.command(arguments);
    if !key.is_empty() {
        command.env("SPPIS_KEY_FILE", key);
    }
    let start = Instant::now();
    let mut child = command
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    while child.try_wait().unwrap().is_none() {
        if start.elapsed() > Duration::from_secs(30) {
            child.kill().unwrap();
            panic!("{arguments:?} waits for ever");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code().unwrap_or(-1), stderr)
}

/// Puts something else than a file in a place.
fn lay(path: &Path, kind: &str) {
    match kind {
        "a pipe" => assert!(Command::new("mkfifo").arg(path).status().unwrap().success()),
        "a device" => symlink("/dev/zero", path).unwrap(),
        "a folder" => fs::create_dir(path).unwrap(),
        _ => fs::write(path, vec![b'#'; (4 << 20) + 1]).unwrap(),
    }
}

#[test]
fn settings_queries_and_keys_are_regular_files_and_nothing_is_waited_for() {
    let sandbox = Sandbox::new();
    let file = sandbox.delivery("2007-11", &[ROW]);
    let places = [
        ("warehouse/sppis.toml", vec!["deliveries"], ""),
        ("warehouse/dictionary.toml", vec!["dictionary"], ""),
        ("warehouse/queries/own.toml", vec!["queries"], ""),
        ("outside.key", vec!["ingest", &file], "outside.key"),
    ];
    for (place, arguments, key) in places {
        let path = sandbox.join(place);
        let before = fs::read(&path).ok();
        for kind in ["a pipe", "a device", "a folder", "too long"] {
            let _absent = fs::remove_file(&path);
            lay(&path, kind);
            let (code, stderr) = soon(&sandbox, &arguments, key);
            let said = match kind {
                "too long" if key.is_empty() => "expected at most 4 MiB".to_owned(),
                "too long" => "the pseudonym key at".to_owned(),
                kind => format!("expected a regular file, found {kind}"),
            };
            assert_eq!(code, 2, "{place}: {stderr}");
            assert!(stderr.contains(&said), "{place}: {stderr}");
            let name = place.rsplit('/').next().unwrap();
            assert!(stderr.contains(name), "{place}: {stderr}");
            if path.is_dir() {
                fs::remove_dir(&path).unwrap();
            }
        }
        let _absent = fs::remove_file(&path);
        if let Some(bytes) = before {
            fs::write(&path, bytes).unwrap();
        }
    }
}

/// The file of the table with the most bytes.
fn observations(sandbox: &Sandbox) -> PathBuf {
    let files = sandbox.files("warehouse/observations");
    let files = files.into_iter().filter(|path| path.extension().is_some_and(|it| it == "parquet"));
    files.max_by_key(|path| path.metadata().unwrap().len()).unwrap()
}

#[test]
fn a_damaged_file_that_a_library_does_not_expect_is_named_in_one_sentence() {
    let sandbox = Sandbox::new();
    let file = sandbox.delivery("2007-11", &[ROW]);
    sandbox.run(["ingest", &file]).ok();
    let path = observations(&sandbox);
    let bytes = fs::read(&path).unwrap();
    let run = ["run", "amount-by-regime", "--without-histories"];
    let mut stopped = 0;
    // The description of the columns stands at the end.
    for at in (0..bytes.len() - 8).rev() {
        let mut damaged = bytes.clone();
        damaged[at] ^= 1;
        fs::write(&path, damaged).unwrap();
        let ran = sandbox.run(run);
        assert!(ran.code == 0 || ran.code == 2, "{ran}");
        assert!(!ran.stderr.contains("panicked"), "{ran}");
        if ran.stderr.contains("its reader stopped at") {
            let name = path.file_name().unwrap().to_str().unwrap();
            let error = ran.stderr.lines().next().unwrap();
            assert!(error.starts_with("error: ") && error.contains(name), "{ran}");
            assert!(error.contains("its checksum is not the one committed"), "{ran}");
            assert!(!error.contains("/registry/"), "{ran}");
            assert_eq!((ran.code, ran.stderr.lines().count()), (2, 2), "{ran}");
            stopped += 1;
            if stopped == 2 {
                return;
            }
        }
    }
    panic!("no change of a byte makes a library stop: the test tests nothing");
}
