//! What the machine, its clock, other users and odd folders do to a warehouse.

use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use crate::sandbox::{PROGRAM, Ran, Sandbox, compiled};

const ROW: &str = "85073003328;1;21004;2006-01-01;2006-01-31;;;2;500.00";
const OTHER_ROW: &str = "42012205181;2;21004;2006-02-01;2006-02-28;;60;1;250,25";

fn ran(command: &mut Command) -> Ran {
    let output = command.output().unwrap();
    Ran {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The program under a limit of the shell.
fn limited(sandbox: &Sandbox, limit: &str, arguments: &str) -> Ran {
    let plain = sandbox.command(&[]);
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("{limit}; exec {PROGRAM} {arguments}")]);
    shell.current_dir(sandbox.path()).stdin(Stdio::null());
    for (name, value) in plain.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    ran(&mut shell)
}

#[test]
fn few_open_files_are_a_sentence_and_a_low_limit_that_may_be_raised_is_raised() {
    let sandbox = Sandbox::new();
    let file = sandbox.delivery("2007-11", &[ROW]);
    for arguments in ["run by-year", &format!("ingest {file}"), "verify"] {
        let few = limited(&sandbox, "ulimit -n 12", arguments);
        assert_eq!(few.code, 2, "{few}");
        assert!(few.stderr.contains("may have 12 files open at once"), "{few}");
    }
    limited(&sandbox, "ulimit -S -n 12", &format!("ingest {file}")).ok();
    limited(&sandbox, "ulimit -S -n 12", "run by-year --without-histories").ok();
    limited(&sandbox, "ulimit -n 64", "run by-year --without-histories").ok();
}

/// A clock of its own for a program, compiled once.
pub(crate) fn clock() -> &'static Path {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| compiled("clock"))
}

/// The program on a day, in seconds since 1970.
fn at(sandbox: &Sandbox, seconds: &str, arguments: &[&str]) -> Ran {
    let mut command = sandbox.command(arguments);
    ran(command.env("LD_PRELOAD", clock()).env("CLOCK_SECONDS", seconds))
}

#[test]
fn a_clock_before_1970_is_a_sentence() {
    let sandbox = Sandbox::new();
    let file = sandbox.delivery("2007-11", &[ROW]);
    for arguments in [&["ingest", file.as_str()][..], &["run", "by-year"], &["verify"]] {
        let wrong = at(&sandbox, "-86400", arguments);
        assert_eq!(wrong.code, 2, "{wrong}");
        assert!(wrong.stderr.contains("a day before 1970"), "{wrong}");
    }
}

#[test]
fn a_clock_that_was_wrong_is_named_where_a_state_is_asked_for_by_day() {
    const YEAR_2026: &str = "1768000000";
    const YEAR_2025: &str = "1740000000";
    const YEAR_2090: &str = "3790000000";
    let sandbox = Sandbox::new();
    let first = sandbox.delivery("2007-11", &[ROW]);
    at(&sandbox, YEAR_2026, &["ingest", &first]).ok();
    let quiet = at(&sandbox, YEAR_2026, &["run", "by-year", "--as-of", "2026-02-01"]).ok();
    assert!(!quiet.stderr.contains("clock"), "{quiet}");
    let second = sandbox.delivery("2008-05", &["85073003328;1;21004;2006-07-01;2006-07-31;;;2;5"]);
    let back = at(&sandbox, YEAR_2025, &["ingest", &second]).ok();
    assert!(back.stderr.contains("note: the clock says 2025-02-19"), "{back}");
    for arguments in [
        &["run", "by-year", "--as-of", "2025-03-01"][..],
        &["files", "--as-of", "2025-03-01"],
        &["sql", "SELECT count(*) AS n FROM observations", "--as-of", "2025-03-01"],
        &["run", "by-year", "--compare-with", "2025-03-01"],
    ] {
        let asked = at(&sandbox, YEAR_2026, arguments).ok();
        let note = "version 2 is stamped 2025-02-19 21:20 UTC, and version 1 before it 2026-01-09";
        assert!(asked.stderr.contains(note), "{asked}");
    }
    let by_version = at(&sandbox, YEAR_2026, &["run", "by-year", "--as-of", "1"]).ok();
    assert!(!by_version.stderr.contains("clock"), "{by_version}");
    // A stamp ahead of the clock.
    let third = sandbox.delivery("2006-11", &["85073003328;1;21004;2005-01-03;2005-01-31;;;2;5"]);
    at(&sandbox, YEAR_2090, &["ingest", &third]).ok();
    let asked = at(&sandbox, YEAR_2026, &["run", "by-year", "--as-of", "2026-02-01"]).ok();
    assert!(asked.stderr.contains("days are told by the clocks"), "{asked}");
}

#[test]
fn a_lock_that_somebody_holds_is_named_after_a_second_and_waited_for() {
    let sandbox = Sandbox::new();
    let first = sandbox.delivery("2007-11", &[ROW]);
    sandbox.run(["ingest", &first]).ok();
    // Whoever can read the settings cannot stop anybody.
    let settings = File::open(sandbox.join("warehouse/sppis.toml")).unwrap();
    settings.lock().unwrap();
    let second = sandbox.delivery("2007-11", &[OTHER_ROW]);
    let start = Instant::now();
    sandbox.run(["ingest", &second, "--replace"]).ok();
    let unhindered = start.elapsed();
    let turn = sandbox.join("warehouse/turn");
    assert_eq!(turn.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    fs::set_permissions(&turn, fs::Permissions::from_mode(0o666)).unwrap();
    let lock = File::open(&turn).unwrap();
    lock.lock().unwrap();
    let release = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_secs(2) + unhindered);
        drop(lock);
    });
    let waited = sandbox.run(["ingest", &first, "--replace"]).ok();
    release.join().unwrap();
    let process = std::process::id();
    let note = format!("warehouse/turn, process {process}");
    assert!(waited.stderr.contains(&note), "{waited}");
    assert_eq!(turn.metadata().unwrap().permissions().mode() & 0o777, 0o600, "closed again");
}

#[test]
fn another_users_warehouse_is_not_written_to() {
    let sandbox = Sandbox::new();
    let file = sandbox.delivery("2007-11", &[ROW]);
    let is_root = sandbox.path().metadata().unwrap().uid() == 0;
    if !is_root {
        // Only root can give a folder away.
        return;
    }
    let warehouse = sandbox.join("warehouse");
    let given = Command::new("chown").args(["-R", "65534"]).arg(&warehouse).status().unwrap();
    assert!(given.success());
    let before = sandbox.files("warehouse");
    for arguments in
        [&["ingest", file.as_str()][..], &["histories", "--rebuild"], &["key", "--move"]]
    {
        let other = sandbox.run_all(arguments);
        assert_eq!(other.code, 2, "{other}");
        assert!(other.stderr.contains("belongs to user 65534"), "{other}");
    }
    assert_eq!(sandbox.files("warehouse"), before);
}

#[test]
fn a_commit_whose_statement_cannot_be_written_is_said_to_stand() {
    let sandbox = Sandbox::new();
    let file = sandbox.delivery("2007-11", &[ROW]);
    let full = File::options().write(true).open("/dev/full").unwrap();
    let output = sandbox.command(&["ingest", &file]).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    insta::assert_snapshot!(String::from_utf8(output.stderr).unwrap(), @"
    error: writing the output: No space left on device (os error 28)
    hint: the delivery IS committed, as revision 1, version 1 of the table; only what is said of it could not be written; `sppis history` lists it
    ");
    assert!(sandbox.run(["history"]).ok().stdout.contains("2007-11@1"));
}

#[test]
fn a_warehouse_lies_in_folders_of_any_name_that_is_text() {
    for name in
        ["a%20b", "50%", "quarter=2007Q1", "quarter=2007Q1/regime=x/env=a/env=b", "é à*[x]?"]
    {
        let sandbox = Sandbox::empty();
        fs::create_dir_all(sandbox.join(name)).unwrap();
        let warehouse = format!("{name}/w");
        let run = |arguments: &[&str]| {
            let ran = sandbox.run_all(&[&["--warehouse", &warehouse], arguments].concat());
            assert_eq!(ran.code, 0, "{name}: {ran}");
            ran.stdout
        };
        run(&["init"]);
        let file = sandbox.delivery("2007-11", &[ROW, OTHER_ROW]);
        run(&["ingest", &file]);
        let csv = ["run", "by-regime-and-measure", "--format", "csv"];
        let histories = run(&csv);
        assert_eq!(run(&[&csv[..], &["--without-histories", "--verify"]].concat()), histories);
        assert_eq!(histories.lines().count(), 3, "{histories}");
        run(&["verify"]);
        run(&[
            "sql",
            "SELECT quarter, regime, count(*) AS n FROM observations GROUP BY quarter, regime",
        ]);
    }
}

#[test]
fn a_folder_whose_name_is_no_text_is_refused_before_anything_is_made() {
    let sandbox = Sandbox::empty();
    let folder = sandbox.path().join(std::ffi::OsStr::from_bytes(b"x\xff"));
    fs::create_dir(&folder).unwrap();
    let refused = ran(sandbox.command(&["init"]).current_dir(&folder));
    assert_eq!(refused.code, 2, "{refused}");
    assert!(refused.stderr.contains("the path of a warehouse is UTF-8"), "{refused}");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
    assert!(!sandbox.join(".config").exists(), "nor a key");
}

#[test]
fn folders_of_ingestions_that_were_killed_are_cleaned_up() {
    let sandbox = Sandbox::new();
    let file = sandbox.delivery("2007-11", &[ROW]);
    sandbox.run(["ingest", &file]).ok();
    // One that died, with a lock that nobody holds, and one that is at work.
    sandbox.write("warehouse/staging/ingest-abcdef/lock", "");
    sandbox.write("warehouse/staging/ingest-abcdef/findings.parquet", "x");
    sandbox.write("warehouse/staging/mine/lock", "");
    let listed = sandbox.run(["clean", "--dry-run"]).ok().stdout;
    assert_eq!(listed, "./warehouse/staging/ingest-abcdef\n");
    let cleaned = sandbox.run(["clean"]).ok();
    assert_eq!(cleaned.stdout, listed);
    assert!(!sandbox.join("warehouse/staging/ingest-abcdef").exists());
    assert!(sandbox.join("warehouse/staging/mine/lock").exists(), "what is not ours stays");
    assert_eq!(sandbox.run(["clean"]).ok().stdout, "");
}

#[test]
fn a_pipe_in_the_place_of_a_file_is_a_sentence_and_not_waited_for() {
    let sandbox = Sandbox::new();
    let file = sandbox.delivery("2007-11", &[ROW, "x"]);
    sandbox.run(["ingest", &file, "--max-rejects", "100%"]).ok();
    let other = sandbox.delivery("2008-05", &["85073003328;1;21004;2006-07-01;2006-07-31;;;2;5"]);
    let mut places = sandbox.files("warehouse");
    places.retain(|path| !["sppis.toml", "turn"].iter().any(|name| path.ends_with(name)));
    places.push(sandbox.join("warehouse/turn"));
    places.push(sandbox.join("warehouse/staging/ingest-abcdef/lock"));
    for place in places {
        let bytes = fs::read(&place).ok();
        let _absent = fs::remove_file(&place);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        assert!(Command::new("mkfifo").arg(&place).status().unwrap().success());
        for arguments in [
            &["verify"][..],
            &["history"],
            &["run", "by-year"],
            &["run", "by-year", "--without-histories"],
            &["rejects", "2007-11", "--rows"],
            &["clean", "--dry-run"],
            &["ingest", &other, "--dry-run"],
        ] {
            let mut command = Command::new("timeout");
            command.args(["30", PROGRAM]).args(arguments).current_dir(sandbox.path());
            for (name, value) in sandbox.command(&[]).get_envs() {
                command.env(name, value.unwrap_or_default());
            }
            let ran = ran(command.env_remove("SPPIS_WAREHOUSE").stdin(Stdio::null()));
            let named = format!("{} {arguments:?}: {ran}", place.display());
            assert!((0..=2).contains(&ran.code), "{named}");
        }
        let _swept = fs::remove_file(&place);
        if let Some(bytes) = bytes {
            fs::write(&place, bytes).unwrap();
        }
    }
    sandbox.run(["verify"]).ok();
}

/// What `/proc` says of a running program, and what its limits are.
#[test]
#[cfg(target_os = "linux")]
fn a_program_that_is_brought_down_leaves_no_core() {
    let sandbox = Sandbox::new();
    let file = sandbox.delivery("2007-11", &[ROW]);
    sandbox.run(["ingest", &file]).ok();
    let turn = File::open(sandbox.join("warehouse/turn")).unwrap();
    turn.lock().unwrap();
    let other = sandbox.delivery("2007-11", &[OTHER_ROW]);
    let mut child = sandbox
        .command(&["ingest", &other])
        .stderr(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    // It has its key, and waits for its turn.
    std::thread::sleep(Duration::from_millis(700));
    let process = PathBuf::from(format!("/proc/{}", child.id()));
    let limits = fs::read_to_string(process.join("limits")).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    let numbers: Vec<&str> = core.split_whitespace().skip(4).take(2).collect();
    assert_eq!(numbers, ["0", "0"], "{core}");
    // What others may not look into belongs to root.
    let owner = process.join("mem").metadata().unwrap().uid();
    assert_eq!(owner, 0);
    let signalled = Command::new("kill").args(["-ABRT", &child.id().to_string()]).status().unwrap();
    assert!(signalled.success());
    let status = child.wait().unwrap();
    let signal = std::os::unix::process::ExitStatusExt::signal(&status);
    assert_eq!(
        (signal, std::os::unix::process::ExitStatusExt::core_dumped(&status)),
        (Some(6), false)
    );
}
