//! `sppis queries`

use std::io::Write;
use std::path::Path;

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
use crate::metric::{Dimension, Metric};
use crate::pipeline::answer::compiles;
use crate::pipeline::held::holds;
use crate::query::language::schema;
use crate::query::{Arguments as Asked, Catalog, Derived, Holds, Parameter, Query, resolve_over};
use crate::render::{Language, count, label, meaning, meaning_of_formula, terminal};
use crate::warehouse::{Defaults, Warehouse};

/// List the named queries, or describe one.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  sppis queries\n  sppis queries by-year --lang fr\n  sppis queries --format json\n  sppis queries --check\n  sppis queries --schema > query.schema.json\n  sppis queries \
                  by-year --source > warehouse/queries/mine.toml"
)]
pub(super) struct Arguments {
    /// The query to describe.
    #[arg(value_name = "NAME")]
    name: Option<String>,

    /// Print the query's file, as a start for one's own.
    #[arg(long, requires = "name", conflicts_with = "format")]
    source: bool,

    /// Read and compile every query, and report all mistakes of all files.
    #[arg(long, conflicts_with_all = ["name", "source", "format", "output"])]
    check: bool,

    /// Print the JSON Schema of query files, for editors.
    #[arg(long, conflicts_with_all = ["name", "source", "check", "format"])]
    schema: bool,

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
    // Shipped queries can be read without a warehouse.
    let warehouse = open_if_present(root)?;
    let own_folder = warehouse.as_ref().map(Warehouse::queries_folder);
    let catalog = Catalog::open(own_folder.as_deref())?;
    let guard = || Guard::of_root(root);
    if arguments.schema {
        let sink = arguments.output.sink_of("JSON", &["json"], guard)?;
        sink.put(pretty_json(&schema())?.as_bytes(), console)?;
        return Ok(Exit::Done);
    }
    if arguments.source {
        return source(arguments, &catalog, root, console);
    }
    if arguments.check {
        return check(&catalog, root, console);
    }
    let sink = arguments.output.sink(guard, console)?;
    let language = arguments.language.of(sink.format, Defaults::of(warehouse.as_ref()))?;
    let mut text = Vec::new();
    let (document, exit) = match &arguments.name {
        None => {
            let (queries, exit) = all(&catalog, console);
            for query in &queries {
                let (name, title) = (terminal(&query.name), label(&query.title, language));
                writeln!(text, "{name:<28}{title}")?;
            }
            (queries.iter().map(|query| described(query, &catalog)).collect(), exit)
        }
        Some(name) => {
            let query = catalog.query(name)?;
            describe(&query, &catalog, language, &mut text)?;
            (described(&query, &catalog), Exit::Done)
        }
    };
    if sink.format == Format::Json {
        sink.put(pretty_json(&document)?.as_bytes(), console)?;
    } else {
        sink.put_text(&String::from_utf8_lossy(&text), console)?;
    }
    Ok(exit)
}

/// The file of a query, as it is.
fn source(
    arguments: &Arguments,
    catalog: &Catalog,
    root: &Path,
    console: &mut Console,
) -> Result<Exit, CliError> {
    let sink = arguments.output.sink_of("TOML", &["toml"], || Guard::of_root(root))?;
    let name = arguments.name.as_deref().unwrap_or_default();
    catalog.query(name)?;
    let text = catalog.source(name).map(|(_, text)| text).unwrap_or_default();
    // A file is taken as it is, but not by a terminal.
    if sink.file().is_none() && console.prints_to_terminal() {
        console.out().write_all(text.as_bytes())?;
    } else {
        sink.put(text.as_bytes(), console)?;
    }
    Ok(Exit::Done)
}

/// Every query without a mistake; the others are named.
fn all(catalog: &Catalog, console: &mut Console) -> (Vec<Query>, Exit) {
    let (mut queries, mut exit) = (Vec::new(), Exit::Done);
    for name in catalog.names() {
        match catalog.query(name) {
            Ok(query) => queries.push(query),
            Err(error) => {
                exit = Exit::CouldNotRun;
                console.say(&format!("error: {error}"));
            }
        }
    }
    (queries, exit)
}

/// A query for programs, texts in every language.
fn described(query: &Query, catalog: &Catalog) -> Value {
    let dimension = |it: &Dimension| json!({ "name": it.name(), "meaning": it.meaning() });
    let metric = |it: &Metric| json!({ "name": it.name(), "meaning": it.meaning(), "adds_up": it.is_additive() });
    let derived = |it: &Derived| {
        json!({
            "name": it.name, "label": it.label,
            "meaning": meaning_of_formula(&it.formula, Language::En),
        })
    };
    let parameter = |it: &Parameter| {
        json!({
            "name": it.name, "type": it.kind.name(), "list": it.list, "default": it.default,
            "allowed": it.allowed, "description": it.description,
        })
    };
    json!({
        "name": query.name,
        "title": query.title,
        "description": query.description,
        "dimensions": query.dimensions.iter().map(dimension).collect::<Vec<_>>(),
        "metrics": query.metrics.iter().map(metric).collect::<Vec<_>>(),
        "derived": query.derived.iter().map(derived).collect::<Vec<_>>(),
        "filter": query.filter_text(),
        "parameters": query.parameters.iter().map(parameter).collect::<Vec<_>>(),
        "file": catalog.source(&query.name).map(|(path, _)| path),
        "blake3": query.hash,
    })
}

/// Every query as far as it can be checked without data: names, filter, types, codes.
fn check(catalog: &Catalog, root: &Path, console: &mut Console) -> Result<Exit, CliError> {
    let warehouse = Warehouse::open(root).ok();
    let dictionary = match &warehouse {
        Some(warehouse) => warehouse.dictionary().clone(),
        None => Dictionary::built_in()?,
    };
    let snapshot = warehouse.and_then(|it| it.snapshot(None).ok());
    let holds = |column: &str, value: &str| {
        snapshot.as_ref().map_or(Ok(false), |snapshot| holds(snapshot, column, value))
    };
    let (mut good, mut broken) = (0, 0);
    for name in catalog.names() {
        match checked(catalog, name, &dictionary, &holds) {
            Ok(()) => good += 1,
            Err(error) => {
                broken += 1;
                console.say(&format!("error: {error}"));
            }
        }
    }
    let wrong = if broken > 0 { format!(", {broken} with mistakes") } else { String::new() };
    writeln!(console.out(), "{} without a mistake{wrong}", count(good, "query file"))?;
    Ok(if broken > 0 { Exit::CouldNotRun } else { Exit::Done })
}

fn checked(
    catalog: &Catalog,
    name: &str,
    dictionary: &Dictionary,
    holds: Holds<'_>,
) -> Result<(), String> {
    let query = catalog.query(name).map_err(|error| error.to_string())?;
    // A parameter that must be set has some value of its type when the query is run.
    let needed = query.parameters.iter().filter(|it| it.default.is_none());
    let example = |it: &Parameter| {
        let value = it.allowed.first().cloned();
        (it.name.clone(), value.unwrap_or_else(|| it.kind.example().to_owned()))
    };
    let asked = Asked { sets: needed.map(example).collect(), ..Asked::default() };
    let named = |error: String| format!("{}: {error}", terminal(name));
    let question = resolve_over(query, &asked, dictionary, holds);
    let question = question.map_err(|it| named(it.to_string()))?;
    compiles(question, dictionary).map_err(|error| named(error.to_string()))
}

fn describe(
    query: &Query,
    catalog: &Catalog,
    language: Language,
    out: &mut dyn Write,
) -> Result<(), CliError> {
    writeln!(out, "{}: {}", terminal(&query.name), label(&query.title, language))?;
    let description = label(&query.description, language);
    if !description.is_empty() {
        writeln!(out, "{description}")?;
    }
    let said = |name: &str| meaning(name, language).unwrap_or_default();
    writeln!(out, "\ndimensions")?;
    for dimension in &query.dimensions {
        writeln!(out, "  {:<30}{}", dimension.name(), said(dimension.name()))?;
    }
    writeln!(out, "metrics")?;
    for metric in &query.metrics {
        let additive = if metric.is_additive() { "" } else { " (does not add up)" };
        writeln!(out, "  {:<30}{}{additive}", metric.name(), said(metric.name()))?;
    }
    for derived in &query.derived {
        let meaning = meaning_of_formula(&derived.formula, language);
        writeln!(out, "  {:<30}{meaning}", derived.name)?;
    }
    if let Some(filter) = query.filter_text() {
        writeln!(out, "filter\n  {filter}")?;
    }
    if !query.parameters.is_empty() {
        writeln!(out, "parameters")?;
    }
    for parameter in &query.parameters {
        let default = match &parameter.default {
            Some(default) => format!("default `{default}`"),
            None => "must be set".to_owned(),
        };
        let list = if parameter.list { "list of " } else { "" };
        let kind = parameter.kind.name();
        let allowed = match parameter.allowed.as_slice() {
            [] => String::new(),
            allowed => format!(", one of {}", allowed.join(", ")),
        };
        let (name, what) = (&parameter.name, &parameter.description);
        writeln!(out, "  {name:<30}{list}{kind}, {default}{allowed}; {what}")?;
    }
    if let Some((path, _)) = catalog.source(&query.name) {
        writeln!(out, "file\n  {}, BLAKE3 {}", terminal(path), query.hash)?;
    }
    Ok(())
}
