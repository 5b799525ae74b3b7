//! What an ingestion came to, as text: outcome, reconciliation, findings by rule.

use std::io::{self, Write};

use super::console::Console;
use crate::attribution::Reconciliation;
use crate::delivery::Delivery;
use crate::document::nearest;
use crate::finding::{FindingSummary, Severity};
use crate::pipeline::ingest::{IngestReport, Outcome};
use crate::render::{count, euros, grouped};

/// Says once which columns are not known, and which variable may have been meant.
pub(super) fn narrate_columns(delivery: &Delivery, console: &mut Console) {
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

pub(super) fn statement(delivery: &Delivery, report: &IngestReport) -> String {
    let mut text = Vec::new();
    let written = write_statement(&mut text, delivery, report);
    debug_assert!(written.is_ok(), "a vector takes every byte");
    String::from_utf8_lossy(&text).into_owned()
}

fn write_statement(
    out: &mut dyn Write,
    delivery: &Delivery,
    report: &IngestReport,
) -> io::Result<()> {
    let outcome = match report.outcome {
        Outcome::Committed { revision, version } => {
            format!("committed as revision {revision}, version {version} of the table")
        }
        Outcome::Unchanged { revision, version } => format!(
            "the same bytes are already current (revision {revision}, version {version}); nothing changed"
        ),
        Outcome::OverBudget => format!("NOT committed: {}", report.exceeded.join("; ")),
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
