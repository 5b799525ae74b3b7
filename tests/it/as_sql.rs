//! Questions as SQL: what another engine gives for the statement is what the program answers.

use std::fmt::Write as _;

use rand::Rng as _;
use rand::seq::{IndexedRandom as _, SliceRandom as _};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng as _;
use sppis::disclosure::ReleasedTable;
use sppis::pipeline::answer::{Basis, Means, answer};
use sppis::pipeline::explain_as_sql;
use sppis::query::{Arguments, Catalog, Query, Question, resolve};
use sppis::render::plain;
use sppis::sql::Dialect;
use sppis::warehouse::Warehouse;
use sqlparser::dialect::{DuckDbDialect, SparkSqlDialect};
use sqlparser::parser::Parser;

use crate::answers::current_files;
use crate::expressions::Expressions;
use crate::peers::peer;
use crate::sandbox::{PERSONS, Sandbox};
use crate::seeded::warehouse;

/// A header, and rows of texts; or why there are none.
type Found = Result<Vec<Vec<String>>, String>;

/// What another engine gives for statements over the current files of a warehouse.
fn asked_elsewhere(sandbox: &Sandbox, statements: &[String]) -> Vec<Found> {
    let folder = Sandbox::empty();
    let text = folder.write("statements.json", serde_json::to_string(statements).unwrap());
    let files = current_files(sandbox);
    let mut arguments = vec![text.to_str().unwrap()];
    arguments.extend(files.lines());
    let found: Vec<serde_json::Value> =
        serde_json::from_str(&peer("as_sql.py", &arguments)).unwrap();
    let rows = |it: serde_json::Value| match it {
        serde_json::Value::String(error) => Err(error),
        rows => Ok(serde_json::from_value(rows).unwrap()),
    };
    found.into_iter().map(rows).collect()
}

/// A table as its CSV has it.
fn rows_of(table: &ReleasedTable) -> Vec<Vec<String>> {
    let columns = table.columns();
    let header = columns.iter().map(|it| it.name.clone()).collect();
    let row = |row| columns.iter().map(|it| plain(&it.values, row)).collect();
    std::iter::once(header).chain((0..table.row_count()).map(row)).collect()
}

/// The same without the columns of statuses that are empty and that another table does not have.
fn without_empty(rows: Vec<Vec<String>>, other: &[Vec<String>]) -> Vec<Vec<String>> {
    let Some(header) = rows.first() else { return rows };
    let stays = |at: usize| {
        let is_status = header[at].ends_with("_status") && !other[0].contains(&header[at]);
        !is_status || rows[1..].iter().any(|row| !row[at].is_empty())
    };
    let kept: Vec<usize> = (0..header.len()).filter(|at| stays(*at)).collect();
    rows.iter().map(|row| kept.iter().map(|at| row[*at].clone()).collect()).collect()
}

/// Answers questions both ways, and compares; gives how many rows were compared.
fn compare(sandbox: &Sandbox, questions: Vec<(String, Question)>) -> usize {
    let warehouse = Warehouse::open(&sandbox.join("warehouse")).unwrap();
    let snapshot = warehouse.snapshot(None).unwrap();
    let basis = Basis::new(&warehouse, &snapshot, Means::Histories);
    let statement = |(_, question): &(String, Question)| {
        let spark = explain_as_sql(question, &basis, Dialect::Spark).unwrap();
        Parser::parse_sql(&SparkSqlDialect {}, &spark).unwrap_or_else(|it| panic!("{it}\n{spark}"));
        let statement = explain_as_sql(question, &basis, Dialect::Duckdb).unwrap();
        // What it reads as is what was made: there are as many parentheses as are needed.
        let read = Parser::parse_sql(&DuckDbDialect {}, &statement).unwrap();
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(words(&format!("{:#}", read[0])), words(&statement));
        statement
    };
    let statements: Vec<String> = questions.iter().map(statement).collect();
    let elsewhere = asked_elsewhere(sandbox, &statements);
    let (mut compared, mut different) = (0, Vec::new());
    for (((text, question), statement), found) in
        questions.into_iter().zip(&statements).zip(elsewhere)
    {
        let ours = answer(vec![question], &basis);
        let ours = ours.map(|it| rows_of(&it.tables[0])).map_err(|it| it.to_string());
        match (ours, found) {
            // A number that does not fit is refused, where the statement may have no value.
            (Err(error), _) if error.contains("does not fit") => {}
            (Ok(ours), Ok(found)) if without_empty(found.clone(), &ours) == ours => {
                compared += ours.len() - 1;
            }
            (ours, found) => different.push(described(&text, statement, &ours, &found)),
        }
    }
    let shown = different.iter().take(3).cloned().collect::<Vec<_>>().join("\n");
    assert!(different.is_empty(), "{} of {} differ\n{shown}", different.len(), statements.len());
    compared
}

fn described(text: &str, statement: &str, ours: &Found, found: &Found) -> String {
    let mut said = format!("{text}\n{statement}\n");
    match (ours, found) {
        (Ok(ours), Ok(found)) => {
            let found = without_empty(found.clone(), ours);
            writeln!(said, "{} rows, and elsewhere {}", ours.len() - 1, found.len() - 1).unwrap();
            let differing =
                (0..ours.len().max(found.len())).filter(|at| ours.get(*at) != found.get(*at));
            for at in differing.take(4) {
                writeln!(said, "row {at}: {:?}\nelsewhere {:?}", ours.get(at), found.get(at))
                    .unwrap();
            }
            writeln!(said, "{:?}", ours[0]).unwrap();
        }
        (ours, found) => {
            let short = |it: &Found| it.as_ref().map(Vec::len).map_err(Clone::clone);
            writeln!(said, "{:?}\nelsewhere {:?}", short(ours), short(found)).unwrap();
        }
    }
    said
}

#[test]
fn every_shipped_query_as_sql_gives_its_rows() {
    let opened = Warehouse::open(&warehouse().join("warehouse")).unwrap();
    let catalog = Catalog::open(None).unwrap();
    let question = |name: &str| {
        let query = catalog.query(name).unwrap();
        let question = resolve(query, &Arguments::default(), opened.dictionary()).unwrap();
        (name.to_owned(), question)
    };
    assert!(compare(warehouse(), catalog.names().map(question).collect()) > 1_000);
}

/// Answers the texts of query files both ways, over a warehouse of its own.
fn compare_texts(sandbox: &Sandbox, texts: &[String]) -> usize {
    let opened = Warehouse::open(&sandbox.join("warehouse")).unwrap();
    let question = |text: &String| {
        let query = Query::read("mine", "mine.toml", text).unwrap();
        let question = resolve(query, &Arguments::default(), opened.dictionary()).unwrap();
        (text.clone(), question)
    };
    compare(sandbox, texts.iter().map(question).collect())
}

/// Figures whose names are words of SQL, or names that the statement uses itself.
const NAMED_BADLY: &str = r#"
[derived.half]
ratio = ["amount", "persons"]
[derived.order]
ratio = ["days", "amount"]
decimals = 6
[derived.2nd]
share = "amount"
within = ["quarter"]
decimals = 0
[derived.is_counted]
rate = "amount"
[derived.level]
change = "amount"
[derived.cents]
per_person = "median"
[derived.cpas_place]
per_person = "quantile"
percent = 25
"#;

#[test]
fn halves_amounts_below_0_and_centres_that_read_as_totals_are_alike() {
    let sandbox = Sandbox::new();
    let [a, b, c, d] = PERSONS;
    let rows = [
        format!("{a};1;total;2007-01-01;2007-01-31;;;1;-0.05"),
        format!("{b};1;rest;2007-01-01;2007-01-31;;;1;0.10"),
        format!("{c};1;'total;2007-02-01;2007-02-28;108;;1;0.10"),
        format!("{d};1;21004;2007-04-01;2007-04-30;115;;1;-250.01"),
        format!("{a};2;;2007-04-01;2007-04-30;;60;2;0.00"),
        format!("{b};1;total;2007-05-01;2007-06-30;;;1;12.34"),
    ];
    let file = sandbox.delivery("2008-11", &rows.each_ref().map(String::as_str));
    sandbox.run(["ingest", &file, "--max-rejects", "100%"]).ok();
    let head = "metrics = [\"amount\", \"amount_per_convention_person\"]\n\
                dimensions = [\"quarter\", \"cpas\"]\n";
    let with = |more: &str| format!("{head}{more}{NAMED_BADLY}");
    let texts = [
        head.to_owned(),
        with(""),
        with("totals = [[], [\"quarter\"]]\norder = [\"-half\", \"level\"]\n"),
        with("complete = true\n"),
        with("totals = [[]]\n").replace("[derived.half]", "[top]\ndimension = \"cpas\"\nby = \"amount\"\ncount = 1\n[derived.half]"),
        with("filter = \"cpas LIKE '''%' OR cpas LIKE '%\\\\%' OR cpas || '''' <> 'x\\\\'\"\n"),
        "metrics = [\"observations\"]\n".to_owned(),
        "metrics = [\"persons\"]\nfilter = \"days > 400\"\n".to_owned(),
        "metrics = [\"persons\"]\ndimensions = [\"sex\"]\nfilter = \"days > 400\"\ncomplete = true\n"
            .to_owned(),
    ];
    assert!(compare_texts(&sandbox, &texts) > 30);
}

#[test]
fn a_statement_is_printed_for_people_and_as_json() {
    let run = |arguments: &[&str]| warehouse().run_all(&[&["explain"], arguments].concat());
    let range = ["amount-by-regime", "--sql", "--from", "2016Q1", "--to", "2016Q2"];
    insta::assert_snapshot!(run(&range).ok().stdout, @"
    WITH rows_asked AS (
      SELECT
        quarter,
        regime,
        person,
        guidance IN ('h50', 'h100') AS under_convention,
        CAST(amount * 100 AS BIGINT) AS cents
      FROM
        observations
      WHERE
        quarter BETWEEN '2016Q1' AND '2016Q2'
    ), by_quarter_regime AS (
      SELECT
        quarter,
        regime,
        coalesce(sum(cents), 0) AS cents,
        count(DISTINCT person) FILTER (WHERE under_convention) AS convention_persons
      FROM
        rows_asked
      GROUP BY
        quarter, regime
    )
    SELECT
      quarter,
      regime,
      CAST(cents AS DECIMAL(30,0)) * 0.01 AS amount,
      convention_persons
    FROM
      by_quarter_regime
    ORDER BY quarter, regime
    ");
    let spark = [&range[..], &["--dialect", "spark", "--format", "json"]].concat();
    let document: serde_json::Value = serde_json::from_str(&run(&spark).ok().stdout).unwrap();
    assert_eq!(document["dialect"], "spark");
    assert!(document["sql"].as_str().unwrap().starts_with("WITH rows_asked AS ("));
    for (arguments, said) in [
        (&["by-year", "--dialect", "spark"][..], "--sql"),
        (&["by-year", "--sql", "--time"], "--time"),
        (&["by-year", "--sql", "--dialect", "mine"], "duckdb, spark"),
    ] {
        let ran = run(arguments);
        assert!(ran.code == 2 && ran.stderr.contains(said), "{ran}");
    }
}

/// Makes questions from a seed.
struct Questions(ChaCha8Rng);

const DIMENSIONS: [&str; 21] = [
    "quarter",
    "year",
    "regime",
    "measure",
    "measure_group",
    "guidance",
    "cpas",
    "cpas_today",
    "province",
    "region",
    "sex",
    "age",
    "birth_cohort",
    "thp_id",
    "cat_cnt_id",
    "measure_count",
    "measure_entry",
    "measure_months",
    "measures",
    "measures_before",
    "measures_after",
];

const METRICS: [&str; 8] = [
    "observations",
    "persons",
    "convention_persons",
    "amount",
    "days",
    "amount_per_convention_person",
    "person_months",
    "monthly_mean_persons",
];

const FILTERS: [&str; 24] = [
    "sex = 'F'",
    "age >= 18 AND age < 65",
    "amount > 100.00 OR amount IS NULL",
    "guidance IN ('h50', 'h100')",
    "NOT (regime = 'aide_sociale' AND days < 20)",
    "cpas LIKE '2%' OR cpas LIKE '6_0%'",
    "days * 2 > 40 - birth_year % 7",
    "amount / days > 3.5",
    "round(amount / 3, 1) <> 83.3",
    "first_day + 20 < last_day",
    "last_day - first_day BETWEEN 5 AND 29",
    "month(first_day) IN (1, 4, 7, 10)",
    "coalesce(sex, 'none') || left(cpas, 1) <> 'F2'",
    "province IS NULL OR region = '02000'",
    "measure_months > 2",
    "measure_count = 'several' OR measure_entry = 'first'",
    "CASE WHEN sex = 'M' THEN age > 30 ELSE age > 20 END",
    "CAST(cbenconv AS INTEGER) = 1",
    "TRY_CAST(budart_id AS INTEGER) > 100",
    "length(cpas) = 5 AND upper(sex) = 'M'",
    "measures_before = 'none'",
    "measure_group IS NOT NULL",
    "amount + 0.5 < 250.75",
    "(days > 20) IS NOT TRUE",
];

impl Questions {
    fn of<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices.choose(&mut self.0).unwrap()
    }

    fn some<'a>(&mut self, choices: &[&'a str], most: usize) -> Vec<&'a str> {
        let mut choices = choices.to_vec();
        choices.shuffle(&mut self.0);
        choices.truncate(self.0.random_range(1..=most));
        choices
    }

    fn is(&mut self, percent: u32) -> bool {
        self.0.random_range(0..100) < percent
    }

    /// The text of a query file, and what is asked of it.
    fn question(&mut self) -> (String, Arguments) {
        let mut dimensions = self.some(&DIMENSIONS, 4);
        if self.is(5) {
            dimensions.clear();
        } else if self.is(50) && !dimensions.contains(&"quarter") {
            dimensions[0] = "quarter";
        }
        let metrics = self.some(&METRICS, 3);
        let list = |names: &[&str]| {
            let quoted: Vec<String> = names.iter().map(|it| format!("\"{it}\"")).collect();
            format!("[{}]", quoted.join(", "))
        };
        let mut text =
            format!("metrics = {}\ndimensions = {}\n", list(&metrics), list(&dimensions));
        let is_filtered = self.is(40);
        if is_filtered {
            writeln!(text, "filter = \"{}\"", self.of(&FILTERS)).unwrap();
        }
        if self.is(50) && !dimensions.is_empty() {
            let mut totals = vec![list(&[])];
            if dimensions.len() > 1 {
                let kept = self.some(&dimensions, dimensions.len() - 1);
                totals.push(list(&kept));
            }
            writeln!(text, "totals = [{}]", totals.join(", ")).unwrap();
        }
        // Every combination of what has many values would be millions of rows.
        let many =
            ["quarter", "cpas", "cpas_today", "measures", "measures_before", "measures_after"];
        let large = dimensions.iter().filter(|it| many.contains(it)).count();
        if self.is(35) && large < 2 && dimensions.len() < 4 {
            text.push_str("complete = true\n");
        }
        let mut figures = metrics.clone();
        let mut derived = String::new();
        for name in ["one", "two", "time"].into_iter().take(self.0.random_range(0..4)) {
            let formula = self.formula(&dimensions);
            writeln!(derived, "[derived.{name}]\n{formula}").unwrap();
            figures.push(name);
        }
        if self.is(30) {
            let mut keys = self.some(&[&figures[..], &dimensions].concat(), 2);
            keys.dedup();
            let descending = self.is(50);
            let keys: Vec<String> = keys
                .iter()
                .map(|it| if descending { format!("-{it}") } else { (*it).to_owned() })
                .collect();
            writeln!(text, "order = {keys:?}").unwrap();
        }
        text.push_str(&derived);
        if self.is(25) && !dimensions.is_empty() {
            let (ranked, by) = (self.of(&dimensions), self.of(&METRICS[..5]));
            writeln!(
                text,
                "[top]\ndimension = \"{ranked}\"\nby = \"{by}\"\ncount = {}",
                self.0.random_range(1..5)
            )
            .unwrap();
            let others: Vec<&str> = dimensions.iter().copied().filter(|it| *it != ranked).collect();
            if self.is(40) && !others.is_empty() {
                let within = self.some(&others, others.len());
                writeln!(text, "within = {}", list(&within)).unwrap();
            }
        }
        if self.is(20) {
            text.push_str("[bands]\nage = [20, 40, 60]\nmeasure_months = [2, 6]\n");
        }
        (text, self.arguments())
    }

    fn formula(&mut self, dimensions: &[&str]) -> String {
        let (metric, other) = (self.of(&METRICS[..5]), self.of(&METRICS[..5]));
        let against = ["previous_quarter", "year_before", "2005Q4", "2016Q1", "2003Q1"];
        let against = self.of(&against);
        match self.0.random_range(0..9) {
            0 => format!(
                "ratio = [\"{metric}\", \"{other}\"]\ndecimals = {}",
                self.0.random_range(0..4)
            ),
            1 | 2 => {
                let within = if dimensions.is_empty() {
                    vec![]
                } else {
                    self.some(dimensions, dimensions.len())
                };
                let within = if self.is(30) { vec![] } else { within };
                format!(
                    "share = \"{metric}\"\nwithin = {within:?}\ndecimals = {}",
                    self.0.random_range(0..4)
                )
            }
            3 => format!("change = \"{metric}\"\nagainst = \"{against}\""),
            4 => format!("rate = \"{metric}\"\nagainst = \"{against}\""),
            5 => format!("cumulative = \"{metric}\""),
            6 => format!("moving = \"{metric}\"\nquarters = {}", self.0.random_range(2..7)),
            7 => format!("per_person = \"{}\"", self.of(&["minimum", "median", "maximum"])),
            _ => format!("per_person = \"quantile\"\npercent = {}", self.0.random_range(1..100)),
        }
    }

    fn arguments(&mut self) -> Arguments {
        let mut arguments = Arguments::default();
        let quarters = [
            "2002Q4", "2005Q2", "2005Q4", "2006Q2", "2014Q2", "2015Q3", "2016Q1", "2024Q2",
            "2030Q1",
        ];
        let quarter = |it: &str| Some(it.parse().unwrap());
        if self.is(30) {
            let (one, other) = (self.of(&quarters), self.of(&quarters));
            arguments.from = quarter(one.min(other)).filter(|_| self.is(80));
            arguments.to = quarter(one.max(other)).filter(|_| self.is(80));
        }
        let wheres = [
            ("sex", "F,none"),
            ("regime", "integration_sociale"),
            ("regime", "aide_sociale,organic_law"),
            ("quarter", "2005Q3,2016Q1"),
            ("year", "2005"),
            ("year", "2003,2014,2024"),
            ("region", "04000"),
            ("province", "none"),
            ("measure", "article_60,article_61,piis"),
            ("guidance", "(none),h50"),
            ("measure_count", "one"),
            ("measure_months", "none"),
            ("measure_entry", "first,after_gap"),
            ("cpas", "21004"),
            ("measures_after", "none"),
        ];
        for _ in 0..self.0.random_range(0..3) {
            let (name, value) = wheres.choose(&mut self.0).unwrap();
            if arguments.wheres.iter().all(|(known, _)| known != name) {
                arguments.wheres.push(((*name).to_owned(), (*value).to_owned()));
            }
        }
        arguments
    }
}

#[test]
fn random_filters_as_sql_count_the_same_rows() {
    let mut expressions = Expressions::new(31);
    let mut filters: Vec<String> = (0..400).map(|at| expressions.truth(1 + at % 4)).collect();
    filters.extend((0..150).map(|_| expressions.flat()));
    filters.extend((0..100).map(|_| expressions.marked()));
    let opened = Warehouse::open(&warehouse().join("warehouse")).unwrap();
    let question = |filter: String| {
        let quoted = filter.replace('\\', "\\\\").replace('"', "\\\"");
        let text = format!("metrics = [\"observations\"]\nfilter = \"{quoted}\"\n");
        // What has no sense, or compares with what no row can have, is refused.
        let query = Query::read("mine", "mine.toml", &text).ok()?;
        let question = resolve(query, &Arguments::default(), opened.dictionary()).ok()?;
        Some((text, question))
    };
    let questions: Vec<_> = filters.into_iter().filter_map(question).collect();
    assert!(questions.len() > 400, "{}", questions.len());
    assert!(compare(warehouse(), questions) > 300);
}

/// How many questions are made; more where somebody asks for them.
fn count() -> usize {
    std::env::var("SPPIS_AS_SQL").ok().and_then(|it| it.parse().ok()).unwrap_or(300)
}

#[test]
fn random_questions_as_sql_give_their_rows() {
    let seed = std::env::var("SPPIS_SEED").ok().and_then(|it| it.parse().ok()).unwrap_or(5);
    let mut questions = Questions(ChaCha8Rng::seed_from_u64(seed));
    let opened = Warehouse::open(&warehouse().join("warehouse")).unwrap();
    let mut valid = Vec::new();
    while valid.len() < count() {
        let (text, arguments) = questions.question();
        // What has no sense together is refused.
        let Ok(query) = Query::read("mine", "mine.toml", &text) else { continue };
        let Ok(question) = resolve(query, &arguments, opened.dictionary()) else { continue };
        let question = question.complete_only(questions.is(10));
        valid.push((format!("{text}{arguments:?}"), question));
    }
    let compared = compare(warehouse(), valid);
    assert!(compared > 30 * count(), "{compared}");
}
