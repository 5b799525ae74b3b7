//! Figures as pictures: what is drawn stands in the table and nothing else does, what was not
//! delivered is drawn as nothing, and who cannot see a picture, or few colours, can read it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::OnceLock;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::peers::peer;
use crate::sandbox::{PERSONS, Ran, Sandbox};
use crate::seeded::warehouse;

/// An element with its attributes and its text.
#[derive(Debug, Clone, Default)]
struct Element {
    name: String,
    attributes: BTreeMap<String, String>,
    text: String,
}

impl Element {
    fn get(&self, name: &str) -> &str {
        self.attributes.get(name).map_or("", String::as_str)
    }

    /// Hundredths of a unit.
    fn at(&self, name: &str) -> i64 {
        hundredths(self.get(name))
    }
}

fn hundredths(text: &str) -> i64 {
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    let sign = if whole.starts_with('-') { -1 } else { 1 };
    whole.parse::<i64>().unwrap() * 100 + sign * format!("{rest:0<2}").parse::<i64>().unwrap()
}

/// The elements of a document, which is well-formed.
fn elements(svg: &str) -> Vec<Element> {
    let mut reader = Reader::from_str(svg);
    let (mut found, mut open): (Vec<Element>, Vec<usize>) = (Vec::new(), Vec::new());
    let element = |start: &BytesStart<'_>| Element {
        name: String::from_utf8(start.name().as_ref().to_vec()).unwrap(),
        attributes: start
            .attributes()
            .map(|it| {
                let it = it.unwrap();
                let name = String::from_utf8(it.key.as_ref().to_vec()).unwrap();
                (name, unescaped(std::str::from_utf8(&it.value).unwrap()))
            })
            .collect(),
        text: String::new(),
    };
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) => {
                open.push(found.len());
                found.push(element(&start));
            }
            Event::Empty(start) => found.push(element(&start)),
            Event::End(_) => drop(open.pop().unwrap()),
            Event::Text(text) => {
                let text = String::from_utf8(text.to_vec()).unwrap();
                open.iter().next_back().inspect(|at| found[**at].text += &text);
            }
            Event::GeneralRef(name) => {
                let name = format!("&{};", String::from_utf8(name.to_vec()).unwrap());
                open.iter().next_back().inspect(|at| found[**at].text += &unescaped(&name));
            }
            Event::Eof => break,
            other => panic!("{other:?} has no place in a picture"),
        }
    }
    assert!(open.is_empty());
    found
}

fn unescaped(text: &str) -> String {
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
    text.replace("&#39;", "'").replace("&amp;", "&")
}

/// A picture as its bytes.
fn svg(sandbox: &Sandbox, arguments: &[&str]) -> String {
    sandbox.run_all(&[&["run"], arguments, &["--format", "svg"]].concat()).ok().stdout
}

/// Months without rows, deliveries that are missing, a person who goes and comes back.
fn gaps() -> &'static Sandbox {
    static SANDBOX: OnceLock<Sandbox> = OnceLock::new();
    SANDBOX.get_or_init(|| {
        let sandbox = Sandbox::new();
        let row = |person: usize, regime: u8, month: &str, amount: &str| {
            let guidance = if amount.is_empty() { "" } else { "1" };
            let niss = PERSONS[person];
            format!("{niss};{regime};21004;{month}-01;{month}-28;;;{guidance};{amount}")
        };
        let deliver = |id: &str, rows: Vec<String>| {
            let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
            let file = sandbox.delivery(id, &rows);
            sandbox.run_all(&["ingest", &file, "--max-rejects", "0"]).ok();
        };
        // 2006Q3, 2006Q4; nothing of the second regime in the fourth quarter.
        deliver(
            "2008-05",
            vec![
                row(0, 1, "2006-07", "1000.40"),
                row(1, 2, "2006-07", ""),
                row(0, 1, "2006-10", "250.00"),
            ],
        );
        // 2007Q1, 2007Q2 are missing; 2007Q3, 2007Q4.
        deliver(
            "2009-05",
            vec![
                row(0, 1, "2007-07", "-300.00"),
                row(2, 1, "2007-07", ""),
                row(1, 2, "2007-10", "75.00"),
                row(3, 2, "2007-10", ""),
            ],
        );
        // 2008Q1, 2008Q2 are missing; 2008Q3 alone stands after.
        deliver("2010-05", vec![row(0, 1, "2008-07", ""), row(1, 2, "2008-07", "12.00")]);
        let query = |name: &str, text: &str| {
            sandbox.write(&format!("warehouse/queries/{name}.toml"), text);
        };
        query(
            "regimes",
            "metrics = [\"persons\", \"amount\"]\ndimensions = [\"quarter\", \"regime\"]\n",
        );
        query("years", "metrics = [\"persons\"]\ndimensions = [\"year\", \"regime\"]\n");
        query("alone", "metrics = [\"persons\"]\ndimensions = [\"quarter\"]\n");
        sandbox
    })
}

/// The figures of a column of the CSV by time and the other dimension, as they are written.
fn table(sandbox: &Sandbox, query: &str, metric: &str) -> BTreeMap<(String, String), String> {
    let csv = sandbox.csv(query);
    let mut lines = csv.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let head = lines.next().unwrap();
    let at = head.iter().position(|it| *it == metric).unwrap();
    lines.map(|it| ((it[0].to_owned(), it[1].to_owned()), it[at].to_owned())).collect()
}

/// Whole units by places: the axis of numbers read off its marks, in hundredths.
fn axis(all: &[Element]) -> impl Fn(i64) -> i64 + use<> {
    let marks: Vec<(i64, i64)> = all
        .iter()
        .filter(|it| it.name == "text" && it.get("text-anchor") == "end")
        .map(|it| (it.at("y") - 400, number(&it.text)))
        .collect();
    let ((y_low, low), (y_high, high)) = (marks[0], *marks.last().unwrap());
    move |y| low + (y - y_low) * (high - low) / (y_high - y_low)
}

/// A number as people read it, in hundredths.
fn number(text: &str) -> i64 {
    let text = text.replace('\u{a0}', "").replace('\u{2212}', "-").replace(',', ".");
    hundredths(text.trim_end_matches('%'))
}

/// The points of lines: of each path its points, of each dot alone one; dots at the ends of lines
/// stand on points that are there already.
fn points(all: &[Element]) -> Vec<Vec<(i64, i64)>> {
    let place = |text: &str| {
        let (x, y) = text.split_once(' ').unwrap();
        (hundredths(x), hundredths(y))
    };
    let paths = all.iter().filter(|it| it.name == "path");
    let mut lines: Vec<Vec<(i64, i64)>> = paths
        .map(|it| it.get("d").trim_start_matches('M').split('L').map(place).collect())
        .collect();
    for dot in all.iter().filter(|it| it.name == "circle") {
        let at = (dot.at("cx"), dot.at("cy"));
        if !lines.iter().flatten().any(|it| *it == at) {
            lines.push(vec![at]);
        }
    }
    lines
}

#[test]
fn every_point_of_a_line_is_a_figure_and_no_line_goes_over_a_gap() {
    for metric in ["persons", "amount"] {
        let all = elements(&svg(gaps(), &["regimes", "--chart-metric", metric]));
        let (axis, lines) = (axis(&all), points(&all));
        // The quarters from the first to the last, of which four were not delivered.
        let quarters = [
            "2006Q3", "2006Q4", "2007Q1", "2007Q2", "2007Q3", "2007Q4", "2008Q1", "2008Q2",
            "2008Q3", "2008Q4",
        ];
        let gap = [2, 3, 6, 7];
        let first = lines.iter().flatten().map(|it| it.0).min().unwrap();
        let last = lines.iter().flatten().map(|it| it.0).max().unwrap();
        let step = (last - first) / 9;
        let place = |x: i64| usize::try_from((x - first + step / 2) / step).unwrap();
        let mut drawn: Vec<(usize, i64)> = Vec::new();
        for line in &lines {
            let places: Vec<usize> = line.iter().map(|it| place(it.0)).collect();
            assert!(places.windows(2).all(|pair| pair[0] + 1 == pair[1]), "{places:?}");
            assert!(places.iter().all(|it| !gap.contains(it)), "{places:?}");
            drawn.extend(line.iter().map(|it| (place(it.0), axis(it.1))));
        }
        // Where a quarter was delivered and nobody was, it is 0.
        let table = table(gaps(), "regimes", metric);
        let mut expected: Vec<(usize, i64)> = Vec::new();
        for (at, quarter) in quarters.iter().enumerate().filter(|(at, _)| !gap.contains(at)) {
            for regime in ["aide_sociale", "integration_sociale"] {
                let cell = table.get(&((*quarter).to_owned(), regime.to_owned()));
                expected.push((at, cell.map_or(0, |it| hundredths(it))));
            }
        }
        let scale = expected.iter().map(|it| it.1.abs()).max().unwrap();
        drawn.sort_unstable();
        expected.sort_unstable();
        assert_eq!(drawn.len(), expected.len(), "{drawn:?}\n{expected:?}");
        // Lines that lie on each other share their places, so points are compared as they come.
        for (one, other) in drawn.iter().zip(&expected) {
            assert_eq!(one.0, other.0);
            assert!((one.1 - other.1).abs() * 200 <= scale, "{one:?} {other:?}");
        }
    }
}

#[test]
fn every_number_that_is_written_stands_in_the_table() {
    let cases: [(&[&str], &str, &[&str]); 6] = [
        (&["by-region", "--chart", "lines"], "persons", &[]),
        (&["by-region", "--chart", "bars"], "persons", &["--from", "2015Q1", "--to", "2016Q2"]),
        (
            &["by-municipality"],
            "persons",
            &["--from", "2016Q1", "--to", "2016Q1", "--where", "region=02000"],
        ),
        (&["by-sex-and-age"], "persons", &[]),
        (&["amount-by-measure"], "amount", &["--where", "region=03000"]),
        (
            &["by-year", "--chart", "bars", "--chart-metric", "amount"],
            "amount",
            &["--from", "2015Q1", "--to", "2016Q4"],
        ),
    ];
    for (words, metric, narrow) in cases {
        let csv = [&["run", words[0], "--format", "csv"], narrow].concat();
        let csv = warehouse().run_all(&csv).ok().stdout;
        let at = csv.lines().next().unwrap().split(',').position(|it| it == metric).unwrap();
        let cells = csv.lines().skip(1).map(|it| hundredths(it.split(',').nth(at).unwrap()));
        // Euros are rounded to whole ones, a half away from zero.
        let rounded = |it: i64| (it.abs() + 50) / 100 * 100 * it.signum();
        let cells: BTreeSet<i64> = cells.flat_map(|it| [it, rounded(it)]).chain([0]).collect();
        for language in ["en", "fr", "nl", "de"] {
            let all = elements(&svg(warehouse(), &[words, narrow, &["--lang", language]].concat()));
            let bold = all.iter().filter(|it| it.get("font-weight") == "600");
            let texts: Vec<&str> = bold.skip(1).map(|it| it.text.as_str()).collect();
            let mut found = 0;
            for text in texts {
                let figure = text.rsplit(' ').next().unwrap();
                if figure.starts_with(|it: char| it.is_ascii_digit() || it == '\u{2212}')
                    && !text.contains("rti")
                    && !figure.contains(['–', '-', '+'])
                {
                    let figure = number(figure);
                    assert!(cells.contains(&figure), "{words:?} {language}: {text}");
                    found += 1;
                }
            }
            assert!(found > 0, "{words:?} {language}");
        }
    }
}

#[test]
fn bars_on_each_other_end_where_their_figures_add_up_to() {
    let all = elements(&svg(
        warehouse(),
        &["by-region", "--chart", "stacked", "--chart-metric", "amount"],
    ));
    let axis = axis(&all);
    let table = table(warehouse(), "by-region", "amount");
    let mut sums: BTreeMap<&str, [i64; 2]> = BTreeMap::new();
    for ((quarter, _), amount) in &table {
        let amount = hundredths(amount);
        let sum = sums.entry(quarter).or_default();
        sum[0] += amount.max(0);
        sum[1] += amount.min(0);
    }
    let highest = sums.values().map(|it| it[0]).max().unwrap();
    let bars = all.iter().filter(|it| it.name == "rect" && it.get("fill").starts_with('#'));
    let coloured = bars.filter(|it| !["#ffffff", "#f1f3f5"].contains(&it.get("fill")));
    let top = coloured.map(|it| axis(it.at("y"))).max().unwrap();
    assert!((top - highest).abs() * 200 <= highest, "{top} {highest}");
}

#[test]
fn what_cannot_be_drawn_as_it_is_asked_for_is_refused_with_what_can() {
    let cases: [&[&str]; 9] = [
        &["by-region", "--format", "svg", "--chart", "stacked"],
        &["by-region", "--format", "png", "--chart-metric", "money"],
        &["by-region", "--format", "csv", "--chart", "bars"],
        &["by-region", "--format", "svg", "--chart", "pie"],
        &["by-region", "--format", "svg", "--chart", "ranked"],
        &["by-municipality", "--format", "svg"],
        &["by-sex-and-age", "--format", "svg", "--chart", "bars"],
        &["totals-by-measure", "by-region", "--format", "svg"],
        &[
            "persons-by-quarter",
            "--format",
            "svg",
            "--where",
            "region=02000",
            "--where",
            "sex=none",
            "--from",
            "2030Q1",
        ],
    ];
    let said = cases.map(|words| {
        let ran: Ran = warehouse().run_all(&[&["run"], words].concat());
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{ran}");
        ran.stderr.split("\n\nUsage").next().unwrap().trim_end().to_owned() + "\n"
    });
    insta::assert_snapshot!(said.concat(), @"
    error: by-region: `persons` does not add up, so its bars cannot stand on each other
    hint: draw `bars` or `lines`, or another metric
    error: by-region: `money` is no metric of this answer
    hint: the metrics of this answer are observations, persons, convention_persons, amount
    error: the format csv has no picture
    hint: write `--format svg`, `--format png` or `--format xlsx`
    error: invalid value 'pie' for '--chart <KIND>'
      [possible values: lines, stacked, bars, ranked]

    For more information, try '--help'.
    error: by-region: `ranked` bars are of one time, and the answer is over 88
    hint: narrow it with `--from` and `--to`, or draw `lines` or `bars`
    error: by-municipality: 189 series are no picture: 24 are the most
    hint: narrow the question with `--where`, or ask for a top
    error: by-sex-and-age: 18 series are no picture: 4 are the most
    hint: draw `lines`, narrow the question with `--where`, or ask for a top
    error: one stream cannot hold several files of this format
    hint: name a folder with `--output`
    error: persons-by-quarter: there is no figure to draw
    hint: ask for other quarters, or other values
    ");
    // Of all queries there are, those that are no picture are left out, and named.
    let sandbox = Sandbox::empty();
    let folder = sandbox.join("all").to_str().unwrap().to_owned();
    let all = ["run", "--all", "--format", "svg", "--output", &folder];
    let ran = warehouse().run(all).ok();
    assert!(ran.stderr.contains("note: by-municipality: ") && ran.stderr.contains("by-region.svg"));
    assert!(!sandbox.join("all/by-municipality.svg").exists());
    assert!(sandbox.files("all").len() > 10, "{ran}");
}

#[test]
fn a_picture_is_the_same_bytes_each_time_and_with_any_number_of_threads() {
    let sandbox = Sandbox::empty();
    for ending in ["svg", "png"] {
        let made = |name: &str, threads: &str| {
            let path = sandbox.join(name).with_extension(ending);
            let words =
                ["run", "by-sex-and-age", "--lang", "fr", "--output", path.to_str().unwrap()];
            let mut command = warehouse().command(&words);
            let set = [("RAYON_NUM_THREADS", threads), ("POLARS_MAX_THREADS", threads)];
            assert!(command.envs(set).status().unwrap().success());
            fs::read(path).unwrap()
        };
        let first = made("a", "1");
        assert_eq!(made("b", "1"), first, "{ending}");
        assert_eq!(made("c", "3"), first, "{ending}");
    }
}

#[test]
fn other_programs_read_pictures_as_they_are_meant() {
    let sandbox = Sandbox::empty();
    let cases: [&[&str]; 5] = [
        &["by-region"],
        &["by-sex-and-age"],
        &["by-region", "--chart", "stacked", "--chart-metric", "amount"],
        &["by-year", "--chart", "bars"],
        &["by-municipality", "--from", "2016Q1", "--to", "2016Q1", "--where", "region=02000"],
    ];
    for words in cases {
        let path =
            |ending: &str| sandbox.join("x").with_extension(ending).to_str().unwrap().to_owned();
        for ending in ["svg", "png"] {
            let output = ["--lang", "nl", "--output", &path(ending)];
            warehouse().run_all(&[&["run"], words, &output].concat()).ok();
        }
        let drawn = peer("picture.py", &["svg", &path("svg")]);
        let read = peer("picture.py", &["png", &path("png")]);
        let size = read.lines().next().unwrap();
        assert_eq!(drawn.trim_end(), format!("{size}, True"), "{words:?}");
        assert_eq!(peer("picture.py", &["alike", &path("svg"), &path("png")]).trim_end(), "True");
        // What it shows, and the command, are kept in both.
        let all = elements(&fs::read_to_string(path("svg")).unwrap());
        let text = |name: &str| &all.iter().find(|it| it.name == name).unwrap().text;
        for (key, name) in [("Title", "title"), ("Description", "desc"), ("sppis.query", "s:query")]
        {
            let line = format!("{key}: {}", text(name));
            assert!(read.lines().any(|it| it == line), "{line}\n{read}");
        }
    }
}

#[test]
fn who_cannot_see_a_picture_is_told_what_it_shows() {
    let svg = svg(gaps(), &["regimes", "--lang", "fr"]);
    let all = elements(&svg);
    let root = &all[0];
    assert_eq!((root.get("role"), root.get("lang"), root.get("xml:lang")), ("img", "fr", "fr"));
    let of = |name: &str| all.iter().find(|it| it.name == name).unwrap();
    let ids = format!("{} {}", of("title").get("id"), of("desc").get("id"));
    assert_eq!(root.get("aria-labelledby"), ids);
    assert_eq!(of("title").text, "regimes");
    let text = of("desc").text.replace(['\u{a0}', '\u{202f}'], " ");
    insta::assert_snapshot!(text, @"Graphique en courbes : regimes. Personnes. Aide sociale : de 1 (3e trimestre 2006) à 0 (4e trimestre 2008) ; minimum 0 (4e trimestre 2006), maximum 2 (4e trimestre 2007). Intégration sociale : de 1 (3e trimestre 2006) à 0 (4e trimestre 2008) ; minimum 0 (4e trimestre 2007), maximum 2 (3e trimestre 2007). En gris : non livré (1er trimestre 2007 – 2e trimestre 2007, 1er trimestre 2008 – 2e trimestre 2008). Pas pour publication : chiffres à usage interne, dont la confidentialité n’a pas encore été contrôlée.");
    let one = elements(&self::svg(
        gaps(),
        &["alone", "--from", "2006Q3", "--to", "2006Q3", "--chart", "lines"],
    ));
    insta::assert_snapshot!(one.iter().find(|it| it.name == "desc").unwrap().text, @"Line chart: alone. Persons · quarter: Q3 2006. persons: 2 (Q3 2006). Not for publication: figures for use inside the institution, not yet checked for disclosure.");
}

#[test]
fn a_year_of_which_quarters_are_missing_is_hollow_and_says_so() {
    for kind in ["lines", "bars"] {
        let all = elements(&svg(gaps(), &["years", "--chart", kind]));
        let white = |it: &&Element| it.get("fill") == "#ffffff";
        let hollow = all.iter().filter(white).filter(|it| ["rect", "circle"].contains(&&*it.name));
        // Three years of two regimes, and the ground.
        assert_eq!(hollow.count(), 7, "{kind}");
        let notes = all.iter().map(|it| it.text.as_str()).collect::<Vec<_>>().join("\n");
        assert!(notes.contains("Hollow: over some of its quarters only"), "{notes}");
        assert!(notes.contains("Q1 2007 – Q2 2007, Q1 2008 – Q2 2008"), "{notes}");
    }
}

#[test]
fn a_query_says_how_it_is_drawn() {
    let sandbox = crate::seeded::copy();
    let query = "metrics = [\"persons\", \"amount\"]\ndimensions = [\"quarter\", \"region\"]\n\
                 [chart]\nkind = \"bars\"\nmetric = \"amount\"\n\
                 title = { fr = \"Plus de moyens\", nl = \"Meer middelen\" }\n\
                 [[chart.breaks]]\nfrom = \"2016Q1\"\ntext = { fr = \"nouveaux codes\" }\n";
    sandbox.write("warehouse/queries/drawn.toml", query);
    let texts = |more: &[&str]| {
        let all = elements(&svg(
            &sandbox,
            &[&["drawn", "--from", "2015Q3", "--to", "2016Q2"], more].concat(),
        ));
        let kinds = all.iter().map(|it| it.name.clone()).collect::<BTreeSet<_>>();
        let texts = all.iter().filter(|it| it.name == "text").map(|it| it.text.clone());
        (texts.collect::<Vec<_>>(), kinds.contains("path"))
    };
    let (said, is_line) = texts(&["--lang", "fr"]);
    assert_eq!(said[0], "Plus de moyens");
    assert!(said.contains(&"nouveaux codes".to_owned()) && !is_line, "{said:?}");
    // Asked for otherwise, and of another metric, which the headline is not about.
    let (said, is_line) = texts(&["--lang", "fr", "--chart", "lines", "--chart-metric", "persons"]);
    assert_eq!(said[0], "drawn");
    assert!(said.contains(&"nouveaux codes".to_owned()) && is_line, "{said:?}");
    let wrong = "metrics = [\"persons\"]\ndimensions = [\"region\"]\n[chart]\nkind = \"stacked\"\n\
                 metric = \"person\"\ncolour = \"red\"\n[[chart.breaks]]\nfrom = \"2016\"\n";
    sandbox.write("warehouse/queries/wrong.toml", wrong);
    let ran = sandbox.run(["run", "wrong", "--format", "svg"]);
    assert_eq!(ran.code, 2);
    insta::assert_snapshot!(ran.stderr, @"
    error: 5 mistakes in ./warehouse/queries/wrong.toml
      ./warehouse/queries/wrong.toml:4:8: `stacked` stand over quarters or years (add the dimension `quarter` or `year`, or write `ranked`)
      ./warehouse/queries/wrong.toml:5:10: `person` is no metric of this query (did you mean `persons`?)
      ./warehouse/queries/wrong.toml:6:1: unknown key `colour` (known here: metric, kind, title, breaks)
      ./warehouse/queries/wrong.toml:7:1: `text` is missing: what is not comparable from there on
      ./warehouse/queries/wrong.toml:8:8: `from` must be a quarter such as `2016Q1`, as the rows are; found `2016`
    ");
}

#[test]
fn codes_that_ended_are_a_mark_in_the_picture() {
    let sandbox = Sandbox::new();
    let row = |code: &str, day: &str| format!("{};1;{code};{day}-01;{day}-28;;;;", PERSONS[0]);
    // Code 44029 became 44085 on 2019-01-01, among others.
    let before = sandbox.delivery("2020-05", &[&row("44029", "2018-10")]);
    let after = sandbox.delivery("2020-11", &[&row("44085", "2019-01")]);
    for file in [before, after] {
        sandbox.run_all(&["ingest", &file, "--max-rejects", "0"]).ok();
    }
    sandbox.write(
        "warehouse/queries/places.toml",
        "metrics = [\"persons\"]\ndimensions = [\"quarter\", \"cpas\"]\n",
    );
    let all = elements(&svg(&sandbox, &["places", "--lang", "nl"]));
    let texts: Vec<&str> = all.iter().map(|it| it.text.as_str()).collect();
    assert!(texts.contains(&"nieuwe gemeentecodes"), "{texts:?}");
}

#[test]
fn series_have_their_labels_in_english_too() {
    let all = elements(&svg(warehouse(), &["trend-by-regime", "--from", "2008Q1"]));
    let texts: Vec<&str> = all.iter().map(|it| it.text.as_str()).collect();
    let is_named = |name: &str| texts.iter().any(|it| it.starts_with(name));
    assert!(is_named("Social aid") && is_named("Social integration"), "{texts:?}");
}

#[test]
fn a_specification_of_vega_lite_draws_the_metric_that_is_meant_with_all_labels() {
    let sandbox = Sandbox::empty();
    let cases: [(&[&str], &[&str]); 5] = [
        (&["by-region"], &["Waals Gewest", "Vlaams Gewest", "Personen", "K1 2016"]),
        (&["by-sex-and-age"], &["Vrouwen · 25–34 jaar", "Personen"]),
        (&["by-region", "--chart", "stacked", "--chart-metric", "amount"], &["Waals Gewest"]),
        (&["by-year", "--chart", "bars"], &["2016", "Personen", "Maatschappelijke hulp"]),
        (&["by-region", "--from", "2016Q1", "--to", "2016Q1"], &["Waals Gewest"]),
    ];
    for (words, labels) in cases {
        let path = sandbox.join("x.arrow").to_str().unwrap().to_owned();
        let output = ["--lang", "nl", "--output", &path];
        warehouse().run_all(&[&["run"], words, &output].concat()).ok();
        let path = sandbox.join("x.vl.json");
        let text = fs::read_to_string(&path).unwrap();
        let document: serde_json::Value = serde_json::from_str(&text).unwrap();
        // Numbers are decimals in text, as exact as in the table.
        let values = document["data"]["values"].as_array().unwrap();
        assert!(values.iter().all(|it| it["value"].is_string() || it["value"].is_null()));
        assert!(text.contains("sppis.command"), "{words:?}");
        let drawn = peer("picture.py", &["vega", path.to_str().unwrap()]);
        for label in labels {
            assert!(drawn.contains(label), "{words:?}: {label}\n{drawn}");
        }
        assert!(!drawn.contains("null") && !drawn.contains("NaN"), "{drawn}");
    }
    // What is no picture has none beside it, but where one is asked for.
    let path = sandbox.join("y.arrow").to_str().unwrap().to_owned();
    warehouse().run(["run", "by-municipality", "--output", &path]).ok();
    assert!(!sandbox.join("y.vl.json").exists());
    let ran = warehouse().run(["run", "by-municipality", "--chart", "lines", "--output", &path]);
    assert_eq!(ran.code, 2, "{ran}");
}

/// Texts that a page, a reader of XML or a terminal would take for something else.
const HOSTILE: [&str; 6] =
    ["<script>alert(1)</script>", "a&amp;b", "\"/><g>", "x\u{1b}[31m", "]]>", "\u{202e}abc"];

#[test]
fn text_is_nothing_but_text_in_a_picture() {
    let sandbox = crate::seeded::copy();
    for (at, text) in HOSTILE.iter().enumerate() {
        let title = serde_json::to_string(text).unwrap();
        let query = format!(
            "title = {title}\nmetrics = [\"persons\"]\ndimensions = [\"quarter\"]\n\
             [chart]\ntitle = {{ en = {title}, fr = {title} }}\n\
             [[chart.breaks]]\nfrom = \"2016Q1\"\ntext = {{ fr = {title} }}\n"
        );
        let name = format!("hostile{at}");
        sandbox.write(&format!("warehouse/queries/{name}.toml"), query);
        let svg = svg(&sandbox, &[&name, "--lang", "fr"]);
        let all = elements(&svg);
        let known = ["svg", "title", "desc", "metadata", "rect", "text", "line", "path", "circle"];
        let other = all.iter().find(|it| !known.contains(&&*it.name) && !it.name.starts_with("s:"));
        assert!(other.is_none(), "{other:?}");
        let is_bare = |it: char| it.is_control() && it != '\n' || it == '\u{202e}';
        assert!(!svg.contains(is_bare), "{text:?}");
        if !text.contains(is_bare) {
            assert!(all.iter().any(|it| it.name == "text" && it.text == *text), "{text:?}");
        }
        let path = sandbox.join("x.png").to_str().unwrap().to_owned();
        sandbox.run_all(&["run", &name, "--lang", "fr", "--output", &path]).ok();
    }
    // A letter that the faces do not have is not left out.
    let query = "title = \"日本\"\nmetrics = [\"persons\"]\ndimensions = [\"quarter\"]\n";
    sandbox.write("warehouse/queries/letters.toml", query);
    let ran = sandbox.run(["run", "letters", "--format", "png"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{ran}");
    insta::assert_snapshot!(ran.stderr, @"
    error: the faces of a picture have no letter `日`
    hint: write `--format svg`, which is set in the faces of who reads it
    ");
    assert!(svg(&sandbox, &["letters"]).contains("日本"));
}

/// A colour as parts of light, 0 to 1.
fn light(colour: &str) -> [f64; 3] {
    [1, 3, 5].map(|at| {
        let part = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    })
}

/// How a person sees it who has no cones of a kind (Machado, Oliveira and Fernandes, 2009).
fn seen(light: [f64; 3], matrix: [[f64; 3]; 3]) -> [f64; 3] {
    matrix.map(|row| row.iter().zip(light).map(|(a, b)| a * b).sum::<f64>().clamp(0.0, 1.0))
}

fn luminance([red, green, blue]: [f64; 3]) -> f64 {
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/// CIELAB under daylight.
fn lab([red, green, blue]: [f64; 3]) -> [f64; 3] {
    let x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505;
    let z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089;
    let [x, y, z] = [x, luminance([red, green, blue]), z]
        .map(|it| if it > 0.008_856 { it.cbrt() } else { 7.787 * it + 16.0 / 116.0 });
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

/// A question that four series answer.
const FOUR: [&str; 7] = [
    "by-sex-and-age",
    "--chart",
    "bars",
    "--where",
    "sex=F",
    "--where",
    "age=18-24,25-34,35-44,45-54",
];

#[test]
fn series_are_told_apart_by_people_who_see_few_colours() {
    let all = elements(&svg(warehouse(), &FOUR));
    let mut colours: Vec<String> = Vec::new();
    for bar in all.iter().filter(|it| it.name == "rect") {
        let colour = bar.get("fill").to_owned();
        if !["#ffffff", "#f1f3f5"].contains(&&*colour) && !colours.contains(&colour) {
            colours.push(colour);
        }
    }
    assert_eq!(colours.len(), 4, "{colours:?}");
    let whole = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
    let no_red = [
        [0.152_286, 1.052_583, -0.204_868],
        [0.114_503, 0.786_281, 0.099_216],
        [-0.003_882, -0.048_116, 1.051_998],
    ];
    let no_green = [
        [0.367_322, 0.860_646, -0.227_968],
        [0.280_085, 0.672_501, 0.047_413],
        [-0.011_820, 0.042_940, 0.968_881],
    ];
    let no_blue = [
        [1.255_528, -0.076_749, -0.178_779],
        [-0.078_411, 0.930_809, 0.147_602],
        [0.004_733, 0.691_367, 0.303_900],
    ];
    for colour in &colours {
        let contrast = 1.05 / (luminance(light(colour)) + 0.05);
        assert!(contrast >= 3.0, "{colour} on white: {contrast}");
    }
    for matrix in [whole, no_red, no_green, no_blue] {
        for (at, one) in colours.iter().enumerate() {
            for other in &colours[..at] {
                let [one_lab, other_lab] = [one, other].map(|it| lab(seen(light(it), matrix)));
                let apart: f64 = one_lab.iter().zip(other_lab).map(|(a, b)| (a - b).powi(2)).sum();
                assert!(apart.sqrt() >= 11.0, "{one} and {other}: {}", apart.sqrt());
            }
        }
    }
    // Text has the contrast that text needs.
    for text in all.iter().filter(|it| it.name == "text") {
        let contrast = 1.05 / (luminance(light(text.get("fill"))) + 0.05);
        assert!(contrast >= 4.5, "{text:?}");
    }
}

#[test]
fn no_text_lies_outside_or_on_another() {
    let long =
        "Un nom qui n'en finit pas de nommer ce que personne n'a jamais nommé aussi longuement";
    let sandbox = crate::seeded::copy();
    let query = format!(
        "title = \"{long} {long}\"\nmetrics = [\"persons\", \"amount\"]\ndimensions = [\"quarter\", \"measure\"]\n\
         [derived.much]\nratio = [\"amount\", \"persons\"]\nlabel = {{ fr = \"{long}\" }}\n"
    );
    sandbox.write("warehouse/queries/long.toml", query);
    let cases: [&[&str]; 9] = [
        &["by-region"],
        &["by-region", "--chart", "bars"],
        &["by-region", "--chart", "stacked", "--chart-metric", "amount"],
        &["trend-by-regime"],
        &["trend-by-regime", "--chart-metric", "persons_four_quarters"],
        &["by-sex-and-age"],
        &["by-year", "--chart", "bars"],
        &["long", "--chart-metric", "much"],
        &["long", "--from", "2016Q1", "--to", "2016Q1", "--chart-metric", "amount"],
    ];
    for words in cases {
        for language in ["fr", "nl", "de"] {
            let all = elements(&svg(&sandbox, &[words, &["--lang", language]].concat()));
            let (wide, high) = (all[0].at("width"), all[0].at("height"));
            let boxes: Vec<_> = all.iter().filter(|it| it.name == "text").map(room).collect();
            for (at, (left, top, right, bottom, text)) in boxes.iter().enumerate() {
                let inside = *left >= 0 && *right <= wide && *top >= 0 && *bottom <= high;
                assert!(inside, "{words:?} {language}: {text}");
                for (other_left, other_top, other_right, other_bottom, other) in &boxes[..at] {
                    let apart = right <= other_left
                        || other_right <= left
                        || bottom <= other_top
                        || other_bottom <= top;
                    assert!(apart, "{words:?} {language}: {text} on {other}");
                }
            }
        }
    }
}

/// The room that a text takes, with letters a little narrower than they are.
fn room(text: &Element) -> (i64, i64, i64, i64, &str) {
    let size = text.at("font-size");
    let letters = i64::try_from(text.text.chars().count()).unwrap();
    let wide = letters * size * 45 / 100;
    let x = text.at("x");
    let left = match text.get("text-anchor") {
        "end" => x - wide,
        "middle" => x - wide / 2,
        _ => x,
    };
    let y = text.at("y");
    (left, y - size * 70 / 100, left + wide, y + size * 5 / 100, &text.text)
}
