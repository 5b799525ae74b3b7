//! Bad input of every kind: one clear message, exit code 2, nothing changed.

use std::fs;

use crate::sandbox::{HEADER, Sandbox};

const ROW: &str = "85073003328;1;21004;2006-01-01;2006-01-31;;;2;500.00";

/// What the program says on stderr when it refuses; the warehouse must be as before.
fn refused(sandbox: &Sandbox, arguments: &[&str]) -> String {
    let before = sandbox.files("warehouse");
    let ran = sandbox.run_all(arguments);
    assert_eq!(ran.code, 2, "{arguments:?}\n{ran}");
    assert_eq!(ran.stdout, "", "{arguments:?}");
    assert_eq!(sandbox.files("warehouse"), before, "{arguments:?}");
    ran.stderr
}

#[test]
fn a_file_that_is_no_delivery_is_named_as_what_it_is() {
    let sandbox = Sandbox::new();
    sandbox.write("empty.csv", "");
    sandbox.write("blank.csv", "\n\n");
    sandbox.write("binary.csv", [0, 159, 146, 150, 0, 1, 2]);
    sandbox.write("zipped.csv", b"PK\x03\x04rest");
    sandbox.write("rows.csv", "85073003328;1;2006-01-01;2006-01-31\n");
    sandbox.write("preamble.csv", format!("Delivery of May\n\n{HEADER}\n{ROW}\n"));
    sandbox.write("short.csv", "NISS;LEGISLATON;DPAY1STDAY\n");
    sandbox.write("twice.csv", format!("{HEADER}\n{ROW}\n{HEADER}\n{ROW}\n"));
    fs::create_dir(sandbox.join("folder")).unwrap();
    sandbox.write("header.csv", format!("{HEADER}\n"));
    sandbox.write("turned.csv", format!("{HEADER}\n{ROW}\nLEGISLATION;\"NISS\";CPAS\n"));
    sandbox.write("two.csv", format!("made on 2008\n{HEADER}\n{ROW}\n"));
    let mut said = String::new();
    let files = [
        "header.csv",
        "turned.csv",
        "two.csv",
        "missing.csv",
        "folder",
        "empty.csv",
        "blank.csv",
        "binary.csv",
        "zipped.csv",
        "rows.csv",
        "preamble.csv",
        "short.csv",
        "twice.csv",
    ];
    for file in files {
        said.push_str(&refused(&sandbox, &["ingest", file, "--delivery", "2007-11"]));
    }
    insta::assert_snapshot!(said, @"
    error: the delivery holds no row; an empty one is not taken in, since it would replace others
    error: turned.csv: line 3 is a header again; cut the file there, or remove the line
    error: two.csv: the header stands on line 2, after 1 line of other text; remove what stands before it
    error: missing.csv: No such file or directory (os error 2)
    error: folder: this is a folder; name the files of the delivery
    error: empty.csv: the file is empty; expected a header line with the names of the variables
    error: blank.csv: the file is empty; expected a header line with the names of the variables
    error: binary.csv: this is not delimited text: it holds NUL bytes; UTF-16 needs its byte-order mark
    error: zipped.csv: invalid Zip archive: Could not find EOCD
    error: rows.csv: no header: line 1 has none of the known variable names split by `;`, `,`, tab or `|`; expected for example `NISS;LEGISLATION;DPAY1STDAY;DPAYLSTDAY`
    error: preamble.csv: the header stands on line 3, after 2 lines of other text; remove what stands before it
    error: short.csv: 2 required columns are missing: `LEGISLATION` (the header has `LEGISLATON`: rename it if that is meant), `DPAYLSTDAY`
    error: twice.csv: line 3 is a header again; cut the file there, or remove the line
    ");
}

#[test]
fn all_unreadable_files_of_a_delivery_are_named_at_once() {
    let sandbox = Sandbox::new();
    sandbox.write("empty.csv", "");
    let arguments = ["ingest", "a.csv", "empty.csv", "b.csv", "--delivery", "2007-11"];
    assert_eq!(refused(&sandbox, &arguments).lines().count(), 3);
}

#[test]
fn a_delivery_that_cannot_be_placed_is_refused() {
    let sandbox = Sandbox::new();
    sandbox.write("rows.csv", format!("{HEADER}\n{ROW}\n"));
    let file = sandbox.delivery("2007-11", &[ROW]);
    let mut said = refused(&sandbox, &["ingest", "rows.csv"]);
    said += &refused(&sandbox, &["ingest", "rows.csv", "--delivery", "2007-06"]);
    said += &refused(&sandbox, &["ingest", &file, "--delivery", "2008-05"]);
    said += &refused(&sandbox, &["ingest", "rows.csv", "--window", "2002Q4..2004Q4"]);
    sandbox.run(["ingest", &file]).ok();
    let window = "2006Q2..2006Q4";
    let overlap = ["ingest", "rows.csv", "--delivery", "again", "--window", window];
    said += &refused(&sandbox, &overlap);
    insta::assert_snapshot!(said, @"
    error: no delivery id in the file name `rows.csv`; give it with `--delivery 2007-05`
    error: `2007-06` is no delivery id: expected `YYYY-05` or `YYYY-11`; for another period give `--window` too, for example `--delivery backfill --window 2002Q4..2004Q4`
    error: the file `DWH_SPPIS_Formulaires_2007-11.csv` says delivery `2007-11`, but `2008-05` was expected
    error: no delivery id in the file name `rows.csv`; give it with `--delivery 2007-05`
    error: the delivery's window 2006Q2..2006Q4 overlaps delivery `2007-11`, which covers 2006Q1..2006Q2
    hint: a quarter belongs to one delivery; check `sppis deliveries`
    ");
}

#[test]
fn a_question_that_cannot_be_asked_is_refused_with_what_was_meant() {
    let sandbox = Sandbox::new();
    let mut said = String::new();
    let questions: [&[&str]; 7] = [
        &["run", "by-regime-and-mesure"],
        &["run", "xyz"],
        &["run", "by-year", "--where", "regimes=aide_sociale"],
        &["run", "by-year", "--where", "regime=aide", "--where", "cpas=brussels", "--set", "a=1"],
        &["run", "by-year", "--as-of", "7"],
        &["rejects", "2007-05"],
        &["rejects", "2007-05", "--rule", "check.niss-invald"],
    ];
    for question in questions {
        said += &refused(&sandbox, question);
    }
    insta::assert_snapshot!(said, @"
    error: there is no query `by-regime-and-mesure`; did you mean `by-regime-and-measure`?
    hint: `sppis queries` lists them
    error: there is no query `xyz`
    hint: `sppis queries` lists them
    error: unknown dimension `regimes`; did you mean `regime`?
    hint: `sppis queries NAME` describes a query
    error: unknown value of `regime` `aide`; did you mean `aide_sociale`?
    error: expected a NIS code of 5 digits for `cpas`, found `brussels`
    error: unknown parameter `a`: this query has none
    hint: `sppis queries NAME` describes a query
    error: the warehouse has no version 7
    hint: `sppis history` lists what there is
    error: the warehouse has no delivery `2007-05`
    hint: `sppis history` lists what there is
    error: there is no rule `check.niss-invald`
    hint: did you mean `check.niss-invalid`?
    ");
    let bad_quarter = refused(&sandbox, &["run", "by-year", "--from", "2008Q5"]);
    assert!(bad_quarter.contains("expected a quarter such as `2008Q3`"), "{bad_quarter}");
    let reversed = refused(&sandbox, &["run", "by-year", "--from", "2008Q2", "--to", "2008Q1"]);
    assert!(reversed.contains("ends before it starts"), "{reversed}");
}

#[test]
fn an_output_that_cannot_be_written_is_refused_before_anything_is_computed() {
    let sandbox = Sandbox::new();
    let said = refused(&sandbox, &["run", "by-year", "--output", "no/such/folder/x.csv"]);
    insta::assert_snapshot!(said, @"error: no/such/folder/x.csv cannot be written: No such file or directory (os error 2)");
}

#[test]
fn a_result_never_replaces_a_part_of_the_warehouse_or_a_device() {
    let sandbox = Sandbox::new();
    std::os::unix::fs::symlink(sandbox.join("warehouse/sppis.toml"), sandbox.join("link.csv"))
        .unwrap();
    let mut said = String::new();
    for output in
        ["warehouse/key/pseudonym.key", "link.csv", "warehouse/new.csv", "/dev/full", "x.pdf", "x"]
    {
        let csv = ["run", "by-year", "--output", output];
        let format: &[&str] = if output.starts_with('x') { &[] } else { &["--format", "csv"] };
        said += &refused(&sandbox, &[&csv, format].concat());
    }
    said += &refused(&sandbox, &["run", "by-year", "by-region", "--output", "both.csv"]);
    insta::assert_snapshot!(said, @"
    error: warehouse/key/pseudonym.key lies inside the warehouse
    hint: results are written outside of it
    error: link.csv lies inside the warehouse
    hint: results are written outside of it
    error: warehouse/new.csv lies inside the warehouse
    hint: results are written outside of it
    error: /dev/full is no regular file
    hint: leave `--output` out to write to stdout
    error: the ending of `--output` says no format
    hint: end it in .csv, .json, .parquet, .xlsx, .html, .md, .txt …, or give `--format`
    error: the ending of `--output` says no format
    hint: end it in .csv, .json, .parquet, .xlsx, .html, .md, .txt …, or give `--format`
    error: both.csv would be a folder for several answers
    hint: name a folder, or run one query at a time
    ");
    assert_eq!(fs::read(sandbox.join("warehouse/key/pseudonym.key")).unwrap().len(), 32);
    // A link to a file outside is followed, and stays a link.
    let target = sandbox.write("results/old.csv", "old");
    std::os::unix::fs::symlink(&target, sandbox.join("latest.csv")).unwrap();
    sandbox.run(["run", "by-year", "--output", "latest.csv"]).ok();
    assert!(sandbox.join("latest.csv").is_symlink());
    assert!(sandbox.read("results/old.csv").starts_with("year,regime,"));
}

#[test]
fn a_sample_does_not_replace_a_file_of_the_sender() {
    let sandbox = Sandbox::new();
    sandbox.delivery("2007-11", &[ROW]);
    let sample = ["sample", "--deliveries", "2007-11", "--persons", "3", "--output", "."];
    let said = refused(&sandbox, &sample);
    assert!(said.contains("is there already") && said.contains("--force"), "{said}");
    assert!(sandbox.read("DWH_SPPIS_Formulaires_2007-11.csv").contains(ROW));
    sandbox.run_all(&[&sample[..], &["--force"]].concat()).ok();
}

#[test]
fn without_a_warehouse_there_is_a_hint_to_make_one() {
    let sandbox = Sandbox::empty();
    let mut said = String::new();
    for arguments in [&["run", "by-year"][..], &["ingest", "x.csv"], &["history"], &["files"]] {
        said += &refused(&sandbox, arguments);
    }
    insta::assert_snapshot!(said, @"
    error: there is no warehouse at ./warehouse
    hint: make one with `sppis init`, or name another with `--warehouse DIR`
    error: there is no warehouse at ./warehouse
    hint: make one with `sppis init`, or name another with `--warehouse DIR`
    error: there is no warehouse at ./warehouse
    hint: make one with `sppis init`, or name another with `--warehouse DIR`
    error: there is no warehouse at ./warehouse
    hint: make one with `sppis init`, or name another with `--warehouse DIR`
    ");
    assert_eq!(sandbox.files(".").len(), 0);
}

#[test]
fn init_refuses_a_folder_that_is_not_empty() {
    let sandbox = Sandbox::new();
    insta::assert_snapshot!(refused(&sandbox, &["init"]), @"
    error: ./warehouse is not empty; a warehouse is made in a new or empty folder
    hint: name a folder that is empty or not there with `--warehouse DIR`
    ");
    sandbox.write("other/file.txt", "mine");
    insta::assert_snapshot!(refused(&sandbox, &["--warehouse", "other", "init"]), @"
    error: other is not empty; a warehouse is made in a new or empty folder
    hint: name a folder that is empty or not there with `--warehouse DIR`
    ");
    assert_eq!(sandbox.read("other/file.txt"), "mine");
}

#[test]
fn a_missing_an_open_or_another_key_is_refused() {
    use std::os::unix::fs::PermissionsExt as _;
    let sandbox = Sandbox::new();
    let file = sandbox.delivery("2007-11", &[ROW]);
    let key = sandbox.join("warehouse/key/pseudonym.key");
    let bytes = fs::read(&key).unwrap();
    let ingest = ["ingest", file.as_str()];
    let set = |content: &[u8], mode| {
        fs::write(&key, content).unwrap();
        fs::set_permissions(&key, fs::Permissions::from_mode(mode)).unwrap();
    };
    set(&bytes, 0o644);
    let mut said = refused(&sandbox, &ingest);
    set(&bytes[1..], 0o600);
    said += &refused(&sandbox, &ingest);
    fs::remove_file(&key).unwrap();
    said += &refused(&sandbox, &ingest);
    insta::assert_snapshot!(said, @"
    error: the pseudonym key at ./warehouse/key/pseudonym.key can be read by others; run `chmod 600` on it
    error: the pseudonym key at ./warehouse/key/pseudonym.key has not 32 bytes
    error: the pseudonym key at ./warehouse/key/pseudonym.key is missing; without it persons cannot be linked: restore it from its backup
    ");
    set(&[7; 32], 0o600);
    let other = refused(&sandbox, &ingest);
    assert!(other.contains("persons could no longer be linked"), "{other}");
    set(&bytes, 0o600);
    sandbox.run(ingest).ok();
}

#[test]
fn settings_with_mistakes_are_refused_with_their_places() {
    let sandbox = Sandbox::new();
    let text = "identifier = \"codded\"\natribution = \"days\"\n[fixed_amounts]\nh50 = \"1.234\"\n";
    sandbox.write("warehouse/sppis.toml", text);
    insta::assert_snapshot!(refused(&sandbox, &["history"]), @r#"
    error: 3 mistakes in ./warehouse/sppis.toml
      ./warehouse/sppis.toml:1:14: unknown value `codded` (did you mean `coded`?)
      ./warehouse/sppis.toml:2:1: unknown key `atribution` (did you mean `attribution`?)
      ./warehouse/sppis.toml:4:7: expected euros such as "250.00", found `1.234`
    "#);
}
