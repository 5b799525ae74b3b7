//! Query files with mistakes, own queries, parameters.

use crate::sandbox::{PERSONS, Sandbox};

const ROWS: [&str; 3] = [
    "85073003328;1;21004;2006-01-01;2006-01-31;;;2;500.00",
    "42012205181;2;21004;2006-02-01;2006-02-28;;60;1;250,00",
    "90472100631;2;62063;2006-05-01;2006-05-31;;60;;",
];

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    let file = sandbox.delivery("2007-11", &ROWS);
    sandbox.run(["ingest", &file]).ok();
    sandbox
}

#[test]
fn every_mistake_of_a_query_file_is_shown_at_once_with_place_and_suggestion() {
    let sandbox = sandbox();
    let text = r#"metrics = ["persns", "amount", "amount"]
dimensions = ["quarter", "regimes"]
filter = "regine = 'x' AND median(days) > 2.5 AND cpas = $munic AND person = 1"
order = ["-persons"]
tilte = "x"

[title]
en = 3

[bands]
age = [0, 20, 10]

[parameters.municipality]
type = "txt"
"#;
    sandbox.write("warehouse/queries/mine.toml", text);
    let ran = sandbox.run(["run", "mine"]);
    assert_eq!(ran.code, 2);
    insta::assert_snapshot!(ran.stderr, @"
    error: 12 mistakes in ./warehouse/queries/mine.toml
      ./warehouse/queries/mine.toml:1:12: unknown metric `persns` (did you mean `persons`?)
      ./warehouse/queries/mine.toml:1:32: `amount` is named twice
      ./warehouse/queries/mine.toml:2:26: unknown dimension `regimes` (did you mean `regime`?)
      ./warehouse/queries/mine.toml:3:11: unknown name `regine` (did you mean `regime`?)
      ./warehouse/queries/mine.toml:3:28: unknown function `median` (known here: abs, coalesce, day, left, length, lower, month, nullif, quarter, right, round, substr, upper, year)
      ./warehouse/queries/mine.toml:3:58: unknown parameter `munic` (did you mean `municipality`?)
      ./warehouse/queries/mine.toml:3:69: `person` tells persons apart and cannot be filtered on (count persons with the metrics `persons`)
      ./warehouse/queries/mine.toml:4:10: `persons` is no metric or dimension of this query (known here: quarter, amount)
      ./warehouse/queries/mine.toml:5:1: unknown key `tilte` (did you mean `title`?)
      ./warehouse/queries/mine.toml:8:6: `en` must be a text in quotes, found a whole number
      ./warehouse/queries/mine.toml:11:15: the lowest numbers of the bands must rise, between 0 and 99
      ./warehouse/queries/mine.toml:14:8: unknown type `txt` (did you mean `text`?)
    ");
}

#[test]
fn text_that_is_no_toml_is_shown_with_its_place() {
    let sandbox = sandbox();
    sandbox.write("warehouse/queries/mine.toml", "metrics = [\"persons\"\ndimensions = 3\n");
    let ran = sandbox.run(["run", "mine"]);
    assert_eq!(ran.code, 2);
    insta::assert_snapshot!(ran.stderr, @"
    error: 1 mistake in ./warehouse/queries/mine.toml
      ./warehouse/queries/mine.toml:2:1: missing comma between array elements, expected `,`
    ");
}

#[test]
fn a_broken_query_file_does_not_keep_the_others_from_running() {
    let sandbox = sandbox();
    sandbox.write("warehouse/queries/broken.toml", "metrics = 1\n");
    sandbox.run(["run", "by-year"]).ok();
    let listed = sandbox.run(["queries"]);
    assert_eq!(listed.code, 2);
    assert!(listed.stdout.contains("by-year"), "{listed}");
    assert!(listed.stderr.contains("broken.toml:1:11"), "{listed}");
}

#[test]
fn an_own_query_comes_before_a_shipped_one_and_takes_parameters() {
    let sandbox = sandbox();
    let text = r#"title = "People of one regime"
metrics = ["persons", "amount"]
dimensions = ["cpas"]
filter = "regime = $regime AND first_day >= $since AND days >= $least"
order = ["-amount"]

[parameters.regime]
type = "text"
default = "aide_sociale"
allowed = ["aide_sociale", "integration_sociale"]
description = "legal regime"

[parameters.since]
type = "date"
default = "2006-01-01"

[parameters.least]
type = "integer"
default = "1"
"#;
    sandbox.write("warehouse/queries/by-municipality.toml", text);
    insta::assert_snapshot!(sandbox.csv("by-municipality"), @"
    cpas,persons,amount
    21004,1,250.00
    62063,1,0.00
    ");
    let run = |set: &str| {
        let command = ["run", "by-municipality", "--format", "csv", "--set", set];
        sandbox.run(command)
    };
    insta::assert_snapshot!(run("regime=integration_sociale").ok().stdout, @"
    cpas,persons,amount
    21004,1,500.00
    ");
    insta::assert_snapshot!(run("since=2006-03-01").ok().stdout, @"
    cpas,persons,amount
    62063,1,0.00
    ");
    assert_eq!(run("least=200").ok().stdout.lines().count(), 1);
    let mut said = String::new();
    for set in ["regime=organic_law", "since=yesterday", "leasst=2"] {
        let refused = run(set);
        assert_eq!(refused.code, 2, "{refused}");
        said += &refused.stderr;
    }
    insta::assert_snapshot!(said, @"
    error: unknown value of parameter `regime` `organic_law`; known: aide_sociale, integration_sociale
    hint: `sppis queries NAME` describes a query
    error: parameter `since` is of type date, found `yesterday`
    hint: `sppis queries NAME` describes a query
    error: unknown parameter `leasst`; did you mean `least`?
    hint: `sppis queries NAME` describes a query
    ");
}

#[test]
fn a_parameter_is_a_value_and_never_a_piece_of_the_expression() {
    let sandbox = sandbox();
    let text = r#"metrics = ["observations"]
filter = "ndossfx = $cpas"
[parameters.cpas]
type = "text"
"#;
    sandbox.write("warehouse/queries/mine.toml", text);
    for set in ["cpas=x' OR '1' = '1", "cpas=x\\' OR days > 0 --", "cpas=''"] {
        let ran = sandbox.run(["run", "mine", "--format", "csv", "--set", set]).ok();
        assert_eq!(ran.stdout, "observations\n0\n", "{set}");
    }
    let unset = sandbox.run(["run", "mine"]);
    assert_eq!(unset.code, 2);
    insta::assert_snapshot!(unset.stderr, @"
    error: parameter `cpas` has no default: give it with `--set cpas=…`
    hint: `sppis queries NAME` describes a query
    ");
}

#[test]
fn a_filter_reads_no_other_file_and_no_identifier() {
    let sandbox = sandbox();
    let filters = [
        "cpas IN (SELECT cpas FROM read_parquet('x'))",
        "person > 0",
        "observations.regime = 'x'",
        "first_day = 3",
        "sum(days) > 3",
        "days = ANY(SELECT 1)",
        "days > CAST(days AS DOUBLE)",
        "abs(days) OVER () > 1",
        "days",
        "cpas = 21004",
        "amount / 2 + 1 > 3",
        "quarter > 2006",
        "cpas = 'x\\'' OR person > 0 --'",
    ];
    for filter in filters {
        let text = format!("metrics = [\"observations\"]\nfilter = \"{filter}\"\n");
        sandbox.write("warehouse/queries/mine.toml", text);
        let ran = sandbox.run(["run", "mine"]);
        assert_eq!(ran.code, 2, "{filter}: {ran}");
        assert_eq!(ran.stdout, "", "{filter}");
    }
}

#[test]
fn a_filter_says_what_sql_says() {
    let sandbox = sandbox();
    // The rows have 31, 28 and 31 days, 500.00, 250.00 and no amount.
    let cases = [
        ("days BETWEEN 28 AND 30", 1),
        ("days NOT BETWEEN 28 AND 30", 2),
        ("amount = CAST('250.00' AS DECIMAL(12,2))", 1),
        ("amount > 250", 1),
        ("amount IS NULL OR NOT (amount < 500)", 2),
        ("cpas LIKE '21%'", 2),
        ("cpas LIKE '_2063' AND region = '03000'", 1),
        ("cpas NOT IN ('21004', '21006')", 1),
        ("first_day >= DATE '2006-02-01' AND last_day < DATE '2006-05-01'", 1),
        ("upper(regime) = 'AIDE_SOCIALE' AND left(measure, 10) = 'article_60'", 2),
        ("substr(cpas, 1, 2) = '21' AND length(cpas) = 5", 2),
        ("coalesce(guidance, 'x') = 'x'", 1),
        ("abs(0 - days) = 28 AND days * 2 - 1 = 55", 1),
        ("year = 2006 AND age > 60", 1),
    ];
    for (filter, rows) in cases {
        let text = format!("metrics = [\"observations\"]\nfilter = \"{filter}\"\n");
        sandbox.write("warehouse/queries/mine.toml", text);
        // `--verify` reads the filter a second way, row by row.
        let ran = sandbox.run(["run", "mine", "--format", "csv", "--verify"]).ok();
        assert_eq!(ran.stdout, format!("observations\n{rows}\n"), "{filter}");
    }
}

#[test]
fn a_filter_computes_in_64_bits_and_exact_decimals() {
    let sandbox = sandbox();
    // Born in 1985, 1942 and 1990; 31, 28 and 31 days; 500.00, 250.00 and no euros.
    let cases = [
        ("birth_year * 20 > 39000", 2),
        ("birth_year * birth_year * birth_year * birth_year > 15000000000000", 2),
        ("amount * amount = 250000", 1),
        ("amount * 1.005 = 251.25", 1),
        ("amount / 3 > 83.333", 2),
        ("amount / 3 = 83.333333", 0),
        ("amount / 8 = 31.25", 1),
        ("days / 2 > 15", 2),
        ("days // 2 = 15 AND days % 2 = 1", 2),
        ("-days // 2 = -15 AND -days % 2 = -1", 2),
        ("days / (days - 28) > 0", 2),
        ("days % (days - 28) IS NULL", 1),
        ("amount > 12.505 AND amount < 250.001", 1),
        ("round(amount / 7, 2) = 35.71", 1),
        ("CAST(amount / 8 AS INTEGER) = 31", 1),
        ("CAST(amount / 80 AS DECIMAL(4, 1)) = 3.1", 1),
        ("last_day - first_day = 27", 1),
        ("first_day + 30 = last_day", 2),
        ("DATE '2006-03-01' - 1 = last_day", 1),
        ("year(first_day) = 2006 AND EXTRACT(MONTH FROM first_day) = 5", 1),
        ("(amount > 300) IS NOT TRUE", 2),
        ("(amount > 300) IS UNKNOWN", 1),
        ("amount IS DISTINCT FROM 250", 2),
        ("amount NOT IN (250, NULL)", 0),
        ("amount IN (250, NULL)", 1),
        ("guidance IN ('none', 'h50', NULL)", 1),
        ("birth_year IN (1, 2, 3, 4, 5, 6, 7, 8, 9, 1985.0, 1942)", 2),
        ("CASE WHEN amount > 300 THEN 1 WHEN amount > 200 THEN 2 ELSE 3 END >= 2", 2),
        ("nullif(cpas, '21004') IS NULL", 2),
        ("coalesce(amount, 0) < 1", 1),
        ("cpas LIKE '2!_%' ESCAPE '!' OR cpas LIKE '62___'", 1),
        ("cpas || '-' || sex = '21004-M'", 2),
        ("TRY_CAST(regime AS INTEGER) IS NULL AND CAST(cpas AS INTEGER) > 21004", 1),
        ("TRUE", 3),
        ("NULL", 0),
        ("1 = 1 AND NOT FALSE", 3),
    ];
    for (filter, rows) in cases {
        let text = format!("metrics = [\"observations\"]\nfilter = \"{filter}\"\n");
        sandbox.write("warehouse/queries/mine.toml", text);
        for way in [&[][..], &["--without-histories"][..]] {
            let command = [&["run", "mine", "--format", "csv", "--verify"], way].concat();
            let ran = sandbox.run_all(&command).ok();
            assert_eq!(ran.stdout, format!("observations\n{rows}\n"), "{filter}");
        }
    }
    for filter in ["days * 9223372036854775807 > 0", "CAST(measure AS INTEGER) = 1"] {
        let text = format!("metrics = [\"observations\"]\nfilter = \"{filter}\"\n");
        sandbox.write("warehouse/queries/mine.toml", text);
        let ran = sandbox.run(["run", "mine"]);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{filter}: {ran}");
        assert!(ran.stderr.contains("line 1, column"), "{ran}");
    }
}

#[test]
fn a_derived_metric_sorts_at_any_place_of_the_order() {
    let sandbox = sandbox();
    let text = r#"metrics = ["amount_per_convention_person"]
dimensions = ["quarter", "regime"]
order = ["quarter", "-amount_per_convention_person"]
"#;
    sandbox.write("warehouse/queries/mine.toml", text);
    insta::assert_snapshot!(sandbox.csv("mine"), @"
    quarter,regime,amount_per_convention_person,amount_per_convention_person_status
    2006Q1,integration_sociale,500.00,
    2006Q1,aide_sociale,250.00,
    2006Q2,aide_sociale,,undefined
    ");
}

#[test]
fn a_warehouse_below_a_folder_that_looks_like_a_partition_can_be_asked() {
    let sandbox = Sandbox::empty();
    let file = sandbox.delivery("2007-11", &ROWS);
    std::fs::create_dir(sandbox.join("env=prod")).unwrap();
    let warehouse = ["--warehouse", "env=prod/w"];
    sandbox.run([warehouse[0], warehouse[1], "init"]).ok();
    sandbox.run([warehouse[0], warehouse[1], "ingest", &file]).ok();
    let ran = sandbox.run([warehouse[0], warehouse[1], "run", "by-year", "--format", "csv"]).ok();
    assert_eq!(ran.stdout.lines().count(), 3, "{ran}");
}

#[test]
fn a_query_without_dimensions_gives_one_row() {
    let sandbox = sandbox();
    let text = "metrics = [\"observations\", \"persons\", \"amount\", \"days\"]\n";
    sandbox.write("warehouse/queries/total.toml", text);
    assert_eq!(sandbox.csv("total"), "observations,persons,amount,days\n3,3,750.00,90\n");
}

#[test]
fn a_query_is_described_in_the_language_asked_for() {
    let sandbox = Sandbox::empty();
    let described = sandbox.run(["queries", "conventions-by-guidance", "--lang", "nl"]).ok();
    assert!(described.stdout.contains("Personen met een partnerschapsovereenkomst"), "{described}");
    let source = sandbox.run(["queries", "by-year", "--source"]).ok().stdout;
    assert!(source.starts_with("metrics = ["), "{source}");
}

#[test]
fn a_parameter_that_is_a_list_stands_for_each_of_its_values() {
    let sandbox = Sandbox::new();
    let rows = [
        format!("{};1;21004;2005-07-01;2005-07-31;1168;;1;250.00", PERSONS[0]),
        format!("{};2;21005;2005-07-01;2005-07-31;;60;;", PERSONS[1]),
        format!("{};1;21006;2005-07-01;2005-07-31;;61;;", PERSONS[2]),
    ];
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let file = sandbox.delivery("2007-05", &rows);
    sandbox.run(["ingest", &file]).ok();
    let text = "metrics = [\"persons\"]\ndimensions = [\"cpas\"]\nfilter = \"cpas IN ($centres)\"\n\
                [parameters.centres]\ntype = \"text\"\nlist = true\ndefault = [\"21004\", \"21006\"]\n";
    sandbox.write("warehouse/queries/centres.toml", text);
    assert_eq!(sandbox.csv("centres"), "cpas,persons\n21004,1\n21006,1\n");
    let set = |value: &str| {
        sandbox.run(["run", "centres", "--set", value, "--verify", "--format", "csv"])
    };
    assert_eq!(set("centres=21005, 21006").ok().stdout, "cpas,persons\n21005,1\n21006,1\n");
    let wrong = set("centres=21005,brussels");
    assert_eq!(wrong.code, 2, "{wrong}");
    assert!(wrong.stderr.contains("expected a NIS code of 5 digits for `cpas`"), "{wrong}");
    sandbox.write("warehouse/queries/centres.toml", text.replace("IN ($centres)", "= $centres"));
    let wrong = set("centres=21005");
    assert!(wrong.stderr.contains("the parameter `centres` is a list"), "{wrong}");
    assert!(wrong.stderr.contains("write `IN ($centres)`"), "{wrong}");
}

#[test]
fn a_query_written_from_an_empty_file_is_mended_by_what_the_messages_say() {
    let sandbox = Sandbox::new();
    let rows = [
        format!("{};1;21004;2005-07-01;2005-07-31;1168;;1;250.00", PERSONS[0]),
        format!("{};1;62063;2005-07-01;2005-07-31;1168;;1;750.00", PERSONS[1]),
    ];
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let file = sandbox.delivery("2007-05", &rows);
    sandbox.run(["ingest", &file]).ok();
    let name = "warehouse/queries/brussels.toml";
    let error = |text: &str| {
        sandbox.write(name, text);
        let ran = sandbox.run(["run", "brussels"]);
        assert_eq!(ran.code, 2, "{ran}");
        assert_eq!(sandbox.run(["queries", "--check"]).code, 2, "{text}");
        ran.stderr
    };
    let mut messages = error("");
    let first = "metrics = [\"convention_person\", \"amount\"]\ndimensions = [\"quarter\"]\n\
                 filter = \"region = '4000'\"\n\
                 [derived.part]\nshare = \"amount\"\nin = [\"quarter\"]\n";
    messages += &error(first);
    let second = first.replace("convention_person\"", "convention_persons\"");
    let second = second.replace("in = [", "within = [");
    messages += &error(&second);
    insta::assert_snapshot!(messages, @"
    error: 1 mistake in ./warehouse/queries/brussels.toml
      ./warehouse/queries/brussels.toml:1:1: `metrics` is missing: name at least one metric (known: observations, persons, convention_persons, amount, amount_per_convention_person, days, person_months, monthly_mean_persons, persons_and_partners)
    error: 2 mistakes in ./warehouse/queries/brussels.toml
      ./warehouse/queries/brussels.toml:1:12: unknown metric `convention_person` (did you mean `convention_persons`?)
      ./warehouse/queries/brussels.toml:6:1: unknown key `in` (known here: ratio, share, within, decimals, label)
    error: filter: unknown value of `region` `4000`; did you mean `04000`?
    hint: `sppis queries NAME` describes a query
    ");
    sandbox.write(name, second.replace("4000", "04000"));
    assert!(sandbox.run(["queries", "--check"]).ok().stdout.contains("21 query files"));
    insta::assert_snapshot!(sandbox.csv("brussels"), @"
    quarter,convention_persons,amount,part
    2005Q3,1,250.00,100.0
    ");
}
