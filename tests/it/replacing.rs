//! A delivery that comes again: what goes and what comes is said, and a part never takes the place of
//! the whole unasked.

use crate::sandbox::{HEADER, PERSONS, Ran, Sandbox};

fn row(person: usize, month: usize, amount: &str) -> String {
    format!("{};2;21004;2006-{month:02}-01;2006-{month:02}-28;;60;2;{amount}", PERSONS[person])
}

fn write(sandbox: &Sandbox, name: &str, rows: &[String]) {
    sandbox.write(name, format!("{HEADER}\n{}\n", rows.join("\n")));
}

fn ingest(sandbox: &Sandbox, files: &[&str], options: &[&str]) -> Ran {
    sandbox.run_all(&[&["ingest"], files, &["--delivery", "2007-11"], options].concat())
}

#[test]
fn a_replacement_says_what_goes_and_what_comes() {
    let sandbox = Sandbox::new();
    let first = [row(0, 1, "10.00"), row(0, 2, "10.00"), row(1, 1, "20.00"), row(2, 4, "30.00")];
    write(&sandbox, "first.csv", &first);
    ingest(&sandbox, &["first.csv"], &[]).ok();
    // Corrected amounts come back, one person is gone, and one is new.
    let second = [row(0, 1, "11.00"), row(0, 3, "11.00"), row(2, 5, "31.00"), row(3, 5, "40.00")];
    write(&sandbox, "second.csv", &second);
    let table = |ran: &Ran| {
        let rest = ran.stdout.split_once("\nin place").unwrap().1;
        rest.split("\n\n").next().unwrap_or_default().to_owned()
    };
    let tried = ingest(&sandbox, &["second.csv"], &["--dry-run"]).ok();
    let ran = ingest(&sandbox, &["second.csv"], &["--log", "json"]).ok();
    assert_eq!(table(&tried), table(&ran));
    insta::assert_snapshot!(table(&ran), @"
     of revision 1: 3 of its 4 observations come back
    quarter           observations     persons    EBENCONVCM (EUR)
    2006Q1  goes                 3           2               40.00
    2006Q1  comes                2           1               22.00
    2006Q2  goes                 1           1               30.00
    2006Q2  comes                2           2               71.00
    ");
    let log = ran.stderr.lines().find(|line| line.contains("ingested")).unwrap();
    let log: serde_json::Value = serde_json::from_str(log).unwrap();
    insta::assert_snapshot!(log["replaces"], @r#"{"come_back":3,"quarters":[{"comes":{"cents":"2200","observations":2,"persons":1},"goes":{"cents":"4000","observations":3,"persons":2},"quarter":"2006Q1"},{"comes":{"cents":"7100","observations":2,"persons":2},"goes":{"cents":"3000","observations":1,"persons":1},"quarter":"2006Q2"}],"revision":1}"#);
}

#[test]
fn where_less_than_half_comes_back_nothing_is_replaced_unless_asked_for() {
    let sandbox = Sandbox::new();
    let rows: Vec<String> = (0..4).map(|at| row(at, 1, "10.00")).collect();
    write(&sandbox, "whole.csv", &rows);
    ingest(&sandbox, &["whole.csv"], &[]).ok();
    let before = sandbox.files("warehouse");
    write(&sandbox, "one.csv", &rows[..1]);
    // As many rows, but of other quarters: those that go do not come back.
    let others: Vec<String> = (0..4).map(|at| row(at, 4, "10.00")).collect();
    write(&sandbox, "others.csv", &others);
    for (file, options) in [("one.csv", &[][..]), ("others.csv", &[]), ("one.csv", &["--dry-run"])]
    {
        let ran = ingest(&sandbox, &[file], options);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{ran}");
        if file == "one.csv" && options.is_empty() {
            insta::assert_snapshot!(ran.stderr, @"
            error: of 4 observations of delivery 2007-11 only 1 would come back, one of the same person in the same quarter
            error: 2006Q1: 4 observations, 4 persons, 40.00 EUR go; 1 observation, 1 person, 10.00 EUR come
            error: 2006Q2: 0 observations, 0 persons, 0.00 EUR go; 0 observations, 0 persons, 0.00 EUR come
            hint: give all files of the delivery in one command; `--replace`, if these are the whole delivery
            ");
        }
    }
    assert_eq!(sandbox.files("warehouse"), before);
    write(&sandbox, "half.csv", &rows[..2]);
    ingest(&sandbox, &["half.csv"], &["--dry-run"]).ok();
    let ran = ingest(&sandbox, &["one.csv"], &["--replace"]).ok();
    assert!(ran.stdout.contains("committed as revision 2"), "{ran}");
}

#[test]
fn a_part_does_not_replace_other_parts() {
    let sandbox = Sandbox::new();
    let rows: Vec<String> = (0..4).map(|at| row(at, 1, "10.00")).collect();
    write(&sandbox, "x_part1.csv", &rows[..2]);
    write(&sandbox, "x_part2.csv", &rows[2..]);
    ingest(&sandbox, &["x_part1.csv"], &[]).ok();
    let before = sandbox.files("warehouse");
    let ran = ingest(&sandbox, &["x_part2.csv"], &[]);
    assert_eq!(ran.code, 2, "{ran}");
    insta::assert_snapshot!(ran.stderr, @"
    error: x_part2.csv is a part of a delivery by its name, and delivery 2007-11 has been taken in from x_part1.csv (2 rows, 20.00 EUR), which would go
    hint: give all files of the delivery in one command; `--replace`, if these are the whole delivery
    ");
    assert_eq!(sandbox.files("warehouse"), before);
    let ran = ingest(&sandbox, &["x_part1.csv", "x_part2.csv"], &[]).ok();
    assert!(ran.stdout.contains("committed as revision 2"), "{ran}");
    // Corrected parts under the same numbers are the delivery again; one of them is not.
    write(&sandbox, "x_part1_v2.csv", &[row(0, 1, "11.00"), row(1, 1, "11.00")]);
    ingest(&sandbox, &["x_part1_v2.csv", "x_part2.csv"], &[]).ok();
    assert_eq!(ingest(&sandbox, &["x_part1_v2.csv"], &[]).code, 2);
    ingest(&sandbox, &["x_part1.csv"], &["--replace"]).ok();
}

#[test]
fn a_second_part_does_not_replace_a_file_without_a_number() {
    let sandbox = Sandbox::new();
    let rows: Vec<String> = (0..4).map(|at| row(at, 1, "10.00")).collect();
    write(&sandbox, "x.csv", &rows);
    ingest(&sandbox, &["x.csv"], &[]).ok();
    write(&sandbox, "x_2of2.csv", &rows[1..]);
    assert_eq!(ingest(&sandbox, &["x_2of2.csv"], &[]).code, 2);
    write(&sandbox, "x_1of2.csv", &rows[..1]);
    ingest(&sandbox, &["x_1of2.csv", "x_2of2.csv"], &[]).ok();
}

#[test]
fn what_is_damaged_is_replaced_only_if_asked_for() {
    let sandbox = Sandbox::new();
    write(&sandbox, "x.csv", &[row(0, 1, "10.00"), row(1, 4, "10.00")]);
    ingest(&sandbox, &["x.csv"], &[]).ok();
    let stored = sandbox.files("warehouse/observations");
    let stored = stored.iter().find(|path| path.extension().is_some_and(|it| it == "parquet"));
    let mut bytes = std::fs::read(stored.unwrap()).unwrap();
    // Persons, who are compared, stand before it.
    let middle = bytes.len() / 2;
    bytes[4..middle].fill(0);
    std::fs::write(stored.unwrap(), bytes).unwrap();
    write(&sandbox, "y.csv", &[row(0, 1, "11.00"), row(1, 4, "10.00")]);
    let ran = ingest(&sandbox, &["y.csv"], &[]);
    assert_eq!(ran.code, 2, "{ran}");
    assert!(ran.stderr.contains("its checksum is not the one committed"), "{ran}");
    // The same bytes mend what is damaged without more ado.
    ingest(&sandbox, &["x.csv"], &["--again"]).ok();
    sandbox.run(["verify"]).ok();
    let stored = sandbox.files("warehouse/observations");
    for path in stored.iter().filter(|path| path.to_string_lossy().contains("-r2-")) {
        std::fs::write(path, "").unwrap();
    }
    let ran = ingest(&sandbox, &["y.csv"], &["--replace"]).ok();
    assert!(ran.stdout.contains("in place of revision 2, which could not be read"), "{ran}");
    sandbox.run(["verify"]).ok();
}
