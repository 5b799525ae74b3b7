//! `sppis explain`

use std::io::Write;
use std::time::Duration;

use serde_json::{Value, json};

use super::console::Console;
use super::error::{CliError, Exit, say_unused_histories};
use super::files::file_json;
use super::options::{OfTexts, OutputArguments, word};
use super::output::pretty_json;
use super::place::Guard;
use super::run::{QuestionArguments, expect_delivered};
use crate::counting::{Declined, Way};
use crate::export::Format;
use crate::pipeline::answer::{Timing, time};
use crate::pipeline::explanation::{Explanation, explain, explain_as_sql};
use crate::query::Catalog;
use crate::render::{bytes, count, grouped};
use crate::sql::Dialect;
use crate::warehouse::{TableFile, Warehouse};

/// Show how a query is counted: over person histories or from which files, row groups and columns,
/// and the optimised plan; without reading data.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  sppis explain by-regime-and-measure --from 2008Q1 --to 2008Q2\n  sppis \
                  explain by-year --time\n  sppis explain by-year --format json\n  sppis explain \
                  by-region --where region=04000 --sql"
)]
pub(super) struct Arguments {
    /// Name of the query.
    #[arg(value_name = "NAME")]
    name: String,

    #[command(flatten)]
    question: QuestionArguments,

    /// Answer it too, and say how long counting and putting the table together take.
    #[arg(long)]
    time: bool,

    /// Write one statement of SQL instead that gives the whole answer, over a table `observations` of
    /// the current files (`sppis files`); a status column that would be empty stays.
    #[arg(long, conflicts_with = "time")]
    sql: bool,

    /// Whose SQL it is.
    #[arg(long, value_enum, default_value_t, requires = "sql")]
    dialect: Dialect,

    /// Leave out figures over only some of the quarters that they should be over, as `run` does.
    #[arg(long, requires = "sql")]
    complete_only: bool,

    #[command(flatten)]
    output: OutputArguments<OfTexts>,
}

pub(super) fn run(
    arguments: &Arguments,
    warehouse: &Warehouse,
    console: &mut Console,
) -> Result<Exit, CliError> {
    let sink = arguments.output.sink(|| Guard::of(warehouse), console)?;
    let snapshot = arguments.question.snapshot(warehouse, console)?;
    let names = [arguments.name.clone()];
    let catalog = Catalog::open(Some(&warehouse.queries_folder()))?;
    let dictionary = &*warehouse.dictionary_of(&snapshot);
    let questions =
        arguments.question.questions(&catalog, &names, dictionary, false, &[&snapshot])?;
    expect_delivered(&snapshot)?;
    let basis = arguments.question.basis(warehouse, &snapshot);
    for question in questions {
        let undelivered = basis.coverage().undelivered(&question);
        if !undelivered.is_empty() {
            let quarters = undelivered.join(", ");
            console.say(&format!("note: asked for and not delivered: {quarters}"));
        }
        if arguments.sql {
            let question = question.complete_only(arguments.complete_only);
            let statement = explain_as_sql(&question, &basis, arguments.dialect)?;
            if sink.format == Format::Json {
                let version = snapshot.version();
                let document = json!({ "version": version, "dialect": word(&arguments.dialect), "sql": statement });
                sink.put(pretty_json(&document)?.as_bytes(), console)?;
            } else {
                sink.put_text(&statement, console)?;
            }
            continue;
        }
        let explanation = explain(question.clone(), &basis)?;
        let timing = arguments.time.then(|| time(question, &basis)).transpose()?;
        if sink.format == Format::Json {
            let document = json(&explanation, snapshot.version(), timing.as_ref());
            sink.put(pretty_json(&document)?.as_bytes(), console)?;
        } else {
            let mut text = Vec::new();
            write(&explanation, snapshot.version(), timing.as_ref(), &mut text)?;
            sink.put_text(&String::from_utf8_lossy(&text), console)?;
        }
    }
    say_unused_histories(&basis, console);
    Ok(Exit::Done)
}

fn write(
    explanation: &Explanation,
    version: u64,
    timing: Option<&Timing>,
    out: &mut dyn Write,
) -> Result<(), CliError> {
    writeln!(out, "version {version}")?;
    write_scan(explanation, out)?;
    writeln!(out, "columns read: {}", explanation.columns.join(", "))?;
    for plan in &explanation.plans {
        writeln!(out, "\nplan\n{plan}")?;
    }
    if let Some(Timing { counting, assembling }) = timing {
        writeln!(out, "\ncounting: {}", milliseconds(*counting))?;
        writeln!(out, "assembling: {}", milliseconds(*assembling))?;
    }
    Ok(())
}

fn json(explanation: &Explanation, version: u64, timing: Option<&Timing>) -> Value {
    let over = |way: &Way| {
        json!({
            "columns": way.columns, "files": way.runs, "made": way.made, "entries": way.entries,
            "in_groups": way.in_groups, "by_person": way.by_person,
        })
    };
    let microseconds = |duration: Duration| u64::try_from(duration.as_micros()).ok();
    json!({
        "version": version,
        "over_histories": explanation.over_histories.as_ref().ok().map(over),
        "declined": explanation.over_histories.as_ref().err().map(Declined::to_string),
        "files": explanation.scan.files().iter().map(file_json).collect::<Vec<_>>(),
        "files_skipped": explanation.scan.skipped_file_count(),
        "row_groups": explanation.row_group_count,
        "bytes_read": explanation.column_bytes,
        "columns": explanation.columns,
        "plans": explanation.plans,
        "counting_microseconds": timing.and_then(|it| microseconds(it.counting)),
        "assembling_microseconds": timing.and_then(|it| microseconds(it.assembling)),
    })
}

fn write_scan(explanation: &Explanation, out: &mut dyn Write) -> Result<(), CliError> {
    match &explanation.over_histories {
        Ok(way) => {
            let columns = way.columns.join(", ");
            let entries = grouped(&way.entries.to_string());
            let of = if way.in_groups {
                "groups of persons who are alike in a quarter"
            } else {
                "persons"
            };
            writeln!(out, "counts over person histories, by {columns}")?;
            let passed = if way.by_person { "over all quarters" } else { "quarter by quarter" };
            writeln!(out, "passes {entries} entries of {of}, {passed}")?;
            if way.made > 0 {
                let files = count(way.made, "file");
                writeln!(
                    out,
                    "first makes the histories of {files}: `sppis histories` keeps them"
                )?;
            }
            writeln!(out, "without them:")?;
        }
        Err(declined) => writeln!(out, "counts from the observations, as {declined}:")?,
    }
    let files = explanation.scan.files();
    writeln!(
        out,
        "reads {} with {} in {}, {} of {} on disk; skips {}",
        count(files.len() as u64, "file"),
        count(files.iter().map(TableFile::row_count).sum(), "observation"),
        count(explanation.row_group_count as u64, "row group"),
        bytes(explanation.column_bytes),
        bytes(files.iter().map(TableFile::byte_count).sum()),
        count(explanation.scan.skipped_file_count() as u64, "file"),
    )?;
    for file in files {
        let (quarter, delivery) = (file.quarter(), file.delivery());
        let rows = count(file.row_count(), "observation");
        let name = file.path().file_name().unwrap_or_default().to_string_lossy();
        writeln!(out, "  {quarter}  {delivery}  {rows}  {name}")?;
    }
    Ok(())
}

fn milliseconds(duration: Duration) -> String {
    let tenths = duration.as_micros() / 100;
    format!("{}.{} ms", tenths / 10, tenths % 10)
}
