//! No identifier in clear anywhere: not in the warehouse, not in what is printed.

use std::fs;

use proptest::prelude::*;

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

/// A warehouse whose identifiers are recoded.
fn coded() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("warehouse/sppis.toml", "identifier = \"coded\"\n");
    sandbox
}

/// Lines and columns of the findings of a rule.
fn found(sandbox: &Sandbox, delivery: &str, rule: &str) -> Vec<String> {
    let list = ["rejects", delivery, "--warnings", "--format", "csv"];
    let list = sandbox.run(list).ok().stdout;
    let of_rule = list.lines().filter(|line| line.split(',').nth(3) == Some(rule));
    of_rule.map(|line| line.split(',').skip(1).take(2).collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn a_token_of_another_person_in_a_code_column_is_refused_wherever_that_person_stands() {
    let sandbox = coded();
    let header = format!("{HEADER};NNISPTN2;CBENITGTYP");
    let rows = [
        "Zx-17/a;2;21004;2006-01-01;2006-01-31;;60;2;500.00;Zx-17/p;",
        // Of a row further down, of a partner above, in capitals, of a row that is rejected.
        "Zx-17/b;2;21004;2006-02-01;2006-02-28;;Zx-17/c;0;;;",
        "Zx-17/c;2;Zx-17/p;2006-02-01;2006-02-28;;60;0;;;",
        "qx-18/d;2;21004;2006-03-01;2006-03-31;QX-18/D1;60;0;;;",
        "qx-18/d1;2;21004;2006-03-01;2006-03-31;;60;0;;;",
        "Zx-99;2;21004;2006-13-01;2006-03-31;;60;0;;;",
        "Zx-17/f;2;Zx-99;2006-03-01;2006-03-31;;60;0;;;",
        // Under a code from which zeros are dropped.
        "0054321;2;21004;2006-03-01;2006-03-31;;60;0;;;",
        "Zx-17/h;2;21004;2006-03-01;2006-03-31;;60;0;;;0054321",
        // Codes: unknown, known and also a token, short and also a token.
        "Zx-17/g;2;21004;2006-03-01;2006-03-31;;Q77;0;;;",
        "60;2;21004;2006-03-01;2006-03-31;;60;0;;;",
        "1234;2;21004;2006-03-01;2006-03-31;;60;0;;;",
        "Zx-17/i;2;21004;2006-03-01;2006-03-31;1234;60;0;;;",
        // A national number is refused whatever form identifiers have.
        "Zx-17/j;2;21004;2006-03-01;2006-03-31;;93051822361;0;;;",
    ];
    let file = "DWH_SPPIS_Formulaires_2007-11.csv";
    sandbox.write(file, format!("{header}\n{}\n", rows.join("\n")));
    let dry = ["ingest", file, "--max-rejects", "50%", "--dry-run", "--findings", "f.csv"];
    let dry = sandbox.run(dry).ok();
    let ran = sandbox.run(["ingest", file, "--max-rejects", "50%"]).ok();
    assert!(ran.stdout.contains("rows read 14 = accepted 7 + rejected 7"), "{ran}");
    let in_code = found(&sandbox, "2007-11", "check.identifier-in-code");
    assert_eq!(in_code, ["3 THP_ID", "4 CPAS", "5 BUDART_ID", "8 CPAS", "10 CBENITGTYP"]);
    let by_decoding = found(&sandbox, "2007-11", "decode.code-identifier");
    assert_eq!(by_decoding, ["15 THP_ID"]);
    let told = sandbox.run(["rejects", "2007-11", "--rows"]).ok();
    let findings = sandbox.read("f.csv");
    let printed = format!("{dry}{ran}{told}{findings}").to_lowercase();
    for token in ["zx-17", "zx-99", "qx-18", "54321"] {
        assert!(!printed.contains(token), "{printed}");
    }
    assert_eq!(
        sandbox.csv("persons-by-quarter"),
        "quarter,observations,persons,convention_persons\n2006Q1,7,7,1\n"
    );
    // No file is left of the first reading, and the same bytes are known again.
    sandbox.run(["verify"]).ok();
    let again = sandbox.run(["ingest", file, "--max-rejects", "50%"]).ok();
    assert!(again.stdout.contains("nothing changed"), "{again}");
}

#[test]
fn a_token_of_the_delivery_in_a_corrected_row_is_refused_too() {
    let sandbox = coded();
    let rows = [
        "Zx-17/a;2;21004;2006-01-01;2006-01-31;;60;2;500.00",
        "Zx-17/b;2;21004;2006-02-01;2006-02-30;;60;0;",
        "Zx-17/c;2;21004;2006-02-01;2006-02-30;;60;0;",
    ];
    let file = sandbox.delivery("2007-11", &rows);
    sandbox.run(["ingest", &file, "--max-rejects", "2"]).ok();
    let corrected = [
        "3;Zx-17/b;2;21004;2006-02-01;2006-02-28;;Zx-17/a;0;",
        "4;Zx-17/c;2;21004;2006-02-01;2006-02-28;;60;0;",
    ];
    sandbox.write("corrected.csv", format!("LINE;{HEADER}\n{}\n", corrected.join("\n")));
    let ran = sandbox.run(["replay", "2007-11", "corrected.csv"]).ok();
    assert!(ran.stdout.contains("rows read 2 = accepted 1 + rejected 1"), "{ran}");
    assert!(!ran.to_string().contains("Zx-17"), "{ran}");
    let in_code = found(&sandbox, "2007-11", "check.identifier-in-code");
    assert_eq!(in_code, ["3 THP_ID"]);
}

/// A row of a delivery: a token, two codes, whether its dates are right.
type TokenRow = (usize, usize, usize, bool);

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn rows_with_a_token_among_their_codes_are_those_of_a_plain_look(
        rows in prop::collection::vec((0_usize..8, 0_usize..16, 0_usize..16, any::<bool>()), 1..12),
    ) {
        const TOKENS: [&str; 8] = ["T1", "T2", "Tok-3", "0500001", "x y", "60", "7", "T8"];
        let code = |at: usize| TOKENS.get(at).copied().unwrap_or(["", "60", "Q1", "Q2"][at % 4]);
        let text = |(at, (token, one, other, right)): (usize, &TokenRow)| {
            let (day, month) = (at + 1, if *right { "01" } else { "13" });
            let (token, one, other) = (TOKENS[*token], code(*one), code(*other));
            format!("{token};2;21004;2006-{month}-{day:02};2006-01-31;{one};{other};0;")
        };
        let lines: Vec<String> = rows.iter().enumerate().map(text).collect();
        let tokens: Vec<&str> = rows.iter().map(|row| TOKENS[row.0]).collect();
        let is_wrong = |(token, one, other, right): &&TokenRow| {
            let is_token = |column: &str, at: usize| {
                let code = code(at);
                // 60 is a code of THP_ID alone; a short number is refused in its own row only.
                let known = code == "60" && column == "THP_ID";
                let any = tokens.contains(&code) && !code.bytes().all(|it| it.is_ascii_digit())
                    || code == "0500001" && tokens.contains(&code);
                !known && (any || code == TOKENS[*token])
            };
            !right || is_token("BUDART_ID", *one) || is_token("THP_ID", *other)
        };
        let wrong = rows.iter().filter(is_wrong).count();
        let sandbox = coded();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let file = sandbox.delivery("2007-11", &lines);
        let ran = sandbox.run(["ingest", &file, "--max-rejects", "100%"]).ok();
        let expected = format!("= accepted {} + rejected {wrong}", rows.len() - wrong);
        prop_assert!(ran.stdout.contains(&expected), "{expected} {ran}");
    }
}
