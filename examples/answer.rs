//! Answers: a query by its name, narrowed; one of one's own, put together in code and as a text; in several threads.
//!
//! `cargo run --release --example answer` asks an invented delivery in a temporary folder;
//! `cargo run --release --example answer -- WAREHOUSE` a warehouse of one's own.

use std::error::Error;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::thread;

use sppis::{
    Answer, Dimension, Format, Intake, KeyPlace, Language, Metric, QueryText, Request, Sample,
    Warehouse,
};

fn main() -> Result<(), Box<dyn Error>> {
    let mut out = std::io::stdout();
    match std::env::args_os().nth(1).map(PathBuf::from) {
        Some(folder) => answers(&Warehouse::open(&folder)?, &mut out),
        None => show(tempfile::tempdir()?.path(), &mut out),
    }
}

/// Shows it in an empty folder.
pub(crate) fn show(folder: &Path, out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    answers(&invented(folder)?, out)
}

/// A warehouse with an invented delivery.
fn invented(folder: &Path) -> Result<Warehouse, Box<dyn Error>> {
    let key = KeyPlace::File(folder.join("pseudonym.key"));
    let warehouse = Warehouse::open_or_init(&folder.join("warehouse"), &key)?;
    let mut text = Vec::new();
    Sample::new(200, 1, 0).write("2007Q1..2007Q2".parse()?, &mut text)?;
    warehouse.take_in(&Intake::stream("DWH_SPPIS_Formulaires_2008-11.csv", &*text)?)?;
    Ok(warehouse)
}

fn answers(warehouse: &Warehouse, out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    let catalog = warehouse.queries()?;
    for name in catalog.names().take(3) {
        writeln!(out, "{name}: {}", catalog.query(name)?.title.en)?;
    }
    writeln!(out)?;

    // By its name, narrowed as with `--where`; labels in French.
    let by_region = Request::named("by-region").only("sex", "F").language(Language::Fr);

    // Put together in code.
    let by_regime = QueryText::of([Metric::PERSONS, Metric::CONVENTION_PERSONS, Metric::AMOUNT])
        .by([Dimension::Quarter, Dimension::Regime])
        .total([Dimension::Quarter])
        .filter("region = '02000' AND days >= 20");
    let by_regime = Request::written("flanders", by_regime);

    // As the text of a query's file, with a parameter.
    let younger = "metrics = [\"persons\"]\n\
                   dimensions = [\"quarter\", \"sex\"]\n\
                   filter = \"age < $age\"\n\
                   [parameters.age]\n\
                   type = \"integer\"\n\
                   default = \"25\"\n";
    let younger = Request::written("younger", younger).set("age", "30");

    // Threads may share a warehouse, and answers may leave them: they borrow from nothing.
    let requests = [by_region, by_regime, younger];
    let answered: Vec<Result<Answer, _>> = thread::scope(|scope| {
        let ask = |request| scope.spawn(move || warehouse.answer(request));
        let threads: Vec<_> = requests.iter().map(ask).collect();
        threads.into_iter().filter_map(|it| it.join().ok()).collect()
    });
    for answer in answered {
        answer?.write(Format::Table, out)?;
        writeln!(out)?;
    }
    Ok(())
}
