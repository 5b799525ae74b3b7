//! Exports read back by other programs, their bytes, and what each format promises.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use crate::peers::peer;
use crate::sandbox::{Sandbox, repository};
use crate::seeded::warehouse;

/// Queries with texts that have names, no value, open classes, cells without a number.
const QUERIES: [&str; 4] = ["by-region", "by-sex-and-age", "amount-per-person", "by-year"];

/// Every format, with the ending of its files.
pub(crate) const FORMATS: [(&str, &str); 13] = [
    ("table", "txt"),
    ("csv", "csv"),
    ("tsv", "tsv"),
    ("json", "json"),
    ("ndjson", "ndjson"),
    ("parquet", "parquet"),
    ("arrow", "arrow"),
    ("xlsx", "xlsx"),
    ("markdown", "md"),
    ("html", "html"),
    ("ipynb", "ipynb"),
    ("sdmx-csv", "sdmx.csv"),
    ("px", "px"),
];

/// Writes the answer to a file `NAME.ENDING` of the sandbox; gives its path.
fn exported(sandbox: &Sandbox, query: &str, format: &str, more: &[&str]) -> String {
    let (_, ending) = FORMATS.iter().find(|(name, _)| *name == format).unwrap();
    let path = sandbox.join(&format!("{query}.{ending}")).to_str().unwrap().to_owned();
    let mut arguments = vec!["run", query, "--format", format, "--output", &path];
    arguments.extend(more);
    warehouse().run_all(&arguments).ok();
    path
}

#[test]
fn every_format_read_by_another_program_equals_the_csv() {
    let read = ["csv", "tsv", "json", "ndjson", "parquet", "arrow", "xlsx", "html", "ipynb"];
    let sandbox = Sandbox::empty();
    for query in QUERIES {
        let expected = warehouse().csv(query);
        assert!(expected.lines().count() > 5, "{query}");
        for format in read.into_iter().chain(["sdmx-csv"]) {
            let path = exported(&sandbox, query, format, &[]);
            assert_eq!(peer("readback.py", &[format, &path]), expected, "{query} as {format}");
        }
    }
}

/// Codes of centres that are like each other, like rows over several values, or like formulas.
const CODES: [&str; 37] = [
    "21004",
    "=1+1",
    "'=1+1",
    "+32",
    "-5",
    "@x",
    "01234",
    "1E5",
    "<b>",
    "a;b",
    "a,b",
    "a_b",
    "a$3Bb",
    "$3B",
    "é€",
    "|x",
    "'q",
    "''q",
    "0x1F",
    "TRUE",
    "2006-01",
    "1/2",
    "#REF!",
    "_T",
    "_O",
    "_U",
    "GE65",
    "65+",
    "total",
    "'total",
    "rest",
    "say \"hi\"",
    "\"quoted\" first",
    "a b",
    "a\tb",
    "(none)",
    "'(none)",
];

#[test]
fn any_code_stays_itself_in_every_format() {
    let sandbox = Sandbox::new();
    let rows = CODES.iter().enumerate().map(|(at, code)| {
        let code = code.replace('"', "\"\"");
        format!("85073003328;1;\"{code}\";2006-07-01;2006-07-31;;;1;{}.07", at + 1)
    });
    let rows: Vec<String> = rows.collect();
    let file = sandbox.delivery("2008-05", &rows.iter().map(String::as_str).collect::<Vec<_>>());
    sandbox.run(["ingest", &file, "--max-rejects", "0"]).ok();
    let text =
        "metrics = [\"amount\"]\ndimensions = [\"quarter\", \"cpas\"]\ntotals = [[\"quarter\"]]\n";
    sandbox.write("warehouse/queries/codes.toml", text);
    let top = "[top]\ndimension = \"cpas\"\nby = \"amount\"\ncount = 5\n";
    sandbox.write("warehouse/queries/first.toml", format!("{text}{top}"));
    let marked = |code: &&str| match *code {
        "total" | "'total" | "rest" => format!("'{code}"),
        code => code.to_owned(),
    };
    for (query, codes, others) in
        [("codes", &CODES[..], &["total"][..]), ("first", &CODES[32..], &["rest", "total"])]
    {
        let mut expected: Vec<String> = codes.iter().map(marked).collect();
        expected.extend(others.iter().map(|it| (*it).to_owned()));
        expected.sort_unstable();
        let document = sandbox.run(["run", query, "--format", "json"]).ok().stdout;
        let document: Value = serde_json::from_str(&document).unwrap();
        let rows = document["rows"].as_array().unwrap();
        let mut found: Vec<&str> = rows.iter().map(|row| row["cpas"].as_str().unwrap()).collect();
        found.sort_unstable();
        assert_eq!(found, expected);
        let read = |format: &str| {
            let (_, ending) = FORMATS.iter().find(|(name, _)| *name == format).unwrap();
            let path = sandbox.join(&format!("{query}.{ending}")).to_str().unwrap().to_owned();
            sandbox.run(["run", query, "--format", format, "--output", &path]).ok();
            peer("readback.py", &[format, &path])
        };
        let json = read("json");
        for format in ["ndjson", "parquet", "arrow", "html", "sdmx-csv"] {
            assert_eq!(read(format), json, "{query} as {format}");
        }
        assert_eq!(read("tsv"), read("csv"), "{query}");
        let lines = sandbox.csv(query).lines().map(str::to_owned).collect::<BTreeSet<String>>();
        assert_eq!(lines.len(), expected.len() + 1, "{lines:?}");
    }
}

#[test]
fn a_code_that_reads_like_no_value_or_like_a_row_over_several_is_marked_for_people() {
    let sandbox = Sandbox::new();
    let codes = ["(none)", "'(none)", "(geen)", "totaal", "'totaal", "overige", "total", ""];
    let rows = codes.map(|code| format!("85073003328;1;{code};2006-07-01;2006-07-31;;;;"));
    let file = sandbox.delivery("2008-05", &rows.each_ref().map(String::as_str));
    sandbox.run(["ingest", &file, "--max-rejects", "0"]).ok();
    let text = "metrics = [\"observations\"]\ndimensions = [\"cpas\"]\ntotals = [[]]\n";
    sandbox.write("warehouse/queries/codes.toml", text);
    let shown = |format: &str, language: &str| {
        let arguments = ["run", "codes", "--format", format, "--lang", language];
        let shown = sandbox.run(arguments).ok().stdout;
        let rows = shown.lines().filter(|line| line.trim_end_matches([' ', '|']).ends_with(" 1"));
        let first = |line: &str| {
            line.trim_start_matches([' ', '|']).split("  ").next().unwrap().replace(" | 1 |", "")
        };
        rows.map(|line| first(line) + "\n").collect::<String>()
    };
    insta::assert_snapshot!(shown("table", "en"), @"
    ''(none)
    'totaal
    (geen)
    '(none)
    overige
    totaal
    'total
    (none)
    ");
    insta::assert_snapshot!(shown("table", "nl"), @"
    '(none)
    ''totaal
    '(geen)
    (none)
    'overige
    'totaal
    'total
    (geen)
    ");
    insta::assert_snapshot!(shown("markdown", "nl"), @"
    '(none)
    ''totaal
    '(geen)
    (none)
    'overige
    'totaal
    'total
    (geen)
    ");
}

#[test]
fn labels_of_another_language_leave_the_values_for_machines_as_they_are() {
    let sandbox = Sandbox::empty();
    let expected = warehouse().csv("by-region");
    for format in ["csv", "json", "xlsx", "html", "ipynb", "sdmx-csv"] {
        let path = exported(&sandbox, "by-region", format, &["--lang", "fr"]);
        assert_eq!(peer("readback.py", &[format, &path]), expected, "{format}");
    }
}

#[test]
fn the_same_answer_gives_the_same_bytes_in_every_format() {
    let sandbox = Sandbox::empty();
    for (format, _) in FORMATS {
        let first = fs::read(exported(&sandbox, "by-region", format, &[])).unwrap();
        assert!(!first.is_empty(), "{format}");
        // Times in a file are to the second, or to two of them.
        if format == "xlsx" {
            std::thread::sleep(std::time::Duration::from_secs(3));
        }
        let second = fs::read(exported(&sandbox, "by-region", format, &[])).unwrap();
        assert_eq!(first, second, "{format}");
    }
}

#[test]
fn arrow_on_stdout_is_a_stream() {
    let sandbox = Sandbox::empty();
    let arguments = ["run", "by-region", "--format", "arrow"];
    let output = warehouse().command(&arguments).output().unwrap();
    assert!(output.status.success());
    let path = sandbox.write("stream.arrow", output.stdout);
    let read = peer("readback.py", &["arrow-stream", path.to_str().unwrap()]);
    assert_eq!(read, warehouse().csv("by-region"));
}

#[test]
fn a_locale_of_belgium_has_semicolons_and_decimal_commas() {
    let sandbox = Sandbox::empty();
    let expected = warehouse().csv("by-region");
    for locale in ["fr-BE", "nl-BE", "de-BE"] {
        let path = exported(&sandbox, "by-region", "csv", &["--locale", locale]);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("\u{FEFF}quarter;region;"), "{text}");
        assert!(text.lines().nth(1).unwrap().ends_with(",00"), "{text}");
        assert_eq!(peer("readback.py", &["csv-locale", &path]), expected, "{locale}");
    }
    let plain = exported(&sandbox, "by-region", "csv", &["--locale", "C"]);
    assert_eq!(fs::read_to_string(plain).unwrap(), expected);
}

#[test]
fn a_csv_file_has_its_metadata_beside_it() {
    let sandbox = Sandbox::empty();
    for locale in ["C", "fr-BE"] {
        let path = exported(&sandbox, "by-region", "csv", &["--locale", locale, "--lang", "fr"]);
        let beside = format!("{path}-metadata.json");
        let document: Value = serde_json::from_slice(&fs::read(&beside).unwrap()).unwrap();
        assert_eq!(document["url"], "by-region.csv");
        assert_eq!(document["dc:language"], "fr");
        assert_eq!(document["urn:sppis:query"], "by-region");
        let command = document["urn:sppis:command"].as_str().unwrap();
        assert!(command.starts_with("sppis run by-region"), "{command}");
        let read = peer("readback.py", &["csv-metadata", &beside]);
        assert_eq!(read, warehouse().csv("by-region"), "{locale}");
    }
}

#[test]
fn a_page_has_a_caption_and_headers_that_say_what_they_head() {
    let sandbox = Sandbox::empty();
    let path = exported(&sandbox, "by-region", "html", &["--lang", "nl"]);
    let page = fs::read_to_string(path).unwrap();
    for part in ["<html lang=\"nl\">", "<caption>", "scope=\"col\"", "scope=\"row\"", "<dl>"] {
        assert!(page.contains(part), "{part} is missing");
    }
    for elsewhere in ["http://", "https://", "<script", "<link", "src="] {
        assert!(!page.contains(elsewhere), "{elsewhere} leads out of the page");
    }
}

#[test]
fn a_workbook_has_tables_for_people_and_the_values_of_csv_behind_them() {
    let sandbox = Sandbox::empty();
    let path = exported(&sandbox, "by-region", "xlsx", &[]);
    insta::assert_snapshot!(peer("readback.py", &["xlsx-structure", &path]), @"
    Cover: merged 0; formulas 0; frozen None; tables None
    Notes: merged 0; formulas 0; frozen None; tables notes=A3:C5
    Table 1: merged 0; formulas 0; frozen C6; tables table_1=A5:F39
    Columns: merged 0; formulas 0; frozen None; tables columns=A3:D9
    Data 1: merged 0; formulas 0; frozen A2; tables data_by_region=A1:H35
    created 2000-01-01T00:00:00
    ");
}

#[test]
fn workbooks_of_all_queries_are_as_guidance_for_accessible_spreadsheets_asks() {
    let sandbox = Sandbox::empty();
    let path = sandbox.join("all.xlsx").to_str().unwrap().to_owned();
    for language in ["en", "fr", "nl", "de"] {
        for how in [&["--chart", "lines"][..], &["--compare-with", "2"], &["--complete-only"]] {
            let run = ["run", "--all", "--lang", language, "--output", &path];
            warehouse().run_all(&[&run[..], how].concat()).ok();
            peer("workbook.py", &[language, &path]);
        }
    }
}

#[test]
fn several_answers_stand_in_one_workbook_with_the_values_of_each() {
    let sandbox = Sandbox::empty();
    let path = sandbox.join("two.xlsx").to_str().unwrap().to_owned();
    warehouse().run(["run", "by-region", "by-year", "--lang", "fr", "--output", &path]).ok();
    let expected = ["by-region", "by-year"].map(|it| warehouse().csv(it)).concat();
    assert_eq!(peer("readback.py", &["xlsx", &path]), expected);
    // The command on its cover gives its bytes again, on stdout too.
    let again = ["run", "by-region", "by-year", "--lang", "fr", "--format", "xlsx"];
    let again = warehouse().command(&again).output().unwrap();
    assert!(again.stdout == fs::read(&path).unwrap());
}

#[test]
fn a_notebook_runs_beside_its_arrow_file() {
    let sandbox = Sandbox::empty();
    let path = exported(&sandbox, "by-region", "ipynb", &[]);
    // The Arrow file is the one that would be written alone.
    let alone = Sandbox::empty();
    let arrow = exported(&alone, "by-region", "arrow", &[]);
    for (file, other) in [
        ("by-region.arrow", arrow),
        ("by-region.vl.json", alone.join("by-region.vl.json").to_str().unwrap().to_owned()),
    ] {
        assert!(fs::read(sandbox.join(file)).unwrap() == fs::read(other).unwrap(), "{file}");
    }
    let ran = peer("readback.py", &["ipynb-run", &path]);
    let expected = "result: text/html text/plain\npandas: text/html text/plain\n\
                    chart: application/vnd.vegalite.v5+json text/plain\n";
    assert_eq!(ran, expected);
}

#[test]
fn every_format_but_those_of_bare_rows_says_where_its_figures_come_from() {
    let sandbox = Sandbox::empty();
    for format in ["json", "parquet", "arrow", "markdown", "html", "ipynb", "px"] {
        let bytes = fs::read(exported(&sandbox, "by-region", format, &[])).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        for said in ["2025-11@1", "sppis run by-region", "query_blake3"] {
            assert!(text.contains(said), "{format} does not say {said}");
        }
    }
}

#[test]
fn every_format_has_a_file_of_its_own() {
    for (format, _) in FORMATS {
        let name = match format {
            "csv" | "tsv" => "delimited".to_owned(),
            _ => format.replace('-', "_"),
        };
        let path = repository().join(format!("src/export/{name}.rs"));
        assert!(path.exists(), "{} is missing", path.display());
    }
}
