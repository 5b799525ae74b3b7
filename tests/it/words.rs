//! Every word that people read is in each language, and nothing in English stays in the others.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use sppis::check::{DELIVERY_RULES, all_rules};
use sppis::dictionary::Dictionary;
use sppis::metric::{Dimension, Metric};
use sppis::validation::Findings;
use toml::Table;

use crate::peers::peer;
use crate::sandbox::{HEADER, PERSONS, Sandbox, files_below, repository};
use crate::seeded::warehouse;

const LANGUAGES: [&str; 4] = ["en", "fr", "nl", "de"];

/// Sections whose English stands in the code.
const ENGLISH_IN_CODE: [&str; 3] = ["meaning", "rule_meaning", "rule_help"];

/// Columns that are no metric and no dimension.
const BESIDE: [&str; 13] = [
    "revision",
    "before",
    "after",
    "delivery",
    "rule",
    "severity",
    "rows_read",
    "rows_accepted",
    "rows_rejected",
    "rows_with_findings",
    "amount_accepted",
    "amount_outside",
    "amount_rejected",
];

/// The texts of a language by `SECTION.KEY`.
fn catalogue(language: &str) -> BTreeMap<(String, String), String> {
    let path = repository().join(format!("src/words/{language}.toml"));
    let file: Table = toml::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let texts = file.into_iter().flat_map(|(section, texts)| {
        let texts = texts.try_into::<BTreeMap<String, String>>().unwrap();
        texts.into_iter().map(move |(key, text)| ((section.clone(), key), text))
    });
    texts.collect()
}

fn placeholders(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).map(|rest| rest.split('}').next().unwrap()).collect()
}

fn sources() -> String {
    let files = files_below(&repository().join("src")).into_iter();
    let read = |ending: &str| {
        let of = files.clone().filter(|path| path.extension().is_some_and(|it| it == ending));
        of.map(|path| fs::read_to_string(path).unwrap()).collect::<String>()
    };
    read("rs") + &read("html")
}

#[test]
fn every_key_has_a_text_with_the_same_placeholders_in_every_language() {
    let english = catalogue("en");
    for language in ["fr", "nl", "de"] {
        let texts = catalogue(language);
        for (key, text) in &texts {
            assert!(!text.trim().is_empty(), "{language}: {key:?}");
            match english.get(key) {
                Some(own) => {
                    assert_eq!(placeholders(text), placeholders(own), "{language}: {key:?}");
                }
                None => assert!(ENGLISH_IN_CODE.contains(&key.0.as_str()), "{language}: {key:?}"),
            }
        }
        let missing: Vec<_> = english.keys().filter(|key| !texts.contains_key(*key)).collect();
        assert!(missing.is_empty(), "{language} lacks {missing:?}");
        assert_eq!(texts.len(), catalogue("fr").len(), "{language}");
    }
}

#[test]
fn every_key_is_used_and_every_key_that_is_used_is_there() {
    let sources = sources();
    let texts = catalogue("fr");
    let names: BTreeSet<&str> = Metric::ALL
        .map(Metric::name)
        .into_iter()
        .chain(Dimension::ALL.map(Dimension::name))
        .chain(BESIDE)
        .collect();
    let rules: BTreeSet<&str> =
        all_rules().into_iter().chain(DELIVERY_RULES).map(|rule| rule.id).collect();
    let of = |section: &str| -> BTreeSet<&str> {
        let keys = texts.keys().filter(|(it, _)| it == section);
        keys.map(|(_, key)| key.split('/').next().unwrap()).collect()
    };
    // Sections whose keys are names of something else.
    assert_eq!(of("heading"), names);
    assert_eq!(of("meaning"), names.iter().copied().filter(|it| !BESIDE.contains(it)).collect());
    for section in ["rule_meaning", "rule_help"] {
        assert_eq!(of(section), rules, "{section}");
    }
    // One text stands in the place of any rule's.
    assert_eq!(of("finding"), rules.iter().copied().chain(["any"]).collect());
    assert_eq!(of("sex"), Dimension::Sex.fixed_values().unwrap().iter().copied().collect());
    assert_eq!(of("role"), Dimension::Role.fixed_values().unwrap().iter().copied().collect());
    let fixed = [Dimension::MeasureCount, Dimension::MeasureEntry];
    let course: BTreeSet<&str> = fixed
        .iter()
        .flat_map(|it| it.fixed_values().unwrap())
        .copied()
        .chain(["none", "not_delivered"])
        .collect();
    assert_eq!(of("course"), course);
    let by_name =
        ["heading", "meaning", "rule_meaning", "rule_help", "finding", "sex", "role", "course"];
    for (section, key) in texts.keys().filter(|(section, _)| !by_name.contains(&&**section)) {
        let ways = [
            format!("\"{section}.{key}\""),
            format!("t.{key} "),
            // Keys that values give.
            format!("\"{key}\""),
            format!("({key:?}"),
        ];
        let used = match section.as_str() {
            "validation" => ways.iter().any(|it| sources.contains(it.as_str())),
            // Words for values that are written where they arise, and for what one reads back.
            "revision" | "status" | "provenance" | "policy" | "age" | "birth_cohort"
            | "measure_months" => sources.contains(&ways[2]),
            "value" | "validity" => true,
            _ => sources.contains(&ways[0]),
        };
        assert!(used || key == "classification", "`{section}.{key}` is used nowhere");
    }
    let asked = |start: &str| -> BTreeSet<String> {
        let after = sources.split(start).skip(1);
        after.map(|it| it.split('"').next().unwrap().to_owned()).collect()
    };
    let sections: BTreeSet<&str> = texts.keys().map(|(section, _)| section.as_str()).collect();
    for key in asked("\"").iter().filter_map(|it| it.split_once('.')) {
        let is_key = sections.contains(key.0)
            && key.1.bytes().all(|it| it.is_ascii_lowercase() || it == b'_');
        let known = texts.contains_key(&(key.0.to_owned(), key.1.to_owned()));
        assert!(!is_key || known || ["toml", "rs", "css"].contains(&key.1), "{key:?} is no key");
    }
}

/// Words of at least three letters; names with `_` are one word.
fn words(text: &str) -> BTreeSet<String> {
    let words = text.split(|it: char| !it.is_alphabetic() && it != '_');
    words.filter(|it| it.chars().count() > 2).map(str::to_lowercase).collect()
}

/// The texts of a language outside code and placeholders, with those of shipped files.
fn vocabulary(language: &str) -> BTreeSet<String> {
    let mut text = catalogue(language).into_values().collect::<Vec<_>>().join(" ");
    for rule in all_rules().into_iter().chain(DELIVERY_RULES).filter(|_| language == "en") {
        text.extend([" ", rule.meaning, " ", rule.help]);
    }
    let queries = files_below(&repository().join("queries"));
    let dictionary = files_below(&repository().join("src/dictionary/data"));
    for path in queries.into_iter().chain(dictionary) {
        if path.extension().is_some_and(|it| it == "toml") {
            let file: toml::Value = toml::from_str(&fs::read_to_string(path).unwrap()).unwrap();
            of_language(&file, language, &mut text);
        }
    }
    let outside = |text: &str, open: char, close: char| {
        let mut parts = text.split(open);
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |all, part| all + " " + part.split_once(close).map_or(part, |it| it.1))
    };
    let without_code: Vec<&str> = text.split('`').step_by(2).collect();
    words(&outside(&without_code.join(" "), '{', '}'))
}

/// The texts of a file under the key of a language.
fn of_language(value: &toml::Value, language: &str, text: &mut String) {
    match value {
        toml::Value::Table(table) => {
            for (key, value) in table {
                match value.as_str() {
                    Some(own) if key == language => text.extend([" ", own]),
                    _ => of_language(value, language, text),
                }
            }
        }
        toml::Value::Array(values) => {
            for value in values {
                of_language(value, language, text);
            }
        }
        _ => {}
    }
}

/// What of a text is for people: no code, no marks and attributes of a page, no style.
fn read_by_people(text: &str, format: &str) -> String {
    let mut text = text.to_owned();
    if matches!(format, "html" | "markdown") {
        for (open, close) in [("<style>", "</style>"), ("<code", "</code>"), ("<", ">")] {
            while let Some(start) = text.find(open).filter(|_| format == "html") {
                let end =
                    text[start..].find(close).map_or(text.len(), |it| start + it + close.len());
                text.replace_range(start..end, " ");
            }
        }
    }
    text.split('`').step_by(2).collect::<Vec<_>>().join(" ")
}

/// Words of English that stand in a text of another language, in which they mean nothing.
fn english_left(text: &str, language: &str) -> BTreeSet<String> {
    let (english, own) = (vocabulary("en"), vocabulary(language));
    // Names that are the same in every language.
    let same: BTreeSet<String> = words(
        "DWH SPPIS Formulaires sppis blake csv run lang com date year test EUR LEGISLATION \
         CBENCONV EBENCONVCM dictionary toml",
    );
    let left = words(text).into_iter().filter(|it| english.contains(it));
    left.filter(|it| !own.contains(it) && !same.contains(it)).collect()
}

/// A text without the command that gives it again.
fn without_command(text: &str) -> String {
    let lines = text.lines().map(|line| {
        match line.split_once("sppis run ").or(line.split_once("sppis diff ")) {
            Some((before, _)) => before.to_owned() + "\n",
            None => line.to_owned() + "\n",
        }
    });
    lines.collect()
}

#[test]
fn no_word_of_english_stays_in_an_answer_in_another_language() {
    let sandbox = Sandbox::empty();
    let shipped = files_below(&repository().join("queries")).into_iter();
    let shipped = shipped.filter(|it| it.extension().is_some_and(|it| it == "toml"));
    let queries: Vec<String> =
        shipped.map(|it| it.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    assert!(queries.len() > 15);
    for language in ["fr", "nl", "de"] {
        for (format, ending) in
            [("table", "txt"), ("markdown", "md"), ("html", "html"), ("xlsx", "xlsx")]
        {
            let folder = sandbox.join(&format!("{language}-{format}"));
            let folder = folder.to_str().unwrap();
            let run = ["run", "--all", "--lang", language, "--format", format, "--output", folder];
            warehouse().run(run).ok();
            for query in &queries {
                let path = format!("{folder}/{query}.{ending}");
                let text = match format {
                    "xlsx" => peer("readback.py", &["xlsx-words", &path]),
                    _ => fs::read_to_string(&path).unwrap(),
                };
                // What gives the same figures again, and the names of queries, are what they are.
                let text = without_command(&text.replace(query, ""));
                let left = english_left(&read_by_people(&text, format), language);
                assert!(left.is_empty(), "{query} as {format} in {language}: {left:?}\n{text}");
            }
        }
    }
    for (language, format) in [("fr", "table"), ("nl", "markdown"), ("de", "html"), ("fr", "xlsx")]
    {
        let path = sandbox.join("diff").with_extension(format).to_str().unwrap().to_owned();
        let diff = ["diff", "2004-05", "2025-11", "--all", "--format", format, "--lang", language];
        let ran = warehouse().run_all(&[&diff[..], &["--output", &path]].concat());
        assert_eq!(ran.code, 0, "{ran}");
        let text = match format {
            "xlsx" => peer("readback.py", &["xlsx-words", &path]),
            _ => fs::read_to_string(&path).unwrap(),
        };
        let text = without_command(&text);
        let left = english_left(&read_by_people(&text, format), language);
        assert!(left.is_empty(), "diff as {format} in {language}: {left:?}\n{text}");
    }
    // Beside another state, with notes, conditions and parameters.
    for language in ["fr", "nl", "de"] {
        for query in ["trend-by-regime", "totals-by-measure", "by-region"] {
            let run = ["run", query, "--lang", language, "--compare-with", "2", "--to", "2030Q4"];
            let more = ["--where", "region=03000", "--where", "region=none", "--where", "sex=F"];
            let text = warehouse().run_all(&[&run[..], &more].concat()).ok().stdout;
            let left = english_left(&read_by_people(&text, "table"), language);
            assert!(left.is_empty(), "{query} in {language}: {left:?}\n{text}");
        }
    }
    // The words of English would be found.
    let text = warehouse().run(["run", "trend-by-regime", "--compare-with", "2"]).ok().stdout;
    let left = english_left(&text, "fr");
    for word in ["quarter", "rows", "persons", "partial", "trend", "new"] {
        assert!(left.contains(word), "{word}: {left:?}");
    }
}

/// Files of deliveries with every kind of mistake.
fn spoiled(sandbox: &Sandbox) -> Vec<String> {
    let kinds =
        ["mistakes", "polluted", "null-words", "float-codes", "niss-overflow", "duplicates"];
    let folders = kinds.map(|it| repository().join("data-samples").join(it));
    let samples = ["sample", "--deliveries", "2007-05,2017-11", "--persons", "600", "--seed", "5"];
    let more = ["--mistakes", "30%", "--output", "samples"];
    sandbox.run_all(&[&samples[..], &more].concat()).ok();
    let files = folders.iter().flat_map(|it| files_below(it)).chain(sandbox.files("samples"));
    let is_delivery = |path: &std::path::PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap();
        name.contains("csv") && !name.contains("corrected")
    };
    files.filter(is_delivery).map(|path| path.to_str().unwrap().to_owned()).collect()
}

/// Rows of the year 2006, with what the samples do not have, under [`HEADER`].
fn odd_rows() -> Vec<String> {
    let [person, other, ..] = PERSONS;
    let row = |niss: &str, law: &str, cpas: &str, days: [&str; 2], rest: &str| {
        format!("{niss};{law};{cpas};{};{};{rest}", days[0], days[1])
    };
    let days = ["2006-07-01", "2006-07-31"];
    vec![
        row("1234567890", "1", "21004", days, ";;;"),
        row("12345", "1", "21004", days, ";;;"),
        row("42012205180", "1", "21004", days, ";;;"),
        row("42132205168", "1", "21004", days, ";;;"),
        row(person, "", "21004", days, ";;;"),
        row(person, "3", "21004", days, ";;;"),
        row(person, "1", "21099", days, ";;;"),
        row(person, "1", "21x", days, ";;;"),
        row(person, "1", "21004", ["2006-07-01 10:00", ""], ";;;"),
        row(person, "1", "21004", ["1999-07-01", "1999-07-02"], ";;;"),
        row(person, "1", "21004", ["2006-07-03", "2006-07-02"], ";;;"),
        row(person, "1", "21004", ["2005-07-03", "2006-07-09"], ";;;"),
        row(person, "1", "21004", ["2006-07-03", "2006-08-09"], ";;;"),
        row(person, "1", "21004", ["2006-07-03", ""], ";;;"),
        row(person, "1", "21004", days, ";;1;1.234"),
        row(person, "1", "21004", days, ";;1;100000000.00"),
        row(person, "1", "21004", days, ";;1;x"),
        row(person, "1", "21004", days, ";;1;42012205181"),
        row(person, "1", "21004", days, ";;1;4201220518.1"),
        row(person, "1", "21004", days, ";;0;10.00"),
        row(person, "1", "21004", days, ";;2;250.00"),
        row(person, "1", "21004", days, "93051822361;;;"),
        row(person, "1", "21004", days, "NULL;;;"),
        row(person, "1.0", "21004", days, "108;60;2.0;500.00"),
        row(other, "1", "55022", ["2019-02-01", "2019-02-02"], ";;;"),
        format!("{person};1;21004;2006-07-01;2006-07-31;;;1;10.00;more"),
    ]
}

/// Rules and the texts that they wrote.
type Texts = BTreeSet<(String, String)>;

/// Adds what is found in files, and in them as a delivery as a whole.
fn add(texts: &mut Texts, sandbox: &Sandbox, file: &str, more: &[&str]) {
    let ingest = ["ingest", file, "--dry-run", "--max-rejects", "100%", "--findings", "f.json"];
    let ran = sandbox.run_all(&[&ingest[..], more].concat());
    let Ok(found) = fs::read_to_string(sandbox.join("f.json")) else {
        return assert_eq!(ran.code, 2, "{ran}");
    };
    fs::remove_file(sandbox.join("f.json")).unwrap();
    let found: serde_json::Value = serde_json::from_str(&found).unwrap();
    for list in ["findings", "of_delivery"] {
        for it in found[list].as_array().unwrap() {
            let text = |key: &str| it[key].as_str().unwrap().to_owned();
            texts.insert((text("rule"), text("finding")));
        }
    }
}

/// The same of rows under [`HEADER`].
fn add_rows(texts: &mut Texts, sandbox: &Sandbox, id: &str, rows: &[String]) {
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    add(texts, sandbox, &sandbox.delivery(id, &rows), &[]);
}

/// What is found where identifiers are recoded and amounts fixed.
fn add_of_coded(texts: &mut Texts) {
    let coded = Sandbox::new();
    let settings = coded.read("warehouse/sppis.toml").replace("\"national\"", "\"coded\"");
    coded.write("warehouse/sppis.toml", settings + "\n[fixed_amounts]\nh100 = \"500.00\"\n");
    let tokens = [
        format!("{};1;21004;2006-07-01;2006-07-31;;;2;250.00", "x".repeat(65)),
        "abc;1;abd;2006-07-01;2006-07-32;xyz\u{1f}é;;x1;10,0000".to_owned(),
        "abd;1;21099;2006-07-01;2006-07-31;;;2;250.00".to_owned(),
    ];
    add_rows(texts, &coded, "2008-05", &tokens);
    add_of_partners(texts, &coded, &["y".repeat(65)]);
}

/// What is found of partners' numbers.
fn add_of_partners(texts: &mut Texts, sandbox: &Sandbox, partners: &[String]) {
    let rows = partners
        .iter()
        .map(|it| format!("{};{it};1;2006-07-01;2006-07-31;420122051.81\n", PERSONS[1]));
    let header = "NISS;NNISPTN2;LEGISLATION;DPAY1STDAY;DPAYLSTDAY;EBENCONVCM\n".to_owned();
    let file = "DWH_SPPIS_Formulaires_2008-05.csv";
    sandbox.write(file, header + &rows.collect::<String>());
    add(texts, sandbox, file, &[]);
}

/// What is found of deliveries as a whole: days up to twelve, quarters and columns that are gone.
fn add_of_whole(texts: &mut Texts) {
    let whole = Sandbox::new();
    let rows = |day: &str, amount: &str| {
        let row = |at| format!("{};1;21004;{day};{day};{at};;1;{amount}", PERSONS[0]);
        (0..120).map(row).collect::<Vec<String>>()
    };
    let first = rows("2006-07-01", "1.00");
    let lines: Vec<&str> = first.iter().map(String::as_str).collect();
    let file = whole.delivery("2008-05", &lines);
    whole.run(["ingest", &file, "--max-rejects", "100%"]).ok();
    add_rows(texts, &whole, "2008-11", &rows("05/02/2007", ""));
    let without = "NISS;LEGISLATION;DPAY1STDAY;DPAYLSTDAY\n42012205181;1;2007-02-01;2007-02-05\n";
    whole.write("DWH_SPPIS_Formulaires_2008-11.csv", without);
    add(texts, &whole, "DWH_SPPIS_Formulaires_2008-11.csv", &[]);
    let parts = ["a.csv", "b.csv", "c.csv"];
    for (at, name) in parts.iter().enumerate() {
        let text = format!("{without}93051822361;1;2007-02-0{};2007-02-05\n", at + 1);
        whole.write(name, text);
    }
    let with = format!("{HEADER}\n{};1;21004;2007-03-01;2007-03-02;;;1;1.00\n", PERSONS[1]);
    for at in [2, 1] {
        whole.write(parts[at], &with);
        add(texts, &whole, parts[0], &[parts[1], parts[2], "--delivery", "2008-11"]);
    }
}

#[test]
fn every_text_that_a_rule_writes_is_made_from_one_template_and_so_is_in_every_language() {
    let dictionary = Dictionary::built_in().unwrap();
    let findings = Findings::new(&dictionary);
    let mut texts = Texts::new();
    let sandbox = Sandbox::new();
    for file in spoiled(&sandbox) {
        let named = ["--delivery", "2008-05"];
        let more = if file.contains("/samples/") { &[] } else { &named[..] };
        add(&mut texts, &sandbox, &file, more);
    }
    add_rows(&mut texts, &sandbox, "2008-05", &odd_rows());
    add_rows(&mut texts, &sandbox, "2021-05", &odd_rows());
    let partners =
        ["12345", "123456789", "42012205180", "42132205168", "42012200035", "42012299906"];
    // Digits that are a number's are no amount, however large one may be.
    let settings = sandbox.read("warehouse/sppis.toml").replace("100000.00", "9999999999.99");
    sandbox.write("warehouse/sppis.toml", settings);
    add_of_partners(&mut texts, &sandbox, &partners.map(str::to_owned));
    add_of_coded(&mut texts);
    add_of_whole(&mut texts);
    let mut used = BTreeSet::new();
    for (rule, text) in &texts {
        let fitting: Vec<_> = findings.fitting(rule, text).collect();
        assert_eq!(fitting.len(), 1, "{rule}: {text:?}: {fitting:?}");
        used.insert(fitting[0].0.to_owned());
        let translated = findings.translated(rule, text);
        for own in [&translated.fr, &translated.nl, &translated.de] {
            let own = own.as_deref().unwrap();
            // What cannot be seen in a value is written `\\u{200b}`.
            assert!(own != text && (text.contains('{') || !own.contains('{')), "{own}");
            for value in text.split('`').skip(1).step_by(2) {
                assert!(own.contains(value), "{text}: {own}");
            }
        }
    }
    let templates = catalogue("en").into_keys().filter(|(section, _)| section == "finding");
    let unused: Vec<_> = templates.map(|(_, key)| key).filter(|it| !used.contains(it)).collect();
    assert!(unused.is_empty(), "nothing was found that has the text of {unused:?}");
    // A text of another version of the program stays as it is.
    assert!(findings.translated("check.unclassified", "another text").fr.is_none());
}

#[test]
fn no_word_of_english_stays_in_a_validation_report_in_another_language() {
    let sandbox = Sandbox::new();
    let samples = ["sample", "--deliveries", "2007-05,2007-11", "--persons", "300", "--seed", "5"];
    sandbox.run_all(&[&samples[..], &["--mistakes", "30%", "--output", "in"]].concat()).ok();
    for file in
        sandbox.files("in").into_iter().filter(|it| it.extension().is_some_and(|it| it == "csv"))
    {
        let file = file.to_str().unwrap().to_owned();
        sandbox.run(["ingest", &file, "--max-rejects", "100%"]).ok();
    }
    for language in LANGUAGES {
        let page = sandbox.run(["validation", "2007-11", "--lang", language]).ok().stdout;
        assert!(page.contains(&format!("<html lang=\"{language}\">")));
        let left = english_left(&read_by_people(&page, "html"), language);
        assert!(left.is_empty(), "{language}: {left:?}");
    }
    let report = sandbox.run(["validation", "2007-11", "--format", "json"]).ok().stdout;
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    for language in ["fr", "nl", "de"] {
        for rule in report["rules"].as_array().unwrap() {
            assert!(rule["meaning"][language].is_string() && rule["help"][language].is_string());
            for first in rule["first"].as_array().unwrap() {
                assert!(first["translated"][language].is_string(), "{first}");
            }
        }
    }
}

#[test]
fn a_text_in_one_language_stands_in_for_those_that_are_missing() {
    let sandbox = Sandbox::new();
    let rows = [
        format!("{};1;21004;2016-01-01;2016-01-31;122;;1;10.00", PERSONS[0]),
        format!("{};2;23107;2016-01-01;2016-01-31;;;1;10.00", PERSONS[1]),
    ];
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let own = r#"[[measure]]
name = "youth_plan"
label = { nl = "Jongerenplan", fr = "Plan jeunes" }

[[measure_rule]]
measure = "youth_plan"
when = { BUDART_ID = ["122"] }

[[place]]
code = "23107"
name = { de = "Neustadt" }
province = "20001"
"#;
    sandbox.write("warehouse/dictionary.toml", own);
    sandbox.run(["ingest", &sandbox.delivery("2017-11", &rows)]).ok();
    let query = r#"metrics = ["persons"]
dimensions = ["measure", "cpas"]
title = { de = "Personen je Ort" }

[derived.per_person]
ratio = ["amount", "persons"]
label = { nl = "bedrag per persoon" }

[derived.bare]
share = "persons"
"#;
    sandbox.write("warehouse/queries/own.toml", query);
    let shown = |language: &str| {
        let text = sandbox.run(["run", "own", "--lang", language]).ok().stdout;
        text.lines().take(4).map(|line| line.to_owned() + "\n").collect::<String>()
    };
    insta::assert_snapshot!(shown("en"), @"
    Personen je Ort
     measure                 cpas            persons  per_person  bare
     partnership_convention  23107 Neustadt        1       10.00  50.0
     youth_plan              21004 Brussel         1       10.00  50.0
    ");
    insta::assert_snapshot!(shown("fr"), @"
    Personen je Ort
     mesure                                      CPAS             personnes  bedrag per persoon  bare
     Convention de partenariat d’accompagnement  23107 Neustadt           1               10,00  50,0
     Plan jeunes                                 21004 Bruxelles          1               10,00  50,0
    ");
    insta::assert_snapshot!(shown("de"), @"
    Personen je Ort
     Maßnahme                               ÖSHZ            Personen  bedrag per persoon  bare
     Partnerschaftsabkommen zur Begleitung  23107 Neustadt         1               10,00  50,0
     Plan jeunes                            21004 Brüssel          1               10,00  50,0
    ");
    sandbox.write("warehouse/queries/none.toml", "metrics = [\"persons\"]\ntitle = {}\n");
    insta::assert_snapshot!(sandbox.run(["run", "none"]).stderr, @"
    error: 1 mistake in ./warehouse/queries/none.toml
      ./warehouse/queries/none.toml:2:9: `title` is missing: a text in at least one of the languages en, fr, nl, de
    ");
}

/// The string literals of a source before its tests, joined where a line goes on.
fn literals(source: &str) -> Vec<String> {
    let code = source.split("#[cfg(test)]").next().unwrap();
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    let code = lines.collect::<Vec<_>>().join("\n").replace("\\\"", "'");
    let parts = code.split('"').skip(1).step_by(2);
    let joined = |part: &str| part.split("\\\n").map(str::trim_start).collect::<String>();
    parts.map(joined).collect()
}

/// Whether a text holds what stands between another one's placeholders, in order.
fn holds_in_order(text: &str, other: &str) -> bool {
    let mut pieces = other.split('{').map(|it| it.split_once('}').map_or(it, |it| it.1));
    let mut rest = Some(text);
    pieces.all(|piece| {
        rest = rest.and_then(|rest| rest.split_once(piece)).map(|it| it.1);
        rest.is_some()
    })
}

#[test]
fn every_text_of_a_finding_that_stands_in_the_code_is_in_a_template() {
    let english = catalogue("en");
    let is_template = |section: &str| ["finding", "value", "validity"].contains(&section);
    let templates = english.iter().filter(|((section, _), _)| is_template(section));
    let templates: Vec<&str> = templates.map(|(_, text)| text.as_str()).collect();
    let mut count = 0;
    for folder in ["src/check", "src/decode", "src/finding"] {
        for path in files_below(&repository().join(folder)) {
            for literal in literals(&fs::read_to_string(&path).unwrap()) {
                let is_of_finding = literal.starts_with("expected ") || literal.contains("found ");
                let is_of_command_line = literal.contains("number of rows such as");
                if !is_of_finding || is_of_command_line {
                    continue;
                }
                count += 1;
                // Either may have a value where the other has a placeholder.
                let fits = |template: &&str| {
                    holds_in_order(template, &literal) || holds_in_order(&literal, template)
                };
                assert!(templates.iter().any(fits), "{}: {literal:?}", path.display());
            }
        }
    }
    assert!(count > 30, "{count}");
}
