//! `sppis ingest`

use std::cell::Cell;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::console::Console;
use super::error::{CliError, Exit, say_histories_problem};
use super::output::{outside, probe, write_file};
use super::rejects::known_rule;
use super::statement::{narrate_columns, statement};
use super::{findings, report};
use crate::delivery::{Delivery, Encoding};
use crate::finding::{Budget, BudgetError};
use crate::pipeline::ingest::{IngestError, IngestOptions, IngestReport, Outcome, ingest};
use crate::quarter::QuarterRange;
use crate::render::Language;
use crate::validation::{Validated, ValidationOutcome};
use crate::warehouse::Warehouse;

/// Check a delivery and take it in, whole or not at all.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  sppis ingest DWH_SPPIS_Formulaires_2007-05.csv\n  sppis ingest \
                  part1.csv part2.csv.gz --delivery 2007-05\n  sppis ingest old.txt --delivery 2007-11 \
                  --encoding windows-1252\n  sppis ingest old.csv --delivery \
                  backfill --window 2002Q4..2004Q4 --max-rejects 2%\n  sppis ingest new.csv --delivery 2007-05 \
                  --dry-run --report validation.html --lang fr\n  sppis ingest new.csv --delivery \
                  2007-05 --max-rejects-of check.niss-invalid=0.1% --log json"
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

    /// Most rows that may break one rule: check.niss-invalid=100 or decode.date=0.1%. Repeatable.
    #[arg(long, value_name = "RULE=BUDGET")]
    max_rejects_of: Vec<String>,

    /// Do all but the commit.
    #[arg(long)]
    dry_run: bool,

    /// Commit also when the same bytes are current, where `verify` has found damaged files.
    #[arg(long)]
    again: bool,

    /// Replace a delivery although `replay` has taken corrected rows into it.
    #[arg(long)]
    discard_corrections: bool,

    /// Write the validation report, whatever becomes of the delivery: .html or .json.
    #[arg(long, value_name = "PATH")]
    report: Option<PathBuf>,

    /// Language of the validation report.
    #[arg(long, value_enum, default_value_t = Language::En)]
    lang: Language,

    /// Write all findings, whatever becomes of the delivery: .csv, .json, .parquet or .txt.
    #[arg(long, value_name = "PATH")]
    findings: Option<PathBuf>,

    /// How to narrate on stderr.
    #[arg(long, value_enum, default_value_t = Log::Text, value_name = "FORM")]
    log: Log,
}

/// How an ingestion narrates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Log {
    /// A progress bar on a terminal, and text.
    Text,
    /// One JSON object a line: progress, and the outcome.
    Json,
}

pub(super) fn run(
    arguments: &Arguments,
    warehouse: &Warehouse,
    console: &mut Console,
) -> Result<Exit, CliError> {
    let declared = arguments.delivery.as_deref();
    let wanted = Wanted::of(arguments, warehouse)?;
    let delivery =
        Delivery::open(&arguments.files, declared, arguments.window, arguments.encoding)?;
    let budgets = arguments.max_rejects_of.iter().map(|text| rule_budget(text));
    let options = IngestOptions {
        budget: arguments.max_rejects,
        rule_budgets: budgets.collect::<Result<_, CliError>>()?,
        dry_run: arguments.dry_run,
        discard_corrections: arguments.discard_corrections,
        again: arguments.again,
        details: wanted.report.is_some() || wanted.findings.is_some(),
    };
    let report = match arguments.log {
        Log::Text => with_bar(warehouse, &delivery, &options),
        Log::Json => with_json(warehouse, &delivery, &options),
    };
    let report = report?;
    wanted.write(&report, warehouse, arguments.lang, console)?;
    conclude(&delivery, &report, console)
}

/// `check.niss-invalid=100`
fn rule_budget(text: &str) -> Result<(&'static str, Budget), CliError> {
    let Some((rule, budget)) = text.split_once('=') else {
        return Err(CliError::new(format!("expected RULE=BUDGET, found `{text}`"))
            .hint("for example `--max-rejects-of check.niss-invalid=100`"));
    };
    let budget = budget.parse().map_err(|error: BudgetError| CliError::new(error.to_string()))?;
    Ok((known_rule(rule)?, budget))
}

/// The files to be written about the delivery; places and formats are settled before it is read.
struct Wanted {
    report: Option<(PathBuf, report::Form)>,
    findings: Option<(PathBuf, findings::Form)>,
}

impl Wanted {
    fn of(arguments: &Arguments, warehouse: &Warehouse) -> Result<Self, CliError> {
        fn settled<F>(
            path: Option<&PathBuf>,
            form: impl Fn(&Path) -> Option<F>,
            endings: &str,
            warehouse: &Warehouse,
        ) -> Result<Option<(PathBuf, F)>, CliError> {
            let Some(path) = path else { return Ok(None) };
            let unknown = || {
                CliError::new(format!("the ending of {} says no format", path.display()))
                    .hint(format!("one of {endings}"))
            };
            let form = form(path).ok_or_else(unknown)?;
            let place = outside(path, warehouse)?;
            probe(place.parent().unwrap_or(Path::new(".")))?;
            Ok(Some((place, form)))
        }
        let (page, list) = (arguments.report.as_ref(), arguments.findings.as_ref());
        let endings = ".csv, .json, .parquet, .txt";
        Ok(Self {
            report: settled(page, report::Form::of_path, ".html, .json", warehouse)?,
            findings: settled(list, findings::Form::of_path, endings, warehouse)?,
        })
    }

    fn write(
        &self,
        ingested: &IngestReport,
        warehouse: &Warehouse,
        language: Language,
        console: &mut Console,
    ) -> Result<(), CliError> {
        let Some(details) = &ingested.details else { return Ok(()) };
        if let Some((path, form)) = &self.findings {
            let bytes = findings::encode(&ingested.record.delivery, &details.findings, *form)?;
            write_file(path, &bytes, console)?;
        }
        if let Some((path, form)) = &self.report {
            let snapshot = warehouse.snapshot(None)?;
            let validated = Validated {
                record: &ingested.record,
                outcome: match ingested.outcome {
                    Outcome::Committed { .. } | Outcome::Unchanged { .. } => {
                        ValidationOutcome::Committed
                    }
                    Outcome::OverBudget => ValidationOutcome::Refused,
                    Outcome::DryRun => ValidationOutcome::DryRun,
                },
                findings: &details.findings,
                profile: Some(&details.profile),
                previous: report::previous(warehouse, &snapshot, &ingested.record)?,
            };
            let text = report::encode(&validated, warehouse.dictionary(), *form, language)?;
            write_file(path, text.as_bytes(), console)?;
        }
        Ok(())
    }
}

/// Takes a delivery in with progress, and prints what came of it.
pub(super) fn take_in(
    warehouse: &Warehouse,
    delivery: &Delivery,
    options: &IngestOptions,
    console: &mut Console,
) -> Result<Exit, CliError> {
    let report = with_bar(warehouse, delivery, options)?;
    conclude(delivery, &report, console)
}

fn with_bar(
    warehouse: &Warehouse,
    delivery: &Delivery,
    options: &IngestOptions,
) -> Result<IngestReport, IngestError> {
    let bar = progress_bar(delivery.byte_count());
    let report = ingest(warehouse, delivery, options, &|bytes| bar.set_position(bytes));
    bar.finish_and_clear();
    report
}

/// At most this many progress lines a second.
const JSON_INTERVAL: Duration = Duration::from_millis(500);

fn with_json(
    warehouse: &Warehouse,
    delivery: &Delivery,
    options: &IngestOptions,
) -> Result<IngestReport, IngestError> {
    let (start, total) = (Instant::now(), delivery.byte_count());
    let last = Cell::new(start);
    let report = ingest(warehouse, delivery, options, &|bytes| {
        if last.get().elapsed() >= JSON_INTERVAL {
            last.set(Instant::now());
            let milliseconds = start.elapsed().as_millis();
            log(&serde_json::json!({
                "event": "progress", "delivery": delivery.id().as_str(), "bytes": bytes,
                "bytes_total": total, "milliseconds": milliseconds,
            }));
        }
    })?;
    let outcome = match report.outcome {
        Outcome::Committed { .. } => "committed",
        Outcome::Unchanged { .. } => "unchanged",
        Outcome::OverBudget => "refused",
        Outcome::DryRun => "dry-run",
    };
    log(&serde_json::json!({
        "event": "ingested", "outcome": outcome, "delivery": report.record.delivery,
        "revision": report.record.revision, "milliseconds": start.elapsed().as_millis(),
        "exceeded": report.exceeded, "reconciliation": report.record.reconciliation,
        "rules": report.record.rules,
    }));
    Ok(report)
}

/// One line of JSON on stderr.
fn log(event: &serde_json::Value) {
    let _closed = writeln!(io::stderr(), "{event}").is_err();
}

/// Prints what came of a delivery; gives how the program ends.
fn conclude(
    delivery: &Delivery,
    report: &IngestReport,
    console: &mut Console,
) -> Result<Exit, CliError> {
    narrate_columns(delivery, console);
    let text = statement(delivery, report);
    let printed = console.out().write_all(text.as_bytes()).and_then(|()| console.flush());
    say_histories_problem(report.histories_problem.as_ref(), console);
    if report.outcome == Outcome::OverBudget {
        // What became of the delivery matters more than who reads along.
        console.say("hint: correct the rows above, or allow more with `--max-rejects`");
        console.say("hint: `--report` and `--findings` write everything that was found to a file");
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
