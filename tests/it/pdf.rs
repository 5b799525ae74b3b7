//! Reports on paper, read back by programs of other makers.

use std::collections::BTreeMap;
use std::fs;

use rayon::ThreadPoolBuilder;
use sppis::chart::{Chart, Figures, Kind};
use sppis::export::{Grid, GridCell, GridRow, Head, Plot};
use sppis::report::{Inline, Page, PageBlock, PageFigure, PdfError, Picture, pdf};
use sppis::words::{Language, Words};

use crate::peers::peer;
use crate::sandbox::Sandbox;

/// What typesetters, browsers and terminals take for commands.
const HOSTILE: [&str; 12] = [
    "#import \"x.typ\": *",
    "*fort* _faible_ `code`",
    "$x^2$ @nom <label>",
    "\\ \\u{41} ~ -- ---",
    "= titre",
    "// rien /* rien */",
    "#{ 1/0 }",
    "[a](b) ![c](d)",
    "</svg><script>alert(1)</script>",
    "%PDF-1.7 (a) Tj",
    "{{ persons.total }}",
    "1. + - *",
];

fn text(text: &str) -> Vec<Inline> {
    vec![Inline::Text(text.to_owned())]
}

fn paragraph(it: &str) -> PageBlock {
    PageBlock::Paragraph(text(it))
}

fn head(text: &str, columns: usize, rows: usize, is_number: bool) -> Head {
    Head { text: text.to_owned(), columns, rows, is_number, ..Head::default() }
}

fn cell(text: impl Into<String>, is_number: bool) -> GridCell {
    let text = text.into();
    GridCell { value: text.clone(), text, is_number, ..GridCell::default() }
}

/// Numbers no two of which are alike, in groups as they are shown.
fn figure(row: usize, column: usize) -> String {
    let number = 1_000_000 + row * 1_000 + column * 37;
    let (millions, rest) = (number / 1_000_000, number % 1_000_000);
    format!("{millions}\u{202f}{:03}\u{202f}{:03}", rest / 1_000, rest % 1_000)
}

/// A table of numbers below one row of headings.
fn grid(rows: usize, columns: usize) -> Grid {
    let heads = (0..columns).map(|at| head(&format!("Mesure {at}"), 1, 1, true));
    let numbers = |row| (0..columns).map(move |at| cell(figure(row, at), true));
    let row = |row| GridRow {
        is_total: row + 1 == rows,
        cells: [cell(format!("Rang {row}"), false)].into_iter().chain(numbers(row)).collect(),
    };
    Grid {
        title: "Nombres".to_owned(),
        heads: vec![[head("Trimestre", 1, 1, false)].into_iter().chain(heads).collect()],
        stubs: 1,
        rows: (0..rows).map(row).collect(),
        legend: vec![("n.d.".to_owned(), "non livré".to_owned())],
        notes: vec!["Les personnes ne s’additionnent pas.".to_owned()],
        ..Grid::default()
    }
}

fn table(number: usize, grid: Grid) -> PageBlock {
    PageBlock::Figure(Box::new(PageFigure {
        id: format!("table-{number}"),
        number: format!("Tableau {number}"),
        title: "Personnes par trimestre".to_owned(),
        note: None,
        picture: None,
        grid,
    }))
}

fn chart(number: usize) -> PageBlock {
    let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 720 300\" width=\"720\" height=\"300\" \
               font-family=\"Inter\"><text x=\"10\" y=\"40\" font-size=\"16\" font-weight=\"600\">Dessus du dessin</text>\
               <path d=\"M10 280L700 60\" stroke=\"#12436d\"/></svg>";
    let chart = Chart {
        is_captioned: true,
        is_narrow: false,
        kind: Kind::Lines,
        id: "chart".to_owned(),
        language: "fr",
        title: String::new(),
        unit: String::new(),
        description: "De 10 à 700.".to_owned(),
        notes: Vec::new(),
        not_delivered: String::new(),
        none: String::new(),
        positions: Vec::new(),
        series: Vec::new(),
        breaks: Vec::new(),
        figures: Figures { whole: 1, decimals: 0, mark: ',', ending: "" },
    };
    PageBlock::Figure(Box::new(PageFigure {
        id: format!("chart-{number}"),
        number: format!("Graphique {number}"),
        title: "Un tiers de plus".to_owned(),
        note: Some("Provisoire.".to_owned()),
        picture: Some(Picture {
            svg: svg.to_owned(),
            narrow: svg.to_owned(),
            plot: Plot { chart, grid: Grid::default() },
        }),
        grid: grid(4, 2),
    }))
}

fn page(language: Language, blocks: Vec<PageBlock>) -> Page {
    let words = Words::of(language);
    Page {
        language,
        title: "Bénéficiaires sous convention".to_owned(),
        edition: "2009-05".to_owned(),
        period: "2007T3 – 2007T4".to_owned(),
        description: "Ce que la livraison apporte.".to_owned(),
        moment: 1_234_567_890_123,
        policy: words.text("report.policy").to_owned(),
        blocks,
        sources: vec![("Commande".to_owned(), "sppis report quarterly --lang fr".to_owned())],
        files: vec![("quarterly.fr.xlsx".to_owned(), "classeur".to_owned())],
    }
}

/// What a program of another maker says of a page.
fn read(what: &str, page: &Page) -> String {
    let sandbox = Sandbox::empty();
    let path = sandbox.join("page.pdf");
    fs::write(&path, pdf(page).unwrap()).unwrap();
    peer("pdf.py", &[what, path.to_str().unwrap()])
}

/// A text without anything white: lines end where the page wants them to.
fn dense(text: &str) -> String {
    text.chars().filter(|it| !it.is_whitespace()).collect()
}

#[test]
fn every_figure_of_tables_of_any_length_and_width_stands_once_in_the_text() {
    for (rows, columns) in [(1, 1), (12, 6), (13, 6), (300, 4), (30, 20), (120, 45)] {
        let read = read("text", &page(Language::Fr, vec![table(1, grid(rows, columns))]));
        // Figures are parted by blanks and line ends, and held together by narrow ones.
        let mut found: BTreeMap<&str, usize> = BTreeMap::new();
        for piece in read.split([' ', '\n', '\r']) {
            *found.entry(piece).or_default() += 1;
        }
        for row in 0..rows {
            for column in 0..columns {
                let figure = figure(row, column);
                let times = found.get(figure.as_str());
                assert_eq!(times, Some(&1), "{figure} of {rows} rows and {columns} columns");
            }
        }
    }
}

#[test]
fn nothing_lies_over_the_margins_or_on_something_else() {
    let long = "Arbeitsunfähigkeitsbescheinigungsübermittlung";
    let mut wide = grid(40, 12);
    wide.heads[0][3].text = long.repeat(4);
    wide.rows[3].cells[0].text = format!("{} {long}", "x".repeat(300));
    wide.rows[5].cells[0].text = "beaucoup de mots ".repeat(400);
    wide.notes.push("y".repeat(500));
    let listed = PageBlock::List(None, vec![vec![table(3, grid(5, 14))], vec![paragraph(long)]]);
    let blocks = vec![
        PageBlock::Heading(2, "titre".to_owned(), text(&long.repeat(3))),
        paragraph(&"z".repeat(700)),
        PageBlock::Code("w".repeat(300)),
        table(1, wide),
        table(2, grid(300, 20)),
        PageBlock::Quote(vec![paragraph(&long.repeat(5)), listed]),
        chart(1),
    ];
    let mut page = page(Language::De, blocks);
    page.title = long.repeat(3);
    page.sources.push(("blake3".to_owned(), "0123456789abcdef".repeat(8)));
    for line in read("pages", &page).lines() {
        let number = |name: &str| -> i64 {
            line.split(' ').find_map(|it| it.strip_prefix(name)).unwrap().parse().unwrap()
        };
        for edge in ["left=", "right="] {
            assert!(number(edge) >= 62, "{line}");
        }
        assert!(number("below=") >= 30, "{line}");
        assert_eq!(number("over="), 0, "{line}");
    }
}

#[test]
fn text_is_never_taken_for_markup() {
    for language in Language::ALL {
        let mut blocks: Vec<PageBlock> = HOSTILE.iter().map(|it| paragraph(it)).collect();
        let mut grid = grid(HOSTILE.len(), 2);
        for (row, hostile) in grid.rows.iter_mut().zip(HOSTILE) {
            row.cells[0].text = hostile.to_owned();
        }
        grid.heads[0][0].text = HOSTILE[0].to_owned();
        grid.notes = HOSTILE.map(str::to_owned).to_vec();
        grid.legend = vec![(HOSTILE[1].to_owned(), HOSTILE[2].to_owned())];
        blocks.push(table(1, grid));
        blocks.push(PageBlock::Code(HOSTILE.join("\n")));
        let items = HOSTILE.iter().map(|it| vec![paragraph(it)]).collect();
        blocks.push(PageBlock::List(Some(7), items));
        let cells = HOSTILE.iter().map(|it| vec![text(it), text("1,5 %")]).collect();
        blocks.push(PageBlock::Table(vec![text(HOSTILE[4]), text("%")], cells));
        let page = Page {
            title: HOSTILE[0].to_owned(),
            period: HOSTILE[1].to_owned(),
            sources: HOSTILE.iter().map(|it| ((*it).to_owned(), (*it).to_owned())).collect(),
            ..page(language, blocks)
        };
        let found = dense(&read("text", &page));
        for hostile in HOSTILE {
            let times = found.matches(&dense(hostile)).count();
            assert!(times >= 7, "{hostile} stands {times} times in {}", language.code());
        }
    }
}

#[test]
fn letters_of_four_languages_stay_and_what_no_font_has_is_written_out() {
    let shown =
        "Œuvre à Liège, ’s-Hertogenrade, Straße, „Zitat“, « cité », ½ × 3 − 2 ≈ 0 €, n°\u{a0}5";
    let page = page(
        Language::Nl,
        vec![paragraph(shown), paragraph("a\u{202e}b\u{200b}c 日本 e\u{301} \u{1b}[1m \u{1}")],
    );
    let found = dense(&read("text", &page));
    assert!(found.contains(&dense(shown)), "{found}");
    let written = r"a\u{202e}b\u{200b}c\u{65e5}\u{672c}é\u{1b}[1m\u{1}";
    assert!(found.contains(written), "{found}");
}

/// A page that has one of everything.
fn everything() -> Vec<PageBlock> {
    let mut wide = grid(3, 4);
    wide.heads = vec![
        vec![head("Trimestre", 1, 2, false), head("Aide", 2, 1, true), head("Total", 2, 1, true)],
        (0..4).map(|at| head(&format!("Mesure {at}"), 1, 1, true)).collect(),
    ];
    let marked = |name: &str| Inline::Mark(name.to_owned());
    let link = |to: &str| Inline::Link(to.to_owned(), text("lien"));
    vec![
        PageBlock::Heading(2, "un".to_owned(), text("Un")),
        PageBlock::Paragraph(vec![
            Inline::Text("Voir ".to_owned()),
            Inline::Strong(text("gras")),
            Inline::Emphasis(text("penché")),
            Inline::Code("code".to_owned()),
            marked("a"),
            Inline::Break,
            marked("a"),
            link("#deux"),
            link("https://example.org/?a=1&b=2"),
        ]),
        PageBlock::List(None, vec![vec![paragraph("a")], vec![paragraph("b"), paragraph("c")]]),
        PageBlock::List(Some(3), vec![vec![paragraph("d")]]),
        PageBlock::Quote(vec![paragraph("e")]),
        // A level that is left out is none to those who go by levels.
        PageBlock::Heading(4, "deux".to_owned(), text("Deux")),
        PageBlock::Rule,
        PageBlock::Code("f\n  g".to_owned()),
        PageBlock::Table(vec![text("h"), text("i")], vec![vec![text("j"), text("1,5 %")]]),
        table(1, wide),
        PageBlock::Heading(2, "trois".to_owned(), text("Trois")),
        chart(1),
        PageBlock::Notes(vec![("a".to_owned(), vec![paragraph("La note.")])]),
    ]
}

#[test]
fn the_file_says_what_its_parts_are_to_those_who_cannot_see_them() {
    insta::assert_snapshot!(read("marks", &page(Language::Fr, everything())), @r#"
    title: Bénéficiaires sous convention
    pdfua: 1
    pdfa: 2A
    made: 2009-02-13T23:31:30+00:00
    language: fr-BE
    marked: True
    shows its title: True
    fonts: Inter-Bold Inter-Italic Inter-Regular Inter-SemiBold
    bookmark: Un
    bookmark:   Deux
    bookmark: Trois
    bookmark: Chiffres des graphiques
    bookmark: Sources
    bookmark: Fichiers de cette édition
    BlockQuote: 1
    Caption: 3
    Code: 2
    Div: 1
    Document: 1
    Em: 1
    Figure: 1
    H1: 5
    H2: 1
    L: 4
    LBody: 5
    LI: 5
    Lbl: 8
    Link: 6
    Note: 1
    P: 16
    Root: 7
    Span: 9
    Strong: 3
    TBody: 1
    TD with headers: 22
    TH /Column: 12
    TH /Row: 7
    THead: 1
    TR: 12
    Table: 3
    Title: 1
    alt: De 10 à 700.
    "#);
}

#[test]
fn each_page_of_paper_says_who_may_read_it_and_which_page_it_is() {
    for language in Language::ALL {
        let words = Words::of(language);
        let read = read("text", &page(language, vec![table(1, grid(120, 3)), chart(1)]));
        let pages: Vec<&str> = read.split("\n\n").collect();
        assert!(pages.len() > 3);
        for (at, text) in pages.iter().enumerate() {
            let numbers = [("number", &*(at + 1).to_string()), ("all", &*pages.len().to_string())];
            let text = dense(text);
            assert!(text.contains(&dense(words.text("report.policy"))), "{text}");
            assert!(text.contains(&dense(&words.fill("report.page", &numbers))), "{text}");
        }
    }
}

#[test]
fn the_same_page_is_the_same_bytes_whatever_else_is_done() {
    let page = page(Language::Fr, everything());
    let once = pdf(&page).unwrap();
    let others = pdf(&self::page(Language::En, vec![table(1, grid(90, 9))])).unwrap();
    assert_ne!(once, others);
    for threads in [1, 2, 7] {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        assert!(pool.install(|| pdf(&page).unwrap()) == once, "{threads} threads");
    }
    let all: Vec<_> = std::thread::scope(|scope| {
        let started: Vec<_> = (0..4).map(|_| scope.spawn(|| pdf(&page).unwrap())).collect();
        started.into_iter().map(|it| it.join().unwrap()).collect()
    });
    assert!(all.iter().all(|it| *it == once));
}

#[test]
fn a_link_or_mark_that_leads_nowhere_is_refused() {
    let link = PageBlock::Paragraph(vec![Inline::Link("#rien".to_owned(), text("lien"))]);
    let found = pdf(&page(Language::Fr, vec![link])).unwrap_err();
    assert_eq!(found, PdfError::Nowhere("#rien".to_owned()));
    let mark = PageBlock::Paragraph(vec![Inline::Mark("rien".to_owned())]);
    let found = pdf(&page(Language::Fr, vec![mark])).unwrap_err();
    assert_eq!(found, PdfError::Nowhere("[^rien]".to_owned()));
}
