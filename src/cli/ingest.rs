//! `sppis ingest`

use std::cell::Cell;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::console::{Console, say_event};
use super::defaults::LanguageArguments;
use super::error::{CliError, Exit, committed_but, say_histories_problem};
use super::ingest_log::{log_waiting, replaces, say_waiting};
use super::options::{Formats, OfFindings, OfPages, format_of};
use super::output::{probe, write_as_made, write_file};
use super::place::{FilePlace, Guard, is_same};
use super::progress::progress_bar;
use super::statement::{narrate_columns, statement};
use super::{findings, validation};
use crate::delivery::{Delivery, Encoding, IgnoredColumns};
use crate::export::Format;
use crate::finding::Budget;
use crate::pipeline::ingest::{IngestError, IngestOptions, IngestReport, Outcome, ingest};
use crate::pipeline::options::{OptionError, blocking_rule, optional_column, rule_budget};
use crate::pipeline::validated::report_of_ingestion;
use crate::quarter::QuarterRange;
use crate::render::Language;
use crate::warehouse::{DeliveryFindingRecord, DeliveryRecord, Warehouse};

/// Check a delivery and take it in, whole or not at all.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  sppis ingest DWH_SPPIS_Formulaires_2007-05.csv\n  sppis ingest \
                  part1.csv part2.csv.gz --delivery 2007-05\n  sppis ingest old.txt --delivery 2007-11 \
                  --encoding windows-1252\n  sppis ingest old.csv --delivery \
                  backfill --window 2002Q4..2004Q4 --max-rejects 2%\n  sppis ingest new.csv --delivery 2007-05 \
                  --dry-run --report validation.html --lang fr\n  sppis ingest new.csv --delivery \
                  2007-05 --max-rejects-of check.niss-invalid=0.1% --log json\n  sppis ingest new.csv \
                  --delivery 2007-05 --without-column CPTNACTACP --accept delivery.days-twelve"
)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub(super) struct Arguments {
    /// The files of one delivery.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,

    /// Id of the delivery, YYYY-05 or YYYY-11; read off the file names where they say it.
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
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

    /// A column that is no known variable although its name is like one. Repeatable.
    #[arg(long, value_name = "NAME")]
    ignore_column: Vec<String>,

    /// Let a delivery in that breaks this rule as a whole: delivery.days-twelve. Repeatable.
    #[arg(long, value_name = "RULE")]
    accept: Vec<String>,

    /// A variable that the delivery before had and this one has not, as is meant. Repeatable.
    #[arg(long, value_name = "NAME")]
    without_column: Vec<String>,

    /// Do all but the commit.
    #[arg(long)]
    dry_run: bool,

    /// Commit also when the same bytes are current, where `verify` has found damaged files.
    #[arg(long)]
    again: bool,

    /// Replace a delivery although less than half of it comes back, or files are parts of it.
    #[arg(long)]
    replace: bool,

    /// Replace a delivery although `replay` has taken corrected rows into it.
    #[arg(long)]
    discard_corrections: bool,

    /// Write the validation report, whatever becomes of the delivery: .html or .json.
    #[arg(long, value_name = "PATH")]
    report: Option<PathBuf>,

    #[command(flatten)]
    language: LanguageArguments,

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
    let page = wanted.report.as_ref().map_or(Format::Html, |(_, format)| *format);
    let language = arguments.language.of(page, warehouse.configuration().defaults())?;
    let delivery =
        Delivery::open(&arguments.files, declared, arguments.window, arguments.encoding)?;
    let budgets = arguments.max_rejects_of.iter().map(|text| rule_budget(text));
    let accepted = arguments.accept.iter().map(|rule| blocking_rule(rule));
    let without_columns = arguments.without_column.iter().map(|name| optional_column(name));
    let options = IngestOptions {
        budget: arguments.max_rejects,
        rule_budgets: budgets.collect::<Result<_, OptionError>>()?,
        ignored_columns: IgnoredColumns::new(&arguments.ignore_column),
        accepted: accepted.collect::<Result<_, OptionError>>()?,
        without_columns: without_columns.collect::<Result<_, OptionError>>()?,
        dry_run: arguments.dry_run,
        discard_corrections: arguments.discard_corrections,
        replace: arguments.replace,
        again: arguments.again,
        details: wanted.report.is_some() || wanted.findings.is_some(),
        waiting: Some(match arguments.log {
            Log::Text => say_waiting,
            Log::Json => log_waiting,
        }),
    };
    let report = match arguments.log {
        Log::Text => with_bar(warehouse, &delivery, &options, console),
        Log::Json => with_json(warehouse, &delivery, &options),
    };
    let report = report?;
    let written = wanted.write(&report, warehouse, language, console);
    let ended = written.and_then(|()| conclude(&delivery, &report, console));
    match report.outcome {
        Outcome::Committed { revision, version } => {
            ended.map_err(|error| committed_but(error, (revision, version)))
        }
        _ => ended,
    }
}

/// The files to be written about the delivery; places and formats are settled before it is read.
struct Wanted {
    report: Option<(FilePlace, Format)>,
    findings: Option<(FilePlace, Format)>,
}

impl Wanted {
    fn of(arguments: &Arguments, warehouse: &Warehouse) -> Result<Self, CliError> {
        fn settled<F: Formats>(
            path: Option<&PathBuf>,
            guard: &Guard,
        ) -> Result<Option<(FilePlace, Format)>, CliError> {
            let Some(path) = path else { return Ok(None) };
            let format = format_of::<F>(None, path)?;
            let place = guard.file(path)?;
            probe(&place)?;
            Ok(Some((place, format)))
        }
        let guard = Guard::of(warehouse).with_inputs(&arguments.files);
        let report = settled::<OfPages>(arguments.report.as_ref(), &guard)?;
        let findings = settled::<OfFindings>(arguments.findings.as_ref(), &guard)?;
        if let (Some((page, _)), Some((list, _))) = (&report, &findings)
            && is_same(page.path(), list.path())
        {
            return Err(CliError::new("`--report` and `--findings` name the same file")
                .hint("name two files"));
        }
        Ok(Self { report, findings })
    }

    fn write(
        &self,
        ingested: &IngestReport,
        warehouse: &Warehouse,
        language: Language,
        console: &mut Console,
    ) -> Result<(), CliError> {
        let Some(details) = &ingested.details else { return Ok(()) };
        if let Some((place, format)) = &self.findings {
            let (delivery, mut of_delivery) =
                (&ingested.record.delivery, ingested.record.of_delivery());
            of_delivery.retain(|found| findings::is_listed(*format, found));
            let (findings, wanted) = (&details.findings, &|_: &str, _: &str| true);
            let list = findings::List { delivery, of_delivery: &of_delivery, findings, wanted };
            write_as_made(place, console, |out| list.write(*format, out).map(drop))?;
        }
        let report = report_of_ingestion(warehouse, ingested)?;
        if let (Some((place, format)), Some(report)) = (&self.report, &report) {
            let text = validation::encode(report, warehouse.dictionary(), *format, language)?;
            write_file(place, text.as_bytes(), console)?;
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
    let report = with_bar(warehouse, delivery, options, console)?;
    conclude(delivery, &report, console)
}

fn with_bar(
    warehouse: &Warehouse,
    delivery: &Delivery,
    options: &IngestOptions,
    console: &Console,
) -> Result<IngestReport, IngestError> {
    let bar = progress_bar(delivery.byte_count(), console.is_quiet());
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
            say_event(&serde_json::json!({
                "event": "progress", "delivery": delivery.id().as_str(), "bytes": bytes,
                "bytes_total": total, "milliseconds": milliseconds,
            }));
        }
    })?;
    let outcome = match report.outcome {
        Outcome::Committed { .. } => "committed",
        Outcome::Unchanged { .. } => "unchanged",
        Outcome::Refused => "refused",
        Outcome::DryRun => "dry-run",
    };
    say_event(&serde_json::json!({
        "event": "ingested", "outcome": outcome, "delivery": report.record.delivery,
        "revision": report.record.revision, "milliseconds": start.elapsed().as_millis(),
        "exceeded": report.exceeded, "reconciliation": report.record.reconciliation,
        "rules": report.record.rules, "of_delivery": report.record.of_delivery(),
        "notes": report.notes, "replaces": report.replacement.as_ref().map(replaces),
    }));
    Ok(report)
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
    for note in &report.notes {
        console.say(&format!("note: {note}"));
    }
    if report.outcome == Outcome::Refused {
        // What became of the delivery matters more than who reads along.
        if !report.exceeded.is_empty() {
            console.say("hint: correct the rows above, or allow more with `--max-rejects`");
        }
        if let Some(options) = accepting(&report.record) {
            console.say(&format!("hint: if the files are right as they are, add `{options}`"));
        }
        console.say("hint: `--report` and `--findings` write everything that was found to a file");
        return Ok(Exit::BlockingFindings);
    }
    printed?;
    Ok(Exit::Done)
}

/// The options that let a delivery in which is kept out as a whole.
fn accepting(record: &DeliveryRecord) -> Option<String> {
    let blocks = record.blocking.iter().filter(|found| !found.accepted);
    let option = |found: &DeliveryFindingRecord| match &found.column {
        Some(column) => format!("--without-column {column}"),
        None => format!("--accept {}", found.rule),
    };
    let options: Vec<String> = blocks.map(option).collect();
    (!options.is_empty()).then(|| options.join(" "))
}
