//! `sppis queries`

use std::path::Path;

use super::console::Console;
use super::error::{CliError, Exit};
use super::output::pretty_json;
use crate::dictionary::Dictionary;
use crate::pipeline::answer::compiles;
use crate::pipeline::held::holds;
use crate::query::{Arguments as Asked, Catalog, Holds, Parameter, Query, resolve_over, schema};
use crate::render::{Language, count, label, terminal};
use crate::warehouse::{Warehouse, WarehouseError};

/// List the named queries, or describe one.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  sppis queries\n  sppis queries by-year --lang fr\n  sppis queries --check\n  sppis queries --schema > query.schema.json\n  sppis queries \
                  by-year --source > warehouse/queries/mine.toml"
)]
pub(super) struct Arguments {
    /// The query to describe.
    #[arg(value_name = "NAME")]
    name: Option<String>,

    /// Print the query's file, as a start for one's own.
    #[arg(long, requires = "name")]
    source: bool,

    /// Read and compile every query, and report all mistakes of all files.
    #[arg(long, conflicts_with_all = ["name", "source"])]
    check: bool,

    /// Print the JSON Schema of query files, for editors.
    #[arg(long, conflicts_with_all = ["name", "source", "check"])]
    schema: bool,

    /// Language of titles and descriptions.
    #[arg(long, value_enum, default_value_t = Language::En)]
    lang: Language,
}

pub(super) fn run(
    arguments: &Arguments,
    root: &Path,
    console: &mut Console,
) -> Result<Exit, CliError> {
    let catalog = Catalog::open(own_folder(root)?.as_deref())?;
    if arguments.schema {
        console.data().write_all(pretty_json(&schema())?.as_bytes())?;
        return Ok(Exit::Done);
    }
    if arguments.check {
        return check(&catalog, root, console);
    }
    match &arguments.name {
        None => list(&catalog, arguments.lang, console),
        Some(name) => {
            let query = catalog.query(name)?;
            if arguments.source {
                let text = catalog.source(name).map(|(_, text)| text).unwrap_or_default();
                // A file is taken as it is, but not by a terminal.
                let to_terminal = console.prints_to_terminal();
                let out = if to_terminal { console.out() } else { console.data() };
                out.write_all(text.as_bytes())?;
                return Ok(Exit::Done);
            }
            describe(&query, &catalog, arguments.lang, console)
        }
    }
}

/// The folder of the warehouse's own queries; shipped queries can be read without a warehouse.
fn own_folder(root: &Path) -> Result<Option<std::path::PathBuf>, CliError> {
    match Warehouse::open(root) {
        Ok(warehouse) => Ok(Some(warehouse.queries_folder())),
        Err(WarehouseError::Absent(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn list(catalog: &Catalog, language: Language, console: &mut Console) -> Result<Exit, CliError> {
    let mut broken = false;
    for name in catalog.names() {
        match catalog.query(name) {
            Ok(query) => {
                let (name, title) = (terminal(name), label(&query.title, language));
                writeln!(console.out(), "{name:<28}{title}")?;
            }
            Err(error) => {
                broken = true;
                console.say(&format!("error: {error}"));
            }
        }
    }
    Ok(if broken { Exit::CouldNotRun } else { Exit::Done })
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
    console: &mut Console,
) -> Result<Exit, CliError> {
    let out = console.out();
    writeln!(out, "{}: {}", terminal(&query.name), label(&query.title, language))?;
    let description = label(&query.description, language);
    if !description.is_empty() {
        writeln!(out, "{description}")?;
    }
    writeln!(out, "\ndimensions")?;
    for dimension in &query.dimensions {
        writeln!(out, "  {:<30}{}", dimension.name(), dimension.meaning())?;
    }
    writeln!(out, "metrics")?;
    for metric in &query.metrics {
        let additive = if metric.is_additive() { "" } else { " (does not add up)" };
        writeln!(out, "  {:<30}{}{additive}", metric.name(), metric.meaning())?;
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
    Ok(Exit::Done)
}
