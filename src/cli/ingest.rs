//! `sppis ingest`

use std::io::{self, Write};
use std::path::PathBuf;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::console::Console;
use super::error::{CliError, Exit};
use crate::attribution::Reconciliation;
use crate::delivery::{Delivery, Encoding};
use crate::document::nearest;
use crate::finding::{Budget, FindingSummary, Severity};
use crate::pipeline::ingest::{IngestOptions, IngestReport, Outcome, ingest};
use crate::quarter::QuarterRange;
use crate::render::{count, euros, grouped};
use crate::warehouse::Warehouse;

/// Check a delivery and take it in, whole or not at all.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  sppis ingest DWH_SPPIS_Formulaires_2007-05.csv\n  sppis ingest \
                  part1.csv part2.csv.gz --delivery 2007-05\n  sppis ingest old.txt --delivery 2007-11 \
                  --encoding windows-1252\n  sppis ingest old.csv --delivery \
                  backfill --window 2002Q4..2004Q4 --max-rejects 2%"
)]
pub(super) struct Arguments {
    /// The files of one delivery.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,

    /// Id of the delivery, YYYY-05 or YYYY-11; read off the file names where they say it.
    #[arg(long, value_name = "ID")]
    delivery: Option<String>,

    /// Quarters of a delivery with a free id, such as 2002Q4..2004Q4.
    #[arg(long, value_name = "QUARTERS")]
    window: Option<QuarterRange>,

    /// Encoding of files without a byte-order mark, UTF-8 where nothing is said: windows-1252.
    #[arg(long, value_name = "ENCODING")]
    encoding: Option<Encoding>,

    /// Most rows that may be rejected: a number (200) or a share (5%, 0.05).
    #[arg(long, value_name = "BUDGET", default_value = "5%")]
    max_rejects: Budget,

    /// Do all but the commit.
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn run(
    arguments: &Arguments,
    warehouse: &Warehouse,
    console: &mut Console,
) -> Result<Exit, CliError> {
    let declared = arguments.delivery.as_deref();
    let delivery =
        Delivery::open(&arguments.files, declared, arguments.window, arguments.encoding)?;
    let options = IngestOptions { budget: arguments.max_rejects, dry_run: arguments.dry_run };
    take_in(warehouse, &delivery, options, console)
}

/// Takes a delivery in with progress, and prints what came of it.
pub(super) fn take_in(
    warehouse: &Warehouse,
    delivery: &Delivery,
    options: IngestOptions,
    console: &mut Console,
) -> Result<Exit, CliError> {
    let bar = progress_bar(delivery.byte_count());
    let report = ingest(warehouse, delivery, options, &|bytes| bar.set_position(bytes));
    bar.finish_and_clear();
    let report = report?;
    narrate_columns(delivery, console);
    let text = statement(delivery, &report, options.budget);
    let printed = console.out().write_all(text.as_bytes()).and_then(|()| console.flush());
    if report.outcome == Outcome::OverBudget {
        // What became of the delivery matters more than who reads along.
        console.say("hint: correct the rows above, or allow more with `--max-rejects`");
        return Ok(Exit::BlockingFindings);
    }
    printed?;
    Ok(Exit::Done)
}

/// Shown on stderr when it is a terminal.
fn progress_bar(bytes: u64) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(bytes), ProgressDrawTarget::stderr());
    let template = "{bar:30} {bytes}/{total_bytes} {bytes_per_sec} {eta} left";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}

/// Says once which columns are not known, and which variable may have been meant.
fn narrate_columns(delivery: &Delivery, console: &mut Console) {
    let lacking: Vec<&str> =
        delivery.parts().iter().flat_map(|part| part.header().absent()).collect();
    for part in delivery.parts() {
        let names = part.header().unknown().map(|name| {
            let meant = nearest(name, lacking.iter().copied());
            let meant = meant.map(|near| format!(" (is `{near}` meant?)"));
            format!("{}{}", crate::finding::shown(name), meant.unwrap_or_default())
        });
        let names: Vec<String> = names.collect();
        if !names.is_empty() {
            let (file, names) = (part.name(), names.join(", "));
            console.say(&format!("{file}: columns not known and not stored: {names}"));
        }
    }
}

fn statement(delivery: &Delivery, report: &IngestReport, budget: Budget) -> String {
    let mut text = Vec::new();
    let written = write_statement(&mut text, delivery, report, budget);
    debug_assert!(written.is_ok(), "a vector takes every byte");
    String::from_utf8_lossy(&text).into_owned()
}

fn write_statement(
    out: &mut dyn Write,
    delivery: &Delivery,
    report: &IngestReport,
    budget: Budget,
) -> io::Result<()> {
    let outcome = match report.outcome {
        Outcome::Committed { revision, version } => {
            format!("committed as revision {revision}, version {version} of the table")
        }
        Outcome::Unchanged { revision, version } => format!(
            "the same bytes are already current (revision {revision}, version {version}); nothing changed"
        ),
        Outcome::OverBudget => {
            format!("NOT committed: more rows rejected than the budget of {budget} allows")
        }
        Outcome::DryRun => "checked; not committed, as asked".to_owned(),
    };
    writeln!(out, "delivery {} ({}): {outcome}", delivery.id(), delivery.window())?;
    write_reconciliation(out, &report.reconciliation)?;
    for part in delivery.parts() {
        let absent = part.header().absent();
        if !absent.is_empty() {
            let file = part.path().display();
            writeln!(out, "\nvariables that {file} does not have: {}", absent.join(", "))?;
        }
    }
    let stored = matches!(report.outcome, Outcome::Committed { .. } | Outcome::Unchanged { .. });
    write_findings(out, delivery, &report.findings, stored)
}

/// Rows and euros, from what was read to what is stored.
pub(super) fn write_reconciliation(out: &mut dyn Write, sums: &Reconciliation) -> io::Result<()> {
    let number = |number: u64| grouped(&number.to_string());
    let amount = |cents: i128| grouped(&euros(cents));
    writeln!(
        out,
        "\nrows read {} = accepted {} + rejected {}",
        number(sums.rows_read()),
        number(sums.rows_accepted()),
        number(sums.rows_rejected())
    )?;
    writeln!(
        out,
        "euros accepted {} = stored {} + clipped {}",
        amount(sums.cents_accepted()),
        amount(sums.cents_stored()),
        amount(sums.cents_clipped())
    )?;
    if sums.rows_rejected() > 0 {
        let rejected = amount(sums.cents_rejected());
        writeln!(out, "euros in rejected rows, where readable {rejected}")?;
    }
    writeln!(out, "\n{:<8}{:>16}{:>20}", "quarter", "observations", "EBENCONVCM (EUR)")?;
    for (quarter, totals) in sums.by_quarter() {
        let observations = number(totals.observations);
        writeln!(out, "{quarter:<8}{observations:>16}{:>20}", amount(totals.cents))?;
    }
    Ok(())
}

fn write_findings(
    out: &mut dyn Write,
    delivery: &Delivery,
    findings: &FindingSummary,
    stored: bool,
) -> io::Result<()> {
    for (severity, heading) in
        [(Severity::Reject, "rejected"), (Severity::Warn, "warned of, kept unless rejected above")]
    {
        let rules = findings.rules().into_iter().filter(|it| it.rule.severity == severity);
        let rules: Vec<_> = rules.collect();
        if rules.is_empty() {
            continue;
        }
        writeln!(
            out,
            "\nrows {heading}, by the rule that does not hold (a row can break several)"
        )?;
        for summary in rules {
            let rows = count(summary.row_count, "row");
            writeln!(out, "  {}  {rows}: {}", summary.rule.id, summary.rule.meaning)?;
            for finding in &summary.first {
                let parts = delivery.parts();
                let file = match parts {
                    [_] => String::new(),
                    parts => parts
                        .get(finding.part)
                        .map(|part| format!("{} ", part.path().display()))
                        .unwrap_or_default(),
                };
                let column = finding.column.map(|it| format!(" `{it}`")).unwrap_or_default();
                writeln!(out, "    {file}line {}{column}: {}", finding.line, finding.text)?;
            }
            if stored && summary.row_count > summary.first.len() as u64 {
                let delivery = delivery.id();
                let rule = summary.rule.id;
                writeln!(out, "    … all of them: sppis rejects {delivery} --rule {rule}")?;
            }
            writeln!(out, "    help: {}", summary.rule.help)?;
        }
    }
    Ok(())
}
