//! `sppis dictionary`

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
use crate::dictionary::{Code, Dictionary, Measure, Variable};
use crate::document::nearest;
use crate::export::Format;
use crate::render::{Language, label};
use crate::warehouse::Defaults;

/// List the variables or the measures, or show one variable: definition, validity, codes, sources.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  sppis dictionary\n  sppis dictionary EBENCONVCM --lang nl\n  \
                  sppis dictionary --measures\n  sppis dictionary --format json"
)]
pub(super) struct Arguments {
    /// The variable.
    #[arg(value_name = "VARIABLE")]
    variable: Option<String>,

    /// List the measures by group, as figures are broken down by them.
    #[arg(long, conflicts_with = "variable")]
    measures: bool,

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
    let dictionary = match &warehouse {
        Some(warehouse) => warehouse.dictionary().clone(),
        None => Dictionary::built_in()?,
    };
    let sink = arguments.output.sink(|| Guard::of_root(root), console)?;
    let language = arguments.language.of(sink.format, Defaults::of(warehouse.as_ref()))?;
    let mut text = Vec::new();
    let document = if arguments.measures {
        measures(&dictionary, language, &mut text)?;
        measures_json(&dictionary)
    } else if let Some(name) = &arguments.variable {
        let variable = known(&dictionary, name)?;
        describe(variable, language, &mut text)?;
        variable_json(variable)
    } else {
        for variable in dictionary.variables() {
            let label = label(&variable.label, language);
            writeln!(text, "{:<14}{:<12}{label}", variable.name, variable.kind)?;
        }
        dictionary.variables().iter().map(variable_json).collect()
    };
    if sink.format == Format::Json {
        sink.put(pretty_json(&document)?.as_bytes(), console)?;
    } else {
        sink.put_text(&String::from_utf8_lossy(&text), console)?;
    }
    Ok(Exit::Done)
}

fn known<'d>(dictionary: &'d Dictionary, name: &str) -> Result<&'d Variable, CliError> {
    let Some(variable) = dictionary.variable(name) else {
        let names: Vec<&str> = dictionary.variables().iter().map(|it| it.name.as_str()).collect();
        let failed = CliError::new(format!("there is no variable `{name}`"));
        return Err(match nearest(name, names.iter().copied()) {
            Some(near) => failed.hint(format!("did you mean `{near}`?")),
            None => failed.hint("`sppis dictionary` lists them"),
        });
    };
    Ok(variable)
}

/// A variable with all that is known of it, texts in every language.
fn variable_json(it: &Variable) -> Value {
    let code = |it: &Code| {
        json!({
            "code": it.code, "label": it.label, "label_is_cut_short": it.incomplete_label,
            "validity": it.validity.to_string(), "note": it.note,
        })
    };
    json!({
        "name": it.name, "kind": it.kind, "level": it.level, "required": it.required,
        "regimes": it.regimes, "validity": it.validity.to_string(), "label": it.label,
        "definition": it.definition, "codes_are_complete": it.table_complete,
        "codes": it.codes.iter().map(code).collect::<Vec<_>>(), "notes": it.notes,
        "sources": it.sources,
    })
}

fn measures_json(dictionary: &Dictionary) -> Value {
    let measure = |it: &Measure| {
        json!({
            "name": it.name, "group": it.group, "label": it.label, "definition": it.definition,
        })
    };
    dictionary.measures().iter().map(measure).collect()
}

fn measures(
    dictionary: &Dictionary,
    language: Language,
    out: &mut dyn Write,
) -> Result<(), CliError> {
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
    Ok(())
}

fn describe(variable: &Variable, language: Language, out: &mut dyn Write) -> Result<(), CliError> {
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
    Ok(())
}
