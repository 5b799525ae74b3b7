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
    "SELECT stddev(days) FROM observations",
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
    error: line 1, column 1: `*` would list single observations
    hint: `--rows` lets single observations through
    SELECT quarter, regime FROM observations
    error: line 1, column 8: `quarter` is neither an aggregate nor what rows are grouped by
    error: line 1, column 17: `regime` is neither an aggregate nor what rows are grouped by
    hint: `--rows` lets single observations through
    SELECT person, count(*) FROM observations GROUP BY person
    error: line 1, column 52: grouped by `person`, each row would be a person
    hint: `--rows` lets single observations through
    SELECT person FROM observations GROUP BY ALL
    error: line 1, column 8: grouped by `person`, each row would be a person
    hint: `--rows` lets single observations through
    SELECT min(person) FROM observations
    error: line 1, column 8: `min` of what tells persons apart; they can only be counted
    hint: `--rows` lets single observations through
    SELECT max(p) FROM (SELECT person AS p FROM observations) AS t
    error: line 1, column 8: `max` of what tells persons apart; they can only be counted
    hint: `--rows` lets single observations through
    SELECT max(p) FROM (SELECT (person) AS p FROM observations) AS t
    error: line 1, column 8: `max` of what tells persons apart; they can only be counted
    hint: `--rows` lets single observations through
    SELECT max(p) FROM (SELECT person FROM observations) AS t(p)
    error: line 1, column 1: `AS t (p)` gives columns other names (give them in its SELECT)
    hint: `sppis dictionary` lists the columns; tables other than `observations` are none
    WITH t(p) AS (SELECT person FROM observations) SELECT max(p) FROM t
    error: line 1, column 1: `t (p)` gives columns other names (give them in its SELECT)
    hint: `sppis dictionary` lists the columns; tables other than `observations` are none
    SELECT count(*) FROM observations WHERE CAST(person AS TEXT) = '3'
    error: line 1, column 46: `person` tells persons apart; they can only be counted
    hint: `--rows` lets single observations through
    SELECT count(*) FROM observations WHERE person + days = 3
    error: line 1, column 41: `person` tells persons apart; they can only be counted
    hint: `--rows` lets single observations through
    SELECT count(*) FROM observations WHERE person = 3
    error: line 1, column 41: `person` tells persons apart; they can only be counted
    hint: `--rows` lets single observations through
    SELECT count(*) FROM observations WHERE line IN (3, 4)
    error: line 1, column 41: what tells persons apart is compared; it can only be counted
    hint: `--rows` lets single observations through
    SELECT stddev(days) FROM observations
    error: line 1, column 8: unknown function `stddev` (known here: abs, coalesce, day, left, length, lower, month, nullif, quarter, right, round, substr, upper, year, avg, count, max, min, sum)
    hint: `sppis dictionary` lists the columns; tables other than `observations` are none
    DELETE FROM observations
    error: expected one SELECT statement: nothing is changed here
    hint: `sppis dictionary` lists the columns; tables other than `observations` are none
    SELECT 1; SELECT 2
    error: expected one SELECT statement: nothing is changed here
    hint: `sppis dictionary` lists the columns; tables other than `observations` are none
    SELEC 1
    error: this is no SQL: Expected: an SQL statement, found: SELEC at Line: 1, Column: 1
    hint: `sppis dictionary` lists the columns; tables other than `observations` are none
    SELECT count(*) FROM observation
    error: line 1, column 22: unknown table `observation` (did you mean `observations`?)
    hint: `sppis dictionary` lists the columns; tables other than `observations` are none
    SELECT count(*) FROM read_csv('/etc/passwd')
    error: line 1, column 22: `read_csv('/etc/passwd')` is no table here (FROM takes the table `observations`, or one subquery)
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

/// Statements, and what they give for three persons born in 1942, 1993 and 1985, with 31, 28 and 31
/// days from 2005-07-01, 2005-08-01 and 2005-08-15, and 250.00, 0.10 and no euros.
const ANSWERED: [(&str, &str); 30] = [
    ("sum(birth_year * birth_year)", "11683638"),
    ("sum(days) * 1000000000000", "90000000000000"),
    ("count(*) FILTER (WHERE amount / 3 > 0)", "2"),
    ("count(*) FILTER (WHERE amount / 3 = 83.3333333333)", "0"),
    ("count(*) FILTER (WHERE amount / 2 = 125)", "1"),
    ("count(*) FILTER (WHERE amount / (days - 28) IS NULL)", "2"),
    ("sum(last_day - first_day)", "87"),
    ("max(first_day + 365)", "2006-08-15"),
    ("count(*) FILTER (WHERE (amount > 1) IS NOT TRUE)", "2"),
    ("count(*) FILTER (WHERE NOT (amount > 1))", "1"),
    ("sum(CAST(amount AS DECIMAL(12, 1)))", "250.1"),
    ("sum(CAST(amount / 3 AS DECIMAL(12, 4)))", "83.3666"),
    ("sum(amount * amount)", "62500.0100"),
    ("sum(amount * days)", "7752.80"),
    ("avg(days)", "30.000000"),
    ("avg(amount)", "125.050000"),
    ("round(avg(birth_year), 1)", "1973.3"),
    ("sum(days) / count(*)", "30.000000"),
    ("sum(days) // 4", "22"),
    ("sum(days) % 4", "2"),
    ("-7 // 2 + count(*)", "0"),
    ("max(CAST(cpas AS INTEGER))", "62063"),
    ("max(TRY_CAST(regime AS INTEGER))", ""),
    ("min(CAST(days AS TEXT) || measure)", "28article_60"),
    ("count(DISTINCT person) FILTER (WHERE region = '04000')", "2"),
    ("min(year) + min(age)", "2017"),
    ("count(partner)", "0"),
    ("sum(amount) FILTER (WHERE days < 0)", ""),
    ("coalesce(sum(amount) FILTER (WHERE days < 0), 0)", "0.00"),
    ("max(CASE sex WHEN 'M' THEN 1 WHEN 'F' THEN 2 END)", "1"),
];

pub(crate) fn three_persons() -> Sandbox {
    let sandbox = Sandbox::new();
    let rows = [
        "42012205181;1;21004;2005-07-01;2005-07-31;1168;;1;250.00",
        "93051822361;2;21005;2005-08-01;2005-08-28;;60;1;0.10",
        "85073003328;1;62063;2005-08-15;2005-09-14;1173;;;",
    ];
    let file = sandbox.delivery("2007-05", &rows);
    sandbox.run(["ingest", &file]).ok();
    sandbox
}

#[test]
fn a_statement_computes_exactly() {
    let sandbox = three_persons();
    for (expression, expected) in ANSWERED {
        let statement = format!("SELECT {expression} AS x FROM observations");
        let ran = sandbox.run(["sql", &statement, "--format", "csv"]).ok();
        assert_eq!(ran.stdout, format!("x\n{expected}\n"), "{expression}");
    }
}

#[test]
fn what_does_not_fit_is_an_error_that_says_so() {
    let sandbox = three_persons();
    let mut said = String::new();
    for expression in [
        "max(days * 9223372036854775807)",
        "sum(99999999999999999999999999999999999999 + days - days)",
        "max(CAST(days * 100 AS SMALLINT) * CAST(days * 1100 AS SMALLINT))",
        "max(first_day + days * 1000000)",
        "max(CAST(measure AS INTEGER))",
        "9223372036854775807 + 1 + count(*)",
    ] {
        let ran = sandbox.run(["sql", &format!("SELECT {expression} FROM observations")]);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{expression}: {ran}");
        said.push_str(ran.stderr.lines().next().unwrap());
        said.push('\n');
    }
    insta::assert_snapshot!(said, @"
    error: line 1, column 12: a result of `*` does not fit in 64-bit whole numbers
    error: line 1, column 12: a result of `+` does not fit in 38 digits
    error: line 1, column 48: a number does not fit in its type
    error: line 1, column 12: a date lies before year 1 or after 9999
    error: line 1, column 17: a text is not a whole number to CAST
    error: line 1, column 8: a result of `+` does not fit in 64-bit whole numbers
    ");
}

#[test]
fn rows_stand_in_an_order_that_is_always_the_same() {
    let sandbox = three_persons();
    let ask = |statement: &str| sandbox.run(["sql", statement, "--format", "csv"]).ok().stdout;
    let grouped = "SELECT cpas AS centre, count(*) AS n FROM observations GROUP BY centre";
    assert_eq!(ask(grouped), "centre,n\n21004,1\n21005,1\n62063,1\n");
    for order in ["ORDER BY n DESC", "ORDER BY 2", "ORDER BY count(*) + 1"] {
        assert_eq!(ask(&format!("{grouped} {order}")), ask(grouped), "{order}");
    }
    let by_amount = "SELECT cpas, sum(amount) AS a FROM observations GROUP BY 1 ORDER BY a";
    assert_eq!(ask(by_amount), "cpas,a\n21005,0.10\n21004,250.00\n62063,\n");
    let first = format!("{by_amount} NULLS FIRST LIMIT 1");
    assert_eq!(ask(&first), "cpas,a\n62063,\n");
    assert_eq!(ask(&format!("{by_amount} DESC LIMIT 1 OFFSET 1")), "cpas,a\n21005,0.10\n");
    let both = "SELECT cpas, count(*) AS n FROM observations GROUP BY ALL UNION ALL SELECT 'all', \
                count(*) FROM observations ORDER BY n DESC, cpas";
    assert_eq!(ask(both), "cpas,n\nall,3\n21004,1\n21005,1\n62063,1\n");
    let distinct = "SELECT DISTINCT regime FROM observations ORDER BY regime DESC";
    assert_eq!(ask(distinct), "regime\nintegration_sociale\naide_sociale\n");
    let with = "WITH people AS (SELECT person, sum(days) AS days FROM observations GROUP BY person), \
                many AS (SELECT * FROM people WHERE days > 28) SELECT count(*), max(days) FROM many";
    assert_eq!(ask(with), "count(*),max(days)\n2,31\n");
}

/// Names of functions and table functions of the engine, and of others.
const FUNCTIONS: &str = "
    abs acos acosd add_business_days any_value approx_count_distinct arg_max arg_min array_agg
    array_contains array_get array_length array_lower array_mean array_reverse array_sum
    array_to_string array_unique array_upper asin asind atan atan2 atan2d atand attach avg bit_and
    bit_count bit_length bit_not bit_or bit_xor bool_and bool_or cast cbrt ceil ceiling
    character_length char_length coalesce columns concat concat_ws copy corr cos cosd cot cotd count
    covar covar_pop covar_samp csv_scan current_setting date date_bin date_part date_trunc day degrees
    dense_rank div duckdb_settings ends_with every exists exp explode extract first first_value floor
    generate_series getenv glob greatest group_concat hash http_get ifnull if iif initcap json_each
    json_extract lag last last_value lead least left length listagg ln load_extension log log10 log1p
    log2 lower lpad ltrim max median min mod month nextval now nth_value ntile nullif octet_length
    parquet_metadata parquet_scan percentile_cont percentile_disc pg_read_file pi position pow power
    pragma_table_info quantile quantile_cont quantile_disc quarter query query_table radians random
    range rank read_blob read_csv read_csv_auto read_ipc read_json read_ndjson read_parquet read_text
    regexp_like regexp_matches regexp_replace repeat replace reverse right round row_number rpad rtrim
    scan_csv scan_parquet sign sin sind sleep sniff_csv sqrt starts_with stddev stddev_pop stddev_samp
    string_agg string_to_array strlen strpos strptime struct_extract substr substring sum system tan
    tand timestamp to_date to_json trim truncate try_cast unnest upper uuid var var_pop var_samp variance
    version xml year
";

#[test]
fn no_function_is_known_but_those_of_the_list() {
    let sandbox = three_persons();
    let known = [
        "abs",
        "avg",
        "coalesce",
        "count",
        "day",
        "left",
        "length",
        "lower",
        "max",
        "min",
        "month",
        "nullif",
        "quarter",
        "right",
        "round",
        "substr",
        "substring",
        "sum",
        "upper",
        "year",
    ];
    let arguments = ["", "days", "cpas", "cpas, 1", "days, 1", "first_day", "'x'", "amount, days"];
    for name in FUNCTIONS.split_whitespace() {
        let answered = arguments.iter().any(|it| {
            let of_values = format!("SELECT max({name}({it})) AS x FROM observations");
            let of_groups = format!("SELECT {name}({it}) AS x FROM observations");
            let ran = [of_values, of_groups].map(|it| sandbox.run(["sql", &it]).code);
            ran.contains(&0)
        });
        assert_eq!(answered, known.contains(&name), "{name}");
        let table = format!("SELECT count(*) FROM {name}('warehouse/observations/**')");
        let ran = sandbox.run(["sql", &table]);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{table}: {ran}");
    }
}

#[test]
fn nothing_is_read_but_the_one_table() {
    let sandbox = three_persons();
    sandbox.write("secret.csv", "identifier\n42012205181\n");
    for from in [
        "read_parquet('secret.parquet')",
        "'secret.csv'",
        "\"secret.csv\"",
        "secret.csv",
        "\"http://127.0.0.1:9/x.parquet\"",
        "observations AS a, observations AS b",
        "observations AS a CROSS JOIN observations AS b",
        "observations AS a JOIN observations AS b USING (person)",
        "observations AS a NATURAL JOIN observations AS b",
        "LATERAL (SELECT 1 AS x)",
        "UNNEST([1, 2])",
        "(VALUES (1), (2)) AS t",
        "TABLE(observations)",
        "observations TABLESAMPLE BERNOULLI (10)",
        "observations FOR SYSTEM_TIME AS OF '2020-01-01'",
        "observations AS t(a, b)",
        "information_schema.tables",
        "main.observations",
        "observations WINDOW w AS (ORDER BY days)",
        "observations QUALIFY days > 1",
        "observations INTERSECT SELECT 1",
        "observations |> WHERE days > 1",
        "observations GROUP BY ROLLUP (sex)",
        "observations LIMIT (SELECT 1)",
    ] {
        for rows in [None, Some("--rows")] {
            let statement = format!("SELECT count(*) FROM {from}");
            let mut command = vec!["sql", &statement];
            command.extend(rows);
            let ran = sandbox.run_all(&command);
            assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{statement}: {ran}");
            assert!(ran.stderr.starts_with("error: "), "{ran}");
        }
    }
}

#[test]
fn what_tells_persons_apart_is_counted_and_nothing_else_whatever_it_is_called() {
    for statement in [
        "SELECT COLUMNS('.*') FROM observations",
        "SELECT * EXCLUDE (cpas) FROM observations",
        "SELECT * REPLACE (1 AS person) FROM observations",
        "SELECT * RENAME (person AS p) FROM observations",
        "SELECT count(*), * FROM observations",
        "SELECT count(*) AS n FROM observations UNION ALL SELECT person FROM observations",
        "SELECT p FROM (SELECT 1 AS p FROM observations UNION ALL SELECT person FROM observations) AS t",
        "SELECT count(*) FROM observations WHERE person - days * 0 > 4611686018427387904",
        "SELECT count(*) FROM observations WHERE coalesce(person, 0) > 4611686018427387904",
        "SELECT count(*) FROM observations WHERE CASE WHEN true THEN person END = 3",
        "SELECT count(*) FROM observations WHERE (person, 1) = (3, 1)",
        "SELECT count(*) FROM observations WHERE person BETWEEN 1 AND 9",
        "SELECT count(*) FROM observations WHERE person IN (SELECT person FROM observations)",
        "SELECT count(*) FROM observations WHERE nullif(person, 3) IS NULL",
        "SELECT count(*) FROM observations WHERE partner IS NOT DISTINCT FROM 3",
        "SELECT count(*) FROM observations HAVING max(person) > 1",
        "SELECT count(*) FROM observations ORDER BY max(line)",
        "SELECT sum(p) FROM (SELECT person AS p FROM observations) AS t",
        "SELECT max(p) FROM (SELECT p FROM (SELECT person AS p FROM observations) AS t) AS t",
        "WITH t AS (SELECT person || '' AS p FROM observations) SELECT max(p) FROM t",
        "SELECT n FROM (SELECT person, count(*) AS n FROM observations GROUP BY person) AS t",
        "SELECT min(days) FROM (SELECT days FROM observations ORDER BY person LIMIT 1) AS t",
        "SELECT days FROM (SELECT * FROM observations) AS t",
        "SELECT DISTINCT person FROM observations",
        "SELECT first_day + (person - person) FROM observations GROUP BY ALL",
    ] {
        let ran = ask(statement);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{statement}: {ran}");
    }
    // Counting and grouping within are known, under any name.
    let several = "SELECT n, count(*) AS persons FROM (SELECT p, count(DISTINCT m) AS n FROM (SELECT \
                   person AS p, measure AS m FROM observations) AS a GROUP BY p) AS b GROUP BY n";
    let counted = ask(several).ok().stdout;
    assert!(counted.lines().count() > 2, "{counted}");
}

#[test]
fn a_statement_without_bounds_is_refused_with_a_message() {
    let sandbox = three_persons();
    let repeated = |it: &str, count: usize| vec![it; count].join("");
    let select = |it: String| format!("SELECT count(*) FROM observations WHERE {it}");
    let list: Vec<String> = (0..300_000).map(|it| format!("'{it}'")).collect();
    let statements = [
        select(format!("{}1 > 0", repeated("1+", 5_000))),
        select(format!("{}days > 0", repeated("days > 1 AND ", 3_500))),
        select(format!("{}days{} > 0", repeated("(", 5_000), repeated(")", 5_000))),
        select(format!("{}days > 0", repeated("NOT ", 5_000))),
        select(format!("{}days > 0", repeated("- ", 1_500))),
        select(format!("{}1 > 0", repeated("days + ", 1_500))),
        select(format!("cpas IN ({})", list.join(","))),
        format!("SELECT count(*) FROM {}observations", repeated("(SELECT * FROM ", 1_000)),
        format!(
            "{}1 AS x FROM observations",
            repeated("SELECT 1 AS x FROM observations UNION ALL SELECT ", 300)
        ),
        format!(
            "SELECT sum({}1{}) FROM observations",
            repeated("coalesce(", 300),
            repeated(")", 300)
        ),
        format!(
            "WITH a AS (SELECT days FROM observations), {} SELECT count(*) FROM a9",
            (0..10)
                .map(|at| {
                    let before = if at == 0 { "a".to_owned() } else { format!("a{}", at - 1) };
                    format!("a{at} AS (SELECT * FROM {before} UNION ALL SELECT * FROM {before})")
                })
                .collect::<Vec<_>>()
                .join(", ")
        ),
        select(format!("'{}' LIKE '{}'", repeated("a", 10), repeated("%a", 5_000))),
    ];
    for statement in &statements {
        let file = format!(
            "metrics = [\"persons\"]\nfilter = '''{}'''\n",
            statement.split("WHERE ").last().unwrap()
        );
        let ran = if statement.len() > 100_000 {
            // Too long for an argument of the system.
            sandbox.write("warehouse/queries/long.toml", file);
            sandbox.run(["queries", "--check"])
        } else {
            sandbox.run(["sql", statement])
        };
        let start: String = statement.chars().take(120).collect();
        assert_eq!(ran.code, 2, "{start}: {ran}");
        assert!(ran.stderr.len() < 2_000, "{start}: {ran}");
    }
    // What people write is answered.
    let list: Vec<String> = (0..5_000).map(|it| format!("'{}'", 20_000 + it)).collect();
    let statement = select(format!(
        "cpas IN ({}) AND {}days > 0",
        list.join(","),
        repeated("days > 1 AND ", 500)
    ));
    let ran = sandbox.run(["sql", &statement, "--format", "csv"]).ok();
    assert_eq!(ran.stdout, "count(*)\n2\n");
}

#[test]
fn a_message_says_where_and_what_may_help() {
    let sandbox = three_persons();
    let mut said = String::new();
    for statement in [
        "SELECT sum(dayz) FROM observations",
        "SELECT regime,\n  sum(days) FROM observation GROUP BY regime",
        "SELECT summ(days) FROM observations",
        "SELECT count(*) FROM observations WHERE first_day > 2006",
        "SELECT count(*) FROM observations WHERE cpas = 21004",
        "SELECT count(*) FROM observations WHERE sum(days) > 3",
        "SELECT sum(amount / 3) FROM observations",
        "SELECT sum(CAST(amount AS DOUBLE)) FROM observations",
        "SELECT median(days) FROM observations",
        "SELECT count(*), count(*) FROM observations",
        "SELECT count(*) FROM observations WHERE measure_count = 'one'",
        "SELECT cpas, count(*) FROM observations GROUP BY regime",
        "SELECT count(*) OVER () FROM observations",
        "SELECT count(*) FROM observations WHERE regime = $regime",
    ] {
        let ran = sandbox.run(["sql", statement]);
        assert_eq!(ran.code, 2, "{statement}: {ran}");
        said.push_str(&ran.stderr);
    }
    insta::assert_snapshot!(said, @"
    error: line 1, column 12: unknown column `dayz` (did you mean `days`?)
    hint: `sppis dictionary` lists the columns; tables other than `observations` are none
    error: line 2, column 18: unknown table `observation` (did you mean `observations`?)
    hint: `sppis dictionary` lists the columns; tables other than `observations` are none
    error: line 1, column 8: unknown function `summ` (did you mean `sum`?)
    hint: `sppis dictionary` lists the columns; tables other than `observations` are none
    error: line 1, column 41: a date is compared with a whole number (texts stand in quotes, dates are DATE '2016-01-01')
    hint: `sppis dictionary` lists the columns; tables other than `observations` are none
    error: line 1, column 41: a text is compared with a whole number (texts stand in quotes, dates are DATE '2016-01-01')
    hint: `sppis dictionary` lists the columns; tables other than `observations` are none
    error: line 1, column 41: `sum` is an aggregate, and cannot stand here (a condition on aggregates follows HAVING)
    hint: `sppis dictionary` lists the columns; tables other than `observations` are none
    error: line 1, column 8: `sum` takes no quotient, which is not exact (round it first: sum(round(amount / 3, 2)))
    hint: `sppis dictionary` lists the columns; tables other than `observations` are none
    error: line 1, column 17: there is no type `DOUBLE` (known: TEXT, INTEGER, BIGINT, DECIMAL(12, 2), DATE; binary floats are not exact)
    hint: `sppis dictionary` lists the columns; tables other than `observations` are none
    error: line 1, column 8: unknown function `median` (known here: abs, coalesce, day, left, length, lower, month, nullif, quarter, right, round, substr, upper, year, avg, count, max, min, sum)
    hint: `sppis dictionary` lists the columns; tables other than `observations` are none
    error: line 1, column 18: two columns are called `count(*)` (give one of them a name: sum(days) AS days)
    hint: `sppis dictionary` lists the columns; tables other than `observations` are none
    error: line 1, column 41: `measure_count` is of a person's course, which `sql` does not know (ask for it in a query file: `sppis queries`)
    hint: `sppis dictionary` lists the columns; tables other than `observations` are none
    error: line 1, column 8: `cpas` is neither an aggregate nor what rows are grouped by
    hint: `--rows` lets single observations through
    error: line 1, column 8: `count(*) OVER ()` is not allowed here (an aggregate is a name and an argument: no OVER, no ORDER BY within)
    hint: `sppis dictionary` lists the columns; tables other than `observations` are none
    error: line 1, column 50: a statement has no parameter `regime` (write the value itself)
    hint: `sppis dictionary` lists the columns; tables other than `observations` are none
    ");
}

#[test]
fn a_quotient_stays_the_fraction_that_it_is_or_is_refused() {
    let sandbox = three_persons();
    let ask = |statement: &str| sandbox.run(["sql", statement, "--format", "csv"]);
    let mut said = String::new();
    for statement in [
        "SELECT a > 1000 AS x FROM (SELECT avg(days) AS a FROM observations) AS t",
        "WITH t AS (SELECT sum(days) / count(*) AS a FROM observations) SELECT CAST(a AS INTEGER) FROM t",
        "SELECT count(*) FROM (SELECT days / 7 AS x FROM observations) AS t WHERE x > 4",
        "SELECT avg(days) AS a FROM observations UNION ALL SELECT avg(amount) FROM observations",
        "SELECT avg(days) AS a FROM observations UNION SELECT avg(days) FROM observations",
        "SELECT DISTINCT days / 100000000 AS x FROM observations",
        "(SELECT cpas, avg(days) AS a FROM observations GROUP BY cpas) ORDER BY a",
    ] {
        let ran = ask(statement);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{statement}: {ran}");
        said.push_str(ran.stderr.lines().next().unwrap());
        said.push('\n');
    }
    insta::assert_snapshot!(said, @"
    error: line 1, column 35: `a` of a subquery or of DISTINCT is a quotient, which is not exact (round it first: round(sum(amount) / count(*), 2))
    error: line 1, column 19: `a` of a subquery or of DISTINCT is a quotient, which is not exact (round it first: round(sum(amount) / count(*), 2))
    error: line 1, column 30: `x` of a subquery or of DISTINCT is a quotient, which is not exact (round it first: round(sum(amount) / count(*), 2))
    error: line 1, column 1: `a` of a side of UNION is a quotient, which is not exact (round it first: round(sum(amount) / count(*), 2))
    error: line 1, column 1: `a` of a side of UNION is a quotient, which is not exact (round it first: round(sum(amount) / count(*), 2))
    error: line 1, column 17: `x` of a subquery or of DISTINCT is a quotient, which is not exact (round it first: round(sum(amount) / count(*), 2))
    error: line 1, column 72: ordered by `a`, a quotient, which is not exact (write ORDER BY and LIMIT without parentheses before them, or round it first)
    ");
    let ordered = "FROM observations GROUP BY days ORDER BY";
    let by_centre = "FROM observations GROUP BY cpas ORDER BY";
    for (statement, expected) in [
        (
            "SELECT round(a, 1) AS x FROM (SELECT round(avg(days), 3) AS a FROM observations) AS t"
                .to_owned(),
            "x\n30.0\n",
        ),
        (format!("SELECT days / 100000000 AS x {ordered} x DESC"), "x\n0.000000\n0.000000\n"),
        (format!("SELECT days {ordered} days / 100000000 DESC"), "days\n31\n28\n"),
        (format!("SELECT days {ordered} days / -100000000 DESC"), "days\n28\n31\n"),
        (format!("SELECT days {ordered} days / 100000000 DESC LIMIT 1"), "days\n31\n"),
        (
            format!("SELECT cpas, sum(days) / 1000000000 AS q {by_centre} q, cpas"),
            "cpas,q\n21005,0.000000\n21004,0.000000\n62063,0.000000\n",
        ),
        (
            format!("SELECT cpas {by_centre} sum(amount) / sum(days) NULLS FIRST, cpas"),
            "cpas\n62063\n21005\n21004\n",
        ),
    ] {
        assert_eq!(ask(&statement).ok().stdout, expected, "{statement}");
    }
}

#[test]
fn conditions_without_parentheses_bind_as_elsewhere_or_are_refused() {
    let sandbox = three_persons();
    let count = |condition: &str| {
        let statement = format!("SELECT count(*) AS n FROM observations WHERE {condition}");
        sandbox.run(["sql", &statement, "--format", "csv"])
    };
    for (condition, expected) in [
        ("regime IS DISTINCT FROM 'aide_sociale' AND days > 30", 2),
        ("regime IS NOT DISTINCT FROM 'aide_sociale' OR days > 30", 3),
        ("days > 30 AND regime IS NOT DISTINCT FROM 'aide_sociale' OR cpas = '62063'", 1),
        ("NOT regime IS DISTINCT FROM 'aide_sociale' AND days > 30", 0),
        ("(cpas = '62063') IS DISTINCT FROM (days = 31) OR cpas = '62063'", 2),
        ("(cpas = '62063') IS DISTINCT FROM days = 31", 1),
        ("cpas = '62063' IS DISTINCT FROM days = 31", 1),
        ("(days > 30) = (cpas = '21004') IN (TRUE, FALSE)", 2),
        ("TRUE = days IN (31, 30)", 2),
        ("FALSE = cpas LIKE '21%'", 1),
        ("FALSE = days BETWEEN 29 AND 40", 1),
        ("days BETWEEN 1 AND 29 = TRUE", 1),
        ("NOT days = 28", 2),
        ("days = 31 IS NOT TRUE", 1),
    ] {
        let ran = count(condition).ok();
        assert_eq!(ran.stdout, format!("n\n{expected}\n"), "{condition}");
        let query = format!("metrics = [\"observations\"]\nfilter = '''{condition}'''\n");
        sandbox.write("warehouse/queries/bound.toml", query);
        let ran = sandbox.run(["run", "bound", "--verify", "--format", "csv"]).ok();
        assert_eq!(ran.stdout, format!("observations\n{expected}\n"), "{condition}");
    }
    for condition in [
        "days > 30 = TRUE",
        "1 < days < 30",
        "days IN (1, 2) IN (TRUE)",
        "days BETWEEN 1 AND 2 BETWEEN FALSE AND TRUE",
        "sex IS NULL IS NULL",
        "cpas LIKE '2%' LIKE '2%'",
    ] {
        let ran = count(condition);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{condition}: {ran}");
        assert!(ran.stderr.contains("parentheses"), "{condition}: {ran}");
    }
}

#[test]
fn every_mark_in_a_pattern_stands_for_itself() {
    let sandbox = three_persons();
    let marks = (' '..='~').filter(|it| !it.is_alphanumeric());
    let mut columns = Vec::new();
    for (at, mark) in marks.chain(['é', '€', '\u{a0}', 'Ω', '😀']).enumerate() {
        let quoted = if mark == '\'' { "''".to_owned() } else { mark.to_string() };
        let escape = if mark == '!' { "#" } else { "!" };
        let escaped = format!("{escape}{quoted}");
        // Texts with the mark at their start, in them and at their end, and without it.
        let cases = [
            (format!("'{quoted}' || cpas"), format!("{escaped}%"), "3"),
            (format!("'x{quoted}y' || cpas"), format!("x{escaped}y_____"), "3"),
            (format!("cpas || '{quoted}'"), format!("%{escaped}"), "3"),
            ("'x' || cpas".to_owned(), format!("%{escaped}%"), "0"),
            (format!("'{quoted}' || cpas"), format!("{escaped}{escaped}%"), "0"),
        ];
        for (part, (text, pattern, expected)) in cases.into_iter().enumerate() {
            let like = format!("{text} LIKE '{pattern}' ESCAPE '{escape}'");
            columns.push((format!("count(*) FILTER (WHERE {like}) AS n{at}_{part}"), expected));
        }
    }
    for columns in columns.chunks(50) {
        let all: Vec<&str> = columns.iter().map(|(column, _)| column.as_str()).collect();
        let statement = format!("SELECT {} FROM observations", all.join(", "));
        let ran = sandbox.run(["sql", &statement, "--format", "csv"]).ok();
        let row = ran.stdout.lines().nth(1).unwrap().split(',');
        for ((column, expected), found) in columns.iter().zip(row) {
            assert_eq!(found, *expected, "{column}");
        }
    }
}

#[test]
fn rows_are_grouped_by_one_key_of_every_kind() {
    let sandbox = three_persons();
    let ask = |statement: &str| {
        let ran = sandbox.run(["sql", statement, "--format", "csv"]).ok();
        ran.stdout.lines().skip(1).map(str::to_owned).collect::<Vec<_>>()
    };
    for (key, groups) in [
        ("amount", 3),
        ("days", 2),
        ("cpas", 3),
        ("first_day", 3),
        ("days > 30", 2),
        ("amount IS NULL", 2),
        ("sex", 1),
        ("guidance", 2),
        ("birth_year", 3),
        ("amount * 2", 3),
        ("round(days / 7, 9)", 2),
        ("round(days / 7, 0)", 1),
        ("CAST(days AS DECIMAL(38, 10))", 2),
        ("coalesce(amount, 1)", 3),
        ("year", 1),
        ("TRUE", 1),
        ("NULL", 1),
    ] {
        let counted =
            ask(&format!("SELECT count(*) AS n, {key} AS k FROM observations GROUP BY k"));
        assert_eq!(counted.len(), groups, "{key}: {counted:?}");
        let rows: usize = counted.iter().map(|row| row[..1].parse::<usize>().unwrap()).sum();
        assert_eq!(rows, 3, "{key}");
        for table in [
            format!("SELECT {key} AS k FROM observations GROUP BY k"),
            format!("SELECT DISTINCT {key} AS k FROM observations"),
            format!("SELECT {key} AS k FROM observations UNION SELECT {key} FROM observations"),
        ] {
            let distinct = ask(&format!("SELECT count(*) AS n FROM ({table}) AS t"));
            assert_eq!(distinct, [groups.to_string()], "{table}");
        }
    }
    let of_sums = "SELECT s, count(*) AS n FROM (SELECT person, sum(days) AS s FROM observations GROUP \
                   BY person) AS t GROUP BY s ORDER BY s";
    assert_eq!(ask(of_sums), ["28,1", "31,2"]);
}

#[test]
fn a_filter_that_does_not_fit_is_an_error_on_files_of_any_size() {
    let sandbox = Sandbox::new();
    let sample = ["sample", "--deliveries", "2008-05,2008-11", "--persons", "2500", "--seed", "5"];
    sandbox.run_all(&[sample.as_slice(), &["--output", "in"]].concat()).ok();
    for id in ["2008-05", "2008-11"] {
        sandbox.run(["ingest", &format!("in/DWH_SPPIS_Formulaires_{id}.csv")]).ok();
    }
    for filter in [
        "CAST(days AS DECIMAL(38, 37)) > 1",
        "round(days / 3, 37) > 1",
        "days * 9223372036854775807 > 1",
        "abs(amount * 99999999999999999999999999999999999.9) > 1",
        "CAST(measure AS INTEGER) = 1",
        "CAST(regime AS DATE) = DATE '2006-01-01'",
        "first_day + 99999999 > DATE '2006-01-01'",
        "CAST(days * 100 AS TINYINT) > 1",
        "birth_year > 1900 AND CAST(days AS DECIMAL(38, 37)) > 1",
        "days IN (CAST(birth_year AS TINYINT), 3)",
        "CASE WHEN days > 3 THEN days * 9223372036854775807 END > 3",
    ] {
        let statement = format!("SELECT count(*) FROM observations WHERE {filter}");
        let having = format!(
            "SELECT sex FROM observations GROUP BY sex HAVING count(*) FILTER (WHERE {filter}) > 0"
        );
        let query = format!("metrics = [\"persons\"]\nfilter = '''{filter}'''\n");
        sandbox.write("warehouse/queries/unfit.toml", query);
        for command in [
            vec!["sql", &statement],
            vec!["sql", &having],
            vec!["run", "unfit"],
            vec!["run", "unfit", "--verify"],
        ] {
            let ran = sandbox.run_all(&command);
            assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{command:?} {filter}: {ran}");
            assert!(!ran.stderr.contains("panicked"), "{command:?} {filter}: {ran}");
        }
    }
}

#[test]
fn years_lines_and_pseudonyms_are_shown_as_they_are_and_counts_in_groups() {
    let table = |statement: &str, more: &[&str]| {
        let ran = warehouse().run_all(&[&["sql", statement], more].concat()).ok();
        ran.stdout.lines().skip(1).take(2).collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(table(
        "SELECT birth_year, year, max(birth_year), count(*) * 1000 FROM observations WHERE \
         birth_year > 1950 GROUP BY birth_year, year ORDER BY year, birth_year LIMIT 1", &[]), @"
    birth_year  year  max(birth_year)  count(*) * 1000
          1952  2002             1952            3 000
    ");
    insta::assert_snapshot!(table(
        "SELECT y, min(y), sum(y) FROM (SELECT birth_year AS y FROM observations WHERE \
         birth_year = 1950 UNION SELECT year FROM observations WHERE year = 1950) AS t GROUP BY y", &[]), @"
       y  min(y)  sum(y)
    1950    1950   1 950
    ");
    insta::assert_snapshot!(table(
        "SELECT line + 2000 AS more, year, days * 1000 FROM observations ORDER BY year, line, days LIMIT 1",
        &["--rows"]), @"
     more  year  days * 1000
    2 002  2002       31 000
    ");
    insta::assert_snapshot!(table(
        "SELECT region, year, age, cpas_today, count(*) FROM observations WHERE cpas_today <> '' AND \
         age > 50 GROUP BY region, year, age, cpas_today ORDER BY year, age, cpas_today LIMIT 1", &[]), @"
    region              year  age  cpas_today  count(*)
    03000 Waals Gewest  2002   60  57062 Pecq         1
    ");
}
