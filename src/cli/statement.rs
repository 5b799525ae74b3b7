//! What an ingestion came to, as text: outcome, reconciliation, findings by rule.

use std::io::{self, Write};

use super::console::Console;
use crate::attribution::Reconciliation;
use crate::check::DELIVERY_RULES;
use crate::delivery::{Delivery, Part, Sheets};
use crate::finding::{FindingSummary, Severity, shown, shown_path};
use crate::pipeline::ingest::{IngestReport, Outcome};
use crate::pipeline::replacement::{QuarterChange, Replacement};
use crate::render::{count, euros, grouped};
use crate::warehouse::DeliveryRecord;

/// Says once which columns are not known.
pub(super) fn narrate_columns(delivery: &Delivery, console: &mut Console) {
    for part in delivery.parts() {
        let names: Vec<String> = part.header().unknown().map(shown).collect();
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
        Outcome::Refused => format!("NOT committed: {}", report.reasons().join("; ")),
        Outcome::DryRun => "checked; not committed, as asked".to_owned(),
    };
    writeln!(out, "delivery {} ({}): {outcome}", delivery.id(), delivery.window())?;
    write_reconciliation(out, &report.reconciliation)?;
    if let Some(replacement) = &report.replacement {
        write_replacement(out, replacement)?;
    }
    for part in delivery.parts() {
        write_sheets(out, part)?;
        let absent = part.header().absent();
        if !absent.is_empty() {
            let file = shown_path(part.path());
            writeln!(out, "\nvariables that {file} does not have: {}", absent.join(", "))?;
        }
    }
    write_of_delivery(out, &report.record)?;
    let stored = matches!(report.outcome, Outcome::Committed { .. } | Outcome::Unchanged { .. });
    write_findings(out, delivery, &report.findings, stored)
}

/// Which sheet of a workbook was read, where there are others.
fn write_sheets(out: &mut dyn Write, part: &Part) -> io::Result<()> {
    const NAMED_MAX: usize = 5;
    let Some(Sheets { read, others }) = &part.about().sheets else { return Ok(()) };
    if others.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = others.iter().take(NAMED_MAX).map(|name| shown(name)).collect();
    let more = match others.len().saturating_sub(NAMED_MAX) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let (file, names) = (shown_path(part.path()), names.join(", "));
    writeln!(out, "\nof {file} the sheet {} is read, not {names}{more}", shown(read))
}

/// What was found of the delivery as a whole.
fn write_of_delivery(out: &mut dyn Write, record: &DeliveryRecord) -> io::Result<()> {
    let found = record.of_delivery();
    if !found.is_empty() {
        writeln!(out, "\nfound of the delivery as a whole")?;
    }
    for rule in DELIVERY_RULES {
        let of_rule: Vec<_> = found.iter().filter(|it| it.rule == rule.id).collect();
        if of_rule.is_empty() {
            continue;
        }
        writeln!(out, "  {}  {}", rule.id, rule.meaning)?;
        for it in &of_rule {
            let column = it.column.as_ref().map(|it| format!(" `{it}`")).unwrap_or_default();
            let accepted = if it.accepted { " (accepted)" } else { "" };
            writeln!(out, "    {}{column}: {}{accepted}", it.severity, it.text)?;
        }
        writeln!(out, "    help: {}", rule.help)?;
    }
    Ok(())
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

/// What goes and what comes with a redelivery.
fn write_replacement(out: &mut dyn Write, replacement: &Replacement) -> io::Result<()> {
    let number = |number: u64| grouped(&number.to_string());
    let back = match replacement.come_back {
        Some(count) => {
            let (count, all) = (number(count), number(replacement.observations_before()));
            format!(": {count} of its {all} observations come back")
        }
        None => ", which could not be read".to_owned(),
    };
    writeln!(out, "\nin place of revision {}{back}", replacement.revision)?;
    writeln!(
        out,
        "{:<8}{:<6}{:>16}{:>12}{:>20}",
        "quarter", "", "observations", "persons", "EBENCONVCM (EUR)"
    )?;
    for QuarterChange { quarter, goes, comes } in &replacement.quarters {
        let quarter = quarter.to_string();
        for (word, totals) in [("goes", goes), ("comes", comes)] {
            let persons = totals.persons.map_or_else(|| "unknown".to_owned(), number);
            let (observations, euros) =
                (number(totals.observations), grouped(&euros(totals.cents)));
            writeln!(out, "{quarter:<8}{word:<6}{observations:>16}{persons:>12}{euros:>20}")?;
        }
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
                        .map(|part| format!("{} ", shown_path(part.path())))
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
