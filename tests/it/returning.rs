//! Findings, rejected rows, corrections and the report: what goes back to the sender, and comes
//! back from there.

use std::fs;

use crate::peers::peer;
use crate::sandbox::{HEADER, PERSONS, Sandbox};

/// Two good rows, and three that are wrong in different ways.
fn rows() -> Vec<String> {
    let [a, b, c, d] = PERSONS;
    vec![
        format!("{a};1;21004;2006-07-01;2006-07-31;1168;;1;250.00"),
        format!("{b};2;44021;2006-08-01;2006-08-31;;59;2;500.00"),
        format!("{c};1;21004;2006-31-07;2006-07-31;1168;;1;250.00"),
        format!("{d};1;21004;2006-10-01;2006-10-31;1168;;1;1.234"),
        "a line cut off".to_owned(),
    ]
}

fn delivery(sandbox: &Sandbox, rows: &[String]) -> String {
    sandbox.delivery("2008-05", &rows.iter().map(String::as_str).collect::<Vec<_>>())
}

/// A warehouse with that delivery taken in.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    let file = delivery(&sandbox, &rows());
    sandbox.run(["ingest", &file, "--max-rejects", "100%"]).ok();
    sandbox
}

/// A file of corrections: lines of the delivery's file and the rows that stand there now.
fn corrections(sandbox: &Sandbox, rows: &[(u32, &str)]) -> String {
    let rows: Vec<String> = rows.iter().map(|(line, row)| format!("{line};{row}\n")).collect();
    let name = "corrected.csv".to_owned();
    sandbox.write(&name, format!("LINE;{HEADER}\n{}", rows.concat()));
    name
}

fn right(line: u32) -> (u32, String) {
    let [_, _, c, d] = PERSONS;
    match line {
        4 => (4, format!("{c};1;21004;2006-07-01;2006-07-31;1168;;1;250.00")),
        _ => (5, format!("{d};1;21004;2006-10-01;2006-10-31;1168;;1;123.40")),
    }
}

#[test]
fn rejected_rows_come_in_the_deliverys_own_format_without_identifiers() {
    let sandbox = sandbox();
    let rows = sandbox.run(["rejects", "2008-05", "--rows"]).ok();
    insta::assert_snapshot!(rows.stdout, @"
    LINE;NISS;LEGISLATION;CPAS;DPAY1STDAY;DPAYLSTDAY;BUDART_ID;THP_ID;CBENCONV;EBENCONVCM
    4;NISS@4;1;21004;2006-31-07;2006-07-31;1168;;1;250.00
    5;NISS@5;1;21004;2006-10-01;2006-10-31;1168;;1;1.234
    6;;;;;;;;;
    ");
    for person in PERSONS {
        assert!(!rows.stdout.contains(person));
    }
}

#[test]
fn findings_are_counted_and_exported_in_four_formats() {
    let sandbox = sandbox();
    let summary = sandbox.run(["rejects", "2008-05", "--summary"]).ok();
    insta::assert_snapshot!(summary.stdout, @"
    of the delivery as a whole        severity  finding
    delivery.quarter-empty            warn      no row lies in 2006Q4

    rule                              severity          rows
    decode.amount-ambiguous           reject               1
    decode.date                       reject               1
    decode.field-count                reject               1

    column                            severity          rows
    DPAY1STDAY                        reject               1
    EBENCONVCM                        reject               1

    3 findings in all
    ");
    let csv = sandbox.run(["rejects", "2008-05", "--format", "csv"]).ok().stdout;
    let json = sandbox.run(["rejects", "2008-05", "--format", "json"]).ok().stdout;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["findings"].as_array().unwrap().len(), csv.lines().count() - 1);
    assert_eq!(json["by_rule"][0]["rows"], 1);
    sandbox.run(["rejects", "2008-05", "--output", "findings.parquet"]).ok();
    let path = sandbox.join("findings.parquet");
    let read = peer("table.py", &[path.to_str().unwrap()]);
    insta::assert_snapshot!(read, @"
    rule|severity|file|line|column|finding
    decode.date|reject|DWH_SPPIS_Formulaires_2008-05.csv|4|DPAY1STDAY|expected a day that exists as YYYY-MM-DD, YYYYMMDD, DD/MM/YYYY, DD-MM-YYYY or DDMONYYYY, found `2006-31-07`
    decode.amount-ambiguous|reject|DWH_SPPIS_Formulaires_2008-05.csv|5|EBENCONVCM|expected an amount such as `1234.50`, at most 10 digits of euros, found `1.234`
    decode.field-count|reject|DWH_SPPIS_Formulaires_2008-05.csv|6||expected 9 fields, found 1
    ");
}

#[test]
fn corrected_rows_come_back_and_the_figures_are_those_of_a_delivery_without_mistakes() {
    let sandbox = sandbox();
    let (first, second) = (right(4), right(5));
    let file = corrections(&sandbox, &[(first.0, &first.1), (second.0, &second.1)]);
    // A program that holds numbers as floats has written the lines.
    let text = sandbox.read(&file);
    sandbox.write(&file, text.replace("\n4;", "\n4.0;").replace("\n5;", "\n5.0;"));
    let near = sandbox.run(["replay", "2008-5", &file]);
    assert!(near.stderr.contains("no delivery `2008-5`; is `2008-05` meant?"), "{near}");
    let ran = sandbox.run(["replay", "2008-05", &file]).ok();
    insta::assert_snapshot!(ran.stdout, @"
    delivery 2008-05 (2006Q3..2006Q4): committed as revision 2, version 2 of the table

    of the corrected rows

    rows read 2 = accepted 2 + rejected 0
    euros accepted 373.40 = stored 373.40 + clipped 0.00

    quarter     observations    EBENCONVCM (EUR)
    2006Q3               1              250.00
    2006Q4               1              123.40

    the whole delivery: 4 accepted rows, 1 rejected, 1 123.40 EUR stored
    ");
    sandbox.run(["verify"]).ok();
    // The same delivery with the rows right from the beginning, ingested elsewhere.
    let mut rows = rows();
    rows[2].clone_from(&first.1);
    rows[3].clone_from(&second.1);
    let other = Sandbox::new();
    let whole = delivery(&other, &rows);
    other.run(["ingest", &whole, "--max-rejects", "100%"]).ok();
    for query in ["by-regime-and-measure", "by-year", "conventions-by-guidance"] {
        assert_eq!(sandbox.csv(query), other.csv(query), "{query}");
    }
    let list = |sandbox: &Sandbox| {
        sandbox.run(["rejects", "2008-05", "--warnings", "--format", "csv"]).ok().stdout
    };
    assert_eq!(list(&sandbox), list(&other));
    let json = |sandbox: &Sandbox| {
        let text = sandbox.run(["validation", "2008-05", "--format", "json"]).ok().stdout;
        let mut json: serde_json::Value = serde_json::from_str(&text).unwrap();
        for own in ["files", "revision"] {
            json.as_object_mut().unwrap().remove(own);
        }
        json
    };
    assert_eq!(json(&sandbox), json(&other));
}

#[test]
fn what_cannot_come_back_is_listed_all_at_once_and_nothing_changes() {
    let sandbox = sandbox();
    let (first, second) = (right(4), right(5));
    let before = sandbox.run(["history"]).ok().stdout;
    let file =
        corrections(&sandbox, &[(2, &first.1), (4, &first.1), (4, &first.1), (99, &second.1)]);
    let text = sandbox.read(&file);
    sandbox.write(&file, text + &format!("x;{}\ncut off\n", second.1));
    let ran = sandbox.run(["replay", "2008-05", &file]);
    insta::assert_snapshot!(ran.to_string(), @"
    exit 2
    --- stdout
    --- stderr
    error: corrected.csv: line 7: its fields cannot be told apart
    error: corrected.csv: line 2: line 2 of the delivery's file is not among its rejected rows
    error: corrected.csv: line 4: line 4 of the delivery's file stands here twice
    error: corrected.csv: line 5: line 99 of the delivery's file is not among its rejected rows
    error: corrected.csv: line 6: expected a line number in LINE, found another text
    hint: `sppis rejects DELIVERY --rows` lists the rows that can come back
    ");
    let plain = delivery(&sandbox, &rows());
    let ran = sandbox.run(["replay", "2008-05", &plain]);
    insta::assert_snapshot!(ran.to_string(), @"
    exit 2
    --- stdout
    --- stderr
    error: DWH_SPPIS_Formulaires_2008-05.csv: no column `LINE`; it says which line of the delivery's file each row stood on, as `sppis rejects --rows` writes it
    ");
    assert_eq!(sandbox.run(["history"]).ok().stdout, before);
}

#[test]
fn a_corrected_row_that_is_stored_already_is_a_duplicate_and_others_still_come_back() {
    let sandbox = sandbox();
    let (second, stored) = (right(5), rows()[0].clone());
    let file = corrections(&sandbox, &[(4, &stored), (second.0, &second.1)]);
    let ran = sandbox.run(["replay", "2008-05", &file]).ok();
    assert!(ran.stdout.contains("accepted 1 + rejected 1"), "{ran}");
    assert!(ran.stdout.contains(":4 check.duplicate-row"), "{ran}");
    sandbox.run(["verify"]).ok();
    // A row that is still wrong stays rejected, and may be corrected again.
    let first = right(4);
    let wrong = first.1.replace("250.00", "2.50.0");
    let file = corrections(&sandbox, &[(4, &wrong)]);
    assert_eq!(sandbox.run(["replay", "2008-05", &file]).code, 1);
    let file = corrections(&sandbox, &[(4, &first.1)]);
    sandbox.run(["replay", "2008-05", &file, "--dry-run"]).ok();
    sandbox.run(["replay", "2008-05", &file]).ok();
    assert_eq!(sandbox.run(["replay", "2008-05", &file]).code, 2, "it is taken once");
}

#[test]
fn tokens_and_missing_columns_are_no_corrections() {
    let sandbox = sandbox();
    let file = "corrected.csv";
    sandbox.run(["rejects", "2008-05", "--rows", "--output", file]).ok();
    let text = sandbox.read(file).replace("DPAY1STDAY@4", "2006-07-01");
    let only: Vec<&str> = text.lines().take(2).collect();
    sandbox.write(file, only.join("\n"));
    let ran = sandbox.run(["replay", "2008-05", file]);
    insta::assert_snapshot!(ran.to_string(), @"
    exit 2
    --- stdout
    --- stderr
    error: corrected.csv: line 2: NISS: the token stands where the value of the sender's line belongs
    hint: `sppis rejects DELIVERY --rows` lists the rows that can come back
    ");
    let [_, _, c, _] = PERSONS;
    sandbox
        .write(file, format!("LINE;NISS;LEGISLATION;DPAY1STDAY;DPAYLSTDAY\n4;{c};1;2006-07-01;\n"));
    let ran = sandbox.run(["replay", "2008-05", file]);
    insta::assert_snapshot!(ran.to_string(), @"
    exit 2
    --- stdout
    --- stderr
    error: the corrections lack columns that the delivery's file has: CPAS, BUDART_ID, THP_ID, CBENCONV, EBENCONVCM
    ");
    // An identifier in the column of lines is not repeated.
    let (_, row) = right(4);
    sandbox.write(file, format!("LINE;{HEADER}\n{c};{row}\n"));
    let ran = sandbox.run(["replay", "2008-05", file]);
    assert!(ran.code == 2 && !ran.to_string().contains(c), "{ran}");
}

#[test]
fn a_replay_and_another_commit_at_once_never_both_win() {
    let sandbox = sandbox();
    let (first, second) = (right(4), right(5));
    let files = [first, second].map(|(line, row)| {
        let name = format!("{line}.csv");
        sandbox.write(&name, format!("LINE;{HEADER}\n{line};{row}\n"));
        name
    });
    for _ in 0..10 {
        let replays = files.each_ref().map(|file| {
            let mut command = sandbox.command(&["replay", "2008-05", file]);
            command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
            command.spawn().unwrap()
        });
        for mut replay in replays {
            let code = replay.wait().unwrap().code().unwrap();
            assert!([0, 2, 3].contains(&code), "{code}");
        }
        sandbox.run(["verify"]).ok();
    }
    // Whoever lost has tried again: both rows are in, each once.
    let rows = sandbox.run(["rejects", "2008-05", "--rows"]).ok().stdout;
    assert_eq!(rows.lines().count(), 2, "{rows}");
}

#[test]
fn nothing_that_could_be_an_identifier_is_kept_of_a_rejected_row() {
    let sandbox = Sandbox::new();
    let [a, b, ..] = PERSONS;
    let national = [
        // Shifted by one column, split over two, in the amount, in a code, as a wrong date.
        format!(";{a};1;21004;2006-07-01;2006-07-31;1168;;1"),
        ";850730;00259;1;21004;2006-07-01;2006-07-31;;".to_owned(),
        format!("{b};1;21004;2006-31-07;2006-07-31;1168;;1;{a}"),
        format!("{b};1;21004;2006-07-01;2006-07-31;1168;;1;05031200482"),
        format!("{b};1;21004;2006-07-01;2006-07-31;1168;;1;050312004.82"),
        format!("{b};1;21004;2006-07-01;2006-07-31;{a};;1;"),
        format!("{b};1;21004;{a};2006-07-31;1168;;1;"),
    ];
    let file = delivery(&sandbox, &national);
    sandbox.run(["ingest", &file, "--max-rejects", "100%"]).ok();
    let rows = sandbox.run(["rejects", "2008-05", "--rows"]).ok().stdout;
    insta::assert_snapshot!(rows, @"
    LINE;NISS;LEGISLATION;CPAS;DPAY1STDAY;DPAYLSTDAY;BUDART_ID;THP_ID;CBENCONV;EBENCONVCM
    2;;LEGISLATION@2;CPAS@2;21004;2006-07-01;BUDART_ID@2;THP_ID@2;;1
    3;;LEGISLATION@3;CPAS@3;1;21004;BUDART_ID@3;THP_ID@3;;
    4;NISS@4;1;21004;2006-31-07;2006-07-31;1168;;1;EBENCONVCM@4
    5;NISS@5;1;21004;2006-07-01;2006-07-31;1168;;1;EBENCONVCM@5
    6;NISS@6;1;21004;2006-07-01;2006-07-31;1168;;1;EBENCONVCM@6
    7;NISS@7;1;21004;2006-07-01;2006-07-31;BUDART_ID@7;;1;
    8;NISS@8;1;21004;DPAY1STDAY@8;2006-07-31;1168;;1;
    ");
}

#[test]
fn a_recoded_token_is_kept_nowhere_and_may_look_like_a_code() {
    let sandbox = Sandbox::new();
    let settings = sandbox.read("warehouse/sppis.toml");
    sandbox.write("warehouse/sppis.toml", settings.replace("\"national\"", "\"coded\""));
    let rows = [
        "1;1;21004;2006-07-01;2006-07-31;1168;;1;250.00",
        "21004;2;21004;2006-07-01;2006-07-31;;59;2;500.00",
        ";QZ77;1;21004;2006-07-01;2006-07-31;1168;;1",
        "QZ78;1;21004;2006-31-07;2006-07-31;qz78;;1;1234567",
        "QZ79;1;21004;2006-07-01;2006-07-31;QZ80;;1;250.00",
    ];
    let rows: Vec<String> = rows.iter().map(ToString::to_string).collect();
    let file = delivery(&sandbox, &rows);
    sandbox.run(["ingest", &file, "--max-rejects", "100%"]).ok();
    assert!(sandbox.csv("persons-by-quarter").contains("2006Q3,3"));
    let kept = sandbox.run(["rejects", "2008-05", "--rows"]).ok().stdout;
    insta::assert_snapshot!(kept, @"
    LINE;NISS;LEGISLATION;CPAS;DPAY1STDAY;DPAYLSTDAY;BUDART_ID;THP_ID;CBENCONV;EBENCONVCM
    4;;LEGISLATION@4;CPAS@4;DPAY1STDAY@4;2006-07-01;BUDART_ID@4;THP_ID@4;;EBENCONVCM@4
    5;NISS@5;1;21004;DPAY1STDAY@5;2006-07-31;BUDART_ID@5;;1;EBENCONVCM@5
    ");
    let profile = sandbox.files("warehouse/findings");
    let profile = profile.iter().find(|path| path.to_string_lossy().contains("profile")).unwrap();
    assert!(!fs::read_to_string(profile).unwrap().contains("QZ"));
}

#[test]
fn two_files_of_one_name_are_no_delivery() {
    let sandbox = Sandbox::new();
    for folder in ["a", "b"] {
        sandbox.write(&format!("{folder}/x.csv"), format!("{HEADER}\n{}\n", rows()[0]));
    }
    let ran = sandbox.run(["ingest", "a/x.csv", "b/x.csv", "--delivery", "2008-05"]);
    insta::assert_snapshot!(ran.stderr, @"error: two files of the delivery are called `x.csv`; rename one, so that lines can be told apart");
}

#[test]
fn a_damaged_warehouse_is_mended_by_ingesting_again() {
    let sandbox = sandbox();
    for path in sandbox.files("warehouse/findings") {
        fs::remove_file(path).unwrap();
    }
    let verified = sandbox.run(["verify"]);
    assert!(verified.code == 1 && verified.stdout.contains("`--again`"), "{verified}");
    let file = "DWH_SPPIS_Formulaires_2008-05.csv";
    sandbox.run(["ingest", file, "--max-rejects", "100%", "--again"]).ok();
    sandbox.run(["verify"]).ok();
}

#[test]
fn a_new_delivery_does_not_silently_drop_corrected_rows() {
    let sandbox = sandbox();
    let first = right(4);
    let file = corrections(&sandbox, &[(first.0, &first.1)]);
    sandbox.run(["replay", "2008-05", &file]).ok();
    let whole = delivery(&sandbox, &rows());
    let ran = sandbox.run(["ingest", &whole, "--max-rejects", "100%"]);
    insta::assert_snapshot!(ran.stderr, @"
    error: rows of delivery 2008-05 that were corrected and taken back by `sppis replay`: 1; a whole new delivery replaces them too
    hint: replace them with `--discard-corrections`, if the new files have the corrected rows
    ");
    assert_eq!(ran.code, 2);
    sandbox.run(["ingest", &whole, "--max-rejects", "100%", "--discard-corrections"]).ok();
    sandbox.run(["verify"]).ok();
}

#[test]
fn settings_that_changed_in_between_are_no_ground_for_a_replay() {
    let sandbox = sandbox();
    let first = right(4);
    let file = corrections(&sandbox, &[(first.0, &first.1)]);
    let settings = sandbox.read("warehouse/sppis.toml");
    sandbox.write("warehouse/sppis.toml", settings.replace("100000.00", "90000.00"));
    let ran = sandbox.run(["replay", "2008-05", &file]);
    assert_eq!(ran.code, 2, "{ran}");
    assert!(ran.stderr.contains("settings or the dictionary have changed"), "{ran}");
}

#[test]
fn a_refused_delivery_leaves_its_report_and_its_findings_and_nothing_else() {
    let sandbox = Sandbox::new();
    let file = delivery(&sandbox, &rows());
    let ran = sandbox.run([
        "ingest",
        &file,
        "--report",
        "report.html",
        "--lang",
        "fr",
        "--findings",
        "findings.csv",
    ]);
    assert_eq!(ran.code, 1, "{ran}");
    let page = sandbox.read("report.html");
    assert!(page.contains("lang=\"fr\"") && page.contains("Refusée"), "{page}");
    for outside in ["<script", "http://", "src=", "@import", "url("] {
        assert!(!page.contains(outside), "the page needs {outside}");
    }
    let findings = sandbox.read("findings.csv");
    assert_eq!(findings.lines().count(), 4, "{findings}");
    for person in PERSONS {
        assert!(!page.contains(person) && !findings.contains(person));
    }
    assert!(!sandbox.run(["history"]).ok().stdout.contains("2008-05"));
    // A dry run within the budget says so, as JSON too.
    let arguments = ["ingest", &file, "--dry-run", "--max-rejects", "100%", "--report", "r.json"];
    sandbox.run(arguments).ok();
    let json: serde_json::Value = serde_json::from_str(&sandbox.read("r.json")).unwrap();
    assert_eq!(json["outcome"], "dry-run");
    assert_eq!(json["rows"]["rejected"], 3);
    for language in ["en", "fr", "nl", "de"] {
        assert!(json["rules"][0]["meaning"][language].is_string(), "{language}");
    }
}

#[test]
fn a_report_is_the_same_when_it_is_written_again_and_compares_with_the_delivery_before() {
    let sandbox = Sandbox::new();
    let sample = ["sample", "--deliveries", "2007-11,2008-05", "--persons", "300", "--output", "."];
    sandbox.run(sample).ok();
    sandbox.run(["ingest", "DWH_SPPIS_Formulaires_2007-11.csv"]).ok();
    let second = "DWH_SPPIS_Formulaires_2008-05.csv";
    sandbox.run(["ingest", second, "--report", "at-once.json"]).ok();
    let later = sandbox.run(["validation", "2008-05", "--format", "json"]).ok().stdout;
    assert_eq!(sandbox.read("at-once.json"), later);
    // The same bytes again change nothing, and the report says so too.
    sandbox.run(["ingest", second, "--report", "again.json"]).ok();
    assert_eq!(sandbox.read("again.json"), later);
    let json: serde_json::Value = serde_json::from_str(&later).unwrap();
    assert_eq!(json["previous"], "2007-11@1");
    let groups = json["distribution"].as_array().unwrap();
    let rows: u64 = groups.iter().map(|group| group["rows"].as_u64().unwrap()).sum();
    assert_eq!(rows, json["rows"]["accepted"].as_u64().unwrap());
    let quarters = json["quarters"].as_array().unwrap();
    let cents = |text: &serde_json::Value| -> i64 {
        text.as_str().unwrap().replace('.', "").parse().unwrap()
    };
    let sum: i64 = quarters.iter().map(|quarter| cents(&quarter["amount"])).sum();
    assert_eq!(sum, cents(&json["euros"]["stored"]));
    for language in ["en", "fr", "nl", "de"] {
        let page = sandbox.run(["validation", "2008-05", "--lang", language]).ok().stdout;
        assert!(page.starts_with("<!DOCTYPE html>") && page.trim_end().ends_with("</html>"));
    }
}

#[test]
fn each_rule_can_have_a_budget_of_its_own() {
    let sandbox = Sandbox::new();
    let file = delivery(&sandbox, &rows());
    let all = ["ingest", &file, "--max-rejects", "100%"];
    let run = |more: &[&str]| sandbox.run_all(&[&all[..], more].concat());
    let over = run(&["--max-rejects-of", "decode.date=0", "--max-rejects-of", "decode.amount=0"]);
    assert_eq!(over.code, 1, "{over}");
    let first = over.stdout.lines().next().unwrap().to_owned();
    insta::assert_snapshot!(first, @"delivery 2008-05 (2006Q3..2006Q4): NOT committed: more rows break decode.date than its budget of 0 rows allows");
    let unknown = run(&["--max-rejects-of", "decode.dat=0"]);
    insta::assert_snapshot!(unknown.stderr, @"
    error: there is no rule `decode.dat`
    hint: did you mean `decode.date`?
    ");
    run(&["--max-rejects-of", "decode.date=1"]).ok();
}

#[test]
fn progress_and_outcome_come_as_lines_of_json() {
    let sandbox = Sandbox::new();
    let file = delivery(&sandbox, &rows());
    let ran = sandbox.run(["ingest", &file, "--max-rejects", "100%", "--log", "json"]).ok();
    let events: Vec<serde_json::Value> =
        ran.stderr.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let last = events.last().unwrap();
    assert_eq!(last["event"], "ingested");
    assert_eq!(last["outcome"], "committed");
    assert_eq!(last["reconciliation"]["rows_read"], 5);
}

#[test]
fn what_changed_between_revisions_is_shown_cell_by_cell() {
    let sandbox = sandbox();
    let first = right(4);
    let file = corrections(&sandbox, &[(first.0, &first.1)]);
    sandbox.run(["replay", "2008-05", &file]).ok();
    let changed = sandbox.run(["diff", "2008-05@1", "2008-05@2"]).ok();
    insta::assert_snapshot!(changed.to_string(), @"
    exit 0
    --- stdout
    2008-05@1 (version 1) -> 2008-05@2 (version 2)

    quarter       regime                measure                           observations     change    persons   change               EUR          change
    2006Q3        integration_sociale   partnership_convention                       2         +1          2       +1            500.00         +250.00
    --- stderr
    1 cell without a change
    ");
    let csv = sandbox.run(["diff", "2008-05@1", "2008-05@2", "--all", "--format", "csv"]).ok();
    insta::assert_snapshot!(csv.stdout, @"
    quarter_before,quarter_after,regime,measure,observations_before,observations_after,persons_before,persons_after,amount_before,amount_after
    2006Q3,2006Q3,aide_sociale,activation,1,1,1,1,500.00,500.00
    2006Q3,2006Q3,integration_sociale,partnership_convention,1,2,1,2,250.00,500.00
    ");
    let same = sandbox.run(["diff", "2008-05@2", "2008-05", "--format", "json"]).ok();
    let json: serde_json::Value = serde_json::from_str(&same.stdout).unwrap();
    assert_eq!(json["cells"].as_array().unwrap().len(), 0);
    assert_eq!(sandbox.run(["diff", "2008-05@1", "2008-05@9"]).code, 2);
}

#[test]
fn the_differences_are_those_between_the_answers() {
    let sandbox = Sandbox::new();
    let sample = ["sample", "--deliveries", "2007-11,2008-05", "--persons", "300", "--output", "."];
    sandbox.run(sample).ok();
    for id in ["2007-11", "2008-05"] {
        sandbox.run(["ingest", &format!("DWH_SPPIS_Formulaires_{id}.csv")]).ok();
    }
    let arguments = ["diff", "2007-11", "2008-05", "--all", "--format", "csv"];
    let cells = sandbox.run(arguments).ok().stdout;
    let mut sides = [Vec::new(), Vec::new()];
    for line in cells.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        for (side, lines) in sides.iter_mut().enumerate() {
            let [observations, persons, amount] = [4, 6, 8].map(|at| fields[at + side]);
            if observations != "0" {
                let key = [fields[side], fields[2], fields[3], observations, persons, amount];
                lines.push(key.join(","));
            }
        }
    }
    let mut found: Vec<String> = sides.concat();
    found.sort();
    let answer = sandbox.csv("by-regime-and-measure");
    let without_conventions = |line: &str| {
        let mut fields: Vec<&str> = line.split(',').collect();
        fields.remove(5);
        fields.join(",")
    };
    let expected: Vec<String> = answer.lines().skip(1).map(without_conventions).collect();
    assert_eq!(found, expected);
}
