//! No identifier in clear anywhere: not in the warehouse, not in what is printed.

use std::fs;

use crate::sandbox::{HEADER, Sandbox, files_below, repository};

/// Every run of 9 or more digits of a text is searched for, also inside Parquet files, whose
/// pages are compressed: the stored numbers are checked by value through the engine's export.
fn identifiers(text: &str) -> Vec<String> {
    let header = text.lines().next().unwrap_or_default().to_uppercase();
    let delimiter = [';', ',', '\t', '|'].into_iter().find(|it| header.contains(*it)).unwrap();
    let names: Vec<&str> = header.trim_start_matches('\u{feff}').split(delimiter).collect();
    let columns: Vec<usize> = names
        .iter()
        .enumerate()
        .filter(|(_, name)| ["NISS", "NNISPTN2"].contains(&name.trim_matches('"')))
        .map(|(at, _)| at)
        .collect();
    let mut found = Vec::new();
    for line in text.lines().skip(1) {
        let fields: Vec<&str> = line.split(delimiter).collect();
        for column in &columns {
            let digits: String = fields
                .get(*column)
                .map(|field| field.chars().filter(char::is_ascii_digit).collect())
                .unwrap_or_default();
            if digits.len() >= 9 {
                found.push(digits);
            }
        }
    }
    found.sort();
    found.dedup();
    found
}

#[test]
fn no_identifier_of_the_samples_is_stored_or_printed() {
    let mut searched = 0;
    for path in files_below(&repository().join("data-samples")) {
        let spoiled = path.components().any(|it| it.as_os_str() == "polluted");
        let returned = path.ends_with("corrected.csv");
        if spoiled || returned || path.extension().is_none_or(|ending| ending != "csv") {
            continue; // Spoiled and returned files have tests of their own.
        }
        let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).replace('\r', "\n");
        let sandbox = Sandbox::new();
        let window = ["--delivery", "backfill", "--window", "2002Q4..2004Q4"];
        let mut arguments = vec!["ingest", path.to_str().unwrap(), "--max-rejects", "100%"];
        if path.ends_with("DWH_backfill.csv") {
            arguments.extend(window);
        }
        let ran = sandbox.run_all(&arguments).ok();
        let delivery = sandbox.run(["history"]).ok().stdout;
        let id = delivery.lines().nth(1).and_then(|line| line.split_whitespace().nth(4)).unwrap();
        let id = id.split('@').next().unwrap();
        let rejects = sandbox.run(["rejects", id, "--warnings"]).ok();
        let printed = format!("{ran}{rejects}");
        let mut stored: Vec<u8> = Vec::new();
        for file in sandbox.files("warehouse") {
            stored.extend(fs::read(&file).unwrap());
            stored.extend(file.display().to_string().bytes());
        }
        for identifier in identifiers(&text) {
            assert!(!printed.contains(&identifier), "printed by {}", path.display());
            let bytes = identifier.as_bytes();
            let number: i64 = identifier.parse().unwrap();
            for needle in [bytes, &number.to_le_bytes()[..], &number.to_be_bytes()[..]] {
                let at = memchr::memmem::find(&stored, needle);
                assert!(at.is_none(), "an identifier of {} is stored", path.display());
            }
            searched += 1;
        }
    }
    assert!(searched > 100, "only {searched} identifiers were searched for");
}

#[test]
fn identifiers_in_wrong_columns_are_not_shown_either() {
    let sandbox = Sandbox::new();
    let number = "93051822361";
    let rows = [
        format!("{number};{number};{number};{number};{number};{number};{number};{number};{number}"),
        format!("93.05.18-223.62;1;21004;93.05.18-223.61;2006-01-31;;;9;{number}"),
        format!("{number};1;\"{number};2006-01-01;2006-01-31;;;2;"),
        format!("{number};1;21004;2006-01-01;2006-01-31;;;{number};5;{number}"),
    ];
    let text = format!("{HEADER}\n{}\n", rows.join("\n"));
    sandbox.write("DWH_SPPIS_Formulaires_2007-11.csv", text);
    let file = "DWH_SPPIS_Formulaires_2007-11.csv";
    let ran = sandbox.run(["ingest", file, "--max-rejects", "100%"]).ok();
    let rejects = sandbox.run(["rejects", "2007-11", "--warnings"]).ok();
    for form in [number, "93.05.18", "930518"] {
        assert!(!format!("{ran}{rejects}").contains(form), "{ran}{rejects}");
    }
    // A number that lost its leading zeros, and one that looks like millions of euros.
    let rows = [
        "85073003328;1;51842272;2006-01-01;2006-01-31;51842272;;2;",
        "85073003328;1;21004;2006-01-01;2006-01-31;;;2;930518223,61",
    ];
    let file = sandbox.delivery("2008-05", &rows);
    let ran = sandbox.run(["ingest", &file, "--max-rejects", "100%"]).ok();
    assert!(ran.stdout.contains("accepted 0 + rejected 2"), "{ran}");
    assert!(!ran.stdout.contains("51842272") && !ran.stdout.contains("930"), "{ran}");
    // A header made of identifiers is refused without repeating them.
    sandbox.write("header.csv", format!("{number};LEGISLATION;{number};DPAY1STDAY\n"));
    let refused = sandbox.run(["ingest", "header.csv", "--delivery", "2007-11"]);
    assert!(!refused.stderr.contains(number), "{refused}");
    let unknown = format!("{HEADER};{number}\n85073003328;1;;2006-01-01;2006-01-31;;;2;5;x\n");
    sandbox.write("unknown.csv", unknown);
    let ran = sandbox.run(["ingest", "unknown.csv", "--delivery", "2007-11"]).ok();
    assert!(!ran.stderr.contains(number), "{ran}");
}

#[test]
fn recoded_identifiers_are_told_apart_and_never_shown() {
    let sandbox = Sandbox::new();
    sandbox.write("warehouse/sppis.toml", "identifier = \"coded\"\n");
    let rows = [
        "Zx-17/a;2;21004;2006-01-01;2006-01-31;;60;2;500.00",
        "Zx-17/a;2;21004;2006-02-01;2006-02-28;;60;0;",
        "Zx-17/b;2;21004;2006-02-01;2006-02-28;;60;Zx-17/b;",
        "Zx-17/c;2;21004;Zx-17/c;2006-02-28;;60;;",
    ];
    let file = sandbox.delivery("2007-11", &rows);
    let ran = sandbox.run(["ingest", &file, "--max-rejects", "2"]).ok();
    assert!(!ran.stdout.contains("Zx-17"), "{ran}");
    assert_eq!(
        sandbox.csv("persons-by-quarter"),
        "quarter,observations,persons,convention_persons\n2006Q1,2,1,1\n"
    );
    let sexes = sandbox.csv("by-sex-and-age");
    assert!(sexes.lines().nth(1).unwrap().starts_with("2006Q1,,,"), "{sexes}");
}
