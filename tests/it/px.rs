//! PX files: read by another program, their raw symbols, and what PX has no room for.

use std::collections::BTreeMap;
use std::fs;

use crate::peers::peer;
use crate::sandbox::{PERSONS, Sandbox};
use crate::seeded::warehouse;

/// Writes an answer as PX; gives its text and its path.
fn written(from: &Sandbox, to: &Sandbox, words: &[&str]) -> (String, String) {
    let path = to.join("x.px").to_str().unwrap().to_owned();
    from.run_all(&[words, &["--output", &path]].concat()).ok();
    (fs::read_to_string(&path).unwrap(), path)
}

/// Cells as pyaxis reads them: codes, then what the cell is, then what stands in the file.
fn cells(path: &str, more: &[&str]) -> (Vec<String>, Vec<Vec<String>>) {
    let read = peer("px.py", &[&[path], more].concat());
    let mut reader = read.lines().map(|line| line.split('\t').map(str::to_owned).collect());
    let header: Vec<String> = reader.next().unwrap();
    (header, reader.collect())
}

/// The symbol that stands for a status of the other formats.
fn symbol(status: &str) -> &'static str {
    match status {
        "not_applicable" => "\".\"",
        "not_delivered" => "\"..\"",
        "undefined" => "\"...\"",
        "partial" => "\"....\"",
        other => panic!("{other}"),
    }
}

/// The figures of a query by codes, figure and time, as its CSV has them: numbers and symbols.
fn expected(query: &str, more: &[&str]) -> BTreeMap<Vec<String>, String> {
    let csv = warehouse().run_all(&[&["run", query, "--format", "csv"], more].concat()).ok().stdout;
    let mut lines = csv.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let header = lines.next().unwrap();
    let json = warehouse().run_all(&[&["run", query, "--format", "json"], more].concat()).ok();
    let json: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    let first = &json["rows"][0];
    let known = sppis::metric::Dimension::named;
    let time = ["quarter", "year"].into_iter().find(|it| header.contains(it));
    let is_dimension = |it: &str| known(it).is_some() || it == "revision";
    let mut cells = BTreeMap::new();
    for row in lines {
        let at = |name: &str| header.iter().position(|it| *it == name).unwrap();
        let code = |name: &str| match row[at(name)] {
            "" => "(none)".to_owned(),
            code => code.to_owned(),
        };
        for name in header.iter().filter(|it| !is_dimension(it) && !it.ends_with("_status")) {
            assert!(!first[*name].is_null() || !row[at(name)].contains(char::is_alphabetic));
            let dimensions = header.iter().filter(|it| is_dimension(it) && Some(**it) != time);
            let mut key: Vec<String> = dimensions.map(|it| code(it)).collect();
            key.push((*name).to_owned());
            key.extend(time.map(code));
            let value = match row[at(name)] {
                "" => symbol(row[at(&format!("{name}_status"))]),
                number => number,
            };
            assert!(cells.insert(key, value.to_owned()).is_none());
        }
    }
    cells
}

#[test]
fn every_figure_is_a_cell_and_every_other_cell_is_0_or_says_why_not() {
    let sandbox = Sandbox::empty();
    let queries: [(&str, &[&str]); 9] = [
        ("by-region", &[]),
        ("by-sex-and-age", &[]),
        ("amount-per-person", &[]),
        ("by-year", &[]),
        ("by-year", &["--complete-only"]),
        ("trend-by-regime", &[]),
        ("totals-by-measure", &[]),
        ("by-municipality", &["--from", "2005Q3", "--to", "2005Q4"]),
        ("by-region", &["--compare-with", "2006-11"]),
    ];
    for (query, more) in queries {
        let expected = expected(query, more);
        let (_, path) = written(warehouse(), &sandbox, &[&["run", query], more].concat());
        let (_, cells) = cells(&path, &[]);
        let mut found = 0;
        for cell in &cells {
            let (key, [read, raw]) = cell.split_at(cell.len() - 2) else { unreachable!() };
            let [read, raw] = [read, raw].map(String::as_str);
            match expected.get(key) {
                Some(value) => {
                    found += 1;
                    assert_eq!(raw, value, "{query} {key:?}");
                }
                // A cell without a row.
                None => {
                    assert!(["0", "0.00", "\"...\"", "\".....\""].contains(&raw), "{key:?} {raw}");
                }
            }
            // pyaxis has words of its own for two symbols; the others are text to it.
            match raw {
                "\".\"" => assert_eq!(read, ""),
                "\"..\"" => assert_eq!(read, "nan"),
                _ => assert_eq!(read.trim_matches('"'), raw.trim_matches('"')),
            }
        }
        assert_eq!(found, expected.len(), "{query}: a figure is in no cell");
    }
}

/// Two regimes, one of them in one quarter only, and a centre without a code.
fn small() -> Sandbox {
    let sandbox = Sandbox::new();
    let [first, second, ..] = PERSONS;
    let file = sandbox.delivery(
        "2008-05",
        &[
            &format!("{first};1;21004;2006-07-01;2006-07-31;1173;;1;100.00"),
            &format!("{first};1;21004;2006-10-01;2006-10-31;1173;;1;50.50"),
            &format!("{second};2;;2006-10-01;2006-10-31;;60;;"),
        ],
    );
    sandbox.run(["ingest", &file]).ok();
    sandbox
}

const QUERY: &str = "title.en = \"Persons \\\"and\\\" amounts\"\ntitle.fr = \"Personnes\"\n\
    metrics = [\"persons\", \"amount\", \"amount_per_convention_person\"]\n\
    dimensions = [\"quarter\", \"regime\"]\ntotals = [[\"quarter\"]]\n";

#[test]
fn a_file_has_all_languages_and_a_symbol_for_each_reason() {
    let sandbox = small();
    sandbox.write("warehouse/queries/mine.toml", QUERY);
    let (text, _) = written(&sandbox, &sandbox, &["run", "mine", "--lang", "fr"]);
    let shown: Vec<&str> = text
        .lines()
        .filter(|it| !it.contains("NOTE") && !it.contains("[nl]") && !it.contains("[de]"))
        .filter(|it| !it.starts_with('"') || !it.contains('#'))
        .filter(|it| !it.contains("[en]") || it.contains("TITLE") || it.contains("VALUES"))
        .collect();
    insta::assert_snapshot!(shown.join("\n"), @r#"
    CHARSET="ANSI";
    AXIS-VERSION="2013";
    CODEPAGE="utf-8";
    LANGUAGE="fr";
    LANGUAGES="fr","en","nl","de";
    TABLEID="mine";
    DECIMALS=2;
    SHOWDECIMALS=0;
    MATRIX="MINE";
    AGGREGALLOWED=NO;
    SUBJECT-CODE="SPPIS";
    SUBJECT-AREA="DWH_SPPIS_Formulaires";
    TITLE="Personnes";
    TITLE[en]="Persons \u{22}and\u{22} amounts";
    CONTENTS="Personnes";
    UNITS="nombre, euros";
    STUB="régime";
    HEADING="chiffre","trimestre";
    CONTVARIABLE="chiffre";
    VALUES("chiffre")="personnes","subvention de l’État (EBENCONVCM, EUR)","subvention de l’État par personne sous convention (EUR)";
    VALUES[en]("figure")="persons","amount","amount per convention person";
    VALUES("trimestre")="2006Q3","2006Q4";
    VALUES[en]("quarter")="2006Q3","2006Q4";
    VALUES("régime")="Aide sociale","Intégration sociale","total";
    VALUES[en]("regime")="Social aid","Social integration","total";
    TIMEVAL("trimestre")=TLIST(Q1),"20063","20064";
    CODES("chiffre")="persons","amount","amount_per_convention_person";
    CODES("trimestre")="2006Q3","2006Q4";
    CODES("régime")="aide_sociale","integration_sociale","total";
    ELIMINATION("régime")="total";
    UNITS("personnes")="nombre";
    UNITS("subvention de l’État (EBENCONVCM, EUR)")="euros";
    PRECISION("chiffre","subvention de l’État (EBENCONVCM, EUR)")=2;
    UNITS("subvention de l’État par personne sous convention (EUR)")="euros";
    PRECISION("chiffre","subvention de l’État par personne sous convention (EUR)")=2;
    SOURCE="DWH_SPPIS_Formulaires · 2008-05@1 · version 1";
    DATASYMBOL1="sans objet : n’existait pas alors, ou n’est pas rempli ici";
    DATASYMBOL2="pas encore livré";
    DATASYMBOL3="indéfini : rien par quoi diviser ou à quoi comparer";
    DATASYMBOL4="omis : sur une partie de ses trimestres seulement";
    DATASYMBOL5="non précisé : aucune ligne de la réponse";
    DATA=
    0 1 0.00 0.00 "..." "..."
    1 1 100.00 50.50 100.00 50.50
    1 2 100.00 50.50 100.00 50.50;
    "#);
}

#[test]
fn a_quarter_that_was_delivered_and_where_nobody_was_is_0_and_what_was_not_asked_is_not() {
    let sandbox = small();
    let text = "metrics = [\"persons\", \"amount\", \"amount_per_convention_person\"]\n\
                dimensions = [\"quarter\", \"regime\", \"cpas\"]\ntotals = [[\"quarter\"]]\n\
                [[derived]]\nname = \"share\"\nshare = \"persons\"\n";
    let text = text.split("[[derived]]").next().unwrap();
    sandbox.write("warehouse/queries/mine.toml", text);
    let (_, path) = written(&sandbox, &sandbox, &["run", "mine"]);
    let (header, cells) = cells(&path, &[]);
    assert_eq!(header, ["regime", "cpas", "figure", "quarter", "DATA", "RAW"]);
    let raw = |key: &[&str]| {
        let mut found = cells.iter().filter(|it| it[..4] == *key).map(|it| it[5].as_str());
        (found.next().unwrap(), found.next()).0
    };
    assert_eq!(raw(&["aide_sociale", "(none)", "persons", "2006Q4"]), "1");
    // Nobody was there.
    assert_eq!(raw(&["aide_sociale", "(none)", "persons", "2006Q3"]), "0");
    assert_eq!(raw(&["aide_sociale", "21004", "amount", "2006Q4"]), "0.00");
    let mean = "amount_per_convention_person";
    assert_eq!(raw(&["aide_sociale", "(none)", mean, "2006Q3"]), "\"...\"");
    assert_eq!(raw(&["total", "total", "amount", "2006Q4"]), "50.50");
    // No total of this kind was asked for.
    assert_eq!(raw(&["total", "21004", "persons", "2006Q4"]), "\".....\"");
}

#[test]
fn numbers_over_some_of_their_quarters_have_a_note_on_their_cells() {
    let sandbox = Sandbox::empty();
    let (text, _) = written(warehouse(), &sandbox, &["run", "by-year", "--lang", "nl"]);
    let csv = warehouse().csv("by-year");
    let partial: Vec<&str> = csv.lines().filter(|it| it.contains(",partial")).collect();
    assert!(!partial.is_empty(), "{csv}");
    let notes: Vec<&str> = text.lines().filter(|it| it.starts_with("CELLNOTE(")).collect();
    for row in partial {
        let year = format!("\"{}\"", row.split(',').next().unwrap());
        let of_year = |it: &&&str| it.contains(&year);
        assert!(notes.iter().any(|it| of_year(&it)), "{row}\n{notes:?}");
    }
}

/// Texts that PX has no room for, or that its readers take for something else.
const CODES: [&str; 14] = [
    "21004",
    "a;b",
    "a=b",
    "say \"hi\"",
    "DATA",
    "x\"",
    "(none)",
    "'(none)",
    "total",
    "rest",
    "[fr]",
    "a#b",
    "é€",
    "\\u{22}",
];

#[test]
fn any_code_stays_itself_and_no_line_is_too_long() {
    let sandbox = Sandbox::new();
    let rows = CODES.iter().enumerate().map(|(at, code)| {
        let code = code.replace('"', "\"\"");
        format!("85073003328;1;\"{code}\";2006-07-01;2006-07-31;;;1;{}.07", at + 1)
    });
    let rows: Vec<String> = rows.collect();
    let file = sandbox.delivery("2008-05", &rows.iter().map(String::as_str).collect::<Vec<_>>());
    sandbox.run(["ingest", &file, "--max-rejects", "0"]).ok();
    let long = "Montant des centres publics d'action sociale é ".repeat(20);
    let text = format!(
        "title.en = \"{long}\"\nmetrics = [\"amount\"]\ndimensions = [\"quarter\", \"cpas\"]\n\
         totals = [[\"quarter\"]]\n"
    );
    sandbox.write("warehouse/queries/codes.toml", text);
    let (text, path) = written(&sandbox, &sandbox, &["run", "codes"]);
    for line in text.lines() {
        assert!(line.len() <= 256, "{line}");
        assert_eq!(line.matches('"').count() % 2, 0, "{line}");
    }
    let title = text.split("\nTITLE=").nth(1).unwrap().split(";\n").next().unwrap();
    let title: String = title.lines().map(|it| it.trim_matches('"')).collect();
    assert_eq!(
        title,
        long.trim_end().to_owned() + " ".repeat(title.len() - long.trim_end().len()).as_str()
    );
    let (_, cells) = cells(&path, &[]);
    let marked = |code: &&str| match *code {
        "total" | "rest" | "(none)" | "'(none)" => format!("'{code}"),
        "\\u{22}" => "\\u{5c}u{22}".to_owned(),
        code => code.replace('"', "\\u{22}"),
    };
    for (at, code) in CODES.iter().enumerate() {
        let of = cells.iter().find(|it| it[0] == marked(code)).unwrap_or_else(|| panic!("{code}"));
        assert_eq!(of[4], format!("{}.07", at + 1), "{code}");
    }
    assert_eq!(cells.len(), CODES.len() + 1);
}

#[test]
fn rows_that_no_text_tells_apart_are_told_apart_by_their_number() {
    let sandbox = Sandbox::empty();
    let statement = "SELECT quarter, days FROM observations ORDER BY days DESC LIMIT 3";
    let (_, path) = written(warehouse(), &sandbox, &["sql", "--rows", statement]);
    let (header, cells) = cells(&path, &[]);
    assert_eq!(header[..3], ["row", "figure", "quarter"], "{header:?}");
    assert_eq!(cells.iter().filter(|it| it[4] != "\".....\"").count(), 3);
    let statement = "SELECT count(*) AS n FROM observations";
    let (text, path) = written(warehouse(), &sandbox, &["sql", statement]);
    assert!(!text.contains("STUB"), "{text}");
    let (_, cells) = self::cells(&path, &[]);
    let csv = warehouse().run(["sql", statement, "--format", "csv"]).ok().stdout;
    assert_eq!(cells[0][2], csv.lines().nth(1).unwrap());
}

#[test]
fn an_answer_without_rows_is_a_cube_that_states_nothing() {
    let sandbox = Sandbox::empty();
    let words = ["run", "by-municipality", "--from", "2006Q1", "--to", "2006Q2"];
    let (_, path) = written(warehouse(), &sandbox, &words);
    let (_, cells) = cells(&path, &[]);
    assert!(cells.len() == 4 && cells.iter().all(|it| it[4] == "\".....\""), "{cells:?}");
}

#[test]
fn another_language_of_the_file_reads_the_same_figures() {
    let sandbox = Sandbox::empty();
    let (_, path) = written(warehouse(), &sandbox, &["run", "by-region", "--lang", "fr"]);
    let (french, cells_of) = cells(&path, &[]);
    assert!(french.contains(&"trimestre".to_owned()), "{french:?}");
    let (dutch, others) = cells(&path, &["nl"]);
    assert!(dutch.contains(&"kwartaal".to_owned()), "{dutch:?}");
    assert_eq!(cells_of, others);
}
