//! Laws over random rows: conservation, dialects, permutations.

use std::collections::BTreeSet;
use std::path::Path;

use proptest::prelude::*;
use sppis::delivery::Delivery;
use sppis::finding::Budget;
use sppis::pipeline::answer::{Basis, Means, answer};
use sppis::pipeline::ingest::{IngestOptions, IngestReport, ingest};
use sppis::query::{Arguments, Catalog, resolve};
use sppis::render::plain;
use sppis::warehouse::{KeyPlace, Warehouse};

use crate::sandbox::PERSONS;

/// A row that may be wrong in any way.
#[derive(Debug, Clone)]
struct Row {
    person: usize,
    legislation: &'static str,
    first: i32,
    days: i32,
    aid: &'static str,
    guidance: &'static str,
    amount: Option<i64>,
    note: String,
}

const COLUMNS: [&str; 8] =
    ["NISS", "LEGISLATION", "DPAY1STDAY", "DPAYLSTDAY", "THP_ID", "CBENCONV", "EBENCONVCM", "NOTE"];

fn row() -> impl Strategy<Value = Row> {
    (
        0..=PERSONS.len(),
        prop::sample::select(vec!["1", "2", "6", "", "9"]),
        // Around the window of 2007-11, 2006Q1 and 2006Q2.
        13_100_i32..13_330,
        -3_i32..130,
        prop::sample::select(vec!["", "60", "61", "59", "114"]),
        prop::sample::select(vec!["", "0", "1", "2", "7"]),
        prop::option::of(-100_000_i64..100_000),
        "[a-z;,\"\t|\r\n é]{0,6}",
    )
        .prop_map(|(person, legislation, first, days, aid, guidance, amount, note)| Row {
            person,
            legislation,
            first,
            days,
            aid,
            guidance,
            amount,
            note,
        })
}

impl Row {
    fn fields(&self) -> Vec<String> {
        let day = |day: i32| sppis::quarter::date_of(day).to_string();
        let amount = self.amount.map(|cents| {
            let sign = if cents < 0 { "-" } else { "" };
            format!("{sign}{}.{:02}", cents.abs() / 100, cents.abs() % 100)
        });
        vec![
            PERSONS.get(self.person).copied().unwrap_or("12345678901").to_owned(),
            self.legislation.to_owned(),
            day(self.first),
            day(self.first + self.days),
            self.aid.to_owned(),
            self.guidance.to_owned(),
            amount.unwrap_or_default(),
            self.note.clone(),
        ]
    }
}

/// Rows as text: any delimiter, line end and order of columns, quoted where needed or everywhere.
fn written(rows: &[Row], delimiter: char, line_end: &str, turn: usize, quote_all: bool) -> String {
    let line = |fields: Vec<String>| {
        let mut fields: Vec<String> = fields
            .into_iter()
            .map(|field| {
                if quote_all || field.contains([delimiter, '"', '\r', '\n']) {
                    format!("\"{}\"", field.replace('"', "\"\""))
                } else {
                    field
                }
            })
            .collect();
        fields.rotate_left(turn % COLUMNS.len());
        fields.join(&delimiter.to_string()) + line_end
    };
    let header = line(COLUMNS.iter().map(|name| (*name).to_owned()).collect());
    header + &rows.iter().map(|row| line(row.fields())).collect::<String>()
}

struct Outcome {
    report: IngestReport,
    table: Vec<Vec<String>>,
}

fn outcome(texts: &[String]) -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    let warehouse =
        Warehouse::init(&folder.path().join("warehouse"), &KeyPlace::Warehouse).unwrap();
    let write = |(at, text): (usize, &String)| {
        let path = folder.path().join(format!("{at}.csv"));
        std::fs::write(&path, text).unwrap();
        path
    };
    let paths: Vec<_> = texts.iter().enumerate().map(write).collect();
    let delivery = Delivery::open(&paths, Some("2007-11"), None, None).unwrap();
    let budget = Budget::Share(10_000);
    let options = IngestOptions { budget, ..IngestOptions::default() };
    let report = ingest(&warehouse, &delivery, &options, &|_| {}).unwrap();
    Outcome { report, table: table(&warehouse, folder.path()) }
}

fn table(warehouse: &Warehouse, _folder: &Path) -> Vec<Vec<String>> {
    let query = Catalog::open(None).unwrap().query("by-regime-and-measure").unwrap();
    let question = resolve(query, &Arguments::default(), warehouse.dictionary()).unwrap();
    let snapshot = warehouse.snapshot(None).unwrap();
    let basis = Basis::new(warehouse, &snapshot, Means::Histories);
    let tables = answer(vec![question], &basis).unwrap().tables;
    let released = &tables[0];
    let row = |row| released.columns().iter().map(|it| plain(&it.values, row)).collect();
    (0..released.row_count()).map(row).collect()
}

fn summary(outcome: &Outcome) -> (u64, u64, i128, i128, i128, Vec<(String, u64)>) {
    let sums = &outcome.report.reconciliation;
    let rules = outcome.report.findings.rules();
    let rules = rules.iter().map(|it| (it.rule.id.to_owned(), it.row_count)).collect();
    (
        sums.rows_read(),
        sums.rows_accepted(),
        sums.cents_accepted(),
        sums.cents_stored(),
        sums.cents_clipped(),
        rules,
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn any_dialect_of_the_same_rows_gives_the_same_figures_and_nothing_is_lost(
        rows in prop::collection::vec(row(), 1..40),
        delimiter in prop::sample::select(vec![';', ',', '\t', '|']),
        line_end in prop::sample::select(vec!["\n", "\r\n", "\r"]),
        turn in 0_usize..8,
        quote_all in any::<bool>(),
    ) {
        let plain_text = outcome(&[written(&rows, ';', "\n", 0, false)]);
        let sums = &plain_text.report.reconciliation;
        prop_assert_eq!(sums.rows_read(), rows.len() as u64);
        prop_assert_eq!(sums.cents_accepted(), sums.cents_stored() + sums.cents_clipped());
        let stored: u64 = plain_text.table.iter().map(|row| row[3].parse::<u64>().unwrap()).sum();
        prop_assert_eq!(stored, sums.observations_stored());
        let other = outcome(&[written(&rows, delimiter, line_end, turn, quote_all)]);
        prop_assert_eq!(&other.table, &plain_text.table);
        prop_assert_eq!(summary(&other), summary(&plain_text));
    }

    #[test]
    fn order_and_splitting_into_parts_change_no_figure(
        rows in prop::collection::vec(row(), 2..40),
        turn in 0_usize..40,
        cut in 0_usize..40,
    ) {
        let whole = outcome(&[written(&rows, ';', "\n", 0, false)]);
        let mut turned = rows.clone();
        turned.rotate_left(turn % rows.len());
        let (first, second) = turned.split_at(cut % rows.len());
        let parts = [written(first, ',', "\n", 3, false), written(second, '|', "\r\n", 5, true)];
        let split = outcome(&parts);
        prop_assert_eq!(&split.table, &whole.table);
        prop_assert_eq!(summary(&split), summary(&whole));
        let kinds: BTreeSet<&String> = whole.table.iter().map(|row| &row[0]).collect();
        prop_assert!(kinds.iter().all(|quarter| ["2006Q1", "2006Q2"].contains(&quarter.as_str())));
    }
}
