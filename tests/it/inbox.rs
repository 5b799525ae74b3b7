//! An inbox: what is complete is taken in once and put away, what is not is left alone, whatever
//! happens meanwhile.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, UNIX_EPOCH};

use crate::faults::library;
use crate::sandbox::{HEADER, PERSONS, Ran, Sandbox, files_below};
use crate::surroundings::clock;

/// A warehouse and an empty inbox with these settings.
fn with_inbox(settings: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.join("inbox")).unwrap();
    let folder = "[inbox]\nfolder = \"../inbox\"\n";
    sandbox.write("warehouse/schedule.toml", format!("{folder}{settings}\n"));
    sandbox
}

/// The same where markers say what is complete.
fn with_markers() -> Sandbox {
    with_inbox("markers = [\".done\"]")
}

fn row(person: usize, month: usize, amount: &str) -> String {
    format!("{};2;21004;2006-{month:02}-01;2006-{month:02}-28;;60;2;{amount}", PERSONS[person])
}

fn rows() -> Vec<String> {
    (0..4).map(|person| row(person, 1 + person, "10.00")).collect()
}

/// Puts a file of rows into the inbox.
fn put(sandbox: &Sandbox, name: &str, rows: &[String]) {
    sandbox.write(&format!("inbox/{name}"), format!("{HEADER}\n{}\n", rows.join("\n")));
}

const FILE: &str = "DWH_SPPIS_Formulaires_2007-11.csv";

/// Puts the delivery 2007-11 into the inbox, with a marker.
fn deliver(sandbox: &Sandbox, rows: &[String]) {
    put(sandbox, FILE, rows);
    sandbox.write("inbox/2007-11.done", "");
}

fn pass(sandbox: &Sandbox) -> Ran {
    sandbox.run(["inbox"])
}

fn json(sandbox: &Sandbox) -> serde_json::Value {
    serde_json::from_str(&sandbox.run(["inbox", "--format", "json"]).stdout).unwrap()
}

/// Everything in the inbox, by path.
fn lying(sandbox: &Sandbox) -> Vec<String> {
    let folder = sandbox.join("inbox");
    let files = files_below(&folder).into_iter();
    let names = files.map(|it| it.strip_prefix(&folder).unwrap().to_string_lossy().into_owned());
    names.filter(|name| name != ".sppis-inbox").collect()
}

/// Commits of deliveries.
fn commits(sandbox: &Sandbox) -> usize {
    let log = sandbox.files("warehouse/observations/_delta_log");
    let entries = log.iter().filter(|it| it.extension() == Some(OsStr::new("json")));
    entries.count() - 1
}

#[test]
fn a_complete_delivery_is_taken_in_and_put_away_with_its_validation_report() {
    let sandbox = with_markers();
    deliver(&sandbox, &rows());
    for (name, mode) in [(FILE, 0o640), ("", 0o770)] {
        let mode = fs::Permissions::from_mode(mode);
        fs::set_permissions(sandbox.join("inbox").join(name), mode).unwrap();
    }
    let ran = pass(&sandbox).ok();
    insta::assert_snapshot!(ran.stdout + &lying(&sandbox).join("\n"), @"
    2007-11: taken in as revision 1, version 1 of the table: 4 rows accepted, 0 rows rejected (DWH_SPPIS_Formulaires_2007-11.csv, in done/2007-11@1)
    done/2007-11@1/2007-11.done
    done/2007-11@1/DWH_SPPIS_Formulaires_2007-11.csv
    done/2007-11@1/validation-2007-11@1.html
    done/2007-11@1/validation-2007-11@1.json
    ");
    let mode = |name: &str| sandbox.join(name).metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&format!("inbox/done/2007-11@1/{FILE}")), 0o640);
    assert_eq!(mode("inbox/done/2007-11@1/validation-2007-11@1.html"), 0o600);
    // Who may look into the inbox may look there, and write to neither.
    assert_eq!([mode("inbox/done"), mode("inbox/done/2007-11@1")], [0o750; 2]);
    let page = sandbox.read("inbox/done/2007-11@1/validation-2007-11@1.html");
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("2007-11"));
    let stored = sandbox.run(["validation", "2007-11", "--format", "json"]).ok().stdout;
    assert_eq!(sandbox.read("inbox/done/2007-11@1/validation-2007-11@1.json"), stored);
    let again = pass(&sandbox).ok();
    assert_eq!((again.stdout.as_str(), again.stderr.as_str()), ("", ""));
    let nothing = serde_json::json!({"is_busy": false, "stopped": null, "entries": []});
    assert_eq!(json(&sandbox), nothing);
    sandbox.run(["verify"]).ok();
}

#[test]
fn a_file_is_complete_once_it_has_been_at_rest_or_a_marker_says_so() {
    let sandbox = with_inbox("at_rest = \"1h\"\nmarkers = [\".done\", \".ok\"]");
    put(&sandbox, FILE, &rows());
    let ran = pass(&sandbox).ok();
    assert_eq!(
        ran.stdout,
        format!(
            "2007-11: not complete yet: {FILE} has changed in the last 3600 seconds ({FILE})\n"
        )
    );
    assert_eq!(lying(&sandbox), [FILE]);
    // Two hours later.
    let changed = sandbox.join("inbox").join(FILE).metadata().unwrap().modified().unwrap();
    let later = changed.duration_since(UNIX_EPOCH).unwrap().as_secs() + 7200;
    let mut command = sandbox.command(&["inbox"]);
    command.env("LD_PRELOAD", clock()).env("CLOCK_SECONDS", later.to_string());
    let output = command.output().unwrap();
    assert!(String::from_utf8(output.stdout).unwrap().starts_with("2007-11: taken in as"));

    for marker in [&format!("{FILE}.ok"), "2007-11.done"] {
        let sandbox = with_inbox("at_rest = \"1h\"\nmarkers = [\".done\", \".ok\"]");
        put(&sandbox, FILE, &rows());
        let marker_path = sandbox.write(&format!("inbox/{marker}"), "");
        // It speaks of a file that was there before.
        let set = |moment| File::open(&marker_path).unwrap().set_modified(moment).unwrap();
        let now = marker_path.metadata().unwrap().modified().unwrap();
        set(UNIX_EPOCH + Duration::from_secs(1_000_000_000));
        let ran = pass(&sandbox).ok();
        assert!(ran.stdout.starts_with("2007-11: not complete yet"), "{ran}");
        set(now);
        let ran = pass(&sandbox).ok();
        assert!(ran.stdout.starts_with("2007-11: taken in as"), "{ran}");
        assert!(lying(&sandbox).contains(&format!("done/2007-11@1/{marker}")));
    }
}

#[test]
fn what_no_delivery_can_be_is_named_and_left_alone() {
    let sandbox = with_markers();
    let inbox = sandbox.join("inbox");
    for name in [
        "x.csv",
        "DWH_SPPIS_Formulaires_2007-5.csv",
        "DWH_SPPIS_Formulaires_2007-05_2007-11.csv",
        "DWH_SPPIS_Formulaires_1999-05.csv",
        "DWH_SPPIS_Formulaires_2007-05.csv.filepart",
        ".DWH_SPPIS_Formulaires_2007-05.csv.Xy12Zz",
        "85073003328\u{1b}[31m.csv",
        "2007-05.done",
        "folder/DWH_SPPIS_Formulaires_2007-05.csv",
    ] {
        put(&sandbox, name, &rows());
    }
    put(&sandbox, FILE, &rows());
    let outside = sandbox.write("outside.csv", format!("{HEADER}\n{}\n", rows().join("\n")));
    let link = inbox.join("DWH_SPPIS_Formulaires_2008-05.csv");
    std::os::unix::fs::symlink(&outside, &link).unwrap();
    let pipe = inbox.join("DWH_SPPIS_Formulaires_2008-11.csv");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let _socket = UnixListener::bind(inbox.join("DWH_SPPIS_Formulaires_2009-05.csv")).unwrap();
    fs::write(inbox.join(OsStr::from_bytes(b"\xFF\xFE.csv")), "").unwrap();
    let before = lying(&sandbox);
    let ran = pass(&sandbox).ok();
    assert_eq!(lying(&sandbox), before);
    assert_eq!(commits(&sandbox), 0);
    insta::assert_snapshot!(ran.stdout, @r"
    .DWH_SPPIS_Formulaires_2007-05.csv.Xy12Zz: left alone: a hidden file, as programs make them while they send
    DWH_SPPIS_Formulaires_2007-05.csv.filepart: left alone: its ending says that it is still being sent; rename it if it is complete
    DWH_SPPIS_Formulaires_2008-05.csv: left alone: a link, which is not followed; put the file itself here
    DWH_SPPIS_Formulaires_2008-11.csv: left alone: a pipe, socket or device, and no file
    DWH_SPPIS_Formulaires_2009-05.csv: left alone: a pipe, socket or device, and no file
    folder: left alone: a folder; files are taken from the inbox itself only
    ###########\u{1b}[31m.csv: left alone: its name says no delivery; rename it, for example to DWH_SPPIS_Formulaires_2007-05.csv
    DWH_SPPIS_Formulaires_1999-05.csv: left alone: delivery `1999-05` covers 1997Q3..1997Q4, but the source begins in 2002Q4; the first delivery is `2004-05`
    DWH_SPPIS_Formulaires_2007-05_2007-11.csv: left alone: its name says two deliveries, `2007-05` and `2007-11`; rename it
    DWH_SPPIS_Formulaires_2007-5.csv: left alone: its name says no delivery; if `2007-05` is meant, rename it, for example to DWH_SPPIS_Formulaires_2007-05.csv
    x.csv: left alone: its name says no delivery; rename it, for example to DWH_SPPIS_Formulaires_2007-05.csv
    ��.csv: left alone: its name says no delivery; rename it, for example to DWH_SPPIS_Formulaires_2007-05.csv
    2007-05.done: left alone: a marker, and the file that it speaks of is not here
    2007-11: not complete yet: DWH_SPPIS_Formulaires_2007-11.csv has no marker beside it that says it is complete (DWH_SPPIS_Formulaires_2007-11.csv)
    ");
}

#[test]
fn a_delivery_of_parts_is_taken_in_once_all_are_there() {
    let part = |name: &str| format!("DWH_SPPIS_Formulaires_2007-11_{name}.csv");
    let marked = |sandbox: &Sandbox, name: &str, rows: &[String]| {
        put(sandbox, &part(name), rows);
        sandbox.write(&format!("inbox/{}.done", part(name)), "");
    };
    let rows = rows();
    let cases: [(&str, &[&str], &str); 6] = [
        ("", &["part1"], "waits for the rest: part 2 is missing"),
        ("", &["1of3", "3of3"], "waits for the rest: part 2 is missing"),
        ("parts = 3", &["a", "b"], "waits for the rest: 2 of 3 files are here"),
        ("parts = 1", &["a", "b"], "left alone: there are 2 files of it, and `parts` says 1"),
        ("", &["a", "b"], "left alone: there are several files of it"),
        ("", &["part1", "part2", "part_2"], "left alone: two files of it are the same part"),
    ];
    for (settings, names, said) in cases {
        let sandbox = with_inbox(&format!("markers = [\".done\"]\n{settings}"));
        for name in names {
            marked(&sandbox, name, &rows);
        }
        let before = lying(&sandbox);
        let ran = pass(&sandbox).ok();
        assert!(ran.stdout.starts_with(&format!("2007-11: {said}")), "{ran}");
        assert_eq!(lying(&sandbox), before);
    }
    for (settings, names) in [("", ["2of2", "1of2"]), ("parts = 2", ["a", "b"])] {
        let sandbox = with_inbox(&format!("markers = [\".done\"]\n{settings}"));
        marked(&sandbox, names[0], &rows[..2]);
        let ran = pass(&sandbox).ok();
        assert!(ran.stdout.contains("waits for the rest"), "{ran}");
        marked(&sandbox, names[1], &rows[2..]);
        let ran = pass(&sandbox).ok();
        assert!(ran.stdout.contains("4 rows accepted, 0 rows rejected"), "{ran}");
        assert_eq!(lying(&sandbox).len(), 6, "{:?}", lying(&sandbox));
        // One part that comes again is not the whole.
        marked(&sandbox, names[1], &rows[2..]);
        let ran = pass(&sandbox).ok();
        assert!(ran.stdout.contains("waits for the rest"), "{ran}");
        assert_eq!(commits(&sandbox), 1);
    }
}

#[test]
fn a_part_whose_delivery_was_taken_in_from_others_too_waits_for_them() {
    let sandbox = with_markers();
    let name = |part: &str| format!("DWH_SPPIS_Formulaires_2007-11_part{part}.csv");
    let rows = rows();
    for (part, rows) in [("1", &rows[..1]), ("2", &rows[1..2]), ("3", &rows[2..])] {
        put(&sandbox, &name(part), rows);
    }
    sandbox.write("inbox/2007-11.done", "");
    pass(&sandbox).ok();
    for (part, rows) in [("1", &rows[..1]), ("2", &rows[1..2])] {
        put(&sandbox, &name(part), rows);
    }
    sandbox.write("inbox/2007-11.done", "");
    let ran = pass(&sandbox).ok();
    assert!(ran.stdout.starts_with("2007-11: waits for the rest: "), "{ran}");
    assert_eq!(commits(&sandbox), 1);
}

#[test]
fn a_delivery_that_is_refused_is_put_away_with_the_reason_and_a_corrected_one_is_taken_in() {
    let sandbox = with_markers();
    let mut wrong = rows();
    wrong[0] = row(0, 1, "many");
    wrong[1] = row(1, 2, "a lot");
    deliver(&sandbox, &wrong);
    let ran = pass(&sandbox);
    assert_eq!(ran.code, 1, "{ran}");
    let why = sandbox.read("inbox/refused/2007-11/2007-11.refused.txt");
    let said = [&ran.stdout, &*lying(&sandbox).join("\n"), &why].map(str::to_owned).join("\n");
    insta::assert_snapshot!(said, @"
    2007-11: NOT taken in: more rows rejected than the budget of 5 % allows: 2 of 4 rows are rejected (DWH_SPPIS_Formulaires_2007-11.csv, in refused/2007-11)

    refused/2007-11/2007-11.done
    refused/2007-11/2007-11.refused.txt
    refused/2007-11/DWH_SPPIS_Formulaires_2007-11.csv
    refused/2007-11/validation-2007-11.html
    refused/2007-11/validation-2007-11.json
    Delivery 2007-11 is not taken in: DWH_SPPIS_Formulaires_2007-11.csv

    more rows rejected than the budget of 5 % allows: 2 of 4 rows are rejected

    What was found, with lines and columns, stands in validation-2007-11.html.
    ");
    let report = sandbox.read("inbox/refused/2007-11/validation-2007-11.json");
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    assert_eq!(
        (report["outcome"].as_str(), report["rows"]["rejected"].as_u64()),
        (Some("refused"), Some(2))
    );
    assert_eq!(commits(&sandbox), 0);

    deliver(&sandbox, &rows());
    let ran = pass(&sandbox).ok();
    assert!(ran.stdout.starts_with("2007-11: taken in as revision 1"), "{ran}");

    // What could not be read to its end has no validation report.
    let cases = [
        ("no header\n1;2\n".to_owned(), "header"),
        (format!("{HEADER}\n"), "holds no row"),
        (format!("{}\n", HEADER.replace("EBENCONVCM", "EBENCONVM")), "is not known"),
        (format!("{HEADER}\n{}\n", row(0, 1, "10.00")), "only 1 would come back"),
    ];
    for (at, (text, why)) in cases.iter().enumerate() {
        sandbox.write(&format!("inbox/{FILE}"), text);
        sandbox.write("inbox/2007-11.done", "");
        let ran = pass(&sandbox);
        assert_eq!(ran.code, 1, "{ran}");
        let folder = format!("refused/2007-11-{}", at + 2);
        assert!(ran.stdout.contains(&folder), "{ran}");
        let said = sandbox.read(&format!("inbox/{folder}/2007-11.refused.txt"));
        assert!(said.contains(why), "{said}");
        assert_eq!(sandbox.read(&format!("inbox/{folder}/{FILE}")), *text);
    }
    assert_eq!(commits(&sandbox), 1);
}

#[test]
fn the_settings_of_an_ingestion_are_those_of_the_inbox() {
    let settings = "markers = [\".done\"]\nmax_rejects = \"50%\"\nencoding = \"windows-1252\"\n\
                    max_rejects_of = [\"decode.amount=1\"]\nignore_column = [\"EBENCONVM\"]";
    let sandbox = with_inbox(settings);
    let mut wrong = rows();
    wrong[0] = row(0, 1, "many");
    deliver(&sandbox, &wrong);
    // No column of that name is there: nothing is to be ignored.
    let ran = pass(&sandbox).ok();
    assert!(ran.stdout.contains("3 rows accepted, 1 row rejected"), "{ran}");
    wrong[1] = row(1, 2, "a lot");
    deliver(&sandbox, &wrong);
    let ran = pass(&sandbox);
    assert_eq!(ran.code, 1, "{ran}");
    assert!(ran.stdout.contains("more rows break decode.amount than its budget"), "{ran}");
}

#[test]
fn the_same_file_again_is_known_by_its_bytes_and_no_name_is_given_twice() {
    let sandbox = with_markers();
    deliver(&sandbox, &rows());
    pass(&sandbox).ok();
    let first = fs::read(sandbox.join("inbox/done/2007-11@1/validation-2007-11@1.html")).unwrap();
    deliver(&sandbox, &rows());
    let again = pass(&sandbox).ok();
    assert!(again.stdout.contains("the same bytes are already current"), "{again}");
    assert!(again.stdout.contains("in done/2007-11@1-2)"), "{again}");
    let kept = fs::read(sandbox.join("inbox/done/2007-11@1/validation-2007-11@1.html")).unwrap();
    assert_eq!(first, kept);
    assert_eq!(commits(&sandbox), 1);
    // Somebody else's file stands where the next one would go.
    sandbox.write("inbox/done/2007-11@2", "mine");
    let corrected: Vec<String> = (0..4).map(|at| row(at, 1 + at, "11.00")).collect();
    deliver(&sandbox, &corrected);
    let ran = pass(&sandbox).ok();
    assert!(ran.stdout.contains("taken in as revision 2"), "{ran}");
    assert!(ran.stdout.contains("in done/2007-11@2-2)"), "{ran}");
    assert_eq!(sandbox.read("inbox/done/2007-11@2"), "mine");
    // An old file does not take the place of the corrected one with nobody looking.
    deliver(&sandbox, &rows());
    let ran = pass(&sandbox);
    assert_eq!(ran.code, 1, "{ran}");
    assert!(
        ran.stdout.contains("taken in as revision 1, and revision 2 has replaced them"),
        "{ran}"
    );
    deliver(&sandbox, &corrected);
    let ran = pass(&sandbox).ok();
    assert!(ran.stdout.contains("already current (revision 2, version 2)"), "{ran}");
    assert_eq!(commits(&sandbox), 2);
}

#[test]
fn what_a_killed_pass_was_moving_is_put_back_and_taken_in() {
    let sandbox = with_markers();
    put(&sandbox, &format!(".sppis-moving/{FILE}"), &rows());
    sandbox.write("inbox/.sppis-moving/2007-11.refused.txt", "half");
    sandbox.write("inbox/2007-11.done", "");
    pass(&sandbox).ok();
    assert_eq!(commits(&sandbox), 1);
    let all = lying(&sandbox);
    assert!(all.iter().all(|name| name.starts_with("done/2007-11@1/")), "{all:?}");
    assert_eq!(all.len(), 4, "{all:?}");
    // Its name was given to another file meanwhile: both stay, and somebody has to look.
    put(&sandbox, &format!(".sppis-moving/{FILE}"), &rows());
    deliver(&sandbox, &rows());
    let ran = pass(&sandbox).ok();
    assert!(ran.stdout.contains("2007-11: "), "{ran}");
    assert!(lying(&sandbox).contains(&format!("{FILE}-2")), "{ran}");
    assert_eq!(commits(&sandbox), 1);
}

/// Twenty deliveries in the inbox with their markers, and copies of their files.
fn twenty(sandbox: &Sandbox) -> Vec<PathBuf> {
    let ids: Vec<String> =
        (2006..2016).flat_map(|year| ["05", "11"].map(|it| format!("{year}-{it}"))).collect();
    let ids = ids.join(",");
    let sample = ["sample", "--deliveries", &ids, "--persons", "300", "--output", "in"];
    sandbox.run_all(&sample).ok();
    let files: Vec<PathBuf> = sandbox.files("in").into_iter().filter(|it| is_csv(it)).collect();
    for file in &files {
        let to = sandbox.join("inbox").join(file.file_name().unwrap());
        fs::copy(file, &to).unwrap();
        fs::write(to.with_extension("csv.done"), "").unwrap();
    }
    assert_eq!(files.len(), 20);
    files
}

fn is_csv(path: &Path) -> bool {
    path.extension() == Some(OsStr::new("csv"))
}

/// Every delivery was taken in once, and each file lies whole in `done`, and nowhere else.
fn all_in_once(sandbox: &Sandbox, files: &[PathBuf]) {
    assert_eq!(commits(sandbox), files.len());
    let lying = files_below(&sandbox.join("inbox"));
    for file in files {
        let found: Vec<&PathBuf> =
            lying.iter().filter(|it| it.file_name() == file.file_name()).collect();
        let [found] = found.as_slice() else { panic!("{}: {found:?}", file.display()) };
        assert!(found.starts_with(sandbox.join("inbox/done")), "{}", found.display());
        assert_eq!(fs::read(found).unwrap(), fs::read(file).unwrap());
        let id = file.file_stem().unwrap().to_string_lossy().replace("DWH_SPPIS_Formulaires_", "");
        let folder = found.parent().unwrap();
        assert!(folder.join(format!("validation-{id}@1.html")).exists(), "{id}");
        assert!(folder.join(format!("{}.done", found.file_name().unwrap().display())).exists());
    }
    sandbox.run(["clean"]).ok();
    let verified = sandbox.run(["verify"]).ok();
    assert!(verified.stdout.contains("all is as it was committed"), "{verified}");
}

fn start(sandbox: &Sandbox) -> std::process::Child {
    let mut command = sandbox.command(&["inbox"]);
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

fn waits(folder: &Path) -> bool {
    let mut entries = fs::read_dir(folder).unwrap().map(|it| it.unwrap().path());
    entries.any(|path| is_csv(&path)) || folder.join(".sppis-moving").exists()
}

#[test]
fn passes_killed_at_any_moment_take_every_delivery_in_once() {
    let sandbox = with_markers();
    let files = twenty(&sandbox);
    let mut killed = 0;
    for round in 0..2000_u64 {
        if !waits(&sandbox.join("inbox")) {
            break;
        }
        let mut child = start(&sandbox);
        // From before anything is looked at, a little later every time.
        std::thread::sleep(Duration::from_micros(round * 500));
        child.kill().unwrap();
        killed += u32::from(child.wait().unwrap().code().is_none());
    }
    assert!(killed >= 20, "only {killed} passes were killed");
    pass(&sandbox).ok();
    all_in_once(&sandbox, &files);
}

/// A pass in which the operation on a file with this number goes wrong.
fn faulty_pass(sandbox: &Sandbox, at: usize, kind: &str) {
    let mut command = sandbox.command(&["inbox"]);
    command.env("LD_PRELOAD", library()).env("FAULT_LOG", sandbox.join("operations.log"));
    command.env("FAULT_AT", at.to_string()).env("FAULT_KIND", kind);
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
}

#[test]
fn wherever_a_pass_fails_the_next_one_makes_up_for_it() {
    // One delivery that is taken in, one of two parts that is refused.
    let scene = || {
        let sandbox = with_inbox("markers = [\".done\"]\nencoding = \"windows-1252\"");
        deliver(&sandbox, &rows());
        for part in ["1of2", "2of2"] {
            let name = format!("DWH_SPPIS_Formulaires_2008-05_{part}.csv");
            put(&sandbox, &name, &[row(0, 1, "many")]);
        }
        sandbox.write("inbox/2008-05.done", "");
        sandbox
    };
    let sandbox = scene();
    faulty_pass(&sandbox, 0, "error");
    let all = lying(&sandbox);
    assert_eq!(all.len(), 4 + 6, "{all:?}");
    let operations = sandbox.read("operations.log").lines().count();
    for kind in ["crash", "error"] {
        let mut half = 0;
        for at in 1..=operations {
            let sandbox = scene();
            faulty_pass(&sandbox, at, kind);
            half += u32::from(sandbox.join("inbox/.sppis-moving").exists());
            // An error comes once; what was refused before it is not there any more.
            let code = pass(&sandbox).code;
            assert!([0, 1].contains(&code), "{kind} at {at}: exit {code}");
            assert_eq!(lying(&sandbox), all, "{kind} at {at}");
            assert_eq!(commits(&sandbox), 1, "{kind} at {at}");
        }
        assert!(half > 0, "{kind}: no fault came while files were moved");
    }
}

#[test]
fn two_passes_at_once_take_every_delivery_in_once() {
    let sandbox = with_markers();
    let files = twenty(&sandbox);
    let codes: Vec<_> = [start(&sandbox), start(&sandbox)]
        .into_iter()
        .map(|mut child| child.wait().unwrap().code())
        .collect();
    assert!(codes.contains(&Some(0)), "{codes:?}");
    assert!(codes.iter().all(|code| [Some(0), Some(3)].contains(code)), "{codes:?}");
    all_in_once(&sandbox, &files);
}

#[test]
fn programs_are_told_what_became_of_every_delivery() {
    let sandbox = with_markers();
    deliver(&sandbox, &rows());
    put(&sandbox, "x.csv", &rows());
    put(&sandbox, "DWH_SPPIS_Formulaires_2008-05.csv", &rows());
    let said = json(&sandbox);
    let entries = said["entries"].as_array().unwrap().iter().map(|it| format!("{it}\n"));
    insta::assert_snapshot!(entries.collect::<String>(), @r#"
    {"files":["x.csv"],"moved_to":null,"notes":[],"outcome":"no-delivery","text":"its name says no delivery; rename it, for example to DWH_SPPIS_Formulaires_2007-05.csv"}
    {"delivery":"2008-05","files":["DWH_SPPIS_Formulaires_2008-05.csv"],"moved_to":null,"notes":[],"outcome":"growing","text":"DWH_SPPIS_Formulaires_2008-05.csv has no marker beside it that says it is complete"}
    {"delivery":"2007-11","files":["DWH_SPPIS_Formulaires_2007-11.csv"],"moved_to":"done/2007-11@1","notes":[],"outcome":"taken-in","revision":1,"rows_accepted":4,"rows_rejected":0,"version":1}
    "#);
}

#[test]
fn where_files_cannot_be_put_away_none_is_taken_in() {
    for prepare in [
        |inbox: &Path| fs::write(inbox.join("done"), "").unwrap(),
        |inbox: &Path| std::os::unix::fs::symlink("/tmp", inbox.join("refused")).unwrap(),
        |inbox: &Path| fs::create_dir(inbox.join(".sppis-inbox")).unwrap(),
        |inbox: &Path| std::os::unix::fs::symlink("/tmp/x", inbox.join(".sppis-inbox")).unwrap(),
    ] {
        let sandbox = with_markers();
        deliver(&sandbox, &rows());
        prepare(&sandbox.join("inbox"));
        let ran = pass(&sandbox);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{ran}");
        assert!(ran.stderr.starts_with("error: "), "{ran}");
        assert_eq!(commits(&sandbox), 0);
        assert!(sandbox.join("inbox").join(FILE).exists());
    }
}

#[test]
fn every_mistake_in_the_settings_is_named_at_once() {
    let sandbox = with_inbox("");
    sandbox.write(
        "warehouse/schedule.toml",
        r#"[inbox]
folder = "observations"
at_rest = "10 minutes"
markers = [".done", "ready", ".tar.gz"]
parts = 0
encoding = "latin-9"
max_rejects = "half"
max_rejects_of = ["check.niss-invald=1%", "decode.date"]
accept = ["check.niss-invalid"]
without_column = ["NISS", "EBENCONVM"]
marker = ".done"
"#,
    );
    let ran = pass(&sandbox);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{ran}");
    insta::assert_snapshot!(ran.stderr, @"
    error: 13 mistakes in ./warehouse/schedule.toml
      ./warehouse/schedule.toml:2:10: `folder` is one of the warehouse's own (name another one, such as `inbox`)
      ./warehouse/schedule.toml:3:11: `at_rest` must be a length of time such as `30s`, `10min`, `2h` or `14d`, found `10 minutes`
      ./warehouse/schedule.toml:4:21: a marker must be a point with letters or digits behind it, such as `.done`, found `ready`
      ./warehouse/schedule.toml:4:30: a marker must be a point with letters or digits behind it, such as `.done`, found `.tar.gz`
      ./warehouse/schedule.toml:5:9: `parts` must be 1 to 999, found 0
      ./warehouse/schedule.toml:6:12: `encoding`: expected utf-8, utf-16le, utf-16be or windows-1252, found `latin-9`
      ./warehouse/schedule.toml:7:15: `max_rejects`: expected a number of rows such as `200`, or a share such as `5%` or `0.05` (all is `100%`), found `half`
      ./warehouse/schedule.toml:8:19: `max_rejects_of`: there is no rule `check.niss-invald` (did you mean `check.niss-invalid`?)
      ./warehouse/schedule.toml:8:43: `max_rejects_of`: expected RULE=BUDGET, found `decode.date` (for example `--max-rejects-of check.niss-invalid=100`)
      ./warehouse/schedule.toml:9:11: `accept`: `check.niss-invalid` does not keep a delivery out as a whole (`--accept` is for delivery.column-gone, delivery.days-twelve; rows are for `--max-rejects`)
      ./warehouse/schedule.toml:10:19: `without_column`: every delivery has `NISS`
      ./warehouse/schedule.toml:10:27: `without_column`: there is no variable `EBENCONVM` (did you mean `EBENCONVCM`?)
      ./warehouse/schedule.toml:11:1: unknown key `marker` (did you mean `markers`?)
    ");
    sandbox.write("warehouse/schedule.toml", "[inbox]\n");
    let missing = pass(&sandbox).stderr;
    sandbox.write("warehouse/schedule.toml", "[inbox]\nfolder = \"gone\"\n");
    let absent = pass(&sandbox).stderr;
    fs::remove_file(sandbox.join("warehouse/schedule.toml")).unwrap();
    let none = pass(&sandbox).stderr;
    insta::assert_snapshot!([missing, absent, none].concat(), @"
    error: 1 mistake in ./warehouse/schedule.toml
      ./warehouse/schedule.toml:1:1: `folder` is missing: a text in quotes
    error: there is no folder ./warehouse/gone, which `folder` of `[inbox]` names
    hint: make the folder, or correct its name in schedule.toml; it is relative to the warehouse
    error: this warehouse has no inbox
    hint: `[inbox]` in its schedule.toml says which folder it is; see `sppis inbox --help`
    ");
}

#[test]
fn an_inbox_may_lie_in_the_warehouse_which_leaves_it_alone() {
    let sandbox = Sandbox::new();
    sandbox
        .write("warehouse/schedule.toml", "[inbox]\nfolder = \"inbox\"\nmarkers = [\".done\"]\n");
    let file = format!("{HEADER}\n{}\n", rows().join("\n"));
    sandbox.write(&format!("warehouse/inbox/{FILE}"), &file);
    sandbox.write("warehouse/inbox/2007-11.done", "");
    pass(&sandbox).ok();
    sandbox.run(["clean"]).ok();
    sandbox.run(["verify"]).ok();
    assert_eq!(sandbox.read(&format!("warehouse/inbox/done/2007-11@1/{FILE}")), file);
}
