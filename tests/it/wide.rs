//! Tables for people with a dimension across: every number once, totals last, 0 where nobody was.

use std::collections::BTreeMap;

use crate::peers::peer;
use crate::sandbox::Sandbox;
use crate::seeded::{copy, warehouse};

/// A cell: what it is of, with the metric, and what stands there: a number, a status.
type Cells = BTreeMap<Vec<String>, (String, String)>;

/// The cells of a table across, in the order of rows and columns.
fn across(
    sandbox: &Sandbox,
    query: &str,
    wide: &str,
    more: &[&str],
) -> Vec<(Vec<String>, (String, String))> {
    let folder = Sandbox::empty();
    let path = folder.join("wide.html").to_str().unwrap().to_owned();
    let run = ["run", query, "--wide", wide, "--output", &path];
    sandbox.run_all(&[&run[..], more].concat()).ok();
    let lines = peer("readback.py", &["html-across", &path]);
    let cell = |line: &str| {
        let mut fields: Vec<String> = line.split('\t').map(str::to_owned).collect();
        let (status, number) = (fields.pop().unwrap(), fields.pop().unwrap());
        (fields, (number, status))
    };
    lines.lines().map(cell).collect()
}

/// The cells of an answer by what they are of: the dimension across behind the others, the metric last.
fn cells(sandbox: &Sandbox, query: &str, wide: &str) -> Cells {
    let csv = sandbox.csv(query);
    let mut lines = csv.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let names = lines.next().unwrap();
    let numbers = ["observations", "persons", "convention_persons", "amount", "days"];
    let is_metric =
        |name: &str| numbers.iter().any(|it| name.starts_with(it)) || name.starts_with("amount");
    let first = names.iter().position(|name| is_metric(name)).unwrap();
    let wide = names.iter().position(|name| *name == wide).unwrap();
    let mut cells = Cells::new();
    for line in lines {
        let stubs = (0..first).filter(|at| *at != wide).chain([wide]);
        let key: Vec<String> = stubs.map(|at| line[at].to_owned()).collect();
        for (at, name) in names.iter().enumerate().skip(first) {
            if name.ends_with("_status") {
                continue;
            }
            let beside = names.iter().position(|it| *it == format!("{name}_status"));
            let status = beside.map_or("", |it| line[it]).to_owned();
            let key = [&key[..], &[(*name).to_owned()]].concat();
            cells.insert(key, (line[at].to_owned(), status));
        }
    }
    cells
}

#[test]
fn a_table_across_has_every_cell_of_the_answer_in_its_place_and_no_other_number_but_0() {
    for (query, wide) in [
        ("by-regime-and-measure", "regime"),
        ("by-regime-and-measure", "measure"),
        ("by-regime-and-measure", "quarter"),
        ("totals-by-measure", "quarter"),
        ("totals-by-measure", "measure"),
        ("trend-by-regime", "regime"),
        ("by-sex-and-age", "sex"),
        ("by-region", "region"),
        ("by-year", "year"),
        ("by-year", "regime"),
        ("entries-by-measure", "measure_entry"),
        ("stays-by-measure", "quarter"),
    ] {
        let expected = cells(warehouse(), query, wide);
        let shown = across(warehouse(), query, wide, &[]);
        let found: Cells = shown.iter().cloned().collect();
        assert_eq!(found.len(), shown.len(), "{query} across {wide}: two cells in one place");
        for (key, cell) in &expected {
            assert_eq!(found.get(key), Some(cell), "{query} across {wide}: {key:?}");
        }
        for (key, (number, status)) in found.iter().filter(|(key, _)| !expected.contains_key(*key))
        {
            let is_nothing = number.chars().all(|it| it == '0' || it == '.');
            assert!(is_nothing, "{query} across {wide}: {key:?} is {number}");
            assert!(!number.is_empty() || !status.is_empty(), "{query}: {key:?} has nothing");
        }
    }
}

#[test]
fn totals_stand_last_in_rows_and_in_columns() {
    for wide in ["measure", "quarter"] {
        let shown = across(warehouse(), "totals-by-measure", wide, &[]);
        let (at, last) = if wide == "measure" { (1, "total") } else { (0, "total") };
        let members: Vec<&String> = shown.iter().map(|(key, _)| &key[at]).collect();
        assert_eq!(members.last().unwrap().as_str(), last, "{wide}");
        let total = members.iter().position(|it| it.as_str() == last).unwrap();
        // Behind the first total stands nothing else in its row, or in its column.
        let behind = members[total..].iter().filter(|it| it.as_str() != last).count();
        assert!(wide == "measure" || behind == 0, "{members:?}");
    }
}

#[test]
fn where_there_is_no_row_stands_what_a_complete_answer_says_or_that_there_is_none() {
    let sandbox = copy();
    let questions = [
        ("\"quarter\", \"regime\", \"measure\"", "regime"),
        ("\"quarter\", \"regime\", \"measure\"", "quarter"),
        ("\"quarter\", \"measure\"", "quarter"),
        ("\"year\", \"regime\", \"measure\"", "measure"),
        ("\"regime\", \"measure\"", "regime"),
        ("\"quarter\", \"guidance\", \"regime\"", "guidance"),
        ("\"quarter\", \"sex\", \"age\"", "age"),
        ("\"quarter\", \"measure_entry\", \"measure\"", "measure_entry"),
    ];
    let (mut zeros, mut open) = (0, 0);
    for (at, (dimensions, wide)) in questions.iter().enumerate() {
        let text = format!(
            "metrics = [\"observations\", \"persons\", \"convention_persons\", \"amount\"]\n\
             dimensions = [{dimensions}]\ntotals = [[]]\n"
        );
        let (bare, full) = (format!("bare-{at}"), format!("full-{at}"));
        sandbox.write(&format!("warehouse/queries/{bare}.toml"), &text);
        let complete = format!("{text}complete = true\n");
        sandbox.write(&format!("warehouse/queries/{full}.toml"), complete);
        let expected = cells(&sandbox, &full, wide);
        let rows = cells(&sandbox, &bare, wide);
        for (key, cell) in across(&sandbox, &bare, wide, &[]) {
            if rows.contains_key(&key) {
                continue;
            }
            if cell.1 == "no_row" {
                open += 1;
                continue;
            }
            // What a complete answer has no row of, belongs to a level of its own.
            if let Some(expected) = expected.get(&key) {
                // Beside figures of nothing, which an answer that is not complete has, stands nothing.
                let is_0 = expected.1 == "not_applicable" && cell.0.starts_with('0');
                assert!(is_0 || cell == *expected, "{dimensions} across {wide}: {key:?} {cell:?}");
                zeros += 1;
            }
        }
    }
    assert!(zeros > 500 && open > 0, "{zeros} {open}");
}

#[test]
fn a_query_says_which_dimension_stands_across_and_the_data_stay_as_they_are() {
    let sandbox = copy();
    let text = "metrics = [\"persons\"]\ndimensions = [\"quarter\", \"regime\"]\n";
    sandbox.write("warehouse/queries/plain.toml", text);
    sandbox.write("warehouse/queries/wide.toml", format!("{text}columns = [\"regime\"]\n"));
    assert_eq!(sandbox.csv("plain"), sandbox.csv("wide"));
    let table = |query: &str, more: &[&str]| {
        let run = ["run", query, "--to", "2016Q2"];
        sandbox.run_all(&[&run[..], more].concat()).ok().stdout.replace("wide\n", "plain\n")
    };
    assert_eq!(table("wide", &[]), table("plain", &["--wide", "regime"]));
    insta::assert_snapshot!(table("wide", &["--from", "2016Q1"]), @"
    plain
    persons
     quarter  aide_sociale  integration_sociale
     2016Q1             14                   29
     2016Q2             16                   28
    4 rows; version 7 with 2004-05@1, 2006-11@1, 2007-05@1, 2015-11@1, 2017-05@1, 2017-11@1, 2025-11@1; classification 1669121ef5dc
    only 2016Q1..2016Q2
    do not add up over rows: persons
    ");
    insta::assert_snapshot!(table("wide", &["--from", "2016Q1", "--format", "markdown", "--lang", "nl"]).split("##").next().unwrap(), @"
    # plain



    personen

    | kwartaal | Maatschappelijke hulp | Maatschappelijke integratie |
    | :--- | ---: | ---: |
    | 1e kwartaal 2016 | 14 | 29 |
    | 2e kwartaal 2016 | 16 | 28 |

    - Mogen niet over rijen worden opgeteld: personen
    ");
}

#[test]
fn what_cannot_stand_across_is_refused_with_what_could() {
    let sandbox = warehouse();
    let refused = |arguments: &[&str]| {
        let ran = sandbox.run_all(arguments);
        assert_eq!(ran.code, 2, "{ran}");
        ran.stderr
    };
    insta::assert_snapshot!(refused(&["run", "by-year", "--wide", "regine"]), @"
    error: query `by-year` has no dimension `regine`
    hint: did you mean `regime`?
    ");
    insta::assert_snapshot!(refused(&["run", "by-year", "--wide", "x"]), @"
    error: query `by-year` has no dimension `x`
    hint: it has: year, regime
    ");
    insta::assert_snapshot!(refused(&["run", "by-year", "--wide", "regime", "--format", "csv"]), @"
    error: `--wide` lays a table out for reading, and csv has its rows as they are
    hint: leave it out, or choose of: table, xlsx, markdown, html
    ");
    insta::assert_snapshot!(refused(&["run", "by-municipality", "--wide", "cpas", "--format", "html"]), @"
    error: `cpas` has 189 values: a table 756 columns wide cannot be read
    ");
    let own = copy();
    let text =
        "metrics = [\"persons\"]\ndimensions = [\"quarter\"]\ncolumns = [\"quater\", \"sex\"]\n";
    own.write("warehouse/queries/wrong.toml", text);
    let ran = own.run(["run", "wrong"]);
    assert_eq!(ran.code, 2, "{ran}");
    insta::assert_snapshot!(ran.stderr, @"
    error: 2 mistakes in ./warehouse/queries/wrong.toml
      ./warehouse/queries/wrong.toml:3:12: unknown dimension `quater` (did you mean `quarter`?)
      ./warehouse/queries/wrong.toml:3:22: one dimension stands across, the others down
    ");
    // With all queries it is for those that have the dimension.
    let folder = Sandbox::empty();
    let path = folder.join("all").to_str().unwrap().to_owned();
    let all =
        ["run", "--all", "--wide", "regime", "--to", "2005Q1", "--format", "html", "-o", &path];
    sandbox.run(all).ok();
    let command = |name: &str| folder.read(&format!("all/{name}.html"));
    assert!(command("by-year").contains("--wide regime"));
    assert!(!command("persons-by-quarter").contains("--wide"));
}
