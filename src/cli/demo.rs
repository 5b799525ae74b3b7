//! `sppis demo`

use super::console::Console;
use super::error::{CliError, Exit};
use super::ingest::take_in;
use crate::delivery::Delivery;
use crate::export::{Drawing, Format, Locale, Options, export};
use crate::pipeline::answer::{Basis, Means, answer, provenance};
use crate::pipeline::ingest::IngestOptions;
use crate::query::plan::resolve;
use crate::query::{Arguments as Asked, Catalog};
use crate::render::{Language, Look};
use crate::warehouse::{KeyPlace, Warehouse};

/// Make a temporary warehouse, take in small sample deliveries, and show what comes out.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: sppis demo")]
pub(super) struct Arguments {}

/// The deliveries of the demo: two that follow each other, with a few mistakes in the second.
const DELIVERIES: [(&str, &[u8]); 2] = [
    (
        "DWH_SPPIS_Formulaires_2008-05.csv",
        include_bytes!("../../data-samples/demo/DWH_SPPIS_Formulaires_2008-05.csv"),
    ),
    (
        "DWH_SPPIS_Formulaires_2008-11.csv",
        include_bytes!("../../data-samples/demo/DWH_SPPIS_Formulaires_2008-11.csv"),
    ),
];

pub(super) fn run(_: &Arguments, console: &mut Console) -> Result<Exit, CliError> {
    let failed = |error: std::io::Error| CliError::new(format!("making the demo: {error}"));
    let folder = tempfile::Builder::new().prefix("sppis-demo-").tempdir().map_err(failed)?;
    let warehouse = Warehouse::init(&folder.path().join("warehouse"), &KeyPlace::Warehouse)?;
    console
        .tell("a temporary warehouse, with a key of its own, takes in two invented deliveries\n");
    for (name, text) in DELIVERIES {
        let path = folder.path().join(name);
        std::fs::write(&path, text).map_err(failed)?;
        let delivery = Delivery::open(&[path], None, None, None)?;
        take_in(&warehouse, &delivery, &IngestOptions::default(), console)?;
        writeln!(console.out())?;
    }
    let catalog = Catalog::open(None)?;
    let query = catalog.query("by-regime-and-measure")?;
    let question = resolve(query, &Asked::default(), warehouse.dictionary())?;
    let snapshot = warehouse.snapshot(None)?;
    let dictionary = warehouse.dictionary();
    let basis = Basis::new(&warehouse, &snapshot, Means::default());
    let tables = answer(vec![question], &basis)?.tables;
    let fit_terminal = console.prints_to_terminal();
    let look = Look { language: Language::En, dictionary, fit_terminal };
    for table in &tables {
        let (format, locale) = (Format::Table, Locale::C);
        let drawing = &Drawing::default();
        let options = Options { format, locale, look, wide: None, drawing, stream: true };
        export(table, &provenance(&snapshot), &options, console.out())?;
    }
    console.flush()?;
    console.tell("\nthe temporary warehouse is removed again; to make one that stays:");
    console.tell("  sppis init");
    console.tell("  sppis sample --deliveries 2008-05,2008-11 --persons 1000 --output samples");
    console.tell("  sppis ingest samples/DWH_SPPIS_Formulaires_2008-05.csv");
    console.tell("  sppis queries");
    console.tell("  sppis run by-regime-and-measure");
    Ok(Exit::Done)
}
