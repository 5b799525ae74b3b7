//! Hostile texts in codes, labels, titles, queries and names of files: no terminal takes them for
//! commands, no spreadsheet for formulas, none of them looks like another, and no number of a person
//! in the name of a file goes anywhere.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use serde_json::Value;

use crate::peers::peer;
use crate::sandbox::{HEADER, Sandbox};

/// Codes that are more than text somewhere, and codes that look like them.
const CODES: [&str; 27] = [
    "\u{1b}[31mred",
    "\\u{1b}[31mred",
    "\u{7}bell",
    "\u{9b}31m",
    "\u{9d}0;title\u{9c}",
    "\u{7f}x",
    "x\u{8}y",
    "21\u{202e}400",
    "\u{2066}21004\u{2069}",
    "x\u{2028}y",
    "21004",
    "21004\u{200b}",
    "\u{200b}=1+1",
    "\u{feff}=1+1",
    "x\u{e0041}",
    "=cmd|' /C calc'!A0",
    "'=cmd|' /C calc'!A0",
    "+1+cmd",
    "@SUM(A1)",
    "-2+3",
    "\u{ff1d}1+1",
    "\u{ff0b}1",
    "\u{ff20}x",
    "\u{200d}\u{ff0d}1+1",
    "a\tb",
    "a\nb",
    "<script>\u{1b}c</script>",
];

const NUMBER: &str = "85073003328";

/// Name of a delivery's file with commands and a number in it.
const FILE: &str = "DWH_SPPIS_Formulaires_2008-05_\u{1b}]0;x\u{7}\u{202e}_85.07.30-033.28.csv";
const SHOWN: &str = "DWH_SPPIS_Formulaires_2008-05_\\u{1b}]0;x\\u{7}\\u{202e}_##.##.##-###.##.csv";

/// What may reach no terminal: commands, marks of direction, what has no width.
fn is_hostile(character: char) -> bool {
    let hidden = ['\u{ad}', '\u{61c}', '\u{feff}', '\u{2028}', '\u{2029}'];
    let marks = ['\u{200b}'..='\u{200f}', '\u{202a}'..='\u{202e}', '\u{2060}'..='\u{2069}'];
    (character.is_control() && !['\n', '\t'].contains(&character))
        || hidden.contains(&character)
        || marks.iter().any(|range| range.contains(&character))
        || ('\u{e0000}'..='\u{e007f}').contains(&character)
}

/// Text that holds nothing hostile, and no number of a person.
fn assert_harmless(bytes: &[u8], what: &str) {
    let text = std::str::from_utf8(bytes).unwrap_or_else(|_| panic!("{what}: not UTF-8"));
    if let Some(at) = text.find(is_hostile) {
        let from = text.floor_char_boundary(at.saturating_sub(40));
        let to = text.floor_char_boundary(at + 40);
        panic!("{what}: {:?}", &text[from..to]);
    }
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    assert!(!text.contains("85.07.30") && !digits.contains(NUMBER), "{what}: a number\n{text}");
}

/// Fields of delimited text, quotes removed.
fn fields(text: &str, delimiter: char) -> Vec<String> {
    let (mut fields, mut quoted) = (vec![String::new()], false);
    for character in text.trim_start_matches('\u{feff}').chars() {
        match character {
            '"' => quoted = !quoted,
            '\n' if !quoted => fields.push(String::new()),
            it if it == delimiter && !quoted => fields.push(String::new()),
            it => fields.last_mut().unwrap().push(it),
        }
    }
    fields
}

/// No field that a spreadsheet takes for a formula; numbers may have a sign.
fn assert_no_formula(text: &str, delimiter: char, what: &str) {
    for field in fields(text, delimiter) {
        let bare = field.trim_start();
        let is_number = bare.strip_prefix('-').is_some_and(|it| {
            !it.is_empty() && it.chars().all(|it| it.is_ascii_digit() || ".,".contains(it))
        });
        let signs = ['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];
        assert!(is_number || !bare.starts_with(signs), "{what}: {field:?}");
    }
}

/// A warehouse to which everything that a person or a file can bring has brought something hostile.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    let own = r#"[[variable]]
name = "TYPAMT_ID"
[[variable.code]]
code = "2"
label = "arrears\u001b[2J \u202Ex\u009b"
valid_from = "2002-10-01"

[[measure]]
name = "youth_plan"
label = { en = "Youth\u001b[2J", fr = "=1+1\u0007\u202E", nl = "\u009bJongeren" }

[[measure_rule]]
measure = "youth_plan"
regime = "integration_sociale"
valid_from = "2002-10-01"
[measure_rule.when]
BUDART_ID = ["122"]
"#;
    sandbox.write("warehouse/dictionary.toml", own);
    let query = r#"title = { en = "Codes\u001b[2J\u202E", fr = "Codes\u009b" }
description = "All\u0007 of \u2066them"
metrics = ["amount", "persons"]
dimensions = ["quarter", "measure", "cpas"]
"#;
    sandbox.write("warehouse/queries/codes.toml", query);
    sandbox.write("warehouse/queries/evil\u{1b}[31m\u{202e}.toml", query);
    sandbox.write(
        "warehouse/queries/bad\u{7}.toml",
        "titel = \"\\u001bx\"\nmetrics = [\"\u{202e}\"]\n",
    );
    let quoted = |code: &str| format!("\"{}\"", code.replace('"', "\"\""));
    let good = CODES.iter().enumerate().map(|(at, code)| {
        format!("{NUMBER};1;{};2006-07-01;2006-07-31;122;;1;{}.07", quoted(code), at + 1)
    });
    let bad = CODES.iter().map(|code| {
        format!("{NUMBER};1;{};2006-07-01;2006-07-00;{1};{1};1;-12,50", quoted("x"), quoted(code))
    });
    let rows: Vec<String> = good.chain(bad).collect();
    sandbox.write(FILE, format!("{HEADER}\n{}\n", rows.join("\n")));
    sandbox
}

const FORMATS: [&str; 13] = [
    "table", "csv", "tsv", "json", "ndjson", "markdown", "html", "ipynb", "sdmx-csv", "parquet",
    "arrow", "xlsx", "px",
];

/// Runs the program, whose narration must be harmless; gives what it printed and how it ended.
fn run(sandbox: &Sandbox, arguments: &[&str]) -> (Vec<u8>, Option<i32>) {
    let output = sandbox.command(arguments).output().unwrap();
    assert_harmless(&output.stderr, &format!("{arguments:?}"));
    (output.stdout, output.status.code())
}

/// The same of a command that prints text, which must be harmless.
fn printed(sandbox: &Sandbox, arguments: &[&str]) -> String {
    let (stdout, _) = run(sandbox, arguments);
    assert_harmless(&stdout, &format!("{arguments:?}"));
    String::from_utf8(stdout).unwrap()
}

#[test]
fn an_ingestion_hands_no_hostile_text_on_in_any_of_its_files() {
    let sandbox = sandbox();
    for more in [
        &["--dry-run", "--log", "json", "--findings", "f.csv", "--report", "r.html"][..],
        &["--dry-run", "--findings", "f.json", "--report", "r.json"],
        &["--findings", "f.txt", "--report", "r2.html", "--lang", "fr"],
    ] {
        printed(&sandbox, &[&["ingest", FILE, "--max-rejects", "100%"][..], more].concat());
    }
    for file in ["f.csv", "f.json", "f.txt", "r.html", "r.json", "r2.html"] {
        assert_harmless(&fs::read(sandbox.join(file)).unwrap(), file);
    }
    assert!(sandbox.read("f.txt").contains(SHOWN), "{}", sandbox.read("f.txt"));
    assert_no_formula(&sandbox.read("f.csv"), ',', "f.csv");
    let rows = printed(&sandbox, &["rejects", "2008-05", "--rows"]);
    assert_no_formula(&rows, ';', "rejects --rows");
    assert!(rows.contains("BUDART_ID@") && rows.contains(";x;"), "{rows}");
    // An amount below 0 is no formula; beside digits where a code should be it could be a piece of a number.
    assert!(rows.matches("-12,50").count() > CODES.len() / 2, "{rows}");
    let list = ["rejects", "2008-05", "--warnings", "--format", "csv"];
    assert_no_formula(&printed(&sandbox, &list), ',', "rejects");
}

#[test]
fn no_command_prints_hostile_text() {
    let sandbox = sandbox();
    sandbox.run(["ingest", FILE, "--max-rejects", "100%"]).ok();
    for command in [
        &["inspect", FILE][..],
        &["inspect", "gone\u{1b}\u{202e}85073003328.csv"],
        &["ingest", "gone\u{9b}85073003328.csv"],
        &["ingest", FILE, "--max-rejects", "\u{1b}x"],
        &["deliveries"],
        &["history"],
        &["verify"],
        &["rejects", "2008-05"],
        &["rejects", "2008-05", "--warnings"],
        &["rejects", "2008-05", "--summary"],
        &["rejects", "2008-05", "--warnings", "--format", "json"],
        &["rejects", "2008-05\u{1b}"],
        &["rejects", "2008-05", "--rows", "--file", "\u{7}"],
        &["validation", "2008-05", "--format", "json"],
        &["validation", "2008-05", "--lang", "nl"],
        &["queries"],
        &["queries", "--check"],
        &["queries", "evil\u{1b}[31m\u{202e}"],
        &["queries", "evil\u{1b}[31m"],
        &["dictionary", "TYPAMT_ID"],
        &["dictionary", "--measures"],
        &["dictionary", "--measures", "--lang", "fr"],
        &["dictionary", "\u{1b}[2J"],
        &["explain", "codes", "--where", "cpas=\u{1b}[31mred"],
        &["run", "codes", "--where", "cpas=\u{1b}[31mred"],
        &["run", "codes", "--where", "\u{1b}=1"],
        &["run", "codes", "--from", "\u{1b}"],
        &["run", "bad\u{7}"],
        &[
            "sql",
            "SELECT cpas, count(*) AS n FROM observations WHERE cpas <> '\u{1b}' GROUP BY cpas",
        ],
        &["sql", "SELECT '\u{1b}"],
        &["--warehouse", "w\u{1b}", "history"],
        &["clean"],
        &["no\u{1b}command"],
    ] {
        printed(&sandbox, command);
    }
}

#[test]
fn no_format_has_hostile_text() {
    let sandbox = sandbox();
    sandbox.run(["ingest", FILE, "--max-rejects", "100%"]).ok();
    for query in ["codes", "evil\u{1b}[31m\u{202e}"] {
        for (format, lang) in FORMATS.iter().flat_map(|it| ["en", "fr"].map(|lang| (*it, lang))) {
            let arguments = ["run", query, "--format", format, "--lang", lang];
            let (stdout, code) = run(&sandbox, &arguments);
            assert_eq!(code, Some(0), "{arguments:?}");
            if ["parquet", "arrow", "xlsx"].contains(&format) {
                continue;
            }
            assert_harmless(&stdout, &format!("{arguments:?}"));
            let text = String::from_utf8(stdout).unwrap();
            match format {
                "csv" => assert_no_formula(&text, ',', format),
                "tsv" => assert_no_formula(&text, '\t', format),
                _ => {}
            }
        }
    }
    sandbox.run(["run", "codes", "--output", "codes.csv"]).ok();
    for file in ["codes.csv", "codes.csv-metadata.json"] {
        assert_harmless(&fs::read(sandbox.join(file)).unwrap(), file);
    }
}

#[test]
fn hostile_codes_stay_told_apart_and_formats_for_programs_have_them_as_they_are() {
    let sandbox = sandbox();
    sandbox.run(["ingest", FILE, "--max-rejects", "100%"]).ok();
    let document = sandbox.run(["run", "codes", "--format", "json"]).ok().stdout;
    let document: Value = serde_json::from_str(&document).unwrap();
    let rows = document["rows"].as_array().unwrap();
    let found: BTreeSet<&str> = rows.iter().map(|row| row["cpas"].as_str().unwrap()).collect();
    assert_eq!(found.len(), CODES.len());
    assert!(found.contains("\u{1b}[31mred") && found.contains("21004\u{200b}"), "{found:?}");
    let read = |format: &str, ending: &str| {
        let path = sandbox.join(&format!("codes.{ending}")).to_str().unwrap().to_owned();
        sandbox.run(["run", "codes", "--format", format, "--output", &path]).ok();
        peer("readback.py", &[format, &path])
    };
    let json = read("json", "json");
    for (format, ending) in
        [("ndjson", "ndjson"), ("parquet", "parquet"), ("arrow", "arrow"), ("sdmx-csv", "sdmx.csv")]
    {
        assert_eq!(read(format, ending), json, "{format}");
    }
    assert_harmless(read("xlsx", "xlsx").as_bytes(), "a workbook");
    // Each code has a row of its own wherever people read it; its amount says which it is.
    for format in ["table", "csv", "tsv", "markdown", "html", "px"] {
        let text = sandbox.run(["run", "codes", "--format", format]).ok().stdout;
        for at in 1..=CODES.len() {
            assert!(text.contains(&format!("{at}.07")), "{format}: {at}\n{text}");
        }
    }
    let csv = sandbox.csv("codes");
    let all = fields(&csv, ',');
    let codes: BTreeSet<&String> = all.chunks_exact(5).map(|row| &row[2]).collect();
    assert_eq!(codes.len(), CODES.len() + 1, "{codes:?}");
    let expected =
        ["\\u{1b}[31mred", "\\u{5c}u{1b}[31mred", "21004", "21004\\u{200b}", "'\u{ff1d}1+1"];
    assert!(expected.iter().all(|code| codes.contains(&(*code).to_owned())), "{codes:?}");
}

#[test]
fn a_number_in_the_name_of_a_file_is_nowhere_in_the_warehouse() {
    let sandbox = sandbox();
    sandbox.run(["ingest", FILE, "--max-rejects", "100%"]).ok();
    for path in sandbox.files("warehouse") {
        let bytes = fs::read(&path).unwrap();
        for needle in [NUMBER, "85.07.30-033.28"] {
            let name = path.as_os_str().as_bytes();
            let is_there = [name, bytes.as_slice()]
                .iter()
                .any(|it| memchr::memmem::find(it, needle.as_bytes()).is_some());
            assert!(!is_there, "{}", path.display());
        }
    }
    let log = sandbox.read("warehouse/observations/_delta_log/00000000000000000001.json");
    assert!(log.contains("##.##.##-###.##.csv"), "{log}");
    // The file is found by its own name and by the one that is shown.
    for name in [FILE, SHOWN] {
        sandbox.run(["rejects", "2008-05", "--rows", "--file", name]).ok();
    }
    // Names that differ in what is masked only are two files, and nothing is taken in.
    let names = ["a/42012205181.csv", "b/93051822361.csv"];
    for name in names {
        sandbox.write(name, format!("{HEADER}\n"));
    }
    let ran = sandbox.run(["ingest", names[0], names[1], "--delivery", "2009-05"]);
    assert_eq!(ran.code, 2, "{ran}");
    assert!(ran.stderr.contains("two files of the delivery are called `###########.csv`"), "{ran}");
}

#[test]
fn corrected_rows_bring_hostile_values_back_as_they_were() {
    let sandbox = Sandbox::new();
    let row = |day: &str| format!("{NUMBER};1;=1+1;2006-07-01;{day};\"\u{1b};x\";;1;-12,50");
    let file = sandbox.delivery("2008-05", &[&row("2006-07-00")]);
    sandbox.run(["ingest", &file, "--max-rejects", "100%"]).ok();
    let rows = sandbox.run(["rejects", "2008-05", "--rows"]).ok().stdout;
    insta::assert_snapshot!(rows, @"
    LINE;NISS;LEGISLATION;CPAS;DPAY1STDAY;DPAYLSTDAY;BUDART_ID;THP_ID;CBENCONV;EBENCONVCM
    2;NISS@2;1;CPAS@2;2006-07-01;2006-07-00;BUDART_ID@2;;1;-12,50
    ");
    sandbox.write("tokens.csv", rows);
    let ran = sandbox.run(["replay", "2008-05", "tokens.csv"]);
    assert!(ran.stderr.contains("CPAS: the token stands where"), "{ran}");
    sandbox.write("right.csv", format!("LINE;{HEADER}\n2;{}\n", row("2006-07-31")));
    sandbox.run(["replay", "2008-05", "right.csv"]).ok();
    let answer = sandbox.run(["run", "by-municipality", "--format", "json"]).ok().stdout;
    assert!(answer.contains("\"=1+1\""), "{answer}");
}

#[test]
fn paths_with_other_bytes_are_shown_and_never_handed_on_as_they_are() {
    let sandbox = Sandbox::empty();
    let name = std::ffi::OsStr::from_bytes(b"w\x9b\xff\x1b[2J");
    let mut command = sandbox.command(&["--warehouse"]);
    let output = command.arg(Path::new(name)).arg("history").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_harmless(&output.stderr, "a path");
}
