//! Every value read right: words for no value, codes, days, duplicates, and no field lost.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use sppis::decode::{DecodeSettings, IdentifierFormat, decode, parse_day};
use sppis::delivery::{Chunk, Header};
use sppis::dictionary::Dictionary;

use crate::data_samples::{Numbers, csv_of_fold, folded, numbers_of_fold, record};
use crate::sandbox::{PERSONS, Ran, Sandbox, repository};

/// A sample of `data-samples`, taken in.
fn sample(name: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    let file = format!("data-samples/{name}/DWH_SPPIS_Formulaires_2008-05.csv");
    let path = repository().join(file);
    sandbox.run(["ingest", path.to_str().unwrap(), "--max-rejects", "100%"]).ok();
    sandbox
}

/// Rows under a header, taken in as 2008-05.
fn taken_in(sandbox: &Sandbox, header: &str, rows: &[String]) -> Ran {
    let text = format!("{header}\n{}\n", rows.join("\n"));
    sandbox.write("DWH_SPPIS_Formulaires_2008-05.csv", text);
    let file = "DWH_SPPIS_Formulaires_2008-05.csv";
    sandbox.run(["ingest", file, "--max-rejects", "100%"]).ok()
}

/// The findings of 2008-05, as line, column, rule and text.
fn findings(sandbox: &Sandbox) -> Vec<(u64, String, String, String)> {
    let list = sandbox.run(["rejects", "2008-05", "--warnings", "--format", "json"]).ok();
    let json: serde_json::Value = serde_json::from_str(&list.stdout).unwrap();
    let text = |finding: &serde_json::Value, key: &str| {
        finding[key].as_str().unwrap_or_default().to_owned()
    };
    let finding = |it: &serde_json::Value| {
        (it["line"].as_u64().unwrap(), text(it, "column"), text(it, "rule"), text(it, "finding"))
    };
    json["findings"].as_array().unwrap().iter().map(finding).collect()
}

/// Lines by rule.
fn lines_of(sandbox: &Sandbox, rule: &str) -> BTreeSet<u64> {
    findings(sandbox).into_iter().filter(|it| it.2 == rule).map(|it| it.0).collect()
}

fn sql(sandbox: &Sandbox, statement: &str) -> String {
    sandbox.run(["sql", statement, "--rows", "--format", "csv"]).ok().stdout
}

#[test]
fn words_for_no_value_and_what_is_no_code_make_no_measure() {
    let sandbox = sample("null-words");
    // Only line 4 has the codes 1.
    let measures = sql(&sandbox, "SELECT line FROM observations WHERE measure = 'piis'");
    assert_eq!(measures, "line\n4\n");
    let words = BTreeSet::from([5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16]);
    assert_eq!(lines_of(&sandbox, "check.no-value-word"), words);
    // 26: `00` is 0 only in the columns that drop leading zeros.
    let no_codes = BTreeSet::from([12, 17, 18, 19, 20, 21, 24, 25, 26, 27]);
    assert_eq!(lines_of(&sandbox, "check.code-unknown"), no_codes);
    assert_eq!(lines_of(&sandbox, "check.code-decimal"), BTreeSet::from([22, 23]));
    let stored = sql(
        &sandbox,
        "SELECT cbenidvtyp, count(*) AS n FROM observations GROUP BY cbenidvtyp ORDER BY n DESC, cbenidvtyp",
    );
    assert!(stored.contains("0,4\n"), "0, `0,0`, `0.0` and 00: {stored}");
}

#[test]
fn codes_that_have_become_decimal_numbers_are_the_codes() {
    let sandbox = sample("float-codes");
    let stored = sql(
        &sandbox,
        "SELECT line, cpas, budart_id, thp_id, ca60benplc, cbenconv, cbenitgtyp, guidance, measure FROM observations ORDER BY line",
    );
    let rows: Vec<&str> = stored.lines().skip(1).collect();
    assert_eq!(
        rows,
        [
            "2,21004,1168,,,1,0,h50,partnership_convention",
            "3,21004,1168,,,0,0,none,unclassified",
            "4,21004,1173,,,0,0,none,article_61",
            "5,21004,,60,15,0,0,none,social_economy",
            "6,21004,1168,,,0,0,none,unclassified",
            "7,21004,1168,,,0,'-,none,unclassified",
            "8,21004,1168,,,0,,none,unclassified",
            "9,21004,1168,,,0,,none,unclassified",
            "10,21004,1168,,,0,,none,unclassified",
        ]
    );
    assert_eq!(lines_of(&sandbox, "check.code-decimal"), BTreeSet::from([2, 3, 4, 5]));
}

#[test]
fn what_is_said_to_be_found_is_what_stands_in_the_file() {
    let sandbox = Sandbox::new();
    let row = |code: &str| format!("{};1;2006-07-01;2006-07-31;{code}", PERSONS[0]);
    let codes = ["0.0", ".0", "007", "0N", "nUlL", " 99 ", "1.50", "-1,00"];
    let rows: Vec<String> = codes.iter().map(|code| row(code)).collect();
    taken_in(&sandbox, "NISS;LEGISLATION;DPAY1STDAY;DPAYLSTDAY;CBENITGTYP", &rows);
    let found = findings(&sandbox);
    let of_code = found.iter().filter(|it| it.1 == "CBENITGTYP");
    let texts: Vec<_> = of_code.map(|it| format!("{} {} {}", it.0, it.2, it.3)).collect();
    insta::assert_snapshot!(texts.join("\n"), @"
    2 check.code-decimal expected a whole number, found `0.0`
    3 check.code-unknown expected a code of the table, found `.0`
    5 check.code-unknown expected a code of the table, found `0N`
    6 check.no-value-word expected a value or nothing, found `nUlL`: no value
    8 check.code-unknown expected a code of the table, found `1.50`
    9 check.code-decimal expected a whole number, found `-1,00`
    9 check.code-unknown expected a code of the table, found `-1,00`
    ");
}

#[test]
fn a_word_in_any_column_is_no_value() {
    let sandbox = Sandbox::new();
    let header =
        "NISS;LEGISLATION;DPAY1STDAY;DPAYLSTDAY;CPAS;EBENCONVCM;CBENIDVTYP;NNISPTN2;STS_CNT_ID";
    let fields = [PERSONS[0], "1", "2006-07-01", "2006-07-31", "21004", "", "1", "", ""];
    let mut rows = Vec::new();
    for (at, word) in
        (0..fields.len()).zip(["NULL", "na", "N/A", "#n/a", "NaN", "none", "(NULL)", "\\n", "."])
    {
        let mut row: Vec<&str> = fields.to_vec();
        row[at] = word;
        rows.push(row.join(";"));
    }
    taken_in(&sandbox, header, &rows);
    assert_eq!(lines_of(&sandbox, "check.no-value-word"), (2..=10).collect());
    let missing =
        [("check.niss-missing", 2), ("check.regime-missing", 3), ("check.first-day-missing", 4)];
    for (rule, line) in missing.into_iter().chain([("check.last-day-missing", 5)]) {
        assert_eq!(lines_of(&sandbox, rule), BTreeSet::from([line]), "{rule}");
    }
    let invalid =
        ["check.partner-invalid", "check.code-unknown", "check.niss-invalid", "decode.amount"];
    assert!(invalid.iter().all(|rule| lines_of(&sandbox, rule).is_empty()));
    // Without last day, amount, partner or status it is the same row.
    assert_eq!(lines_of(&sandbox, "check.duplicate-row"), BTreeSet::from([7, 9, 10]));
}

#[test]
fn a_number_written_as_a_float_is_the_same_person() {
    let sandbox = Sandbox::new();
    // `0111200107.0` would be another valid number if its last zero were a digit.
    let numbers = ["00111200107", "0111200107.0", "0111200107,00", "00111200107.0"];
    let rows: Vec<String> = (1..)
        .zip(numbers)
        .map(|(day, number)| format!("{number};1;2006-07-0{day};2006-07-31;{number}"))
        .collect();
    taken_in(&sandbox, "NISS;LEGISLATION;DPAY1STDAY;DPAYLSTDAY;NNISPTN2", &rows);
    let persons = "SELECT count(DISTINCT person) AS p, count(DISTINCT partner) AS q, count(*) AS n FROM observations";
    assert_eq!(sql(&sandbox, persons), "p,q,n\n1,1,4\n");
    assert_eq!(lines_of(&sandbox, "check.niss-padded"), BTreeSet::from([3, 4]));
}

#[test]
fn a_word_is_no_token_where_numbers_are_recoded() {
    let sandbox = Sandbox::new();
    let settings = sandbox.read("warehouse/sppis.toml");
    sandbox.write("warehouse/sppis.toml", settings.replace("\"national\"", "\"coded\""));
    let rows = ["x1;x2", "null;x2", "x3;N/A"].map(|ids| format!("{ids};1;2006-07-01;2006-07-31"));
    taken_in(&sandbox, "NISS;NNISPTN2;LEGISLATION;DPAY1STDAY;DPAYLSTDAY", &rows);
    assert_eq!(lines_of(&sandbox, "check.no-value-word"), BTreeSet::from([3, 4]));
    assert_eq!(lines_of(&sandbox, "check.niss-missing"), BTreeSet::from([3]));
    let partners = sql(&sandbox, "SELECT line FROM observations WHERE partner IS NULL");
    assert_eq!(partners, "line\n4\n");
}

#[test]
fn an_own_dictionary_decides_what_is_a_code_and_a_rule_may_name_any() {
    let sandbox = Sandbox::new();
    let own = "[[variable]]\nname = \"CBENIDVTYP\"\n\n[[variable.code]]\ncode = \"X\"\n\n\
        [[measure_rule]]\nmeasure = \"activa\"\nwhen = { CBENITGTYP = [\"N\"] }\n\n\
        [[measure_rule]]\nmeasure = \"sine\"\nwhen = { CAT_CNT_ID = { not = [\"1\"] } }\n";
    sandbox.write("warehouse/dictionary.toml", own);
    let row = |codes: &str| format!("{};1;2006-07-01;2006-07-31;{codes}", PERSONS[0]);
    let codes = ["X;;", "Y;;", "99;;", ";N;", ";NN;", ";;B", ";;1", ";;?"];
    let rows: Vec<String> = codes.iter().map(|codes| row(codes)).collect();
    taken_in(
        &sandbox,
        "NISS;LEGISLATION;DPAY1STDAY;DPAYLSTDAY;CBENIDVTYP;CBENITGTYP;CAT_CNT_ID",
        &rows,
    );
    let measures = sql(&sandbox, "SELECT line, measure FROM observations ORDER BY line");
    insta::assert_snapshot!(measures, @"
    line,measure
    2,piis
    3,unclassified
    4,piis
    5,activa
    6,unclassified
    7,sine
    8,unclassified
    9,unclassified
    ");
}

#[test]
fn numbers_whose_date_ran_out_or_is_not_known_are_persons() {
    let sandbox = sample("niss-overflow");
    let stored = sql(&sandbox, "SELECT line, sex, birth_year FROM observations ORDER BY line");
    insta::assert_snapshot!(stored, @"
    line,sex,birth_year
    2,M,1975
    3,M,
    4,,2024
    5,M,1985
    6,M,1962
    7,F,1910
    9,,1962
    10,F,1962
    ");
    assert_eq!(lines_of(&sandbox, "check.niss-invalid"), BTreeSet::from([8, 11, 12]));
    let reasons = findings(&sandbox).into_iter().filter(|it| it.2 == "check.niss-invalid");
    let reasons: BTreeMap<u64, String> = reasons.map(|it| (it.0, it.3)).collect();
    assert!(
        reasons[&8].contains("day of birth") && reasons[&11].contains("001 to 998"),
        "{reasons:?}"
    );
    assert_eq!(lines_of(&sandbox, "check.born-after"), BTreeSet::from([4]));
}

#[test]
fn no_year_of_birth_is_invented_where_nothing_of_the_date_is_known() {
    let sandbox = sample("birth-unknown");
    let stored = sql(&sandbox, "SELECT line, sex, birth_year FROM observations ORDER BY line");
    insta::assert_snapshot!(stored, @"
    line,sex,birth_year
    2,M,1975
    3,M,
    4,F,
    5,M,2030
    6,F,2008
    7,F,2006
    8,M,
    ");
    assert_eq!(lines_of(&sandbox, "check.born-after"), BTreeSet::from([5, 6]));
    let ages = sandbox.csv("by-sex-and-age");
    assert!(["2006Q3,M,,", "2006Q3,F,,"].iter().all(|row| ages.contains(row)), "{ages}");
}

#[test]
fn the_same_row_in_other_words_is_a_duplicate() {
    let sandbox = sample("duplicates");
    assert_eq!(lines_of(&sandbox, "check.duplicate-row"), BTreeSet::from([3, 4, 5, 10]));
    let stored = sql(&sandbox, "SELECT line, amount, cbenconv FROM observations ORDER BY line");
    insta::assert_snapshot!(stored, @"
    line,amount,cbenconv
    2,250.00,1
    6,250.00,01
    7,-250.00,1
    8,0.00,1
    9,,1
    ");
}

#[test]
fn a_partners_number_that_is_not_valid_is_no_partner_for_duplicates_either() {
    let sandbox = Sandbox::new();
    let row =
        |partner: &str| format!("{};1;21004;2006-07-01;2006-07-31;1;10,00;{partner}", PERSONS[0]);
    let rows = ["", "inconnu", "123", "NULL", PERSONS[1]].map(row);
    let header = "NISS;LEGISLATION;CPAS;DPAY1STDAY;DPAYLSTDAY;CBENCONV;EBENCONVCM;NNISPTN2";
    let ran = taken_in(&sandbox, header, &rows);
    assert!(ran.stdout.contains("rows read 5 = accepted 2 + rejected 3"), "{ran}");
    assert_eq!(lines_of(&sandbox, "check.duplicate-row"), BTreeSet::from([3, 4, 5]));
}

#[test]
fn a_corrected_row_is_a_duplicate_of_what_it_would_be_one_of_in_the_delivery() {
    let person = PERSONS[0];
    let row = |rest: &str| format!("{person};1;{rest}");
    let first = row("2006-07-01;2006-07-31;10,00;");
    let same = ["01JUL2006;;+10;", "2006-07-01;9999-12-31;10.0;x", "2006-07-01;.;10;NULL"].map(row);
    let header = "NISS;LEGISLATION;DPAY1STDAY;DPAYLSTDAY;EBENCONVCM;NNISPTN2";
    for corrected in same {
        let sandbox = Sandbox::new();
        taken_in(&sandbox, header, &[first.clone(), corrected.clone()]);
        assert_eq!(lines_of(&sandbox, "check.duplicate-row"), BTreeSet::from([3]), "{corrected}");
        let sandbox = Sandbox::new();
        taken_in(&sandbox, header, &[first.clone(), row("never;;10,00;")]);
        sandbox.write("corrected.csv", format!("LINE;{header}\n3;{corrected}\n"));
        let ran = sandbox.run(["replay", "2008-05", "corrected.csv"]);
        assert!(ran.stdout.contains("check.duplicate-row"), "{corrected}: {ran}");
    }
}

#[test]
fn days_in_every_documented_form_are_one_day() {
    let sandbox = Sandbox::new();
    let forms = [
        "2006-07-01",
        "20060701",
        "01/07/2006",
        "01-07-2006",
        "01JUL2006",
        "01jul2006",
        "2006-07-01 00:00:00",
        "2006-07-01T00:00:00",
        "01/07/2006 00:00",
        "01JUL2006:00:00:00.000",
    ];
    let rows: Vec<String> =
        forms.iter().map(|day| format!("{};1;{day};31JUL2006", PERSONS[0])).collect();
    let header = "NISS;LEGISLATION;DPAY1STDAY;DPAYLSTDAY";
    let ran = taken_in(&sandbox, header, &rows);
    assert!(ran.stdout.contains("rows read 10 = accepted 1 + rejected 9"), "{ran}");
    assert_eq!(lines_of(&sandbox, "check.duplicate-row").len(), 9);
    let wrong = ["2006-07-01 12:30:00", "31-06-2006", "01JUI2006", "2006-07-01 00:00:00Z"];
    let rows: Vec<String> =
        wrong.iter().map(|day| format!("{};1;{day};31JUL2006", PERSONS[0])).collect();
    let sandbox = Sandbox::new();
    taken_in(&sandbox, header, &rows);
    let texts: Vec<String> =
        findings(&sandbox).into_iter().map(|it| format!("{} {}", it.2, it.3)).collect();
    insta::assert_snapshot!(texts.join("\n"), @"
    decode.date expected a day without a time, or with one of midnight, found a text of 19 characters, 14 of them digits
    decode.date expected a day that exists as YYYY-MM-DD, YYYYMMDD, DD/MM/YYYY, DD-MM-YYYY or DDMONYYYY, found `31-06-2006`
    decode.date expected a day that exists as YYYY-MM-DD, YYYYMMDD, DD/MM/YYYY, DD-MM-YYYY or DDMONYYYY, found `01JUI2006`
    decode.date expected a day without a time, or with one of midnight, found a text of 20 characters, 14 of them digits
    ");
}

#[test]
fn an_open_end_is_no_last_day_and_more_than_a_year_is_a_mistake() {
    let sandbox = Sandbox::new();
    let row = |days: &str| format!("{};1;{days};1;250,00", PERSONS[0]);
    let days = [
        "2006-07-01;9999-12-31",
        "2006-08-01;31DEC9999",
        "2006-01-01;2007-01-01",
        "2006-01-01;2007-01-02",
    ];
    let rows = days.map(row);
    let ran =
        taken_in(&sandbox, "NISS;LEGISLATION;DPAY1STDAY;DPAYLSTDAY;CBENCONV;EBENCONVCM", &rows);
    assert!(ran.stdout.contains("rows read 4 = accepted 3 + rejected 1"), "{ran}");
    assert_eq!(lines_of(&sandbox, "check.last-day-missing"), BTreeSet::from([2, 3]));
    assert_eq!(lines_of(&sandbox, "check.interval-implausible"), BTreeSet::from([5]));
    assert_eq!(lines_of(&sandbox, "check.interval-long"), BTreeSet::from([4, 5]));
    let stored = sql(&sandbox, "SELECT line, last_day, amount FROM observations WHERE line < 4");
    assert_eq!(stored, "line,last_day,amount\n2,2006-07-31,250.00\n3,2006-08-31,250.00\n");
}

/// Fields that are usual, unusual or nothing at all, for any column.
fn field() -> impl Strategy<Value = Vec<u8>> {
    let texts = [
        "",
        "",
        " ",
        "\u{A0}",
        "1",
        "0",
        "01",
        "1.0",
        "0,00",
        "2",
        "6",
        "N",
        "-",
        "NULL",
        ".",
        "na",
        "\\N",
        "2006-07-01",
        "2006-07-31",
        "31/07/2006",
        "9999-12-31",
        "2006-02-30",
        "01JUL2006",
        "250,00",
        "1.234",
        "-0",
        "five",
        "21004",
        "1168.0",
        PERSONS[0],
        PERSONS[1],
        "42012205182",
        "4201220518",
        "85.07.30-033 28",
    ];
    let bytes = texts.map(|text| text.as_bytes().to_vec());
    prop_oneof![20 => prop::sample::select(bytes.to_vec()), 1 => Just(b"caf\xE9".to_vec())]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn every_field_that_holds_something_is_a_value_a_word_or_found(
        rows in prop::collection::vec(prop::collection::vec(field(), 10), 1..40),
        coded in any::<bool>(),
    ) {
        const NAMES: [&str; 10] = [
            "NISS", "LEGISLATION", "DPAY1STDAY", "DPAYLSTDAY", "CPAS", "EBENCONVCM", "CBENCONV", "CBENIDVTYP",
            "NNISPTN2", "NDOSSFX",
        ];
        let names = NAMES.join(";") + "\n";
        let mut text = names.clone().into_bytes();
        for row in &rows {
            text.extend(row.join(&b';'));
            text.push(b'\n');
        }
        let dictionary = Dictionary::built_in().unwrap();
        let format = if coded { IdentifierFormat::Coded } else { IdentifierFormat::National };
        let header = Header::read(names.as_bytes(), true).unwrap();
        let text = text.split_off(header.byte_count());
        let chunk = Chunk { part: 0, first_line: 2, text, position: 0 };
        let batch = decode(chunk, &header, &DecodeSettings::new(format, &dictionary));
        let finding_count = |name: &str| {
            batch.findings().iter().filter(|finding| {
                // What keeps the cell's value, and a finding that nothing stands there.
                let kept = ["check.niss-padded", "check.code-decimal", "check.niss-missing", "check.no-value-word"];
                finding.column == Some(name) && !kept.contains(&finding.rule.id)
            }).count() as u64
        };
        for (at, (column, counts)) in batch.cells().iter().enumerate() {
            let holds = |row: &&Vec<Vec<u8>>| {
                std::str::from_utf8(&row[at]).map_or(true, |text| !text.trim().is_empty())
            };
            prop_assert_eq!(counts.held, rows.iter().filter(holds).count() as u64, "{:?}", column);
            prop_assert!(counts.balances(), "{:?} {:?}", column, counts);
            prop_assert_eq!(counts.findings, finding_count(column.name()), "{:?}", column);
        }
        prop_assert_eq!(batch.cells().len(), NAMES.len());
    }

    #[test]
    fn a_day_is_the_same_in_every_form(day in 12_000_i32..20_000, midnight in any::<bool>()) {
        let date = sppis::quarter::date_of(day);
        for form in ["%Y-%m-%d", "%Y%m%d", "%d/%m/%Y", "%d-%m-%Y", "%d%b%Y"] {
            let text = date.format(form).to_string();
            let time = if midnight { " 00:00:00" } else { "" };
            prop_assert_eq!(parse_day(&format!("{text}{time}")), Some(day));
            prop_assert_eq!(parse_day(&format!("{}{time}", text.to_uppercase())), Some(day));
        }
    }
}

/// Ways to write a value, one of which is picked.
type Writings = &'static [&'static str];

const FIRST_DAYS: [Writings; 2] = [
    &["2006-07-01", "20060701", "01/07/2006", "01JUL2006", "2006-07-01 00:00:00"],
    &["2006-08-15", "15-08-2006", "15AUG2006:00:00:00"],
];
const AMOUNTS: [Writings; 3] =
    [&["", " ", "NULL", "."], &["0", "-0", "0,0", "+0.00"], &["250", "250.00", "+250,0"]];
const PARTNERS: [Writings; 2] =
    [&["", "n/a", "inconnu", "123"], &["93051822361", "93.05.18-223.61"]];
const CODES: [Writings; 3] =
    [&["", "none", "#N/A"], &["0", "00", "0.0", "0,00"], &["1", "01", "1.0", " 1 "]];
/// No last day, the end of July, the end of August.
const LAST_DAYS: [Writings; 3] = [
    &["", "9999-12-31", "NaN", "31DEC9999"],
    &["2006-07-31", "31/07/2006"],
    &["31AUG2006", "20060831"],
];

/// What a row says, by place in the lists above, and which way each value is written.
fn row_in_some_words() -> impl Strategy<Value = ([usize; 5], [usize; 5])> {
    let said = (
        0..FIRST_DAYS.len(),
        0..LAST_DAYS.len(),
        0..AMOUNTS.len(),
        0..PARTNERS.len(),
        0..CODES.len(),
    );
    let said =
        said.prop_map(|(first, last, amount, partner, code)| [first, last, amount, partner, code]);
    (said, prop::array::uniform5(0_usize..20))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn rows_that_say_the_same_are_kept_once_however_they_are_written(
        rows in prop::collection::vec(row_in_some_words(), 1..60),
    ) {
        let mut said = BTreeSet::new();
        let mut text = "NISS;LEGISLATION;DPAY1STDAY;DPAYLSTDAY;EBENCONVCM;NNISPTN2;CBENIDVTYP\n".to_owned();
        for ([first, last, amount, partner, code], ways) in &rows {
            let values: [Writings; 5] =
                [FIRST_DAYS[*first], LAST_DAYS[*last], AMOUNTS[*amount], PARTNERS[*partner], CODES[*code]];
            let written = values.iter().zip(ways).map(|(value, way)| value[way % value.len()]);
            text.extend([PERSONS[0], ";1;", &written.collect::<Vec<_>>().join(";"), "\n"]);
            // Without a last day the end of the month is meant.
            let last = if *last == 0 { first + 1 } else { *last };
            said.insert((*first, last, *amount, *partner, *code));
        }
        // A last day before the first is rejected for itself.
        let reversed = said.iter().filter(|(first, last, ..)| (*first, *last) == (1, 1)).count();
        let sandbox = Sandbox::new();
        sandbox.write("x.csv", text);
        let arguments = ["ingest", "x.csv", "--delivery", "2008-05", "--max-rejects", "100%", "--dry-run"];
        let ran = sandbox.run(arguments);
        let accepted = format!("accepted {} + rejected", said.len() - reversed);
        prop_assert!(ran.code == 0 && ran.stdout.contains(&accepted), "{} {}", accepted, ran);
    }

    #[test]
    fn rows_of_odd_fields_are_read_as_a_plain_fold_reads_them(
        rows in prop::collection::vec(odd_row(), 100..300),
    ) {
        let sandbox = Sandbox::new();
        let file = sandbox.write("x.csv", format!("{}\n{}\n", ODD_COLUMNS.join(";"), rows.join("\n")));
        let path = file.to_str().unwrap();
        sandbox.run(["ingest", path, "--delivery", "2008-05", "--max-rejects", "100%"]).ok();
        let fold = folded("2008-05", None, &file);
        prop_assert_eq!(Numbers::of_record(&record(&sandbox, "2008-05")), numbers_of_fold(&fold));
        prop_assert_eq!(sandbox.csv("by-regime-and-measure"), csv_of_fold(&[fold]));
    }
}

const ODD_COLUMNS: [&str; 16] = [
    "NISS",
    "LEGISLATION",
    "DPAY1STDAY",
    "DPAYLSTDAY",
    "CPAS",
    "BUDART_ID",
    "THP_ID",
    "CTYPHLP",
    "CA60BENPLC",
    "CBENCONV",
    "EBENCONVCM",
    "CBENITGTYP",
    "CBENIDVTYP",
    "CPTNACTACP",
    "NNISPTN2",
    "STS_CNT_ID",
];

/// What may stand in any column, and once in a while does.
const ODD: [&str; 22] = [
    "", " ", "NULL", "na", "N/A", "#n/a", "NaN", "None", "(null)", "\\N", ".", "-", "N", "false",
    "0.0", "1.0", "0,00", ".0", "+0", "-0", "x y", "007",
];

fn odd_row() -> impl Strategy<Value = String> {
    let usual: [Writings; 16] = [
        &[
            "42012205181",
            "93051822361",
            "85073003328",
            "00021500474",
            "00000190535",
            "85004591307",
            "24203290866",
            "85.02.31-911 55",
            "70010100089",
        ],
        &["1", "2", "6", "1.0"],
        &[
            "2006-07-01",
            "01/08/2006",
            "15-09-2006",
            "01OCT2006",
            "20061115",
            "2006-12-01T00:00:00",
            "2002-09-30",
            "2006-09-31",
        ],
        &[
            "2006-07-31",
            "31AUG2006",
            "2006-12-31 00:00",
            "",
            "9999-12-31",
            "2007-08-01",
            "31/10/2006",
        ],
        &["21004", "21004.0", "44021", ""],
        &["1168", "1173", "108", "1173.0", ""],
        &["59", "60", "61", "60.0", "-1", "-1.0", "48", "S", ""],
        &["60", ""],
        &["15", "15,0", "01", ""],
        &["0", "1", "2", "1.0", "2,0", "01", "3", ""],
        &["", "250,00", "-250.5", "0", "-0", "1.234", "250.0"],
        &["0", "1", "01", "1.0", "99", ""],
        &["0", "1", "9", "09", "12.0", ""],
        &["0", "-", "I", "Q", ""],
        &["", "93051822361", "inconnu", "1071591196"],
        &["B", "I", "", "1"],
    ];
    let field = |usual: Writings| prop_oneof![12 => prop::sample::select(usual.to_vec()), 1 => prop::sample::select(ODD.to_vec())];
    usual.map(field).to_vec().prop_map(|fields| fields.join(";"))
}
