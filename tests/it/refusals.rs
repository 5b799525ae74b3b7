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
    sandbox.write("blanks.csv", format!("\n ;;\n{HEADER}\n{ROW}\n"));
    sandbox.write("lines.csv", format!("\r\n \r\n{HEADER}\n{ROW}\n"));
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
        "blanks.csv",
        "lines.csv",
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
    error: binary.csv: this is not delimited text: it holds NUL bytes, the first on line 1; write it again, as text without them
    error: zipped.csv: the zip archive has no directory at its end: it was cut off, or is one part of several; fetch it again as a whole
    error: rows.csv: no header: line 1 has none of the known variable names split by `;`, `,`, tab or `|`; expected for example `NISS;LEGISLATION;DPAY1STDAY;DPAYLSTDAY`
    error: preamble.csv: the header stands on line 3, after 2 lines of other text; remove what stands before it
    error: blanks.csv: the header stands on line 3, after 2 lines of other text; remove what stands before it
    error: lines.csv: the header stands on line 3, after 2 blank lines; remove what stands before it
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
fn an_id_a_window_or_a_file_name_that_is_wrong_says_what_it_is_and_what_to_do() {
    let sandbox = Sandbox::new();
    let text = format!("{HEADER}\n{ROW}\n");
    let names = [
        "rows.csv",
        "DWH_SPPIS_Formulaires_2007-05_2007-11.csv",
        "DWH_SPPIS_Formulaires_2008-5.csv",
        "DWH_SPPIS_Formulaires_2007-05_2008-05-13.csv",
        "DWH_SPPIS_Formulaires_2003-05.csv",
    ];
    for name in names {
        sandbox.write(name, &text);
    }
    let cases: [&[&str]; 17] = [
        &[names[1]],
        &[names[2]],
        &[names[4]],
        &[names[1], "--delivery", "2007-11"],
        &["rows.csv", "--delivery", "2008-5"],
        &["rows.csv", "--delivery", "200805"],
        &["rows.csv", "--delivery", "05/2008"],
        &["rows.csv", "--delivery", "２００８-05"],
        &["rows.csv", "--delivery", "2008-13"],
        &["rows.csv", "--delivery", "42012205181"],
        &["rows.csv", "--delivery", "-x"],
        &["rows.csv", "--delivery", "--dry-run"],
        &["rows.csv", "--delivery", "-x", "--window", "2002Q4..2004Q4"],
        &["rows.csv", "--delivery", "mon id", "--window", "2002Q4..2004Q4"],
        &["rows.csv", "--delivery", "backfill", "--window", "0001Q1..2004Q4"],
        &["rows.csv", "--delivery", "backfill", "--window", "2002Q4..9999Q4"],
        &["rows.csv", "--delivery", "2007-05", "--window", "2002Q4..2004Q4"],
    ];
    let said = cases.map(|case| refused(&sandbox, &[&["ingest"], case].concat()));
    insta::assert_snapshot!(said.concat(), @"
    error: the file name `DWH_SPPIS_Formulaires_2007-05_2007-11.csv` says two deliveries, `2007-05` and `2007-11`; rename the file, or give `--delivery 2007-05` if it is that one
    error: no delivery id in the file name `DWH_SPPIS_Formulaires_2008-5.csv`; if `2008-05` is meant, rename it, or give `--delivery 2008-05`
    error: delivery `2003-05` covers 2001Q3..2001Q4, but the source begins in 2002Q4; the first delivery is `2004-05`
    error: the file `DWH_SPPIS_Formulaires_2007-05_2007-11.csv` says delivery `2007-05`, but `2007-11` was expected
    error: `2008-5` is no delivery id: expected `YYYY-05` or `YYYY-11`; is `2008-05` meant?
    error: `200805` is no delivery id: expected `YYYY-05` or `YYYY-11`; is `2008-05` meant?
    error: `05/2008` is no delivery id: expected `YYYY-05` or `YYYY-11`; is `2008-05` meant?
    error: a text of 7 characters, 6 of them digits is no delivery id: expected `YYYY-05` or `YYYY-11`; is `2008-05` meant, in the digits 0 to 9 and a plain dash?
    error: `2008-13` is no delivery id: expected `YYYY-05` or `YYYY-11`; for another period give `--window` too, for example `--delivery backfill --window 2002Q4..2004Q4`
    error: a text of 11 characters, 11 of them digits is no delivery id: expected `YYYY-05` or `YYYY-11`; for another period give `--window` too, for example `--delivery backfill --window 2002Q4..2004Q4`
    error: expected an id after `--delivery`, found `-x`, which is written like an option; an id begins with a letter or a digit, for example `--delivery 2007-05`
    error: expected an id after `--delivery`, found `--dry-run`, which is written like an option; an id begins with a letter or a digit, for example `--delivery 2007-05`
    error: expected an id after `--delivery`, found `-x`, which is written like an option; an id begins with a letter or a digit, for example `--delivery 2007-05`
    error: `mon id` cannot name a delivery: expected up to 40 letters without accents, digits, `-` and `_`, the first a letter or a digit, and not digits only
    error: the window begins in 0001Q1, but the source in 2002Q4; give `--window 2002Q4..2004Q4`, or the quarters that the files hold
    error: the window 2002Q4..9999Q4 has 31989 quarters; expected at most 200: give those that the files hold, for example `--window 2002Q4..2004Q4`
    error: delivery `2007-05` covers 2005Q3..2005Q4, not 2002Q4..2004Q4; use a free id for another window
    ");
    // A day in the name is no second id, and the id that is given settles what a name leaves open.
    for arguments in [&[names[3]][..], &[names[1], "--delivery", "2007-05"]] {
        let arguments = [&["ingest", "--dry-run", "--max-rejects", "100%"], arguments].concat();
        sandbox.run_all(&arguments).ok();
    }
}

#[test]
fn a_column_that_may_be_a_variable_under_another_name_is_refused_and_inspected_as_such() {
    let sandbox = Sandbox::new();
    let write = |file: &str, name: &str, more: &str| {
        let header = HEADER.replace("EBENCONVCM", name);
        sandbox.write(file, format!("{header}{more}\n{ROW}{}\n", more.replace(|it| it != ';', "")));
    };
    let names = [
        ("letter.csv", "EBENCONVM"),
        ("unit.csv", "EBENCONVCM (EUR)"),
        ("script.csv", "\u{415}BENCONVCM"),
        ("pandas.csv", "EBENCONVCM.1"),
        ("blank.csv", "Ebenconv cm"),
        ("wide.csv", "\u{FF25}\u{FF22}ENCONVCM"),
        ("cut.csv", "EBENCONV"),
        ("bold.csv", "𝐄𝐁𝐄𝐍𝐂𝐎𝐍𝐕𝐂𝐌"),
        ("small.csv", "ᴇʙᴇɴᴄᴏɴᴠᴄᴍ"),
        ("three.csv", "ECONVCM"),
        ("part.csv", "BENCONV"),
        ("end.csv", "CONVCM"),
    ];
    for (file, name) in names {
        write(file, name, "");
    }
    write("twice.csv", "EBENCONVCM", ";EBENCONVCM.1;CBENCONV_2");
    let files: Vec<&str> = names.iter().map(|(file, _)| *file).chain(["twice.csv"]).collect();
    let delivery = ["--delivery", "2007-11"];
    let all = refused(&sandbox, &[&["ingest"], &files[..], &delivery].concat());
    insta::assert_snapshot!(all, @"
    error: letter.csv: the column `EBENCONVM` is not known: there is no `EBENCONVCM`, and it is the same but for one letter
    error: unit.csv: the column `EBENCONVCM (EUR)` is not known: there is no `EBENCONVCM`, and it holds that name
    error: script.csv: the column `ЕBENCONVCM` is not known: there is no `EBENCONVCM`, and it looks the same, but is written with U+0415
    error: pandas.csv: the column `EBENCONVCM.1` is not known: there is no `EBENCONVCM`, and it is what pandas calls a second column of that name
    error: blank.csv: the column `Ebenconv cm` is not known: there is no `EBENCONVCM`, and it is the same but for marks or blanks
    error: wide.csv: the column `ＥＢENCONVCM` is not known: there is no `EBENCONVCM`, and it looks the same, but is written with U+FF25, U+FF22
    error: cut.csv: the column `EBENCONV` is not known: there is no `EBENCONVCM`, and it is that name cut off
    error: bold.csv: the column `𝐄𝐁𝐄𝐍𝐂𝐎𝐍𝐕𝐂𝐌` is not known: there is no `EBENCONVCM`, and it looks the same, but is written with U+1D404, U+1D401, U+1D404 and others
    error: small.csv: the column `ᴇʙᴇɴᴄᴏɴᴠᴄᴍ` is not known: there is no `EBENCONVCM`, and it looks the same, but is written with U+1D07, U+0299, U+1D07 and others
    error: three.csv: the column `ECONVCM` is not known: there is no `EBENCONVCM`, and it is the same but for three letters
    error: part.csv: the column `BENCONV` is not known: there is no `EBENCONVCM`, and it is a part of that name
    error: end.csv: the column `CONVCM` is not known: there is no `EBENCONVCM`, and it is a part of that name
    error: twice.csv: the column `EBENCONVCM.1` is not known: there is `EBENCONVCM`, and it is what pandas calls a second column of that name; which of them counts cannot be told
    hint: rename the column to the variable it is; if it is none, add `--ignore-column EBENCONVM --ignore-column 'EBENCONVCM (EUR)' --ignore-column ЕBENCONVCM --ignore-column EBENCONVCM.1 --ignore-column 'Ebenconv cm' --ignore-column ＥＢENCONVCM --ignore-column EBENCONV --ignore-column 𝐄𝐁𝐄𝐍𝐂𝐎𝐍𝐕𝐂𝐌 --ignore-column ᴇʙᴇɴᴄᴏɴᴠᴄᴍ --ignore-column ECONVCM --ignore-column BENCONV --ignore-column CONVCM`
    ");
    let inspected = sandbox.run(["inspect", "unit.csv", "--rows", "0"]).ok().stdout;
    let line = inspected.lines().find(|line| line.contains("(EUR)")).unwrap_or_default();
    insta::assert_snapshot!(line.trim(), @"`EBENCONVCM (EUR)` not known: there is no `EBENCONVCM`, and it holds that name; rename it, or `--ignore-column`");
    let arguments = ["ingest", "unit.csv", "--delivery", "2007-11", "--ignore-column"];
    let said = ["EBENCONVCM_EUR", "CBENCONV", "REMARK"]
        .map(|name| refused(&sandbox, &[&arguments[..], &[name]].concat()));
    insta::assert_snapshot!(said.concat(), @"
    error: no file of the delivery has a column `EBENCONVCM_EUR` that is not known; did you mean `EBENCONVCM (EUR)`?
    error: no file of the delivery has a column `CBENCONV` that is not known; those are `EBENCONVCM (EUR)`
    error: no file of the delivery has a column `REMARK` that is not known; those are `EBENCONVCM (EUR)`
    ");
    let ran = sandbox.run_all(&[&arguments[..], &["ebenconvcm (eur)"]].concat()).ok();
    assert!(ran.stderr.contains("not known and not stored: `EBENCONVCM (EUR)`"), "{ran}");
}

#[test]
fn a_column_near_a_variable_that_is_there_is_only_reported() {
    let sandbox = Sandbox::new();
    let text = format!("{HEADER};EBENCONVCM (EUR);CPAS_NAME;REMARK\n{ROW};500;x;y\n");
    sandbox.write("x.csv", text);
    let ran = sandbox.run(["ingest", "x.csv", "--delivery", "2007-11"]).ok();
    let expected = "not known and not stored: `EBENCONVCM (EUR)`, `CPAS_NAME`, `REMARK`";
    assert!(ran.stderr.contains(expected), "{ran}");
    assert!(ran.stdout.contains("stored 500.00"), "{ran}");
}

#[test]
fn a_required_column_in_letters_of_another_script_is_named_with_them() {
    let sandbox = Sandbox::new();
    sandbox.write("x.csv", format!("{}\n{ROW}\n", HEADER.replace("NISS", "N\u{406}SS")));
    let said = refused(&sandbox, &["ingest", "x.csv", "--delivery", "2007-11"]);
    insta::assert_snapshot!(said, @"error: x.csv: 1 required column is missing: `NISS` (the header has `NІSS`, written with U+0406: rename it if that is meant)");
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
    assert!(reversed.contains("is `--from 2008Q1 --to 2008Q2` meant?"), "{reversed}");
}

#[test]
fn an_output_that_cannot_be_written_is_refused_before_anything_is_computed() {
    let sandbox = Sandbox::new();
    let said = refused(&sandbox, &["run", "by-year", "--output", "no/such/folder/x.csv"]);
    insta::assert_snapshot!(said, @"error: no/such/folder/x.csv cannot be written: No such file or directory (os error 2)");
}

#[test]
fn a_result_never_replaces_a_part_of_the_warehouse_or_a_device() {
    let sandbox = Sandbox::empty();
    sandbox.run(["init", "--key-in-warehouse"]).ok();
    let file = sandbox.delivery("2007-11", &[ROW]);
    sandbox.run(["ingest", &file]).ok();
    std::os::unix::fs::symlink(sandbox.join("warehouse/sppis.toml"), sandbox.join("link.csv"))
        .unwrap();
    let mut said = String::new();
    for output in
        ["warehouse/key/new.csv", "link.csv", "warehouse/new.csv", "/dev/full", "x.pdf", "x"]
    {
        let csv = ["run", "by-year", "--output", output];
        let format: &[&str] = if output.starts_with('x') { &[] } else { &["--format", "csv"] };
        said += &refused(&sandbox, &[&csv, format].concat());
    }
    said += &refused(&sandbox, &["run", "by-year", "by-region", "--output", "both.csv"]);
    insta::assert_snapshot!(said, @"
    error: warehouse/key/new.csv lies inside the warehouse
    hint: results are written outside of it
    error: link.csv lies inside the warehouse
    hint: results are written outside of it
    error: warehouse/new.csv lies inside the warehouse
    hint: results are written outside of it
    error: /dev/full is no regular file
    hint: leave `--output` out to write to stdout
    error: the ending of x.pdf says no format
    hint: end it in .txt, .csv, .tsv, .json, .ndjson, .parquet, .arrow, .xlsx, .md, .html, .ipynb, .sdmx.csv, .px, .svg or .png, or give `--format`
    error: the ending of x says no format
    hint: end it in .txt, .csv, .tsv, .json, .ndjson, .parquet, .arrow, .xlsx, .md, .html, .ipynb, .sdmx.csv, .px, .svg or .png, or give `--format`
    error: both.csv would be a folder for several answers
    hint: name a folder, run one query at a time, or write a workbook (`.xlsx`)
    ");
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
