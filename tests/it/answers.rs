//! Shipped queries against golden tables, SQL of another engine, and the optimiser off.

use std::fs;

use sppis::disclosure::Values;
use sppis::pipeline::answer::{Basis, Means, answer};
use sppis::query::{Arguments, Catalog, resolve};
use sppis::render::plain;
use sppis::warehouse::Warehouse;

use crate::peers::peer;
use crate::sandbox::{Sandbox, repository};
use crate::seeded::warehouse;

fn names() -> Vec<String> {
    Catalog::open(None).unwrap().names().map(str::to_owned).collect()
}

pub(crate) fn current_files(sandbox: &Sandbox) -> String {
    let output = sandbox.command(&["files"]).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// Compares with a golden file; `SPPIS_UPDATE_GOLDEN=1` writes it anew, to be read before it is
/// committed.
fn assert_golden(name: &str, found: &str) {
    let path = repository().join("tests/golden").join(name);
    if std::env::var_os("SPPIS_UPDATE_GOLDEN").is_some() {
        fs::write(&path, found).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(found, expected, "{} is not what came out", path.display());
}

#[test]
fn every_query_has_its_golden_table() {
    for name in names() {
        assert_golden(&format!("{name}.csv"), &warehouse().csv(&name));
    }
}

#[test]
fn every_query_equals_sql_run_by_duckdb_on_the_same_files() {
    let files = current_files(warehouse());
    let municipalities = repository().join("src/dictionary/data/municipalities.csv");
    for name in names() {
        let statement = repository().join(format!("tests/golden/{name}.sql"));
        let mut arguments = vec![statement.to_str().unwrap(), municipalities.to_str().unwrap()];
        arguments.extend(files.lines());
        assert_eq!(warehouse().csv(&name), peer("sql.py", &arguments), "{name}");
    }
}

#[test]
fn every_query_equals_a_fold_over_the_rows() {
    let sandbox = Sandbox::empty();
    let folder = sandbox.join("answers");
    let arguments = ["run", "--all", "--verify", "--format", "csv", "--output"];
    let ran = warehouse().run_all(&[&arguments[..], &[folder.to_str().unwrap()]].concat()).ok();
    let same =
        ran.stderr.lines().filter(|line| line.contains("counted a second time, all the same"));
    assert_eq!(same.count(), names().len(), "{ran}");
}

#[test]
fn no_figure_depends_on_how_it_is_counted_or_on_being_asked_together() {
    let warehouse = Warehouse::open(&warehouse().join("warehouse")).unwrap();
    let catalog = Catalog::open(None).unwrap();
    let snapshot = warehouse.snapshot(None).unwrap();
    let cells = |names: &[String], means| {
        let question = |name: &String| {
            let query = catalog.query(name).unwrap();
            resolve(query, &Arguments::default(), warehouse.dictionary()).unwrap()
        };
        let questions = names.iter().map(question).collect();
        let basis = Basis::new(&warehouse, &snapshot, means);
        let tables = answer(questions, &basis).unwrap().tables;
        let table = |table: &sppis::disclosure::ReleasedTable| {
            let column = |values: &Values| {
                (0..table.row_count()).map(|row| plain(values, row)).collect::<Vec<_>>()
            };
            table.columns().iter().map(|it| column(&it.values)).collect::<Vec<_>>()
        };
        tables.iter().map(table).collect::<Vec<_>>()
    };
    let names = names();
    let together = cells(&names, Means::Histories);
    assert_eq!(together, cells(&names, Means::Observations));
    assert_eq!(together, cells(&names, Means::PlansAsWritten));
    for (name, expected) in names.iter().zip(&together) {
        for means in [Means::Histories, Means::Observations] {
            assert_eq!(&cells(std::slice::from_ref(name), means)[0], expected, "{name}");
        }
    }
}

#[test]
#[cfg_attr(not(feature = "index"), ignore = "it is of person histories")]
fn every_query_has_its_golden_plan_and_reads_only_the_columns_it_needs() {
    for name in names() {
        let plan = warehouse().run(["explain", &name, "--from", "2016Q1", "--to", "2016Q1"]).ok();
        let plan = plan.stdout;
        // The trend of a quarter needs the three before it, of which two were delivered; who is new
        // in a measure is known from all quarters before, and what comes next from the one after.
        let read = match name.as_str() {
            "trend-by-regime" => "reads 3 files with",
            "entries-by-measure" | "stays-by-measure" => "reads 10 files with",
            "transitions" => "reads 2 files with",
            _ => "reads 1 file with",
        };
        assert!(plan.contains(read), "{plan}");
        let masked = plan.lines().filter(|line| !line.starts_with("reads ")).map(|line| {
            // File names hold a random token, and a hash that depends on the key.
            match (line.split_once("SCAN ["), line.split_once("-r1-")) {
                (Some((before, _)), _) => format!("{before}SCAN …"),
                (None, Some((before, _))) => {
                    format!("{}…", &before[..before.len() - "2017-11".len()])
                }
                (None, None) => line.to_owned(),
            }
        });
        let masked: Vec<String> = masked.collect();
        assert_golden(&format!("{name}.plan.txt"), &(masked.join("\n") + "\n"));
    }
}

#[test]
fn the_same_question_gives_the_same_bytes_in_every_format() {
    let sandbox = warehouse();
    for format in ["table", "csv", "json", "parquet"] {
        let run = || {
            let arguments = ["run", "by-regime-and-measure", "--format", format];
            sandbox.command(&arguments).output().unwrap().stdout
        };
        let first = run();
        assert!(!first.is_empty());
        assert_eq!(first, run(), "{format}");
    }
}

#[test]
fn an_exported_parquet_file_is_read_by_another_engine() {
    let sandbox = Sandbox::empty();
    let target = sandbox.join("answer.parquet");
    let target = target.to_str().unwrap();
    warehouse().run(["run", "by-regime-and-measure", "--output", target]).ok();
    let statement = sandbox.write(
        "all.sql",
        "SELECT quarter, regime, measure, observations, persons, convention_persons, amount \
         FROM observations ORDER BY quarter, regime, measure",
    );
    let municipalities = repository().join("src/dictionary/data/municipalities.csv");
    let arguments = [statement.to_str().unwrap(), municipalities.to_str().unwrap(), target];
    assert_eq!(peer("sql.py", &arguments), warehouse().csv("by-regime-and-measure"));
}

#[test]
fn ranges_and_values_narrow_an_answer_without_changing_its_cells() {
    let all = warehouse().csv("by-regime-and-measure");
    let narrowed = warehouse().run([
        "run",
        "by-regime-and-measure",
        "--format",
        "csv",
        "--from",
        "2005Q2",
        "--to",
        "2016Q1",
        "--where",
        "regime=aide_sociale",
        "--where",
        "measure=article_60",
        "--where",
        "measure=article_61",
    ]);
    let kept = all.lines().filter(|line| {
        let fields: Vec<&str> = line.split(',').collect();
        line.starts_with("quarter,")
            || (("2005Q2"..="2016Q1").contains(&fields[0])
                && fields[1] == "aide_sociale"
                && ["article_60", "article_61"].contains(&fields[2]))
    });
    let expected: Vec<&str> = kept.collect();
    assert!(expected.len() > 5);
    assert_eq!(narrowed.ok().stdout, expected.join("\n") + "\n");
}

#[test]
fn several_queries_go_to_a_folder_one_file_each() {
    let sandbox = Sandbox::empty();
    let folder = sandbox.join("answers");
    let folder = folder.to_str().unwrap();
    let names = ["persons-by-quarter", "by-year"];
    warehouse().run(["run", names[0], names[1], "--format", "json", "--output", folder]).ok();
    for name in names {
        let document: serde_json::Value =
            serde_json::from_str(&sandbox.read(&format!("answers/{name}.json"))).unwrap();
        assert_eq!(document["query"], *name);
        assert_eq!(document["deliveries"].as_array().unwrap().len(), 7);
        let rows = document["rows"].as_array().unwrap().len();
        assert_eq!(rows, warehouse().csv(name).lines().count() - 1);
    }
}
