//! What can be asked for: every value that an answer shows, known or not, and no other.

use sppis::metric::Dimension;

use crate::sandbox::{PERSONS, Sandbox};

/// Two quarters with codes that nobody knows.
fn with_unknown_codes() -> Sandbox {
    let sandbox = Sandbox::new();
    let [a, b, c, d] = PERSONS;
    let rows = [
        format!("{a};1;21004;2006-07-01;2006-07-31;;;1;10.00"),
        format!("{b};2;99999;2006-07-01;2006-07-31;;60;;"),
        format!("{c};2;\"A,B\";2006-10-01;2006-10-31;;61;;"),
        format!("{c};1;CPAS-7;2006-10-01;2006-10-31;;;2;"),
        format!("{d};6;;2006-10-01;2006-10-31;;;;"),
        format!("{d};2;04000;2006-10-01;2006-10-31;;60;;"),
    ];
    let file = sandbox.delivery("2008-05", &rows.each_ref().map(String::as_str));
    sandbox.run(["ingest", &file]).ok();
    sandbox
}

/// The rows of an answer by one dimension, or what is said where there is none.
fn by(sandbox: &Sandbox, dimension: &str, more: &[&str]) -> Result<Vec<String>, String> {
    let text = format!("metrics = [\"persons\", \"days\"]\ndimensions = [\"{dimension}\"]\n");
    sandbox.write("warehouse/queries/mine.toml", text);
    let ran = sandbox.run_all(&[&["run", "mine", "--format", "ndjson"], more].concat());
    match ran.code {
        0 => Ok(ran.stdout.lines().map(str::to_owned).collect()),
        2 => Err(ran.stderr),
        _ => panic!("{ran}"),
    }
}

#[test]
fn every_value_that_an_answer_shows_can_be_asked_for_and_gives_its_row() {
    let sandbox = with_unknown_codes();
    for dimension in Dimension::ALL {
        let name = dimension.name();
        let all = by(&sandbox, name, &[]).unwrap();
        assert!(!all.is_empty(), "{name}");
        for row in &all {
            let document: serde_json::Value = serde_json::from_str(row).unwrap();
            let value = document[name].as_str().unwrap_or("(none)").replace(',', "\\,");
            let only = by(&sandbox, name, &["--where", &format!("{name}={value}")]);
            assert_eq!(only.as_ref(), Ok(&vec![row.clone()]), "{name}={value}");
        }
    }
}

#[test]
fn a_value_that_no_answer_could_show_is_refused_in_every_dimension() {
    let sandbox = with_unknown_codes();
    let mut said = String::new();
    for (dimension, value) in [
        ("quarter", "2008Q5"),
        ("quarter", "2001Q4"),
        ("year", "20088"),
        ("year", "1999"),
        ("month", "2008-13"),
        ("month", "2001-12"),
        ("regime", "aide-sociale"),
        ("measure", "article_6O"),
        ("measure_group", "cpas"),
        ("guidance", "h75"),
        ("cpas", "99998"),
        ("cpas", "CPAS-8"),
        ("cpas_today", "99998"),
        ("province", "99999"),
        ("region", "04001"),
        ("sex", "X"),
        ("age", "30"),
        ("birth_cohort", "1985"),
        ("role", "child"),
        ("cbenconv", "7"),
        ("measure_count", "two"),
        ("measure_entry", "second"),
        ("measure_months", "7"),
        ("measures", "article_61+article_60"),
        ("measures_before", "piis+unclassified"),
        ("measures_after", "-"),
        ("municipality", "21004"),
    ] {
        let asked = format!("{dimension}={value}");
        let problem = by(&sandbox, "quarter", &["--where", &asked]).unwrap_err();
        said += problem.lines().next().unwrap();
        said.push('\n');
    }
    insta::assert_snapshot!(said, @"
    error: expected a quarter such as `2008Q3` for `quarter`, found `2008Q5`
    error: no delivery covers `2001Q4` of `quarter`: the source begins in 2002Q4
    error: expected a year such as `2008` for `year`, found `20088`
    error: no delivery covers `1999` of `year`: the source begins in 2002Q4
    error: expected a month such as `2008-07` for `month`, found `2008-13`
    error: no delivery covers `2001-12` of `month`: the source begins in 2002Q4
    error: unknown value of `regime` `aide-sociale`; did you mean `aide_sociale`?
    error: unknown value of `measure` `article_6O`; did you mean `article_60`?
    error: unknown value of `measure_group` `cpas`; did you mean `cpas_employment`?
    error: unknown value of `guidance` `h75`; known: none, h50, h100
    error: unknown value of `cpas` `99998`: no municipality has had it
    error: expected a NIS code of 5 digits for `cpas`, found `CPAS-8`
    error: unknown value of `cpas_today` `99998`: no municipality has had it
    error: unknown value of `province` `99999`; known: 10000, 20001, 20002, 30000, 40000, 50000, 60000, 70000, 80000, 90000
    error: unknown value of `region` `04001`; did you mean `04000`?
    error: unknown value of `sex` `X`; known: M, F
    error: unknown value of `age` `30`; known: 00-17, 18-24, 25-34, 35-44, 45-54, 55+
    error: unknown value of `birth_cohort` `1985`; known: 1900-1939, 1940-1949, 1950-1959, 1960-1969, 1970-1979, 1980-1989, 1990-1999, 2000-2009, 2010+
    error: unknown value of `role` `child`; known: beneficiary, partner
    error: unknown value of `cbenconv` `7`; known: 0, 1, 2
    error: unknown value of `measure_count` `two`; known: none, one, several
    error: unknown value of `measure_entry` `second`; known: first, continued, returned, after_gap
    error: unknown value of `measure_months` `7`; known: 01-03, 04-06, 07-12, 13-24, 25+
    error: expected measures in alphabetical order, joined by `+`, or `none` for `measures`, found `article_61+article_60`
    error: expected measures in alphabetical order, joined by `+`, or `none` for `measures_before`, found `piis+unclassified`
    error: expected measures in alphabetical order, joined by `+`, or `none` for `measures_after`, found `-`
    error: unknown dimension `municipality`; known: quarter, year, month, regime, measure, measure_group, guidance, cpas, cpas_today, province, region, role, sex, age, birth_cohort, measure_count, measure_entry, measure_months, measures, measures_before, measures_after, legislation, budart_id, thp_id, ctyphlp, ca60benplc, cbenconv, cbenitgtyp, cbenidvtyp, cptnidvtyp, ia60ptnacp, ia61benacp, cptnactacp, article35ben, sts_cnt_id, cat_cnt_id, typamt_id, ndossfx
    ");
}

#[test]
fn a_filter_may_name_what_the_data_hold_and_a_list_has_commas_everywhere() {
    let sandbox = with_unknown_codes();
    let answer = |filter: &str, more: &[&str]| {
        let text = format!(
            "metrics = [\"observations\"]\ndimensions = [\"cpas\"]\nfilter = \"{filter}\"\n\
             [parameters.centres]\ntype = \"text\"\nlist = true\ndefault = [\"21004\"]\n"
        );
        sandbox.write("warehouse/queries/mine.toml", text);
        let ran = sandbox.run_all(&[&["run", "mine", "--format", "csv"], more].concat());
        if ran.code == 0 { ran.stdout } else { ran.stderr }
    };
    let set = |list: &str| answer("cpas IN ($centres)", &["--set", list]);
    insta::assert_snapshot!(set("centres=21004,99999"), @"
    cpas,observations
    21004,1
    99999,1
    ");
    insta::assert_snapshot!(set("centres=A\\,B,CPAS-7"), @r#"
    cpas,observations
    "A,B",1
    CPAS-7,1
    "#);
    insta::assert_snapshot!(set("centres=21004,99997"), @"
    error: filter: unknown value of `cpas` `99997`: no municipality has had it; did you mean `92097`?
    hint: `sppis queries NAME` describes a query
    ");
    insta::assert_snapshot!(answer("cpas <> '99996' OR cpas IN ($centres)", &[]), @"
    error: filter: unknown value of `cpas` `99996`: no municipality has had it
    hint: `sppis queries NAME` describes a query
    ");
    // The same lists, in the same writing.
    let all = "cpas IN ($centres) OR TRUE";
    for list in ["21004,99999", "A\\,B,CPAS-7", " 21004 , 04000 "] {
        let narrowed = answer(all, &["--where", &format!("cpas={list}")]);
        assert_eq!(narrowed, set(&format!("centres={list}")), "{list}");
    }
    // What is recorded asks for the same.
    let ran = sandbox.run(["run", "mine", "--format", "json", "--where", "cpas=A\\,B,none"]);
    let document: serde_json::Value = serde_json::from_str(&ran.ok().stdout).unwrap();
    insta::assert_snapshot!(document["command"], @r#""sppis run mine --where 'cpas=A\\,B' --where cpas=none --set centres=21004 --as-of 1 --format json""#);
    insta::assert_snapshot!(sandbox.run(["queries", "--check"]), @"
    exit 0
    --- stdout
    21 query files without a mistake
    --- stderr
    ");
}

#[test]
fn a_range_that_cannot_be_is_refused_with_the_one_that_is_meant() {
    let sandbox = with_unknown_codes();
    let ask = |more: &[&str]| by(&sandbox, "quarter", more).unwrap_err();
    insta::assert_snapshot!(ask(&["--from", "2009Q1", "--to", "2008Q1"]), @"
    error: `--from 2009Q1` lies after `--to 2008Q1`; is `--from 2008Q1 --to 2009Q1` meant?
    hint: `sppis queries NAME` describes a query
    ");
    insta::assert_snapshot!(ask(&["--from", "1008Q1"]), @"
    error: expected a quarter from 1900 to 2200 for `--from`, found 1008Q1
    hint: `sppis queries NAME` describes a query
    ");
    insta::assert_snapshot!(ask(&["--from", "2008-01"]), @"
    error: invalid value '2008-01' for '--from <QUARTER>': expected a quarter such as `2008Q3`, found `2008-01`

    For more information, try '--help'.
    ");
}

#[test]
fn what_is_asked_of_places_keeps_the_rows_that_it_is_true_of_known_or_not() {
    let sandbox = with_unknown_codes();
    let codes = |filter: &str, more: &[&str]| {
        let query = ["metrics = [\"observations\"]", "dimensions = [\"cpas\"]", filter].join("\n");
        sandbox.write("warehouse/queries/mine.toml", query);
        let from_observations = ["run", "mine", "--format", "tsv", "--without-histories"];
        let ran = sandbox.run_all(&[&from_observations, more].concat()).ok().stdout;
        assert_eq!(ran, sandbox.run_all(&[&from_observations[..4], more].concat()).ok().stdout);
        let codes = ran.lines().skip(1).map(|it| it.split('\t').next().unwrap_or_default());
        codes.collect::<Vec<_>>().join(" ")
    };
    let all = "04000 21004 99999 A,B CPAS-7 ";
    let unknown = "04000 99999 A,B CPAS-7 ";
    for (condition, expected) in [
        ("region = '04000'", "21004"),
        ("region IS NULL", unknown),
        ("region IS NULL OR region = '04000'", all),
        ("province IS NULL", all),
        ("NOT region = '04000'", ""),
        ("region <> '03000'", "21004"),
        ("region IN ('02000', '03000')", ""),
        ("region = '04000' OR cpas = '99999'", "21004 99999"),
        ("region IS NULL AND cpas > '1'", "99999 A,B CPAS-7"),
        ("CASE WHEN region = '04000' THEN FALSE ELSE TRUE END", unknown),
    ] {
        assert_eq!(codes(&format!("filter = \"{condition}\""), &[]), expected, "{condition}");
    }
    assert_eq!(codes("", &["--where", "region=04000"]), "21004");
    assert_eq!(codes("", &["--where", "region=none"]), unknown);
    assert_eq!(codes("", &["--where", "region=none,04000"]), all);
}
