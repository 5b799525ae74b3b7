//! An answer as Arrow: what its columns are, totals worked out again from its batch, and a file for other programs.
//!
//! `cargo run --release --example arrow` asks an invented delivery in a temporary folder;
//! `cargo run --release --example arrow -- WAREHOUSE FILE.arrow` a warehouse of one's own, and writes the file.

use std::error::Error;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use sppis::arrow::array::{Array as _, AsArray as _, types::Decimal128Type};
use sppis::arrow::ipc::reader::FileReader;
use sppis::arrow::ipc::writer::FileWriter;
use sppis::{
    ColumnKind, Dimension, Intake, KeyPlace, Metric, QueryText, Request, Sample, Warehouse,
};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let mut out = std::io::stdout();
    if let (Some(folder), Some(file)) = (arguments.next(), arguments.next()) {
        return arrow(&Warehouse::open(&folder)?, &file, &mut out);
    }
    show(tempfile::tempdir()?.path(), &mut out)
}

/// Shows it in an empty folder.
pub(crate) fn show(folder: &Path, out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    let key = KeyPlace::File(folder.join("pseudonym.key"));
    let warehouse = Warehouse::open_or_init(&folder.join("warehouse"), &key)?;
    let mut text = Vec::new();
    Sample::new(200, 1, 0).write("2007Q1..2007Q2".parse()?, &mut text)?;
    warehouse.take_in(&Intake::stream("DWH_SPPIS_Formulaires_2008-11.csv", &*text)?)?;
    arrow(&warehouse, &folder.join("amounts.arrow"), out)
}

fn arrow(warehouse: &Warehouse, file: &Path, out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    let query = QueryText::of([Metric::PERSONS, Metric::AMOUNT])
        .by([Dimension::Quarter, Dimension::Regime])
        .total([Dimension::Quarter]);
    let answer = warehouse.answer(&Request::written("amounts", query))?;
    for column in answer.columns() {
        let said = match column.kind {
            ColumnKind::Dimension => "a dimension".to_owned(),
            ColumnKind::Status => "why there is no number".to_owned(),
            ColumnKind::Figures { unit, decimals, adds_up } => {
                let adds_up = if adds_up { "adds up" } else { "does not add up" };
                format!("{unit:?} with {decimals} decimals, {adds_up}")
            }
        };
        writeln!(out, "{} ({}): {said}", column.name, column.label)?;
    }

    // Amounts are decimals, exact to the cent, and add up to the rows over all regimes.
    let batch = answer.batch()?;
    let regimes = batch["regime"].as_string::<i32>();
    let cents = batch["amount"].as_primitive::<Decimal128Type>();
    let (mut parts, mut totals) = (0, 0);
    for row in (0..batch.num_rows()).filter(|row| cents.is_valid(*row)) {
        let sum = if regimes.value(row) == "total" { &mut totals } else { &mut parts };
        *sum += cents.value(row);
    }
    writeln!(out, "{} rows, {parts} cents in regimes, {totals} in their totals", batch.num_rows())?;

    // Any program that reads Arrow knows from the schema where the figures come from.
    let mut writer = FileWriter::try_new(File::create(file)?, &batch.schema())?;
    writer.write(&batch)?;
    writer.finish()?;
    let read = FileReader::try_new(File::open(file)?, None)?;
    let schema = read.schema();
    for key in ["sppis.deliveries", "sppis.version", "sppis.query_blake3"] {
        writeln!(out, "{key} = {}", schema.metadata()[key])?;
    }
    let batches = read.collect::<Result<Vec<_>, _>>()?;
    writeln!(out, "read back alike: {}", batches == [batch])?;
    Ok(())
}
