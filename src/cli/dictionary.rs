//! `sppis dictionary`

use std::path::Path;

use super::console::Console;
use super::error::{CliError, Exit};
use crate::dictionary::{Dictionary, Variable};
use crate::document::nearest;
use crate::render::{Language, label};
use crate::warehouse::{Warehouse, WarehouseError};

/// List the variables or the measures, or show one variable: definition, validity, codes, sources.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  sppis dictionary\n  sppis dictionary EBENCONVCM --lang nl\n  \
                  sppis dictionary --measures"
)]
pub(super) struct Arguments {
    /// The variable.
    #[arg(value_name = "VARIABLE")]
    variable: Option<String>,

    /// List the measures by group, as figures are broken down by them.
    #[arg(long, conflicts_with = "variable")]
    measures: bool,

    /// Language of names, definitions and labels.
    #[arg(long, value_enum, default_value_t = Language::En)]
    lang: Language,
}

pub(super) fn run(
    arguments: &Arguments,
    root: &Path,
    console: &mut Console,
) -> Result<Exit, CliError> {
    let dictionary = match Warehouse::open(root) {
        Ok(warehouse) => warehouse.dictionary().clone(),
        Err(WarehouseError::Absent(_)) => Dictionary::built_in()?,
        Err(error) => return Err(error.into()),
    };
    if arguments.measures {
        return measures(&dictionary, arguments.lang, console);
    }
    let Some(name) = &arguments.variable else {
        for variable in dictionary.variables() {
            let label = label(&variable.label, arguments.lang);
            writeln!(console.out(), "{:<14}{:<12}{label}", variable.name, variable.kind)?;
        }
        return Ok(Exit::Done);
    };
    let Some(variable) = dictionary.variable(name) else {
        let names: Vec<&str> = dictionary.variables().iter().map(|it| it.name.as_str()).collect();
        let failed = CliError::new(format!("there is no variable `{name}`"));
        return Err(match nearest(name, names.iter().copied()) {
            Some(near) => failed.hint(format!("did you mean `{near}`?")),
            None => failed.hint("`sppis dictionary` lists them"),
        });
    };
    describe(variable, arguments.lang, console)
}

fn measures(
    dictionary: &Dictionary,
    language: Language,
    console: &mut Console,
) -> Result<Exit, CliError> {
    let out = console.out();
    let groups = dictionary.measure_groups().iter().map(Some).chain([None]);
    for group in groups {
        let name = group.map(|group| group.name.as_str());
        let mut measures =
            dictionary.measures().iter().filter(|it| it.group.as_deref() == name).peekable();
        if measures.peek().is_some() {
            let text = group.map_or("", |group| label(&group.label, language));
            writeln!(out, "{:<36}{text}", name.unwrap_or("(no group)"))?;
        }
        for measure in measures {
            writeln!(out, "  {:<34}{}", measure.name, label(&measure.label, language))?;
        }
    }
    Ok(Exit::Done)
}

fn describe(
    variable: &Variable,
    language: Language,
    console: &mut Console,
) -> Result<Exit, CliError> {
    let out = console.out();
    writeln!(out, "{}: {}", variable.name, label(&variable.label, language))?;
    let definition = label(&variable.definition, language);
    if !definition.is_empty() {
        writeln!(out, "{definition}")?;
    }
    writeln!(out, "\nkind      {}, {}", variable.kind, variable.level)?;
    writeln!(out, "validity  {}", variable.validity)?;
    let regimes = match variable.regimes.as_slice() {
        [] => "not stated".to_owned(),
        regimes => regimes.join(", "),
    };
    writeln!(out, "regimes   {regimes}")?;
    if variable.required {
        writeln!(out, "required in every delivery")?;
    }
    if !variable.codes.is_empty() {
        let complete =
            if variable.table_complete { "" } else { ", table incomplete in the source" };
        writeln!(out, "\ncodes{complete}")?;
    }
    for code in &variable.codes {
        let more = if code.incomplete_label { "…" } else { "" };
        let text = label(&code.label, language);
        writeln!(out, "  {:<6}{text}{more} ({})", code.code, code.validity)?;
        if let Some(note) = &code.note {
            writeln!(out, "        {note}")?;
        }
    }
    if !variable.notes.is_empty() {
        writeln!(out, "\nnotes")?;
    }
    for note in &variable.notes {
        writeln!(out, "  {note}")?;
    }
    if !variable.sources.is_empty() {
        writeln!(out, "\nsources")?;
    }
    for source in &variable.sources {
        writeln!(out, "  {source}")?;
    }
    Ok(Exit::Done)
}
