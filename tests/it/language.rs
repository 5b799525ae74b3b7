//! What a query file can ask beyond plain counts, on rows that can be counted by hand.

use crate::peers::peer;
use crate::sandbox::{Sandbox, repository};

/// Two people: one with two measures in 2006Q1, in two centres over time; one with an amount.
const FIRST_HALF_OF_2006: [&str; 5] = [
    "85073003328;1;21004;2006-01-01;2006-01-31;;;2;500.00",
    "85073003328;1;21004;2006-02-01;2006-02-28;115;;;",
    "42012205181;2;62063;2006-02-01;2006-02-28;;60;1;250,00",
    "42012205181;2;62063;2006-05-01;2006-05-31;;60;;",
    "90472100631;2;62063;2006-05-01;2006-05-31;;60;;",
];
const SECOND_HALF_OF_2006: [&str; 3] = [
    "85073003328;1;21004;2006-07-01;2006-07-31;;;2;100.00",
    "90472100631;2;11002;2006-08-01;2006-08-31;;60;;",
    "90472100631;2;11002;2006-11-01;2006-11-30;;60;1;0,10",
];

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    for (id, rows) in [("2007-11", &FIRST_HALF_OF_2006[..]), ("2008-05", &SECOND_HALF_OF_2006)] {
        let file = sandbox.delivery(id, rows);
        sandbox.run(["ingest", &file]).ok();
    }
    sandbox
}

fn answer(sandbox: &Sandbox, text: &str) -> String {
    sandbox.write("warehouse/queries/mine.toml", text);
    let ran = sandbox.run(["run", "mine", "--format", "csv", "--verify"]).ok();
    assert!(ran.stderr.contains("counted a second time, all the same"), "{ran}");
    ran.stdout
}

#[test]
fn totals_of_distinct_persons_are_counted_and_not_added() {
    let text = r#"metrics = ["persons", "amount"]
dimensions = ["quarter", "measure"]
totals = [["quarter"], []]
"#;
    insta::assert_snapshot!(answer(&sandbox(), text), @"
    quarter,measure,persons,amount
    2006Q1,article_60,1,250.00
    2006Q1,partnership_convention,1,500.00
    2006Q1,unclassified,1,0.00
    2006Q1,total,2,750.00
    2006Q2,article_60,2,0.00
    2006Q2,total,2,0.00
    2006Q3,article_60,1,0.00
    2006Q3,partnership_convention,1,100.00
    2006Q3,total,2,100.00
    2006Q4,article_60,1,0.10
    2006Q4,total,1,0.10
    total,total,3,850.10
    ");
}

#[test]
fn a_text_that_no_row_can_have_is_refused_and_not_an_empty_answer() {
    let sandbox = sandbox();
    let mut said = String::new();
    for (filter, more) in [
        ("measure = 'artcle_60'", ""),
        ("regime IN ('aide_sociale', 'intégration')", ""),
        ("'Brussels' = region", ""),
        ("legislation <> '3'", ""),
        ("thp_id = '60'", "2017Q1"),
        ("thp_id = '60'", "2015Q1"),
    ] {
        let text = format!("metrics = [\"persons\"]\nfilter = \"{filter}\"\n");
        sandbox.write("warehouse/queries/mine.toml", text);
        let from = if more.is_empty() { "2002Q4" } else { more };
        let ran = sandbox.run(["run", "mine", "--format", "csv", "--from", from]);
        said += &ran.stderr;
    }
    insta::assert_snapshot!(said, @"
    error: filter: unknown value of `measure` `artcle_60`; did you mean `article_60`?
    hint: `sppis queries NAME` describes a query
    error: filter: unknown value of `regime` `intégration`; did you mean `integration_sociale`?
    hint: `sppis queries NAME` describes a query
    error: filter: unknown value of `region` `Brussels`; known: 02000, 03000, 04000
    hint: `sppis queries NAME` describes a query
    note: mine: partial without 2002Q4..2005Q4: not delivered
    error: filter: the code `60` of `thp_id` is valid 2002-10-01 to 2015-12-31, not in 2017Q1..
    hint: `sppis queries NAME` describes a query
    note: asked for and not delivered: 2015Q1
    ");
}

#[test]
fn all_query_files_are_checked_at_once() {
    let sandbox = sandbox();
    insta::assert_snapshot!(sandbox.run(["queries", "--check"]).ok().stdout, @"20 query files without a mistake");
    sandbox.write("warehouse/queries/one.toml", "metrics = [\"person\"]\n");
    sandbox
        .write("warehouse/queries/two.toml", "metrics = [\"persons\"]\nfilter = \"sex = 'X'\"\n");
    let ran = sandbox.run(["queries", "--check"]);
    assert_eq!(ran.code, 2);
    insta::assert_snapshot!(format!("{}{}", ran.stdout, ran.stderr), @"
    20 query files without a mistake, 2 with mistakes
    error: 1 mistake in ./warehouse/queries/one.toml
      ./warehouse/queries/one.toml:1:12: unknown metric `person` (did you mean `persons`?)
    error: two: filter: unknown value of `sex` `X`; known: M, F
    ");
}

#[test]
fn the_schema_for_editors_takes_every_shipped_query_and_marks_mistakes() {
    let sandbox = Sandbox::empty();
    let schema =
        sandbox.write("query.schema.json", sandbox.run(["queries", "--schema"]).ok().stdout);
    let checked = std::fs::read_to_string(repository().join("queries/query.schema.json")).unwrap();
    assert_eq!(std::fs::read_to_string(&schema).unwrap(), checked, "`queries --schema` writes it");
    let folder = std::fs::read_dir(repository().join("queries")).unwrap();
    let files = folder.map(|file| file.unwrap().path().to_str().unwrap().to_owned());
    let files: Vec<String> = files.filter(|path| path.contains(".toml")).collect();
    let mut arguments = vec![schema.to_str().unwrap()];
    arguments.extend(files.iter().map(String::as_str));
    assert_eq!(peer("schema.py", &arguments), "");
    let wrong = "metrics = [\"person\"]\ntilte = 1\n[derived.x]\nratio = [\"amount\"]\nshare = \"amount\"\n";
    let wrong = sandbox.write("wrong.toml", wrong);
    let found = peer("schema.py", &[schema.to_str().unwrap(), wrong.to_str().unwrap()]);
    insta::assert_snapshot!(found, @"
    wrong.toml $ additionalProperties
    wrong.toml $.derived.x oneOf
    wrong.toml $.derived.x.ratio minItems
    wrong.toml $.metrics[0] enum
    ");
}

#[test]
fn totals_stand_below_where_rows_are_ordered_by_figures() {
    let text = r#"metrics = ["persons"]
dimensions = ["cpas"]
totals = [[]]
order = ["-persons"]
"#;
    insta::assert_snapshot!(answer(&sandbox(), text), @"
    cpas,persons
    62063,2
    11002,1
    21004,1
    total,3
    ");
}

#[test]
fn shares_changes_and_gathered_quarters_are_computed_from_counts() {
    let text = r#"metrics = ["persons"]
dimensions = ["quarter"]
totals = [[]]

[derived.per_person]
ratio = ["amount", "persons"]
decimals = 3

[derived.share]
share = "persons"

[derived.change]
change = "persons"

[derived.rate]
rate = "amount"
against = "2006Q1"
decimals = 2

[derived.year_to_date]
cumulative = "persons"

[derived.half_year]
moving = "persons"
quarters = 2
"#;
    insta::assert_snapshot!(answer(&sandbox(), text), @"
    quarter,persons,per_person,share,change,rate,year_to_date,half_year,change_status,rate_status,year_to_date_status,half_year_status
    2006Q1,2,375.000,66.7,,0.00,2,2,not_delivered,,,partial
    2006Q2,2,0.000,66.7,0,-100.00,3,3,,,,
    2006Q3,2,50.000,66.7,0,-86.67,3,3,,,,
    2006Q4,1,0.100,33.3,-1,-99.99,3,2,,,,
    total,3,283.367,100.0,,,,,undefined,undefined,undefined,undefined
    ");
}

/// The first columns of a line of CSV, as a line.
fn columns(line: &str, count: usize) -> String {
    line.split(',').take(count).collect::<Vec<_>>().join(",") + "\n"
}

#[test]
fn figures_of_a_range_are_those_of_the_whole() {
    let sandbox = sandbox();
    let text = r#"metrics = ["persons"]
dimensions = ["quarter"]

[derived.change]
change = "persons"

[derived.half_year]
moving = "persons"
quarters = 2
"#;
    let all = answer(&sandbox, text);
    let run = |arguments: &[&str]| {
        let command = [&["run", "mine", "--format", "csv"], arguments].concat();
        sandbox.run_all(&command).ok().stdout
    };
    let expected: Vec<&str> = all
        .lines()
        .filter(|line| !line.starts_with("2006Q1,") && !line.starts_with("2006Q2,"))
        .collect();
    // In later quarters all figures are numbers, so that none has a status.
    let expected: String = expected.iter().map(|line| columns(line, 4)).collect();
    assert_eq!(run(&["--from", "2006Q3"]), expected);
    let wheres = ["--where", "quarter=2006Q3", "--where", "quarter=2006Q4"];
    assert_eq!(run(&wheres), expected);
}

#[test]
fn the_rest_of_a_top_is_counted_anew() {
    let text = r#"metrics = ["persons", "observations"]
dimensions = ["cpas"]

[top]
dimension = "cpas"
by = "observations"
count = 1
"#;
    insta::assert_snapshot!(answer(&sandbox(), text), @"
    cpas,persons,observations
    21004,1,3
    rest,2,5
    ");
}

#[test]
fn a_complete_answer_tells_zero_from_what_cannot_be() {
    let sandbox = sandbox();
    let text = r#"metrics = ["persons", "amount"]
dimensions = ["quarter", "regime"]
complete = true
"#;
    sandbox.write("warehouse/queries/mine.toml", text);
    let command = ["run", "mine", "--format", "csv", "--from", "2004Q4", "--to", "2006Q2"];
    insta::assert_snapshot!(sandbox.run(command).ok().stdout, @"
    quarter,regime,persons,amount,persons_status,amount_status
    2004Q4,aide_sociale,,,not_delivered,not_applicable
    2004Q4,integration_sociale,,,not_delivered,not_applicable
    2004Q4,organic_law,,,not_delivered,not_applicable
    2005Q1,aide_sociale,,,not_delivered,not_delivered
    2005Q1,integration_sociale,,,not_delivered,not_delivered
    2005Q1,organic_law,,,not_delivered,not_applicable
    2005Q2,aide_sociale,,,not_delivered,not_delivered
    2005Q2,integration_sociale,,,not_delivered,not_delivered
    2005Q2,organic_law,,,not_delivered,not_applicable
    2005Q3,aide_sociale,,,not_delivered,not_delivered
    2005Q3,integration_sociale,,,not_delivered,not_delivered
    2005Q3,organic_law,,,not_delivered,not_applicable
    2005Q4,aide_sociale,,,not_delivered,not_delivered
    2005Q4,integration_sociale,,,not_delivered,not_delivered
    2005Q4,organic_law,,,not_delivered,not_applicable
    2006Q1,aide_sociale,1,250.00,,
    2006Q1,integration_sociale,1,500.00,,
    2006Q1,organic_law,0,,,not_applicable
    2006Q2,aide_sociale,2,0.00,,
    2006Q2,integration_sociale,0,0.00,,
    2006Q2,organic_law,0,,,not_applicable
    ");
    let command = ["run", "mine", "--from", "2004Q4", "--to", "2005Q1"];
    insta::assert_snapshot!(sandbox.run(command).ok().stdout, @"
    mine
     quarter  regime               persons  amount  persons_status  amount_status
     2004Q4   aide_sociale               :       .  not_delivered   not_applicable
     2004Q4   integration_sociale        :       .  not_delivered   not_applicable
     2004Q4   organic_law                :       .  not_delivered   not_applicable
     2005Q1   aide_sociale               :       :  not_delivered   not_delivered
     2005Q1   integration_sociale        :       :  not_delivered   not_delivered
     2005Q1   organic_law                :       .  not_delivered   not_applicable
    6 rows; version 2 with 2007-11@1, 2008-05@1; classification 1669121ef5dc
    only 2004Q4..2005Q1
    do not add up over rows: persons
    asked for and not delivered: 2004Q4..2005Q1
    ");
}

#[test]
fn amounts_of_persons_have_a_least_a_middle_and_a_greatest() {
    let text = r#"metrics = ["convention_persons"]
dimensions = ["year"]
totals = [[]]

[derived.least]
per_person = "minimum"

[derived.middle]
per_person = "median"

[derived.most]
per_person = "maximum"

[derived.upper]
per_person = "quantile"
percent = 90
"#;
    insta::assert_snapshot!(answer(&sandbox(), text), @"
    year,convention_persons,least,middle,most,upper
    2006,3,0.10,250.00,600.00,530.00
    total,3,0.10,250.00,600.00,530.00
    ");
}

#[test]
fn an_answer_beside_that_of_another_state_shows_what_was_revised() {
    let sandbox = sandbox();
    let mut rows = FIRST_HALF_OF_2006;
    rows[2] = "42012205181;2;62063;2006-02-01;2006-02-28;;60;1;200,00";
    let file = sandbox.delivery("2007-11", &rows);
    sandbox.run(["ingest", &file]).ok();
    let command = [
        "run",
        "amount-by-regime",
        "--format",
        "csv",
        "--compare-with",
        "2007-11@1",
        "--to",
        "2006Q3",
    ];
    insta::assert_snapshot!(sandbox.run(command).ok().stdout, @"
    quarter,regime,amount,amount_before,amount_difference,convention_persons,convention_persons_before,convention_persons_difference,amount_before_status,amount_difference_status,convention_persons_before_status,convention_persons_difference_status,revision
    2006Q1,aide_sociale,200.00,250.00,-50.00,1,1,0,,,,,revised
    2006Q1,integration_sociale,500.00,500.00,0.00,1,1,0,,,,,unchanged
    2006Q2,aide_sociale,0.00,0.00,0.00,0,0,0,,,,,unchanged
    2006Q3,aide_sociale,0.00,,,0,,,not_delivered,undefined,not_delivered,undefined,new
    2006Q3,integration_sociale,100.00,,,1,,,not_delivered,undefined,not_delivered,undefined,new
    ");
}

#[test]
fn all_queries_run_together_into_a_folder() {
    let sandbox = sandbox();
    sandbox.write(
        "warehouse/queries/asks.toml",
        "metrics = [\"persons\"]\nfilter = \"cpas = $cpas\"\n[parameters.cpas]\ntype = \"text\"\n",
    );
    let folder = sandbox.join("answers");
    let folder = folder.to_str().unwrap();
    sandbox.run(["run", "--all", "--format", "csv", "--output", folder]).ok();
    let files = sandbox.files("answers");
    let tables = files.iter().filter(|path| path.extension().is_some_and(|it| it == "csv"));
    assert_eq!(tables.count(), 20, "{files:?}");
    assert_eq!(sandbox.read("answers/by-year.csv"), sandbox.csv("by-year"));
    let metadata = sandbox.read("answers/by-year.csv-metadata.json");
    assert!(metadata.contains("sppis run by-year --as-of 2"), "{metadata}");
}

#[test]
fn what_a_query_file_cannot_mean_is_refused_with_its_place() {
    let sandbox = sandbox();
    let text = r#"metrics = ["persons"]
dimensions = ["year", "regime"]
totals = [["regime", "year"], ["cpas"]]
complete = true

[top]
dimension = "cpas"
by = "person"
count = 0

[derived.amount]
ratio = ["amount", "amount_per_convention_person"]

[derived.trend]
change = "persons"
against = "last_year"

[derived.nothing]
decimals = 9

[derived.spread]
per_person = "mean"
"#;
    sandbox.write("warehouse/queries/mine.toml", text);
    let ran = sandbox.run(["run", "mine"]);
    assert_eq!(ran.code, 2);
    insta::assert_snapshot!(ran.stderr, @"
    error: 12 mistakes in ./warehouse/queries/mine.toml
      ./warehouse/queries/mine.toml:3:11: this total is no other than the rows, or stands here twice
      ./warehouse/queries/mine.toml:3:32: `cpas` is no dimension of this query (a total keeps some of the query's dimensions)
      ./warehouse/queries/mine.toml:7:13: `cpas` is no dimension of this query
      ./warehouse/queries/mine.toml:8:6: `person` is no metric to compute from (did you mean `persons`?)
      ./warehouse/queries/mine.toml:9:9: `count` must lie between 1 and 10000
      ./warehouse/queries/mine.toml:11:10: `amount` cannot name a derived metric (use lower-case letters, digits and `_`, and no name or ending that the program gives itself)
      ./warehouse/queries/mine.toml:12:20: `amount_per_convention_person` is no metric to compute from (did you mean `amount`?)
      ./warehouse/queries/mine.toml:14:10: `trend` compares quarters (add `quarter` to the dimensions)
      ./warehouse/queries/mine.toml:16:11: `last_year` is nothing to compare with (write `previous_quarter`, `year_before`, or a quarter such as `2010Q1`)
      ./warehouse/queries/mine.toml:18:10: `nothing` has no formula (give one of ratio, share, change, rate, cumulative, moving, per_person)
      ./warehouse/queries/mine.toml:19:1: unknown key `decimals` (known here: ratio, share, change, rate, cumulative, moving, per_person, label)
      ./warehouse/queries/mine.toml:22:14: unknown statistic `mean` (did you mean `median`?)
    ");
}

#[test]
fn quarters_picked_one_by_one_are_those_of_a_range() {
    let sandbox = sandbox();
    let text = r#"metrics = ["persons"]
dimensions = ["quarter", "cpas"]
totals = [["quarter"], []]

[top]
dimension = "cpas"
by = "observations"
count = 1

[derived.share]
share = "observations"

[derived.change]
change = "persons"
"#;
    sandbox.write("warehouse/queries/mine.toml", text);
    let run = |arguments: &[&str]| {
        let command = [&["run", "mine", "--format", "csv", "--verify"], arguments].concat();
        sandbox.run_all(&command).ok().stdout
    };
    let range = run(&["--from", "2006Q3", "--to", "2006Q3"]);
    assert_eq!(run(&["--where", "quarter=2006Q3"]), range);
    insta::assert_snapshot!(range, @"
    quarter,cpas,persons,share,change,change_status
    2006Q3,11002,1,50.0,1,
    2006Q3,rest,1,50.0,-1,
    2006Q3,total,2,100.0,0,
    total,total,2,100.0,,undefined
    ");
    assert_eq!(run(&["--where", "year=2006"]), run(&[]));
    for value in ["quarter=2006q3", "year=02006"] {
        assert_eq!(sandbox.run(["run", "mine", "--where", value]).code, 2, "{value}");
    }
}

#[test]
fn a_year_beside_the_quarter_changes_no_figure() {
    let sandbox = Sandbox::new();
    let rows =
        |days: [&str; 2]| days.map(|day| format!("85073003328;1;21004;{day};{day};;;2;1.00"));
    for (id, days) in
        [("2007-11", ["2006-03-01", "2006-06-01"]), ("2008-11", ["2007-01-01", "2007-04-01"])]
    {
        let rows = rows(days);
        let file = sandbox.delivery(id, &rows.each_ref().map(String::as_str));
        sandbox.run(["ingest", &file]).ok();
    }
    let file = sandbox.delivery("2008-05", &["85073003328;1;21004;2006-12-01;2006-12-31;;;;"]);
    sandbox.run(["ingest", &file]).ok();
    let text = |dimensions: &str| {
        format!(
            "metrics = [\"persons\"]\ndimensions = [{dimensions}]\n[derived.change]\nchange = \
             \"persons\"\n[derived.half_year]\nmoving = \"observations\"\nquarters = 2\n"
        )
    };
    let plain = answer(&sandbox, &text("\"quarter\""));
    let with_year = answer(&sandbox, &text("\"year\", \"quarter\""));
    let without = |line: &str| line.split_once(',').map_or("", |(_, rest)| rest).to_owned();
    assert_eq!(
        with_year.lines().map(without).collect::<Vec<_>>(),
        plain.lines().collect::<Vec<_>>()
    );
    insta::assert_snapshot!(plain, @"
    quarter,persons,change,half_year,change_status,half_year_status
    2006Q1,1,,1,not_delivered,partial
    2006Q2,1,0,2,,
    2006Q3,0,-1,1,,
    2006Q4,1,1,1,,
    2007Q1,1,0,2,,
    2007Q2,1,0,2,,
    ");
}

#[test]
fn amounts_are_not_compared_with_quarters_before_there_were_any() {
    let sandbox = Sandbox::new();
    for (id, row) in [
        ("2006-05", "85073003328;1;21004;2004-11-01;2004-11-30;;;;"),
        ("2006-11", "85073003328;1;21004;2005-02-01;2005-02-28;;;2;500.00"),
    ] {
        let file = sandbox.delivery(id, &[row]);
        sandbox.run(["ingest", &file]).ok();
    }
    let text = r#"metrics = ["persons", "amount"]
dimensions = ["quarter"]
complete = true

[derived.persons_change]
change = "persons"

[derived.amount_change]
change = "amount"

[derived.amount_half_year]
moving = "amount"
quarters = 2
"#;
    insta::assert_snapshot!(answer(&sandbox, text), @"
    quarter,persons,amount,persons_change,amount_change,amount_half_year,persons_status,amount_status,persons_change_status,amount_change_status,amount_half_year_status
    2004Q3,0,,,,,,not_applicable,not_delivered,not_applicable,not_applicable
    2004Q4,1,,1,,,,not_applicable,,not_applicable,not_applicable
    2005Q1,1,500.00,0,,,,,,not_applicable,not_applicable
    2005Q2,0,0.00,-1,-500.00,500.00,,,,,
    ");
    let text = "metrics = [\"persons\", \"amount\"]\ndimensions = [\"year\"]\ncomplete = true\n";
    sandbox.write("warehouse/queries/mine.toml", text);
    let command = ["run", "mine", "--format", "csv", "--from", "2003Q1", "--to", "2006Q4"];
    insta::assert_snapshot!(sandbox.run(command).ok().stdout, @"
    year,persons,amount,persons_status,amount_status
    2003,,,not_delivered,not_applicable
    2004,1,,partial,not_applicable
    2005,1,500.00,partial,partial
    2006,,,not_delivered,not_delivered
    ");
    let command = ["run", "mine", "--format", "csv", "--compare-with", "2006-05"];
    insta::assert_snapshot!(sandbox.run(command).ok().stdout, @"
    year,persons,persons_before,persons_difference,amount,amount_before,amount_difference,persons_status,persons_before_status,persons_difference_status,amount_status,amount_before_status,amount_difference_status,revision
    2004,1,1,0,,,,partial,partial,partial,not_applicable,not_applicable,undefined,unchanged
    2005,1,,,500.00,,,partial,not_delivered,undefined,partial,not_delivered,undefined,new
    ");
}

#[test]
fn what_would_compare_unlike_things_is_refused() {
    let sandbox = sandbox();
    let mut said = String::new();
    for text in [
        "dimensions = [\"quarter\", \"cpas\"]\n[top]\ndimension = \"cpas\"\nby = \"persons\"\nwithin = [\"quarter\"]\n[derived.x]\nchange = \"persons\"\n",
        "dimensions = [\"quarter\"]\n[top]\ndimension = \"quarter\"\nby = \"persons\"\n[derived.x]\nchange = \"persons\"\n",
        "dimensions = [\"quarter\", \"cpas\"]\ncomplete = true\n[top]\ndimension = \"cpas\"\nby = \"persons\"\nwithin = [\"quarter\"]\n",
        "dimensions = [\"quarter\"]\nfilter = \"year = 2006\"\n[derived.x]\nmoving = \"persons\"\n",
        "dimensions = [\"quarter\", \"cpas\"]\n[top]\ndimension = \"cpas\"\nby = \"persons\"\nwithin = [\"cpas\"]\n",
        "dimensions = [\"quarter\"]\n[derived.x]\nshare = \"persons\"\nwithin = [\"year\"]\n",
        "dimensions = [\"quarter\"]\n[derived.persons_before]\nchange = \"persons\"\n",
        "dimensions = [\"year\"]\nfilter = \"quarter = '2006-Q1'\"\n",
        "filter = \"days * 9223372036854775807 > 0 AND substr(cpas, 0, 2) = '21' AND left(cpas, -3) = '21'\"\n",
    ] {
        sandbox.write("warehouse/queries/mine.toml", format!("metrics = [\"persons\"]\n{text}"));
        let ran = sandbox.run(["run", "mine"]);
        assert_eq!(ran.code, 2, "{text}: {ran}");
        said += &ran.stderr;
    }
    insta::assert_snapshot!(said, @r#"
    error: 1 mistake in ./warehouse/queries/mine.toml
      ./warehouse/queries/mine.toml:1:1: a top by quarter cannot be compared over quarters (rank without `quarter`: the same values are then shown in all quarters)
    error: 2 mistakes in ./warehouse/queries/mine.toml
      ./warehouse/queries/mine.toml:1:1: a top by quarter cannot be compared over quarters (rank without `quarter`: the same values are then shown in all quarters)
      ./warehouse/queries/mine.toml:3:1: a top ranks neither quarters nor months nor years nor guidances (order the rows by the metric instead: `order = ["-persons"]`)
    error: 1 mistake in ./warehouse/queries/mine.toml
      ./warehouse/queries/mine.toml:1:1: with `within`, a value that is in the rest would look like 0 (leave `within` out, or `complete`)
    error: 1 mistake in ./warehouse/queries/mine.toml
      ./warehouse/queries/mine.toml:1:1: a filter on time removes the quarters that others are compared with (narrow the quarters with `--from`, `--to` or `--where` instead)
    error: 1 mistake in ./warehouse/queries/mine.toml
      ./warehouse/queries/mine.toml:3:1: `within` names the ranked dimension, or one of its own twice
    error: 1 mistake in ./warehouse/queries/mine.toml
      ./warehouse/queries/mine.toml:5:11: `year` is no dimension of this query
    error: 1 mistake in ./warehouse/queries/mine.toml
      ./warehouse/queries/mine.toml:3:10: `persons_before` cannot name a derived metric (use lower-case letters, digits and `_`, and no name or ending that the program gives itself)
    error: filter: expected a quarter such as `2008Q3` for `quarter`, found `2006-Q1`
    hint: `sppis queries NAME` describes a query
    error: 2 mistakes in ./warehouse/queries/mine.toml
      ./warehouse/queries/mine.toml:2:59: `0` is no place or length for `substr` (write a whole number; characters count from 1)
      ./warehouse/queries/mine.toml:2:88: `-3` is no place or length for `left` (write a whole number; characters count from 1)
    "#);
}

#[test]
fn codes_of_both_periods_may_stand_in_one_filter() {
    let sandbox = sandbox();
    let text = "metrics = [\"persons\"]\nfilter = \"thp_id IN ('60', '114')\"\n";
    sandbox.write("warehouse/queries/mine.toml", text);
    for end in [["--from", "2017Q1"], ["--to", "2006Q2"]] {
        sandbox.run_all(&[&["run", "mine"], &end[..]].concat()).ok();
    }
}

#[test]
fn a_value_goes_to_the_queries_that_have_the_parameter() {
    let sandbox = sandbox();
    let text =
        "metrics = [\"persons\"]\nfilter = \"cpas = $cpas\"\n[parameters.cpas]\ntype = \"text\"\n";
    sandbox.write("warehouse/queries/asks.toml", text);
    let run = |set: &str| sandbox.run(["run", "asks", "by-year", "--set", set, "--format", "csv"]);
    assert!(run("cpas=21004").ok().stdout.starts_with("persons\n1\n"));
    insta::assert_snapshot!(run("cpsa=21004").stderr, @"
    error: parameter `cpas` has no default: give it with `--set cpas=…`
    hint: `sppis queries NAME` describes a query
    ");
}

#[test]
fn months_in_a_measure_are_calendar_months_so_far_each_counted_once() {
    let sandbox = sandbox();
    // Two rows in one month, one over three months and two quarters, and a gap.
    let rows = [
        "94050436965;2;21004;2007-01-01;2007-01-15;;60;;",
        "94050436965;2;11002;2007-01-20;2007-01-31;;60;;",
        "94050436965;2;21004;2007-03-15;2007-05-02;;60;;",
        "90472100631;2;11002;2007-06-30;2007-06-30;;60;;",
    ];
    let file = sandbox.delivery("2008-11", &rows);
    sandbox.run(["ingest", &file]).ok();
    let text = r#"metrics = ["observations", "persons"]
dimensions = ["measure", "quarter", "measure_months"]
filter = "measure_months >= 1"
totals = [["measure", "measure_months"]]

[bands]
measure_months = [1, 2, 3, 5]
"#;
    insta::assert_snapshot!(answer(&sandbox, text), @"
    measure,quarter,measure_months,observations,persons
    article_60,2006Q1,01-01,1,1
    article_60,2006Q2,01-01,1,1
    article_60,2006Q2,02-02,1,1
    article_60,2006Q3,02-02,1,1
    article_60,2006Q4,03-04,1,1
    article_60,2007Q1,02-02,3,1
    article_60,2007Q2,03-04,2,2
    article_60,total,01-01,2,2
    article_60,total,02-02,5,3
    article_60,total,03-04,3,2
    partnership_convention,2006Q1,01-01,1,1
    partnership_convention,2006Q3,02-02,1,1
    partnership_convention,total,01-01,1,1
    partnership_convention,total,02-02,1,1
    ");
    // Bands are values of the dimension, and months numbers of the filter.
    let ran = sandbox.run(["run", "mine", "--format", "csv", "--where", "measure_months=05+"]).ok();
    insta::assert_snapshot!(ran.stdout, @"measure,quarter,measure_months,observations,persons");
    let text =
        "metrics = [\"persons\"]\ndimensions = [\"quarter\"]\nfilter = \"measure_months > 2\"\n";
    insta::assert_snapshot!(answer(&sandbox, text), @"
    quarter,persons
    2006Q4,1
    2007Q2,2
    ");
}

#[test]
fn a_person_with_two_measures_of_a_group_counts_once_in_it() {
    let text = r#"metrics = ["observations", "persons", "amount"]
dimensions = ["quarter", "measure_group"]
filter = "measure_group <> 'activation_measures'"
complete = true
"#;
    let sandbox = sandbox();
    let rows = [
        "94050436965;2;21004;2007-01-01;2007-01-31;;60;;",
        "94050436965;2;21004;2007-02-01;2007-02-28;;61;;",
    ];
    let file = sandbox.delivery("2008-11", &rows);
    sandbox.run(["ingest", &file]).ok();
    insta::assert_snapshot!(answer(&sandbox, text), @"
    quarter,measure_group,observations,persons,amount,observations_status,persons_status,amount_status
    2006Q1,activation_measures,0,0,0.00,,,
    2006Q1,cpas_employment,1,1,250.00,,,
    2006Q1,guidance_and_projects,1,1,500.00,,,
    2006Q1,unclassified,1,1,0.00,,,
    2006Q2,activation_measures,0,0,0.00,,,
    2006Q2,cpas_employment,2,2,0.00,,,
    2006Q2,guidance_and_projects,0,0,0.00,,,
    2006Q2,unclassified,0,0,0.00,,,
    2006Q3,activation_measures,0,0,0.00,,,
    2006Q3,cpas_employment,1,1,0.00,,,
    2006Q3,guidance_and_projects,1,1,100.00,,,
    2006Q3,unclassified,0,0,0.00,,,
    2006Q4,activation_measures,0,0,0.00,,,
    2006Q4,cpas_employment,1,1,0.10,,,
    2006Q4,guidance_and_projects,0,0,0.00,,,
    2006Q4,unclassified,0,0,0.00,,,
    2007Q1,activation_measures,0,0,0.00,,,
    2007Q1,cpas_employment,2,1,0.00,,,
    2007Q1,guidance_and_projects,0,0,0.00,,,
    2007Q1,unclassified,0,0,0.00,,,
    2007Q2,activation_measures,0,0,0.00,,,
    2007Q2,cpas_employment,0,0,0.00,,,
    2007Q2,guidance_and_projects,0,0,0.00,,,
    2007Q2,unclassified,0,0,0.00,,,
    ");
    let wrong = "metrics = [\"persons\"]\nfilter = \"measure_group = 'cpas_employments'\"\n";
    sandbox.write("warehouse/queries/mine.toml", wrong);
    let refused = sandbox.run(["run", "mine"]);
    insta::assert_snapshot!(refused.stderr, @"
    error: filter: unknown value of `measure_group` `cpas_employments`; did you mean `cpas_employment`?
    hint: `sppis queries NAME` describes a query
    ");
}

#[test]
fn values_of_parameters_are_texts_numbers_or_days_and_a_list_has_some() {
    let sandbox = sandbox();
    let text = r#"metrics = ["persons"]
dimensions = ["quarter"]
filter = "cpas IN ($centres) AND year IN ($years) AND first_day >= $from"

[parameters.centres]
type = "text"
list = true
default = ["62063", "11002"]

[parameters.years]
type = "integer"
list = true
default = [2006, 2007]

[parameters.from]
type = "date"
default = 2006-05-01
"#;
    insta::assert_snapshot!(answer(&sandbox, text), @"
    quarter,persons
    2006Q2,2
    2006Q3,1
    2006Q4,1
    ");
    let refused = |one, other| sandbox.run(["run", "mine", "--set", one, "--set", other]).stderr;
    // A list is one text with commas or the option several times, as with `--where`.
    let set = |lists: &[&str]| {
        let set = lists.iter().flat_map(|list| ["--set", list]);
        let arguments: Vec<&str> =
            ["run", "mine", "--format", "csv"].into_iter().chain(set).collect();
        sandbox.run_all(&arguments).ok().stdout
    };
    assert_eq!(set(&["centres=62063", "centres=11002"]), answer(&sandbox, text));
    assert_eq!(set(&["centres=62063 , 11002"]), answer(&sandbox, text));
    assert_ne!(set(&["centres=62063"]), answer(&sandbox, text));
    insta::assert_snapshot!(refused("centres=62063,,11002", "years=2006,"), @"
    error: the list of parameter `centres` has an empty value
    error: the list of parameter `years` has an empty value
    hint: `sppis queries NAME` describes a query
    ");
    insta::assert_snapshot!(refused("from=2006-05-01", "from=2006-06-01"), @"
    error: parameter `from` is given more than once, and is no list
    hint: `sppis queries NAME` describes a query
    ");
    let empty = text.replace("[\"62063\", \"11002\"]", "[]").replace("[2006, 2007]", "2006.5");
    sandbox.write("warehouse/queries/mine.toml", empty);
    insta::assert_snapshot!(sandbox.run(["run", "mine"]).stderr, @"
    error: 2 mistakes in ./warehouse/queries/mine.toml
      ./warehouse/queries/mine.toml:8:11: the list `default` has no value (leave `default` out where the list must be given with `--set`)
      ./warehouse/queries/mine.toml:13:11: `default` must be a list of texts, whole numbers or days, found a number with decimals
    ");
}
