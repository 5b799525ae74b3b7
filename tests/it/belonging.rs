//! Which rows an answer has: all with a figure other than 0, so that what adds up in a total adds up
//! over its rows too, also where figures are compared over quarters or with another state.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use sppis::disclosure::{Cell, Member, ReleasedTable, Values};
use sppis::pipeline::answer::{Basis, Means, answer, answer_compared, verify};
use sppis::query::{Arguments, Catalog, Question, resolve};
use sppis::warehouse::{AsOf, Warehouse};

use crate::sandbox::{PERSONS, Ran, Sandbox};

/// Members that come and go: nobody is in article 61 in 2007Q2 and Q3, nor in activation but in Q2.
fn come_and_go() -> Sandbox {
    let sandbox = Sandbox::new();
    let [a, b, c, d] = PERSONS;
    let row = |person: &str, day: &str, aid: &str| format!("{person};2;21004;{day};{day};;{aid};;");
    for (id, rows) in [
        (
            "2008-11",
            vec![
                row(a, "2007-01-05", "60"),
                row(b, "2007-01-05", "61"),
                row(c, "2007-04-05", "60"),
                row(d, "2007-04-05", "59"),
            ],
        ),
        ("2009-05", vec![row(a, "2007-07-05", "60"), row(b, "2007-10-05", "61")]),
    ] {
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        let file = sandbox.delivery(id, &rows);
        sandbox.run(["ingest", &file]).ok();
    }
    sandbox
}

/// The answer of a query to these arguments, the same by all ways of counting.
fn by_all_ways(sandbox: &Sandbox, text: &str, more: &[&str]) -> String {
    asked_by_all_ways(sandbox, text, more).stdout
}

/// The same with what is said beside it.
pub(crate) fn asked_by_all_ways(sandbox: &Sandbox, text: &str, more: &[&str]) -> Ran {
    sandbox.write("warehouse/queries/mine.toml", text);
    let run = |ways: &[&str]| {
        let arguments = [&["run", "mine", "--format", "csv"], ways, more].concat();
        sandbox.run_all(&arguments).ok()
    };
    let verified = run(&["--verify"]);
    assert!(verified.stderr.contains("counted a second time, all the same"), "{verified}");
    assert_eq!(run(&["--without-histories"]).stdout, verified.stdout);
    verified
}

const COME_AND_GO: &str = r#"metrics = ["persons", "observations"]
dimensions = ["quarter", "measure"]
totals = [["quarter"]]

[derived.change]
change = "observations"

[derived.rate]
rate = "observations"

[derived.so_far]
cumulative = "persons"

[derived.half_year]
moving = "observations"
quarters = 2
"#;

#[test]
fn a_member_that_drops_to_nothing_has_its_row_and_a_cumulative_figure_has_no_holes() {
    insta::assert_snapshot!(by_all_ways(&come_and_go(), COME_AND_GO, &[]), @"
    quarter,measure,persons,observations,change,rate,so_far,half_year,change_status,rate_status,half_year_status
    2007Q1,article_60,1,1,,,1,1,not_delivered,not_delivered,partial
    2007Q1,article_61,1,1,,,1,1,not_delivered,not_delivered,partial
    2007Q1,total,2,2,,,2,2,not_delivered,not_delivered,partial
    2007Q2,activation,1,1,1,,1,1,,undefined,
    2007Q2,article_60,1,1,0,0.0,2,2,,,
    2007Q2,article_61,0,0,-1,-100.0,1,1,,,
    2007Q2,total,2,2,0,0.0,4,4,,,
    2007Q3,activation,0,0,-1,-100.0,1,1,,,
    2007Q3,article_60,1,1,0,0.0,2,2,,,
    2007Q3,article_61,0,0,0,,1,0,,undefined,
    2007Q3,total,1,1,-1,-50.0,4,3,,,
    2007Q4,activation,0,0,0,,1,0,,undefined,
    2007Q4,article_60,0,0,-1,-100.0,2,1,,,
    2007Q4,article_61,1,1,1,,1,1,,undefined,
    2007Q4,total,1,1,0,0.0,4,2,,,
    ");
}

#[test]
fn rows_without_observations_stand_only_in_quarters_asked_and_delivered() {
    let sandbox = come_and_go();
    // Without the statuses, which only columns have where some cell has one.
    let ask = |arguments: &[&str]| {
        let found = by_all_ways(&sandbox, COME_AND_GO, arguments);
        let line = |line: &str| line.split(',').take(8).collect::<Vec<_>>().join(",") + "\n";
        found.lines().map(line).collect::<String>()
    };
    let all = ask(&[]);
    for arguments in [
        &["--from", "2007Q3", "--to", "2007Q3"][..],
        &["--where", "quarter=2007Q3"],
        &["--from", "2007Q3", "--to", "2007Q4", "--where", "quarter=2007Q3"],
    ] {
        let lines =
            all.lines().filter(|line| !line.starts_with("2007") || line.starts_with("2007Q3"));
        let expected: String = lines.map(|line| line.to_owned() + "\n").collect();
        assert_eq!(ask(arguments), expected, "{arguments:?}");
    }
    let one = ask(&["--where", "measure=article_61"]);
    let lines = |text: &str| {
        let lines = text.lines().filter(|line| line.contains("article_61"));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(lines(&one), lines(&all));
}

#[test]
fn rows_that_come_from_other_quarters_are_ordered_and_put_with_the_rest_like_any() {
    let text = COME_AND_GO.replace("totals", "order = [\"change\", \"-quarter\"]\ntotals");
    insta::assert_snapshot!(by_all_ways(&come_and_go(), &text, &["--from", "2007Q2"]), @"
    quarter,measure,persons,observations,change,rate,so_far,half_year,rate_status
    2007Q4,article_60,0,0,-1,-100.0,2,1,
    2007Q3,activation,0,0,-1,-100.0,1,1,
    2007Q2,article_61,0,0,-1,-100.0,1,1,
    2007Q4,activation,0,0,0,,1,0,undefined
    2007Q3,article_60,1,1,0,0.0,2,2,
    2007Q3,article_61,0,0,0,,1,0,undefined
    2007Q2,article_60,1,1,0,0.0,2,2,
    2007Q4,article_61,1,1,1,,1,1,undefined
    2007Q2,activation,1,1,1,,1,1,undefined
    2007Q3,total,1,1,-1,-50.0,4,3,
    2007Q4,total,1,1,0,0.0,4,2,
    2007Q2,total,2,2,0,0.0,4,4,
    ");
    let top = "\n[top]\ndimension = \"measure\"\nby = \"observations\"\ncount = 1\n";
    insta::assert_snapshot!(by_all_ways(&come_and_go(), &format!("{COME_AND_GO}{top}"), &[]), @"
    quarter,measure,persons,observations,change,rate,so_far,half_year,change_status,rate_status,half_year_status
    2007Q1,article_60,1,1,,,1,1,not_delivered,not_delivered,partial
    2007Q1,rest,1,1,,,1,1,not_delivered,not_delivered,partial
    2007Q1,total,2,2,,,2,2,not_delivered,not_delivered,partial
    2007Q2,article_60,1,1,0,0.0,2,2,,,
    2007Q2,rest,1,1,0,0.0,2,2,,,
    2007Q2,total,2,2,0,0.0,4,4,,,
    2007Q3,article_60,1,1,0,0.0,2,2,,,
    2007Q3,rest,0,0,-1,-100.0,2,1,,,
    2007Q3,total,1,1,-1,-50.0,4,3,,,
    2007Q4,article_60,0,0,-1,-100.0,2,1,,,
    2007Q4,rest,1,1,1,,2,1,,undefined,
    2007Q4,total,1,1,0,0.0,4,2,,,
    ");
    let base = "metrics = [\"persons\"]\ndimensions = [\"year\", \"quarter\", \"measure\"]\n\
                [derived.rate]\nrate = \"days\"\nagainst = \"2007Q1\"\n";
    insta::assert_snapshot!(by_all_ways(&come_and_go(), base, &["--from", "2007Q2"]), @"
    year,quarter,measure,persons,rate,rate_status
    2007,2007Q2,activation,1,,undefined
    2007,2007Q2,article_60,1,0.0,
    2007,2007Q2,article_61,0,-100.0,
    2007,2007Q3,article_60,1,0.0,
    2007,2007Q3,article_61,0,-100.0,
    2007,2007Q4,article_60,0,-100.0,
    2007,2007Q4,article_61,1,0.0,
    ");
}

#[test]
fn a_share_of_less_than_nothing_and_a_rate_on_it_say_so() {
    let sandbox = Sandbox::new();
    let [a, b, ..] = PERSONS;
    let rows = [
        format!("{a};2;21004;2007-01-05;2007-01-05;;60;1;-300.00"),
        format!("{b};2;21004;2007-01-05;2007-01-05;;61;1;100.00"),
        format!("{a};2;21004;2007-04-05;2007-04-05;;60;1;-150.00"),
        format!("{b};2;21004;2007-04-05;2007-04-05;;61;1;250.00"),
    ];
    let file = sandbox.delivery("2008-11", &rows.each_ref().map(String::as_str));
    sandbox.run(["ingest", &file]).ok();
    let text = "metrics = [\"amount\"]\ndimensions = [\"quarter\", \"measure\"]\ntotals = [[\"quarter\"]]\n\
                [derived.part]\nshare = \"amount\"\nwithin = [\"quarter\"]\n\
                [derived.growth]\nrate = \"amount\"\n";
    insta::assert_snapshot!(by_all_ways(&sandbox, text, &[]), @"
    quarter,measure,amount,part,growth,growth_status
    2007Q1,article_60,-300.00,150.0,,not_delivered
    2007Q1,article_61,100.00,-50.0,,not_delivered
    2007Q1,total,-200.00,100.0,,not_delivered
    2007Q2,article_60,-150.00,-150.0,50.0,
    2007Q2,article_61,250.00,250.0,150.0,
    2007Q2,total,100.00,100.0,150.0,
    ");
    let said = |arguments: &[&str]| {
        let ran = sandbox.run_all(&[&["run", "mine"], arguments].concat()).ok();
        let lines = ran.stdout.lines().chain(ran.stderr.lines());
        let notes = lines.filter(|line| {
            ["part", "growth"].iter().any(|it| line.to_lowercase().contains(it))
                && line.contains(" 0")
        });
        notes.map(|line| line.to_owned() + "\n").collect::<String>()
    };
    insta::assert_snapshot!(said(&["--format", "csv"]), @"
    note: part: where the whole is below 0, a share is still the part divided by it: shares add up to 100 %, and their signs are opposite to those of the parts.
    note: growth: where the figure compared with is below 0, the rate is in percent of its magnitude: a rise is above 0, a fall below.
    ");
    insta::assert_snapshot!(said(&["--format", "markdown", "--lang", "fr"]), @"
    - part : là où l’ensemble est inférieur à 0, une part reste la partie divisée par lui : les parts totalisent 100 % et leurs signes sont opposés à ceux des parties.
    - growth : là où le chiffre de comparaison est inférieur à 0, le taux est en pour cent de sa valeur absolue : une hausse est positive, une baisse négative.
    ");
    insta::assert_snapshot!(said(&["--format", "html", "--lang", "nl"]), @r#"
    <p><span class="symbol">[1]</span> Part: waar het geheel onder 0 ligt, blijft een aandeel het deel gedeeld door het geheel: aandelen zijn samen 100 % en hun teken is tegengesteld aan dat van de delen.</p>
    <p><span class="symbol">[2]</span> Growth: waar het cijfer van de vergelijking onder 0 ligt, is de wijziging in procent van de absolute waarde ervan: een stijging is positief, een daling negatief.</p>
    "#);
    insta::assert_snapshot!(said(&["--lang", "de"]), @"
    part: wo das Ganze unter 0 liegt, bleibt ein Anteil der Teil geteilt durch das Ganze: Anteile ergeben zusammen 100 %, und ihr Vorzeichen ist dem der Teile entgegengesetzt.
    growth: wo die Vergleichszahl unter 0 liegt, ist die Veränderung in Prozent ihres Betrags: ein Anstieg ist positiv, ein Rückgang negativ.
    ");
    let document = sandbox.run(["run", "mine", "--format", "json"]).ok().stdout;
    let document: serde_json::Value = serde_json::from_str(&document).unwrap();
    assert_eq!(document["notes"].as_array().unwrap().len(), 2);
    // Of what is above 0 there is nothing to say.
    let above = said(&["--format", "csv", "--from", "2007Q2", "--where", "measure=article_61"]);
    assert_eq!(above, "");
}

/// A delivery with another one of the same id, of which somebody moved and two rows came, and one
/// of later quarters.
fn two_states() -> Sandbox {
    let sandbox = Sandbox::new();
    let row =
        |person: &str, cpas: &str, day: &str| format!("{person};1;{cpas};{day};{day};;;1;10.00");
    let [a, b, c, d] = PERSONS;
    let day = "2006-07-05";
    let before = [row(a, "21004", day), row(b, "21004", day), row(c, "62063", day)];
    let after = [
        row(a, "21004", day),
        row(b, "62063", day),
        row(c, "62063", day),
        row(d, "44021", day),
        row(d, "11002", "2006-10-05"),
    ];
    for rows in [&before[..], &after] {
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        let file = sandbox.delivery("2008-05", &rows);
        sandbox.run(["ingest", &file]).ok();
    }
    let later = sandbox.delivery("2008-11", &[&row(a, "21004", "2007-01-05")]);
    sandbox.run(["ingest", &later]).ok();
    sandbox
}

#[test]
fn what_comes_and_what_goes_is_0_in_the_other_state_and_stands_in_its_place() {
    let sandbox = two_states();
    let run = |text: &str| {
        sandbox.write("warehouse/queries/mine.toml", text);
        let command = ["run", "mine", "--format", "csv", "--compare-with", "2008-05@1"];
        let ran = sandbox.run(command).ok().stdout;
        let over = [&command[..], &["--without-histories"]].concat();
        assert_eq!(sandbox.run_all(&over).ok().stdout, ran);
        ran
    };
    let text = "metrics = [\"persons\", \"amount\"]\ndimensions = [\"quarter\", \"cpas\"]\ntotals = [[\"quarter\"]]\n";
    insta::assert_snapshot!(run(text), @"
    quarter,cpas,persons,persons_before,persons_difference,amount,amount_before,amount_difference,persons_before_status,persons_difference_status,amount_before_status,amount_difference_status,revision
    2006Q3,21004,1,2,-1,10.00,20.00,-10.00,,,,,revised
    2006Q3,44021,1,0,1,10.00,0.00,10.00,,,,,new
    2006Q3,62063,2,1,1,20.00,10.00,10.00,,,,,revised
    2006Q3,total,4,3,1,40.00,30.00,10.00,,,,,revised
    2006Q4,11002,1,0,1,10.00,0.00,10.00,,,,,new
    2006Q4,total,1,0,1,10.00,0.00,10.00,,,,,new
    2007Q1,21004,1,,,10.00,,,not_delivered,undefined,not_delivered,undefined,new
    2007Q1,total,1,,,10.00,,,not_delivered,undefined,not_delivered,undefined,new
    ");
    insta::assert_snapshot!(run(&format!("{text}order = [\"quarter\", \"-persons\"]\n")), @"
    quarter,cpas,persons,persons_before,persons_difference,amount,amount_before,amount_difference,persons_before_status,persons_difference_status,amount_before_status,amount_difference_status,revision
    2006Q3,62063,2,1,1,20.00,10.00,10.00,,,,,revised
    2006Q3,21004,1,2,-1,10.00,20.00,-10.00,,,,,revised
    2006Q3,44021,1,0,1,10.00,0.00,10.00,,,,,new
    2006Q4,11002,1,0,1,10.00,0.00,10.00,,,,,new
    2007Q1,21004,1,,,10.00,,,not_delivered,undefined,not_delivered,undefined,new
    2006Q3,total,4,3,1,40.00,30.00,10.00,,,,,revised
    2006Q4,total,1,0,1,10.00,0.00,10.00,,,,,new
    2007Q1,total,1,,,10.00,,,not_delivered,undefined,not_delivered,undefined,new
    ");
    let top = "[top]\ndimension = \"cpas\"\nby = \"persons\"\ncount = 1\nwithin = [\"quarter\"]\n";
    insta::assert_snapshot!(run(&format!("{text}{top}")), @"
    quarter,cpas,persons,persons_before,persons_difference,amount,amount_before,amount_difference,persons_before_status,persons_difference_status,amount_before_status,amount_difference_status,revision
    2006Q3,62063,2,1,1,20.00,10.00,10.00,,,,,revised
    2006Q3,rest,2,2,0,20.00,20.00,0.00,,,,,unchanged
    2006Q3,total,4,3,1,40.00,30.00,10.00,,,,,revised
    2006Q4,11002,1,0,1,10.00,0.00,10.00,,,,,new
    2006Q4,total,1,0,1,10.00,0.00,10.00,,,,,new
    2007Q1,21004,1,,,10.00,,,not_delivered,undefined,not_delivered,undefined,new
    2007Q1,total,1,,,10.00,,,not_delivered,undefined,not_delivered,undefined,new
    ");
    let complete = text.replace("\"quarter\", \"cpas\"", "\"quarter\", \"sex\"");
    insta::assert_snapshot!(run(&format!("{complete}complete = true\n")), @"
    quarter,sex,persons,persons_before,persons_difference,amount,amount_before,amount_difference,persons_status,persons_before_status,persons_difference_status,amount_status,amount_before_status,amount_difference_status,revision
    2006Q3,F,1,0,1,10.00,0.00,10.00,,,,,,,revised
    2006Q3,M,3,3,0,30.00,30.00,0.00,,,,,,,unchanged
    2006Q3,total,4,3,1,40.00,30.00,10.00,,,,,,,revised
    2006Q4,F,1,0,1,10.00,0.00,10.00,,,,,,,revised
    2006Q4,M,0,0,0,0.00,0.00,0.00,,,,,,,unchanged
    2006Q4,total,1,0,1,10.00,0.00,10.00,,,,,,,revised
    2007Q1,F,0,,,0.00,,,,not_delivered,undefined,,not_delivered,undefined,new
    2007Q1,M,1,,,10.00,,,,not_delivered,undefined,,not_delivered,undefined,new
    2007Q1,total,1,,,10.00,,,,not_delivered,undefined,,not_delivered,undefined,new
    2007Q2,F,0,,,0.00,,,,not_delivered,undefined,,not_delivered,undefined,new
    2007Q2,M,0,,,0.00,,,,not_delivered,undefined,,not_delivered,undefined,new
    2007Q2,total,0,,,0.00,,,,not_delivered,undefined,,not_delivered,undefined,new
    ");
}

#[test]
fn who_is_below_the_first_band_is_not_among_the_unknown() {
    let sandbox = Sandbox::new();
    // Born in 1942, 1993, 1985 and 2000, and in the year after.
    let [a, b, c, d] = PERSONS;
    let rows =
        [a, b, c, d, "08010100176"].map(|it| format!("{it};2;21004;2007-01-05;2007-01-05;;60;;"));
    let file = sandbox.delivery("2008-11", &rows.each_ref().map(String::as_str));
    sandbox.run(["ingest", &file, "--max-rejects", "100%"]).ok();
    let text = "metrics = [\"persons\", \"observations\"]\ndimensions = [\"age\"]\n[bands]\nage = [14, 22]\n";
    insta::assert_snapshot!(by_all_ways(&sandbox, text, &[]), @"
    age,persons,observations
    00-13,1,1
    14-21,1,1
    22+,2,2
    ,1,1
    ");
    insta::assert_snapshot!(by_all_ways(&sandbox, text, &["--where", "age=00-13"]), @"
    age,persons,observations
    00-13,1,1
    ");
    let months = "metrics = [\"persons\"]\ndimensions = [\"measure_months\"]\n[bands]\nmeasure_months = [4]\n";
    insta::assert_snapshot!(by_all_ways(&sandbox, months, &[]), @"
    measure_months,persons
    01-03,5
    ");
    sandbox.write("warehouse/queries/mine.toml", text.replace("[14, 22]", "[]"));
    insta::assert_snapshot!(sandbox.run(["run", "mine"]).stderr, @"
    error: 1 mistake in ./warehouse/queries/mine.toml
      ./warehouse/queries/mine.toml:4:7: the list `age` has no band (leave it out for the usual bands, or name the lowest number of each)
    ");
}

/// Windows of deliveries that follow each other, the first quarter of each.
pub(crate) const DELIVERIES: [(&str, [&str; 2]); 5] = [
    ("2007-11", ["2006-02", "2006-05"]),
    ("2008-05", ["2006-08", "2006-11"]),
    ("2008-11", ["2007-02", "2007-05"]),
    ("2009-05", ["2007-08", "2007-11"]),
    ("2009-11", ["2008-02", "2008-05"]),
];

/// A row: its delivery, and its text.
pub(crate) fn row() -> impl Strategy<Value = (usize, String)> {
    let cents = prop::option::of(-20_000_i64..20_000);
    let (aids, places) = (vec!["60", "61", "59", ""], vec!["21004", "62063", "11002", ""]);
    let codes = (select(vec!["1", "2", "6"]), select(aids), select(places));
    (0..PERSONS.len(), 0..DELIVERIES.len(), 0_usize..2, 1..28, codes, cents).prop_map(
        |(person, delivery, quarter, day, (regime, aid, cpas), cents)| {
            let month = DELIVERIES[delivery].1[quarter];
            let amount = cents.map_or(String::new(), |it| {
                let sign = if it < 0 { "-" } else { "" };
                format!("1;{sign}{}.{:02}", it.abs() / 100, it.abs() % 100)
            });
            let amount = if amount.is_empty() { ";".to_owned() } else { amount };
            let person = PERSONS[person];
            let days = format!("{month}-{day:02};{month}-28");
            (delivery, format!("{person};{regime};{cpas};{days};;{aid};{amount}"))
        },
    )
}

/// Takes in the rows of each delivery that has some; gives the quarters delivered.
pub(crate) fn ingest(sandbox: &Sandbox, rows: &[(usize, String)]) -> BTreeSet<String> {
    let mut quarters = BTreeSet::new();
    for (at, (id, months)) in DELIVERIES.iter().enumerate() {
        let own: BTreeSet<&str> =
            rows.iter().filter(|row| row.0 == at).map(|row| row.1.as_str()).collect();
        if own.is_empty() {
            continue;
        }
        let file = sandbox.delivery(id, &own.into_iter().collect::<Vec<_>>());
        sandbox.run(["ingest", &file, "--max-rejects", "100%", "--replace"]).ok();
        let quarter = |month: &&str| {
            let number = month[5..].parse::<u32>().unwrap().div_ceil(3);
            format!("{}Q{number}", &month[..4])
        };
        quarters.extend(months.iter().map(quarter));
    }
    quarters
}

const ADDING_UP: [&str; 3] = ["observations", "days", "amount"];

/// A query by quarter and others, with a total for each quarter.
fn queries() -> impl Strategy<Value = String> {
    let others = vec!["measure", "regime", "cpas", "sex", "age", "measure_entry", "year"];
    let against = select(vec!["previous_quarter", "year_before", "2006Q2", "2007Q3"]);
    let filter = select(vec!["", "filter = \"measure <> 'activation'\"", "filter = \"age < 60\""]);
    (subsequence(others, 1..=2), against, 2..5, filter, any::<bool>()).prop_map(
        |(others, against, quarters, filter, top)| {
            let derived = ADDING_UP.map(|metric| {
                format!(
                    "[derived.change_{metric}]\nchange = \"{metric}\"\nagainst = \"{against}\"\n\
                     [derived.year_{metric}]\ncumulative = \"{metric}\"\n\
                     [derived.moving_{metric}]\nmoving = \"{metric}\"\nquarters = {quarters}\n"
                )
            });
            let ranks = top && !["year", "sex", "regime"].contains(&others[0]);
            let top = format!("[top]\ndimension = \"{}\"\nby = \"days\"\ncount = 1\n", others[0]);
            let dimensions = [&["quarter"], others.as_slice()].concat();
            format!(
                "metrics = [\"persons\", \"observations\", \"days\", \"amount\"]\n\
                 dimensions = {dimensions:?}\ntotals = [[\"quarter\"]]\n{filter}\n{}\
                 [derived.of_year]\ncumulative = \"persons\"\n{}",
                if ranks { &top } else { "" },
                derived.concat(),
            )
        },
    )
}

/// The rows of a table: members, and numbers by name.
pub(crate) type Rows = Vec<(Vec<Member>, BTreeMap<String, Cell>)>;

pub(crate) fn rows_of(table: &ReleasedTable) -> Rows {
    let row = |at: usize| {
        let (mut members, mut numbers) = (Vec::new(), BTreeMap::new());
        for column in table.columns() {
            match &column.values {
                Values::Members(values) => members.push(values[at].clone()),
                Values::Numbers(values) => {
                    numbers.insert(column.name.clone(), values.cells[at]);
                }
                Values::Text(_) => {}
            }
        }
        (members, numbers)
    };
    (0..table.row_count()).map(row).collect()
}

fn question(warehouse: &Warehouse, text: &str, range: Option<[&str; 2]>) -> Question {
    let end = |at: usize| range.map(|range| range[at].parse().unwrap());
    let arguments = Arguments { from: end(0), to: end(1), ..Arguments::default() };
    asked(warehouse, text, &arguments)
}

/// The question that a query file's text and these arguments make.
pub(crate) fn asked(warehouse: &Warehouse, text: &str, arguments: &Arguments) -> Question {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("drawn.toml"), text).unwrap();
    let query = Catalog::open(Some(folder.path())).unwrap().query("drawn").unwrap();
    resolve(query, arguments, warehouse.dictionary()).unwrap()
}

/// Whether each of these figures of a quarter's total is the sum of those of its rows.
fn add_up<'n>(rows: &Rows, names: impl Iterator<Item = &'n str>) -> Result<(), TestCaseError> {
    for name in names {
        let mut sums: BTreeMap<&Member, [i128; 2]> = BTreeMap::new();
        let mut without_number = BTreeSet::new();
        for (members, numbers) in rows {
            let is_total = members[1] == Member::Total;
            match numbers[name].value() {
                Some(value) => {
                    sums.entry(&members[0]).or_default()[usize::from(is_total)] += value;
                }
                None => {
                    without_number.insert(&members[0]);
                }
            }
        }
        for (quarter, [of_rows, of_total]) in sums {
            prop_assert!(!without_number.contains(quarter), "{name} of {quarter:?}");
            prop_assert_eq!(of_rows, of_total, "{} of {:?}", name, quarter);
        }
    }
    Ok(())
}

fn names_of(rows: &Rows, filter: impl Fn(&str) -> bool) -> Vec<String> {
    let names = rows.first().into_iter().flat_map(|row| row.1.keys());
    names.filter(|name| filter(name)).cloned().collect()
}

/// Whether the figures of a row of a complete answer are those of a plain one: what is not filled in
/// has no number there, and is nothing here.
fn are_same(complete: &BTreeMap<String, Cell>, plain: &BTreeMap<String, Cell>) -> bool {
    let is_unfilled = |name: &str| complete.get(name) == Some(&Cell::NotApplicable);
    complete.keys().eq(plain.keys())
        && complete.iter().zip(plain.values()).all(|((name, complete), plain)| {
            let metric = name.strip_suffix("_difference");
            let both =
                metric.is_some_and(|it| is_unfilled(it) && is_unfilled(&format!("{it}_before")));
            let is_nothing = plain.value().is_none_or(|value| value == 0);
            complete == plain || ((both || is_unfilled(name)) && is_nothing)
        })
}

/// Every member of a year so far has a row in the next quarter of the year, if that is shown.
fn has_no_holes(rows: &Rows, shown: &BTreeSet<String>) -> Result<(), TestCaseError> {
    let there: BTreeSet<&Vec<Member>> = rows.iter().map(|row| &row.0).collect();
    for (members, numbers) in rows {
        let Member::Value(quarter) = &members[0] else { continue };
        let (year, number) = quarter.split_once('Q').unwrap();
        let next = format!("{year}Q{}", number.parse::<u32>().unwrap() + 1);
        let counted = numbers["of_year"].value().is_some_and(|value| value != 0);
        if counted && shown.contains(&next) {
            let mut later = members.clone();
            later[0] = Member::Value(next.into());
            prop_assert!(there.contains(&later), "{later:?} has no row");
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 5, ..ProptestConfig::default() })]

    #[test]
    fn figures_over_quarters_add_up_to_those_of_the_total(
        rows in prop::collection::vec(row(), 4..40),
        texts in prop::collection::vec((queries(), any::<bool>()), 12),
    ) {
        let sandbox = Sandbox::new();
        let delivered = ingest(&sandbox, &rows);
        let warehouse = Warehouse::open(&sandbox.join("warehouse")).unwrap();
        let snapshot = warehouse.snapshot(None).unwrap();
        for (text, ranged) in &texts {
            let range = ranged.then_some(["2006Q3", "2007Q4"]);
            let ask = |text: &str, means| {
                let basis = Basis::new(&warehouse, &snapshot, means);
                let answers = answer(vec![question(&warehouse, text, range)], &basis).unwrap();
                for (_, checked) in verify(&answers, &basis).unwrap() {
                    assert_eq!(checked.differences, [""; 0], "{text}");
                }
                rows_of(&answers.tables[0])
            };
            let found = ask(text, Means::Histories);
            prop_assert_eq!(&found, &ask(text, Means::Observations), "{}", text);
            let shown = |it: &&String| !ranged || ("2006Q3"..="2007Q4").contains(&it.as_str());
            let shown: BTreeSet<String> = delivered.iter().filter(shown).cloned().collect();
            for (members, numbers) in &found {
                let is_shown =
                    matches!(&members[0], Member::Value(quarter) if shown.contains(&**quarter));
                prop_assert!(is_shown, "{:?} of {}", members, text);
                let other = |cell: &Cell| cell.value().is_some_and(|value| value != 0);
                prop_assert!(numbers.values().any(other), "{members:?} is superfluous in {text}");
            }
            let names = names_of(&found, |name| ADDING_UP.iter().any(|it| name.ends_with(it)));
            add_up(&found, names.iter().map(String::as_str))?;
            has_no_holes(&found, &shown)?;
            // With every combination there are more rows, and the same figures. A year beside the
            // quarter has no combinations.
            if !text.contains("\"year\"") {
                let complete = text.replacen('\n', "\ncomplete = true\n", 1);
                let complete: BTreeMap<_, _> = ask(&complete, Means::Histories).into_iter().collect();
                for (members, numbers) in &found {
                    let others = complete.get(members);
                    let same = others.is_some_and(|others| are_same(others, numbers));
                    prop_assert!(same, "{members:?}: {others:?} and {numbers:?} of {text}");
                }
            }
        }
    }

    #[test]
    fn differences_between_two_states_add_up_to_those_of_the_total(
        before in prop::collection::vec(row(), 4..20),
        after in prop::collection::vec(row(), 4..20),
        texts in prop::collection::vec(queries(), 8),
    ) {
        let sandbox = Sandbox::new();
        ingest(&sandbox, &before);
        let warehouse = Warehouse::open(&sandbox.join("warehouse")).unwrap();
        let version = warehouse.snapshot(None).unwrap().version();
        ingest(&sandbox, &after);
        let [old, new] = [Some(AsOf::Version(version)), None]
            .map(|as_of| warehouse.snapshot(as_of.as_ref()).unwrap());
        for text in &texts {
            let ask = |means| {
                let [old, new] = [&old, &new].map(|it| Basis::new(&warehouse, it, means));
                let asked = vec![question(&warehouse, text, None)];
                rows_of(&answer_compared(asked, &new, &old).unwrap().tables[0])
            };
            let found = ask(Means::Histories);
            prop_assert_eq!(&found, &ask(Means::Observations), "{}", text);
            let of_state = |name: &str| ADDING_UP.iter().any(|it| {
                [format!("{it}_before"), format!("{it}_difference"), (*it).to_owned()]
                    .contains(&name.to_owned())
            });
            let names = names_of(&found, of_state);
            add_up(&found, names.iter().map(String::as_str))?;
            prop_assert!(found.is_sorted_by_key(|row| &row.0), "{text}");
            // Differences are the same in an answer that tells apart what is not filled in.
            if text.contains("\"year\"") || text.contains("[top]") {
                continue;
            }
            let complete = text.replacen('\n', "\ncomplete = true\n", 1);
            let [old, new] = [&old, &new].map(|it| Basis::new(&warehouse, it, Means::Histories));
            let asked = vec![question(&warehouse, &complete, None)];
            let answers = answer_compared(asked, &new, &old).unwrap();
            let complete: BTreeMap<_, _> = rows_of(&answers.tables[0]).into_iter().collect();
            for (members, numbers) in &found {
                let others = &complete[members];
                let same = are_same(others, numbers);
                prop_assert!(same, "{members:?}: {others:?} and {numbers:?} of {text}");
            }
        }
    }
}
