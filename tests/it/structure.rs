//! The structure file of SDMX-CSV, and the data package of a folder, read by other programs.

use std::collections::BTreeSet;
use std::fs;

use sppis::disclosure::ReleasedTable;
use sppis::export::{
    Drawing, Format, Locale, Options, Package, Packaged, Provenance, data_package, export,
};
use sppis::pipeline::answer::{Basis, Means, answer, provenance};
use sppis::query::{Arguments, Catalog, resolve};
use sppis::render::{Language, Look};
use sppis::warehouse::Warehouse;

use crate::peers::peer;
use crate::sandbox::Sandbox;
use crate::seeded::warehouse;

/// Writes an answer as SDMX-CSV; gives what two programs read of it by its structure.
fn read(from: &Sandbox, words: &[&str], asked: &[&str]) -> String {
    let sandbox = Sandbox::empty();
    let data = sandbox.join("x.sdmx.csv").to_str().unwrap().to_owned();
    from.run_all(&[words, &["--output", &data]].concat()).ok();
    let structure = sandbox.join("x.structure.xml").to_str().unwrap().to_owned();
    peer("structure.py", &[&[structure.as_str(), &data], asked].concat())
}

#[test]
fn two_programs_read_the_data_of_every_query_by_its_structure() {
    let catalog = Catalog::open(None).unwrap();
    for name in catalog.names() {
        let query = catalog.query(name).unwrap();
        if query.parameters.iter().any(|it| it.default.is_none()) {
            continue;
        }
        let csv = warehouse().csv(name);
        let said = read(warehouse(), &["run", name], &[]);
        let figures = query.metrics.len() + query.derived.len();
        let expected = format!("{} figures", (csv.lines().count() - 1) * figures);
        assert_eq!(said.lines().last(), Some(expected.as_str()), "{name}: {said}");
    }
}

#[test]
fn a_structure_has_concepts_codes_and_labels_in_all_languages() {
    let asked = ["REGION=04000", "REGION=_T", "REGION=_U", "INDICATOR=amount", "OBS_STATUS=P"];
    insta::assert_snapshot!(read(warehouse(), &["run", "by-region", "--lang", "fr"], &asked), @"
    SPPIS:BY_REGION(1.0) {'en': 'Persons and State subsidy for partnership conventions (EBENCONVCM) by region', 'fr': 'Personnes et subvention de l’État pour les conventions de partenariat (EBENCONVCM) par région', 'nl': 'Personen en staatstoelage voor partnerschapsovereenkomsten (EBENCONVCM) naar gewest', 'de': 'Personen und Staatszuschuss für Partnerschaftsabkommen (EBENCONVCM) nach Region'}
    INDICATOR codes: Indicator | Indicateur | Indicator | Indikator
    REGION codes: region | région | gewest | Region
    TIME_PERIOD observationalTimePeriod: quarter | trimestre | kwartaal | Quartal
    OBS_VALUE decimal: Figure | Chiffre | Cijfer | Zahl
    UNIT_MEASURE codes: Unit | Unité | Eenheid | Einheit
    DECIMALS integer: Decimals | Décimales | Decimalen | Dezimalstellen
    OBS_STATUS codes: Status of the figure | Statut du chiffre | Status van het cijfer | Status der Zahl
    SOURCE string: Where the figures come from | Origine des chiffres | Herkomst van de cijfers | Herkunft der Zahlen
    04000 Brussels Hoofdstedelijk Gewest | 04000 Région de Bruxelles-Capitale | 04000 Brussels Hoofdstedelijk Gewest | 04000 Region Brüssel-Hauptstadt
    total | total | totaal | insgesamt
    (none) | (aucun) | (geen) | (keine)
    amount | subvention de l’État (EBENCONVCM, EUR) | staatstoelage (EBENCONVCM, EUR) | Staatszuschuss (EBENCONVCM, EUR)
    over some of its quarters only: others were not delivered, or not asked for | sur une partie de ses trimestres seulement : d’autres n’ont pas été livrés, ou pas demandés | slechts over een deel van de kwartalen: andere zijn niet geleverd, of niet gevraagd | nur über einen Teil der Quartale: andere wurden nicht geliefert, oder nicht verlangt
    136 figures
    ");
}

#[test]
fn closed_lists_are_whole_so_that_the_next_delivery_has_the_same_structure() {
    let sandbox = Sandbox::empty();
    let structure = |more: &[&str]| {
        let path = sandbox.join("x.sdmx.csv").to_str().unwrap().to_owned();
        let words = ["run", "by-regime-and-measure", "--output", &path];
        warehouse().run_all(&[&words, more].concat()).ok();
        fs::read_to_string(sandbox.join("x.structure.xml")).unwrap()
    };
    let whole = structure(&[]);
    assert_eq!(structure(&["--to", "2002Q4"]), whole);
    assert!(whole.contains("<str:Code id=\"article_60\">"), "{whole}");
}

#[test]
fn a_structure_is_for_what_any_statement_and_comparison_gives() {
    let statement = "SELECT cpas AS \"time period\", cpas AS \"_1\", count(*) AS n, count(*) AS \"N\" \
                     FROM observations GROUP BY cpas";
    let said = read(warehouse(), &["sql", statement], &[]);
    assert!(said.contains("\nTIME_PERIOD_2 codes") && said.contains("\nN__1 codes"), "{said}");
    let said = read(warehouse(), &["run", "by-region", "--compare-with", "2006-11"], &[]);
    assert!(said.contains("\nREVISION codes"), "{said}");
    let said = read(warehouse(), &["diff", "2006-11", "2007-05"], &[]);
    assert!(said.contains("QUARTER_BEFORE codes"), "{said}");
}

#[test]
fn a_row_over_several_quarters_has_no_period() {
    let sandbox = crate::seeded::copy();
    let text = "metrics = [\"persons\"]\ndimensions = [\"quarter\", \"regime\"]\ntotals = [[\"regime\"]]\n";
    sandbox.write("warehouse/queries/mine.toml", text);
    let said = read(&sandbox, &["run", "mine"], &[]);
    assert!(said.contains("\nQUARTER codes") && !said.contains("TIME_PERIOD"), "{said}");
    let csv = sandbox.run(["run", "mine", "--format", "sdmx-csv"]).ok().stdout;
    let codes: BTreeSet<&str> = csv.lines().skip(1).filter_map(|it| it.split(',').nth(4)).collect();
    assert!(codes.contains("_T") && codes.contains("2005Q3"), "{codes:?}");
}

#[test]
fn the_structure_lies_beside_the_file_whatever_its_ending() {
    let sandbox = Sandbox::empty();
    for (name, beside) in [
        ("x.sdmx.csv", "x.structure.xml"),
        ("Y.SDMX.CSV", "Y.structure.xml"),
        ("z.csv", "z.structure.xml"),
        ("q", "q.structure.xml"),
    ] {
        let path = sandbox.join(name).to_str().unwrap().to_owned();
        let words = ["run", "by-year", "--format", "sdmx-csv", "--output", &path];
        warehouse().run(words).ok();
        let metadata = format!("{name}-metadata.json");
        let mut files: Vec<String> = sandbox
            .files("")
            .iter()
            .map(|it| it.file_name().unwrap().to_str().unwrap().to_owned())
            .collect();
        files.sort();
        let mut expected = [name, beside, &metadata].map(str::to_owned);
        expected.sort();
        assert_eq!(files, expected);
        for file in files {
            fs::remove_file(sandbox.join(&file)).unwrap();
        }
    }
}

#[test]
fn a_folder_of_tables_is_a_data_package() {
    let opened = Warehouse::open(&warehouse().join("warehouse")).unwrap();
    let snapshot = opened.snapshot(None).unwrap();
    let catalog = Catalog::open(None).unwrap();
    let names = ["by-region", "by-year", "by-regime-and-measure"];
    let questions = names.map(|name| {
        resolve(catalog.query(name).unwrap(), &Arguments::default(), opened.dictionary()).unwrap()
    });
    let basis = Basis::new(&opened, &snapshot, Means::default());
    let tables = answer(questions.into(), &basis).unwrap().tables;
    let provenance = provenance(&snapshot);
    for (format, locale) in
        [(Format::Csv, Locale::C), (Format::Csv, Locale::FrBe), (Format::Tsv, Locale::C)]
    {
        let sandbox = Sandbox::empty();
        let said = packaged(&sandbox, &tables, &provenance, opened.dictionary(), (format, locale));
        let lines: Vec<&str> = said.lines().collect();
        for ((line, table), name) in lines.iter().zip(&tables).zip(names) {
            let start = format!("data-{name} {} ", table.row_count());
            assert!(line.starts_with(&start), "{said}");
        }
        assert!(lines[2].ends_with("amount:number | quarter regime measure"), "{said}");
        assert!(lines[0].ends_with("| quarter region"), "{said}");
    }
}

/// What frictionless reads of tables in a folder.
fn packaged(
    sandbox: &Sandbox,
    tables: &[ReleasedTable],
    provenance: &Provenance,
    dictionary: &sppis::dictionary::Dictionary,
    (format, locale): (Format, Locale),
) -> String {
    let language = Language::Fr;
    let look = Look { language, dictionary, fit_terminal: false };
    let paths = tables.iter().map(|it| format!("data/{}.{}", it.query_name(), format.ending()));
    let paths: Vec<String> = paths.collect();
    let mut files = Vec::new();
    for (table, path) in tables.iter().zip(&paths) {
        let mut text = Vec::new();
        let drawing = &Drawing::default();
        let options = Options { format, locale, look, wide: None, drawing, stream: false };
        export(table, provenance, &options, &mut text).unwrap();
        let bytes = text.len() as u64;
        sandbox.write(path, text);
        files.push(Packaged { table, provenance, path, bytes, format, locale });
    }
    let package = Package { name: "Chiffres 2008", title: "Chiffres", description: "", language };
    let document = data_package(package, &files).unwrap();
    let path = sandbox.write("datapackage.json", document);
    peer("package.py", &[path.to_str().unwrap()])
}
