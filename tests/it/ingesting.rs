//! `init`, `ingest`, redelivery, budgets, replaced files, versions.

use std::process::Stdio;

use crate::sandbox::{PERSONS, Sandbox};

const A: &str = "85073003328;1;21004;2006-01-01;2006-01-31;;;2;500.00";
const B: &str = "42012205181;2;21004;2006-02-01;2006-02-28;;60;1;250,00";
const C: &str = "90472100631;2;62063;2006-06-16;2006-07-15;;60;2;-500.00";
const BAD: &str = "42012205182;2;21004;2006-02-01;2006-02-28;;60;1;250,00";

#[test]
fn a_delivery_becomes_figures_and_a_reconciliation() {
    let sandbox = Sandbox::new();
    let file = sandbox.delivery("2007-11", &[A, B, C]);
    let ran = sandbox.run(["ingest", &file]).ok();
    insta::assert_snapshot!(ran.stdout.replace('\u{A0}', "_"), @"
    delivery 2007-11 (2006Q1..2006Q2): committed as revision 1, version 1 of the table

    rows read 3 = accepted 3 + rejected 0
    euros accepted 250.00 = stored 500.00 + clipped -250.00

    quarter     observations    EBENCONVCM (EUR)
    2006Q1               2              750.00
    2006Q2               1             -250.00

    variables that DWH_SPPIS_Formulaires_2007-11.csv does not have: NNISPTN2, CTYPHLP, CA60BENPLC, CBENITGTYP, CBENIDVTYP, CPTNIDVTYP, IA60PTNACP, IA61BENACP, CPTNACTACP, ARTICLE35BEN, STS_CNT_ID, CAT_CNT_ID, TYPAMT_ID, NDOSSFX
    ");
    insta::assert_snapshot!(sandbox.csv("by-regime-and-measure"), @"
    quarter,regime,measure,observations,persons,convention_persons,amount
    2006Q1,aide_sociale,article_60,1,1,1,250.00
    2006Q1,integration_sociale,partnership_convention,1,1,1,500.00
    2006Q2,aide_sociale,article_60,1,1,1,-250.00
    ");
}

#[test]
fn the_same_bytes_again_change_nothing() {
    let sandbox = Sandbox::new();
    let file = sandbox.delivery("2007-11", &[A, B]);
    sandbox.run(["ingest", &file]).ok();
    let before = sandbox.files("warehouse");
    let ran = sandbox.run(["ingest", &file]).ok();
    assert!(ran.stdout.contains("the same bytes are already current"), "{ran}");
    assert_eq!(sandbox.files("warehouse"), before);
}

#[test]
fn a_redelivery_replaces_the_whole_delivery_and_the_old_state_can_be_asked_for() {
    let sandbox = Sandbox::new();
    let file = sandbox.delivery("2007-11", &[A, B]);
    sandbox.run(["ingest", &file]).ok();
    let first = sandbox.csv("by-regime-and-measure");
    sandbox.delivery("2007-11", &[B, C]);
    let ran = sandbox.run(["ingest", &file]).ok();
    assert!(ran.stdout.contains("committed as revision 2, version 2"), "{ran}");
    let second = sandbox.csv("by-regime-and-measure");
    assert_ne!(first, second);
    assert!(!second.contains("2006Q1,integration_sociale"), "{second}");
    let old = ["run", "by-regime-and-measure", "--format", "csv", "--as-of", "1"];
    assert_eq!(sandbox.run(old).ok().stdout, first);
    // The first bytes again are a third revision, with the first figures.
    sandbox.delivery("2007-11", &[A, B]);
    sandbox.run(["ingest", &file]).ok();
    assert_eq!(sandbox.csv("by-regime-and-measure"), first);
    assert_eq!(sandbox.run(["history"]).ok().stdout.lines().count(), 4);
}

#[test]
fn the_state_as_of_a_delivery_is_the_one_before_later_ones_came() {
    let sandbox = Sandbox::new();
    let first = sandbox.delivery("2007-11", &[A, B]);
    sandbox.run(["ingest", &first]).ok();
    let before = sandbox.csv("persons-by-quarter");
    let second = sandbox.delivery("2008-05", &["42012205181;2;;2006-08-01;2006-08-31;;60;;"]);
    sandbox.run(["ingest", &second]).ok();
    let as_of = ["run", "persons-by-quarter", "--format", "csv", "--as-of", "2007-11"];
    assert_eq!(sandbox.run(as_of).ok().stdout, before);
    assert_ne!(sandbox.csv("persons-by-quarter"), before);
}

#[test]
fn over_the_budget_nothing_is_committed_and_the_exit_code_says_so() {
    let sandbox = Sandbox::new();
    let file = sandbox.delivery("2007-11", &[A, B, BAD]);
    let before = sandbox.files("warehouse");
    let ran = sandbox.run(["ingest", &file]);
    assert_eq!(ran.code, 1, "{ran}");
    assert!(
        ran.stdout.contains("NOT committed: more rows rejected than the budget of 5 %"),
        "{ran}"
    );
    assert!(ran.stdout.contains("rows read 3 = accepted 2 + rejected 1"), "{ran}");
    assert_eq!(sandbox.files("warehouse"), before);
    for budget in ["1", "34%", "0.34"] {
        let sandbox = Sandbox::new();
        let file = sandbox.delivery("2007-11", &[A, B, BAD]);
        sandbox.run(["ingest", &file, "--max-rejects", budget]).ok();
    }
}

#[test]
fn a_dry_run_does_all_but_the_commit() {
    let sandbox = Sandbox::new();
    let file = sandbox.delivery("2007-11", &[A, B]);
    let before = sandbox.files("warehouse");
    let ran = sandbox.run(["ingest", &file, "--dry-run"]).ok();
    assert!(ran.stdout.contains("rows read 2 = accepted 2 + rejected 0"), "{ran}");
    assert_eq!(sandbox.files("warehouse"), before);
}

#[test]
fn rejected_rows_are_listed_with_place_and_reason_and_without_identifiers() {
    let sandbox = Sandbox::new();
    let rows = [A, BAD, ";1;21004;2006-01-31;2006-01-01;;;;1.234"];
    let file = sandbox.delivery("2007-11", &rows);
    sandbox.run(["ingest", &file, "--max-rejects", "100%"]).ok();
    let listed = sandbox.run(["rejects", "2007-11", "--format", "csv"]).ok().stdout;
    insta::assert_snapshot!(listed, @r#"
    file,line,column,rule,severity,finding
    "DWH_SPPIS_Formulaires_2007-11.csv",3,NISS,check.niss-invalid,reject,"expected a valid check number (mod 97), found one that does not fit"
    "DWH_SPPIS_Formulaires_2007-11.csv",4,NISS,check.niss-missing,reject,"expected the beneficiary's identifier, found no value"
    "DWH_SPPIS_Formulaires_2007-11.csv",4,EBENCONVCM,decode.amount-ambiguous,reject,"expected an amount such as `1234.50`, at most 10 digits of euros, found `1.234`"
    "DWH_SPPIS_Formulaires_2007-11.csv",4,DPAYLSTDAY,check.days-reversed,reject,"expected a day from 2006-01-31 on, found 2006-01-01"
    "#);
    let one = sandbox.run(["rejects", "2007-11", "--rule", "check.niss-missing"]).ok().stdout;
    assert_eq!(one.lines().count(), 1, "{one}");
}

#[test]
fn what_is_not_stored_is_said_columns_and_euros() {
    let sandbox = Sandbox::new();
    let header = crate::sandbox::HEADER.replace("EBENCONVCM", "EBENCONVM");
    sandbox.write("x.csv", format!("{header}\n{A}\n"));
    let ignored = ["--ignore-column", "EBENCONVM"];
    let ran =
        sandbox.run_all(&[&["ingest", "x.csv", "--delivery", "2007-11"], &ignored[..]].concat());
    let ran = ran.ok();
    assert!(ran.stderr.contains("x.csv: columns not known and not stored: `EBENCONVM`"), "{ran}");
    assert!(
        ran.stdout.contains("variables that x.csv does not have: NNISPTN2, EBENCONVCM,"),
        "{ran}"
    );
    let rows = [A, "85073003328;9;21004;2006-01-01;2006-01-31;;;2;120.50", BAD];
    let file = sandbox.delivery("2008-05", &rows);
    let ran = sandbox.run(["ingest", &file, "--max-rejects", "100%"]).ok();
    assert!(ran.stdout.contains("euros in rejected rows, where readable 870.50"), "{ran}");
}

#[test]
fn a_revision_can_be_asked_for_by_the_name_that_history_shows() {
    let sandbox = Sandbox::new();
    for rows in [&[A][..], &[A, B]] {
        let file = sandbox.delivery("2007-11", rows);
        sandbox.run(["ingest", &file]).ok();
    }
    let history = sandbox.run(["history"]).ok().stdout;
    assert!(history.contains("2007-11@1") && history.contains("2007-11@2"), "{history}");
    let lines = |id: &str| {
        let answer = sandbox.run(["run", "amount-by-regime", "--format", "csv", "--as-of", id]);
        answer.ok().stdout.lines().count()
    };
    assert_eq!((lines("2007-11@1"), lines("2007-11@2")), (2, 3));
    sandbox.run(["rejects", "2007-11@1"]).ok();
    assert_eq!(sandbox.run(["rejects", "2007-11@3"]).code, 2);
}

#[test]
fn parts_of_one_delivery_are_one_delivery() {
    let whole = Sandbox::new();
    let file = whole.delivery("2007-11", &[A, B, C]);
    whole.run(["ingest", &file]).ok();
    let parts = Sandbox::new();
    let header = crate::sandbox::HEADER;
    parts.write("one.csv", format!("{header}\n{A}\n"));
    parts.write("two.csv", format!("{header}\n{B}\n{C}\n{A}\n"));
    let ran = parts
        .run(["ingest", "one.csv", "two.csv", "--delivery", "2007-11", "--max-rejects", "1"])
        .ok();
    assert!(ran.stdout.contains("two.csv line 4: equal in all known columns"), "{ran}");
    assert_eq!(parts.csv("by-regime-and-measure"), whole.csv("by-regime-and-measure"));
}

#[test]
fn attribution_by_first_or_last_day_is_a_setting() {
    let cases =
        [("start", "stored 100.00 + clipped 0.00"), ("end", "stored 0.00 + clipped 100.00")];
    for (setting, expected) in cases {
        let sandbox = Sandbox::new();
        let settings = format!("attribution = \"{setting}\"\n");
        sandbox.write("warehouse/sppis.toml", settings);
        let row = format!("{};2;;2006-06-16;2006-07-15;;60;2;100.00", PERSONS[0]);
        let file = sandbox.delivery("2007-11", &[&row]);
        let ran = sandbox.run(["ingest", &file, "--dry-run"]).ok();
        assert!(ran.stdout.contains(&format!("euros accepted 100.00 = {expected}")), "{ran}");
    }
}

#[test]
fn the_calendar_says_what_is_missing_and_what_is_due() {
    let sandbox = Sandbox::new();
    let file = sandbox.delivery("2007-11", &[A]);
    sandbox.run(["ingest", &file]).ok();
    let listed = sandbox.run(["deliveries", "--on", "2008-05-20"]).ok().stdout;
    let states = listed.lines().map(|line| {
        line.split_once("received ")
            .map_or(line.to_owned(), |(before, _)| format!("{before}received"))
    });
    insta::assert_snapshot!(states.collect::<Vec<_>>().join("\n"), @"
    delivery          quarters        state
    2004-05           2002Q3..2002Q4  missing since 2004-05-31
    2004-11           2003Q1..2003Q2  missing since 2004-11-30
    2005-05           2003Q3..2003Q4  missing since 2005-05-31
    2005-11           2004Q1..2004Q2  missing since 2005-11-30
    2006-05           2004Q3..2004Q4  missing since 2006-05-31
    2006-11           2005Q1..2005Q2  missing since 2006-11-30
    2007-05           2005Q3..2005Q4  missing since 2007-05-31
    2007-11           2006Q1..2006Q2  received
    2008-05           2006Q3..2006Q4  due since 2008-05-01
    ");
}

#[test]
fn many_writers_of_different_deliveries_all_succeed_and_of_the_same_one_wins() {
    let sandbox = Sandbox::new();
    let ids = ["2006-11", "2007-05", "2007-11", "2008-05"];
    let files: Vec<String> = ids
        .iter()
        .map(|id| {
            let days = match *id {
                "2006-11" => "2005-01-01;2005-01-31",
                "2007-05" => "2005-08-01;2005-08-31",
                "2007-11" => "2006-01-01;2006-01-31",
                _ => "2006-08-01;2006-08-31",
            };
            sandbox.delivery(id, &[&format!("{};2;;{days};;60;2;500.00", PERSONS[1])])
        })
        .collect();
    let started: Vec<_> = files
        .iter()
        .map(|file| sandbox.command(&["ingest", file]).stderr(Stdio::null()).spawn().unwrap())
        .collect();
    for mut child in started {
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(sandbox.csv("persons-by-quarter").lines().count(), 1 + ids.len());
    // Different bytes for one delivery at once: whoever loses is told to try again.
    let rows = |cents: usize| format!("{};2;;2006-01-01;2006-01-31;;60;2;5.{cents:02}", PERSONS[1]);
    let names: Vec<String> = (0..4)
        .map(|at| {
            let name = format!("{at}.csv");
            sandbox.write(&name, format!("{}\n{}\n", crate::sandbox::HEADER, rows(at)));
            name
        })
        .collect();
    let started: Vec<_> = names
        .iter()
        .map(|name| {
            sandbox
                .command(&["ingest", name, "--delivery", "2007-11"])
                .stderr(Stdio::null())
                .spawn()
                .unwrap()
        })
        .collect();
    let codes: Vec<i32> =
        started.into_iter().map(|mut child| child.wait().unwrap().code().unwrap()).collect();
    assert!(codes.contains(&0), "{codes:?}");
    assert!(codes.iter().all(|code| [0, 3].contains(code)), "{codes:?}");
    let amounts = sandbox.csv("amount-by-regime");
    assert_eq!(amounts.lines().filter(|line| line.starts_with("2006Q1")).count(), 1, "{amounts}");
    assert_eq!(sandbox.files("warehouse/staging").len(), 0);
}

#[test]
fn readers_see_whole_deliveries_only_while_eight_writers_commit() {
    let sandbox = Sandbox::new();
    let files: Vec<String> = (2006..2014)
        .map(|year| {
            let row = |person: &str| {
                let first = year - 1;
                format!("{person};2;;{first}-03-20;{first}-04-10;;60;2;500.00")
            };
            let rows = PERSONS.map(row);
            sandbox.delivery(&format!("{year}-11"), &rows.each_ref().map(String::as_str))
        })
        .collect();
    let mut writers: Vec<_> = files
        .iter()
        .map(|file| sandbox.command(&["ingest", file]).stderr(Stdio::null()).spawn().unwrap())
        .collect();
    let (mut seen, mut reads) = (0, 0);
    while reads < 5 || writers.iter_mut().any(|it| it.try_wait().unwrap().is_none()) {
        let ran = sandbox.run(["run", "persons-by-quarter", "--format", "csv"]);
        // Before the first delivery there is nothing to answer from.
        let none_yet = seen == 0 && ran.stderr.contains("expected a delivery to answer from");
        let cells = if none_yet { "\n".to_owned() } else { ran.ok().stdout };
        let quarters = cells.lines().count() - 1;
        assert!(quarters >= seen, "what was visible is gone");
        assert_eq!(quarters % 2, 0, "half of a delivery is visible\n{cells}");
        assert!(cells.lines().skip(1).all(|line| line.contains(",4")), "{cells}");
        (seen, reads) = (quarters, reads + 1);
    }
    for mut writer in writers {
        assert!(writer.wait().unwrap().success());
    }
    assert_eq!(sandbox.csv("persons-by-quarter").lines().count(), 1 + 2 * files.len());
    sandbox.run(["verify"]).ok();
}

#[test]
fn the_same_bytes_from_several_writers_at_once_leave_one_whole_delivery() {
    for _ in 0..3 {
        let sandbox = Sandbox::new();
        let file = sandbox.delivery("2007-11", &[A, B, C]);
        let started: Vec<_> = (0..8)
            .map(|_| sandbox.command(&["ingest", &file]).stderr(Stdio::null()).spawn().unwrap())
            .collect();
        let codes: Vec<i32> =
            started.into_iter().map(|mut child| child.wait().unwrap().code().unwrap()).collect();
        assert!(codes.iter().all(|code| [0, 3].contains(code)), "{codes:?}");
        let persons = sandbox.csv("persons-by-quarter");
        assert_eq!(persons.lines().count(), 3, "{persons}");
        let listed = sandbox.run(["files"]).ok().stdout;
        let stored = sandbox.files("warehouse/observations");
        let stored =
            stored.iter().filter(|path| path.extension().is_some_and(|it| it == "parquet"));
        assert_eq!(stored.count(), listed.lines().count(), "a loser left files behind");
        sandbox.run(["rejects", "2007-11"]).ok();
    }
}

#[test]
fn an_open_end_far_away_costs_nothing_and_loses_nothing() {
    let sandbox = Sandbox::new();
    let row = |at: usize| {
        format!("{};2;;2006-06-16;9999-12-31;;60;2;{at}00.01", PERSONS[at % PERSONS.len()])
    };
    let rows: Vec<String> = (1..400).map(row).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let file = sandbox.delivery("2007-11", &rows);
    let ran = sandbox.run(["ingest", &file]).ok();
    assert!(ran.stdout.contains("accepted 399"), "{ran}");
    assert!(ran.stdout.lines().count() < 40, "{ran}");
}

#[test]
fn the_state_as_of_a_delivery_minds_periods_and_not_names() {
    let sandbox = Sandbox::new();
    let backfill = "42012205181;2;;2003-08-01;2003-08-31;;60;;";
    sandbox.write("old.csv", format!("{}\n{backfill}\n", crate::sandbox::HEADER));
    let window = "2002Q4..2004Q4";
    sandbox.run(["ingest", "old.csv", "--delivery", "zz-backfill", "--window", window]).ok();
    let later = sandbox.delivery("2008-05", &["42012205181;2;;2006-08-01;2006-08-31;;60;;"]);
    sandbox.run(["ingest", &later]).ok();
    let late = sandbox.delivery("2007-11", &[A]);
    sandbox.run(["ingest", &late]).ok();
    let as_of = |id: &str| {
        let answer = sandbox.run(["run", "persons-by-quarter", "--format", "csv", "--as-of", id]);
        answer.ok().stdout.lines().count() - 1
    };
    assert_eq!((as_of("zz-backfill"), as_of("2008-05"), as_of("2007-11")), (1, 3, 3));
}

#[test]
fn a_day_names_the_state_at_its_end() {
    let sandbox = Sandbox::new();
    let row = format!("{};1;21004;2005-07-01;2005-07-31;1168;;1;250.00", PERSONS[0]);
    let file = sandbox.delivery("2007-05", &[&row]);
    sandbox.run(["ingest", &file]).ok();
    let now = sandbox.csv("by-year");
    let as_of = |day: &str| sandbox.run(["run", "by-year", "--as-of", day, "--format", "csv"]);
    assert_eq!(as_of("2999-12-31").ok().stdout, now);
    let early = as_of("2005-12-31");
    assert_eq!(early.code, 2, "{early}");
    assert!(early.stderr.contains("delivery committed by 2005-12-31"), "{early}");
}
