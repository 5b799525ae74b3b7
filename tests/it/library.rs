//! What another program does with a warehouse: the same deliveries and figures as the command line's.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Cursor;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use sppis::arrow::array::RecordBatch;
use sppis::arrow::ipc::reader::FileReader;
use sppis::{
    Answer, AsOf, Budget, ColumnKind, Details, Dimension, Encoding, Format, IngestOptions,
    IngestReport, Intake, IntakeError, KeyPlace, Language, Metric, Outcome, QueryText, Request,
    RequestError, Unit, Warehouse,
};

use crate::sandbox::{HEADER, PERSONS, Sandbox, files_below, repository};
use crate::seeded;

#[expect(dead_code, reason = "tests do not start it as a program")]
#[path = "../../examples/answer.rs"]
mod answer_example;
#[expect(dead_code, reason = "tests do not start it as a program")]
#[path = "../../examples/arrow.rs"]
mod arrow_example;
#[expect(dead_code, reason = "tests do not start it as a program")]
#[path = "../../examples/take_in.rs"]
mod take_in_example;

fn seeded() -> Warehouse {
    Warehouse::open(&seeded::warehouse().join("warehouse")).unwrap()
}

fn csv(answer: &Answer) -> String {
    let mut text = Vec::new();
    answer.write(Format::Csv, &mut text).unwrap();
    String::from_utf8(text).unwrap()
}

/// A warehouse that the program has made, opened here.
fn opened(sandbox: &Sandbox) -> Warehouse {
    let warehouse = Warehouse::open(&sandbox.join("warehouse")).unwrap();
    warehouse.with_key_file(sandbox.key_file())
}

#[test]
fn every_query_has_the_answer_of_the_command_line() {
    let warehouse = seeded();
    let catalog = warehouse.queries().unwrap();
    let mut asked = 0;
    for name in catalog.names() {
        let query = catalog.query(name).unwrap();
        if query.parameters.iter().all(|it| it.default.is_some()) {
            let answer = warehouse.answer(&Request::named(name)).unwrap();
            assert_eq!(csv(&answer), seeded::warehouse().csv(name), "{name}");
            assert!(answer.doubts().is_empty(), "{name}: {:?}", answer.doubts());
            asked += 1;
        }
    }
    assert!(asked > 10, "{asked}");
}

#[test]
fn what_is_asked_besides_means_what_the_options_mean() {
    let request = Request::named("by-municipality")
        .first_quarter("2005Q3".parse().unwrap())
        .last_quarter("2006Q1".parse().unwrap())
        .only("region", "04000")
        .only("region", "02000")
        .only("sex", "none")
        .as_of(AsOf::Version(3))
        .complete_only()
        .language(Language::Nl);
    let answer = seeded().answer(&request).unwrap();
    let arguments = [
        ["run", "by-municipality", "--from", "2005Q3", "--to", "2006Q1"].as_slice(),
        &["--where", "region=04000,02000", "--where", "sex=none", "--as-of", "3"],
        &["--complete-only", "--lang", "nl", "--format"],
    ]
    .concat();
    for (format, name) in [(Format::Csv, "csv"), (Format::SdmxCsv, "sdmx-csv")] {
        let ran = seeded::warehouse().run_all(&[&arguments, &[name][..]].concat()).ok();
        let mut text = Vec::new();
        answer.write(format, &mut text).unwrap();
        assert_eq!(String::from_utf8(text).unwrap(), ran.stdout);
    }
    assert_eq!(answer.provenance().version, 3);
    // Nobody typed a command, so none is said; where figures come from is the same.
    let ran = seeded::warehouse().run_all(&[&arguments, &["markdown"][..]].concat()).ok();
    let mut text = Vec::new();
    answer.write(Format::Markdown, &mut text).unwrap();
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let (own, theirs) = (lines(&String::from_utf8(text).unwrap()), lines(&ran.stdout));
    let without: Vec<_> = theirs.iter().filter(|it| !it.contains("sppis run")).collect();
    assert_eq!(own.iter().collect::<Vec<_>>(), without);
}

#[test]
fn a_query_of_ones_own_is_one_of_a_file() {
    let sandbox = seeded::copy();
    let warehouse = opened(&sandbox);
    let built = QueryText::of([Metric::PERSONS, Metric::AMOUNT])
        .by([Dimension::Quarter, Dimension::Regime])
        .total([Dimension::Quarter])
        .filter("age < 40 AND regime <> 'aide_sociale'")
        .order("-amount");
    let text = format!("{built}[derived.mean]\nratio = [\"amount\", \"persons\"]\n");
    sandbox.write("warehouse/queries/mine.toml", &text);
    let answer = warehouse.answer(&Request::written("mine", text)).unwrap();
    assert_eq!(csv(&answer), sandbox.csv("mine"));
    assert_eq!(csv(&answer), csv(&warehouse.answer(&Request::named("mine")).unwrap()));
    let parameter = "metrics = [\"persons\"]\ndimensions = [\"measure\"]\n\
                     filter = \"measure IN ($measures)\"\n\
                     [parameters.measures]\ntype = \"text\"\nlist = true\n";
    sandbox.write("warehouse/queries/listed.toml", parameter);
    let request = Request::written("listed", parameter).set("measures", "article_60,article_61");
    let set = ["run", "listed", "--set", "measures=article_60,article_61", "--format", "csv"];
    assert_eq!(csv(&warehouse.answer(&request).unwrap()), sandbox.run(set).ok().stdout);
}

#[test]
fn a_batch_is_what_an_arrow_file_holds() {
    let sandbox = Sandbox::empty();
    let path = sandbox.join("x.arrow");
    let words = ["run", "amount-by-regime", "--lang", "fr", "--output", path.to_str().unwrap()];
    seeded::warehouse().run(words).ok();
    let batches: Result<Vec<RecordBatch>, _> =
        FileReader::try_new(File::open(&path).unwrap(), None).unwrap().collect();
    let [file] = batches.unwrap().try_into().unwrap();
    let request = Request::named("amount-by-regime").language(Language::Fr);
    let answer = seeded().answer(&request).unwrap();
    let batch = answer.batch().unwrap();
    assert_eq!(batch.columns(), file.columns());
    let said = |batch: &RecordBatch| {
        let all = batch.schema().metadata().clone().into_iter();
        all.filter(|(key, _)| key != "sppis.command").collect::<BTreeMap<_, _>>()
    };
    assert_eq!(said(&batch), said(&file));
    let columns = answer.columns();
    let names: Vec<&str> = columns.iter().map(|it| it.name.as_str()).collect();
    let schema = batch.schema();
    assert_eq!(names, schema.fields().iter().map(|it| it.name()).collect::<Vec<_>>());
    let of = |name: &str| columns.iter().find(|it| it.name == name).unwrap();
    assert_eq!(of("regime").kind, ColumnKind::Dimension);
    let euros = ColumnKind::Figures { unit: Unit::Euros, decimals: 2, adds_up: true };
    assert_eq!((of("amount").kind, of("regime").label.as_str()), (euros, "régime"));
}

#[test]
fn a_request_that_cannot_be_answered_says_why() {
    let said = |request: &Request| seeded().answer(request).unwrap_err().to_string();
    insta::assert_snapshot!(said(&Request::named("by-yaer")), @"there is no query `by-yaer`; did you mean `by-year`?");
    insta::assert_snapshot!(said(&Request::named("by-region").only("region", "99999")), @"unknown value of `region` `99999`; known: 02000, 03000, 04000");
    insta::assert_snapshot!(said(&Request::written("own", "metrics = [\"person\"]\nby = 1")), @"
    2 mistakes in own
      own:1:12: unknown metric `person` (did you mean `persons`?)
      own:2:1: unknown key `by` (known here: metrics, dimensions, parameters, derived, order, filter, totals, top, complete, columns, title, chart, description, bands)
    ");
    let sandbox = Sandbox::new();
    let none = opened(&sandbox).answer(&Request::named("by-year"));
    assert!(matches!(none, Err(RequestError::NoDelivery(0))), "{none:?}");
}

fn dry_run(of: Intake, warehouse: &Warehouse, encoding: Encoding) -> Result<IngestReport, String> {
    let options = IngestOptions {
        budget: "100%".parse::<Budget>().unwrap(),
        dry_run: true,
        details: true,
        ..IngestOptions::default()
    };
    let intake = of.delivery("2007-11").encoding(encoding).options(options);
    warehouse.take_in(&intake).map_err(|error: IntakeError| error.to_string())
}

/// What was said of a delivery, or why it was refused.
fn said(report: Result<IngestReport, String>) -> String {
    let report = match report {
        Ok(report) => report,
        Err(text) => return text,
    };
    let Some(Details { findings, .. }) = &report.details else { panic!("no details") };
    format!("{:?} {:?} {:?}", report.reconciliation, findings.all().unwrap(), report.record.parts)
}

#[test]
fn a_stream_is_taken_in_as_the_file_of_its_bytes() {
    let sandbox = Sandbox::new();
    let warehouse = opened(&sandbox);
    let polluted = files_below(&repository().join("data-samples/polluted"));
    let (mut taken, mut count) = (0, 0);
    for path in polluted.into_iter().chain(crate::typed::of_same_rows()) {
        for encoding in [Encoding::Utf8, Encoding::Windows1252] {
            let name = path.file_name().unwrap().to_str().unwrap();
            let stream = Intake::stream(name, File::open(&path).unwrap()).unwrap();
            let stream = said(dry_run(stream, &warehouse, encoding));
            let file = said(dry_run(Intake::file(&path), &warehouse, encoding));
            let shown = path.parent().unwrap().to_str().unwrap();
            assert_eq!(stream, file.replace(&format!("{shown}/"), ""), "{name}");
            taken += usize::from(stream.starts_with("Reconciliation"));
            count += 1;
        }
    }
    assert!(taken > 100 && taken < count, "{taken} of {count}");
}

#[test]
fn what_the_program_has_taken_in_a_stream_does_not_change() {
    let sandbox = Sandbox::new();
    let row = format!("{};1;21004;2007-02-01;2007-02-28;115;;1;1.00", PERSONS[0]);
    let file = sandbox.delivery("2008-11", &[&row]);
    sandbox.run(["ingest", &file]).ok();
    let warehouse = opened(&sandbox);
    let same = Intake::stream(&file, Cursor::new(sandbox.read(&file))).unwrap();
    assert_eq!(
        warehouse.take_in(&same).unwrap().outcome,
        Outcome::Unchanged { revision: 1, version: 1 }
    );
    let rule_budgets = vec![("check.niss-invalide", Budget::default())];
    let options = IngestOptions { rule_budgets, ..IngestOptions::default() };
    let no_rule = warehouse.take_in(&same.options(options)).unwrap_err();
    assert_eq!(no_rule.to_string(), "there is no rule `check.niss-invalide`");
    // In parts, under the id that is said.
    let second = format!("{HEADER}\n{};1;21004;2007-03-01;2007-03-31;115;;1;2.00\n", PERSONS[1]);
    let parts = Intake::file(sandbox.join(&file)).and_stream("2.csv", second.as_bytes()).unwrap();
    let report = warehouse.take_in(&parts.delivery("2008-11")).unwrap();
    assert_eq!(report.outcome, Outcome::Committed { revision: 2, version: 2 });
    assert_eq!((report.reconciliation.rows_read(), report.reconciliation.cents_stored()), (2, 300));
    sandbox.run(["verify"]).ok();
}

#[test]
fn an_intake_shows_no_number_and_its_files_are_the_owners_alone() {
    let sandbox = Sandbox::empty();
    let text = format!("{HEADER}\n{};1;21004;2007-02-01;2007-02-28;115;;1;1.00\n", PERSONS[0]);
    let name = format!("DWH_SPPIS_Formulaires_2008-11_{}.csv", PERSONS[0]);
    let intake = Intake::stream(&name, text.as_bytes()).unwrap();
    let debug = format!("{intake:?}");
    assert!(debug.contains("2008-11") && !debug.contains(PERSONS[0]), "{debug}");
    let (folder, key) = (sandbox.join("warehouse"), KeyPlace::File(sandbox.join("a.key")));
    let warehouse = Warehouse::open_or_init(&folder, &key).unwrap();
    assert_eq!(warehouse.take_in(&intake).unwrap().reconciliation.rows_accepted(), 1);
    // The key is found again where it was put.
    let again = Warehouse::open_or_init(&folder, &key).unwrap();
    assert!(matches!(again.take_in(&intake).unwrap().outcome, Outcome::Unchanged { .. }));
    for path in sandbox.files("") {
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{}: {mode:o}", path.display());
        let bytes = fs::read(&path).unwrap();
        let number = PERSONS[0].as_bytes();
        assert!(!bytes.windows(number.len()).any(|it| it == number), "{}", path.display());
    }
}

#[test]
fn warehouses_are_shared_by_threads_and_answers_leave_them() {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<Warehouse>();
    shared::<Intake>();
    shared::<Request>();
    shared::<Answer>();
    shared::<IngestReport>();
    shared::<IntakeError>();
    shared::<RequestError>();
    shared::<sppis::Snapshot>();
    shared::<sppis::disclosure::ReleasedTable>();
    shared::<sppis::pipeline::answer::Answers>();
    let names = ["by-region", "by-year", "amount-by-regime"];
    let warehouse = std::sync::Arc::new(seeded());
    let threads = names.map(|name| {
        let warehouse = std::sync::Arc::clone(&warehouse);
        std::thread::spawn(move || warehouse.answer(&Request::named(name)).unwrap())
    });
    drop(warehouse);
    for (name, thread) in names.iter().zip(threads) {
        assert_eq!(csv(&thread.join().unwrap()), seeded::warehouse().csv(name));
    }
}

type Show = fn(&Path, &mut dyn std::io::Write) -> Result<(), Box<dyn std::error::Error>>;

fn shown(show: Show) -> String {
    let sandbox = Sandbox::empty();
    let mut text = Vec::new();
    show(sandbox.path(), &mut text).unwrap();
    String::from_utf8(text).unwrap()
}

#[test]
fn the_examples_show_what_they_say() {
    insta::assert_snapshot!(shown(take_in_example::show), @"
    refused: more rows rejected than the budget of 5 % allows
      rows: 4 read = 2 accepted + 2 rejected
      cents: 87050 accepted = 56050 stored + 31000 clipped
      2007Q1: 2 observations
      2007Q2: 0 observations
      line 3: reject check.niss-invalid NISS: expected a valid check number (mod 97), found one that does not fit
      line 4: reject decode.date DPAY1STDAY: expected a day that exists as YYYY-MM-DD, YYYYMMDD, DD/MM/YYYY, DD-MM-YYYY or DDMONYYYY, found `2007-02-31`
      line 4: reject decode.amount EBENCONVCM: expected an amount such as `1234.50`, at most 10 digits of euros, found `much`
    taken in as revision 1, version 1 of the table
      rows: 4 read = 2 accepted + 2 rejected
      cents: 87050 accepted = 56050 stored + 31000 clipped
      2007Q1: 2 observations
      2007Q2: 0 observations
    ");
    insta::assert_snapshot!(shown(answer_example::show), @"
    amount-by-measure: State subsidy for partnership conventions (EBENCONVCM) by measure
    amount-by-regime: State subsidy for partnership conventions (EBENCONVCM) by regime
    amount-distribution: Distribution of the State subsidy for partnership conventions (EBENCONVCM) over persons

    Personnes et subvention de l’État pour les conventions de partenariat (EBENCONVCM) par région
     trimestre           région                              observations  personnes  personnes sous convention  subvention de l’État (EBENCONVCM, EUR)
     1er trimestre 2007  02000 Région flamande                         12          5                          2                                  750,00
     1er trimestre 2007  03000 Région wallonne                          7          3                          0                                    0,00
     1er trimestre 2007  04000 Région de Bruxelles-Capitale             3          1                          0                                    0,00
     2e trimestre 2007   02000 Région flamande                         23          8                          0                                    0,00
     2e trimestre 2007   03000 Région wallonne                          3          1                          0                                    0,00
     2e trimestre 2007   04000 Région de Bruxelles-Capitale             3          1                          0                                    0,00
    6 lignes ; version 1 avec 2008-11@1 ; classification 1669121ef5dc
    uniquement sexe = femmes
    ne s’additionnent pas d’une ligne à l’autre : personnes, personnes sous convention

    flanders
     quarter  regime               persons  convention_persons    amount
     2007Q1   aide_sociale               5                   1    500.00
     2007Q1   integration_sociale        7                   2    750.00
     2007Q1   total                     12                   3  1 250.00
     2007Q2   aide_sociale               7                   0      0.00
     2007Q2   integration_sociale        8                   0      0.00
     2007Q2   total                     15                   0      0.00
    6 rows; version 1 with 2008-11@1; classification 1669121ef5dc
    do not add up over rows: persons, convention_persons

    younger
     quarter  sex  persons
     2007Q1   F          3
     2007Q1   M          8
     2007Q2   F          3
     2007Q2   M          8
    4 rows; version 1 with 2008-11@1; classification 1669121ef5dc
    only age=30
    do not add up over rows: persons
    ");
    insta::assert_snapshot!(shown(arrow_example::show), @"
    quarter (quarter): a dimension
    regime (regime): a dimension
    persons (persons): Count with 0 decimals, does not add up
    amount (amount): Euros with 2 decimals, adds up
    7 rows, 125000 cents in regimes, 125000 in their totals
    sppis.deliveries = 2008-11@1
    sppis.version = 1
    sppis.query_blake3 = c875e1c117ff588c98ffae737df0e737e4b5377b3760983f8e90b57a0b2b88c9
    read back alike: true
    ");
}
