//! Person histories: the same figures with and without them, the same bytes however they came about,
//! and what happens when they are missing, damaged, or cannot be written.

use std::fs;
use std::path::PathBuf;

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use sppis::disclosure::Values;
use sppis::pipeline::answer::{Basis, Means, answer};
use sppis::query::{Arguments, Catalog, resolve};
use sppis::render::plain;
use sppis::warehouse::Warehouse;

use crate::peers::peer;
use crate::sandbox::{PERSONS, Sandbox};
use crate::seeded::{DELIVERIES, warehouse};

fn histories(sandbox: &Sandbox) -> Vec<PathBuf> {
    sandbox.files("warehouse/histories")
}

/// The file of entries of the first run; the others are of single observations, and of groups of persons who are alike.
fn of_persons(sandbox: &Sandbox) -> PathBuf {
    let mut files = histories(sandbox);
    assert_eq!(files.len() % 4, 0, "{files:?}");
    files.retain(|path| path.extension().is_some_and(|it| it == "arrow"));
    files.retain(|path| !path.file_stem().unwrap().to_string_lossy().contains('-'));
    files.remove(0)
}

/// All files, by name.
fn bytes(sandbox: &Sandbox) -> Vec<(String, Vec<u8>)> {
    let files = histories(sandbox).into_iter().map(|path| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        (name, fs::read(path).unwrap())
    });
    files.collect()
}

/// Filters, of which the parts are told by one column each, by several, or by none.
const FILTERS: [&str; 21] = [
    "",
    "filter = \"guidance IN ('h50', 'h100')\"",
    "filter = \"regime <> 'aide_sociale' OR sex = 'F'\"",
    "filter = \"age BETWEEN 20 AND 50 AND year > 2006\"",
    "filter = \"birth_year < 1980 OR cpas IS NULL\"",
    "filter = \"amount > 100\"",
    "filter = \"measure_count = 'several' AND measures_after <> 'none'\"",
    "filter = \"measure_entry IN ('first', 'returned')\"",
    "filter = \"measure_months > 6 AND measure_group <> 'unclassified'\"",
    "filter = \"region = '04000' AND quarter <> '2007Q1'\"",
    "filter = \"sex = 'F' AND (age > 30 OR regime = 'aide_sociale') AND cpas IS NOT NULL\"",
    "filter = \"measure_months >= 3 AND province <> '20001' AND birth_year > 1970\"",
    "filter = \"measures_before <> measures_after AND sex <> 'M' AND 1 = 1\"",
    "filter = \"1 = 2 AND sex = 'F'\"",
    "filter = \"birth_year + 1 > 1980 AND measure <> 'activa'\"",
    "filter = \"days > 20 AND sex = 'F'\"",
    "filter = \"first_day >= DATE '2007-02-01' AND province = '20001'\"",
    "filter = \"last_day - first_day > 10 OR cbenconv = '1'\"",
    "filter = \"cbenconv = '1' AND measure_count <> 'none'\"",
    "filter = \"thp_id IS NULL AND days < 31 AND measure_months > 2\"",
    "filter = \"amount > 100 AND typamt_id IS NOT NULL\"",
];

/// Invented questions of every kind that histories may be asked.
fn queries() -> impl Strategy<Value = String> {
    let dimensions = subsequence(
        vec![
            "quarter",
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
            "year",
            "measure_count",
            "measure_entry",
            "measure_months",
            "measures",
            "measures_before",
            "measures_after",
            "birth_cohort",
            "cbenconv",
            "legislation",
        ],
        0..=5,
    );
    let metrics = subsequence(
        vec!["observations", "persons", "convention_persons", "amount", "days", "person_months"],
        1..=6,
    );
    let filter = select(FILTERS.to_vec());
    let derived = select(vec![
        "",
        "[derived.of_four]\nmoving = \"persons\"\nquarters = 4\n",
        "[derived.so_far]\ncumulative = \"convention_persons\"\n",
        "[derived.months_of_two]\nmoving = \"person_months\"\nquarters = 2\n",
        "[derived.middle]\nper_person = \"median\"\n",
        "[derived.part]\nshare = \"persons\"\nwithin = []\n",
    ]);
    let totals = any::<bool>();
    let top = select(vec![0, 0, 1, 2]);
    (dimensions, metrics, filter, derived, totals, top).prop_map(
        |(dimensions, metrics, filter, derived, totals, top)| {
            let by = metrics[0];
            let first = dimensions.iter().find(|it| ["cpas", "measure", "sex"].contains(it));
            let within = dimensions.iter().find(|it| ["regime", "year", "age"].contains(it));
            let top = match (first, within, top) {
                (Some(first), _, 1) => {
                    format!("[top]\ndimension = {first:?}\ncount = 2\nby = {by:?}\n")
                }
                (Some(first), Some(within), 2) => format!(
                    "[top]\ndimension = {first:?}\ncount = 2\nby = {by:?}\nwithin = [{within:?}]\n"
                ),
                _ => String::new(),
            };
            let totals = if totals && !dimensions.is_empty() { "totals = [[]]" } else { "" };
            let ages =
                if dimensions.contains(&"age") { "[bands]\nage = [0, 25, 65]\n" } else { "" };
            format!(
                "metrics = {metrics:?}\ndimensions = {dimensions:?}\n{filter}\n{totals}\n\
                 [title]\nen = \"T\"\nfr = \"T\"\nnl = \"T\"\n\
                 [description]\nen = \"T.\"\nfr = \"T.\"\nnl = \"T.\"\n{ages}{top}{derived}"
            )
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn any_question_has_the_same_answer_with_and_without_histories(
        text in queries(),
        wheres in subsequence(vec![("regime", "aide_sociale"), ("sex", "M"), ("cpas", "21004")], 0..=2),
        ranged in any::<bool>(),
    ) {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("drawn.toml"), &text).unwrap();
        let warehouse = Warehouse::open(&warehouse().join("warehouse")).unwrap();
        let catalog = Catalog::open(Some(folder.path())).unwrap();
        // Some that are drawn ask for what cannot be asked together.
        let Ok(query) = catalog.query("drawn") else { return Ok(()) };
        let quarter = |text: &str| ranged.then(|| text.parse().unwrap());
        let arguments = Arguments {
            from: quarter("2005Q1"),
            to: quarter("2016Q3"),
            wheres: wheres.iter().map(|it| (it.0.to_owned(), it.1.to_owned())).collect(),
            sets: Vec::new(),
        };
        let question = resolve(query, &arguments, warehouse.dictionary()).unwrap();
        let snapshot = warehouse.snapshot(None).unwrap();
        let [over, without] = [Means::Histories, Means::Observations].map(|means| {
            let basis = Basis::new(&warehouse, &snapshot, means);
            let tables = answer(vec![question.clone()], &basis).unwrap().tables;
            let column = |values: &Values| {
                (0..tables[0].row_count()).map(|row| plain(values, row)).collect::<Vec<_>>()
            };
            tables[0].columns().iter().map(|it| column(&it.values)).collect::<Vec<_>>()
        });
        prop_assert_eq!(over, without, "{}", text);
    }
}

/// Rows in which a person has two measures, changes the centre, and comes back.
fn rows(quarter_starts: &str) -> Vec<String> {
    let [a, b, c, _] = PERSONS;
    vec![
        format!("{a};1;21004;{quarter_starts}-01;{quarter_starts}-28;1168;;1;250.00"),
        format!("{a};2;21004;{quarter_starts}-01;{quarter_starts}-28;;60;;"),
        format!("{b};1;21005;{quarter_starts}-02;{quarter_starts}-20;1168;;;"),
        format!("{c};1;;{quarter_starts}-02;{quarter_starts}-20;;61;2;-10.50"),
    ]
}

fn ingest(sandbox: &Sandbox, id: &str, month: &str) {
    let rows = rows(month);
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let file = sandbox.delivery(id, &rows);
    sandbox.run(["ingest", &file]).ok();
}

#[test]
fn histories_have_the_same_bytes_whatever_the_order_of_deliveries() {
    let [one, other] = [Sandbox::new(), Sandbox::new()];
    // Persons are told apart by the key: both warehouses have the same.
    fs::remove_dir_all(other.join("warehouse")).unwrap();
    fs::remove_file(other.key_file()).unwrap();
    let key = one.key_file();
    let status = other.command(&["init"]).env("SPPIS_KEY_FILE", &key).status().unwrap();
    assert!(status.success());
    fs::copy(&key, other.join(".config/sppis/keys").join(key.file_name().unwrap())).unwrap();
    let deliveries = [("2007-05", "2005-07"), ("2007-11", "2006-02"), ("2008-05", "2006-08")];
    for (id, month) in deliveries {
        ingest(&one, id, month);
    }
    for (id, month) in deliveries.into_iter().rev() {
        ingest(&other, id, month);
    }
    assert_eq!(bytes(&one), bytes(&other));
    one.run(["histories", "--rebuild"]).ok();
    assert_eq!(bytes(&one), bytes(&other));
}

#[test]
fn a_redelivery_and_corrected_rows_renew_the_histories() {
    let sandbox = Sandbox::new();
    ingest(&sandbox, "2007-05", "2005-07");
    ingest(&sandbox, "2007-11", "2006-02");
    let before = bytes(&sandbox);
    let [a, _, _, d] = PERSONS;
    let wrong = format!("{d};1;21004;2005-31-07;2005-07-31;1168;;1;250.00");
    let right = format!("{a};6;21004;2005-07-01;2005-07-31;1168;;;");
    let file = sandbox.delivery("2007-05", &[&right, &wrong]);
    sandbox.run(["ingest", &file, "--max-rejects", "1", "--replace"]).ok();
    assert_ne!(bytes(&sandbox), before);
    sandbox.run(["verify"]).ok();
    let corrected =
        format!("LINE;{}\n3;{}\n", crate::sandbox::HEADER, wrong.replace("31-07", "07-01"));
    sandbox.write("corrected.csv", corrected);
    sandbox.run(["replay", "2007-05", "corrected.csv"]).ok();
    let renewed = bytes(&sandbox);
    sandbox.run(["histories", "--rebuild"]).ok();
    assert_eq!(bytes(&sandbox), renewed);
    let found =
        sandbox.run(["run", "--all", "--verify", "--format", "csv", "--output", "out"]).ok();
    assert_eq!(found.stderr.matches("all the same").count(), 20, "{found}");
}

#[test]
fn without_histories_every_figure_is_the_same_and_one_command_makes_them_again() {
    let sandbox = Sandbox::new();
    ingest(&sandbox, "2007-05", "2005-07");
    let (answer, file) = (sandbox.csv("totals-by-measure"), bytes(&sandbox));
    fs::remove_dir_all(sandbox.join("warehouse/histories")).unwrap();
    assert_eq!(sandbox.csv("totals-by-measure"), answer);
    sandbox.run(["verify"]).ok();
    let explained = sandbox.run(["explain", "by-year"]).ok().stdout;
    assert!(explained.contains("first makes the histories of 1 file"), "{explained}");
    let made = sandbox.run(["histories"]).ok();
    insta::assert_snapshot!(made, @"
    exit 0
    --- stdout
    version 1: histories of 1 file with 4 observations, 28.2 KiB
    --- stderr
    made those of 1 file with 4 observations
    ");
    assert_eq!(bytes(&sandbox), file);
    let explained = sandbox.run(["explain", "persons-by-quarter", "--time"]).ok().stdout;
    let head: Vec<&str> = explained.lines().take(4).collect();
    insta::assert_snapshot!(head.join("\n"), @"
    version 1
    counts over person histories, by quarter
    passes 4 entries of groups of persons who are alike in a quarter, quarter by quarter
    without them:
    ");
    let explained = sandbox.run(["explain", "transitions", "--time"]).ok().stdout;
    assert!(explained.contains("entries of persons, over all quarters"), "{explained}");
    assert!(explained.contains("counting: "), "{explained}");
    let without = sandbox.run(["explain", "by-year", "--without-histories"]).ok().stdout;
    assert!(without.contains("counts from the observations"), "{without}");
}

#[test]
fn explain_says_how_a_question_is_counted_and_why_one_is_counted_from_the_observations() {
    let sandbox = Sandbox::new();
    ingest(&sandbox, "2007-05", "2005-07");
    let own = |metric: &str, filter: &str| {
        let query =
            format!("metrics = [{metric:?}]\ndimensions = [\"quarter\"]\nfilter = \"{filter}\"\n");
        sandbox.write("warehouse/queries/own.toml", &query);
    };
    let why = |arguments: &[&str]| {
        let arguments = [&["explain"], arguments].concat();
        let explained = sandbox.run_all(&arguments).ok().stdout;
        let said: Vec<&str> = explained
            .lines()
            .filter(|it| it.starts_with("counts ") || it.starts_with("passes "))
            .collect();
        let json = sandbox.run_all(&[&arguments[..], &["--format", "json"]].concat()).ok().stdout;
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        let declined = json["declined"].as_str();
        assert_eq!(declined.is_none(), json["over_histories"].is_object(), "{json}");
        assert!(declined.is_none_or(|it| said[0].contains(it)), "{said:?}: {json}");
        said.join(", ")
    };
    own("persons", "days > 20 AND sex = 'F'");
    let of_days = why(&["own"]);
    own("persons", "cbenconv = '1' OR sex = 'F'");
    let of_code = why(&["own"]);
    own("persons_and_partners", "sex = 'F'");
    let of_partners = why(&["own"]);
    let not_asked = why(&["by-year", "--without-histories"]);
    let told = why(&["by-year"]);
    fs::write(of_persons(&sandbox), "nothing").unwrap();
    let damaged = why(&["by-year"]);
    fs::remove_file(of_persons(&sandbox)).unwrap();
    let missing = why(&["by-year"]);
    let all = [of_days, of_code, of_partners, not_asked, told, damaged, missing];
    insta::assert_snapshot!(all.join("\n"), @"
    counts over person histories, by quarter, sex, days, passes 4 entries of persons, quarter by quarter
    counts over person histories, by quarter, sex, cbenconv, passes 4 entries of persons, quarter by quarter
    counts from the observations, as person histories do not tell apart what `persons_and_partners` counts:
    counts from the observations, as person histories are not to be used:
    counts over person histories, by quarter, regime, passes 4 entries of persons, over all quarters
    counts from the observations, as the person histories cannot be used:
    counts over person histories, by quarter, regime, passes 4 entries of persons, over all quarters
    ");
}

#[test]
fn damaged_histories_are_named_and_never_counted() {
    let sandbox = Sandbox::new();
    ingest(&sandbox, "2007-05", "2005-07");
    let queries = ["by-year", "by-regime-and-measure", "by-municipality", "by-sex-and-age"];
    let answers = || queries.map(|name| sandbox.csv(name));
    let (right, path) = (answers(), of_persons(&sandbox));
    // Cut short, longer, and with a bit changed anywhere: never a figure that differs, never a crash.
    for path in histories(&sandbox) {
        let whole = fs::read(&path).unwrap();
        let lengths = [0, whole.len() / 2, whole.len() - 1];
        let cut = lengths.map(|length| whole[..length].to_vec()).into_iter();
        let long = [&whole[..], b"more"].concat();
        let changed = (7..whole.len()).step_by(whole.len() / 5).map(|place| {
            let mut changed = whole.clone();
            changed[place] ^= 4;
            changed
        });
        for damaged in cut.chain([long]).chain(changed) {
            fs::write(&path, &damaged).unwrap();
            assert_eq!(answers(), right, "{}", path.display());
            let asked = sandbox.run(["histories"]);
            let named = asked.stderr.contains("its bytes are not those that were written");
            assert!(asked.code == 2 && named, "{asked}");
            assert!(asked.stderr.contains("sppis histories --rebuild"), "{asked}");
            let found = sandbox.run(["verify"]);
            assert!(found.code == 1 && found.stdout.contains("person histories"), "{found}");
        }
        fs::write(&path, &whole).unwrap();
        sandbox.run(["verify"]).ok();
    }
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    let ran = sandbox.run(["run", "by-year", "--format", "csv"]).ok();
    assert!(ran.stderr.contains("note: the person histories are not used: "), "{ran}");
    assert!(ran.stderr.contains("sppis histories --rebuild"), "{ran}");
    // Another delivery has histories of its own, and leaves these as they are until they are made anew.
    ingest(&sandbox, "2007-11", "2006-02");
    let found = sandbox.run(["verify"]);
    assert!(found.code == 1 && found.stdout.contains("person histories"), "{found}");
    sandbox.run(["histories", "--rebuild"]).ok();
    sandbox.run(["verify"]).ok();
    let renewed = bytes(&sandbox);
    fs::remove_dir_all(sandbox.join("warehouse/histories")).unwrap();
    sandbox.run(["histories"]).ok();
    assert_eq!(bytes(&sandbox), renewed);
}

#[test]
fn a_delivery_is_committed_also_where_histories_cannot_be_written() {
    let sandbox = Sandbox::new();
    sandbox.write("warehouse/histories", "a file where a folder should be");
    let rows = rows("2005-07");
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let file = sandbox.delivery("2007-05", &rows);
    let ran = sandbox.run(["ingest", &file]).ok();
    assert!(ran.stdout.contains("committed"), "{ran}");
    assert!(ran.stderr.contains("note: the person histories are not renewed"), "{ran}");
    assert!(ran.stderr.contains("hint: figures do not need them"), "{ran}");
    assert!(sandbox.csv("by-year").contains("2005,"));
}

#[test]
fn clean_removes_histories_of_earlier_versions_and_only_those() {
    let sandbox = Sandbox::new();
    ingest(&sandbox, "2007-05", "2005-07");
    let current = histories(&sandbox);
    let key = of_persons(&sandbox).file_stem().unwrap().to_string_lossy().into_owned();
    let earlier =
        format!("warehouse/histories/{}.checksums", key.chars().rev().collect::<String>());
    sandbox.write(&earlier, "of an earlier state");
    sandbox.write("warehouse/histories/.histories-left", "by a crash");
    sandbox.write("warehouse/histories/.histories-held", "by a writer that lives");
    sandbox.write("warehouse/histories/notes.arrow", "of somebody else");
    let held = fs::File::open(sandbox.join("warehouse/histories/.histories-held")).unwrap();
    held.lock().unwrap();
    let listed = sandbox.run(["clean", "--dry-run"]).ok();
    assert!(listed.stdout.contains(".histories-left"), "{listed}");
    assert_eq!(listed.stdout.lines().count(), 2, "{listed}");
    sandbox.run(["clean"]).ok();
    let mut left = histories(&sandbox);
    left.retain(|path| !current.contains(path));
    let names: Vec<_> = left.iter().map(|it| it.file_name().unwrap().to_string_lossy()).collect();
    assert_eq!(names, [".histories-held", "notes.arrow"]);
}

#[test]
fn another_reader_finds_the_same_persons_observations_and_cents() {
    let sandbox = warehouse();
    let folder = sandbox.join("warehouse/histories").display().to_string();
    let files = String::from_utf8(sandbox.command(&["files"]).output().unwrap().stdout).unwrap();
    let mut arguments = vec![folder.as_str()];
    arguments.extend(files.lines());
    let said = peer("histories.py", &arguments);
    assert!(said.lines().count() > DELIVERIES.split(',').count(), "{said}");
    for form in ["entries", "rows", "groups by regime", "groups by centre", "groups by age"] {
        assert!(said.lines().any(|line| line.starts_with(form)), "{said}");
    }
    assert!(said.lines().all(|line| line.ends_with("same")), "{said}");
}

#[test]
fn files_that_others_left_beside_the_log_change_no_figure() {
    let sandbox = Sandbox::new();
    ingest(&sandbox, "2007-05", "2005-07");
    ingest(&sandbox, "2007-11", "2006-02");
    let commands = [&["history"][..], &["files"], &["deliveries"], &["run", "by-year"]];
    let asked = || commands.map(|command| sandbox.run_all(command).ok().stdout);
    let before = asked();
    // Checksums and checkpoints of other programs say nothing that the entries do not.
    sandbox
        .write("warehouse/observations/_delta_log/_last_checkpoint", "{\"version\":1,\"size\":9}");
    sandbox.write("warehouse/observations/_delta_log/00000000000000000000.crc", "{}");
    assert_eq!(asked(), before);
}

#[test]
fn a_file_in_the_place_of_another_and_a_log_entry_that_says_nothing_are_refused() {
    let sandbox = Sandbox::new();
    ingest(&sandbox, "2007-05", "2005-07");
    ingest(&sandbox, "2007-11", "2006-02");
    let groups = histories(&sandbox).into_iter().find(|it| *it != of_persons(&sandbox));
    fs::copy(groups.unwrap(), of_persons(&sandbox)).unwrap();
    let ran = sandbox.run(["run", "by-year"]).ok();
    assert!(ran.stderr.contains("its bytes are not those that were written"), "{ran}");
    sandbox.run(["histories", "--rebuild"]).ok();
    assert_eq!(sandbox.run(["run", "by-year"]).ok().stdout, ran.stdout);
    // A delivery must not vanish from figures with its entry.
    sandbox.write("warehouse/observations/_delta_log/00000000000000000002.json", "{}\n");
    let ran = sandbox.run(["run", "by-year"]);
    assert_eq!(ran.code, 2, "{ran}");
}

#[test]
fn readers_beside_writers_always_have_the_answer_of_a_committed_state() {
    let sandbox = Sandbox::new();
    ingest(&sandbox, "2007-05", "2005-07");
    let first = rows("2005-07");
    let first: Vec<&str> = first.iter().map(String::as_str).collect();
    let states = [&first[..], &first[..3]].map(|rows| {
        let file = sandbox.delivery("2007-05", rows);
        fs::rename(sandbox.join(&file), sandbox.join(&format!("{}-{file}", rows.len()))).unwrap();
        format!("{}-{file}", rows.len())
    });
    let again = |file: &String| {
        sandbox.run(["ingest", file, "--delivery", "2007-05", "--again"]).ok();
        sandbox.csv("totals-by-measure")
    };
    let answers = states.each_ref().map(again);
    assert_ne!(answers[0], answers[1]);
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for round in 0..12 {
                again(&states[round % 2]);
            }
        });
        let mut asked = 0;
        while !writer.is_finished() {
            // Histories come and go; whoever has opened them reads them to the end.
            assert!(answers.contains(&sandbox.csv("totals-by-measure")), "after {asked}");
            asked += 1;
        }
        assert!(asked > 0);
    });
}
