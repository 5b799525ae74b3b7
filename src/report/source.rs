//! The files of a report, read with all their mistakes at once.
//!
//! In: `report.toml` and a Markdown text for each of its languages. Out: a [`Source`]. Never: a text that
//! names a number or a table that the report has not, a language without its text, or a text of a
//! language that the report does not name.

use std::collections::BTreeMap;
use std::fmt;

use super::definition::{Definition, OWN_NAMES};
use super::reference::Reference;
use super::template::{Part, Template};
use super::text::{Block, Filled, blocks};
use crate::document::{DocumentError, Problem, Span};
use crate::words::Language;

/// The file that says what a report is made of.
pub const DEFINITION: &str = "report.toml";

/// A report as its files say it.
#[derive(Debug, Clone)]
pub struct Source {
    /// What it is made of.
    pub definition: Definition,
    /// The file that says so.
    pub(super) file: File,
    /// Its texts, in the order of its languages.
    pub(super) texts: Vec<(Language, File, Template)>,
}

/// A file with its text.
#[derive(Debug, Clone)]
pub struct File {
    /// Its path, as it is shown.
    pub path: String,
    /// What stands in it.
    pub text: String,
}

impl File {
    /// Its name in the report's folder.
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// Its mistakes.
    pub(super) fn error(&self, mut problems: Vec<Problem>) -> Option<DocumentError> {
        problems.sort_by_key(|it| it.span.start);
        (!problems.is_empty()).then(|| DocumentError::new(&self.path, &self.text, problems))
    }
}

/// All mistakes of a report, file by file.
#[derive(Debug, Clone)]
pub struct ReportError(pub Vec<DocumentError>);

impl std::error::Error for ReportError {}

impl fmt::Display for ReportError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let texts: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        out.write_str(&texts.join("\n"))
    }
}

impl Source {
    /// Reads the files of a report, by their names in its folder.
    pub fn read(
        name: &str,
        folder: &str,
        files: &BTreeMap<String, String>,
    ) -> Result<Self, ReportError> {
        let file = |name: &str| File {
            path: format!("{folder}/{name}"),
            text: files.get(name).cloned().unwrap_or_default(),
        };
        let own = file(DEFINITION);
        let definition = Definition::read(name, &own.path, &own.text);
        let definition = definition.map_err(|error| ReportError(vec![error]))?;
        let (mut texts, mut errors, mut missing) = (Vec::new(), Vec::new(), Vec::new());
        for language in &definition.languages {
            let text_name = format!("{}.md", language.code());
            if !files.contains_key(&text_name) {
                let message = format!("the report has no text `{text_name}`");
                let problem = Problem::new(definition.languages_span.clone(), message);
                missing.push(problem.help("write it beside report.toml, or take the language out"));
                continue;
            }
            let file = file(&text_name);
            let (template, mut problems) = Template::read(&file.text);
            problems.extend(Filled::problems(&file.text));
            problems.extend(checked(&template, &file.text, &definition));
            errors.extend(file.error(problems));
            texts.push((*language, file, template));
        }
        for name in files.keys() {
            let code = name.strip_suffix(".md").and_then(Language::of_code);
            if let Some(code) = code.filter(|it| !definition.languages.contains(it)) {
                let message = format!("`{name}` is a text of no language of the report");
                let problem = Problem::new(definition.languages_span.clone(), message);
                missing.push(problem.help(format!("add \"{}\" to `languages`", code.code())));
            }
        }
        errors.splice(0..0, own.error(missing));
        if errors.is_empty() {
            Ok(Self { definition, file: own, texts })
        } else {
            Err(ReportError(errors))
        }
    }

    /// The files that it is made of: `report.toml`, then the texts.
    pub fn files(&self) -> impl Iterator<Item = &File> {
        std::iter::once(&self.file).chain(self.texts.iter().map(|(_, file, _)| file))
    }

    /// `report.toml`.
    pub fn definition_file(&self) -> &File {
        &self.file
    }

    /// Mistakes of `report.toml` that only the queries tell.
    pub fn refused(&self, problems: Vec<Problem>) -> ReportError {
        ReportError(self.file.error(problems).into_iter().collect())
    }
}

/// What can be found wrong with a text without any figure: names of numbers and tables, and the form of
/// both branches of each condition.
fn checked(template: &Template, text: &str, definition: &Definition) -> Vec<Problem> {
    let mut problems = Vec::new();
    let numbers = || definition.numbers.iter().map(|it| it.name.value.as_str());
    for (reference, span) in template.references() {
        if !numbers().chain(OWN_NAMES).any(|it| it == reference.name) {
            let message = format!("there is no number `{}` in this report", reference.name);
            let problem = Problem::new(span.clone(), message);
            problems.push(problem.suggest(&reference.name, numbers().chain(OWN_NAMES)));
        }
    }
    let mut filled = Filled::default();
    all_parts(template, text, &mut filled);
    let (blocks, wrong) = blocks(&filled, Language::default());
    problems.extend(wrong);
    tables(&blocks, definition, &mut problems);
    problems
}

/// The text with both branches of each condition.
fn all_parts(template: &Template, text: &str, filled: &mut Filled) {
    for part in &template.0 {
        match part {
            Part::Text(span) => filled.push_text(text, span.clone()),
            Part::Value(_, span) => filled.push_value(String::new(), span.clone()),
            Part::Choice { then, otherwise, .. } => {
                all_parts(then, text, filled);
                all_parts(otherwise, text, filled);
            }
        }
    }
}

fn tables(blocks: &[Block], definition: &Definition, problems: &mut Vec<Problem>) {
    let known = || definition.tables.iter().map(|it| it.name.value.as_str());
    for block in blocks {
        match block {
            Block::Figure(figure) if !known().any(|it| it == figure.table.value) => {
                let message = format!("there is no table `{}` in this report", figure.table.value);
                let problem = Problem::new(figure.table.span.clone(), message);
                problems.push(problem.suggest(&figure.table.value, known()));
            }
            Block::Quote(inner) | Block::Note(_, inner) => tables(inner, definition, problems),
            Block::List(_, items) => {
                for item in items {
                    tables(item, definition, problems);
                }
            }
            _ => {}
        }
    }
}

/// What a text says in place of its conditions and values.
pub(super) trait Values {
    /// Whether a condition holds.
    fn holds(&mut self, condition: &super::reference::Condition, span: &Span) -> bool;
    /// What stands for a value.
    fn value(&mut self, reference: &Reference, span: &Span) -> String;
}

/// The text with its values.
pub(super) fn fill(template: &Template, text: &str, values: &mut impl Values, filled: &mut Filled) {
    for part in &template.0 {
        match part {
            Part::Text(span) => filled.push_text(text, span.clone()),
            Part::Value(reference, span) => {
                filled.push_value(values.value(reference, span), span.clone());
            }
            Part::Choice { condition, span, then, otherwise } => {
                let chosen = if values.holds(condition, span) { then } else { otherwise };
                fill(chosen, text, values, filled);
            }
        }
    }
}
