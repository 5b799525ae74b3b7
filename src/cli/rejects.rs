//! `sppis rejects`

use std::fmt::Write as _;
use std::path::PathBuf;

use super::console::Console;
use super::error::{CliError, Exit};
use super::findings::{Form, List, summary};
use super::output::{not_on_terminal, put};
use crate::document::nearest;
use crate::pipeline::replay::LINE_COLUMN;
use crate::warehouse::{DeliveryFindingRecord, DeliveryRecord, PartRecord, StoredRow, Warehouse};

/// List the findings of a delivery, in file order, or its rejected rows.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  sppis rejects 2007-05\n  sppis rejects 2007-05 --summary\n  sppis \
                  rejects 2007-05 --rule check.niss-invalid --format csv\n  sppis rejects 2007-05 \
                  --warnings --output findings.parquet\n  sppis rejects 2007-05 --rows --output \
                  to-correct.csv\n\nRejected rows come in the delivery's own format with a first \
                  column LINE, the line in the sender's file. Identifiers are not kept: a token \
                  such as NISS@12 stands for what is on line 12 of that file. The sender corrects \
                  the rows, puts the identifiers back, and `sppis replay` takes them in."
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
    #[arg(long, conflicts_with_all = ["rule", "format", "rows", "output"])]
    summary: bool,

    /// The rejected rows themselves, for correction.
    #[arg(long, conflicts_with_all = ["rule", "warnings", "format"])]
    rows: bool,

    /// The file whose rejected rows are wanted, where the delivery has several.
    #[arg(long, value_name = "NAME", requires = "rows")]
    file: Option<String>,

    /// Format; by the ending of `--output`, otherwise a table for reading.
    #[arg(long, value_enum)]
    format: Option<Form>,

    /// Write to this file instead of stdout.
    #[arg(long, value_name = "PATH")]
    output: Option<PathBuf>,
}

pub(super) fn run(
    arguments: &Arguments,
    warehouse: &Warehouse,
    console: &mut Console,
) -> Result<Exit, CliError> {
    if let Some(rule) = &arguments.rule {
        known_rule(rule)?;
    }
    let snapshot = warehouse.snapshot(None)?;
    let commit = snapshot.named(&arguments.delivery)?;
    let output = arguments.output.as_deref();
    if arguments.rows {
        let part = original(&commit.record, arguments.file.as_deref())?;
        let text = rejected_rows(part, &warehouse.rejected_rows(&commit.record)?);
        put(text.as_bytes(), output, warehouse, console)?;
        return Ok(Exit::Done);
    }
    let mut findings = warehouse.findings(&commit.record)?;
    if arguments.summary {
        put(summary(&commit.record, &findings).as_bytes(), output, warehouse, console)?;
        return Ok(Exit::Done);
    }
    let wanted = |rule: &str, severity: &str| match &arguments.rule {
        Some(asked) => *asked == rule,
        None => arguments.warnings || severity == "reject",
    };
    findings.retain(|finding| wanted(&finding.rule, &finding.severity));
    let form = arguments.format.or_else(|| output.and_then(Form::of_path)).unwrap_or(Form::Table);
    if form == Form::Parquet && output.is_none() {
        not_on_terminal("Parquet", console)?;
    }
    let mut of_delivery = commit.record.of_delivery();
    let asked = |found: &DeliveryFindingRecord| arguments.rule.is_some() || form.has(found);
    of_delivery.retain(|it| wanted(&it.rule, &it.severity) && asked(it));
    let list =
        List { delivery: &arguments.delivery, of_delivery: &of_delivery, findings: &findings };
    put(&list.encode(form)?, output, warehouse, console)?;
    console.flush()?;
    if findings.is_empty() && of_delivery.is_empty() {
        console.say("no findings of that kind");
    }
    Ok(Exit::Done)
}

/// The id of a rule that there is.
pub(super) fn known_rule(rule: &str) -> Result<&'static str, CliError> {
    let rules = crate::check::all_rules().into_iter().chain(crate::check::DELIVERY_RULES);
    let known: Vec<&str> = rules.map(|rule| rule.id).collect();
    if let Some(found) = known.iter().find(|id| **id == rule) {
        return Ok(found);
    }
    let failed = CliError::new(format!("there is no rule `{rule}`"));
    Err(match nearest(rule, known.iter().copied()) {
        Some(near) => failed.hint(format!("did you mean `{near}`?")),
        None => failed.hint(format!("rules: {}", known.join(", "))),
    })
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
    let text = match (file, originals.as_slice()) {
        (None, [only]) => return Ok(only),
        (None, _) => "the delivery has several files, each with its own lines".to_owned(),
        (Some(name), originals) => match originals.iter().find(|part| part.name == name) {
            Some(part) => return Ok(part),
            None => format!("the delivery has no file `{name}`"),
        },
    };
    let names: Vec<&str> = originals.iter().map(|part| part.name.as_str()).collect();
    Err(CliError::new(text).hint(format!("name one with `--file`: {}", names.join(", "))))
}

/// The rejected rows of one file in its own format, the line before them.
fn rejected_rows(part: &PartRecord, rows: &[StoredRow]) -> String {
    let mut text = format!("{LINE_COLUMN}{}{}\n", part.delimiter, part.header);
    let fields = part.header.split(&part.delimiter).count();
    for row in rows.iter().filter(|row| row.file == part.name) {
        // Where the fields cannot be told apart there is the line alone.
        let nothing = || part.delimiter.repeat(fields.saturating_sub(1));
        let kept = row.text.clone().unwrap_or_else(nothing);
        let _infallible = writeln!(text, "{}{}{kept}", row.line, part.delimiter);
    }
    text
}
