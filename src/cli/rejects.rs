//! `sppis rejects`

use std::fmt::Write as _;

use super::console::Console;
use super::error::{CliError, Exit};
use super::findings::{List, is_listed, summary};
use super::options::{OfFindings, OutputArguments};
use super::place::Guard;
use crate::finding::shown_name;
use crate::pipeline::options::known_rule;
use crate::pipeline::replay::LINE_COLUMN;
use crate::render::is_formula;
use crate::visible::is_unseen;
use crate::warehouse::{DeliveryFindingRecord, DeliveryRecord, PartRecord, StoredRow, Warehouse};

/// List the findings of a delivery, in file order, or its rejected rows.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  sppis rejects 2007-05\n  sppis rejects 2007-05 --summary\n  sppis \
                  rejects 2007-05 --rule check.niss-invalid --format csv\n  sppis rejects 2007-05 \
                  --warnings --output findings.parquet\n  sppis rejects 2007-05 --rows --output \
                  to-correct.csv\n\nRejected rows come in the delivery's own format with a first \
                  column LINE, the line in the sender's file. Identifiers are not kept: a token \
                  such as NISS@12 stands for what is on line 12 of that file, and so it does for what a \
                  spreadsheet would take for a formula or what cannot be seen. The sender corrects the \
                  rows, puts those values back, and `sppis replay` takes them in."
)]
pub(super) struct Arguments {
    /// The delivery, or one of its revisions: 2007-05@1.
    #[arg(value_name = "DELIVERY")]
    delivery: String,

    /// Only findings of this rule.
    #[arg(long, value_name = "RULE")]
    rule: Option<String>,

    /// List warnings too, whose rows are kept.
    #[arg(long)]
    warnings: bool,

    /// Counts of rows by rule and by column, warnings included.
    #[arg(long, conflicts_with_all = ["rule", "format", "rows"])]
    summary: bool,

    /// The rejected rows themselves, for correction.
    #[arg(long, conflicts_with_all = ["rule", "warnings", "format"])]
    rows: bool,

    /// The file whose rejected rows are wanted, where the delivery has several.
    #[arg(long, value_name = "NAME", requires = "rows")]
    file: Option<String>,

    #[command(flatten)]
    output: OutputArguments<OfFindings>,
}

pub(super) fn run(
    arguments: &Arguments,
    warehouse: &Warehouse,
    console: &mut Console,
) -> Result<Exit, CliError> {
    if let Some(rule) = &arguments.rule {
        known_rule(rule)?;
    }
    let guard = || Guard::of(warehouse);
    let sink = match (arguments.rows, arguments.summary) {
        (true, _) => {
            arguments.output.sink_of("that of the delivery", &["csv", "tsv", "txt"], guard)?
        }
        (_, true) => arguments.output.sink_of("text", &["txt"], guard)?,
        _ => arguments.output.sink(guard, console)?,
    };
    let snapshot = warehouse.fixed_snapshot()?;
    let commit = snapshot.named(&arguments.delivery)?;
    if arguments.rows {
        let part = original(&commit.record, arguments.file.as_deref())?;
        let rows = warehouse.rejected_rows(&commit.record)?;
        sink.put_as_made(console, |out| {
            writeln!(out, "{LINE_COLUMN}{}{}", part.delimiter, part.header)?;
            rows.each(|rows| Ok(out.write_all(rejected_rows(part, rows).as_bytes())?))
        })?;
        return Ok(Exit::Done);
    }
    let findings = warehouse.findings(&commit.record)?;
    if arguments.summary {
        sink.put(summary(&commit.record, &findings)?.as_bytes(), console)?;
        return Ok(Exit::Done);
    }
    let wanted = |rule: &str, severity: &str| match &arguments.rule {
        Some(asked) => *asked == rule,
        None => arguments.warnings || severity == "reject",
    };
    let mut of_delivery = commit.record.of_delivery();
    let asked =
        |found: &DeliveryFindingRecord| arguments.rule.is_some() || is_listed(sink.format, found);
    of_delivery.retain(|it| wanted(&it.rule, &it.severity) && asked(it));
    let (delivery, of_delivery) = (&arguments.delivery, of_delivery.as_slice());
    let list = List { delivery, of_delivery, findings: &findings, wanted: &wanted };
    let mut count = 0;
    sink.put_as_made(console, |out| {
        count = list.write(sink.format, out)?;
        Ok(())
    })?;
    console.flush()?;
    if count == 0 && of_delivery.is_empty() {
        console.tell("no findings of that kind");
    }
    Ok(Exit::Done)
}

/// The file of a delivery that lines count in: the one named, or the only one.
pub(super) fn original<'r>(
    record: &'r DeliveryRecord,
    file: Option<&str>,
) -> Result<&'r PartRecord, CliError> {
    let originals = record.parts.iter().filter(|part| !part.header.is_empty());
    let originals: Vec<&PartRecord> = originals.collect();
    if originals.is_empty() {
        return Err(CliError::new("the rejected rows of this delivery were not kept")
            .hint("ingest it again, and correct what is rejected then"));
    }
    // A name is stored as it may be shown.
    let is_named =
        |part: &PartRecord, name: &str| part.name == name || part.name == shown_name(name);
    let text = match (file, originals.as_slice()) {
        (None, [only]) => return Ok(only),
        (None, _) => "the delivery has several files, each with its own lines".to_owned(),
        (Some(name), originals) => match originals.iter().find(|part| is_named(part, name)) {
            Some(part) => return Ok(part),
            None => format!("the delivery has no file `{}`", shown_name(name)),
        },
    };
    let names: Vec<&str> = originals.iter().map(|part| part.name.as_str()).collect();
    Err(CliError::new(text).hint(format!("name one with `--file`: {}", names.join(", "))))
}

/// Rejected rows of one file in its own format, the line before them.
fn rejected_rows(part: &PartRecord, rows: &[StoredRow]) -> String {
    let mut text = String::new();
    let names: Vec<&str> = part.header.split(&part.delimiter).collect();
    for row in rows.iter().filter(|row| row.file == part.name) {
        let kept = match &row.text {
            Some(kept) => harmless(kept, part, &names, row.line),
            // Where the fields cannot be told apart there is the line alone.
            None => part.delimiter.repeat(names.len().saturating_sub(1)),
        };
        let _infallible = writeln!(text, "{}{}{kept}", row.line, part.delimiter);
    }
    text
}

/// A row in which values that a spreadsheet may take for a formula, or that cannot be seen, are
/// tokens: they stand in the sender's file, and must come back as they were.
fn harmless(row: &str, part: &PartRecord, names: &[&str], line: u64) -> String {
    let fields = fields(row, &part.delimiter).into_iter().enumerate();
    let safe = fields.map(|(at, field)| {
        let inner = field.strip_prefix('"').and_then(|it| it.strip_suffix('"')).unwrap_or(field);
        match names.get(at) {
            Some(name) if is_hostile(inner) => format!("{name}@{line}"),
            _ => field.to_owned(),
        }
    });
    safe.collect::<Vec<_>>().join(&part.delimiter)
}

/// The fields of a row as they are written, with their quotes.
fn fields<'r>(row: &'r str, delimiter: &str) -> Vec<&'r str> {
    let (mut fields, mut start, mut quoted) = (Vec::new(), 0, false);
    for (at, character) in row.char_indices() {
        quoted ^= character == '"';
        if !quoted && row[at..].starts_with(delimiter) && at >= start {
            fields.push(&row[start..at]);
            start = at + delimiter.len();
        }
    }
    fields.push(&row[start..]);
    fields
}

/// Whether a value is more than text to a terminal or a spreadsheet. Numbers with a sign are no
/// formulas.
fn is_hostile(value: &str) -> bool {
    let number = value.strip_prefix(['+', '-']).unwrap_or(value);
    let is_number = number.starts_with(|it: char| it.is_ascii_digit())
        && number.chars().all(|it| it.is_ascii_digit() || [',', '.', ' ', '\u{a0}'].contains(&it));
    let is_white = |it: char| ['\n', '\t'].contains(&it);
    (is_formula(value) && !is_number) || value.contains(|it| is_unseen(it) && !is_white(it))
}
