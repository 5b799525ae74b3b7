//! A delivery with mistakes in it: where every row and cent went, what was found, and what a budget is for.
//!
//! `cargo run --release --example take_in` takes one in, in a temporary folder;
//! `cargo run --release --example take_in -- WAREHOUSE FILE` one's own, into a warehouse of one's own.

use std::error::Error;
use std::io::Write;
use std::path::{Path, PathBuf};

use sppis::{IngestOptions, IngestReport, Intake, KeyPlace, Outcome, Warehouse};

/// The second person has a number that is none; the third has a day that is none, and an amount in words.
const DELIVERY: &str = "\
NISS;LEGISLATION;CPAS;DPAY1STDAY;DPAYLSTDAY;THP_ID;CBENCONV;EBENCONVCM
42012205181;2;21004;2007-03-01;2007-03-31;60;1;250,50
93051822362;2;62063;2007-04-01;2007-04-30;60;;
85073003328;2;44021;2007-02-31;2007-03-31;60;1;much
00021500474;2;21004;2006-12-22;2007-01-10;60;1;620,00
";

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let mut out = std::io::stdout();
    if let (Some(folder), Some(file)) = (arguments.next(), arguments.next()) {
        let report = Warehouse::open(&folder)?.take_in(&Intake::file(file))?;
        told(&report, &mut out)?;
        return found(&report, &mut out);
    }
    show(tempfile::tempdir()?.path(), &mut out)
}

/// Shows it in an empty folder.
pub(crate) fn show(folder: &Path, out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    // The key that makes pseudonyms of numbers; whoever has it and the data has the numbers.
    let key = KeyPlace::File(folder.join("pseudonym.key"));
    let warehouse = Warehouse::open_or_init(&folder.join("warehouse"), &key)?;

    // A stream never comes to the disk, since it holds numbers of persons.
    let intake = Intake::stream("DWH_SPPIS_Formulaires_2008-11.csv", DELIVERY.as_bytes())?;
    let report = warehouse.take_in(&intake)?;
    told(&report, out)?;
    found(&report, out)?;

    // Half of the rows may be rejected: then the others are taken in.
    let options = IngestOptions { budget: "50%".parse()?, ..IngestOptions::default() };
    told(&warehouse.take_in(&intake.options(options))?, out)
}

/// Says what became of a delivery, and of its rows and cents.
fn told(report: &IngestReport, out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    match report.outcome {
        Outcome::Committed { revision, version } => {
            writeln!(out, "taken in as revision {revision}, version {version} of the table")?;
        }
        Outcome::Unchanged { .. } => writeln!(out, "the same bytes are there already")?,
        Outcome::Refused => writeln!(out, "refused: {}", report.reasons().join(", "))?,
        Outcome::DryRun => writeln!(out, "only tried")?,
    }
    let sums = &report.reconciliation;
    let (read, accepted, rejected) = (sums.rows_read(), sums.rows_accepted(), sums.rows_rejected());
    writeln!(out, "  rows: {read} read = {accepted} accepted + {rejected} rejected")?;
    let (accepted, stored, clipped) =
        (sums.cents_accepted(), sums.cents_stored(), sums.cents_clipped());
    writeln!(out, "  cents: {accepted} accepted = {stored} stored + {clipped} clipped")?;
    for (quarter, totals) in sums.by_quarter() {
        writeln!(out, "  {quarter}: {} observations", totals.observations)?;
    }
    Ok(())
}

/// Says what was found, by the lines of the file.
fn found(report: &IngestReport, out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    let findings = report.details.as_ref().map(|it| it.findings.all()).transpose()?;
    for it in findings.into_iter().flatten() {
        let column = it.column.as_deref().unwrap_or("-");
        writeln!(out, "  line {}: {} {} {column}: {}", it.line, it.severity, it.rule, it.text)?;
    }
    Ok(())
}
