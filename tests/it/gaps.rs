//! Deliveries that are missing, quarters in which nobody was, and cells that should be empty: what is
//! not known is told apart from what is not there, whichever way it is counted.

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::{btree_set, vec};
use proptest::prelude::*;
use proptest::sample::subsequence;

use crate::sandbox::{PERSONS, Sandbox};

/// A row for each of these months of a person under article 60.
fn months(person: &str, months: &[&str]) -> Vec<String> {
    let row = |month: &&str| format!("{person};2;21004;{month}-01;{month}-28;;60;;");
    months.iter().map(row).collect()
}

fn ingest(sandbox: &Sandbox, id: &str, rows: &[String]) {
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let file = sandbox.delivery(id, &rows);
    sandbox.run(["ingest", &file]).ok();
}

/// The months of a delivery's two quarters.
fn months_of(id: &str) -> Vec<String> {
    let (year, first) = match id.split_once('-') {
        Some((year, "05")) => (year.parse::<i32>().unwrap() - 2, 7),
        Some((year, _)) => (year.parse::<i32>().unwrap() - 1, 1),
        None => panic!("{id} is no delivery"),
    };
    (first..first + 6).map(|month| format!("{year}-{month:02}")).collect()
}

/// The answer to a query, the same over histories, from the observations, and counted twice.
fn answer(sandbox: &Sandbox, query: &str, more: &[&str]) -> String {
    let run = |last: &str| {
        let arguments = ["run", query, "--format", "csv"];
        sandbox.run_all(&[&arguments[..], more, &[last]].concat()).ok()
    };
    let verified = run("--verify");
    assert!(verified.stderr.contains("counted a second time, all the same"), "{verified}");
    assert_eq!(verified.stdout, run("--without-histories").stdout);
    verified.stdout
}

/// Three persons in article 60 all the time, and one from the last of three deliveries on, of which
/// the middle one is missing.
fn with_a_gap() -> Sandbox {
    let sandbox = Sandbox::new();
    for (id, count) in [("2007-05", 3), ("2008-05", 4)] {
        ingest(&sandbox, id, &all_months(id, count));
    }
    sandbox
}

fn all_months(id: &str, persons: usize) -> Vec<String> {
    let of_delivery = months_of(id);
    let of_delivery: Vec<&str> = of_delivery.iter().map(String::as_str).collect();
    PERSONS[..persons].iter().flat_map(|person| months(person, &of_delivery)).collect()
}

#[test]
fn nobody_returns_from_a_delivery_that_is_missing() {
    let sandbox = with_a_gap();
    insta::assert_snapshot!(answer(&sandbox, "entries-by-measure", &[]), @"
    quarter,measure,measure_entry,persons,amount
    2005Q3,article_60,first,3,0.00
    2005Q3,article_60,total,3,0.00
    2005Q4,article_60,continued,3,0.00
    2005Q4,article_60,total,3,0.00
    2006Q3,article_60,after_gap,4,0.00
    2006Q3,article_60,total,4,0.00
    2006Q4,article_60,continued,4,0.00
    2006Q4,article_60,total,4,0.00
    ");
    // What comes in later fills the gap.
    ingest(&sandbox, "2007-11", &all_months("2007-11", 3));
    insta::assert_snapshot!(answer(&sandbox, "entries-by-measure", &[]), @"
    quarter,measure,measure_entry,persons,amount
    2005Q3,article_60,first,3,0.00
    2005Q3,article_60,total,3,0.00
    2005Q4,article_60,continued,3,0.00
    2005Q4,article_60,total,3,0.00
    2006Q1,article_60,continued,3,0.00
    2006Q1,article_60,total,3,0.00
    2006Q2,article_60,continued,3,0.00
    2006Q2,article_60,total,3,0.00
    2006Q3,article_60,continued,3,0.00
    2006Q3,article_60,first,1,0.00
    2006Q3,article_60,total,4,0.00
    2006Q4,article_60,continued,4,0.00
    2006Q4,article_60,total,4,0.00
    ");
}

#[test]
fn months_in_a_measure_over_a_delivery_that_is_missing_are_partial() {
    let sandbox = with_a_gap();
    insta::assert_snapshot!(answer(&sandbox, "stays-by-measure", &[]), @"
    quarter,measure,measure_months,persons,amount,persons_status,amount_status
    2005Q3,article_60,01-03,3,0.00,,
    2005Q3,article_60,total,3,0.00,,
    2005Q4,article_60,04-06,3,0.00,,
    2005Q4,article_60,total,3,0.00,,
    2006Q3,article_60,01-03,1,0.00,partial,partial
    2006Q3,article_60,07-12,3,0.00,partial,partial
    2006Q3,article_60,total,4,0.00,,
    2006Q4,article_60,04-06,1,0.00,partial,partial
    2006Q4,article_60,07-12,3,0.00,partial,partial
    2006Q4,article_60,total,4,0.00,,
    ");
    let said = sandbox.run(["run", "stays-by-measure", "--format", "csv"]).ok().stderr;
    insta::assert_snapshot!(said, @"note: stays-by-measure: partial without 2006Q1..2006Q2: not delivered");
    // Asked alone, a quarter still depends on those before it.
    let alone = ["--from", "2006Q4"];
    insta::assert_snapshot!(answer(&sandbox, "stays-by-measure", &alone), @"
    quarter,measure,measure_months,persons,amount,persons_status,amount_status
    2006Q4,article_60,04-06,1,0.00,partial,partial
    2006Q4,article_60,07-12,3,0.00,partial,partial
    2006Q4,article_60,total,4,0.00,,
    ");
    ingest(&sandbox, "2007-11", &all_months("2007-11", 3));
    insta::assert_snapshot!(answer(&sandbox, "stays-by-measure", &[]), @"
    quarter,measure,measure_months,persons,amount
    2005Q3,article_60,01-03,3,0.00
    2005Q3,article_60,total,3,0.00
    2005Q4,article_60,04-06,3,0.00
    2005Q4,article_60,total,3,0.00
    2006Q1,article_60,07-12,3,0.00
    2006Q1,article_60,total,3,0.00
    2006Q2,article_60,07-12,3,0.00
    2006Q2,article_60,total,3,0.00
    2006Q3,article_60,01-03,1,0.00
    2006Q3,article_60,13-24,3,0.00
    2006Q3,article_60,total,4,0.00
    2006Q4,article_60,04-06,1,0.00
    2006Q4,article_60,13-24,3,0.00
    2006Q4,article_60,total,4,0.00
    ");
}

#[test]
fn a_filter_on_months_makes_figures_partial_and_one_that_asks_for_a_value_does_not() {
    let sandbox = with_a_gap();
    let query = |filter: &str| {
        let text = format!(
            "metrics = [\"persons\"]\ndimensions = [\"year\"]\ntotals = [[]]\nfilter = \"{filter}\"\n"
        );
        sandbox.write("warehouse/queries/mine.toml", text);
        answer(&sandbox, "mine", &[])
    };
    insta::assert_snapshot!(query("measure_months >= 6"), @"
    year,persons,persons_status
    2005,3,partial
    2006,4,partial
    total,4,partial
    ");
    insta::assert_snapshot!(query("measure_months IS NOT NULL"), @"
    year,persons,persons_status
    2005,3,partial
    2006,4,partial
    total,4,
    ");
}

#[test]
fn a_complete_answer_has_rows_after_a_gap_only_where_there_is_one() {
    let sandbox = with_a_gap();
    let text = "metrics = [\"persons\"]\ndimensions = [\"quarter\", \"measure_entry\"]\n\
                complete = true\n";
    sandbox.write("warehouse/queries/mine.toml", text);
    let found = answer(&sandbox, "mine", &["--from", "2006Q2", "--to", "2006Q3"]);
    insta::assert_snapshot!(found, @"
    quarter,measure_entry,persons,persons_status
    2006Q2,after_gap,,not_delivered
    2006Q2,continued,,not_delivered
    2006Q2,first,,not_delivered
    2006Q2,returned,,not_delivered
    2006Q3,after_gap,4,
    2006Q3,continued,0,
    2006Q3,first,0,
    2006Q3,returned,0,
    ");
    ingest(&sandbox, "2007-11", &all_months("2007-11", 3));
    assert!(!answer(&sandbox, "mine", &[]).contains("after_gap"));
    let asked = answer(&sandbox, "mine", &["--where", "measure_entry=after_gap"]);
    assert_eq!(asked.matches(",after_gap,0").count(), 6, "{asked}");
}

#[test]
fn a_partial_figure_says_so_in_every_format() {
    let sandbox = with_a_gap();
    let run = |format| sandbox.run(["run", "stays-by-measure", "--format", format]).ok().stdout;
    insta::assert_snapshot!(run("table"), @"
    Months that persons have been in a measure
     quarter  measure     measure_months  persons  amount  persons_status  amount_status
     2005Q3   article_60  01-03                 3    0.00
     2005Q3   article_60  total                 3    0.00
     2005Q4   article_60  04-06                 3    0.00
     2005Q4   article_60  total                 3    0.00
     2006Q3   article_60  01-03                 1    0.00  partial         partial
     2006Q3   article_60  07-12                 3    0.00  partial         partial
     2006Q3   article_60  total                 4    0.00
     2006Q4   article_60  04-06                 1    0.00  partial         partial
     2006Q4   article_60  07-12                 3    0.00  partial         partial
     2006Q4   article_60  total                 4    0.00
    10 rows; version 2 with 2007-05@1, 2008-05@1; classification 1669121ef5dc
    partial without 2006Q1..2006Q2: not delivered
    do not add up over rows: persons
    ");
    let json: serde_json::Value = serde_json::from_str(&run("json")).unwrap();
    assert_eq!(json["partial_without"], serde_json::json!(["2006Q1..2006Q2"]));
    let rows = json["rows"].as_array().unwrap();
    let row = rows.iter().find(|row| row["persons_status"] == "partial").unwrap();
    insta::assert_snapshot!(row, @r#"{"amount":"0.00","amount_status":"partial","measure":"article_60","measure_months":"01-03","persons":1,"persons_status":"partial","quarter":"2006Q3"}"#);
    let sdmx = run("sdmx-csv");
    let line = sdmx.lines().find(|line| line.contains("2006-Q3,article_60,01-03")).unwrap();
    assert!(line.contains(",1,NR,0,P,"), "{line}");
    for (format, said) in [
        ("markdown", "- `partial` over some of its quarters only: others were not delivered"),
        ("markdown", "- partial_without: `2006Q1..2006Q2`"),
        ("html", "over some of its quarters only: others were not delivered"),
        ("html", "<dt>partial_without</dt><dd>2006Q1..2006Q2</dd>"),
        ("ndjson", "\"persons_status\":\"partial\""),
        ("tsv", "\tpartial\tpartial"),
    ] {
        let text = run(format);
        assert!(text.contains(said), "{format}: {text}");
    }
    let dutch = ["run", "entries-by-measure", "--lang", "nl", "--to", "2006Q3"];
    assert!(sandbox.run(dutch).ok().stdout.contains("na een hiaat"));
}

#[test]
fn a_quarter_that_was_delivered_and_where_nobody_was_says_none() {
    let sandbox = Sandbox::new();
    let of = |persons: &[&str], at: &[&str]| -> Vec<String> {
        persons.iter().flat_map(|person| months(person, at)).collect()
    };
    ingest(&sandbox, "2007-11", &of(&PERSONS[..3], &["2006-01", "2006-04"]));
    ingest(&sandbox, "2008-05", &of(&PERSONS[..2], &["2006-10"]));
    insta::assert_snapshot!(answer(&sandbox, "transitions", &[]), @"
    quarter,measures,measures_after,persons,persons_share
    2006Q1,article_60,article_60,3,100.0
    2006Q2,article_60,none,3,100.0
    2006Q4,article_60,not_delivered,2,100.0
    ");
    let text = "metrics = [\"persons\"]\ndimensions = [\"quarter\", \"measures_before\"]\n";
    sandbox.write("warehouse/queries/before.toml", text);
    insta::assert_snapshot!(answer(&sandbox, "before", &[]), @"
    quarter,measures_before,persons
    2006Q1,not_delivered,3
    2006Q2,article_60,3
    2006Q4,none,2
    ");
    // Somebody who comes back after a quarter that was delivered has returned.
    insta::assert_snapshot!(answer(&sandbox, "entries-by-measure", &["--from", "2006Q4"]), @"
    quarter,measure,measure_entry,persons,amount
    2006Q4,article_60,returned,2,0.00
    2006Q4,article_60,total,2,0.00
    ");
}

/// Deliveries that follow each other.
const DELIVERIES: [&str; 5] = ["2006-11", "2007-05", "2007-11", "2008-05", "2008-11"];

/// Kinds of aid and the measures that they tell.
const AID: [(&str, &str); 2] = [("59", "activation"), ("60", "article_60")];

/// A person, a measure and a month, by their places.
type Presence = (usize, usize, usize);

/// What is known of some presences where these deliveries came in.
struct Fold {
    /// Quarters by their places.
    delivered: BTreeSet<usize>,
    presences: BTreeSet<Presence>,
}

impl Fold {
    fn new(ids: &[&str], presences: &BTreeSet<Presence>) -> Self {
        let places = DELIVERIES.iter().enumerate().filter(|(_, id)| ids.contains(id));
        let delivered: BTreeSet<usize> =
            places.flat_map(|(place, _)| [2 * place, 2 * place + 1]).collect();
        let known = presences.iter().filter(|it| delivered.contains(&(it.2 / 3)));
        Self { presences: known.copied().collect(), delivered }
    }

    fn quarters(&self, person: usize, measure: usize) -> BTreeSet<usize> {
        let own = self.presences.iter().filter(|it| (it.0, it.1) == (person, measure));
        own.map(|it| it.2 / 3).collect()
    }

    fn measures(&self, person: usize, quarter: Option<usize>) -> String {
        let Some(quarter) = quarter.filter(|it| self.delivered.contains(it)) else {
            return "not_delivered".to_owned();
        };
        let has = |measure: &usize| self.quarters(person, *measure).contains(&quarter);
        let names: Vec<&str> = (0..AID.len()).filter(has).map(|it| AID[it].1).collect();
        if names.is_empty() { "none".to_owned() } else { names.join("+") }
    }

    fn entry(&self, person: usize, measure: usize, quarter: usize) -> &'static str {
        let quarters = self.quarters(person, measure);
        let before = quarter.checked_sub(1);
        let is_first = self.delivered.first() == Some(&quarter);
        if !is_first && before.is_some_and(|it| !self.delivered.contains(&it)) {
            "after_gap"
        } else if quarters.first() == Some(&quarter) {
            "first"
        } else if before.is_some_and(|it| quarters.contains(&it)) {
            "continued"
        } else {
            "returned"
        }
    }

    fn months(&self, person: usize, measure: usize, quarter: usize) -> &'static str {
        let own = self.presences.iter().filter(|it| (it.0, it.1) == (person, measure));
        match own.filter(|it| it.2 / 3 <= quarter).count() {
            0..=2 => "01-02",
            3..=5 => "03-05",
            _ => "06+",
        }
    }

    fn is_partial(&self, quarter: usize) -> bool {
        let first = *self.delivered.first().unwrap();
        (first..quarter).any(|it| !self.delivered.contains(&it))
    }

    /// Persons by what a function says of each person, measure and quarter there is.
    fn lines(&self, cell: impl Fn(usize, usize, usize) -> String) -> Vec<String> {
        let mut cells: BTreeMap<Vec<String>, BTreeSet<usize>> = BTreeMap::new();
        for (person, measure, month) in &self.presences {
            let cell = cell(*person, *measure, month / 3);
            let key = cell.split(',').map(str::to_owned).collect();
            cells.entry(key).or_default().insert(*person);
        }
        let line = |(key, persons): (Vec<String>, BTreeSet<usize>)| {
            format!("{},{}", key.join(","), persons.len())
        };
        cells.into_iter().map(line).collect()
    }
}

/// A quarter by its place among those of [`DELIVERIES`].
fn name(quarter: usize) -> String {
    format!("{}Q{}", 2005 + quarter / 4, 1 + quarter % 4)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn courses_over_any_deliveries_are_those_of_a_plain_fold(
        ids in subsequence(DELIVERIES.to_vec(), 1..=DELIVERIES.len()),
        presences in btree_set((0..3_usize, 0..2_usize, 0..30_usize), 1..40),
        range in 0..10_usize,
    ) {
        let fold = Fold::new(&ids, &presences);
        prop_assume!(!fold.presences.is_empty());
        let sandbox = Sandbox::new();
        for (place, id) in DELIVERIES.iter().enumerate().filter(|(_, id)| ids.contains(id)) {
            let of_delivery = months_of(id);
            let own = fold.presences.iter().filter(|it| it.2 / 6 == place);
            let row = |(person, measure, month): &Presence| {
                let (person, (aid, _)) = (PERSONS[*person], AID[*measure]);
                let month = &of_delivery[month % 6];
                format!("{person};2;21004;{month}-01;{month}-28;;{aid};;")
            };
            let mut rows: Vec<String> = own.map(row).collect();
            // A delivery without any row is refused; an unclassified one is no measure.
            rows.push(format!("{};6;21004;{}-01;{}-28;;;;", PERSONS[3], of_delivery[0], of_delivery[0]));
            ingest(&sandbox, id, &rows);
        }
        let ask = |dimensions: &str, filter: &str| {
            let text = format!(
                "metrics = [\"persons\"]\ndimensions = [\"quarter\", {dimensions}]\nfilter = \"{filter}\"\n\
                 [bands]\nmeasure_months = [1, 3, 6]\n"
            );
            let text = if dimensions.contains("months") { text.as_str() } else { text.split("[bands]").next().unwrap() };
            sandbox.write("warehouse/queries/mine.toml", text);
            let found = answer(&sandbox, "mine", &[]);
            // The same quarters alone have the same cells.
            let from = name(range);
            let later = answer(&sandbox, "mine", &["--from", &from]);
            let expected: Vec<&str> =
                found.lines().skip(1).filter(|line| &line[..6] >= from.as_str()).collect();
            let status = |line: &str| line.split(',').take(4).collect::<Vec<_>>().join(",");
            let bare = |lines: Vec<&str>| lines.into_iter().map(status).collect::<Vec<_>>();
            assert_eq!(bare(later.lines().skip(1).collect()), bare(expected), "{dimensions}");
            found.lines().skip(1).map(str::to_owned).collect::<Vec<_>>()
        };
        let classified = "measure <> 'unclassified'";
        let found = ask("\"measure\", \"measure_entry\"", classified);
        let expected = fold.lines(|person, measure, quarter| {
            let entry = fold.entry(person, measure, quarter);
            format!("{},{},{entry}", name(quarter), AID[measure].1)
        });
        prop_assert_eq!(found, expected);
        let found = ask("\"measures_before\", \"measures_after\"", classified);
        let expected = fold.lines(|person, _, quarter| {
            let before = fold.measures(person, quarter.checked_sub(1));
            let after = fold.measures(person, Some(quarter + 1));
            format!("{},{before},{after}", name(quarter))
        });
        prop_assert_eq!(found, expected);
        let found = ask("\"measure\", \"measure_months\"", classified);
        let any = fold.presences.iter().any(|it| fold.is_partial(it.2 / 3));
        let expected = fold.lines(|person, measure, quarter| {
            let months = fold.months(person, measure, quarter);
            format!("{},{},{months}", name(quarter), AID[measure].1)
        });
        let of_quarter = |line: String| {
            let partial = (0..10).any(|it| line.starts_with(&name(it)) && fold.is_partial(it));
            if any { format!("{line},{}", if partial { "partial" } else { "" }) } else { line }
        };
        let expected: Vec<String> = expected.into_iter().map(of_quarter).collect();
        prop_assert_eq!(found, expected);
    }
}

/// By regime, every combination, with all that adds up.
const BY_REGIME: &str = r#"metrics = ["observations", "persons", "convention_persons", "amount", "amount_per_convention_person", "days"]
dimensions = ["quarter", "regime"]
totals = [["quarter"], []]
complete = true
"#;

#[test]
fn a_cell_that_holds_a_value_shows_it_also_where_it_should_have_none() {
    let sandbox = Sandbox::new();
    let [a, b, c, _] = PERSONS;
    let rows = [
        format!("{a};1;62063;2006-07-01;2006-07-31;;;1;250,00"),
        format!("{b};6;62063;2006-07-01;2006-07-31;;;1;500,00"),
        // A sum of 0 is a value too.
        format!("{b};6;62063;2006-10-01;2006-10-31;;;1;500,00"),
        format!("{c};6;62063;2006-10-01;2006-10-31;;;;-500,00"),
    ];
    ingest(&sandbox, "2008-05", &rows);
    let found = sandbox.run(["rejects", "2008-05", "--warnings"]).ok().stdout;
    assert_eq!(
        found.matches("expected a value only in integration_sociale or aide_sociale").count(),
        5,
        "{found}"
    );
    assert_eq!(found.matches("EBENCONVCM: expected a value only").count(), 3, "{found}");
    sandbox.write("warehouse/queries/mine.toml", BY_REGIME);
    insta::assert_snapshot!(answer(&sandbox, "mine", &[]), @"
    quarter,regime,observations,persons,convention_persons,amount,amount_per_convention_person,days,observations_status,persons_status,convention_persons_status,amount_status,amount_per_convention_person_status,days_status
    2006Q3,aide_sociale,0,0,0,0.00,,0,,,,,undefined,
    2006Q3,integration_sociale,1,1,1,250.00,250.00,31,,,,,,
    2006Q3,organic_law,1,1,1,500.00,500.00,31,,,,,,
    2006Q3,total,2,2,2,750.00,375.00,62,,,,,,
    2006Q4,aide_sociale,0,0,0,0.00,,0,,,,,undefined,
    2006Q4,integration_sociale,0,0,0,0.00,,0,,,,,undefined,
    2006Q4,organic_law,2,2,1,0.00,0.00,62,,,,,,
    2006Q4,total,2,2,1,0.00,0.00,62,,,,,,
    total,total,4,3,2,750.00,375.00,124,,,,,,
    ");
    // Before there were amounts, a cell without a convention has no number; one with has.
    let rows = [
        format!("{a};1;62063;2004-07-01;2004-07-31;1168;;1;"),
        format!("{b};1;62063;2004-10-01;2004-10-31;1168;;;"),
    ];
    ingest(&sandbox, "2006-05", &rows);
    insta::assert_snapshot!(answer(&sandbox, "mine", &["--to", "2004Q4"]), @"
    quarter,regime,observations,persons,convention_persons,amount,amount_per_convention_person,days,observations_status,persons_status,convention_persons_status,amount_status,amount_per_convention_person_status,days_status
    2004Q3,aide_sociale,0,0,,,,0,,,not_applicable,not_applicable,not_applicable,
    2004Q3,integration_sociale,1,1,1,,,31,,,,not_applicable,not_applicable,
    2004Q3,organic_law,0,0,,,,0,,,not_applicable,not_applicable,not_applicable,
    2004Q3,total,1,1,1,,,31,,,,not_applicable,not_applicable,
    2004Q4,aide_sociale,0,0,,,,0,,,not_applicable,not_applicable,not_applicable,
    2004Q4,integration_sociale,1,1,,,,31,,,not_applicable,not_applicable,not_applicable,
    2004Q4,organic_law,0,0,,,,0,,,not_applicable,not_applicable,not_applicable,
    2004Q4,total,1,1,,,,31,,,not_applicable,not_applicable,not_applicable,
    total,total,2,2,1,,,62,,,,not_applicable,not_applicable,
    ");
}

#[test]
fn a_partners_number_belongs_to_the_regimes_that_know_partners() {
    let sandbox = Sandbox::new();
    let header = "NISS;LEGISLATION;CPAS;DPAY1STDAY;DPAYLSTDAY;CBENIDVTYP;NNISPTN2";
    let [a, b, c, partner] = PERSONS;
    let row = |person, regime| format!("{person};{regime};21004;2006-07-01;2006-07-31;1;{partner}");
    let rows = [row(a, 1), row(b, 2), row(c, 6)].join("\n");
    sandbox.write("DWH_SPPIS_Formulaires_2008-05.csv", format!("{header}\n{rows}\n"));
    sandbox.run(["ingest", "DWH_SPPIS_Formulaires_2008-05.csv"]).ok();
    let found = sandbox.run(["rejects", "2008-05", "--warnings", "--format", "csv"]).ok().stdout;
    let found: Vec<&str> = found.lines().filter(|line| line.contains("NNISPTN2")).collect();
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].contains("check.variable-other-regime") && found[0].contains(",4,"),
        "{found:?}"
    );
}

/// Whole cents.
fn cents(text: &str) -> i64 {
    text.replace('.', "").parse().unwrap_or(0)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn what_adds_up_does_so_over_the_cells_of_a_complete_answer(
        rows in vec((0..3_usize, 0..3_usize, 0..6_usize, 0..3_usize, prop::option::of(-2..3_i32)), 1..30),
    ) {
        let sandbox = Sandbox::new();
        let of_delivery = months_of("2008-05");
        let row = |(person, regime, month, convention, amount): &(usize, usize, usize, usize, Option<i32>)| {
            let (month, regime) = (&of_delivery[*month], ["1", "2", "6"][*regime]);
            let amount = amount.map(|it| format!("{}.00", it * 250)).unwrap_or_default();
            let convention = ["", "1", "2"][*convention];
            format!("{};{regime};21004;{month}-01;{month}-28;;60;{convention};{amount}", PERSONS[*person])
        };
        let rows: BTreeSet<String> = rows.iter().map(row).collect();
        let rows: Vec<String> = rows.into_iter().collect();
        ingest(&sandbox, "2008-05", &rows);
        sandbox.write("warehouse/queries/mine.toml", BY_REGIME);
        let found = answer(&sandbox, "mine", &[]);
        let names: Vec<&str> = found.lines().next().unwrap().split(',').collect();
        for metric in ["observations", "amount", "days"] {
            let at = names.iter().position(|name| *name == metric).unwrap();
            let (mut sums, mut totals) = (BTreeMap::new(), BTreeMap::new());
            for line in found.lines().skip(1) {
                let fields: Vec<&str> = line.split(',').collect();
                let side = if fields[1] == "total" { &mut totals } else { &mut sums };
                side.insert((fields[0], fields[1]), cents(fields[at]));
            }
            for ((quarter, _), total) in &totals {
                let own = sums.iter().filter(|(key, _)| *quarter == "total" || key.0 == *quarter);
                prop_assert_eq!(own.map(|it| it.1).sum::<i64>(), *total, "{} of {}", metric, quarter);
            }
        }
    }
}

/// A delivery of three quarters, and its revision of the last two.
fn redelivered() -> Sandbox {
    let sandbox = Sandbox::new();
    let [a, b, c, _] = PERSONS;
    let rows = [
        format!("{a};1;21004;2005-01-01;2005-01-31;;;1;10,00"),
        format!("{b};1;21004;2005-04-01;2005-04-30;;;1;20,00"),
        format!("{c};1;21004;2005-07-01;2005-07-31;;;1;30,00"),
    ];
    let header = crate::sandbox::HEADER;
    sandbox.write("all.csv", format!("{header}\n{}\n", rows.join("\n")));
    sandbox.write("later.csv", format!("{header}\n{}\n", rows[1..].join("\n")));
    for (file, window) in [("all.csv", "2005Q1..2005Q3"), ("later.csv", "2005Q2..2005Q3")] {
        let arguments = ["ingest", file, "--delivery", "bf", "--window", window];
        sandbox.run(arguments).ok();
    }
    sandbox
}

#[test]
fn a_revision_with_another_window_is_compared_quarter_by_quarter() {
    let sandbox = redelivered();
    let run =
        |arguments: [&str; 4]| sandbox.run_all(&[&["diff"][..], &arguments].concat()).ok().stdout;
    insta::assert_snapshot!(run(["bf@1", "bf@2", "--all", "--format=csv"]), @"
    quarter_before,quarter_after,regime,measure,observations_before,observations_after,persons_before,persons_after,amount_before,amount_after,before_status,after_status
    2005Q1,2005Q1,integration_sociale,partnership_convention,1,,1,,10.00,,,not_delivered
    2005Q2,2005Q2,integration_sociale,partnership_convention,1,1,1,1,20.00,20.00,,
    2005Q3,2005Q3,integration_sociale,partnership_convention,1,1,1,1,30.00,30.00,,
    ");
    insta::assert_snapshot!(run(["bf@2", "bf@1", "--format", "csv"]), @"
    quarter_before,quarter_after,regime,measure,observations_before,observations_after,persons_before,persons_after,amount_before,amount_after,before_status,after_status
    2005Q1,2005Q1,integration_sociale,partnership_convention,,1,,1,,10.00,not_delivered,
    ");
    insta::assert_snapshot!(run(["bf@1", "bf@2", "--format", "table"]), @"
    bf@1 (version 1) -> bf@2 (version 2)

    quarter       regime                measure                           observations     change    persons   change               EUR          change
    2005Q1        integration_sociale   partnership_convention                       :          :          :        :                 :               :
    ");
    let json: serde_json::Value =
        serde_json::from_str(&run(["bf@1", "bf@2", "--format", "json"])).unwrap();
    insta::assert_snapshot!(json["cells"], @r#"[{"after":{"status":"not_delivered"},"before":{"amount":"10.00","observations":1,"persons":1},"measure":"partnership_convention","quarter_after":"2005Q1","quarter_before":"2005Q1","regime":"integration_sociale"}]"#);
}

#[test]
fn two_deliveries_are_compared_by_place_only_where_they_have_as_many_quarters() {
    let sandbox = redelivered();
    let [a, ..] = PERSONS;
    ingest(&sandbox, "2007-11", &[format!("{a};1;21004;2006-01-01;2006-01-31;;;1;10,00")]);
    let run = |arguments: [&str; 5]| sandbox.run(arguments);
    // Two quarters each, none in common: by place.
    insta::assert_snapshot!(run(["diff", "bf@2", "2007-11", "--format", "csv"]).ok().stdout, @"
    quarter_before,quarter_after,regime,measure,observations_before,observations_after,persons_before,persons_after,amount_before,amount_after
    2005Q2,2006Q1,integration_sociale,partnership_convention,1,1,1,1,20.00,10.00
    2005Q3,2006Q2,integration_sociale,partnership_convention,1,0,1,0,30.00,0.00
    ");
    // Three and two, none in common.
    let refused = run(["diff", "bf@1", "2007-11", "--format", "csv"]);
    insta::assert_snapshot!(refused, @"
    exit 2
    --- stdout
    --- stderr
    error: expected two deliveries of the same number of quarters, or with a quarter in common, found bf with 2005Q1..2005Q3 and 2007-11 with 2006Q1..2006Q2
    hint: `sppis run by-regime-and-measure --from … --to …` shows the quarters of each
    ");
    // Another delivery that has a quarter in common.
    let arguments = ["ingest", "later.csv", "--delivery", "bf", "--window", "2005Q2..2005Q2"];
    sandbox.run_all(&[&arguments[..], &["--max-rejects", "100%"]].concat()).ok();
    let row = format!("{a};1;21004;2005-07-01;2005-07-31;;;1;10,00");
    ingest(&sandbox, "2007-05", &[row]);
    insta::assert_snapshot!(run(["diff", "bf@2", "2007-05", "--format", "csv"]).ok().stdout, @"
    quarter_before,quarter_after,regime,measure,observations_before,observations_after,persons_before,persons_after,amount_before,amount_after,before_status,after_status
    2005Q2,2005Q2,integration_sociale,partnership_convention,1,,1,,20.00,,,not_delivered
    2005Q3,2005Q3,integration_sociale,partnership_convention,1,1,1,1,30.00,10.00,,
    ");
}
