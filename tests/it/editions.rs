//! Editions: what one says has changed since the one before, against the files that were handed out.

use std::collections::BTreeMap;
use std::fs;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use sppis::report::{MadeEdition, index_page};
use sppis::words::Language;

use crate::sandbox::{HEADER, PERSONS, Sandbox};

/// A report with one table by quarter and one over all its quarters.
const REPORT: &str = r#"
title = { en = "Mine" }
languages = ["en"]
outputs = ["html", "pdf", "xlsx", "csv"]

[tables.regimes]
query = "by-regime-and-measure"

[tables.all]
query = "totals-by-measure"
"#;

/// Two deliveries, then the first one again with another amount and a person less.
fn three_states() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("warehouse/reports/mine/report.toml", REPORT);
    sandbox.write(
        "warehouse/reports/mine/en.md",
        "## Text\n\n```figure table\ntable = \"regimes\"\n```\n",
    );
    let [a, b, c, _] = PERSONS;
    let first = format!("{a};1;21004;2005-01-01;2005-01-31;;;1;10,00");
    let dropped = format!("{b};1;21004;2005-01-01;2005-01-31;;;;");
    let revised = format!("{a};1;21004;2005-01-01;2005-01-31;;;1;20,00");
    let later = format!("{c};1;21004;2005-04-01;2005-04-30;;;1;30,00");
    for (file, rows, delivery, window) in [
        ("one.csv", vec![first, dropped], "ba", "2005Q1..2005Q1"),
        ("two.csv", vec![later], "bb", "2005Q2..2005Q2"),
        ("three.csv", vec![revised], "ba", "2005Q1..2005Q1"),
    ] {
        sandbox.write(file, format!("{HEADER}\n{}\n", rows.join("\n")));
        sandbox.run(["ingest", file, "--delivery", delivery, "--window", window]).ok();
    }
    for (edition, version) in [("first", "1"), ("second", "2"), ("third", "3")] {
        sandbox.run(["report", "mine", "--edition", edition, "--as-of", version]).ok();
    }
    sandbox
}

fn manifest(sandbox: &Sandbox, edition: &str) -> Value {
    let text = sandbox.read(&format!("editions/mine/{edition}/manifest.json"));
    serde_json::from_str(&text).unwrap()
}

/// The fields of a file of data by quarter, regime, measure and column.
fn figures(sandbox: &Sandbox, edition: &str) -> BTreeMap<(String, String), String> {
    let text = sandbox.read(&format!("editions/mine/{edition}/data/regimes.csv"));
    let mut lines = text.lines().map(|it| it.split(',').map(str::to_owned).collect::<Vec<_>>());
    let heads = lines.next().unwrap();
    let stubs = ["quarter", "regime", "measure"];
    let mut found = BTreeMap::new();
    for line in lines {
        let of: Vec<String> = heads
            .iter()
            .zip(&line)
            .filter(|(head, _)| stubs.contains(&head.as_str()))
            .map(|(head, it)| format!("{head}={it}"))
            .collect();
        for (head, it) in
            heads.iter().zip(&line).filter(|(head, _)| !stubs.contains(&head.as_str()))
        {
            found.insert((of.join(";"), head.clone()), it.clone());
        }
    }
    found
}

#[test]
fn revised_figures_are_those_that_differ_from_the_files_that_were_handed_out() {
    let sandbox = three_states();
    let (before, after) = (figures(&sandbox, "second"), figures(&sandbox, "third"));
    let differ = before.iter().filter_map(|(key, old)| {
        let new = after.get(key)?;
        (old != new).then(|| format!("regimes,{},{},{old},,{new},", key.0, key.1))
    });
    let mut expected: Vec<String> = differ.collect();
    let text = sandbox.read("editions/mine/third/data/changes.csv");
    let mut told: Vec<String> =
        text.lines().filter(|it| it.starts_with("regimes,")).map(str::to_owned).collect();
    expected.sort();
    told.sort();
    assert!(!expected.is_empty());
    assert_eq!(told, expected);
    let compared = &manifest(&sandbox, "third")["compared_with"];
    assert_eq!(compared["edition"], "second");
    assert_eq!(compared["revised"], text.lines().count() - 1);
    let page = sandbox.read("editions/mine/third/index.en.html");
    assert!(page.contains("What has changed since edition second"), "{page}");
    assert!(page.contains("In edition second"));
    assert!(page.contains("data/changes.csv"));
}

#[test]
fn what_is_over_other_quarters_now_is_new_and_not_revised() {
    let sandbox = three_states();
    let first = manifest(&sandbox, "first");
    assert_eq!(first["compared_with"], Value::Null);
    assert!(!sandbox.read("editions/mine/first/index.en.html").contains("What has changed"));
    let second = manifest(&sandbox, "second");
    insta::assert_snapshot!(sandbox.read("editions/mine/second/data/changes.csv"), @"
    table,of,figure,before,before_status,after,after_status
    ");
    assert_eq!(second["compared_with"]["revised"], 0);
    let page = sandbox.read("editions/mine/second/index.en.html");
    assert!(page.contains("No figure that edition first showed is another now."), "{page}");
    assert!(page.contains("New: Q2 2005."), "{page}");
}

#[test]
fn which_edition_is_compared_with_can_be_said() {
    let sandbox = three_states();
    let with = |asked: &str, output: &str| {
        sandbox.run([
            "report",
            "mine",
            "--edition",
            "x",
            "--compare-with",
            asked,
            "--output",
            output,
        ])
    };
    with("first", "editions/mine/x").ok();
    assert_eq!(manifest(&sandbox, "x")["compared_with"]["edition"], "first");
    with("none", "editions/mine/y").ok();
    assert_eq!(manifest(&sandbox, "y")["compared_with"], Value::Null);
    with("./editions/mine/first", "elsewhere").ok();
    sandbox.run(["report", "delivery-note", "--lang", "en", "--output", "note"]).ok();
    insta::assert_snapshot!(with("./note", "z").stderr, @"
    error: ./note is an edition of `delivery-note`, not of `mine`
    hint: name one of the same report, or `--compare-with none`
    ");
    insta::assert_snapshot!(with("fourth", "editions/mine/z").stderr, @"
    error: SANDBOX/editions/mine/fourth/manifest.json: No such file or directory (os error 2)
    hint: name another with `--compare-with`, or `--compare-with none`
    ");
    // What was handed out is compared, or nothing.
    let changed = sandbox.join("editions/mine/first/data/regimes.csv");
    fs::write(&changed, "quarter,regime,measure\n").unwrap();
    insta::assert_snapshot!(with("first", "editions/mine/z").stderr, @"
    error: SANDBOX/editions/mine/first/data/regimes.csv: its bytes are not those that the edition's manifest names
    hint: name another with `--compare-with`, or `--compare-with none`
    ");
    assert!(!sandbox.join("editions/mine/z").exists());
}

/// What a page says, without its marks; a line for each row and each paragraph, ` | ` between cells.
fn said(page: &str) -> String {
    let body = page.split_once("<body").unwrap().1.split_once('>').unwrap().1;
    let cells =
        body.replace("</td><td", " | <td").replace("</th><t", " | <t").replace("</td><td", "");
    let mut said = String::new();
    for piece in cells.split('<') {
        said.push_str(piece.split_once('>').map_or(piece, |(_, text)| text));
    }
    let lines: Vec<&str> = said.lines().filter(|it| !it.trim().is_empty()).collect();
    lines.join("\n")
}

#[test]
fn a_page_lists_the_editions_of_a_report_the_newest_first() {
    let sandbox = three_states();
    let mut editions = MadeEdition::all(&sandbox.join("editions/mine")).unwrap();
    let page = index_page(&editions, Language::En);
    let mut told = said(&page);
    for edition in &editions {
        let committed = edition.manifest().committed.parse::<DateTime<Utc>>().unwrap();
        let committed = committed.format("%Y-%m-%d %H:%M:%S UTC").to_string();
        told =
            told.replace(&committed, "COMMITTED").replace(&edition.manifest().program, "PROGRAM");
    }
    insta::assert_snapshot!(told, @"
    Not for publication: figures for use inside the institution, not yet checked for disclosure
    Mine
    Editions, the newest first
    Edition | Period | State of the data | Deliveries | Compared with | Revised figures | New rows | Rows gone | Made with
    third | Q1 2005 – Q2 2005 | version 3, committed COMMITTED | ba@2, bb@1 | second | 9 | 0 | 2 | PROGRAM
    second | Q1 2005 – Q2 2005 | version 2, committed COMMITTED | ba@1, bb@1 | first | 0 | 3 | 0 | PROGRAM
    first | Q1 2005 – Q1 2005 | version 1, committed COMMITTED | ba@1 | not compared | – | – | – | PROGRAM
    ");
    // Every link leads to a page that is there; nothing else is asked for, and nothing runs.
    let links: Vec<&str> =
        page.split("href=\"").skip(1).map(|it| it.split('"').next().unwrap()).collect();
    assert_eq!(links, ["third", "second", "first"].map(|it| format!("./{it}/index.en.html")));
    assert!(links.iter().all(|it| sandbox.join("editions/mine").join(it).is_file()));
    assert!(!page.contains("<script") && !page.contains("src=") && !page.contains("<link"));
    assert!(page.starts_with("<!DOCTYPE html>\n<html lang=\"en\">"));
    // Whatever order they come in, the page is the same.
    editions.reverse();
    assert_eq!(index_page(&editions, Language::En), page);
}

#[test]
fn the_page_of_editions_speaks_its_language_and_takes_no_text_for_marks() {
    let sandbox = Sandbox::empty();
    let manifest = |edition: &str, version: u64, page: &str| {
        let text = json!({
            "report": "odd",
            "edition": edition,
            "title": {"fr": "Chiffres <b>&amp; plus"},
            "period": "2007Q1..2008Q4",
            "policy": null,
            "for_publication": version == 1,
            "version": version,
            "classification": null,
            "deliveries": (0..version).map(|it| format!("20{it:02}-05")).collect::<Vec<_>>(),
            "program": "sppis <1>",
            "command": "",
            "compared_with": (version > 1).then(|| json!({
                "edition": "<before>",
                "manifest_blake3": "",
                "revised": 12_345,
                "rows_new": 1,
                "rows_gone": 0,
            })),
            "made_of": [],
            "tables": [],
            "files": [{"name": page, "bytes": 0, "blake3": ""}],
        });
        let name = format!("editions/{edition}/manifest.json");
        MadeEdition::open(sandbox.write(&name, text.to_string()).parent().unwrap()).unwrap()
    };
    let editions = [
        manifest("javascript:é 1", 1, "index.fr.html"),
        manifest("b\"ad", 12, "index.nl.html"),
        manifest("c", 5, "index.html"),
    ];
    let page = index_page(&editions, Language::Nl);
    insta::assert_snapshot!(said(&page), @"
    Niet voor publicatie: cijfers voor intern gebruik, waarvan de vertrouwelijkheid nog niet gecontroleerd is
    Chiffres &lt;b&gt;&amp;amp; plus
    Edities, de nieuwste eerst
    Editie | Periode | Stand van de gegevens | Leveringen | Vergeleken met | Herziene cijfers | Nieuwe rijen | Verdwenen rijen | Gemaakt met
    b&quot;ad | 1e kwartaal 2007 – 4e kwartaal 2008 | versie 12 | 12 leveringen2000-05, 2001-05, 2002-05, 2003-05, 2004-05, 2005-05, 2006-05, 2007-05, 2008-05, 2009-05, 2010-05, 2011-05 | &lt;before&gt; | 12 345 | 1 | 0 | sppis &lt;1&gt;
    c | 1e kwartaal 2007 – 4e kwartaal 2008 | versie 5 | 5 leveringen2000-05, 2001-05, 2002-05, 2003-05, 2004-05 | &lt;before&gt; | 12 345 | 1 | 0 | sppis &lt;1&gt;
    javascript:é 1 (fr) | 1e kwartaal 2007 – 4e kwartaal 2008 | versie 1 | 2000-05 | niet vergeleken | – | – | – | sppis &lt;1&gt;
    ");
    assert!(page.contains("<h1><span lang=\"fr\">Chiffres &lt;b&gt;&amp;amp; plus</span></h1>"));
    assert!(
        page.contains("<a class=\"short\" href=\"./b%22ad/index.nl.html\">b&quot;ad</a>"),
        "{page}"
    );
    assert!(page.contains(
        "<a class=\"short\" href=\"./javascript%3A%C3%A9%201/index.fr.html\" hreflang=\"fr\">"
    ));
    assert!(page.contains("<th scope=\"row\">c</th>"), "{page}");
    for (language, none) in [
        (Language::En, "Editions\nThere is no edition yet."),
        (Language::Fr, "Éditions\nIl n’y a pas encore d’édition."),
        (Language::Nl, "Edities\nEr is nog geen editie."),
        (Language::De, "Ausgaben\nEs gibt noch keine Ausgabe."),
    ] {
        assert_eq!(said(&index_page(&[], language)), none);
    }
}
