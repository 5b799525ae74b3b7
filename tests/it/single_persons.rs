//! No statement shows a single person unaware: attacks, groups of one, and how long and deep a
//! statement or a query file may be.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use crate::answers::current_files;
use crate::peers::peer;
use crate::sandbox::{Ran, Sandbox};
use crate::seeded::warehouse;
use crate::statements::three_persons;

fn ask(statement: &str) -> Ran {
    warehouse().run(["sql", statement, "--format", "csv"])
}

/// Tables of which each row is an observation or a person.
const SINGLE: [&str; 6] = [
    "observations",
    "(SELECT * FROM observations) AS t",
    "(SELECT person, sum(days) AS days, min(first_day) AS first_day, min(cpas) AS cpas FROM \
     observations GROUP BY person) AS t",
    "(SELECT DISTINCT person, days, first_day, cpas FROM observations) AS t",
    "(SELECT days, first_day, cpas FROM observations UNION ALL SELECT days, first_day, cpas FROM \
     observations) AS t",
    "(SELECT coalesce(person, partner) AS either, count(*) AS days, min(first_day) AS first_day, \
     'x' AS cpas FROM observations GROUP BY either) AS t",
];

#[test]
fn a_table_of_single_rows_is_neither_listed_nor_taken_in_parts() {
    for table in SINGLE {
        for statement in [
            format!("SELECT days, cpas FROM {table}"),
            format!("SELECT * FROM {table}"),
            format!("SELECT t.days FROM {table}"),
            format!("SELECT 1 AS one, days FROM {table} ORDER BY days"),
            format!("SELECT max(days) FROM (SELECT days FROM {table} LIMIT 1) AS u"),
            format!("SELECT max(days) FROM (SELECT days FROM {table} LIMIT 1 OFFSET 7) AS u"),
            format!("SELECT max(days) FROM (SELECT days FROM {table} OFFSET 7) AS u"),
            format!("SELECT max(days) FROM (SELECT days FROM {table} ORDER BY days LIMIT 1) AS u"),
            format!("SELECT max(days) FROM ((SELECT days FROM {table}) LIMIT 1) AS u"),
            format!("WITH u AS (SELECT days FROM {table} LIMIT 3) SELECT max(days) FROM u"),
            format!(
                "SELECT max(days) FROM {table} GROUP BY days UNION ALL SELECT days FROM {table}"
            ),
        ] {
            let ran = ask(&statement);
            assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{statement}: {ran}");
        }
        let counted = format!("SELECT count(*) AS n, max(days) AS most FROM {table}");
        assert_eq!(ask(&counted).ok().stdout.lines().count(), 2, "{counted}");
    }
}

/// Expressions in which somebody is told from others; none of them is a value of anything.
const OF_PERSONS: [&str; 22] = [
    "person",
    "partner",
    "line",
    "-person",
    "+person",
    "abs(person)",
    "person - days * 0",
    "person % 2",
    "person / 2",
    "round(person / 7, 2)",
    "coalesce(person, 0)",
    "nullif(person, 0)",
    "CASE WHEN days > 0 THEN person ELSE 0 END",
    "CASE person WHEN 1 THEN 2 END",
    "CAST(person AS TEXT)",
    "TRY_CAST(person AS INTEGER)",
    "person::TEXT",
    "person || ''",
    "lower(line)",
    "left(CAST(partner AS TEXT), 1)",
    "length(person || '')",
    "first_day + (line - line)",
];

#[test]
fn what_tells_persons_apart_has_no_value_in_any_place_of_a_statement() {
    for it in OF_PERSONS {
        let mut statements = vec![
            format!("SELECT {it} AS x FROM observations"),
            format!("SELECT {it} AS x, count(*) FROM observations GROUP BY x"),
            format!("SELECT count(*), {it} AS x FROM observations GROUP BY ALL"),
            format!("SELECT DISTINCT {it} AS x FROM observations"),
            format!("SELECT count(*) FROM observations GROUP BY {it}"),
            format!("SELECT count(*) FROM observations HAVING min({it}) > 3"),
            format!("SELECT count(*) FROM observations ORDER BY max({it})"),
            format!("SELECT cpas FROM observations GROUP BY cpas ORDER BY min({it})"),
            format!("SELECT count(*) FROM observations WHERE {it} > 3"),
            format!("SELECT count(*) FILTER (WHERE {it} < 3) FROM observations"),
            format!("SELECT count(*) FROM observations WHERE {it} BETWEEN 1 AND 3"),
            format!("SELECT count(*) FROM observations WHERE {it} IN (1, 3)"),
            format!("SELECT count(*) FROM observations WHERE {it} LIKE '1%'"),
            format!("SELECT count(*) FROM observations WHERE ({it}) IS NOT DISTINCT FROM 3"),
            format!("SELECT max(CASE {it} WHEN 1 THEN days END) FROM observations"),
        ];
        for aggregate in ["min", "max", "sum", "avg"] {
            statements.push(format!("SELECT {aggregate}({it}) FROM observations"));
            statements
                .push(format!("SELECT cpas, {aggregate}({it}) FROM observations GROUP BY cpas"));
            for table in [
                format!("(SELECT {it} AS p FROM observations) AS t"),
                format!("(SELECT DISTINCT {it} AS p FROM observations) AS t"),
                format!("(SELECT p FROM (SELECT {it} AS p FROM observations) AS u) AS t"),
                format!(
                    "(SELECT {it} AS p FROM observations UNION ALL SELECT {it} FROM observations) AS t"
                ),
            ] {
                statements.push(format!("SELECT {aggregate}(p) AS x FROM {table}"));
            }
        }
        for statement in statements {
            let ran = ask(&statement);
            assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{statement}: {ran}");
        }
        // Filters of query files are of the same language.
        let sandbox = Sandbox::new();
        let text = format!("metrics = [\"persons\"]\nfilter = '''{it} > 3'''\n");
        sandbox.write("warehouse/queries/attack.toml", text);
        assert_eq!(sandbox.run(["run", "attack"]).code, 2, "{it}");
    }
}

#[test]
fn nothing_of_the_disk_or_of_a_network_is_a_table() {
    let sandbox = three_persons();
    let parquet = sandbox.files("warehouse/observations");
    let parquet = parquet.iter().find(|it| it.extension().is_some_and(|it| it == "parquet"));
    let path = parquet.unwrap().display().to_string();
    for table in [
        format!("read_parquet('{path}')"),
        format!("parquet_scan(['{path}'])"),
        format!("'{path}'"),
        format!("\"{path}\""),
        "'warehouse/observations/**/*.parquet'".to_owned(),
        "glob('*')".to_owned(),
        "'https://example.org/x.parquet'".to_owned(),
        "\"http://127.0.0.1:9/x.parquet\"".to_owned(),
        "read_csv('http://127.0.0.1:9/')".to_owned(),
        "s3('x')".to_owned(),
        "pg_catalog.pg_tables".to_owned(),
        "sqlite_master".to_owned(),
    ] {
        for statement in [
            format!("SELECT count(*) FROM {table}"),
            format!("SELECT count(*) FROM (SELECT * FROM {table}) AS t"),
            format!("WITH t AS (SELECT * FROM {table}) SELECT count(*) FROM t"),
            format!("SELECT count(*) FROM observations UNION ALL SELECT count(*) FROM {table}"),
            format!("SELECT count(*) FROM observations WHERE cpas IN (SELECT cpas FROM {table})"),
            format!("FROM {table}"),
            format!("COPY {table} TO 'out.csv'"),
        ] {
            for rows in [None, Some("--rows")] {
                let mut command = vec!["sql", &statement];
                command.extend(rows);
                let ran = sandbox.run_all(&command);
                assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{statement}: {ran}");
            }
        }
    }
    assert!(!sandbox.join("out.csv").exists());
}

#[test]
fn rows_of_one_person_are_named_beside_the_answer() {
    let sandbox = three_persons();
    let mut said = String::new();
    for statement in [
        "SELECT count(*) FROM observations",
        "SELECT sum(amount) FROM observations WHERE birth_year = 1942",
        "SELECT count(*) FROM observations WHERE birth_year = 1900",
        "SELECT regime, count(*) FROM observations GROUP BY regime",
        "SELECT DISTINCT regime FROM observations",
        "SELECT cpas, sum(days) FROM observations GROUP BY cpas",
        "SELECT cpas FROM observations GROUP BY cpas HAVING count(DISTINCT person) > 1",
        "SELECT regime, count(*) FROM observations GROUP BY regime HAVING count(DISTINCT person) > 1",
        "SELECT n, count(*) FROM (SELECT person, count(*) AS n FROM observations GROUP BY person) \
         AS t GROUP BY n",
        "WITH t AS (SELECT cpas, regime, count(*) AS n FROM observations GROUP BY ALL) SELECT \
         regime, sum(n) FROM t GROUP BY regime",
        "SELECT regime, count(*) FROM observations GROUP BY regime UNION ALL SELECT 'all', count(*) \
         FROM observations",
        "SELECT regime FROM observations GROUP BY regime UNION SELECT regime FROM observations \
         GROUP BY regime",
        "SELECT cpas FROM observations GROUP BY cpas ORDER BY cpas LIMIT 1",
    ] {
        let ran = sandbox.run(["sql", statement]).ok();
        writeln!(said, "{statement}\n{}", ran.stderr).unwrap();
    }
    let listed = sandbox.run(["sql", "SELECT person FROM observations", "--rows"]).ok();
    said.push_str(&listed.stderr);
    insta::assert_snapshot!(said, @"
    SELECT count(*) FROM observations

    SELECT sum(amount) FROM observations WHERE birth_year = 1942
    note: 1 of 1 row is of one person only
    hint: HAVING count(DISTINCT person) > 1 leaves such groups out

    SELECT count(*) FROM observations WHERE birth_year = 1900

    SELECT regime, count(*) FROM observations GROUP BY regime
    note: 1 of 2 rows is of one person only
    hint: HAVING count(DISTINCT person) > 1 leaves such groups out

    SELECT DISTINCT regime FROM observations
    note: 1 of 2 rows is of one person only
    hint: HAVING count(DISTINCT person) > 1 leaves such groups out

    SELECT cpas, sum(days) FROM observations GROUP BY cpas
    note: 3 of 3 rows are of one person only
    hint: HAVING count(DISTINCT person) > 1 leaves such groups out

    SELECT cpas FROM observations GROUP BY cpas HAVING count(DISTINCT person) > 1

    SELECT regime, count(*) FROM observations GROUP BY regime HAVING count(DISTINCT person) > 1

    SELECT n, count(*) FROM (SELECT person, count(*) AS n FROM observations GROUP BY person) AS t GROUP BY n

    WITH t AS (SELECT cpas, regime, count(*) AS n FROM observations GROUP BY ALL) SELECT regime, sum(n) FROM t GROUP BY regime
    note: 1 of 2 rows is of one person only
    hint: HAVING count(DISTINCT person) > 1 leaves such groups out

    SELECT regime, count(*) FROM observations GROUP BY regime UNION ALL SELECT 'all', count(*) FROM observations
    note: 1 of 3 rows is of one person only
    hint: HAVING count(DISTINCT person) > 1 leaves such groups out

    SELECT regime FROM observations GROUP BY regime UNION SELECT regime FROM observations GROUP BY regime
    note: 1 of 2 rows is of one person only
    hint: HAVING count(DISTINCT person) > 1 leaves such groups out

    SELECT cpas FROM observations GROUP BY cpas ORDER BY cpas LIMIT 1
    note: 1 of 1 row is of one person only
    hint: HAVING count(DISTINCT person) > 1 leaves such groups out

    these are single observations of persons, under pseudonyms
    ");
}

#[test]
fn as_many_groups_are_of_one_person_as_another_engine_finds() {
    let files = current_files(warehouse());
    let sandbox = Sandbox::empty();
    let keys = [
        "cpas",
        "quarter, cpas",
        "birth_year",
        "amount",
        "first_day, sex",
        "measure, guidance, cpas",
        "days > 30",
        "typamt_id",
    ];
    let elsewhere: Vec<String> = keys
        .iter()
        .map(|keys| {
            format!(
                "SELECT count(*) FILTER (WHERE n = 1), count(*) FROM (SELECT count(DISTINCT person) \
                 AS n FROM observations GROUP BY {keys})"
            )
        })
        .collect();
    let text = sandbox.write("statements.sql", elsewhere.join("\n") + "\n");
    let mut arguments = vec![text.to_str().unwrap()];
    arguments.extend(files.lines());
    let counted = peer("expressions.py", &arguments);
    let mut ones = 0;
    for (keys, line) in keys.iter().zip(counted.lines()) {
        let (one, all) = line.split_once('\t').unwrap();
        ones += usize::from(one != "0");
        let flat = format!("SELECT {keys}, count(*) AS n FROM observations GROUP BY {keys}");
        let nested = format!(
            "WITH t AS (SELECT {keys}, quarter AS q, delivery AS d, count(*) AS c FROM observations \
             GROUP BY ALL) SELECT {keys}, sum(c) AS n FROM t GROUP BY {keys}"
        );
        let mut statements = vec![flat, format!("SELECT DISTINCT {keys} FROM observations")];
        // An expression has another name in an outer statement.
        if !keys.contains('>') && !keys.contains("quarter") {
            statements.push(nested);
        }
        for statement in statements {
            let ran = ask(&statement).ok();
            let note =
                if one == "0" { String::new() } else { format!("note: {one} of {all} rows ") };
            assert!(ran.stderr.starts_with(&note), "{statement}: {one} of {all}: {}", ran.stderr);
            assert_eq!(
                ran.stdout.lines().count().to_string(),
                (all.parse::<usize>().unwrap() + 1).to_string()
            );
        }
    }
    assert!(ones > 3, "{counted}");
}

fn repeated(text: &str, count: usize) -> String {
    text.repeat(count)
}

/// Texts as deep as their limits allow and deeper, as expressions.
fn deep(count: usize) -> Vec<String> {
    vec![
        format!("{}days > 0", repeated("days > 1 AND ", count)),
        format!("{}days > 0", repeated("days > 1 OR ", count)),
        format!("{}1 > 0", repeated("1+", count)),
        format!("{}days > 0", repeated("days - ", count)),
        format!("days{} > 0", repeated("::BIGINT", count)),
        format!("days{}", repeated(" IS NULL", count)),
        format!("days > 0{}", repeated(" IS DISTINCT FROM TRUE", count)),
        format!("{}days > 0", repeated("NOT ", count)),
        format!("{}days > 0", repeated("- ", count)),
        format!("{}days{} > 0", repeated("(", count), repeated(")", count)),
        format!("{}days{} > 0", repeated("abs(", count), repeated(")", count)),
        format!("{}1{} > 0", repeated("CASE WHEN days > 0 THEN ", count), repeated(" END", count)),
        format!("days IN ({}1{})", repeated("(SELECT ", count), repeated(")", count)),
        format!("CAST(days AS {}INT{}) > 0", repeated("ARRAY<", count), repeated(">", count)),
        format!("CAST(days AS INT{}) > 0", repeated("[]", count)),
        format!("{}days > 0", repeated("INTERVAL ", count)),
        format!("days{} > 0", repeated(".days", count)),
        format!("days{} > 0", repeated("[1]", count)),
        format!("days{} > 0", repeated(" COLLATE x", count)),
        format!("'a'{} = 'a'", repeated(" || 'a'", count)),
        format!("days = 1{}", repeated(" = 1", count)),
    ]
}

#[cfg(unix)]
#[test]
fn no_depth_of_a_text_is_too_much_for_a_small_stack() {
    let sandbox = three_persons();
    let program = crate::sandbox::PROGRAM;
    for count in [30, 90, 600, 1_900, 5_000] {
        for (at, filter) in deep(count).into_iter().enumerate() {
            // As little as starting the program needs, as it is built for tests.
            let query = format!("metrics = [\"persons\"]\nfilter = '''{filter}'''\n");
            let name = format!("deep-{count}-{at}");
            sandbox.write(&format!("warehouse/queries/{name}.toml"), query);
            let statement = format!("SELECT count(*) AS n FROM observations WHERE {filter}");
            sandbox.write("statement.sql", &statement);
            // The system takes no longer argument.
            if statement.len() > 100_000 {
                continue;
            }
            let script = format!("ulimit -s 2048; exec '{program}' sql \"$(cat statement.sql)\"");
            let ran = std::process::Command::new("sh")
                .args(["-c", &script])
                .current_dir(sandbox.path())
                .env_remove("SPPIS_WAREHOUSE")
                .output()
                .unwrap();
            let stderr = String::from_utf8_lossy(&ran.stderr);
            let start: String = filter.chars().take(60).collect();
            let code = ran.status.code();
            assert!(matches!(code, Some(0 | 2)), "{count} {start}: {code:?} {stderr}");
            assert!(stderr.len() < 2_000 && !stderr.contains("panicked"), "{start}: {stderr}");
        }
    }
    // All of them as query files, at once.
    let ran = sandbox.run(["queries", "--check"]);
    assert_eq!(ran.code, 2, "{ran}");
    assert!(!ran.stderr.contains("panicked"), "{ran}");
}

#[test]
fn long_lists_are_answered_at_once_and_longer_ones_refused() {
    let sandbox = three_persons();
    let list = |count: usize| (0..count).map(|it| format!("'{}'", 10_000 + it)).collect::<Vec<_>>();
    let started = Instant::now();
    for (kind, list) in [
        ("text", list(25_000).join(",")),
        ("number", (0..40_000).map(|it| it.to_string()).collect::<Vec<_>>().join(",")),
    ] {
        let filter = if kind == "text" {
            format!("cpas || '' IN ({list})")
        } else {
            format!("days IN ({list})")
        };
        sandbox.write(
            &format!("warehouse/queries/{kind}.toml"),
            format!("metrics = [\"persons\"]\nfilter = '''{filter}'''\n"),
        );
        let ran = sandbox.run(["run", kind, "--format", "csv", "--verify"]);
        let expected = if kind == "text" { "persons\n2\n" } else { "persons\n3\n" };
        assert!(ran.code == 2 || ran.stdout == expected, "{kind}: {}", ran.stderr);
    }
    let five_thousand = format!("SELECT count(*) AS n FROM observations WHERE cpas IN ({})", {
        let codes: Vec<String> = (0..5_000).map(|it| format!("'{}'", 20_000 + it)).collect();
        codes.join(", ")
    });
    assert_eq!(sandbox.run(["sql", &five_thousand, "--format", "csv"]).ok().stdout, "n\n2\n");
    let too_long = format!("cpas IN ({})", list(300_000).join(","));
    sandbox.write(
        "warehouse/queries/text.toml",
        format!("metrics = [\"persons\"]\nfilter = '''{too_long}'''\n"),
    );
    let ran = sandbox.run(["run", "text"]);
    assert_eq!(ran.code, 2, "{ran}");
    assert!(started.elapsed() < Duration::from_mins(1), "{:?}", started.elapsed());
}

#[test]
fn joins_and_texts_without_end_are_refused() {
    let sandbox = three_persons();
    let columns = |what: &str, count: usize| vec![what; count].join(", ");
    let doubled = (0..14).fold("observations".to_owned(), |table, at| {
        let text = if at == 0 { "cpas || cpas" } else { "t || t" };
        format!("(SELECT {text} AS t FROM {table}) AS u")
    });
    let mut said = String::new();
    for statement in [
        "SELECT count(*) FROM observations AS a, observations AS b".to_owned(),
        "SELECT count(*) FROM observations AS a JOIN observations AS b USING (cpas)".to_owned(),
        "SELECT max(rpad(cpas, 2000000000, 'x')) FROM observations".to_owned(),
        "SELECT max(repeat(cpas, 2000000000)) FROM observations".to_owned(),
        "SELECT count(*) FROM generate_series(1, 2000000000)".to_owned(),
        format!("SELECT max(t) FROM {doubled}"),
        format!("SELECT {} FROM observations", columns("count(*)", 9_000)),
        format!("SELECT count(*) FROM observations GROUP BY {}", columns("cpas", 9_000)),
        format!("SELECT count(*) AS n FROM observations ORDER BY {}", columns("n", 9_000)),
    ] {
        let started = Instant::now();
        let ran = sandbox.run(["sql", &statement]);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{ran}");
        assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
        writeln!(said, "{}", ran.stderr.lines().next().unwrap()).unwrap();
    }
    insta::assert_snapshot!(said, @"
    error: line 1, column 1: expected one table, found 2 (FROM takes the table `observations`, or one subquery)
    error: line 1, column 22: tables are not joined here (group by person in a subquery to look at what a person has together)
    error: line 1, column 12: unknown function `rpad` (known here: abs, coalesce, day, left, length, lower, month, nullif, quarter, right, round, substr, upper, year, avg, count, max, min, sum)
    error: line 1, column 12: unknown function `repeat` (known here: abs, coalesce, day, left, length, lower, month, nullif, quarter, right, round, substr, upper, year, avg, count, max, min, sum)
    error: line 1, column 22: `generate_series(1, 2000000000)` is no table here (FROM takes the table `observations`, or one subquery)
    error: line 1, column 178: a text of `||` has over 1024 bytes
    error: the text has 27002 operators, and may have 2000 (many values of one column are a list: IN ('a', 'b'))
    error: line 1, column 44: GROUP BY has 9000 expressions, and may have 200 (divide the statement into several)
    error: line 1, column 1: ORDER BY has 9000 expressions, and may have 200 (divide the statement into several)
    ");
}

#[test]
fn what_a_query_file_has_too_much_of_is_said_in_a_few_lines() {
    let sandbox = Sandbox::new();
    let numbers = |count: usize| (0..count).map(|it| it.to_string()).collect::<Vec<_>>().join(",");
    let tables = |table: &str, count: usize, text: &str| {
        (0..count).fold(String::new(), |all, at| all + &format!("[{table}.n{at}]\n{text}\n"))
    };
    let mut said = String::new();
    for (name, text) in [
        ("bands", format!("metrics = [\"persons\"]\n[bands]\nage = [{}]\n", numbers(20_000))),
        ("million", format!("metrics = [\"persons\"]\n[bands]\nage = [{}]\n", numbers(500_000))),
        ("metrics", format!("metrics = [{}]\n", repeated("\"person\",", 20_000))),
        ("totals", format!("metrics = [\"persons\"]\ntotals = [{}]\n", repeated("[],", 20_000))),
        (
            "derived",
            format!(
                "metrics = [\"persons\"]\ndimensions = [\"quarter\"]\n{}",
                tables("derived", 1_000, "moving = \"persons\"")
            ),
        ),
        (
            "parameters",
            format!("metrics = [\"persons\"]\n{}", tables("parameters", 1_000, "type = \"text\"")),
        ),
        ("keys", format!("metrics = [\"persons\"]\n{}", tables("x", 5_000, "y = 1"))),
        ("nested", format!("metrics = {}{}\n", repeated("[", 5_000), repeated("]", 5_000))),
        ("long", format!("metrics = [\"{}\"]\n", repeated("x", 100_000))),
    ] {
        let started = Instant::now();
        sandbox.write(&format!("warehouse/queries/{name}.toml"), text);
        let ran = sandbox.run(["run", name]);
        assert_eq!(ran.code, 2, "{name}: {ran}");
        assert!(ran.stderr.len() < 30_000, "{name}: {} bytes", ran.stderr.len());
        assert!(started.elapsed() < Duration::from_secs(20), "{name}: {:?}", started.elapsed());
        let first: Vec<&str> = ran.stderr.lines().take(2).collect();
        let short: String = first.join("\n").chars().take(240).collect();
        writeln!(said, "{short}").unwrap();
    }
    insta::assert_snapshot!(said, @"
    error: 1 mistake in ./warehouse/queries/bands.toml
      ./warehouse/queries/bands.toml:3:298: `age` has more than 100 bands
    error: 1 mistake in ./warehouse/queries/million.toml
      ./warehouse/queries/million.toml:1:1: the file has 3388928 bytes, and may have 524288 (long lists of values are given as a parameter, or are a dimension)
    error: 20000 mistakes in ./warehouse/queries/metrics.toml, the first 100
      ./warehouse/queries/metrics.toml:1:12: unknown metric `person` (did you mean `persons`?)
    error: 101 mistakes in ./warehouse/queries/totals.toml, the first 100
      ./warehouse/queries/totals.toml:2:11: this total is no other than the rows, or stands here twice
    error: 1 mistake in ./warehouse/queries/derived.toml
      ./warehouse/queries/derived.toml:381:10: the file has more than 100 metrics (divide it among several files)
    error: 1 mistake in ./warehouse/queries/parameters.toml
      ./warehouse/queries/parameters.toml:380:13: the file has more than 100 parameters (divide it among several files)
    error: 1 mistake in ./warehouse/queries/keys.toml
      ./warehouse/queries/keys.toml:2:2: unknown key `x` (known here: metrics, dimensions, parameters, derived, order, filter, totals, top, complete, columns, title, chart, description, bands)
    error: 1 mistake in ./warehouse/queries/nested.toml
      ./warehouse/queries/nested.toml:1:91: cannot recurse further; max recursion depth met
    error: 1 mistake in ./warehouse/queries/long.toml
      ./warehouse/queries/long.toml:1:12: unknown metric `xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
    ");
}
