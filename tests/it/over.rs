//! Which quarters a figure is over: a number says so where some of them are missing, and there is no
//! number where all are. What has no number says why, in every answer and every format.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use sppis::disclosure::{Cell, Member};
use sppis::pipeline::answer::{Basis, Means, answer, verify};
use sppis::query::Arguments;
use sppis::warehouse::Warehouse;

use crate::belonging::{DELIVERIES, asked, asked_by_all_ways, ingest, row, rows_of};
use crate::sandbox::{PERSONS, Sandbox};

/// The second halves of 2006 and 2007; the half year between them is missing.
fn with_a_gap() -> Sandbox {
    let sandbox = Sandbox::new();
    let [a, b, ..] = PERSONS;
    for (id, year) in [("2008-05", 2006), ("2009-05", 2007)] {
        let rows = [
            format!("{a};1;21004;{year}-07-01;{year}-07-31;;;1;10.00"),
            format!("{b};2;62063;{year}-10-01;{year}-10-31;;60;;"),
        ];
        let file = sandbox.delivery(id, &rows.each_ref().map(String::as_str));
        sandbox.run(["ingest", &file]).ok();
    }
    sandbox
}

/// The answer of a query as CSV with what is said beside it, the same by all ways of counting.
fn ask(sandbox: &Sandbox, text: &str, more: &[&str]) -> String {
    let verified = asked_by_all_ways(sandbox, text, more);
    let said = verified.stderr.lines().filter(|line| line.starts_with("note: "));
    let said: String = said.map(|line| line.to_owned() + "\n").collect();
    verified.stdout + &said
}

const TOTALS: &str = "metrics = [\"persons\", \"amount\", \"amount_per_convention_person\"]\n\
                      dimensions = [\"quarter\"]\ntotals = [[]]\n";

#[test]
fn what_comes_from_another_quarter_is_no_number_of_one_that_was_not_delivered() {
    let sandbox = Sandbox::new();
    // An amount of a regime that has none, which a complete answer shows where it is held.
    for (id, month) in [("2008-05", "2006-10"), ("2009-11", "2008-04")] {
        let row = format!("{};6;21004;{month}-01;{month}-28;;;1;21.21", PERSONS[0]);
        let file = sandbox.delivery(id, &[&row]);
        sandbox.run(["ingest", &file]).ok();
    }
    let text = "metrics = [\"observations\"]\ndimensions = [\"quarter\", \"regime\"]\n\
                complete = true\n[derived.change]\nchange = \"amount\"\nagainst = \"year_before\"\n";
    let of_quarter = ["--from", "2007Q4", "--to", "2007Q4", "--where", "regime=organic_law"];
    insta::assert_snapshot!(ask(&sandbox, text, &of_quarter), @"
    quarter,regime,observations,change,observations_status,change_status
    2007Q4,organic_law,,,not_delivered,not_delivered
    note: asked for and not delivered: 2007Q4
    ");
}

#[test]
fn a_total_over_quarters_that_were_never_delivered_has_no_number() {
    let sandbox = with_a_gap();
    insta::assert_snapshot!(ask(&sandbox, TOTALS, &["--from", "2030Q1", "--to", "2030Q4"]), @"
    quarter,persons,amount,amount_per_convention_person,persons_status,amount_status,amount_per_convention_person_status
    total,,,,not_delivered,not_delivered,not_delivered
    note: asked for and not delivered: 2030Q1..2030Q4
    ");
    insta::assert_snapshot!(ask(&sandbox, TOTALS, &["--from", "2007Q1", "--to", "2007Q2"]), @"
    quarter,persons,amount,amount_per_convention_person,persons_status,amount_status,amount_per_convention_person_status
    total,,,,not_delivered,not_delivered,not_delivered
    note: asked for and not delivered: 2007Q1..2007Q2
    ");
    insta::assert_snapshot!(ask(&sandbox, TOTALS, &["--from", "2030Q1"]), @"
    quarter,persons,amount,amount_per_convention_person,persons_status,amount_status,amount_per_convention_person_status
    total,,,,not_delivered,not_delivered,not_delivered
    note: asked for and not delivered: 2030Q1
    ");
    insta::assert_snapshot!(ask(&sandbox, TOTALS, &["--where", "quarter=2030Q1"]), @"
    quarter,persons,amount,amount_per_convention_person,persons_status,amount_status,amount_per_convention_person_status
    total,,,,not_delivered,not_delivered,not_delivered
    note: asked for and not delivered: 2030Q1
    ");
    insta::assert_snapshot!(ask(&sandbox, TOTALS, &["--where", "year=2030"]), @"
    quarter,persons,amount,amount_per_convention_person,persons_status,amount_status,amount_per_convention_person_status
    total,,,,not_delivered,not_delivered,not_delivered
    note: asked for and not delivered: 2030Q1..2030Q4
    ");
    let course = format!("filter = \"measure_count = 'one'\"\n{TOTALS}");
    insta::assert_snapshot!(ask(&sandbox, &course, &["--from", "2007Q1", "--to", "2007Q2"]), @"
    quarter,persons,amount,amount_per_convention_person,persons_status,amount_status,amount_per_convention_person_status
    total,,,,not_delivered,not_delivered,not_delivered
    note: asked for and not delivered: 2007Q1..2007Q2
    ");
    let complete = format!("complete = true\n{TOTALS}");
    insta::assert_snapshot!(ask(&sandbox, &complete, &["--where", "quarter=2030Q1"]), @"
    quarter,persons,amount,amount_per_convention_person,persons_status,amount_status,amount_per_convention_person_status
    2030Q1,,,,not_delivered,not_delivered,not_delivered
    total,,,,not_delivered,not_delivered,not_delivered
    note: asked for and not delivered: 2030Q1
    ");
    // One that was delivered and where nobody was is 0.
    let nobody = format!("filter = \"cpas = '11002'\"\n{TOTALS}");
    insta::assert_snapshot!(ask(&sandbox, &nobody, &["--from", "2007Q3", "--to", "2007Q4"]), @"
    quarter,persons,amount,amount_per_convention_person,amount_per_convention_person_status
    total,0,0.00,,undefined
    ");
}

#[test]
fn a_total_over_quarters_of_which_some_were_delivered_is_partial() {
    let sandbox = with_a_gap();
    insta::assert_snapshot!(ask(&sandbox, TOTALS, &["--from", "2006Q4", "--to", "2007Q3"]), @"
    quarter,persons,amount,amount_per_convention_person,persons_status,amount_status,amount_per_convention_person_status
    2006Q4,1,0.00,,,,undefined
    2007Q3,1,10.00,10.00,,,
    total,2,10.00,10.00,partial,partial,partial
    note: mine: partial without 2007Q1..2007Q2: not delivered
    ");
    insta::assert_snapshot!(ask(&sandbox, TOTALS, &["--from", "2007Q4", "--to", "2008Q1"]), @"
    quarter,persons,amount,amount_per_convention_person,persons_status,amount_status,amount_per_convention_person_status
    2007Q4,1,0.00,,,,undefined
    total,1,0.00,,partial,partial,undefined
    note: mine: partial without 2008Q1: not delivered
    ");
    insta::assert_snapshot!(ask(&sandbox, TOTALS, &["--where", "year=2007"]), @"
    quarter,persons,amount,amount_per_convention_person,persons_status,amount_status,amount_per_convention_person_status
    2007Q3,1,10.00,10.00,,,
    2007Q4,1,0.00,,,,undefined
    total,2,10.00,10.00,partial,partial,partial
    note: mine: partial without 2007Q1..2007Q2: not delivered
    ");
    // Where no quarters are asked for it is over those delivered, and says which.
    insta::assert_snapshot!(ask(&sandbox, TOTALS, &[]), @"
    quarter,persons,amount,amount_per_convention_person,amount_per_convention_person_status
    2006Q3,1,10.00,10.00,
    2006Q4,1,0.00,,undefined
    2007Q3,1,10.00,10.00,
    2007Q4,1,0.00,,undefined
    total,2,20.00,20.00,
    note: rows without a quarter or year are over the quarters delivered: 2006Q3..2006Q4, 2007Q3..2007Q4
    ");
}

#[test]
fn a_share_of_a_whole_over_some_of_its_quarters_is_partial_too() {
    let text = "metrics = [\"persons\"]\ndimensions = [\"quarter\"]\n\
                [derived.part]\nshare = \"persons\"\n";
    let range = ["--from", "2007Q2", "--to", "2007Q4"];
    insta::assert_snapshot!(ask(&with_a_gap(), text, &range), @"
    quarter,persons,part,part_status
    2007Q3,1,50.0,partial
    2007Q4,1,50.0,partial
    note: mine: partial without 2007Q2: not delivered
    ");
}

const BY_YEAR: &str = "metrics = [\"persons\", \"days\"]\ndimensions = [\"year\", \"sex\"]\ntotals = [[\"year\"], [\"sex\"]]\n";

#[test]
fn a_year_of_which_half_was_delivered_or_asked_for_is_partial() {
    let sandbox = with_a_gap();
    insta::assert_snapshot!(ask(&sandbox, BY_YEAR, &[]), @"
    year,sex,persons,days,persons_status,days_status
    2006,M,2,62,partial,partial
    2006,total,2,62,partial,partial
    2007,M,2,62,partial,partial
    2007,total,2,62,partial,partial
    total,M,2,124,,
    note: mine: partial without 2006Q1..2006Q2, 2007Q1..2007Q2: not delivered
    note: rows without a quarter or year are over the quarters delivered: 2006Q3..2006Q4, 2007Q3..2007Q4
    ");
    insta::assert_snapshot!(ask(&sandbox, BY_YEAR, &["--from", "2006Q4", "--to", "2006Q4"]), @"
    year,sex,persons,days,persons_status,days_status
    2006,M,1,31,partial,partial
    2006,total,1,31,partial,partial
    total,M,1,31,,
    note: mine: partial without 2006Q1..2006Q2: not delivered
    note: partial without 2006Q3: not asked for
    ");
    for (id, year) in [("2008-11", 2007), ("2007-11", 2006)] {
        let row = format!("{};1;21004;{year}-01-01;{year}-01-31;;;1;10.00", PERSONS[2]);
        let file = sandbox.delivery(id, &[&row]);
        sandbox.run(["ingest", &file]).ok();
    }
    insta::assert_snapshot!(ask(&sandbox, BY_YEAR, &[]), @"
    year,sex,persons,days
    2006,M,3,93
    2006,total,3,93
    2007,M,3,93
    2007,total,3,93
    total,M,3,186
    note: rows without a quarter or year are over the quarters delivered: 2006Q1..2007Q4
    ");
}

#[test]
fn moving_and_cumulative_figures_over_some_of_their_quarters_are_partial() {
    let text = "metrics = [\"persons\"]\ndimensions = [\"quarter\"]\n\
                [derived.so_far]\ncumulative = \"persons\"\n\
                [derived.half]\nmoving = \"persons\"\nquarters = 2\n\
                [derived.two_years]\nmoving = \"amount\"\nquarters = 8\n\
                [derived.change]\nchange = \"persons\"\n";
    let sandbox = with_a_gap();
    insta::assert_snapshot!(ask(&sandbox, text, &[]), @"
    quarter,persons,so_far,half,two_years,change,so_far_status,half_status,two_years_status,change_status
    2006Q3,1,1,1,,,partial,partial,not_applicable,not_delivered
    2006Q4,1,2,2,10.00,0,partial,,partial,
    2007Q3,1,1,1,20.00,,partial,partial,partial,not_delivered
    2007Q4,1,2,2,20.00,0,partial,,partial,
    note: mine: partial without 2005Q1..2006Q2, 2007Q1..2007Q2: not delivered
    ");
    insta::assert_snapshot!(ask(&sandbox, text, &["--from", "2007Q3", "--to", "2007Q3"]), @"
    quarter,persons,so_far,half,two_years,change,so_far_status,half_status,two_years_status,change_status
    2007Q3,1,1,1,20.00,,partial,partial,partial,not_delivered
    note: mine: partial without 2005Q4..2006Q2, 2007Q1..2007Q2: not delivered
    ");
}

#[test]
fn a_cell_without_a_number_says_why_in_every_format() {
    let sandbox = Sandbox::new();
    let header = crate::sandbox::HEADER;
    let [a, b, ..] = PERSONS;
    let rows = [
        format!("{a};1;21004;2004-10-01;2004-10-31;;;1;"),
        format!("{b};6;21004;2005-01-01;2005-01-31;;;;"),
        format!("{a};1;21004;2005-01-01;2005-01-31;;;1;10.00"),
    ];
    sandbox.write("bf.csv", format!("{header}\n{}\n", rows.join("\n")));
    let window = ["--delivery", "bf", "--window", "2004Q4..2005Q1"];
    sandbox.run_all(&[&["ingest", "bf.csv"], &window[..]].concat()).ok();
    let text = "metrics = [\"amount\", \"amount_per_convention_person\"]\n\
                dimensions = [\"quarter\", \"regime\"]\n\
                [derived.change]\nchange = \"amount\"\n\
                [derived.before]\nchange = \"persons\"\n";
    // Figures that were counted stay what they are: an answer that is not complete tells no regime
    // or year apart.
    insta::assert_snapshot!(ask(&sandbox, text, &[]), @"
    quarter,regime,amount,amount_per_convention_person,change,before,amount_per_convention_person_status,change_status,before_status
    2004Q4,integration_sociale,0.00,0.00,,,,not_applicable,not_delivered
    2005Q1,integration_sociale,10.00,10.00,,0,,not_applicable,
    2005Q1,organic_law,0.00,,,1,undefined,not_applicable,
    ");
    let run = |format: &str| sandbox.run(["run", "mine", "--format", format]).ok().stdout;
    insta::assert_snapshot!(run("table"), @"
    mine
     quarter  regime               amount  amount_per_convention_person  change  before  amount_per_convention_person_status  change_status   before_status
     2004Q4   integration_sociale    0.00                          0.00       .       :                                       not_applicable  not_delivered
     2005Q1   integration_sociale   10.00                         10.00       .       0                                       not_applicable
     2005Q1   organic_law            0.00                             –       .       1  undefined                            not_applicable
    3 rows; version 1 with bf@1; classification 1669121ef5dc
    ");
    let document: serde_json::Value = serde_json::from_str(&run("json")).unwrap();
    insta::assert_snapshot!(document["rows"][0], @r#"{"amount":"0.00","amount_per_convention_person":"0.00","amount_per_convention_person_status":null,"before":null,"before_status":"not_delivered","change":null,"change_status":"not_applicable","quarter":"2004Q4","regime":"integration_sociale"}"#);
    for format in ["tsv", "ndjson", "markdown", "html"] {
        let text = run(format);
        assert!(text.replace('\\', "").contains("not_applicable"), "{format}: {text}");
    }
    // An answer in which every cell is a number has no column more.
    insta::assert_snapshot!(ask(&sandbox, "metrics = [\"amount\"]\ndimensions = [\"regime\"]\n", &[]), @"
    regime,amount
    integration_sociale,10.00
    organic_law,0.00
    note: rows without a quarter or year are over the quarters delivered: 2004Q4..2005Q1
    ");
}

#[test]
fn a_complete_answer_always_has_its_statuses() {
    let text = "metrics = [\"persons\"]\ndimensions = [\"sex\"]\ncomplete = true\n";
    insta::assert_snapshot!(ask(&with_a_gap(), text, &[]), @"
    sex,persons,persons_status
    F,0,
    M,2,
    note: rows without a quarter or year are over the quarters delivered: 2006Q3..2006Q4, 2007Q3..2007Q4
    ");
}

#[test]
fn who_is_in_no_measure_does_not_depend_on_months_that_are_missing() {
    let sandbox = Sandbox::new();
    let [a, b, ..] = PERSONS;
    for (id, year) in [("2008-05", 2006), ("2009-05", 2007)] {
        let rows = [
            format!("{a};2;21004;{year}-07-01;{year}-07-31;;60;;"),
            format!("{b};2;21004;{year}-07-01;{year}-07-31;;;;"),
        ];
        let file = sandbox.delivery(id, &rows.each_ref().map(String::as_str));
        sandbox.run(["ingest", &file]).ok();
    }
    let text = "metrics = [\"persons\"]\ndimensions = [\"quarter\"]\n";
    let asked = ask(&sandbox, text, &["--where", "measure_months=none"]);
    insta::assert_snapshot!(asked, @"
    quarter,persons
    2006Q3,1
    2007Q3,1
    ");
    let filtered = format!("{text}filter = \"measure_months IS NULL\"\n");
    assert_eq!(ask(&sandbox, &filtered, &[]), asked);
    let both = ["--where", "measure_months=none", "--where", "measure_months=01-03"];
    insta::assert_snapshot!(ask(&sandbox, text, &both), @"
    quarter,persons,persons_status
    2006Q3,2,
    2007Q3,2,partial
    note: mine: partial without 2007Q1..2007Q2: not delivered
    ");
    let by_months = text.replace("\"quarter\"", "\"quarter\", \"measure_months\"");
    insta::assert_snapshot!(ask(&sandbox, &by_months, &[]), @"
    quarter,measure_months,persons,persons_status
    2006Q3,01-03,1,
    2006Q3,,1,
    2007Q3,01-03,1,partial
    2007Q3,,1,
    note: mine: partial without 2007Q1..2007Q2: not delivered
    ");
}

#[test]
fn a_warehouse_without_a_delivery_has_no_figures() {
    let sandbox = Sandbox::new();
    insta::assert_snapshot!(sandbox.run(["run", "by-year"]), @"
    exit 2
    --- stdout
    --- stderr
    error: expected a delivery to answer from, found none in version 0
    hint: `sppis ingest FILE` takes one in; `sppis history` shows what there is in each version
    ");
    let refused = sandbox.run(["run", "by-year"]).stderr;
    let statement = "SELECT count(*) AS rows FROM observations";
    for arguments in [["explain", "by-year"], ["sql", statement]] {
        let ran = sandbox.run(arguments);
        assert_eq!((ran.code, ran.stdout, ran.stderr), (2, String::new(), refused.clone()));
    }
}

#[test]
fn what_explains_an_answer_names_the_quarters_that_were_not_delivered_too() {
    let said = |arguments: &[&str]| {
        let arguments = [&["explain", "by-year"], arguments].concat();
        let ran = with_a_gap().run_all(&arguments).ok();
        ran.stderr
    };
    insta::assert_snapshot!(said(&["--from", "2030Q1", "--to", "2030Q4"]), @"note: asked for and not delivered: 2030Q1..2030Q4");
    insta::assert_snapshot!(said(&["--from", "2006Q4", "--to", "2008Q1"]), @"note: asked for and not delivered: 2007Q1..2007Q2, 2008Q1");
    assert_eq!(said(&[]), "");
}

/// All formats of an answer that are texts.
const TEXTS: [&str; 9] =
    ["table", "csv", "tsv", "json", "ndjson", "markdown", "html", "ipynb", "sdmx-csv"];

#[test]
fn figures_over_some_of_their_quarters_are_left_out_where_that_is_asked_and_a_note_says_so() {
    let sandbox = with_a_gap();
    let text = "metrics = [\"persons\"]\ndimensions = [\"quarter\"]\ntotals = [[]]\n\
                [derived.half]\nmoving = \"persons\"\nquarters = 2\n\
                [derived.two_years]\nmoving = \"days\"\nquarters = 8\n";
    insta::assert_snapshot!(ask(&sandbox, text, &["--from", "2006Q3", "--complete-only"]), @"
    quarter,persons,half,two_years,half_status,two_years_status
    2006Q3,1,,,partial,partial
    2006Q4,1,2,,,partial
    2007Q3,1,,,partial,partial
    2007Q4,1,2,,,partial
    note: figures left out, being over some of their quarters only: 7; without 2004Q4..2006Q2, 2007Q1..2007Q2
    ");
    insta::assert_snapshot!(ask(&sandbox, BY_YEAR, &["--complete-only"]), @"
    year,sex,persons,days
    total,M,2,124
    note: rows without a quarter or year are over the quarters delivered: 2006Q3..2006Q4, 2007Q3..2007Q4
    note: figures left out, being over some of their quarters only: 8; without 2006Q1..2006Q2, 2007Q1..2007Q2
    ");
    let complete = "metrics = [\"persons\"]\ndimensions = [\"year\"]\ncomplete = true\n";
    insta::assert_snapshot!(ask(&sandbox, complete, &["--where", "year=2007,2009", "--complete-only"]), @"
    year,persons,persons_status
    2009,,not_delivered
    note: asked for and not delivered: 2009Q1..2009Q4
    note: figures left out, being over some of their quarters only: 1; without 2007Q1..2007Q2
    ");
    let top = "metrics = [\"persons\"]\ndimensions = [\"year\", \"cpas\"]\n\
               [top]\ndimension = \"cpas\"\nby = \"persons\"\ncount = 1\n";
    insta::assert_snapshot!(ask(&sandbox, top, &["--complete-only"]), @"
    year,cpas,persons
    note: figures left out, being over some of their quarters only: 4; without 2006Q1..2006Q2, 2007Q1..2007Q2
    ");
    insta::assert_snapshot!(ask(&sandbox, BY_YEAR, &["--complete-only", "--where", "year=2030"]), @"
    year,sex,persons,days
    note: asked for and not delivered: 2030Q1..2030Q4
    ");
}

#[test]
fn every_format_leaves_partial_figures_out_and_its_command_gives_it_again() {
    let sandbox = with_a_gap();
    let text = "metrics = [\"persons\", \"days\"]\ndimensions = [\"year\", \"sex\"]\n\
                totals = [[\"sex\"]]\n";
    sandbox.write("warehouse/queries/mine.toml", text);
    let run = |format: &str, more: &[&str]| {
        let asked = ["run", "mine", "--where", "sex=M", "--format", format];
        sandbox.run_all(&[&asked, more].concat()).ok()
    };
    let note = "figures left out, being over some of their quarters only: 4; without \
                2006Q1..2006Q2, 2007Q1..2007Q2";
    for format in TEXTS {
        let (all, some) = (run(format, &[]), run(format, &["--complete-only"]));
        assert!(all.stdout.contains("2006"), "{format}: {all}");
        // A chart says of each point whether it is partial.
        let chart = ["\"partial\": false", "datum.partial"];
        let told = some.stdout.replace('\\', "") + &some.stderr;
        let told = chart.iter().fold(told, |told, text| told.replace(text, ""));
        // Pages are for readers who know no names of data.
        let page =
            note.replace("figures", "Figures").replace("2006Q1..2006Q2", "Q1 2006 – Q2 2006");
        let page = page.replace("2007Q1..2007Q2", "Q1 2007 – Q2 2007");
        let is_told = told.contains(note) || (format == "html" && told.contains(&page));
        assert!(format == "sdmx-csv" || is_told, "{format}: {told}");
        assert!(!told.contains("partial"), "{format}: {told}");
    }
    let document: serde_json::Value =
        serde_json::from_str(&run("json", &["--complete-only"]).stdout).unwrap();
    insta::assert_snapshot!(document["command"], @r#""sppis run mine --where sex=M --as-of 2 --complete-only --format json""#);
    assert_eq!(document["complete_only"], "yes");
    let command = document["command"].as_str().unwrap();
    let command = command.replace("--format json", "");
    let words: Vec<&str> = command.split_whitespace().skip(1).chain(["--format", "csv"]).collect();
    assert_eq!(sandbox.run_all(&words).ok().stdout, run("csv", &["--complete-only"]).stdout);
    // Binary formats hold the same rows as the others.
    for (format, ending) in [("parquet", "parquet"), ("arrow", "arrow"), ("xlsx", "xlsx")] {
        let file = format!("mine.{ending}");
        let written = run(format, &["--complete-only", "--output", &file]);
        assert!(written.stdout.is_empty() && sandbox.join(&file).exists(), "{written}");
    }
}

#[test]
fn what_one_state_alone_fills_in_comes_or_goes_with_its_number() {
    let sandbox = Sandbox::new();
    let [a, b, ..] = PERSONS;
    let row =
        |person, regime, rest| format!("{person};{regime};21004;2006-07-01;2006-07-31;;;{rest}");
    let kept = row(a, 1, "1;10.00");
    for other in [row(b, 6, "1;40.00"), row(b, 6, ";")] {
        let file = sandbox.delivery("2008-05", &[&kept, &other]);
        sandbox.run(["ingest", &file]).ok();
    }
    let text = "metrics = [\"convention_persons\", \"amount\"]\ndimensions = [\"quarter\", \"regime\"]\n\
                totals = [[\"quarter\"]]\ncomplete = true\n\
                [derived.part]\nshare = \"amount\"\nwithin = [\"quarter\"]\n\
                [derived.mean]\nratio = [\"amount\", \"persons\"]\n";
    sandbox.write("warehouse/queries/mine.toml", text);
    let run = |name: &str| {
        let range = ["--from", "2006Q3", "--to", "2006Q3"];
        let arguments = ["run", name, "--compare-with", "2008-05@1", "--format", "csv"];
        sandbox.run_all(&[&arguments[..], &range].concat()).ok().stdout
    };
    insta::assert_snapshot!(run("mine"), @"
    quarter,regime,convention_persons,convention_persons_before,convention_persons_difference,amount,amount_before,amount_difference,part,part_before,part_difference,mean,mean_before,mean_difference,convention_persons_status,convention_persons_before_status,convention_persons_difference_status,amount_status,amount_before_status,amount_difference_status,part_status,part_before_status,part_difference_status,mean_status,mean_before_status,mean_difference_status,revision
    2006Q3,aide_sociale,0,0,0,0.00,0.00,0.00,0.0,0.0,0.0,,,,,,,,,,,,,undefined,undefined,undefined,unchanged
    2006Q3,integration_sociale,1,1,0,10.00,10.00,0.00,100.0,20.0,80.0,10.00,10.00,0.00,,,,,,,,,,,,,revised
    2006Q3,organic_law,,1,-1,,40.00,-40.00,,80.0,-80.0,,40.00,-40.00,not_applicable,,,not_applicable,,,not_applicable,,,not_applicable,,,revised
    2006Q3,total,1,2,-1,10.00,50.00,-40.00,100.0,100.0,0.0,5.00,25.00,-20.00,,,,,,,,,,,,,revised
    ");
}

#[test]
fn all_rows_are_new_beside_a_state_without_a_delivery() {
    let sandbox = with_a_gap();
    let text = "metrics = [\"persons\"]\ndimensions = [\"sex\"]\ntotals = [[]]\n";
    sandbox.write("warehouse/queries/mine.toml", text);
    let run = |more: [&str; 4]| {
        let ran = sandbox.run_all(&[&["run", "mine", "--format", "csv"][..], &more].concat()).ok();
        ran.stdout + &ran.stderr
    };
    insta::assert_snapshot!(run(["--as-of", "2", "--compare-with", "0"]), @"
    sex,persons,persons_before,persons_difference,persons_before_status,persons_difference_status,revision
    M,2,,,not_delivered,undefined,new
    total,2,,,not_delivered,undefined,new
    note: rows without a quarter or year are over the quarters delivered: 2006Q3..2006Q4, 2007Q3..2007Q4
    ");
    insta::assert_snapshot!(run(["--as-of", "0", "--compare-with", "2"]), @"
    sex,persons,persons_before,persons_difference,persons_status,persons_difference_status,revision
    M,,2,,not_delivered,undefined,gone
    total,,2,,not_delivered,undefined,gone
    note: before, rows without a quarter or year were over 2006Q3..2006Q4, 2007Q3..2007Q4
    ");
    insta::assert_snapshot!(run(["--as-of", "2", "--compare-with", "1"]), @"
    sex,persons,persons_before,persons_difference,revision
    M,2,2,0,unchanged
    total,2,2,0,unchanged
    note: rows without a quarter or year are over the quarters delivered: 2006Q3..2006Q4, 2007Q3..2007Q4
    note: before, rows without a quarter or year were over 2006Q3..2006Q4
    ");
}

/// Quarters in order, some of them before and after all deliveries.
fn quarters() -> Vec<String> {
    (2005..2010).flat_map(|year| (1..=4).map(move |number| format!("{year}Q{number}"))).collect()
}

/// So many quarters up to one, by their places.
fn span(last: &str, count: usize) -> BTreeSet<String> {
    let all = quarters();
    let at = all.iter().position(|it| it == last).unwrap();
    let before = (at + 1..count).map(|lacking| format!("before {lacking}"));
    all[(at + 1).saturating_sub(count)..=at].iter().cloned().chain(before).collect()
}

/// What a query narrows its quarters to.
#[derive(Debug, Clone)]
enum Narrowed {
    Nothing,
    Range(usize, usize),
    Quarters(Vec<usize>),
    Years(Vec<i32>),
}

fn narrowed() -> impl Strategy<Value = Narrowed> {
    let places = 0..quarters().len();
    prop_oneof![
        Just(Narrowed::Nothing),
        (places.clone(), 0..8_usize).prop_map(|(from, more)| Narrowed::Range(from, more)),
        prop::collection::vec(places, 1..3).prop_map(Narrowed::Quarters),
        subsequence(vec![2005, 2006, 2007, 2008, 2009], 1..=2).prop_map(Narrowed::Years),
    ]
}

impl Narrowed {
    /// The quarters asked for, if some are.
    fn asked(&self) -> Option<BTreeSet<String>> {
        let all = quarters();
        Some(match self {
            Self::Nothing => return None,
            Self::Range(from, more) => all.into_iter().skip(*from).take(more + 1).collect(),
            Self::Quarters(places) => places.iter().map(|at| all[*at].clone()).collect(),
            Self::Years(years) => {
                let of_years =
                    |it: &String| years.iter().any(|year| it.starts_with(&year.to_string()));
                all.into_iter().filter(of_years).collect()
            }
        })
    }

    fn arguments(&self) -> Arguments {
        let asked = self.asked().unwrap_or_default();
        let wheres = match self {
            Self::Quarters(_) => {
                asked.iter().map(|it| ("quarter".to_owned(), it.clone())).collect()
            }
            Self::Years(years) => {
                years.iter().map(|it| ("year".to_owned(), it.to_string())).collect()
            }
            _ => Vec::new(),
        };
        let is_range = matches!(self, Self::Range(..));
        let end = |it: Option<&String>| it.filter(|_| is_range).map(|it| it.parse().unwrap());
        Arguments {
            from: end(asked.first()),
            to: end(asked.last()),
            wheres,
            ..Arguments::default()
        }
    }
}

/// A query by some time or none, with totals, and figures over several quarters where it is by quarter.
fn queries() -> impl Strategy<Value = String> {
    let time = select(vec![&["quarter"][..], &["year"], &[], &["year", "quarter"]]);
    let others = subsequence(vec!["regime", "sex", "measure_entry"], 0..=1);
    let filter = select(vec!["", "filter = \"measure_count = 'one'\"", "filter = \"age < 60\""]);
    (time, others, 2..6, filter, any::<bool>()).prop_map(|(time, others, quarters, filter, all)| {
        let dimensions = [time, &others].concat();
        let derived = format!(
            "[derived.so_far]\ncumulative = \"days\"\n[derived.moving]\nmoving = \"persons\"\n\
             quarters = {quarters}\n[derived.change]\nchange = \"days\"\n"
        );
        format!(
            "metrics = [\"persons\", \"days\"]\ndimensions = {dimensions:?}\n\
             complete = {}\ntotals = {:?}\n{filter}\n[derived.part]\nshare = \"days\"\n{}",
            all && time.len() < 2,
            if dimensions.is_empty() { vec![] } else { vec![Vec::<&str>::new()] },
            if time.contains(&"quarter") { derived.as_str() } else { "" },
        )
    })
}

/// What a row is over by its name, and what of that is counted.
struct Named<'a> {
    text: &'a str,
    delivered: &'a BTreeSet<String>,
    /// What a row over no time is over.
    of_all: BTreeSet<String>,
    quarter: Option<String>,
    year: Option<String>,
}

impl Named<'_> {
    /// How many quarters a figure is over, and how many of them there are figures of.
    fn counts(&self, name: &str) -> (usize, usize) {
        let own = match (&self.quarter, &self.year) {
            (Some(quarter), _) => BTreeSet::from([quarter.clone()]),
            (None, Some(year)) => (1..=4).map(|it| format!("{year}Q{it}")).collect(),
            (None, None) => self.of_all.clone(),
        };
        let of_own =
            own.intersection(&self.of_all).filter(|it| self.delivered.contains(*it)).count();
        let of_all = self.of_all.intersection(self.delivered).count();
        match (name, &self.quarter) {
            ("part", _) => (own.union(&self.of_all).count(), if of_own > 0 { of_all } else { 0 }),
            ("persons" | "days", _) | (_, None) => (own.len(), of_own),
            (name, Some(quarter)) => {
                let count = match name {
                    "so_far" => quarter[5..].parse().unwrap(),
                    "change" => 2,
                    _ => self.text.split("quarters = ").nth(1).unwrap()[..1].parse().unwrap(),
                };
                let span = span(quarter, count);
                (count, span.intersection(self.delivered).count())
            }
        }
    }

    fn agrees(&self, name: &str, cell: Cell) -> bool {
        let (over, counted) = self.counts(name);
        match cell {
            Cell::Value(_) => counted == over && over > 0,
            Cell::Partial(_) => counted > 0 && counted < over && name != "change",
            Cell::NotDelivered => counted == 0 || (name == "change" && counted == 1),
            // A total over quarters has nothing to be compared with, nor a part of nothing a share.
            Cell::Undefined => match name {
                "persons" | "days" => false,
                "part" => counted > 0,
                _ => self.quarter.is_none(),
            },
            Cell::NotApplicable | Cell::LeftOut => false,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, ..ProptestConfig::default() })]

    #[test]
    fn a_figure_is_a_number_over_the_quarters_of_its_name_or_says_what_it_lacks(
        rows in prop::collection::vec(row(), 1..20),
        left_out in subsequence((0..DELIVERIES.len()).collect::<Vec<_>>(), 0..=3),
        questions in prop::collection::vec((queries(), narrowed()), 16),
    ) {
        let rows: Vec<_> = rows.into_iter().filter(|row| !left_out.contains(&row.0)).collect();
        prop_assume!(!rows.is_empty());
        let sandbox = Sandbox::new();
        let delivered = ingest(&sandbox, &rows);
        let warehouse = Warehouse::open(&sandbox.join("warehouse")).unwrap();
        let snapshot = warehouse.snapshot(None).unwrap();
        for (text, narrowed) in &questions {
            let basis = Basis::new(&warehouse, &snapshot, Means::Histories);
            let question = asked(&warehouse, text, &narrowed.arguments());
            let answers = answer(vec![question], &basis).unwrap();
            for (_, checked) in verify(&answers, &basis).unwrap() {
                prop_assert_eq!(checked.differences, [""; 0], "{:?} {}", narrowed, text);
            }
            let table = &answers.tables[0];
            for (members, numbers) in rows_of(table) {
                let value = |name: &str| {
                    let at = table.columns().iter().position(|it| it.name == name)?;
                    match &members[at] {
                        Member::Value(value) => Some(value.to_string()),
                        _ => None,
                    }
                };
                let of_all = narrowed.asked().unwrap_or_else(|| delivered.clone());
                let (quarter, year) = (value("quarter"), value("year"));
                let named = Named { text, delivered: &delivered, of_all, quarter, year };
                for (name, cell) in &numbers {
                    prop_assert!(
                        named.agrees(name, *cell),
                        "{name} of {members:?} is {cell:?} of {:?}, {narrowed:?} {text}",
                        named.counts(name)
                    );
                    let column = format!("{name}_status");
                    let has = table.columns().iter().any(|it| it.name == column);
                    prop_assert!(has || matches!(cell, Cell::Value(_)), "{name}: {text}");
                }
            }
            // What is left without partial figures are the others, and they are verified too.
            let complete_only = asked(&warehouse, text, &narrowed.arguments()).complete_only(true);
            let complete_only = answer(vec![complete_only], &basis).unwrap();
            for (_, checked) in verify(&complete_only, &basis).unwrap() {
                prop_assert_eq!(checked.differences, [""; 0], "{:?} {}", narrowed, text);
            }
            let without = rows_of(table).into_iter().filter_map(|(members, mut numbers)| {
                let is_partial = |cell: &Cell| matches!(cell, Cell::Partial(_));
                let has_partial = numbers.values().any(is_partial);
                let left_out = numbers.values_mut().filter(|cell| is_partial(cell));
                left_out.for_each(|cell| *cell = Cell::LeftOut);
                let has_number = numbers.values().any(|cell| cell.value().is_some());
                (has_number || !has_partial).then_some((members, numbers))
            });
            let without: Vec<_> = without.collect();
            prop_assert_eq!(rows_of(&complete_only.tables[0]), without, "{:?} {}", narrowed, text);
        }
    }
}
