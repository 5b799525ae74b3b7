//! `sppis replay`

use std::path::PathBuf;

use super::console::Console;
use super::error::{CliError, Exit, committed_but, say_histories_problem};
use super::findings::table;
use super::ingest_log::say_waiting;
use super::rejects::original;
use super::statement::write_reconciliation;
use crate::delivery::{Delivery, DeliveryId, Encoding};
use crate::pipeline::replay::{ReplayReport, replay};
use crate::render::{count, euros, grouped, terminal_lines};
use crate::warehouse::{Waiting, Warehouse, WarehouseError};

/// Take corrected rows of a delivery back, and commit it anew.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  sppis rejects 2007-05 --rows --output to-correct.csv\n  sppis replay \
                  2007-05 corrected.csv\n\nThe file has the delivery's columns and a column LINE, \
                  the line of each row in the sender's file. Rows that are right now are stored \
                  under that line; the others stay rejected. The figures of rows that had been \
                  accepted do not change."
)]
pub(super) struct Arguments {
    /// The delivery.
    #[arg(value_name = "DELIVERY")]
    delivery: String,

    /// The corrected rows.
    #[arg(value_name = "FILE")]
    corrections: PathBuf,

    /// The delivery's file that the lines count in, where it has several.
    #[arg(long, value_name = "NAME")]
    file: Option<String>,

    /// Encoding of a file without a byte-order mark, UTF-8 where nothing is said: windows-1252.
    #[arg(long, value_name = "ENCODING")]
    encoding: Option<Encoding>,

    /// Do all but the commit.
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn run(
    arguments: &Arguments,
    warehouse: &Warehouse,
    console: &mut Console,
) -> Result<Exit, CliError> {
    let snapshot = warehouse.agreed_snapshot(None)?;
    let unknown = || WarehouseError::unknown_delivery(&arguments.delivery);
    let record = &snapshot.delivery(&arguments.delivery).ok_or_else(unknown)?.record;
    let original = original(record, arguments.file.as_deref())?;
    // A free id says no quarters.
    let window = match DeliveryId::calendar(&record.delivery) {
        Ok(_) => None,
        Err(_) => record.quarters(),
    };
    let paths = [arguments.corrections.clone()];
    let corrections = Delivery::open(&paths, Some(&record.delivery), window, arguments.encoding)?;
    let (dry_run, waiting) = (arguments.dry_run, Some(say_waiting as Waiting));
    let report = replay(warehouse, record, &corrections, original, dry_run, waiting)?;
    let stated = state(&report, console);
    match report.committed {
        Some(committed) => stated.map_err(|error| committed_but(error, committed)),
        None => stated,
    }
}

fn state(report: &ReplayReport, console: &mut Console) -> Result<Exit, CliError> {
    let (record, sums) = (&report.record, &report.corrections);
    let accepted = sums.rows_read() - sums.rows_rejected();
    let outcome = match report.committed {
        Some((revision, version)) => {
            format!("committed as revision {revision}, version {version} of the table")
        }
        None if accepted == 0 => "NOT committed: none of the rows is right yet".to_owned(),
        None => "checked; not committed, as asked".to_owned(),
    };
    let out = console.out();
    writeln!(out, "delivery {} ({}): {outcome}", record.delivery, record.window)?;
    writeln!(out, "\nof the corrected rows")?;
    write_reconciliation(out, sums)?;
    let whole = &record.reconciliation;
    let stored = whole.cents_stored.parse().unwrap_or_default();
    writeln!(
        out,
        "\nthe whole delivery: {}, {} rejected, {} EUR stored",
        count(whole.rows_accepted, "accepted row"),
        grouped(&whole.rows_rejected.to_string()),
        grouped(&euros(stored))
    )?;
    if !report.findings.is_empty() {
        writeln!(out, "\nfound in the corrected rows")?;
        out.write_all(terminal_lines(&table(&report.findings)).as_bytes())?;
    }
    console.flush()?;
    for note in &report.notes {
        console.say(&format!("note: {note}"));
    }
    say_histories_problem(report.histories_problem.as_ref(), console);
    Ok(if accepted == 0 { Exit::BlockingFindings } else { Exit::Done })
}
