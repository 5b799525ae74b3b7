//! Where centres lie: codes since 2002, mergers, what a warehouse adds, rows without a place.

use std::collections::BTreeMap;
use std::fs;

use crate::answers::current_files;
use crate::peers::peer;
use crate::sandbox::{PERSONS, Sandbox, repository};

/// A line of the list of municipalities, read without the program.
struct Listed {
    nis: String,
    province: String,
    region: String,
    successor: String,
}

fn data(name: &str) -> Vec<Vec<String>> {
    let path = repository().join("src/dictionary/data").join(name);
    let text = fs::read_to_string(path).unwrap();
    let line = |line: &str| line.split(',').map(str::to_owned).collect();
    text.lines().skip(1).map(line).collect()
}

/// Every code since 2002, with its place and the code of today.
fn listed() -> Vec<Listed> {
    let successors: BTreeMap<String, String> =
        data("successors.csv").into_iter().map(|it| (it[0].clone(), it[1].clone())).collect();
    let municipality = |fields: Vec<String>| Listed {
        successor: successors.get(&fields[0]).unwrap_or(&fields[0]).clone(),
        nis: fields[0].clone(),
        // Brussels has no province, though the list says its region there.
        province: if fields[4] == "04000" { String::new() } else { fields[4].clone() },
        region: fields[5].clone(),
    };
    data("municipalities.csv").into_iter().map(municipality).collect()
}

/// A row of 250 euros under a convention, of one of four persons.
fn row(at: usize, cpas: &str, first: &str, last: &str) -> String {
    format!("{};1;{cpas};{first};{last};115;;1;250.00", PERSONS[at % 4])
}

fn ingest(sandbox: &Sandbox, id: &str, rows: &[String]) -> String {
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let file = sandbox.delivery(id, &rows);
    sandbox.run(["ingest", &file]).ok().stdout
}

/// A query over everything by place.
const BY_PLACE: &str = "metrics = [\"observations\"]\n\
    dimensions = [\"quarter\", \"cpas\", \"cpas_today\", \"province\", \"region\"]\ntitle = \"Places\"\n";

#[test]
fn every_code_since_2002_lies_in_its_province_and_region_in_every_quarter() {
    let (sandbox, listed) = (Sandbox::new(), listed());
    assert_eq!(listed.len(), 620);
    let mut expected = "quarter,cpas,cpas_today,province,region,observations\n".to_owned();
    let quarters = [
        ("2004-05", "2002Q4", "2002-10-01", "2002-10-31"),
        ("2020-05", "2018Q4", "2018-12-01", "2018-12-31"),
        ("2020-11", "2019Q1", "2019-01-01", "2019-01-31"),
        ("2026-11", "2025Q1", "2025-01-01", "2025-01-31"),
    ];
    for (id, quarter, first, last) in quarters {
        let rows: Vec<String> = listed
            .iter()
            .enumerate()
            .map(|(at, it)| row(at, &it.nis, first, last))
            .map(|row| if quarter == "2002Q4" { row.replace(";1;250.00", ";;") } else { row })
            .collect();
        ingest(&sandbox, id, &rows);
        for Listed { nis, province, region, successor } in &listed {
            let line = [quarter, nis, successor, province, region, "1\n"].join(",");
            expected.push_str(&line);
        }
    }
    sandbox.write("warehouse/queries/places.toml", BY_PLACE);
    assert_eq!(sandbox.csv("places"), expected);
    let run = ["run", "places", "by-region", "--verify", "--format", "csv"];
    let counted = sandbox.run(run).ok();
    assert_eq!(counted.stderr.matches("counted a second time, all the same").count(), 2);
    let run = ["run", "places", "by-region", "--without-histories", "--format", "csv"];
    assert_eq!(sandbox.run(run).ok().stdout, counted.stdout);
    let municipalities = repository().join("src/dictionary/data/municipalities.csv");
    let of_engine = |statement: &str| {
        let mut arguments = vec![statement, municipalities.to_str().unwrap()];
        let files = current_files(&sandbox);
        arguments.extend(files.lines());
        peer("sql.py", &arguments)
    };
    let by_region = repository().join("tests/golden/by-region.sql");
    assert_eq!(sandbox.csv("by-region"), of_engine(by_region.to_str().unwrap()));
    let successors = repository().join("src/dictionary/data/successors.csv");
    let statement = format!(
        "SELECT quarter, coalesce(successor, cpas) AS cpas_today, count(DISTINCT person) AS persons, \
         CAST(sum(amount) AS DECIMAL(38, 2)) AS amount FROM observations \
         LEFT JOIN read_csv('{}', all_varchar = true) ON cpas = nis \
         GROUP BY ALL ORDER BY ALL",
        successors.display(),
    );
    let statement = sandbox.write("today.sql", statement);
    sandbox.write(
        "warehouse/queries/today.toml",
        "metrics = [\"persons\", \"amount\"]\ndimensions = [\"quarter\", \"cpas_today\"]\n\
         filter = \"quarter > '2002Q4'\"\n",
    );
    let of_engine = of_engine(statement.to_str().unwrap());
    let since_2018: String =
        of_engine.split_inclusive('\n').filter(|it| !it.starts_with("2002")).collect();
    assert_eq!(sandbox.csv("today"), since_2018);
}

#[test]
fn the_places_of_ended_codes_were_nowhere_and_are_in_their_region() {
    let sandbox = Sandbox::new();
    // La Louvière, Mouscron, Hasselt and Deinze before their codes changed; Brussels.
    let codes = ["55022", "54007", "71022", "44011", "21004"];
    let rows: Vec<String> = codes
        .iter()
        .enumerate()
        .map(|(at, code)| row(at, code, "2018-12-01", "2018-12-31"))
        .collect();
    let stated = ingest(&sandbox, "2020-05", &rows);
    assert!(!stated.contains("check."), "{stated}");
    insta::assert_snapshot!(sandbox.csv("by-region"), @"
    quarter,region,observations,persons,convention_persons,amount
    2018Q4,02000,2,2,2,500.00
    2018Q4,03000,2,2,2,500.00
    2018Q4,04000,1,1,1,250.00
    ");
    sandbox.write(
        "warehouse/queries/by-province.toml",
        "metrics = [\"persons\"]\ndimensions = [\"province\"]\n",
    );
    insta::assert_snapshot!(sandbox.csv("by-province"), @"
    province,persons
    40000,1
    50000,2
    70000,1
    ,1
    ");
    let table = sandbox.run(["run", "by-province", "--lang", "de"]).ok().stdout;
    assert!(table.contains("40000 Provinz Ostflandern") && table.contains("(keine)"), "{table}");
}

#[test]
fn a_centre_is_compared_across_a_merger_by_its_code_of_today_alone() {
    let sandbox = Sandbox::new();
    // Hasselt and Kortessem become one in 2025, with one person in both.
    let before = ["71022", "73040", "71022"].map(|code| (code, "2024-12-01", "2024-12-31"));
    let rows: Vec<String> = [0, 0, 1]
        .iter()
        .zip(before)
        .map(|(at, (code, from, to))| row(*at, code, from, to))
        .collect();
    ingest(&sandbox, "2026-05", &rows);
    ingest(&sandbox, "2026-11", &[row(0, "71072", "2025-01-01", "2025-01-31")]);
    sandbox.write(
        "warehouse/queries/today.toml",
        "metrics = [\"persons\", \"amount\"]\ndimensions = [\"quarter\", \"cpas_today\"]\n\
         totals = [[\"cpas_today\"]]\n\
         [derived.change]\nchange = \"persons\"\nagainst = \"previous_quarter\"\n",
    );
    let run = ["run", "today", "--verify", "--where", "cpas_today=71072", "--format", "csv"];
    insta::assert_snapshot!(sandbox.run(run).ok().stdout, @"
    quarter,cpas_today,persons,amount,change,change_status
    2024Q4,71072,2,750.00,2,
    2025Q1,71072,1,250.00,-1,
    2025Q2,71072,0,0.00,-1,
    total,71072,2,1000.00,,undefined
    ");
    let shown = sandbox.run(["run", "today", "--lang", "fr"]).ok().stdout;
    assert!(shown.contains("CPAS d’aujourd’hui") && shown.contains("71072 Hasselt"), "{shown}");
    sandbox.write(
        "warehouse/queries/first.toml",
        "metrics = [\"persons\"]\ndimensions = [\"cpas_today\"]\n\
         filter = \"cpas_today = '71072' AND cpas <> cpas_today\"\n\
         [top]\ndimension = \"cpas_today\"\nby = \"persons\"\ncount = 1\n",
    );
    let first = ["run", "first", "--verify", "--format", "csv"];
    assert_eq!(sandbox.run(first).ok().stdout, "cpas_today,persons\n71072,2\n");
}

#[test]
fn codes_that_ended_within_the_quarters_of_an_answer_by_place_are_noted() {
    let sandbox = Sandbox::new();
    ingest(&sandbox, "2020-05", &[row(0, "55022", "2018-12-01", "2018-12-31")]);
    ingest(&sandbox, "2020-11", &[row(0, "58001", "2019-01-01", "2019-01-31")]);
    sandbox.write(
        "warehouse/queries/growth.toml",
        "metrics = [\"persons\"]\ndimensions = [\"quarter\"]\n\
         [derived.growth]\nchange = \"persons\"\nagainst = \"previous_quarter\"\n",
    );
    let notes = |arguments: &[&str]| {
        let run = [&["run"], arguments, &["--format", "csv"]].concat();
        sandbox.run_all(&run).ok().stderr
    };
    insta::assert_snapshot!(notes(&["by-municipality", "--where", "cpas=58001"]), @"note: codes of municipalities ended on 2019-01-01: 55022 → 58001. A centre has another code before than after; `cpas_today` compares it across.");
    insta::assert_snapshot!(notes(&["by-municipality", "--where", "region=03000"]), @"note: codes of municipalities ended on 2019-01-01: 52043 → 55086, 52063 → 55085, 54007 → 57096, … (11). A centre has another code before than after; `cpas_today` compares it across.");
    insta::assert_snapshot!(notes(&["by-region"]), @"note: codes of municipalities ended on 2019-01-01: 12030 → 12041, 12034 → 12041, 44001 → 44084, … (26). A centre has another code before than after; `cpas_today` compares it across.");
    // A total of one centre by quarter is an answer by place too.
    assert!(notes(&["growth", "--where", "cpas=55022"]).contains("55022 → 58001"));
    // The quarter compared with is one of the answer's.
    let from_2019 = ["--from", "2019Q1"];
    let of_2019 = |first: &[&str]| notes(&[first, &from_2019].concat());
    assert!(of_2019(&["growth", "--where", "cpas=58001"]).contains("on 2019-01-01"));
    for without in [
        notes(&["by-region", "--to", "2018Q4"]),
        of_2019(&["by-municipality"]),
        notes(&["growth"]),
        notes(&["by-municipality", "--where", "cpas=21004"]),
    ] {
        assert_eq!(without, "");
    }
    let shown = sandbox.run(["run", "by-region", "--lang", "fr"]).ok().stdout;
    assert!(shown.contains("des codes de communes ont pris fin le 01/01/2019"), "{shown}");
}

#[test]
fn a_code_that_never_was_and_one_outside_its_validity_are_warned_of_and_keep_their_place() {
    let sandbox = Sandbox::new();
    let month = |code: &str| row(0, code, "2018-12-01", "2018-12-31");
    // Two that are right, one too late, one too early, two that never were, one that is no number.
    let codes = ["55022", "21004", "58001", "82039", "21404", "4402", "Gent"];
    let rows = codes.map(month);
    ingest(&sandbox, "2020-05", &rows);
    let late = ["58001", "55022", "82003"].map(|code| row(1, code, "2019-01-01", "2019-01-31"));
    ingest(&sandbox, "2020-11", &late);
    let warnings = |id| {
        let list = ["rejects", id, "--warnings", "--format", "csv"];
        sandbox.run(list).ok().stdout.replace("\"DWH_SPPIS_Formulaires_", "\"")
    };
    insta::assert_snapshot!(warnings("2020-05"), @r#"
    file,line,column,rule,severity,finding
    "2020-05.csv",4,CPAS,check.place-outside-validity,warn,"expected `58001` only from 2019-01-01, found it on 2018-12-01"
    "2020-05.csv",5,CPAS,check.place-outside-validity,warn,"expected `82039` only from 2024-12-02, found it on 2018-12-01"
    "2020-05.csv",6,CPAS,check.place-unknown,warn,"expected the NIS code of a municipality, found `21404`; the nearest is `21004`"
    "2020-05.csv",7,CPAS,check.place-unknown,warn,"expected the NIS code of a municipality, found `4402`; the nearest is `44012`"
    "2020-05.csv",8,CPAS,check.code-unknown,warn,"expected a code of the table, found `Gent`"
    "#);
    insta::assert_snapshot!(warnings("2020-11"), @r#"
    file,line,column,rule,severity,finding
    "2020-11.csv",3,CPAS,check.place-outside-validity,warn,"expected `55022` only until 2018-12-31 (then `58001`), found it on 2019-01-01"
    "#);
    insta::assert_snapshot!(sandbox.csv("by-region"), @"
    quarter,region,observations,persons,convention_persons,amount
    2018Q4,03000,3,1,1,750.00
    2018Q4,04000,1,1,1,250.00
    2018Q4,,3,1,1,750.00
    2019Q1,03000,3,1,1,750.00
    ");
    let coded = Sandbox::new();
    coded.write("warehouse/sppis.toml", "identifier = \"coded\"\n");
    ingest(&coded, "2020-05", &[month("21404")]);
    let found = coded.run(["rejects", "2020-05", "--warnings"]).ok().stdout;
    assert!(found.contains("found a text of 5 characters"), "{found}");
    assert!(!found.contains("nearest"), "{found}");
}

#[test]
fn rows_without_a_value_can_be_asked_for() {
    let sandbox = Sandbox::new();
    let rows = [
        format!("{};1;;2016-01-01;2016-01-31;115;;0;", PERSONS[0]),
        format!("{};1;21404;2016-01-01;2016-01-31;115;;;", PERSONS[1]),
        format!("{};1;21004;2016-01-01;2016-01-31;115;;1;250.00", PERSONS[2]),
        format!("{};1;11002;2016-01-01;2016-01-31;115;;0;", PERSONS[3]),
    ];
    ingest(&sandbox, "2017-11", &rows);
    sandbox.write("warehouse/queries/all.toml", "metrics = [\"observations\"]\ndimensions = []\n");
    let count = |condition: &str| {
        let [first, second] = ["--verify", "--without-histories"].map(|means| {
            let run = ["run", "all", means, "--format", "csv", "--where", condition];
            sandbox.run(run).ok().stdout
        });
        assert_eq!(first, second, "{condition}");
        first.lines().nth(1).unwrap().to_owned()
    };
    let cases = [
        ("region=none", "2"),
        ("region=(none)", "2"),
        ("province=none", "3"),
        ("cpas=none", "1"),
        ("cpas_today=none", "1"),
        ("guidance=none", "2"),
        ("guidance=(none)", "1"),
        ("measure_group=none", "0"),
        ("age=none", "0"),
        ("sex=none", "0"),
    ];
    for (condition, expected) in cases {
        assert_eq!(count(condition), expected, "{condition}");
    }
    let alternatives =
        ["run", "all", "--where", "region=none", "--where", "region=04000", "--format", "json"];
    let json: serde_json::Value =
        serde_json::from_str(&sandbox.run(alternatives).ok().stdout).unwrap();
    assert_eq!(json["rows"][0]["observations"], 3);
    assert_eq!(json["only"], serde_json::json!(["region=none", "region=04000"]));
    let guidance = ["run", "all", "--where", "guidance=(none)", "--format", "json"];
    let json: serde_json::Value = serde_json::from_str(&sandbox.run(guidance).ok().stdout).unwrap();
    let command = json["command"].as_str().unwrap();
    assert!(command.contains("--where 'guidance=(none)'"), "{command}");
}

#[test]
fn a_code_of_another_kind_is_named_as_what_it_is_and_nothing_of_another_kind_is_hinted_at() {
    let sandbox = Sandbox::new();
    let refused = |condition: &str| {
        let ran = sandbox.run(["run", "by-region", "--where", condition]);
        assert_eq!(ran.code, 2, "{ran}");
        ran.stderr
    };
    let conditions = [
        "province=04000",
        "province=02000",
        "province=44021",
        "province=50001",
        "region=40000",
        "region=05000",
        "cpas=10000",
        "cpas=21404",
        "cpas=brussels",
        "cpas_today=55022",
        "regime=none",
    ];
    let said: String = conditions.map(|it| format!("{it}\n{}", refused(it))).concat();
    let said = said.replace("hint: `sppis queries NAME` describes a query\n", "");
    insta::assert_snapshot!(said, @"
    province=04000
    error: `04000` is a region without provinces: ask for `region=04000`
    province=02000
    error: `02000` is a region, no province: ask for `region=02000`
    province=44021
    error: `44021` is a municipality, no province: ask for `cpas=44021`
    province=50001
    error: unknown value of `province` `50001`; did you mean `50000`?
    region=40000
    error: `40000` is a province, no region: ask for `province=40000`
    region=05000
    error: unknown value of `region` `05000`; did you mean `02000`?
    cpas=10000
    error: `10000` is a province, no municipality: ask for `province=10000`
    cpas=21404
    error: unknown value of `cpas` `21404`: no municipality has had it; did you mean `21004`?
    cpas=brussels
    error: expected a NIS code of 5 digits for `cpas`, found `brussels`
    cpas_today=55022
    error: `55022` is no code of today since 2019-01-01: ask for `cpas_today=58001`
    regime=none
    error: unknown value of `regime` `none`; known: integration_sociale, aide_sociale, organic_law
    ");
    sandbox.write(
        "warehouse/queries/filtered.toml",
        "metrics = [\"persons\"]\ndimensions = []\n\
         filter = \"province = '04000' OR region IN ('none', '03000') OR cpas = '55022'\"\n",
    );
    insta::assert_snapshot!(sandbox.run(["run", "filtered"]).stderr, @"
    error: filter: `04000` is a region without provinces: ask for `region=04000`
    error: filter: unknown value of `region` `none`; known: 02000, 03000, 04000; without one: `region IS NULL`
    hint: `sppis queries NAME` describes a query
    ");
}

const OWN: &str = r#"
[[place]]
code = "23107"
name = { en = "New Town", fr = "Villeneuve", nl = "Nieuwstad" }
province = "20001"
valid_from = "2031-01-01"

[[successor]]
code = "23002"
successor = "23107"
on = "2031-01-01"

[[place]]
code = "21020"
name = "Brussels again"
region = "04000"
"#;

#[test]
fn a_warehouse_adds_places_and_successors() {
    let readme = fs::read_to_string(repository().join("README.md")).unwrap();
    assert!(readme.contains(OWN.split("\n[[place]]\ncode = \"21020\"").next().unwrap().trim()));
    let sandbox = Sandbox::new();
    let rows = ["23002", "23107", "21020"].map(|code| row(0, code, "2030-12-01", "2030-12-31"));
    let file = sandbox.delivery("2032-05", &rows.each_ref().map(String::as_str));
    let before = sandbox.run(["ingest", &file]).ok().stdout;
    assert!(before.contains("check.place-unknown"), "{before}");
    sandbox.write("warehouse/dictionary.toml", OWN);
    let after = sandbox.run(["ingest", &file]).ok().stdout;
    assert!(after.contains("committed as revision 2"), "{after}");
    assert!(!after.contains("check.place-unknown"), "{after}");
    assert!(after.contains("check.place-outside-validity"), "{after}");
    sandbox.write("warehouse/queries/places.toml", BY_PLACE);
    let run = ["run", "places", "--verify", "--format", "csv"];
    insta::assert_snapshot!(sandbox.run(run).ok().stdout, @"
    quarter,cpas,cpas_today,province,region,observations
    2030Q4,21020,21020,,04000,1
    2030Q4,23002,23107,20001,02000,1
    2030Q4,23107,23107,20001,02000,1
    ");
    let shown = sandbox.run(["run", "places", "--lang", "fr"]).ok().stdout;
    assert!(shown.contains("23107 Villeneuve"), "{shown}");
}

#[test]
fn own_places_with_mistakes_are_refused_with_their_places() {
    let sandbox = Sandbox::new();
    let own = r#"[[place]]
code = "2310"
province = "04000"

[[place]]
code = "23107"
province = "20001"
region = "03000"
valid_from = "2031-01-01"
valid_to = "2030-01-01"

[[place]]
code = "23108"
region = "02000"

[[successor]]
code = "55022"
successor = "58001"
on = "2020-01-01"

[[successor]]
code = "23002"
successor = "23999"
on = "soon"

[[successor]]
code = "23002"
successor = "23999"
on = "2031-01-01"

[[successor]]
code = "11002"
successor = "11007"
on = "2031-01-01"

[[successor]]
code = "23003"

[[successor]]
code = "23009"
successor = "23016"
on = "2031-01-01"

[[successor]]
code = "23009"
successor = "23025"
on = "2031-01-01"
"#;
    sandbox.write("warehouse/dictionary.toml", own);
    insta::assert_snapshot!(sandbox.run(["history"]).stderr, @"
    error: 13 mistakes in ./warehouse/dictionary.toml
      ./warehouse/dictionary.toml:2:8: `code` must be a NIS code of 5 digits, found `2310`
      ./warehouse/dictionary.toml:3:12: `04000` is a region, no province (of a municipality of Brussels give `region` alone)
      ./warehouse/dictionary.toml:5:1: `valid_to` is before `valid_from`, 2031-01-01
      ./warehouse/dictionary.toml:8:10: province `20001` lies in region `02000`
      ./warehouse/dictionary.toml:12:1: `province` is missing: a municipality of Brussels alone has none, and a `region`
      ./warehouse/dictionary.toml:17:8: `55022` ends on 2018-12-31: `on` is the day after
      ./warehouse/dictionary.toml:24:6: `on` must be a date such as `2016-01-01`, found `soon`
      ./warehouse/dictionary.toml:28:13: unknown place `23999` (a new code needs a `[[place]]`)
      ./warehouse/dictionary.toml:32:8: the successors of `11002` lead back to it
      ./warehouse/dictionary.toml:33:13: `11007` is not valid on 2031-01-01
      ./warehouse/dictionary.toml:36:1: `successor` is missing: a text in quotes
      ./warehouse/dictionary.toml:36:1: `on` is missing: a date such as `2016-01-01`
      ./warehouse/dictionary.toml:45:8: `23009` has two successors: a code that is split has none
    ");
}

#[test]
fn a_code_that_ends_after_all_that_was_delivered_is_valid_today() {
    let sandbox = Sandbox::new();
    sandbox.write("warehouse/dictionary.toml", OWN);
    let ingest = |id: &str, rows: &[String]| {
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        let file = sandbox.delivery(id, &rows);
        sandbox.run(["ingest", &file]).ok();
    };
    // A code of the list compiled in that ended in 2019 has one of today, whatever was delivered.
    let rows = ["23002", "55022"].map(|code| row(0, code, "2006-07-01", "2006-07-31"));
    ingest("2008-05", &rows);
    let text = "metrics = [\"persons\"]\ndimensions = [\"cpas_today\"]\n";
    sandbox.write("warehouse/queries/today.toml", text);
    let run = |more: &[&str]| {
        let all = [&["run", "today", "--verify", "--format", "csv"], more].concat();
        sandbox.run_all(&all).ok().stdout
    };
    let asked = ["--where", "cpas_today=23002"];
    insta::assert_snapshot!(run(&[]), @"
    cpas_today,persons
    23002,1
    58001,1
    ");
    insta::assert_snapshot!(run(&asked), @"
    cpas_today,persons
    23002,1
    ");
    let counted = [
        "sql",
        "SELECT cpas_today, count(*) AS n FROM observations GROUP BY cpas_today ORDER BY cpas_today",
        "--format",
        "csv",
    ];
    insta::assert_snapshot!(sandbox.run_all(&counted).ok().stdout, @"
    cpas_today,n
    23002,1
    58001,1
    ");
    // By May 2032, when 2030Q4 is delivered, it has ended.
    ingest("2032-05", &[row(0, "23107", "2030-12-01", "2030-12-31")]);
    insta::assert_snapshot!(run(&[]), @"
    cpas_today,persons
    23107,1
    58001,1
    ");
    insta::assert_snapshot!(run(&asked), @"cpas_today,persons");
    insta::assert_snapshot!(sandbox.run_all(&counted).ok().stdout, @"
    cpas_today,n
    23107,2
    58001,1
    ");
    // The same state has the same codes as ever, and beside it another has its own no longer.
    insta::assert_snapshot!(run(&["--as-of", "1"]), @"
    cpas_today,persons
    23002,1
    58001,1
    ");
    let beside = ["run", "today", "--format", "csv", "--compare-with", "1"];
    insta::assert_snapshot!(sandbox.run(beside).ok().stdout, @"
    cpas_today,persons,persons_before,persons_difference,revision
    23107,1,1,0,unchanged
    58001,1,1,0,unchanged
    ");
}
