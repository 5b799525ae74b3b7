//! What is found of a delivery as a whole: columns that are gone, days and months that have changed
//! places, empty quarters.

use crate::sandbox::{HEADER, PERSONS, Ran, Sandbox};

/// A delivery of many rows with dates as `form` writes a month and a day of 2006.
fn dated(
    sandbox: &Sandbox,
    id: &str,
    rows: usize,
    form: impl Fn(usize, usize) -> String,
) -> String {
    let row = |at: usize| {
        // One day of each month is enough to tell rows apart, and no quarter is empty.
        let (month, day) = (1 + at % 6, 1 + at / 6 % 12);
        format!("{};2;;{};;;60;2;{at}.00", PERSONS[at % PERSONS.len()], form(month, day))
    };
    let rows: Vec<String> = (0..rows).map(row).collect();
    sandbox.delivery(id, &rows.iter().map(String::as_str).collect::<Vec<_>>())
}

fn day_first(month: usize, day: usize) -> String {
    format!("{day:02}/{month:02}/2006")
}

/// A delivery of `rows` rows with amounts and conventions as given, under `header`.
fn delivery(sandbox: &Sandbox, id: &str, header: &str, rows: &[String]) -> String {
    let name = format!("DWH_SPPIS_Formulaires_{id}.csv");
    sandbox.write(&name, format!("{header}\n{}\n", rows.join("\n")));
    name
}

fn blocked(ran: &Ran, rule: &str) {
    assert_eq!(ran.code, 1, "{ran}");
    assert!(ran.stdout.contains(&format!("NOT committed: as a whole it breaks {rule}")), "{ran}");
}

#[test]
fn dates_of_which_none_has_a_day_over_twelve_keep_a_delivery_out_unless_accepted() {
    let sandbox = Sandbox::new();
    let file = dated(&sandbox, "2007-11", 101, day_first);
    let before = sandbox.files("warehouse");
    for arguments in [&["ingest", &file][..], &["ingest", &file, "--dry-run"]] {
        let ran = sandbox.run_all(arguments);
        blocked(&ran, "delivery.days-twelve");
        assert!(ran.stderr.contains("add `--accept delivery.days-twelve`"), "{ran}");
    }
    assert_eq!(sandbox.files("warehouse"), before);
    let ran = sandbox.run(["ingest", &file, "--accept", "delivery.days-twelve"]).ok();
    let found = ran.stdout.split_once("as a whole\n").unwrap().1;
    let found: Vec<&str> = found.lines().take(3).collect();
    insta::assert_snapshot!(found.join("\n"), @"
    delivery.days-twelve  of over a hundred dates written DD/MM/YYYY or DD-MM-YYYY, some have a day over 12
      block: of 101 dates written DD/MM/YYYY or DD-MM-YYYY none has a day over 12: read so, their days are 1 to 12, their months 1 to 6 (accepted)
      help: ask the sender whether the month is written first; if the days are right, for example always the first of a month, `--accept delivery.days-twelve`
    ");
    let listed = sandbox.run(["deliveries", "--on", "2008-01-01"]).ok().stdout;
    assert!(listed.contains("; delivery.days-twelve accepted"), "{listed}");
    // The same bytes again are what was accepted.
    let again = sandbox.run(["ingest", &file]).ok();
    assert!(again.stdout.contains("(accepted)"), "{again}");
}

#[test]
fn a_hundred_such_dates_or_one_later_day_or_another_form_keep_nothing_out() {
    type Form = fn(usize, usize) -> String;
    let forms: [(usize, Form); 4] = [
        (100, day_first),
        (200, |month, day| format!("{:02}/{month:02}/2006", day + 1)),
        (200, |month, day| format!("2006-{month:02}-{day:02}")),
        (200, |month, day| format!("2006{month:02}{day:02}")),
    ];
    for (rows, form) in forms {
        let sandbox = Sandbox::new();
        let file = dated(&sandbox, "2007-11", rows, form);
        let ran = sandbox.run(["ingest", &file]).ok();
        assert!(!ran.stdout.contains("as a whole"), "{ran}");
    }
}

#[test]
fn dates_are_counted_over_all_parts_of_a_delivery() {
    let sandbox = Sandbox::new();
    let one = dated(&sandbox, "2007-11", 60, day_first);
    let rows = (0..60).map(|at| {
        format!("{};2;21004;{};;;60;2;{at}.00", PERSONS[at % 4], day_first(1 + at % 6, 1 + at % 12))
    });
    sandbox.write("two.csv", format!("{HEADER}\n{}\n", rows.collect::<Vec<_>>().join("\n")));
    blocked(&sandbox.run(["ingest", &one, "two.csv"]), "delivery.days-twelve");
}

#[test]
fn a_column_that_is_gone_keeps_a_delivery_out_unless_it_is_meant_to_be_gone() {
    let sandbox = Sandbox::new();
    let row = |days: &str, rest: &str| format!("{};2;21004;{days};;60{rest}", PERSONS[0]);
    let first = delivery(
        &sandbox,
        "2007-11",
        HEADER,
        &[row("2006-01-01;2006-01-31", ";2;10.00"), row("2006-04-01;2006-04-30", ";2;20.00")],
    );
    sandbox.run(["ingest", &first]).ok();
    let short = HEADER.trim_end_matches(";CBENCONV;EBENCONVCM");
    let next =
        |rest: &str| [row("2006-07-01;2006-07-31", rest), row("2006-10-01;2006-10-31", rest)];
    let second = delivery(&sandbox, "2008-05", short, &next(""));
    let ran = sandbox.run(["ingest", &second]);
    blocked(&ran, "delivery.column-gone");
    let found = ran.stdout.split_once("as a whole\n").unwrap().1;
    let found: Vec<&str> = found.lines().take(4).collect();
    insta::assert_snapshot!(found.join("\n"), @"
    delivery.column-gone  a variable that the delivery before had values of has values in this one too
      block `CBENCONV`: in 2007-11@1 2 of 2 rows have a value, here no file has the column
      block `EBENCONVCM`: in 2007-11@1 2 of 2 rows have a value, here no file has the column
      help: ask the sender whether the column is meant to be left out; if so, `--without-column NAME`
    ");
    let options = "--without-column CBENCONV --without-column EBENCONVCM";
    assert!(ran.stderr.contains(&format!("add `{options}`")), "{ran}");
    // One of two is not enough.
    let one = sandbox.run(["ingest", &second, "--without-column", "cbenconv"]);
    blocked(&one, "delivery.column-gone");
    let mut arguments = vec!["ingest", &second];
    arguments.extend(options.split(' '));
    let ran = sandbox.run_all(&arguments).ok();
    assert!(ran.stdout.contains("no file has the column (accepted)"), "{ran}");
    let listed = sandbox.run(["deliveries", "--on", "2008-06-01"]).ok().stdout;
    assert!(listed.contains("; without EBENCONVCM, as accepted"), "{listed}");
    // What is gone and accepted is not expected again, neither of the next delivery nor of a new one.
    let third = ["2007-01-01;2007-01-31", "2007-04-01;2007-04-30"].map(|days| row(days, ""));
    let third = delivery(&sandbox, "2008-11", short, &third);
    sandbox.run(["ingest", &third]).ok();
    let again = [row("2006-07-01;2006-07-31", ""), row("2006-10-01;2006-10-30", "")];
    delivery(&sandbox, "2008-05", short, &again);
    sandbox.run(["ingest", &second]).ok();
}

#[test]
fn a_column_that_is_gone_from_one_part_keeps_the_delivery_out() {
    let sandbox = Sandbox::new();
    let rows = |month: usize, count: usize| -> Vec<String> {
        let row = |at: usize| {
            let day = format!("2006-{:02}-{:02}", month + at % 3, 1 + at / 3);
            format!("{};2;21004;{day};{day};;60;2;{at}.00", PERSONS[at % 4])
        };
        (0..count).map(row).collect()
    };
    let first = delivery(&sandbox, "2007-11", HEADER, &[rows(1, 40), rows(4, 40)].concat());
    sandbox.run(["ingest", &first]).ok();
    let other = HEADER.replace("EBENCONVCM", "BEDRAG");
    let write = |id: &str, header: &str, rows: &[String]| delivery(&sandbox, id, header, rows);
    let (one, two) = (
        write("2008-05_part1", HEADER, &rows(7, 1)),
        write("2008-05_part2", &other, &rows(10, 60)),
    );
    let ran = sandbox.run(["ingest", &one, &two]);
    blocked(&ran, "delivery.column-gone");
    let expected = "block `EBENCONVCM`: in 2007-11@1 80 of 80 rows have a value, here 1 of 2 files has no such column";
    assert!(ran.stdout.contains(expected), "{ran}");
    sandbox.run(["ingest", &one, &two, "--without-column", "EBENCONVCM"]).ok();
    // Where a part lacked it before, it is not asked of a part again; of all parts it is.
    let after = |rows: Vec<String>| -> Vec<String> {
        rows.iter().map(|row| row.replace(";2006-", ";2007-")).collect()
    };
    let (one, two) = (
        write("2008-11_part1", HEADER, &after(rows(1, 30))),
        write("2008-11_part2", &other, &after(rows(4, 30))),
    );
    sandbox.run(["ingest", &one, &two]).ok();
    let one = write("2008-11_part1", &other, &after(rows(1, 30)));
    blocked(&sandbox.run(["ingest", &one, &two]), "delivery.column-gone");
}

#[test]
fn a_column_without_a_value_is_gone_where_many_were_to_be_expected() {
    let sandbox = Sandbox::new();
    let rows = |month: usize, rest: &str| -> Vec<String> {
        let row = |at: usize| {
            let (month, person) = (month + at % 6, PERSONS[at % 4]);
            let day = format!("2006-{month:02}-{:02}", 1 + at / 4);
            format!("{person};2;21004;{day};{day};;60;{rest}")
        };
        (0..80).map(row).collect()
    };
    let first = delivery(&sandbox, "2007-11", HEADER, &rows(1, "2;10.00"));
    sandbox.run(["ingest", &first]).ok();
    let second = delivery(&sandbox, "2008-05", HEADER, &rows(7, "2;"));
    let ran = sandbox.run(["ingest", &second]);
    blocked(&ran, "delivery.column-gone");
    let expected =
        "block `EBENCONVCM`: in 2007-11@1 80 of 80 rows have a value, here none of 80 rows has one";
    assert!(ran.stdout.contains(expected), "{ran}");
    sandbox.run(["ingest", &second, "--accept", "delivery.column-gone"]).ok();
    // A few rows may happen to have none.
    let sandbox = Sandbox::new();
    delivery(&sandbox, "2007-11", HEADER, &rows(1, "2;10.00"));
    sandbox.run(["ingest", &first]).ok();
    delivery(&sandbox, "2008-05", HEADER, &rows(7, "2;")[..19]);
    sandbox.run(["ingest", &second]).ok();
}

#[test]
fn an_empty_quarter_of_the_window_is_said_wherever_a_delivery_is_looked_at() {
    let sandbox = Sandbox::new();
    let row = format!("{};2;21004;2006-10-01;2006-10-31;;60;2;10.00", PERSONS[0]);
    let file = sandbox.delivery("2008-05", &[&row]);
    let list = ["--findings", "found.csv", "--report", "report.json", "--log", "json"];
    let ran = sandbox.run_all(&[&["ingest", &file][..], &list].concat()).ok();
    let expected = "warn: no row lies in 2006Q3";
    assert!(ran.stdout.contains(expected), "{ran}");
    let log: serde_json::Value =
        serde_json::from_str(ran.stderr.lines().find(|it| it.contains("ingested")).unwrap())
            .unwrap();
    assert_eq!(log["of_delivery"][0]["rule"], "delivery.quarter-empty", "{log}");
    // A table of findings by row has none for it.
    assert_eq!(sandbox.read("found.csv").lines().count(), 1);
    let report: serde_json::Value = serde_json::from_str(&sandbox.read("report.json")).unwrap();
    assert_eq!(report["of_delivery"][0]["text"], "no row lies in 2006Q3");
    for (language, text) in [
        ("en", "no row lies in 2006Q3"),
        ("fr", "aucune ligne pour\u{a0}: 3e trimestre 2006"),
        ("nl", "geen enkele rij voor: 3e kwartaal 2006"),
        ("de", "keine Zeile für: 3. Quartal 2006"),
    ] {
        let page = sandbox.run(["validation", "2008-05", "--lang", language]).ok().stdout;
        assert!(page.contains(text), "{language}");
    }
    let listed = sandbox.run(["deliveries", "--on", "2008-06-01"]).ok().stdout;
    assert!(listed.contains("; no row lies in 2006Q3"), "{listed}");
    let summary = sandbox.run(["rejects", "2008-05", "--summary"]).ok().stdout;
    assert!(
        summary.contains("delivery.quarter-empty            warn      no row lies"),
        "{summary}"
    );
    for form in ["table", "json"] {
        let list = ["rejects", "2008-05", "--warnings", "--format", form];
        assert!(sandbox.run(list).ok().stdout.contains("no row lies in 2006Q3"), "{form}");
    }
    let rule = ["rejects", "2008-05", "--rule", "delivery.quarter-empty", "--format", "csv"];
    let listed = sandbox.run(rule).ok().stdout;
    assert_eq!(
        listed.lines().nth(1),
        Some(",,,delivery.quarter-empty,warn,\"no row lies in 2006Q3\"")
    );
}

#[test]
fn quarters_before_the_source_are_not_missed_and_runs_of_empty_ones_are_said_at_once() {
    let sandbox = Sandbox::new();
    let row = format!("{};2;21004;2002-10-01;2002-10-31;;60;;", PERSONS[0]);
    let file = sandbox.delivery("2004-05", &[&row]);
    let ran = sandbox.run(["ingest", &file, "--dry-run"]).ok();
    assert!(!ran.stdout.contains("as a whole"), "{ran}");
    let window = ["--delivery", "backfill", "--window", "2002Q4..2004Q4"];
    sandbox.write("x.csv", format!("{HEADER}\n{row}\n"));
    let ran = sandbox.run_all(&[&["ingest", "x.csv"][..], &window].concat()).ok();
    assert_eq!(ran.stdout.matches("no row lies in 2003Q1..2004Q4").count(), 1, "{ran}");
}

#[test]
fn a_delivery_that_is_kept_out_has_a_report_that_says_why() {
    let sandbox = Sandbox::new();
    let file = dated(&sandbox, "2007-11", 101, day_first);
    let written = ["--report", "fr.html", "--lang", "fr", "--findings", "found.csv"];
    let ran = sandbox.run_all(&[&["ingest", &file][..], &written].concat());
    assert_eq!(ran.code, 1, "{ran}");
    let found = sandbox.read("found.csv");
    assert!(found.contains("\n,,,delivery.days-twelve,block,\"of 101 dates"), "{found}");
    let page = sandbox.read("fr.html");
    for text in
        ["bloque la livraison", "delivery.days-twelve", "JJ-MM-AAAA", "en raison des constats"]
    {
        assert!(page.contains(text), "{text}");
    }
    let log = sandbox.run(["ingest", &file, "--log", "json"]);
    assert!(log.stderr.contains("\"outcome\":\"refused\""), "{log}");
}

#[test]
fn what_can_be_accepted_is_a_rule_or_a_variable_that_there_is() {
    let sandbox = Sandbox::new();
    let file = sandbox.delivery("2007-11", &[]);
    let cases = [
        ("--accept", "delivery.days-twelf"),
        ("--accept", "delivery.quarter-empty"),
        ("--accept", "check.niss-invalid"),
        ("--without-column", "EBENCONVM"),
        ("--without-column", "NISS"),
        ("--max-rejects-of", "delivery.days-twelve=3"),
    ];
    let said = cases.map(|(option, value)| {
        let ran = sandbox.run(["ingest", &file, option, value]);
        assert_eq!(ran.code, 2, "{ran}");
        ran.stderr
    });
    insta::assert_snapshot!(said.concat(), @"
    error: there is no rule `delivery.days-twelf`
    hint: did you mean `delivery.days-twelve`?
    error: `delivery.quarter-empty` does not keep a delivery out as a whole
    hint: `--accept` is for delivery.column-gone, delivery.days-twelve; rows are for `--max-rejects`
    error: `check.niss-invalid` does not keep a delivery out as a whole
    hint: `--accept` is for delivery.column-gone, delivery.days-twelve; rows are for `--max-rejects`
    error: there is no variable `EBENCONVM`
    hint: did you mean `EBENCONVCM`?
    error: every delivery has `NISS`
    error: `delivery.days-twelve` is broken by a delivery, not by rows
    hint: a budget counts rows; `--accept` lets such a delivery in
    ");
}
