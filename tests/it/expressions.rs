//! Expressions of filters and statements beside another engine's: equal, or refused.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use rand::Rng as _;
use rand::seq::IndexedRandom as _;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng as _;

use crate::answers::current_files;
use crate::peers::peer;
use crate::sandbox::Sandbox;
use crate::seeded::{copy, warehouse};

/// Makes expressions of a kind from a seed.
pub(crate) struct Expressions(ChaCha8Rng);

impl Expressions {
    pub(crate) fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    fn of<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices.choose(&mut self.0).unwrap()
    }

    /// Whether an expression ends here.
    fn ends(&mut self, depth: u32) -> bool {
        depth == 0 || self.0.random_bool(0.25)
    }

    fn whole(&mut self, depth: u32) -> String {
        if self.ends(depth) {
            return match self.0.random_range(0..6) {
                0..4 => self.of(&["days", "birth_year", "year", "age"]).to_owned(),
                4 => self.0.random_range(-40..2100).to_string(),
                _ => self.of(&["0", "1", "NULL", "3"]).to_owned(),
            };
        }
        let depth = depth - 1;
        match self.0.random_range(0..12) {
            0..4 => {
                let operator = self.of(&["+", "-", "*", "%", "//"]);
                format!("({} {operator} {})", self.whole(depth), self.whole(depth))
            }
            4 => format!("abs({})", self.whole(depth)),
            5 => format!("coalesce({}, {})", self.whole(depth), self.whole(depth)),
            6 => format!("nullif({}, {})", self.whole(depth), self.whole(depth)),
            7 => format!("length({})", self.text(depth)),
            8 => format!("({} - {})", self.date(depth), self.date(depth)),
            9 => format!("CAST({} AS BIGINT)", self.decimal(depth)),
            10 => {
                let part = self.of(&["year", "month", "quarter", "day"]);
                format!("{part}({})", self.date(depth))
            }
            _ => {
                let (when, then) = (self.truth(depth), self.whole(depth));
                format!("CASE WHEN {when} THEN {then} ELSE {} END", self.whole(depth))
            }
        }
    }

    fn decimal(&mut self, depth: u32) -> String {
        if self.ends(depth) {
            let number = self.0.random_range(-30_000..30_000);
            return match self.0.random_range(0..5) {
                0..3 => "amount".to_owned(),
                3 => format!("{}.{:02}", number / 100, (number % 100_i32).abs()),
                _ => self.of(&["12.505", "0.5", "250.00", "0.0"]).to_owned(),
            };
        }
        let depth = depth - 1;
        match self.0.random_range(0..9) {
            0 | 1 => {
                let operator = self.of(&["+", "-"]);
                format!("({} {operator} {})", self.decimal(depth), self.decimal(depth))
            }
            2 => format!("({} {} {})", self.decimal(depth), self.of(&["+", "*"]), self.whole(0)),
            3 => format!("(amount * {})", self.decimal(0)),
            4 => format!("round({}, {})", self.decimal(depth), self.0.random_range(0..3)),
            5 => {
                let to = self.of(&["DECIMAL(20, 1)", "DECIMAL(20, 4)", "DECIMAL(18)"]);
                format!("CAST({} AS {to})", self.decimal(depth))
            }
            6 => format!("coalesce({}, {})", self.decimal(depth), self.whole(depth)),
            7 => format!("({} % 7.5)", self.decimal(depth)),
            _ => {
                let (when, then) = (self.truth(depth), self.decimal(depth));
                format!("CASE WHEN {when} THEN {then} END")
            }
        }
    }

    fn text(&mut self, depth: u32) -> String {
        if self.ends(depth) {
            // Texts that no row can have are refused where a name is compared with them.
            let texts = [
                "cpas",
                "measure",
                "regime",
                "sex",
                "guidance",
                "quarter",
                "delivery",
                "left('21004', 9)",
                "upper('m')",
                "lower('h50')",
                "right('', 1)",
            ];
            return self.of(&texts).to_owned();
        }
        let depth = depth - 1;
        let inner = self.text(depth);
        let count = self.0.random_range(0..4);
        match self.0.random_range(0..8) {
            0 => format!("upper({inner})"),
            1 => format!("left({inner}, {count})"),
            2 => format!("right({inner}, {count})"),
            3 => format!("substr({inner}, {}, {count})", count + 1),
            4 => format!("({inner} || {})", self.text(depth)),
            5 => format!("CAST({} AS VARCHAR)", self.whole(0)),
            6 => format!("coalesce({inner}, {})", self.text(depth)),
            _ => format!("CASE {inner} WHEN {} THEN 'x' ELSE cpas END", self.text(depth)),
        }
    }

    fn date(&mut self, depth: u32) -> String {
        if self.ends(depth) {
            let dates = ["first_day", "last_day", "DATE '2006-05-01'", "DATE '2016-02-29'"];
            return self.of(&dates).to_owned();
        }
        match self.0.random_range(0..3) {
            0 => format!("({} + {})", self.date(depth - 1), self.0.random_range(0..400)),
            1 => format!("({} - {})", self.date(depth - 1), self.0.random_range(0..400)),
            _ => format!("coalesce({}, {})", self.date(depth - 1), self.date(0)),
        }
    }

    fn number(&mut self, depth: u32) -> String {
        if self.0.random_bool(0.5) { self.whole(depth) } else { self.decimal(depth) }
    }

    fn comparison(&mut self, depth: u32) -> String {
        let operator = self.of(&["=", "<>", "<", "<=", ">", ">="]);
        match self.0.random_range(0..6) {
            0..3 => format!("{} {operator} {}", self.number(depth), self.number(depth)),
            3 => format!("{} {operator} {}", self.text(depth), self.text(depth)),
            4 => format!("{} {operator} {}", self.date(depth), self.date(depth)),
            // A bound that no quotient of these meets exactly.
            _ => {
                let order = self.of(&["<", "<=", ">", ">="]);
                let under = self.of(&["3", "7", "days", "(days - 28)", "amount"]);
                format!("{} / {under} {order} 1.23456789", self.of(&["days", "age", "amount"]))
            }
        }
    }

    pub(crate) fn truth(&mut self, depth: u32) -> String {
        if depth == 0 {
            return self.comparison(0);
        }
        let depth = depth - 1;
        match self.0.random_range(0..15) {
            0..5 => self.comparison(depth),
            5 | 6 => format!("({} AND {})", self.truth(depth), self.truth(depth)),
            7 | 8 => format!("({} OR {})", self.truth(depth), self.truth(depth)),
            9 => format!("NOT ({})", self.truth(depth)),
            10 => {
                let is = self.of(&["NULL", "NOT NULL", "TRUE", "NOT TRUE", "FALSE", "NOT FALSE"]);
                format!("({}) IS {is}", self.truth(depth))
            }
            11 => {
                let not = self.of(&["", "NOT "]);
                let (inner, one) = (self.number(depth), self.number(0));
                format!("{inner} {not}IN ({one}, {}, 31, 250)", self.number(0))
            }
            12 => {
                let not = self.of(&["", "NOT "]);
                let bounds = (self.number(0), self.number(0));
                format!("{} {not}BETWEEN {} AND {}", self.number(depth), bounds.0, bounds.1)
            }
            13 => {
                let not = self.of(&["", "NOT "]);
                let pattern = self.of(&["%1%", "2_0%", "%", "", "article!_%", "_", "%m%s%"]);
                format!("{} {not}LIKE '{pattern}' ESCAPE '!'", self.text(depth))
            }
            _ => {
                let distinct = self.of(&["IS DISTINCT FROM", "IS NOT DISTINCT FROM"]);
                format!("{} {distinct} {}", self.text(depth), self.text(depth))
            }
        }
    }

    /// Conditions one after the other, with hardly any parentheses.
    pub(crate) fn flat(&mut self) -> String {
        let mut text = String::new();
        for at in 0..self.0.random_range(1..5) {
            if at > 0 {
                let between = [
                    "AND",
                    "OR",
                    "AND",
                    "OR",
                    "=",
                    "<>",
                    "<",
                    ">=",
                    "IS DISTINCT FROM",
                    "IS NOT DISTINCT FROM",
                ];
                write!(text, " {} ", self.of(&between)).unwrap();
            }
            text.push_str(self.of(&["", "", "", "", "NOT "]));
            let conditions = [
                "TRUE",
                "FALSE",
                "(days > 30)",
                "(cpas = '21004')",
                "(sex IS NULL)",
                "(amount < 100)",
                "days > 30",
                "sex = 'M'",
                "days + 1 BETWEEN 20 AND 32",
                "cpas NOT LIKE '2%'",
                "amount IS NULL",
                "days IN (31, 30)",
            ];
            text.push_str(self.of(&conditions));
            let after = [
                "",
                "",
                "",
                " IN (TRUE, FALSE)",
                " NOT IN (TRUE)",
                " BETWEEN FALSE AND FALSE",
                " NOT BETWEEN TRUE AND TRUE",
                " IS NULL",
                " IS NOT NULL",
                " IS NOT TRUE",
                " IS FALSE",
            ];
            text.push_str(self.of(&after));
        }
        text
    }

    /// A pattern with marks in a text with marks.
    pub(crate) fn marked(&mut self) -> String {
        const MARKS: &[u8] = b"!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~ ";
        let mut mark = || char::from(*MARKS.choose(&mut self.0).unwrap());
        let (inside, wanted) = ([mark(), mark(), mark()], [mark(), mark()]);
        let quoted = |mark: char| if mark == '\'' { "''".to_owned() } else { mark.to_string() };
        let text: String = inside.into_iter().map(quoted).collect();
        let [one, other] = wanted.map(|mark| match mark {
            '%' | '_' | '!' if self.0.random_bool(0.7) => format!("!{mark}"),
            '!' => "!!".to_owned(),
            mark => quoted(mark),
        });
        let (not, any) = (self.of(&["", "NOT "]), self.of(&["%", "_", ""]));
        match self.0.random_range(0..3) {
            0 => format!("('{text}' || cpas) {not}LIKE '%{one}%' ESCAPE '!'"),
            1 => format!("(cpas || '{text}') {not}LIKE '_____{one}{any}{other}%' ESCAPE '!'"),
            _ => format!("('a{text}b' || sex) {not}LIKE 'a{any}{one}{other}%' ESCAPE '!'"),
        }
    }

    fn quotient(&mut self, depth: u32) -> String {
        let under = self.of(&["3", "7", "days", "(days - 28)", "birth_year", "amount"]);
        format!("{} / {under}", self.number(depth))
    }

    /// A statement of one row over another that groups, or that divides.
    fn nested(&mut self, depth: u32) -> String {
        let key = match self.0.random_range(0..5) {
            0 => self.whole(depth),
            1 => self.decimal(depth),
            2 => self.text(depth),
            3 => self.date(depth),
            _ => self.truth(depth),
        };
        let all = "SELECT count(*), count(k), min(k), max(k), count(DISTINCT k) FROM";
        match self.0.random_range(0..10) {
            0 | 1 => format!(
                "SELECT count(*), count(k), min(k), max(k), min(n), max(n) FROM (SELECT {key} AS k, \
                 count(*) AS n FROM observations GROUP BY k) AS t"
            ),
            2 => format!("{all} (SELECT DISTINCT {key} AS k FROM observations) AS t"),
            3 => format!(
                "{all} (SELECT {key} AS k FROM observations UNION SELECT {key} FROM observations) AS t"
            ),
            4 => {
                let aggregate = self.aggregate(depth);
                format!(
                    "{all} (SELECT s AS k FROM (SELECT person, {aggregate} AS s FROM observations \
                     GROUP BY person) AS p GROUP BY k) AS t"
                )
            }
            5 => {
                let of = self.quotient(depth);
                let what = self.of(&["x > 4.5", "x < 1.23456789", "round(x, 1) > 3", "x IS NULL"]);
                format!(
                    "SELECT count(*) FROM (SELECT {of} AS x FROM observations) AS t WHERE {what}"
                )
            }
            6 => {
                let of = self.quotient(depth);
                let what =
                    self.of(&["max(x)", "CAST(max(x) AS DECIMAL(18, 2))", "count(DISTINCT x)"]);
                format!("WITH t AS (SELECT {of} AS x FROM observations) SELECT {what} FROM t")
            }
            7 => {
                let of = self.quotient(depth);
                format!(
                    "WITH t AS (SELECT round({of}, 6) AS x FROM observations), u AS (SELECT x, \
                     count(*) AS n FROM t GROUP BY x) SELECT min(x), max(x), sum(n) FROM u"
                )
            }
            8 => {
                let sides =
                    (self.of(&["avg(days)", "sum(days) / 7"]), self.of(&["avg(age)", "0.5"]));
                format!(
                    "SELECT min(x) FROM (SELECT {} AS x FROM observations UNION ALL SELECT {} FROM \
                     observations) AS t",
                    sides.0, sides.1
                )
            }
            _ => {
                let (order, at) = (self.of(&["", " DESC"]), self.0.random_range(0..40));
                let by = self.of(&[
                    "days / 100000000",
                    "days / birth_year",
                    "birth_year / -days",
                    "days / (birth_year - 1970)",
                ]);
                format!(
                    "SELECT days, birth_year FROM observations WHERE birth_year <> 1970 GROUP BY days, \
                     birth_year ORDER BY {by}{order}, days, birth_year LIMIT 1 OFFSET {at}"
                )
            }
        }
    }

    fn aggregate(&mut self, depth: u32) -> String {
        match self.0.random_range(0..10) {
            0 => format!("count(*) FILTER (WHERE {})", self.truth(depth)),
            1 => format!("count(DISTINCT {})", self.text(depth)),
            2 => format!("min({})", self.text(depth)),
            3 => format!("max({})", self.date(depth)),
            4 => format!("min({})", self.number(depth)),
            5 => format!("count({})", self.number(depth)),
            6 => format!("avg({})", self.number(depth)),
            7 => format!("sum({}) + count(*) * 3", self.number(depth)),
            8 => format!("max({}) FILTER (WHERE {})", self.number(depth), self.truth(depth)),
            _ => format!("sum({})", self.number(depth)),
        }
    }
}

/// How many were refused.
const REFUSED_MAX: usize = 100;

fn asked_elsewhere(statements: &[String]) -> Vec<String> {
    let sandbox = Sandbox::empty();
    let text = sandbox.write("statements.sql", statements.join("\n") + "\n");
    let files = current_files(warehouse());
    let mut arguments = vec![text.to_str().unwrap()];
    arguments.extend(files.lines());
    peer("expressions.py", &arguments).lines().map(str::to_owned).collect()
}

#[test]
fn a_thousand_filters_give_what_another_engine_gives_or_are_refused() {
    let mut expressions = Expressions::new(7);
    let filters: BTreeSet<String> = (0..1_100).map(|at| expressions.truth(1 + at % 4)).collect();
    assert!(filters.len() >= 1_000, "{}", filters.len());
    compare_filters(filters, REFUSED_MAX);
}

#[test]
fn conditions_without_parentheses_count_as_elsewhere_or_are_refused() {
    let mut expressions = Expressions::new(9);
    let filters: BTreeSet<String> = (0..800).map(|_| expressions.flat()).collect();
    assert!(filters.len() >= 500, "{}", filters.len());
    // Many have two of a rank in a row.
    let refused_max = filters.len() * 3 / 4;
    compare_filters(filters, refused_max);
}

#[test]
fn patterns_of_all_marks_count_as_elsewhere() {
    let mut expressions = Expressions::new(10);
    let filters: BTreeSet<String> = (0..400).map(|_| expressions.marked()).collect();
    assert!(filters.len() >= 300, "{}", filters.len());
    compare_filters(filters, 0);
}

fn compare_filters(filters: BTreeSet<String>, refused_max: usize) {
    let filters: Vec<String> = filters.into_iter().collect();
    let counts: Vec<String> = filters
        .iter()
        .map(|filter| format!("SELECT count(*) FROM observations WHERE {filter}"))
        .collect();
    let elsewhere = asked_elsewhere(&counts);
    let sandbox = copy();
    let name = |at: usize| format!("filter-{at}");
    for (at, filter) in filters.iter().enumerate() {
        let quoted = filter.replace('\\', "\\\\").replace('"', "\\\"");
        let text = format!("metrics = [\"observations\"]\nfilter = \"{quoted}\"\n");
        sandbox.write(&format!("warehouse/queries/{}.toml", name(at)), text);
    }
    let checked = sandbox.run(["queries", "--check"]).stderr;
    let is_refused = |at: &usize| checked.contains(&format!("/{}.toml:", name(*at)));
    let (mut refused, read): (Vec<usize>, Vec<usize>) = (0..filters.len()).partition(is_refused);
    for chunk in read.chunks(100) {
        // Every figure is counted a second time, by the other evaluation of the filter.
        let names: Vec<String> = chunk.iter().map(|at| name(*at)).collect();
        let mut command = vec!["run", "--verify", "--format", "csv", "--output", "answers"];
        command.extend(names.iter().map(String::as_str));
        let all = sandbox.run_all(&command);
        for at in chunk {
            let answer = if all.code == 0 {
                sandbox.read(&format!("answers/{}.csv", name(*at)))
            } else {
                let ran = sandbox.run(["run", &name(*at), "--verify", "--format", "csv"]);
                if ran.code != 0 {
                    assert!(ran.stderr.contains("does not fit"), "{}: {ran}", filters[*at]);
                    refused.push(*at);
                    continue;
                }
                ran.stdout
            };
            if elsewhere[*at] == "!" {
                continue;
            }
            let expected = format!("observations\n{}\n", elsewhere[*at]);
            assert_eq!(answer, expected, "{}", filters[*at]);
        }
    }
    let shown: Vec<&String> = refused.iter().map(|at| &filters[*at]).collect();
    assert!(refused.len() <= refused_max, "{}: {shown:#?}\n{checked}", refused.len());
}

/// Whether both are the same number, up to what a binary float and six decimals can say.
fn is_near(ours: &str, theirs: &str) -> bool {
    let (Ok(ours), Ok(theirs)) = (ours.parse::<f64>(), theirs.parse::<f64>()) else { return false };
    (ours - theirs).abs() <= 0.000_001 + theirs.abs() * 1e-12
}

/// Whether a cell of ours is what the other engine gives, if it gives anything.
fn is_same(ours: &str, theirs: &str) -> bool {
    match theirs {
        "!" => true,
        "-" => ours.is_empty(),
        float if float.starts_with('~') => is_near(ours, &float[1..]),
        // A text that a spreadsheet would take for a formula has a mark before it.
        exact => shortened(ours.trim_start_matches('\'')) == exact,
    }
}

fn shortened(number: &str) -> &str {
    let is_decimal = number.contains('.') && number.parse::<f64>().is_ok();
    if is_decimal { number.trim_end_matches('0').trim_end_matches('.') } else { number }
}

#[test]
fn a_thousand_statements_give_what_another_engine_gives_or_are_refused() {
    let mut expressions = Expressions::new(8);
    let asked: BTreeSet<String> = (0..1_300).map(|at| expressions.aggregate(1 + at % 4)).collect();
    let asked: Vec<String> = asked.into_iter().collect();
    assert!(asked.len() >= 1_000, "{}", asked.len());
    let groups = "FROM observations GROUP BY sex ORDER BY sex NULLS LAST LIMIT 1 OFFSET 1";
    let statement = |it: &str| format!("SELECT {it} AS x {groups}");
    let elsewhere = asked_elsewhere(&asked.iter().map(|it| statement(it)).collect::<Vec<_>>());
    let mut refused = Vec::new();
    for (at, chunk) in asked.chunks(20).enumerate() {
        let mut together = String::new();
        for (at, it) in chunk.iter().enumerate() {
            let comma = if at == 0 { "" } else { ", " };
            write!(together, "{comma}{it} AS x{at}").unwrap();
        }
        let ask = |text: &str| warehouse().run(["sql", text, "--format", "tsv"]);
        let ran = ask(&format!("SELECT {together} {groups}"));
        for (inside, it) in chunk.iter().enumerate() {
            let ours = if ran.code == 0 {
                let row = ran.stdout.lines().nth(1).unwrap();
                Some(row.split('\t').nth(inside).unwrap().to_owned())
            } else {
                let ran = ask(&statement(it));
                let row = ran.stdout.lines().nth(1).unwrap_or_default().to_owned();
                (ran.code == 0).then_some(row).or_else(|| {
                    refused.push(format!("{it}: {}", ran.stderr));
                    None
                })
            };
            let (Some(ours), theirs) = (ours, &elsewhere[at * 20 + inside]) else { continue };
            assert!(is_same(&ours, theirs), "{it}: {ours} here, {theirs} there");
        }
    }
    assert!(refused.len() <= REFUSED_MAX, "{}: {refused:#?}", refused.len());
}

#[test]
fn statements_within_statements_give_what_another_engine_gives_or_are_refused() {
    let mut expressions = Expressions::new(11);
    let asked: BTreeSet<String> = (0..500).map(|at| expressions.nested(at % 3)).collect();
    let asked: Vec<String> = asked.into_iter().collect();
    let elsewhere = asked_elsewhere(&asked);
    let mut refused = Vec::new();
    for (statement, theirs) in asked.iter().zip(&elsewhere) {
        let ran = warehouse().run(["sql", statement, "--format", "tsv"]);
        if ran.code != 0 {
            assert_eq!(ran.code, 2, "{statement}: {ran}");
            assert!(!ran.stderr.contains("panicked"), "{statement}: {ran}");
            refused.push(format!("{statement}: {}", ran.stderr));
            continue;
        }
        if theirs == "!" {
            continue;
        }
        let ours = ran.stdout.lines().nth(1).unwrap_or_default();
        let same = ours.split('\t').count() == theirs.split('\t').count()
            && ours.split('\t').zip(theirs.split('\t')).all(|(ours, theirs)| is_same(ours, theirs));
        assert!(same, "{statement}: {ours} here, {theirs} there");
    }
    assert!(refused.len() <= 2 * REFUSED_MAX, "{}: {refused:#?}", refused.len());
}
