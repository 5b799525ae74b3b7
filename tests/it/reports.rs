//! Reports: what is written of them, what is told of their mistakes, what an edition promises.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use crate::peers::peer;
use crate::sandbox::{Sandbox, repository};

/// Three deliveries of samples, one of them with mistakes, and none of the years between.
static WAREHOUSE: LazyLock<Sandbox> = LazyLock::new(|| {
    let sandbox = Sandbox::new();
    for (ids, mistakes, seed) in
        [("2008-05,2008-11,2009-05", "0%", "5"), ("2009-11,2010-05,2010-11", "2%", "6")]
    {
        let sample = ["sample", "--deliveries", ids, "--persons", "400", "--seed", seed];
        let more = ["--mistakes", mistakes, "--output", "samples"];
        sandbox.run_all(&[&sample[..], &more].concat()).ok();
    }
    for file in sandbox.files("samples").into_iter().filter(|it| is_csv(it)) {
        sandbox.run(["ingest", file.to_str().unwrap(), "--max-rejects", "100%"]).ok();
    }
    sandbox
});

fn is_csv(path: &Path) -> bool {
    path.extension().is_some_and(|it| it == "csv")
}

const SHIPPED: [&str; 3] = ["delivery-note", "quarterly-figures", "yearly-overview"];

/// A warehouse with a report of one's own.
fn with_report(definition: &str, texts: &[(&str, &str)]) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox
        .run(["sample", "--deliveries", "2008-05,2008-11", "--persons", "200", "--output", "in"])
        .ok();
    for file in sandbox.files("in").into_iter().filter(|it| is_csv(it)) {
        sandbox.run(["ingest", file.to_str().unwrap()]).ok();
    }
    sandbox.write("warehouse/reports/mine/report.toml", definition);
    for (name, text) in texts {
        sandbox.write(&format!("warehouse/reports/mine/{name}"), text);
    }
    sandbox
}

const DEFINITION: &str = r#"languages = ["fr", "en"]
outputs = ["html", "csv"]

[title]
fr = "Essai"
en = "Trial"

[tables.measures]
query = "totals-by-measure"

[numbers.persons]
table = "measures"
metric = "persons"
where = { quarter = "last", measure = "total" }
against = "before"

[numbers.measure]
table = "measures"
metric = "amount"
where = { quarter = "last" }
"#;

/// The line of an answer as CSV that begins like this, as fields.
fn line(csv: &str, start: &str) -> Vec<String> {
    let line =
        csv.lines().find(|it| it.starts_with(start)).unwrap_or_else(|| panic!("{start}: {csv}"));
    line.split(',').map(str::to_owned).collect()
}

#[test]
fn every_shipped_report_is_built_in_every_language_and_its_manifest_names_each_file() {
    let sandbox = &*WAREHOUSE;
    for name in SHIPPED {
        let folder = sandbox.join(&format!("whole-{name}"));
        sandbox.run(["report", name, "--output", folder.to_str().unwrap()]).ok();
        let manifest: serde_json::Value =
            serde_json::from_str(&fs::read_to_string(folder.join("manifest.json")).unwrap())
                .unwrap();
        let mut named: Vec<String> = Vec::new();
        for file in manifest["files"].as_array().unwrap() {
            let path = folder.join(file["name"].as_str().unwrap());
            let bytes = fs::read(&path).unwrap();
            assert_eq!(file["bytes"], bytes.len(), "{}", path.display());
            assert_eq!(
                file["blake3"],
                blake3::hash(&bytes).to_hex().as_str(),
                "{}",
                path.display()
            );
            named.push(path.display().to_string());
        }
        let mut there: Vec<String> = crate::sandbox::files_below(&folder)
            .iter()
            .map(|it| it.display().to_string())
            .filter(|it| !it.ends_with("manifest.json"))
            .collect();
        named.sort();
        there.sort();
        assert_eq!(named, there);
        for language in ["fr", "nl", "en"] {
            let page = fs::read_to_string(folder.join(format!("index.{language}.html"))).unwrap();
            assert!(page.contains(&format!("<html lang=\"{language}\">")), "{name}");
            assert!(!page.contains("{{") && !page.contains("<script"), "{name} {language}");
        }
        assert_eq!(manifest["for_publication"], false);
    }
}

#[test]
fn numbers_in_sentences_are_those_of_the_answers() {
    let text = "Total {{ persons }} / {{ persons.before }} / {{ persons.change }} / {{ measure.article_60 }} / \
                {{ measure.article_60 in euros }}.\n";
    let sandbox = with_report(DEFINITION, &[("fr.md", text), ("en.md", text)]);
    sandbox.run(["report", "mine", "--output", "out"]).ok();
    let csv = sandbox.csv("totals-by-measure");
    let quarters: Vec<&str> =
        csv.lines().skip(1).map(|it| &it[..6]).filter(|it| *it < "t").collect();
    let (last, before) = (quarters[quarters.len() - 1], {
        let mut all = quarters.clone();
        all.dedup();
        all[all.len() - 2]
    });
    let persons =
        |quarter: &str| -> i64 { line(&csv, &format!("{quarter},total,"))[2].parse().unwrap() };
    let amount = line(&csv, &format!("{last},article_60,"))[4].clone();
    let cents: i64 = amount.replace('.', "").parse().unwrap();
    let change = persons(last) - persons(before);
    let sign = if change > 0 { "+" } else { "" };
    let grouped = |text: String| {
        let (whole, rest) = text.split_once(',').map_or((text.as_str(), ""), |(a, b)| (a, b));
        let mut out = String::new();
        for (at, digit) in whole.chars().enumerate() {
            if at > 0 && (whole.len() - at) % 3 == 0 {
                out.push('\u{a0}');
            }
            out.push(digit);
        }
        if rest.is_empty() { out } else { format!("{out},{rest}") }
    };
    let expected = format!(
        "Total {} / {} / {} / {} / {}.",
        grouped(persons(last).to_string()),
        grouped(persons(before).to_string()),
        format!("{sign}{change}").replace('-', "\u{2212}"),
        grouped(amount.replace('.', ",")),
        grouped(((cents + 50) / 100).to_string()),
    );
    let page = sandbox.read("out/index.fr.html").replace('\u{202f}', "\u{a0}");
    assert!(page.contains(&expected), "{expected}\n{page}");
}

#[test]
fn all_mistakes_of_all_texts_are_told_at_once_with_their_places() {
    let french = "## Titre\n\nIl y a {{ person }} et {{ persons in dollars }} <b>x</b>.\n\n\
                  {{ if persons.change > 0 }}\nplus\n\n```figure lignes\ntable = \"x\"\n```\n";
    let english = "# Too big\n\n![x](y.png) [a](javascript:b)\n\n```figure table\ntable = \"measure\"\nmetrik = 1\n```\n";
    let sandbox = with_report(DEFINITION, &[("fr.md", french), ("en.md", english)]);
    let ran = sandbox.run(["report", "mine", "--output", "out"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    assert!(!sandbox.join("out").exists());
    insta::assert_snapshot!(ran.stderr, @r#"
    error: 6 mistakes in ./warehouse/reports/mine/fr.md
      ./warehouse/reports/mine/fr.md:3:8: there is no number `person` in this report (did you mean `persons`?)
      ./warehouse/reports/mine/fr.md:3:38: unknown form `dollars` (known here: euros, thousands, millions)
      ./warehouse/reports/mine/fr.md:3:49: raw HTML is not taken (write Markdown; `\<` is the sign itself)
      ./warehouse/reports/mine/fr.md:3:53: raw HTML is not taken (write Markdown; `\<` is the sign itself)
      ./warehouse/reports/mine/fr.md:5:1: this condition has no end (write `{{ end }}` after its text)
      ./warehouse/reports/mine/fr.md:8:1: unknown kind of figure `lignes` (did you mean `lines`?)
    error: 4 mistakes in ./warehouse/reports/mine/en.md
      ./warehouse/reports/mine/en.md:1:1: the title of a report stands in report.toml (begin headings with `##`)
      ./warehouse/reports/mine/en.md:3:1: pictures are figures of the report (write a block ```` ```figure lines ```` instead)
      ./warehouse/reports/mine/en.md:3:13: this address cannot be followed (addresses begin with `https://`, `http://`, `mailto:` or `#`)
      ./warehouse/reports/mine/en.md:7:1: unknown key `metrik` (did you mean `metrics`?)
    "#);
    let checked = sandbox.run(["reports", "--check"]);
    assert_eq!(checked.code, 2);
    assert!(checked.stderr.contains("fr.md:3:8"), "{checked}");
}

#[test]
fn a_definition_with_mistakes_is_refused_with_all_of_them() {
    let definition = "languages = [\"fr\", \"it\", \"fr\"]\noutputs = [\"htm\"]\n[tables.a]\nquery = \"by-yeer\"\nquarters = 0\n\
                      years = 2\n[numbers.title]\ntable = \"b\"\nmetric = \"persons\"\nagainst = \"yesterday\"\n";
    let sandbox = with_report(definition, &[("fr.md", "x\n"), ("nl.md", "x\n")]);
    let ran = sandbox.run(["reports", "--check"]);
    assert_eq!(ran.code, 2);
    insta::assert_snapshot!(ran.stderr, @"
    error: 7 mistakes in ./warehouse/reports/mine/report.toml
      ./warehouse/reports/mine/report.toml:1:20: unknown language `it` (known here: en, fr, nl, de)
      ./warehouse/reports/mine/report.toml:1:26: `fr` is named twice
      ./warehouse/reports/mine/report.toml:2:12: unknown output `htm` (did you mean `html`?)
      ./warehouse/reports/mine/report.toml:5:12: `quarters` must be at least 1, found 0
      ./warehouse/reports/mine/report.toml:7:10: `title` is what the report says of itself
      ./warehouse/reports/mine/report.toml:8:9: there is no table `b` in this report (known here: a)
      ./warehouse/reports/mine/report.toml:10:11: unknown word `yesterday` (known here: before, year_before)
    ");
    // What only the queries tell.
    let sandbox = with_report(
        &DEFINITION.replace("by-measure", "by-measures").replace("\"amount\"", "\"amont\""),
        &[("fr.md", "x\n"), ("en.md", "x\n")],
    );
    insta::assert_snapshot!(sandbox.run(["reports", "--check"]).stderr, @"
    error: 1 mistake in ./warehouse/reports/mine/report.toml
      ./warehouse/reports/mine/report.toml:9:9: there is no query `totals-by-measures`; did you mean `totals-by-measure`?
    ");
    let sandbox = with_report(
        &DEFINITION.replace("\"amount\"", "\"amont\""),
        &[("fr.md", "x\n"), ("en.md", "x\n")],
    );
    insta::assert_snapshot!(sandbox.run(["reports", "--check"]).stderr, @"
    error: 1 mistake in ./warehouse/reports/mine/report.toml
      ./warehouse/reports/mine/report.toml:19:10: `totals-by-measure` has no metric `amont` (did you mean `amount`?)
    ");
}

#[test]
fn a_number_that_is_missing_is_a_mistake_unless_the_text_says_what_to_write() {
    let missing = "{{ measure.ptp.change }}\n";
    let definition = DEFINITION.replace("against = \"before\"", "against = \"year_before\"");
    let sandbox =
        with_report(&definition, &[("fr.md", "{{ persons.change }}\n"), ("en.md", missing)]);
    let ran = sandbox.run(["report", "mine", "--output", "out"]);
    assert_eq!(ran.code, 2);
    insta::assert_snapshot!(ran.stderr, @r#"
    error: 1 mistake in ./warehouse/reports/mine/fr.md
      ./warehouse/reports/mine/fr.md:1:1: there is no number here: the table has no such row (say what to write then, such as `persons or "–"`, or ask with `if … is known`)
    error: 1 mistake in ./warehouse/reports/mine/en.md
      ./warehouse/reports/mine/en.md:1:1: there is no number here: unknown value of `measure` in this answer `ptp`; there are activation, article_60, article_61, partnership_convention, piis, social_economy, total, unclassified (say what to write then, such as `measure or "–"`, or ask with `if … is known`)
    "#);
    let text = "{{ persons.change or \"none\" }} {{ if persons.change is known }}known{{ else }}unknown{{ end }}\n";
    let sandbox = with_report(&definition, &[("fr.md", text), ("en.md", text)]);
    sandbox.run(["report", "mine", "--lang", "en", "--output", "out"]).ok();
    let page = sandbox.read("out/index.en.html");
    assert!(page.contains("<p>none unknown</p>"), "{page}");
    assert!(!sandbox.join("out/index.fr.html").exists());
}

#[test]
fn an_edition_has_the_same_bytes_again_by_its_command_on_any_number_of_threads() {
    let sandbox = &*WAREHOUSE;
    sandbox.run(["report", "yearly-overview", "--output", "first"]).ok();
    let manifest: serde_json::Value =
        serde_json::from_str(&sandbox.read("first/manifest.json")).unwrap();
    let command = manifest["command"].as_str().unwrap();
    let words: Vec<&str> = command.split(' ').skip(1).collect();
    let again = |folder: &str, more: &[&str], threads: &str, zone: &str| {
        let words = [&words[..], &["--output", folder], more].concat();
        let mut command = sandbox.command(&words);
        command
            .env("RAYON_NUM_THREADS", threads)
            .env("POLARS_MAX_THREADS", threads)
            .env("TZ", zone);
        assert!(command.status().unwrap().success());
    };
    again("second", &[], "1", "UTC");
    again("third", &["--without-histories"], "3", "Pacific/Auckland");
    let bytes = |folder: &str| -> Vec<(String, Vec<u8>)> {
        let root = sandbox.join(folder);
        let files = sandbox.files(folder);
        let named = files.iter().map(|it| {
            (it.strip_prefix(&root).unwrap().display().to_string(), fs::read(it).unwrap())
        });
        named.collect()
    };
    let first = bytes("first");
    for other in ["second", "third"] {
        for (one, two) in first.iter().zip(bytes(other)) {
            assert_eq!(one.0, two.0);
            assert!(one.1 == two.1, "{} of {other} differs", one.0);
        }
    }
}

#[test]
fn an_edition_is_never_written_over() {
    let sandbox = &*WAREHOUSE;
    let folder = sandbox.join("kept");
    let out = folder.to_str().unwrap();
    fs::create_dir_all(&folder).unwrap();
    sandbox.run(["report", "delivery-note", "--lang", "fr", "--output", out]).ok();
    let before = sandbox.read("kept/manifest.json");
    let ran = sandbox.run(["report", "delivery-note", "--output", out]);
    assert_eq!(ran.code, 2);
    insta::assert_snapshot!(ran.stderr, @"
    error: SANDBOX/kept is there already
    hint: an edition is never written over: name another with `--edition` or `--output`, or remove it
    ");
    assert_eq!(sandbox.read("kept/manifest.json"), before);
    let in_warehouse = sandbox.run(["report", "delivery-note", "--output", "warehouse/queries/x"]);
    assert_eq!(in_warehouse.code, 2, "{in_warehouse}");
}

#[test]
fn what_is_not_there_is_told_with_what_there_is() {
    let sandbox = &*WAREHOUSE;
    let mut said = String::new();
    let cases: [&[&str]; 5] = [
        &["report", "quarterly"],
        &["report", "quarterly-figures", "--lang", "de"],
        &["report", "quarterly-figures", "--edition", "../x"],
        &["reports", "yearly"],
        &["report", "yearly-overview", "--as-of", "1", "--output", "early"],
    ];
    for arguments in cases {
        let ran = sandbox.run_all(arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{ran}");
        said += &ran.stderr;
    }
    insta::assert_snapshot!(said, @"
    error: there is no report `quarterly`; did you mean `quarterly-figures`?
    hint: `sppis reports` lists them
    error: the report is not written in `de`
    hint: it is in fr, nl, en
    error: invalid value '../x' for '--edition <EDITION>': expected letters, digits, `-`, `_`, `@` and `.`, which is not first

    For more information, try '--help'.
    error: there is no report `yearly`; did you mean `yearly-overview`?
    error: 4 mistakes in reports/yearly-overview/report.toml
      reports/yearly-overview/report.toml:14:9: no year was delivered with its four quarters (ask for `quarters` instead, or for `from` and `to`)
      reports/yearly-overview/report.toml:18:9: no year was delivered with its four quarters (ask for `quarters` instead, or for `from` and `to`)
      reports/yearly-overview/report.toml:22:9: no year was delivered with its four quarters (ask for `quarters` instead, or for `from` and `to`)
      reports/yearly-overview/report.toml:26:9: no year was delivered with its four quarters (ask for `quarters` instead, or for `from` and `to`)
    ");
    let empty = Sandbox::new();
    let ran = empty.run(["report", "delivery-note"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("expected a delivery to answer from"), "{ran}");
}

#[test]
fn a_copy_of_a_shipped_report_is_a_report_of_ones_own() {
    let sandbox = Sandbox::new();
    sandbox.run(["reports", "quarterly-figures", "--copy", "warehouse/reports/mine"]).ok();
    let own = sandbox.read("warehouse/reports/mine/fr.md");
    let shipped = repository().join("reports/quarterly-figures/fr.md");
    assert_eq!(own, fs::read_to_string(shipped).unwrap());
    let listed = sandbox.run(["reports", "--format", "json"]).ok().stdout;
    let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
    let names: Vec<&str> =
        listed.as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["delivery-note", "mine", "quarterly-figures", "yearly-overview"]);
    let again = sandbox.run(["reports", "quarterly-figures", "--copy", "warehouse/reports/mine"]);
    assert_eq!(again.code, 2, "{again}");
    assert_eq!(sandbox.run(["reports", "--check"]).ok().stdout, "4 reports without a mistake\n");
}

#[test]
fn text_is_text_wherever_it_comes_from() {
    let definition = DEFINITION.replace("\"Essai\"", "\"<script>alert(1)</script> & Co\"");
    let text = "A \\<b\\> & `<i>` {{ title }}\n\n```figure lines\ntable = \"measures\"\nmetric = \"persons\"\n\
                title = \"<x onload=1> {{ title }}\"\nonly = { quarter = \"each\" }\n```\n";
    let sandbox = with_report(&definition, &[("fr.md", text), ("en.md", "x\n")]);
    sandbox.run(["report", "mine", "--output", "out"]).ok();
    let page = sandbox.read("out/index.fr.html");
    assert!(
        !page.contains("<script") && !page.contains("<x onload") && !page.contains("<i>"),
        "{page}"
    );
    assert!(page.contains("&lt;script&gt;"), "{page}");
}

#[test]
fn a_workbook_has_a_sheet_for_each_figure_that_reads_and_prints_as_it_should() {
    let sandbox = &*WAREHOUSE;
    sandbox.run(["report", "quarterly-figures", "--lang", "nl", "--output", "book"]).ok();
    let path = sandbox.join("book/quarterly-figures.nl.xlsx");
    let tables: serde_json::Value =
        serde_json::from_str(&peer("workbook.py", &["nl", path.to_str().unwrap()])).unwrap();
    let csv = sandbox.read("book/data/measures.csv");
    let last = csv.lines().skip(1).map(|it| &it[..6]).filter(|it| *it < "t").max().unwrap();
    // Persons of each measure, and of all.
    let expected: Vec<i64> = csv
        .lines()
        .filter(|it| it.starts_with(last))
        .map(|it| it.split(',').nth(2).unwrap().parse().unwrap())
        .collect();
    let rows = tables["Tabel 1"].as_array().unwrap();
    let found: Vec<i64> = rows[1..].iter().map(|row| row[1].as_i64().unwrap()).collect();
    assert_eq!(found, expected);
}

#[test]
fn workbooks_of_all_reports_are_as_guidance_for_accessible_spreadsheets_asks() {
    let sandbox = &*WAREHOUSE;
    for report in ["quarterly-figures", "yearly-overview", "delivery-note"] {
        let folder = format!("checked-{report}");
        sandbox.run(["report", report, "--output", &folder]).ok();
        for language in ["fr", "nl", "en"] {
            let path = sandbox.join(&format!("{folder}/{report}.{language}.xlsx"));
            peer("workbook.py", &[language, path.to_str().unwrap()]);
        }
    }
}
