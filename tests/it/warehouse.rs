//! The files of a warehouse: modes, key, readers of other makers.

use std::os::unix::fs::PermissionsExt as _;

use crate::peers::peer;
use crate::sandbox::Sandbox;
use crate::seeded::warehouse;

#[test]
fn only_the_owner_can_read_a_warehouse() {
    let sandbox = Sandbox::new();
    let file = sandbox.delivery("2007-11", &["85073003328;1;;2006-01-01;2006-01-31;;;2;5"]);
    sandbox.run(["ingest", &file]).ok();
    for path in sandbox.files("warehouse") {
        let mode = path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode & 0o077, 0, "{} has mode {mode:o}", path.display());
        for folder in path.ancestors().take_while(|folder| *folder != sandbox.path()).skip(1) {
            let mode = folder.metadata().unwrap().permissions().mode() & 0o777;
            assert_eq!(mode, 0o700, "{} has mode {mode:o}", folder.display());
        }
    }
}

#[test]
fn delta_rs_and_polars_in_python_read_every_version_alike() {
    let sandbox = Sandbox::new();
    let rows = [
        "85073003328;1;21004;2006-01-01;2006-01-31;;;2;500.00",
        "42012205181;2;21004;2006-02-01;2006-02-28;;60;1;250,25",
    ];
    for count in [2, 1, 2] {
        let file = sandbox.delivery("2007-11", &rows[..count]);
        sandbox.run(["ingest", &file]).ok();
    }
    let table = sandbox.join("warehouse/observations");
    let read = peer("delta.py", &[table.to_str().unwrap(), "1", "2", "3"]);
    insta::assert_snapshot!(read, @"
    1 2 750.25 2 750.25
    2 1 500.00 1 500.00
    3 2 750.25 2 750.25
    ");
}

#[test]
fn files_prints_the_paths_of_one_state_and_no_replaced_ones() {
    let sandbox = Sandbox::new();
    let row = |cents: u8| format!("85073003328;1;21004;2006-01-01;2006-01-31;;;2;500.{cents:02}");
    for cents in [0, 1] {
        let file = sandbox.delivery("2007-11", &[&row(cents)]);
        sandbox.run(["ingest", &file]).ok();
    }
    let listed = |arguments: &[&str]| sandbox.run_all(arguments).ok().stdout;
    let (now, before) = (listed(&["files"]), listed(&["files", "--as-of", "1"]));
    assert_eq!((now.lines().count(), before.lines().count()), (1, 1));
    assert_ne!(now, before);
    assert!(now.contains("/observations/quarter=2006Q1/2007-11-r2-"), "{now}");
}

#[test]
fn the_stored_table_has_the_columns_and_types_of_the_contract() {
    let statement = warehouse()
        .write("describe.sql", "SELECT column_name, column_type FROM (DESCRIBE observations)");
    let municipalities =
        crate::sandbox::repository().join("src/dictionary/data/municipalities.csv");
    let output = warehouse().command(&["files"]).output().unwrap();
    let files = String::from_utf8(output.stdout).unwrap();
    let mut arguments = vec![statement.to_str().unwrap(), municipalities.to_str().unwrap()];
    arguments.extend(files.lines());
    insta::assert_snapshot!(peer("sql.py", &arguments), @r#"
    column_name,column_type
    delivery,VARCHAR
    person,BIGINT
    partner,BIGINT
    sex,VARCHAR
    birth_year,SMALLINT
    regime,VARCHAR
    measure,VARCHAR
    guidance,VARCHAR
    cpas,VARCHAR
    first_day,DATE
    last_day,DATE
    days,INTEGER
    amount,"DECIMAL(12,2)"
    legislation,VARCHAR
    budart_id,VARCHAR
    thp_id,VARCHAR
    ctyphlp,VARCHAR
    ca60benplc,VARCHAR
    cbenconv,VARCHAR
    cbenitgtyp,VARCHAR
    cbenidvtyp,VARCHAR
    cptnidvtyp,VARCHAR
    ia60ptnacp,VARCHAR
    ia61benacp,VARCHAR
    cptnactacp,VARCHAR
    article35ben,VARCHAR
    sts_cnt_id,VARCHAR
    cat_cnt_id,VARCHAR
    typamt_id,VARCHAR
    ndossfx,VARCHAR
    line,BIGINT
    quarter,VARCHAR
    "#);
}
