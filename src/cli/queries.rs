//! `sppis queries`

use std::path::Path;

use super::console::Console;
use super::error::{CliError, Exit};
use crate::query::{Catalog, Query};
use crate::render::{Language, label};
use crate::warehouse::{Warehouse, WarehouseError};

/// List the named queries, or describe one.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  sppis queries\n  sppis queries by-year --lang fr\n  sppis queries \
                  by-year --source > warehouse/queries/mine.toml"
)]
pub(super) struct Arguments {
    /// The query to describe.
    #[arg(value_name = "NAME")]
    name: Option<String>,

    /// Print the query's file, as a start for one's own.
    #[arg(long, requires = "name")]
    source: bool,

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
    match &arguments.name {
        None => list(&catalog, arguments.lang, console),
        Some(name) => {
            let query = catalog.query(name)?;
            if arguments.source {
                let text = catalog.source(name).map(|(_, text)| text).unwrap_or_default();
                console.out().write_all(text.as_bytes())?;
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
            Ok(query) => writeln!(console.out(), "{name:<28}{}", label(&query.title, language))?,
            Err(error) => {
                broken = true;
                console.say(&format!("error: {error}"));
            }
        }
    }
    Ok(if broken { Exit::CouldNotRun } else { Exit::Done })
}

fn describe(
    query: &Query,
    catalog: &Catalog,
    language: Language,
    console: &mut Console,
) -> Result<Exit, CliError> {
    let out = console.out();
    writeln!(out, "{}: {}", query.name, label(&query.title, language))?;
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
        let kind = parameter.kind.name();
        writeln!(out, "  {:<30}{kind}, {default}; {}", parameter.name, parameter.description)?;
    }
    if let Some((path, _)) = catalog.source(&query.name) {
        writeln!(out, "file\n  {path}, BLAKE3 {}", query.hash)?;
    }
    Ok(Exit::Done)
}
