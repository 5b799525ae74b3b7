//! `sppis reports`

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use chrono_tz::Tz;
use serde_json::{Value, json};

use super::console::Console;
use super::defaults::LanguageArguments;
use super::error::{CliError, Exit};
use super::opened::open_if_present;
use super::options::{OfTexts, OutputArguments};
use super::output::pretty_json;
use super::place::Guard;
use crate::dictionary::Dictionary;
use crate::export::Format;
use crate::finding::shown_path;
use crate::pipeline::report::check;
use crate::query::Catalog;
use crate::render::{count, label, terminal};
use crate::report::{DEFINITION, Origin, ReportCatalog, Source};
use crate::schedule::Schedule;
use crate::warehouse::{Defaults, Warehouse};

/// List the reports, describe one, or check them all.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  sppis reports\n  sppis reports quarterly-figures --lang fr\n  sppis reports --check\n  \
                        sppis reports quarterly-figures --copy warehouse/reports/mine"
)]
pub(super) struct Arguments {
    /// The report to describe.
    #[arg(value_name = "NAME")]
    name: Option<String>,

    /// Read every report and its queries, and tell all mistakes of all files.
    #[arg(long, conflicts_with_all = ["name", "copy", "format", "output"])]
    check: bool,

    /// Copy the report's files into a folder, as a start for one's own.
    #[arg(long, value_name = "FOLDER", requires = "name", conflicts_with_all = ["format", "output"])]
    copy: Option<PathBuf>,

    #[command(flatten)]
    output: OutputArguments<OfTexts>,

    #[command(flatten)]
    language: LanguageArguments,
}

pub(super) fn run(
    arguments: &Arguments,
    root: &Path,
    console: &mut Console,
) -> Result<Exit, CliError> {
    let warehouse = open_if_present(root)?;
    let folder = warehouse.as_ref().map(Warehouse::reports_folder);
    let reports = ReportCatalog::open(folder.as_deref())?;
    if arguments.check {
        return check_all(&reports, warehouse.as_ref(), console);
    }
    if let (Some(name), Some(folder)) = (&arguments.name, &arguments.copy) {
        return copy(&reports, name, folder, console);
    }
    let sink = arguments.output.sink(|| Guard::of_root(root), console)?;
    let language = arguments.language.of(sink.format, Defaults::of(warehouse.as_ref()))?;
    let mut text = Vec::new();
    let mut exit = Exit::Done;
    let document = match &arguments.name {
        Some(name) => {
            let source = reports.report(name)?;
            describe(&source, language, &mut text)?;
            described(&source)
        }
        None => {
            let mut all = Vec::new();
            for name in reports.names() {
                match reports.report(name) {
                    Ok(source) => {
                        let title = label(&source.definition.title, language);
                        writeln!(text, "{:<28}{}", terminal(name), terminal(title))?;
                        all.push(described(&source));
                    }
                    Err(error) => {
                        exit = Exit::CouldNotRun;
                        console.say(&format!("error: {error}"));
                    }
                }
            }
            Value::Array(all)
        }
    };
    if sink.format == Format::Json {
        sink.put(pretty_json(&document)?.as_bytes(), console)?;
    } else {
        sink.put_text(&String::from_utf8_lossy(&text), console)?;
    }
    Ok(exit)
}

/// Every report as far as it can be checked without data.
fn check_all(
    reports: &ReportCatalog,
    warehouse: Option<&Warehouse>,
    console: &mut Console,
) -> Result<Exit, CliError> {
    let dictionary = match warehouse {
        Some(warehouse) => warehouse.dictionary().clone(),
        None => Dictionary::built_in()?,
    };
    let queries = warehouse.map(Warehouse::queries_folder);
    let catalog = Catalog::open(queries.as_deref())?;
    let (mut good, mut broken) = (0, 0);
    for name in reports.names() {
        let source = reports.report(name).map_err(CliError::from);
        let checked = source.and_then(|it| {
            check(&it, &catalog, &dictionary)?;
            // When it is made stands in the same file; where days lie is of no matter here.
            Schedule::of_report(&it, Tz::UTC)?;
            Ok(())
        });
        match checked {
            Ok(()) => good += 1,
            Err(error) => {
                broken += 1;
                error.report(console);
            }
        }
    }
    let wrong = if broken > 0 { format!(", {broken} with mistakes") } else { String::new() };
    writeln!(console.out(), "{} without a mistake{wrong}", count(good, "report"))?;
    Ok(if broken > 0 { Exit::CouldNotRun } else { Exit::Done })
}

/// Copies a report's files; none that is there is written over.
fn copy(
    reports: &ReportCatalog,
    name: &str,
    folder: &Path,
    console: &mut Console,
) -> Result<Exit, CliError> {
    reports.report(name)?;
    let failed = |path: &Path| {
        let shown = shown_path(path);
        move |error: io::Error| match error.kind() {
            ErrorKind::AlreadyExists => CliError::new(format!("{shown} is there already"))
                .hint("name a folder that has no report yet"),
            _ => CliError::new(format!("{shown} cannot be written: {error}")),
        }
    };
    if folder.join(DEFINITION).exists() {
        let exists = io::Error::from(ErrorKind::AlreadyExists);
        return Err(failed(&folder.join(DEFINITION))(exists));
    }
    fs::create_dir_all(folder).map_err(failed(folder))?;
    for (file, text) in reports.files(name) {
        let path = folder.join(file);
        let mut new = File::create_new(&path).map_err(failed(&path))?;
        new.write_all(text.as_bytes()).map_err(failed(&path))?;
    }
    let files = count(reports.files(name).count() as u64, "file");
    console.tell(&format!("wrote {files} to {}", shown_path(folder)));
    Ok(Exit::Done)
}

/// A report for programs.
fn described(source: &Source) -> Value {
    let definition = &source.definition;
    let tables = definition.tables.iter().map(|it| match &it.origin {
        Origin::Query(query) => json!({"name": it.name.value, "query": query.value}),
        Origin::List(list) => json!({"name": it.name.value, "list": list.name()}),
    });
    json!({
        "name": definition.name,
        "title": definition.title,
        "description": definition.description,
        "languages": definition.languages.iter().map(|it| it.code()).collect::<Vec<_>>(),
        "outputs": definition.outputs.iter().map(|it| it.name()).collect::<Vec<_>>(),
        "tables": tables.collect::<Vec<_>>(),
        "numbers": definition.numbers.iter().map(|it| &it.name.value).collect::<Vec<_>>(),
        "files": source.files().map(|it| &it.path).collect::<Vec<_>>(),
    })
}

fn describe(
    source: &Source,
    language: crate::render::Language,
    out: &mut dyn Write,
) -> Result<(), CliError> {
    let definition = &source.definition;
    writeln!(out, "{}", label(&definition.title, language))?;
    writeln!(out, "{}\n", label(&definition.description, language))?;
    let list = |names: Vec<&str>| names.join(", ");
    let languages = definition.languages.iter().map(|it| it.code()).collect();
    writeln!(out, "languages  {}", list(languages))?;
    writeln!(out, "outputs    {}", list(definition.outputs.iter().map(|it| it.name()).collect()))?;
    for table in &definition.tables {
        let of = match &table.origin {
            Origin::Query(query) => format!("query {}", query.value),
            Origin::List(list) => format!("list {}", list.name()),
        };
        writeln!(out, "table      {}: {of}", table.name.value)?;
    }
    let numbers = definition.numbers.iter().map(|it| it.name.value.as_str()).collect();
    writeln!(out, "numbers    {}", list(numbers))?;
    for file in source.files() {
        writeln!(out, "file       {}", file.path)?;
    }
    Ok(())
}
