//! Amounts that are no amounts: nine or ten digits of a number are not millions of euros.

use std::fs;

use crate::sandbox::{PERSONS, Ran, Sandbox};

fn row(person: &str, amount: &str) -> String {
    format!("{person};1;21004;2006-07-01;2006-07-31;1168;;1;{amount}")
}

fn ingested(settings: &str, amounts: &[&str]) -> (Sandbox, Ran) {
    let sandbox = Sandbox::new();
    sandbox.write("warehouse/sppis.toml", settings);
    let rows: Vec<String> =
        amounts.iter().zip(PERSONS.iter().cycle()).map(|(it, person)| row(person, it)).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let file = sandbox.delivery("2008-05", &rows);
    let ran = sandbox.run(["ingest", &file, "--max-rejects", "100%"]).ok();
    (sandbox, ran)
}

fn lines_of(sandbox: &Sandbox, rule: &str) -> Vec<String> {
    let listed = sandbox.run(["rejects", "2008-05", "--rule", rule, "--format", "csv"]).ok().stdout;
    listed.lines().skip(1).map(|line| line.split(',').nth(1).unwrap().to_owned()).collect()
}

#[test]
fn digits_of_a_number_in_the_amount_are_no_euros_and_stand_nowhere() {
    let amounts = [
        "100000.00",
        "-100.000,00",
        "100000.01",
        "-100000.01",
        "930518223",
        "9305182236",
        "9.305.182.236,11",
        "930518223.61",
        "93051822361",
        "250.00",
    ];
    let (sandbox, ran) = ingested("", &amounts);
    for said in [
        "rows read 10 = accepted 3 + rejected 7",
        "euros accepted 250.00 = stored 250.00 + clipped 0.00",
        "euros in rejected rows, where readable 0.00",
        "  decode.amount-implausible  7 rows: ",
        "    line 7 `EBENCONVCM`: expected at most 100000.00 euros either way, found an amount of 10 digits\n",
    ] {
        assert!(ran.stdout.contains(said), "{ran}");
    }
    let lines: Vec<String> = (4..=10).map(|line| line.to_string()).collect();
    assert_eq!(lines_of(&sandbox, "decode.amount-implausible"), lines);
    let findings = sandbox.run(["rejects", "2008-05", "--warnings", "--format", "csv"]).ok().stdout;
    let rows = sandbox.run(["rejects", "2008-05", "--rows"]).ok().stdout;
    let report = sandbox.run(["validation", "2008-05"]).ok().stdout;
    for text in [&ran.stdout, &findings, &rows, &report] {
        for digits in ["9305", "305.182", "100000.01"] {
            assert!(!text.contains(digits), "{text}");
        }
    }
    assert_eq!(rows.matches("EBENCONVCM@").count(), 7, "{rows}");
    // The rows come back once the amount is one.
    let corrected = format!("{}\n6;{}\n", rows.lines().next().unwrap(), row(PERSONS[0], "93.05"));
    sandbox.write("corrected.csv", corrected);
    let ran = sandbox.run(["replay", "2008-05", "corrected.csv"]).ok();
    assert!(ran.stdout.contains("rows read 1 = accepted 1 + rejected 0"), "{ran}");
}

#[test]
fn the_largest_amount_is_a_setting_that_is_read_to_the_cent() {
    for largest in ["\"250.10\"", "250.10", "\"250,1\"", "250.1"] {
        let settings = format!("max_amount = {largest}\n");
        let (sandbox, ran) = ingested(&settings, &["250.10", "250.11", "-250.11", "0"]);
        assert!(ran.stdout.contains("rows read 4 = accepted 2 + rejected 2"), "{ran}");
        assert!(ran.stdout.contains("expected at most 250.10 euros either way"), "{ran}");
        assert_eq!(lines_of(&sandbox, "decode.amount-implausible"), ["3", "4"]);
    }
    let (_, ran) = ingested("max_amount = 300000\n", &["250000"]);
    assert!(ran.stdout.contains("rows read 1 = accepted 1 + rejected 0"), "{ran}");
    // No binary float has all of these digits.
    let (_, ran) = ingested("max_amount = 9007199254.93\n", &["9007199254.93", "9007199254.94"]);
    assert!(ran.stdout.contains("rows read 2 = accepted 1 + rejected 1"), "{ran}");
}

#[test]
fn a_largest_amount_that_is_none_is_refused() {
    let sandbox = Sandbox::new();
    for (largest, said) in [
        ("\"much\"", "expected euros such as \"100000.00\", found `much`"),
        ("1e5", "expected euros such as \"100000.00\", found `1e5`"),
        ("0x10", "`max_amount` must be a number, found a whole number"),
        ("true", "`max_amount` must be a number, found true or false"),
        ("0", "expected more than no euros, found `0`"),
        ("-5", "expected more than no euros, found `-5`"),
        ("12345678901", "expected at most 10 digits of euros, found `12345678901`"),
        ("1.234", "expected euros such as \"100000.00\", found `1.234`"),
    ] {
        sandbox.write("warehouse/sppis.toml", format!("max_amount = {largest}\n"));
        let refused = sandbox.run(["deliveries"]);
        assert_eq!(refused.code, 2, "{refused}");
        assert!(refused.stderr.contains(said), "{refused}");
    }
}

#[test]
fn a_warehouse_of_before_has_the_same_largest_amount_and_its_deliveries_stay() {
    let (sandbox, _) = ingested("identifier = \"national\"\n", &["250.00"]);
    let settings = fs::read_to_string(Sandbox::new().join("warehouse/sppis.toml")).unwrap();
    assert!(settings.contains("max_amount = \"100000.00\""), "{settings}");
    sandbox.write("warehouse/sppis.toml", settings);
    let again = sandbox.run(["ingest", "DWH_SPPIS_Formulaires_2008-05.csv"]).ok();
    assert!(again.stdout.contains("the same bytes are already current"), "{again}");
    sandbox.write("warehouse/sppis.toml", "max_amount = 200.00\n");
    let again =
        sandbox.run(["ingest", "DWH_SPPIS_Formulaires_2008-05.csv", "--max-rejects", "100%"]);
    assert!(again.stdout.contains("decode.amount-implausible  1 row"), "{again}");
}
