//! `sppis rejects`

use super::console::Console;
use super::error::{CliError, Exit};
use crate::document::nearest;
use crate::warehouse::{Warehouse, WarehouseError};

/// List the findings of a delivery, in file order.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  sppis rejects 2007-05\n  sppis rejects 2007-05 --rule \
                  check.niss-invalid --format csv\n  sppis rejects 2007-05 --warnings")]
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

    /// Format.
    #[arg(long, value_enum, default_value_t = Form::Table)]
    format: Form,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Form {
    /// One line per finding, for reading.
    Table,
    /// Comma-separated: file, line, column, rule, severity, finding.
    Csv,
}

pub(super) fn run(
    arguments: &Arguments,
    warehouse: &Warehouse,
    console: &mut Console,
) -> Result<Exit, CliError> {
    if let Some(rule) = &arguments.rule {
        let known: Vec<&str> = crate::check::all_rules().iter().map(|rule| rule.id).collect();
        if !known.contains(&rule.as_str()) {
            let failed = CliError::new(format!("there is no rule `{rule}`"));
            return Err(match nearest(rule, known.iter().copied()) {
                Some(near) => failed.hint(format!("did you mean `{near}`?")),
                None => failed.hint(format!("rules: {}", known.join(", "))),
            });
        }
    }
    let snapshot = warehouse.snapshot(None)?;
    let unknown = || WarehouseError::Unknown(format!("delivery `{}`", arguments.delivery));
    let commit = snapshot.revision(&arguments.delivery).ok_or_else(unknown)?;
    let findings = warehouse.findings(&commit.record)?;
    let out = console.out();
    if arguments.format == Form::Csv {
        writeln!(out, "file,line,column,rule,severity,finding")?;
    }
    let mut listed = 0;
    for finding in findings {
        let wanted = match &arguments.rule {
            Some(rule) => *rule == finding.rule,
            None => arguments.warnings || finding.severity == "reject",
        };
        if !wanted {
            continue;
        }
        listed += 1;
        let column = finding.column.as_deref().unwrap_or("");
        match arguments.format {
            Form::Csv => {
                let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
                let (file, text) = (quoted(&finding.file), quoted(&finding.text));
                let (line, rule, severity) = (finding.line, &finding.rule, &finding.severity);
                writeln!(out, "{file},{line},{column},{rule},{severity},{text}")?;
            }
            Form::Table => {
                let (file, line) = (&finding.file, finding.line);
                writeln!(out, "{file}:{line} {} {column}: {}", finding.rule, finding.text)?;
            }
        }
    }
    console.flush()?;
    if listed == 0 {
        console.say("no findings of that kind");
    }
    Ok(Exit::Done)
}
