//! Questions in SQL: what is answered, and what is refused.

use crate::answers::current_files;
use crate::peers::peer;
use crate::sandbox::{Ran, Sandbox, repository};
use crate::seeded::warehouse;

fn ask(statement: &str) -> Ran {
    warehouse().run(["sql", statement, "--format", "csv"])
}

#[test]
fn a_statement_is_answered_as_another_engine_answers_it() {
    let files = current_files(warehouse());
    let municipalities = repository().join("src/dictionary/data/municipalities.csv");
    let sandbox = Sandbox::empty();
    for statement in [
        "SELECT regime, count(DISTINCT person) AS persons, CAST(coalesce(sum(amount), 0) AS \
         DECIMAL(38, 2)) AS amount FROM observations GROUP BY regime ORDER BY regime",
        "SELECT count(*) AS n FROM (SELECT person, count(DISTINCT measure) AS measures FROM \
         observations GROUP BY person) AS people WHERE measures > 1",
        "SELECT quarter, max(first_day) AS latest, sum(days) AS days FROM observations \
         WHERE regime = 'aide_sociale' GROUP BY quarter HAVING sum(days) > 100 ORDER BY quarter",
    ] {
        let text = sandbox.write("statement.sql", statement);
        let mut arguments = vec![text.to_str().unwrap(), municipalities.to_str().unwrap()];
        arguments.extend(files.lines());
        assert_eq!(ask(statement).ok().stdout, peer("sql.py", &arguments), "{statement}");
    }
}

/// Statements that are refused without `--rows`.
const REFUSED: [&str; 19] = [
    "SELECT * FROM observations",
    "SELECT quarter, regime FROM observations",
    "SELECT person, count(*) FROM observations GROUP BY person",
    "SELECT person FROM observations GROUP BY ALL",
    "SELECT min(person) FROM observations",
    "SELECT max(p) FROM (SELECT person AS p FROM observations) AS t",
    "SELECT max(p) FROM (SELECT (person) AS p FROM observations) AS t",
    "SELECT max(p) FROM (SELECT person FROM observations) AS t(p)",
    "WITH t(p) AS (SELECT person FROM observations) SELECT max(p) FROM t",
    "SELECT count(*) FROM observations WHERE CAST(person AS TEXT) = '3'",
    "SELECT count(*) FROM observations WHERE person + days = 3",
    "SELECT count(*) FROM observations WHERE person = 3",
    "SELECT count(*) FROM observations WHERE line IN (3, 4)",
    "SELECT avg(days) FROM observations",
    "DELETE FROM observations",
    "SELECT 1; SELECT 2",
    "SELEC 1",
    "SELECT count(*) FROM observation",
    "SELECT count(*) FROM read_csv('/etc/passwd')",
];

#[test]
fn what_would_list_persons_or_is_not_exact_is_refused() {
    let mut said = String::new();
    for statement in REFUSED {
        let ran = ask(statement);
        assert_eq!(ran.code, 2, "{statement}: {ran}");
        assert_eq!(ran.stdout, "", "{statement}");
        said.extend([statement, "\n", ran.stderr.as_str()]);
    }
    insta::assert_snapshot!(said, @"
    SELECT * FROM observations
    error: `*` would list single observations
    hint: `--rows` lets single observations through
    SELECT quarter, regime FROM observations
    error: `quarter` is neither an aggregate nor what rows are grouped by
    error: `regime` is neither an aggregate nor what rows are grouped by
    hint: `--rows` lets single observations through
    SELECT person, count(*) FROM observations GROUP BY person
    error: `person` tells persons apart; they can only be counted
    error: grouped by `person`, each row would be a person
    hint: `--rows` lets single observations through
    SELECT person FROM observations GROUP BY ALL
    error: `person` tells persons apart; they can only be counted
    hint: `--rows` lets single observations through
    SELECT min(person) FROM observations
    error: `min(person)` tells persons apart; they can only be counted
    hint: `--rows` lets single observations through
    SELECT max(p) FROM (SELECT person AS p FROM observations) AS t
    error: `person` keeps its name: no alias for it
    hint: `--rows` lets single observations through
    SELECT max(p) FROM (SELECT (person) AS p FROM observations) AS t
    error: `(person)` keeps its name: no alias for it
    hint: `--rows` lets single observations through
    SELECT max(p) FROM (SELECT person FROM observations) AS t(p)
    error: `AS t (p)` gives columns other names
    hint: `--rows` lets single observations through
    WITH t(p) AS (SELECT person FROM observations) SELECT max(p) FROM t
    error: `t (p)` gives columns other names
    hint: `--rows` lets single observations through
    SELECT count(*) FROM observations WHERE CAST(person AS TEXT) = '3'
    error: `CAST(person AS TEXT) = '3'` looks for one person
    error: `CAST(person AS TEXT)` tells persons apart; they can only be counted
    hint: `--rows` lets single observations through
    SELECT count(*) FROM observations WHERE person + days = 3
    error: `person + days = 3` looks for one person
    hint: `--rows` lets single observations through
    SELECT count(*) FROM observations WHERE person = 3
    error: `person = 3` looks for one person
    hint: `--rows` lets single observations through
    SELECT count(*) FROM observations WHERE line IN (3, 4)
    error: `line IN (3, 4)` looks for one person
    hint: `--rows` lets single observations through
    SELECT avg(days) FROM observations
    error: `days` is a binary float, which is not exact: divide in whole numbers, or write sums and counts apart
    hint: amounts, counts and days are exact, quotients are not
    DELETE FROM observations
    error: expected one SELECT statement: nothing is changed here
    hint: `sppis dictionary` lists the columns; tables other than `observations` are none
    SELECT 1; SELECT 2
    error: expected one SELECT statement: nothing is changed here
    hint: `sppis dictionary` lists the columns; tables other than `observations` are none
    SELEC 1
    error: sql parser error: Expected: an SQL statement, found: SELEC at Line: 1, Column: 1
    hint: `sppis dictionary` lists the columns; tables other than `observations` are none
    SELECT count(*) FROM observation
    error: relation 'observation' was not found
    hint: `sppis dictionary` lists the columns; tables other than `observations` are none
    SELECT count(*) FROM read_csv('/etc/passwd')
    error: 'read_csv' is not a supported table function
    hint: `sppis dictionary` lists the columns; tables other than `observations` are none
    ");
}

#[test]
fn rows_are_listed_when_they_are_asked_for() {
    let statement = "SELECT quarter, person FROM observations ORDER BY quarter, person LIMIT 2";
    assert_eq!(ask(statement).code, 2);
    let listed = warehouse().run(["sql", statement, "--rows", "--format", "csv"]).ok().stdout;
    assert_eq!(listed.lines().count(), 3, "{listed}");
}
